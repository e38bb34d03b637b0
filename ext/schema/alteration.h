/*
** alteration.h - what differs between two definitions of a table, as data.
**
** Pure. Where nothing is known of other tables, migCompareTable() of compare.h
** is all that is needed.
*/
#ifndef MIG_ALTERATION_H
#define MIG_ALTERATION_H

#include "tablediff.h"

/* How the names of one schema read in the other. */
typedef struct MigNaming {
  const MigModel *pOld;
  const MigModel *pNew;
  const int *aiTo;       /* for each old object the new one, or -1 */
  MigTableDiff **apDiff; /* for each old object with bNames its diff */
} MigNaming;

void migAlterationFind(MigContext *p, const MigNaming *pNaming,
                       MigTableDiff *pDiff);
const char *migAlterationCollation(MigContext *p, const char *z,
                                   const MigModelColumn *pColumn);
int migAlterationFit(const MigTableDiff *pDiff);

#endif
