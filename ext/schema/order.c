/*
** order.c - the order in which differences can be carried out.
**
** Tables stand in the order of their foreign keys. Tables that refer to each
** other in a cycle form a strong component of the graph; Tarjan's algorithm
** (SIAM Journal on Computing 1, 1972) finds the components, each behind all
** that it refers to, in time linear in the number of tables and foreign keys.
** It is written without recursion.
**
** A table can take a name only when no other has it. So of renames in a chain,
** a to b and b to c, the last goes first. In a ring one table takes a third
** name until its own is free: one without "_", so that it cannot be taken for a
** table that a virtual one keeps.
**
** Example: x renamed to y, y to z, z to x. The three wait for each other, so
** the steps are x to aside1, z to x, y to z, aside1 to y.
*/
#include <string.h>
#include "order.h"

/* Differences being ordered. */
typedef struct Order {
  MigContext *p;
  const MigComparison *pCompare;
  MigOrder *pOut;
  int *aiOld; /* for each old object its difference, or -1 */
  int *aiNew; /* for each new object its difference, or -1 */
  int nAside; /* third names that were given out */
} Order;

/* The old object of difference i, which must have one. */
static const MigModelObject *oldObject(const Order *po, int i) {
  return &po->pCompare->pOld->aObject[po->pCompare->a[i].iOld];
}

/* The new object of difference i, which must have one. */
static const MigModelObject *newObject(const Order *po, int i) {
  return &po->pCompare->pNew->aObject[po->pCompare->a[i].iNew];
}

/* Is it changed by making it anew? Only ordinary tables have another way. */
static int isRemade(const MigDifference *pDiff) {
  return pDiff->bChanged && pDiff->pTable == 0;
}

/* Is its old object dropped, for good or to be made anew? */
static int goesAway(const MigDifference *pDiff) {
  return pDiff->iNew < 0 || isRemade(pDiff);
}

/* Is its new object made by a CREATE? */
static int isMade(const MigDifference *pDiff) {
  return pDiff->iOld < 0 || isRemade(pDiff);
}

/* An ordinary table that stays, and is more than renamed? */
static int isChangedTable(const MigDifference *pDiff) {
  return pDiff->bChanged && pDiff->pTable != 0;
}

/* Add a step at the end, with the objects of its difference, which may be -1.
** Valid until the next one is added; NULL after an error. */
static MigOrderStep *stepAdd(Order *po, MigOrderKind eKind, int iDifference) {
  MigOrder *pOut = po->pOut;
  MigOrderStep *pStep;

  pOut->a = migModelRoom(po->p, pOut->a, pOut->n, sizeof(*pStep));
  if (pOut->a == 0) {
    return 0;
  }
  pStep = &pOut->a[pOut->n++];
  memset(pStep, 0, sizeof(*pStep));
  pStep->eKind = eKind;
  pStep->iDifference = iDifference;
  pStep->iOld = iDifference < 0 ? -1 : po->pCompare->a[iDifference].iOld;
  pStep->iNew = iDifference < 0 ? -1 : po->pCompare->a[iDifference].iNew;
  return pStep;
}

/* ------------------------------------------------------------------------
** Tables by their foreign keys
*/

/* A table in the graph. Its edges are its foreign keys, followed one by one. */
typedef struct Node {
  int iDifference;
  const MigModelTable *pTable; /* NULL: beyond us */
  int iNext;                   /* constraint to look at next */
  int iIndex;                  /* order in which it was found, from 1; 0: not */
  int iLow;       /* the lowest iIndex that can be reached and is open */
  int iCaller;    /* node it was found from, or -1 */
  int iComponent; /* from 0, or -1 while it is open */
} Node;

/* The tables that are ordered together. Its arrays belong to the arena; stack
** and nodes have room for every difference. */
typedef struct Graph {
  const MigModel *pModel; /* the tables are in */
  const int *aiDiff;      /* differences by its objects */
  int *aiNode;            /* nodes by difference, or -1 */
  int n;
  Node *a;
  int *aiOpen; /* stack of nodes without a component */
  int nOpen;
  int nIndex;     /* the iIndex that was given out last */
  int nComponent; /* components that are complete */
} Graph;

