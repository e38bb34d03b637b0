/*
** load.c - writing encoded rows into a table.
**
** A row that comes in one part is decoded where it lies. One that comes in
** several is collected first, except for a large BLOB behind which there are
** only NULLs: in a table with rowids SQLite writes zeros in its place without
** taking memory for them, and sqlite3_blob_write() fills them in as the parts
** come. SQLite opens no BLOB for writing that an index needs; then the row is
** collected after all.
**
** Texts are bound as the bytes they are, in the encoding of the file. In a
** UTF-16 file SQLite would take a byte order mark at the front of a bound text
** away. Such a text is bound as a blob, in a statement that joins it with an
** empty one: the result of || is a text, of just these bytes. (An odd last
** byte, which SQLite 3.38 stores, later ones cut off all the same.)
**
** SQLite also takes a bound blob for UTF-8 when a function wants a text of it,
** and one that it reads from a table for the encoding of the file. So where
** columns or indexes are computed, the values of a row pass through a table of
** the statement's own, and are computed with as they will be read.
**
** CHECK was obeyed when the rows were first written, but what it says may have
** come to differ with a function. So when it is in the way it is left out.
** That is decided when a statement is compiled, by PRAGMA
** ignore_check_constraints, which is on for no longer than that: only a call
** that fails just there leaves it to be put back later.
**
** CHECK, generated columns, indexes and collations can call functions of the
** application, and those can roll back. So where the loader knows the
** transaction it asks before each statement whether it still stands: what is
** written later would be committed by itself.
**
** A loader writes to the connection that p->db is, and keeps nothing in the
** context, so p->db may be another connection between the calls.
**
** The statements, for t(a INTEGER PRIMARY KEY, b, c):
**
**   INSERT INTO main."t"("a", "b", "c") VALUES(?1, ?2, ?3)
**   DELETE FROM main."t" WHERE "a" = ?1
**   SELECT 1, "b", "c" FROM main."t" NOT INDEXED WHERE "a" = ?1
**
** the first with VALUES(?1, ?2, (?3 || x'')) for a text that SQLite would
** change, and in a UTF-16 file with computed columns
**
**   WITH m AS MATERIALIZED(VALUES(?1, ?2, ?3))
**   INSERT INTO main."t"("a", "b", "c") SELECT * FROM m
**
** Values are bound as SQLITE_STATIC: they stay in the bytes that were handed
** in, or in the loader, until the statement is reset. A reset statement keeps
** bindings to bytes that are gone; all of them are bound anew before each step.
*/
#include <string.h>
#include "sql.h"
#include "token.h"
#include "rowcode.h"
#include "load.h"

#define ROW_MAX 0x7fffffff /* bytes of a row; SQLite has no longer ones */
#define STREAM_MIN 1000000 /* bytes of a BLOB that is not collected */

/* The fields from a on are those of the row that is coming in parts. */
struct MigLoader {
  const MigLayout *pLayout;  /* of the caller */
  const MigTransaction *pTx; /* that must stand; NULL: it is not watched */
  int eEncoding;  /* of texts: SQLITE_UTF8, SQLITE_UTF16LE, SQLITE_UTF16BE */
  int bProve;     /* read every row back */
  int bUnchecked; /* CHECK is left out */
  int bNoStream;  /* an index needs the column that would be streamed */
  char *zInsert;  /* texts of the statements, in the arena */
  char *zDelete;  /* NULL for MIG_KEY_NONE */
  char *zSelect;  /* NULL unless bProve */
  sqlite3_stmt *pInsert; /* made when first needed, finalized by the close */
  sqlite3_stmt *pDelete;
  sqlite3_stmt *pSelect;
  MigValue *aValue; /* of the row, by column; in the arena, as is aSerial */
  u64 *aSerial;
  u8 *a;       /* its bytes as far as they are collected, to be freed */
  i64 nAlloc;  /* room at a */
  i64 n;       /* bytes of it collected */
  i64 nWanted; /* bytes of it to collect: all but those written in parts */
  i64 nRow;    /* bytes of the whole row */
  int iStream; /* column written through pBlob, or -1 */
  i64 nStream; /* bytes of it written */
  sqlite3_blob *pBlob; /* open from when the row is there until its last part */
};

