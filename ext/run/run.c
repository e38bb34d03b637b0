/*
** run.c - carries out a plan: the only place where everything meets.
**
** The plan is made under a read; when it is empty the call ends there,
** without a lock. Else the write lock is taken and the plan is made again,
** because another connection may have been quicker. (Inside a caller's
** transaction that has not read yet, the lock comes first and the plan is
** made once.) Then all scripts are checked, and only then the first
** statement runs.
**
** Transactions. All steps share one, unless the caller wants one `each`, or a
** revision runs alone (no-transaction): then one ends before it and one begins
** after it. A step, its row in the applied set, its row in the history and the
** facts in _migrate_meta are committed together; the row of the whole call
** goes with the last transaction, the automatic backup (protect.c) with the
** first; what there are too many of is dropped with the last. When that would
** be undone, because a revision that runs alone comes first, the backup is
** committed by itself, and dropped again when the call fails before anything
** else has happened.
**
** Repeatable revisions are the last steps of an upgrade that leaves nothing
** else pending. The first step down leaves all of them pending (plan.h).
**
** After a failure the open transaction is undone, and in autocommit the
** failure is recorded in a transaction of its own, if the cause allows one.
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
#include <string.h>
#include "sql.h"
#include "os.h"
#include "store.h"
#include "settings.h"
#include "known.h"
#include "history.h"
#include "transaction.h"
#include "revisions.h"
#include "applied.h"
#include "backfill.h"
#include "catalog.h"
#include "drift.h"
#include "execute.h"
#include "maintenance.h"
#include "mirror.h"
#include "progress.h"
#include "protect.h"
#include "record.h"
#include "partial.h"
#include "run.h"

/* ---- the plan ---- */

/* Do the facts answer: nothing is pending, and the target means all there
** is? Then bNothing and the heads are set, and no graph needs to be loaded. A
** downgrade, and a revision alone, are never answered so. */
static int nothingPending(MigRun *pRun, const MigFacts *pFacts) {
  int bHeads = strcmp(pRun->zTarget, "heads") == 0;

  if (pRun->bDown || pRun->pSpec->bOnly ||
      (!bHeads && strcmp(pRun->zTarget, "head")) ||
      migFactsPending(pFacts, bHeads)) {
    return 0;
  }
  pRun->zFrom = pRun->zTo = pFacts->zCurrent;
  pRun->bNothing = 1;
  return 1;
}

/* Read the settings that the options leave open. bStore is the version of the
** store, 0 for none: then they are the defaults. Called again under the lock,
** where they may be other ones. */
static void runSettings(MigContext *p, MigRun *pRun, int bStore) {
  const MigCall *pCall = pRun->pCall;
  const char *zEach = pCall->zTransaction;
  const char *zEdit;

  if (pCall->msWait < 0) {
    /* what waited before this did so by the default */
    pRun->msWait = migSettingInt(p, bStore, "wait");
  }
  if (zEach == 0) {
    zEach = migSettingText(p, bStore, "transaction");
  }
  zEdit = migSettingText(p, bStore, "schema_edit");
  pRun->exec.fold.bDenied = zEdit && strcmp(zEdit, "deny") == 0;
  pRun->bEach = zEach && strcmp(zEach, "each") == 0;
  pRun->bStrict = (int)migSettingInt(p, bStore, "strict");
  pRun->bDeterministic = (int)migSettingInt(p, bStore, "deterministic");
  pRun->zActor =
      pCall->zActor ? pCall->zActor : migSettingText(p, bStore, "actor");
}

/* Do the facts in the file answer, as nothingPending() says? bStore is its
** store's version; without one nothing does. The caller holds a transaction. */
static int runFacts(MigContext *p, MigRun *pRun, int bStore) {
  MigFacts facts;

  if (!bStore) {
    return 0;
  }
  migFactsRead(p, &facts);
  return p->rc == SQLITE_OK && nothingPending(pRun, &facts);
}

/* Take out of the plan of an upgrade the first revision of phase eUntil or a
** later one, and all behind it: what stands on it may be among these. One
** without a phase counts as before all. */
static void planUntil(MigRun *pRun) {
  const MigGraph *g = pRun->state.pGraph;
  MigPlan *pPlan = &pRun->plan;
  int nStep = 0;
  int i;

  while (nStep < pPlan->nStep &&
         migRevisionPhase(g->aNode[pPlan->aStep[nStep]].flags) <
             pRun->pSpec->eUntil) {
    nStep++;
  }
  for (i = nStep; i < pPlan->nStep; i++) {
    migSetRemove(&pPlan->after, pPlan->aStep[i]);
  }
  pPlan->nStep = nStep;
}

