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
**
** Thus under the name "batch 8c1f" a value of
**
**   0 5001 5000 12000 7 2026-01-31T12:00:00.000Z orders
**
** says of revision 8c1f: of its first batch 5000 of 12000 rows of table orders
** were gone through, up to key 5000, as run 7 began to do at that time.
*/
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "sql.h"
#include "partial.h"

/* All names are behind "batch" and a blank; '!' is the byte after the blank. */
#define NAMED " name = 'batch ' || ?1"
#define ALL " name >= 'batch ' AND name < 'batch!'"
#define FIRST (-0x7fffffffffffffffLL - 1) /* the smallest key there is */

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

/* Set to the beginning of batch iBatch, from 0: all keys are left, no row is
** done. Who began, when, and the table stay as they are. */
void migPartialStart(MigPartial *pPartial, int iBatch) {
  pPartial->iBatch = iBatch;
  pPartial->iNext = FIRST;
  pPartial->bLast = 0;
  pPartial->nDone = pPartial->nTotal = 0;
}

/* Read a number from iMin to iMax and the blank behind it. Returns 1 with *pz
** moved behind the blank, or 0 with *pz as it was. strtoll() would pass over
** white space and take a '+'; the first byte is tested so that it cannot. */
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

/* Take the text apart: 1, or 0 when it is not of the form. The table is not
** copied: pOut then points into z. Behind the time nothing is checked. */
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

/* Take apart what the file says of a revision. zState must live as long as
** pOut. STORE_DAMAGED when that cannot be, also for NULL; pOut then means
** nothing. */
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

/* Read how far a revision is: 1, or 0 when it has not begun; pOut is then at
** the beginning of its first batch. STORE_DAMAGED for a text that is not ours.
** Needs a store, and a read transaction. */
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

/* Write the text of a revision, instead of what was there. Texts stay the
** caller's. */
static void partialPut(MigContext *p, const char *zRevision, const char *z) {
  sqlite3_stmt *pStmt = migPrepare(p, zPut);

  migBindText(p, pStmt, 1, zRevision);
  migBindText(p, pStmt, 2, z);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
}

/* Write how far it is, in the transaction of the batch: all fields but bBegun
** count. After a failure p->rc is set and that transaction must be undone. */
void migPartialWrite(MigContext *p, const char *zRevision,
                     const MigPartial *pPartial) {
  const char *zNext =
      pPartial->bLast ? "-" : migPrintf(p, "%lld", pPartial->iNext);

  partialPut(p, zRevision,
             migPrintf(p, "%d %s %lld %lld %lld %s %s", pPartial->iBatch, zNext,
                       pPartial->nDone, pPartial->nTotal, pPartial->iRun,
                       pPartial->zStartedAt, pPartial->zTable));
}

/* Forget how far a revision is: it is applied as a whole, or not at all. The
** caller holds the write transaction; that nothing was there is no error. */
void migPartialClear(MigContext *p, const char *zRevision) {
  sqlite3_stmt *pStmt = migPrepare(p, zClear);

  migBindText(p, pStmt, 1, zRevision);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
}

/* Forget those that are applied by now, or gone: what restored or edited the
** store need not think of them. Within a write transaction. */
void migPartialSweep(MigContext *p) {
  migExec(p, zSweep);
}

/* All revisions that are applied in part, with what the file says of them, as
** it stands: two lists side by side, by id, to which it is added. Needs a
** store, and a read transaction. */
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

/* Let these, and no others, be applied in part; lists as migPartialList() makes
** them. The texts, which may come from a backup, are written without a look.
** Within a write transaction. */
void migPartialReplace(MigContext *p, const MigList *pIds,
                       const MigList *pStates) {
  int i;

  migExec(p, zForget);
  for (i = 0; i < pIds->n && p->rc == SQLITE_OK; i++) {
    partialPut(p, pIds->az[i], pStates->az[i]);
  }
}

/* The revisions that are applied in part, as a set of nodes; what the graph
** does not have is passed over. Needs a store. pGraph may be NULL after a
** failure. */
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
