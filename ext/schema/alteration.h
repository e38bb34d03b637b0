/*
** alteration.h - what differs between two definitions of a table, as data.
**
** Pure. Where nothing is known of other tables, migCompareTable() of compare.h
** is all that is needed.
*/
#ifndef MIG_ALTERATION_H
#define MIG_ALTERATION_H

#include "finder.h"

void migAlterationFind(MigContext *p, const MigNaming *pNaming,
                       MigTableDiff *pDiff);
int migAlterationFit(const MigTableDiff *pDiff);

#endif
