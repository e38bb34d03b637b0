/*
** subset.h - of two schemas, the part that a change of one into the other has
** to do with.
**
** Pure. A script is made and tried with the parts in the place of the schemas,
** which takes time by the size of the change and not of the schema.
*/
#ifndef MIG_SUBSET_H
#define MIG_SUBSET_H

#include "compare.h"

int migSubset(MigContext *p, const MigComparison *pCompare, MigModel *pOld,
              MigModel *pNew);

#endif
