/*
** retain.c - which backups stay, and which chunks they need.
**
** Retention concerns automatic backups: kinds full, touched and file. The
** oldest go first; the one just taken, and the newest that was taken before an
** upgrade, never go. Manual backups stay until they are pruned by number, or
** by a count of their own. Of the automatic backups 1 to 5 and max_backups 2,
** 1 to 3 go; when 2 is the newest from before an upgrade, 1, 3 and 4.
**
** A sweep then deletes the chunks that no manifest needs any more. Needed are
** those of a manifest itself, the pieces of the lists it names, the chunks
** these name, and the base of each. They are kept as one bit each; a piece that
** several backups share is read once. Chunks of rows are not read for it.
**
** When one manifest or list cannot be read, nothing is deleted at all: what
** that backup needs is not known.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "store.h"
#include "backup.h"
#include "list.h"
#include "retain.h"

/* Up to CHUNK_LIMIT the pointers to the pages of a set take at most 16 MB. */
#define CHUNK_LIMIT (1LL << 36) /* greatest chunk number that is swept */
#define PAGE_BITS 32768         /* chunk numbers in a page of a set: 4 KB */

/* Manual (?1 is 1) or automatic ones (0) that may go, oldest first, and how
** many there are in all. Numbers ascend with time. */
static const char zMayGo[] =
    "SELECT backup FROM main._migrate_backups AS b"
    " WHERE (kind = 'manual') = ?1 AND backup <> ?2"
    " AND backup IS NOT (SELECT max(backup) FROM main._migrate_backups"
    "  WHERE kind <> 'manual' AND action = 'upgrade')"
    " ORDER BY backup";
static const char zCount[] = "SELECT count(*) FROM main._migrate_backups"
                             " WHERE (kind = 'manual') = %d";
static const char zSweepSum[] =
    "SELECT count(*), total(length(data)) FROM main._migrate_chunks"
    " WHERE chunk BETWEEN ?1 AND ?2";
static const char zSweepDelete[] =
    "DELETE FROM main._migrate_chunks WHERE chunk BETWEEN ?1 AND ?2";

/* ---- which backups ---- */

/*
** Backups to drop so that nMax automatic ones are left, or with bManual (0 or
** 1) nMax manual ones; oldest first, in the arena. iKeep, if not 0, stays, as
** does the newest automatic one from before an upgrade: so more than nMax can
** be left. Returns their number, 0 after an error. Only reads.
*/
int migRetainSelect(MigContext *p, i64 nMax, int bManual, i64 iKeep,
                    i64 **pai) {
  i64 nAll = migQueryInt(p, 0, zCount, bManual);
  i64 nDrop = nAll > nMax ? nAll - nMax : 0;
  sqlite3_stmt *pStmt = migPrepare(p, zMayGo);
  i64 *ai = migAlloc(p, (u64)nDrop * sizeof(i64) + 1);
  int n = 0;

  migBindInt(p, pStmt, 1, bManual);
  migBindInt(p, pStmt, 2, iKeep);
  while (n < nDrop && migStep(p, pStmt)) {
    ai[n++] = sqlite3_column_int64(pStmt, 0);
  }
  migFinalize(p, pStmt);
  *pai = ai;
  return p->rc ? 0 : n;
}

/* Forget a backup, whose chunks stay until a sweep. The path of one that is a
** file goes to pFiles, as it stands in the row: the caller deletes the file
** once the change is committed. That there is no such backup is no error. The
** caller holds the write transaction. */
void migRetainDrop(MigContext *p, i64 iBackup, MigList *pFiles) {
  char *zPath = migQueryText(p,
                             "SELECT path FROM main._migrate_backups"
                             " WHERE backup = %lld AND kind = 'file'",
                             iBackup);

  if (zPath) {
    migListAdd(p, pFiles, zPath);
  }
  migBackupDrop(p, iBackup);
}

/* ---- which chunks ---- */

/* A set of chunk numbers: pages of bits, made when first needed, because the
** numbers in use may lie far apart. */
typedef struct ChunkSet {
  u8 **apPage; /* by number / PAGE_BITS; NULL: no number of it is in the set.
                  Bit i & 7 of byte i / 8 of a page is number i of it */
  i64 nPage;
} ChunkSet;

/* A sweep under way. */
typedef struct Sweep {
  MigChunks *pChunks;
  i64 nMax;        /* greatest number there is; sets hold 1 to nMax */
  ChunkSet needed; /* what stays */
  ChunkSet pieces; /* pieces of lists that were read */
} Sweep;

/* Make an empty set for the numbers to nMax. setClose() takes it on every path,
** also one that was only zeroed. */
static void setOpen(MigContext *p, ChunkSet *pSet, i64 nMax) {
  u64 nByte = (u64)(nMax / PAGE_BITS + 1) * sizeof(u8 *);

  pSet->apPage = p->rc ? 0 : sqlite3_malloc64(nByte);
  if (pSet->apPage == 0) {
    migNomem(p);
    return;
  }
  memset(pSet->apPage, 0, (size_t)nByte);
  pSet->nPage = nMax / PAGE_BITS + 1;
}

