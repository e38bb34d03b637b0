/*
** drift.c - the schema as the last run left it, and what changed since.
**
** At its end a run keeps the canonical text of the schema (fingerprint.h), and
** so does a call that says what is applied (stamp, adopt, a baseline, a restore
** of everything), in three facts of _migrate_meta, which repeat nothing and are
** sealed by the last:
**   schema        a blob: the text as a zlib stream, or the bytes of the text
**                 as they are when that is not longer
**   schema_size   an integer: bytes of the text; one that is packed is read up
**                 to MIGRATE_MAX_SCRIPT
**   fingerprint   a blob of 32 bytes: BLAKE2b-256 of the text
** A reader takes as many bytes as schema_size says for the text itself, fewer
** for a zlib stream of it, and more for damage; then the hash decides. There
** are none of the three before the first such call.
**
** The text that is kept and that of the live schema have one statement an
** object, so they are compared statement by statement, without looking into
** them: both are sorted by their bytes, and what is only in one list is odd.
**
**   kept                       live                      said
**   CREATE TABLE a(x)          CREATE TABLE a(x, y)      table a: changed
**   CREATE INDEX i ON a(x)                               index i: gone
**                              CREATE TABLE b(z)         table b: new
**
** A fingerprint is also in the history row of each run, and says what schema a
** run left that ended at certain heads.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "codec.h"
#include "catalog.h"
#include "fingerprint.h"
#include "revisions.h"
#include "settings.h"
#include "statement.h"
#include "store.h"
#include "drift.h"

static const char zFactGet[] =
    "SELECT value FROM main._migrate_meta WHERE name = ?1";
static const char zFactSet[] =
    "INSERT INTO main._migrate_meta(name, value) VALUES(?1, ?2)"
    " ON CONFLICT(name) DO UPDATE SET value = excluded.value";
static const char zSizes[] =
    "SELECT (SELECT value FROM main._migrate_meta WHERE name = 'schema'),"
    " (SELECT value FROM main._migrate_meta WHERE name = 'schema_size')";

/* The schema that was left by the last run that ended at the heads ?1, unless a
** revision was edited after it; ?2 is MIG_REV_REPEATABLE. With a repeatable
** revision the schema does not follow from the heads: what that makes is in it
** or not. Rows without a revision are those of whole calls. */
static const char zLeft[] =
    "SELECT fingerprint FROM main._migrate_history AS h"
    " WHERE fingerprint IS NOT NULL AND to_revisions = ?1"
    " AND action IN('upgrade', 'downgrade') AND revision IS NULL"
    " AND outcome IN('done', 'offline')"
    " AND NOT EXISTS(SELECT 1 FROM main._migrate_history AS e"
    " WHERE e.seq > h.seq AND e.action IN('edit', 'import', 'delete'))"
    " AND NOT EXISTS(SELECT 1 FROM main._migrate_revisions"
    " WHERE flags & ?2)"
    " ORDER BY seq DESC LIMIT 1";

/* ---- keeping ---- */

/* Write a fact of n bytes as a blob. Within a write transaction. */
static void factSet(MigContext *p, const char *zName, const void *a, i64 n) {
  sqlite3_stmt *pStmt = migCached(p, zFactSet);

  migBindText(p, pStmt, 1, zName);
  migBindBlob(p, pStmt, 2, a, n);
  migRun(p, pStmt);
}

/* Read a fact that is a blob of MIG_HASH_SIZE bytes: 1 when it is there. What
** is anything else is not. */
static int factHash(MigContext *p, const char *zName, u8 *aHash) {
  sqlite3_stmt *pStmt = migCached(p, zFactGet);
  int bFound = 0;

  migBindText(p, pStmt, 1, zName);
  if (migStep(p, pStmt)) {
    bFound = sqlite3_column_type(pStmt, 0) == SQLITE_BLOB &&
             sqlite3_column_bytes(pStmt, 0) == MIG_HASH_SIZE;
    if (bFound) {
      memcpy(aHash, sqlite3_column_blob(pStmt, 0), MIG_HASH_SIZE);
    }
  }
  sqlite3_reset(pStmt);
  return bFound;
}

/* BLAKE2b-256 of n bytes. */
static void textHash(const char *z, i64 n, u8 aHash[MIG_HASH_SIZE]) {
  MigHash hash;

  migHashInit(&hash);
  migHashAdd(&hash, z, n);
  migHashFinal(&hash, aHash);
}

