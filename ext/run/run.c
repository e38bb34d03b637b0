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
** revision runs alone (no-transaction): then one ends before it and one
** begins after it. A step, its row in the applied set, its row in the history
** and the facts in _migrate_meta are committed together; the row of the whole
** call goes with the last transaction.
**
** After a failure the open transaction is undone, and in autocommit the
** failure is recorded in a transaction of its own, if the cause allows one.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "os.h"
#include "store.h"
#include "settings.h"
#include "history.h"
#include "transaction.h"
#include "revisions.h"
#include "applied.h"
#include "execute.h"
#include "progress.h"
#include "change.h"
#include "run.h"

/* One step of a run. */
typedef struct RunStep {
  int iNode;
  int iTransaction; /* from 1 */
  int bAlone;       /* outside a transaction */
  int bLate;        /* an applied revision stands on it already */
  int bSkip;        /* another connection has done it meanwhile */
  int bDone;        /* committed or about to be */
  MigRevision rev;
  const char *zStartedAt;
  int nStatement;
  i64 nRow;
  i64 ms;
  MigText detail; /* JSON of its statements, for a dry run */
} RunStep;

typedef struct Run {
  MigConnection *pConn;
  const MigCall *pCall;
  const char *zTarget;
  const char *zActor;
  const char *zStartedAt;
  i64 msStart;
  i64 msWait;
  int bDown;
  int bOwn; /* in autocommit */
  int bEach;
  int bStrict;
  int bDeterministic;
  int bNothing;     /* the plan is empty */
  int nCommitted;   /* transactions that were committed */
  int iOpen;        /* first step that is not committed */
  int iFailed;      /* step that failed, or -1 */
  i64 iDataVersion; /* of the file, when the state was read */
  i64 iRun;
  const char *zFrom; /* current heads before and after */
  const char *zTo;
  MigState state;
  MigPlan plan;
  RunStep *aStep;
  MigTransaction tx;
  MigSettingsSaved saved;
  MigExecution exec;
  MigPackCache cache;
  char *zResult;
} Run;

static const char *verb(const Run *pRun) {
  return pRun->bDown ? "downgrade" : "upgrade";
}

/* ---- the plan ---- */

/* Is the answer already in _migrate_meta: nothing is pending, and the target
** means all there is? */
static int nothingPending(MigContext *p, Run *pRun) {
  int bHeads = strcmp(pRun->zTarget, "heads") == 0;
  const char *zHeads;

  if (pRun->bDown || (!bHeads && strcmp(pRun->zTarget, "head"))) {
    return 0;
  }
  zHeads = migMetaText(p, "heads");
  if (zHeads == 0 || zHeads[0] == 0 || (!bHeads && strchr(zHeads, ',')) ||
      migMetaInt(p, "pending") != 0) {
    return 0;
  }
  pRun->zFrom = pRun->zTo = migMetaText(p, "current");
  return p->rc == SQLITE_OK;
}

/* Read the settings that the options leave open. */
static void runSettings(MigContext *p, Run *pRun, int bStore) {
  const MigCall *pCall = pRun->pCall;
  const char *zEach = pCall->zTransaction;

  if (pCall->msWait < 0) {
    pRun->msWait = migSettingInt(p, bStore, "wait");
  }
  if (zEach == 0) {
    zEach = migSettingText(p, bStore, "transaction");
  }
  pRun->bEach = zEach && strcmp(zEach, "each") == 0;
  pRun->bStrict = (int)migSettingInt(p, bStore, "strict");
  pRun->bDeterministic = (int)migSettingInt(p, bStore, "deterministic");
  pRun->zActor =
      pCall->zActor ? pCall->zActor : migSettingText(p, bStore, "actor");
}

/* Load the state and make the plan. The caller holds a transaction. */
static void runPlan(MigContext *p, Run *pRun, int bStore) {
  if (p->rc == SQLITE_OK && bStore && nothingPending(p, pRun)) {
    pRun->bNothing = 1;
    return;
  }
  migStateRead(p, bStore, &pRun->state);
  if (pRun->bDown) {
    migPlanDowngrade(p, &pRun->state, pRun->zTarget, &pRun->plan);
  } else {
    migPlanUpgrade(p, &pRun->state, pRun->zTarget, &pRun->plan);
  }
  if (p->rc == SQLITE_OK) {
    pRun->bNothing = pRun->plan.nStep == 0;
    pRun->zFrom = migStateNames(p, &pRun->state, &pRun->state.current);
    pRun->zTo = pRun->zFrom;
  }
}

