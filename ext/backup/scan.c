/*
** scan.c - the rows of a table of the database, encoded, in key order.
**
** Values are taken as they are stored: texts in the encoding of the file,
** whatever their bytes. A row that is longer than a chunk is handed over in
** parts.
**
** SQLite takes a value into memory before it can be looked at, and a BLOB may
** have a gigabyte. So while a table with rowids is stepped through, the
** connection's SQLITE_LIMIT_LENGTH is SCAN_LARGE. SQLite answers TOOBIG for a
** longer row without having read it; that row is then read a column at a
** time, its texts and blobs through sqlite3_blob_read(), and the scan goes on
** behind it. Rows of tables without rowids that can be named come into memory
** as a whole: sqlite3_blob_open() needs a rowid.
**
** The hash of a key (rowcode.c gives the functions) decides where chunks are
** cut. Of a rowid, or of the number of a row, it is that of the integer. Of a
** WITHOUT ROWID row it is that of these bytes: for each key column its serial,
** and behind it the bytes of its value, of a text or blob at most the first
** KEY_SAMPLE. They end before a column for which fewer than 82 of KEY_MAX bytes
** may be left. Keys that only differ behind that have the same hash, which
** costs some cuts and nothing else.
*/
#include <string.h>
#include "sql.h"
#include "rowcode.h"
#include "cut.h"
#include "scan.h"

#define SCAN_LARGE 1000000 /* bytes of a row that is read in pieces */
#define KEY_SAMPLE 64      /* bytes of each key value that its hash covers */
#define KEY_MAX 512        /* bytes that are hashed */

/* A scan under way. */
typedef struct Scan {
  const MigLayout *pLayout;
  const MigSink *pSink;
  int bUtf16;       /* texts of main are in UTF-16, of either byte order */
  int bSample;      /* only some rows are wanted, to see how long they are */
  int bLong;        /* a row in parts was met */
  int iFirst;       /* result column of the first stored column, 0 or 1 */
  MigValue *aValue; /* of the current row, by column; the memory of the four
                       arrays is one block, which begins here */
  u64 *aSerial;     /* of the current row, by column */
  MigPart part;     /* being filled; a is aPart */
  u8 *aPart;        /* MIG_PART_MAX bytes */
  sqlite3_stmt *
      *apColumn; /* reads one column of a long row, made when needed */
} Scan;

/* ---- parts ---- */

/* Hand over what is collected; bLast: the row ends with it. The next part goes
** on with the same row, unless partStart() comes first. */
static void partSend(MigContext *p, Scan *pScan, int bLast) {
  pScan->part.bLast = bLast;
  if (p->rc == SQLITE_OK) {
    pScan->pSink->xPart(p, pScan->pSink->pArg, &pScan->part);
  }
  pScan->part.bFirst = 0;
  pScan->part.n = 0;
}

/* Add n bytes to the row that is under way. A full part is only sent when more
** comes, so that the last one is known. */
static void partAdd(MigContext *p, Scan *pScan, const u8 *a, i64 n) {
  while (n > 0 && p->rc == SQLITE_OK) {
    i64 nFit = MIG_PART_MAX - pScan->part.n;
    if (nFit == 0) {
      partSend(p, pScan, 0);
      continue;
    }
    nFit = n < nFit ? n : nFit;
    memcpy(pScan->aPart + pScan->part.n, a, (size_t)nFit);
    pScan->part.n += nFit;
    a += nFit;
    n -= nFit;
  }
}

/* Begin a row. */
static void partStart(Scan *pScan, i64 iKey, u32 uHash) {
  pScan->part.iKey = iKey;
  pScan->part.uHash = uHash;
  pScan->part.bFirst = 1;
  pScan->part.a = pScan->aPart;
  pScan->part.n = 0;
}

