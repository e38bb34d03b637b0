/*
** backfill.c - the batches of a revision, one after another.
**
** A script with batches is gone through from where the file says it has come
** to (revision/partial.c): the batch that is next runs for its rows, and with
** them, in the same transaction, is written how far it is now.
*/
#include <string.h>
#include "sql.h"
#include "partial.h"
#include "progress.h"
#include "record.h"
#include "backfill.h"

/* Run the batch that mark pMark is of, for the rows in pJob->range. */
static void batchRows(MigContext *p, MigRun *pRun, MigRunStep *pStep,
                      const MigScriptMark *pMark, MigScriptJob *pJob,
                      MigPartial *pPartial) {
  if (pPartial->nDone == 0) {
    pPartial->nTotal = migBatchTotal(p, pMark->zName);
  }
  pJob->ePart = MIG_PART_BATCH;
  pJob->iBatch = pPartial->iBatch;
  migExecuteScript(p, &pRun->exec, pJob);
  if (p->rc) {
    return;
  }
  pStep->nStatement += pJob->nStatement;
  pStep->nRow += pJob->nRow;
  pPartial->zTable = pMark->zName;
  pPartial->nDone += pJob->range.nRow;
  pPartial->bLast = pJob->range.iHigh == MIG_BATCH_LAST;
  pPartial->iNext = pPartial->bLast ? 0 : pJob->range.iHigh + 1;
  migPartialWrite(p, pStep->rev.zId, pPartial);
  pRun->nBatchRow += pJob->range.nRow;
  pRun->nBatchLeft = pPartial->nTotal > pPartial->nDone
                         ? pPartial->nTotal - pPartial->nDone
                         : 0;
  migProgress(p, pRun->pCall->zProgress, "batch", pPartial->nDone,
              pPartial->nTotal);
  migRecordProgressed(p, pRun);
}

/* Find the next batch, from pPartial on, that has rows: its mark, and the rows
** in pRange; NULL when none has. */
static const MigScriptMark *batchFind(MigContext *p, const MigScriptInfo *pInfo,
                                      MigPartial *pPartial, MigRange *pRange) {
  const MigScriptMark *pMark = migStepsBatch(pInfo, pPartial->iBatch);

  while (pMark && p->rc == SQLITE_OK &&
         (pPartial->bLast || !migBatchRange(p, pMark->zName, pPartial->iNext,
                                            pMark->nRow, pRange))) {
    migPartialStart(pPartial, pPartial->iBatch + 1);
    pMark = migStepsBatch(pInfo, pPartial->iBatch);
  }
  return p->rc ? 0 : pMark;
}

/* Run the next batch of a step in the transaction that is open. Returns whether
** more of them are left. */
int migBackfillNext(MigContext *p, MigRun *pRun, MigRunStep *pStep) {
  const MigScriptMark *pMark = 0;
  MigBytes script = migStepsScript(p, pRun, pStep);
  MigScriptInfo info;
  MigScriptJob job;
  MigPartial partial;
  MigRange range;
  int bMore = 0;

  memset(&info, 0, sizeof(info));
  migStepsJob(&job, pRun, pStep, &script);
  migPartialRead(p, pStep->rev.zId, &partial);
  pStep->bPart = partial.bBegun;
  if (!partial.bBegun) {
    partial.zStartedAt = pStep->zStartedAt;
    partial.iRun = pRun->iRun;
  }
  if (p->rc == SQLITE_OK) {
    migScriptScan(p, job.z, job.n, MIG_SCRIPT_OWN, &info);
    pMark = batchFind(p, &info, &partial, &job.range);
  }
  if (pMark) {
    batchRows(p, pRun, pStep, pMark, &job, &partial);
    bMore = batchFind(p, &info, &partial, &range) != 0;
  }
  sqlite3_free(script.a);
  return bMore;
}
