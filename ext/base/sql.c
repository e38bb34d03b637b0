/*
** sql.c - prepare, bind, step; all of them no-ops after the first error.
**
** Our own statements run on the caller's connection: its authorizer, hooks
** and counters see them. Two kinds: migPrepare() gives a statement that the
** caller finalizes; migCached() one that the context keeps for the rest of
** the call, found again by the address of its text. Those may be kept for a
** later call, reset, by who sees to it that they are finalized before the
** connection is closed (store/veto.c).
**
** What is bound is not copied: it must stay where it is until the statement is
** reset or finalized. What comes from the arena does.
*/
#include <string.h>
#include "sql.h"

/* A statement the context keeps; on the heap, as it can outlive the arena. */
struct MigCached {
  MigCached *pNext;    /* one that was asked for before it */
  const char *zSql;    /* constant text, compared by address */
  sqlite3_stmt *pStmt; /* reset between uses */
};

/* Prepare zSql, which must be one statement; a NULL, a text that could not be
** made, is none. The caller finalizes. NULL after failure. */
sqlite3_stmt *migPrepare(MigContext *p, const char *zSql) {
  sqlite3_stmt *pStmt = 0;

  if (p->rc == SQLITE_OK && zSql) {
    int rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
    if (rc) {
      migFailDb(p, rc);
    }
  }
  return pStmt;
}

/* migPrepareF() with a va_list. SQLite copies the text, so it is freed here. */
static sqlite3_stmt *prepareVa(MigContext *p, const char *zFormat, va_list ap) {
  sqlite3_stmt *pStmt;
  char *zSql;

  if (p->rc) {
    return 0;
  }
  zSql = sqlite3_vmprintf(zFormat, ap);
  if (zSql == 0) {
    migNomem(p);
  }
  pStmt = migPrepare(p, zSql);
  sqlite3_free(zSql);
  return pStmt;
}

/* Prepare a text made with sqlite3_mprintf(): %w for names, %Q for strings, so
** that no value is read as SQL. The caller finalizes. NULL after failure. */
sqlite3_stmt *migPrepareF(MigContext *p, const char *zFormat, ...) {
  sqlite3_stmt *pStmt;
  va_list ap;

  va_start(ap, zFormat);
  pStmt = prepareVa(p, zFormat, ap);
  va_end(ap);
  return pStmt;
}

/*
** The statement of the constant text zSql, reset, bindings cleared: made when
** this call, or one that has left its statements to it, has not asked for it
** before. It must not be finalized by the caller, and not be in use twice at a
** time; the caller resets it when done, as one that is unfinished holds its
** transaction open. NULL after failure.
*/
sqlite3_stmt *migCached(MigContext *p, const char *zSql) {
  MigCached *pCached;

  if (p->rc) {
    return 0;
  }
  for (pCached = p->pCached; pCached; pCached = pCached->pNext) {
    if (pCached->zSql == zSql) {
      sqlite3_reset(pCached->pStmt);
      sqlite3_clear_bindings(pCached->pStmt);
      return pCached->pStmt;
    }
  }
  pCached = sqlite3_malloc64(sizeof(*pCached));
  if (pCached == 0) {
    migNomem(p);
    return 0;
  }
  pCached->zSql = zSql;
  pCached->pStmt = migPrepare(p, zSql);
  if (pCached->pStmt == 0) {
    sqlite3_free(pCached);
    return 0;
  }
  pCached->pNext = p->pCached;
  p->pCached = pCached;
  return pCached->pStmt;
}

/* Finalize the statements of a list, which is empty then. */
void migStatementsDrop(MigCached **ppFirst) {
  while (*ppFirst) {
    MigCached *pNext = (*ppFirst)->pNext;
    sqlite3_finalize((*ppFirst)->pStmt);
    sqlite3_free(*ppFirst);
    *ppFirst = pNext;
  }
}

/* Finalize what migCached() keeps; also safe after an error. None of it may be
** used any more. */
void migStatementsClose(MigContext *p) {
  migStatementsDrop(&p->pCached);
}

