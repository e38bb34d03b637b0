/*
** target.c - what the user calls a revision: the grammar of targets.
**
** A target is taken apart and its names looked up (migTargetParse), then
** turned into revisions (migTargetNodes): the anchor gives a set, steps walk
** from its single member. base is the place below all roots; as a set it is
** empty, as a single place it is BASE.
**
** The three ways to resolve differ only in what they allow: migTargetSet()
** any number of revisions, migTargetOne() one, migRangeNodes() two ends,
** each of which may count its steps from the other.
**
** All of it is pure: nothing is read but the state, nothing kept but what is
** returned, in the arena. Walks take one look at every edge they pass; the
** rest is a few sweeps over the graph a target.
*/
#include <string.h>
#include "name.h"
#include "target.h"
#include "text.h"

/* As a place to walk from and to. No set can hold it, so a walk that ends there
** gives the empty set. */
#define BASE (-1)
#define STEP_MAX 1000000000 /* larger numbers of steps count as this many */
#define SHOWN 3             /* names that a message lists */

/* ---- lookup ---- */

/* The state of a file in which exactly the revisions of pApplied are applied.
** The set is copied, the graph kept; both must be of the same. After a failure,
** when g may be NULL, the sets are empty. */
MigState migStateNew(MigContext *p, const MigGraph *g, const MigSet *pApplied) {
  MigState state;

  state.pGraph = g;
  state.applied = migSetCopy(p, pApplied);
  state.current = migGraphCurrent(p, g, &state.applied);
  return state;
}

/* True when revision i is within the target's branch, if it names one. */
static int targetInside(const MigTarget *pTarget, int i) {
  return pTarget->iBranch < 0 || migSetHas(&pTarget->lineage, i);
}

/* Keep of a set what is within the target's branch, if it names one: callers
** that ask migTargetParse() for the parts limit sets of their own by it. */
void migTargetLimit(const MigTarget *pTarget, MigSet *pSet) {
  if (pTarget->iBranch >= 0) {
    migSetIntersect(pSet, &pTarget->lineage);
  }
}

/* NOT_IN_BRANCH: what was found is outside the branch named before '@'. */
static void failOutside(MigContext *p, const MigTarget *pTarget,
                        const MigGraph *g, const MigSet *pFound) {
  migFail(p, MIG_NOT_IN_BRANCH,
          "'%s': %s is neither above nor below %s by parents; leave out %s@",
          pTarget->zText, migGraphNames(p, g, pFound, SHOWN),
          g->aNode[pTarget->iBranch].zId, pTarget->zBranch);
}

/* USAGE: a repeatable revision was named where one of the graph is wanted. */
static void failRepeatable(MigContext *p, const MigTarget *pTarget,
                           const MigGraph *g, int i) {
  migFail(p, MIG_USAGE,
          "'%s': %s is repeatable and stands outside the graph, so nothing"
          " leads there; an upgrade to heads runs it",
          pTarget->zText, g->aNode[i].zId);
}

/*
** The revision that z names by exact id or label, else by value, else by
** abbreviation within the target's branch; -1 when there is none. Only an
** exact name may be outside the branch; the caller decides about that.
** Errors: AMBIGUOUS; NOT_IN_BRANCH when all that z abbreviates is outside.
*/
static int targetLookup(MigContext *p, const MigGraph *g,
                        const MigTarget *pTarget, const char *z) {
  int i = migGraphFindName(g, z);
  MigSet found, inside;

  if (i >= 0 || p->rc) {
    return i;
  }
  found = migGraphByValue(p, g, z);
  if (migSetNext(&found, -1) < 0) {
    found = migGraphByPrefix(p, g, z);
  }
  if (migSetNext(&found, -1) < 0) {
    return -1;
  }
  inside = migSetCopy(p, &found);
  migTargetLimit(pTarget, &inside);
  i = migSetNext(&inside, -1);
  if (p->rc) {
    return -1;
  }
  if (i < 0) {
    failOutside(p, pTarget, g, &found);
  } else if (migSetNext(&inside, i) >= 0) {
    migFail(p, MIG_AMBIGUOUS, "'%s' fits %s; type more of the one you mean", z,
            migGraphNames(p, g, &inside, SHOWN));
  }
  return i;
}