/* The first look, under a read that ends here. */
static void planUnderRead(MigContext *p, Run *pRun) {
  sqlite3_stmt *pRead = migReadBegin(p, pRun->msWait);
  int bStore = migStoreOpen(p);

  if (p->rc == SQLITE_OK && bStore && nothingPending(p, pRun)) {
    pRun->bNothing = 1; /* before anything else is read: it must be quick */
  } else {
    runSettings(p, pRun, bStore);
    runPlan(p, pRun, bStore);
  }
  migFinalize(p, pRead);
}

/* ---- before the first statement ---- */

static int stepAlone(const Run *pRun, const MigRevision *pRev) {
  return (pRev->flags &
          (pRun->bDown ? MIG_REV_DOWN_ALONE : MIG_REV_UP_ALONE)) != 0;
}

/* The script of a step; z is NULL when there is none. A copy, zero-terminated,
** for the caller to free. */
static MigBytes stepScript(MigContext *p, Run *pRun, RunStep *pStep) {
  MigBytes out = {0, 0};
  MigRevision rev;
  const char *z;
  i64 n;

  migRevisionScripts(p, &pRun->cache, &pStep->rev);
  rev = pStep->rev;
  if (p->rc == SQLITE_OK) {
    migRevisionChecksum(&rev);
  }
  if (p->rc == SQLITE_OK &&
      memcmp(rev.aChecksum, pStep->rev.aChecksum, MIG_HASH_SIZE)) {
    migFail(p, MIG_STORE_DAMAGED,
            "the scripts of revision %s do not have its checksum; restore the"
            " file from a copy",
            rev.zId);
  }
  z = pRun->bDown ? pStep->rev.zDown : pStep->rev.zUp;
  n = pRun->bDown ? pStep->rev.nDown : pStep->rev.nUp;
  if (p->rc || z == 0) {
    return out;
  }
  out.a = sqlite3_malloc64((u64)n + 1);
  if (out.a == 0) {
    migNomem(p);
    return out;
  }
  memcpy(out.a, z, (size_t)n);
  out.a[n] = 0;
  out.n = n;
  return out;
}

static void jobInit(MigScriptJob *pJob, const Run *pRun, const RunStep *pStep,
                    const MigBytes *pBytes) {
  memset(pJob, 0, sizeof(*pJob));
  pJob->zRevision = pStep->rev.zId;
  pJob->zSide = pRun->bDown ? "down" : "up";
  pJob->z = (const char *)pBytes->a;
  pJob->n = pBytes->n;
  pJob->bLenient = (pStep->rev.flags & MIG_REV_LENIENT) != 0;
  pJob->bAlone = pStep->bAlone;
}

/* Check one step: its script may run, and can be undone if it must. */
static void stepCheck(MigContext *p, Run *pRun, RunStep *pStep) {
  const char *zFile = sqlite3_db_filename(p->db, "main");
  MigBytes script;
  MigScriptJob job;

  if (pRun->bDown && pStep->rev.place.nDown < 0 && pStep->rev.place.nUp > 0) {
    migFail(p, MIG_IRREVERSIBLE,
            "revision %s has no down script; nothing has run, add one with"
            " migrate_edit('%s', NULL, '...', '{\"repair\":true}')",
            pStep->rev.zId, pStep->rev.zId);
  }
  if (pStep->bLate && pRun->bStrict) {
    migFail(p, MIG_RANGE,
            "revision %s is pending below an applied one, and setting strict is"
            " 1; set it to 0 to run the revision late",
            pStep->rev.zId);
  }
  if (pStep->bAlone &&
      (!pRun->bOwn || pRun->pCall->bDryRun || zFile == 0 || zFile[0] == 0)) {
    migFail(p, MIG_UNSUPPORTED,
            "revision %s wants no transaction, and cannot run inside yours, in"
            " a dry run or without a database file; COMMIT first",
            pStep->rev.zId);
  }
  script = stepScript(p, pRun, pStep);
  if (script.a) {
    jobInit(&job, pRun, pStep, &script);
    migExecuteCheck(p, &job);
  }
  sqlite3_free(script.a);
}