/* What was written or read last may have ended the transaction: SQLITE, with
** SQLITE_ABORT. */
static void loadCheck(MigContext *p, const MigLoader *pLoader) {
  migTransactionCheck(p, pLoader->pTx, "a function or collation of the schema");
}

/* ---- statements ---- */

/* The text of a SELECT of the first nColumn stored columns of the row that the
** key in ?1 and on names. They are result columns 1 and on, behind a constant,
** so that there is one where nColumn is 0. NOT INDEXED: what is in the table
** counts, not the copy in an index. */
static char *selectText(MigContext *p, const MigLayout *pLayout, int nColumn) {
  MigText sql = {0, 0, 0};
  int i;

  migTextStr(p, &sql, "SELECT 1");
  for (i = 0; i < nColumn; i++) {
    migTextF(p, &sql, ", \"%w\"", pLayout->azColumn[i]);
  }
  migTextF(p, &sql, " FROM main.\"%w\" NOT INDEXED WHERE ", pLayout->zTable);
  migLayoutWhere(p, pLayout, &sql);
  return sql.z;
}

/* The text of the INSERT. The parameters are the last pair of parentheses of
** what the layout gives, and hold no other. MATERIALIZED, which SQLite knows
** since 3.35, is what has the values stored before they are read. */
static char *insertText(MigContext *p, const MigLayout *pLayout,
                        int eEncoding) {
  static const char zBefore[] = " VALUES";
  char *zSql = migLayoutInsert(p, pLayout);
  char *zValues = zSql ? strrchr(zSql, '(') : 0;

  if (zValues && pLayout->bComputed && eEncoding != SQLITE_UTF8) {
    i64 n = zValues - zSql - (i64)strlen(zBefore);
    zSql = migPrintf(p, "WITH m AS MATERIALIZED(VALUES%s) %.*s SELECT * FROM m",
                     zValues, (int)n, zSql); /* sql-ok: made by our code */
  }
  return zSql;
}

/* Switch CHECK on or off for what is compiled next. PRAGMAs that set a flag do
** so when they are compiled; not being stepped they let other statements be. */
static void checksIgnore(MigContext *p, int bIgnore) {
  migFinalize(p, migPrepareF(p, "PRAGMA ignore_check_constraints=%d", bIgnore));
}

/* Compile a statement without CHECK, for the caller to finalize. NULL when
** SQLite does not take it, which is no error here. The setting is put back at
** once, unless an error comes in between. */
static sqlite3_stmt *uncheckedPrepare(MigContext *p, const char *zSql) {
  int bWas = (int)migQueryInt(p, 0, "PRAGMA ignore_check_constraints");
  sqlite3_stmt *pStmt = 0;

  checksIgnore(p, 1);
  if (p->rc == SQLITE_OK) {
    sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  }
  checksIgnore(p, bWas);
  return pStmt;
}

/* Prepare a statement on the table, for the caller to finalize. One that SQLite
** does not take is tried once more without CHECK, which is left out from then
** on. UNSUPPORTED when the schema needs what the connection does not have. */
static sqlite3_stmt *loadPrepare(MigContext *p, MigLoader *pLoader,
                                 const char *zSql) {
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc || zSql == 0) {
    return 0;
  }
  if (pLoader->bUnchecked && (pStmt = uncheckedPrepare(p, zSql)) != 0) {
    return pStmt;
  }
  rc = p->rc ? p->rc : sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  if (rc == SQLITE_ERROR && !pLoader->bUnchecked) {
    pLoader->bUnchecked = 1; /* CHECK may need what is not there */
    return loadPrepare(p, pLoader, zSql);
  }
  if (rc == SQLITE_ERROR) {
    migFailRc(p, rc, MIG_UNSUPPORTED,
              "table %s cannot be written on this connection: %s",
              pLoader->pLayout->zTable, sqlite3_errmsg(p->db));
  } else if (rc) {
    migFailDb(p, rc);
  }
  return pStmt;
}

/* ---- values ---- */