/* ---- parse ---- */

/* The value of a text of digits, at most STEP_MAX. */
static int stepCount(const char *z) {
  int n = 0;

  for (; *z && n < STEP_MAX; z++) {
    n = n > STEP_MAX / 10 - 1 ? STEP_MAX : n * 10 + (*z - '0');
  }
  return n;
}

/* Where in z a final sign with digits begins, or NULL. "a+" has none, and so
** has "12": digits alone are a name. */
static const char *stepSign(const char *z) {
  const char *zEnd = z + strlen(z);
  const char *zSign = zEnd;

  while (zSign > z && migIsDigit(zSign[-1])) {
    zSign--;
  }
  if (zSign == zEnd || zSign == z || (zSign[-1] != '+' && zSign[-1] != '-')) {
    return 0;
  }
  return zSign - 1;
}

/* Understand z when it is one of the reserved words, in lower case. Returns
** whether it is. */
static int targetWord(MigTarget *pTarget, const char *z) {
  if (strcmp(z, "head") == 0) {
    pTarget->eAnchor = MIG_AT_HEAD;
  } else if (strcmp(z, "heads") == 0) {
    pTarget->eAnchor = MIG_AT_HEADS;
  } else if (strcmp(z, "base") == 0) {
    pTarget->eAnchor = MIG_AT_BASE;
  } else if (strcmp(z, "current") == 0) {
    pTarget->eAnchor = MIG_AT_CURRENT;
  } else {
    return 0;
  }
  return 1;
}

/* Understand z when it is exactly an id or a label. Returns whether it is; the
** anchor is MIG_AT_REVISION already. */
static int targetExact(const MigGraph *g, MigTarget *pTarget, const char *z) {
  pTarget->iNode = migGraphFindName(g, z);
  return pTarget->iNode >= 0;
}

/* Understand the steps at the end of the symbol z, a sign at zSign and digits.
** Without a symbol before them they count from the current head. */
static void targetSteps(MigTarget *pTarget, const char *z, const char *zSign) {
  pTarget->bRelative = 1;
  pTarget->nStep = stepCount(zSign + 1);
  if (*zSign == '-') {
    pTarget->nStep = -pTarget->nStep;
  }
  if (zSign == z) {
    pTarget->bBare = 1;
    pTarget->eAnchor = MIG_AT_CURRENT;
  }
}

/* UNKNOWN_REVISION. A bare number gets a hint: SELECT migrate_upgrade(+1)
** passes the number 1, the sign is lost before we see it. */
static void failUnknown(MigContext *p, const char *z) {
  if (z[strspn(z, "0123456789")] == 0) {
    migFail(p, MIG_UNKNOWN_REVISION,
            "no revision or label is named '%s'; a relative step is quoted,"
            " with its sign: '+%s'",
            z, z);
  } else {
    migFail(p, MIG_UNKNOWN_REVISION,
            "no revision or label is named '%s' or begins so; see SELECT"
            " revision, labels FROM migrations",
            z);
  }
}

/* Understand what stands behind the branch. The order of the attempts is
** explained at the top of target.h. */
static void targetSymbol(MigContext *p, const MigGraph *g, MigTarget *pTarget,
                         const char *z) {
  const char *zSign = stepSign(z);
  char *zName = zSign ? migStrndup(p, z, zSign - z) : 0;

  if (p->rc || targetWord(pTarget, z) || targetExact(g, pTarget, z)) {
    return;
  }
  if (zSign) {
    targetSteps(pTarget, z, zSign);
    if (pTarget->bBare || targetWord(pTarget, zName) ||
        targetExact(g, pTarget, zName)) {
      return;
    }
  }
  /* No name begins with '-' or holds '+': this was meant as a step. */
  if (*z == '-' || strchr(zSign ? zName : z, '+')) {
    migFail(p, MIG_USAGE, "'%s' is no relative step; write '+1' or '-1'",
            pTarget->zText);
    return;
  }
  pTarget->iNode = targetLookup(p, g, pTarget, z);
  if (zSign && pTarget->iNode < 0) {
    pTarget->iNode = targetLookup(p, g, pTarget, zName);
  } else {
    pTarget->bRelative = 0;
  }
  if (pTarget->iNode < 0) {
    failUnknown(p, zSign ? zName : z);
  }
}

