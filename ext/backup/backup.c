/*
** backup.c - backups: taken, found, dropped.
**
** A backup is a row of _migrate_backups and a manifest. The rows of each table
** go, in key order, into chunks (chunker.c); the numbers of the
** chunks make the table's list (list.c); the lists' pieces are named in the
** manifest (manifest.c). The manifest's bytes are stored as chunks too, of
** MIG_CHUNK_MAX bytes but for the last. Column manifest of the row holds
**
**   varint    number of these chunks
**   varints   their numbers
**   32 bytes  BLAKE2b-256 of the manifest
**
** or, for a backup of kind `file`, a zero byte and BLAKE2b-256 of the file.
** (A manifest has a chunk at least, so the first byte tells the two apart; NULL
** stands for a file whose hash is not known.) A manifest in chunks 300 and 17
** is 02 82 2c 11 and its hash.
**
** So all of a backup hangs on its row, and a hash guards each step:
**
**   _migrate_backups   seal over the row
**     manifest         its hash in the row
**       entry of a table   digest: the hash over the names of its chunks
**         pieces of the list   chunks, each with its hash
**           chunks of rows     the same
**
** To read a backup by hand: put the chunks of column manifest together
** (chunk.c), read the manifest (manifest.c), for a table read the pieces of its
** list one behind the other (list.h), and of the chunks that these name, in
** this order, the rows (chunker.c, rowcode.h).
**
** What a backup says is not changed later. What it has in common with others is
** stored once, and a backup that is dropped leaves its chunks to a sweep, which
** knows what the others need (retain.c).
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "seal.h"
#include "progress.h"
#include "rowcode.h"
#include "chunker.h"
#include "objects.h"
#include "partial.h"
#include "backup.h"

#define PIECE_LIMIT 2000     /* chunks of a manifest: 64 MB */
#define REPORT_BYTES 1000000 /* bytes between two reports of progress */

static const char zBackupAdd[] =
    "INSERT INTO main._migrate_backups(backup, created_at, kind, action, note,"
    " run, revisions, tables, rows, bytes, stored, path, manifest, seal)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
static const char zBackupRow[] =
    "SELECT * FROM main._migrate_backups WHERE backup = ?1";
static const char zBackupManifest[] =
    "SELECT manifest FROM main._migrate_backups WHERE backup = ?1";
static const char zBackupDrop[] =
    "DELETE FROM main._migrate_backups WHERE backup = ?1";
static const char zApplied[] =
    "SELECT revision, run, applied_at, checksum, fingerprint"
    " FROM main._migrate_applied ORDER BY revision";
/* Tables that have rows of their own: a virtual one has no root page. */
static const char zTables[] = "SELECT name FROM main.sqlite_schema"
                              " WHERE type = 'table' AND rootpage > 0"
                              " ORDER BY rowid";

/* ---- manifests in the store ---- */

/* BACKUP_DAMAGED. */
static void manifestDamaged(MigContext *p, i64 iBackup) {
  migFail(p, MIG_BACKUP_DAMAGED,
          "the manifest of backup %lld is not as it was written; use another"
          " backup",
          iBackup);
}

/* Does column manifest, result column i, say that only a file holds the backup?
** NULL does, or a zero byte and a hash. */
static int manifestIsFile(sqlite3_stmt *pStmt, int i) {
  const u8 *a = sqlite3_column_blob(pStmt, i);

  return sqlite3_column_type(pStmt, i) == SQLITE_NULL ||
         (a && a[0] == 0 &&
          sqlite3_column_bytes(pStmt, i) == 1 + MIG_HASH_SIZE);
}

