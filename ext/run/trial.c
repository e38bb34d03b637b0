/*
** trial.c - do revisions come back down?
**
** Everything happens in one transaction that is rolled back. In it each
** revision of the range is run up, and stays so for those that build on it.
** Then, in a savepoint of its own, it is run down, which must bring back the
** schema and the values that were there before it, and up again, which must
** give the schema that it gave the first time. (Values of the second time may
** differ: scripts ask for the time, or for random numbers.)
**
** Revisions of which a script wants no transaction, and those without a down
** script, are named as not tested. (One that wants none on the way up is not
** run, the others are, for those that build on them.) Batches run as one, over
** all rows. What stands on a revision that failed on the way up cannot be
** tested either. Repeatable ones are not run, and what they make is not looked
** at: it comes back by itself.
**
** For a -> b -> c, where the down script of b forgets a column:
**
**   up a         picture 1
**     down a     compare with what was before     up a   compare with 1
**   up b         picture 2
**     down b     compare with 1: differs, bad     (and not up again)
**   up c         ...
**
**   {"ok":false,"revisions":3,"bad":[{"revision":"b","what":"after down:
*..."}],
**    "untested":[]}
**
** The indented lines are in a savepoint that is undone, so what b leaves does
** not disturb c.
**
** The steps are runs of their own, inside our transaction: whatever a run
** would say, it says here.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "settings.h"
#include "store.h"
#include "transaction.h"
#include "range.h"
#include "plan.h"
#include "change.h"
#include "partial.h"
#include "revisions.h"
#include "state.h"
#include "picture.h"
#include "repeated.h"
#include "run.h"
#include "trial.h"

/* A picture and the memory it is in: a context of its own, which is cleared
** when the next one is taken, as a long range would fill the arena. */
typedef struct TrialLook {
  MigContext memory;
  MigPicture picture;
} TrialLook;

/* A trial under way. Zero-initialized. */
typedef struct Trial {
  MigConnection *pConn;
  MigCall call;      /* of the inner runs */
  MigTransaction tx; /* around everything; always undone */
  MigState state;    /* at the lower end of the range; steps do not move it */
  MigSet untouched;  /* what stands on a revision that failed */
  MigList repeated;  /* names of what is made by repeatable revisions */
  int nTested;       /* that came up, and were taken down */
  MigText bad;       /* JSON objects, by commas */
  MigText untested;  /* the same */
} Trial;

/* ---- what is found ---- */

/* Append a finding, {"revision":..., "what":...}, to one of the lists. */
static void findingAdd(MigContext *p, MigText *pText, const char *zId,
                       const char *zWhat) {
  migTextStr(p, pText, pText->n ? ",{\"revision\":" : "{\"revision\":");
  migTextJson(p, pText, zId);
  migTextStr(p, pText, ",\"what\":");
  migTextJson(p, pText, zWhat);
  migTextStr(p, pText, "}");
}

/* ---- inner runs ---- */

/* May the trial go on after this error of a run? Not when SQLite has rolled
** everything back, and not for an error that says nothing about the script. */
static int errorFinds(const MigContext *pWork) {
  if (sqlite3_get_autocommit(pWork->db)) {
    return 0;
  }
  switch (pWork->rc & 0xff) {
  case SQLITE_NOMEM:
  case SQLITE_INTERRUPT:
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_CANTOPEN:
  case SQLITE_CORRUPT:
    return 0;
  default:
    return pWork->zError != 0;
  }
}

/* The savepoint of a run has ended: the transaction is ours again. The run has
** taken the veto over COMMIT along, and may have changed the schema, so what is
** compiled is compiled anew; pTx is the savepoint that is open inside of ours,
** or NULL. SQLITE when a script has ended the transaction. */
static void outerAgain(MigContext *p, Trial *pTrial, MigTransaction *pTx) {
  if (!sqlite3_get_autocommit(p->db)) {
    pTrial->pConn->bVeto = 1;
  }
  migTransactionCheck(p, &pTrial->tx, "a script");
  migTransactionArm(p, &pTrial->tx);
  if (pTx) {
    migTransactionArm(p, pTx);
  }
}

/* Run one revision up or down, alone. NULL, or the message of its error, in the
** arena and without "migrate: "; an error that says nothing about the script is
** p's. A run that failed has undone its savepoint. */
static const char *stepRun(MigContext *p, Trial *pTrial, MigTransaction *pTx,
                           const char *zId, int bDown) {
  MigRunSpec spec = {zId, bDown, MIG_PHASE_NONE, 1, 0, 0, 0, 0};
  const char *zError = 0;
  MigContext work;

  if (p->rc) {
    return 0;
  }
  migContextInit(&work, p->db);
  sqlite3_free(migRunTarget(&work, pTrial->pConn, &pTrial->call, &spec));
  migStatementsClose(&work);
  if (work.rc && errorFinds(&work)) {
    zError = migStrdup(p, work.zError + strlen("migrate: "));
  } else if (work.rc) {
    migErrorSave(&work, p);
  }
  migContextClear(&work);
  outerAgain(p, pTrial, pTx);
  return zError;
}

