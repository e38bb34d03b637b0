/*
** topology.c - the order of a graph and what follows from it: what stands on
** what, heads and roots.
**
** Parents and dependencies together must be free of cycles, which
** migGraphFinish() proves by sorting.
**
** The topological order (aOrder) is the load order, except that what a
** revision stands on is moved in front of it. Every closure is one sweep over
** that order: downwards from its end, upwards from its start. Nothing here
** recurses, and nothing takes more than linear time but the sorting of
** repeatable revisions by id; the cost of the hash table (graph.c), in which
** edges and sorted ids are looked up, is expected linear.
**
** An example: loaded are, in this order,
**
**   d, of which c and b are the parents
**   c and b, of which a is the parent
**   a
**
** The sort begins at d, goes down to a by way of its first parent, c, and puts
** down what has nothing left below it: aOrder is a c b d. Were they loaded as
** a, b, c, d, that would be the order: revisions that are stored as they come
** stay in the order in which they came.
*/
#include "edges.h"
#include "text.h"
#include "topology.h"

#define CYCLE_SHOWN 10 /* members of a cycle that a message names */

/* Which edges a sweep follows. */
#define BY_PARENT 0
#define BY_BOTH 1

/* ---- finishing ---- */

/* Append the ids of n revisions: "a", "a and b", "a, b and c", and beyond
** nMax "a, b and 7 more". */
static void namesAdd(MigContext *p, MigText *pText, const MigGraph *g,
                     const int *a, int n, int nMax) {
  int i;

  for (i = 0; i < n && i < nMax; i++) {
    const char *zGlue = i == 0 ? "" : i == n - 1 ? " and " : ", ";
    migTextF(p, pText, "%s%s", zGlue, g->aNode[a[i]].zId);
  }
  if (n > nMax) {
    migTextF(p, pText, " and %d more", n - nMax);
  }
}

/* Report the cycle a[0], a[1], ..., a[n-1], a[0], each of which stands on the
** next: DEPENDENCY_CYCLE when dependencies were followed, else CYCLE. */
static void graphCycle(MigContext *p, const MigGraph *g, const int *a, int n,
                       int eEdges) {
  MigCode eCode = eEdges == BY_BOTH ? MIG_DEPENDENCY_CYCLE : MIG_CYCLE;
  MigText text = {0, 0, 0};

  namesAdd(p, &text, g, a, n, CYCLE_SHOWN);
  if (n == 1) {
    migFail(p, eCode, "%s %s itself; take that out", migTextZ(&text),
            eEdges == BY_BOTH ? "depends on" : "is the parent of");
  } else {
    migFail(p, eCode, "%s stand on each other by %s; take one edge out",
            migTextZ(&text),
            eEdges == BY_BOTH ? "parents and dependencies" : "parents");
  }
}

/* The j-th revision below i, from 0, parents first, with BY_BOTH then
** dependencies; -1 when there is no such. */
static int graphBelow(const MigGraph *g, int i, int j, int eEdges) {
  const MigNode *pNode = &g->aNode[i];

  if (j < pNode->nParent) {
    return pNode->aParent[j];
  }
  j -= pNode->nParent;
  return eEdges == BY_BOTH && j < pNode->nDepend ? pNode->aDepend[j] : -1;
}

/* Work space of graphSort(). */
typedef struct GraphSort {
  int *aStack; /* the path being walked down */
  int nStack;
  int *aNext;  /* per revision: next edge to look at; -1 once in the order */
  int *aOrder; /* the result */
  int nOrder;
} GraphSort;

/* Where revision i, which is on the path being walked, stands in it. Looked for
** only once, when there is a cycle to be reported. */
static int sortPlace(const GraphSort *pSort, int i) {
  int j = pSort->nStack - 1;

  while (j > 0 && pSort->aStack[j] != i) {
    j--;
  }
  return j;
}

/* Put i and everything below it into the order, depth first, each behind
** what it stands on. A revision on the path has aNext > 0, one not met yet
** has 0. The path is a stack of our own: a chain of revisions may be longer
** than C's. */
static void sortFrom(MigContext *p, const MigGraph *g, GraphSort *pSort, int i,
                     int eEdges) {
  pSort->aStack[pSort->nStack++] = i;
  while (pSort->nStack > 0) {
    int iTop = pSort->aStack[pSort->nStack - 1];
    int iBelow = graphBelow(g, iTop, pSort->aNext[iTop]++, eEdges);
    if (iBelow < 0) {
      pSort->aNext[iTop] = -1;
      pSort->aOrder[pSort->nOrder++] = iTop;
      pSort->nStack--;
    } else if (pSort->aNext[iBelow] > 0) {
      int j = sortPlace(pSort, iBelow);
      graphCycle(p, g, pSort->aStack + j, pSort->nStack - j, eEdges);
      return;
    } else if (pSort->aNext[iBelow] == 0) {
      pSort->aStack[pSort->nStack++] = iBelow;
    }
  }
}

