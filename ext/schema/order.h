/*
** order.h - the order in which differences can be carried out.
**
** Pure. What goes away goes first, because its name may be wanted again:
** triggers, views, indexes, virtual tables, tables (referencing before
** referenced). Then tables change their names, through a third one where they
** swap them. Then tables are made (referenced before referencing; among tables
** in a cycle as they stand in the model) and changed, then virtual tables,
** indexes, views, triggers are made. An object that is changed and is no
** ordinary table goes away and is made; the triggers of a view that does are
** made again as well, though they differ in nothing.
*/
#ifndef MIG_ORDER_H
#define MIG_ORDER_H

#include "compare.h"

typedef enum MigOrderKind {
  MIG_ORDER_DROP,   /* object iOld of the old model */
  MIG_ORDER_RENAME, /* table zFrom to zTo, iDifference */
  MIG_ORDER_CREATE, /* object iNew of the new model */
  MIG_ORDER_TABLE   /* difference iDifference: a table that stays and differs */
} MigOrderKind;

typedef struct MigOrderStep {
  MigOrderKind eKind;
  int iDifference; /* -1: a trigger that goes with its view */
  int iOld;        /* in the models, or -1 */
  int iNew;
  const char *zFrom; /* MIG_ORDER_RENAME */
  const char *zTo;
} MigOrderStep;

typedef struct MigOrder {
  int n;
  MigOrderStep *a;
} MigOrder;

void migOrder(MigContext *p, const MigComparison *pCompare, MigOrder *pOut);

#endif