/* Would SQLite change this text when it is bound? In a UTF-16 file one with a
** byte order mark of either order in front, or with an odd number of bytes. */
static int textChanges(const MigLoader *pLoader, const MigValue *pValue) {
  const u8 *a = pValue->a;

  return pValue->eType == SQLITE_TEXT && pLoader->eEncoding != SQLITE_UTF8 &&
         pValue->n > 0 &&
         (pValue->n % 2 || (a[0] == 0xff && a[1] == 0xfe) ||
          (a[0] == 0xfe && a[1] == 0xff));
}

/* Bind the bytes of a value as a blob. An empty one may have no pointer, which
** sqlite3_bind_blob64() would take for NULL. */
static void blobBind(MigContext *p, sqlite3_stmt *pStmt, int i,
                     const MigValue *pValue) {
  int rc = pValue->n ? sqlite3_bind_blob64(pStmt, i, pValue->a, (u64)pValue->n,
                                           SQLITE_STATIC)
                     : sqlite3_bind_zeroblob(pStmt, i, 0);
  if (rc) {
    /* unreached: takes a lower SQLITE_LIMIT_LENGTH */
    migFailDb(p, rc);
  }
}

/* Bind a value as it is to parameter i of a statement, which statementFor() has
** given for it. The bytes must stay until the statement is reset. */
static void valueBind(MigContext *p, const MigLoader *pLoader,
                      sqlite3_stmt *pStmt, int i, const MigValue *pValue) {
  int rc = SQLITE_OK;

  if (p->rc) {
    return;
  }
  switch (pValue->eType) {
  case SQLITE_INTEGER:
    rc = sqlite3_bind_int64(pStmt, i, pValue->i);
    break;
  case SQLITE_FLOAT:
    rc = sqlite3_bind_double(pStmt, i, pValue->r);
    break;
  case SQLITE_TEXT:
    if (textChanges(pLoader, pValue)) {
      blobBind(p, pStmt, i, pValue); /* joinPrepare() has made pStmt */
    } else {
      rc = sqlite3_bind_text64(
          pStmt, i, pValue->n ? (const char *)pValue->a : "", (u64)pValue->n,
          SQLITE_STATIC, (unsigned char)pLoader->eEncoding);
    }
    break;
  case SQLITE_BLOB:
    blobBind(p, pStmt, i, pValue);
    break;
  default:
    rc = sqlite3_bind_null(pStmt, i);
  }
  if (rc) {
    /* unreached: takes a lower SQLITE_LIMIT_LENGTH */
    migFailDb(p, rc);
  }
}

/* Prepare zSql with (?N || x'') for each parameter whose value would change.
** The first nValue values of the row are parameters iFirst and on, written ?N.
** The caller finalizes. */
static sqlite3_stmt *joinPrepare(MigContext *p, MigLoader *pLoader,
                                 const char *zSql, int iFirst, int nValue) {
  MigMark mark = migArenaMark(p);
  MigText sql = {0, 0, 0};
  i64 n = (i64)strlen(zSql);
  sqlite3_stmt *pStmt;
  MigToken token;
  i64 i = 0;

  while (i < n && p->rc == SQLITE_OK) {
    int iValue = -1;
    i = migTokenNext(zSql, n, i, &token);
    if (token.eType == MIG_TK_VARIABLE) {
      const char *z = zSql + token.iStart + 1;
      int iParam = 0;
      while (migIsDigit(*z)) {
        iParam = iParam * 10 + (*z++ - '0');
      }
      iValue = iParam - iFirst;
    }
    if (iValue >= 0 && iValue < nValue &&
        textChanges(pLoader, &pLoader->aValue[iValue])) {
      migTextF(p, &sql, "(?%d || x'')", iValue + iFirst);
    } else {
      migTextAdd(p, &sql, zSql + token.iStart, token.n);
    }
  }
  pStmt = loadPrepare(p, pLoader, sql.z);
  migArenaRelease(p, mark);
  return pStmt;
}

