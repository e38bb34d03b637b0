/*
** invariant.c - what scripts say must hold.
**
** A SELECT behind the directive "check NAME" finds what is wrong: no row means
** that all is well. It is run behind the statements of its script, and again
** by migrate_verify() while its revision is applied and no later one has a
** check of the same name.
**
**   -- migrate:check no_debts
**   SELECT id, balance FROM account WHERE balance < 0;
**
** fails with "check no_debts finds id=7, balance=-3". Only the first row is
** looked for: a check costs no more than that takes.
**
** Behind its script a check may call functions of the application, as the
** script itself may. migrate_verify() runs what a file brings along, so there
** it may not, nor one that has taken the place of SQLite's, as that of PRAGMA
** case_sensitive_like has.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "writeset.h"
#include "invariant.h"

#define VALUES_SHOWN 5 /* columns of the row in the message */

/* The first row that a check has found, as text in the arena: names of columns
** with their values, long ones cut to 60 characters. */
static const char *rowText(MigContext *p, sqlite3_stmt *pStmt) {
  MigText text = {0, 0, 0};
  int n = sqlite3_column_count(pStmt);
  int i;

  for (i = 0; i < n && i < VALUES_SHOWN; i++) {
    const char *z = (const char *)sqlite3_column_text(pStmt, i);
    migTextF(p, &text, "%s%s=%!.60s", i ? ", " : "",
             sqlite3_column_name(pStmt, i), z ? z : "NULL");
  }
  return migTextZ(&text);
}

/*
** Is what runs under that name SQLite's own, and does it no more than compute?
** The list has SQLite's beside one of the same name that was registered over
** it, so nobody must have registered any, with whatever number of arguments.
** The PRAGMA is used as such: a table of the file could take the name of its
** table-valued function. Columns: 0 name, 1 whether it is built in, 5 flags.
*/
static int isOwn(MigContext *p, const char *zName) {
  sqlite3_stmt *pStmt = migPrepare(p, "PRAGMA function_list");
  int bOwn = 0;
  int bOther = strcmp(zName, "load_extension") == 0;

  while (!bOther && migStep(p, pStmt)) {
    if (migStrICmp(migColumnPeek(p, pStmt, 0), zName) == 0) {
      bOwn = 1;
      bOther = !sqlite3_column_int(pStmt, 1) ||
               (sqlite3_column_int(pStmt, 5) & SQLITE_DIRECTONLY);
    }
  }
  migFinalize(p, pStmt);
  return bOwn && !bOther;
}

/* UNSUPPORTED when the statement calls what is not SQLite's own, or can do more
** than compute: the file says what is run here, and who made it is not known.
*/
static void callsCheck(MigContext *p, const char *zName, sqlite3_stmt *pStmt) {
  MigWriteset set;
  int i;

  migWritesetRead(p, pStmt, &set);
  for (i = 0; i < set.calls.n && p->rc == SQLITE_OK; i++) {
    if (!isOwn(p, set.calls.az[i])) {
      migFail(p, MIG_UNSUPPORTED,
              "check %s calls %s(), which is not one of SQLite's own, and is"
              " not run outside of its script",
              zName, set.calls.az[i]);
    }
  }
}

/*
** Run the SELECT at the beginning of the n bytes at zSelect, behind which other
** scripts may stand; with bGuarded only what is harmless whoever wrote it.
** zName is for messages. Needs a transaction, and writes nothing.
**
** INVARIANT, with the first row, when it finds one; SCRIPT when it cannot be
** run, with SQLite's result code; UNSUPPORTED for what bGuarded forbids. The
** statement is gone in any case.
*/
void migInvariantRun(MigContext *p, const char *zName, const char *zSelect,
                     i64 n, int bGuarded) {
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc) {
    return;
  }
  rc = sqlite3_prepare_v2(p->db, zSelect, (int)n, &pStmt, 0);
  if (rc == SQLITE_OK && !sqlite3_stmt_readonly(pStmt)) {
    /* unreached: the script would not have been taken */
    migFail(p, MIG_FORBIDDEN_STATEMENT, "check %s does not only read", zName);
  } else if (rc == SQLITE_OK) {
    if (bGuarded) {
      callsCheck(p, zName, pStmt);
    }
    rc = p->rc ? p->rc : sqlite3_step(pStmt);
  }
  if (p->rc) {
    /* said already */
  } else if (rc == SQLITE_ROW) {
    migFail(p, MIG_INVARIANT, "check %s finds %s", zName, rowText(p, pStmt));
  } else if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
  } else if (rc != SQLITE_DONE) {
    migFailRc(p, rc, MIG_SCRIPT, "check %s cannot be run: %s", zName,
              sqlite3_errmsg(p->db));
  }
  sqlite3_finalize(pStmt);
}
