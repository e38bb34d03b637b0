/*
** revisions.c - revisions as they are stored.
**
** What the file holds is not trusted: migStateLoad() checks the whole graph.
** The rows of revisions and edges have a seal (seal.h); whoever writes one
** seals it. Where a row has all columns the statement does not name them: it is
** compiled sooner, and store.c has seen that they are those of store.sql.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "seal.h"
#include "store.h"
#include "origin.h"
#include "revisions.h"

/* Greatest number of a row that another one may follow: far more than ever are
** written, and far from where numbers overflow. */
#define SEQ_LAST 0xffffffffffffLL

static const char zRevisionLast[] =
    "SELECT seq FROM main._migrate_revisions ORDER BY seq DESC LIMIT 1";
static const char zRevisionSeq[] =
    "SELECT seq FROM main._migrate_revisions WHERE revision = ?1";
static const char zRevisionAdd[] =
    "INSERT INTO main._migrate_revisions"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
static const char zRevisionEdit[] =
    "UPDATE main._migrate_revisions SET message = ?3, pack = ?4, up_at = ?5,"
    " up_size = ?6, down_at = ?7, down_size = ?8, checksum = ?9,"
    " created_at = ?10, flags = ?11, source = ?12, fingerprint = ?13,"
    " seal = ?14 WHERE seq = ?1";
static const char zRevisionRead[] =
    "SELECT message, pack, up_at, up_size, down_at, down_size, checksum,"
    " created_at, flags, source FROM main._migrate_revisions"
    " WHERE revision = ?1";
static const char zRevisionDelete[] =
    "DELETE FROM main._migrate_revisions WHERE revision = ?1";
static const char zEdgeAdd[] =
    "INSERT INTO main._migrate_edges VALUES(?1, ?2, ?3, ?4, ?5)";
static const char zEdgeDelete[] =
    "DELETE FROM main._migrate_edges WHERE revision = ?1";
static const char zEdgePlace[] =
    "SELECT position FROM main._migrate_edges"
    " WHERE revision = ?1 AND kind = 0 AND target = ?2";
static const char zEdgeMove[] =
    "UPDATE main._migrate_edges SET target = ?4, seal = ?5"
    " WHERE revision = ?1 AND kind = ?2 AND position = ?3";
static const char zLabelAdd[] =
    "INSERT INTO main._migrate_labels(label, revision) VALUES(?1, ?2)";
static const char zLabelOwner[] =
    "SELECT revision FROM main._migrate_labels WHERE label = ?1";
static const char zLabelDelete[] =
    "DELETE FROM main._migrate_labels WHERE revision = ?1";

/* Number of the row for the next revision, from 1; none stored has a greater
** one. STORE_DAMAGED when the numbers are used up, which ours never are. */
i64 migRevisionNext(MigContext *p) {
  sqlite3_stmt *pStmt = migCached(p, zRevisionLast);
  i64 iSeq = migStep(p, pStmt) ? sqlite3_column_int64(pStmt, 0) : 0;

  sqlite3_reset(pStmt);
  if (iSeq > SEQ_LAST) {
    migFail(p, MIG_STORE_DAMAGED,
            "the last revision has an impossible number; restore the file from"
            " a copy");
  }
  return iSeq + 1;
}

/* Number of the row of a stored revision, 0 when there is none. */
static i64 revisionSeq(MigContext *p, const char *zId) {
  sqlite3_stmt *pStmt = migCached(p, zRevisionSeq);
  i64 iSeq;

  migBindText(p, pStmt, 1, zId);
  iSeq = migStep(p, pStmt) ? sqlite3_column_int64(pStmt, 0) : 0;
  sqlite3_reset(pStmt);
  return iSeq;
}

/* Bind a number of which a negative one means none: NULL then. */
static void sizeWrite(MigContext *p, MigSealed *pRow, i64 n) {
  if (n < 0) {
    migSealedNull(pRow);
  } else {
    migSealedInt(p, pRow, n);
  }
}