/* The canonical text of schema main as it is, in the arena. The caller holds a
** transaction. */
static void liveText(MigContext *p, MigText *pText) {
  MigModel model;

  memset(pText, 0, sizeof(*pText));
  migCatalogRead(p, &model);
  if (p->rc == SQLITE_OK) {
    migSchemaCanonical(p, &model, pText);
  }
}

/* The fingerprint of schema main as it is. The caller holds a transaction; no
** store is needed. */
void migDriftLive(MigContext *p, u8 aFingerprint[MIG_HASH_SIZE]) {
  MigText text;

  liveText(p, &text);
  if (p->rc == SQLITE_OK) {
    textHash(migTextZ(&text), text.n, aFingerprint);
  }
}

/* STORE_DAMAGED for the three facts. */
static void textDamaged(MigContext *p) {
  migFail(p, MIG_STORE_DAMAGED,
          "the schema that the last run left is not as it was written in"
          " _migrate_meta; the next run keeps it anew");
}

/* The text that is kept, in the arena and zero-terminated, *pn bytes; NULL
** without one and after an error. STORE_DAMAGED when it is not the one of the
** fingerprint. Its size comes from the file: memory for it is asked for only up
** to a limit. */
static const char *keptText(MigContext *p, i64 *pn) {
  sqlite3_stmt *pStmt = migCached(p, zSizes);
  u8 aKept[MIG_HASH_SIZE];
  u8 aHash[MIG_HASH_SIZE];
  const char *z = 0;
  MigBytes text;
  i64 nByte;

  *pn = 0;
  if (!factHash(p, "fingerprint", aKept) || !migStep(p, pStmt)) {
    sqlite3_reset(pStmt);
    return 0;
  }
  nByte = sqlite3_column_bytes(pStmt, 0);
  *pn = sqlite3_column_int64(pStmt, 1);
  if (sqlite3_column_type(pStmt, 0) != SQLITE_BLOB || *pn < nByte) {
    textDamaged(p);
  } else if (nByte == *pn) {
    z = migStrndup(p, nByte ? sqlite3_column_blob(pStmt, 0) : "", nByte);
  } else {
    text = migInflate(p, sqlite3_column_blob(pStmt, 0), nByte, *pn,
                      MIGRATE_MAX_SCRIPT);
    z = p->rc ? 0 : migStrndup(p, (const char *)text.a, *pn);
    sqlite3_free(text.a);
    if (p->eCode == MIG_STORE_DAMAGED) {
      migErrorClear(p); /* no copy of the file is wanted for it */
      textDamaged(p);
    }
  }
  sqlite3_reset(pStmt);
  if (z) {
    textHash(z, *pn, aHash);
  }
  if (z && memcmp(aKept, aHash, MIG_HASH_SIZE)) {
    textDamaged(p);
  }
  return p->rc ? 0 : z;
}

/* Is the text that is kept this one? Not when it is damaged, which is no error
** here: it is about to be written anew. */
static int isKept(MigContext *p, const MigText *pText) {
  const char *z;
  i64 n;

  z = keptText(p, &n);
  if (p->eCode == MIG_STORE_DAMAGED || p->eCode == MIG_TOO_BIG) {
    migErrorClear(p);
  }
  return z && n == pText->n && memcmp(z, migTextZ(pText), (size_t)n) == 0;
}

/*
** Keep the schema as it is, as what the last run left; its fingerprint. The
** caller holds the write transaction, and there is a store. Nothing is written
** when it is the one that is kept already; one that was damaged is written
** anew. Errors are those of reading the schema, and of SQLite.
*/
void migDriftKeep(MigContext *p, u8 aFingerprint[MIG_HASH_SIZE]) {
  MigText text;
  MigBytes packed;

  liveText(p, &text);
  if (p->rc) {
    return;
  }
  textHash(migTextZ(&text), text.n, aFingerprint);
  if (isKept(p, &text) || p->rc) {
    return;
  }
  packed = migDeflate(p, migTextZ(&text), text.n,
                      (int)migSettingInt(p, 1, "zlib_level"));
  if (p->rc == SQLITE_OK && packed.n < text.n) {
    factSet(p, "schema", packed.a, packed.n);
  } else {
    factSet(p, "schema", migTextZ(&text), text.n);
  }
  sqlite3_free(packed.a);
  migMetaSetInt(p, "schema_size", text.n);
  factSet(p, "fingerprint", aFingerprint, MIG_HASH_SIZE);
}

/* ---- comparing ---- */

/* The statements of a text, one by one, in pOut, sorted by their bytes. */
static void textSplit(MigContext *p, const char *z, i64 n, MigList *pOut) {
  MigStatement st;
  i64 i = 0;

  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    migListAdd(p, pOut, migStrndup(p, z + st.iStart, st.nByte));
  }
  if (p->rc == SQLITE_OK) {
    migListSort(pOut);
  }
}

