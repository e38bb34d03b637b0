/*
** fuzz_target.c - targets, ranges and plans over any graph.
**
** The input is lines. A line that begins with '?' is a target or a range, any
** other one a revision: words by blanks, the first its id, with '*' before
** it applied, with '~' repeatable, with '!' both; then its parents, its
** dependencies with ';' before them and its labels with '='. In a reference '^'
** and a byte stand for one of the revisions before.
**
** Asserted: an error has a code of its header, a message, and no memory is
** kept; closures, heads and the order are those of a plain search over the
** edges; a result names existing revisions; plans are topological, run what is
** missing and undo what is applied. Having gone to a place that does not
** depend on where the file stands, there is nothing left to do; what a
** downgrade undoes, an upgrade to the heads before does in reverse.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "edges.h"
#include "name.h"
#include "plan.h"
#include "range.h"
#include "text.h"

#define FUZZ_NODES 64 /* revisions of a graph; sets are bits of an u64 */
#define FUZZ_TARGETS 32

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* The graph of an input, and what a plain search over its edges says. A bit of
** an u64 is a revision, by its index in the graph. */
typedef struct FuzzGraph {
  MigGraph *g;
  MigSet applied;         /* the same as uApplied */
  MigState state;         /* graph and applied set as plans want them */
  u64 aBelow[FUZZ_NODES]; /* by parents and dependencies, itself included */
  u64 aLine[FUZZ_NODES];  /* the same by parents */
  int nTarget;
  const char *azTarget[FUZZ_TARGETS]; /* lines with '?'; in the arena */
  u64 uApplied;                       /* marked by '*' or '!' */
  u64 uRepeatable;                    /* marked by '~' or '!' */
} FuzzGraph;

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* ---- errors and sets ---- */

/* Is it one of the errors that a target may have? */
static int codeOfTarget(MigCode eCode) {
  switch (eCode) {
  case MIG_USAGE:
  case MIG_UNKNOWN_REVISION:
  case MIG_AMBIGUOUS:
  case MIG_UNKNOWN_BRANCH:
  case MIG_NOT_IN_BRANCH:
  case MIG_MULTIPLE_HEADS:
  case MIG_RELATIVE_RANGE:
  case MIG_AMBIGUOUS_WALK:
    return 1;
  default:
    return 0;
  }
}

/* After a call: did it succeed? Else the error is looked at and taken away;
** eOther and eThird are allowed besides the codes of targets. */
static int done(MigContext *p, MigCode eOther, MigCode eThird) {
  char zStart[64];

  if (p->rc == SQLITE_OK) {
    demand(p->eCode == MIG_NOCODE);
    return 1;
  }
  demand(codeOfTarget(p->eCode) || p->eCode == eOther || p->eCode == eThird);
  sqlite3_snprintf(sizeof(zStart), zStart,
                   "migrate: %s: ", migCodeName(p->eCode));
  demand(p->zError && strncmp(p->zError, zStart, strlen(zStart)) == 0);
  demand(p->zError[strlen(zStart)] != 0);
  migErrorClear(p);
  return 0;
}

/* A set as bits; no member lies outside the graph. */
static u64 bitsOf(const FuzzGraph *pFuzz, const MigSet *pSet) {
  u64 u = 0;
  int i;

  demand(pSet->n == pFuzz->g->nNode);
  for (i = migSetNext(pSet, -1); i >= 0; i = migSetNext(pSet, i)) {
    demand(i < pFuzz->g->nNode);
    u |= (u64)1 << i;
  }
  return u;
}

/* Is revision i in the set u: 1 or 0? */
static int hasBit(u64 u, int i) {
  return (int)(u >> i & 1);
}

/* What the members stand on, themselves included. */
static u64 bitsBelow(const FuzzGraph *pFuzz, u64 u) {
  u64 uBelow = 0;
  int i;

  for (i = 0; i < pFuzz->g->nNode; i++) {
    uBelow |= hasBit(u, i) ? pFuzz->aBelow[i] : 0;
  }
  return uBelow;
}