/* Bind and run zRevisionAdd or zRevisionEdit, which have the same parameters in
** the same order, and seal the row. The fingerprint is always written as NULL:
** that of an older script does not hold. */
static void revisionWrite(MigContext *p, const char *zSql, i64 iSeq,
                          const MigRevision *pRev) {
  const MigPlace *pPlace = &pRev->place;
  int bPack = pPlace->iPack != 0;
  MigSealed row;

  migSealedStart(&row, migCached(p, zSql), "_migrate_revisions");
  migSealedInt(p, &row, iSeq);
  migSealedText(p, &row, pRev->zId);
  migSealedText(p, &row, pRev->zMessage);
  sizeWrite(p, &row, bPack ? pPlace->iPack : -1);
  sizeWrite(p, &row, bPack ? pPlace->iUp : -1);
  sizeWrite(p, &row, pPlace->nUp);
  sizeWrite(p, &row, bPack ? pPlace->iDown : -1);
  sizeWrite(p, &row, pPlace->nDown);
  migSealedBlob(p, &row, pRev->aChecksum, MIG_HASH_SIZE);
  migSealedText(p, &row, pRev->zCreatedAt);
  migSealedInt(p, &row, pRev->flags);
  migSealedText(p, &row, pRev->zSource);
  migSealedNull(&row); /* fingerprint */
  migSealedEnd(p, &row, MIG_SEAL_SIZE);
}

/* TOO_BIG for a message that is longer than a stored one may be. */
static void messageCheck(MigContext *p, const MigRevision *pRev) {
  if (p->rc == SQLITE_OK && strlen(pRev->zMessage) > MIGRATE_MAX_MESSAGE) {
    migFail(p, MIG_TOO_BIG, "the message of revision %s has more than %d bytes",
            pRev->zId, MIGRATE_MAX_MESSAGE);
  }
}

/* USAGE for a repeatable revision that has what it cannot have. */
static void repeatableCheck(MigContext *p, const MigRevision *pRev) {
  const char *zWhat = pRev->zDown     ? "a down script; nothing undoes it"
                      : pRev->nParent ? "a parent; it stands outside the graph"
                      : pRev->nDepend
                          ? "a dependency; it stands outside the graph"
                      : pRev->nLabel ? "a label; it belongs to no branch"
                                     : 0;

  if (zWhat && (pRev->flags & MIG_REV_REPEATABLE)) {
    migFail(p, MIG_USAGE, "the repeatable revision %s has %s: leave that out",
            pRev->zId, zWhat);
  }
}

/* Bind and run zEdgeAdd or zEdgeMove, and seal the row. iKind is 0 for a
** parent, 1 for a dependency; iPosition counts from 0 among its kind. */
static void edgeWrite(MigContext *p, const char *zSql, const char *zId,
                      int iKind, i64 iPosition, const char *zTarget) {
  MigSealed row;

  migSealedStart(&row, migCached(p, zSql), "_migrate_edges");
  migSealedText(p, &row, zId);
  migSealedInt(p, &row, iKind);
  migSealedInt(p, &row, iPosition);
  migSealedText(p, &row, zTarget);
  migSealedEnd(p, &row, MIG_SEAL_SIZE);
}

/* Write the edges of one kind of a revision that has none of it; az are ids, or
** for dependencies also labels, in their order. */
static void edgesWrite(MigContext *p, const char *zId, int iKind, int n,
                       const char **az) {
  int i;

  for (i = 0; i < n; i++) {
    edgeWrite(p, zEdgeAdd, zId, iKind, i, az[i]);
  }
}