/* Take the n bytes of column manifest apart: the number of chunks it names, 0
** when it does not make sense. *pai are the chunks, in the arena, which may be
** any numbers; aHash is the hash of the manifest. Both mean nothing when
** the result is 0. TOO_BIG for more chunks than a manifest can have. */
static int piecesRead(MigContext *p, const u8 *a, i64 n, i64 **pai, u8 *aHash) {
  u64 u = 0;
  i64 i = a ? migVarintGet(a, n, &u) : 0;
  int nPiece = 0;
  i64 *ai;

  if (i == 0 || u == 0 || u > (u64)n) {
    return 0;
  }
  if (u > PIECE_LIMIT) {
    migFail(p, MIG_TOO_BIG, "a manifest claims %lld chunks, the limit is %d",
            (i64)u, PIECE_LIMIT);
    return 0;
  }
  ai = migAlloc(p, u * sizeof(i64));
  while (p->rc == SQLITE_OK && (u64)nPiece < u) {
    u64 uPiece;
    int nUsed = migVarintGet(a + i, n - i, &uPiece);
    if (nUsed == 0) {
      return 0;
    }
    i += nUsed;
    ai[nPiece++] = (i64)uPiece;
  }
  if (n - i != MIG_HASH_SIZE) {
    return 0;
  }
  *pai = ai;
  memcpy(aHash, a + i, MIG_HASH_SIZE);
  return p->rc ? 0 : nPiece;
}

/*
** The chunks that the manifest of a backup is stored in, in the arena, and the
** hash of all of it. Returns their number; 0 when a file holds the backup,
** which is no error, or after one: BACKUP_DAMAGED, BACKUP_UNKNOWN, TOO_BIG.
** *pai and aHash mean nothing then. The seal of the row is not looked at.
*/
int migBackupPieces(MigContext *p, i64 iBackup, i64 **pai,
                    u8 aHash[MIG_HASH_SIZE]) {
  sqlite3_stmt *pStmt = migPrepare(p, zBackupManifest);
  int nPiece = 0;

  migBindInt(p, pStmt, 1, iBackup);
  if (!migStep(p, pStmt)) {
    migFail(p, MIG_BACKUP_UNKNOWN, "no backup %lld", iBackup);
  } else if (!manifestIsFile(pStmt, 0)) {
    nPiece = piecesRead(p, sqlite3_column_blob(pStmt, 0),
                        sqlite3_column_bytes(pStmt, 0), pai, aHash);
    if (nPiece == 0) {
      manifestDamaged(p, iBackup);
    }
  }
  migFinalize(p, pStmt);
  return p->rc ? 0 : nPiece;
}

/* Put the bytes of a manifest together, for the caller to free, also after an
** error. {NULL, 0} when there are no chunks. */
static MigBytes manifestLoad(MigContext *p, MigChunks *pChunks, int nPiece,
                             const i64 *aiPiece) {
  MigBytes out = {0, 0};
  u8 aHash[MIG_HASH_SIZE];
  int i;

  if (p->rc || nPiece == 0) {
    return out;
  }
  out.a = sqlite3_malloc64((u64)nPiece * MIG_CHUNK_MAX);
  if (out.a == 0) {
    migNomem(p);
    return out;
  }
  for (i = 0; i < nPiece; i++) {
    i64 n;
    const u8 *a = migChunkGet(p, pChunks, aiPiece[i], &n, aHash);
    if (p->rc) {
      break;
    }
    memcpy(out.a + out.n, a, (size_t)n);
    out.n += n;
  }
  return out;
}

/*
** Read the manifest of a backup into the arena. BACKUP_DAMAGED when it is not
** as it was written or only a file holds it, BACKUP_UNKNOWN when there is none,
** TOO_BIG. After failure pManifest is empty or means nothing. The chunks of its
** tables are not read. A read transaction is enough.
*/
void migBackupRead(MigContext *p, MigChunks *pChunks, i64 iBackup,
                   MigManifest *pManifest) {
  u8 aHash[MIG_HASH_SIZE];
  u8 aIs[MIG_HASH_SIZE];
  i64 *aiPiece = 0;
  int nPiece = migBackupPieces(p, iBackup, &aiPiece, aHash);
  MigBytes bytes = manifestLoad(p, pChunks, nPiece, aiPiece);

  memset(pManifest, 0, sizeof(*pManifest));
  if (p->rc == SQLITE_OK) {
    migHashBytes(bytes.a, bytes.n, aIs);
    if (nPiece == 0 || memcmp(aIs, aHash, MIG_HASH_SIZE)) {
      manifestDamaged(p, iBackup);
    }
  }
  if (p->rc == SQLITE_OK) {
    migManifestDecode(p, bytes.a, bytes.n, pManifest);
  }
  sqlite3_free(bytes.a);
}

