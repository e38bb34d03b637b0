/*
** leaf.c - a revision added without reading the graph.
**
** Nothing builds on a revision that is new. So it can close no cycle and move
** no current head, and what has to be known of the others is little: that its
** parents and dependencies are there, and that its names are free. The indexes
** of the tables answer that, and _migrate_meta says which revisions are heads.
** Adding one thus costs nearly the same however many there are; only where an
** id has to be made they are counted, which walks an index.
**
** migLeafLoad() makes a state that holds only the revisions the new one names,
** and a spec that names them by their ids; the revision is then made from
** these in the way that all are. Whatever is not as plain as that, a target
** that has to be worked out, a name that is taken, facts that do not fit the
** tables, is left to the general way, which loads the graph; so are all errors
** that concern other revisions.
**
** For migrate_revision('add x', ...) in a file whose one head is b these are
** the looks:
**
**   _migrate_meta        heads 'b', current
**   _migrate_revisions   b is there; the greatest seq; how many there are
**   _migrate_labels      no label has the new id
**
** The id of a leaf is made before it is known to be free, so that one is looked
** for last (author.c). What the general way would have found wrong with the
** rest of the graph is not found here, but by the next call that loads it.
*/
#include <string.h>
#include "migrate.h"
#include "fast.h"
#include "sql.h"
#include "store.h"
#include "name.h"
#include "leaf.h"

/* Names from ?1 on and below ?2: ids with their flags, labels with their
** owners. */
static const char zIds[] =
    "SELECT revision, flags, NULL FROM main._migrate_revisions"
    " WHERE revision >= ?1 AND revision < ?2 ORDER BY revision";
static const char zLabels[] = "SELECT label, 0, revision"
                              " FROM main._migrate_labels"
                              " WHERE label >= ?1 AND label < ?2"
                              " ORDER BY label";

/* ---- names ----
**
** A name with steps, as rel-12, reads as the 12th revision below rel, so no new
** name may be one of rel and rel-12 when the other is there. */

/* Look for zName, or with bSteps also zName-N, N being digits, by zIds or
** zLabels: the statement at its row, to be reset, or NULL. No name holds a
** control character, and '.' comes directly behind '-'. */
static sqlite3_stmt *nameLook(MigContext *p, const char *zSql,
                              const char *zName, int bSteps) {
  int n = (int)strlen(zName);
  char *zEnd = migPrintf(p, "%s%c", zName, bSteps ? '.' : 1);
  sqlite3_stmt *pStmt = migCached(p, zSql);

  migBindText(p, pStmt, 1, zName);
  migBindText(p, pStmt, 2, zEnd);
  while (migStep(p, pStmt)) {
    const char *z = migColumnPeek(p, pStmt, 0);
    if (z && strncmp(z, zName, (size_t)n) == 0 &&
        (z[n] == 0 || (bSteps && migNameSteps(z) == n))) {
      return pStmt;
    }
  }
  sqlite3_reset(pStmt);
  return 0;
}

/* The same, be it an id or a label. */
static sqlite3_stmt *nameFind(MigContext *p, const char *zName, int bSteps) {
  sqlite3_stmt *pStmt = nameLook(p, zIds, zName, bSteps);

  return pStmt ? pStmt : nameLook(p, zLabels, zName, bSteps);
}

/* Is there such an id or label? With bSteps also zName-N. */
static int nameTaken(MigContext *p, const char *zName, int bSteps) {
  sqlite3_stmt *pStmt = nameFind(p, zName, bSteps);

  sqlite3_reset(pStmt);
  return pStmt != 0;
}

/* Can a new revision have this id or label? 0 also when it only would make a
** target ambiguous: see migGraphIdClash(); then the general way says what is
** wrong. Means nothing after failure. */
int migLeafFree(MigContext *p, const char *zName) {
  int n = migNameSteps(zName);

  return !nameTaken(p, zName, 1) &&
         !(n > 0 && nameTaken(p, migStrndup(p, zName, n), 0));
}

/* Are the names that a spec gives free, and no two the same? Labels among each
** other are compared when they are stored. */
static int namesFree(MigContext *p, const MigRevisionSpec *pSpec) {
  const MigList *pLabels = &pSpec->labels;
  int bFree = pSpec->zId == 0 || migLeafFree(p, pSpec->zId);
  int i;

  for (i = 0; i < pLabels->n && bFree; i++) {
    bFree = migLeafFree(p, pLabels->az[i]) &&
            !(pSpec->zId && strcmp(pSpec->zId, pLabels->az[i]) == 0);
  }
  return bFree;
}

/* ---- the revisions it names ---- */

/*
** The revision that z names exactly, by its id or a label, added to pGraph,
** once; -1 when there is none, or a repeatable one, and after failure. An id
** goes before a label, and a label of a revision that is not stored is left to
** the general way. Texts are kept by the graph: they live in the arena.
*/
static int namedAdd(MigContext *p, MigGraph *pGraph, const char *z) {
  sqlite3_stmt *pStmt = nameFind(p, z, 0);
  int flags = pStmt ? sqlite3_column_int(pStmt, 1) : MIG_REV_REPEATABLE;
  const char *zOwner = pStmt ? migColumnText(p, pStmt, 2) : 0;
  const char *zId = zOwner ? zOwner : z;
  int i = migGraphFind(pGraph, zId);

  sqlite3_reset(pStmt);
  if ((flags & MIG_REV_REPEATABLE) || (zOwner && !nameTaken(p, zOwner, 0))) {
    return -1;
  }
  if (i < 0) {
    i = migGraphAdd(p, pGraph, zId);
  }
  if (zOwner) {
    migGraphLabel(p, pGraph, i, z);
  }
  return p->rc ? -1 : i;
}

