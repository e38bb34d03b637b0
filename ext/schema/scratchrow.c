/*
** scratchrow.c - rows of sqlite_schema in a scratch database.
**
** Making n objects by n CREATE statements takes time that grows with n * n:
** behind each SQLite looks through all of sqlite_schema for the row it has just
** written. Two ways around that are taken:
**
**   - A schema that SQLite has taken before is put into sqlite_schema row by
**     row, and read in once (scratchfill.c).
**   - While new objects are made, the rows of those made before are kept aside
**     (migScratchRowAside), so that the table to look through stays small.
**     SQLite works from its memory of them meanwhile (scratchmake.c).
**
** The functions are called while p works in the scratch database. That SQLite
** fails is an error of p, after which they write nothing.
*/
#include "model.h"
#include "scratchrow.h"
#include "sql.h"

/* Let sqlite_schema be written by DML, or not any more. */
static void schemaWritable(MigContext *p, int bOn) {
  sqlite3_db_config(p->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, bOn, (int *)0);
}

static const char zRows[] =
    "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_schema"
    " ORDER BY rowid";
static const char zRowAdd[] =
    "INSERT INTO main.sqlite_schema(type, name, tbl_name, sql, rootpage)"
    " VALUES(?1, ?2, ?3, ?4, ?5)";

/* Take all rows out of sqlite_schema; SQLite keeps the objects in memory. They
** are added to those aside, which are in the arena, so each is there once. The
** table is left empty. */
void migScratchRowAside(MigContext *p, MigScratch *pScratch) {
  sqlite3_stmt *pStmt;
  MigScratchRow *pRow;

  pScratch->bOwn = 1;
  schemaWritable(p, 1);
  pStmt = migPrepare(p, zRows);
  while (migStep(p, pStmt)) {
    pScratch->aRow =
        migModelRoom(p, pScratch->aRow, pScratch->nRow, sizeof(*pRow));
    if (pScratch->aRow == 0) {
      break;
    }
    pRow = &pScratch->aRow[pScratch->nRow++];
    pRow->zType = migColumnText(p, pStmt, 0);
    pRow->zName = migColumnText(p, pStmt, 1);
    pRow->zTable = migColumnText(p, pStmt, 2);
    pRow->zSql = migColumnText(p, pStmt, 3);
    pRow->iRoot = sqlite3_column_int64(pStmt, 4);
  }
  migFinalize(p, pStmt);
  migExec(p, "DELETE FROM main.sqlite_schema");
  schemaWritable(p, 0);
  pScratch->bOwn = 0;
}

/* Write n rows into sqlite_schema; they stay the caller's. SQLite does not look
** at them before it reads the schema the next time. */
void migScratchRowWrite(MigContext *p, MigScratch *pScratch,
                        const MigScratchRow *aRow, int n) {
  sqlite3_stmt *pStmt;
  int i;

  pScratch->bOwn = 1;
  schemaWritable(p, 1);
  pStmt = migPrepare(p, zRowAdd);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    migBindText(p, pStmt, 1, aRow[i].zType);
    migBindText(p, pStmt, 2, aRow[i].zName);
    migBindText(p, pStmt, 3, aRow[i].zTable);
    migBindText(p, pStmt, 4, aRow[i].zSql);
    migBindInt(p, pStmt, 5, aRow[i].iRoot);
    migRun(p, pStmt);
  }
  migFinalize(p, pStmt);
  schemaWritable(p, 0);
  pScratch->bOwn = 0;
}

/* Put all rows back, in the order in which the objects were made. Those made
** since the last time stand in the table yet, and go behind the others by way
** of migScratchRowAside(). */
void migScratchRowBack(MigContext *p, MigScratch *pScratch) {
  if (pScratch->nRow) {
    migScratchRowAside(p, pScratch);
    migScratchRowWrite(p, pScratch, pScratch->aRow, pScratch->nRow);
    pScratch->nRow = 0;
    pScratch->aRow = 0;
  }
}