/* Add the n serials of a row, which MigPart promises to be in its first part.
** Where SQLite was built for that a table has up to 32767 columns: more than
** fit are refused with TOO_BIG. */
static void headerAdd(MigContext *p, Scan *pScan, const u64 *aSerial, int n) {
  u8 a[MIG_VARINT_MAX];
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (pScan->part.n + MIG_VARINT_MAX > MIG_PART_MAX) {
      /* unreached: takes an SQLite built for over 3500 columns */
      migFail(p, MIG_TOO_BIG, "table %s has too many columns to be backed up",
              pScan->pLayout->zTable);
    }
    partAdd(p, pScan, a, migVarintPut(a, aSerial[i]));
  }
}

/* Hand over the row in aValue, whose values are all in memory: at once, or in
** parts. */
static void rowSend(MigContext *p, Scan *pScan, i64 iKey, u32 uHash) {
  int n = pScan->pLayout->nColumn;
  u64 *aSerial = pScan->aSerial;
  i64 nSize = migRowSerials(pScan->aValue, n, aSerial);
  u8 a[MIG_VARINT_MAX];
  int i;

  partStart(pScan, iKey, uHash);
  if (nSize <= MIG_PART_MAX) {
    pScan->part.n = migRowPut(pScan->aPart, aSerial, pScan->aValue, n);
    partSend(p, pScan, 1);
    return;
  }
  pScan->bLong = 1;
  headerAdd(p, pScan, aSerial, n);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    const MigValue *pValue = &pScan->aValue[i];
    if (aSerial[i] >= 12) {
      partAdd(p, pScan, pValue->a, pValue->n);
    } else {
      partAdd(p, pScan, a, migValuePut(a, aSerial[i], pValue));
    }
  }
  partSend(p, pScan, 1);
}

/* ---- rows in memory ---- */

/* Take result column i as it is stored. A text or blob stays SQLite's, until
** the statement is stepped or reset. It is asked for once: each function
** sqlite3_column_...() takes and leaves the mutex of the connection, those of
** values rely on it. It is held: we run within a statement of the caller's, and
** no one else has the other connections that are scanned. sqlite3_value_blob()
** of a text gives its bytes without converting them. */
static void valueRead(MigContext *p, const Scan *pScan, sqlite3_stmt *pStmt,
                      int i, MigValue *pValue) {
  sqlite3_value *pIs = sqlite3_column_value(pStmt, i);

  pValue->eType = sqlite3_value_type(pIs);
  switch (pValue->eType) {
  case SQLITE_INTEGER:
    pValue->i = sqlite3_value_int64(pIs);
    break;
  case SQLITE_FLOAT:
    pValue->r = sqlite3_value_double(pIs);
    break;
  case SQLITE_TEXT:
  case SQLITE_BLOB:
    pValue->a = sqlite3_value_blob(pIs);
    pValue->n =
        pScan->bUtf16 ? sqlite3_value_bytes16(pIs) : sqlite3_value_bytes(pIs);
    if (pValue->n > 0 && pValue->a == 0) {
      migNomem(p);
    }
    break;
  default:
    break;
  }
}

/* Hash of the key of the WITHOUT ROWID row in aValue: serials and the first
** bytes of its values, as atop this file. */
static u32 keyHash(const Scan *pScan) {
  u8 a[KEY_MAX];
  i64 n = 0;
  int i;

  for (i = 0; i < pScan->pLayout->nKey; i++) {
    const MigValue *pValue = &pScan->aValue[i];
    u64 uSerial = migSerialOf(pValue);
    if (n + 2 * MIG_VARINT_MAX + KEY_SAMPLE > KEY_MAX) {
      break;
    }
    n += migVarintPut(a + n, uSerial);
    if (uSerial < 12) {
      n += migValuePut(a + n, uSerial, pValue);
    } else if (pValue->n > 0) {
      i64 nTake = pValue->n < KEY_SAMPLE ? pValue->n : KEY_SAMPLE;
      memcpy(a + n, pValue->a, (size_t)nTake);
      n += nTake;
    }
  }
  return migKeyHashBytes(a, n);
}

