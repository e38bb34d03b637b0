/*
** subset.c - of two schemas, the part that a change of one into the other has
** to do with.
**
** SQLite reads the whole schema again behind each statement that changes it. To
** try a script with many changes in a copy of a large schema takes a time that
** grows with the product of both, so it is tried in a copy of a part:
**
**   - what differs, and all that names one of those: a table that refers to the
**     table, a view over it, and what names that view, and so on;
**   - what views, triggers and indexes of these name, and so on, so that they
**     compile. A table compiles without those it refers to;
**   - indexes and triggers on, and the parts of virtual tables among, those;
**   - what has a name like the ones that are given to tables on their way.
**
** Names are found as tokens. One that only looks like a name makes the part
** larger than it need be, and nothing wrong.
**
** Both parts hold the same: what one wants by its name the other wants, too,
** and what that names, until nothing is new. Each round of that is linear in
** the number of names that were found in the texts.
**
** Example: t differs. Wanted are t, a child with a foreign key to t, view v
** over t, view w over v, the trigger on u that writes to v, with u; then also
** what w and the trigger name besides.
*/
#include <string.h>
#include "subset.h"

#define SMALL 100 /* objects up to which a schema is taken as it is */

/* A schema of which objects are wanted. Its arrays belong to the arena. */
typedef struct Part {
  const MigModel *pModel;
  u8 *abWanted; /* for each object */
  int nEdge;    /* object aiFrom[i] names object aiTo[i] */
  int *aiFrom;
  int *aiTo;
} Part;

/* ------------------------------------------------------------------------
** Who names whom
*/

/* Add an edge, unless it leads nowhere (-1) or to itself. The same edge may
** be there more than once. */
static void edgeAdd(MigContext *p, Part *pPart, int iFrom, int iTo) {
  if (iTo < 0 || iFrom == iTo) {
    return;
  }
  pPart->aiFrom = migModelRoom(p, pPart->aiFrom, pPart->nEdge, sizeof(int));
  pPart->aiTo = migModelRoom(p, pPart->aiTo, pPart->nEdge, sizeof(int));
  if (p->rc == SQLITE_OK) {
    pPart->aiFrom[pPart->nEdge] = iFrom;
    pPart->aiTo[pPart->nEdge++] = iTo;
  }
}

/* The names in the text of object i. The arguments of a virtual table may have
** one in quotes, within a string. Names are given back to the arena as long as
** no edge has been put behind them. */
static void edgesRead(MigContext *p, Part *pPart, int i) {
  const MigModel *pModel = pPart->pModel;
  const char *z = pModel->aObject[i].zSql;
  i64 n = (i64)strlen(z);
  i64 iAt = 0;
  MigMark mark = migArenaMark(p);
  int nBefore;
  MigToken token;

  do {
    iAt = migTokenSignificant(z, n, iAt, &token);
    if (token.eType == MIG_TK_WORD || token.eType == MIG_TK_QUOTED ||
        token.eType == MIG_TK_STRING) {
      char *zName = migTokenName(p, z, &token);
      int iTo = zName ? migModelFind(pModel, 0, zName) : -1;
      nBefore = pPart->nEdge;
      if (iTo < 0) {
        migArenaRelease(p, mark);
      }
      edgeAdd(p, pPart, i, iTo);
      if (pPart->nEdge > nBefore) {
        mark = migArenaMark(p);
      }
    }
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
}

/* All of them. What is on a table or view, or a part of a virtual table, and
** the latter stand and fall together. */
static void edgesFind(MigContext *p, Part *pPart) {
  const MigModel *pModel = pPart->pModel;
  int i;

  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    edgesRead(p, pPart, i);
    edgeAdd(p, pPart, i, pObject->iVirtual);
    if (pObject->iVirtual >= 0) {
      edgeAdd(p, pPart, pObject->iVirtual, i);
    }
  }
}

/* ------------------------------------------------------------------------
** What is wanted
*/

/* Do edges lead on from an object? Back, from what is named to what names it:
** only what differs, and views, make a difference to that. Forth: only tables
** need nothing that they name, but for their virtual table. */
static int isSpreading(const Part *pPart, int i, int bBack,
                       const u8 *abDiffers) {
  const MigModelObject *pObject = &pPart->pModel->aObject[i];

  if (bBack) {
    return abDiffers[i] || pObject->eKind == MIG_DDL_VIEW;
  }
  return pObject->eKind != MIG_DDL_TABLE || pObject->iVirtual >= 0;
}

/* Mark as wanted what the edges lead to from what is wanted; with bBack what
** they come from. Edges are sorted by where they lead from by counting: those
** of object i are in aiEdge from aiFirst[i + 1] on. abDiffers is what was
** wanted before. No recursion. */
static void wantedSpread(MigContext *p, Part *pPart, int bBack) {
  const int *aiFrom = bBack ? pPart->aiTo : pPart->aiFrom;
  const int *aiTo = bBack ? pPart->aiFrom : pPart->aiTo;
  int nObject = pPart->pModel->nObject;
  int *aiFirst = migAlloc(p, ((u64)nObject + 1) * sizeof(int));
  int *aiEdge = migAlloc(p, ((u64)pPart->nEdge + 1) * sizeof(int));
  int *aiTodo = migAlloc(p, ((u64)nObject + 1) * sizeof(int));
  u8 *abDiffers = migAlloc(p, (u64)nObject + 1);
  int nTodo = 0;
  int i;

  if (p->rc) {
    return;
  }
  for (i = 0; i < pPart->nEdge; i++) {
    aiFirst[aiFrom[i] + 1]++;
  }
  for (i = 0; i < nObject; i++) {
    aiFirst[i + 1] += aiFirst[i];
  }
  for (i = pPart->nEdge - 1; i >= 0; i--) { /* from the end of each list */
    aiEdge[--aiFirst[aiFrom[i] + 1]] = aiTo[i];
  }
  for (i = 0; i < nObject; i++) {
    if (pPart->abWanted[i]) {
      aiTodo[nTodo++] = i;
      abDiffers[i] = 1;
    }
  }
  while (nTodo > 0) {
    int iObject = aiTodo[--nTodo];
    int iEnd = iObject + 2 <= nObject ? aiFirst[iObject + 2] : pPart->nEdge;
    if (!isSpreading(pPart, iObject, bBack, abDiffers)) {
      continue;
    }
    for (i = aiFirst[iObject + 1]; i < iEnd; i++) {
      if (!pPart->abWanted[aiEdge[i]]) {
        pPart->abWanted[aiEdge[i]] = 1;
        aiTodo[nTodo++] = aiEdge[i];
      }
    }
  }
}

