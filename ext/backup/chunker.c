/*
** chunker.c - the rows of a table into chunks, and the list of these.
**
** The bytes of a chunk of rows: each row of a table with rowids (or numbered
** rows) begins with a varint, zigzag(key - key of the row before; 0 before the
** first row of the chunk); then come the serials and values (rowcode.h). A row
** of more than a chunk fills chunks of its own: the first begins like that,
** and every one but the last is marked in the list.
**
** The difference of keys is taken modulo 2^64. Rows 1 and 5 of a table
** t(a, b) with rowids, with the values (7, 'hi') and (NULL, 1), are the chunk
**
**   02 01 11 07 68 69   key 1; serials 1 and 17; 7, "hi"
**   08 00 09            key + 4; serials 0 and 9, which have no bytes
**
** A chunk begins with a whole key, so it can be read by itself, and two chunks
** with the same keys and values have the same bytes wherever they lie.
**
** The list of an earlier backup of the table is read alongside. Where a chunk
** with the same first key stood there, it is the dictionary of the new one.
** Both lists are in the order of the key. So it is enough to look AHEAD entries
** forward: as many chunks can have been deleted in one place. Where more were,
** the window moves on by one entry for each chunk that is not found.
**
** Rows come from the database of the job, one after the other, and are never
** held: memory is a chunk, a piece of each list, and the window.
*/
#include <string.h>
#include "list.h"
#include "chunker.h"

#define AHEAD 256 /* entries of the list before that are looked at */
#define SAMPLE 64 /* rows that tell how long rows are */

/* ---- the list before ---- */

/* The chunks of the list before, some entries ahead, to find the one that
** began with the same key. */
typedef struct Before {
  MigListReader reader;
  MigListEntry a[AHEAD]; /* ring */
  int iFirst;            /* where its first entry is */
  int n;                 /* entries in it */
  int bEnd;              /* the list has no more, or cannot be read further */
  int nMiss;             /* keys not found since */
  MigListEntry found;    /* the entry found last; zero at first */
} Before;

/* Have AHEAD entries in the ring, or all that are left. A list that cannot be
** read ends there, which is no error. */
static void beforeFill(MigContext *p, Before *pBefore) {
  if (p->rc) {
    return;
  }
  while (!pBefore->bEnd && pBefore->n < AHEAD && p->rc == SQLITE_OK) {
    MigListEntry *pEntry = &pBefore->a[(pBefore->iFirst + pBefore->n) % AHEAD];
    if (migListRead(p, &pBefore->reader, pEntry)) {
      pBefore->n++;
    } else {
      pBefore->bEnd = 1;
    }
  }
  if (p->rc && (p->eCode == MIG_BACKUP_DAMAGED || p->eCode == MIG_TOO_BIG)) {
    migErrorClear(p); /* it only serves to compress */
  }
}

/* The chunk that stood before where one with this first key comes now. When
** there is none, the last one found lies nearest. Two keys may have the same
** hash: then the dictionary is a bad one, no more. Never NULL; without an
** earlier list iChunk and iPiece are 0. Valid until the next call. */
static const MigListEntry *beforeFind(MigContext *p, Before *pBefore,
                                      u32 uHash) {
  int i;

  beforeFill(p, pBefore);
  for (i = 0; i < pBefore->n; i++) {
    const MigListEntry *pEntry = &pBefore->a[(pBefore->iFirst + i) % AHEAD];
    if (pEntry->uHash == uHash) {
      pBefore->found = *pEntry;
      pBefore->iFirst = (pBefore->iFirst + i + 1) % AHEAD;
      pBefore->n -= i + 1;
      pBefore->nMiss = 0;
      return &pBefore->found;
    }
  }
  if (++pBefore->nMiss >= AHEAD && pBefore->n > 0) {
    pBefore->iFirst = (pBefore->iFirst + 1) % AHEAD; /* many were deleted */
    pBefore->n--;
  }
  return &pBefore->found;
}

/* ---- rows to chunks ---- */

/* A table being cut. */
typedef struct Chunker {
  const MigChunkJob *pJob;
  sqlite3 *db;         /* where the chunks go: p->db but while rows are read */
  MigTableEntry entry; /* of the table, being made */
  MigListWriter list;
  MigHash digest; /* over the names of the chunks */
  Before before;
  u8 *a;     /* chunk being filled, MIG_CHUNK_MAX bytes behind the struct */
  i64 n;     /* bytes in it */
  u32 uHash; /* of its first key */
  i64 iKey;  /* of the row before in it, 0 at its start */
} Chunker;

/* Store the chunk and name it in the list; aHash is filled. bMore: its row goes
** on in the next one. */
static void chunkStore(MigContext *p, Chunker *pChunker, int bMore, u8 *aHash) {
  const MigListEntry *pBefore =
      beforeFind(p, &pChunker->before, pChunker->uHash);
  MigListEntry entry;

  entry.iChunk = migChunkPut(p, pChunker->pJob->pChunks, pChunker->a,
                             pChunker->n, pBefore->iChunk, aHash);
  entry.bMore = bMore;
  entry.uHash = pChunker->uHash;
  entry.iPiece = 0;
  migListWrite(p, &pChunker->list, &entry, pBefore->iPiece);
}

