/*
** loadparts.c - rows that come in parts.
**
** A row that comes in several parts is collected first, except for a large BLOB
** behind which there are only NULLs: in a table with rowids SQLite writes zeros
** in its place without taking memory for them, and sqlite3_blob_write() fills
** them in as the parts come. SQLite opens no BLOB for writing that an index
** needs; then the row is collected after all.
*/
#include <string.h>
#include "sql.h"
#include "loadparts.h"

#define ROW_MAX 0x7fffffff /* bytes of a row; SQLite has no longer ones */
#define STREAM_MIN 1000000 /* bytes of a BLOB that is not collected */

/* Have room for nWanted bytes of the row. After failure the old room stays. */
static void bufferGrow(MigContext *p, MigLoader *pLoader) {
  u8 *a;

  if (pLoader->nWanted <= pLoader->nAlloc || p->rc) {
    return;
  }
  a = sqlite3_realloc64(pLoader->a, (u64)pLoader->nWanted);
  if (a == 0) {
    migNomem(p);
    return;
  }
  pLoader->a = a;
  pLoader->nAlloc = pLoader->nWanted;
}

/* The column of the row, by its serials, that may be written in parts, or -1:
** the last that is not NULL, when that is a BLOB of STREAM_MIN bytes and more.
** Then its bytes are the last of the row. Where columns or indexes are computed
** they would be so from the zeros. */
static int streamColumn(const MigLoader *pLoader) {
  const MigLayout *pLayout = pLoader->pLayout;
  int i = pLayout->nColumn - 1;

  if (pLoader->bNoStream || pLayout->eKey != MIG_KEY_ROWID ||
      pLayout->bComputed) {
    return -1;
  }
  while (i >= 0 && pLoader->aSerial[i] == 0) {
    i--;
  }
  return i >= 0 && pLoader->aSerial[i] >= 12 && pLoader->aSerial[i] % 2 == 0 &&
                 migSerialSize(pLoader->aSerial[i]) >= STREAM_MIN
             ? i
             : -1;
}

/* May this column be written in parts? Asked before the row is there: SQLite
** looks at the column first and answers that there is no such row only when
** it may. The words are those of sqlite3_blob_open(), "no such rowid: N"; if
** they change rows are collected, and nothing is wrong. */
static int streamAllowed(MigContext *p, const MigLoader *pLoader, i64 iKey,
                         int iColumn) {
  sqlite3_blob *pBlob = 0;
  int rc =
      sqlite3_blob_open(p->db, "main", pLoader->pLayout->zTable,
                        pLoader->pLayout->azColumn[iColumn], iKey, 1, &pBlob);
  int bAllowed = rc == SQLITE_ERROR &&
                 strncmp(sqlite3_errmsg(p->db), "no such rowid", 13) == 0;

  sqlite3_blob_close(pBlob);
  return bAllowed;
}

/* The first part of a row: find out how long it is and how to write it. Its
** bytes are not taken yet. TOO_BIG for more than ROW_MAX bytes, BACKUP_DAMAGED
** when they are no beginning of a row. */
void migLoadPartsStart(MigContext *p, MigLoader *pLoader,
                       const MigPart *pPart) {
  int nColumn = pLoader->pLayout->nColumn;
  i64 n = migRowHeader(pPart->a, pPart->n, nColumn, pLoader->aSerial);
  int i;

  if (n < 0) {
    /* unreached: the reader has looked at the serials */
    migLoadRowDamaged(p, pLoader);
    return;
  }
  for (i = 0; i < nColumn && n <= ROW_MAX; i++) {
    i64 nValue = migSerialSize(pLoader->aSerial[i]);
    n += nValue < 0 ? ROW_MAX : nValue;
  }
  if (n > ROW_MAX) {
    migFail(p, MIG_TOO_BIG,
            "a row of table %s has more than %d bytes; see README, Limits",
            pLoader->pLayout->zTable, ROW_MAX);
    return;
  }
  pLoader->n = pLoader->nStream = 0;
  pLoader->nRow = pLoader->nWanted = n;
  pLoader->iStream = streamColumn(pLoader);
  if (pLoader->iStream >= 0 &&
      !streamAllowed(p, pLoader, pPart->iKey, pLoader->iStream)) {
    pLoader->iStream = -1;
    pLoader->bNoStream = 1;
  }
  if (pLoader->iStream >= 0) {
    pLoader->nWanted -= migSerialSize(pLoader->aSerial[pLoader->iStream]);
  }
  bufferGrow(p, pLoader);
}