/* Revisions that an applied one stands on, by parents or dependencies. */
static MigSet belowApplied(MigContext *p, const Run *pRun) {
  MigSet set = migSetCopy(p, &pRun->state.applied);

  migGraphAncestors(p, pRun->state.pGraph, &set);
  return set;
}

/* Number the transactions of a plan, from 1: aiTransaction has a place for
** each step. The rows of the steps are read for their flags. */
void migRunCuts(MigContext *p, const MigPlan *pPlan, const MigState *pState,
                int bEach, int *aiTransaction) {
  int iTransaction = 1;
  int bAloneBefore = 0;
  int i;

  for (i = 0; i < pPlan->nStep && p->rc == SQLITE_OK; i++) {
    MigRevision rev;
    int bAlone;
    migRevisionRead(p, pState->pGraph->aNode[pPlan->aStep[i]].zId, &rev);
    bAlone = (rev.flags &
              (pPlan->bDown ? MIG_REV_DOWN_ALONE : MIG_REV_UP_ALONE)) != 0;
    if (i > 0 && (bEach || bAlone || bAloneBefore)) {
      iTransaction++;
    }
    bAloneBefore = bAlone;
    aiTransaction[i] = iTransaction;
  }
}

/* Read the rows of all steps and check them, before anything runs. */
static void runPrepare(MigContext *p, Run *pRun) {
  int n = pRun->plan.nStep;
  int *aiTransaction = migAlloc(p, (u64)n * sizeof(int));
  MigSet below = belowApplied(p, pRun);
  int i;

  if (pRun->bEach && !pRun->bOwn) {
    migFail(p, MIG_USAGE,
            "transaction 'each' cannot run inside your transaction; COMMIT"
            " first");
  }
  pRun->aStep = migAlloc(p, (u64)n * sizeof(RunStep));
  if (p->rc) {
    return;
  }
  migRunCuts(p, &pRun->plan, &pRun->state, pRun->bEach, aiTransaction);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    RunStep *pStep = &pRun->aStep[i];
    pStep->iNode = pRun->plan.aStep[i];
    migRevisionRead(p, pRun->state.pGraph->aNode[pStep->iNode].zId,
                    &pStep->rev);
    pStep->iTransaction = aiTransaction[i];
    pStep->bAlone = stepAlone(pRun, &pStep->rev);
    pStep->bLate = !pRun->bDown && migSetHas(&below, pStep->iNode);
    stepCheck(p, pRun, pStep);
  }
}

/* ---- one step ---- */

static i64 runClock(const Run *pRun) {
  return pRun->pCall->bNow ? 0 : migMonotonicMs();
}

static const char *runNow(MigContext *p, const Run *pRun) {
  return pRun->pCall->bNow ? pRun->zStartedAt : migTimeText(p, migClockMs());
}

/* Move the applied set over a step that has run. */
static void stepApply(MigContext *p, Run *pRun, RunStep *pStep) {
  if (pRun->bDown) {
    migAppliedRemove(p, pStep->rev.zId);
    migSetRemove(&pRun->state.applied, pStep->iNode);
  } else {
    migAppliedAdd(p, pStep->rev.zId, pRun->iRun, pStep->zStartedAt,
                  pStep->rev.aChecksum);
    migSetAdd(&pRun->state.applied, pStep->iNode);
  }
}

/* Run the script of one step, inside or outside a transaction. */
static void stepRun(MigContext *p, Run *pRun, RunStep *pStep) {
  i64 msStart = runClock(pRun);
  MigBytes script;
  MigScriptJob job;

  pStep->zStartedAt = runNow(p, pRun);
  script = stepScript(p, pRun, pStep);
  if (script.a) {
    jobInit(&job, pRun, pStep, &script);
    pRun->exec.pDetail = pRun->pCall->bDryRun ? &pStep->detail : 0;
    if (pStep->bAlone) {
      migExecuteMaintenance(p, &pRun->exec, &job);
    } else {
      migExecuteScript(p, &pRun->exec, &job);
    }
    pStep->nStatement = job.nStatement;
    pStep->nRow = job.nRow;
  }
  sqlite3_free(script.a);
  pStep->ms = runClock(pRun) - msStart;
}

