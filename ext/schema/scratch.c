/*
** scratch.c - a private in-memory database: its connection, statements in it.
**
** What is run here was written by others. An authorizer denies whatever would
** reach beyond the connection. Where sqlite3_auto_extension() puts us on every
** new connection we are taken off this one: it is a plain SQLite.
**
** Limits: what runs may take TICK_STEPS * MIG_SCRATCH_TICKS steps of the
** virtual machine from migScratchBegin() to migScratchEnd() (scratchmake.c),
** and values LENGTH_MAX bytes; an interrupt of the user's connection stops it
** as well. Settings and limits that decide what SQLite takes are those of the
** user's connection.
*/
#include <stdlib.h>
#include <string.h>
#include "scratch.h"
#include "sql.h"
#include "text.h"

#define TICK_STEPS 10000 /* virtual-machine steps between two calls of ours */
#define LENGTH_MAX 67108864 /* bytes of a value in it: 64 MiB */

/* ------------------------------------------------------------------------
** Open, close
*/

/* PRAGMAs that read, or set what ends with the connection. All others may
** stand without a value only. */
static const char zPragmas[] =
    " analysis_limit application_id cache_size collation_list data_version"
    " defer_foreign_keys foreign_key_check foreign_key_list function_list"
    " ignore_check_constraints index_info index_list index_xinfo"
    " integrity_check legacy_alter_table optimize quick_check"
    " recursive_triggers schema_version secure_delete table_info table_list"
    " table_xinfo"
    " user_version ";

/* Is it one of the list? zName comes from SQLite, as the script spells it. */
static int pragmaAllowed(const char *zName) {
  MigToken token = {MIG_TK_WORD, 0, (i64)strlen(zName)};

  return migWordIn(zName, &token, zPragmas);
}

/* The authorizer (sqlite3_set_authorizer(), c3ref/set_authorizer.html): what z3
** and z4 are depends on eAction; for a PRAGMA its name and value, for a
** function z4 its name. */
static int authorize(void *pArg, int eAction, const char *z3, const char *z4,
                     const char *zSchema, const char *zTrigger) {
  const MigScratch *pScratch = pArg;

  MIG_UNUSED(zSchema);
  MIG_UNUSED(zTrigger);
  if (pScratch->bOwn) {
    return SQLITE_OK;
  }
  switch (eAction) {
  case SQLITE_ATTACH: /* unreached: such statements are not run here */
  case SQLITE_DETACH:
    return SQLITE_DENY;
  case SQLITE_PRAGMA:
    return z4 == 0 || pragmaAllowed(z3) ? SQLITE_OK : SQLITE_DENY;
  case SQLITE_FUNCTION:
    return z4 && migStrICmp(z4, "load_extension") == 0 ? SQLITE_DENY
                                                       : SQLITE_OK;
  default:
    return SQLITE_OK;
  }
}

/* Is the user's connection interrupted? What is interrupted refuses to step.
** The interrupt lasts as long as a statement of that connection runs, and the
** one that calls us does. Raises nothing, whatever p works in. */
int migScratchIsInterrupted(MigScratch *pScratch) {
  int rc = sqlite3_step(pScratch->pAsk);

  sqlite3_reset(pScratch->pAsk);
  return (rc & 0xff) == SQLITE_INTERRUPT;
}

/* Stop a statement that does not end, or when the user wants it: the progress
** handler, 1 stops. */
static int tick(void *pArg) {
  MigScratch *pScratch = pArg;

  return (pScratch->nTick >= 0 && ++pScratch->nTick > MIG_SCRATCH_TICKS) ||
         migScratchIsInterrupted(pScratch);
}