/* ---- the graph ---- */

/* Take the next word of a line. NULL at its end. */
static char *wordNext(MigContext *p, const char **pz, const char *zEnd) {
  const char *z = *pz;
  const char *zStart;

  while (z < zEnd && *z == ' ') {
    z++;
  }
  zStart = z;
  while (z < zEnd && *z != ' ') {
    z++;
  }
  *pz = z;
  return z > zStart ? migStrndup(p, zStart, z - zStart) : 0;
}

/* The revision that a reference of revision i means. */
static const char *reference(const MigGraph *g, int i, const char *z) {
  return z[0] == '^' && z[1] && i > 0 ? g->aNode[(u8)z[1] % i].zId : z;
}

/* A revision. Names that could not be stored are left out. */
static void lineRevision(MigContext *p, FuzzGraph *pFuzz, const char *z,
                         const char *zEnd) {
  char *zWord = wordNext(p, &z, zEnd);
  int bApplied = zWord && (*zWord == '*' || *zWord == '!');
  int bRepeatable = zWord && (*zWord == '~' || *zWord == '!');
  MigGraph *g = pFuzz->g;
  int i;

  if (zWord == 0 || g->nNode == FUZZ_NODES) {
    return;
  }
  zWord += bApplied || bRepeatable;
  migIdCheck(p, zWord, "id");
  if (!done(p, MIG_BAD_ID, 0)) {
    return;
  }
  i = migGraphAdd(p, g, zWord);
  pFuzz->uApplied |= i >= 0 && bApplied ? (u64)1 << i : 0;
  if (bRepeatable) {
    migGraphRepeatable(g, i);
  }
  while (p->rc == 0 && (zWord = wordNext(p, &z, zEnd)) != 0) {
    if (*zWord == '=') {
      migLabelCheck(p, zWord + 1);
      if (done(p, MIG_BAD_ID, 0)) {
        migGraphLabel(p, g, i, zWord + 1);
      }
    } else if (*zWord == ';') {
      migGraphDepend(p, g, i, reference(g, i, zWord + 1));
    } else {
      migGraphParent(p, g, i, reference(g, i, zWord));
    }
  }
}

/* Read all lines. Returns 0 when they make no graph. */
static int graphRead(MigContext *p, FuzzGraph *pFuzz, const char *z, i64 n) {
  i64 i = 0;

  while (i < n) {
    i64 iEnd = migLineEnd(z, n, i);
    i64 nLine = iEnd - i - (z[iEnd - 1] == '\n');
    if (z[i] != '?') {
      lineRevision(p, pFuzz, z + i, z + i + nLine);
    } else if (pFuzz->nTarget < FUZZ_TARGETS) {
      pFuzz->azTarget[pFuzz->nTarget++] = migStrndup(p, z + i + 1, nLine - 1);
    }
    i = iEnd;
  }
  migGraphFinish(p, pFuzz->g);
  switch (p->eCode) {
  case MIG_DUPLICATE_ID:
  case MIG_DUPLICATE_LABEL:
  case MIG_MISSING_PARENT:
  case MIG_CYCLE:
  case MIG_DEPENDENCY_CYCLE:
    return done(p, p->eCode, 0);
  default:
    return done(p, MIG_USAGE, 0);
  }
}