/* The statement to use for the first nValue values, of which the first is
** parameter iFirst: the one kept at *ppKept, prepared when it is not there yet,
** or one of its own when one of the values would change. statementDone() lets
** it go. NULL after an error. */
static sqlite3_stmt *statementFor(MigContext *p, MigLoader *pLoader,
                                  sqlite3_stmt **ppKept, const char *zSql,
                                  int iFirst, int nValue) {
  int i;

  if (p->rc) {
    return 0;
  }
  for (i = 0; i < nValue && pLoader->eEncoding != SQLITE_UTF8; i++) {
    if (textChanges(pLoader, &pLoader->aValue[i])) {
      return joinPrepare(p, pLoader, zSql, iFirst, nValue);
    }
  }
  if (*ppKept == 0) {
    *ppKept = loadPrepare(p, pLoader, zSql);
  }
  return *ppKept;
}

/* Let go what statementFor() has given: reset pKept, the one that is kept, or
** finalize another. */
static void statementDone(sqlite3_stmt *pKept, sqlite3_stmt *pStmt) {
  if (pStmt == pKept) {
    sqlite3_reset(pStmt);
  } else {
    sqlite3_finalize(pStmt);
  }
}

/* A row has other bytes than its serials say: BACKUP_DAMAGED.
** unreached: the reader has looked at all rows, this is to be sure */
static void rowDamaged(MigContext *p, const MigLoader *pLoader) {
  migFail(p, MIG_BACKUP_DAMAGED,
          "a row of table %s is not as it was written; use another backup",
          pLoader->pLayout->zTable);
}

/* The row with this key, for messages; never NULL. */
static const char *rowName(MigContext *p, const MigLoader *pLoader, i64 iKey) {
  const char *z = pLoader->pLayout->eKey == MIG_KEY_ROWID
                      ? migPrintf(p, "row %lld", iKey)
                      : "a row";
  return z ? z : "a row";
}

/* The INSERT of a row has failed with rc. A constraint that refuses the row is
** SCHEMA_MISMATCH, as it took the row when it was first written; anything else
** is for SQLite to name. */
static void loadFail(MigContext *p, const MigLoader *pLoader, i64 iKey,
                     int rc) {
  if ((rc & 0xff) == SQLITE_CONSTRAINT) {
    loadCheck(p, pLoader); /* a rollback brings back what was deleted */
    migFailRc(p, rc, MIG_SCHEMA_MISMATCH,
              "table %s does not take %s of the backup: %s; a function,"
              " collation or constraint of the schema has changed",
              pLoader->pLayout->zTable, rowName(p, pLoader, iKey),
              sqlite3_errmsg(p->db));
  } else {
    migFailDb(p, rc);
  }
}

/* ---- reading back ---- */

/* Compared as bits, -0.0 is not 0.0. */
static u64 doubleBits(double r) {
  u64 u;

  memcpy(&u, &r, sizeof(u));
  return u;
}

/* Is result column i of the current row the value pValue, to the bit? The type
** is asked before the value, which may change it. */
static int valueIs(const MigLoader *pLoader, sqlite3_stmt *pStmt, int i,
                   const MigValue *pValue) {
  const void *a;
  double r;
  int n;

  if (sqlite3_column_type(pStmt, i) != pValue->eType) {
    return 0;
  }
  switch (pValue->eType) {
  case SQLITE_INTEGER:
    return sqlite3_column_int64(pStmt, i) == pValue->i;
  case SQLITE_FLOAT:
    r = sqlite3_column_double(pStmt, i);
    return doubleBits(r) == doubleBits(pValue->r);
  case SQLITE_TEXT:
  case SQLITE_BLOB:
    a = sqlite3_column_blob(pStmt, i);
    n = pLoader->eEncoding == SQLITE_UTF8 ? sqlite3_column_bytes(pStmt, i)
                                          : sqlite3_column_bytes16(pStmt, i);
    return n == pValue->n &&
           (n == 0 || (a && memcmp(a, pValue->a, (size_t)n) == 0));
  default:
    return 1;
  }
}

