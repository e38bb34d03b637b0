/*
** graph.h - revisions in memory, and the names they are found by.
**
** A graph is filled with migGraphAdd(), migGraphLabel() and, of edges.h,
** migGraphParent() and migGraphDepend(), in any order of revisions, and closed
** by migGraphFinish(). After that it does not change, a revision is its index
** in aNode, and everything else in this header and in topology.h may be asked.
** All memory is the context's arena; texts passed in are kept, not copied, and
** so must live as long. After an error the graph is not fit to be asked
** anything; functions that take p return an empty set then, also for a graph
** that is NULL.
**
** Ids and labels are compared bytewise, so case matters.
**
** A repeatable revision stands outside: no edge leads from or to it and it
** declares no label. It is never a head, a root or current, and comes behind
** all others in the order; sets of revisions may hold it.
*/
#ifndef MIG_GRAPH_H
#define MIG_GRAPH_H

#include "set.h"

/* One revision. Its lists hold indexes of aNode, each of them once. */
typedef struct MigNode {
  const char *zId; /* not copied */
  int nParent;     /* parents, in the given order */
  int *aParent;
  int nDepend; /* dependencies, in the given order, labels resolved */
  int *aDepend;
  int nChild;           /* revisions that name this one as parent */
  int *aChild;          /* in the order of aNode */
  int nDependent;       /* revisions that depend on this one */
  int *aDependent;      /* likewise */
  int nLabel;           /* labels this revision declares */
  const char **azLabel; /* in the order of migGraphLabel() */
  int bRepeatable;      /* stands outside the graph */
  int flags;            /* of who loads the graph; nothing here reads them */
  int iPosition;        /* place in the whole topological order, from 1 */
} MigNode;

/* The revisions of a file, or of a folder. Zeroed it is an empty graph. */
typedef struct MigGraph {
  int nNode;      /* at most MIGRATE_MAX_REVISIONS */
  MigNode *aNode; /* in the order of migGraphAdd() */
  int *aOrder;    /* all indexes, ancestors and dependencies first */
  /* Private to graph.c. */
  int nNodeAlloc;
  int nName; /* ids and labels */
  int nNameAlloc;
  struct MigName *aName;
  int nSlot; /* hash table over aName; a power of two, or 0 */
  int *aSlot;
  /* Private to edges.c. */
  int nEdge; /* edges as given, by name */
  int nEdgeAlloc;
  struct MigEdge *aEdge;
} MigGraph;

MigGraph *migGraphNew(MigContext *p);
int migGraphAdd(MigContext *p, MigGraph *g, const char *zId);
void migGraphLabel(MigContext *p, MigGraph *g, int i, const char *zLabel);
void migGraphRepeatable(MigGraph *g, int i);

int migGraphFind(const MigGraph *g, const char *zId);
int migGraphFindLabel(const MigGraph *g, const char *zLabel);
const char *migGraphName(const MigGraph *g, int i);
int migGraphFindName(const MigGraph *g, const char *zName);
MigSet migGraphSet(MigContext *p, const MigGraph *g);
MigSet migGraphByPrefix(MigContext *p, const MigGraph *g, const char *z);
MigSet migGraphByValue(MigContext *p, const MigGraph *g, const char *z);

void migGraphLabelLists(MigContext *p, MigGraph *g);
void migGraphLabelsCheck(MigContext *p, const MigGraph *g);

#endif