/* What one statement makes: "table users", in the arena. Of one that cannot be
** read as a CREATE statement its first 40 bytes, which is no error. NULL after
** a failure. */
static const char *statementObject(MigContext *p, const char *z) {
  i64 n = (i64)strlen(z);
  const char *zName;
  MigDdl ddl;

  if (!migDdlRead(p, z, n, &ddl)) {
    if (p->eCode == MIG_FORMAT) {
      migErrorClear(p);
    }
    return migPrintf(p, "%.40s", z);
  }
  zName = migTokenName(p, z, &ddl.name);
  return migPrintf(p, "%s %s", migModelKind(ddl.eKind), zName ? zName : "");
}

/* Note an object of a statement that is in one of the texts only: in that of
** the live schema, with bLive, or in the one that is kept. When it is noted
** already, from the other one, it has another definition. pNames and pHow go
** together. */
static void oddAdd(MigContext *p, MigList *pNames, MigList *pHow,
                   const char *zStatement, int bLive) {
  const char *z = statementObject(p, zStatement);
  int i;

  for (i = 0; i < pNames->n && p->rc == SQLITE_OK; i++) {
    if (strcmp(pNames->az[i], z) == 0) {
      pHow->az[i] = "changed";
      return;
    }
  }
  if (z) {
    migListAdd(p, pNames, z);
    migListAdd(p, pHow, bLive ? "new" : "gone");
  }
}

/* Append to pOut the objects whose statements are in one of the sorted lists
** only, in the order in which they are met. */
static void listsDiffer(MigContext *p, const MigList *pKept,
                        const MigList *pLive, MigList *pOut) {
  MigList names = {0, 0};
  MigList how = {0, 0};
  int i = 0;
  int k = 0;

  while ((i < pKept->n || k < pLive->n) && p->rc == SQLITE_OK) {
    int c = i == pKept->n   ? 1
            : k == pLive->n ? -1
                            : strcmp(pKept->az[i], pLive->az[k]);
    if (c < 0) {
      oddAdd(p, &names, &how, pKept->az[i], 0);
    } else if (c > 0) {
      oddAdd(p, &names, &how, pLive->az[k], 1);
    }
    i += c <= 0;
    k += c >= 0;
  }
  for (i = 0; i < names.n && p->rc == SQLITE_OK; i++) {
    migListAdd(p, pOut, migPrintf(p, "%s: %s", names.az[i], how.az[i]));
  }
}

/*
** Append to pOut what was changed since the last run, as "table users:
** changed" (or new, gone), in the arena: how many. 0 as well when no run has
** kept anything, and after an error: STORE_DAMAGED when what is kept is not as
** it was written, and those of reading the schema. The caller holds a read
** transaction and has opened the store.
*/
int migDriftFind(MigContext *p, MigList *pOut) {
  int nBefore = pOut->n;
  MigList kept = {0, 0};
  MigList live = {0, 0};
  MigText text;
  const char *z;
  i64 n;

  z = keptText(p, &n);
  if (z == 0 || p->rc) {
    return 0;
  }
  liveText(p, &text);
  if (p->rc || (text.n == n && memcmp(migTextZ(&text), z, (size_t)n) == 0)) {
    return 0;
  }
  textSplit(p, z, n, &kept);
  textSplit(p, migTextZ(&text), text.n, &live);
  listsDiffer(p, &kept, &live, pOut);
  return pOut->n - nBefore;
}

/*
** The fingerprint of the schema at the given current heads, when a run that
** ended there has left it and no revision is repeatable: 1, else 0, and then
** aFingerprint is as it was. zHeads is sorted, by commas, as the history has
** it. The caller holds a read transaction and there is a store. The history is
** not verified for it.
*/
int migDriftKnown(MigContext *p, const char *zHeads,
                  u8 aFingerprint[MIG_HASH_SIZE]) {
  sqlite3_stmt *pStmt = migCached(p, zLeft);
  int bKnown = 0;

  migBindText(p, pStmt, 1, zHeads);
  migBindInt(p, pStmt, 2, MIG_REV_REPEATABLE);
  if (migStep(p, pStmt) && sqlite3_column_bytes(pStmt, 0) == MIG_HASH_SIZE) {
    memcpy(aFingerprint, sqlite3_column_blob(pStmt, 0), MIG_HASH_SIZE);
    bKnown = 1;
  }
  sqlite3_reset(pStmt);
  return bKnown;
}