/* Understand the n bytes before '@': an id, label or abbreviation.
** UNKNOWN_BRANCH, AMBIGUOUS, USAGE for a repeatable revision, which has no
** branch. */
static void targetBranch(MigContext *p, const MigGraph *g, MigTarget *pTarget,
                         i64 n) {
  char *z = migStrndup(p, pTarget->zText, n);
  int i = -1;

  if (p->rc) {
    return;
  }
  /* head@x is no branch, even when "head" abbreviates an id such as header. */
  if (!migIdReserved(z)) {
    i = targetLookup(p, g, pTarget, z);
  }
  if (i < 0) {
    migFail(p, MIG_UNKNOWN_BRANCH,
            "no revision or label is named '%s', the part of '%s' before @;"
            " see SELECT revision, labels FROM migrations",
            z, pTarget->zText);
    return;
  }
  if (g->aNode[i].bRepeatable) {
    failRepeatable(p, pTarget, g, i);
    return;
  }
  pTarget->zBranch = z;
  pTarget->lineage = migGraphLineage(p, g, i);
  pTarget->iBranch = i;
}

/* Take one target apart. The order of the tests decides which error a text
** with several faults gets: form first, then the branch, then the symbol. */
static void targetParse(MigContext *p, const MigGraph *g, MigTarget *pTarget,
                        const char *zText) {
  const char *zAt;
  const char *zSymbol;

  if (p->rc) {
    return;
  }
  zAt = strchr(zText, '@');
  zSymbol = zAt ? zAt + 1 : zText;
  pTarget->zText = zText;
  pTarget->iBranch = -1;
  pTarget->iNode = -1;
  if (*zText == 0) {
    migFail(p, MIG_USAGE,
            "an empty target; name a revision, 'head', 'heads' or 'base'");
  } else if (strchr(zText, ':')) {
    migFail(p, MIG_USAGE,
            "'%s' is no single target; one ':' parts the two"
            " ends of a range, where a range is asked for",
            zText);
  } else if (zAt == zText || *zSymbol == 0 || strchr(zSymbol, '@')) {
    migFail(p, MIG_USAGE,
            "'%s' is not of the form label@target, such as"
            " label@head",
            zText);
  } else if (zAt) {
    targetBranch(p, g, pTarget, zAt - zText);
  }
  if (p->rc == 0) {
    targetSymbol(p, g, pTarget, zSymbol);
    pTarget->bOutside =
        pTarget->iNode >= 0 && !targetInside(pTarget, pTarget->iNode);
  }
}

/*
** Take a comma-separated list of targets apart. Returns them in the arena,
** *pnTarget of them, at least one; an empty member is USAGE, and so is an empty
** text, or NULL. A revision that is named exactly but lies outside the branch
** is no error yet (bOutside): a downgrade that finds nothing to undo passes
** over it. After an error *pnTarget is 0.
*/
MigTarget *migTargetParse(MigContext *p, const MigState *pState,
                          const char *zTargets, int *pnTarget) {
  const char *z = zTargets ? zTargets : "";
  MigTarget *aTarget;
  int n = 1;
  int i;

  *pnTarget = 0;
  for (i = 0; z[i]; i++) {
    n += z[i] == ',';
  }
  aTarget = migAlloc(p, (u64)n * sizeof(MigTarget));
  for (i = 0; i < n && p->rc == 0; i++) {
    i64 nText = (i64)strcspn(z, ",");
    i64 nNext = nText + 1;
    /* Blanks beside a comma, but not at the two ends of the list. */
    while (i > 0 && nText > 0 && *z == ' ') {
      z++, nText--, nNext--;
    }
    while (i < n - 1 && nText > 0 && z[nText - 1] == ' ') {
      nText--;
    }
    targetParse(p, pState->pGraph, &aTarget[i], migStrndup(p, z, nText));
    z += nNext;
  }
  if (p->rc == 0) {
    *pnTarget = n;
  }
  return aTarget;
}

/* ---- walks ---- */