/* ---- history ---- */

/* Ids of a revision's parents, by commas; NULL for a root. */
static char *parentNames(MigContext *p, const Run *pRun, int iNode) {
  const MigNode *pNode = &pRun->state.pGraph->aNode[iNode];
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pNode->nParent; i++) {
    migTextF(p, &text, "%s%s", i ? "," : "",
             pRun->state.pGraph->aNode[pNode->aParent[i]].zId);
  }
  return text.z;
}

static void eventInit(const Run *pRun, MigEvent *pEvent) {
  memset(pEvent, 0, sizeof(*pEvent));
  pEvent->iRun = pRun->iRun;
  pEvent->zAction = verb(pRun);
  pEvent->zOutcome = "done";
  pEvent->zStartedAt = pRun->zStartedAt;
  pEvent->zActor = pRun->zActor;
}

/* The history row of a step that has run. */
static void stepRecord(MigContext *p, const Run *pRun, const RunStep *pStep) {
  MigEvent event;

  eventInit(pRun, &event);
  event.zRevision = pStep->rev.zId;
  event.zMessage = pStep->rev.zMessage;
  event.zFrom =
      pRun->bDown ? pStep->rev.zId : parentNames(p, pRun, pStep->iNode);
  event.zTo = pRun->bDown ? parentNames(p, pRun, pStep->iNode) : pStep->rev.zId;
  event.zStartedAt = pStep->zStartedAt;
  event.ms = pStep->ms;
  event.nRow = pStep->nRow;
  event.aChecksum = pStep->rev.aChecksum;
  migHistoryAdd(p, &event);
}

/* The history row of the whole call. */
static void runRecord(MigContext *p, const Run *pRun, const char *zOutcome,
                      const RunStep *pFailed, const char *zError) {
  MigEvent event;
  int i;

  eventInit(pRun, &event);
  event.zRevision = pFailed ? pFailed->rev.zId : 0;
  event.zMessage = pFailed ? pFailed->rev.zMessage : 0;
  event.zFrom = pRun->zFrom;
  event.zTo = pRun->zTo;
  event.zOutcome = zOutcome;
  event.zError = zError;
  event.ms = runClock(pRun) - pRun->msStart;
  for (i = 0; i < pRun->plan.nStep; i++) {
    event.nRow += pRun->aStep[i].bDone ? pRun->aStep[i].nRow : 0;
  }
  migHistoryAdd(p, &event);
}

/* ---- the result ---- */

static void jsonStep(MigContext *p, MigText *pText, const RunStep *pStep) {
  migTextStr(p, pText, "{\"revision\":");
  migTextJson(p, pText, pStep->rev.zId);
  migTextStr(p, pText, ",\"message\":");
  migTextJson(p, pText, pStep->rev.zMessage);
  migTextF(p, pText, ",\"statements\":%d,\"rows\":%lld,\"ms\":%lld",
           pStep->nStatement, pStep->nRow, pStep->ms);
  if (pStep->bLate) {
    migTextStr(p, pText, ",\"out_of_order\":true");
  }
  if (pStep->detail.n) {
    migTextF(p, pText, ",\"detail\":[%s]", pStep->detail.z);
  }
  migTextStr(p, pText, "}");
}

/* The JSON object that the call returns; made before the last commit, which
** must be the last thing that can fail. */
static void runResult(MigContext *p, Run *pRun) {
  MigText text = {0, 0, 0};
  int bFirst = 1;
  int i;

  if (pRun->bNothing || pRun->pCall->bDryRun) {
    migTextStr(p, &text, "{\"run\":null");
  } else {
    migTextF(p, &text, "{\"run\":%lld", pRun->iRun);
  }
  migTextF(p, &text,
           ",\"direction\":\"%s\",\"from\":", pRun->bDown ? "down" : "up");
  migTextStr(p, &text, migJsonIds(p, pRun->zFrom));
  migTextStr(p, &text, ",\"to\":");
  migTextStr(p, &text, migJsonIds(p, pRun->zTo));
  migTextStr(p, &text, ",\"steps\":[");
  for (i = 0; !pRun->bNothing && i < pRun->plan.nStep; i++) {
    if (pRun->aStep[i].bDone) {
      migTextStr(p, &text, bFirst ? "" : ",");
      jsonStep(p, &text, &pRun->aStep[i]);
      bFirst = 0;
    }
  }
  migTextF(p, &text,
           "],\"backup\":null,\"dry_run\":%s,\"committed\":%s,\"ms\":%lld}",
           pRun->pCall->bDryRun ? "true" : "false",
           pRun->bOwn && !pRun->pCall->bDryRun ? "true" : "false",
           runClock(pRun) - pRun->msStart);
  pRun->zResult = migResultText(p, text.z);
}

