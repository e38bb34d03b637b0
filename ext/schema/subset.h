/*
** subset.h - of two schemas, the part that a change of one into the other has
** to do with.
*/
#ifndef MIG_SUBSET_H
#define MIG_SUBSET_H

#include "compare.h"

int migSubset(MigContext *p, const MigComparison *pCompare, MigModel *pOld,
              MigModel *pNew);

#endif