/* Plan an upgrade. Repeatable revisions come last, and only where nothing else
** is left pending but what the folder leaves alone. */
static void runPlanUp(MigContext *p, MigRun *pRun) {
  MigLeave *pLeave = pRun->pSpec->pLeave;
  MigSet left;

  migPlanUpgrade(p, &pRun->state, pRun->zTarget, &pRun->plan);
  if (pLeave) {
    left = migLeaveFind(p, &pRun->state, pLeave);
    migPlanLeave(p, &left, &pRun->plan);
  }
  if (pRun->pSpec->eUntil && p->rc == SQLITE_OK) {
    planUntil(pRun);
  }
  migPlanRepeatables(p, &pRun->state, pLeave ? &left : 0, &pRun->plan);
}

/* Load the state and make the plan, unless the facts answer; bNothing says
** whether it is empty. The caller holds a transaction: under a read it is only
** a guess at what the one under the lock will be. */
static void runPlan(MigContext *p, MigRun *pRun, int bStore) {
  if (runFacts(p, pRun, bStore)) {
    return;
  }
  migStateRead(p, bStore, &pRun->state);
  if (pRun->pSpec->bOnly) {
    migPlanOne(p, &pRun->state, pRun->zTarget, pRun->bDown, &pRun->plan);
  } else if (pRun->bDown) {
    migRunPlanDown(p, &pRun->state, bStore, pRun->zTarget, &pRun->plan);
  } else {
    runPlanUp(p, pRun);
  }
  if (p->rc == SQLITE_OK) {
    pRun->bNothing = pRun->plan.nStep == 0;
    pRun->zFrom = migStateNames(p, &pRun->state, &pRun->state.current);
    pRun->zTo = pRun->zFrom;
  }
}

/* The first look, under a read that ends here. Facts that this connection has
** verified before take no transaction at all (known.c). */
static void planUnderRead(MigContext *p, MigRun *pRun) {
  sqlite3_stmt *pRead;
  MigFacts facts;
  int bStore;

  if (migKnownFacts(p, pRun->pConn, &facts) && nothingPending(pRun, &facts)) {
    return;
  }
  pRead = migReadBegin(p, pRun->msWait);
  bStore = migStoreOpen(p);
  migKnownKeep(p, pRun->pConn, bStore);
  if (!runFacts(p, pRun, bStore)) { /* first, it must be quick */
    runSettings(p, pRun, bStore);
    runPlan(p, pRun, bStore);
  }
  migFinalize(p, pRead);
}

/* ---- before the first statement ---- */

