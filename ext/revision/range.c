/*
** range.c - ranges of revisions, low:high, as Alembic's history takes them.
**
** A range holds what its upper ends stand on, without what its lower ends stand
** on, but with the lower ends themselves. Steps that would leave the graph are
** clipped. With c on b on a, and a the root:
**
**   :        c b a        b:       c b
**   :b       b a          -1:c     c b
**   b:c      c b          a:+1     b a
**   a:b      b a          b:a      RANGE
**
** Without ':' a text is a list of targets, and the range those alone.
**
** Either end may count its steps from the other one, so the ends are resolved
** in that order: what the first gives is taken for applied, and the steps of
** the second count from the current heads of that.
*/
#include <string.h>
#include "range.h"

#define SHOWN 3 /* revisions that a message names */

/*
** Part a range at its ':'. Returns 0 when there is none, else 1 with the two
** ends, either of which may be "", in the arena. More than one ':' is USAGE;
** after an error it is 0, and the ends are NULL. Nothing is resolved. zRange is
** not NULL.
*/
int migRangeSplit(MigContext *p, const char *zRange, char **pzLow,
                  char **pzHigh) {
  const char *zColon = strchr(zRange, ':');

  *pzLow = *pzHigh = 0;
  if (zColon == 0) {
    return 0;
  }
  if (strchr(zColon + 1, ':')) {
    migFail(p, MIG_USAGE, "'%s' has two ':'; a range is low:high", zRange);
  }
  *pzLow = migStrndup(p, zRange, zColon - zRange);
  *pzHigh = migStrdup(p, zColon + 1);
  return p->rc == SQLITE_OK;
}

/* One end of a range while it is being resolved. */
typedef struct RangeEnd {
  const char *zText;  /* not empty: base or heads stand for that */
  MigTarget *aTarget; /* its members */
  int nTarget;
  MigSet set; /* its revisions */
} RangeEnd;

/* Resolve the members of one end. pBare is the state that steps without an
** anchor count from. Steps that leave the graph are clipped. */
static void rangeResolve(MigContext *p, const MigState *pState,
                         const MigState *pBare, RangeEnd *pEnd) {
  int i;

  pEnd->set = migSetNew(p, pState->pGraph->nNode);
  for (i = 0; i < pEnd->nTarget && p->rc == 0; i++) {
    const MigTarget *pTarget = &pEnd->aTarget[i];
    MigSet one =
        migTargetResolve(p, pTarget->bBare ? pBare : pState, pTarget, 1);
    migSetUnite(&pEnd->set, &one);
  }
}

/* Steps alone count up from the other end for the upper one, down for the
** lower one; returns whether there are any. */
static int rangeBare(MigContext *p, const RangeEnd *pEnd, int bUpper) {
  int bBare = 0;
  int i;

  for (i = 0; i < pEnd->nTarget; i++) {
    int nStep = pEnd->aTarget[i].nStep;
    if (pEnd->aTarget[i].bBare) {
      bBare = 1;
      if (bUpper ? nStep <= 0 : nStep >= 0) {
        migFail(p, MIG_RELATIVE_RANGE,
                "'%s': the lower end of a range counts down, as in '-2:head',"
                " the upper end up, as in 'a1:+2'",
                pEnd->zText);
      }
    }
  }
  return bBare;
}

/* A state whose heads are the revisions of one end, for the steps of the
** other end to count from. */
static MigState rangeState(MigContext *p, const MigState *pState,
                           const MigSet *pSet) {
  MigSet applied = migSetCopy(p, pSet);

  migGraphAncestors(p, pState->pGraph, &applied);
  return migStateNew(p, pState->pGraph, &applied);
}

/* Resolve both ends of a range. When neither or only the upper one counts
** from the other, the lower one comes first. USAGE when each counts from the
** other. */
static void rangeEnds(MigContext *p, const MigState *pState, RangeEnd *pLow,
                      RangeEnd *pHigh) {
  MigState other;
  int bLow, bHigh;

  pLow->aTarget = migTargetParse(p, pState, pLow->zText, &pLow->nTarget);
  pHigh->aTarget = migTargetParse(p, pState, pHigh->zText, &pHigh->nTarget);
  bLow = rangeBare(p, pLow, 0);
  bHigh = rangeBare(p, pHigh, 1);
  if (bLow && bHigh) {
    migFail(p, MIG_USAGE,
            "'%s:%s' counts either end from the other one; name"
            " a revision",
            pLow->zText, pHigh->zText);
  } else if (bLow) {
    rangeResolve(p, pState, pState, pHigh);
    other = rangeState(p, pState, &pHigh->set);
    rangeResolve(p, pState, &other, pLow);
  } else {
    rangeResolve(p, pState, pState, pLow);
    other = rangeState(p, pState, &pLow->set);
    rangeResolve(p, pState, &other, pHigh);
  }
}

