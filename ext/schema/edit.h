/*
** edit.h - a table changed by replacing its stored text.
**
** Only in the classes that are proven safe, after the scan each needs. pTx is
** armed again after each change of the schema or of a setting, and after an
** error it may be undone already; it is NULL for a scratch database.
*/
#ifndef MIG_EDIT_H
#define MIG_EDIT_H

#include "compare.h"
#include "transaction.h"

int migEditPossible(MigContext *p, const MigModel *pModel,
                    const MigTableDiff *pDiff);
int migEditTable(MigContext *p, const MigModel *pModel,
                 const MigTableDiff *pDiff, MigTransaction *pTx);
int migEditText(MigContext *p, const char *zTable, const char *zSql,
                MigTransaction *pTx);

#endif
