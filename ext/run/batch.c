/*
** batch.c - a statement that runs over a table some rows at a time.
**
** A batch is a statement with the parameters :lo and :hi and a directive that
** names a table and a number of rows. It runs for the first so many rows of
** the table by key, then for the next ones, until there are no more. The key
** is the rowid, or the one integer column of the key of a WITHOUT ROWID table.
** Rows that come in while it runs are gone through as well, when they come
** behind. So it may not add any there itself, or move some: it would go through
** them too, and never end. That is looked for in the transaction of the batch,
** at the two ends of what is behind it.
**
** :lo and :hi are the first and the last key of the rows, not multiples of
** anything, so gaps cost nothing: keys 1, 2, 1000000 in batches of two are 1 to
** 2, and 1000000 alone. Both are looked up by the key, so a batch costs the
** same wherever in the table it is.
**
** Nothing here needs a store. What reads does so in the caller's transaction.
**
** PROBLEMS
**   A batch that adds rows behind itself between the first and the last key
**   that are there is not found out. It ends nevertheless: there are only so
**   many keys between the two.
*/
#include <stdint.h>
#include <string.h>
#include "sql.h"
#include "layout.h"
#include "batch.h"

/* How many rows are counted at most for a total: that is done under the write
** lock. */
#define COUNTED 100000

/* ---- ranges ---- */

/*
** The name of the key of a table of main by which batches go, in the arena:
** rowid or what else names it, or the one key column of a WITHOUT ROWID table.
** zTable is in any case of its letters. NULL after a failure: SCRIPT when there
** is no such table, UNSUPPORTED when it has no such key. That the values of a
** WITHOUT ROWID key are integers is for migBatchRange() to see.
*/
const char *migBatchKey(MigContext *p, const char *zTable) {
  const char *zKey = 0;
  MigLayout layout;

  if (!migQueryInt(p, 0,
                   "SELECT 1 FROM main.sqlite_schema WHERE type='table'"
                   " AND name=%Q COLLATE NOCASE",
                   zTable)) {
    migFail(p, MIG_SCRIPT, "migrate:batch names %s, and there is no such table",
            zTable);
    return 0;
  }
  migLayoutRead(p, zTable, &layout);
  if (p->rc == SQLITE_OK && layout.eKey == MIG_KEY_ROWID) {
    zKey = layout.zRowid;
  } else if (p->rc == SQLITE_OK && layout.eKey == MIG_KEY_COLUMNS &&
             layout.nKey == 1) {
    zKey = layout.azColumn[0];
  }
  if (zKey == 0) {
    migFail(p, MIG_UNSUPPORTED,
            "table %s has no integer key to make batches by; use a statement"
            " without migrate:batch",
            zTable);
  }
  return zKey;
}

/*
** The rows of zTable from key iFirst on, at most nRow of them; nRow below 0:
** all (a LIMIT below 0 is none, lang_select). Returns 0 when there are none,
** and after an error. UNSUPPORTED when the first or the last key is no integer:
** texts and blobs sort behind all numbers (datatype3), a real number between
** two integers is between :lo and :hi, and one between two ranges is the first
** of the second. The errors of migBatchKey(), too.
*/
int migBatchRange(MigContext *p, const char *zTable, i64 iFirst, i64 nRow,
                  MigRange *pOut) {
  const char *zKey = migBatchKey(p, zTable);
  char *zWhere = iFirst == MIG_BATCH_FIRST
                     ? migPrintf(p, "")
                     : migPrintf(p, " WHERE \"%w\" > %lld", zKey, iFirst - 1);
  sqlite3_stmt *pStmt;
  int bAny;

  memset(pOut, 0, sizeof(*pOut));
  pStmt = migPrepareF(p,
                      "SELECT min(k), max(k), count(*) FROM"
                      " (SELECT \"%w\" AS k FROM main.\"%w\"%s"
                      " ORDER BY 1 LIMIT %lld)",
                      zKey, zTable, zWhere, nRow); /* sql-ok: made here */
  bAny = migStep(p, pStmt) && sqlite3_column_int64(pStmt, 2) > 0;
  if (bAny) {
    int bInteger = sqlite3_column_type(pStmt, 0) == SQLITE_INTEGER &&
                   sqlite3_column_type(pStmt, 1) == SQLITE_INTEGER;
    pOut->iLow = sqlite3_column_int64(pStmt, 0);
    pOut->iHigh = sqlite3_column_int64(pStmt, 1);
    pOut->nRow = sqlite3_column_int64(pStmt, 2);
    if (!bInteger) {
      migFail(p, MIG_UNSUPPORTED,
              "the key of table %s is no integer, and batches go by integers;"
              " use a statement without migrate:batch",
              zTable);
    }
  }
  migFinalize(p, pStmt);
  return bAny && p->rc == SQLITE_OK;
}

