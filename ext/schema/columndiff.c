/*
** columndiff.c - what differs in the columns of two definitions of a table.
**
** What counts as the same is what SQLite cannot tell apart:
**
**   - NOT NULL that is written and NOT NULL that WITHOUT ROWID or STRICT imply.
**   - a DEFAULT in parentheses and without; a bare or quoted word there is a
**     string, so its case counts.
*/
#include <string.h>
#include "columndiff.h"

/* Are two types the same? White space is none of it but for the one exact word
** that makes a rowid; what a comment in a type says may change its affinity.
** Pure; allocates nothing. */
int migColumnDiffTypeSame(const char *zA, const char *zB) {
  MigSpan a = {0, (i64)strlen(zA)};
  MigSpan b = {0, (i64)strlen(zB)};

  if (migStrICmp(zA, zB) == 0) {
    return 1;
  }
  return migStrICmp(zA, "integer") != 0 && migStrICmp(zB, "integer") != 0 &&
         migModelAffinity(zA, 0) == migModelAffinity(zB, 0) &&
         migSpanSame(zA, a, zB, b);
}

/* A DEFAULT that is one token with a sign or without. */
typedef struct Literal {
  char cSign;          /* + or -; 0: none */
  MigToken token;      /* behind the sign */
  const char *zString; /* what it is when it is a string, else NULL; a name is
                       ** one there, but for reserved words, true, false */
} Literal;

/* Read the DEFAULT pCon in the text z, with any number of parentheses around
** it: 1, or 0 when it is more than a literal. */
static int literalRead(MigContext *p, const char *z,
                       const MigDdlConstraint *pCon, Literal *pOut) {
  i64 nLeft = 0;
  MigWords w;

  memset(pOut, 0, sizeof(*pOut));
  migWordsStart(&w, z, pCon->value);
  for (; w.token.eType == MIG_TK_LP; nLeft++) {
    migWordsNext(&w);
  }
  if (w.token.eType == MIG_TK_OPERATOR && w.token.n == 1 &&
      (z[w.token.iStart] == '+' || z[w.token.iStart] == '-')) {
    pOut->cSign = z[w.token.iStart];
    migWordsNext(&w);
  }
  pOut->token = w.token;
  if (migWordsAtName(&w) || w.token.eType == MIG_TK_STRING) {
    pOut->zString = migTokenName(p, z, &w.token);
  }
  if (w.token.eType < MIG_TK_WORD || w.token.eType > MIG_TK_NUMBER) {
    return 0; /* no word, name, string, blob or number */
  }
  for (migWordsNext(&w); w.token.eType == MIG_TK_RP; nLeft--) {
    migWordsNext(&w);
  }
  return w.token.eType == MIG_TK_END && nLeft == 0;
}

/* Do two DEFAULTs, NULL for none, give the same value? What is no literal is
** compared token by token. */
static int defaultSame(const MigFinder *pf, const MigDdlConstraint *pA,
                       const MigDdlConstraint *pB) {
  Literal a;
  Literal b;
  MigSpan spanA;
  MigSpan spanB;

  if (pA == 0 || pB == 0) {
    return pA == pB;
  }
  if (!literalRead(pf->p, pf->zOld, pA, &a) ||
      !literalRead(pf->p, pf->zNew, pB, &b)) {
    return migSpanSame(pf->zOld, pA->value, pf->zNew, pB->value);
  }
  if (a.zString && b.zString) {
    return a.cSign == b.cSign && strcmp(a.zString, b.zString) == 0;
  }
  spanA.iStart = a.token.iStart;
  spanA.n = a.token.n;
  spanB.iStart = b.token.iStart;
  spanB.n = b.token.n;
  return a.cSign == b.cSign && a.zString == b.zString &&
         migSpanSame(pf->zOld, spanA, pf->zNew, spanB);
}

/* Are two columns computed alike, or neither of them? Read with the new names;
** STORED counts. */
static int generatedSame(const MigFinder *pf, const MigDdlConstraint *pA,
                         const MigDdlConstraint *pB) {
  if (pA == 0 || pB == 0) {
    return pA == pB;
  }
  return pA->bStored == pB->bStored &&
         migTableDiffSame(pf->pDiff, pf->zOld, pA->value, pf->zNew, pB->value);
}

/* The collation of a column, as it is written there; z is the text it stands
** in. BINARY without one, and after an error. */
const char *migColumnDiffCollation(MigContext *p, const char *z,
                                   const MigModelColumn *pColumn) {
  const char *zName =
      pColumn->pCollate ? migTokenName(p, z, &pColumn->pCollate->target) : 0;

  return zName ? zName : "BINARY";
}

