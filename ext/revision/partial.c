/*
** partial.c - revisions that are applied in part.
**
** A revision with batches is committed batch by batch. How far it is stands in
** _migrate_meta while it is neither pending as a whole nor applied: under the
** name "batch " and its id, a text of seven parts with a blank between them
**
**   which of its batches, from 0
**   the first key that is left, '-' when none can be
**   rows that were gone through
**   rows of the table when this batch began
**   the run that began: its backup is what was there before
**   when the first batch of the revision began, ISO-8601
**   the table, to the end
**
** It is written in the transaction of each batch, so that a batch is done and
** counted, or neither. For everything but what says so the revision is
** pending. (SQLite's JSON functions are not used for it: some versions answer
** that a text is no JSON when they are out of memory, and then a batch would
** be done twice.)
*/
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "sql.h"
#include "partial.h"

#define NAMED " name = 'batch ' || ?1"
#define ALL " name >= 'batch ' AND name < 'batch!'"
#define FIRST (-0x7fffffffffffffffLL - 1)

static const char zRead[] = "SELECT value FROM main._migrate_meta WHERE" NAMED;
static const char zClear[] = "DELETE FROM main._migrate_meta WHERE" NAMED;
static const char zSweep[] =
    "DELETE FROM main._migrate_meta WHERE" ALL " AND (substr(name, 7) IN"
    " (SELECT revision FROM main._migrate_applied) OR substr(name, 7) NOT IN"
    " (SELECT revision FROM main._migrate_revisions))";
static const char zList[] =
    "SELECT substr(name, 7), value"
    " FROM main._migrate_meta WHERE" ALL " ORDER BY name";
static const char zForget[] = "DELETE FROM main._migrate_meta WHERE" ALL;
static const char zPut[] = "REPLACE INTO main._migrate_meta(name, value)"
                           " VALUES('batch ' || ?1, ?2)";

/* At the beginning of a batch. */
void migPartialStart(MigPartial *pPartial, int iBatch) {
  pPartial->iBatch = iBatch;
  pPartial->iNext = FIRST;
  pPartial->bLast = 0;
  pPartial->nDone = pPartial->nTotal = 0;
}

/* Read a number and the blank behind it. */
static int readInt(const char **pz, i64 iMin, i64 iMax, i64 *piOut) {
  int bDigit = **pz == '-' ? (*pz)[1] >= '0' : **pz >= '0';
  char *zEnd;

  errno = 0;
  *piOut = strtoll(*pz, &zEnd, 10);
  if (!bDigit || errno || *zEnd != ' ' || *piOut < iMin || *piOut > iMax) {
    return 0;
  }
  *pz = zEnd + 1;
  return 1;
}

/* Take the text apart, which pOut then points into. */
static int readText(MigContext *p, const char *z, MigPartial *pOut) {
  const char *zTime;
  i64 iBatch;

  if (z == 0 || !readInt(&z, 0, INT_MAX, &iBatch)) {
    return 0;
  }
  pOut->iBatch = (int)iBatch;
  pOut->bLast = strncmp(z, "- ", 2) == 0;
  if (pOut->bLast) {
    pOut->iNext = 0;
    z += 2;
  } else if (!readInt(&z, FIRST, -(FIRST + 1), &pOut->iNext)) {
    return 0;
  }
  if (!readInt(&z, 0, -(FIRST + 1), &pOut->nDone) ||
      !readInt(&z, 0, -(FIRST + 1), &pOut->nTotal) ||
      !readInt(&z, 1, -(FIRST + 1), &pOut->iRun)) {
    return 0;
  }
  zTime = z;
  z = strchr(z, ' ');
  if (z == 0) {
    return 0;
  }
  pOut->zStartedAt = migStrndup(p, zTime, z - zTime);
  pOut->zTable = z + 1;
  return 1;
}

/* Take apart what the file says of a revision. STORE_DAMAGED when that cannot
** be. */
void migPartialParse(MigContext *p, const char *zRevision, const char *zState,
                     MigPartial *pOut) {
  memset(pOut, 0, sizeof(*pOut));
  pOut->bBegun = 1;
  if (p->rc == SQLITE_OK && !readText(p, zState, pOut)) {
    migFail(p, MIG_STORE_DAMAGED,
            "how far the batches of revision %s are cannot be read in"
            " _migrate_meta; restore the file from a copy",
            zRevision);
  }
}

/* Read how far a revision is: 1, or 0 when it has not begun. */
int migPartialRead(MigContext *p, const char *zRevision, MigPartial *pOut) {
  sqlite3_stmt *pStmt = migPrepare(p, zRead);

  memset(pOut, 0, sizeof(*pOut));
  migPartialStart(pOut, 0);
  migBindText(p, pStmt, 1, zRevision);
  if (migStep(p, pStmt)) {
    migPartialParse(p, zRevision, migColumnText(p, pStmt, 0), pOut);
  }
  migFinalize(p, pStmt);
  return pOut->bBegun && p->rc == SQLITE_OK;
}

/* Write a text of a revision. */
static void partialPut(MigContext *p, const char *zRevision, const char *z) {
  sqlite3_stmt *pStmt = migPrepare(p, zPut);

  migBindText(p, pStmt, 1, zRevision);
  migBindText(p, pStmt, 2, z);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
}

/* Write how far it is, in the transaction of the batch. */
void migPartialWrite(MigContext *p, const char *zRevision,
                     const MigPartial *pPartial) {
  const char *zNext =
      pPartial->bLast ? "-" : migPrintf(p, "%lld", pPartial->iNext);

  partialPut(p, zRevision,
             migPrintf(p, "%d %s %lld %lld %lld %s %s", pPartial->iBatch, zNext,
                       pPartial->nDone, pPartial->nTotal, pPartial->iRun,
                       pPartial->zStartedAt, pPartial->zTable));
}

/* The revision is applied as a whole, or not at all. */
void migPartialClear(MigContext *p, const char *zRevision) {
  sqlite3_stmt *pStmt = migPrepare(p, zClear);

  migBindText(p, pStmt, 1, zRevision);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
}

/* Forget revisions that are applied by now, or gone. */
void migPartialSweep(MigContext *p) {
  migExec(p, zSweep);
}

/* All revisions that are applied in part, with what the file says of them. */
void migPartialList(MigContext *p, MigList *pIds, MigList *pStates) {
  sqlite3_stmt *pStmt = migPrepare(p, zList);

  while (migStep(p, pStmt)) {
    const char *zId = migColumnText(p, pStmt, 0);
    const char *zState = migColumnText(p, pStmt, 1);
    if (zId && zState) {
      migListAdd(p, pIds, zId);
      migListAdd(p, pStates, zState);
    }
  }
  migFinalize(p, pStmt);
}

/* Let these, and no others, be applied in part. */
void migPartialReplace(MigContext *p, const MigList *pIds,
                       const MigList *pStates) {
  int i;

  migExec(p, zForget);
  for (i = 0; i < pIds->n && p->rc == SQLITE_OK; i++) {
    partialPut(p, pIds->az[i], pStates->az[i]);
  }
}

/* The same, as a set of nodes. */
MigSet migPartialSet(MigContext *p, const MigGraph *pGraph) {
  MigSet set = migSetNew(p, pGraph ? pGraph->nNode : 0);
  MigList ids = {0, 0};
  MigList states = {0, 0};
  int i;

  migPartialList(p, &ids, &states);
  for (i = 0; i < ids.n && p->rc == SQLITE_OK; i++) {
    int iNode = migGraphFind(pGraph, ids.az[i]);
    if (iNode >= 0) {
      migSetAdd(&set, iNode);
    }
  }
  return set;
}
