/*
** veto.c - the veto table: what takes part in our transactions.
**
** A virtual table, eponymous and without rows. A transaction of ours inserts
** into it, and it has joined then: SQLite asks its xSync before anything is
** committed, and its xRollback tells that all is gone. While pConn->bVeto is
** set xSync refuses every COMMIT. What that is for is in transaction.c.
**
** Each connection has a module of its own, with a random name that no file can
** know. When SQLite lets go of the table, as it does when the connection is
** closed, the statements that are kept for later calls are finalized.
*/
#include <string.h>
#include "sql.h"
#include "veto.h"

/* The table that takes part in our transactions, eponymous and without
** rows. */
typedef struct VetoTable {
  sqlite3_vtab base;    /* first: SQLite's own */
  MigConnection *pConn; /* the module holds it */
} VetoTable;

/* xConnect. DIRECTONLY: no view or trigger of a file can use the table. */
static int vetoConnect(sqlite3 *db, void *pAux, int nArg,
                       const char *const *azArg, sqlite3_vtab **ppVtab,
                       char **pzErr) {
  VetoTable *pNew;
  int rc = sqlite3_declare_vtab(db, "CREATE TABLE x(v)");

  MIG_UNUSED(nArg);
  MIG_UNUSED(azArg);
  MIG_UNUSED(pzErr);
  if (rc == SQLITE_OK) {
    rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  }
  if (rc == SQLITE_OK) {
    pNew = sqlite3_malloc64(sizeof(*pNew));
    if (pNew == 0) {
      return SQLITE_NOMEM;
    }
    memset(pNew, 0, sizeof(*pNew));
    pNew->pConn = pAux;
    *ppVtab = &pNew->base;
  }
  return rc;
}

/* xDisconnect, and xDestroy, as there is nothing in the file. SQLite calls this
** before it asks, in sqlite3_close(), whether a statement is left. */
static int vetoDisconnect(sqlite3_vtab *pVtab) {
  migStatementsDrop(&((VetoTable *)pVtab)->pConn->pKept);
  sqlite3_free(pVtab);
  return SQLITE_OK;
}

/* xBestIndex: one way to read it, in which nothing is found. */
static int vetoBestIndex(sqlite3_vtab *pVtab, sqlite3_index_info *pInfo) {
  MIG_UNUSED(pVtab);
  pInfo->estimatedCost = 1;
  return SQLITE_OK;
}

/* xOpen: a cursor without anything of ours. */
static int vetoOpen(sqlite3_vtab *pVtab, sqlite3_vtab_cursor **ppCursor) {
  MIG_UNUSED(pVtab);
  *ppCursor = sqlite3_malloc64(sizeof(**ppCursor));
  if (*ppCursor == 0) {
    return SQLITE_NOMEM;
  }
  memset(*ppCursor, 0, sizeof(**ppCursor));
  return SQLITE_OK;
}

/* xClose. */
static int vetoClose(sqlite3_vtab_cursor *pCursor) {
  sqlite3_free(pCursor);
  return SQLITE_OK;
}

/* xFilter: it is at the end at once. */
static int vetoFilter(sqlite3_vtab_cursor *pCursor, int idxNum,
                      const char *idxStr, int argc, sqlite3_value **argv) {
  MIG_UNUSED(pCursor);
  MIG_UNUSED(idxNum);
  MIG_UNUSED(idxStr);
  MIG_UNUSED(argc);
  MIG_UNUSED(argv);
  return SQLITE_OK;
}

/* xNext. unreached: it has no rows */
static int vetoNext(sqlite3_vtab_cursor *pCursor) {
  MIG_UNUSED(pCursor);
  return SQLITE_OK;
}

/* xEof: always. */
static int vetoEof(sqlite3_vtab_cursor *pCursor) {
  MIG_UNUSED(pCursor);
  return 1;
}

/* xColumn. unreached: it has no rows */
static int vetoColumn(sqlite3_vtab_cursor *pCursor, sqlite3_context *pCtx,
                      int i) {
  MIG_UNUSED(pCursor);
  MIG_UNUSED(pCtx);
  MIG_UNUSED(i);
  return SQLITE_OK;
}

/* xRowid: no row has one. */
static int vetoRowid(sqlite3_vtab_cursor *pCursor, sqlite3_int64 *piRowid) {
  MIG_UNUSED(pCursor);
  *piRowid = 0;
  return SQLITE_OK;
}

/* xUpdate. Only an insert by a call of ours may write here, and leaves nothing;
** anyone else is refused. */
static int vetoUpdate(sqlite3_vtab *pVtab, int argc, sqlite3_value **argv,
                      sqlite3_int64 *piRowid) {
  VetoTable *p = (VetoTable *)pVtab;

  MIG_UNUSED(argv);
  *piRowid = 1;
  return p->pConn->bRunning && argc > 1 ? SQLITE_OK : SQLITE_READONLY;
}

/* xBegin: SQLite calls xSync and xRollback only of tables that have one. */
static int vetoBegin(sqlite3_vtab *pVtab) {
  MIG_UNUSED(pVtab);
  return SQLITE_OK;
}

/* xSync, which SQLite calls before it commits anything: refuse while a call of
** ours is at work, or a failed one is still open. */
static int vetoSync(sqlite3_vtab *pVtab) {
  VetoTable *p = (VetoTable *)pVtab;

  if (p->pConn->bVeto) {
    sqlite3_free(pVtab->zErrMsg);
    pVtab->zErrMsg = sqlite3_mprintf(
        "migrate: a failed run is open in this transaction; ROLLBACK it");
    return SQLITE_ERROR;
  }
  return SQLITE_OK;
}

/*
** xRollback: with the whole transaction goes what a failed run had left open.
*/
static int vetoRollback(sqlite3_vtab *pVtab) {
  VetoTable *p = (VetoTable *)pVtab;

  p->pConn->bVeto = 0;
  p->pConn->bLeftOpen = 0;
  return SQLITE_OK;
}

static const sqlite3_module vetoModule = {
    .iVersion = 2,
    .xConnect = vetoConnect,
    .xBestIndex = vetoBestIndex,
    .xDisconnect = vetoDisconnect,
    .xDestroy = vetoDisconnect,
    .xOpen = vetoOpen,
    .xClose = vetoClose,
    .xFilter = vetoFilter,
    .xNext = vetoNext,
    .xEof = vetoEof,
    .xColumn = vetoColumn,
    .xRowid = vetoRowid,
    .xUpdate = vetoUpdate,
    .xBegin = vetoBegin,
    .xSync = vetoSync,
    .xRollback = vetoRollback,
};

/* Choose the name of the veto table, and register it; SQLite's result. xDestroy
** releases pConn: SQLite calls it when the module goes, and at once when it
** cannot be registered. */
int migVetoRegister(MigConnection *pConn, void (*xDestroy)(void *)) {
  u64 iRandom;

  sqlite3_randomness(sizeof(iRandom), &iRandom);
  sqlite3_snprintf(sizeof(pConn->zName), pConn->zName, "migrate_%llx", iRandom);
  return sqlite3_create_module_v2(pConn->db, pConn->zName, &vetoModule, pConn,
                                  xDestroy);
}
