/*
** edges.h - the edges between the revisions of a graph that is being filled.
**
** What they become is in MigNode (graph.h). The functions that build the lists
** are for migGraphFinish() alone.
*/
#ifndef MIG_EDGES_H
#define MIG_EDGES_H

#include "graph.h"

void migGraphParent(MigContext *p, MigGraph *g, int i, const char *zParent);
void migGraphDepend(MigContext *p, MigGraph *g, int i, const char *zDepend);

void migEdgesDownLists(MigContext *p, MigGraph *g);
void migEdgesUpLists(MigContext *p, MigGraph *g);

#endif
