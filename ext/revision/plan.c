/*
** plan.c - which revisions to run or undo, in which order.
**
** Steps follow the graph's topological order, downgrades backwards, so a plan
** is one sweep over that order and the same for the same graph.
*/
#include <string.h>
#include "plan.h"

#define SHOWN 3 /* names that a message lists */

/* List the members of pSteps in the plan's direction, which is set, and derive
** what is applied afterwards. A downgrade that undoes anything takes the
** repeatable ones out of that, though they are no steps. */
static void planSteps(MigContext *p, const MigState *pState,
                      const MigSet *pSteps, MigPlan *pPlan) {
  const MigGraph *g = pState->pGraph;
  int i;

  pPlan->after = migSetCopy(p, &pState->applied);
  pPlan->aStep = migAlloc(p, (u64)migSetCount(pSteps) * sizeof(int));
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    int iNode = g->aOrder[pPlan->bDown ? g->nNode - 1 - i : i];
    if (migSetHas(pSteps, iNode)) {
      pPlan->aStep[pPlan->nStep++] = iNode;
    }
  }
  if (pPlan->bDown && pPlan->nStep) {
    MigSet again = migGraphRepeatables(p, g);
    migSetSubtract(&pPlan->after, pSteps);
    migSetSubtract(&pPlan->after, &again);
  } else if (!pPlan->bDown) {
    migSetUnite(&pPlan->after, pSteps);
  }
}

/* OVERLAP when one member of a set of targets is an ancestor of another, by
** parents or dependencies. The message names one that is below, and those above
** it. */
static void planOverlap(MigContext *p, const MigGraph *g, const MigSet *pSet) {
  MigSet top = migGraphCurrent(p, g, pSet);
  MigSet below = migSetCopy(p, pSet);
  MigSet above;
  int i;

  migSetSubtract(&below, &top);
  i = migSetNext(&below, -1);
  if (i < 0) {
    return;
  }
  above = migSetNew(p, g->nNode);
  migSetAdd(&above, i);
  migGraphDescendants(p, g, &above);
  migSetIntersect(&above, &top);
  migFail(p, MIG_OVERLAP, "%s already stands on %s; name only one of them",
          migGraphNames(p, g, &above, SHOWN), g->aNode[i].zId);
}

/* RELATIVE_RANGE for steps from the current head that do not go the plan's way.
** Steps from a named revision may: what they lead to is a target like any. */
static void planDirection(MigContext *p, const MigTarget *pTarget, int bDown) {
  if (pTarget->bRelative && pTarget->eAnchor == MIG_AT_CURRENT &&
      (bDown ? pTarget->nStep >= 0 : pTarget->nStep <= 0)) {
    migFail(p, MIG_RELATIVE_RANGE, "'%s' leads nowhere %s; use %s",
            pTarget->zText, bDown ? "down" : "up",
            bDown ? "'-N', or migrate_upgrade" : "'+N', or migrate_downgrade");
  }
}

/*
** Resolve a list of targets that must not overlap; the same revision twice is
** no overlap. What one target alone stands for (label@heads) may contain
** dependencies of its own members: only its tips are kept.
*/
static MigSet planTargets(MigContext *p, const MigState *pState,
                          const MigTarget *aTarget, int nTarget) {
  const MigGraph *g = pState->pGraph;
  MigSet all = migSetNew(p, g->nNode);
  int i;

  for (i = 0; i < nTarget && p->rc == 0; i++) {
    MigSet one = migTargetNodes(p, pState, &aTarget[i]);
    one = migGraphCurrent(p, g, &one);
    migSetUnite(&all, &one);
  }
  planOverlap(p, g, &all);
  return all;
}

/*
** Plan to reach zTarget, a list of targets: their ancestors and dependencies
** less what is applied. Empty when all is applied.
** Errors: those of target.h, OVERLAP, RELATIVE_RANGE for steps downwards.
*/
void migPlanUpgrade(MigContext *p, const MigState *pState, const char *zTarget,
                    MigPlan *pPlan) {
  MigTarget *aTarget;
  MigSet set;
  int n, i;

  memset(pPlan, 0, sizeof(*pPlan));
  aTarget = migTargetParse(p, pState, zTarget, &n);
  if (p->rc) {
    return;
  }
  for (i = 0; i < n; i++) {
    planDirection(p, &aTarget[i], 0);
  }
  set = planTargets(p, pState, aTarget, n);
  migGraphAncestors(p, pState->pGraph, &set);
  migSetSubtract(&set, &pState->applied);
  planSteps(p, pState, &set, pPlan);
}

/* Take the revisions of *pLeft out of the plan of an upgrade, none of which is
** applied. What stands on them must be among them: it is not looked for. */
void migPlanLeave(MigContext *p, const MigSet *pLeft, MigPlan *pPlan) {
  int nStep = 0;
  int i;

  if (p->rc) {
    return;
  }
  for (i = 0; i < pPlan->nStep; i++) {
    if (!migSetHas(pLeft, pPlan->aStep[i])) {
      pPlan->aStep[nStep++] = pPlan->aStep[i];
    }
  }
  pPlan->nStep = nStep;
  migSetSubtract(&pPlan->after, pLeft);
}