/* Sort all revisions into aOrder, along the given edges; CYCLE or
** DEPENDENCY_CYCLE when that cannot be done. The outer loop is over the load
** order, which is kept where edges allow it. */
static void graphSort(MigContext *p, MigGraph *g, int eEdges) {
  u64 nByte = (u64)g->nNode * sizeof(int);
  GraphSort sort = {0, 0, 0, 0, 0};
  int i;

  sort.aStack = migAlloc(p, nByte);
  sort.aNext = migAlloc(p, nByte);
  sort.aOrder = g->aOrder = migAlloc(p, nByte);
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    if (sort.aNext[i] == 0) {
      sortFrom(p, g, &sort, i, eEdges);
    }
  }
}

/* Move the repeatable revisions behind the others, by id, bytewise. No edge
** touches them, so the order of the others stays right. */
static void repeatableLast(MigContext *p, MigGraph *g) {
  MigList ids = {0, 0};
  int nOrder = 0;
  int i;

  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    int iNode = g->aOrder[i];
    if (g->aNode[iNode].bRepeatable) {
      migListAdd(p, &ids, g->aNode[iNode].zId);
    } else {
      g->aOrder[nOrder++] = iNode;
    }
  }
  if (p->rc == 0) {
    migListSort(&ids);
  }
  for (i = 0; i < ids.n && p->rc == 0; i++) {
    g->aOrder[nOrder++] = migGraphFind(g, ids.az[i]);
  }
}

/*
** Close the graph: resolve the edges, build the lists and the order.
**
** Errors: MISSING_PARENT; CYCLE when parents alone make one, else
** DEPENDENCY_CYCLE; USAGE for a label of a repeatable one. A repeated parent or
** dependency counts once. A graph is closed once; after an error nothing more
** can be done with it.
*/
void migGraphFinish(MigContext *p, MigGraph *g) {
  int i;

  if (p->rc) {
    return;
  }
  migEdgesDownLists(p, g);
  migEdgesUpLists(p, g);
  migGraphLabelLists(p, g);
  /* The first order is thrown away: that it can be made tells a cycle that
  ** takes a dependency from one of parents alone. */
  graphSort(p, g, BY_PARENT);
  graphSort(p, g, BY_BOTH);
  migGraphLabelsCheck(p, g);
  repeatableLast(p, g);
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    g->aNode[g->aOrder[i]].iPosition = i + 1;
  }
}

/* ---- closures ---- */

/* Add to the set everything that stands on a member of it. Upwards in the order
** each revision comes behind all it stands on, so one sweep is enough. */
static void sweepUp(const MigGraph *g, MigSet *pSet, int eEdges) {
  int i, j, iBelow;

  for (i = 0; i < g->nNode; i++) {
    int iNode = g->aOrder[i];
    for (j = 0; (iBelow = graphBelow(g, iNode, j, eEdges)) >= 0; j++) {
      if (migSetHas(pSet, iBelow)) {
        migSetAdd(pSet, iNode);
        break;
      }
    }
  }
}

/* Add to pBelow everything that lies below a member of pFrom. With pFrom ==
** pBelow that is the closure of the set; with an empty pBelow only what lies
** strictly below, which may hold members of pFrom, too. */
static void sweepDown(const MigGraph *g, const MigSet *pFrom, MigSet *pBelow,
                      int eEdges) {
  int i, j, iBelow;

  for (i = g->nNode - 1; i >= 0; i--) {
    int iNode = g->aOrder[i];
    if (migSetHas(pFrom, iNode) || migSetHas(pBelow, iNode)) {
      for (j = 0; (iBelow = graphBelow(g, iNode, j, eEdges)) >= 0; j++) {
        migSetAdd(pBelow, iBelow);
      }
    }
  }
}

/* Add to a set all that its members stand on, by parents and dependencies.
** Nothing is done after a failure; so with the next three. */
void migGraphAncestors(MigContext *p, const MigGraph *g, MigSet *pSet) {
  if (p->rc == 0) {
    sweepDown(g, pSet, pSet, BY_BOTH);
  }
}

/* Add to a set all that stands on its members, by either kind of edge. */
void migGraphDescendants(MigContext *p, const MigGraph *g, MigSet *pSet) {
  if (p->rc == 0) {
    sweepUp(g, pSet, BY_BOTH);
  }
}