/* ---- tables ---- */

/* Tell how far the backup is: every REPORT_BYTES, and with bEnd that it is
** done. The size that was expected is an estimate: done is below it until the
** end. SQLITE when the function that is told has ended the transaction. */
static void backupProgress(MigContext *p, MigBackup *pBackup, int bEnd) {
  i64 nTotal = pBackup->nExpected;

  if (nTotal <= pBackup->nDone) {
    nTotal = pBackup->nDone + !bEnd;
  }
  if (bEnd || pBackup->nDone - pBackup->nReported >= REPORT_BYTES) {
    pBackup->nReported = pBackup->nDone;
    migProgress(p, pBackup->zProgress, "backup", bEnd ? nTotal : pBackup->nDone,
                nTotal);
    if (p->rc == SQLITE_OK && migTransactionLost(pBackup->pTx)) {
      migFailRc(p, SQLITE_ABORT, MIG_SQLITE,
                "the function of option progress ended the transaction");
    }
  }
}

/* Let p work on the database that is backed up; the result goes back by
** p->db = result. In between no statement of the context may be used: these are
** of the database that holds the store. */
static sqlite3 *fromEnter(MigContext *p, const MigBackup *pBackup) {
  sqlite3 *db = p->db;

  if (pBackup->dbFrom) {
    p->db = pBackup->dbFrom;
  }
  return db;
}

/* The entry of a table in the newest of the backups before that has it; NULL
** when neither the last nor the last full one does. */
static const MigTableEntry *entryBefore(const MigBackup *pBackup,
                                        const char *zTable) {
  const MigTableEntry *pEntry = migManifestTable(&pBackup->last, zTable);

  return pEntry ? pEntry : migManifestTable(&pBackup->full, zTable);
}

/* A chunk of nByte bytes is stored: xDone of the job. */
static void chunkDone(MigContext *p, void *pArg, i64 nByte) {
  MigBackup *pBackup = pArg;

  pBackup->nDone += nByte;
  backupProgress(p, pBackup, 0);
}

/*
** Put the rows of a table of schema main into the backup, as they are now.
** No-op when they are in it already, or when the table was not there when the
** backup was begun; SQLite's own tables count as there. zTable, which becomes
** the name in the manifest, must live as long as that; it is no virtual table.
** Errors: those of migScanTable() and migChunkPut(), SQLITE when there is no
** such table now or the function of option progress has ended the transaction.
*/
void migBackupTable(MigContext *p, MigBackup *pBackup, const char *zTable) {
  MigChunkJob job = {&pBackup->chunks, pBackup->dbFrom, 0, chunkDone, pBackup};
  MigTableEntry entry;
  MigLayout layout;
  sqlite3 *db;

  if (p->rc || migManifestTable(&pBackup->manifest, zTable) ||
      (sqlite3_strnicmp(zTable, "sqlite_", 7) != 0 &&
       !migManifestObject(&pBackup->manifest, "table", zTable))) {
    return;
  }
  db = fromEnter(p, pBackup);
  migLayoutRead(p, zTable, &layout);
  p->db = db;
  if (p->rc == SQLITE_OK) {
    job.pBefore = entryBefore(pBackup, zTable);
    migChunkTable(p, &job, &layout, &entry);
  }
  if (p->rc == SQLITE_OK) {
    migManifestAddTable(p, &pBackup->manifest, &entry);
  }
}

/* Names of the tables of schema main of p->db that have rows of their own,
** shadow tables of virtual ones and SQLite's own tables included, but for ours.
** In the order of sqlite_schema, in the arena. */
MigList migBackupTableNames(MigContext *p) {
  sqlite3_stmt *pStmt = migPrepare(p, zTables);
  MigList list = {0, 0};

  while (migStep(p, pStmt)) {
    char *zName = migColumnText(p, pStmt, 0);
    if (zName && !migStoreOwnsTable(zName)) {
      migListAdd(p, &list, zName);
    }
  }
  migFinalize(p, pStmt);
  return list;
}

