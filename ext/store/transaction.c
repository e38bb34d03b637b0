/*
** transaction.c - one atomic change of the file.
**
** In autocommit a call of ours is BEGIN ... COMMIT (a savepoint when the file
** says `deterministic`), inside the caller's transaction it is a savepoint.
** BEGIN IMMEDIATE would lock what else is attached. The difficulty is the way
** back. While the calling statement `SELECT f()` is unfinished, an interrupt or
** an out of memory stays set on the connection, nothing new can be prepared,
** and a ROLLBACK may answer SQLITE_INTERRUPT. So, in this order:
**   1. the undo statements, and an insert into a virtual table of ours, the
**      veto (veto.c), are compiled before anything is begun;
**   2. the insert is the first write: it takes the lock on main, and joins the
**      transaction. While pConn->bVeto is set the table refuses every COMMIT.
**      Until it has joined nothing was written, and it serves as the guard;
**   3. a guard, a write statement that changes nothing, is compiled. When the
**      undo fails, stepping the guard under the still pending interrupt or
**      out of memory makes SQLite itself roll everything back;
**   4. undo and guard expire with each change of the schema or of the
**      connection's settings, so migTransactionArm() compiles them again
**      after each of these, before the next statement is stepped.
** Measured over every allocation, I/O call and interrupt of upgrades, these
** together leave no half-made state behind (test/fault).
**
** The write lock is taken before the state is read that decides what to do;
** it is waited for (waiting.c).
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "text.h"
#include "store.h"
#include "history.h"
#include "known.h"
#include "connection.h"
#include "waiting.h"
#include "transaction.h"

static const char zGuard[] = "DELETE FROM main._migrate_meta WHERE 0";
/* Never run to its end: compiled while our tables do not exist yet. */
static const char zGuardNoStore[] = "CREATE TABLE main._migrate_guard(x)";

/* sqlite3_txn_state() of schema main: SQLITE_TXN_NONE, _READ or _WRITE. */
int migTransactionState(MigContext *p) {
  return sqlite3_txn_state(p->db, "main");
}

/* ---- begin ---- */

/* Refuse what no transaction could make safe: READ_ONLY for a file that cannot
** be written, UNSUPPORTED for one without a journal. */
static void beginRefuse(MigContext *p, i64 msWait) {
  sqlite3_stmt *pStmt;
  const char *zMode;

  if (sqlite3_db_readonly(p->db, "main") == 1) {
    migFail(p, MIG_READ_ONLY,
            "the database is read-only; open it for writing, and without"
            " PRAGMA query_only");
  }
  pStmt = migWaitingQuery(p, "PRAGMA main.journal_mode", msWait);
  zMode = migColumnPeek(p, pStmt, 0);
  if (zMode && sqlite3_stricmp(zMode, "off") == 0) {
    migFail(p, MIG_UNSUPPORTED,
            "journal_mode is off, so a failure could not be rolled back; set"
            " PRAGMA journal_mode=delete first");
  }
  sqlite3_finalize(pStmt);
}

/* Make an error of rc, which a begin, the veto or a commit has met. BUSY says
** what helps: bHasRead is whether the caller's transaction had read before. */
static void lockFail(MigContext *p, MigTransaction *pTx, int rc, int bHasRead) {
  if ((rc & 0xff) != SQLITE_BUSY) {
    migFailDb(p, rc);
  } else if (!pTx->bOwn && bHasRead) {
    migFailRc(p, rc, MIG_BUSY,
              "your transaction has read, and another connection has written"
              " or is writing; roll back and start with BEGIN IMMEDIATE");
  } else {
    migFailRc(p, rc, MIG_BUSY,
              "another connection holds the lock for longer than %lld ms; try"
              " again, or raise option or setting wait",
              pTx->msWait);
  }
}

/*
** Join the transaction with the veto table. The insert is a write on schema
** main, so this takes the write lock, where the caller has not. A transaction
** that the caller has begun and that has read may not wait for it: SQLite would
** answer BUSY for as long as it lasts. From here on COMMIT is refused.
*/
static void vetoJoin(MigContext *p, MigTransaction *pTx) {
  int bHasRead = migTransactionState(p) != SQLITE_TXN_NONE;
  int rc;

  if (p->rc) {
    return;
  }
  rc = migWaitingStep(pTx->pVeto, bHasRead ? 0 : pTx->msWait);
  if (rc == SQLITE_DONE) {
    pTx->bJoined = pTx->pConn->bVeto = 1;
  } else {
    lockFail(p, pTx, rc, bHasRead && !pTx->bOwn);
  }
}