/* Read the row just written back by its key, and compare its first nColumn
** values with aValue: SCHEMA_MISMATCH when it is not there or not the same. Not
** for MIG_KEY_NONE. */
static void rowProve(MigContext *p, MigLoader *pLoader, i64 iKey, int nColumn) {
  const MigLayout *pLayout = pLoader->pLayout;
  int bAll = nColumn == pLayout->nColumn;
  char *zSql = bAll ? pLoader->zSelect : selectText(p, pLayout, nColumn);
  sqlite3_stmt *pNone = 0;
  sqlite3_stmt **ppKept = bAll ? &pLoader->pSelect : &pNone;
  sqlite3_stmt *pStmt;
  int bSame = 0;
  int i;

  pStmt = statementFor(p, pLoader, ppKept, zSql, 1, pLayout->nKey);
  if (pLayout->eKey == MIG_KEY_ROWID) {
    migBindInt(p, pStmt, 1, iKey);
  }
  for (i = 0; i < pLayout->nKey; i++) {
    valueBind(p, pLoader, pStmt, i + 1, &pLoader->aValue[i]);
  }
  if (migStep(p, pStmt)) {
    for (i = 0; i < nColumn; i++) {
      if (!valueIs(pLoader, pStmt, i + 1, &pLoader->aValue[i])) {
        break;
      }
    }
    bSame = i == nColumn;
  }
  statementDone(pLoader->pSelect, pStmt); /* pNone is not kept */
  loadCheck(p, pLoader);
  if (p->rc == SQLITE_OK && !bSame) {
    migFail(p, MIG_SCHEMA_MISMATCH,
            "table %s: %s does not come back as it was; a function, collation"
            " or constraint of the schema changes it",
            pLayout->zTable, rowName(p, pLoader, iKey));
  }
}

/* ---- rows ---- */

/* Bind the values of the row to the INSERT; column iStream, unless -1, gets
** nStream zeros, for which SQLite takes no memory. */
static void rowBind(MigContext *p, const MigLoader *pLoader,
                    sqlite3_stmt *pStmt, i64 iKey, int iStream, i64 nStream) {
  const MigLayout *pLayout = pLoader->pLayout;
  int iFirst = pLayout->eKey == MIG_KEY_ROWID ? 2 : 1;
  int i;

  if (iFirst == 2) {
    migBindInt(p, pStmt, 1, iKey);
  }
  for (i = 0; i < pLayout->nColumn; i++) {
    if (i == iStream && p->rc == SQLITE_OK) {
      int rc = sqlite3_bind_zeroblob64(pStmt, iFirst + i, (u64)nStream);
      if (rc) {
        /* unreached: takes a lower SQLITE_LIMIT_LENGTH */
        migFailDb(p, rc);
      }
    } else {
      valueBind(p, pLoader, pStmt, iFirst + i, &pLoader->aValue[i]);
    }
  }
}

/* Insert the row in aValue, column iStream as nStream zeros (-1: none). When
** CHECK refuses it, it is inserted once more by a statement without CHECK, as
** are all rows behind it. Other failures: loadFail(). */
static void rowInsert(MigContext *p, MigLoader *pLoader, i64 iKey, int iStream,
                      i64 nStream) {
  const MigLayout *pLayout = pLoader->pLayout;
  int bUnchecked = pLoader->bUnchecked;
  sqlite3_stmt *pStmt =
      statementFor(p, pLoader, &pLoader->pInsert, pLoader->zInsert,
                   pLayout->eKey == MIG_KEY_ROWID ? 2 : 1, pLayout->nColumn);
  int bAgain = 0;

  rowBind(p, pLoader, pStmt, iKey, iStream, nStream);
  if (p->rc == SQLITE_OK) {
    int rc = sqlite3_step(pStmt);
    bAgain = rc != SQLITE_DONE && !bUnchecked &&
             sqlite3_extended_errcode(p->db) == SQLITE_CONSTRAINT_CHECK;
    if (rc != SQLITE_DONE && !bAgain) {
      loadFail(p, pLoader, iKey, rc);
    }
  }
  statementDone(pLoader->pInsert, pStmt);
  loadCheck(p, pLoader);
  if (bAgain && p->rc == SQLITE_OK) {
    pLoader->bUnchecked = 1;
    sqlite3_finalize(pLoader->pInsert);
    pLoader->pInsert = 0;
    rowInsert(p, pLoader, iKey, iStream, nStream);
  }
}

