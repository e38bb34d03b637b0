/*
** graph.c - revisions, their edges and labels in memory.
**
** Two kinds of edges lead from a revision downwards. Parents make branches
** and heads; dependencies only order and imply. Both together must be free of
** cycles, which migGraphFinish() proves by sorting.
**
** The topological order (aOrder) is the load order, except that what a
** revision stands on is moved in front of it. Every closure is one sweep over
** that order: downwards from its end, upwards from its start. Nothing here
** recurses, and nothing takes more than linear time but the hash table, whose
** cost is expected linear, and the sorting of repeatable revisions by id.
**
** An example: loaded are, in this order,
**
**   d, of which c and b are the parents
**   c and b, of which a is the parent
**   a
**
** The sort begins at d, goes down to a by way of its first parent, c, and puts
** down what has nothing left below it: aOrder is a c b d. Were they loaded as
** a, b, c, d, that would be the order: revisions that are stored as they come
** stay in the order in which they came.
**
** Ids and labels are kept in one table of names: open addressing with linear
** probing, never more than half full.
*/
#include <string.h>
#include "graph.h"
#include "text.h"
#include "migrate.h"

#define CYCLE_SHOWN 10  /* members of a cycle that a message names */
#define PREFIX_LONGER 3 /* an abbreviation finds only longer names */

/* An id or a label. Both stand in one name space, so that one look finds
** either. */
typedef struct MigName {
  const char *z;
  u32 iHash;
  int iNode;  /* the revision it is the id or a label of */
  int bLabel; /* a label, not an id */
} MigName;

/* An edge as it was given. Its lower end is only known by migGraphFinish(),
** because it may be added later. */
typedef struct MigEdge {
  int iNode;       /* from this revision ... */
  const char *zTo; /* ... down to the one of this name */
  int bDepend;     /* a dependency, not a parent */
} MigEdge;

/* Which edges a sweep follows. */
#define BY_PARENT 0
#define BY_BOTH 1

/* ---- names ---- */

/* FNV-1a, with its high bits brought down: the table takes the low ones. It is
** no defence against names that are chosen to collide. */
static u32 nameHash(const char *z) {
  u32 h = 2166136261u;

  for (; *z; z++) {
    h = (h ^ (u8)*z) * 16777619u;
  }
  return h ^ h >> 15;
}

/* The slot that holds name z, of which iHash is nameHash(), or the empty one
** where it belongs. The table exists and has at least one empty slot, else the
** search would not end. */
static int nameSlot(const MigGraph *g, const char *z, u32 iHash) {
  int iMask = g->nSlot - 1;
  int i = (int)(iHash & (u32)iMask);

  while (g->aSlot[i]) {
    const MigName *pName = &g->aName[g->aSlot[i] - 1];
    if (pName->iHash == iHash && strcmp(pName->z, z) == 0) {
      break;
    }
    i = (i + 1) & iMask;
  }
  return i;
}

/* The entry of a name, or NULL. g and z may be NULL; then there is none. */
static const MigName *nameFind(const MigGraph *g, const char *z) {
  int i;

  if (g == 0 || z == 0 || g->nSlot == 0) {
    return 0;
  }
  i = g->aSlot[nameSlot(g, z, nameHash(z))];
  return i ? &g->aName[i - 1] : 0;
}

/* Make room for one more name; half of the slots stay empty. When the table
** grows the slots are filled anew from the names. After a failure the old table
** is still whole. */
static void nameRoom(MigContext *p, MigGraph *g) {
  int nAlloc = g->nNameAlloc ? g->nNameAlloc * 2 : 64;
  MigName *aName;
  int *aSlot;
  int i;

  if (g->nName < g->nNameAlloc) {
    return;
  }
  aName = migGrow(p, g->aName, (u64)g->nName * sizeof(MigName),
                  (u64)nAlloc * sizeof(MigName));
  aSlot = migAlloc(p, (u64)nAlloc * 2 * sizeof(int));
  if (aName == 0 || aSlot == 0) {
    return;
  }
  g->aName = aName;
  g->nNameAlloc = nAlloc;
  g->aSlot = aSlot;
  g->nSlot = nAlloc * 2;
  for (i = 0; i < g->nName; i++) {
    aSlot[nameSlot(g, aName[i].z, aName[i].iHash)] = i + 1;
  }
}

