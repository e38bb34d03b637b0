/*
** compare.h - what differs between two schemas, as data.
**
** Pure: two models go in, indexes into them come out. White space, comments,
** the case of keywords, quotes, and whether a constraint stands at its column
** or at the table are no differences. Objects with an eSkip are not looked at,
** nor are indexes and triggers on them; but see pairs.c for one that is a
** user's on the other side.
*/
#ifndef MIG_COMPARE_H
#define MIG_COMPARE_H

#include "phrase.h"

/* An object that differs. What becomes of another kind (a table that is a view
** now, an index on another table) is dropped and made: two differences. What
** goes with a table or view that is dropped is none. */
typedef struct MigDifference {
  int iOld;             /* in the old model, -1: it is to be made */
  int iNew;             /* in the new model, -1: it is to be dropped */
  int bRenamed;         /* ordinary and virtual tables: by an annotation */
  int bChanged;         /* in both, and the definitions differ */
  MigTableDiff *pTable; /* ordinary tables in both, else NULL; without any
                        ** alteration when the table is only renamed */
} MigDifference;

/* Dropped ones first, in the order of the old model, then the others in the
** order of the new one. */
typedef struct MigComparison {
  const MigModel *pOld;
  const MigModel *pNew;
  int n; /* 0: the schemas say the same */
  MigDifference *a;
} MigComparison;

void migCompare(MigContext *p, const MigModel *pOld, const MigModel *pNew,
                const MigRenames *pRenames, MigComparison *pOut);
void migCompareTable(MigContext *p, const MigModelObject *pOld,
                     const MigModelObject *pNew, const MigRenames *pRenames,
                     MigTableDiff *pOut);
const char *migDifferenceText(MigContext *p, const MigComparison *pCompare,
                              int i);

#endif