/*
** Store a new revision: its row, edges, labels and scripts (in the file after
** migScriptsFlush()). Sets checksum and place. The caller holds the write
** transaction, and loads the graph afterwards to see that the edges make sense:
** here they are written as they are. Errors: TOO_BIG, USAGE, DUPLICATE_LABEL;
** that the id is taken is an error of SQLite, so the caller looks before.
*/
void migRevisionAdd(MigContext *p, MigPacker *pPacker, MigRevision *pRev) {
  int i;

  messageCheck(p, pRev);
  repeatableCheck(p, pRev);
  migRevisionChecksum(pRev);
  pRev->place =
      migScriptsAdd(p, pPacker, pRev->zUp, pRev->nUp, pRev->zDown, pRev->nDown);
  revisionWrite(p, zRevisionAdd, migRevisionNext(p), pRev);
  edgesWrite(p, pRev->zId, 0, pRev->nParent, pRev->azParent);
  edgesWrite(p, pRev->zId, 1, pRev->nDepend, pRev->azDepend);
  for (i = 0; i < pRev->nLabel; i++) {
    migRevisionLabel(p, pRev->zId, pRev->azLabel[i]);
  }
}

/* A size in column i of the current row: -1 for NULL, which means none. */
static i64 columnSize(sqlite3_stmt *pStmt, int i) {
  return sqlite3_column_type(pStmt, i) == SQLITE_NULL
             ? -1
             : sqlite3_column_int64(pStmt, i);
}

/* STORE_DAMAGED when sizes or offsets are such as we never write: sums of
** them must not overflow. Whether they lie in their pack is seen when that
** is read. */
static void placeCheck(MigContext *p, const char *zId, const MigPlace *pPlace) {
  const i64 nMax = 3 * (i64)MIGRATE_MAX_SCRIPT;

  if (pPlace->iUp < 0 || pPlace->iUp > nMax || pPlace->iDown < 0 ||
      pPlace->iDown > nMax || pPlace->nUp < -1 || pPlace->nUp > nMax ||
      pPlace->nDown < -1 || pPlace->nDown > nMax) {
    migFail(p, MIG_STORE_DAMAGED,
            "the scripts of revision %s have an impossible place; restore the"
            " file from a copy",
            zId);
  }
}

/*
** Read the row of a revision, without its scripts and edges: 1, or 0 when there
** is none, and then all of pRev is zero. zId is kept, other texts are in the
** arena. A checksum that is not of its size is read as zeros, and fits no
** script. STORE_DAMAGED for an impossible place; the result means nothing then.
*/
int migRevisionRead(MigContext *p, const char *zId, MigRevision *pRev) {
  sqlite3_stmt *pStmt = migCached(p, zRevisionRead);
  int bFound;

  memset(pRev, 0, sizeof(*pRev));
  migBindText(p, pStmt, 1, zId);
  bFound = migStep(p, pStmt);
  if (bFound) {
    pRev->zId = zId;
    pRev->zMessage = migColumnText(p, pStmt, 0);
    pRev->place.iPack = sqlite3_column_int64(pStmt, 1);
    pRev->place.iUp = sqlite3_column_int64(pStmt, 2);
    pRev->place.nUp = columnSize(pStmt, 3);
    pRev->place.iDown = sqlite3_column_int64(pStmt, 4);
    pRev->place.nDown = columnSize(pStmt, 5);
    if (sqlite3_column_bytes(pStmt, 6) == MIG_HASH_SIZE) {
      memcpy(pRev->aChecksum, sqlite3_column_blob(pStmt, 6), MIG_HASH_SIZE);
    }
    placeCheck(p, zId, &pRev->place);
    pRev->zCreatedAt = migColumnText(p, pStmt, 7);
    pRev->flags = sqlite3_column_int(pStmt, 8);
    pRev->zSource = migColumnText(p, pStmt, 9);
  }
  sqlite3_reset(pStmt);
  return bFound;
}