/* Write a whole row of n bytes, and read it back when that is asked for. */
static void rowWrite(MigContext *p, MigLoader *pLoader, i64 iKey, const u8 *a,
                     i64 n) {
  const MigLayout *pLayout = pLoader->pLayout;

  if (migRowGet(a, n, pLayout->nColumn, pLoader->aValue) != n) {
    /* unreached: the reader has looked at the serials */
    rowDamaged(p, pLoader);
    return;
  }
  rowInsert(p, pLoader, iKey, -1, 0);
  if (pLoader->bProve && pLayout->eKey != MIG_KEY_NONE) {
    rowProve(p, pLoader, iKey, pLayout->nColumn);
  }
}

/* ---- rows in parts ---- */

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

/* The first part of a row: find out how long it is and how to write it. TOO_BIG
** for more than ROW_MAX bytes. */
static void partsStart(MigContext *p, MigLoader *pLoader,
                       const MigPart *pPart) {
  int nColumn = pLoader->pLayout->nColumn;
  i64 n = migRowHeader(pPart->a, pPart->n, nColumn, pLoader->aSerial);
  int i;

  if (n < 0) {
    /* unreached: the reader has looked at the serials */
    rowDamaged(p, pLoader);
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
      rowDamaged(p, pLoader);
    } else {
      i += migSerialSize(pLoader->aSerial[k]);
    }
  }
  rowInsert(p, pLoader, iKey, iStream,
            migSerialSize(pLoader->aSerial[iStream]));
  if (pLoader->bProve) {
    rowProve(p, pLoader, iKey, iStream);
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

/* Add the bytes of a part: first to what is collected, then to the BLOB. */
static void partsAdd(MigContext *p, MigLoader *pLoader, const MigPart *pPart) {
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
    rowDamaged(p, pLoader);
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
** written before its BLOB. The room of a large row is given back. */
static void partsEnd(MigContext *p, MigLoader *pLoader, const MigPart *pPart) {
  if (p->rc == SQLITE_OK && pLoader->n + pLoader->nStream != pLoader->nRow) {
    /* unreached: the reader has counted the bytes */
    rowDamaged(p, pLoader);
  }
  if (p->rc == SQLITE_OK && pLoader->iStream < 0) {
    rowWrite(p, pLoader, pPart->iKey, pLoader->a, pLoader->n);
  }
  sqlite3_blob_close(pLoader->pBlob); /* commits nothing: no error */
  pLoader->pBlob = 0;
  if (pLoader->nAlloc > STREAM_MIN) {
    sqlite3_free(pLoader->a);
    pLoader->a = 0;
    pLoader->nAlloc = 0;
  }
}

/* ---- loaders ---- */

/*
** Begin to write rows into the table of pLayout, which must outlive the
** loader; texts come in eEncoding, that of the file. The caller holds the write
** transaction, or is alone with the file; triggers and foreign keys are off.
** Nothing is compiled yet. NULL after failure; the other functions then do
** nothing, as p->rc is set.
*/
MigLoader *migLoadOpen(MigContext *p, const MigLayout *pLayout, int eEncoding) {
  MigLoader *pLoader = migAlloc(p, sizeof(*pLoader));
  u64 n = (u64)pLayout->nColumn;
  MigValue *aValue = migAlloc(p, n * sizeof(MigValue));
  u64 *aSerial = migAlloc(p, n * sizeof(u64));

  if (p->rc) {
    return 0;
  }
  pLoader->pLayout = pLayout;
  pLoader->eEncoding = eEncoding;
  pLoader->aValue = aValue;
  pLoader->aSerial = aSerial;
  pLoader->zInsert = insertText(p, pLayout, eEncoding);
  pLoader->zDelete = migLayoutDelete(p, pLayout);
  return pLoader;
}

/* Watch the transaction that the rows are written in: code of the application
** that ends it is noticed before the next row is written. pTx stays the
** caller's; NULL watches nothing. */
void migLoadWatch(MigLoader *pLoader, const MigTransaction *pTx) {
  if (pLoader) {
    pLoader->pTx = pTx;
  }
}

/* From now on read each row back behind its INSERT: a row that does not come
** back as it was is SCHEMA_MISMATCH. What is written through a BLOB handle is
** not read: nothing stands between it and the file. Rows of MIG_KEY_NONE are
** not read back either, as they cannot be found again. */
void migLoadProve(MigContext *p, MigLoader *pLoader) {
  if (p->rc == SQLITE_OK) {
    pLoader->bProve = 1;
    pLoader->zSelect =
        selectText(p, pLoader->pLayout, pLoader->pLayout->nColumn);
  }
}

/*
** Insert a row, or a part of one: the sink for scans and readers, pArg is the
** loader. The row must not be there. Its bytes may go after the call. Errors:
** BACKUP_DAMAGED when the bytes are no row, TOO_BIG, SCHEMA_MISMATCH when a
** constraint refuses the row or it cannot be read back as it was, UNSUPPORTED
** when the schema needs what the connection does not have, SQLITE when the
** transaction that is watched has ended. After one the table holds some of the
** rows: the caller undoes the transaction.
*/
void migLoadPart(MigContext *p, void *pArg, const MigPart *pPart) {
  MigLoader *pLoader = pArg;

  if (p->rc == SQLITE_OK) {
    loadCheck(p, pLoader); /* what came since may have called functions too */
  }
  if (p->rc) {
    return;
  }
  if (pPart->bFirst && pPart->bLast) {
    rowWrite(p, pLoader, pPart->iKey, pPart->a, pPart->n);
    return;
  }
  if (pPart->bFirst) {
    partsStart(p, pLoader, pPart);
  }
  if (p->rc == SQLITE_OK) {
    partsAdd(p, pLoader, pPart);
  }
  if (pPart->bLast && p->rc == SQLITE_OK) {
    partsEnd(p, pLoader, pPart);
  }
}

/* Decode the values of the key from the beginning of a row into aValue; nothing
** for a table with rowids, whose key is not among them. */
static void keyRead(MigContext *p, MigLoader *pLoader, const MigPart *pKey) {
  const MigLayout *pLayout = pLoader->pLayout;
  i64 i = migRowHeader(pKey->a, pKey->n, pLayout->nColumn, pLoader->aSerial);
  int k;

  for (k = 0; k < pLayout->nKey && p->rc == SQLITE_OK; k++) {
    if (i < 0 || !migValueGet(pKey->a + i, pKey->n - i, pLoader->aSerial[k],
                              &pLoader->aValue[k])) {
      /* unreached: the comparison has read the key */
      rowDamaged(p, pLoader);
    } else {
      i += migSerialSize(pLoader->aSerial[k]);
    }
  }
}

/* Delete the row with the key of pKey, which holds a row or its beginning
** with the whole key; of a table with rowids its iKey is enough. Not for
** MIG_KEY_NONE. That no row has the key is no error. BACKUP_DAMAGED when pKey
** is no row; UNSUPPORTED and SQLITE as migLoadPart(). */
void migLoadDelete(MigContext *p, MigLoader *pLoader, const MigPart *pKey) {
  const MigLayout *pLayout = pLoader->pLayout;
  sqlite3_stmt *pStmt;
  int i;

  if (p->rc == SQLITE_OK) {
    loadCheck(p, pLoader);
  }
  if (p->rc) {
    return;
  }
  keyRead(p, pLoader, pKey);
  pStmt = statementFor(p, pLoader, &pLoader->pDelete, pLoader->zDelete, 1,
                       pLayout->nKey);
  if (pLayout->eKey == MIG_KEY_ROWID) {
    migBindInt(p, pStmt, 1, pKey->iKey);
  }
  for (i = 0; i < pLayout->nKey; i++) {
    valueBind(p, pLoader, pStmt, i + 1, &pLoader->aValue[i]);
  }
  migStep(p, pStmt);
  statementDone(pLoader->pDelete, pStmt);
}

/* Give back what the loader holds, on every path, while the connection is still
** open. NULL is allowed. */
void migLoadClose(MigLoader *pLoader) {
  if (pLoader) {
    sqlite3_blob_close(pLoader->pBlob);
    sqlite3_finalize(pLoader->pInsert);
    sqlite3_finalize(pLoader->pDelete);
    sqlite3_finalize(pLoader->pSelect);
    sqlite3_free(pLoader->a);
  }
}
