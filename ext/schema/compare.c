/*
** compare.c - what differs between two schemas, as data.
**
** Objects are paired first (pairs.c). Then each pair is compared. Stored texts
** that are equal byte for byte need no more than that, as long as nothing is
** renamed.
**
** Where tables or columns are renamed, the old texts are read with the new
** names: exactly in CHECKs, generated columns and indexes, where a name cannot
** be anything else; in views and triggers as far as one word in the place of
** another can be told to be a renamed table, or a renamed column of the table
** that a trigger is on. What cannot be told is shown as a difference.
**
** An example: the old schema has t(a, b), an index i on t(a) and a view v; the
** new one u(a, b NOT NULL), annotated as renamed from t, the same index on u(a)
** and no view. There are two differences, and none for the index:
**
**   iOld = v, iNew = -1                        drop view v
**   iOld = t, iNew = u, bRenamed, bChanged     rename table t to u and change
**                                              it: column b: NOT NULL added
*/
#include <string.h>
#include "alteration.h"
#include "columnpairs.h"
#include "compare.h"
#include "objectsame.h"
#include "pairs.h"

/* ------------------------------------------------------------------------
** Differences
*/

/* Append a copy of a difference. */
static void differenceAdd(MigContext *p, MigComparison *pOut,
                          const MigDifference *pDifference) {
  MigDifference *a = migModelRoom(p, pOut->a, pOut->n, sizeof(*pDifference));

  if (a) { /* else those that are there stay */
    pOut->a = a;
    a[pOut->n++] = *pDifference;
  }
}

/* An object that is on one side only; -1 for the other. */
static void differenceAlone(MigContext *p, MigComparison *pOut, int iOld,
                            int iNew) {
  MigDifference d;

  memset(&d, 0, sizeof(d));
  d.iOld = iOld;
  d.iNew = iNew;
  differenceAdd(p, pOut, &d);
}

/* Compare a pair, and add it when it differs. What was allocated for a pair
** that does not is released: most do not. */
static void differencePair(MigContext *p, const MigPairs *pc, int iOld,
                           int iNew, MigComparison *pOut) {
  const MigModelObject *pOld = &pc->pOld->aObject[iOld];
  const MigModelObject *pNew = &pc->pNew->aObject[iNew];
  MigTableDiff *pDiff = pc->naming.apDiff[iOld];
  int bKnown = pDiff != 0;
  MigMark mark = migArenaMark(p);
  MigDifference d;

  if (!pc->bNames && strcmp(pOld->zSql, pNew->zSql) == 0) {
    return; /* as with most pairs */
  }
  memset(&d, 0, sizeof(d));
  d.iOld = iOld;
  d.iNew = iNew;
  d.bRenamed =
      migModelIsTable(pNew) && !migModelNameSame(pOld->zName, pNew->zName);
  if (pNew->eKind == MIG_DDL_TABLE) {
    if (!bKnown && (pDiff = migAlloc(p, sizeof(*pDiff))) != 0) {
      migColumnPairsFind(p, pOld, pNew, 0, 0, pDiff);
    }
    if (pDiff) {
      migAlterationFind(p, &pc->naming, pDiff);
      d.bChanged = pDiff->n > 0;
    }
    d.pTable = pDiff;
  } else {
    d.bChanged = !migObjectSame(p, &pc->naming, pc->bNames, iOld, iNew);
  }
  if (d.bChanged || d.bRenamed) {
    differenceAdd(p, pOut, &d);
  } else if (!bKnown) {
    migArenaRelease(p, mark);
  }
}

/* Does an object of the old schema go with what it is on? Then dropping that is
** enough. */
static int goesAlong(const MigPairs *pc, const MigModelObject *pObject) {
  return pObject->iOn >= 0 && pc->aiTo[pObject->iOn] < 0;
}

