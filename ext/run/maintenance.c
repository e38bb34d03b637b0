/*
** maintenance.c - runs a script outside a transaction.
**
** A no-transaction script is another matter than those of execute.c: its
** statements run in autocommit, one by one, VACUUM on a second connection, with
** none of the guards.
*/
#include <string.h>
#include "sql.h"
#include "allowed.h"
#include "maintenance.h"

/* Statement pSt failed with rc on connection db, NULL when there was no memory
** for one: BUSY when another connection holds a lock, else SCRIPT, with the
** place; out of memory is no SCRIPT. */
static void maintenanceFail(MigContext *p, const MigScriptState *pScript,
                            const MigStatement *pSt, sqlite3 *db, int rc) {
  if (db == 0 || (rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
    return;
  }
  migFailRc(p, rc, (rc & 0xff) == SQLITE_BUSY ? MIG_BUSY : MIG_SCRIPT,
            "%s: %.*s", sqlite3_errmsg(db),
            migJobLineLength(pScript->pJob->z, pSt),
            pScript->pJob->z + pSt->iStart);
  migJobErrorLocate(p, pScript, pSt->iStart);
}

/*
** Run one statement of a no-transaction script on connection db, the caller's
** or a second one, in autocommit. Errors: those of maintenanceFail(), and
** FORBIDDEN_STATEMENT, with the place, for one that would reach an attached
** database.
**
** A statement that finds the schema changed, as by vacuumRun(), and then no
** memory to compile itself again, leaves its lock behind (SQLite 3.45, 3.54).
** The end of any other one that reads takes it away: that one is compiled
** before, and needs no schema.
*/
static void maintenanceStep(MigContext *p, MigExecution *pExec,
                            const MigScriptState *pScript,
                            const MigStatement *pSt, sqlite3 *db) {
  const char *z = pScript->pJob->z;
  sqlite3_stmt *pStmt = 0;
  sqlite3_stmt *pRelease = 0;
  int rc = sqlite3_prepare_v2(db, "PRAGMA main.user_version", -1, &pRelease, 0);

  if (rc == SQLITE_OK) {
    rc = sqlite3_prepare_v2(db, z + pSt->iStart, -1, &pStmt, 0);
  }
  if (rc == SQLITE_OK && db == p->db) { /* nothing is attached to another */
    migLookupPragma(p, &pExec->lookup, z, pSt);
    migLookupCheck(p, &pExec->lookup, z, pSt, pStmt);
    migJobErrorLocate(p, pScript, pSt->iStart);
  }
  if (rc == SQLITE_OK && p->rc == SQLITE_OK) {
    pExec->bRan = 1;
    do {
      rc = sqlite3_step(pStmt);
    } while (rc == SQLITE_ROW);
  }
  if (p->rc == SQLITE_OK && rc != SQLITE_DONE) {
    maintenanceFail(p, pScript, pSt, db, rc);
  }
  sqlite3_finalize(pStmt);
  if (p->rc && pRelease) {
    sqlite3_step(pRelease);
  }
  sqlite3_finalize(pRelease);
}

/*
** VACUUM cannot run inside a function, as the statement that calls it is
** unfinished (lang_vacuum): do it on a second connection to the same file,
** through the same VFS, after the PRAGMAs that it takes up, zPragmas, "" for
** none. That connection has no function or collation of the application; it is
** closed here on every path. UNSUPPORTED, with the place, where it could never
** have the lock.
*/
static void vacuumRun(MigContext *p, MigExecution *pExec,
                      const MigScriptState *pScript, const MigStatement *pSt,
                      const char *zPragmas) {
  const char *zFile = migDatabasePath(p->db);
  char *zMode = migQueryText(p, "PRAGMA main.locking_mode");
  sqlite3_vfs *pVfs = 0;
  sqlite3 *db = 0;
  int rc;

  if (zMode && strcmp(zMode, "exclusive") == 0) {
    migFail(p, MIG_UNSUPPORTED,
            "VACUUM runs on a connection of its own, and this one keeps the"
            " file locked; set PRAGMA locking_mode=normal, and read something");
    migJobErrorLocate(p, pScript, pSt->iStart);
  }
  if (p->rc) {
    return;
  }
  sqlite3_file_control(p->db, "main", SQLITE_FCNTL_VFS_POINTER, &pVfs);
  rc = sqlite3_open_v2(zFile, &db, SQLITE_OPEN_READWRITE,
                       pVfs ? pVfs->zName : 0);
  if (rc == SQLITE_OK) {
    sqlite3_busy_timeout(db, (int)pExec->msWait);
    rc = sqlite3_exec(db, zPragmas, 0, 0, 0);
  }
  if (rc == SQLITE_OK) {
    maintenanceStep(p, pExec, pScript, pSt, db);
  } else {
    maintenanceFail(p, pScript, pSt, db, rc);
  }
  sqlite3_close(db);
}

/*
** Run a no-transaction script, statement by statement in autocommit. What was
** done before a failure stays. The caller has seen that the database has a file
** and that no transaction is open, and migJobCheck() that nothing else is in it
** than may run so. Adds to pJob->nStatement what was carried out; rows are not
** counted.
**
** page_size and auto_vacuum do nothing until a VACUUM (pragma), which is on
** another connection: they are collected for it. Errors: SCRIPT, BUSY, FORMAT,
** FORBIDDEN_STATEMENT.
*/
void migMaintenanceRun(MigContext *p, MigExecution *pExec, MigScriptJob *pJob) {
  MigText pragmas = {0, 0, 0};
  MigScriptState script;
  MigStatement st;
  MigStatement waiting = {0}; /* the last of the PRAGMAs */
  i64 i = 0;
  int rc;

  memset(&script, 0, sizeof(script));
  script.pJob = pJob;
  migScriptScan(p, pJob->z, pJob->n, migJobMode(pJob), &script.info);
  while (p->rc == SQLITE_OK && migScriptNext(pJob->z, pJob->n, &i, &st)) {
    script.nSeen++;
    if (!migStatementAllowed(p, pJob->z, &st, &script.info)) {
      break; /* unreached: migJobCheck() has seen it */
    }
    if (st.eKind == MIG_ST_VACUUM) {
      vacuumRun(p, pExec, &script, &st, migTextZ(&pragmas));
    } else if (st.eKind == MIG_ST_PRAGMA && st.value.eType != MIG_TK_END &&
               (migTokenNameIs(pJob->z, &st.name, "page_size") ||
                migTokenNameIs(pJob->z, &st.name, "auto_vacuum"))) {
      migTextAdd(p, &pragmas, pJob->z + st.iStart, st.nByte);
      migTextStr(p, &pragmas, ";");
      waiting = st;
      pExec->bRan = 1;
    } else {
      maintenanceStep(p, pExec, &script, &st, p->db);
    }
    pJob->nStatement += p->rc == SQLITE_OK;
  }
  if (p->rc == SQLITE_OK && pragmas.n) { /* those no VACUUM has taken up */
    rc = sqlite3_exec(p->db, pragmas.z, 0, 0, 0);
    if (rc) {
      maintenanceFail(p, &script, &waiting, p->db, rc);
    }
  }
}
