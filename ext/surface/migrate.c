/*
** migrate.c - entry point: registers everything on a connection.
**
** Functions, tables and the veto module (veto.c) share one struct, the
** MigConnection, each with a reference. Loading reads no file: what a file
** holds is looked at when something is called.
*/
#include <string.h>
#include "migrate.h"
#include "context.h"
#include "functions.h"
#include "tables.h"
#include "veto.h"
SQLITE_EXTENSION_INIT1

/* Is a part of SQLite compiled out that we cannot do without? Its entries of
** the API are NULL then. Where we are linked with SQLite the linker says so. */
static int isReduced(void) {
#ifdef SQLITE_CORE
  return 0;
#else
  return sqlite3_set_authorizer == 0 || sqlite3_blob_open == 0 ||
         sqlite3_create_module_v2 == 0;
#endif
}

/*
** The entry point; migrate.h says what it takes and returns. After a failure
** what is registered stays, and lets go of pConn when the connection is closed.
** A second load on the same connection fails while statements run, because
** SQLite does not replace a function then; else its functions and tables take
** the place of those of the first.
*/
int sqlite3_migrate_init(sqlite3 *db, char **pzErr,
                         const sqlite3_api_routines *pApi) {
  MigConnection *pConn;
  int rc;

  SQLITE_EXTENSION_INIT2(pApi);
  if (sqlite3_libversion_number() < MIGRATE_SQLITE_MINIMUM) {
    *pzErr = sqlite3_mprintf(
        "migrate needs SQLite 3.38.0 or newer, this is %s; load it into a"
        " newer SQLite",
        sqlite3_libversion());
    return SQLITE_ERROR;
  }
  if (isReduced()) {
    *pzErr = sqlite3_mprintf("migrate needs authorizers, incremental BLOBs and"
                             " virtual tables, and this SQLite is compiled"
                             " without one of them");
    return SQLITE_ERROR;
  }
  pConn = sqlite3_malloc64(sizeof(*pConn));
  if (pConn == 0) {
    return SQLITE_NOMEM;
  }
  memset(pConn, 0, sizeof(*pConn));
  pConn->db = db;
  pConn->nRef = 2; /* this function and the veto module */
  rc = migVetoRegister(pConn, migConnectionFree);
  if (rc == SQLITE_OK) {
    rc = migFunctionsRegister(db, pConn);
  }
  if (rc == SQLITE_OK) {
    rc = migTablesRegister(db, pConn);
  }
  migConnectionFree(pConn);
  if (rc == SQLITE_BUSY) { /* a function that exists cannot be replaced now */
    *pzErr = sqlite3_mprintf("migrate is loaded on this connection already");
  }
  return rc;
}
