/*
** editing.c - putting one stored text of a table in the place of another.
**
** The text in sqlite_schema is written under writable_schema, and the schema
** cookie is moved on: without that, other connections would go on with the old
** definition. Our own connection reads the schema again at once, so that a text
** SQLite cannot read fails here, where all can still be rolled back.
**
** A DEFENSIVE connection or an authorizer may deny this. Then nothing has
** changed, which is no error. writable_schema and schema_version are described
** in pragma.html of SQLite; the settings here are those of sqlite3_db_config()
** (c3ref/c_dbconfig_defensive.html), SQLITE_DBCONFIG_ left out.
**
** Each change of a setting or of the schema expires the statements by which the
** transaction is undone; they are compiled again before anything else runs.
*/
#include <string.h>
#include "editing.h"
#include "sql.h"

static const char zCookie[] = "PRAGMA main.schema_version";

/* One row or none: a damaged schema may have a name twice. */
static const char zTextSet[] = "UPDATE main.sqlite_schema SET sql = ?1"
                               " WHERE type = 'table' AND name = ?2 AND 1 ="
                               " (SELECT count(*) FROM main.sqlite_schema"
                               " WHERE type = 'table' AND name = ?2)";

/* A setting of the connection, an SQLITE_DBCONFIG_ of the kind that is on or
** off: 1 or 0. */
int migEditingConfig(sqlite3 *db, int iOption) {
  int b = 0;

  sqlite3_db_config(db, iOption, -1, &b);
  return b;
}

/* The schema or a setting has changed: compile again what undoes pTx. NULL: a
** scratch database, nothing to do. */
void migEditingArm(MigContext *p, MigTransaction *pTx) {
  if (pTx) {
    migTransactionArm(p, pTx);
  }
}

/* Set a setting of the connection, on every path. After an error all is undone
** before it goes back: that expires what would undo it, and there may be no
** memory to compile it again. */
void migEditingSet(MigContext *p, MigTransaction *pTx, int iOption, int b) {
  if (p->rc && pTx) {
    migTransactionUndo(p, pTx);
  }
  sqlite3_db_config(p->db, iOption, b, (int *)0);
  migEditingArm(p, pTx);
}

/* Is this an objection of SQLite to what was asked, as a syntax error, an
** unknown name, or what an authorizer denies? */
static int isSoft(int rc) {
  return (rc & 0xff) == SQLITE_ERROR || (rc & 0xff) == SQLITE_AUTH;
}

/* Prepare a statement: NULL, without an error, when SQLite does not take it. */
static sqlite3_stmt *tryPrepare(MigContext *p, const char *zSql) {
  sqlite3_stmt *pStmt = 0;

  if (p->rc == SQLITE_OK && zSql) {
    int rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
    if (rc && !isSoft(rc)) {
      migFailDb(p, rc);
    }
  }
  return pStmt;
}

/* The statement that moves the cookie on, or NULL when SQLite does not let us.
** It is compiled before the text is written, so that then nothing is. The
** cookie has 32 bits, and is kept from becoming negative. */
static sqlite3_stmt *cookiePrepare(MigContext *p) {
  sqlite3_stmt *pRead = tryPrepare(p, zCookie);
  u32 iNext = 0;
  int bRead = migStep(p, pRead);

  if (bRead) {
    iNext = ((u32)sqlite3_column_int(pRead, 0) + 1) & 0x7fffffff;
  }
  migFinalize(p, pRead);
  return bRead ? tryPrepare(p, migPrintf(p, "%s = %u", zCookie, iNext)) : 0;
}

/* Write text and cookie. 0 when SQLite does not let us, or when there is not
** just one table of this name; nothing was written then. WRITABLE_SCHEMA is on.
*/
static int textWrite(MigContext *p, const char *zTable, const char *zSql) {
  sqlite3_stmt *pCookie = cookiePrepare(p);
  sqlite3_stmt *pText = pCookie ? tryPrepare(p, zTextSet) : 0;
  int bDone = 0;

  if (pText) {
    migBindText(p, pText, 1, zSql);
    migBindText(p, pText, 2, zTable);
    migRun(p, pText);
    bDone = p->rc == SQLITE_OK && sqlite3_changes(p->db) == 1;
  }
  if (bDone) {
    migRun(p, pCookie);
  }
  migFinalize(p, pText);
  migFinalize(p, pCookie);
  return bDone;
}

