/*
** chunk.c - the content-addressed store of chunks.
**
** A chunk is a string of at most MIG_CHUNK_MAX bytes. Column hash of its row
** in _migrate_chunks is the BLAKE2b-256 of these bytes, and no two rows have
** the same; column size is their number. Column codec says what data holds:
**
**   0   the bytes as they are; data is `size` long
**   1   one raw deflate stream (RFC 1951) of the bytes
**   2   the same, made with a preset dictionary: all bytes of chunk `base`,
**       which itself has codec 0 or 1
**
** Column crc is the CRC-32 of data and, behind it, nine bytes: base (0 for
** NULL) big-endian, codec. It finds what would not make the bytes differ.
** So every chunk is read in at most two steps. It only ever refers to a base
** with a lower number. Numbers are handed out upwards.
**
** To read chunk c:
**
**   SELECT hash, base, codec, size, data FROM _migrate_chunks WHERE chunk = c
**   codec 0: the bytes are data
**   codec 1: the bytes are inflate(data)
**   codec 2: the bytes are inflate(data) with the bytes of chunk base set as
**            dictionary (zlib's inflateSetDictionary() on a raw stream)
**   there must be exactly size of them, with the hash
**
** Which chunks refer to a base depends on what was backed up before: a chunk
** that stands where another one stood in the last backup is tried against that
** one, or against its base. So a chunk in which a row changes every day is
** stored as small differences to one base, none to another difference, until
** one comes to half of a whole chunk; that is stored whole, and is the next
** base.
**
** What rows say is not trusted. Numbers are tested before memory is taken or
** anything is inflated, the result is hashed, and a base is hashed as well. A
** damaged chunk costs the backups that need it. As a base for a new one it is
** passed over, and when its bytes come again it is written anew.
**
** To compare the store with a database that may not be written, an overlay
** takes the new chunks: a private temporary database with a table like
** _migrate_chunks, whose numbers go on where those of the store end. It is
** never committed, and gone with migChunksClose().
*/
#include <string.h>
#include "sql.h"
#include "chunk.h"

/* Column codec, as above. */
#define CODEC_PLAIN 0
#define CODEC_DEFLATE 1
#define CODEC_DELTA 2

static const char zChunkFind[] =
    "SELECT chunk, crc, base, codec, data, size FROM main._migrate_chunks"
    " WHERE hash = ?1";
static const char zChunkSum[] = "SELECT crc, base, codec, data"
                                " FROM main._migrate_chunks WHERE chunk = ?1";
static const char zChunkBase[] =
    "SELECT base FROM main._migrate_chunks WHERE chunk = ?1";
static const char zChunkRead[] = "SELECT hash, base, codec, size, data"
                                 " FROM main._migrate_chunks WHERE chunk = ?1";
static const char zChunkMend[] =
    "UPDATE main._migrate_chunks SET base = NULL, codec = ?2, size = ?3,"
    " crc = ?4, data = ?5 WHERE chunk = ?1";
static const char zChunkAdd[] =
    "INSERT INTO main._migrate_chunks(hash, base, codec, size, crc, data)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)";

/* Make an overlay. Its table has the name, and its schema that of main, so the
** statements above fit it too. It needs no NOT NULL: nobody else writes it. */
static const char zOverCreate[] =
    "CREATE TABLE _migrate_chunks(chunk INTEGER PRIMARY KEY, hash UNIQUE, base,"
    " codec, size, crc, data); BEGIN";

/* A buffer for one chunk, to be freed; NULL after an error. */
static u8 *bufferNew(MigContext *p) {
  u8 *a = p->rc ? 0 : sqlite3_malloc64(MIG_CHUNK_MAX);

  if (a == 0) {
    migNomem(p);
  }
  return a;
}

/*
** Open the store of chunks of schema main of p->db, which has our tables.
** iLevel is the zlib level for new ones, 1 to 9; who only reads gives any.
** After failure p->rc is set, and migChunksClose() must be called all the same.
** Statements are kept in the context and outlive the MigChunks.
*/
void migChunksOpen(MigContext *p, MigChunks *pChunks, int iLevel) {
  memset(pChunks, 0, sizeof(*pChunks));
  pChunks->codec.iLevel = iLevel;
  pChunks->aBase = bufferNew(p);
  pChunks->aData = bufferNew(p);
  pChunks->aWork = bufferNew(p);
}