/* Hand over the row that the statement stands on, the iRow-th, counted from 1.
** Returns its key as MigPart has it. */
static i64 rowRead(MigContext *p, Scan *pScan, sqlite3_stmt *pStmt, i64 iRow) {
  MigKeyKind eKey = pScan->pLayout->eKey;
  i64 iKey = eKey == MIG_KEY_ROWID     ? sqlite3_column_int64(pStmt, 0)
             : eKey == MIG_KEY_COLUMNS ? 0
                                       : iRow;
  int i;

  for (i = 0; i < pScan->pLayout->nColumn; i++) {
    valueRead(p, pScan, pStmt, pScan->iFirst + i, &pScan->aValue[i]);
  }
  if (p->rc == SQLITE_OK) {
    rowSend(p, pScan, iKey,
            eKey == MIG_KEY_COLUMNS ? keyHash(pScan) : migKeyHashInt(iKey));
  }
  return iKey;
}

/* ---- long rows ---- */

/* Statement that reads column i of the row with rowid ?1. Result columns: its
** type, SQLITE_TEXT (3), SQLITE_BLOB (4) or 0 for the others; the value, unless
** it is a text or blob; the value whatever it is, when ?2 is true. It belongs
** to the scan. */
static sqlite3_stmt *columnPrepare(MigContext *p, Scan *pScan, int i) {
  const MigLayout *pLayout = pScan->pLayout;
  const char *z = pLayout->azColumn[i];

  if (pScan->apColumn[i] == 0) {
    pScan->apColumn[i] = migPrepareF(
        p,
        "SELECT CASE typeof(\"%w\") WHEN 'text' THEN 3 WHEN 'blob' THEN 4"
        " ELSE 0 END, CASE WHEN typeof(\"%w\") IN('text', 'blob') THEN NULL"
        " ELSE \"%w\" END, CASE WHEN ?2 THEN \"%w\" END"
        " FROM main.\"%w\" WHERE \"%w\" = ?1",
        z, z, z, z, pLayout->zTable, pLayout->zRowid);
  }
  return pScan->apColumn[i];
}

/* Open column i of a row for reading, for the caller to close. NULL, and no
** error, when the row has no such value to open: SQLITE_ERROR says so. */
static sqlite3_blob *blobOpen(MigContext *p, const Scan *pScan, i64 iKey,
                              int i) {
  sqlite3_blob *pBlob = 0;
  int rc = sqlite3_blob_open(p->db, "main", pScan->pLayout->zTable,
                             pScan->pLayout->azColumn[i], iKey, 0, &pBlob);

  if (rc) {
    sqlite3_blob_close(pBlob);
    pBlob = 0;
    if (rc != SQLITE_ERROR) {
      migFailDb(p, rc);
    }
  }
  return pBlob;
}

/* Length of a text or blob, into pValue->n; pValue->a stays NULL. A row that is
** older than its column has no value to open, but the column's default: then
** the statement stays on the row, and the value is in memory, and pValue->a set
** even when it is empty. */
static void lengthRead(MigContext *p, Scan *pScan, i64 iKey, int i,
                       MigValue *pValue) {
  sqlite3_blob *pBlob = blobOpen(p, pScan, iKey, i);
  sqlite3_stmt *pStmt = pScan->apColumn[i];

  if (pBlob) {
    pValue->n = sqlite3_blob_bytes(pBlob);
    sqlite3_blob_close(pBlob);
  } else if (p->rc == SQLITE_OK) {
    migBindInt(p, pStmt, 1, iKey);
    migBindInt(p, pStmt, 2, 1);
    if (migStep(p, pStmt)) {
      valueRead(p, pScan, pStmt, 2, pValue);
      pValue->a = pValue->n ? pValue->a : (const u8 *)"";
    }
  }
}

