/*
** lanes.c - the graph as lines side by side: which lane everything is in.
**
** Rows are revisions in the reverse of the graph's order, so that the newest
** comes first and reading upwards is the order in which an upgrade runs. A
** lane is a column that at most one line goes down in; between two rows it
** leads to one revision, further down. Of each kind (parent, dependency) at
** most one line leads to a revision: a second one joins it at once, so the
** picture is no wider than the revisions that are still awaited.
**
** At a row
**   - the revision takes the lane of the line that leads to it, from children
**     before that from dependents, else the lowest free lane;
**   - the first of its edges to which no line leads yet goes on in its lane;
**   - its other edges are links: sideways into the lane of the line that leads
**     there, or into a new lane: the next one on the right or the left, else
**     the lowest free one; the picture grows only when none is free;
**   - when no edge goes on in its lane and there is but one edge, to a line on
**     its right, that line is pulled over into its lane. So the picture does
**     not drift to the right.
** A lane that ends at a row is free from the next one on.
**
** Between the rows lanes do not move, except those that are pulled. All of it
** takes O((revisions + edges) log lanes) and one row's memory.
*/
#include <string.h>
#include "lanes.h"

/* ---- free lanes ---- */

/* A lane was given back. A failure loses it, and with p->rc set the call. */
static void heapPush(MigContext *p, MigLaneHeap *pHeap, int iLane) {
  int i;

  if (pHeap->n == pHeap->nAlloc) {
    int nAlloc = pHeap->nAlloc ? pHeap->nAlloc * 2 : 64;
    int *a = migGrow(p, pHeap->a, (u64)pHeap->n * sizeof(int),
                     (u64)nAlloc * sizeof(int));
    if (a == 0) {
      return;
    }
    pHeap->a = a;
    pHeap->nAlloc = nAlloc;
  }
  for (i = pHeap->n++; i > 0 && pHeap->a[(i - 1) / 2] > iLane;
       i = (i - 1) / 2) {
    pHeap->a[i] = pHeap->a[(i - 1) / 2];
  }
  pHeap->a[i] = iLane;
}

/* Take the lowest one off the heap, which is not empty. */
static int heapPop(MigLaneHeap *pHeap) {
  int iResult = pHeap->a[0];
  int iLane = pHeap->a[--pHeap->n];
  int i = 0;

  for (;;) {
    int iChild = 2 * i + 1;
    if (iChild + 1 < pHeap->n && pHeap->a[iChild + 1] < pHeap->a[iChild]) {
      iChild++;
    }
    if (iChild >= pHeap->n || iLane <= pHeap->a[iChild]) {
      break;
    }
    pHeap->a[i] = pHeap->a[iChild];
    i = iChild;
  }
  pHeap->a[i] = iLane;
  return iResult;
}

/* Can lane i be taken without making the picture wider? */
static int laneFree(const MigLanes *pLanes, int i) {
  return i >= 0 && i < pLanes->nLane && !pLanes->abTaken[i];
}

/* Take lane i, also one that makes the picture wider. After a failure it is not
** taken, and p->rc is set. */
static void laneTake(MigContext *p, MigLanes *pLanes, int i) {
  if (i >= pLanes->nAlloc) {
    int nAlloc = pLanes->nAlloc ? pLanes->nAlloc * 2 : 64;
    u8 *ab = migGrow(p, pLanes->abTaken, (u64)pLanes->nAlloc, (u64)nAlloc);
    if (ab == 0) {
      return;
    }
    pLanes->abTaken = ab;
    pLanes->nAlloc = nAlloc;
  }
  pLanes->abTaken[i] = 1;
  if (i >= pLanes->nLane) {
    pLanes->nLane = i + 1;
  }
}

/* Give lane i back; free lanes at the right edge make the picture narrower.
** Their entries in the heap are then stale. */
static void laneRelease(MigContext *p, MigLanes *pLanes, int i) {
  pLanes->abTaken[i] = 0;
  heapPush(p, &pLanes->free, i);
  while (pLanes->nLane > 0 && !pLanes->abTaken[pLanes->nLane - 1]) {
    pLanes->nLane--;
  }
}

/* Take the lowest free lane, or the next one beyond the width. Entries of the
** heap that are taken, as by laneNear(), or beyond the width, are stale, and
** dropped when they are met. */
static int laneLowest(MigContext *p, MigLanes *pLanes) {
  int i = pLanes->nLane;

  while (pLanes->free.n > 0) {
    int iFree = heapPop(&pLanes->free);
    if (laneFree(pLanes, iFree)) {
      i = iFree;
      break;
    }
  }
  laneTake(p, pLanes, i);
  return i;
}

/* Take a free lane for a line that leaves lane iFrom: its neighbours are tried
** first. */
static int laneNear(MigContext *p, MigLanes *pLanes, int iFrom) {
  int i = laneFree(pLanes, iFrom + 1)   ? iFrom + 1
          : laneFree(pLanes, iFrom - 1) ? iFrom - 1
                                        : -1;
  if (i < 0) {
    return laneLowest(p, pLanes);
  }
  laneTake(p, pLanes, i);
  return i;
}

/* ---- rows ---- */

