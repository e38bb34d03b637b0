/*
** edges.c - the edges between revisions: as they are given, and as lists.
**
** Two kinds of edges lead from a revision downwards. Parents make branches
** and heads; dependencies only order and imply.
**
** An edge is given by names, in any order, and when all are there the edges
** become lists of indexes, downwards and upwards, at every revision. It takes
** linear time, but for the names, which are looked up once each.
*/
#include "edges.h"

/* An edge as it was given. Its lower end is only known by migGraphFinish(),
** because it may be added later. */
typedef struct MigEdge {
  int iNode;       /* from this revision ... */
  const char *zTo; /* ... down to the one of this name */
  int bDepend;     /* a dependency, not a parent */
} MigEdge;

/* ---- filling ---- */

/* Note an edge from revision i, by parent or with bDepend by dependency; its
** lower end is looked up by migGraphFinish(). */
static void edgeAdd(MigContext *p, MigGraph *g, int i, const char *zTo,
                    int bDepend) {
  MigEdge *pEdge;

  if (p->rc) {
    return;
  }
  if (g->nEdge >= g->nEdgeAlloc) {
    int nAlloc = g->nEdgeAlloc ? g->nEdgeAlloc * 2 : 64;
    MigEdge *aEdge = migGrow(p, g->aEdge, (u64)g->nEdge * sizeof(MigEdge),
                             (u64)nAlloc * sizeof(MigEdge));
    if (aEdge == 0) {
      return;
    }
    g->aEdge = aEdge;
    g->nEdgeAlloc = nAlloc;
  }
  pEdge = &g->aEdge[g->nEdge++];
  pEdge->iNode = i;
  pEdge->zTo = zTo;
  pEdge->bDepend = bDepend;
}

/* Revision i has the parent of exactly this id, which may be added later. Not a
** label: whoever takes one from a user resolves it before. The order of calls
** is the order of parents. */
void migGraphParent(MigContext *p, MigGraph *g, int i, const char *zParent) {
  edgeAdd(p, g, i, zParent, 0);
}

/* Revision i depends on the revision of exactly this id or label, which may
** be added later. */
void migGraphDepend(MigContext *p, MigGraph *g, int i, const char *zDepend) {
  edgeAdd(p, g, i, zDepend, 1);
}

/* ---- finishing ---- */

/* The revision that an edge leads to; MISSING_PARENT when there is none, or a
** repeatable one stands at either end. */
static int edgeTarget(MigContext *p, const MigGraph *g, const MigEdge *pEdge) {
  int i = pEdge->bDepend ? migGraphFindName(g, pEdge->zTo)
                         : migGraphFind(g, pEdge->zTo);

  if (i < 0) {
    migFail(p, MIG_MISSING_PARENT, "%s %s of %s does not exist; add it first",
            pEdge->bDepend ? "dependency" : "parent", pEdge->zTo,
            g->aNode[pEdge->iNode].zId);
  } else if (g->aNode[i].bRepeatable || g->aNode[pEdge->iNode].bRepeatable) {
    migFail(p, MIG_MISSING_PARENT,
            "%s %s of %s: a repeatable revision stands outside the graph; take"
            " that out",
            pEdge->bDepend ? "dependency" : "parent", pEdge->zTo,
            g->aNode[pEdge->iNode].zId);
  }
  return i;
}

/* Drop what occurs twice among the n indexes of a, keeping the first; return
** how many are left. aSeen[i]==iMark says that i was met; marks of different
** calls differ, and none is 0. */
static int dropRepeats(int *a, int n, int *aSeen, int iMark) {
  int nNew = 0;
  int i;

  for (i = 0; i < n; i++) {
    if (aSeen[a[i]] != iMark) {
      aSeen[a[i]] = iMark;
      a[nNew++] = a[i];
    }
  }
  return nNew;
}

/* Build aParent and aDepend of every revision from the edges: count, cut one
** array of the arena into a piece for each list, then fill the pieces. Edges
** that do not lead anywhere are errors here: MISSING_PARENT. */
void migEdgesDownLists(MigContext *p, MigGraph *g) {
  int *a = migAlloc(p, (u64)g->nEdge * sizeof(int));
  int *aSeen = migAlloc(p, (u64)g->nNode * sizeof(int));
  int i;

  for (i = 0; i < g->nEdge && p->rc == 0; i++) {
    MigNode *pNode = &g->aNode[g->aEdge[i].iNode];
    pNode->nDepend += g->aEdge[i].bDepend;
    pNode->nParent += !g->aEdge[i].bDepend;
  }
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    MigNode *pNode = &g->aNode[i];
    pNode->aParent = a;
    pNode->aDepend = a + pNode->nParent;
    a = pNode->aDepend + pNode->nDepend;
    pNode->nParent = pNode->nDepend = 0;
  }
  for (i = 0; i < g->nEdge && p->rc == 0; i++) {
    MigNode *pNode = &g->aNode[g->aEdge[i].iNode];
    int iTo = edgeTarget(p, g, &g->aEdge[i]);
    if (g->aEdge[i].bDepend) {
      pNode->aDepend[pNode->nDepend++] = iTo;
    } else {
      pNode->aParent[pNode->nParent++] = iTo;
    }
  }
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    MigNode *pNode = &g->aNode[i];
    pNode->nParent =
        dropRepeats(pNode->aParent, pNode->nParent, aSeen, 2 * i + 1);
    pNode->nDepend =
        dropRepeats(pNode->aDepend, pNode->nDepend, aSeen, 2 * i + 2);
  }
}

/* Build aChild and aDependent from aParent and aDepend, which must be there, in
** the same three rounds; both list revisions in load order. No-op after a
** failure. */
void migEdgesUpLists(MigContext *p, MigGraph *g) {
  int *a = migAlloc(p, (u64)g->nEdge * sizeof(int));
  int i, j;

  if (p->rc) {
    return;
  }
  for (i = 0; i < g->nNode; i++) {
    for (j = 0; j < g->aNode[i].nParent; j++) {
      g->aNode[g->aNode[i].aParent[j]].nChild++;
    }
    for (j = 0; j < g->aNode[i].nDepend; j++) {
      g->aNode[g->aNode[i].aDepend[j]].nDependent++;
    }
  }
  for (i = 0; i < g->nNode; i++) {
    MigNode *pNode = &g->aNode[i];
    pNode->aChild = a;
    pNode->aDependent = a + pNode->nChild;
    a = pNode->aDependent + pNode->nDependent;
    pNode->nChild = pNode->nDependent = 0;
  }
  for (i = 0; i < g->nNode; i++) {
    for (j = 0; j < g->aNode[i].nParent; j++) {
      MigNode *pTo = &g->aNode[g->aNode[i].aParent[j]];
      pTo->aChild[pTo->nChild++] = i;
    }
    for (j = 0; j < g->aNode[i].nDepend; j++) {
      MigNode *pTo = &g->aNode[g->aNode[i].aDepend[j]];
      pTo->aDependent[pTo->nDependent++] = i;
    }
  }
}