/*
** Have new chunks go to an overlay from now on; the store is not written any
** more. Called once, before the first migChunkPut(). What is in the store is
** found there, a damaged row too, which is not mended then. The store must not
** get chunks meanwhile: their numbers would be those of the overlay.
*/
void migChunksOverlay(MigContext *p, MigChunks *pChunks) {
  sqlite3 *db = p->db;
  int rc;

  pChunks->iOver =
      migQueryInt(p, 0, "SELECT max(chunk) FROM main._migrate_chunks");
  if (p->rc) {
    return;
  }
  /* "" is a database in memory that goes to a temporary file when it gets
  ** large (SQLite's page In-Memory Databases) */
  rc = sqlite3_open("", &pChunks->dbOver);
  p->db = pChunks->dbOver;
  if (rc) {
    migFailDb(p, rc);
  }
  migExec(p, zOverCreate);
  pChunks->pOverFind = migPrepare(p, zChunkFind);
  pChunks->pOverRead = migPrepare(p, zChunkRead);
  pChunks->pOverAdd = migPrepare(p, zChunkAdd);
  p->db = db;
}

/* Give all memory back, and drop the overlay. Also right for what is zeroed,
** and a second time. */
void migChunksClose(MigChunks *pChunks) {
  sqlite3_finalize(pChunks->pOverFind);
  sqlite3_finalize(pChunks->pOverRead);
  sqlite3_finalize(pChunks->pOverAdd);
  sqlite3_close(pChunks->dbOver);
  pChunks->dbOver = 0;
  migRawClose(&pChunks->codec);
  sqlite3_free(pChunks->aBase);
  sqlite3_free(pChunks->aData);
  sqlite3_free(pChunks->aWork);
  pChunks->aBase = pChunks->aData = pChunks->aWork = 0;
}

/* ---- reading ---- */

/* BACKUP_DAMAGED. zWhy goes on behind "chunk N". */
static void chunkDamaged(MigContext *p, i64 iChunk, const char *zWhy) {
  migFail(p, MIG_BACKUP_DAMAGED,
          "chunk %lld %s; backups that need it cannot be restored", iChunk,
          zWhy);
}

/* What a row of the table says; aHash and aData belong to the statement. */
typedef struct ChunkRow {
  const u8 *aHash; /* MIG_HASH_SIZE bytes, once the row was tested */
  i64 iBase;       /* 0: NULL */
  i64 eCodec;      /* CODEC_PLAIN..., or anything in a hostile file */
  i64 nSize;       /* bytes of the chunk */
  const u8 *aData; /* NULL when nData is 0 */
  i64 nData;
} ChunkRow;

/*
** Find the row of a chunk and test its numbers, before any memory is taken. The
** statement stays on the row until the caller resets it; it is the result also
** after an error, NULL when there is none. BACKUP_DAMAGED when the chunk is
** missing or its numbers cannot be, TOO_BIG.
*/
static sqlite3_stmt *rowFind(MigContext *p, const MigChunks *pChunks,
                             i64 iChunk, ChunkRow *pRow) {
  int bOver = pChunks->dbOver && iChunk > pChunks->iOver;
  sqlite3_stmt *pStmt = bOver ? pChunks->pOverRead : migCached(p, zChunkRead);

  memset(pRow, 0, sizeof(*pRow));
  migBindInt(p, pStmt, 1, bOver ? iChunk - pChunks->iOver : iChunk);
  if (!migStep(p, pStmt)) {
    if (p->rc == SQLITE_OK) {
      chunkDamaged(p, iChunk, "is missing");
    }
    return pStmt;
  }
  pRow->iBase = sqlite3_column_int64(pStmt, 1);
  pRow->eCodec = sqlite3_column_int64(pStmt, 2);
  pRow->nSize = sqlite3_column_int64(pStmt, 3);
  pRow->nData = sqlite3_column_bytes(pStmt, 4);
  pRow->aData = sqlite3_column_blob(pStmt, 4);
  pRow->aHash = sqlite3_column_blob(pStmt, 0);
  if (pRow->nSize > MIG_CHUNK_MAX) {
    migFail(p, MIG_TOO_BIG, "chunk %lld claims %lld bytes, the limit is %d",
            iChunk, pRow->nSize, MIG_CHUNK_MAX);
  } else if (pRow->nSize < 0 || pRow->nData > MIG_CHUNK_MAX ||
             (pRow->eCodec == CODEC_DELTA) != (pRow->iBase != 0) ||
             pRow->iBase < 0 || pRow->iBase >= iChunk ||
             sqlite3_column_bytes(pStmt, 0) != MIG_HASH_SIZE ||
             sqlite3_column_type(pStmt, 0) != SQLITE_BLOB) {
    chunkDamaged(p, iChunk, "has impossible numbers");
  }
  return pStmt;
}

