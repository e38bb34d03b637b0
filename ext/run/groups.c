/*
** groups.c - the steps of a run, in groups of one transaction each.
**
** All steps share one transaction, unless the caller wants one `each`, or a
** revision runs alone (no-transaction): then one ends before it and one begins
** after it. A step, its row in the applied set, its row in the history and the
** facts in _migrate_meta are committed together; the row of the whole call
** goes with the last transaction, the automatic backup (protect.c) with the
** first; what there are too many of is dropped with the last. When that would
** be undone, because a revision that runs alone comes first, the backup is
** committed by itself, and dropped again when the call fails before anything
** else has happened (finish.c).
**
** An upgrade by a, b, and n, which wants no transaction, in autocommit:
**
**   BEGIN    backup, script a, script b, foreign keys, rows, facts   COMMIT
**   BEGIN    nothing: the lock, and has anybody written?             ROLLBACK
**            script n, statement by statement
**   BEGIN    n is applied, its row, the row of the call, facts       COMMIT
**
** Where the first step is n, the first transaction has the backup alone. A
** revision in batches has a transaction for each of them, the last of which
** goes on with its checks and its row.
**
** Between two of these another connection may write. It is seen by PRAGMA
** data_version, and then state and steps are read again (steps.c); the plan is
** not made again.
*/
#include "sql.h"
#include "os.h"
#include "history.h"
#include "transaction.h"
#include "revisions.h"
#include "state.h"
#include "applied.h"
#include "backfill.h"
#include "drift.h"
#include "execute.h"
#include "maintenance.h"
#include "mirror.h"
#include "progress.h"
#include "protect.h"
#include "record.h"
#include "partial.h"
#include "groups.h"

/* ---- one step ---- */

/* The time by the clock, ISO-8601; the call's own when that was given. */
static const char *runNow(MigContext *p, const MigRun *pRun) {
  return pRun->pCall->bNow ? pRun->zStartedAt : migTimeText(p, migClockMs());
}

/* Something was undone: what is repeatable is pending again. In the rows and in
** the state. */
static void repeatablesForget(MigContext *p, MigRun *pRun) {
  const MigGraph *g = pRun->state.pGraph;
  MigSet set = migGraphRepeatables(p, g);
  int i;

  migSetIntersect(&set, &pRun->state.applied);
  for (i = migSetNext(&set, -1); i >= 0; i = migSetNext(&set, i)) {
    migAppliedRemove(p, g->aNode[i].zId);
  }
  migSetSubtract(&pRun->state.applied, &set);
}

/* Move the applied set over a step that has run, in the rows and in the state.
** A revision whose batches another call began is applied by that one's run. */
static void stepApply(MigContext *p, MigRun *pRun, MigRunStep *pStep) {
  MigPartial partial;
  i64 iRun = pRun->iRun;

  if (pRun->bDown) {
    migAppliedRemove(p, pStep->rev.zId);
    migPartialClear(p, pStep->rev.zId);
    migSetRemove(&pRun->state.applied, pStep->iNode);
    repeatablesForget(p, pRun);
  } else {
    if ((pStep->rev.flags & MIG_REV_BATCH) &&
        migPartialRead(p, pStep->rev.zId, &partial)) {
      iRun = partial.iRun; /* its backup is what was there before */
      migPartialClear(p, pStep->rev.zId);
    }
    migAppliedAdd(p, pStep->rev.zId, iRun, pStep->zStartedAt,
                  pStep->rev.aChecksum, 0);
    migSetAdd(&pRun->state.applied, pStep->iNode);
  }
}

/* What of the batches of a step is left to be run at once: from the place where
** the file says it is, to the end. */
static void stepLeft(MigContext *p, const MigRunStep *pStep,
                     MigScriptJob *pJob) {
  MigPartial partial;

  migPartialRead(p, pStep->rev.zId, &partial);
  pJob->iBatch = partial.iBatch + partial.bLast;
  pJob->range.iLow = partial.bLast ? MIG_BATCH_FIRST : partial.iNext;
}

