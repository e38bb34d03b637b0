/*
** agenda.c - what a run is to do: its plan, and the settings it goes by.
**
** The plan is made under a read, and again under the lock (run.c). Facts of
** _migrate_meta answer first where they can: when nothing is pending, a call to
** upgrade to all there is needs no graph.
**
** Repeatable revisions are the last steps of an upgrade that leaves nothing
** else pending. The first step down leaves all of them pending (plan.h).
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "settings.h"
#include "known.h"
#include "waiting.h"
#include "revisions.h"
#include "state.h"
#include "agenda.h"

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

/* Read the settings that the options leave open, texts into the arena. bStore
** is the version of the store, 0 for none: then they are the defaults. Called
** again under the lock, where they may be other ones. The caller holds a
** transaction. */
void migAgendaSettings(MigContext *p, MigRun *pRun, int bStore) {
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
** whether it is empty. bStore is as for migAgendaSettings(). The caller holds a
** transaction: under a read it is only a guess at what the one under the lock
** will be. State and plan are in the arena. Errors: those of targets and plans;
** after one bNothing means nothing. */
void migAgendaPlan(MigContext *p, MigRun *pRun, int bStore) {
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

/* The first look, under a read that ends here: bNothing is set when there is
** nothing to do, else state, plan and settings are read again under the lock.
** Facts that this connection has verified before take no transaction at all
** (known.c). Errors: those of migReadBegin(), migStoreOpen() and
** migAgendaPlan(). */
void migAgendaLook(MigContext *p, MigRun *pRun) {
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
    migAgendaSettings(p, pRun, bStore);
    migAgendaPlan(p, pRun, bStore);
  }
  migFinalize(p, pRead);
}