/* ---- transactions ---- */

static void runBegin(MigContext *p, Run *pRun) {
  migTransactionBegin(p, &pRun->tx, pRun->pConn, pRun->msWait,
                      pRun->bDeterministic, 0);
  pRun->exec.pTx = &pRun->tx;
}

/* A number that changes whenever another connection writes the file. */
static i64 dataVersion(MigContext *p) {
  return migQueryInt(p, 0, "PRAGMA main.data_version");
}

/* Look at one step again: it may be done, edited or gone. */
static void stepRefresh(MigContext *p, Run *pRun, RunStep *pStep) {
  const char *zId = pStep->rev.zId;

  pStep->iNode = migGraphFind(pRun->state.pGraph, zId);
  if (pStep->iNode < 0) {
    migFail(p, MIG_UNKNOWN_REVISION,
            "revision %s was deleted by another connection during the run",
            zId);
    return;
  }
  pStep->bSkip = migSetHas(&pRun->state.applied, pStep->iNode) != pRun->bDown;
  migRevisionRead(p, zId, &pStep->rev);
  if (p->rc == SQLITE_OK && stepAlone(pRun, &pStep->rev) != pStep->bAlone) {
    migFail(p, MIG_BUSY,
            "revision %s was edited by another connection during the run; call"
            " again",
            zId);
  }
  if (!pStep->bSkip) {
    stepCheck(p, pRun, pStep);
  }
}

/* Is any of n nodes in the set, or, with bMissing, missing from it? */
static int anyNode(const MigSet *pSet, int n, const int *a, int bMissing) {
  int i;

  for (i = 0; i < n; i++) {
    if (migSetHas(pSet, a[i]) != bMissing) {
      return 1;
    }
  }
  return 0;
}

/* Can the steps from iFirst on still be done in their order? Not when another
** connection has undone what they stand on, or done what stands on them. */
static void orderCheck(MigContext *p, const Run *pRun, int iFirst) {
  MigSet applied = migSetCopy(p, &pRun->state.applied);
  int i;

  for (i = iFirst; i < pRun->plan.nStep && p->rc == SQLITE_OK; i++) {
    const RunStep *pStep = &pRun->aStep[i];
    const MigNode *pNode = &pRun->state.pGraph->aNode[pStep->iNode];
    int bBroken;
    if (pStep->bSkip) {
      continue;
    }
    if (pRun->bDown) {
      bBroken = anyNode(&applied, pNode->nChild, pNode->aChild, 0) ||
                anyNode(&applied, pNode->nDependent, pNode->aDependent, 0);
      migSetRemove(&applied, pStep->iNode);
    } else {
      bBroken = anyNode(&applied, pNode->nParent, pNode->aParent, 1) ||
                anyNode(&applied, pNode->nDepend, pNode->aDepend, 1);
      migSetAdd(&applied, pStep->iNode);
    }
    if (bBroken) {
      migFail(p, MIG_BUSY,
              "another connection went the other way during the run, so"
              " revision %s cannot be done now; call again",
              pNode->zId);
    }
  }
}

/* Begin the transaction of the steps from iFirst on. When another connection
** has written since the state was read, everything is read again. */
static void groupBegin(MigContext *p, Run *pRun, int iFirst) {
  i64 iVersion;
  int i;

  runBegin(p, pRun);
  iVersion = dataVersion(p);
  if (p->rc || iVersion == pRun->iDataVersion) {
    return;
  }
  pRun->iDataVersion = iVersion;
  migScriptsClose(&pRun->cache);
  migStateLoad(p, &pRun->state);
  migExecuteStart(p, &pRun->exec);
  for (i = iFirst; i < pRun->plan.nStep && p->rc == SQLITE_OK; i++) {
    stepRefresh(p, pRun, &pRun->aStep[i]);
  }
  orderCheck(p, pRun, iFirst);
}