/* Put all tables into the backup that are not in it: it is a full one then, and
** is marked so even after an error, when it means nothing. */
void migBackupAllTables(MigContext *p, MigBackup *pBackup) {
  sqlite3 *db = fromEnter(p, pBackup);
  MigList list = migBackupTableNames(p);
  int i;

  p->db = db;
  for (i = 0; i < list.n && p->rc == SQLITE_OK; i++) {
    migBackupTable(p, pBackup, list.az[i]);
  }
  pBackup->manifest.bPartial = 0;
}

/* Put those tables into the backup that the run of an older one, which holds
** some tables, has made: a restore of that drops them. pOld is its manifest.
** bPartial stays. */
void migBackupMadeTables(MigContext *p, MigBackup *pBackup,
                         const MigManifest *pOld) {
  sqlite3 *db = fromEnter(p, pBackup);
  MigList list = migBackupTableNames(p);
  int i;

  p->db = db;
  for (i = 0; i < list.n && p->rc == SQLITE_OK; i++) {
    if (migManifestMade(pOld, "table", list.az[i])) {
      migBackupTable(p, pBackup, list.az[i]);
    }
  }
}

/* ---- begin ---- */

/* A hash column; 0 when it is NULL or has another length, and a stays as it
** is. */
static int hashRead(sqlite3_stmt *pStmt, int i, u8 *a) {
  if (sqlite3_column_bytes(pStmt, i) != MIG_HASH_SIZE) {
    return 0;
  }
  memcpy(a, sqlite3_column_blob(pStmt, i), MIG_HASH_SIZE);
  return 1;
}

/* Read the applied set of p->db, by revision, into the arena. */
static void appliedRead(MigContext *p, MigManifest *pManifest) {
  i64 nMax = migQueryInt(p, 0, "SELECT count(*) FROM main._migrate_applied");
  sqlite3_stmt *pStmt = migPrepare(p, zApplied);

  pManifest->aApplied = migAlloc(p, (u64)nMax * sizeof(MigAppliedRow));
  while (pManifest->nApplied < nMax && migStep(p, pStmt)) {
    MigAppliedRow *pRow = &pManifest->aApplied[pManifest->nApplied++];
    pRow->zRevision = migColumnText(p, pStmt, 0);
    pRow->iRun = sqlite3_column_int64(pStmt, 1);
    pRow->zAppliedAt = migColumnText(p, pStmt, 2);
    hashRead(pStmt, 3, pRow->aChecksum);
    pRow->bFingerprint = hashRead(pStmt, 4, pRow->aFingerprint);
  }
  migFinalize(p, pStmt);
}

/* The encoding of texts in schema main of p->db, as in MigManifest. */
static int encodingRead(MigContext *p) {
  const char *z = migQueryText(p, "PRAGMA main.encoding");

  return z && strcmp(z, "UTF-16le") == 0   ? SQLITE_UTF16LE
         : z && strcmp(z, "UTF-16be") == 0 ? SQLITE_UTF16BE
                                           : SQLITE_UTF8;
}

/* Read the manifest of an earlier backup, for its chunks to serve as
** dictionaries. One that is damaged is left aside: pManifest is then as if it
** had no tables, as it is for number 0. */
static void earlierRead(MigContext *p, MigBackup *pBackup, i64 iBackup,
                        MigManifest *pManifest) {
  if (p->rc) {
    return; /* an error of before is not forgiven */
  }
  if (iBackup > 0) {
    migBackupRead(p, &pBackup->chunks, iBackup, pManifest);
  }
  if (p->rc && (p->eCode == MIG_BACKUP_DAMAGED || p->eCode == MIG_TOO_BIG)) {
    migErrorClear(p);
    memset(pManifest, 0, sizeof(*pManifest));
  }
}

/* Find the backups that this one follows: the last one, and, as that may hold
** some tables only, the last that was taken as a full one. */
static void earlierFind(MigContext *p, MigBackup *pBackup) {
  i64 iLast = migQueryInt(p, 0,
                          "SELECT max(backup) FROM main._migrate_backups"
                          " WHERE kind <> 'file'");
  i64 iFull = migQueryInt(p, 0,
                          "SELECT max(backup) FROM main._migrate_backups"
                          " WHERE kind IN('manual', 'full')");

  earlierRead(p, pBackup, iLast, &pBackup->last);
  if (pBackup->last.nTable) {
    u8 aHash[MIG_HASH_SIZE];
    pBackup->nLastPiece =
        migBackupPieces(p, iLast, &pBackup->aiLastPiece, aHash);
  }
  if (iFull != iLast) {
    earlierRead(p, pBackup, iFull, &pBackup->full);
  }
}