/* ---- one revision ---- */

/* Take a picture in the place of the one that pLook has; its memory must be
** initialized. What repeatable revisions make is left out of the schema. */
static void lookTake(MigContext *p, const Trial *pTrial, TrialLook *pLook) {
  migStatementsClose(&pLook->memory);
  migContextClear(&pLook->memory);
  migContextInit(&pLook->memory, p->db);
  if (p->rc) {
    return;
  }
  migPictureTake(&pLook->memory, &pLook->picture);
  migRepeatedSkip(&pTrial->repeated, &pLook->picture.model);
  migStatementsClose(&pLook->memory);
  if (pLook->memory.rc) {
    migErrorSave(&pLook->memory, p);
  }
}

/* Add what differs between two pictures; 1 when something does. With bRows rows
** count. */
static int lookCompare(MigContext *p, Trial *pTrial, const char *zId,
                       const char *zWhen, const TrialLook *pOld,
                       const TrialLook *pNew, int bRows) {
  const char *z = migPictureCompare(p, &pOld->picture, &pNew->picture, bRows);

  if (z) {
    findingAdd(p, &pTrial->bad, zId, migPrintf(p, "%s: %s", zWhen, z));
  }
  return z != 0;
}

/* Down and up again. pBefore and pAfter are what the way up found and made;
** the caller undoes what is left of it. pTx is the savepoint around it. Values
** count only on the way down. */
static void stepReturn(MigContext *p, Trial *pTrial, MigTransaction *pTx,
                       const char *zId, const TrialLook *pBefore,
                       const TrialLook *pAfter) {
  const char *zError = stepRun(p, pTrial, pTx, zId, 1);
  TrialLook look;

  if (p->rc || zError) {
    if (zError) {
      findingAdd(p, &pTrial->bad, zId, migPrintf(p, "down: %s", zError));
    }
    return;
  }
  migContextInit(&look.memory, p->db);
  lookTake(p, pTrial, &look);
  if (!lookCompare(p, pTrial, zId, "after down", pBefore, &look, 1)) {
    zError = stepRun(p, pTrial, pTx, zId, 0);
    if (zError) {
      findingAdd(p, &pTrial->bad, zId, migPrintf(p, "up again: %s", zError));
    } else {
      lookTake(p, pTrial, &look);
      lookCompare(p, pTrial, zId, "after up again", pAfter, &look, 0);
    }
  }
  migContextClear(&look.memory);
}

/* Why the revision cannot be tested, or NULL; a constant. */
static const char *untestable(MigContext *p, const Trial *pTrial, int iNode,
                              const MigRevision *pRev) {
  MigPartial partial;

  if (migSetHas(&pTrial->untouched, iNode)) {
    return "it stands on a revision that failed";
  }
  if (pRev->flags & (MIG_REV_UP_ALONE | MIG_REV_DOWN_ALONE)) {
    return "it runs outside a transaction";
  }
  if (pTrial->state.pGraph->aNode[iNode].bRepeatable) {
    return "it is repeatable, and has no way down";
  }
  if (pRev->place.nDown < 0 && pRev->place.nUp > 0) {
    return "it has no down script";
  }
  if (migPartialRead(p, pRev->zId, &partial)) {
    return "it is applied in part";
  }
  return 0;
}

/* Does the revision run at all in the trial? One that does may still not be
** testable. */
static int stepRuns(const Trial *pTrial, int iNode, const MigRevision *pRev) {
  return !migSetHas(&pTrial->untouched, iNode) &&
         !(pRev->flags & MIG_REV_UP_ALONE) &&
         !pTrial->state.pGraph->aNode[iNode].bRepeatable;
}

/* What stands on iNode cannot be tested, by parents or dependencies. */
static void stepFailed(MigContext *p, Trial *pTrial, int iNode) {
  MigSet above = migSetNew(p, pTrial->state.pGraph->nNode);

  migSetAdd(&above, iNode);
  migGraphDescendants(p, pTrial->state.pGraph, &above);
  migSetUnite(&pTrial->untouched, &above);
}