/* Take the number of the run: under the lock, and anew in each transaction
** until something was committed with it. */
static void runNumber(MigContext *p, MigRun *pRun) {
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

/* Take the automatic backup, or begin it: under the lock, when all is checked
** and nothing has run. One of touched tables ends with its transaction, so a
** run whose first transaction does not have all of its writes says bParts. */
static void runProtect(MigContext *p, MigRun *pRun) {
  MigProtect *pProtect = &pRun->protect;
  MigBackupRow *pRow = &pProtect->backup.row;
  MigCall call = *pRun->pCall;

  if (p->rc) {
    return;
  }
  runNumber(p, pRun);
  pProtect->bOwn = pRun->bOwn;
  pProtect->bParts = pRun->aStep[0].bAlone || pRun->aStep[0].bBatch ||
                     pRun->aStep[pRun->plan.nStep - 1].iTransaction > 1;
  pRow->zCreatedAt = pRun->zStartedAt;
  pRow->zAction = migRecordVerb(pRun);
  pRow->iRun = pRun->iRun;
  pRow->zRevisions = pRun->zFrom;
  pProtect->backup.pTx = &pRun->tx;
  if (pRun->pSpec->msBatches && !pRun->pCall->bBackup) {
    MigPartial partial; /* one backup, by the call that begins */
    call.bNoBackup |= migPartialRead(p, pRun->aStep[0].rev.zId, &partial);
  }
  migProtectStart(p, pProtect, &call);
  migRecordProgressed(p, pRun);
}

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
      migExecuteMaintenance(p, &pRun->exec, &job);
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

/* Take the write lock. The store is not made here: a file without one has no
** revisions to run. */
static void runBegin(MigContext *p, MigRun *pRun) {
  migTransactionBegin(p, &pRun->tx, pRun->pConn, pRun->msWait,
                      pRun->bDeterministic, 0);
  pRun->exec.pTx = &pRun->tx;
}

/* A number that changes whenever another connection writes the file, and stays
** when this one does (pragma.html, data_version). */
static i64 dataVersion(MigContext *p) {
  return migQueryInt(p, 0, "PRAGMA main.data_version");
}

/* Begin the transaction of the steps from iFirst on. When another connection
** has written since the state was read, everything is read again: packs too,
** which the cache would not notice. */
static void groupBegin(MigContext *p, MigRun *pRun, int iFirst) {
  i64 iVersion;

  runBegin(p, pRun);
  iVersion = dataVersion(p);
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
  runNumber(p, pRun); /* there was no lock around a first step that ran alone */
  groupSteps(p, pRun, iFirst, iEnd);
  groupEnd(p, pRun, iFirst, iEnd);
}

/* Run all groups, as the steps were cut, until an error or until there is no
** more time for batches. The transaction of the first is open. iFailed is -1
** behind a run without an error. */
static void runGroups(MigContext *p, MigRun *pRun) {
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

/* ---- failure ---- */

/* May a failure with this result code be recorded? Not where a write would fail
** the same way, or must not be tried: rc is primary or extended. */
static int failureRecordable(int rc) {
  switch (rc & 0xff) {
  case SQLITE_NOMEM:
  case SQLITE_INTERRUPT:
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_CANTOPEN:
  case SQLITE_BUSY:
  case SQLITE_READONLY:
    return 0;
  default:
    return 1;
  }
}

/* Keep a history row of the failure whose error is in pError, if a statement
** was run, and drop a backup that was committed for nothing. What goes wrong
** here is not reported: the failure itself is. p is free of errors at first,
** and its transaction undone. It is "partial" when something of the run has
** stayed, else "failed". */
static void failureRecord(MigContext *p, MigRun *pRun,
                          const MigContext *pError) {
  const MigRunStep *pStep =
      pRun->iFailed >= 0 ? &pRun->aStep[pRun->iFailed] : 0;
  int bPartial =
      pRun->nCommitted > 0 || (pStep && pStep->bAlone && pStep->nStatement > 1);
  int bDrop = !bPartial && pRun->protect.bCommitted;
  int i;

  for (i = pRun->iOpen; pRun->aStep && i < pRun->plan.nStep; i++) {
    pRun->aStep[i].bDone = 0; /* their rows were undone, and do not count */
  }
  runBegin(p, pRun);
  if (p->rc == SQLITE_OK && pRun->tx.bStore) {
    pRun->zTo = migMetaText(p, "current");
    runNumber(p, pRun);
    if (pRun->exec.bRan) {
      migRecordRun(p, pRun, bPartial ? "partial" : "failed", pStep,
                   pError->zError);
    }
    if (bDrop) {
      migBackupDrop(p, pRun->protect.iBackup);
    }
    migStatementsClose(p);
    migTransactionCommit(p, &pRun->tx);
  }
  if (p->rc == SQLITE_OK && bDrop) {
    pRun->protect.bCommitted = 0;
  }
  migTransactionUndo(p, &pRun->tx);
}

/* Append to the error, p->zError, which is not NULL: zFormat with one %s for
** zName. Without memory it stays as it is. */
static void errorAppend(MigContext *p, const char *zFormat, const char *zName) {
  char *zMore = sqlite3_mprintf(zFormat, zName);
  char *zNew = zMore ? sqlite3_mprintf("%s%s", p->zError, zMore) : 0;

  if (zNew) {
    sqlite3_free(p->zError);
    p->zError = zNew;
  }
  sqlite3_free(zMore);
}

/* Nothing was applied, and what the first revisions make is there already: say
** so when there is another tool's version table. It is read in a context of its
** own, as p has an error; what fails there is not said. */
static void failureHint(MigContext *p, const MigRun *pRun) {
  MigContext work;
  MigModel model;
  int i;

  if (pRun->bDown || p->eCode != MIG_SCRIPT || p->zError == 0 ||
      strstr(p->zError, " already exists") == 0 ||
      (pRun->zFrom && pRun->zFrom[0])) {
    return;
  }
  migContextInit(&work, p->db);
  migCatalogRead(&work, &model);
  for (i = 0; work.rc == SQLITE_OK && i < model.nObject; i++) {
    if (model.aObject[i].eSkip == MIG_SKIP_TOOL &&
        model.aObject[i].eKind == MIG_DDL_TABLE) {
      errorAppend(p,
                  "; there is %s, the version table of another tool:"
                  " migrate_adopt first?",
                  model.aObject[i].zName);
      break;
    }
  }
  migStatementsClose(&work);
  migContextClear(&work);
}

/* Say in the error what of the run stayed. */
static void failureExplain(MigContext *p, const MigRun *pRun) {
  const MigRunStep *pStep =
      pRun->iFailed >= 0 && pRun->aStep ? &pRun->aStep[pRun->iFailed] : 0;

  if (pStep && pStep->bBatch && pStep->bPart && p->zError) {
    errorAppend(
        p,
        "; the batches of revision %s that were committed stay done, and"
        " the next run goes on behind them",
        pStep->rev.zId);
    if (p->eCode == MIG_INVARIANT) {
      errorAppend(
          p,
          "; rows before that place are not gone through again: mend them by"
          " hand, or migrate_downgrade() revision %s to begin anew",
          pStep->rev.zId);
    }
  }
  if (pRun->iOpen > 0 && pRun->aStep && p->zError) {
    errorAppend(p, "; what was committed before, up to revision %s, stays done",
                pRun->aStep[pRun->iOpen - 1].rev.zId);
  }
}

/* Undo, put settings back, record. Also called after success and dry runs,
** when there is nothing left to record. A failure is recorded only where
** SQLite is in autocommit by now: if the undo itself failed, nothing may be
** committed. */
static void runEnd(MigContext *p, MigRun *pRun) {
  MigContext error;

  migStatementsClose(p);
  migScriptsClose(&pRun->cache);
  migTransactionUndo(p, &pRun->tx);
  migSettingsRestore(p, pRun->pConn, &pRun->saved);
  failureHint(p, pRun);
  failureExplain(p, pRun);
  if (p->rc && pRun->bOwn && !pRun->pCall->bDryRun &&
      (pRun->exec.bRan || pRun->protect.bCommitted) &&
      failureRecordable(p->rc) && sqlite3_get_autocommit(p->db)) {
    migContextInit(&error, p->db);
    migErrorSave(p, &error);
    failureRecord(p, pRun, &error);
    migStatementsClose(p);
    migErrorSave(&error, p);
  }
  migProtectClose(&pRun->protect);
}

/* ---- all of it ---- */

/* Run what pSpec says; pRun need not be initialized, and keeps what came of it.
** Inside a transaction of the caller's that has not read yet a read would be a
** snapshot, from which SQLite cannot go on to write once somebody else has
** (SQLITE_BUSY_SNAPSHOT): there the lock comes first. */
static void runAll(MigContext *p, MigRun *pRun, MigConnection *pConn,
                   const MigCall *pCall, const MigRunSpec *pSpec) {
  memset(pRun, 0, sizeof(*pRun));
  pRun->pConn = pConn;
  pRun->pCall = pCall;
  pRun->pSpec = pSpec;
  pRun->zTarget = pSpec->zTarget;
  pRun->bDown = pSpec->bDown;
  pRun->bOwn = sqlite3_get_autocommit(p->db) != 0;
  pRun->iFailed = -1;
  pRun->msWait = pCall->msWait >= 0 ? pCall->msWait : MIG_WAIT;
  pRun->msStart = migRecordClock(pRun);
  pRun->zStartedAt = migTimeText(p, pCall->msNow);
  migSettingsSave(p, &pRun->saved);
  pRun->exec.pConn = pConn;
  pRun->exec.pSaved = &pRun->saved;
  pRun->exec.pTouched = &pRun->protect.touched;
  pRun->exec.bClock = !pCall->bNow;
  pRun->exec.nAllowLoss = pCall->nAllowLoss;
  pRun->exec.azAllowLoss = pCall->azAllowLoss;
  if (pRun->bOwn || migTransactionState(p) != SQLITE_TXN_NONE ||
      sqlite3_db_readonly(p->db, "main") == 1) {
    planUnderRead(p, pRun);
  }
  if (p->rc == SQLITE_OK && !pRun->bNothing) {
    runBegin(p, pRun); /* another connection may have been quicker */
    runSettings(p, pRun, pRun->tx.bStore);
    pRun->exec.msWait = pRun->msWait;
    runPlan(p, pRun, pRun->tx.bStore);
    pRun->iDataVersion = dataVersion(p);
  }
  if (p->rc == SQLITE_OK && pRun->bNothing) {
    migRecordResult(p, pRun);
  } else if (p->rc == SQLITE_OK) {
    migMirrorCheck(p, &pRun->state);
    migStepsPrepare(p, pRun);
    runProtect(p, pRun);
    runGroups(p, pRun);
  }
  runEnd(p, pRun);
}

/*
** Upgrade, or downgrade, as pSpec says. Returns a JSON object {run, direction,
** from, to, steps, backup, dry_run, committed, ms} (record.c) for the caller to
** free with sqlite3_free(). Errors: those of targets and plans, of scripts, of
** migStepsPrepare() and of backups, FOREIGN_KEY, UNSUPPORTED for a mirrored
** table that says otherwise, and BUSY, READ_ONLY, STORE_*; then nothing has
** changed but what the message says, and the result means nothing, but is to be
** freed if there is one.
**
** It is an acting call: where it may stand was looked at before
** (migCallerActing()). In autocommit the transactions are its own; inside
** one of the caller's everything is in a savepoint, and stays if that is
** committed. Settings of the connection are as before when it returns.
*/
char *migRunTarget(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   const MigRunSpec *pSpec) {
  MigRun run;

  runAll(p, &run, pConn, pCall, pSpec);
  return run.zResult;
}

/* NOT_UP_TO_DATE: others come before revision iNode, which has batches. The
** message names those next to it, five at most. */
static void batchesLate(MigContext *p, const MigState *pState, int iNode) {
  const MigNode *pNode = &pState->pGraph->aNode[iNode];
  MigSet set = migSetNew(p, pState->pGraph->nNode);
  int i;

  for (i = 0; i < pNode->nParent && p->rc == SQLITE_OK; i++) {
    migSetAdd(&set, pNode->aParent[i]);
  }
  for (i = 0; i < pNode->nDepend && p->rc == SQLITE_OK; i++) {
    migSetAdd(&set, pNode->aDepend[i]);
  }
  if (p->rc == SQLITE_OK) {
    migSetSubtract(&set, &pState->applied);
    migFail(p, MIG_NOT_UP_TO_DATE,
            "revision %s, which has batches, stands on others that are pending;"
            " migrate_upgrade() to %s first",
            pNode->zId, migGraphNames(p, pState->pGraph, &set, 5));
  }
}

/* The first pending revision with batches, or applied in part, in the graph's
** order, or NULL, also after an error. NOT_UP_TO_DATE when others come before
** it. Its id is in the arena. Under a read of its own: what it finds is looked
** at again under the lock. */
static const char *batchesFind(MigContext *p, const MigCall *pCall) {
  sqlite3_stmt *pRead =
      migReadBegin(p, pCall->msWait < 0 ? MIG_WAIT : pCall->msWait);
  int bStore = migStoreOpen(p);
  const char *zId = 0;
  MigState state;
  MigSet parts;
  MigRevision rev;
  MigPlan plan;
  int i;

  migStateRead(p, bStore, &state);
  parts = bStore ? migPartialSet(p, state.pGraph) : migSetNew(p, 0);
  for (i = 0; p->rc == SQLITE_OK && i < state.pGraph->nNode && !zId; i++) {
    int iNode = state.pGraph->aOrder[i];
    if (!migSetHas(&state.applied, iNode) &&
        migRevisionGet(p, state.pGraph->aNode[iNode].zId, &rev) &&
        ((rev.flags & MIG_REV_BATCH) || migSetHas(&parts, iNode))) {
      zId = rev.zId;
    }
  }
  if (zId) {
    migPlanUpgrade(p, &state, zId, &plan);
  }
  if (p->rc == SQLITE_OK && zId && plan.nStep > 1) {
    batchesLate(p, &state, plan.aStep[plan.nStep - 1]);
  }
  migFinalize(p, pRead);
  return p->rc ? 0 : zId;
}

/*
** Spend about ms milliseconds on the batches of the first pending revision that
** has some. Returns the JSON object {done, left} for the caller to free: rows
** that were gone through, rows that are left. With option now it is one batch a
** call, inside a caller's transaction all of them. Errors as those of
** migRunTarget(), and NOT_UP_TO_DATE.
**
** ms is above 0. A batch that has begun is finished, so it may take longer.
** With the last one the revision is applied; without any both numbers are 0. It
** is an acting call, and takes its transactions itself, one a batch. After an
** error the batches that were committed stay done.
*/
char *migStepBatches(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                     i64 ms) {
  MigRunSpec spec = {0, 0, MIG_PHASE_NONE, 1, ms, 0, 0, 0};
  MigRun run;

  spec.zTarget = batchesFind(p, pCall);
  if (spec.zTarget == 0) {
    return migResultText(p, "{\"done\":0,\"left\":0}");
  }
  runAll(p, &run, pConn, pCall, &spec);
  return run.zResult;
}
