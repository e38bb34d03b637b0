/*
** graph.h - revisions, their edges and labels in memory; sets of revisions.
**
** A graph is filled with migGraphAdd(), migGraphParent(), migGraphDepend()
** and migGraphLabel(), in any order of revisions, and closed by
** migGraphFinish(). After that it does not change, a revision is its index
** in aNode, and everything else in this header may be asked. All memory is
** the context's arena; texts passed in are kept, not copied.
**
** Names. Revision ids and labels share one name space. migIdCheck() refuses
** what no target could spell: an empty name, more than MIGRATE_MAX_ID bytes,
** the characters @ + : , quotes, white space and control characters, '-' or
** '{' at the start, and the words head, heads, base, current in any case,
** alone or with '-' and digits behind. Everything else is allowed, so ids
** taken from file names and dates (2018-01-14, V0002.WebAuthn) pass.
**
** A target x-2 means two below x, unless x-2 is itself a name: an exact name
** always wins. Where both readings exist one of them cannot be typed, so a
** name given by hand is also held against the graph with migGraphIdClash():
** refused are x-2 when x exists and x when x-2 exists. A label is chosen
** freely and typed in front of steps, so migLabelCheck() refuses every one
** that ends in '-' and digits. Importers, which cannot choose, call
** migIdCheck() alone.
*/
#ifndef MIG_GRAPH_H
#define MIG_GRAPH_H

#include "context.h"

/* A set of revisions: bit i%32 of a[i/32]. A set made after a failure is
** empty and stays so. */
typedef struct MigSet {
  int n; /* revisions of the graph: members are 0..n-1 */
  u32 *a;
} MigSet;

typedef struct MigNode {
  const char *zId;
  int nParent; /* parents, in the given order */
  int *aParent;
  int nDepend; /* dependencies, in the given order, labels resolved */
  int *aDepend;
  int nChild; /* revisions that name this one as parent */
  int *aChild;
  int nDependent; /* revisions that depend on this one */
  int *aDependent;
  int nLabel; /* labels this revision declares */
  const char **azLabel;
  int iPosition; /* place in the whole topological order, from 1 */
} MigNode;

typedef struct MigGraph {
  int nNode;
  MigNode *aNode; /* in the order of migGraphAdd() */
  int *aOrder;    /* all indexes, ancestors and dependencies first */
  /* The rest is private to graph.c. */
  int nNodeAlloc;
  int nName; /* ids and labels */
  int nNameAlloc;
  struct MigName *aName;
  int nSlot; /* hash table over aName; a power of two, or 0 */
  int *aSlot;
  int nEdge; /* edges as given, by name */
  int nEdgeAlloc;
  struct MigEdge *aEdge;
} MigGraph;

MigSet migSetNew(MigContext *p, int n);
MigSet migSetCopy(MigContext *p, const MigSet *pSet);
int migSetHas(const MigSet *pSet, int i);
void migSetAdd(MigSet *pSet, int i);
void migSetRemove(MigSet *pSet, int i);
void migSetUnite(MigSet *pSet, const MigSet *pOther);
void migSetSubtract(MigSet *pSet, const MigSet *pOther);
void migSetIntersect(MigSet *pSet, const MigSet *pOther);
int migSetCount(const MigSet *pSet);
int migSetEqual(const MigSet *pA, const MigSet *pB);
int migSetNext(const MigSet *pSet, int i);

MigGraph *migGraphNew(MigContext *p);
int migGraphAdd(MigContext *p, MigGraph *g, const char *zId);
void migGraphParent(MigContext *p, MigGraph *g, int i, const char *zParent);
void migGraphDepend(MigContext *p, MigGraph *g, int i, const char *zDepend);
void migGraphLabel(MigContext *p, MigGraph *g, int i, const char *zLabel);
void migGraphFinish(MigContext *p, MigGraph *g);

int migGraphFind(const MigGraph *g, const char *zId);
int migGraphFindLabel(const MigGraph *g, const char *zLabel);
int migGraphFindName(const MigGraph *g, const char *zName);
MigSet migGraphByPrefix(MigContext *p, const MigGraph *g, const char *z);
MigSet migGraphByValue(MigContext *p, const MigGraph *g, const char *z);

void migGraphAncestors(MigContext *p, const MigGraph *g, MigSet *pSet);
void migGraphDescendants(MigContext *p, const MigGraph *g, MigSet *pSet);
void migGraphParentLine(MigContext *p, const MigGraph *g, MigSet *pSet);
void migGraphChildLine(MigContext *p, const MigGraph *g, MigSet *pSet);
MigSet migGraphLineage(MigContext *p, const MigGraph *g, int i);

MigSet migGraphHeads(MigContext *p, const MigGraph *g);
MigSet migGraphRoots(MigContext *p, const MigGraph *g);
MigSet migGraphCurrent(MigContext *p, const MigGraph *g,
                       const MigSet *pApplied);
MigSet migGraphBranchHeads(MigContext *p, const MigGraph *g,
                           const MigSet *pSet);

char *migGraphNames(MigContext *p, const MigGraph *g, const MigSet *pSet,
                    int nMax);

int migIdReserved(const char *z);
void migIdCheck(MigContext *p, const char *zId, const char *zWhat);
void migLabelCheck(MigContext *p, const char *zLabel);
void migGraphIdClash(MigContext *p, const MigGraph *g, const char *zName);

#endif