/* Reset them, and forget what was bound: it goes with the call. */
void migStatementsReset(MigContext *p) {
  MigCached *pCached;

  for (pCached = p->pCached; pCached; pCached = pCached->pNext) {
    sqlite3_reset(pCached->pStmt);
    sqlite3_clear_bindings(pCached->pStmt);
  }
}

/*
** SQLite has not taken a statement, with the result rc, just now on p->db:
** *pzWhy is why, its message in the arena. An error of p as well when that is
** not for what the statement says (SQLITE_ERROR) or may (SQLITE_AUTH), but for
** memory, a lock, damage. *pzWhy is not set when p has an error already.
*/
void migRefused(MigContext *p, int rc, const char **pzWhy) {
  if (p->rc) {
    return;
  }
  *pzWhy = migStrdup(p, sqlite3_errmsg(p->db));
  if ((rc & 0xff) != SQLITE_ERROR && (rc & 0xff) != SQLITE_AUTH) {
    migFailDb(p, rc);
  }
}

/* Compile a statement that is not to be run. Returns SQLite's result, or that
** of the error that p has; when it is not SQLITE_OK, *pzWhy is as migRefused()
** leaves it. */
int migCompile(MigContext *p, const char *zSql, const char **pzWhy) {
  sqlite3_stmt *pStmt = 0;
  int rc = p->rc;

  if (rc == SQLITE_OK) {
    rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
    sqlite3_finalize(pStmt);
    if (rc) {
      migRefused(p, rc, pzWhy);
    }
  }
  return rc;
}

/* Finalize pStmt on every path, after an error too; NULL is allowed. An error
** that the last step had is not reported again. */
void migFinalize(MigContext *p, sqlite3_stmt *pStmt) {
  MIG_UNUSED(p);
  sqlite3_finalize(pStmt);
}

/* The result of a bind: NOMEM, or TOOBIG for a value beyond a limit. */
static void bindResult(MigContext *p, int rc) {
  if (rc) {
    migFailDb(p, rc);
  }
}

/* Bind an integer to parameter i. */
void migBindInt(MigContext *p, sqlite3_stmt *pStmt, int i, i64 v) {
  if (p->rc == SQLITE_OK) {
    bindResult(p, sqlite3_bind_int64(pStmt, i, v));
  }
}

/* Bind a text that stays valid until the statement is reset; NULL binds
** NULL. */
void migBindText(MigContext *p, sqlite3_stmt *pStmt, int i, const char *z) {
  migBindTextN(p, pStmt, i, z, z ? (i64)strlen(z) : 0);
}

/* Bind the n bytes of z, which need not be terminated, likewise; NULL binds
** NULL. */
void migBindTextN(MigContext *p, sqlite3_stmt *pStmt, int i, const char *z,
                  i64 n) {
  if (p->rc == SQLITE_OK) {
    bindResult(p, sqlite3_bind_text64(pStmt, i, z, (u64)n, SQLITE_STATIC,
                                      SQLITE_UTF8));
  }
}

/* Bind n bytes that stay valid until the statement is reset. A NULL pointer
** binds NULL; an empty blob needs a pointer that is not NULL. */
void migBindBlob(MigContext *p, sqlite3_stmt *pStmt, int i, const void *a,
                 i64 n) {
  if (p->rc == SQLITE_OK) {
    bindResult(p, sqlite3_bind_blob64(pStmt, i, a, (u64)n, SQLITE_STATIC));
  }
}

/* 1 when a row is there, 0 at the end or after an error. The statement is not
** reset in either case. */
int migStep(MigContext *p, sqlite3_stmt *pStmt) {
  int rc;

  if (p->rc || pStmt == 0) {
    return 0;
  }
  rc = sqlite3_step(pStmt);
  if (rc == SQLITE_ROW) {
    return 1;
  }
  if (rc != SQLITE_DONE) {
    migFailDb(p, rc);
  }
  return 0;
}

/*
** Step to the end, whatever the rows are, and reset. Reset also after an error.
*/
void migRun(MigContext *p, sqlite3_stmt *pStmt) {
  while (migStep(p, pStmt)) {
  }
  sqlite3_reset(pStmt);
}

