/*
** graph.c - revisions in memory, and the names they are found by.
**
** Ids and labels are kept in one table of names: open addressing with linear
** probing, never more than half full.
**
** A graph to which only migGraphAdd() was called serves as a table of names by
** itself: to find in it, it need not be finished.
*/
#include <string.h>
#include "graph.h"
#include "migrate.h"

#define PREFIX_LONGER 3 /* an abbreviation finds only longer names */

/* An id or a label. Both stand in one name space, so that one look finds
** either. */
typedef struct MigName {
  const char *z;
  u32 iHash;
  int iNode;  /* the revision it is the id or a label of */
  int bLabel; /* a label, not an id */
} MigName;

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
MigSet migGraphSet(MigContext *p, const MigGraph *g) {
  return migSetNew(p, p->rc ? 0 : g->nNode);
}

/* The revisions that z abbreviates: those with an id or label of more than
** three bytes that begins with z, or is z. Case matters. It looks at every
** name. */
MigSet migGraphByPrefix(MigContext *p, const MigGraph *g, const char *z) {
  MigSet set = migGraphSet(p, g);
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
  MigSet set = migGraphSet(p, g);
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

/* Build azLabel of every revision from the table of names: count, cut one array
** of the arena into a piece for each list, then fill the pieces. No-op after a
** failure. For migGraphFinish() alone. */
void migGraphLabelLists(MigContext *p, MigGraph *g) {
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

/* USAGE for a label of a repeatable revision: there is no branch that it could
** name. For migGraphFinish() alone. */
void migGraphLabelsCheck(MigContext *p, const MigGraph *g) {
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
