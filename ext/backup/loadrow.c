/*
** loadrow.c - whole rows: inserted, read back, deleted.
**
** Texts are bound as the bytes they are, in the encoding of the file. In a
** UTF-16 file SQLite would take a byte order mark at the front of a bound text
** away. Such a text is bound as a blob, in a statement that joins it with an
** empty one: the result of || is a text, of just these bytes. (An odd last
** byte, which SQLite 3.38 stores, later ones cut off all the same.)
**
** CHECK, generated columns, indexes and collations can call functions of the
** application, and those can roll back. So where the loader knows the
** transaction it asks before each statement whether it still stands: what is
** written later would be committed by itself.
**
** Values are bound as SQLITE_STATIC: they stay in the bytes that were handed
** in, or in the loader, until the statement is reset. A reset statement keeps
** bindings to bytes that are gone; all of them are bound anew before each step.
*/
#include <string.h>
#include "sql.h"
#include "token.h"
#include "loadrow.h"

/* What was written or read last may have ended the transaction that is watched:
** SQLITE, with SQLITE_ABORT. */
void migLoadRowCheck(MigContext *p, const MigLoader *pLoader) {
  migTransactionCheck(p, pLoader->pTx, "a function or collation of the schema");
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
  pStmt = migLoadStatementPrepare(p, pLoader, sql.z);
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
    *ppKept = migLoadStatementPrepare(p, pLoader, zSql);
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
void migLoadRowDamaged(MigContext *p, const MigLoader *pLoader) {
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
    migLoadRowCheck(p, pLoader); /* a rollback brings back what was deleted */
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
** values with aValue: SCHEMA_MISMATCH when it is not there or not the same,
** SQLITE when the transaction has ended. Not for MIG_KEY_NONE. */
void migLoadRowProve(MigContext *p, MigLoader *pLoader, i64 iKey, int nColumn) {
  const MigLayout *pLayout = pLoader->pLayout;
  int bAll = nColumn == pLayout->nColumn;
  char *zSql =
      bAll ? pLoader->zSelect : migLoadStatementSelect(p, pLayout, nColumn);
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
  migLoadRowCheck(p, pLoader);
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
** are all rows behind it. Other failures: loadFail(), UNSUPPORTED of
** migLoadStatementPrepare(), SQLITE when the transaction has ended. */
void migLoadRowInsert(MigContext *p, MigLoader *pLoader, i64 iKey, int iStream,
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
  migLoadRowCheck(p, pLoader);
  if (bAgain && p->rc == SQLITE_OK) {
    pLoader->bUnchecked = 1;
    sqlite3_finalize(pLoader->pInsert);
    pLoader->pInsert = 0;
    migLoadRowInsert(p, pLoader, iKey, iStream, nStream);
  }
}

/* Write a whole row of the n bytes at a, which may go after the call, and read
** it back when that is asked for. BACKUP_DAMAGED when they are no row; else the
** errors of migLoadRowInsert() and migLoadRowProve(). */
void migLoadRowWrite(MigContext *p, MigLoader *pLoader, i64 iKey, const u8 *a,
                     i64 n) {
  const MigLayout *pLayout = pLoader->pLayout;

  if (migRowGet(a, n, pLayout->nColumn, pLoader->aValue) != n) {
    /* unreached: the reader has looked at the serials */
    migLoadRowDamaged(p, pLoader);
    return;
  }
  migLoadRowInsert(p, pLoader, iKey, -1, 0);
  if (pLoader->bProve && pLayout->eKey != MIG_KEY_NONE) {
    migLoadRowProve(p, pLoader, iKey, pLayout->nColumn);
  }
}

/* ---- deleting ---- */

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
      migLoadRowDamaged(p, pLoader);
    } else {
      i += migSerialSize(pLoader->aSerial[k]);
    }
  }
}

/* Delete the row with the key of pKey. Errors and what pKey must hold:
** migLoadDelete(). */
void migLoadRowDelete(MigContext *p, MigLoader *pLoader, const MigPart *pKey) {
  const MigLayout *pLayout = pLoader->pLayout;
  sqlite3_stmt *pStmt;
  int i;

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