/* Add to a set what its members stand on by parents alone. */
void migGraphParentLine(MigContext *p, const MigGraph *g, MigSet *pSet) {
  if (p->rc == 0) {
    sweepDown(g, pSet, pSet, BY_PARENT);
  }
}

/* Add to a set what stands on its members by parents alone. */
void migGraphChildLine(MigContext *p, const MigGraph *g, MigSet *pSet) {
  if (p->rc == 0) {
    sweepUp(g, pSet, BY_PARENT);
  }
}

/* What shares a branch with revision i: its ancestors and descendants by
** parents, and itself. What shares only an ancestor with it, a sibling branch,
** is not in it. Empty for -1. */
MigSet migGraphLineage(MigContext *p, const MigGraph *g, int i) {
  MigSet set = migGraphSet(p, g);
  MigSet above;

  migSetAdd(&set, i);
  above = migSetCopy(p, &set);
  migGraphParentLine(p, g, &set);
  migGraphChildLine(p, g, &above);
  migSetUnite(&set, &above);
  return set;
}

/* The members of pSet that do not lie below another member, revisions outside
** the set in between included, and repeatable ones not. */
static MigSet graphTop(MigContext *p, const MigGraph *g, const MigSet *pSet,
                       int eEdges) {
  MigSet top = migSetCopy(p, pSet);
  MigSet below = migGraphSet(p, g);

  if (p->rc == 0) {
    sweepDown(g, pSet, &below, eEdges);
    migSetSubtract(&top, &below);
    below = migGraphRepeatables(p, g);
    migSetSubtract(&top, &below);
  }
  return top;
}

/* The repeatable revisions, which are the last ones of the order. */
MigSet migGraphRepeatables(MigContext *p, const MigGraph *g) {
  MigSet set = migGraphSet(p, g);
  int i;

  for (i = set.n - 1; i >= 0 && g->aNode[g->aOrder[i]].bRepeatable; i--) {
    migSetAdd(&set, g->aOrder[i]);
  }
  return set;
}

/* Does the set hold every revision but repeatable ones, which it may hold or
** not? */
int migGraphWhole(const MigGraph *g, const MigSet *pSet) {
  int i;

  for (i = 0; i < g->nNode; i++) {
    if (!g->aNode[i].bRepeatable && !migSetHas(pSet, i)) {
      return 0;
    }
  }
  return 1;
}

/* Heads: revisions without a child. One on which another depends is a head all
** the same. */
MigSet migGraphHeads(MigContext *p, const MigGraph *g) {
  MigSet set = migGraphSet(p, g);
  int i;

  for (i = 0; i < set.n; i++) {
    if (g->aNode[i].nChild == 0 && !g->aNode[i].bRepeatable) {
      migSetAdd(&set, i);
    }
  }
  return set;
}

/* Roots: revisions without a parent. One that depends on another is a root all
** the same. */
MigSet migGraphRoots(MigContext *p, const MigGraph *g) {
  MigSet set = migGraphSet(p, g);
  int i;

  for (i = 0; i < set.n; i++) {
    if (g->aNode[i].nParent == 0 && !g->aNode[i].bRepeatable) {
      migSetAdd(&set, i);
    }
  }
  return set;
}

/* Current heads: the applied revisions from which no applied one descends by
** parents or dependencies, also through pending ones. pApplied may be any set,
** and need not be closed; of an unordered list of revisions these are those
** that the others do not imply. */
MigSet migGraphCurrent(MigContext *p, const MigGraph *g,
                       const MigSet *pApplied) {
  return graphTop(p, g, pApplied, BY_BOTH);
}

/* The same by parents alone: the tip of every branch in the set, those that
** a dependency of another branch implies included. */
MigSet migGraphBranchHeads(MigContext *p, const MigGraph *g,
                           const MigSet *pSet) {
  return graphTop(p, g, pSet, BY_PARENT);
}

/* The ids of a set for a message, at most nMax of them, in load order, as "a, b
** and 7 more"; "none" for an empty set. In the arena; NULL after a failure. */
char *migGraphNames(MigContext *p, const MigGraph *g, const MigSet *pSet,
                    int nMax) {
  int *a = migAlloc(p, (u64)migSetCount(pSet) * sizeof(int));
  MigText text = {0, 0, 0};
  int n = 0;
  int i;

  if (a) {
    for (i = migSetNext(pSet, -1); i >= 0; i = migSetNext(pSet, i)) {
      a[n++] = i;
    }
    namesAdd(p, &text, g, a, n, nMax);
  }
  return text.z ? text.z : migStrdup(p, "none");
}