/* The order: each revision once, behind what it stands on. Fills the sets of
** what lies below each. */
static void orderTest(FuzzGraph *pFuzz) {
  const MigGraph *g = pFuzz->g;
  u64 uSeen = 0;
  int i, j;

  for (i = 0; i < g->nNode; i++) {
    int iNode = g->aOrder[i];
    const MigNode *pNode = &g->aNode[iNode];
    u64 uParents = 0;
    u64 uDepends = 0;
    demand(iNode >= 0 && iNode < g->nNode && !hasBit(uSeen, iNode));
    demand(pNode->iPosition == i + 1);
    for (j = 0; j < pNode->nParent; j++) {
      demand(hasBit(uSeen, pNode->aParent[j]));
      uParents |= pFuzz->aBelow[pNode->aParent[j]];
      pFuzz->aLine[iNode] |= pFuzz->aLine[pNode->aParent[j]];
    }
    for (j = 0; j < pNode->nDepend; j++) {
      demand(hasBit(uSeen, pNode->aDepend[j]));
      uDepends |= pFuzz->aBelow[pNode->aDepend[j]];
    }
    uSeen |= (u64)1 << iNode;
    pFuzz->aLine[iNode] |= (u64)1 << iNode;
    pFuzz->aBelow[iNode] = uParents | uDepends | (u64)1 << iNode;
    pFuzz->uRepeatable |= pNode->bRepeatable ? (u64)1 << iNode : 0;
    demand(!pNode->bRepeatable || pFuzz->aBelow[iNode] == (u64)1 << iNode);
    demand(pNode->bRepeatable || (uSeen & pFuzz->uRepeatable) == 0);
  }
}

/* What is said of one revision against the search. */
static void nodeTest(MigContext *p, const FuzzGraph *pFuzz, int iNode) {
  const MigGraph *g = pFuzz->g;
  MigSet set = migSetNew(p, g->nNode);
  u64 uAbove = 0;
  u64 uLine = 0;
  int i;

  for (i = 0; i < g->nNode; i++) {
    uAbove |= (u64)hasBit(pFuzz->aBelow[i], iNode) << i;
    uLine |= (u64)hasBit(pFuzz->aLine[i], iNode) << i;
  }
  demand(migGraphFind(g, g->aNode[iNode].zId) == iNode);
  migSetAdd(&set, iNode);
  migGraphDescendants(p, g, &set);
  demand(bitsOf(pFuzz, &set) == uAbove);
  set = migSetNew(p, g->nNode);
  migSetAdd(&set, iNode);
  migGraphAncestors(p, g, &set);
  demand(bitsOf(pFuzz, &set) == pFuzz->aBelow[iNode]);
  set = migGraphLineage(p, g, iNode);
  demand(bitsOf(pFuzz, &set) == (uLine | pFuzz->aLine[iNode]));
  for (i = 0; i < g->aNode[iNode].nLabel; i++) {
    const char *zLabel = g->aNode[iNode].azLabel[i];
    demand(migGraphFindLabel(g, zLabel) == iNode);
    demand(migGraphFindName(g, zLabel) == iNode);
  }
}

/* Heads and current heads against the search. */
static void headsTest(MigContext *p, const FuzzGraph *pFuzz) {
  const MigGraph *g = pFuzz->g;
  MigSet heads = migGraphHeads(p, g);
  u64 uHeads = bitsOf(pFuzz, &heads);
  u64 uCurrent = bitsOf(pFuzz, &pFuzz->state.current);
  int i, j;

  for (i = 0; i < g->nNode; i++) {
    int bHead = !g->aNode[i].bRepeatable;
    int bCurrent = bHead && hasBit(pFuzz->uApplied, i);
    for (j = 0; j < g->nNode; j++) {
      bHead = bHead && (i == j || !hasBit(pFuzz->aLine[j], i));
      bCurrent = bCurrent && (i == j || !hasBit(pFuzz->uApplied, j) ||
                              !hasBit(pFuzz->aBelow[j], i));
    }
    demand(hasBit(uHeads, i) == bHead);
    demand(hasBit(uCurrent, i) == bCurrent);
  }
}

/* ---- plans ---- */

/* Does no target of the list depend on what is applied? */
static int targetAbsolute(MigContext *p, const FuzzGraph *pFuzz,
                          const char *z) {
  int n, i;
  MigTarget *aTarget = migTargetParse(p, &pFuzz->state, z, &n);

  for (i = 0; i < n; i++) {
    if (aTarget[i].eAnchor == MIG_AT_CURRENT) {
      return 0;
    }
  }
  return done(p, 0, 0) && n > 0;
}

