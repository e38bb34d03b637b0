/*
** columndiff.h - what differs in the columns of two definitions of a table.
*/
#ifndef MIG_COLUMNDIFF_H
#define MIG_COLUMNDIFF_H

#include "finder.h"

int migColumnDiffTypeSame(const char *zA, const char *zB);
const char *migColumnDiffCollation(MigContext *p, const char *z,
                                   const MigModelColumn *pColumn);
void migColumnDiffFind(MigFinder *pf);

#endif