/* Run the script of one step, inside or outside a transaction; of one that was
** run in batches the checks. Its counts and times are added to those of the
** step. After an error the caller undoes what is open. */
static void stepRun(MigContext *p, MigRun *pRun, MigRunStep *pStep) {
  i64 msStart = migRecordClock(pRun);
  MigBytes script;
  MigScriptJob job;
  int bLeft = 0;

  if (pStep->zStartedAt == 0) {
    pStep->zStartedAt = runNow(p, pRun);
  }
  script = migStepsScript(p, pRun, pStep);
  if (script.a) {
    migStepsJob(&job, pRun, pStep, &script);
    if (pStep->bBatch) {
      job.ePart = MIG_PART_CHECKS;
    } else if (!pRun->bDown && (pStep->rev.flags & MIG_REV_BATCH)) {
      stepLeft(p, pStep, &job);
      bLeft = 1;
    }
    pRun->exec.pDetail = pRun->pCall->bDryRun ? &pStep->detail : 0;
    if (pStep->bAlone) {
      migMaintenanceRun(p, &pRun->exec, &job);
    } else {
      migExecuteScript(p, &pRun->exec, &job);
    }
    pStep->nStatement += job.nStatement;
    pStep->nRow += job.nRow;
    pRun->nBatchRow += bLeft ? job.nRow : 0;
  }
  sqlite3_free(script.a);
  pStep->ms += migRecordClock(pRun) - msStart;
}

/* ---- transactions ---- */

/* Take the write lock, and let what runs know of the transaction. The store is
** not made here: a file without one has no revisions to run. Errors: those of
** migTransactionBegin(); the caller undoes it in any case. */
void migGroupsLock(MigContext *p, MigRun *pRun) {
  migTransactionBegin(p, &pRun->tx, pRun->pConn, pRun->msWait,
                      pRun->bDeterministic, 0);
  pRun->exec.pTx = &pRun->tx;
}

/* A number that changes whenever another connection writes the file, and stays
** when this one does (pragma.html, data_version). 0 after an error. */
i64 migGroupsVersion(MigContext *p) {
  return migQueryInt(p, 0, "PRAGMA main.data_version");
}

/* Take the number of the run: under the lock, and anew in each transaction
** until something was committed with it. Nothing is written. */
void migGroupsNumber(MigContext *p, MigRun *pRun) {
  if (!pRun->bReserved) {
    pRun->iRun = migHistoryRun(p);
  }
}

/* Something with the number is committed before a row of the history: let no
** other call have it. */
static void runReserve(MigContext *p, MigRun *pRun) {
  if (!pRun->bReserved) {
    migHistoryReserve(p, pRun->iRun);
  }
}

/* Begin the transaction of the steps from iFirst on. When another connection
** has written since the state was read, everything is read again: packs too,
** which the cache would not notice. */
static void groupBegin(MigContext *p, MigRun *pRun, int iFirst) {
  i64 iVersion;

  migGroupsLock(p, pRun);
  iVersion = migGroupsVersion(p);
  if (p->rc || iVersion == pRun->iDataVersion) {
    return;
  }
  pRun->iDataVersion = iVersion;
  migScriptsClose(&pRun->cache);
  migStateLoad(p, &pRun->state);
  migExecuteStart(p, &pRun->exec);
  migStepsRefresh(p, pRun, iFirst);
}

/* Report progress of the steps, nDone of them. It may run a function of the
** application, which may fail the call, or end the transaction. */
static void runProgress(MigContext *p, const MigRun *pRun, int nDone) {
  migProgress(p, pRun->pCall->zProgress, migRecordVerb(pRun), nDone,
              pRun->plan.nStep);
  migRecordProgressed(p, pRun);
}

/* Keep the schema that a group of steps has left; the last one that was done,
** and not skipped, gets its fingerprint. */
static void groupSchema(MigContext *p, MigRun *pRun, int iFirst, int iEnd) {
  int i = iEnd - 1;

  migDriftKeep(p, pRun->aFingerprint);
  while (i > iFirst && !pRun->aStep[i].bDone) {
    i--;
  }
  if (p->rc == SQLITE_OK && pRun->aStep[i].bDone) {
    pRun->aStep[i].aFingerprint = pRun->aFingerprint;
    if (!pRun->bDown) {
      migAppliedFingerprint(p, pRun->aStep[i].rev.zId, pRun->aFingerprint);
    }
  }
}