/* The steps of a plan; returns them as bits. Each stands where nothing that it
** needs (up) or that needs it (down) is still to come. */
static u64 stepsTest(const FuzzGraph *pFuzz, const MigPlan *pPlan,
                     u64 uApplied) {
  u64 uSteps = 0;
  int i, j;

  for (i = 0; i < pPlan->nStep; i++) {
    int iNode = pPlan->aStep[i];
    demand(iNode >= 0 && iNode < pFuzz->g->nNode && !hasBit(uSteps, iNode));
    demand(hasBit(uApplied, iNode) == pPlan->bDown);
    for (j = 0; j < pPlan->nStep; j++) {
      int iOther = pPlan->aStep[j];
      demand(i == j || !hasBit(pFuzz->aBelow[iNode], iOther) ||
             (pPlan->bDown ? j > i : j < i));
    }
    uSteps |= (u64)1 << iNode;
  }
  return uSteps;
}

/* An upgrade, what is repeatable, and both again. */
static void upgradeTest(MigContext *p, const FuzzGraph *pFuzz, const char *z) {
  u64 uSteps, uBefore;
  MigPlan plan, again;
  MigState after;
  int nStep;

  migPlanUpgrade(p, &pFuzz->state, z, &plan);
  if (!done(p, MIG_OVERLAP, 0)) {
    return;
  }
  uSteps = stepsTest(pFuzz, &plan, pFuzz->uApplied);
  demand((uSteps & pFuzz->uRepeatable) == 0 && !plan.bDown);
  uBefore = pFuzz->uApplied | uSteps;
  demand(bitsOf(pFuzz, &plan.after) == uBefore);
  demand((bitsBelow(pFuzz, uSteps) & ~uBefore) == 0);
  nStep = plan.nStep;
  migPlanRepeatables(p, &pFuzz->state, 0, &plan);
  demand(p->rc == SQLITE_OK && plan.nStep >= nStep);
  uSteps = stepsTest(pFuzz, &plan, pFuzz->uApplied);
  demand(bitsOf(pFuzz, &plan.after) == (pFuzz->uApplied | uSteps));
  demand((uSteps & ~uBefore & ~pFuzz->uRepeatable) == 0);
  if (targetAbsolute(p, pFuzz, z)) {
    after = migStateNew(p, pFuzz->g, &plan.after);
    migPlanUpgrade(p, &after, z, &again);
    migPlanRepeatables(p, &after, 0, &again);
    demand(p->rc == SQLITE_OK && again.nStep == 0);
  }
}

/* Does an upgrade to the heads before do again what was undone, backwards? In
** a file that has been through all that its heads stand on. */
static void backTest(MigContext *p, const FuzzGraph *pFuzz,
                     const MigState *pAfter, const MigPlan *pDown) {
  const MigGraph *g = pFuzz->g;
  MigText heads = {0, 0, 0};
  MigPlan plan;
  int i;

  for (i = migSetNext(&pFuzz->state.current, -1); i >= 0;
       i = migSetNext(&pFuzz->state.current, i)) {
    migTextF(p, &heads, "%s%s", heads.n ? "," : "", g->aNode[i].zId);
  }
  migPlanUpgrade(p, pAfter, migTextZ(&heads), &plan);
  demand(p->rc == SQLITE_OK && plan.nStep == pDown->nStep);
  for (i = 0; i < plan.nStep; i++) {
    demand(plan.aStep[i] == pDown->aStep[pDown->nStep - 1 - i]);
  }
}

