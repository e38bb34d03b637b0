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
*/
#include <string.h>
#include "tablediff.h"
#include "text.h"

/* ------------------------------------------------------------------------
** Columns
*/

/* Index of the column zName, which is likely to be column i. */
static int columnNear(const MigModelTable *pTable, const char *zName, int i) {
  return i < pTable->nColumn && migStrICmp(pTable->aColumn[i].zName, zName) == 0
             ? i
             : migModelColumn(pTable, zName);
}

/* In how many things do two columns differ, as far as that can be told without
** their tables? For migRenameResolve(). */
static int columnFit(MigContext *p, const void *pScope, int iOld, int iNew) {
  const MigTableDiff *pDiff = pScope;
  const MigModelColumn *pA = &pDiff->pOld->pTable->aColumn[iOld];
  const MigModelColumn *pB = &pDiff->pNew->pTable->aColumn[iNew];

  MIG_UNUSED(p);
  return (migStrICmp(pA->zType, pB->zType) != 0) +
         (pA->bNotNull != pB->bNotNull) +
         ((pA->pDefault == 0) != (pB->pDefault == 0)) +
         ((pA->pCollate == 0) != (pB->pCollate == 0)) +
         ((pA->pGenerated == 0) != (pB->pGenerated == 0)) +
         ((pA->iKey == 0) != (pB->iKey == 0));
}

/* Let old column i become new column k, unless one of the two is taken. */
static void columnJoin(MigTableDiff *pDiff, int i, int k) {
  if (pDiff->aiTo[i] < 0 && pDiff->aiFrom[k] < 0) {
    pDiff->aiTo[i] = k;
    pDiff->aiFrom[k] = i;
  }
}

/* Join the columns that annotations rename. Those of other tables, and of the
** table itself, are passed over. */
static void columnsRename(MigContext *p, const MigRenames *pRenames, int bQuiet,
                          MigTableDiff *pDiff) {
  const MigModelTable *pOld = pDiff->pOld->pTable;
  const MigModelTable *pNew = pDiff->pNew->pTable;
  MigRenameSet set;
  int i;

  memset(&set, 0, sizeof(set));
  set.nOld = pOld->nColumn;
  set.nNew = pNew->nColumn;
  set.bQuiet = bQuiet;
  set.bPlaces = 1;
  set.xFit = columnFit;
  set.pScope = pDiff;
  for (i = 0; i < pRenames->n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pRenames->a[i];
    MigRenameNote note;
    if (pRename->zColumn == 0 ||
        migStrICmp(pRename->zTable, pDiff->pNew->zName) != 0) {
      continue;
    }
    memset(&note, 0, sizeof(note));
    note.pRename = pRename;
    note.iNew = migModelColumn(pNew, pRename->zColumn);
    note.iFrom = migModelColumn(pOld, pRename->zOld);
    note.iSame = migModelColumn(pOld, pRename->zColumn);
    note.iTaken = migModelColumn(pNew, pRename->zOld);
    if (note.iNew >= 0) {
      migRenameAdd(p, &set, &note);
    } else if (!bQuiet) {
      migFail(p, MIG_FORMAT,
              "table %s is wanted without column %s, which is renamed from "
              "%s; correct the name, or leave it out",
              pRename->zTable, pRename->zColumn, pRename->zOld);
    }
  }
  migRenameResolve(p, &set);
  for (i = 0; i < set.n && p->rc == SQLITE_OK; i++) {
    if (set.a[i].bHolds) {
      columnJoin(pDiff, set.a[i].iFrom, set.a[i].iNew);
      pDiff->bNames = 1;
    }
  }
}

/*
** Begin a diff: which column becomes which, and nothing else yet. Both objects
*are ordinary tables;
** when one of them is beyond us, there are no columns. pRenames may be NULL.
** FORMAT for an annotation that means nothing; bQuiet: it is passed over.
*/
void migTableDiffStart(MigContext *p, const MigModelObject *pOld,
                       const MigModelObject *pNew, const MigRenames *pRenames,
                       int bQuiet, MigTableDiff *pOut) {
  const MigModelTable *pA = pOld->pTable;
  const MigModelTable *pB = pNew->pTable;
  int i;

  memset(pOut, 0, sizeof(*pOut));
  pOut->pOld = pOld;
  pOut->pNew = pNew;
  pOut->bNames = migStrICmp(pOld->zName, pNew->zName) != 0;
  if (pA == 0 || pB == 0) {
    return;
  }
  pOut->aiTo = migAlloc(p, (u64)pA->nColumn * sizeof(int));
  pOut->aiFrom = migAlloc(p, (u64)pB->nColumn * sizeof(int));
  if (p->rc) {
    return;
  }
  memset(pOut->aiTo, 0xff, (size_t)pA->nColumn * sizeof(int));
  memset(pOut->aiFrom, 0xff, (size_t)pB->nColumn * sizeof(int));
  if (pRenames) {
    columnsRename(p, pRenames, bQuiet, pOut);
  }
  for (i = 0; i < pB->nColumn && p->rc == SQLITE_OK; i++) {
    if (pOut->aiFrom[i] < 0) {
      int k = columnNear(pA, pB->aColumn[i].zName, i);
      if (k >= 0) {
        columnJoin(pOut, k, i);
      }
    }
  }
}

/* ------------------------------------------------------------------------
** Names in expressions
**
** Where nothing is renamed, migSpanSame() compares expressions.
*/

/* Go on by one token; behind the last one stands END. */
void migWordsNext(MigWords *pw) {
  pw->bLabel = migWordIn(pw->z, &pw->token, " as collate ");
  pw->token = pw->next;
  pw->i = migTokenSignificant(pw->z, pw->iEnd, pw->i, &pw->next);
}

/* Stand on the first token. */
void migWordsStart(MigWords *pw, const char *z, MigSpan span) {
  memset(pw, 0, sizeof(*pw));
  pw->z = z;
  pw->iEnd = span.iStart + span.n;
  pw->i = migTokenSignificant(z, pw->iEnd, span.iStart, &pw->next);
  migWordsNext(pw);
}

/* Is the current token an identifier? */
int migWordsAtName(const MigWords *pw) {
  return pw->token.eType == MIG_TK_QUOTED ||
         (pw->token.eType == MIG_TK_WORD &&
          !migWordReserved(pw->z, &pw->token));
}

/* The column that the current token names, or -1. */
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

/* Do the current tokens mean the same? */
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
** no such column, or when it goes away. pDiff may be NULL. */
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
** one; NULL when it is not renamed. */
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