/*
** The ways one step leads by parents from iAt, which may be BASE. Returns how
** many there are; *piTo is the last of them, and pWays, when given, gets those
** that are revisions. One step down from a root is BASE. The branch limits
** the ways up only: a label need not reach down to where a walk ends.
*/
static int walkWays(const MigGraph *g, const MigTarget *pTarget, int iAt,
                    int bUp, MigSet *pWays, int *piTo) {
  const MigNode *pAt = iAt == BASE ? 0 : &g->aNode[iAt];
  int n = pAt ? (bUp ? pAt->nChild : pAt->nParent) : bUp ? g->nNode : 0;
  int nWay = 0;
  int i;

  if (pAt && pAt->nParent == 0 && !bUp) {
    *piTo = BASE;
    return 1;
  }
  for (i = 0; i < n && g->aNode; i++) {
    int iTo = pAt ? (bUp ? pAt->aChild[i] : pAt->aParent[i]) : i;
    if ((pAt || (g->aNode[i].nParent == 0 && !g->aNode[i].bRepeatable)) &&
        (!bUp || targetInside(pTarget, iTo))) {
      *piTo = iTo;
      nWay++;
      if (pWays) {
        migSetAdd(pWays, iTo);
      }
    }
  }
  return nWay;
}

/* AMBIGUOUS_WALK at iAt, which may be BASE; the ways that walkWays() counted
** are looked up again for the message. */
static void failFork(MigContext *p, const MigGraph *g, const MigTarget *pTarget,
                     int iAt, int bUp) {
  MigSet ways = migSetNew(p, g->nNode);
  int iTo;

  walkWays(g, pTarget, iAt, bUp, &ways, &iTo);
  migFail(p, MIG_AMBIGUOUS_WALK,
          "'%s': one step %s from %s is any of %s; name the one to go to%s",
          pTarget->zText, bUp ? "up" : "down",
          iAt == BASE ? "base" : g->aNode[iAt].zId,
          migGraphNames(p, g, &ways, SHOWN),
          bUp ? ", or the branch before the steps, as in label@+1" : "");
}

/*
** Walk the target's steps from iFrom. Returns where that leads, BASE
** included. A fork is AMBIGUOUS_WALK. A walk that leaves the graph is
** RELATIVE_RANGE, or with bClip ends at its edge. Without a step, as in a1+0,
** that is iFrom.
*/
static int targetWalk(MigContext *p, const MigGraph *g,
                      const MigTarget *pTarget, int iFrom, int bClip) {
  int nStep = pTarget->nStep < 0 ? -pTarget->nStep : pTarget->nStep;
  int bUp = pTarget->nStep > 0;
  int iAt = iFrom;
  int nWay = 1;
  int i;

  for (i = 0; i < nStep; i++) {
    int iTo = BASE;
    nWay = walkWays(g, pTarget, iAt, bUp, 0, &iTo);
    if (nWay != 1) {
      break;
    }
    iAt = iTo;
  }
  if (nWay > 1) {
    failFork(p, g, pTarget, iAt, bUp);
  } else if (nWay == 0 && !bClip && i == 0) {
    migFail(p, MIG_RELATIVE_RANGE, "'%s': nothing lies %s %s%s%s",
            pTarget->zText, bUp ? "above" : "below",
            iAt == BASE ? "base" : g->aNode[iAt].zId,
            pTarget->zBranch ? " in " : "",
            pTarget->zBranch ? pTarget->zBranch : "");
  } else if (nWay == 0 && !bClip) {
    migFail(p, MIG_RELATIVE_RANGE,
            "'%s': %s is only %d step%s away%s%s; take a smaller number",
            pTarget->zText, bUp ? "the last revision" : "base", i,
            i == 1 ? "" : "s", pTarget->zBranch ? " in " : "",
            pTarget->zBranch ? pTarget->zBranch : "");
  }
  return iAt;
}