/*
** Append to the plan of an upgrade the repeatable revisions that are due: when
** everything else is applied after it, those that are not. Those of *pLeft,
** unless NULL, are left pending, and nothing waits for them.
*/
void migPlanRepeatables(MigContext *p, const MigState *pState,
                        const MigSet *pLeft, MigPlan *pPlan) {
  const MigGraph *g = pState->pGraph;
  MigSet whole, due;
  int *aStep;
  int i;

  if (p->rc) {
    return;
  }
  whole = migSetCopy(p, &pPlan->after);
  due = migGraphRepeatables(p, g);
  if (p->rc == SQLITE_OK && pLeft) {
    migSetUnite(&whole, pLeft);
    migSetSubtract(&due, pLeft);
  }
  if (p->rc || !migGraphWhole(g, &whole)) {
    return;
  }
  migSetSubtract(&due, &pPlan->after);
  aStep = migAlloc(p, (u64)(pPlan->nStep + migSetCount(&due)) * sizeof(int));
  if (p->rc) {
    return;
  }
  for (i = 0; i < pPlan->nStep; i++) {
    aStep[i] = pPlan->aStep[i];
  }
  for (i = 0; i < g->nNode; i++) {
    if (migSetHas(&due, g->aOrder[i])) {
      aStep[pPlan->nStep++] = g->aOrder[i];
    }
  }
  pPlan->aStep = aStep;
  migSetUnite(&pPlan->after, &due);
}

/* Plan to run, or with bDown to undo, the one revision that zTarget means,
** whatever is around it. Empty when that is done, and for base. Errors: those
** of target.h, USAGE for a list. */
void migPlanOne(MigContext *p, const MigState *pState, const char *zTarget,
                int bDown, MigPlan *pPlan) {
  MigSet set;
  int iNode;

  memset(pPlan, 0, sizeof(*pPlan));
  pPlan->bDown = bDown;
  iNode = p->rc ? -1 : migTargetOne(p, pState, zTarget);
  if (p->rc || iNode < 0) {
    return;
  }
  set = migSetNew(p, pState->pGraph->nNode);
  if (p->rc == SQLITE_OK && migSetHas(&pState->applied, iNode) == bDown) {
    migSetAdd(&set, iNode);
  }
  planSteps(p, pState, &set, pPlan);
}

/* The branch that a downgrade keeps to: the one named before '@', for bare
** steps that of the one current head; -1 for none. */
static int downBranch(const MigState *pState, const MigTarget *pTarget) {
  if (pTarget->iBranch < 0 && pTarget->bRelative &&
      pTarget->eAnchor == MIG_AT_CURRENT) {
    return migSetNext(&pState->current, -1);
  }
  return pTarget->iBranch;
}

/*
** The lowest revisions to undo: the children of iTarget, or all roots when it
** is -1. With a branch and several of them, only those the branch stands on;
** RANGE when that leaves none.
*/
static MigSet downRoots(MigContext *p, const MigState *pState,
                        const MigTarget *pTarget, int iTarget) {
  const MigGraph *g = pState->pGraph;
  int iBranch = downBranch(pState, pTarget);
  MigSet roots, line;
  int i;

  if (iTarget < 0) {
    roots = migGraphRoots(p, g);
  } else {
    roots = migSetNew(p, g->nNode);
    for (i = 0; i < g->aNode[iTarget].nChild; i++) {
      migSetAdd(&roots, g->aNode[iTarget].aChild[i]);
    }
  }
  if (iBranch >= 0 && migSetCount(&roots) > 1) {
    line = migSetNew(p, g->nNode);
    migSetAdd(&line, iBranch);
    migGraphParentLine(p, g, &line);
    migSetIntersect(&roots, &line);
    if (migSetNext(&roots, -1) < 0) {
      const char *zId = iTarget < 0 ? "base" : g->aNode[iTarget].zId;
      migFail(p, MIG_RANGE,
              "'%s': nothing directly above %s belongs to %s; name the target"
              " without the branch",
              pTarget->zText, zId, g->aNode[iBranch].zId);
    }
  }
  return roots;
}

/* There is nothing to undo above iTarget, -1 for base: RANGE, unless the file
** stands there already. Of base that is always so. */
static void downNothing(MigContext *p, const MigState *pState, int iTarget) {
  const MigGraph *g = pState->pGraph;
  const char *zId;

  if (p->rc || iTarget < 0 || migSetHas(&pState->current, iTarget)) {
    return;
  }
  zId = g->aNode[iTarget].zId;
  if (migSetHas(&pState->applied, iTarget)) {
    migFail(p, MIG_RANGE,
            "%s is applied and nothing above it in its branch is; to undo"
            " what depends on it, downgrade those branches (current: %s)",
            zId, migGraphNames(p, g, &pState->current, SHOWN));
  } else {
    migFail(p, MIG_RANGE,
            "%s is not applied (current: %s); migrate_upgrade leads there", zId,
            migGraphNames(p, g, &pState->current, SHOWN));
  }
}