/* Have the new connection understand SQL as the user's one does. Foreign keys
** are never enforced, and sqlite_schema may be written, by us. Attached
** databases are not to be had. */
static void configure(sqlite3 *dbFrom, sqlite3 *db) {
  static const int aeSame[] = {SQLITE_DBCONFIG_ENABLE_TRIGGER,
                               SQLITE_DBCONFIG_ENABLE_VIEW,
                               SQLITE_DBCONFIG_LEGACY_ALTER_TABLE,
                               SQLITE_DBCONFIG_DQS_DML,
                               SQLITE_DBCONFIG_DQS_DDL,
                               SQLITE_DBCONFIG_TRUSTED_SCHEMA};
  size_t k;
  int i;

  for (k = 0; k < sizeof(aeSame) / sizeof(aeSame[0]); k++) {
    int b = 0;
    sqlite3_db_config(dbFrom, aeSame[k], -1, &b);
    sqlite3_db_config(db, aeSame[k], b, (int *)0);
  }
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, (int *)0);
  for (i = 0; i <= SQLITE_LIMIT_TRIGGER_DEPTH; i++) {
    sqlite3_limit(db, i, sqlite3_limit(dbFrom, i, -1));
  }
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  if (sqlite3_limit(db, SQLITE_LIMIT_LENGTH, -1) > LENGTH_MAX) {
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
  }
}

/* Take our functions and tables away, where they are: with our tables there
** DROP TABLE IF EXISTS migrations fails. A result code. */
static int oursForget(sqlite3 *db) {
  static const char zOurs[] =
      "SELECT name, narg FROM pragma_function_list WHERE name GLOB 'migrate_*'"
      " UNION ALL SELECT name, NULL FROM pragma_module_list"
      " WHERE name = 'migrations' OR name GLOB 'migration_*'";
  char **az = 0;
  int n = 0;
  int rc;
  int i;

  rc = sqlite3_exec(db, "SELECT migrate_version()", 0, 0, 0);
  if (rc) {
    return rc == SQLITE_ERROR ? SQLITE_OK : rc; /* it is plain already */
  }
  rc = sqlite3_get_table(db, zOurs, &az, &n, 0, 0);
  for (i = 2; i <= 2 * n && rc == SQLITE_OK; i += 2) {
    if (az[i + 1]) {
      rc = sqlite3_create_function_v2(db, az[i], (int)strtol(az[i + 1], 0, 10),
                                      SQLITE_UTF8, 0, 0, 0, 0, 0);
    } else {
      rc = sqlite3_create_module_v2(db, az[i], 0, 0, 0);
    }
  }
  sqlite3_free_table(az);
  return rc;
}

/* Let p work in the scratch database, or, the second time, back where it was.
** What is caught between the two must lead to the second, so calls of it stand
** in pairs on every path; it works after an error as well. Kept statements
** (migCached()) are swapped along: they belong to a connection. */
void migScratchSwap(MigContext *p, MigScratch *pScratch) {
  sqlite3 *db = p->db;
  struct MigCached *pCached = p->pCached;

  p->db = pScratch->db;
  p->pCached = pScratch->pCached;
  pScratch->db = db;
  pScratch->pCached = pCached;
}

/* An empty one, to be closed on every path; NULL after an error. It keeps a
** statement on the connection of p and must be closed before the call of ours
** ends. SQLITE, or want of memory, when it cannot be opened. */
MigScratch *migScratchOpen(MigContext *p) {
  MigScratch *pScratch = p->rc ? 0 : sqlite3_malloc64(sizeof(*pScratch));
  int rc;

  if (pScratch == 0) {
    migNomem(p);
    return 0;
  }
  memset(pScratch, 0, sizeof(*pScratch));
  pScratch->nTick = -1;
  rc = sqlite3_open_v2(":memory:", &pScratch->db,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 0);
  if (rc) {
    migFailRc(p, rc, MIG_SQLITE, "no database can be opened in memory");
    migScratchClose(p, pScratch);
    return 0;
  }
  rc = oursForget(pScratch->db);
  if (rc) {
    migFailRc(p, rc, MIG_SQLITE, "a database in memory cannot be prepared");
    migScratchClose(p, pScratch);
    return 0;
  }
  rc = sqlite3_prepare_v2(p->db, "SELECT 1", -1, &pScratch->pAsk, 0);
  if (rc) {
    migFailDb(p, rc);
    migScratchClose(p, pScratch);
    return 0;
  }
  configure(p->db, pScratch->db);
  migStandInCollations(pScratch->db, &pScratch->standIns);
  sqlite3_set_authorizer(pScratch->db, authorize, pScratch);
  migStopWhen(pScratch->db, TICK_STEPS, tick, pScratch);
  return pScratch;
}

