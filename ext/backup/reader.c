/*
** reader.c - the rows of a table out of a backup.
**
** The bytes of a unit: every row of a table with rowids, or with numbered
** rows, begins with a varint, zigzag(key - key of the row before, 0 before the
** first of the unit), the difference taken modulo 2^64. Then come its serials
** and values, as rowcode.h says. A long row goes on at the first byte of the
** next chunk of its unit.
**
** Two rows of a table t(id INTEGER PRIMARY KEY, b), (10, 1) and (12, 1), are a
** unit of one chunk with four bytes: 14 09 04 09. 14 is zigzag(10), 04 is
** zigzag(12 - 10), 09 the serial of the integer 1, which has no bytes. The
** rowid is the key, so it is no column of the row.
**
** Which chunks are a unit the list says: those up to the next entry that is not
** marked as going on. A table without rows has an empty list.
**
** A chunk is read when a row in it is asked for, and its bytes are copied, so
** that several readers can share one store of chunks. What is read may come
** from a damaged file: lengths are compared with the bytes there are. That
** every chunk has its hash is made sure by the store (chunk.c); that they are
** the chunks of this table, in this order, by migReaderCheck(), which needs all
** of them read. Not looked at: whether keys ascend, and the hashes of keys in
** the list. The number of rows is for the caller to compare.
*/
#include <string.h>
#include "rowcode.h"
#include "reader.h"

/* Chunks of one row: SQLite's values have less than 2^31 bytes, and a row with
** several such is not stored either. Bounds the memory that a list can ask
** for. */
#define UNIT_MAX (0x7fffffff / MIG_CHUNK_MIN)

/*
** Read the rows of pTable, which must live as long as the reader, as must
** pChunks. Several readers may use the same pChunks in turn. No unit is open,
** and nothing of the file is read yet. After failure p->rc is set (out of
** memory); migReaderClose() must be called on every path.
*/
void migReaderOpen(MigContext *p, MigReader *pRead, MigChunks *pChunks,
                   const MigTableEntry *pTable) {
  memset(pRead, 0, sizeof(*pRead));
  migListReadOpen(&pRead->list, pChunks, pTable->nPiece, pTable->aiPiece);
  migHashInit(&pRead->digest);
  pRead->bDigest = 1;
  pRead->pTable = pTable;
  if (p->rc) {
    return;
  }
  pRead->a = sqlite3_malloc64(MIG_CHUNK_MAX);
  pRead->aSerial = sqlite3_malloc64(((u64)pTable->nColumn + 1) * sizeof(u64));
  if (pRead->a == 0 || pRead->aSerial == 0) {
    migNomem(p);
  }
}

/* Give all memory back. Safe to call twice, and after a failure; the parts
** handed out are gone. */
void migReaderClose(MigReader *pRead) {
  migListReadClose(&pRead->list);
  sqlite3_free(pRead->aiUnit);
  sqlite3_free(pRead->a);
  sqlite3_free(pRead->aSerial);
  pRead->aiUnit = 0;
  pRead->a = 0;
  pRead->aSerial = 0;
}

/* Record that the chunk read last makes no sense, or the list when no chunk of
** this unit was read: BACKUP_DAMAGED. */
static void readerBad(MigContext *p, const MigReader *pRead, const char *zWhy) {
  i64 iChunk = pRead->nRead > 0 ? pRead->aiUnit[pRead->nRead - 1] : 0;

  if (iChunk) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "table %s, chunk %lld: %s; use another backup",
            pRead->pTable->zName, iChunk, zWhy);
  } else {
    migFail(p, MIG_BACKUP_DAMAGED,
            "table %s, list of chunks: %s; use another backup",
            pRead->pTable->zName, zWhy);
  }
}

/* ---- units ---- */

/* Add a chunk to the open unit. After failure the unit is what it was. */
static void unitAdd(MigContext *p, MigReader *pRead, i64 iChunk) {
  if (pRead->nUnit == pRead->nUnitAlloc) {
    int nNew = pRead->nUnit ? 2 * pRead->nUnit : 8;
    i64 *aiNew = sqlite3_realloc64(pRead->aiUnit, (u64)nNew * sizeof(i64));
    if (aiNew == 0) {
      migNomem(p);
      return;
    }
    pRead->aiUnit = aiNew;
    pRead->nUnitAlloc = nNew;
  }
  pRead->aiUnit[pRead->nUnit++] = iChunk;
}

/*
** Go on to the next unit; what is left of this one is skipped. Returns 0 at
** the end or after an error: BACKUP_DAMAGED when the list cannot be read or
** ends within a row, and what reading a chunk of the list raises. Its list
** entries are read, its chunks are not.
*/
int migReaderUnit(MigContext *p, MigReader *pRead) {
  MigListEntry entry;

  migReaderSkip(pRead);
  pRead->nUnit = 0;
  pRead->nRead = 0;
  pRead->iKey = 0;
  do {
    if (!migListRead(p, &pRead->list, &entry)) {
      if (pRead->nUnit > 0) {
        readerBad(p, pRead, "ends within a row");
      }
      pRead->nUnit = 0;
      return 0;
    }
    if (pRead->nUnit >= UNIT_MAX) {
      readerBad(p, pRead, "an endless row");
    }
    if (p->rc == SQLITE_OK) {
      unitAdd(p, pRead, entry.iChunk);
    }
  } while (entry.bMore && p->rc == SQLITE_OK);
  return p->rc == SQLITE_OK;
}

/* Pass over the rest of this unit. When chunks of it were not read, the digest
** of the table does not come out any more: migReaderCheck() is silent. */
void migReaderSkip(MigReader *pRead) {
  if (pRead->nRead < pRead->nUnit) {
    pRead->bDigest = 0;
  }
  pRead->nRead = pRead->nUnit;
  pRead->n = 0;
  pRead->i = 0;
}