/* Enter a name that is known to be new, for revision iNode. z is kept. After a
** failure nothing is entered. */
static void nameAdd(MigContext *p, MigGraph *g, const char *z, int iNode,
                    int bLabel) {
  MigName *pName;

  nameRoom(p, g);
  if (p->rc || g->aName == 0) {
    return;
  }
  pName = &g->aName[g->nName];
  pName->z = z;
  pName->iHash = nameHash(z);
  pName->iNode = iNode;
  pName->bLabel = bLabel;
  g->aSlot[nameSlot(g, z, pName->iHash)] = ++g->nName;
}

/* Index of the revision with exactly this id, or -1. */
int migGraphFind(const MigGraph *g, const char *zId) {
  const MigName *pName = nameFind(g, zId);

  return pName && !pName->bLabel ? pName->iNode : -1;
}

/* Index of the revision that declares exactly this label, or -1. */
int migGraphFindLabel(const MigGraph *g, const char *zLabel) {
  const MigName *pName = nameFind(g, zLabel);

  return pName && pName->bLabel ? pName->iNode : -1;
}

/* The i-th of the nName ids and labels, from 0, in the order in which they were
** added. Borrowed from who added it. */
const char *migGraphName(const MigGraph *g, int i) {
  return g->aName[i].z;
}

/* Index of the revision with exactly this id or label, or -1. */
int migGraphFindName(const MigGraph *g, const char *zName) {
  const MigName *pName = nameFind(g, zName);

  return pName ? pName->iNode : -1;
}

/* An empty set over the revisions of g, which after a failure may be NULL. */
static MigSet graphSet(MigContext *p, const MigGraph *g) {
  return migSetNew(p, p->rc ? 0 : g->nNode);
}

/* The revisions that z abbreviates: those with an id or label of more than
** three bytes that begins with z, or is z. Case matters. It looks at every
** name. */
MigSet migGraphByPrefix(MigContext *p, const MigGraph *g, const char *z) {
  MigSet set = graphSet(p, g);
  size_t n = strlen(z);
  int i;

  for (i = 0; p->rc == 0 && i < g->nName; i++) {
    const MigName *pName = &g->aName[i];
    if (strncmp(pName->z, z, n) == 0 && strlen(pName->z) > PREFIX_LONGER) {
      migSetAdd(&set, pName->iNode);
    }
  }
  return set;
}

/* The digits of z without leading zeros, "" for zero, or NULL when z is empty
** or not all digits. Two numbers are the same when these texts are: no number
** is too long. */
static const char *digitsOf(const char *z) {
  if (*z == 0 || z[strspn(z, "0123456789")]) {
    return 0;
  }
  return z + strspn(z, "0");
}

/* The revisions whose id is all digits and, as a number of any length, equals
** z: "5" finds "00005". Empty when z is no number. */
MigSet migGraphByValue(MigContext *p, const MigGraph *g, const char *z) {
  MigSet set = graphSet(p, g);
  const char *zValue = digitsOf(z);
  int i;

  for (i = 0; zValue && i < set.n; i++) {
    const char *zOther = digitsOf(g->aNode[i].zId);
    if (zOther && strcmp(zOther, zValue) == 0) {
      migSetAdd(&set, i);
    }
  }
  return set;
}

/* ---- filling ---- */

/* An empty graph in the arena. NULL after a failure, which migGraphAdd() and
** the others pass over. */
MigGraph *migGraphNew(MigContext *p) {
  return migAlloc(p, sizeof(MigGraph));
}

/* Add a revision and return its index, -1 after an error. A name that is
** taken, also as a label, is DUPLICATE_ID; more than MIGRATE_MAX_REVISIONS
** are TOO_BIG. The id is taken as it is; migIdCheck() is for those that make
** one. */
int migGraphAdd(MigContext *p, MigGraph *g, const char *zId) {
  const MigName *pName;

  if (p->rc) {
    return -1;
  }
  pName = nameFind(g, zId);
  if (pName) {
    migFail(p, MIG_DUPLICATE_ID, "%s is already a %s; choose another id", zId,
            pName->bLabel ? "label" : "revision");
    return -1;
  }
  if (g->nNode >= MIGRATE_MAX_REVISIONS) {
    /* unreached: takes 1,000,001 revisions */
    migFail(p, MIG_TOO_BIG, "more than %d revisions; see README, Limits",
            MIGRATE_MAX_REVISIONS);
    return -1;
  }
  if (g->nNode >= g->nNodeAlloc) {
    int nAlloc = g->nNodeAlloc ? g->nNodeAlloc * 2 : 64;
    MigNode *aNode = migGrow(p, g->aNode, (u64)g->nNode * sizeof(MigNode),
                             (u64)nAlloc * sizeof(MigNode));
    if (aNode == 0) {
      return -1;
    }
    g->aNode = aNode;
    g->nNodeAlloc = nAlloc;
  }
  g->aNode[g->nNode].zId = zId;
  nameAdd(p, g, zId, g->nNode, 0);
  return g->nNode++;
}