/*
** Read what a manifest says besides the tables, of p->db: schema, applied set,
** facts. pManifest is zeroed before; everything is in the arena. It is marked
** as one that does not hold all tables. Needs our tables in the file.
*/
void migBackupSchema(MigContext *p, MigManifest *pManifest) {
  pManifest->bPartial = 1;
  pManifest->eEncoding = encodingRead(p);
  pManifest->iUserVersion = migQueryInt(p, 0, "PRAGMA main.user_version");
  pManifest->iApplicationId = migQueryInt(p, 0, "PRAGMA main.application_id");
  migObjectsRead(p, pManifest);
  appliedRead(p, pManifest);
  migPartialList(p, &pManifest->partial, &pManifest->states);
}

/* The number for the next backup: numbers of dropped ones are not used again.
** STORE_DAMAGED when the last one has a number that cannot be. */
static i64 numberNext(MigContext *p) {
  i64 iLast = migMetaInt(p, "last_backup");

  if (iLast != migMetaCount(p, "last_backup")) {
    migFail(p, MIG_STORE_DAMAGED,
            "the last backup has an impossible number, %lld; restore the file"
            " from a copy",
            iLast);
    return 0;
  }
  return iLast + 1;
}

/*
** Begin a backup: what it says about schema and applied set is read now, and
** tables are added by migBackupTable(). The caller has filled pBackup->row but
** for the number and the counts, and holds the write transaction; with bOverlay
** it only reads, and pBackup->row need not be filled. Nothing is written to
** _migrate_backups before migBackupEnd(). iLevel is the zlib level, 1 to 9.
** migBackupClose() must be called on every path, also when p had an error
** before. Errors: STORE_DAMAGED; that earlier backups are damaged is none.
**
** With dbFrom, the chunks go to the store of p->db, and schema, applied set and
** rows are read from dbFrom, which has our tables too and is held in a
** transaction by the caller.
*/
void migBackupBegin(MigContext *p, MigBackup *pBackup, int iLevel) {
  sqlite3 *db;

  migChunksOpen(p, &pBackup->chunks, iLevel);
  if (pBackup->bOverlay) {
    migChunksOverlay(p, &pBackup->chunks);
  }
  pBackup->row.iBackup = numberNext(p);
  earlierFind(p, pBackup);
  db = fromEnter(p, pBackup);
  migBackupSchema(p, &pBackup->manifest);
  pBackup->nExpected = (migQueryInt(p, 0, "PRAGMA main.page_count") -
                        migQueryInt(p, 0, "PRAGMA main.freelist_count")) *
                       migQueryInt(p, 0, "PRAGMA main.page_size");
  p->db = db;
  if (pBackup->dbFrom == 0) {
    pBackup->nExpected -= migMetaCount(p, "chunk_bytes");
  }
}

/* ---- end ---- */

/* Store the bytes of a manifest; the result, in the arena, goes into the row.
** The chunks of the manifest before are the dictionaries. */
static MigBytes manifestStore(MigContext *p, MigBackup *pBackup) {
  MigBytes bytes = migManifestEncode(p, &pBackup->manifest);
  i64 nPiece = (bytes.n + MIG_CHUNK_MAX - 1) / MIG_CHUNK_MAX;
  MigBytes out = {0, 0};
  u8 aHash[MIG_HASH_SIZE];
  i64 i;

  if (p->rc == SQLITE_OK && nPiece > PIECE_LIMIT) {
    /* unreached: takes 64 MB of schema */
    migFail(p, MIG_TOO_BIG,
            "what a backup says of this schema has %lld bytes, the limit is"
            " %lld",
            bytes.n, (i64)PIECE_LIMIT * MIG_CHUNK_MAX);
  }
  if (p->rc == SQLITE_OK) {
    out.a = migAlloc(p, (u64)(nPiece + 1) * MIG_VARINT_MAX + MIG_HASH_SIZE);
  }
  if (p->rc == SQLITE_OK) {
    out.n = migVarintPut(out.a, (u64)nPiece);
  }
  for (i = 0; i < nPiece && p->rc == SQLITE_OK; i++) {
    const u8 *a = bytes.a + i * MIG_CHUNK_MAX;
    i64 n = bytes.n - i * MIG_CHUNK_MAX;
    i64 iChunk = migChunkPut(
        p, &pBackup->chunks, a, n < MIG_CHUNK_MAX ? n : MIG_CHUNK_MAX,
        i < pBackup->nLastPiece ? pBackup->aiLastPiece[i] : 0, aHash);
    out.n += migVarintPut(out.a + out.n, (u64)iChunk);
  }
  if (p->rc == SQLITE_OK) {
    migHashBytes(bytes.a, bytes.n, out.a + out.n);
    out.n += MIG_HASH_SIZE;
  }
  sqlite3_free(bytes.a);
  return out;
}

