/*
** wording.c - messages that fit the file at hand.
**
** A table of the file hides an eponymous one of the same name, and "migrations"
** is what many tools call theirs. Ours is registered under a second name; texts
** that send the reader to it are written with the first, and mended here when
** an error is handed to SQLite.
*/
#include <string.h>
#include "wording.h"

/* Does a schema of the connection have a table or view called migrations? */
static int schemaHas(sqlite3 *db, const char *zSchema) {
  sqlite3_stmt *pStmt = 0;
  char *zSql = sqlite3_mprintf("SELECT 1 FROM \"%w\".sqlite_schema"
                               " WHERE name = 'migrations' COLLATE NOCASE"
                               " AND type IN('table','view')",
                               zSchema);
  int bHas = 0;

  if (zSql && sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0) == SQLITE_OK) {
    bHas = sqlite3_step(pStmt) == SQLITE_ROW;
  }
  sqlite3_finalize(pStmt);
  sqlite3_free(zSql);
  return bHas;
}

/* Is there another table called migrations, as other tools make it, in the
** file, in TEMP or in an attached database? Then ours is only to be had as
** migration_revisions. 0 also when a schema cannot be read: it is asked while
** an error is on its way, and adds none. */
int migWordingTaken(sqlite3 *db) {
  sqlite3_stmt *pStmt = 0;
  int bTaken = 0;

  if (sqlite3_prepare_v2(db, "PRAGMA database_list", -1, &pStmt, 0) ==
      SQLITE_OK) {
    while (!bTaken && sqlite3_step(pStmt) == SQLITE_ROW) {
      const char *zSchema = (const char *)sqlite3_column_text(pStmt, 1);
      bTaken = zSchema && schemaHas(db, zSchema);
    }
  }
  sqlite3_finalize(pStmt);
  return bTaken;
}

/* Where an error text of ours sends the reader to table migrations, and there
** is another of that name, name the other name of ours. What is quoted from a
** script stays as it is. Without memory the text stays as it is. It works on a
** context that has failed. */
void migWordingError(MigContext *p) {
  static const char zSee[] = "; see SELECT revision, labels FROM migrations";
  char *z = p->zError ? strstr(p->zError, zSee) : 0;
  int n = z ? (int)(z - p->zError + strlen(zSee) - strlen("migrations")) : 0;
  char *zNew;

  if (z && migWordingTaken(p->db)) {
    zNew = sqlite3_mprintf("%.*smigration_revisions%s", n, p->zError,
                           z + strlen(zSee)); /* sql-ok: a message */
    if (zNew) {
      sqlite3_free(p->zError);
      p->zError = zNew;
    }
  }
}
