/*
** tablediff.c - two definitions of a table side by side.
**
** Columns go on under their names, or under those that annotations give them.
** With that, an expression of the old definition can be read with the names of
** the new one: where a name stands for a column, or for the table itself, what
** counts is what becomes of that.
**
** A name stands for a column unless it is behind AS or COLLATE or before a
** parenthesis or a dot, and for the table before a dot. In what is read here,
** CHECKs, generated columns and indexes, there are no other tables.
**
** With t renamed to u and a to b, CHECK(t.a > lower(a)) reads as CHECK(u.b >
** lower(b)), and not as CHECK(u.b > upper(b)).
*/
#include <string.h>
#include "tablediff.h"
#include "text.h"

/* ------------------------------------------------------------------------
** Columns
*/

/* Index of the column zName, which is likely to be column i. -1: there is none.
** Most columns keep their place, so a diff of a wide table takes linear
** time. */
static int columnNear(const MigModelTable *pTable, const char *zName, int i) {
  return i < pTable->nColumn && migStrICmp(pTable->aColumn[i].zName, zName) == 0
             ? i
             : migModelColumn(pTable, zName);
}

/*
** Begin a diff: no column becomes another yet. Both objects are ordinary
** tables; when one of them is beyond us, there are no columns.
**
** pOut is overwritten. pOld and pNew are borrowed. The name of the table itself
** counts as renamed when the two differ in more than case.
*/
void migTableDiffStart(MigContext *p, const MigModelObject *pOld,
                       const MigModelObject *pNew, MigTableDiff *pOut) {
  const MigModelTable *pA = pOld->pTable;
  const MigModelTable *pB = pNew->pTable;

  memset(pOut, 0, sizeof(*pOut));
  pOut->pOld = pOld;
  pOut->pNew = pNew;
  pOut->bNames = migStrICmp(pOld->zName, pNew->zName) != 0;
  if (pA == 0 || pB == 0) {
    return;
  }
  pOut->aiTo = migAlloc(p, (u64)pA->nColumn * sizeof(int));
  pOut->aiFrom = migAlloc(p, (u64)pB->nColumn * sizeof(int));
  if (p->rc == SQLITE_OK) {
    memset(pOut->aiTo, 0xff, (size_t)pA->nColumn * sizeof(int));
    memset(pOut->aiFrom, 0xff, (size_t)pB->nColumn * sizeof(int));
  }
}

/* Let old column i become new column k, unless one of the two is taken. */
static void columnJoin(MigTableDiff *pDiff, int i, int k) {
  if (pDiff->aiTo[i] < 0 && pDiff->aiFrom[k] < 0) {
    pDiff->aiTo[i] = k;
    pDiff->aiFrom[k] = i;
  }
}

/* Let an old column become a new one of another name. Both indexes are there. A
** column that is taken already stays as it is. */
void migTableDiffRename(MigTableDiff *pDiff, int iOld, int iNew) {
  columnJoin(pDiff, iOld, iNew);
  pDiff->bNames = 1;
}

/* Let the other columns go on under their names, compared apart from case. What
** remains is added or dropped. */
void migTableDiffJoin(MigContext *p, MigTableDiff *pDiff) {
  const MigModelTable *pA = pDiff->pOld->pTable;
  const MigModelTable *pB = pDiff->pNew->pTable;
  int i;

  if (p->rc || pDiff->aiTo == 0) {
    return;
  }
  for (i = 0; i < pB->nColumn; i++) {
    if (pDiff->aiFrom[i] < 0) {
      int k = columnNear(pA, pB->aColumn[i].zName, i);
      if (k >= 0) {
        columnJoin(pDiff, k, i);
      }
    }
  }
}

/* ------------------------------------------------------------------------
** Names in expressions
**
** Where nothing is renamed, migSpanSame() compares expressions.
*/

/* Go on by one token; behind the last one stands END. It may be called there
** again. */
void migWordsNext(MigWords *pw) {
  pw->bLabel = migWordIn(pw->z, &pw->token, " as collate ");
  pw->token = pw->next;
  pw->i = migTokenSignificant(pw->z, pw->iEnd, pw->i, &pw->next);
}

/* Stand on the first token of the span of z, or on END when it is empty. z must
** live as long as it is read. */
void migWordsStart(MigWords *pw, const char *z, MigSpan span) {
  memset(pw, 0, sizeof(*pw));
  pw->z = z;
  pw->iEnd = span.iStart + span.n;
  pw->i = migTokenSignificant(z, pw->iEnd, span.iStart, &pw->next);
  migWordsNext(pw);
}

/* Is the current token an identifier? A keyword that SQLite takes for a name
** where it may is one as well; a string is none, although SQLite may take it
** for a name. */
int migWordsAtName(const MigWords *pw) {
  return pw->token.eType == MIG_TK_QUOTED ||
         (pw->token.eType == MIG_TK_WORD &&
          !migWordReserved(pw->z, &pw->token));
}

