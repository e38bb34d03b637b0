/*
** waiting.c - locks of other connections are waited for.
**
** What takes a lock is tried again, with pauses, for as long as the caller is
** ready to wait; that comes on top of the connection's own busy handler. A
** snapshot that is too old is not waited for: it stays so.
**
** Here are the statements of a transaction that take one (transaction.c), and
** what only reads: a read transaction over several statements, and the schema.
*/
#include "sql.h"
#include "os.h"
#include "waiting.h"

/* A pause before trying again: 1, unless msWait milliseconds have passed since
** msStart: then 0. Both times are cut to whole milliseconds, so that only one
** more is not less than was asked for. The pauses (*pmsPause, 1 at first) grow
** to 10 ms: one who writes all the time lets go of the lock for a moment. */
static int waitMore(i64 msStart, i64 msWait, int *pmsPause) {
  if (msWait <= 0 || migMonotonicMs() - msStart > msWait) {
    return 0;
  }
  migSleep(*pmsPause);
  *pmsPause = *pmsPause < 5 ? *pmsPause * 2 : 10;
  return 1;
}

/* Is failure rc, the last thing that the connection reports, a lock of another
** connection that may go away by itself? A snapshot that is too old stays so;
** LOCKED is this connection's, but for a shared cache. */
static int canWait(sqlite3 *db, int rc) {
  int rcMore = sqlite3_extended_errcode(db);

  return ((rc & 0xff) == SQLITE_BUSY && rcMore != SQLITE_BUSY_SNAPSHOT) ||
         ((rc & 0xff) == SQLITE_LOCKED && rcMore == SQLITE_LOCKED_SHAREDCACHE);
}

/* Step a statement that takes a lock; while another connection is in the way
** repeat it until msWait milliseconds have passed. SQLITE_DONE, SQLITE_ROW, or
** the extended code of the failure, after which the statement is reset. */
int migWaitingStep(sqlite3_stmt *pStmt, i64 msWait) {
  i64 msStart = msWait > 0 ? migMonotonicMs() : 0;
  int msPause = 1;
  sqlite3 *db = sqlite3_db_handle(pStmt);
  int rc;

  do {
    rc = sqlite3_step(pStmt);
    if (rc == SQLITE_DONE || rc == SQLITE_ROW) {
      return rc;
    }
    rc = sqlite3_extended_errcode(db);
    sqlite3_reset(pStmt);
  } while (canWait(db, rc) && waitMore(msStart, msWait, &msPause));
  return rc;
}

/* Prepare and step to the first row, waiting in the same way: the first prepare
** of a connection reads the schema, under a lock. The caller finalizes, after
** failure too. */
sqlite3_stmt *migWaitingQuery(MigContext *p, const char *zSql, i64 msWait) {
  i64 msStart = msWait > 0 ? migMonotonicMs() : 0;
  int msPause = 1;
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc) {
    return 0;
  }
  do {
    sqlite3_finalize(pStmt);
    rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
    if (rc == SQLITE_OK) {
      rc = sqlite3_step(pStmt);
    }
  } while (canWait(p->db, rc) && waitMore(msStart, msWait, &msPause));
  if (rc != SQLITE_ROW) {
    migFailDb(p, rc);
  }
  return pStmt;
}

/* ---- reading ---- */

/*
** Hold one read transaction over several statements: a statement left at its
** first row. Finalize it to let go. Inside a transaction that is open anyway
** it does no harm. Another connection that is just committing is waited for
** up to msWait milliseconds. After failure p->rc is set; the result is
** finalized all the same.
*/
sqlite3_stmt *migReadBegin(MigContext *p, i64 msWait) {
  return migWaitingQuery(
      p, "SELECT 1 FROM main.sqlite_schema UNION ALL SELECT 2", msWait);
}

/*
** Have the connection read the schema, if it has not yet. That takes a lock for
** a moment, which is waited for up to msWait milliseconds; it begins no
** transaction. Of what needs the schema this PRAGMA, which is not run, is
** compiled soonest.
*/
void migSchemaLoad(MigContext *p, i64 msWait) {
  i64 msStart = msWait > 0 ? migMonotonicMs() : 0;
  int msPause = 1;
  sqlite3_stmt *pStmt = 0;
  int rc;

  do {
    rc = sqlite3_prepare_v2(p->db, "PRAGMA main.journal_mode", -1, &pStmt, 0);
  } while (canWait(p->db, rc) && waitMore(msStart, msWait, &msPause));
  if (rc) {
    migFailDb(p, rc);
  }
  sqlite3_finalize(pStmt);
}