/* Note an edge from revision i, by parent or with bDepend by dependency; its
** lower end is looked up by migGraphFinish(). */
static void edgeAdd(MigContext *p, MigGraph *g, int i, const char *zTo,
                    int bDepend) {
  MigEdge *pEdge;

  if (p->rc) {
    return;
  }
  if (g->nEdge >= g->nEdgeAlloc) {
    int nAlloc = g->nEdgeAlloc ? g->nEdgeAlloc * 2 : 64;
    MigEdge *aEdge = migGrow(p, g->aEdge, (u64)g->nEdge * sizeof(MigEdge),
                             (u64)nAlloc * sizeof(MigEdge));
    if (aEdge == 0) {
      return;
    }
    g->aEdge = aEdge;
    g->nEdgeAlloc = nAlloc;
  }
  pEdge = &g->aEdge[g->nEdge++];
  pEdge->iNode = i;
  pEdge->zTo = zTo;
  pEdge->bDepend = bDepend;
}

/* Revision i has the parent of exactly this id, which may be added later. Not a
** label: whoever takes one from a user resolves it before. The order of calls
** is the order of parents. */
void migGraphParent(MigContext *p, MigGraph *g, int i, const char *zParent) {
  edgeAdd(p, g, i, zParent, 0);
}

/* Revision i depends on the revision of exactly this id or label, which may
** be added later. */
void migGraphDepend(MigContext *p, MigGraph *g, int i, const char *zDepend) {
  edgeAdd(p, g, i, zDepend, 1);
}

/* Revision i declares a label. One that is taken is DUPLICATE_LABEL; the same
** one again on the same revision is nothing. */
void migGraphLabel(MigContext *p, MigGraph *g, int i, const char *zLabel) {
  const MigName *pName;

  if (p->rc) {
    return;
  }
  pName = nameFind(g, zLabel);
  if (pName == 0) {
    nameAdd(p, g, zLabel, i, 1);
  } else if (!pName->bLabel) {
    migFail(p, MIG_DUPLICATE_LABEL,
            "label %s of %s is the id of a revision; choose another", zLabel,
            g->aNode[i].zId);
  } else if (pName->iNode != i) {
    migFail(p, MIG_DUPLICATE_LABEL,
            "label %s of %s belongs to %s; choose another", zLabel,
            g->aNode[i].zId, g->aNode[pName->iNode].zId);
  }
}

/* Revision i is repeatable; -1, as after a failed migGraphAdd(), is nothing.
** Edges and labels that it must not have are refused by migGraphFinish(). */
void migGraphRepeatable(MigGraph *g, int i) {
  if (i >= 0) {
    g->aNode[i].bRepeatable = 1;
  }
}

/* ---- finishing ---- */

/* The revision that an edge leads to; MISSING_PARENT when there is none, or a
** repeatable one stands at either end. */
static int edgeTarget(MigContext *p, const MigGraph *g, const MigEdge *pEdge) {
  int i = pEdge->bDepend ? migGraphFindName(g, pEdge->zTo)
                         : migGraphFind(g, pEdge->zTo);

  if (i < 0) {
    migFail(p, MIG_MISSING_PARENT, "%s %s of %s does not exist; add it first",
            pEdge->bDepend ? "dependency" : "parent", pEdge->zTo,
            g->aNode[pEdge->iNode].zId);
  } else if (g->aNode[i].bRepeatable || g->aNode[pEdge->iNode].bRepeatable) {
    migFail(p, MIG_MISSING_PARENT,
            "%s %s of %s: a repeatable revision stands outside the graph; take"
            " that out",
            pEdge->bDepend ? "dependency" : "parent", pEdge->zTo,
            g->aNode[pEdge->iNode].zId);
  }
  return i;
}