/* The column that the current token names, or -1. A name in double quotes
** counts as a column where there is one of that name, as in SQLite. */
static int wordsColumn(const MigWords *pw, const MigModelTable *pTable) {
  int i;

  if (!migWordsAtName(pw) || pw->bLabel || pw->next.eType == MIG_TK_LP ||
      pw->next.eType == MIG_TK_DOT) {
    return -1;
  }
  for (i = 0; i < pTable->nColumn; i++) {
    if (migTokenNameIs(pw->z, &pw->token, pTable->aColumn[i].zName)) {
      return i;
    }
  }
  return -1;
}

/* Does the current token name the table? */
static int wordsTable(const MigWords *pw, const MigModelObject *pObject) {
  return migWordsAtName(pw) && pw->next.eType == MIG_TK_DOT &&
         migTokenNameIs(pw->z, &pw->token, pObject->zName);
}

/* Do the current tokens mean the same? Two columns do when the one becomes the
** other; where neither goes on or comes from another, and for all else, it is
** the spelling that counts. */
static int wordSame(const MigTableDiff *pDiff, const MigWords *pA,
                    const MigWords *pB) {
  int iOld = wordsColumn(pA, pDiff->pOld->pTable);
  int iNew = wordsColumn(pB, pDiff->pNew->pTable);
  MigSpan a = {pA->token.iStart, pA->token.n};
  MigSpan b = {pB->token.iStart, pB->token.n};

  if (iOld >= 0 && iNew >= 0 &&
      (pDiff->aiTo[iOld] >= 0 || pDiff->aiFrom[iNew] >= 0)) {
    return pDiff->aiTo[iOld] == iNew;
  }
  if (wordsTable(pA, pDiff->pOld)) {
    return wordsTable(pB, pDiff->pNew);
  }
  return migSpanSame(pA->z, a, pB->z, b);
}

/*
** Do two expressions of the table say the same? pDiff needs its columns only;
** NULL: nothing is renamed.
**
** The old expression stands in zOld, the new one in zNew. White space, comments
** and the case of keywords and names make no difference (migSpanSame()).
** Parentheses that could be left out do.
*/
int migTableDiffSame(const MigTableDiff *pDiff, const char *zOld, MigSpan old,
                     const char *zNew, MigSpan new) {
  MigWords a;
  MigWords b;

  if (pDiff == 0 || !pDiff->bNames || pDiff->aiTo == 0) {
    return migSpanSame(zOld, old, zNew, new);
  }
  migWordsStart(&a, zOld, old);
  migWordsStart(&b, zNew, new);
  while (a.token.eType != MIG_TK_END && b.token.eType != MIG_TK_END) {
    if (!wordSame(pDiff, &a, &b)) {
      return 0;
    }
    migWordsNext(&a);
    migWordsNext(&b);
  }
  return a.token.eType == b.token.eType;
}

/* What a column of the old table is called in the new one; zName when there is
** no such column, or when it goes away, NULL for NULL. pDiff may be NULL:
** nothing is renamed. The result is zName or belongs to the new model. */
const char *migTableDiffName(const MigTableDiff *pDiff, const char *zName) {
  int i = -1;

  if (pDiff && pDiff->bNames && pDiff->aiTo && zName) {
    i = migModelColumn(pDiff->pOld->pTable, zName);
  }
  return i < 0 || pDiff->aiTo[i] < 0
             ? zName
             : pDiff->pNew->pTable->aColumn[pDiff->aiTo[i]].zName;
}

/* What the current word of an expression of the old table is called in the new
** one, without quotes; NULL when it is not renamed, or is no name of the table
** or its columns. Both definitions must be readable. The result belongs to the
** new model. */
const char *migTableDiffWord(const MigTableDiff *pDiff,
                             const MigWords *pWords) {
  int i;

  if (!pDiff->bNames) {
    return 0;
  }
  i = wordsColumn(pWords, pDiff->pOld->pTable);
  if (i >= 0) {
    i = pDiff->aiTo[i];
    return i < 0 ? 0 : pDiff->pNew->pTable->aColumn[i].zName;
  }
  return wordsTable(pWords, pDiff->pOld) ? pDiff->pNew->zName : 0;
}

/* Does an alteration go without saying: is it a constraint that stands at a
** column that is added or dropped? Then the text or the statement for the
** column does it. 0 for all other alterations. Both tables have a pTable. Pure;
** allocates nothing. */
int migTableDiffImplied(const MigTableDiff *pDiff, const MigAlteration *pAlt) {
  int k;

  if (pAlt->eKind == MIG_ALT_ADD_CONSTRAINT) {
    k = pDiff->pNew->pTable->aConstraint[pAlt->iNew].pDdl->iColumn;
    return k >= 0 && pDiff->aiFrom[k] < 0;
  }
  if (pAlt->eKind == MIG_ALT_DROP_CONSTRAINT) {
    k = pDiff->pOld->pTable->aConstraint[pAlt->iOld].pDdl->iColumn;
    return k >= 0 && pDiff->aiTo[k] < 0;
  }
  return 0;
}