/* Test one revision. pBefore is the picture before it; pAfter gets the one
** behind it on every way through, for the caller changes their roles for the
** next one. */
static void stepTest(MigContext *p, Trial *pTrial, int iNode,
                     TrialLook *pBefore, TrialLook *pAfter) {
  const char *zId = pTrial->state.pGraph->aNode[iNode].zId;
  const char *zWhy;
  const char *zError;
  MigTransaction inner;
  MigRevision rev;

  migRevisionGet(p, zId, &rev);
  zWhy = p->rc ? 0 : untestable(p, pTrial, iNode, &rev);
  if (zWhy) {
    findingAdd(p, &pTrial->untested, zId, zWhy);
  }
  if (p->rc || !stepRuns(pTrial, iNode, &rev)) {
    lookTake(p, pTrial, pAfter);
    return;
  }
  zError = stepRun(p, pTrial, 0, zId, 0);
  if (zError) {
    findingAdd(p, &pTrial->bad, zId, migPrintf(p, "up: %s", zError));
    stepFailed(p, pTrial, iNode);
  }
  lookTake(p, pTrial, pAfter);
  if (p->rc || zWhy || zError) {
    return;
  }
  pTrial->nTested++;
  migTransactionBegin(p, &inner, pTrial->pConn, 0, 0, 0);
  stepReturn(p, pTrial, &inner, zId, pBefore, pAfter);
  migStatementsClose(p);
  migTransactionUndo(p, &inner);
  outerAgain(p, pTrial, 0);
}

/* ---- the range ---- */

/* Go to the lower end of the range, by an ordinary run; the set it names. Down
** when all of it is applied, else up. An error of the run is p's: there is
** nothing to be tested then. */
static MigSet lowerGo(MigContext *p, Trial *pTrial, const char *zLow) {
  MigSet low = migTargetSet(p, &pTrial->state, zLow);
  MigRunSpec spec = {zLow, 1, MIG_PHASE_NONE, 0, 0, 0, 0, 0};
  int i;

  for (i = migSetNext(&low, -1); i >= 0; i = migSetNext(&low, i)) {
    spec.bDown &= migSetHas(&pTrial->state.applied, i);
  }
  if (p->rc == SQLITE_OK) {
    sqlite3_free(migRunTarget(p, pTrial->pConn, &pTrial->call, &spec));
    migStatementsClose(p);
    outerAgain(p, pTrial, 0);
    migStateLoad(p, &pTrial->state);
  }
  return low;
}

/* RANGE: the upper end does not lie above the lower one. */
static void rangeFail(MigContext *p, const char *zLow, const char *zHigh) {
  migFail(p, MIG_RANGE, "%s does not lie above %s; write the lower end first",
          zHigh, zLow);
}

/* RANGE when the upper end does not lie above the lower one. Ends that are
** counted from what is applied are known only when the lower one is reached. */
static void rangeCheck(MigContext *p, const Trial *pTrial, const char *zLow,
                       const char *zHigh) {
  MigSet low;
  MigSet high;
  int i;

  if (strpbrk(zLow, "+-") || strpbrk(zHigh, "+-")) {
    return;
  }
  low = migTargetSet(p, &pTrial->state, zLow);
  high = migTargetSet(p, &pTrial->state, zHigh);
  migGraphAncestors(p, pTrial->state.pGraph, &high);
  for (i = migSetNext(&low, -1); i >= 0 && p->rc == SQLITE_OK;
       i = migSetNext(&low, i)) {
    if (!migSetHas(&high, i)) {
      rangeFail(p, zLow, zHigh);
    }
  }
}

/* The plan from the lower end of a range to its upper one, either of which may
** be "": base, heads. RANGE when that does not lie above. The lower end is gone
** to here, unless it is `current`, where the file is already. */
static void rangePlan(MigContext *p, Trial *pTrial, const char *zLow,
                      const char *zHigh, MigPlan *pPlan) {
  const char *zFrom = zLow[0] ? zLow : "base";
  MigSet low = migSetNew(p, pTrial->state.pGraph->nNode);
  MigSet high;

  if (zHigh[0] == 0) {
    zHigh = "heads";
  }
  rangeCheck(p, pTrial, zFrom, zHigh);
  if (p->rc == SQLITE_OK && migStrICmp(zLow, "current") != 0) {
    low = lowerGo(p, pTrial, zFrom);
  }
  if (p->rc == SQLITE_OK) {
    migPlanUpgrade(p, &pTrial->state, zHigh, pPlan);
  }
  if (p->rc || pPlan->nStep > 0 || migSetNext(&low, -1) < 0) {
    return;
  }
  high = migTargetSet(p, &pTrial->state, zHigh);
  if (p->rc == SQLITE_OK && !migSetEqual(&low, &high)) {
    rangeFail(p, zFrom, zHigh);
  }
}

