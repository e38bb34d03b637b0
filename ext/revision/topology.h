/*
** topology.h - a graph closed, and what stands on what in it: closures, heads
** and roots. All but migGraphFinish() is asked of a graph that is closed.
*/
#ifndef MIG_TOPOLOGY_H
#define MIG_TOPOLOGY_H

#include "graph.h"

void migGraphFinish(MigContext *p, MigGraph *g);

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

MigSet migGraphRepeatables(MigContext *p, const MigGraph *g);
int migGraphWhole(const MigGraph *g, const MigSet *pSet);

char *migGraphNames(MigContext *p, const MigGraph *g, const MigSet *pSet,
                    int nMax);

#endif