/* Have our own connection read the schema again, and see whether it can. The
** new cookie is what makes it: the table is compiled against it. */
static void schemaReload(MigContext *p, const char *zTable) {
  sqlite3_stmt *pStmt =
      migPrepareF(p, "SELECT 1 FROM main.\"%w\" LIMIT 1", zTable);

  migStep(p, pStmt);
  migFinalize(p, pStmt);
}

/*
** Put zSql in the place of the stored text of zTable, a name as sqlite_schema
** has it: 1. 0 when SQLite does not let us, and nothing has changed, and after
** an error, which may have undone pTx already. The caller knows that the text
** fits the rows, and holds the write transaction pTx; NULL: a scratch database.
** WRITABLE_SCHEMA is afterwards what it was.
*/
int migEditingReplace(MigContext *p, MigTransaction *pTx, const char *zTable,
                      const char *zSql) {
  sqlite3 *db = p->db;
  int bWritable = migEditingConfig(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA);
  int bDone;

  if (p->rc || migEditingConfig(db, SQLITE_DBCONFIG_DEFENSIVE)) {
    return 0;
  }
  migEditingSet(p, pTx, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1);
  bDone = textWrite(p, zTable, zSql);
  migEditingSet(p, pTx, SQLITE_DBCONFIG_WRITABLE_SCHEMA, bWritable);
  if (bDone) {
    schemaReload(p, zTable);
    migEditingArm(p, pTx);
  }
  return bDone && p->rc == SQLITE_OK;
}

/* Give the table being edited another text. Where SQLite does not let us, give
** up. */
void migEditingText(MigEditing *pe, const char *zSql) {
  if (pe->p->rc == SQLITE_OK && !pe->bGiveUp &&
      !migEditingReplace(pe->p, pe->pTx, pe->zTable, zSql)) {
    pe->bGiveUp = 1;
  }
}

/* Put its old text back, even after giving up. UNSUPPORTED when SQLite does not
** let us. */
void migEditingBack(MigEditing *pe) {
  if (!migEditingReplace(pe->p, pe->pTx, pe->zTable, pe->pDiff->pOld->zSql)) {
    migEditingStuck(pe);
  }
}

/* What was possible a moment ago is not any more: UNSUPPORTED. The table is
** left with a text that it must not keep, so this has to be an error. */
void migEditingStuck(MigEditing *pe) {
  migFail(pe->p, MIG_UNSUPPORTED,
          "table %s: its definition cannot be put back; look whether an"
          " authorizer denies it",
          pe->zTable);
}

/* Prepare a statement, for the caller to finalize: NULL when SQLite does not
** take it, which migEditingStep() then notices. */
sqlite3_stmt *migEditingPrepare(MigEditing *pe, const char *zSql) {
  return pe->bGiveUp ? 0 : tryPrepare(pe->p, zSql);
}

/*
** Step such a statement: whether there is a row. What goes wrong in an
** expression, and what a constraint refuses, may go wrong in a copy of the
** rows, too; that then says so. Here it gives up, as for a NULL statement.
** Other failures are errors, and so is that code of the application, which
** expressions call, has ended the transaction.
*/
int migEditingStep(MigEditing *pe, sqlite3_stmt *pStmt) {
  int rc;

  if (pe->p->rc || pe->bGiveUp) {
    return 0;
  }
  rc = pStmt ? sqlite3_step(pStmt) : SQLITE_ERROR;
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
    pe->bGiveUp = 1;
    if (!isSoft(rc) && (rc & 0xff) != SQLITE_CONSTRAINT) {
      migFailDb(pe->p, rc);
    }
  }
  migTransactionCheck(pe->p, pe->pTx, "a function or collation of the schema");
  return rc == SQLITE_ROW && pe->p->rc == SQLITE_OK;
}