/* Write what a group of steps changed: history, facts, and with the last
** group the row of the call, and its result, which can fail for want of
** memory and so must come before the commit. */
static void groupRecord(MigContext *p, MigRun *pRun, int iFirst, int iEnd) {
  int i;

  pRun->state.current =
      migGraphCurrent(p, pRun->state.pGraph, &pRun->state.applied);
  if (p->rc == SQLITE_OK) {
    pRun->zTo = migStateNames(p, &pRun->state, &pRun->state.current);
  }
  groupSchema(p, pRun, iFirst, iEnd);
  for (i = iFirst; i < iEnd; i++) {
    if (pRun->aStep[i].bDone || pRun->aStep[i].nKept) {
      migRecordStep(p, pRun, &pRun->aStep[i]);
    }
  }
  migStateSummarize(p, &pRun->state);
  if (iEnd == pRun->plan.nStep) {
    migRecordRun(p, pRun, "done", 0, 0);
    migRecordResult(p, pRun);
  }
}

/* Commit; what was prepared is finalized, so that it is the last statement.
** From here on the number of the run is taken, and the backup stays. */
static void groupCommit(MigContext *p, MigRun *pRun) {
  migStatementsClose(p);
  migTransactionCommit(p, &pRun->tx);
  if (p->rc == SQLITE_OK) {
    pRun->bReserved = 1;
    migProtectCommitted(&pRun->protect);
  }
}

/* Finish the backup, with the first transaction of the run. Later ones have
** none. */
static void backupEnd(MigContext *p, MigRun *pRun) {
  migProtectEnd(p, &pRun->protect);
  migRecordProgressed(p, pRun);
}

/* Run a step that wants no transaction: let go of the lock, run it, and take
** the lock again to record it. Nothing was written in the transaction that
** ends, but perhaps the backup. */
static void aloneRun(MigContext *p, MigRun *pRun, int iStep) {
  if (pRun->protect.iBackup && !pRun->protect.bCommitted) {
    backupEnd(p, pRun);
    runReserve(p, pRun);
    groupCommit(p, pRun);
  } else {
    migStatementsClose(p);
    migTransactionUndo(p, &pRun->tx);
  }
  if (p->rc) {
    return;
  }
  pRun->exec.pTx = 0;
  pRun->iFailed = iStep;
  stepRun(p, pRun, &pRun->aStep[iStep]);
  if (p->rc == SQLITE_OK) {
    groupBegin(p, pRun, iStep);
  }
}

/* ---- batches ---- */

/* Let others have the lock. A busy handler asks again in growing pauses, each
** about half as long as it has waited: this one is longer, so that who came
** during a batch is next. */
static void batchPause(i64 ms) {
  migSleep((int)(ms < 2 ? 1 : ms > 200 ? 100 : ms / 2));
}

/* Run the batches of a step, each in a transaction of its own. That of the last
** one is open at the end; when there was no more time, there is none. */
static void batchesRun(MigContext *p, MigRun *pRun, int iStep) {
  MigRunStep *pStep = &pRun->aStep[iStep];
  i64 msEnd = pRun->pSpec->msBatches;
  i64 msStart = migMonotonicMs();
  i64 ms = msStart;

  pRun->iFailed = iStep;
  pStep->zStartedAt = runNow(p, pRun);
  while (p->rc == SQLITE_OK && !pStep->bSkip &&
         migBackfillNext(p, pRun, pStep)) {
    migForeignCheck(p, &pRun->exec.foreign);
    backupEnd(p, pRun);
    /* a call that has its time given must not depend on how fast it was */
    pRun->bStopped =
        msEnd > 0 && (pRun->pCall->bNow || migMonotonicMs() - msStart >= msEnd);
    if (pRun->bStopped) {
      pStep->nKeptRow = pStep->nRow;
      migRecordRun(p, pRun, "partial", pStep, 0);
      migRecordResult(p, pRun);
    } else {
      runReserve(p, pRun);
    }
    groupCommit(p, pRun);
    if (p->rc == SQLITE_OK) {
      pRun->nCommitted++;
      pStep->nKept = pStep->nStatement;
      pStep->nKeptRow = pStep->nRow;
    }
    if (p->rc || pRun->bStopped) {
      return;
    }
    batchPause(migMonotonicMs() - ms);
    ms = migMonotonicMs();
    groupBegin(p, pRun, iStep);
  }
  pStep->ms = migRecordClock(pRun) ? migMonotonicMs() - msStart : 0;
}

