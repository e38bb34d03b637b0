/*
** standin.c - stand-ins for what the application would register.
**
** A schema may name functions, collations and modules that only the
** application's connection has. SQLite says which one is missing; then one of
** that name is registered and the statement tried again. A function gives NULL,
** a collation compares bytes, a virtual table is empty. That is enough for a
** schema to be taken; the text it is kept as is not changed by it.
**
** A tokenizer of the application's cannot be stood in for, so the module that
** asks for it is, and then all virtual tables of that module are empty ones
** with one column.
**
**   CREATE INDEX i ON t(shout(a))    "no such function: shout"
**                                    shout() is registered
**   CREATE INDEX i ON t(shout(a))    is taken
**
** A stand-in answers for all calls of that connection, so nothing that reads
** rows through one may be believed.
**
** PROBLEMS. What is missing is taken from the words of SQLite's message; a
** version with other words would have no stand-ins.
*/
#include <string.h>
#include "standin.h"

/* The function that gives NULL, whatever it is given. */
static void functionCall(sqlite3_context *pCtx, int nArg,
                         sqlite3_value **apArg) {
  MIG_UNUSED(nArg);
  MIG_UNUSED(apArg);
  sqlite3_result_null(pCtx);
}

/* Bytes, the shorter text first: what BINARY does. */
static int collationCompare(void *pArg, int nA, const void *pA, int nB,
                            const void *pB) {
  int n = nA < nB ? nA : nB;
  int c = n ? memcmp(pA, pB, (size_t)n) : 0;

  MIG_UNUSED(pArg);
  return c ? c : nA - nB;
}

/* SQLite asks for a collation (sqlite3_collation_needed()). It cannot report an
** error, so want of memory is kept for migStandIn(). */
static void collationNeeded(void *pArg, sqlite3 *db, int eText,
                            const char *zName) {
  MigStandIns *pStand = pArg;
  int rc = sqlite3_create_collation_v2(db, zName, SQLITE_UTF8, 0,
                                       collationCompare, 0);

  MIG_UNUSED(eText);
  pStand->bNomem |= (rc & 0xff) == SQLITE_NOMEM;
}

/* An empty table with one column. xCreate and xConnect must differ, or it
** could be used without being created (vtab.html, eponymous virtual tables). */
static int moduleConnect(sqlite3 *db, void *pArg, int nArg,
                         const char *const *azArg, sqlite3_vtab **ppTab,
                         char **pzError) {
  int rc = sqlite3_declare_vtab(db, "CREATE TABLE x(x)");

  MIG_UNUSED(pArg);
  MIG_UNUSED(nArg);
  MIG_UNUSED(azArg);
  MIG_UNUSED(pzError);
  *ppTab = rc ? 0 : sqlite3_malloc64(sizeof(**ppTab));
  if (*ppTab) {
    memset(*ppTab, 0, sizeof(**ppTab));
  } else if (rc == SQLITE_OK) {
    rc = SQLITE_NOMEM;
  }
  return rc;
}

/* Nothing is made: it keeps no tables. Arguments are not looked at. */
static int moduleCreate(sqlite3 *db, void *pArg, int nArg,
                        const char *const *azArg, sqlite3_vtab **ppTab,
                        char **pzError) {
  return moduleConnect(db, pArg, nArg, azArg, ppTab, pzError);
}

/* Also xDestroy: there is nothing else to take away. */
static int moduleDisconnect(sqlite3_vtab *pTab) {
  sqlite3_free(pTab);
  return SQLITE_OK;
}

/* Any plan will do: none gives a row. */
static int moduleBestIndex(sqlite3_vtab *pTab, sqlite3_index_info *pInfo) {
  MIG_UNUSED(pTab);
  MIG_UNUSED(pInfo);
  return SQLITE_OK;
}

/* SQLite fills in the cursor; it has nothing of ours. */
static int moduleOpen(sqlite3_vtab *pTab, sqlite3_vtab_cursor **ppCursor) {
  MIG_UNUSED(pTab);
  *ppCursor = sqlite3_malloc64(sizeof(**ppCursor));
  if (*ppCursor == 0) {
    return SQLITE_NOMEM;
  }
  memset(*ppCursor, 0, sizeof(**ppCursor));
  return SQLITE_OK;
}

/* Frees what moduleOpen() has made. */
static int moduleClose(sqlite3_vtab_cursor *pCursor) {
  sqlite3_free(pCursor);
  return SQLITE_OK;
}

/* There is nothing to begin with: it stands at the end. */
static int moduleFilter(sqlite3_vtab_cursor *pCursor, int iIndex,
                        const char *zIndex, int nArg, sqlite3_value **apArg) {
  MIG_UNUSED(pCursor);
  MIG_UNUSED(iIndex);
  MIG_UNUSED(zIndex);
  MIG_UNUSED(nArg);
  MIG_UNUSED(apArg);
  return SQLITE_OK;
}

/* Always. */
static int moduleEof(sqlite3_vtab_cursor *pCursor) {
  MIG_UNUSED(pCursor);
  return 1;
}

/* unreached: there are no rows, and what would write any is not run */
static int moduleNext(sqlite3_vtab_cursor *pCursor) {
  MIG_UNUSED(pCursor);
  return SQLITE_OK;
}