/* The same of a revision that the graph has; 0 only after an error.
** STORE_DAMAGED when its row is not found: then an index is not what its table
** is. */
int migRevisionGet(MigContext *p, const char *zId, MigRevision *pRev) {
  int bFound = migRevisionRead(p, zId, pRev);

  if (!bFound) {
    migFail(p, MIG_STORE_DAMAGED,
            "revision %s is not found by its id, though it is there; PRAGMA"
            " integrity_check, then REINDEX or restore the file from a copy",
            zId);
  }
  return bFound && p->rc == SQLITE_OK;
}

/*
** May a row that says that revision zId was applied with these scripts become
** one of the applied set? Not one of a repeatable revision that has others by
** now: it is pending then. Nor that of a revision that is not stored.
*/
int migRevisionTakes(MigContext *p, const char *zId, const u8 *aChecksum) {
  MigRevision rev;

  return migRevisionRead(p, zId, &rev) &&
         ((rev.flags & MIG_REV_REPEATABLE) == 0 ||
          memcmp(rev.aChecksum, aChecksum, MIG_HASH_SIZE) == 0);
}

/* Is that revision stored? 0 in a file without our tables, too; so it needs no
** store. STORE_DAMAGED, STORE_NEWER when what is there is none. */
int migRevisionHas(MigContext *p, const char *zId) {
  MigRevision rev;

  return migStoreOpen(p) && migRevisionRead(p, zId, &rev);
}

/*
** Set zUp and zDown to the stored scripts, whose place is in pRev; NULL where
** there is none. They stay valid until the cache reads another pack or is
** closed, and are not zero-terminated: nUp and nDown are their bytes.
** STORE_DAMAGED when they cannot be read. They are not held against the
** checksum: migRevisionCheck().
*/
void migRevisionScripts(MigContext *p, MigPackCache *pCache,
                        MigRevision *pRev) {
  MigPlace *pPlace = &pRev->place;

  pRev->zUp = pRev->zDown = 0;
  if (pPlace->nUp >= 0) {
    pRev->zUp =
        migScriptsRead(p, pCache, pPlace->iPack, pPlace->iUp, pPlace->nUp);
    pRev->nUp = pPlace->nUp;
  }
  if (pPlace->nDown >= 0) {
    pRev->zDown =
        migScriptsRead(p, pCache, pPlace->iPack, pPlace->iDown, pPlace->nDown);
    pRev->nDown = pPlace->nDown;
  }
}

/* STORE_DAMAGED when the scripts that were read do not have the checksum of the
** row. A run looks before it executes anything. */
void migRevisionCheck(MigContext *p, const MigRevision *pRev) {
  MigRevision rev = *pRev;

  if (p->rc) {
    return;
  }
  migRevisionChecksum(&rev);
  if (memcmp(rev.aChecksum, pRev->aChecksum, MIG_HASH_SIZE)) {
    migFail(p, MIG_STORE_DAMAGED,
            "the scripts of revision %s do not have its checksum;"
            " " MIG_SCRIPTS_REMEDY,
            rev.zId);
  }
}

/*
** Replace the stored scripts of pRev->zId by zUp and zDown, and its row by
** pRev, whose checksum and place are set; edges and labels stay, the files it
** came from are forgotten. pRev->place is still the old place. Flushes the
** packer. A cache that has read the old pack is out of date afterwards. Errors:
** TOO_BIG, USAGE.
*/
void migRevisionEdit(MigContext *p, MigPacker *pPacker, MigRevision *pRev) {
  MigPlace old = pRev->place;

  messageCheck(p, pRev);
  repeatableCheck(p, pRev);
  migRevisionChecksum(pRev);
  migScriptsFlush(p, pPacker);
  pRev->place =
      migScriptsAdd(p, pPacker, pRev->zUp, pRev->nUp, pRev->zDown, pRev->nDown);
  migScriptsFlush(p, pPacker);
  revisionWrite(p, zRevisionEdit, revisionSeq(p, pRev->zId), pRev);
  migOriginForget(p, pRev->zId);
  migScriptsRemove(p, &old, pPacker->iLevel);
}

