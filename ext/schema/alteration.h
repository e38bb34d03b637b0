/*
** alteration.h - what differs between two definitions of a table, as data.
**
** Pure. Where nothing is known of other tables, migCompareTable() of compare.h
** is all that is needed.
*/
#ifndef MIG_ALTERATION_H
#define MIG_ALTERATION_H

#include "tablediff.h"

/* How the names of one schema read in the other. The models and arrays are the
** caller's, and must live as long. */
typedef struct MigNaming {
  const MigModel *pOld;
  const MigModel *pNew;
  const int *aiTo;       /* for each old object the new one, or -1 */
  MigTableDiff **apDiff; /* for each old table that gets another name, or has
                         ** annotations at columns, its diff; else NULL */
} MigNaming;

void migAlterationFind(MigContext *p, const MigNaming *pNaming,
                       MigTableDiff *pDiff);
const char *migAlterationCollation(MigContext *p, const char *z,
                                   const MigModelColumn *pColumn);
int migAlterationFit(const MigTableDiff *pDiff);

#endif