/* Never asked without a row. NULL is what a column is that nothing is set
** for. */
static int moduleColumn(sqlite3_vtab_cursor *pCursor, sqlite3_context *pCtx,
                        int i) {
  MIG_UNUSED(pCursor);
  MIG_UNUSED(pCtx);
  MIG_UNUSED(i);
  return SQLITE_OK;
}

/* Never asked without a row either. */
static int moduleRowid(sqlite3_vtab_cursor *pCursor, sqlite3_int64 *pRowid) {
  MIG_UNUSED(pCursor);
  *pRowid = 0;
  return SQLITE_OK;
}

/* It is there so that triggers and views may write to the table in their text:
** without xUpdate SQLite would not compile them. */
static int moduleUpdate(sqlite3_vtab *pTab, int nArg, sqlite3_value **apArg,
                        sqlite3_int64 *pRowid) {
  MIG_UNUSED(pTab);
  MIG_UNUSED(nArg);
  MIG_UNUSED(apArg);
  MIG_UNUSED(pRowid);
  return SQLITE_OK;
}

/* It keeps nothing under its name. */
static int moduleRename(sqlite3_vtab *pTab, const char *zNew) {
  MIG_UNUSED(pTab);
  MIG_UNUSED(zNew);
  return SQLITE_OK;
}

static const sqlite3_module standInModule = {
    .xCreate = moduleCreate,
    .xConnect = moduleConnect,
    .xBestIndex = moduleBestIndex,
    .xDisconnect = moduleDisconnect,
    .xDestroy = moduleDisconnect,
    .xOpen = moduleOpen,
    .xClose = moduleClose,
    .xFilter = moduleFilter,
    .xNext = moduleNext,
    .xEof = moduleEof,
    .xColumn = moduleColumn,
    .xRowid = moduleRowid,
    .xUpdate = moduleUpdate,
    .xRename = moduleRename,
};

/* Is the name in the list, apart from case? */
static int listHas(const MigList *pList, const char *zName) {
  int i;

  for (i = 0; i < pList->n; i++) {
    if (migStrICmp(pList->az[i], zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/* A name was registered with the result rc: 1 when that worked. 0 for any other
** reason, which the statement then fails for. */
static int registered(MigContext *p, int rc) {
  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
  }
  return rc == SQLITE_OK;
}

/* Stand in for a function: 1, or 0 when that was done before. zName may be
** NULL: 0. One for any number of arguments does not take the place of one for a
** certain number. */
static int functionAdd(MigContext *p, MigStandIns *pStand, const char *zName) {
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

  if (zName == 0 || listHas(&pStand->functions, zName)) {
    return 0;
  }
  migListAdd(p, &pStand->functions, zName);
  return registered(p, sqlite3_create_function_v2(p->db, zName, -1, flags, 0,
                                                  functionCall, 0, 0, 0));
}

/* Stand in for a module, even if there is one: 1, or 0 when that was done
** before. zName may be NULL: 0. p works on the connection that is meant. Want
** of memory is an error of p. */
int migStandInModule(MigContext *p, MigStandIns *pStand, const char *zName) {
  if (zName == 0 || listHas(&pStand->modules, zName)) {
    return 0;
  }
  migListAdd(p, &pStand->modules, zName);
  return registered(
      p, sqlite3_create_module_v2(p->db, zName, &standInModule, 0, 0));
}

/* What zMark introduces in an error message, in the arena: up to zEnd, or to
** the end when that is NULL or missing. NULL when the mark is not there. */
static const char *messageName(MigContext *p, const char *zMessage,
                               const char *zMark, const char *zEnd) {
  const char *z = strstr(zMessage, zMark);
  const char *zStop;

  if (z == 0) {
    return 0;
  }
  z += strlen(zMark);
  zStop = zEnd ? strstr(z, zEnd) : 0;
  return migStrndup(p, z, zStop ? zStop - z : (i64)strlen(z));
}

/* Stand in for what the last error of p's connection says is missing: 1 when
** the statement is worth another try, 0 when there is nothing, or nothing new,
** to stand in for. pDdl: what it makes, or NULL. Out of memory is an error of
** p. */
int migStandIn(MigContext *p, MigStandIns *pStand, const MigDdl *pDdl) {
  const char *zMessage = sqlite3_errmsg(p->db);
  int bTokenizer = strstr(zMessage, "no such tokenizer: ") != 0 ||
                   strstr(zMessage, "unknown tokenizer: ") != 0;

  if (pStand->bNomem) {
    migNomem(p);
    return 0;
  }
  if (pDdl && pDdl->eKind == MIG_DDL_VIRTUAL && bTokenizer) {
    return migStandInModule(p, pStand, migTokenName(p, pDdl->z, &pDdl->module));
  }
  return functionAdd(p, pStand,
                     messageName(p, zMessage, "no such function: ", 0)) ||
         functionAdd(p, pStand,
                     messageName(p, zMessage, "unknown function: ", "()")) ||
         migStandInModule(p, pStand,
                          messageName(p, zMessage, "no such module: ", 0));
}

/* Have every collation that is asked for and not there compare bytes. pStand
** must live as long as the connection. To be called once, for an open
** connection. */
void migStandInCollations(sqlite3 *db, MigStandIns *pStand) {
  sqlite3_collation_needed(db, pStand, collationNeeded);
}

/* Is the module of this name, in any case, stood in for? NULL is not. */
int migStandInIs(const MigStandIns *pStand, const char *zModule) {
  return zModule && listHas(&pStand->modules, zModule);
}