/* Compile the insert. Has it a column, then PRAGMA count_changes is on. */
static void vetoPrepare(MigContext *p, MigTransaction *pTx) {
  MigConnection *pConn = pTx->pConn;

  pTx->pVeto = migPrepareF(p, "INSERT INTO \"%w\" VALUES(1)", pConn->zName);
  if (pTx->pVeto && sqlite3_column_count(pTx->pVeto) > 0) {
    migSettingsCountsOff(p, pConn);
    sqlite3_finalize(pTx->pVeto);
    pTx->pVeto = migPrepareF(p, "INSERT INTO \"%w\" VALUES(1)", pConn->zName);
  }
}

/* migTransactionArm() as a MigStoreChanged. */
static void storeChanged(MigContext *p, void *pArg) {
  migTransactionArm(p, pArg);
}

/* Look for our tables; make them (bCreate), or make them those of this version,
** or chain what a script without us has written. The write lock is held. */
static void beginStore(MigContext *p, MigTransaction *pTx, int bCreate) {
  int iVersion = migKnownOpen(p, pTx->pConn);

  migKnownForget(pTx->pConn);
  pTx->bStore = iVersion > 0;
  if (p->rc) {
    return;
  }
  if (pTx->bStore && iVersion < MIGRATE_STORE_VERSION) {
    migTransactionArm(p, pTx);
    migStoreUpgrade(p, iVersion, storeChanged, pTx);
    pTx->bUpgraded = p->rc == SQLITE_OK;
  } else if (!pTx->bStore && bCreate) {
    pTx->pGuard = migPrepare(p, zGuardNoStore);
    migStoreCreate(p);
    pTx->bStore = pTx->bCreated = p->rc == SQLITE_OK;
  } else if (pTx->bStore && migHistoryOpen(p)) {
    migTransactionArm(p, pTx);
    migHistoryAdopt(p);
  }
}

/* Compile what zVerb does with the savepoint. A number is never used twice, so
** the name hits no other. */
static sqlite3_stmt *onSavepoint(MigContext *p, const MigTransaction *pTx,
                                 const char *zVerb) {
  return migPrepareF(p, "%s \"%w_%d\"", /* sql-ok: a constant */
                     zVerb, pTx->pConn->zName, pTx->iSavepoint);
}

/* Step BEGIN or SAVEPOINT. Neither takes a lock: what is in the way of a
** savepoint is a write of this connection that is not finished, and that is no
** statement of the caller's (caller.c), so a BLOB that is open for writing. A
** BEGIN that an authorizer ignores begins nothing. */
static void beginStep(MigContext *p, MigTransaction *pTx,
                      sqlite3_stmt *pBegin) {
  int rc = p->rc ? SQLITE_OK : sqlite3_step(pBegin);

  if (p->rc) {
    return;
  }
  /* an interrupt can end the statement after it has begun one */
  pTx->bOpen = rc == SQLITE_DONE || pTx->bOwn;
  if (sqlite3_get_autocommit(p->db)) {
    pTx->bOpen = 0;
  }
  if ((rc & 0xff) == SQLITE_BUSY) {
    migFailRc(p, rc, MIG_OPEN_CURSOR,
              "%s; close BLOBs that are open for writing",
              sqlite3_errmsg(p->db));
  } else if (rc != SQLITE_DONE) {
    migFailDb(p, rc);
  } else if (!pTx->bOpen) {
    migFail(p, MIG_UNSUPPORTED,
            "an authorizer does not let a transaction begin; let it allow"
            " SQLITE_TRANSACTION and SQLITE_SAVEPOINT");
  }
}

/*
** Begin. msWait is how long to wait for the lock, in milliseconds;
** bDeterministic is the setting of that name; with bCreate our tables are made
** when the file has none. Afterwards the write lock is held, and pTx->bStore
** says whether our tables are there; they are verified, and of this version.
**
** READ_ONLY, UNSUPPORTED (no journal), BUSY, STORE_NEWER, STORE_DAMAGED,
** besides what SQLite reports. After failure the caller still calls
** migTransactionUndo().
*/
void migTransactionBegin(MigContext *p, MigTransaction *pTx,
                         MigConnection *pConn, i64 msWait, int bDeterministic,
                         int bCreate) {
  sqlite3_stmt *pBegin;

  memset(pTx, 0, sizeof(*pTx));
  pTx->pConn = pConn;
  pTx->bOwn = sqlite3_get_autocommit(p->db) != 0;
  pTx->msWait = msWait;
  beginRefuse(p, msWait);
  vetoPrepare(p, pTx);
  if (pTx->bOwn && !bDeterministic) {
    pBegin = migPrepare(p, "BEGIN");
    pTx->pUndo = migPrepare(p, "ROLLBACK");
  } else {
    pTx->iSavepoint = ++pConn->nSavepoint;
    pBegin = onSavepoint(p, pTx, "SAVEPOINT");
    pTx->pUndo = pTx->bOwn ? migPrepare(p, "ROLLBACK")
                           : onSavepoint(p, pTx, "ROLLBACK TO");
    pTx->pRelease = onSavepoint(p, pTx, "RELEASE");
  }
  beginStep(p, pTx, pBegin);
  sqlite3_finalize(pBegin);
  vetoJoin(p, pTx);
  beginStore(p, pTx, bCreate);
  migTransactionArm(p, pTx);
}