/* Do the open units of two readers have the same chunks? Then they hold the
** same rows, whichever backups they are of: a chunk is stored once. Both
** readers must be of the same store. No unit is like no other. */
int migReaderSame(const MigReader *pA, const MigReader *pB) {
  return pA->nUnit == pB->nUnit && pA->nUnit > 0 &&
         memcmp(pA->aiUnit, pB->aiUnit, (size_t)pA->nUnit * sizeof(i64)) == 0;
}

/* ---- rows ---- */

/* Read the next chunk of the unit, of which there must be one; nothing of the
** chunk before is left. After failure it has no bytes. */
static void chunkNext(MigContext *p, MigReader *pRead) {
  u8 aHash[MIG_HASH_SIZE];
  i64 n = 0;
  const u8 *a = migChunkGet(p, pRead->list.pChunks,
                            pRead->aiUnit[pRead->nRead++], &n, aHash);

  pRead->i = 0;
  pRead->n = 0;
  if (p->rc == SQLITE_OK) {
    memcpy(pRead->a, a, (size_t)n);
    pRead->n = n;
    migHashAdd(&pRead->digest, aHash, MIG_HASH_SIZE);
  }
}

/* Begin a row at the next byte: its key into iKey, its serials into aSerial.
** Returns the bytes of the row behind the key, serials and values, which may
** be more than are in this chunk; -1 when it is malformed. The next byte is
** then the first serial. */
static i64 rowBegin(MigReader *pRead) {
  int nColumn = pRead->pTable->nColumn;
  i64 n;
  int i;

  if (pRead->pTable->eKey != MIG_KEY_COLUMNS) {
    u64 u = 0;
    int nKey = migVarintGet(pRead->a + pRead->i, pRead->n - pRead->i, &u);
    if (nKey == 0) {
      return -1;
    }
    pRead->iKey = (i64)((u64)pRead->iKey + (u64)migUnzigzag(u));
    pRead->i += nKey;
  }
  n = migRowHeader(pRead->a + pRead->i, pRead->n - pRead->i, nColumn,
                   pRead->aSerial);
  for (i = 0; i < nColumn && n >= 0; i++) {
    n += migSerialSize(pRead->aSerial[i]);
  }
  return n;
}

/* The next row of a chunk of whole rows. BACKUP_DAMAGED when it does not end
** within the chunk. */
static void rowNext(MigContext *p, MigReader *pRead, MigPart *pPart) {
  i64 n = rowBegin(pRead);

  if (n < 0 || n > pRead->n - pRead->i) {
    readerBad(p, pRead, "a row that cannot be read");
    return;
  }
  pPart->bFirst = 1;
  pPart->bLast = 1;
  pPart->a = pRead->a + pRead->i;
  pPart->n = n;
  pRead->i += n;
}

/* The next chunk of a long row. The serials must be in the first one.
** BACKUP_DAMAGED when the row ends before the last chunk, or not with it. */
static void partNext(MigContext *p, MigReader *pRead, MigPart *pPart) {
  chunkNext(p, pRead);
  pPart->bFirst = pRead->nRead == 1;
  pPart->bLast = pRead->nRead == pRead->nUnit;
  if (p->rc == SQLITE_OK && pPart->bFirst) {
    pRead->nLeft = rowBegin(pRead);
  }
  pPart->a = pRead->a + pRead->i;
  pPart->n = pRead->n - pRead->i;
  pRead->nLeft -= pPart->n;
  pRead->i = pRead->n;
  if (pPart->bLast ? pRead->nLeft != 0 : pRead->nLeft <= 0) {
    readerBad(p, pRead, "a long row that cannot be read");
  }
}

/*
** The next row of the open unit, or the next part of its long row. Returns 0
** at the end of the unit or after an error, and also while no unit is open. The
** bytes belong to the reader, and are valid until the next call on it; uHash is
** not known and 0. BACKUP_DAMAGED names table and chunk; other errors are those
** of migChunkGet(). A part keeps the promises of MigPart (scan.h): one with
** bFirst has all serials of its row.
*/
int migReaderPart(MigContext *p, MigReader *pRead, MigPart *pPart) {
  if (p->rc) {
    return 0;
  }
  if (pRead->nUnit == 1 && pRead->nRead == 0) {
    chunkNext(p, pRead);
  }
  if (pRead->nUnit > 1 ? pRead->nRead == pRead->nUnit : pRead->i >= pRead->n) {
    return 0;
  }
  if (pRead->nUnit > 1) {
    partNext(p, pRead, pPart);
  } else {
    rowNext(p, pRead, pPart);
  }
  if (p->rc == SQLITE_OK && pPart->n > MIG_PART_MAX) {
    readerBad(p, pRead, "a row that is too long");
  }
  pPart->iKey = pRead->iKey;
  pPart->uHash = 0;
  return p->rc == SQLITE_OK;
}

/*
** At the end of the list: BACKUP_DAMAGED unless the chunks were those that the
** manifest says. Says nothing when some of them were skipped, or after an
** error. It does not close the reader.
*/
void migReaderCheck(MigContext *p, MigReader *pRead) {
  u8 aDigest[MIG_HASH_SIZE];
  MigHash digest = pRead->digest;

  if (p->rc || !pRead->bDigest) {
    return;
  }
  migHashFinal(&digest, aDigest);
  if (memcmp(aDigest, pRead->pTable->aDigest, MIG_HASH_SIZE)) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "table %s does not have the chunks that its backup was made of;"
            " use another backup",
            pRead->pTable->zName);
  }
}