/* Drop what occurs twice among the n indexes of a, keeping the first; return
** how many are left. aSeen[i]==iMark says that i was met; marks of different
** calls differ, and none is 0. */
static int dropRepeats(int *a, int n, int *aSeen, int iMark) {
  int nNew = 0;
  int i;

  for (i = 0; i < n; i++) {
    if (aSeen[a[i]] != iMark) {
      aSeen[a[i]] = iMark;
      a[nNew++] = a[i];
    }
  }
  return nNew;
}

/* Build aParent and aDepend of every revision from the edges: count, cut one
** array into a piece for each list, then fill the pieces. Edges that do not
** lead anywhere are errors here. */
static void graphDownLists(MigContext *p, MigGraph *g) {
  int *a = migAlloc(p, (u64)g->nEdge * sizeof(int));
  int *aSeen = migAlloc(p, (u64)g->nNode * sizeof(int));
  int i;

  for (i = 0; i < g->nEdge && p->rc == 0; i++) {
    MigNode *pNode = &g->aNode[g->aEdge[i].iNode];
    pNode->nDepend += g->aEdge[i].bDepend;
    pNode->nParent += !g->aEdge[i].bDepend;
  }
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    MigNode *pNode = &g->aNode[i];
    pNode->aParent = a;
    pNode->aDepend = a + pNode->nParent;
    a = pNode->aDepend + pNode->nDepend;
    pNode->nParent = pNode->nDepend = 0;
  }
  for (i = 0; i < g->nEdge && p->rc == 0; i++) {
    MigNode *pNode = &g->aNode[g->aEdge[i].iNode];
    int iTo = edgeTarget(p, g, &g->aEdge[i]);
    if (g->aEdge[i].bDepend) {
      pNode->aDepend[pNode->nDepend++] = iTo;
    } else {
      pNode->aParent[pNode->nParent++] = iTo;
    }
  }
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    MigNode *pNode = &g->aNode[i];
    pNode->nParent =
        dropRepeats(pNode->aParent, pNode->nParent, aSeen, 2 * i + 1);
    pNode->nDepend =
        dropRepeats(pNode->aDepend, pNode->nDepend, aSeen, 2 * i + 2);
  }
}

/* Build aChild and aDependent from aParent and aDepend, in the same three
** rounds; both list revisions in load order. */
static void graphUpLists(MigContext *p, MigGraph *g) {
  int *a = migAlloc(p, (u64)g->nEdge * sizeof(int));
  int i, j;

  if (p->rc) {
    return;
  }
  for (i = 0; i < g->nNode; i++) {
    for (j = 0; j < g->aNode[i].nParent; j++) {
      g->aNode[g->aNode[i].aParent[j]].nChild++;
    }
    for (j = 0; j < g->aNode[i].nDepend; j++) {
      g->aNode[g->aNode[i].aDepend[j]].nDependent++;
    }
  }
  for (i = 0; i < g->nNode; i++) {
    MigNode *pNode = &g->aNode[i];
    pNode->aChild = a;
    pNode->aDependent = a + pNode->nChild;
    a = pNode->aDependent + pNode->nDependent;
    pNode->nChild = pNode->nDependent = 0;
  }
  for (i = 0; i < g->nNode; i++) {
    for (j = 0; j < g->aNode[i].nParent; j++) {
      MigNode *pTo = &g->aNode[g->aNode[i].aParent[j]];
      pTo->aChild[pTo->nChild++] = i;
    }
    for (j = 0; j < g->aNode[i].nDepend; j++) {
      MigNode *pTo = &g->aNode[g->aNode[i].aDepend[j]];
      pTo->aDependent[pTo->nDependent++] = i;
    }
  }
}

/* Build azLabel of every revision from the table of names, likewise. */
static void graphLabelLists(MigContext *p, MigGraph *g) {
  const char **az;
  int i;

  az = migAlloc(p, (u64)g->nName * sizeof(char *));
  if (p->rc) {
    return;
  }
  for (i = 0; i < g->nName; i++) {
    g->aNode[g->aName[i].iNode].nLabel += g->aName[i].bLabel;
  }
  for (i = 0; i < g->nNode; i++) {
    g->aNode[i].azLabel = az;
    az += g->aNode[i].nLabel;
    g->aNode[i].nLabel = 0;
  }
  for (i = 0; i < g->nName; i++) {
    if (g->aName[i].bLabel) {
      MigNode *pNode = &g->aNode[g->aName[i].iNode];
      pNode->azLabel[pNode->nLabel++] = g->aName[i].z;
    }
  }
}