/* What stands before the streamed BLOB is there: write the row, with zeros in
** the place of the BLOB and NULLs behind it, and open the BLOB. Read back is
** what stands before it. */
static void streamStart(MigContext *p, MigLoader *pLoader, i64 iKey) {
  const MigLayout *pLayout = pLoader->pLayout;
  i64 i =
      migRowHeader(pLoader->a, pLoader->n, pLayout->nColumn, pLoader->aSerial);
  int iStream = pLoader->iStream;
  int k;
  int rc;

  for (k = 0; k < pLayout->nColumn && p->rc == SQLITE_OK; k++) {
    MigValue *pValue = &pLoader->aValue[k];
    if (k >= iStream) {
      pValue->eType = SQLITE_NULL;
    } else if (i < 0 || !migValueGet(pLoader->a + i, pLoader->n - i,
                                     pLoader->aSerial[k], pValue)) {
      /* unreached: the reader has looked at the serials */
      migLoadRowDamaged(p, pLoader);
    } else {
      i += migSerialSize(pLoader->aSerial[k]);
    }
  }
  migLoadRowInsert(p, pLoader, iKey, iStream,
                   migSerialSize(pLoader->aSerial[iStream]));
  if (pLoader->bProve) {
    migLoadRowProve(p, pLoader, iKey, iStream);
  }
  if (p->rc == SQLITE_OK) {
    rc =
        sqlite3_blob_open(p->db, "main", pLayout->zTable,
                          pLayout->azColumn[iStream], iKey, 1, &pLoader->pBlob);
    if (rc) {
      migFailDb(p, rc);
    }
  }
}

/* Add the bytes of a part: first to what is collected, then to the BLOB. They
** may go after the call. BACKUP_DAMAGED when they are more than the row has;
** else the errors of migLoadRowInsert() and migLoadRowProve(), and SQLite's. */
void migLoadPartsAdd(MigContext *p, MigLoader *pLoader, const MigPart *pPart) {
  i64 nTake = pLoader->nWanted - pLoader->n;
  i64 nRest;
  int rc;

  nTake = nTake < pPart->n ? nTake : pPart->n;
  nRest = pPart->n - nTake;
  if (nTake > 0) {
    memcpy(pLoader->a + pLoader->n, pPart->a, (size_t)nTake);
    pLoader->n += nTake;
  }
  if (nRest > pLoader->nRow - pLoader->nWanted - pLoader->nStream) {
    /* unreached: the reader has counted the bytes */
    migLoadRowDamaged(p, pLoader);
    return;
  }
  if (pLoader->iStream >= 0 && pLoader->pBlob == 0 &&
      pLoader->n == pLoader->nWanted) {
    streamStart(p, pLoader, pPart->iKey);
  }
  if (nRest > 0 && p->rc == SQLITE_OK) {
    rc = sqlite3_blob_write(pLoader->pBlob, pPart->a + nTake, (int)nRest,
                            (int)pLoader->nStream);
    pLoader->nStream += nRest;
    if (rc) {
      migFailDb(p, rc);
    }
  }
}

/* The last part of a row is there: write what was collected, unless the row was
** written before its BLOB. The room of a large row is given back.
** BACKUP_DAMAGED when bytes of the row are missing; else the errors of
** migLoadRowWrite(). */
void migLoadPartsEnd(MigContext *p, MigLoader *pLoader, const MigPart *pPart) {
  if (p->rc == SQLITE_OK && pLoader->n + pLoader->nStream != pLoader->nRow) {
    /* unreached: the reader has counted the bytes */
    migLoadRowDamaged(p, pLoader);
  }
  if (p->rc == SQLITE_OK && pLoader->iStream < 0) {
    migLoadRowWrite(p, pLoader, pPart->iKey, pLoader->a, pLoader->n);
  }
  sqlite3_blob_close(pLoader->pBlob); /* commits nothing: no error */
  pLoader->pBlob = 0;
  if (pLoader->nAlloc > STREAM_MIN) {
    sqlite3_free(pLoader->a);
    pLoader->a = 0;
    pLoader->nAlloc = 0;
  }
}
