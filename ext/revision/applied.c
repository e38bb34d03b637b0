/*
** applied.c - which revisions this database has been through.
**
** _migrate_applied holds one row per applied revision. Heads are derived: an
** applied revision is a head when no applied revision descends from it
** through parents or dependencies, pending revisions in between included.
** Nothing else writes this table. Each row has a seal (seal.h).
**
** A row keeps the checksum that its revision had when it was applied, so that
** scripts which have been edited since are found. It also names the run that
** applied it, by which the automatic backup of that run is found.
*/
#include <string.h>
#include "hash.h"
#include "sql.h"
#include "seal.h"
#include "applied.h"

static const char zAppliedAll[] =
    "SELECT revision FROM main._migrate_applied ORDER BY revision";
static const char zAppliedAdd[] =
    "INSERT INTO main._migrate_applied(revision, run, applied_at, checksum,"
    " fingerprint, seal) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
static const char zAppliedRemove[] =
    "DELETE FROM main._migrate_applied WHERE revision = ?1";
static const char zAppliedDiffers[] =
    "SELECT checksum IS NOT ?2 FROM main._migrate_applied WHERE revision = ?1";
static const char zAppliedRepair[] =
    "UPDATE main._migrate_applied SET checksum = ?2 WHERE revision = ?1";
static const char zAppliedFingerprint[] =
    "UPDATE main._migrate_applied SET fingerprint = ?2 WHERE revision = ?1";
static const char zAppliedRow[] =
    "SELECT * FROM main._migrate_applied WHERE revision = ?1";
static const char zAppliedSeal[] =
    "UPDATE main._migrate_applied SET seal = ?2 WHERE revision = ?1";

/* The applied set, over the nodes of pGraph, which is the whole graph of the
** file. STORE_DAMAGED when it holds a revision that is not stored. Needs a read
** transaction. */
MigSet migAppliedLoad(MigContext *p, const MigGraph *pGraph) {
  MigSet set = migSetNew(p, pGraph->nNode);
  sqlite3_stmt *pStmt = migCached(p, zAppliedAll);

  while (migStep(p, pStmt)) {
    const char *zId = migColumnPeek(p, pStmt, 0);
    int i = zId ? migGraphFind(pGraph, zId) : -1;
    if (i >= 0) {
      migSetAdd(&set, i);
    } else {
      migFail(p, MIG_STORE_DAMAGED,
              "revision %s is applied, but not stored; restore the file from a"
              " copy",
              zId ? zId : "NULL");
    }
  }
  sqlite3_reset(pStmt);
  return set;
}

/*
** Record that revision zId was applied by run iRun at zAt, ISO-8601 in UTC;
** aFingerprint, of the schema after it, may be NULL. It must not be applied
** yet: the row is inserted, so a second one is an error of SQLite. The caller
** holds the write transaction and has already run the script. After a failure
** p->rc is set and the caller must roll back.
*/
void migAppliedAdd(MigContext *p, const char *zId, i64 iRun, const char *zAt,
                   const u8 *aChecksum, const u8 *aFingerprint) {
  MigSealed row;

  migSealedStart(&row, migCached(p, zAppliedAdd), "_migrate_applied");
  migSealedText(p, &row, zId);
  migSealedInt(p, &row, iRun);
  migSealedText(p, &row, zAt);
  migSealedBlob(p, &row, aChecksum, MIG_HASH_SIZE);
  migSealedBlob(p, &row, aFingerprint, MIG_HASH_SIZE);
  migSealedEnd(p, &row, MIG_SEAL_SIZE);
}

/* Record that revision zId is no longer applied. That it was not is no
** error. */
void migAppliedRemove(MigContext *p, const char *zId) {
  sqlite3_stmt *pStmt = migCached(p, zAppliedRemove);

  migBindText(p, pStmt, 1, zId);
  migRun(p, pStmt);
}

/* The statement that reads the whole row of a revision, bound, not stepped; the
** context keeps it. At most one row. */
static sqlite3_stmt *appliedRow(MigContext *p, const char *zId) {
  sqlite3_stmt *pStmt = migCached(p, zAppliedRow);

  migBindText(p, pStmt, 1, zId);
  return pStmt;
}

/* Set the blob that is ?2 of zUpdate in the row of a revision, and seal the row
** again if it was as we wrote it: an accident before must not be sealed.
** zUpdate takes the id as ?1. Nothing is done for one that is not applied. */
static void appliedSet(MigContext *p, const char *zUpdate, const char *zId,
                       const u8 *a) {
  sqlite3_stmt *pRow = appliedRow(p, zId);
  int bSealed = migStep(p, pRow) && migSealFits(p, pRow, "_migrate_applied");
  sqlite3_stmt *pStmt = migCached(p, zUpdate);

  sqlite3_reset(pRow);
  migBindText(p, pStmt, 1, zId);
  migBindBlob(p, pStmt, 2, a, MIG_HASH_SIZE);
  migRun(p, pStmt);
  if (bSealed) {
    pStmt = migCached(p, zAppliedSeal);
    migBindText(p, pStmt, 1, zId);
    migSealAgain(p, "_migrate_applied", appliedRow(p, zId), pStmt);
  }
}

/* Was revision zId applied with another checksum than this? So it is after the
** restore of a backup that is older than an edit. 0 when it is not applied, and
** after an error. */
int migAppliedDiffers(MigContext *p, const char *zId, const u8 *aChecksum) {
  sqlite3_stmt *pStmt = migCached(p, zAppliedDiffers);
  int bDiffers;

  migBindText(p, pStmt, 1, zId);
  migBindBlob(p, pStmt, 2, aChecksum, MIG_HASH_SIZE);
  bDiffers = migStep(p, pStmt) && sqlite3_column_int(pStmt, 0);
  sqlite3_reset(pStmt);
  return bDiffers;
}

/* Take the given checksum as the one that was applied: from now on the scripts
** that have it are those that were run. */
void migAppliedRepair(MigContext *p, const char *zId, const u8 *aChecksum) {
  appliedSet(p, zAppliedRepair, zId, aChecksum);
}

/* Keep the fingerprint of the schema after revision zId, which is applied. */
void migAppliedFingerprint(MigContext *p, const char *zId,
                           const u8 *aFingerprint) {
  appliedSet(p, zAppliedFingerprint, zId, aFingerprint);
}
