/*
** columnpairs.h - which column of a table becomes which.
**
** Pure.
*/
#ifndef MIG_COLUMNPAIRS_H
#define MIG_COLUMNPAIRS_H

#include "tablediff.h"

void migColumnPairsFind(MigContext *p, const MigModelObject *pOld,
                        const MigModelObject *pNew, const MigRenames *pRenames,
                        int bQuiet, MigTableDiff *pOut);

#endif