/*
** The place a downgrade leads to, -1 for base. A target outside its branch
** passes here: migPlanDowngrade() refuses it when something would be undone.
*/
static int downTarget(MigContext *p, const MigState *pState,
                      const MigTarget *pTarget) {
  MigTarget target = *pTarget;
  MigSet set;
  int i;

  target.bOutside = pTarget->bOutside && pTarget->bRelative;
  set = migTargetNodes(p, pState, &target);
  set = migGraphCurrent(p, pState->pGraph, &set);
  i = migSetNext(&set, -1);
  if (i >= 0 && migSetNext(&set, i) >= 0) {
    migFail(p, MIG_MULTIPLE_HEADS,
            "'%s' means several revisions, %s; name the one to go down to",
            pTarget->zText, migGraphNames(p, pState->pGraph, &set, SHOWN));
  }
  return i;
}

/*
** Plan to go down to zTarget, one target, which stays: undo what is applied
** of its descendants, and of what depends on those; with label@target only
** along that branch. Pending revisions in between are passed over. Empty
** when the file stands there already.
** Errors: those of target.h; RANGE when the target is not below what is
** applied; RELATIVE_RANGE for steps upwards; USAGE for a list.
*/
void migPlanDowngrade(MigContext *p, const MigState *pState,
                      const char *zTarget, MigPlan *pPlan) {
  MigTarget *pTarget;
  MigSet set;
  int iTarget;
  int n;

  memset(pPlan, 0, sizeof(*pPlan));
  pPlan->bDown = 1;
  pTarget = migTargetParse(p, pState, zTarget, &n);
  if (n > 1) {
    migFail(p, MIG_USAGE, "'%s' is a list; a downgrade has one target",
            zTarget);
  }
  if (p->rc) {
    return;
  }
  planDirection(p, pTarget, 1);
  iTarget = downTarget(p, pState, pTarget);
  set = downRoots(p, pState, pTarget, iTarget);
  migGraphDescendants(p, pState->pGraph, &set);
  migSetIntersect(&set, &pState->applied);
  if (migSetNext(&set, -1) < 0) {
    downNothing(p, pState, iTarget);
  } else if (pTarget->bOutside) {
    migTargetNodes(p, pState, pTarget);
  }
  planSteps(p, pState, &set, pPlan);
}

/*
** When a target is base, add to pSet the revision whose related heads give
** way: that of the branch before '@', or the one the steps down to base began
** at. Returns 1 when there is neither: all heads give way.
*/
static int stampBase(MigContext *p, const MigState *pState,
                     const MigTarget *pTarget, MigSet *pSet) {
  MigSet set;

  if (pTarget->eAnchor != MIG_AT_BASE && !pTarget->bRelative) {
    return 0;
  }
  set = migTargetNodes(p, pState, pTarget);
  if (migSetNext(&set, -1) >= 0) {
    return 0;
  }
  migSetAdd(pSet, pTarget->iNode);
  migSetAdd(pSet, pTarget->iBranch);
  return pTarget->iNode < 0 && pTarget->iBranch < 0;
}

/*
** Plan what stamping zTargets leaves applied. Current heads that are related
** to a target, by parents or dependencies, either way, give way to it; the
** others stay; applied is then what the resulting heads stand on. 'base'
** drops all heads, label@base those related to the label's revision. Repeatable
** revisions stay as they are. With bPurge nothing is kept. The plan has no
** steps, only .after counts, and it may be what is applied already.
** Errors: those of target.h, OVERLAP.
*/
void migPlanStamp(MigContext *p, const MigState *pState, const char *zTargets,
                  int bPurge, MigPlan *pPlan) {
  const MigGraph *g = pState->pGraph;
  MigTarget *aTarget;
  MigSet targets, below, above, kept;
  int bAll = bPurge;
  int n, i;

  memset(pPlan, 0, sizeof(*pPlan));
  aTarget = migTargetParse(p, pState, zTargets, &n);
  if (p->rc) {
    return;
  }
  targets = planTargets(p, pState, aTarget, n);
  below = migSetCopy(p, &targets);
  for (i = 0; i < n; i++) {
    bAll |= stampBase(p, pState, &aTarget[i], &below);
  }
  above = migSetCopy(p, &below);
  migGraphAncestors(p, g, &below);
  migGraphDescendants(p, g, &above);
  pPlan->after = migSetNew(p, g->nNode);
  if (!bAll) {
    migSetUnite(&pPlan->after, &pState->current);
    migSetSubtract(&pPlan->after, &below);
    migSetSubtract(&pPlan->after, &above);
  }
  migSetUnite(&pPlan->after, &targets);
  migGraphAncestors(p, g, &pPlan->after);
  if (!bPurge) {
    kept = migGraphRepeatables(p, g);
    migSetIntersect(&kept, &pState->applied);
    migSetUnite(&pPlan->after, &kept);
  }
}
