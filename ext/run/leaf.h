/*
** leaf.h - a revision added without reading the graph.
**
** All of it needs a store and the write lock.
*/
#ifndef MIG_LEAF_H
#define MIG_LEAF_H

#include "change.h"
#include "spec.h"

int migLeafLoad(MigContext *p, MigChange *pChange, const MigRevisionSpec *pSpec,
                MigRevisionSpec *pExact);
int migLeafFree(MigContext *p, const char *zName);
void migLeafFacts(MigContext *p, const MigRevision *pRev);

#endif