/* Turn the data of a row into aOut, MIG_CHUNK_MAX bytes, with the base's bytes,
** which are in aBase, where it has one. BACKUP_DAMAGED when they do not give
** exactly the size of the row. The hash is yet to be compared. */
static void rowInflate(MigContext *p, MigChunks *pChunks, i64 iChunk,
                       const ChunkRow *pRow, u8 *aOut) {
  const u8 *aDict = pRow->eCodec == CODEC_DELTA ? pChunks->aBase : 0;
  i64 nDict = aDict ? pChunks->nBase : 0;

  if (p->rc) {
    return;
  }
  if (pRow->eCodec == CODEC_PLAIN && pRow->nData == pRow->nSize) {
    if (pRow->nSize) {
      memcpy(aOut, pRow->aData, (size_t)pRow->nSize);
    }
  } else if (pRow->eCodec == CODEC_PLAIN || pRow->eCodec > CODEC_DELTA ||
             pRow->eCodec < 0 ||
             !migRawInflate(p, &pChunks->codec, pRow->aData, pRow->nData, aDict,
                            nDict, aOut, pRow->nSize)) {
    if (p->rc == SQLITE_OK) {
      chunkDamaged(p, iChunk, "does not inflate");
    }
  }
}

/* BACKUP_DAMAGED unless the n bytes at a have the hash aWanted, which is NULL
** only after an error. Theirs goes to aHash. */
static void hashCheck(MigContext *p, i64 iChunk, const u8 *a, i64 n,
                      const u8 *aWanted, u8 *aHash) {
  if (p->rc == SQLITE_OK && aWanted) {
    migHashBytes(a, n, aHash);
    if (memcmp(aHash, aWanted, MIG_HASH_SIZE)) {
      chunkDamaged(p, iChunk, "does not have its hash");
    }
  }
}

/* Have the bytes of a base in aBase, verified; they stay for the chunks that
** come. BACKUP_DAMAGED also when the base has a base itself: nothing is
** followed further. After failure aBase holds none. */
static void baseLoad(MigContext *p, MigChunks *pChunks, i64 iBase) {
  u8 aHash[MIG_HASH_SIZE];
  sqlite3_stmt *pStmt;
  ChunkRow row;

  if (p->rc || pChunks->iBase == iBase) {
    return;
  }
  pChunks->iBase = 0;
  pStmt = rowFind(p, pChunks, iBase, &row);
  if (p->rc == SQLITE_OK && row.eCodec == CODEC_DELTA) {
    chunkDamaged(p, iBase, "is a base and has a base");
  }
  rowInflate(p, pChunks, iBase, &row, pChunks->aBase);
  hashCheck(p, iBase, pChunks->aBase, row.nSize, row.aHash, aHash);
  sqlite3_reset(pStmt);
  if (p->rc == SQLITE_OK) {
    pChunks->iBase = iBase;
    pChunks->nBase = row.nSize;
    pChunks->nBaseData = row.nData;
  }
}

/*
** The bytes of a chunk, *pn of them, at most MIG_CHUNK_MAX, and its hash. The
** bytes are those of pChunks, valid until the next call; migChunkPut() leaves
** them alone. Both the chunk and its base are verified: BACKUP_DAMAGED names
** what is not as it was written, TOO_BIG a chunk that claims more than a chunk
** can have. After failure *pn is 0, and result and aHash mean nothing. iChunk
** may be any number.
*/
const u8 *migChunkGet(MigContext *p, MigChunks *pChunks, i64 iChunk, i64 *pn,
                      u8 aHash[MIG_HASH_SIZE]) {
  sqlite3_stmt *pStmt;
  ChunkRow row;

  *pn = 0;
  pStmt = rowFind(p, pChunks, iChunk, &row);
  if (p->rc == SQLITE_OK && row.eCodec == CODEC_DELTA) {
    i64 iBase = row.iBase;
    if (pChunks->iBase != iBase) {
      sqlite3_reset(pStmt); /* baseLoad() uses the same statement */
      baseLoad(p, pChunks, iBase);
      pStmt = rowFind(p, pChunks, iChunk, &row);
    }
  }
  rowInflate(p, pChunks, iChunk, &row, pChunks->aData);
  hashCheck(p, iChunk, pChunks->aData, row.nSize, row.aHash, aHash);
  sqlite3_reset(pStmt);
  *pn = p->rc ? 0 : row.nSize;
  return pChunks->aData;
}

