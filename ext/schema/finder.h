/*
** finder.h - two definitions of a table while they are compared.
**
** For the files that find alterations: columndiff.c, constraintdiff.c and
** alteration.c.
*/
#ifndef MIG_FINDER_H
#define MIG_FINDER_H

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

/* A comparison of two definitions, both of which could be read. */
typedef struct MigFinder {
  MigContext *p;
  const MigNaming *pNaming; /* NULL: other tables are not known */
  MigTableDiff *pDiff;      /* columns joined; what is found is added to it */
  const MigModelTable *pOld;
  const MigModelTable *pNew;
  const char *zOld; /* the texts, which spans and tokens are of */
  const char *zNew;
} MigFinder;

void migFinderAdd(MigFinder *pf, MigAlterationKind eKind, int iOld, int iNew);
int migFinderTokenSame(const MigFinder *pf, const MigToken *pA,
                       const MigToken *pB);

#endif