/* Type and value of one column of a row; of a text or blob that is in the
** row, only the length. UNSUPPORTED when typeof() is another function here: it
** would let texts and blobs through as whole values. */
static void columnRead(MigContext *p, Scan *pScan, i64 iKey, int i,
                       MigValue *pValue) {
  sqlite3_stmt *pStmt = columnPrepare(p, pScan, i);
  int eType = 0;

  memset(pValue, 0, sizeof(*pValue));
  pValue->eType = SQLITE_NULL;
  migBindInt(p, pStmt, 1, iKey);
  migBindInt(p, pStmt, 2, 0);
  if (migStep(p, pStmt)) {
    eType = sqlite3_column_int(pStmt, 0);
    valueRead(p, pScan, pStmt, 1, pValue);
  }
  sqlite3_reset(pStmt);
  if (eType == 0 &&
      (pValue->eType == SQLITE_TEXT || pValue->eType == SQLITE_BLOB)) {
    migFail(p, MIG_UNSUPPORTED,
            "function typeof() of this connection is not SQLite's own");
    pValue->eType = SQLITE_NULL;
  }
  if (eType && p->rc == SQLITE_OK) {
    pValue->eType = eType;
    lengthRead(p, pScan, iKey, i, pValue);
  }
}

/* Add a text or blob that is read piece by piece, right into the part. Its
** length is that of lengthRead(): nothing writes the table meanwhile. */
static void blobAdd(MigContext *p, Scan *pScan, i64 iKey, int i) {
  sqlite3_blob *pBlob = blobOpen(p, pScan, iKey, i);
  i64 n = pBlob ? sqlite3_blob_bytes(pBlob) : 0;
  i64 iAt = 0;

  while (iAt < n && p->rc == SQLITE_OK) {
    i64 nFit = MIG_PART_MAX - pScan->part.n;
    int rc;
    if (nFit == 0) {
      partSend(p, pScan, 0);
      continue;
    }
    nFit = n - iAt < nFit ? n - iAt : nFit;
    rc = sqlite3_blob_read(pBlob, pScan->aPart + pScan->part.n, (int)nFit,
                           (int)iAt);
    if (rc) {
      migFailDb(p, rc);
    }
    pScan->part.n += nFit;
    iAt += nFit;
  }
  sqlite3_blob_close(pBlob);
}

/* Hand over a row that does not come into memory as a whole, of a table with
** rowids: first the types and lengths of all columns, which are the serials,
** then the values. The statements of columns that are defaults hold their
** values until the end. */
static void longRow(MigContext *p, Scan *pScan, i64 iKey) {
  int n = pScan->pLayout->nColumn;
  u64 *aSerial = pScan->aSerial;
  u8 a[MIG_VARINT_MAX];
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    columnRead(p, pScan, iKey, i, &pScan->aValue[i]);
    aSerial[i] = migSerialOf(&pScan->aValue[i]);
  }
  partStart(pScan, iKey, migKeyHashInt(iKey));
  headerAdd(p, pScan, aSerial, n);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    const MigValue *pValue = &pScan->aValue[i];
    if (aSerial[i] < 12) {
      partAdd(p, pScan, a, migValuePut(a, aSerial[i], pValue));
    } else if (pValue->a) {
      partAdd(p, pScan, pValue->a, pValue->n);
    } else {
      blobAdd(p, pScan, iKey, i);
    }
  }
  partSend(p, pScan, 1);
  for (i = 0; i < n; i++) {
    sqlite3_reset(pScan->apColumn[i]);
  }
}

/* ---- tables ---- */

/* An authorizer of the application can make SQLite answer NULL instead of a
** column (SQLITE_IGNORE). Such a backup would be a trap: refuse with
** UNSUPPORTED. EXPLAIN has one opcode Column or Rowid for each result column
** that is really read. A sample only needs the length of rows. */
static void columnsCheck(MigContext *p, const Scan *pScan,
                         sqlite3_stmt *pStmt) {
  sqlite3_stmt *pExplain =
      pStmt ? migPrepareF(p, "EXPLAIN %s", /* sql-ok: our own statement */
                          sqlite3_sql(pStmt))
            : 0;
  int n = pScan->bSample ? 0 : pScan->iFirst + pScan->pLayout->nColumn;

  while (n > 0 && migStep(p, pExplain)) {
    const char *z = (const char *)sqlite3_column_text(pExplain, 1);
    n -= z && (strcmp(z, "Column") == 0 || strcmp(z, "Rowid") == 0);
  }
  sqlite3_finalize(pExplain);
  if (p->rc == SQLITE_OK && n > 0) {
    migFail(p, MIG_UNSUPPORTED,
            "an authorizer hides columns of table %s, so it cannot be backed"
            " up; allow SQLITE_READ of it",
            pScan->pLayout->zTable);
  }
}