/* Write the row and its seal. pManifest is what column manifest gets; NULL when
** a is. */
static void rowWrite(MigContext *p, const MigBackupRow *pRow,
                     const MigBytes *pManifest) {
  MigSealed row;

  migSealedStart(&row, migCached(p, zBackupAdd), "_migrate_backups");
  migSealedInt(p, &row, pRow->iBackup);
  migSealedText(p, &row, pRow->zCreatedAt);
  migSealedText(p, &row, pRow->zKind);
  migSealedText(p, &row, pRow->zAction);
  migSealedText(p, &row, pRow->zNote);
  migSealedInt(p, &row, pRow->iRun);
  migSealedText(p, &row, pRow->zRevisions);
  migSealedInt(p, &row, pRow->nTable);
  migSealedInt(p, &row, pRow->nRow);
  migSealedInt(p, &row, pRow->nByte);
  migSealedInt(p, &row, pRow->nStored);
  migSealedText(p, &row, pRow->zPath);
  migSealedBlob(p, &row, pManifest->a, pManifest->n);
  migSealedEnd(p, &row, MIG_SEAL_SIZE);
}

/* Count what is in the backup; shadow tables and those of SQLite count too. */
static void countTables(MigBackup *pBackup) {
  MigBackupRow *pRow = &pBackup->row;
  int i;

  for (i = 0; i < pBackup->manifest.nTable; i++) {
    const MigTableEntry *pEntry = &pBackup->manifest.aTable[i];
    pRow->nTable++;
    pRow->nRow += pEntry->nRow;
    pRow->nByte += pEntry->nByte;
  }
}

/* A partial backup also says what its run has made, or moved to another table:
** nothing else is dropped when it is restored. It is found by comparing the
** schema of now with that of the beginning, by type and name. */
static void madeRead(MigContext *p, MigManifest *pManifest) {
  MigManifest now;
  int i;

  memset(&now, 0, sizeof(now));
  migObjectsRead(p, &now);
  for (i = 0; p->rc == SQLITE_OK && i < now.nObject; i++) {
    const MigObject *pObject = &now.aObject[i];
    const MigObject *pWas =
        migManifestObject(pManifest, pObject->zType, pObject->zName);
    if (!pWas || migStrICmp(pWas->zTable, pObject->zTable)) {
      migManifestAddMade(p, pManifest, pObject->zType, pObject->zName);
    }
  }
}

/*
** Finish the backup: count, store the manifest, write the row and the facts in
** _migrate_meta. One of kind file has no manifest: its counts, path and hash
** are the caller's. The caller holds the write transaction that it was begun
** in, and there is no overlay. pBackup->manifest and chunks can be read until
** migBackupClose(). Errors: those of migChunkPut(), SQLITE when the function of
** option progress has ended the transaction.
*/
void migBackupEnd(MigContext *p, MigBackup *pBackup) {
  MigBackupRow *pRow = &pBackup->row;
  MigBytes manifest = {0, 0};
  u8 aFile[1 + MIG_HASH_SIZE];

  if (p->rc == SQLITE_OK && strcmp(pRow->zKind, "file")) {
    countTables(pBackup);
    if (pBackup->manifest.bPartial) {
      madeRead(p, &pBackup->manifest);
    }
    manifest = manifestStore(p, pBackup);
  } else if (pRow->bFileHash) {
    aFile[0] = 0;
    memcpy(aFile + 1, pRow->aFileHash, MIG_HASH_SIZE);
    manifest.a = aFile;
    manifest.n = sizeof(aFile);
  }
  if (p->rc) {
    return;
  }
  pRow->nStored = pBackup->chunks.nStored;
  rowWrite(p, pRow, &manifest);
  migMetaSetInt(p, "last_backup", pRow->iBackup);
  migMetaSetInt(p, "chunk_bytes",
                pBackup->chunks.bMended
                    ? migChunkBytes(p)
                    : migMetaCount(p, "chunk_bytes") + pRow->nStored);
  backupProgress(p, pBackup, 1);
}