/* What of the target's branch is applied, for lack of a current head in it:
** upwards the places from which the branch goes on, downwards the tips that
** another branch implies. */
static MigSet targetImplied(MigContext *p, const MigState *pState,
                            const MigTarget *pTarget) {
  const MigGraph *g = pState->pGraph;
  MigSet set;
  MigSet top;
  int i, j;

  /* Downwards only a tip of the branch itself will do: below a fork that the
  ** branch shares with an applied one, a step down would undo the other. */
  if (pTarget->nStep <= 0) {
    set = migGraphBranchHeads(p, g, &pState->applied);
    migTargetLimit(pTarget, &set);
    return set;
  }
  set = migSetCopy(p, &pState->applied);
  migTargetLimit(pTarget, &set);
  top = migSetCopy(p, &set);
  for (i = migSetNext(&set, -1); i >= 0; i = migSetNext(&set, i)) {
    const MigNode *pNode = &g->aNode[i];
    for (j = 0; j < pNode->nParent; j++) {
      migSetRemove(&top, pNode->aParent[j]);
    }
    for (j = 0; j < pNode->nDepend; j++) {
      migSetRemove(&top, pNode->aDepend[j]);
    }
  }
  return top;
}

/* Where steps from the current head begin. BASE when nothing is applied and the
** steps go up; downwards, or without a step, that is RELATIVE_RANGE.
** MULTIPLE_HEADS when there are several, even if all would lead to the same. */
static int targetFromCurrent(MigContext *p, const MigState *pState,
                             const MigTarget *pTarget) {
  MigSet set = migSetCopy(p, &pState->current);
  int i;

  migTargetLimit(pTarget, &set);
  if (pTarget->iBranch >= 0 && migSetNext(&set, -1) < 0) {
    set = targetImplied(p, pState, pTarget);
  }
  i = migSetNext(&set, -1);
  if (i < 0 && pTarget->nStep <= 0) {
    migFail(p, MIG_RELATIVE_RANGE, "'%s': nothing%s%s is applied",
            pTarget->zText, pTarget->zBranch ? " of branch " : "",
            pTarget->zBranch ? pTarget->zBranch : "");
  } else if (i >= 0 && migSetNext(&set, i) >= 0) {
    migFail(p, MIG_MULTIPLE_HEADS,
            "'%s': several heads to count from, %s; say which branch, as in"
            " label@%+d, or name the revision",
            pTarget->zText, migGraphNames(p, pState->pGraph, &set, SHOWN),
            pTarget->nStep);
  }
  return i < 0 ? BASE : i;
}

/* MULTIPLE_HEADS: the set has several members where one is wanted. */
static void failHeads(MigContext *p, const MigGraph *g, const char *zText,
                      const MigSet *pSet) {
  migFail(p, MIG_MULTIPLE_HEADS,
          "'%s': several heads, %s; name one, as in label@head, or use 'heads'"
          " where several may stand, or merge them with migrate_merge",
          zText, migGraphNames(p, g, pSet, SHOWN));
}

/* The revisions the target's anchor stands for; base is the empty set.
** NOT_IN_BRANCH for what was named exactly and lies outside, USAGE for a
** repeatable revision, MULTIPLE_HEADS for head. Empty, and no error, is also
** current when nothing of the branch is applied. */
static MigSet targetAnchor(MigContext *p, const MigState *pState,
                           const MigTarget *pTarget) {
  const MigGraph *g = pState->pGraph;
  MigSet set = migSetNew(p, g->nNode);

  switch (pTarget->eAnchor) {
  case MIG_AT_REVISION:
    migSetAdd(&set, pTarget->iNode);
    if (pTarget->bOutside) {
      failOutside(p, pTarget, g, &set);
    } else if (g->aNode[pTarget->iNode].bRepeatable && !pTarget->bStored) {
      failRepeatable(p, pTarget, g, pTarget->iNode);
    }
    return set;
  case MIG_AT_HEAD:
  case MIG_AT_HEADS:
    set = migGraphHeads(p, g);
    break;
  case MIG_AT_BASE:
    break;
  case MIG_AT_CURRENT:
    migSetUnite(&set, &pState->current);
    break;
  }
  migTargetLimit(pTarget, &set);
  if (pTarget->eAnchor == MIG_AT_HEAD && migSetCount(&set) > 1) {
    failHeads(p, g, pTarget->zText, &set);
  }
  return set;
}