/* Step with the limit on lengths at nLimit bytes; it is as it was afterwards.
** Returns SQLITE_ROW, DONE or TOOBIG; any other result is an error of p. */
static int stepLimited(MigContext *p, sqlite3_stmt *pStmt, int nLimit) {
  int nWas = sqlite3_limit(p->db, SQLITE_LIMIT_LENGTH, nLimit);
  int rc = sqlite3_step(pStmt);

  sqlite3_limit(p->db, SQLITE_LIMIT_LENGTH, nWas);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE && rc != SQLITE_TOOBIG) {
    migFailDb(p, rc);
  }
  return rc;
}

/* The first rowid from iFrom on; iFrom when there is none. It reads no column
** but the rowid, so the length of the row is no matter. */
static i64 rowidFrom(MigContext *p, const MigLayout *pLayout, i64 iFrom) {
  return migQueryInt(p, iFrom,
                     "SELECT \"%w\" FROM main.\"%w\" NOT INDEXED"
                     " WHERE \"%w\" >= %lld ORDER BY \"%w\" LIMIT 1",
                     pLayout->zRowid, pLayout->zTable, pLayout->zRowid, iFrom,
                     pLayout->zRowid);
}

/* All rows of a table with rowids, at most nMax. The rows handed over are all
** below iNext. SQLite does not say which row was too long, so that is looked
** up: the first from iNext on. A sample ends with the first row that comes in
** parts: there is no more to learn. One that SQLite has not read has a part of
** the full size in it, of which only the length means something. */
static void scanRowids(MigContext *p, Scan *pScan, i64 nMax) {
  const MigLayout *pLayout = pScan->pLayout;
  int nLimit = sqlite3_limit(p->db, SQLITE_LIMIT_LENGTH, -1);
  char *zWhere = migPrintf(p, "\"%w\" >= ?1", pLayout->zRowid);
  sqlite3_stmt *pStmt = migPrepare(p, migLayoutScan(p, pLayout, zWhere));
  i64 iNext = (-0x7fffffffffffffffLL - 1);
  i64 n;
  int rc;

  columnsCheck(p, pScan, pStmt);
  nLimit = nLimit < SCAN_LARGE ? nLimit : SCAN_LARGE;
  migBindInt(p, pStmt, 1, iNext);
  for (n = 0; n < nMax && p->rc == SQLITE_OK; n++) {
    i64 iKey;
    rc = stepLimited(p, pStmt, nLimit);
    if (rc == SQLITE_ROW) {
      iKey = rowRead(p, pScan, pStmt, n + 1);
    } else if (rc == SQLITE_TOOBIG) {
      sqlite3_reset(pStmt);
      iKey = rowidFrom(p, pLayout, iNext);
      if (pScan->bSample) {
        pScan->part.n = MIG_PART_MAX; /* long enough to know */
        partSend(p, pScan, 1);
        break;
      }
      longRow(p, pScan, iKey);
      migBindInt(p, pStmt, 1, iKey + (iKey < 0x7fffffffffffffffLL));
    } else {
      break;
    }
    if (iKey == 0x7fffffffffffffffLL || (pScan->bSample && pScan->bLong)) {
      break;
    }
    iNext = iKey + 1;
  }
  sqlite3_finalize(pStmt);
}

/* Compile the scan of a table without rowids that can be named. Where it has no
** key either, its order is that of the table: PRAGMA reverse_unordered_selects
** would have it backwards. Such a PRAGMA acts when it is compiled, so it is
** never stepped, and put back after an error too. The caller finalizes. */
static sqlite3_stmt *rowsPrepare(MigContext *p, const MigLayout *pLayout) {
  int bReverse = pLayout->eKey == MIG_KEY_NONE &&
                 migQueryInt(p, 0, "PRAGMA reverse_unordered_selects") != 0;
  char *zSql = migLayoutScan(p, pLayout, 0);
  sqlite3_stmt *pStmt;

  if (bReverse) {
    migFinalize(p, migPrepare(p, "PRAGMA reverse_unordered_selects=0"));
  }
  pStmt = migPrepare(p, zSql);
  if (bReverse) {
    sqlite3_stmt *pBack = 0;
    sqlite3_prepare_v2(p->db, "PRAGMA reverse_unordered_selects=1", -1, &pBack,
                       0);
    sqlite3_finalize(pBack);
  }
  return pStmt;
}