/* The next node that node i refers to, or -1. A parent that is missing, no
** table, or not among the nodes is passed over. A node that refers to itself is
** its own next one, which does no harm. */
static int nodeNext(Graph *pg, int i) {
  Node *pNode = &pg->a[i];

  while (pNode->pTable && pNode->iNext < pNode->pTable->nConstraint) {
    const MigModelConstraint *pCon =
        &pNode->pTable->aConstraint[pNode->iNext++];
    int k = pCon->eKind == MIG_CON_FOREIGN_KEY
                ? migModelFind(pg->pModel, 0, pCon->zParent)
                : -1;
    if (k >= 0 && pg->aiDiff[k] >= 0 && pg->aiNode[pg->aiDiff[k]] >= 0) {
      return pg->aiNode[pg->aiDiff[k]];
    }
  }
  return -1;
}

/* Node i is met for the first time, from node iCaller, or -1: from nowhere. */
static void nodeOpen(Graph *pg, int i, int iCaller) {
  Node *pNode = &pg->a[i];

  pNode->iIndex = ++pg->nIndex;
  pNode->iLow = pNode->iIndex;
  pNode->iCaller = iCaller;
  pg->aiOpen[pg->nOpen++] = i;
}

/* All that node i refers to was looked at: the node it was found from, or -1.
** When nothing before i can be reached from it, the open nodes from i on are a
** component; it is behind all that it refers to, as those were closed
** before. */
static int nodeClose(Graph *pg, int i) {
  Node *pNode = &pg->a[i];
  int iCaller = pNode->iCaller;
  int k;

  if (pNode->iLow == pNode->iIndex) {
    do {
      k = pg->aiOpen[--pg->nOpen];
      pg->a[k].iComponent = pg->nComponent;
    } while (k != i);
    pg->nComponent++;
  } else if (iCaller >= 0 && pNode->iLow < pg->a[iCaller].iLow) {
    pg->a[iCaller].iLow = pNode->iLow;
  }
  return iCaller;
}

/* Give a component to all that can be reached from node i, which has none. The
** way back is kept in iCaller, so that a long chain of tables needs no
** stack. */
static void nodeVisit(Graph *pg, int i) {
  nodeOpen(pg, i, -1);
  while (i >= 0) {
    int k = nodeNext(pg, i);
    if (k < 0) {
      i = nodeClose(pg, i);
    } else if (pg->a[k].iIndex == 0) {
      nodeOpen(pg, k, i);
      i = k;
    } else if (pg->a[k].iComponent < 0 && pg->a[k].iIndex < pg->a[i].iLow) {
      pg->a[i].iLow = pg->a[k].iIndex;
    }
  }
}

/* Differences whose xWanted() holds and which are ordinary tables, as nodes.
** bOld: as objects of the old model, which they must then have, else of the new
** one. Foreign keys are those of that model. */
static void graphNodes(Order *po, Graph *pg, int bOld,
                       int (*xWanted)(const MigDifference *)) {
  const MigComparison *pCompare = po->pCompare;
  int i;

  pg->pModel = bOld ? pCompare->pOld : pCompare->pNew;
  pg->aiDiff = bOld ? po->aiOld : po->aiNew;
  pg->aiNode = migAlloc(po->p, (u64)pCompare->n * sizeof(int));
  pg->a = migAlloc(po->p, (u64)pCompare->n * sizeof(Node));
  pg->aiOpen = migAlloc(po->p, (u64)pCompare->n * sizeof(int));
  for (i = 0; i < pCompare->n && po->p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject;
    pg->aiNode[i] = -1;
    if (!xWanted(&pCompare->a[i])) {
      continue;
    }
    pObject = bOld ? oldObject(po, i) : newObject(po, i);
    if (pObject->eKind == MIG_DDL_TABLE) {
      Node *pNode = &pg->a[pg->n];
      pg->aiNode[i] = pg->n++;
      pNode->iDifference = i;
      pNode->pTable = pObject->pTable;
      pNode->iComponent = -1;
    }
  }
}

/*
** The differences whose xWanted() holds, ordinary tables all, referenced before
** referencing, in *pai: how many. *pai is in the arena, and not set after an
** error, for which 0 is returned. bOld: see graphNodes().
**
** Components have their numbers in that order. Counting sort keeps tables of
** one component as they stand in the comparison.
*/
static int tablesOrder(Order *po, int bOld,
                       int (*xWanted)(const MigDifference *), int **pai) {
  int *aiStart;
  int *ai;
  int i;
  Graph g;

  memset(&g, 0, sizeof(g));
  graphNodes(po, &g, bOld, xWanted);
  ai = migAlloc(po->p, (u64)g.n * sizeof(int));
  aiStart = migAlloc(po->p, ((u64)g.n + 1) * sizeof(int));
  if (po->p->rc) {
    return 0;
  }
  for (i = 0; i < g.n; i++) {
    if (g.a[i].iIndex == 0) {
      nodeVisit(&g, i);
    }
  }
  for (i = 0; i < g.n; i++) { /* how many come before each component */
    aiStart[g.a[i].iComponent + 1]++;
  }
  for (i = 1; i < g.nComponent; i++) {
    aiStart[i] += aiStart[i - 1];
  }
  for (i = 0; i < g.n; i++) {
    ai[aiStart[g.a[i].iComponent]++] = g.a[i].iDifference;
  }
  *pai = ai;
  return g.n;
}

