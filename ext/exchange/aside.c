/*
** aside.c - another database, read in place of the call's own.
**
** Between migAsideBegin() and migAsideEnd() all that takes the context works on
** the other file: the statements that are kept, too, are those of its
** connection.
*/
#include "sql.h"
#include "aside.h"

/*
** Let p work on the database in a file, for reading only: 1, or 0 when that
** cannot be opened. migAsideEnd() in either case. Of what goes wrong here only
** NOMEM becomes the error of p; the caller says the rest.
**
** The file is anybody's: its schema is not trusted, so that no view or default
** in it calls a function that is not innocuous (SQLITE_DBCONFIG_TRUSTED_SCHEMA,
** c3ref/c_dbconfig_defensive.html). Another process may write it: for a second
** it is waited for.
*/
int migAsideBegin(MigContext *p, MigAside *pAside, const char *zPath) {
  int rc;

  pAside->db = 0;
  pAside->dbMain = p->db;
  pAside->pCached = p->pCached;
  if (p->rc) {
    return 0;
  }
  rc = sqlite3_open_v2(zPath, &pAside->db, SQLITE_OPEN_READONLY, 0);
  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
  }
  if (rc) {
    return 0;
  }
  sqlite3_busy_timeout(pAside->db, 1000);
  sqlite3_db_config(pAside->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
  p->db = pAside->db;
  p->pCached = 0;
  return 1;
}

/* Give p its own connection back and close the other one, also after an error.
** Statements on that one go first: sqlite3_close() fails while there are any.
** A handle that could not be opened is closed as well. */
void migAsideEnd(MigContext *p, MigAside *pAside) {
  if (p->db == pAside->db && pAside->db) {
    migStatementsClose(p);
    p->db = pAside->dbMain;
    p->pCached = pAside->pCached;
  }
  sqlite3_close(pAside->db);
}