/* Rows of a table, for a total that is only shown: counted to COUNTED, beyond
** that the span of its keys, which is no less than the rows. 0 after an error,
** and for an empty one. */
i64 migBatchTotal(MigContext *p, const char *zTable) {
  const char *zKey = migBatchKey(p, zTable);
  MigRange range;

  if (migBatchRange(p, zTable, MIG_BATCH_FIRST, COUNTED, &range) &&
      range.nRow == COUNTED) {
    i64 iLast =
        migQueryInt(p, 0, "SELECT max(\"%w\") FROM main.\"%w\"", zKey, zTable);
    u64 nSpan = (u64)iLast - (u64)range.iLow; /* wraps where i64 would not */
    return nSpan < INT64_MAX ? (i64)nSpan + 1 : INT64_MAX;
  }
  return range.nRow;
}

/* Bind :lo and :hi, which stay NULL when there are no rows: then BETWEEN is
** true of nothing, and the statement is still held to be right. SCRIPT for one
** that lacks one of them, or has another parameter. */
void migBatchBind(MigContext *p, sqlite3_stmt *pStmt, const MigRange *pRange) {
  int iLow = sqlite3_bind_parameter_index(pStmt, ":lo");
  int iHigh = sqlite3_bind_parameter_index(pStmt, ":hi");

  if (p->rc) {
    return;
  }
  if (iLow == 0 || iHigh == 0 || sqlite3_bind_parameter_count(pStmt) != 2) {
    migFail(p, MIG_SCRIPT,
            "a statement with migrate:batch has the parameters :lo and :hi, the"
            " first and the last key of a batch, and no other");
    return;
  }
  if (pRange->nRow > 0) {
    migBindInt(p, pStmt, iLow, pRange->iLow);
    migBindInt(p, pStmt, iHigh, pRange->iHigh);
  }
}

/* ---- what is behind a batch ---- */

/* Find the first and the last key behind the batch, two look-ups by the key.
** nRow is 1 when there are some, else 0. A last key that is no integer counts
** as the largest there is, and a first one as none: they are left to
** migBatchRange(). */
static void guardRead(MigContext *p, const MigBatchGuard *pGuard,
                      MigRange *pOut) {
  sqlite3_stmt *pStmt;

  memset(pOut, 0, sizeof(*pOut));
  pStmt =
      migPrepareF(p,
                  "SELECT (SELECT \"%w\" FROM main.\"%w\" WHERE \"%w\" > %lld"
                  " ORDER BY 1 LIMIT 1), (SELECT \"%w\" FROM main.\"%w\""
                  " WHERE \"%w\" > %lld ORDER BY 1 DESC LIMIT 1)",
                  pGuard->zKey, pGuard->zTable, pGuard->zKey, pGuard->iHigh,
                  pGuard->zKey, pGuard->zTable, pGuard->zKey, pGuard->iHigh);
  if (migStep(p, pStmt) && sqlite3_column_type(pStmt, 0) == SQLITE_INTEGER) {
    pOut->nRow = 1;
    pOut->iLow = sqlite3_column_int64(pStmt, 0);
    pOut->iHigh = sqlite3_column_type(pStmt, 1) == SQLITE_INTEGER
                      ? sqlite3_column_int64(pStmt, 1)
                      : MIG_BATCH_LAST;
  }
  migFinalize(p, pStmt);
}

/* A batch is about to run for the rows of pRange: remember what is behind.
** Without rows there is nothing to guard. zTable is kept until
** migBatchCheck(). */
void migBatchGuard(MigContext *p, const char *zTable, const MigRange *pRange,
                   MigBatchGuard *pGuard) {
  memset(pGuard, 0, sizeof(*pGuard));
  if (p->rc || pRange->nRow == 0) {
    return;
  }
  pGuard->zTable = zTable;
  pGuard->zKey = migBatchKey(p, zTable);
  pGuard->iHigh = pRange->iHigh;
  guardRead(p, pGuard, &pGuard->behind);
}

/* It has run, in the same transaction. SCRIPT when there are rows behind it
** where none were, or beyond the ends of those that were; fewer are no
** error. No-op for a guard that is zeroed. */
void migBatchCheck(MigContext *p, const MigBatchGuard *pGuard) {
  const MigRange *pWas = &pGuard->behind;
  MigRange is;

  if (p->rc || pGuard->zTable == 0) {
    return;
  }
  guardRead(p, pGuard, &is);
  if (is.nRow &&
      (pWas->nRow == 0 || is.iLow < pWas->iLow || is.iHigh > pWas->iHigh)) {
    migFail(p, MIG_SCRIPT,
            "the batch has added rows to table %s behind itself, or moved them"
            " there, and would never end; a batch may not add rows to its own"
            " table, or change their keys",
            pGuard->zTable);
  }
}
