/*
** lanes.h - the graph as lines side by side: which lane everything is in.
**
** Rows come one at a time, from the newest revision down: migLanesInit(), then
** migLanesNext() until it returns 0. Lanes count from 0 on the left. A drawing
** keeps what it needs of the rows above.
*/
#ifndef MIG_LANES_H
#define MIG_LANES_H

#include "graph.h"

/* What a line stands for. */
typedef enum MigLine {
  MIG_LINE_NONE,
  MIG_LINE_PARENT,
  MIG_LINE_DEPEND
} MigLine;

/* A line that leaves a revision sideways, into a lane where it goes down. */
typedef struct MigLink {
  int iLane;
  int bNew; /* nothing was in that lane; else it joins the line there */
  MigLine eLine;
} MigLink;

/* One revision, with what changes at it. */
typedef struct MigLaneRow {
  int iNode;
  int iLane;      /* its lane */
  int bAbove;     /* a line ends at it from above, in its lane */
  MigLine eBelow; /* the line that leaves it downwards, in its lane */
  int nLink;      /* lines that leave it sideways */
  MigLink *aLink;
  int iPulled;   /* lane whose line moves into iLane below this row, or -1 */
  int iArriving; /* lane of a line that ends at it from the side, or -1 */
  int nWidth;    /* lanes beyond this hold nothing in this row */
} MigLaneRow;

/* Lanes that may be taken, the lowest first: a heap, a[i] is not above a[2*i+1]
** and a[2*i+2]. */
typedef struct MigLaneHeap {
  int n, nAlloc;
  int *a;
} MigLaneHeap;

/* The state between two rows. All memory is the arena's; only lanes.c looks
** inside. */
typedef struct MigLanes {
  const MigGraph *pGraph;
  int bDepend; /* dependencies are lines, too */
  int iNext;   /* place of the next row's revision in the order, or -1 */
  int nLane;   /* lanes beyond this are free */
  int nAlloc;
  u8 *abTaken;  /* by lane */
  int *aParent; /* by revision: lane of the line to it from a child, or -1 */
  int *aDepend; /* the same, from a dependent */
  MigLaneHeap free; /* every free lane below nLane, and stale entries */
  int nLinkAlloc;
  MigLink *aLink; /* of the current row */
} MigLanes;

void migLanesInit(MigContext *p, MigLanes *pLanes, const MigGraph *pGraph,
                  int bDepend);
int migLanesNext(MigContext *p, MigLanes *pLanes, MigLaneRow *pRow);

#endif