/* ------------------------------------------------------------------------
** What goes away
*/

/* Drop what goes away of one kind; virtual tables the last one first, because
** one may read another. */
static void dropsAdd(Order *po, MigDdlKind eKind) {
  int n = po->pCompare->n;
  int i;

  for (i = 0; i < n && po->p->rc == SQLITE_OK; i++) {
    int k = eKind == MIG_DDL_VIRTUAL ? n - 1 - i : i;
    const MigDifference *pDiff = &po->pCompare->a[k];
    if (pDiff->iOld >= 0 && goesAway(pDiff) &&
        oldObject(po, k)->eKind == eKind) {
      stepAdd(po, MIG_ORDER_DROP, k);
    }
  }
}

/* Drop the tables that go away, referencing before referenced: the order of
** making them, from the end. */
static void dropTables(Order *po) {
  int *ai = 0;
  int i;

  for (i = tablesOrder(po, 1, goesAway, &ai) - 1; i >= 0; i--) {
    stepAdd(po, MIG_ORDER_DROP, ai[i]);
  }
}

/* ------------------------------------------------------------------------
** Renames
*/

/* Is it carried out by a rename? A virtual table that is changed as well is
** made under its new name. */
static int isRename(const MigDifference *pDiff) {
  return pDiff->bRenamed && !isRemade(pDiff);
}

/* Add the step that renames the table of difference i. The names belong to the
** models or the arena. */
static void renameAdd(Order *po, int i, const char *zFrom, const char *zTo) {
  MigOrderStep *pStep = stepAdd(po, MIG_ORDER_RENAME, i);

  if (pStep) {
    pStep->zFrom = zFrom;
    pStep->zTo = zTo;
  }
}

/* The rename that has to come before rename i, because its table has the name
** that i wants; -1: none. A table of that name that is dropped is gone by
** then. */
static int renameBefore(const Order *po, int i) {
  int k = migModelFind(po->pCompare->pOld, 0, newObject(po, i)->zName);

  k = k < 0 ? -1 : po->aiOld[k];
  return k >= 0 && isRename(&po->pCompare->a[k]) ? k : -1;
}

/* A name that nothing in either schema has, no trigger either; never the same
** twice. In the arena. */
static const char *asideName(Order *po) {
  const MigComparison *pCompare = po->pCompare;
  const char *z;

  do {
    z = migPrintf(po->p, "aside%d", ++po->nAside);
  } while (migModelFind(pCompare->pOld, 0, z) >= 0 ||
           migModelFind(pCompare->pNew, 0, z) >= 0 ||
           migModelFind(pCompare->pOld, 1, z) >= 0 ||
           migModelFind(pCompare->pNew, 1, z) >= 0);
  return z;
}

/* Rename the tables that have to come before rename i, then that, and mark them
** in abDone. aiAfter: room for the way back, an int for each difference. */
static void renameChain(Order *po, int i, u8 *abDone, int *aiAfter) {
  const char *zAside = 0;
  int iLast = i;
  int k = i;

  for (;;) {
    int iBefore = renameBefore(po, k);
    if (iBefore < 0 || abDone[iBefore]) {
      break;
    }
    if (iBefore == i) { /* a ring: the name of the first must become free */
      zAside = asideName(po);
      renameAdd(po, i, oldObject(po, i)->zName, zAside);
      break;
    }
    aiAfter[iBefore] = k;
    k = iBefore;
  }
  for (; po->p->rc == SQLITE_OK; k = aiAfter[k]) {
    const char *zFrom = k == iLast && zAside ? zAside : oldObject(po, k)->zName;
    renameAdd(po, k, zFrom, newObject(po, k)->zName);
    abDone[k] = 1;
    if (k == iLast) {
      return;
    }
  }
}