/* Append the ids of n revisions: "a", "a and b", "a, b and c", and beyond
** nMax "a, b and 7 more". */
static void namesAdd(MigContext *p, MigText *pText, const MigGraph *g,
                     const int *a, int n, int nMax) {
  int i;

  for (i = 0; i < n && i < nMax; i++) {
    const char *zGlue = i == 0 ? "" : i == n - 1 ? " and " : ", ";
    migTextF(p, pText, "%s%s", zGlue, g->aNode[a[i]].zId);
  }
  if (n > nMax) {
    migTextF(p, pText, " and %d more", n - nMax);
  }
}

/* Report the cycle a[0], a[1], ..., a[n-1], a[0], each of which stands on the
** next: DEPENDENCY_CYCLE when dependencies were followed, else CYCLE. */
static void graphCycle(MigContext *p, const MigGraph *g, const int *a, int n,
                       int eEdges) {
  MigCode eCode = eEdges == BY_BOTH ? MIG_DEPENDENCY_CYCLE : MIG_CYCLE;
  MigText text = {0, 0, 0};

  namesAdd(p, &text, g, a, n, CYCLE_SHOWN);
  if (n == 1) {
    migFail(p, eCode, "%s %s itself; take that out", migTextZ(&text),
            eEdges == BY_BOTH ? "depends on" : "is the parent of");
  } else {
    migFail(p, eCode, "%s stand on each other by %s; take one edge out",
            migTextZ(&text),
            eEdges == BY_BOTH ? "parents and dependencies" : "parents");
  }
}

/* The j-th revision below i, from 0, parents first, with BY_BOTH then
** dependencies; -1 when there is no such. */
static int graphBelow(const MigGraph *g, int i, int j, int eEdges) {
  const MigNode *pNode = &g->aNode[i];

  if (j < pNode->nParent) {
    return pNode->aParent[j];
  }
  j -= pNode->nParent;
  return eEdges == BY_BOTH && j < pNode->nDepend ? pNode->aDepend[j] : -1;
}

/* Work space of graphSort(). */
typedef struct GraphSort {
  int *aStack; /* the path being walked down */
  int nStack;
  int *aNext;  /* per revision: next edge to look at; -1 once in the order */
  int *aOrder; /* the result */
  int nOrder;
} GraphSort;

/* Where revision i, which is on the path being walked, stands in it. Looked for
** only once, when there is a cycle to be reported. */
static int sortPlace(const GraphSort *pSort, int i) {
  int j = pSort->nStack - 1;

  while (j > 0 && pSort->aStack[j] != i) {
    j--;
  }
  return j;
}

/* Put i and everything below it into the order, depth first, each behind
** what it stands on. A revision on the path has aNext > 0, one not met yet
** has 0. The path is a stack of our own: a chain of revisions may be longer
** than C's. */
static void sortFrom(MigContext *p, const MigGraph *g, GraphSort *pSort, int i,
                     int eEdges) {
  pSort->aStack[pSort->nStack++] = i;
  while (pSort->nStack > 0) {
    int iTop = pSort->aStack[pSort->nStack - 1];
    int iBelow = graphBelow(g, iTop, pSort->aNext[iTop]++, eEdges);
    if (iBelow < 0) {
      pSort->aNext[iTop] = -1;
      pSort->aOrder[pSort->nOrder++] = iTop;
      pSort->nStack--;
    } else if (pSort->aNext[iBelow] > 0) {
      int j = sortPlace(pSort, iBelow);
      graphCycle(p, g, pSort->aStack + j, pSort->nStack - j, eEdges);
      return;
    } else if (pSort->aNext[iBelow] == 0) {
      pSort->aStack[pSort->nStack++] = iBelow;
    }
  }
}

/* Sort all revisions into aOrder, along the given edges; CYCLE or
** DEPENDENCY_CYCLE when that cannot be done. The outer loop is over the load
** order, which is kept where edges allow it. */
static void graphSort(MigContext *p, MigGraph *g, int eEdges) {
  u64 nByte = (u64)g->nNode * sizeof(int);
  GraphSort sort = {0, 0, 0, 0, 0};
  int i;

  sort.aStack = migAlloc(p, nByte);
  sort.aNext = migAlloc(p, nByte);
  sort.aOrder = g->aOrder = migAlloc(p, nByte);
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    if (sort.aNext[i] == 0) {
      sortFrom(p, g, &sort, i, eEdges);
    }
  }
}