/* Close it, with what is kept of statements in it. Works after an error, and
** for NULL. Statements that were prepared in it must be finalized before. */
void migScratchClose(MigContext *p, MigScratch *pScratch) {
  if (pScratch) {
    migScratchSwap(p, pScratch);
    migStatementsClose(p);
    migScratchSwap(p, pScratch);
    sqlite3_close(pScratch->db);
    sqlite3_finalize(pScratch->pAsk);
    sqlite3_free(pScratch);
  }
}

/* ------------------------------------------------------------------------
** Statements. But for migScratchExec(), p works in the scratch database.
*/

/* Run SQL of our own, over sqlite_schema if need be: the authorizer lets all of
** it pass. That it fails is an error of p. */
void migScratchExecOwn(MigContext *p, MigScratch *pScratch, const char *zSql) {
  pScratch->bOwn = 1;
  migExec(p, zSql);
  pScratch->bOwn = 0;
}

/* Run the statement in the n bytes of z once: a result code. *piAt is the byte
** that SQLite complains about, or -1. In memory a transaction is ended by
** nothing but a lack of it; some versions have odd codes for that. */
static int statementTry(MigContext *p, const char *z, i64 n, i64 *piAt) {
  int bAutocommit = sqlite3_get_autocommit(p->db);
  sqlite3_stmt *pStmt = 0;
  int rc = sqlite3_prepare_v2(p->db, z, (int)n, &pStmt, 0);

  *piAt = rc ? sqlite3_error_offset(p->db) : -1;
  while (rc == SQLITE_OK && sqlite3_step(pStmt) == SQLITE_ROW) {
  }
  if (rc == SQLITE_OK) {
    rc = sqlite3_finalize(pStmt);
  }
  if (rc == SQLITE_ROW || (rc && rc != SQLITE_INTERRUPT && !bAutocommit &&
                           sqlite3_get_autocommit(p->db))) {
    rc = SQLITE_NOMEM;
  }
  return rc;
}

/*
** Run the statement in the n bytes of z, standing in for what is missing, rows
** thrown away. pDdl: what it makes, or NULL. The result code; *piAt is the byte
** that SQLite complains about, or -1. p is without an error and stays so, but
** for want of memory for a stand-in. It ends, because each name is stood in for
** once.
*/
int migScratchRun(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                  const MigDdl *pDdl, i64 *piAt) {
  int rc;

  do {
    rc = statementTry(p, z, n, piAt);
  } while (rc && p->rc == SQLITE_OK && (rc & 0xff) == SQLITE_ERROR &&
           migStandIn(p, &pScratch->standIns, pDdl));
  return rc;
}

/* Run a statement of which the text is known to be good. That it fails is an
** error of p; NULL is none. */
void migScratchRunGood(MigContext *p, MigScratch *pScratch, const char *zSql,
                       const MigDdl *pDdl) {
  i64 iAt;
  int rc;

  if (p->rc == SQLITE_OK && zSql) {
    rc = migScratchRun(p, pScratch, zSql, (i64)strlen(zSql), pDdl, &iAt);
    if (rc) {
      migFailDb(p, rc);
    }
  }
}

/* Run one statement in it, standing in for what is missing, rows thrown away.
** That it fails is an error of p. p works outside. */
void migScratchExec(MigContext *p, MigScratch *pScratch, const char *zSql) {
  migScratchSwap(p, pScratch);
  migScratchRunGood(p, pScratch, zSql, 0);
  migScratchSwap(p, pScratch);
}
