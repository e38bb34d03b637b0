/*
** loss.h - what is lost when one schema is turned into another.
*/
#ifndef MIG_LOSS_H
#define MIG_LOSS_H

#include "compare.h"
#include "text.h"

/* A table, or a column, with what is in it. */
typedef struct MigLoss {
  const MigModelObject *pObject; /* of the old schema */
  int iColumn;                   /* column of it, or -1: all of it */
  const char *zTable;            /* name of the table when the loss happens */
  const char *zComputed;         /* the column stays, but is computed then: its
                                 ** name in the wanted schema; else NULL */
  i64 n;                         /* rows, values that are not NULL, or below */
} MigLoss;

#define MIG_LOSS_UNCOUNTED (-1)  /* the schema is not main of the caller */
#define MIG_LOSS_UNREADABLE (-2) /* a module is missing, for one */

/* Zero-initialize. The array belongs to the arena. */
typedef struct MigLosses {
  int n;
  MigLoss *a;
} MigLosses;

void migLossRead(MigContext *p, const MigComparison *pCompare, int bCount,
                 MigLosses *pLosses);
const MigLoss *migLossFind(const MigLosses *pLosses, const char *zTable,
                           const char *zColumn);
void migLossWrite(MigContext *p, const MigLoss *pLoss, MigText *pOut);
void migLossMark(MigContext *p, const char *zTable, MigText *pOut);

#endif
