/*
** migrate.c - entry point: registers everything on a connection.
*/
#include <string.h>
#include "migrate.h"
#include "context.h"
#include "functions.h"
#include "tables.h"
#include "transaction.h"
SQLITE_EXTENSION_INIT1

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
  return rc;
}