/* Move the repeatable revisions behind the others, by id, bytewise. No edge
** touches them, so the order of the others stays right. */
static void repeatableLast(MigContext *p, MigGraph *g) {
  MigList ids = {0, 0};
  int nOrder = 0;
  int i;

  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    int iNode = g->aOrder[i];
    if (g->aNode[iNode].bRepeatable) {
      migListAdd(p, &ids, g->aNode[iNode].zId);
    } else {
      g->aOrder[nOrder++] = iNode;
    }
  }
  if (p->rc == 0) {
    migListSort(&ids);
  }
  for (i = 0; i < ids.n && p->rc == 0; i++) {
    g->aOrder[nOrder++] = migGraphFind(g, ids.az[i]);
  }
}

/* USAGE for a label of a repeatable revision: there is no branch that it could
** name. */
static void labelsCheck(MigContext *p, const MigGraph *g) {
  int i;

  for (i = 0; i < g->nName && p->rc == 0; i++) {
    const MigName *pName = &g->aName[i];
    if (pName->bLabel && g->aNode[pName->iNode].bRepeatable) {
      migFail(p, MIG_USAGE,
              "label %s of %s: a repeatable revision belongs to no branch; take"
              " the label away",
              pName->z, g->aNode[pName->iNode].zId);
    }
  }
}

/*
** Close the graph: resolve the edges, build the lists and the order.
**
** Errors: MISSING_PARENT; CYCLE when parents alone make one, else
** DEPENDENCY_CYCLE; USAGE for a label of a repeatable one. A repeated parent or
** dependency counts once. A graph is closed once; after an error nothing more
** can be done with it.
*/
void migGraphFinish(MigContext *p, MigGraph *g) {
  int i;

  if (p->rc) {
    return;
  }
  graphDownLists(p, g);
  graphUpLists(p, g);
  graphLabelLists(p, g);
  /* The first order is thrown away: that it can be made tells a cycle that
  ** takes a dependency from one of parents alone. */
  graphSort(p, g, BY_PARENT);
  graphSort(p, g, BY_BOTH);
  labelsCheck(p, g);
  repeatableLast(p, g);
  for (i = 0; i < g->nNode && p->rc == 0; i++) {
    g->aNode[g->aOrder[i]].iPosition = i + 1;
  }
}

/* ---- closures ---- */

/* Add to the set everything that stands on a member of it. Upwards in the order
** each revision comes behind all it stands on, so one sweep is enough. */
static void sweepUp(const MigGraph *g, MigSet *pSet, int eEdges) {
  int i, j, iBelow;

  for (i = 0; i < g->nNode; i++) {
    int iNode = g->aOrder[i];
    for (j = 0; (iBelow = graphBelow(g, iNode, j, eEdges)) >= 0; j++) {
      if (migSetHas(pSet, iBelow)) {
        migSetAdd(pSet, iNode);
        break;
      }
    }
  }
}

/* Add to pBelow everything that lies below a member of pFrom. With pFrom ==
** pBelow that is the closure of the set; with an empty pBelow only what lies
** strictly below, which may hold members of pFrom, too. */
static void sweepDown(const MigGraph *g, const MigSet *pFrom, MigSet *pBelow,
                      int eEdges) {
  int i, j, iBelow;

  for (i = g->nNode - 1; i >= 0; i--) {
    int iNode = g->aOrder[i];
    if (migSetHas(pFrom, iNode) || migSetHas(pBelow, iNode)) {
      for (j = 0; (iBelow = graphBelow(g, iNode, j, eEdges)) >= 0; j++) {
        migSetAdd(pBelow, iBelow);
      }
    }
  }
}

/* Add to a set all that its members stand on, by parents and dependencies.
** Nothing is done after a failure; so with the next three. */
void migGraphAncestors(MigContext *p, const MigGraph *g, MigSet *pSet) {
  if (p->rc == 0) {
    sweepDown(g, pSet, pSet, BY_BOTH);
  }
}

/* Add to a set all that stands on its members, by either kind of edge. */
void migGraphDescendants(MigContext *p, const MigGraph *g, MigSet *pSet) {
  if (p->rc == 0) {
    sweepUp(g, pSet, BY_BOTH);
  }
}

/* Add to a set what its members stand on by parents alone. */
void migGraphParentLine(MigContext *p, const MigGraph *g, MigSet *pSet) {
  if (p->rc == 0) {
    sweepDown(g, pSet, pSet, BY_PARENT);
  }
}