/* Give the memory of a set back. */
static void setClose(ChunkSet *pSet) {
  i64 i;

  for (i = 0; i < pSet->nPage; i++) {
    sqlite3_free(pSet->apPage[i]);
  }
  sqlite3_free(pSet->apPage);
}

/* Is the number, which is 1 to nMax, in the set? */
static int setHas(const ChunkSet *pSet, i64 i) {
  const u8 *a = pSet->apPage[i / PAGE_BITS];

  return a && (a[i % PAGE_BITS / 8] >> (i & 7) & 1);
}

/* Put a chunk into a set; numbers that do not exist are left to verify. A page
** is made with its first number. */
static void setAdd(MigContext *p, ChunkSet *pSet, const Sweep *pSweep, i64 i) {
  u8 **ppPage;

  if (i <= 0 || i > pSweep->nMax || p->rc) {
    return;
  }
  ppPage = &pSet->apPage[i / PAGE_BITS];
  if (*ppPage == 0) {
    *ppPage = sqlite3_malloc64(PAGE_BITS / 8);
    if (*ppPage == 0) {
      migNomem(p);
      return;
    }
    memset(*ppPage, 0, PAGE_BITS / 8);
  }
  (*ppPage)[i % PAGE_BITS / 8] |= (u8)(1 << (i & 7));
}

/* Mark a piece of a list and the chunks that it names, unless that was done. A
** piece is one chunk, read as a list of one piece. BACKUP_DAMAGED when it is
** not there or no list. */
static void pieceMark(MigContext *p, Sweep *pSweep, i64 iPiece) {
  MigListReader reader;
  MigListEntry entry;

  if (iPiece <= 0 || iPiece > pSweep->nMax || setHas(&pSweep->pieces, iPiece)) {
    return;
  }
  setAdd(p, &pSweep->pieces, pSweep, iPiece);
  setAdd(p, &pSweep->needed, pSweep, iPiece);
  migListReadOpen(&reader, pSweep->pChunks, 1, &iPiece);
  while (migListRead(p, &reader, &entry)) {
    setAdd(p, &pSweep->needed, pSweep, entry.iChunk);
  }
  migListReadClose(&reader);
}

/* Mark all that a backup needs, but for the bases; nothing for one that a file
** holds. BACKUP_DAMAGED, TOO_BIG when its manifest or lists cannot be read. */
static void backupMark(MigContext *p, Sweep *pSweep, i64 iBackup) {
  MigMark mark = migArenaMark(p);
  u8 aHash[MIG_HASH_SIZE];
  i64 *aiPiece = 0;
  int n = migBackupPieces(p, iBackup, &aiPiece, aHash);
  MigManifest manifest;
  int i;
  int j;

  for (i = 0; i < n; i++) {
    setAdd(p, &pSweep->needed, pSweep, aiPiece[i]);
  }
  if (n) {
    migBackupRead(p, pSweep->pChunks, iBackup, &manifest);
    for (i = 0; p->rc == SQLITE_OK && i < manifest.nTable; i++) {
      for (j = 0; j < manifest.aTable[i].nPiece; j++) {
        pieceMark(p, pSweep, manifest.aTable[i].aiPiece[j]);
      }
    }
  }
  migArenaRelease(p, mark);
}

/* Mark the bases of what is marked. A base has none of its own (chunk.c), so
** one pass finds all. */
static void basesMark(MigContext *p, Sweep *pSweep) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT chunk, base FROM main._migrate_chunks"
                    " WHERE base IS NOT NULL");

  while (migStep(p, pStmt)) {
    i64 iChunk = sqlite3_column_int64(pStmt, 0);
    if (iChunk > 0 && iChunk <= pSweep->nMax &&
        setHas(&pSweep->needed, iChunk)) {
      setAdd(p, &pSweep->needed, pSweep, sqlite3_column_int64(pStmt, 1));
    }
  }
  migFinalize(p, pStmt);
}

/* Delete the chunks iFirst to iLast, and add them to pSwept. There need not be
** one for every number. */
static void rangeDelete(MigContext *p, i64 iFirst, i64 iLast,
                        MigSwept *pSwept) {
  sqlite3_stmt *pStmt = migCached(p, zSweepSum);

  migBindInt(p, pStmt, 1, iFirst);
  migBindInt(p, pStmt, 2, iLast);
  if (migStep(p, pStmt)) {
    pSwept->nChunk += sqlite3_column_int64(pStmt, 0);
    pSwept->nByte += sqlite3_column_int64(pStmt, 1);
  }
  sqlite3_reset(pStmt);
  pStmt = migCached(p, zSweepDelete);
  migBindInt(p, pStmt, 1, iFirst);
  migBindInt(p, pStmt, 2, iLast);
  migRun(p, pStmt);
}