/* Is the collation the same, written or not, apart from case? */
static int collationSame(const MigFinder *pf, const MigModelColumn *pA,
                         const MigModelColumn *pB) {
  return migStrICmp(migColumnDiffCollation(pf->p, pf->zOld, pA),
                    migColumnDiffCollation(pf->p, pf->zNew, pB)) == 0;
}

/* NOT NULL, its ON CONFLICT and its name. One that is only implied has
** neither. */
static void notNullFind(MigFinder *pf, int iOld, int iNew) {
  static const MigDdlConstraint none;
  const MigModelColumn *pA = &pf->pOld->aColumn[iOld];
  const MigModelColumn *pB = &pf->pNew->aColumn[iNew];
  const MigDdlConstraint *pConA = pA->pNotNull ? pA->pNotNull : &none;
  const MigDdlConstraint *pConB = pB->pNotNull ? pB->pNotNull : &none;

  if (pA->bNotNull != pB->bNotNull) {
    migFinderAdd(pf,
                 pB->bNotNull ? MIG_ALT_SET_NOT_NULL : MIG_ALT_DROP_NOT_NULL,
                 iOld, iNew);
    return;
  }
  if (pConA->eConflict != pConB->eConflict) {
    migFinderAdd(pf, MIG_ALT_NOT_NULL_CONFLICT, iOld, iNew);
  }
  if (!migFinderTokenSame(pf, &pConA->name, &pConB->name)) {
    migFinderAdd(pf, MIG_ALT_NOT_NULL_NAME, iOld, iNew);
  }
}

/* All in which an old column differs from the new one that it becomes. A name
** that changes its case only is the same. */
static void columnFind(MigFinder *pf, int iOld, int iNew) {
  const MigModelColumn *pA = &pf->pOld->aColumn[iOld];
  const MigModelColumn *pB = &pf->pNew->aColumn[iNew];

  if (migStrICmp(pA->zName, pB->zName) != 0) {
    migFinderAdd(pf, MIG_ALT_RENAME_COLUMN, iOld, iNew);
  }
  if (!migColumnDiffTypeSame(pA->zType, pB->zType)) {
    migFinderAdd(pf, MIG_ALT_TYPE, iOld, iNew);
  }
  notNullFind(pf, iOld, iNew);
  if (!defaultSame(pf, pA->pDefault, pB->pDefault)) {
    migFinderAdd(pf, MIG_ALT_DEFAULT, iOld, iNew);
  }
  if (!collationSame(pf, pA, pB)) {
    migFinderAdd(pf, MIG_ALT_COLLATE, iOld, iNew);
  }
  if (!generatedSame(pf, pA->pGenerated, pB->pGenerated)) {
    migFinderAdd(pf, MIG_ALT_GENERATED, iOld, iNew);
  }
}

/* Do the columns that stay stand in the same order, before all new ones? */
static int orderSame(const MigTableDiff *pDiff) {
  int nColumn = pDiff->pNew->pTable->nColumn;
  int iLast = -1;
  int bAdded = 0;
  int i;

  for (i = 0; i < nColumn; i++) {
    int k = pDiff->aiFrom[i];
    if (k >= 0 && (bAdded || k < iLast)) {
      return 0;
    }
    bAdded |= k < 0;
    iLast = k < 0 ? iLast : k;
  }
  return 1;
}

/* Find what differs in the columns, and add it to the diff: what goes, then in
** the new order what comes and what changes, then whether they stand in another
** order. After an error what was found so far stays. */
void migColumnDiffFind(MigFinder *pf) {
  const MigTableDiff *pDiff = pf->pDiff;
  int i;

  for (i = 0; i < pf->pOld->nColumn; i++) {
    if (pDiff->aiTo[i] < 0) {
      migFinderAdd(pf, MIG_ALT_DROP_COLUMN, i, -1);
    }
  }
  for (i = 0; i < pf->pNew->nColumn && pf->p->rc == SQLITE_OK; i++) {
    if (pDiff->aiFrom[i] < 0) {
      migFinderAdd(pf, MIG_ALT_ADD_COLUMN, -1, i);
    } else {
      columnFind(pf, pDiff->aiFrom[i], i);
    }
  }
  if (!orderSame(pDiff)) {
    migFinderAdd(pf, MIG_ALT_ORDER, -1, -1);
  }
}
