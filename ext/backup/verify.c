/*
** verify.c - are the backups in the file as they were written?
**
** Every chunk is read, inflated and hashed, whether a backup needs it or not.
** Then, for every backup: the seal of its row, its manifest, and for each of
** its tables that all chunks of the list are there, in the order that the
** digest in the manifest says. A damaged list is named by its backup.
**
** For the digest the hashes that stand in the rows of chunks are taken: that
** these are the hashes of the bytes is what the first pass makes sure of. Only
** the two together say that all rows are as they were. Rows are not decoded.
**
** What a backup in a file of its own holds is not looked at, only whether the
** file is there.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "store.h"
#include "seal.h"
#include "backup.h"
#include "list.h"
#include "verify.h"

#define BAD_MAX 100    /* findings that are kept in a list; more are dropped */
#define PATH_COLUMN 11 /* of _migrate_backups */

static const char zChunks[] = "SELECT chunk, crc, data, base, codec FROM "
                              "main._migrate_chunks ORDER BY chunk";
static const char zHash[] =
    "SELECT hash FROM main._migrate_chunks WHERE chunk = ?1";
static const char zRows[] =
    "SELECT * FROM main._migrate_backups ORDER BY backup";

/* Add a finding, which is in the arena. */
static void badAdd(MigContext *p, MigList *pBad, char *z) {
  if (pBad->n < BAD_MAX && z) {
    migListAdd(p, pBad, z);
  }
}

/* When a check has failed, keep its message, without the code, behind zWhat and
** go on; what concerns the check itself (memory, interrupt, I/O) stays an
** error. A page that SQLite finds damaged is a finding too. */
static void badTake(MigContext *p, MigList *pBad, const char *zWhat) {
  char *z;

  if (p->rc == SQLITE_OK ||
      (p->eCode != MIG_BACKUP_DAMAGED && p->eCode != MIG_TOO_BIG &&
       (p->rc & 0xff) != SQLITE_CORRUPT)) {
    return;
  }
  z = p->zError ? strchr(p->zError, ':') : 0; /* migrate: CODE: sentence */
  z = z ? strchr(z + 1, ':') : 0;
  z = sqlite3_mprintf("%s%s", zWhat, z ? z + 2 : "is damaged");
  migErrorClear(p);
  if (z == 0) {
    migNomem(p);
  }
  badAdd(p, pBad, migStrdup(p, z));
  sqlite3_free(z);
}

/*
** Find chunks that are not as they were written: data without the CRC-32 that
** stands beside it, bytes that do not inflate or do not have their hash, a base
** that is not there. The sum of all must be what _migrate_meta says. Needs a
** store of version 2 or newer. Only reads; of one moment only within a read
** transaction.
*/
void migVerifyChunks(MigContext *p, MigList *pBad) {
  sqlite3_stmt *pStmt = migPrepare(p, zChunks);
  u8 aHash[MIG_HASH_SIZE];
  MigChunks chunks;
  i64 nByte = 0;
  i64 n;

  migChunksOpen(p, &chunks, 1);
  while (migStep(p, pStmt)) {
    i64 iChunk = sqlite3_column_int64(pStmt, 0);
    const void *a = sqlite3_column_blob(pStmt, 2);
    n = sqlite3_column_bytes(pStmt, 2);
    nByte += n;
    migChunkGet(p, &chunks, iChunk, &n, aHash);
    n = sqlite3_column_bytes(pStmt, 2);
    if (p->rc == SQLITE_OK &&
        sqlite3_column_int64(pStmt, 1) !=
            migChunkCrc(sqlite3_column_int64(pStmt, 3),
                        sqlite3_column_int64(pStmt, 4), a, n)) {
      migFail(p, MIG_BACKUP_DAMAGED, "chunk %lld does not have its checksum",
              iChunk);
    }
    badTake(p, pBad, "");
  }
  migFinalize(p, pStmt);
  migChunksClose(&chunks);
  if (p->rc == SQLITE_OK && nByte != migMetaInt(p, "chunk_bytes")) {
    badAdd(p, pBad,
           migPrintf(p, "the chunks have %lld bytes, _migrate_meta says %lld",
                     nByte, migMetaInt(p, "chunk_bytes")));
  }
}