/* Write the row of a stored revision, of which pRev, place and checksum
** included, has another source and all else as it was read. */
void migRevisionSource(MigContext *p, const MigRevision *pRev) {
  revisionWrite(p, zRevisionEdit, revisionSeq(p, pRev->zId), pRev);
}

/* Run a statement that takes an id as ?1 and gives no rows. */
static void runWithId(MigContext *p, const char *zSql, const char *zId) {
  sqlite3_stmt *pStmt = migCached(p, zSql);

  migBindText(p, pStmt, 1, zId);
  migRun(p, pStmt);
}

/* Remove a revision with its edges, labels, scripts and files. The pack is
** written again at zlib level iLevel. Edges of others that lead to it, and its
** row of the applied set, are the caller's. Nothing is done when it is not
** stored. */
void migRevisionDelete(MigContext *p, const char *zId, int iLevel) {
  MigRevision rev;

  if (migRevisionRead(p, zId, &rev)) {
    runWithId(p, zRevisionDelete, zId);
    runWithId(p, zEdgeDelete, zId);
    runWithId(p, zLabelDelete, zId);
    migOriginForget(p, zId);
    migScriptsRemove(p, &rev.place, iLevel);
  }
}

/* Replace edges and labels of a stored revision by those of pRev, of which only
** zId and these are looked at. DUPLICATE_LABEL. */
void migRevisionRewire(MigContext *p, const MigRevision *pRev) {
  int i;

  runWithId(p, zEdgeDelete, pRev->zId);
  runWithId(p, zLabelDelete, pRev->zId);
  edgesWrite(p, pRev->zId, 0, pRev->nParent, pRev->azParent);
  edgesWrite(p, pRev->zId, 1, pRev->nDepend, pRev->azDepend);
  for (i = 0; i < pRev->nLabel; i++) {
    migRevisionLabel(p, pRev->zId, pRev->azLabel[i]);
  }
}

/* Replace parent zOld of zId by zNew, in the same position; zOld NULL: zId was
** a root, and gets zNew as its only one. When zOld is no parent of it nothing
** is done. */
void migRevisionRelink(MigContext *p, const char *zId, const char *zOld,
                       const char *zNew) {
  sqlite3_stmt *pStmt;

  if (zOld == 0) {
    edgesWrite(p, zId, 0, 1, &zNew);
    return;
  }
  pStmt = migCached(p, zEdgePlace);
  migBindText(p, pStmt, 1, zId);
  migBindText(p, pStmt, 2, zOld);
  if (migStep(p, pStmt)) {
    i64 iPosition = sqlite3_column_int64(pStmt, 0);
    sqlite3_reset(pStmt);
    edgeWrite(p, zEdgeMove, zId, 0, iPosition, zNew);
  }
}

/* Store a label of revision zId; zLabel NULL takes all labels of the revision
** away. DUPLICATE_LABEL when any revision, that one included, declares it.
** Whether it is allowed, or the id of a revision, is not looked at here:
** migLabelCheck(), migGraphLabel(). */
void migRevisionLabel(MigContext *p, const char *zId, const char *zLabel) {
  sqlite3_stmt *pStmt;

  if (zLabel == 0) {
    runWithId(p, zLabelDelete, zId);
    return;
  }
  pStmt = migCached(p, zLabelOwner);
  migBindText(p, pStmt, 1, zLabel);
  if (migStep(p, pStmt)) {
    migFail(p, MIG_DUPLICATE_LABEL,
            "label %s is taken by revision %s; choose another", zLabel,
            sqlite3_column_text(pStmt, 0));
  }
  sqlite3_reset(pStmt);
  pStmt = migCached(p, zLabelAdd);
  migBindText(p, pStmt, 1, zLabel);
  migBindText(p, pStmt, 2, zId);
  migRun(p, pStmt);
}
