/*
** backfill.c - the batches of a revision, one after another.
**
** A script with batches is gone through from where the file says it has come
** to (revision/partial.c): the batch that is next runs for its rows, and with
** them, in the same transaction, is written how far it is now. So whatever ends
** a run between two batches, the next one goes on behind the last commit: a
** batch is done and counted, or neither. A run may thus begin in the middle of
** a script, with rows that another call has done.
**
**   -- migrate:batch users 1000
**   UPDATE users SET mail = lower(mail) WHERE id BETWEEN :lo AND :hi;
**
** with keys 1 to 2500 is three transactions: 1 to 1000, 1001 to 2000, 2001 to
** 2500. After the second one the file says that key 2001 is next.
**
** The ranges are found when they are needed, not before: other connections
** write between two batches, and what comes in behind is gone through too.
*/
#include <string.h>
#include "sql.h"
#include "partial.h"
#include "progress.h"
#include "record.h"
#include "backfill.h"

/*
** Run the batch that mark pMark is of, for the rows in pJob->range, and write
** and report how far it is. The rows of the table are counted when its batch
** begins; what comes or goes later makes nDone more or less than that, so what
** is left is never below 0. After an error the caller undoes the transaction,
** and pPartial and the counts of pStep mean nothing.
*/
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

/* Find the next batch, from pPartial on, that has rows: its mark, which belongs
** to pInfo, and the rows in pRange; NULL when none has, and after an error.
** pPartial moves on to the beginning of each batch that is passed, in memory
** only. */
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

/*
** Run the next batch of a step in the write transaction that is open, which
** with a backup of touched tables takes these in first. Returns whether more
** are left, as far as can be seen now; 0 after an error, when the caller undoes
** the transaction: the file then says what it said before. Adds to the counts
** of pStep and pRun. A script in which no batch has rows left is no error and
** writes nothing. Errors: those of migExecuteScript() and of the ranges.
*/
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
    /* Asked now, so that the last batch and the checks are one transaction. */
    bMore = batchFind(p, &info, &partial, &range) != 0;
  }
  sqlite3_free(script.a);
  return bMore;
}
