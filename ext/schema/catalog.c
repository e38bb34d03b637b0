/*
** catalog.c - the model of schema main.
**
** One pass over sqlite_schema; everything else is in the stored texts, so no
** PRAGMA is asked and no virtual table or view is touched: a file with an
** unknown module or a broken view reads like any other. sqlite_schema is read
** in the order of its rowids, and nothing is computed in SQL, so no function
** or collation of the application is called.
*/
#include <string.h>
#include "sql.h"
#include "catalog.h"

static const char zObjects[] =
    "SELECT type, name, tbl_name, sql FROM main.sqlite_schema"
    " WHERE type IS NOT NULL AND name IS NOT NULL AND tbl_name IS NOT NULL";

/* Read schema main of p->db. */
void migCatalogRead(MigContext *p, MigModel *pModel) {
  sqlite3_stmt *pStmt = migPrepare(p, zObjects);

  memset(pModel, 0, sizeof(*pModel));
  while (migStep(p, pStmt)) {
    char *zName = migColumnText(p, pStmt, 1);
    char *zTable = migColumnText(p, pStmt, 2);
    char *zSql = migColumnText(p, pStmt, 3);
    char *zType = migColumnText(p, pStmt, 0);
    if (p->rc == SQLITE_OK) {
      migModelAdd(p, pModel, zType, zName, zTable, zSql);
    }
  }
  migFinalize(p, pStmt);
  migModelFinish(p, pModel);
}