/* The rows of a table of another kind, at most nMax. */
static void scanRows(MigContext *p, Scan *pScan, i64 nMax) {
  sqlite3_stmt *pStmt = rowsPrepare(p, pScan->pLayout);
  i64 n;

  columnsCheck(p, pScan, pStmt);
  for (n = 0; n < nMax && migStep(p, pStmt); n++) {
    rowRead(p, pScan, pStmt, n + 1);
    if (pScan->bSample && pScan->bLong) {
      break;
    }
  }
  sqlite3_finalize(pStmt);
}

/* Are texts of main in UTF-16? */
static int encodingUtf16(MigContext *p) {
  const char *z = migQueryText(p, "PRAGMA main.encoding");

  return z && strncmp(z, "UTF-16", 6) == 0;
}

/* Memory of a scan, for scanFree(); not of the arena, in which the sink may
** build something that lasts. After failure p->rc is set and aValue is NULL. */
static void scanAlloc(MigContext *p, Scan *pScan) {
  u64 n = (u64)pScan->pLayout->nColumn;
  u64 nByte = n * (sizeof(MigValue) + sizeof(u64) + sizeof(sqlite3_stmt *));
  u8 *a = p->rc ? 0 : sqlite3_malloc64(nByte + MIG_PART_MAX);

  if (a == 0) {
    migNomem(p);
    return;
  }
  memset(a, 0, (size_t)nByte);
  pScan->aValue = (MigValue *)(void *)a;
  a += n * sizeof(MigValue);
  pScan->aSerial = (u64 *)(void *)a;
  a += n * sizeof(u64);
  pScan->apColumn = (sqlite3_stmt **)(void *)a;
  a += n * sizeof(sqlite3_stmt *);
  pScan->aPart = a;
}

/* Finalize the statements of columns and give the memory back. */
static void scanFree(Scan *pScan) {
  int i;

  for (i = 0; pScan->aValue && i < pScan->pLayout->nColumn; i++) {
    sqlite3_finalize(pScan->apColumn[i]);
  }
  sqlite3_free(pScan->aValue);
}

/*
** Hand the rows of a table of schema main to pSink, in the order of the key,
** at most nMax of them (below 0: all). pLayout is that of the table as it is
** now. The sink may run statements, but none that changes the table; it may let
** p work on another connection, and must put p->db back before it returns. What
** it is handed is valid during the call only.
**
** With nMax >= 0 the rows are a sample: the sink may look at lengths alone, and
** the scan ends early at a long row. Wants a read transaction when all rows are
** to be of one moment. Nothing is kept in the context or in the arena but a few
** texts of statements.
**
** Errors: UNSUPPORTED when an authorizer hides columns or typeof() is another
** function, TOO_BIG when the serials of a row do not fit a part, what the sink
** raises, what SQLite reports. The rows handed over before count for nothing
** then.
*/
void migScanTable(MigContext *p, const MigLayout *pLayout, i64 nMax,
                  const MigSink *pSink) {
  Scan scan;

  memset(&scan, 0, sizeof(scan));
  scan.pLayout = pLayout;
  scan.pSink = pSink;
  scan.bUtf16 = encodingUtf16(p);
  scan.iFirst = pLayout->eKey == MIG_KEY_ROWID;
  scan.bSample = nMax >= 0;
  scanAlloc(p, &scan);
  nMax = nMax < 0 ? 0x7fffffffffffffffLL : nMax;
  if (scan.aValue && pLayout->eKey == MIG_KEY_ROWID) {
    scanRowids(p, &scan, nMax);
  } else if (scan.aValue) {
    scanRows(p, &scan, nMax);
  }
  scanFree(&scan);
}