/* Did something end the transaction behind our back? Foreign code can have
** rolled back, and even begun another one; then the veto is gone. pTx may be
** NULL, or not open: nothing is lost then. */
int migTransactionLost(const MigTransaction *pTx) {
  return pTx && pTx->bOpen &&
         (sqlite3_get_autocommit(pTx->pConn->db) || !pTx->pConn->bVeto);
}

/* SQLITE when the transaction was lost to zWho, code of the application that
** has just run: what came behind would be committed by itself. No-op after a
** first error. */
void migTransactionCheck(MigContext *p, const MigTransaction *pTx,
                         const char *zWho) {
  if (p->rc == SQLITE_OK && migTransactionLost(pTx)) {
    migFailRc(p, SQLITE_ABORT, MIG_SQLITE, "%s ended the transaction", zWho);
  }
}

/* Keep a statement that was compiled again; without one keep the old, which may
** still serve. */
static void rearm(sqlite3_stmt **ppStmt, sqlite3_stmt *pNew) {
  if (pNew) {
    sqlite3_finalize(*ppStmt);
    *ppStmt = pNew;
  }
}

/*
** Compile undo, commit and guard again: after anything that changed the schema
** or a setting of the connection, and before the next statement. No-op for a
** transaction that is not open, and after an error, which leaves what is there.
*/
void migTransactionArm(MigContext *p, MigTransaction *pTx) {
  int bSavepoint = pTx->pRelease != 0;

  if (!pTx->bOpen) {
    return;
  }
  rearm(&pTx->pGuard, migPrepare(p, pTx->bStore ? zGuard : zGuardNoStore));
  if (bSavepoint) {
    rearm(&pTx->pRelease, onSavepoint(p, pTx, "RELEASE"));
  }
  rearm(&pTx->pUndo, bSavepoint && !pTx->bOwn
                         ? onSavepoint(p, pTx, "ROLLBACK TO")
                         : migPrepare(p, "ROLLBACK"));
  rearm(&pTx->pDone,
        bSavepoint ? onSavepoint(p, pTx, "RELEASE") : migPrepare(p, "COMMIT"));
}

/* ---- end ---- */

/* Finalize what is compiled. The transaction itself stays as it is. */
void migTransactionRelease(MigTransaction *pTx) {
  sqlite3_finalize(pTx->pVeto);
  sqlite3_finalize(pTx->pUndo);
  sqlite3_finalize(pTx->pRelease);
  sqlite3_finalize(pTx->pDone);
  sqlite3_finalize(pTx->pGuard);
  pTx->pVeto = pTx->pUndo = pTx->pRelease = pTx->pDone = pTx->pGuard = 0;
}

/* FOREIGN_KEY: a deferred foreign key refused the commit. Name some of the
** rows, if there are any: the transaction is still open. */
static void deferredFail(MigContext *p, int rc) {
  sqlite3_stmt *pStmt = migPrepare(p, "PRAGMA main.foreign_key_check");
  MigText rows = {0, 0, 0};
  int n;

  for (n = 0; n < 5 && migStep(p, pStmt); n++) {
    migTextF(p, &rows, "%stable %s", n ? ", " : "",
             sqlite3_column_text(pStmt, 0));
    if (sqlite3_column_type(pStmt, 1) != SQLITE_NULL) { /* WITHOUT ROWID */
      migTextF(p, &rows, " rowid %lld", sqlite3_column_int64(pStmt, 1));
    }
    migTextF(p, &rows, " (parent %s)", sqlite3_column_text(pStmt, 2));
  }
  migFinalize(p, pStmt);
  migFailRc(p, rc, MIG_FOREIGN_KEY,
            n ? "rows would be without their parent: %s; mend the script"
              : "SQLite counts a deferred violation%s, though no row lacks its"
                " parent: a table was dropped while one was open; write and"
                " mend such rows in a revision of their own",
            migTextZ(&rows));
}

