/*
** offlineplan.c - the plan of an offline script, and the scripts of its steps.
**
** The range is lo:hi; without ':' lo is base, as with Alembic's --sql. The
** revisions that lo names, with all they stand on, are what the target file
** must have applied; the way from there to hi is planned as a run would plan
** it: down when hi lies below lo, else up. An upgrade that leaves nothing
** pending ends with the repeatable revisions: when lo is where this file is,
** those that are pending here, else all of them.
**
** All steps are read and checked before any is replayed or written: the header
** of the script depends on every one of them.
*/
#include <string.h>
#include "job.h"
#include "partial.h"
#include "range.h"
#include "steps.h"
#include "offlineplan.h"

/* ---- the plan ---- */

/*
** A copy of a set of revisions of the graph, in the arena, without the
** repeatable ones. Raises nothing of its own.
*/
MigSet migOfflinePlanOrdinary(MigContext *p, const MigGraph *g,
                              const MigSet *pSet) {
  MigSet set = migSetCopy(p, pSet);
  MigSet out = migGraphRepeatables(p, g);

  migSetSubtract(&set, &out);
  return set;
}

/* The state that zLow means: its revisions and all they stand on. When that is
** where this file is, it is what is applied here: without what is pending below
** that, and with the repeatable ones it has, so that only pending ones are
** written. */
static void stateLow(MigContext *p, MigOffline *po, const char *zLow) {
  const MigGraph *g = po->live.pGraph;
  MigSet set = migTargetSet(p, &po->live, zLow);
  MigSet applied;
  int bCurrent;

  if (p->rc) {
    return;
  }
  bCurrent = migSetEqual(&set, &po->live.current);
  applied = migOfflinePlanOrdinary(p, g, &po->live.applied);
  migGraphAncestors(p, g, &set);
  po->bHere = p->rc == SQLITE_OK && (bCurrent || migSetEqual(&set, &applied));
  po->now = migStateNew(p, g, po->bHere ? &po->live.applied : &set);
}

/* Does the upper end lie below the lower one? A sign in front says it; else it
** does when all of it is applied by then and it is not where the range begins.
** The upper end is resolved against the lower one. */
static int isDown(MigContext *p, const MigOffline *po, const char *zHigh) {
  MigSet set;

  if (zHigh[0] == '-' || zHigh[0] == '+') {
    return zHigh[0] == '-';
  }
  set = migTargetSet(p, &po->now, zHigh);
  if (p->rc || migSetEqual(&set, &po->now.current)) {
    return 0;
  }
  migSetSubtract(&set, &po->now.applied);
  return migSetNext(&set, -1) < 0;
}

/*
** Take the range of pSpec apart and plan it: sets bHere, now and plan, in the
** arena. An end that is left out is base or heads. Repeatable revisions alone
** make a plan only when the range begins where this file is: of another one it
** is not known which of them it has. Needs pSpec and live, and a read
** transaction. Errors: those of ranges, targets and plans.
*/
void migOfflinePlanRange(MigContext *p, MigOffline *po) {
  const char *zRange = po->pSpec->zRange;
  char *zLow = 0;
  char *zHigh = 0;
  const char *z;
  int bRange;

  bRange = migRangeSplit(p, zRange, &zLow, &zHigh);
  stateLow(p, po, bRange && zLow && *zLow ? zLow : "base");
  z = !bRange ? zRange : zHigh && *zHigh ? zHigh : "heads";
  if (p->rc) {
    return;
  }
  if (isDown(p, po, z)) {
    migPlanDowngrade(p, &po->now, z, &po->plan);
  } else {
    migPlanUpgrade(p, &po->now, z, &po->plan);
  }
  if (!po->plan.bDown && (po->bHere || po->plan.nStep)) {
    migPlanRepeatables(p, &po->now, 0, &po->plan);
  }
}

/* ---- the scripts ---- */