/* Run the scripts of the steps iFirst to iEnd-1 inside the open transaction,
** and move the applied set. The script of one that wants no transaction has run
** before. */
static void groupSteps(MigContext *p, MigRun *pRun, int iFirst, int iEnd) {
  int bAlone = pRun->aStep[iFirst].bAlone; /* then it is the only one */
  int i;

  for (i = iFirst; i < iEnd && p->rc == SQLITE_OK; i++) {
    MigRunStep *pStep = &pRun->aStep[i];
    if (pStep->bSkip) {
      continue;
    }
    pRun->iFailed = i;
    if (pRun->pCall->zProgress) {
      /* a function of the application may look at the schema */
      migExecuteSettle(p, &pRun->exec);
    }
    runProgress(p, pRun, i);
    if (!bAlone) {
      stepRun(p, pRun, pStep);
    }
    stepApply(p, pRun, pStep);
    pStep->bDone = p->rc == SQLITE_OK;
  }
}

/* End the transaction of the steps iFirst to iEnd-1: foreign keys, the backup,
** settings back, history and result, commit. A dry run stays open, its caller
** undoes it. Settings go back before the rows of the store are written, and
** whatever that expires is compiled again (migTransactionArm()). */
static void groupEnd(MigContext *p, MigRun *pRun, int iFirst, int iEnd) {
  migExecuteSettle(p, &pRun->exec);
  migForeignCheck(p, &pRun->exec.foreign);
  if (iEnd == pRun->plan.nStep) {
    runProgress(p, pRun, iEnd);
  }
  backupEnd(p, pRun);
  if (iEnd == pRun->plan.nStep) {
    migProtectRetain(p, &pRun->protect);
  }
  if (p->rc == SQLITE_OK) {
    migSettingsRestore(p, pRun->pConn, &pRun->saved);
    migMirrorKeep(p, &pRun->state);
    migTransactionArm(p, &pRun->tx);
  }
  groupRecord(p, pRun, iFirst, iEnd);
  if (!pRun->pCall->bDryRun) {
    groupCommit(p, pRun);
    if (p->rc == SQLITE_OK) {
      pRun->nCommitted++;
      pRun->iOpen = iEnd;
    }
  }
}

/* Run the steps iFirst to iEnd-1 in one transaction, which is open for the
** first group of the run. A step without transaction, or in batches, is a group
** by itself; when there was no more time for its batches, the run has stopped
** behind the last one. */
static void groupRun(MigContext *p, MigRun *pRun, int iFirst, int iEnd) {
  const MigRunStep *pFirst = &pRun->aStep[iFirst];

  if (!pRun->tx.bOpen) {
    groupBegin(p, pRun, iFirst);
    migMirrorCheck(p, &pRun->state); /* the other tool may have had its turn */
  }
  if (pFirst->bAlone && p->rc == SQLITE_OK && !pFirst->bSkip) {
    aloneRun(p, pRun, iFirst);
  }
  if (pFirst->bBatch && p->rc == SQLITE_OK) {
    batchesRun(p, pRun, iFirst);
  }
  if (pRun->bStopped) {
    return;
  }
  /* there was no lock around a first step that ran alone */
  migGroupsNumber(p, pRun);
  groupSteps(p, pRun, iFirst, iEnd);
  groupEnd(p, pRun, iFirst, iEnd);
}

/*
** Run all groups, as the steps were cut, until an error or until there is no
** more time for batches. The transaction of the first is open, the steps are
** checked and the backup has begun. iFailed is -1 behind a run without an
** error; the result is there then. What is open at the end, after an error and
** in a dry run, is for the caller to undo. Errors: those of scripts and of
** backups, FOREIGN_KEY, UNSUPPORTED for a mirrored table, and where another
** transaction begins those of migGroupsLock() and migStepsRefresh().
*/
void migGroupsRun(MigContext *p, MigRun *pRun) {
  int iFirst = 0;
  int iEnd;

  migExecuteStart(p, &pRun->exec);
  while (iFirst < pRun->plan.nStep && p->rc == SQLITE_OK && !pRun->bStopped) {
    for (iEnd = iFirst + 1;
         iEnd < pRun->plan.nStep &&
         pRun->aStep[iEnd].iTransaction == pRun->aStep[iFirst].iTransaction;
         iEnd++) {
    }
    groupRun(p, pRun, iFirst, iEnd);
    iFirst = iEnd;
  }
  if (p->rc == SQLITE_OK) {
    pRun->iFailed = -1;
  }
}