/*
** Compare two schemas. pRenames, which may be NULL, are annotations of the new
** one. pOut need not be initialized; it refers to both models, which must live
** as long, and belongs to the arena. Reads no database.
**
** FORMAT for an annotation that means nothing, or may mean two things. After an
** error pOut holds what was found so far, which may be nothing.
*/
void migCompare(MigContext *p, const MigModel *pOld, const MigModel *pNew,
                const MigRenames *pRenames, MigComparison *pOut) {
  MigPairs c;
  int i;

  memset(pOut, 0, sizeof(*pOut));
  pOut->pOld = pOld;
  pOut->pNew = pNew;
  memset(&c, 0, sizeof(c));
  c.pOld = pOld;
  c.pNew = pNew;
  migPairsFind(p, &c, pRenames);
  for (i = 0; i < pOld->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pOld->aObject[i];
    if (c.aiTo[i] < 0 && pObject->eSkip == MIG_SKIP_NO &&
        !goesAlong(&c, pObject)) {
      differenceAlone(p, pOut, i, -1);
    }
  }
  for (i = 0; i < pNew->nObject && p->rc == SQLITE_OK; i++) {
    if (c.aiFrom[i] >= 0) {
      differencePair(p, &c, c.aiFrom[i], i, pOut);
    } else if (pNew->aObject[i].eSkip == MIG_SKIP_NO) {
      differenceAlone(p, pOut, -1, i);
    }
  }
}

/*
** Compare two definitions of one ordinary table, which may have two names.
** pRenames, which may be NULL, are annotations of columns of pNew only. Nothing
** is known of other tables: foreign keys to them are the same when they name
** the same. pOut refers to both objects; with no alteration in it they say the
** same, whatever their texts and names are.
**
** FORMAT as above.
*/
void migCompareTable(MigContext *p, const MigModelObject *pOld,
                     const MigModelObject *pNew, const MigRenames *pRenames,
                     MigTableDiff *pOut) {
  migColumnPairsFind(p, pOld, pNew, pRenames, 0, pOut);
  migAlterationFind(p, 0, pOut);
}

/* ------------------------------------------------------------------------
** In words
*/

/* The kind of an object, for a message. */
static const char *kindText(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_VIRTUAL ? "virtual table"
                                           : migModelKind(pObject->eKind);
}

/* Append what is changed in a table, but for what goes without saying. */
static void changesText(MigContext *p, const MigTableDiff *pDiff,
                        MigText *pOut) {
  const char *zBefore = ": ";
  int i;

  for (i = 0; i < pDiff->n; i++) {
    if (!migTableDiffImplied(pDiff, &pDiff->a[i])) {
      migTextStr(p, pOut, zBefore);
      migTextStr(p, pOut, migAlterationText(p, pDiff, i));
      zBefore = "; ";
    }
  }
}

/* What is to be done for difference i, as one line without its end: "change
** table users: column age: NOT NULL added", "drop view v", "rename table a to b
** and change it: ...". In the arena; not all of it after an error. */
const char *migDifferenceText(MigContext *p, const MigComparison *pCompare,
                              int i) {
  const MigDifference *pDiff = &pCompare->a[i];
  const MigModelObject *aOld = pCompare->pOld->aObject;
  const MigModelObject *aNew = pCompare->pNew->aObject;
  const MigModelObject *pObject =
      pDiff->iNew < 0 ? &aOld[pDiff->iOld] : &aNew[pDiff->iNew];
  MigText text = {0, 0, 0};

  if (pDiff->iOld < 0 || pDiff->iNew < 0) {
    migTextStr(p, &text, pDiff->iNew < 0 ? "drop " : "create ");
  } else {
    migTextStr(p, &text, pDiff->bRenamed ? "rename " : "change ");
  }
  migTextStr(p, &text, kindText(pObject));
  migTextStr(p, &text, " ");
  if (pDiff->bRenamed) {
    migNameText(p, aOld[pDiff->iOld].zName, &text);
    migTextStr(p, &text, " to ");
  }
  migNameText(p, pObject->zName, &text);
  if (pDiff->bRenamed && pDiff->bChanged) {
    migTextStr(p, &text, " and change it");
  }
  if (pDiff->pTable) {
    changesText(p, pDiff->pTable, &text);
  }
  return migTextZ(&text);
}