/* Report progress, to a function of the application: it may have ended the
** transaction. */
static void runProgress(MigContext *p, const Run *pRun, int nDone) {
  migProgress(p, pRun->pCall->zProgress, verb(pRun), nDone, pRun->plan.nStep);
  if (p->rc == SQLITE_OK && migTransactionLost(&pRun->tx)) {
    migFailRc(p, SQLITE_ABORT, MIG_SCRIPT,
              "the function of option progress ended the transaction");
  }
}

/* Write what a group of steps changed: history, facts, and with the last
** group the row of the call. */
static void groupRecord(MigContext *p, Run *pRun, int iFirst, int iEnd) {
  int i;

  pRun->state.current =
      migGraphCurrent(p, pRun->state.pGraph, &pRun->state.applied);
  if (p->rc == SQLITE_OK) {
    pRun->zTo = migStateNames(p, &pRun->state, &pRun->state.current);
  }
  for (i = iFirst; i < iEnd; i++) {
    if (pRun->aStep[i].bDone) {
      stepRecord(p, pRun, &pRun->aStep[i]);
    }
  }
  migStateSummarize(p, &pRun->state);
  if (iEnd == pRun->plan.nStep) {
    runRecord(p, pRun, "done", 0, 0);
    runResult(p, pRun);
  }
}

/* Run a step that wants no transaction: let go of the lock, run it, and take
** the lock again to record it. */
static void aloneRun(MigContext *p, Run *pRun, int iStep) {
  migStatementsClose(p);
  migTransactionUndo(p, &pRun->tx); /* nothing was written in it */
  pRun->exec.pTx = 0;
  pRun->iFailed = iStep;
  stepRun(p, pRun, &pRun->aStep[iStep]);
  if (p->rc == SQLITE_OK) {
    groupBegin(p, pRun, iStep);
  }
}

/* Run the steps iFirst to iEnd-1 in one transaction, which is open for the
** first group of the run. */
static void groupRun(MigContext *p, Run *pRun, int iFirst, int iEnd) {
  int bAlone = pRun->aStep[iFirst].bAlone;
  int i;

  if (!pRun->tx.bOpen) {
    groupBegin(p, pRun, iFirst);
  }
  if (bAlone && p->rc == SQLITE_OK && !pRun->aStep[iFirst].bSkip) {
    aloneRun(p, pRun, iFirst);
  }
  if (p->rc == SQLITE_OK && pRun->iRun == 0) {
    pRun->iRun = migHistoryRun(p);
  }
  for (i = iFirst; i < iEnd && p->rc == SQLITE_OK; i++) {
    RunStep *pStep = &pRun->aStep[i];
    if (pStep->bSkip) {
      continue;
    }
    pRun->iFailed = i;
    runProgress(p, pRun, i);
    if (!bAlone) {
      stepRun(p, pRun, pStep);
    }
    stepApply(p, pRun, pStep);
    pStep->bDone = p->rc == SQLITE_OK;
  }
  migForeignCheck(p, &pRun->exec.foreign);
  if (iEnd == pRun->plan.nStep) {
    runProgress(p, pRun, iEnd);
  }
  if (p->rc == SQLITE_OK) {
    migSettingsRestore(p, pRun->pConn, &pRun->saved);
    migTransactionArm(p, &pRun->tx);
  }
  groupRecord(p, pRun, iFirst, iEnd);
  if (!pRun->pCall->bDryRun) {
    migStatementsClose(p); /* the commit is the last statement */
    migTransactionCommit(p, &pRun->tx);
    if (p->rc == SQLITE_OK) {
      pRun->nCommitted++;
      pRun->iOpen = iEnd;
    }
  }
}