/* Plans down: they undo applied revisions only, leave none that stands on an
** undone one, and lead to what they say; what they undo, an upgrade to the
** heads before does in reverse, where nothing was missing below. */
static void downgradeTest(MigContext *p, const FuzzGraph *pFuzz,
                          const char *z) {
  u64 uAll = pFuzz->uApplied & ~pFuzz->uRepeatable;
  u64 uSteps, uAfter;
  MigPlan plan, again;
  MigState after;
  int i;

  migPlanDowngrade(p, &pFuzz->state, z, &plan);
  if (!done(p, MIG_RANGE, 0)) {
    return;
  }
  uSteps = stepsTest(pFuzz, &plan, pFuzz->uApplied);
  uAfter = pFuzz->uApplied & ~uSteps;
  uAfter &= plan.nStep ? ~pFuzz->uRepeatable : ~(u64)0;
  demand(plan.bDown && (uSteps & pFuzz->uRepeatable) == 0);
  demand(bitsOf(pFuzz, &plan.after) == uAfter);
  for (i = 0; i < pFuzz->g->nNode; i++) { /* nothing stands on air */
    demand(!hasBit(uAfter, i) || (pFuzz->aBelow[i] & uSteps) == 0);
  }
  after = migStateNew(p, pFuzz->g, &plan.after);
  if (plan.nStep && bitsBelow(pFuzz, uAll) == uAll) {
    backTest(p, pFuzz, &after, &plan);
  }
  if (targetAbsolute(p, pFuzz, z)) {
    migPlanDowngrade(p, &after, z, &again);
    demand(!done(p, MIG_RANGE, 0) || again.nStep == 0);
  }
}

/* Stamps: the set after holds the targets and all that they stand on, and takes
** no repeatable revision in; with bPurge it is just that. A second stamp
** changes nothing, unless the target depends on where the file stands. */
static void stampTest(MigContext *p, const FuzzGraph *pFuzz, const char *z,
                      int bPurge) {
  MigSet set = migTargetSet(p, &pFuzz->state, z);
  u64 uTargets, uAfter, uGraph;
  MigPlan plan, again;
  MigState after;
  int bTargets = done(p, 0, 0);

  migPlanStamp(p, &pFuzz->state, z, bPurge, &plan);
  if (!done(p, MIG_OVERLAP, 0)) {
    return;
  }
  demand(bTargets);
  uTargets = bitsOf(pFuzz, &set);
  uAfter = bitsOf(pFuzz, &plan.after);
  uGraph = uAfter & ~pFuzz->uRepeatable;
  demand(plan.nStep == 0 && (uTargets & ~uAfter) == 0);
  demand(bitsBelow(pFuzz, uGraph) == uGraph);
  demand((uAfter & pFuzz->uRepeatable & ~pFuzz->uApplied) == 0);
  demand(!bPurge || uAfter == bitsBelow(pFuzz, uTargets));
  if (targetAbsolute(p, pFuzz, z)) {
    after = migStateNew(p, pFuzz->g, &plan.after);
    migPlanStamp(p, &after, z, bPurge, &again);
    demand(p->rc == SQLITE_OK && bitsOf(pFuzz, &again.after) == uAfter);
  }
}

/* ---- targets ---- */

/* Targets as a set and as one. */
static void setTest(MigContext *p, const FuzzGraph *pFuzz, const char *z) {
  const MigState *pState = &pFuzz->state;
  MigSet set = migTargetSet(p, pState, z);
  int bSet = done(p, 0, 0);
  u64 uSet = bSet ? bitsOf(pFuzz, &set) : 0;
  int iOne;

  demand((uSet & pFuzz->uRepeatable) == 0);
  iOne = migTargetOne(p, pState, z);
  if (done(p, 0, 0)) {
    demand(bSet && (iOne == -1 ? uSet == 0 : migSetHas(&set, iOne)));
    demand(migTargetStoredOne(p, pState, z) == iOne && p->rc == SQLITE_OK);
  }
  set = migTargetStored(p, pState, z);
  if (done(p, 0, 0)) {
    demand((uSet & ~bitsOf(pFuzz, &set)) == 0);
  } else {
    demand(!bSet);
  }
  iOne = migTargetStoredOne(p, pState, z);
  demand(!done(p, 0, 0) || (iOne >= -1 && iOne < pFuzz->g->nNode));
}