/*
** Column i of the current row as text, until the statement is stepped or reset;
** NULL for NULL, and after failure: out of memory. Embedded zero bytes end it.
*/
const char *migColumnPeek(MigContext *p, sqlite3_stmt *pStmt, int i) {
  const char *z;

  if (p->rc) {
    return 0;
  }
  z = (const char *)sqlite3_column_text(pStmt, i);
  if (z == 0 && sqlite3_column_type(pStmt, i) != SQLITE_NULL) {
    migNomem(p);
  }
  return z;
}

/* The same in the arena. */
char *migColumnText(MigContext *p, sqlite3_stmt *pStmt, int i) {
  return migStrdup(p, migColumnPeek(p, pStmt, i));
}

/* Run a constant text of one or more statements; rows are passed over. */
void migExec(MigContext *p, const char *zSql) {
  if (p->rc == SQLITE_OK && zSql) {
    int rc = sqlite3_exec(p->db, zSql, 0, 0, 0);
    if (rc) {
      migFailDb(p, rc);
    }
  }
}

/* The same with a text made with sqlite3_mprintf(), as for migPrepareF(). */
void migExecF(MigContext *p, const char *zFormat, ...) {
  va_list ap;
  char *zSql;

  if (p->rc) {
    return;
  }
  va_start(ap, zFormat);
  zSql = sqlite3_vmprintf(zFormat, ap);
  va_end(ap);
  if (zSql == 0) {
    migNomem(p);
  }
  migExec(p, zSql);
  sqlite3_free(zSql);
}

/* First column of the first row as an integer, as SQLite converts it; iDefault
** when there is no row or after failure. The format is as for migPrepareF(). */
i64 migQueryInt(MigContext *p, i64 iDefault, const char *zFormat, ...) {
  sqlite3_stmt *pStmt;
  va_list ap;
  i64 v = iDefault;

  va_start(ap, zFormat);
  pStmt = prepareVa(p, zFormat, ap);
  va_end(ap);
  if (migStep(p, pStmt)) {
    v = sqlite3_column_int64(pStmt, 0);
  }
  migFinalize(p, pStmt);
  return v;
}

/* First column of the first row as text in the arena; NULL when there is no
** row, when it is NULL, and after failure. */
char *migQueryText(MigContext *p, const char *zFormat, ...) {
  sqlite3_stmt *pStmt;
  va_list ap;
  char *z = 0;

  va_start(ap, zFormat);
  pStmt = prepareVa(p, zFormat, ap);
  va_end(ap);
  if (migStep(p, pStmt)) {
    z = migColumnText(p, pStmt, 0);
  }
  migFinalize(p, pStmt);
  return z;
}

/*
** Ask xStop(pArg), every nStep steps of the virtual machine of db, whether to
** stop: what is not 0 interrupts the statement. A connection has one such
** handler, so this is for connections of our own. Some hosts (better-sqlite3)
** have a SQLite that is compiled without progress handlers: the entry of the
** API is NULL, and nothing is asked.
*/
void migStopWhen(sqlite3 *db, int nStep, int (*xStop)(void *), void *pArg) {
  void (*xSet)(sqlite3 *, int, int (*)(void *), void *) = 0;

#ifndef SQLITE_OMIT_PROGRESS_CALLBACK
  xSet = sqlite3_progress_handler;
#endif
  if (xSet) {
    xSet(db, nStep, xStop, pArg);
  }
}

/* The path of the file of main, as SQLite has completed it; "" where there is
** none. It belongs to the connection. A database that was deserialized has a
** name before SQLite 3.43, but no file. */
const char *migDatabasePath(sqlite3 *db) {
  const char *zPath = sqlite3_db_filename(db, "main");
  char *zVfs = 0;
  int bMemory;

  sqlite3_file_control(db, "main", SQLITE_FCNTL_VFSNAME, (void *)&zVfs);
  bMemory = zVfs && strncmp(zVfs, "memdb", 5) == 0; /* and an address */
  sqlite3_free(zVfs);
  return zPath && !bMemory ? zPath : "";
}
