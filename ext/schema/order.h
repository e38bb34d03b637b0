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
**
** With tables a, b and view v over a before, and b renamed to a, a new c and v
** over c after, the steps are: DROP v, DROP a, RENAME b to a, CREATE c, CREATE
** v.
**
** What a step may meet - rows that refer to a table, a view that names what is
** renamed - is not looked at.
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

/* One thing to be done. Indexes of which its kind does not speak are those of
** the difference. */
typedef struct MigOrderStep {
  MigOrderKind eKind;
  int iDifference;   /* -1: a trigger that goes with its view */
  int iOld;          /* object of the old model, or -1 */
  int iNew;          /* of the new one, or -1 */
  const char *zFrom; /* MIG_ORDER_RENAME: the name it has by then, and the */
  const char *zTo;   /* one it gets; either may be a third one. Else NULL */
} MigOrderStep;

/* Steps, in their order. The array belongs to the arena. */
typedef struct MigOrder {
  int n;
  MigOrderStep *a;
} MigOrder;

void migOrder(MigContext *p, const MigComparison *pCompare, MigOrder *pOut);

#endif
