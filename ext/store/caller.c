/*
** caller.c - from where our functions may be called.
**
** SQLITE_DIRECTONLY keeps views, triggers, defaults and, on newer SQLite,
** CHECK constraints of a file away from us. On older SQLite a CHECK still
** runs, so each call also looks at the unfinished statements of the
** connection: one of them must name what is called. A function that acts must
** besides be called from a statement that touches no table, because only then
** may it begin, commit, roll back and drop:
**   - in autocommit no transaction is open on any schema at that point;
**   - in the caller's transaction no unfinished statement holds a Transaction
**     opcode, which is there exactly when it reads or writes a table.
** The statement that calls is one of the unfinished. So
**   SELECT migrate_upgrade('head')              is served,
**   SELECT migrate_upgrade(v) FROM wanted       is NESTED_CALL, and
**   SELECT migrate_upgrade('head')              is OPEN_CURSOR while a
**                                               SELECT FROM t has rows left.
**
** Which statement calls is read from the texts, token by token, so that a name
** in a string or a comment does not count.
*/
#include <string.h>
#include "sql.h"
#include "token.h"
#include "caller.h"

/* Does the text zSql, or NULL, name zName, and, for functions, call it? */
static int textNames(const char *zSql, const char *zName, int bFunction) {
  i64 n = 0;
  i64 i = 0;
  MigToken token;
  int bNamed = 0;

  while (zSql && zSql[n]) {
    n++;
  }
  while (i < n) {
    i = migTokenSignificant(zSql, n, i, &token);
    if (bNamed && token.eType == MIG_TK_LP) {
      return 1;
    }
    bNamed = migTokenNameIs(zSql, &token, zName);
    if (bNamed && !bFunction) {
      return 1;
    }
  }
  return 0;
}

/*
** Does the statement read or write any table, by its EXPLAIN? When that cannot
** be found out the answer is yes: so for a PRAGMA, which could act while it is
** explained. An EXPLAIN itself touches none. Out of memory and an interrupt are
** errors of p as well.
*/
static int statementTouches(MigContext *p, const char *zSql) {
  sqlite3_stmt *pStmt = 0;
  int bTouches = 0;
  MigToken token;
  i64 i = 0;
  int rc;
  char *zExplain;

  do {
    i = migTokenSignificant(zSql, (i64)strlen(zSql), i, &token);
  } while (token.eType == MIG_TK_SEMI);
  if (migTokenIs(zSql, &token, "pragma")) {
    return 1;
  }
  if (migTokenIs(zSql, &token, "explain")) {
    return 0;
  }
  zExplain = sqlite3_mprintf("EXPLAIN %s", /* sql-ok: a statement */
                             zSql + token.iStart);
  if (zExplain == 0) {
    migNomem(p);
    return 1;
  }
  rc = sqlite3_prepare_v2(p->db, zExplain, -1, &pStmt, 0);
  sqlite3_free(zExplain);
  if (rc == SQLITE_OK) {
    while ((rc = sqlite3_step(pStmt)) == SQLITE_ROW && !bTouches) {
      const char *zOp = (const char *)sqlite3_column_text(pStmt, 1);
      bTouches = zOp && sqlite3_stricmp(zOp, "Transaction") == 0;
    }
    rc = rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
  }
  sqlite3_finalize(pStmt);
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) {
    migFailDb(p, rc);
  }
  return bTouches || rc != SQLITE_OK;
}

/* Say why the unfinished statement zSql is in the way: it is the one that calls
** zName, or another. */
static void callerRefuse(MigContext *p, const char *zName, const char *zSql) {
  if (textNames(zSql, zName, 1)) {
    migFail(p, MIG_NESTED_CALL,
            "%s was called from a statement that reads or writes a table;"
            " call it as a bare SELECT %s(...)",
            zName, zName);
  } else {
    migFail(p, MIG_OPEN_CURSOR,
            "%s cannot run while another statement of this connection is"
            " unfinished: %.200s; finish or reset it first",
            zName, zSql);
  }
}

/* Is there an unfinished statement that names what is called? Else an object of
** the schema calls it. */
static int callerNamed(sqlite3 *db, const char *zName, int bFunction) {
  sqlite3_stmt *pStmt;

  for (pStmt = sqlite3_next_stmt(db, 0); pStmt;
       pStmt = sqlite3_next_stmt(db, pStmt)) {
    if (sqlite3_stmt_busy(pStmt) &&
        textNames(sqlite3_sql(pStmt), zName, bFunction)) {
      return 1;
    }
  }
  return 0;
}

/* Test the caller of an acting function, zName. NESTED_CALL or OPEN_CURSOR when
** it stands in the wrong place; nothing has changed then. bScript: a statement
** of a script that runs may call it as well. */
void migCallerActing(MigContext *p, MigConnection *pConn, const char *zName,
                     int bScript) {
  sqlite3 *db = pConn->db;
  sqlite3_stmt *pStmt;
  int bAutocommit = sqlite3_get_autocommit(db);

  if (pConn->bRunning && !(bScript && pConn->pExecution)) {
    migFail(p, MIG_NESTED_CALL,
            "%s cannot be called from inside a script or another call;"
            " call it as a bare SELECT %s(...)",
            zName, zName);
    return;
  }
  if (!callerNamed(db, zName, 1)) {
    migFail(p, MIG_NESTED_CALL,
            "%s was called by an object of the schema; call it as a bare"
            " SELECT %s(...)",
            zName, zName);
    return;
  }
  if (bAutocommit && sqlite3_txn_state(db, 0) == SQLITE_TXN_NONE) {
    return;
  }
  for (pStmt = sqlite3_next_stmt(db, 0); pStmt && p->rc == SQLITE_OK;
       pStmt = sqlite3_next_stmt(db, pStmt)) {
    const char *zSql = sqlite3_sql(pStmt);
    if (zSql && sqlite3_stmt_busy(pStmt) && statementTouches(p, zSql)) {
      callerRefuse(p, zName, zSql);
    }
  }
  if (bAutocommit && p->rc == SQLITE_OK) {
    migFail(p, MIG_OPEN_CURSOR,
            "%s cannot run while another statement of this connection is"
            " unfinished; finish or reset it first",
            zName);
  }
}

/* Test the caller of a showing function (bFunction) or table: one unfinished
** statement must name it, else NESTED_CALL. */
void migCallerShowing(MigContext *p, const char *zName, int bFunction) {
  if (!callerNamed(p->db, zName, bFunction)) {
    migFail(p, MIG_NESTED_CALL,
            "%s was used by an object of the schema; use it in a statement of"
            " your own",
            zName);
  }
}