/* All renames, each once. */
static void renamesAdd(Order *po) {
  int n = po->pCompare->n;
  u8 *abDone = migAlloc(po->p, (u64)n);
  int *aiAfter = migAlloc(po->p, (u64)n * sizeof(int));
  int i;

  for (i = 0; i < n && po->p->rc == SQLITE_OK; i++) {
    if (isRename(&po->pCompare->a[i]) && !abDone[i]) {
      renameChain(po, i, abDone, aiAfter);
    }
  }
}

/* ------------------------------------------------------------------------
** What is made
*/

/* Add a step of this kind for each ordinary table whose difference xWanted()
** wants, referenced before referencing in the new schema. */
static void tablesAdd(Order *po, MigOrderKind eKind,
                      int (*xWanted)(const MigDifference *)) {
  int *ai = 0;
  int n = tablesOrder(po, 0, xWanted, &ai);
  int i;

  for (i = 0; i < n; i++) {
    stepAdd(po, eKind, ai[i]);
  }
}

/* Is object i of the new model a trigger of a view that is made anew, and no
** difference itself? SQLite drops it with the view. */
static int goesWithView(const Order *po, int i) {
  const MigModelObject *pObject = &po->pCompare->pNew->aObject[i];
  int k = pObject->iOn < 0 ? -1 : po->aiNew[pObject->iOn];

  return pObject->eKind == MIG_DDL_TRIGGER && po->aiNew[i] < 0 && k >= 0 &&
         isRemade(&po->pCompare->a[k]);
}

/* Make what is made of one kind, but for ordinary tables. They come in the
** order of the new model. A view may name one that is made behind it, because
** SQLite does not look. */
static void createsAdd(Order *po, MigDdlKind eKind) {
  const MigModel *pModel = po->pCompare->pNew;
  int i;

  for (i = 0; i < pModel->nObject && po->p->rc == SQLITE_OK; i++) {
    int k = po->aiNew[i];
    MigOrderStep *pStep = 0;
    if (pModel->aObject[i].eKind != eKind) {
      continue;
    }
    if (goesWithView(po, i)) {
      pStep = stepAdd(po, MIG_ORDER_CREATE, -1);
    } else if (k >= 0 && isMade(&po->pCompare->a[k])) {
      pStep = stepAdd(po, MIG_ORDER_CREATE, k);
    }
    if (pStep) {
      pStep->iNew = i;
    }
  }
}

/* Find the differences by the objects they are of: an object has at most one,
** as old or as new. */
static void orderStart(Order *po) {
  const MigComparison *pCompare = po->pCompare;
  int nOld = pCompare->pOld->nObject;
  int nNew = pCompare->pNew->nObject;
  int i;

  po->aiOld = migAlloc(po->p, (u64)nOld * sizeof(int));
  po->aiNew = migAlloc(po->p, (u64)nNew * sizeof(int));
  if (po->p->rc) {
    return;
  }
  memset(po->aiOld, 0xff, (size_t)nOld * sizeof(int));
  memset(po->aiNew, 0xff, (size_t)nNew * sizeof(int));
  for (i = 0; i < pCompare->n; i++) {
    if (pCompare->a[i].iOld >= 0) {
      po->aiOld[pCompare->a[i].iOld] = i;
    }
    if (pCompare->a[i].iNew >= 0) {
      po->aiNew[pCompare->a[i].iNew] = i;
    }
  }
}

/* The steps that carry out a comparison, see order.h. pOut is overwritten; its
** texts and indexes are those of the comparison and its models, which must live
** as long. Only want of memory is an error. */
void migOrder(MigContext *p, const MigComparison *pCompare, MigOrder *pOut) {
  Order o;

  memset(pOut, 0, sizeof(*pOut));
  memset(&o, 0, sizeof(o));
  o.p = p;
  o.pCompare = pCompare;
  o.pOut = pOut;
  orderStart(&o);
  if (p->rc) {
    return;
  }
  dropsAdd(&o, MIG_DDL_TRIGGER);
  dropsAdd(&o, MIG_DDL_VIEW);
  dropsAdd(&o, MIG_DDL_INDEX);
  dropsAdd(&o, MIG_DDL_VIRTUAL);
  dropTables(&o);
  renamesAdd(&o);
  tablesAdd(&o, MIG_ORDER_CREATE, isMade);
  tablesAdd(&o, MIG_ORDER_TABLE, isChangedTable);
  createsAdd(&o, MIG_DDL_VIRTUAL);
  createsAdd(&o, MIG_DDL_INDEX);
  createsAdd(&o, MIG_DDL_VIEW);
  createsAdd(&o, MIG_DDL_TRIGGER);
}
