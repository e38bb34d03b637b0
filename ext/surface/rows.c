/*
** rows.c - the rows of a table, made when it is opened.
**
** The cells of all rows are one array, row by row, which doubles when it is
** full. After a failure no more rows are added, and those that are there are
** not shown.
*/
#include "hash.h"
#include "sql.h"
#include "rows.h"

/* Is a column asked for, so that it is worth the work? Wide ones count on
** behind the arguments. Columns that are not asked for may be set all the
** same. */
int migRowsWant(const MigRows *pRows, int iColumn) {
  return (pRows->used >> iColumn & 1) != 0;
}

/* Begin another row, all NULL. After a failure there is none, and what is set
** is not stored. */
void migRowNext(MigContext *p, MigRows *pRows) {
  if (pRows->nRow == pRows->nAlloc) {
    i64 nNew = pRows->nAlloc ? pRows->nAlloc * 2 : 16;
    u64 nCell = (u64)pRows->nColumn * sizeof(MigCell);
    MigCell *aCell =
        migGrow(p, pRows->aCell, (u64)pRows->nRow * nCell, (u64)nNew * nCell);
    if (aCell == 0) {
      return;
    }
    pRows->aCell = aCell;
    pRows->nAlloc = nNew;
  }
  pRows->nRow += p->rc == SQLITE_OK;
}

/* A cell of the last row, of which there is one. */
static MigCell *rowCell(MigRows *pRows, int iColumn) {
  return &pRows->aCell[(pRows->nRow - 1) * pRows->nColumn + iColumn];
}

/* Set a column of the last row to a text, which is not copied: the arena or the
** program holds it. NULL leaves it NULL. */
void migRowText(MigContext *p, MigRows *pRows, int iColumn, const char *z) {
  if (p->rc == SQLITE_OK && z) {
    rowCell(pRows, iColumn)->z = z;
  }
}

/* Set a column of the last row to an integer. */
void migRowInt(MigContext *p, MigRows *pRows, int iColumn, i64 v) {
  if (p->rc == SQLITE_OK) {
    rowCell(pRows, iColumn)->i = v;
    rowCell(pRows, iColumn)->bInt = 1;
  }
}

/* The text of a column of row iRow, from 0, which must be there; NULL when the
** column holds no text. */
const char *migRowsText(const MigRows *pRows, i64 iRow, int iColumn) {
  return pRows->aCell[iRow * pRows->nColumn + iColumn].z;
}

/* The bytes of column i of the current row as lower-case hex digits, in the
** arena; "" for NULL. NULL after a failure. */
char *migColumnHex(MigContext *p, sqlite3_stmt *pStmt, int i) {
  const u8 *a = sqlite3_column_blob(pStmt, i);
  int n = sqlite3_column_bytes(pStmt, i);
  char *z = migAlloc(p, 2 * (u64)n + 1);

  if (z && n && a == 0) {
    migNomem(p);
  } else if (z) {
    migHashHex(a, n, z);
  }
  return z;
}

/* Add the rows of a query with as many columns; blobs become hex, reals
** texts. Columns that are not asked for are not read. zSql is one constant
** statement. */
void migRowsQuery(MigContext *p, MigRows *pRows, const char *zSql) {
  sqlite3_stmt *pStmt = migPrepare(p, zSql);
  int i;

  while (migStep(p, pStmt)) {
    migRowNext(p, pRows);
    for (i = 0; i < pRows->nColumn; i++) {
      int eType =
          migRowsWant(pRows, i) ? sqlite3_column_type(pStmt, i) : SQLITE_NULL;
      if (eType == SQLITE_INTEGER) {
        migRowInt(p, pRows, i, sqlite3_column_int64(pStmt, i));
      } else if (eType == SQLITE_BLOB) {
        migRowText(p, pRows, i, migColumnHex(p, pStmt, i));
      } else if (eType != SQLITE_NULL) {
        migRowText(p, pRows, i, migColumnText(p, pStmt, i));
      }
    }
  }
  migFinalize(p, pStmt);
}
