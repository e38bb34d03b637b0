/*
** set.h - sets of revisions.
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