/*
** The one revision of a set, or BASE when it is empty. Revisions that another
** member implies do not count. MULTIPLE_HEADS when there are several.
*/
static int targetSingle(MigContext *p, const MigState *pState,
                        const char *zText, const MigSet *pSet) {
  MigSet top = migGraphCurrent(p, pState->pGraph, pSet);
  int i = migSetNext(&top, -1);

  if (i >= 0 && migSetNext(&top, i) >= 0) {
    failHeads(p, pState->pGraph, zText, &top);
  }
  return i;
}

/* The target's revisions, with steps that leave the graph clipped or not. It is
** for ranges; others take migTargetNodes(). Not to be called after an error. */
MigSet migTargetResolve(MigContext *p, const MigState *pState,
                        const MigTarget *pTarget, int bClip) {
  MigSet set;
  int iFrom;

  if (pTarget->bRelative && pTarget->eAnchor == MIG_AT_CURRENT) {
    iFrom = targetFromCurrent(p, pState, pTarget);
  } else {
    set = targetAnchor(p, pState, pTarget);
    if (!pTarget->bRelative) {
      return set;
    }
    iFrom = targetSingle(p, pState, pTarget->zText, &set);
  }
  set = migSetNew(p, pState->pGraph->nNode);
  if (p->rc == 0) {
    migSetAdd(&set, targetWalk(p, pState->pGraph, pTarget, iFrom, bClip));
  }
  return set;
}

/* The revisions that one target stands for; empty for base. Errors as listed
** at the top of target.h, without RANGE. */
MigSet migTargetNodes(MigContext *p, const MigState *pState,
                      const MigTarget *pTarget) {
  MigSet none = {0, 0};

  return p->rc ? none : migTargetResolve(p, pState, pTarget, 0);
}

/* The revisions of a list of targets; with bStored repeatable ones may be among
** them, if no steps count from them. */
static MigSet targetsNodes(MigContext *p, const MigState *pState,
                           const char *zTargets, int bStored) {
  MigSet set = migSetNew(p, p->rc ? 0 : pState->pGraph->nNode);
  MigTarget *aTarget;
  int n, i;

  aTarget = migTargetParse(p, pState, zTargets, &n);
  for (i = 0; i < n && p->rc == 0; i++) {
    MigSet one;
    aTarget[i].bStored = bStored && !aTarget[i].bRelative;
    one = migTargetNodes(p, pState, &aTarget[i]);
    migSetUnite(&set, &one);
  }
  return set;
}

/* The revisions that a comma-separated list of targets stands for, all
** together; they may stand on each other. Empty for base. zTargets NULL is
** USAGE, as "" is. After an error the set means nothing. */
MigSet migTargetSet(MigContext *p, const MigState *pState,
                    const char *zTargets) {
  return targetsNodes(p, pState, zTargets, 0);
}

/* The same for whoever looks at revisions or edits them, not at the graph: a
** repeatable one may be named as well. */
MigSet migTargetStored(MigContext *p, const MigState *pState,
                       const char *zTargets) {
  return targetsNodes(p, pState, zTargets, 1);
}

/* The one revision a target stands for, or -1 for base and whatever else is
** empty. Of several, those that another one implies do not count.
** MULTIPLE_HEADS when several are left, USAGE for a list; then the result means
** nothing. */
int migTargetOne(MigContext *p, const MigState *pState, const char *zTarget) {
  MigTarget *pTarget;
  MigSet set;
  int n;

  pTarget = migTargetParse(p, pState, zTarget, &n);
  if (n > 1) {
    migFail(p, MIG_USAGE, "'%s' is a list; one target is wanted here", zTarget);
  }
  if (p->rc) {
    return -1;
  }
  set = migTargetNodes(p, pState, pTarget);
  return targetSingle(p, pState, zTarget, &set);
}

/* The same for whoever looks at a revision or edits it: it may be a repeatable
** one, named without steps and branch. */
int migTargetStoredOne(MigContext *p, const MigState *pState,
                       const char *zTarget) {
  MigTarget *pTarget;
  int n;

  pTarget = migTargetParse(p, pState, zTarget, &n);
  if (p->rc == 0 && n == 1 && pTarget->iNode >= 0 && !pTarget->bRelative &&
      pTarget->iBranch < 0 &&
      pState->pGraph->aNode[pTarget->iNode].bRepeatable) {
    return pTarget->iNode;
  }
  return migTargetOne(p, pState, zTarget);
}