/*
** Make the change permanent (in the caller's transaction, or inside another of
** ours: part of it). No-op after an error. A reader that blocks the commit is
** waited for. FOREIGN_KEY when rows lack their parent, BUSY, or what SQLite
** reports; UNSUPPORTED when an authorizer ignores the COMMIT. After failure
** p->rc is set and migTransactionUndo() has still to be called. Whatever else
** can fail the caller has done before.
*/
void migTransactionCommit(MigContext *p, MigTransaction *pTx) {
  int rc;

  if (p->rc || !pTx->bOpen) {
    return;
  }
  pTx->pConn->bVeto = 0; /* for this one COMMIT */
  rc = migWaitingStep(pTx->pDone, pTx->bOwn ? pTx->msWait : 0);
  if (rc == SQLITE_DONE && pTx->bOwn && !sqlite3_get_autocommit(p->db)) {
    pTx->pConn->bVeto = 1;
    migFail(p, MIG_UNSUPPORTED,
            "an authorizer does not let the transaction be committed; let it"
            " allow SQLITE_TRANSACTION");
    return;
  }
  if (rc == SQLITE_DONE) {
    pTx->bOpen = 0;
    migTransactionRelease(pTx);
    return;
  }
  pTx->pConn->bVeto = !sqlite3_get_autocommit(p->db);
  if (rc == SQLITE_CONSTRAINT_FOREIGNKEY) {
    deferredFail(p, rc);
  } else {
    lockFail(p, pTx, rc, 0);
  }
}

static const char zLeftOpen[] = "a transaction of the failed run is open and"
                                " cannot be committed; ROLLBACK it";

/*
** Append what became of the transaction to the message of the failure. After
** what was only tried, such as a dry run, there is none: then it is that the
** undo failed, with rc. When there is no memory for it the message stays as it
** is.
*/
static void undoExplain(MigContext *p, int rc, const char *zText) {
  char *zNew;

  if (p->rc == SQLITE_OK) {
    migFailRc(p, rc, MIG_SQLITE, "what was tried could not be undone alone: %s",
              sqlite3_errstr(rc));
  }
  if (p->zError && strstr(p->zError, zText)) {
    return; /* said by a transaction inside this one */
  }
  zNew = p->zError ? sqlite3_mprintf("%s; %s", p->zError, zText) : 0;
  if (zNew) {
    sqlite3_free(p->zError);
    p->zError = zNew;
  }
}

/* Take zLeftOpen off the message: what a transaction inside this one had to
** leave open is gone with it. */
static void undoExplainNot(MigContext *p) {
  char *z = p->zError ? strstr(p->zError, zLeftOpen) : 0;

  if (z && z > p->zError + 2) {
    z[-2] = 0; /* before the semicolon */
  }
}

/*
** Undo what was done since the begin. No-op when the transaction has ended.
** Needs no memory but for the message, and works after any error: that of p is
** kept, with what became of the transaction behind it. When even that fails,
** COMMIT is vetoed, and the next acting call that finds the connection so rolls
** back first. SQLite 3.38 steps no statement after out of memory: there it is
** always so. Finalizes what was compiled.
*/
void migTransactionUndo(MigContext *p, MigTransaction *pTx) {
  sqlite3 *db = p->db;
  int rc = SQLITE_ABORT;
  int bUndone;

  if (pTx->bOpen && !sqlite3_get_autocommit(db)) {
    rc = sqlite3_step(pTx->pUndo);
    if (rc == SQLITE_DONE && !pTx->bOwn) {
      rc = sqlite3_step(pTx->pRelease);
    }
    bUndone = rc == SQLITE_DONE;
    if (!bUndone && !sqlite3_get_autocommit(db)) {
      sqlite3_stmt *pWrite = pTx->pGuard ? pTx->pGuard : pTx->pVeto;
      sqlite3_step(pWrite);
      sqlite3_reset(pWrite);
    }
    if (bUndone || sqlite3_get_autocommit(db)) {
      pTx->pConn->bVeto = 0;
      undoExplainNot(p);
    } else if (pTx->bJoined) { /* else nothing was written yet */
      pTx->pConn->bVeto = 1;
      pTx->pConn->bLeftOpen = pTx->bOwn;
      undoExplain(p, rc, zLeftOpen);
    }
  } else if (pTx->bOpen) {
    pTx->pConn->bVeto = 0;
  }
  if (pTx->bOpen && !pTx->bOwn && sqlite3_get_autocommit(db)) {
    undoExplain(p, rc, "SQLite rolled back your whole transaction");
  }
  pTx->bOpen = 0;
  migTransactionRelease(pTx);
}

/* Roll back what a failed run of ours, in a transaction of its own, had to
** leave open. For the beginning of a call. */
void migTransactionLeftOpen(MigContext *p, MigConnection *pConn) {
  if (pConn->bLeftOpen) {
    if (!sqlite3_get_autocommit(p->db)) {
      migExec(p, "ROLLBACK");
    }
    pConn->bLeftOpen = 0;
    pConn->bVeto = 0;
  }
}
