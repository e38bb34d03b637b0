/*
** edit.h - a table changed by replacing its stored text.
**
** Only in the classes that are proven safe, after the scan each needs.
*/
#ifndef MIG_EDIT_H
#define MIG_EDIT_H

#include "compare.h"

int migEditPossible(MigContext *p, const MigModel *pModel,
                    const MigTableDiff *pDiff);
int migEditTable(MigContext *p, const MigModel *pModel,
                 const MigTableDiff *pDiff);
void migEditText(MigContext *p, const char *zTable, const char *zSql);

#endif