/* The chunk is full: store it, or where the job stores nothing only hash it,
** count it and begin the next. No-op when it is empty. */
static void chunkFlush(MigContext *p, Chunker *pChunker, int bMore) {
  const MigChunkJob *pJob = pChunker->pJob;
  u8 aHash[MIG_HASH_SIZE];

  if (pChunker->n == 0 || p->rc) {
    return;
  }
  if (pJob->pChunks) {
    chunkStore(p, pChunker, bMore, aHash);
  } else {
    migHashBytes(pChunker->a, pChunker->n, aHash);
  }
  migHashAdd(&pChunker->digest, aHash, MIG_HASH_SIZE);
  pChunker->entry.nChunk++;
  pChunker->entry.nByte += pChunker->n;
  if (pJob->xDone) {
    pJob->xDone(p, pJob->pArg, pChunker->n);
  }
  pChunker->n = 0;
}

/* Begin a row: its key, as a difference, when it has a number. The first row of
** a chunk gives it its hash. */
static void keyPut(Chunker *pChunker, const MigPart *pPart) {
  if (pChunker->n == 0) {
    pChunker->uHash = pPart->uHash;
    pChunker->iKey = 0;
  }
  if (pChunker->entry.eKey != MIG_KEY_COLUMNS) {
    u64 u = (u64)pPart->iKey - (u64)pChunker->iKey;
    pChunker->n += migVarintPut(pChunker->a + pChunker->n, migZigzag((i64)u));
    pChunker->iKey = pPart->iKey;
  }
}

/* Add a row or a part of one. A row in parts has chunks of its own, one for
** each part: MIG_PART_MAX leaves room for the key in front of the first. */
static void chunkerAdd(MigContext *p, Chunker *pChunker, const MigPart *pPart) {
  int bWhole = pPart->bFirst && pPart->bLast;

  if (pPart->bFirst) {
    pChunker->entry.nRow++;
    if (!bWhole || migCutBefore(pChunker->entry.nBits, pPart->uHash,
                                pChunker->n, pPart->n + MIG_VARINT_MAX)) {
      chunkFlush(p, pChunker, 0);
    }
    keyPut(pChunker, pPart);
  }
  if (pPart->n) {
    memcpy(pChunker->a + pChunker->n, pPart->a, (size_t)pPart->n);
    pChunker->n += pPart->n;
  }
  if (!bWhole) {
    chunkFlush(p, pChunker, !pPart->bLast);
    pChunker->uHash = pPart->uHash;
  }
}

/* The sink of a scan, which runs with p->db where the rows are: the chunks go
** to the other database, if it is another. */
static void chunkerPart(MigContext *p, void *pArg, const MigPart *pPart) {
  Chunker *pChunker = pArg;
  sqlite3 *db = p->db;

  p->db = pChunker->db;
  chunkerAdd(p, pChunker, pPart);
  p->db = db;
}

/* Counts rows and their bytes, without their keys. */
typedef struct Sample {
  i64 nByte;
  i64 nRow;
} Sample;

/* The sink of the scan that fills a Sample. */
static void samplePart(MigContext *p, void *pArg, const MigPart *pPart) {
  Sample *pSample = pArg;

  MIG_UNUSED(p);
  pSample->nRow += pPart->bFirst;
  pSample->nByte += pPart->n;
}

/* How often to cut, as bits for migCutBefore(): as in the backup before, unless
** that has come to give chunks of a bad size, since other bits move all cuts.
** Where there is none, or it is of a few rows, the first rows of the table are
** looked at. p->db is where the rows are. */
static int bitsFor(MigContext *p, const MigLayout *pLayout,
                   const MigTableEntry *pBefore) {
  Sample sample = {0, 0};
  MigSink sink;

  if (pBefore && pBefore->nRow > SAMPLE) {
    i64 nMean = pBefore->nChunk ? pBefore->nByte / pBefore->nChunk : 0;
    return nMean > MIG_CHUNK_TARGET / 3 && nMean < MIG_CHUNK_MAX * 7 / 8
               ? pBefore->nBits
               : migCutBits(pBefore->nByte, pBefore->nRow);
  }
  sink.xPart = samplePart;
  sink.pArg = &sample;
  migScanTable(p, pLayout, SAMPLE, &sink);
  return migCutBits(sample.nByte, sample.nRow);
}

/* Let p work on the database whose rows are read; p->db = pChunker->db goes
** back. Statements of p->pCached belong to the latter: nothing that runs in
** between may ask for one. */
static void fromEnter(MigContext *p, const Chunker *pChunker) {
  if (pChunker->pJob->dbFrom) {
    p->db = pChunker->pJob->dbFrom;
  }
}