/* Add to a set what stands on its members by parents alone. */
void migGraphChildLine(MigContext *p, const MigGraph *g, MigSet *pSet) {
  if (p->rc == 0) {
    sweepUp(g, pSet, BY_PARENT);
  }
}

/* What shares a branch with revision i: its ancestors and descendants by
** parents, and itself. What shares only an ancestor with it, a sibling branch,
** is not in it. Empty for -1. */
MigSet migGraphLineage(MigContext *p, const MigGraph *g, int i) {
  MigSet set = graphSet(p, g);
  MigSet above;

  migSetAdd(&set, i);
  above = migSetCopy(p, &set);
  migGraphParentLine(p, g, &set);
  migGraphChildLine(p, g, &above);
  migSetUnite(&set, &above);
  return set;
}

/* The members of pSet that do not lie below another member, revisions outside
** the set in between included, and repeatable ones not. */
static MigSet graphTop(MigContext *p, const MigGraph *g, const MigSet *pSet,
                       int eEdges) {
  MigSet top = migSetCopy(p, pSet);
  MigSet below = graphSet(p, g);

  if (p->rc == 0) {
    sweepDown(g, pSet, &below, eEdges);
    migSetSubtract(&top, &below);
    below = migGraphRepeatables(p, g);
    migSetSubtract(&top, &below);
  }
  return top;
}

/* The repeatable revisions, which are the last ones of the order. */
MigSet migGraphRepeatables(MigContext *p, const MigGraph *g) {
  MigSet set = graphSet(p, g);
  int i;

  for (i = set.n - 1; i >= 0 && g->aNode[g->aOrder[i]].bRepeatable; i--) {
    migSetAdd(&set, g->aOrder[i]);
  }
  return set;
}

/* Does the set hold every revision but repeatable ones, which it may hold or
** not? */
int migGraphWhole(const MigGraph *g, const MigSet *pSet) {
  int i;

  for (i = 0; i < g->nNode; i++) {
    if (!g->aNode[i].bRepeatable && !migSetHas(pSet, i)) {
      return 0;
    }
  }
  return 1;
}

/* Heads: revisions without a child. One on which another depends is a head all
** the same. */
MigSet migGraphHeads(MigContext *p, const MigGraph *g) {
  MigSet set = graphSet(p, g);
  int i;

  for (i = 0; i < set.n; i++) {
    if (g->aNode[i].nChild == 0 && !g->aNode[i].bRepeatable) {
      migSetAdd(&set, i);
    }
  }
  return set;
}

/* Roots: revisions without a parent. One that depends on another is a root all
** the same. */
MigSet migGraphRoots(MigContext *p, const MigGraph *g) {
  MigSet set = graphSet(p, g);
  int i;

  for (i = 0; i < set.n; i++) {
    if (g->aNode[i].nParent == 0 && !g->aNode[i].bRepeatable) {
      migSetAdd(&set, i);
    }
  }
  return set;
}

/* Current heads: the applied revisions from which no applied one descends by
** parents or dependencies, also through pending ones. pApplied may be any set,
** and need not be closed; of an unordered list of revisions these are those
** that the others do not imply. */
MigSet migGraphCurrent(MigContext *p, const MigGraph *g,
                       const MigSet *pApplied) {
  return graphTop(p, g, pApplied, BY_BOTH);
}

/* The same by parents alone: the tip of every branch in the set, those that
** a dependency of another branch implies included. */
MigSet migGraphBranchHeads(MigContext *p, const MigGraph *g,
                           const MigSet *pSet) {
  return graphTop(p, g, pSet, BY_PARENT);
}

/* The ids of a set for a message, at most nMax of them, in load order, as "a, b
** and 7 more"; "none" for an empty set. In the arena; NULL after a failure. */
char *migGraphNames(MigContext *p, const MigGraph *g, const MigSet *pSet,
                    int nMax) {
  int *a = migAlloc(p, (u64)migSetCount(pSet) * sizeof(int));
  MigText text = {0, 0, 0};
  int n = 0;
  int i;

  if (a) {
    for (i = migSetNext(pSet, -1); i >= 0; i = migSetNext(pSet, i)) {
      a[n++] = i;
    }
    namesAdd(p, &text, g, a, n, nMax);
  }
  return text.z ? text.z : migStrdup(p, "none");
}
