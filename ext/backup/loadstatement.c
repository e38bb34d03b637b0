/*
** loadstatement.c - the statements of a loader, and how they are compiled.
**
** For t(a INTEGER PRIMARY KEY, b, c):
**
**   INSERT INTO main."t"("a", "b", "c") VALUES(?1, ?2, ?3)
**   DELETE FROM main."t" WHERE "a" = ?1
**   SELECT 1, "b", "c" FROM main."t" NOT INDEXED WHERE "a" = ?1
**
** the first with VALUES(?1, ?2, (?3 || x'')) for a text that SQLite would
** change (loadrow.c), and in a UTF-16 file with computed columns
**
**   WITH m AS MATERIALIZED(VALUES(?1, ?2, ?3))
**   INSERT INTO main."t"("a", "b", "c") SELECT * FROM m
**
** That is because some texts of such a file are bound as blobs. SQLite takes a
** bound blob for UTF-8 when a function wants a text of it, and one that it
** reads from a table for the encoding of the file. So where columns or indexes
** are computed, the values of a row pass through a table of the statement's
** own, and are computed with as they will be read.
**
** CHECK was obeyed when the rows were first written, but what it says may have
** come to differ with a function. So when it is in the way it is left out.
** That is decided when a statement is compiled, by PRAGMA
** ignore_check_constraints, which is on for no longer than that: only a call
** that fails just there leaves it to be put back later.
*/
#include <string.h>
#include "sql.h"
#include "loadstatement.h"

/* The text of a SELECT of the first nColumn stored columns of the row that the
** key in ?1 and on names. They are result columns 1 and on, behind a constant,
** so that there is one where nColumn is 0. NOT INDEXED: what is in the table
** counts, not the copy in an index. In the arena; of no use after failure. */
char *migLoadStatementSelect(MigContext *p, const MigLayout *pLayout,
                             int nColumn) {
  MigText sql = {0, 0, 0};
  int i;

  migTextStr(p, &sql, "SELECT 1");
  for (i = 0; i < nColumn; i++) {
    migTextF(p, &sql, ", \"%w\"", pLayout->azColumn[i]);
  }
  migTextF(p, &sql, " FROM main.\"%w\" NOT INDEXED WHERE ", pLayout->zTable);
  migLayoutWhere(p, pLayout, &sql);
  return sql.z;
}

/* The text of the INSERT for texts in eEncoding. The parameters are the last
** pair of parentheses of what the layout gives, and hold no other.
** MATERIALIZED, which SQLite knows since 3.35, is what has the values stored
** before they are read. In the arena; of no use after failure. */
char *migLoadStatementInsert(MigContext *p, const MigLayout *pLayout,
                             int eEncoding) {
  static const char zBefore[] = " VALUES";
  char *zSql = migLayoutInsert(p, pLayout);
  char *zValues = zSql ? strrchr(zSql, '(') : 0;

  if (zValues && pLayout->bComputed && eEncoding != SQLITE_UTF8) {
    i64 n = zValues - zSql - (i64)strlen(zBefore);
    zSql = migPrintf(p, "WITH m AS MATERIALIZED(VALUES%s) %.*s SELECT * FROM m",
                     zValues, (int)n, zSql); /* sql-ok: made by our code */
  }
  return zSql;
}

/* Switch CHECK on or off for what is compiled next. PRAGMAs that set a flag do
** so when they are compiled; not being stepped they let other statements be. */
static void checksIgnore(MigContext *p, int bIgnore) {
  migFinalize(p, migPrepareF(p, "PRAGMA ignore_check_constraints=%d", bIgnore));
}

/* Compile a statement without CHECK, for the caller to finalize. NULL when
** SQLite does not take it, which is no error here. The setting is put back at
** once, unless an error comes in between. */
static sqlite3_stmt *uncheckedPrepare(MigContext *p, const char *zSql) {
  int bWas = (int)migQueryInt(p, 0, "PRAGMA ignore_check_constraints");
  sqlite3_stmt *pStmt = 0;

  checksIgnore(p, 1);
  if (p->rc == SQLITE_OK) {
    sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  }
  checksIgnore(p, bWas);
  return pStmt;
}

/* Prepare a statement on the table, for the caller to finalize. One that SQLite
** does not take is tried once more without CHECK, which is left out from then
** on. UNSUPPORTED when the schema needs what the connection does not have. */
sqlite3_stmt *migLoadStatementPrepare(MigContext *p, MigLoader *pLoader,
                                      const char *zSql) {
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc || zSql == 0) {
    return 0;
  }
  if (pLoader->bUnchecked && (pStmt = uncheckedPrepare(p, zSql)) != 0) {
    return pStmt;
  }
  rc = p->rc ? p->rc : sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  if (rc == SQLITE_ERROR && !pLoader->bUnchecked) {
    pLoader->bUnchecked = 1; /* CHECK may need what is not there */
    return migLoadStatementPrepare(p, pLoader, zSql);
  }
  if (rc == SQLITE_ERROR) {
    migFailRc(p, rc, MIG_UNSUPPORTED,
              "table %s cannot be written on this connection: %s",
              pLoader->pLayout->zTable, sqlite3_errmsg(p->db));
  } else if (rc) {
    migFailDb(p, rc);
  }
  return pStmt;
}