/*
** Read a revision, a node of the graph, with its scripts, in the arena and
** zero-terminated. pCache is the caller's, who closes it. STORE_DAMAGED when
** they do not have its checksum.
*/
void migOfflinePlanRevision(MigContext *p, const MigOffline *po, int iNode,
                            MigPackCache *pCache, MigRevision *pRev) {
  if (!migRevisionGet(p, po->live.pGraph->aNode[iNode].zId, pRev)) {
    return;
  }
  migRevisionScripts(p, pCache, pRev);
  pRev->zUp = pRev->zUp ? migStrndup(p, pRev->zUp, pRev->nUp) : 0;
  pRev->zDown = pRev->zDown ? migStrndup(p, pRev->zDown, pRev->nDown) : 0;
  migRevisionCheck(p, pRev);
}

/* Check the script of a step as a run does, and look through it. A revision
** that does nothing on the way up needs no down script. IRREVERSIBLE, SCRIPT,
** and those of migJobCheck(). */
static void stepScan(MigContext *p, MigOffline *po, MigOfflineStep *pStep) {
  const MigRevision *pRev = &pStep->rev;
  MigPlainScript *ps = &pStep->script;
  int bDown = po->plan.bDown;
  int bAlone =
      (pRev->flags & (bDown ? MIG_REV_DOWN_ALONE : MIG_REV_UP_ALONE)) != 0;
  MigScriptJob job;

  if (bDown && pRev->place.nDown < 0 && pRev->place.nUp > 0) {
    migFail(p, MIG_IRREVERSIBLE,
            "revision %s has no down script; add one with"
            " migrate_edit('%s', NULL, '...', '{\"repair\":true}')",
            pRev->zId, pRev->zId);
  }
  ps->zRevision = pRev->zId;
  ps->zSide = bDown ? "down" : "up";
  ps->z = bDown ? pRev->zDown : pRev->zUp;
  ps->n = bDown ? pRev->nDown : pRev->nUp;
  ps->eMode = bAlone                          ? MIG_SCRIPT_ALONE
              : pRev->flags & MIG_REV_LENIENT ? MIG_SCRIPT_IMPORTED
                                              : MIG_SCRIPT_OWN;
  ps->pTally = &po->ledger.tally;
  if (ps->z == 0) {
    ps->z = "";
    ps->n = 0;
  }
  memset(&job, 0, sizeof(job));
  job.zRevision = ps->zRevision;
  job.zSide = ps->zSide;
  job.z = ps->z;
  job.n = ps->n;
  job.bAlone = bAlone;
  job.bLenient = ps->eMode == MIG_SCRIPT_IMPORTED;
  migJobCheck(p, &job);
  migPlainscriptScan(p, ps);
  po->bAlters |= ps->bAlters;
  po->bQuotes |= ps->bQuotes;
  po->bReturns |= strstr(ps->z, "\r\n") != 0;
  po->ledger.bForeign |= ps->info.bReferences;
}

/* UNSUPPORTED for a revision of which some batches are done: the script would
** do all of them. */
static void partialCheck(MigContext *p, const char *zId) {
  MigPartial partial;

  if (migPartialRead(p, zId, &partial)) {
    migFail(p, MIG_UNSUPPORTED,
            "revision %s is applied in part, which no script can go on with;"
            " finish it with migrate_upgrade() first",
            zId);
  }
}

/*
** Read and check all steps of the plan, into aStep, in the arena, and cut them
** into transactions: as few as can be, and batches in one with the others. Sets
** what is known of all scripts as well. Errors: IRREVERSIBLE, SCRIPT and those
** of migJobCheck(), STORE_DAMAGED, UNSUPPORTED for a revision that is applied
** in part.
*/
void migOfflinePlanSteps(MigContext *p, MigOffline *po) {
  int n = po->plan.nStep;
  int *aiTransaction = migAlloc(p, (u64)n * sizeof(int));
  MigPackCache cache = {0, {0, 0}};
  int i;

  po->aStep = migAlloc(p, (u64)n * sizeof(MigOfflineStep));
  if (p->rc == SQLITE_OK) {
    migRunCuts(p, &po->plan, &po->live, 0, 1, aiTransaction);
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    MigOfflineStep *pStep = &po->aStep[i];
    pStep->iNode = po->plan.aStep[i];
    pStep->iTransaction = aiTransaction[i];
    migOfflinePlanRevision(p, po, pStep->iNode, &cache, &pStep->rev);
    partialCheck(p, pStep->rev.zId);
    stepScan(p, po, pStep);
  }
  migScriptsClose(&cache);
}