/* Are the chunks of a table there, in their order? BACKUP_DAMAGED when not. A
** chunk that is missing is not counted, and changes the digest. */
static void tableVerify(MigContext *p, MigChunks *pChunks, i64 iBackup,
                        const MigTableEntry *pEntry) {
  sqlite3_stmt *pStmt = migCached(p, zHash);
  u8 aDigest[MIG_HASH_SIZE];
  MigListReader list;
  MigListEntry entry;
  MigHash digest;
  i64 n = 0;

  migHashInit(&digest);
  migListReadOpen(&list, pChunks, pEntry->nPiece, pEntry->aiPiece);
  while (migListRead(p, &list, &entry)) {
    migBindInt(p, pStmt, 1, entry.iChunk);
    if (migStep(p, pStmt)) {
      migHashAdd(&digest, sqlite3_column_blob(pStmt, 0),
                 sqlite3_column_bytes(pStmt, 0));
      n++;
    }
    sqlite3_reset(pStmt);
  }
  migListReadClose(&list);
  migHashFinal(&digest, aDigest);
  if (p->rc == SQLITE_OK && (n != pEntry->nChunk ||
                             memcmp(aDigest, pEntry->aDigest, MIG_HASH_SIZE))) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "table %s of backup %lld does not have its chunks", pEntry->zName,
            iBackup);
  }
}

/* Is the row of _migrate_backups one of kind file? */
static int kindIsFile(sqlite3_stmt *pStmt) {
  const char *z = (const char *)sqlite3_column_text(pStmt, 2);

  return z && strcmp(z, "file") == 0;
}

/* Look at the manifest and all lists of a backup, up to the first that is
** damaged, which is the finding. The memory of the manifest is given back
** before that is added: it stays. */
static void backupVerify(MigContext *p, MigChunks *pChunks, i64 iBackup,
                         MigList *pBad) {
  MigMark mark = migArenaMark(p);
  MigManifest manifest;
  char zWhat[40];
  int i;

  sqlite3_snprintf(sizeof(zWhat), zWhat, "backup %lld: ", iBackup);
  migBackupRead(p, pChunks, iBackup, &manifest);
  for (i = 0; p->rc == SQLITE_OK && i < manifest.nTable; i++) {
    tableVerify(p, pChunks, iBackup, &manifest.aTable[i]);
  }
  migArenaRelease(p, mark);
  badTake(p, pBad, zWhat);
}

/* Is the file of a backup there? What it holds is looked at by a restore. The
** path is from the folder of the database on: one that leaves it is none of
** ours, and is not looked for. A database in memory has no folder. */
static void fileVerify(MigContext *p, i64 iBackup, sqlite3_stmt *pStmt,
                       MigList *pBad) {
  const char *zMain = migDatabasePath(p->db);
  char *zPath = migColumnText(p, pStmt, PATH_COLUMN);

  if (p->rc || zMain[0] == 0 || zPath == 0 || !migPathInside(zPath)) {
    return;
  }
  if (migPathKind(migPathJoin(p, migPathFolder(p, zMain), zPath)) ==
          MIG_PATH_NONE &&
      p->rc == SQLITE_OK) {
    badAdd(p, pBad,
           migPrintf(p,
                     "backup %lld: its file %s is gone; bring it back, or"
                     " migrate_prune(NULL, '{\"backups\":[%lld]}')",
                     iBackup, zPath, iBackup));
  }
}

/*
** Find backups that are not as they were written: the row does not have its
** seal, the manifest or a list is damaged, a chunk of a table is missing, the
** file of one is gone, or the number was never given out. Whether the bytes of
** chunks of rows are right is for migVerifyChunks() to say. Needs a store of
** version 2 or newer. Only reads.
*/
void migVerifyBackups(MigContext *p, MigList *pBad) {
  sqlite3_stmt *pStmt = migPrepare(p, zRows);
  MigChunks chunks;

  migChunksOpen(p, &chunks, 1);
  while (migStep(p, pStmt)) {
    i64 iBackup = sqlite3_column_int64(pStmt, 0);
    if (!migSealFits(p, pStmt, "_migrate_backups")) {
      badAdd(p, pBad,
             migPrintf(p,
                       "the row of backup %lld in _migrate_backups is not as it"
                       " was written",
                       iBackup));
    }
    if (kindIsFile(pStmt)) {
      fileVerify(p, iBackup, pStmt, pBad);
    } else {
      backupVerify(p, &chunks, iBackup, pBad);
    }
    if (p->rc == SQLITE_OK && iBackup > migMetaInt(p, "last_backup")) {
      badAdd(p, pBad,
             migPrintf(p,
                       "backup %lld has a number that was never"
                       " given",
                       iBackup));
    }
  }
  migFinalize(p, pStmt);
  migChunksClose(&chunks);
}