/* Run all groups. */
static void runGroups(MigContext *p, Run *pRun) {
  int iFirst = 0;
  int iEnd;

  migExecuteStart(p, &pRun->exec);
  while (iFirst < pRun->plan.nStep && p->rc == SQLITE_OK) {
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

/* May a failure with this result code be recorded? */
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

/* Keep a history row of the failure whose error is in pError. What goes wrong
** here is not reported: the failure itself is. */
static void failureRecord(MigContext *p, Run *pRun, const MigContext *pError) {
  const RunStep *pStep = pRun->iFailed >= 0 ? &pRun->aStep[pRun->iFailed] : 0;
  int bPartial =
      pRun->nCommitted > 0 || (pStep && pStep->bAlone && pStep->nStatement > 1);
  int i;

  for (i = pRun->iOpen; pRun->aStep && i < pRun->plan.nStep; i++) {
    pRun->aStep[i].bDone = 0;
  }
  runBegin(p, pRun);
  if (p->rc == SQLITE_OK && pRun->tx.bStore) {
    pRun->zTo = migMetaText(p, "current");
    pRun->iRun = pRun->nCommitted ? pRun->iRun : migHistoryRun(p);
    runRecord(p, pRun, bPartial ? "partial" : "failed", pStep, pError->zError);
    migStatementsClose(p);
    migTransactionCommit(p, &pRun->tx);
  }
  migTransactionUndo(p, &pRun->tx);
}

/* Say in the error what of the run stayed. */
static void failureExplain(MigContext *p, const Run *pRun) {
  char *zNew;

  if (pRun->iOpen > 0 && p->zError) {
    zNew = sqlite3_mprintf("%s; what was committed before, up to revision %s,"
                           " stays done",
                           p->zError, pRun->aStep[pRun->iOpen - 1].rev.zId);
    if (zNew) {
      sqlite3_free(p->zError);
      p->zError = zNew;
    }
  }
}

/* Undo, put settings back, record. Also called after success and dry runs,
** when there is nothing left to record. */
static void runEnd(MigContext *p, Run *pRun) {
  MigContext error;

  migStatementsClose(p);
  migScriptsClose(&pRun->cache);
  migTransactionUndo(p, &pRun->tx);
  migSettingsRestore(p, pRun->pConn, &pRun->saved);
  failureExplain(p, pRun);
  if (p->rc && pRun->bOwn && pRun->exec.bRan && !pRun->pCall->bDryRun &&
      failureRecordable(p->rc) && sqlite3_get_autocommit(p->db)) {
    migContextInit(&error, p->db);
    migErrorSave(p, &error);
    failureRecord(p, pRun, &error);
    migStatementsClose(p);
    migErrorSave(&error, p);
  }
}

/* ---- all of it ---- */

/*
** Upgrade (or with bDown downgrade) to zTarget. Returns a JSON object
** {run, direction, from, to, steps, backup, dry_run, committed, ms} for the
** caller to free. Errors: those of targets and plans, of scripts, and BUSY,
** READ_ONLY, STORE_*; then nothing has changed but what the message says.
*/
char *migRunTarget(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   const char *zTarget, int bDown) {
  Run run;

  memset(&run, 0, sizeof(run));
  run.pConn = pConn;
  run.pCall = pCall;
  run.zTarget = zTarget;
  run.bDown = bDown;
  run.bOwn = sqlite3_get_autocommit(p->db) != 0;
  run.iFailed = -1;
  run.msWait = pCall->msWait >= 0 ? pCall->msWait : MIG_WAIT;
  run.msStart = runClock(&run);
  run.zStartedAt = migTimeText(p, pCall->msNow);
  migSettingsSave(p, &run.saved);
  run.exec.pConn = pConn;
  run.exec.pSaved = &run.saved;
  run.exec.bClock = !pCall->bNow;
  run.exec.nAllowLoss = pCall->nAllowLoss;
  run.exec.azAllowLoss = pCall->azAllowLoss;
  if (run.bOwn || migTransactionState(p) != SQLITE_TXN_NONE ||
      sqlite3_db_readonly(p->db, "main") == 1) {
    planUnderRead(p, &run);
  }
  if (p->rc == SQLITE_OK && !run.bNothing) {
    runBegin(p, &run);
    runSettings(p, &run, run.tx.bStore);
    run.exec.msWait = run.msWait;
    runPlan(p, &run, run.tx.bStore);
    run.iDataVersion = dataVersion(p);
  }
  if (p->rc == SQLITE_OK && run.bNothing) {
    runResult(p, &run);
  } else if (p->rc == SQLITE_OK) {
    runPrepare(p, &run);
    runGroups(p, &run);
  }
  runEnd(p, &run);
  return run.zResult;
}
