/*
** columnuse.h - where the name of a column is used.
**
** Pure.
*/
#ifndef MIG_COLUMNUSE_H
#define MIG_COLUMNUSE_H

#include "tablediff.h"

int migColumnUseClashes(const MigModel *pModel, const MigTableDiff *pDiff,
                        int iNew);
int migColumnUseTable(const MigModelObject *pObject, int iColumn);
int migColumnUseObject(const MigModelObject *pObject, const char *zTable,
                       const char *zName);

#endif