/* A range: newest first, each once. */
static void rangeTest(MigContext *p, const FuzzGraph *pFuzz, const char *z) {
  int *aNode;
  int n, i;

  migRangeNodes(p, &pFuzz->state, z, &aNode, &n);
  if (!done(p, MIG_RANGE, 0)) {
    demand(n == 0);
    return;
  }
  for (i = 0; i < n; i++) {
    const MigNode *aAll = pFuzz->g->aNode;
    demand(aNode[i] >= 0 && aNode[i] < pFuzz->g->nNode);
    demand(i == 0 || aAll[aNode[i]].iPosition < aAll[aNode[i - 1]].iPosition);
  }
}

/* A name that is given by hand. */
static void nameTest(MigContext *p, const FuzzGraph *pFuzz, const char *z) {
  int bId, bLabel;

  migIdCheck(p, z, "id");
  bId = done(p, MIG_BAD_ID, 0);
  migLabelCheck(p, z);
  bLabel = done(p, MIG_BAD_ID, 0);
  demand(bId || !bLabel);
  if (bId) {
    migGraphIdClash(p, pFuzz->g, z);
    done(p, MIG_BAD_ID, 0);
  }
}

/* One text as everything that can be asked by it. The memory that this takes is
** given back. */
static void targetTest(MigContext *p, const FuzzGraph *pFuzz, const char *z) {
  MigMark mark = migArenaMark(p);

  setTest(p, pFuzz, z);
  rangeTest(p, pFuzz, z);
  nameTest(p, pFuzz, z);
  upgradeTest(p, pFuzz, z);
  downgradeTest(p, pFuzz, z);
  stampTest(p, pFuzz, z, 0);
  stampTest(p, pFuzz, z, 1);
  migArenaRelease(p, mark);
}

/* Every revision by its id, and words that always mean something. */
static void everyTest(MigContext *p, const FuzzGraph *pFuzz) {
  static const char *const azWord[] = {"head", "heads", "base", "current",
                                       "+1",   "-1",    ":"};
  int i;

  for (i = 0; i < pFuzz->g->nNode && i < 8; i++) {
    targetTest(p, pFuzz, pFuzz->g->aNode[i].zId);
  }
  for (i = 0; i < (int)(sizeof(azWord) / sizeof(azWord[0])); i++) {
    targetTest(p, pFuzz, azWord[i]);
  }
}

/* Build the graph that the lines describe, test it and then every target; a
** graph that is refused ends the test. */
static void inputTest(MigContext *p, const char *z, i64 n) {
  FuzzGraph fuzz;
  int i;

  memset(&fuzz, 0, sizeof(fuzz));
  fuzz.g = migGraphNew(p);
  if (!graphRead(p, &fuzz, z, n)) {
    return;
  }
  fuzz.applied = migSetNew(p, fuzz.g->nNode);
  for (i = 0; i < fuzz.g->nNode; i++) {
    if (hasBit(fuzz.uApplied, i)) {
      migSetAdd(&fuzz.applied, i);
    }
  }
  fuzz.state = migStateNew(p, fuzz.g, &fuzz.applied);
  orderTest(&fuzz);
  headsTest(p, &fuzz);
  for (i = 0; i < fuzz.g->nNode; i++) {
    nodeTest(p, &fuzz, i);
  }
  everyTest(p, &fuzz);
  for (i = 0; i < fuzz.nTarget; i++) {
    targetTest(p, &fuzz, fuzz.azTarget[i]);
  }
}

/* One input of less than 4096 bytes: longer ones only cost time. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  i64 nBefore = sqlite3_memory_used();
  MigContext context;

  if (n < 4096) {
    migContextInit(&context, 0);
    inputTest(&context, (const char *)a, (i64)n);
    migContextClear(&context);
    demand(sqlite3_memory_used() == nBefore);
  }
  return 0;
}