/* Give the memory of the chunk store back; the rest is the arena's. Also right
** for a backup that is zeroed, or closed. */
void migBackupClose(MigBackup *pBackup) {
  migChunksClose(&pBackup->chunks);
}

/* ---- finding ---- */

/* A row of _migrate_backups, texts in the arena; 0 when there is none of that
** number, or after an error. */
static int rowRead(MigContext *p, i64 iBackup, MigBackupRow *pRow) {
  sqlite3_stmt *pStmt = migCached(p, zBackupRow);
  int bFound = 0;

  memset(pRow, 0, sizeof(*pRow));
  migBindInt(p, pStmt, 1, iBackup);
  if (migStep(p, pStmt)) {
    pRow->iBackup = sqlite3_column_int64(pStmt, 0);
    pRow->zCreatedAt = migColumnText(p, pStmt, 1);
    pRow->zKind = migColumnText(p, pStmt, 2);
    pRow->zAction = migColumnText(p, pStmt, 3);
    pRow->zNote = migColumnText(p, pStmt, 4);
    pRow->iRun = sqlite3_column_int64(pStmt, 5);
    pRow->zRevisions = migColumnText(p, pStmt, 6);
    pRow->nTable = sqlite3_column_int64(pStmt, 7);
    pRow->nRow = sqlite3_column_int64(pStmt, 8);
    pRow->nByte = sqlite3_column_int64(pStmt, 9);
    pRow->nStored = sqlite3_column_int64(pStmt, 10);
    pRow->zPath = migColumnText(p, pStmt, 11);
    if (manifestIsFile(pStmt, 12) &&
        sqlite3_column_type(pStmt, 12) != SQLITE_NULL) {
      pRow->bFileHash = 1;
      memcpy(pRow->aFileHash, (const u8 *)sqlite3_column_blob(pStmt, 12) + 1,
             MIG_HASH_SIZE);
    }
    pRow->bSealed = migSealFits(p, pStmt, "_migrate_backups");
    bFound = p->rc == SQLITE_OK;
  }
  sqlite3_reset(pStmt);
  return bFound;
}

/*
** Find the backup that zBackup names: its number, or 'latest', of any kind.
** Returns 1, and its row; 0 after an error, BACKUP_UNKNOWN when there is none.
** That the row is not as it was written is no error: bSealed tells it. zBackup
** may be NULL after an error only.
*/
int migBackupFind(MigContext *p, const char *zBackup, MigBackupRow *pRow) {
  i64 iBackup;

  if (p->rc) {
    return 0; /* there may be no name */
  }
  iBackup =
      strcmp(zBackup, "latest") == 0
          ? migQueryInt(p, 0, "SELECT max(backup) FROM main._migrate_backups")
          : migDigitsValue(zBackup);
  if (p->rc == SQLITE_OK && !rowRead(p, iBackup, pRow)) {
    migFail(p, MIG_BACKUP_UNKNOWN,
            "no backup %s; SELECT backup, created_at, note FROM"
            " migration_backups lists them",
            zBackup);
  }
  return p->rc == SQLITE_OK;
}

/* Forget a backup, if there is one of that number; its chunks go with the next
** sweep (retain.c), its file, if it has one, is the caller's to delete. The
** caller holds the write transaction. */
void migBackupDrop(MigContext *p, i64 iBackup) {
  sqlite3_stmt *pStmt = migCached(p, zBackupDrop);

  migBindInt(p, pStmt, 1, iBackup);
  migRun(p, pStmt);
}