/* The revisions to go through, in order; those from *piFirst on are tested. A
** range is all from its lower end, one target alone is that one, and without
** either (NULL) it is all that are pending. */
static void trialPlan(MigContext *p, Trial *pTrial, const char *zRange,
                      MigPlan *pPlan, int *piFirst) {
  char *zLow;
  char *zHigh;
  MigSet set;

  *piFirst = 0;
  memset(pPlan, 0, sizeof(*pPlan));
  if (p->rc) {
    return; /* there may be no graph */
  }
  if (zRange && migRangeSplit(p, zRange, &zLow, &zHigh)) {
    rangePlan(p, pTrial, zLow, zHigh, pPlan);
  } else if (zRange && p->rc == SQLITE_OK) {
    set = migTargetSet(p, &pTrial->state, zRange);
    migPlanUpgrade(p, &pTrial->state, zRange, pPlan);
    if (p->rc == SQLITE_OK && migSetCount(&set) == 1 && pPlan->nStep) {
      *piFirst = pPlan->nStep - 1; /* one target alone: that one */
    }
  } else if (p->rc == SQLITE_OK) {
    migPlanUpgrade(p, &pTrial->state, "heads", pPlan);
    migPlanRepeatables(p, &pTrial->state, 0, pPlan);
  }
}

/* Test what zRange means, inside the open transaction. What comes before the
** range must run: SCRIPT. */
static void trialRun(MigContext *p, Trial *pTrial, const char *zRange) {
  TrialLook aLook[2];
  MigPlan plan;
  int iFirst;
  int i;

  migContextInit(&aLook[0].memory, p->db);
  migContextInit(&aLook[1].memory, p->db);
  migStateLoad(p, &pTrial->state);
  trialPlan(p, pTrial, zRange, &plan, &iFirst);
  if (p->rc == SQLITE_OK) {
    pTrial->untouched = migSetNew(p, pTrial->state.pGraph->nNode);
    migRepeatedNames(p, pTrial->state.pGraph, &pTrial->repeated);
  }
  for (i = 0; i < iFirst && p->rc == SQLITE_OK; i++) {
    const char *zId = pTrial->state.pGraph->aNode[plan.aStep[i]].zId;
    const char *zError = stepRun(p, pTrial, 0, zId, 0);
    if (zError) {
      migFail(p, MIG_SCRIPT, "below the range: %s", zError);
    }
  }
  lookTake(p, pTrial, &aLook[0]);
  for (i = iFirst; i < plan.nStep && p->rc == SQLITE_OK; i++) {
    stepTest(p, pTrial, plan.aStep[i], &aLook[(i - iFirst) & 1],
             &aLook[(i - iFirst + 1) & 1]);
  }
  migContextClear(&aLook[0].memory);
  migContextClear(&aLook[1].memory);
}

/*
** Test the revisions of zRange, NULL for all that are pending: low:high, or
** one revision. Returns the JSON object {ok, revisions, bad, untested} for the
** caller to free with sqlite3_free(), NULL after an error: how many were
** tested, and those that did not come back, each with what is wrong. Nothing
** has changed afterwards. What a revision does wrong is a finding, no error;
** without a store there is nothing to test.
**
** Errors: those of targets and of ranges, SCRIPT for a revision below the range
** that does not run, those of the way to the lower end, BUSY, STORE_*, and what
** SQLite reports of memory, disk or an interrupt.
**
** It is an acting call, and holds the write lock until it returns; inside a
** transaction of the caller's a savepoint is undone. Option transaction and
** backup of pCall do not count.
*/
char *migTrial(MigContext *p, MigConnection *pConn, const MigCall *pCall,
               const char *zRange) {
  MigText text = {0, 0, 0};
  char *zResult;
  Trial trial;
  i64 msWait;
  int bDeterministic; /* of no concern: nothing stays */

  memset(&trial, 0, sizeof(trial));
  trial.pConn = pConn;
  trial.call = *pCall;
  trial.call.bDryRun = 0;
  trial.call.zTransaction = "run";
  trial.call.bNoBackup = 1;
  migChangeSettings(p, pConn, pCall, &msWait, &bDeterministic);
  migTransactionBegin(p, &trial.tx, pConn, msWait, 0, 0);
  if (p->rc == SQLITE_OK && trial.tx.bStore) {
    trialRun(p, &trial, zRange);
  }
  migTextF(p, &text,
           "{\"ok\":%s,\"revisions\":%d,\"bad\":[%s],\"untested\":[%s]}",
           trial.bad.n ? "false" : "true", trial.nTested, migTextZ(&trial.bad),
           migTextZ(&trial.untested));
  zResult = p->rc ? 0 : migResultText(p, migTextZ(&text));
  migStatementsClose(p);
  migTransactionUndo(p, &trial.tx);
  return zResult;
}
