/*
** steps.c - the steps of a run, before they run.
**
** All rows and scripts are read and checked before the first statement of any
** of them: what may not run, or could not be undone, is refused while nothing
** has happened. A run of several transactions lets go of the lock in between;
** when another connection has written meanwhile, the steps that are left are
** looked at again.
**
** Which transaction a step is in is a number from 1. Where `alone` wants no
** transaction and `batch` runs in batches, a plan of five steps is cut so:
**
**                         a   b   alone   c   batch
**   as a rule             1   1   2       3   4
**   transaction each      1   2   3       4   5
**   in a caller's, dry    1   1   UNSUPPORTED for alone; batch is as any other
*/
#include <string.h>
#include "sql.h"
#include "partial.h"
#include "intact.h"
#include "steps.h"

/* Does the side of the revision that the run goes by run outside a
** transaction? */
static int stepAlone(const MigRun *pRun, const MigRevision *pRev) {
  return (pRev->flags &
          (pRun->bDown ? MIG_REV_DOWN_ALONE : MIG_REV_UP_ALONE)) != 0;
}

/* The script of a step; a is NULL when there is none, and after an error. A
** copy, zero-terminated, for the caller to free with sqlite3_free(): what the
** cache holds is not terminated, and goes when another pack is read.
** STORE_DAMAGED when it does not have its checksum. */
MigBytes migStepsScript(MigContext *p, MigRun *pRun, MigRunStep *pStep) {
  MigBytes out = {0, 0};
  const char *z;
  i64 n;

  migRevisionScripts(p, &pRun->cache, &pStep->rev);
  migRevisionCheck(p, &pStep->rev);
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

/* Batch iBatch of a script, from 0, or NULL when it has no such. It belongs to
** pInfo; checks are not counted. */
const MigScriptMark *migStepsBatch(const MigScriptInfo *pInfo, int iBatch) {
  int i;

  for (i = 0; i < pInfo->nMark; i++) {
    if (pInfo->aMark[i].eType == MIG_DIR_BATCH && iBatch-- == 0) {
      return &pInfo->aMark[i];
    }
  }
  return 0;
}

/* What execute.c or maintenance.c is told about the script of a step: all of
** it, to be run as a whole. pJob borrows the bytes, which may be none (a
** NULL). */
void migStepsJob(MigScriptJob *pJob, const MigRun *pRun,
                 const MigRunStep *pStep, const MigBytes *pBytes) {
  memset(pJob, 0, sizeof(*pJob));
  pJob->zRevision = pStep->rev.zId;
  pJob->zSide = pRun->bDown ? "down" : "up";
  pJob->z = (const char *)pBytes->a;
  pJob->n = pBytes->n;
  pJob->bLenient = (pStep->rev.flags & MIG_REV_LENIENT) != 0;
  pJob->bAlone = pStep->bAlone;
}

/* Check one step: its script may run, and can be undone if it must. Nothing is
** run. A revision that does nothing on the way up needs no down script. */
static void stepCheck(MigContext *p, MigRun *pRun, MigRunStep *pStep) {
  const char *zFile = migDatabasePath(p->db);
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
  if (pStep->bAlone && (!pRun->bOwn || pRun->pCall->bDryRun || zFile[0] == 0)) {
    migFail(p, MIG_UNSUPPORTED,
            "revision %s wants no transaction, and cannot run inside yours, in"
            " a dry run or without a database file; COMMIT first",
            pStep->rev.zId);
  }
  script = migStepsScript(p, pRun, pStep);
  if (script.a) {
    migStepsJob(&job, pRun, pStep, &script);
    migJobCheck(p, &job);
  }
  sqlite3_free(script.a);
}

/* A revision is applied in part: UNSUPPORTED when its script has no batch of
** the same table at the place where it is. It would do rows twice. */
static void partCheck(MigContext *p, MigRun *pRun, MigRunStep *pStep) {
  const MigScriptMark *pMark = 0;
  MigBytes script = migStepsScript(p, pRun, pStep);
  MigScriptInfo info;
  MigPartial partial;

  memset(&info, 0, sizeof(info));
  if (migPartialRead(p, pStep->rev.zId, &partial) && script.a &&
      (pStep->rev.flags & MIG_REV_BATCH)) {
    migScriptScan(p, (const char *)script.a, script.n, MIG_SCRIPT_OWN, &info);
    pMark = migStepsBatch(&info, partial.iBatch);
  }
  if (p->rc == SQLITE_OK &&
      (pMark == 0 || migStrICmp(pMark->zName, partial.zTable))) {
    migFail(p, MIG_UNSUPPORTED,
            "revision %s is applied in part, and its new script has no batch of"
            " table %s as number %d, where it is; give the batches back with"
            " migrate_edit(), or migrate_downgrade() the revision first",
            pStep->rev.zId, partial.zTable, partial.iBatch + 1);
  }
  sqlite3_free(script.a);
}

/* Look at the steps from iFirst on that are applied in part. On the way down
** the place does not matter: a down script runs over all rows. */
static void partsCheck(MigContext *p, MigRun *pRun, int iFirst) {
  MigSet parts;
  int i;

  if (p->rc || pRun->bDown) {
    return;
  }
  parts = migPartialSet(p, pRun->state.pGraph);
  for (i = iFirst; i < pRun->plan.nStep && p->rc == SQLITE_OK; i++) {
    MigRunStep *pStep = &pRun->aStep[i];
    if (!pStep->bSkip && migSetHas(&parts, pStep->iNode)) {
      partCheck(p, pRun, pStep);
    }
  }
}

/* Applied revisions, and those that one stands on, by parents or
** dependencies. */
static MigSet belowApplied(MigContext *p, const MigRun *pRun) {
  MigSet set = migSetCopy(p, &pRun->state.applied);

  migGraphAncestors(p, pRun->state.pGraph, &set);
  return set;
}

/* Plan a downgrade; what is applied in part is undone as if it were applied.
** bStore is the version of the store, 0 for none. The caller holds a
** transaction. Errors: those of migPlanDowngrade(); after one the plan is
** empty or means nothing. pState is not changed. */
void migRunPlanDown(MigContext *p, const MigState *pState, int bStore,
                    const char *zTarget, MigPlan *pPlan) {
  MigState state = *pState;
  MigSet set;

  memset(pPlan, 0, sizeof(*pPlan));
  if (p->rc) {
    return;
  }
  set = bStore ? migPartialSet(p, state.pGraph)
               : migSetNew(p, state.pGraph->nNode);
  if (p->rc == SQLITE_OK && migSetNext(&set, -1) >= 0) {
    migSetUnite(&set, &pState->applied);
    state = migStateNew(p, pState->pGraph, &set);
  }
  migPlanDowngrade(p, &state, zTarget, pPlan);
}

/* Number the transactions of a plan, from 1: aiTransaction has a place for
** each step, in its order. bEach is a transaction a step. With bWhole batches
** are no transactions of their own. Reads the flags of the graph alone, and
** says nothing of whether those transactions are possible. */
void migRunCuts(MigContext *p, const MigPlan *pPlan, const MigState *pState,
                int bEach, int bWhole, int *aiTransaction) {
  int alone = pPlan->bDown ? MIG_REV_DOWN_ALONE
              : bWhole     ? MIG_REV_UP_ALONE
                           : MIG_REV_UP_ALONE | MIG_REV_BATCH;
  int iTransaction = 1;
  int bAloneBefore = 0;
  int i;

  for (i = 0; i < pPlan->nStep && p->rc == SQLITE_OK; i++) {
    int bAlone = (pState->pGraph->aNode[pPlan->aStep[i]].flags & alone) != 0;
    if (i > 0 && (bEach || bAlone || bAloneBefore)) {
      iTransaction++;
    }
    bAloneBefore = bAlone;
    aiTransaction[i] = iTransaction;
  }
}

/*
** Read the rows of all steps into pRun->aStep and check them, before anything
** runs. The plan, the state and the settings of the run are there; the caller
** holds the write transaction. Nothing is changed.
**
** Errors: USAGE (transaction each inside a caller's), IRREVERSIBLE, RANGE
** (setting strict), UNSUPPORTED, STORE_DAMAGED, and those of scripts. After
** one aStep may be NULL.
*/
void migStepsPrepare(MigContext *p, MigRun *pRun) {
  int n = pRun->plan.nStep;
  int *aiTransaction = migAlloc(p, (u64)n * sizeof(int));
  MigSet below = belowApplied(p, pRun);
  int bWhole;
  int i;

  migIntactCheck(p, &pRun->state);
  if (pRun->bEach && !pRun->bOwn) {
    migFail(p, MIG_USAGE,
            "transaction 'each' cannot run inside your transaction; COMMIT"
            " first");
  }
  pRun->aStep = migAlloc(p, (u64)n * sizeof(MigRunStep));
  if (p->rc) {
    return;
  }
  bWhole = !pRun->bOwn || pRun->pCall->bDryRun; /* nothing to commit between */
  migRunCuts(p, &pRun->plan, &pRun->state, pRun->bEach, bWhole, aiTransaction);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    MigRunStep *pStep = &pRun->aStep[i];
    pStep->iNode = pRun->plan.aStep[i];
    migRevisionGet(p, pRun->state.pGraph->aNode[pStep->iNode].zId, &pStep->rev);
    pStep->iTransaction = aiTransaction[i];
    pStep->bAlone = stepAlone(pRun, &pStep->rev);
    pStep->bBatch =
        !bWhole && !pRun->bDown && (pStep->rev.flags & MIG_REV_BATCH);
    pStep->bLate = !pRun->bDown && migSetHas(&below, pStep->iNode);
    stepCheck(p, pRun, pStep);
  }
  partsCheck(p, pRun, 0);
}