/* RANGE: the lower end is not below the upper one. */
static void failRange(MigContext *p, const MigState *pState,
                      const RangeEnd *pLow, const RangeEnd *pHigh) {
  const MigGraph *g = pState->pGraph;

  migFail(p, MIG_RANGE,
          "'%s:%s': %s does not lie below %s; a range is low:high, within one"
          " line",
          pLow->zText, pHigh->zText, migGraphNames(p, g, &pLow->set, SHOWN),
          migGraphNames(p, g, &pHigh->set, SHOWN));
}

/*
** The revisions from pLow up to pHigh, both included: the ancestors of pHigh,
** dependencies included, that are not strict ancestors of pLow and, unless
** pLow is base, descend from it by parents. A branch named at the lower end
** limits the upper one.
*/
static MigSet rangeSet(MigContext *p, const MigState *pState, RangeEnd *pLow,
                       RangeEnd *pHigh) {
  const MigGraph *g = pState->pGraph;
  MigSet set, below, line;
  int bHigh = migSetNext(&pHigh->set, -1) >= 0;

  /* c1branch@b:heads asks for that branch, not for all heads above b. */
  if (pLow->nTarget == 1) {
    migTargetLimit(&pLow->aTarget[0], &pHigh->set);
  }
  set = migSetCopy(p, &pHigh->set);
  migGraphAncestors(p, g, &set);
  below = migSetCopy(p, &pLow->set);
  migSetSubtract(&below, &set);
  if (migSetNext(&below, -1) >= 0 ||
      (bHigh && migSetNext(&pHigh->set, -1) < 0)) {
    failRange(p, pState, pLow, pHigh);
  }
  /* By parents alone: another branch that the upper end depends on is no part
  ** of the way from one end to the other. */
  if (migSetNext(&pLow->set, -1) >= 0) {
    line = migSetCopy(p, &pLow->set);
    below = migSetCopy(p, &pLow->set);
    migGraphChildLine(p, g, &line);
    migGraphAncestors(p, g, &below);
    migSetSubtract(&set, &below);
    migSetIntersect(&set, &line);
    migSetUnite(&set, &pLow->set);
  }
  return set;
}

/*
** The revisions of a range, newest first, for listing. An empty lower end is
** base, an empty upper end heads; NULL is everything. Without ':' it is a
** list of targets. +N alone as upper end counts from the lower one, -N alone
** as lower end from the upper one; steps that leave the graph end at its
** edge. *paNode, with *pnNode nodes, is in the arena. Repeatable revisions are
** never among them. Errors as at the top of target.h; then *pnNode is 0.
*/
void migRangeNodes(MigContext *p, const MigState *pState, const char *zRange,
                   int **paNode, int *pnNode) {
  const MigGraph *g = pState->pGraph;
  RangeEnd low, high;
  char *zLow, *zHigh;
  MigSet set;
  int i;

  *paNode = 0;
  *pnNode = 0;
  if (migRangeSplit(p, zRange ? zRange : ":", &zLow, &zHigh)) {
    memset(&low, 0, sizeof(low));
    memset(&high, 0, sizeof(high));
    low.zText = zLow && *zLow ? zLow : "base";
    high.zText = zHigh && *zHigh ? zHigh : "heads";
    rangeEnds(p, pState, &low, &high);
    set = rangeSet(p, pState, &low, &high);
  } else {
    set = migTargetSet(p, pState, zRange);
  }
  *paNode = migAlloc(p, (u64)migSetCount(&set) * sizeof(int));
  for (i = g->nNode - 1; i >= 0 && p->rc == 0; i--) {
    if (migSetHas(&set, g->aOrder[i])) {
      (*paNode)[(*pnNode)++] = g->aOrder[i];
    }
  }
}
