/*
** partial.c - revisions that are applied in part.
**
** A revision with batches is committed batch by batch. How far it is stands in
** _migrate_meta while it is neither pending as a whole nor applied: under the
** name "batch " and its id, a JSON object
**
**   batch       which of its batches, from 0
**   table_name  its table
**   next        the first key that is left, null when none can be
**   done        rows that were gone through
**   total       rows of the table when this batch began
**   started_at  when the first batch of the revision began, ISO-8601
**
** It is written in the transaction of each batch, so that a batch is done and
** counted, or neither. For everything but what says so the revision is
** pending.
*/
#include <string.h>
#include "sql.h"
#include "partial.h"

#define NAMED " name = 'batch ' || ?1"
#define ALL " name >= 'batch ' AND name < 'batch!'"
#define FIRST (-0x7fffffffffffffffLL - 1)

static const char zRead[] =
    "SELECT json_extract(value, '$.batch'), json_extract(value, '$.next'),"
    " json_extract(value, '$.done'), json_extract(value, '$.total'),"
    " json_extract(value, '$.table_name'), json_extract(value, '$.started_at')"
    " FROM main._migrate_meta WHERE" NAMED " AND json_valid(value)";
static const char zWrite[] =
    "REPLACE INTO main._migrate_meta(name, value) VALUES('batch ' || ?1,"
    " json_object('batch', ?2, 'table_name', ?3, 'next', ?4, 'done', ?5,"
    " 'total', ?6, 'started_at', ?7))";
static const char zClear[] = "DELETE FROM main._migrate_meta WHERE" NAMED;
static const char zSweep[] =
    "DELETE FROM main._migrate_meta WHERE" ALL " AND (substr(name, 7) IN"
    " (SELECT revision FROM main._migrate_applied) OR substr(name, 7) NOT IN"
    " (SELECT revision FROM main._migrate_revisions))";
static const char zList[] =
    "SELECT substr(name, 7), value"
    " FROM main._migrate_meta WHERE" ALL " ORDER BY name";
static const char zForget[] = "DELETE FROM main._migrate_meta WHERE" ALL;
static const char zPut[] = "INSERT INTO main._migrate_meta(name, value)"
                           " VALUES('batch ' || ?1, ?2)";

const char migPartialRows[] =
    "SELECT substr(name, 7), json_extract(value, '$.table_name'),"
    " json_extract(value, '$.next'), json_extract(value, '$.done'),"
    " json_extract(value, '$.total'), json_extract(value, '$.started_at')"
    " FROM main._migrate_meta WHERE" ALL " AND json_valid(value)"
    " ORDER BY name";

/* At the beginning of a batch. */
void migPartialStart(MigPartial *pPartial, int iBatch) {
  pPartial->iBatch = iBatch;
  pPartial->iNext = FIRST;
  pPartial->bLast = 0;
  pPartial->nDone = pPartial->nTotal = 0;
}

/* Read how far a revision is: 1, or 0 when it has not begun. */
int migPartialRead(MigContext *p, const char *zRevision, MigPartial *pOut) {
  sqlite3_stmt *pStmt = migPrepare(p, zRead);

  memset(pOut, 0, sizeof(*pOut));
  migPartialStart(pOut, 0);
  migBindText(p, pStmt, 1, zRevision);
  if (migStep(p, pStmt)) {
    pOut->bBegun = 1;
    pOut->iBatch = sqlite3_column_int(pStmt, 0);
    pOut->iNext = sqlite3_column_int64(pStmt, 1);
    pOut->bLast = sqlite3_column_type(pStmt, 1) == SQLITE_NULL;
    pOut->nDone = sqlite3_column_int64(pStmt, 2);
    pOut->nTotal = sqlite3_column_int64(pStmt, 3);
    pOut->zTable = migColumnText(p, pStmt, 4);
    pOut->zStartedAt = migColumnText(p, pStmt, 5);
  }
  migFinalize(p, pStmt);
  return pOut->bBegun && p->rc == SQLITE_OK;
}

/* Write it, in the transaction of the batch. */
void migPartialWrite(MigContext *p, const char *zRevision,
                     const MigPartial *pPartial) {
  sqlite3_stmt *pStmt = migPrepare(p, zWrite);

  migBindText(p, pStmt, 1, zRevision);
  migBindInt(p, pStmt, 2, pPartial->iBatch);
  migBindText(p, pStmt, 3, pPartial->zTable);
  if (!pPartial->bLast) {
    migBindInt(p, pStmt, 4, pPartial->iNext);
  }
  migBindInt(p, pStmt, 5, pPartial->nDone);
  migBindInt(p, pStmt, 6, pPartial->nTotal);
  migBindText(p, pStmt, 7, pPartial->zStartedAt);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
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
  sqlite3_stmt *pStmt;
  int i;

  migExec(p, zForget);
  pStmt = pIds->n ? migPrepare(p, zPut) : 0;
  for (i = 0; i < pIds->n && p->rc == SQLITE_OK; i++) {
    migBindText(p, pStmt, 1, pIds->az[i]);
    migBindText(p, pStmt, 2, pStates->az[i]);
    migRun(p, pStmt);
  }
  migFinalize(p, pStmt);
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