/* Begin with the last revision of the order. With bDepend dependencies are
** lines as well. pGraph is closed and stays the caller's; after an error it may
** be NULL, and there are no rows. */
void migLanesInit(MigContext *p, MigLanes *pLanes, const MigGraph *pGraph,
                  int bDepend) {
  u64 nByte = p->rc ? 0 : (u64)pGraph->nNode * sizeof(int);

  memset(pLanes, 0, sizeof(*pLanes));
  pLanes->pGraph = pGraph;
  pLanes->bDepend = bDepend;
  pLanes->aParent = migAlloc(p, nByte);
  pLanes->aDepend = migAlloc(p, nByte);
  if (p->rc == SQLITE_OK) {
    memset(pLanes->aParent, -1, (size_t)nByte);
    memset(pLanes->aDepend, -1, (size_t)nByte);
    pLanes->iNext = pGraph->nNode - 1;
  }
}

/* The row's lane: where a line leads to it, or a new one. */
static void rowPlace(MigContext *p, MigLanes *pLanes, MigLaneRow *pRow) {
  pRow->iLane = pLanes->aParent[pRow->iNode];
  pRow->iArriving = pLanes->aDepend[pRow->iNode];
  if (pRow->iLane < 0) {
    pRow->iLane = pRow->iArriving;
    pRow->iArriving = -1;
  }
  pRow->bAbove = pRow->iLane >= 0;
  if (!pRow->bAbove) {
    pRow->iLane = laneLowest(p, pLanes);
  }
}

/* Add a link to the row. */
static void rowLink(MigContext *p, MigLanes *pLanes, MigLaneRow *pRow,
                    int iLane, int bNew, MigLine eLine) {
  MigLink *pLink;

  if (pRow->nLink == pLanes->nLinkAlloc) {
    int nAlloc = pLanes->nLinkAlloc ? pLanes->nLinkAlloc * 2 : 16;
    MigLink *a = migGrow(p, pLanes->aLink, (u64)pRow->nLink * sizeof(MigLink),
                         (u64)nAlloc * sizeof(MigLink));
    if (a == 0) {
      return;
    }
    pLanes->aLink = a;
    pLanes->nLinkAlloc = nAlloc;
  }
  pLink = &pLanes->aLink[pRow->nLink++];
  pLink->iLane = iLane;
  pLink->bNew = bNew;
  pLink->eLine = eLine;
}

/* The row's edges of one kind, to the n revisions at a: the first to which
** no line leads takes the row's lane on, if nothing has yet; the others are
** links. */
static void rowEdges(MigContext *p, MigLanes *pLanes, MigLaneRow *pRow, int n,
                     const int *a, MigLine eLine) {
  int *aLane = eLine == MIG_LINE_PARENT ? pLanes->aParent : pLanes->aDepend;
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    int bNew = aLane[a[i]] < 0;
    if (bNew && pRow->eBelow == MIG_LINE_NONE) {
      aLane[a[i]] = pRow->iLane;
      pRow->eBelow = eLine;
      continue;
    }
    if (bNew) {
      aLane[a[i]] = laneNear(p, pLanes, pRow->iLane);
    }
    rowLink(p, pLanes, pRow, aLane[a[i]], bNew, eLine);
  }
}

/* Have the row's only link, which leads to the right, come here instead. */
static void rowPull(MigLanes *pLanes, MigLaneRow *pRow, const MigNode *pNode) {
  MigLine eLine = pLanes->aLink[0].eLine;

  pRow->iPulled = pLanes->aLink[0].iLane;
  pRow->nLink = 0;
  pRow->eBelow = eLine;
  if (eLine == MIG_LINE_PARENT) {
    pLanes->aParent[pNode->aParent[0]] = pRow->iLane;
  } else {
    pLanes->aDepend[pNode->aDepend[0]] = pRow->iLane;
  }
}

/*
** The next row. Returns 0 behind the last one and after a failure. aLink stays
** valid until the next call.
*/
int migLanesNext(MigContext *p, MigLanes *pLanes, MigLaneRow *pRow) {
  const MigNode *pNode;

  if (p->rc || pLanes->iNext < 0) {
    return 0;
  }
  memset(pRow, 0, sizeof(*pRow));
  pRow->iNode = pLanes->pGraph->aOrder[pLanes->iNext--];
  pRow->iPulled = -1;
  pNode = &pLanes->pGraph->aNode[pRow->iNode];
  rowPlace(p, pLanes, pRow);
  rowEdges(p, pLanes, pRow, pNode->nParent, pNode->aParent, MIG_LINE_PARENT);
  if (pLanes->bDepend) {
    rowEdges(p, pLanes, pRow, pNode->nDepend, pNode->aDepend, MIG_LINE_DEPEND);
  }
  if (p->rc) {
    return 0;
  }
  pRow->nWidth = pLanes->nLane;
  if (pRow->eBelow == MIG_LINE_NONE && pRow->nLink == 1 &&
      pLanes->aLink[0].iLane > pRow->iLane) {
    rowPull(pLanes, pRow, pNode);
    laneRelease(p, pLanes, pRow->iPulled);
  }
  if (pRow->iArriving >= 0) {
    laneRelease(p, pLanes, pRow->iArriving);
  }
  if (pRow->eBelow == MIG_LINE_NONE) {
    laneRelease(p, pLanes, pRow->iLane);
  }
  pRow->aLink = pLanes->aLink;
  return p->rc == SQLITE_OK;
}