/* ---- again, in a later transaction ---- */

/* Look at one step again: it may be done, edited or gone. UNKNOWN_REVISION when
** it is gone, BUSY when it would now need another kind of transaction than the
** run was cut for. */
static void stepRefresh(MigContext *p, MigRun *pRun, MigRunStep *pStep) {
  const char *zId = pStep->rev.zId;

  pStep->iNode = migGraphFind(pRun->state.pGraph, zId);
  if (pStep->iNode < 0) {
    migFail(p, MIG_UNKNOWN_REVISION,
            "revision %s was deleted by another connection during the run",
            zId);
    return;
  }
  /* up: it is applied by now; down: it is not any more */
  pStep->bSkip = migSetHas(&pRun->state.applied, pStep->iNode) != pRun->bDown;
  migRevisionGet(p, zId, &pStep->rev);
  if (p->rc == SQLITE_OK &&
      (stepAlone(pRun, &pStep->rev) != pStep->bAlone ||
       (pStep->bBatch && !(pStep->rev.flags & MIG_REV_BATCH)))) {
    migFail(p, MIG_BUSY,
            "revision %s was edited by another connection during the run; call"
            " again",
            zId);
  }
  if (!pStep->bSkip) {
    stepCheck(p, pRun, pStep);
  }
}

/* Is any of n nodes in the set, or, with bMissing, missing from it? 0 for no
** nodes. */
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
** connection has undone what they stand on, or done what stands on them: BUSY,
** for a new call makes a new plan. A repeatable revision for which something is
** left to run first is skipped. */
static void orderCheck(MigContext *p, const MigRun *pRun, int iFirst) {
  MigSet applied = migSetCopy(p, &pRun->state.applied);
  int i;

  for (i = iFirst; i < pRun->plan.nStep && p->rc == SQLITE_OK; i++) {
    MigRunStep *pStep = &pRun->aStep[i];
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
      if (pNode->bRepeatable && !migGraphWhole(pRun->state.pGraph, &applied)) {
        pStep->bSkip = 1; /* it stays pending, with what came between */
        continue;
      }
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

/* Another connection has written, and the state was loaded again: look at the
** steps from iFirst on. Those that are done by now are skipped. The caller
** holds the write transaction of the next group. BUSY, UNKNOWN_REVISION, and
** those of migStepsPrepare(); what was committed before stays. */
void migStepsRefresh(MigContext *p, MigRun *pRun, int iFirst) {
  int i;

  for (i = iFirst; i < pRun->plan.nStep && p->rc == SQLITE_OK; i++) {
    stepRefresh(p, pRun, &pRun->aStep[i]);
  }
  partsCheck(p, pRun, iFirst);
  orderCheck(p, pRun, iFirst);
}