/* Add the parent that a target means, one of the heads unless it may be any, to
** pGraph and to the exact spec. 0 when that cannot be told here. */
static int parentAdd(MigContext *p, MigGraph *pGraph, const MigList *pHeads,
                     const char *zTarget, MigRevisionSpec *pExact) {
  int i = namedAdd(p, pGraph, zTarget);

  if (i < 0 ||
      (!pExact->bSplice && !migListHas(pHeads, pGraph->aNode[i].zId))) {
    return 0;
  }
  migListAdd(p, &pExact->parents, pGraph->aNode[i].zId);
  return 1;
}

/* Add the parents. Those that are not given are the one head; a merge, and no
** head or several where none is named, are left to the general way. base, for a
** new root, stays as it is, unless a revision is called so. */
static int parentsAdd(MigContext *p, MigGraph *pGraph, const MigList *pHeads,
                      const MigRevisionSpec *pSpec, MigRevisionSpec *pExact) {
  const MigList *pList = pSpec->bParent ? &pSpec->parents : pHeads;
  int bGood = !pSpec->bMerge && pList->n > 0;
  int i;

  memset(&pExact->parents, 0, sizeof(pExact->parents));
  if (!pSpec->bParent && pList->n != 1) {
    return 0;
  }
  if (pList->n == 1 && strcmp(pList->az[0], "base") == 0) {
    pExact->parents = *pList;
    return !nameTaken(p, "base", 0);
  }
  for (i = 0; i < pList->n && bGood; i++) {
    bGood = parentAdd(p, pGraph, pHeads, pList->az[i], pExact);
  }
  return bGood;
}

/* Add the dependencies, which may go by labels. 0 unless each is named
** exactly. */
static int dependsAdd(MigContext *p, MigGraph *pGraph, const MigList *pList) {
  int i;

  for (i = 0; i < pList->n; i++) {
    if (namedAdd(p, pGraph, pList->az[i]) < 0) {
      return 0;
    }
  }
  return 1;
}

/* ---- the facts ---- */

/* A fact that lists ids; bytewise sorted, as it was written. Empty also when it
** is not there. */
static MigList factIds(MigContext *p, const char *zName) {
  char *z = migMetaText(p, zName);
  MigList list = {0, 0};

  while (z && *z && p->rc == SQLITE_OK) {
    size_t n = strcspn(z, ",");
    migListAdd(p, &list, migStrndup(p, z, (i64)n));
    z += n + (z[n] == ',');
  }
  return list;
}

/*
** Read what a new leaf has to know: pChange->state with the revisions that
** pSpec names, none of them applied as far as it says, and pExact, which is
** pSpec with its parents by id. Returns whether it could; 0 when the graph has
** to be loaded, or after a failure, and then *pExact is of no use. Also sets
** what of a change depends on the state: zFrom, bLeaf, and nRevision when the
** id is to be made. The caller holds the write lock; nothing is written.
*/
int migLeafLoad(MigContext *p, MigChange *pChange, const MigRevisionSpec *pSpec,
                MigRevisionSpec *pExact) {
  MigGraph *pGraph = migGraphNew(p);
  MigSet none = migSetNew(p, 0);
  MigList heads;

  if (!MIG_FAST || p->rc || pChange->bCreated) {
    return 0;
  }
  heads = factIds(p, "heads");
  *pExact = *pSpec;
  pExact->bExact = 1;
  pChange->zFrom = migMetaText(p, "current");
  if (!pChange->zFrom || migRevisionNext(p) > MIGRATE_MAX_REVISIONS ||
      !parentsAdd(p, pGraph, &heads, pSpec, pExact) ||
      !dependsAdd(p, pGraph, &pSpec->depends) || !namesFree(p, pSpec)) {
    return 0;
  }
  if (pSpec->zId == 0) {
    pChange->nRevision =
        (int)migQueryInt(p, 0, "SELECT count(*) FROM main._migrate_revisions");
  }
  migGraphFinish(p, pGraph);
  pChange->state = migStateNew(p, pGraph, &none);
  pChange->bLeaf = p->rc == SQLITE_OK;
  return pChange->bLeaf;
}

/* Write the facts of _migrate_meta that the new revision changes: it is a head,
** its parents are no more, and it is pending. A repeatable one is no head. */
void migLeafFacts(MigContext *p, const MigRevision *pRev) {
  MigList parents = {pRev->nParent, pRev->azParent};
  MigList old = factIds(p, "heads");
  MigList heads = {0, 0};
  int i;

  for (i = 0; i < old.n; i++) {
    if (!migListHas(&parents, old.az[i])) {
      migListAdd(p, &heads, old.az[i]);
    }
  }
  if ((pRev->flags & MIG_REV_REPEATABLE) == 0) {
    migListAdd(p, &heads, pRev->zId);
    migMetaSetText(p, "heads", migIdsText(p, &heads));
  }
  migMetaSetInt(p, "pending", migMetaCount(p, "pending") + 1);
}