/* Cut the rows, and fill what the entry says of them: key, counts, digest.
** nBits is set. p->db is pChunker->db, before and after. */
static void chunkerScan(MigContext *p, Chunker *pChunker,
                        const MigLayout *pLayout) {
  MigSink sink;

  pChunker->entry.eKey = pLayout->eKey;
  migHashInit(&pChunker->digest);
  sink.xPart = chunkerPart;
  sink.pArg = pChunker;
  fromEnter(p, pChunker);
  migScanTable(p, pLayout, -1, &sink);
  p->db = pChunker->db;
  chunkFlush(p, pChunker, 0);
  migHashFinal(&pChunker->digest, pChunker->entry.aDigest);
}

/* A chunker for a job, with an empty entry; one block, to be freed with
** sqlite3_free(). NULL after failure. Not of the arena: it is large. */
static Chunker *chunkerNew(MigContext *p, const MigChunkJob *pJob) {
  Chunker *pChunker =
      p->rc ? 0 : sqlite3_malloc64(sizeof(*pChunker) + MIG_CHUNK_MAX);

  if (pChunker == 0) {
    migNomem(p);
    return 0;
  }
  memset(pChunker, 0, sizeof(*pChunker));
  pChunker->db = p->db;
  pChunker->pJob = pJob;
  pChunker->a = (u8 *)(pChunker + 1);
  return pChunker;
}

/* Cut and store a table. Reader and writer of lists are to be closed by the
** caller, also after failure. */
static void chunkerRun(MigContext *p, Chunker *pChunker,
                       const MigLayout *pLayout) {
  const MigTableEntry *pBefore = pChunker->pJob->pBefore;
  MigChunks *pChunks = pChunker->pJob->pChunks;
  MigTableEntry *pEntry = &pChunker->entry;

  pEntry->zName = pLayout->zTable;
  pEntry->nKey = pLayout->nKey;
  pEntry->nColumn = pLayout->nColumn;
  pEntry->azColumn = pLayout->azColumn;
  pEntry->nTerm = pLayout->nTerm;
  pEntry->aTerm = pLayout->aTerm;
  fromEnter(p, pChunker);
  pEntry->nBits = bitsFor(p, pLayout, pBefore);
  p->db = pChunker->db;
  migListReadOpen(&pChunker->before.reader, pChunks,
                  pBefore ? pBefore->nPiece : 0,
                  pBefore ? pBefore->aiPiece : 0);
  migListWriteOpen(p, &pChunker->list, pChunks);
  chunkerScan(p, pChunker, pLayout);
  migListWriteEnd(p, &pChunker->list);
  pEntry->nPiece = pChunker->list.nPiece;
  pEntry->aiPiece = pChunker->list.aiPiece;
}

/*
** Store the rows of a table, whose layout was read where the rows are, and make
** its entry for a manifest; names and pieces are in the arena or those of
** pLayout. The caller holds the write transaction of p->db, unless the chunks
** go to an overlay. After failure pEntry means nothing, and chunks may have
** been stored that nothing names: the caller undoes the transaction. Errors are
** those of migScanTable() and migChunkPut(); that the earlier backup of pBefore
** is damaged is none.
*/
void migChunkTable(MigContext *p, const MigChunkJob *pJob,
                   const MigLayout *pLayout, MigTableEntry *pEntry) {
  Chunker *pChunker = chunkerNew(p, pJob);

  if (pChunker) {
    chunkerRun(p, pChunker, pLayout);
    *pEntry = pChunker->entry;
    migListReadClose(&pChunker->before.reader);
    migListWriteClose(&pChunker->list);
    sqlite3_free(pChunker);
  }
}

/*
** Are the rows of a table, byte for byte, those of an entry with the same
** columns? They are cut and hashed as for a backup; nothing is stored, and no
** chunk is read. 0 does not tell that they differ: another version may have
** cut them elsewhere. The job has no pChunks, and pBefore is not looked at. 0
** after failure. The rows must not change meanwhile: the caller holds a
** transaction.
*/
int migChunksAre(MigContext *p, const MigChunkJob *pJob,
                 const MigLayout *pLayout, const MigTableEntry *pEntry) {
  Chunker *pChunker = chunkerNew(p, pJob);
  const MigTableEntry *pIs;
  int bSame = 0;

  if (pChunker) {
    pIs = &pChunker->entry;
    pChunker->entry.nBits = pEntry->nBits;
    chunkerScan(p, pChunker, pLayout);
    bSame = p->rc == SQLITE_OK && pIs->nRow == pEntry->nRow &&
            pIs->nChunk == pEntry->nChunk &&
            memcmp(pIs->aDigest, pEntry->aDigest, MIG_HASH_SIZE) == 0;
    sqlite3_free(pChunker);
  }
  return bSame;
}
