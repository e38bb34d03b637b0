/*
** set.h - sets of revisions.
**
** A member is the index of a revision in its graph (graph.h), so sets go
** together only when they are of the same graph. The bits lie in the arena and
** are never freed one by one. A MigSet is passed and returned by value, but an
** assignment shares the bits: who wants to change one of two takes
** migSetCopy(). Nothing here fails but for want of memory.
*/
#ifndef MIG_SET_H
#define MIG_SET_H

#include "context.h"

/* A set of revisions: bit i%32 of a[i/32]. A set made after a failure is
** empty and stays so. */
typedef struct MigSet {
  int n; /* revisions of the graph: members are 0..n-1 */
  u32 *a;
} MigSet;

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

#endif