/* What column crc of a row has, given its other columns: the CRC-32 of the data
** and what follows it (the top of this file). iBase is 0 for NULL. */
i64 migChunkCrc(i64 iBase, i64 eCodec, const void *aData, i64 nData) {
  u8 a[9];
  int i;

  for (i = 0; i < 8; i++) {
    a[i] = (u8)((u64)iBase >> (56 - 8 * i));
  }
  a[8] = (u8)eCodec;
  return migCrc32(migCrc32(0, aData, nData), a, sizeof(a));
}

/* ---- writing ---- */

/* Is the error one that only concerns the chunk that would have been the base?
** Memory, interrupt and I/O are not. */
static int onlyDamaged(const MigContext *p) {
  return p->eCode == MIG_BACKUP_DAMAGED || p->eCode == MIG_TOO_BIG;
}

/* Have in aBase what serves a new chunk best as dictionary: chunk iPrevious,
** which stood at this place before, or its base, as a base has none itself.
** Returns its number; 0 when there is none that can be read, which is no
** error. One of an overlay is none: it is not looked for there. */
static i64 baseFor(MigContext *p, MigChunks *pChunks, i64 iPrevious) {
  sqlite3_stmt *pStmt;
  i64 iBase = 0;

  if (iPrevious <= 0 || p->rc) {
    return 0;
  }
  pStmt = migCached(p, zChunkBase);
  migBindInt(p, pStmt, 1, iPrevious);
  if (migStep(p, pStmt)) {
    iBase = sqlite3_column_int64(pStmt, 0);
    iBase = iBase > 0 ? iBase : iPrevious;
  }
  sqlite3_reset(pStmt);
  if (iBase) {
    baseLoad(p, pChunks, iBase);
  }
  if (p->rc && onlyDamaged(p)) {
    migErrorClear(p);
    iBase = 0;
  }
  return p->rc ? 0 : iBase;
}

/*
** Compress n bytes, at least 1, to aWork. Returns how many bytes to store, and
** *peCodec how: with CODEC_PLAIN they are the n bytes at a, else those in
** aWork. *piBase is the chunk in aBase or 0, and becomes 0 where it was not
** used. With a base the difference is kept when it is less than half of what
** the whole would take, judged by what the base took: else a new whole chunk is
** the better base for what comes later.
*/
static i64 chunkDeflate(MigContext *p, MigChunks *pChunks, const u8 *a, i64 n,
                        i64 *piBase, int *peCodec) {
  i64 nData;

  if (*piBase) {
    *peCodec = CODEC_DELTA;
    nData = migRawDeflate(p, &pChunks->codec, a, n, pChunks->aBase,
                          pChunks->nBase, pChunks->aWork, n / 2);
    if (nData && 2 * nData * pChunks->nBase < pChunks->nBaseData * n) {
      return nData;
    }
  }
  nData = migRawDeflate(p, &pChunks->codec, a, n, 0, 0, pChunks->aWork, n - 1);
  *piBase = 0;
  *peCodec = nData ? CODEC_DEFLATE : CODEC_PLAIN;
  return nData ? nData : n;
}

/* A chunk that was found by its hash. */
typedef struct Found {
  i64 iChunk; /* its number, 0: there is none */
  i64 iBase;  /* what it rests on, 0: nothing */
  int bBad;   /* its row is not as it was written */
} Found;

/* The chunk of n bytes with that hash that a statement finds. Its data is not
** inflated to find out whether the row is damaged. */
static Found hashFind(MigContext *p, sqlite3_stmt *pStmt, const u8 *aHash,
                      i64 n) {
  Found hit = {0, 0, 0};

  migBindBlob(p, pStmt, 1, aHash, MIG_HASH_SIZE);
  if (migStep(p, pStmt)) {
    const void *a = sqlite3_column_blob(pStmt, 4);
    hit.iChunk = sqlite3_column_int64(pStmt, 0);
    hit.iBase = sqlite3_column_int64(pStmt, 2);
    hit.bBad = sqlite3_column_int64(pStmt, 5) != n ||
               sqlite3_column_int64(pStmt, 1) !=
                   migChunkCrc(sqlite3_column_int64(pStmt, 2),
                               sqlite3_column_int64(pStmt, 3), a,
                               sqlite3_column_bytes(pStmt, 4));
  }
  sqlite3_reset(pStmt);
  return hit;
}

/* Is the row of a chunk, on which another one rests, not as it was written? */
static int baseBad(MigContext *p, i64 iBase) {
  sqlite3_stmt *pStmt = migCached(p, zChunkSum);
  int bBad = 1;

  migBindInt(p, pStmt, 1, iBase);
  if (migStep(p, pStmt)) {
    const void *a = sqlite3_column_blob(pStmt, 3);
    bBad = sqlite3_column_int64(pStmt, 0) !=
           migChunkCrc(sqlite3_column_int64(pStmt, 1),
                       sqlite3_column_int64(pStmt, 2), a,
                       sqlite3_column_bytes(pStmt, 3));
  }
  sqlite3_reset(pStmt);
  return bBad && p->rc == SQLITE_OK;
}

