/*
** rows.c - the rows of a table, made when it is opened.
*/
#include "sql.h"
#include "rows.h"

/* Begin another row, all NULL. */
void migRowNext(MigContext *p, MigRows *pRows) {
  int i;

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
  if (p->rc) {
    return;
  }
  for (i = 0; i < pRows->nColumn; i++) {
    pRows->aCell[pRows->nRow * pRows->nColumn + i].bNull = 1;
  }
  pRows->nRow++;
}

static MigCell *rowCell(MigRows *pRows, int iColumn) {
  return &pRows->aCell[(pRows->nRow - 1) * pRows->nColumn + iColumn];
}

/* Set a column of the last row to a text that the arena or the program
** holds. */
void migRowText(MigContext *p, MigRows *pRows, int iColumn, const char *z) {
  if (p->rc == SQLITE_OK && z) {
    rowCell(pRows, iColumn)->z = z;
    rowCell(pRows, iColumn)->bNull = 0;
  }
}

void migRowInt(MigContext *p, MigRows *pRows, int iColumn, i64 v) {
  if (p->rc == SQLITE_OK) {
    rowCell(pRows, iColumn)->i = v;
    rowCell(pRows, iColumn)->bNull = 0;
  }
}

/* Fill the rows from a query with as many columns. */
void migRowsQuery(MigContext *p, MigRows *pRows, const char *zSql) {
  sqlite3_stmt *pStmt = migPrepare(p, zSql);
  int i;

  while (migStep(p, pStmt)) {
    migRowNext(p, pRows);
    for (i = 0; i < pRows->nColumn; i++) {
      if (sqlite3_column_type(pStmt, i) == SQLITE_INTEGER) {
        migRowInt(p, pRows, i, sqlite3_column_int64(pStmt, i));
      } else {
        migRowText(p, pRows, i, migColumnText(p, pStmt, i));
      }
    }
  }
  migFinalize(p, pStmt);
}