/* Is it a name like those that tables get on their way (order.c, rebuild.c)?
** Tables of SQLite's own, such as sqlite_sequence, are taken along. */
static int isOnTheWay(const char *zName) {
  return sqlite3_strlike("aside%", zName, 0) == 0 ||
         sqlite3_strlike("%\\_old%", zName, '\\') == 0 ||
         migStrNICmp(zName, "sqlite_", 7) == 0;
}

/* Find what is wanted, from what differs on, which is marked: who names it,
** what those name, what is on the tables, and what that names. */
static void wantedFind(MigContext *p, Part *pPart) {
  const MigModel *pModel = pPart->pModel;
  int i;

  edgesFind(p, pPart);
  wantedSpread(p, pPart, 1);
  wantedSpread(p, pPart, 0);
  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if (isOnTheWay(pObject->zName) ||
        (pObject->iOn >= 0 && pPart->abWanted[pObject->iOn])) {
      pPart->abWanted[i] = 1;
    }
  }
  wantedSpread(p, pPart, 0); /* what triggers on those name */
}

/* Make a model of what is wanted, with SQLite's own indexes on it. It shares
** texts with the whole one, in the same order. */
static void partMake(MigContext *p, const Part *pPart, MigModel *pOut) {
  const MigModel *pModel = pPart->pModel;
  int i;

  memset(pOut, 0, sizeof(*pOut));
  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if (pPart->abWanted[i]) {
      migModelShare(p, pOut, pObject);
    }
  }
  for (i = 0; i < pModel->nAuto && p->rc == SQLITE_OK; i++) {
    int iTable = migModelFind(pModel, 0, pModel->aAuto[i].zTable);
    if (iTable >= 0 && pPart->abWanted[iTable]) {
      migModelAdd(p, pOut, "index", pModel->aAuto[i].zName,
                  pModel->aAuto[i].zTable, 0);
    }
  }
  migModelFinish(p, pOut);
}

/* What one side wants, by its name, the other wants as well: 1 when that was
** new. A name may be of another kind there. */
static int wantedShare(const Part *pFrom, Part *pTo) {
  int bNew = 0;
  int i;

  for (i = 0; i < pFrom->pModel->nObject; i++) {
    const MigModelObject *pObject = &pFrom->pModel->aObject[i];
    int k = pFrom->abWanted[i]
                ? migModelFind(pTo->pModel, pObject->eKind == MIG_DDL_TRIGGER,
                               pObject->zName)
                : -1;
    if (k >= 0 && !pTo->abWanted[k]) {
      pTo->abWanted[k] = 1;
      bNew = 1;
    }
  }
  return bNew;
}

/*
** Make models of the parts of both schemas that the differences have to do
** with: 1, or 0 when the schemas are small enough to be taken as they are, and
** after an error; pOld and pNew are then of no use. The models share texts and
** definitions with those of pCompare, which must live as long. eSkip is found
** anew in the part, which has a virtual table with all its own.
*/
int migSubset(MigContext *p, const MigComparison *pCompare, MigModel *pOld,
              MigModel *pNew) {
  Part old;
  Part new;
  int i;

  if (p->rc ||
      (pCompare->pOld->nObject <= SMALL && pCompare->pNew->nObject <= SMALL)) {
    return 0;
  }
  memset(&old, 0, sizeof(old));
  memset(&new, 0, sizeof(new));
  old.pModel = pCompare->pOld;
  new.pModel = pCompare->pNew;
  old.abWanted = migAlloc(p, (u64)old.pModel->nObject + 1);
  new.abWanted = migAlloc(p, (u64) new.pModel->nObject + 1);
  for (i = 0; i < pCompare->n && p->rc == SQLITE_OK; i++) {
    if (pCompare->a[i].iOld >= 0) {
      old.abWanted[pCompare->a[i].iOld] = 1;
    }
    if (pCompare->a[i].iNew >= 0) {
      new.abWanted[pCompare->a[i].iNew] = 1;
    }
  }
  if (p->rc == SQLITE_OK) {
    wantedShare(&old, &new);
    wantedShare(&new, &old);
    wantedFind(p, &old);
    wantedFind(p, &new);
  }
  while (p->rc == SQLITE_OK &&
         (wantedShare(&old, &new) | wantedShare(&new, &old))) {
    wantedSpread(p, &old, 0);
    wantedSpread(p, &new, 0);
  }
  partMake(p, &old, pOld);
  partMake(p, &new, pNew);
  return p->rc == SQLITE_OK;
}