/* The same in the store, then in the overlay. In the store a chunk is as good
** as its base. */
static Found chunkFind(MigContext *p, const MigChunks *pChunks, const u8 *aHash,
                       i64 n) {
  Found hit = hashFind(p, migCached(p, zChunkFind), aHash, n);

  if (hit.iBase && !hit.bBad) {
    hit.bBad = baseBad(p, hit.iBase);
  }
  if (hit.iChunk == 0 && pChunks->dbOver) {
    hit = hashFind(p, pChunks->pOverFind, aHash, n);
    hit.iChunk += hit.iChunk ? pChunks->iOver : 0;
  }
  return hit;
}

/* Give a row of the store its bytes again, n at a. What has it as a base fits,
** because the bytes are the same. It gets no base itself: it may be one. */
static void chunkMend(MigContext *p, MigChunks *pChunks, i64 iChunk,
                      const u8 *a, i64 n) {
  sqlite3_stmt *pStmt = migCached(p, zChunkMend);
  i64 iBase = 0;
  int eCodec;
  i64 nData = chunkDeflate(p, pChunks, a, n, &iBase, &eCodec);
  const u8 *aData = eCodec == CODEC_PLAIN ? a : pChunks->aWork;

  migBindInt(p, pStmt, 1, iChunk);
  migBindInt(p, pStmt, 2, eCodec);
  migBindInt(p, pStmt, 3, n);
  migBindInt(p, pStmt, 4, migChunkCrc(0, eCodec, aData, nData));
  migBindBlob(p, pStmt, 5, aData, nData);
  migRun(p, pStmt);
  pChunks->bMended = 1;
}

/* Bytes of column data of all chunks: what chunk_bytes of _migrate_meta is to
** say. Goes through the whole table. */
i64 migChunkBytes(MigContext *p) {
  return migQueryInt(p, 0,
                     "SELECT CAST(total(length(data)) AS INTEGER)"
                     " FROM main._migrate_chunks");
}

/*
** Store n bytes, 1 to MIG_CHUNK_MAX, unless they are there; a row that is
** there and damaged gets its bytes back. iPrevious is a chunk with similar
** bytes, or 0; that it cannot be read is no error. Returns the chunk's number
** and fills aHash; 0 after failure, when the caller undoes the transaction. The
** caller holds the write transaction, unless there is an overlay. nStored
** counts the new bytes. last_insert_rowid() and the counts of changes of p->db
** move.
*/
i64 migChunkPut(MigContext *p, MigChunks *pChunks, const u8 *a, i64 n,
                i64 iPrevious, u8 aHash[MIG_HASH_SIZE]) {
  sqlite3_stmt *pStmt;
  Found hit;
  i64 iBase;
  const u8 *aData;
  i64 nData;
  int eCodec;

  if (p->rc) {
    return 0;
  }
  migHashBytes(a, n, aHash);
  hit = chunkFind(p, pChunks, aHash, n);
  if (hit.bBad && pChunks->dbOver == 0) {
    chunkMend(p, pChunks, hit.iChunk, a, n);
  }
  if (hit.iChunk || p->rc) {
    return hit.iChunk;
  }
  iBase = baseFor(p, pChunks, iPrevious);
  nData = chunkDeflate(p, pChunks, a, n, &iBase, &eCodec);
  aData = eCodec == CODEC_PLAIN ? a : pChunks->aWork;
  pStmt = pChunks->dbOver ? pChunks->pOverAdd : migCached(p, zChunkAdd);
  if (p->rc == SQLITE_OK) {
    sqlite3_clear_bindings(pStmt); /* pOverAdd may have a base from before */
  }
  migBindBlob(p, pStmt, 1, aHash, MIG_HASH_SIZE);
  if (iBase) {
    migBindInt(p, pStmt, 2, iBase);
  }
  migBindInt(p, pStmt, 3, eCodec);
  migBindInt(p, pStmt, 4, n);
  migBindInt(p, pStmt, 5, migChunkCrc(iBase, eCodec, aData, nData));
  migBindBlob(p, pStmt, 6, aData, nData);
  migRun(p, pStmt);
  pChunks->nStored += nData;
  if (p->rc) {
    return 0;
  }
  return pChunks->dbOver
             ? sqlite3_last_insert_rowid(pChunks->dbOver) + pChunks->iOver
             : sqlite3_last_insert_rowid(p->db);
}
