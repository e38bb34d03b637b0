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
**   agenda.c    the plan, and the settings that the run goes by
**   steps.c     its steps: read, checked, cut into transactions
**   groups.c    these transactions, one after another
**   finish.c    the end, of a run that has failed too
**
** What is here is the order in which these come, the automatic backup before
** the first statement, and the call that spends a while on batches.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "store.h"
#include "transaction.h"
#include "waiting.h"
#include "revisions.h"
#include "state.h"
#include "partial.h"
#include "protect.h"
#include "mirror.h"
#include "record.h"
#include "agenda.h"
#include "groups.h"
#include "finish.h"
#include "run.h"

/* ---- before the first statement ---- */

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
  migGroupsNumber(p, pRun);
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
    migAgendaLook(p, pRun);
  }
  if (p->rc == SQLITE_OK && !pRun->bNothing) {
    migGroupsLock(p, pRun); /* another connection may have been quicker */
    migAgendaSettings(p, pRun, pRun->tx.bStore);
    pRun->exec.msWait = pRun->msWait;
    migAgendaPlan(p, pRun, pRun->tx.bStore);
    pRun->iDataVersion = migGroupsVersion(p);
  }
  if (p->rc == SQLITE_OK && pRun->bNothing) {
    migRecordResult(p, pRun);
  } else if (p->rc == SQLITE_OK) {
    migMirrorCheck(p, &pRun->state);
    migStepsPrepare(p, pRun);
    runProtect(p, pRun);
    migGroupsRun(p, pRun);
  }
  migFinishRun(p, pRun);
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