/* Delete all that is not marked, range by range. A page that was never made is
** passed over as a whole. */
static void unmarkedDelete(MigContext *p, const Sweep *pSweep,
                           MigSwept *pSwept) {
  i64 i = 1;

  while (i <= pSweep->nMax && p->rc == SQLITE_OK) {
    i64 iFirst = i;
    while (i <= pSweep->nMax && !setHas(&pSweep->needed, i)) {
      i = pSweep->needed.apPage[i / PAGE_BITS]
              ? i + 1
              : (i / PAGE_BITS + 1) * PAGE_BITS;
    }
    if (i > iFirst) {
      rangeDelete(p, iFirst, i - 1, pSwept);
    } else {
      i++;
    }
  }
}

/* BACKUP_DAMAGED: name those that cannot be read, pList, and the call that
** drops them. zFirst is what is wrong with the first. */
static void damagedTell(MigContext *p, MigText *pList, const char *zFirst) {
  if (p->rc == SQLITE_OK) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "%s; what backups %s need is not known as they cannot be read; drop"
            " all of them in one call, as migrate_prune(NULL,"
            " '{\"backups\":[%s]}')",
            zFirst, pList->z, pList->z);
  }
}

/* Mark what all backups need, but for the bases. A damaged one does not end the
** search: all of them are named, as they have to go in one call. Other errors
** end it. The message of an error is "migrate: CODE: sentence" (context.c): the
** sentence is kept. */
static void backupsMark(MigContext *p, Sweep *pSweep) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT backup FROM main._migrate_backups ORDER BY backup");
  MigText list = {0, 0, 0};
  char *zFirst = 0;

  while (migStep(p, pStmt)) {
    i64 iBackup = sqlite3_column_int64(pStmt, 0);
    backupMark(p, pSweep, iBackup);
    if (p->rc && p->eCode == MIG_BACKUP_DAMAGED) {
      int nCode = (int)strlen(migCodeName(p->eCode));
      char *z = sqlite3_mprintf(
          "%s", p->zError ? p->zError + strlen("migrate: : ") + nCode : "");
      migErrorClear(p);
      if (z == 0) {
        migNomem(p);
      }
      zFirst = zFirst || z == 0 ? zFirst : migStrdup(p, z);
      sqlite3_free(z);
      migTextF(p, &list, "%s%lld", list.n ? "," : "", iBackup);
    }
  }
  migFinalize(p, pStmt);
  if (zFirst) {
    damagedTell(p, &list, zFirst);
  }
}

/*
** Delete the chunks that no backup needs, and say how much that was; the fact
** chunk_bytes is what is left. When a manifest or list cannot be read, nothing
** is deleted: BACKUP_DAMAGED names all such backups, TOO_BIG what claims more
** than there can be. BACKUP_DAMAGED as well when a chunk has an impossible
** number. pChunks is open, on the store. The caller holds the write
** transaction, and no backup is being taken: its chunks are in no manifest yet.
*/
void migRetainSweep(MigContext *p, MigChunks *pChunks, MigSwept *pSwept) {
  Sweep sweep;
  i64 nLeft;

  memset(pSwept, 0, sizeof(*pSwept));
  memset(&sweep, 0, sizeof(sweep));
  sweep.pChunks = pChunks;
  sweep.nMax = migQueryInt(p, 0, "SELECT max(chunk) FROM main._migrate_chunks");
  if (p->rc == SQLITE_OK && (sweep.nMax < 0 || sweep.nMax > CHUNK_LIMIT)) {
    migFail(p, MIG_BACKUP_DAMAGED, "chunk %lld has an impossible number",
            sweep.nMax);
  }
  if (p->rc) {
    return;
  }
  setOpen(p, &sweep.needed, sweep.nMax);
  setOpen(p, &sweep.pieces, sweep.nMax);
  if (p->rc == SQLITE_OK) {
    backupsMark(p, &sweep);
    basesMark(p, &sweep);
    unmarkedDelete(p, &sweep, pSwept);
  }
  setClose(&sweep.needed);
  setClose(&sweep.pieces);
  nLeft = migChunkBytes(p);
  if (p->rc == SQLITE_OK && nLeft != migMetaInt(p, "chunk_bytes")) {
    migMetaSetInt(p, "chunk_bytes", nLeft);
  }
}

/* Sweep, where the call is about something else: a damaged backup keeps the
** chunks from being swept, but not the call from succeeding. Conditions are
** those of migRetainSweep(), errors all others; no-op after one. */
void migRetainTidy(MigContext *p, MigChunks *pChunks) {
  MigSwept swept;

  if (p->rc == SQLITE_OK) {
    migRetainSweep(p, pChunks, &swept);
    if (p->rc && (p->eCode == MIG_BACKUP_DAMAGED || p->eCode == MIG_TOO_BIG)) {
      migErrorClear(p);
    }
  }
}

/* Drop automatic backups beyond nMax, but not iKeep, the one just taken, and
** what only they needed. Files to delete after the commit go to pFiles. Where
** none has to go, nothing is swept. The caller holds the write transaction. */
void migRetain(MigContext *p, MigChunks *pChunks, i64 nMax, i64 iKeep,
               MigList *pFiles) {
  i64 *ai = 0;
  int n = migRetainSelect(p, nMax, 0, iKeep, &ai);
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    migRetainDrop(p, ai[i], pFiles);
  }
  if (n) {
    migRetainTidy(p, pChunks);
  }
}
