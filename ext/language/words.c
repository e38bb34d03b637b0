/*
** words.c - spans of SQL, and whether two say the same.
**
** SQLite keeps a schema as text, and two texts may mean the same in other
** words: white space, comments, the case of keywords and names, quotes around
** a name. What cannot be seen in a text alone is decided so that different
** meanings are never taken for the same: a name in double quotes may be a
** string to SQLite, so case counts between two of them. These say the same:
**   CHECK (a>0)            check( [A] > 0 ) -- never below
** and these do not, though they may mean the same:
**   CHECK (a <> "x")       CHECK (a <> "X")
**   CHECK (a = 1)          CHECK (a == 1)
*/
#include <string.h>
#include "words.h"
#include "text.h"

/* Words that are keywords wherever they stand without quotes, and those that
** mean a value. */
static const char zReserved[] =
    " add all alter and as autoincrement between case check collate commit"
    " constraint create cross current_date current_time current_timestamp"
    " default deferrable delete distinct drop else escape except exists false"
    " filter foreign from full group having in index indexed inner insert"
    " intersect into is isnull join left limit natural not nothing notnull"
    " null on or order outer over primary raise references returning right"
    " select set table then to transaction true union unique update using"
    " values when where window ";

/* Is the token, a name with or without quotes, one of the words in zList, in
** any case of its letters? */
static int nameIn(const char *z, const MigToken *pToken, const char *zList) {
  char zName[32]; /* no word of a list is longer */
  size_t n = 1;
  i64 i = 0;
  int c;

  zName[0] = ' ';
  while ((c = migTokenNameByte(z, pToken, &i)) >= 0) {
    if (c == ' ' || n > sizeof(zName) - 3) {
      return 0;
    }
    zName[n++] = (char)migLower(c);
  }
  zName[n++] = ' ';
  zName[n] = 0;
  return strstr(zList, zName) != 0;
}

/* Is the token one of the words in zList, without quotes? */
int migWordIn(const char *z, const MigToken *pToken, const char *zList) {
  return pToken->eType == MIG_TK_WORD && nameIn(z, pToken, zList);
}

/* True if the token, a name with or without quotes, spells a word that means
** something else without them. A name that is not in zReserved may lose its
** quotes. */
int migWordReserved(const char *z, const MigToken *pToken) {
  return nameIn(z, pToken, zReserved);
}

/* Is the token a name or a keyword, with quotes or without? */
static int isIdentifier(const MigToken *pToken) {
  return pToken->eType == MIG_TK_WORD || pToken->eType == MIG_TK_QUOTED;
}

/* Do two identifiers mean the same? Case counts between two names in double
** quotes only, which SQLite may take for strings. A name in quotes is never a
** keyword without. */
static int nameSame(const char *zA, const MigToken *pA, const char *zB,
                    const MigToken *pB) {
  int bCase = zA[pA->iStart] == '"' && zB[pB->iStart] == '"';
  i64 iA = 0;
  i64 iB = 0;
  int cA;
  int cB;

  if (pA->eType != pB->eType &&
      (pA->eType == MIG_TK_WORD ? migWordReserved(zA, pA)
                                : migWordReserved(zB, pB))) {
    return 0;
  }
  do {
    cA = migTokenNameByte(zA, pA, &iA);
    cB = migTokenNameByte(zB, pB, &iB);
    if (cA != cB && (bCase || migLower(cA) != migLower(cB))) {
      return 0;
    }
  } while (cA >= 0);
  return 1;
}

/* Do two tokens mean the same? Of numbers and blobs the case does not count:
** 0XFF and 0xff, x'AB' and X'ab'. */
static int tokenSame(const char *zA, const MigToken *pA, const char *zB,
                     const MigToken *pB) {
  if (isIdentifier(pA) && isIdentifier(pB)) {
    return nameSame(zA, pA, zB, pB);
  }
  if (pA->eType != pB->eType || pA->n != pB->n) {
    return 0;
  }
  zA += pA->iStart;
  zB += pB->iStart;
  if (pA->eType == MIG_TK_NUMBER || pA->eType == MIG_TK_BLOB) {
    return migStrNICmp(zA, zB, pA->n) == 0;
  }
  return memcmp(zA, zB, (size_t)pA->n) == 0;
}

/*
** Do two spans say the same but for white space, comments, the case of
** keywords and names, and quotes around names that need none? Both must be
** valid at the same place, such as two CHECKs of the same table.
*/
int migSpanSame(const char *zA, MigSpan a, const char *zB, MigSpan b) {
  i64 iA = a.iStart;
  i64 iB = b.iStart;
  MigToken tokenA;
  MigToken tokenB;

  do {
    iA = migTokenSignificant(zA, a.iStart + a.n, iA, &tokenA);
    iB = migTokenSignificant(zB, b.iStart + b.n, iB, &tokenB);
    if (tokenA.eType == MIG_TK_END || tokenB.eType == MIG_TK_END) {
      return tokenA.eType == tokenB.eType;
    }
  } while (tokenSame(zA, &tokenA, zB, &tokenB));
  return 0;
}
