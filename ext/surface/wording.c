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

/* Has the file a table of its own called migrations, as other tools make it?
** Then ours is only to be had as migration_revisions. Any object of that name
** counts. 0 also when the schema cannot be read: it is asked while an error is
** on its way, and adds none. */
int migWordingTaken(sqlite3 *db) {
  sqlite3_stmt *pStmt = 0;
  int bTaken = 0;

  if (sqlite3_prepare_v2(db,
                         "SELECT 1 FROM main.sqlite_schema"
                         " WHERE name = 'migrations' COLLATE NOCASE",
                         -1, &pStmt, 0) == SQLITE_OK) {
    bTaken = sqlite3_step(pStmt) == SQLITE_ROW;
  }
  sqlite3_finalize(pStmt);
  return bTaken;
}

/* Where an error text sends the reader to table migrations, and the file has
** one of its own, name the other name of ours; only the first place is mended.
** Without memory the text stays as it is. It works on a context that has
** failed. */
void migWordingError(MigContext *p) {
  static const char zFrom[] = " FROM migrations";
  char *z = p->zError ? strstr(p->zError, zFrom) : 0;
  char *zNew;

  if (z && migWordingTaken(p->db)) {
    zNew =
        sqlite3_mprintf("%.*s FROM migration_revisions%s", (int)(z - p->zError),
                        p->zError, z + strlen(zFrom)); /* sql-ok: a message */
    if (zNew) {
      sqlite3_free(p->zError);
      p->zError = zNew;
    }
  }
}
