/*
** alterable.h - what ALTER TABLE of SQLite can do with a table.
**
** Pure but for the version of SQLite it is told.
*/
#ifndef MIG_ALTERABLE_H
#define MIG_ALTERABLE_H

#include "tablediff.h"

int migAlterAppendable(const MigTableDiff *pDiff, int iNew);
int migAlterNative(const MigModel *pModel, const MigTableDiff *pDiff,
                   const MigAlteration *pAlt, int iVersion);

#endif
