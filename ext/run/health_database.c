/*
** health_database.c - checks of what is in the file beside our own tables.
**
** The schema and what scripts said of the rows; the version table of another
** tool, kept true; and what SQLite itself finds in the file.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "settings.h"
#include "revisions.h"
#include "state.h"
#include "drift.h"
#include "mirror.h"
#include "invariant.h"
#include "health_database.h"

/* ---- what runs have left ---- */

/* The schema is as the last run left it. Nothing is wrong where no run has kept
** one. */
char *migHealthDrift(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigList list = {0, 0};
  int i;

  if (pHealth->pConn->bRunning) {
    return migPrintf(pWork, "left out: a run is at work");
  }
  migDriftFind(pWork, &list);
  for (i = 0; i < list.n; i++) {
    migHealthFound(pHealth, MIG_DRIFT, "since the last run: %s", list.az[i]);
  }
  return migPrintf(pWork, "the schema is as the last run left it");
}

/*
** Run the checks that script z holds, less those of the names in pSeen, which
** later revisions have; their names are added. They are run guarded: the file
** says what is run here. Returns how many were run. What a check finds, and one
** that cannot be run, is a finding; other errors end it.
*/
static int invariantsRun(MigHealth *pHealth, const char *zId, const char *z,
                         i64 n, MigList *pSeen) {
  MigContext *pWork = &pHealth->work;
  MigScriptInfo info;
  int nRun = 0;
  int i;

  migScriptScan(pWork, z, n, MIG_SCRIPT_OWN, &info);
  for (i = info.nMark - 1; i >= 0 && pWork->rc == SQLITE_OK; i--) {
    const MigScriptMark *pMark = &info.aMark[i];
    if (pMark->eType != MIG_DIR_CHECK || migListHas(pSeen, pMark->zName)) {
      continue;
    }
    migListAdd(pWork, pSeen, pMark->zName);
    migInvariantRun(pWork, pMark->zName, z + pMark->iStart, n - pMark->iStart,
                    1);
    nRun++;
    if (pWork->eCode == MIG_INVARIANT || pWork->eCode == MIG_SCRIPT ||
        pWork->eCode == MIG_UNSUPPORTED) {
      migHealthFound(pHealth, pWork->eCode, "revision %s: %s", zId,
                     strchr(strchr(pWork->zError, ' ') + 1, ' ') + 1);
      migErrorClear(pWork);
    }
  }
  return nRun;
}

/* What scripts said must hold still does. The later revisions come first, as
** their checks take the place of those of the same name. NULL when no script
** has any. */
char *migHealthInvariants(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigPackCache cache = {0, {0, 0}};
  MigList seen = {0, 0};
  MigState state;
  MigRevision rev;
  int nRun = 0;
  int i;

  if (!migQueryInt(pWork, 0,
                   "SELECT EXISTS(SELECT 1 FROM main._migrate_revisions"
                   " WHERE flags & %d)",
                   MIG_REV_CHECK)) {
    return 0;
  }
  if (pHealth->pConn->bRunning) {
    return migPrintf(pWork, "left out: a run is at work");
  }
  migStateLoad(pWork, &state);
  for (i = pWork->rc ? -1 : state.pGraph->nNode - 1;
       i >= 0 && pWork->rc == SQLITE_OK; i--) {
    int iNode = state.pGraph->aOrder[i];
    if (migSetHas(&state.applied, iNode) &&
        migRevisionGet(pWork, state.pGraph->aNode[iNode].zId, &rev) &&
        (rev.flags & MIG_REV_CHECK)) {
      migRevisionScripts(pWork, &cache, &rev);
      nRun += pWork->rc || !rev.zUp
                  ? 0
                  : invariantsRun(pHealth, rev.zId, rev.zUp, rev.nUp, &seen);
    }
  }
  migScriptsClose(&cache);
  return nRun ? migPrintf(pWork, "%d checks of scripts", nRun) : 0;
}

/* What setting mirror names says what is applied. NULL without the setting. */
char *migHealthMirror(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigList list = {0, 0};
  const char *zMirror;
  MigState state;
  int i;

  if (migSettingText(pWork, 1, "mirror") == 0) {
    return 0;
  }
  if (pHealth->pConn->bRunning) {
    return migPrintf(pWork, "left out: a run is at work");
  }
  migStateLoad(pWork, &state);
  zMirror = migMirrorFind(pWork, &state, &list);
  for (i = 0; i < list.n; i++) {
    migHealthFound(pHealth, MIG_DRIFT, "%s", list.az[i]);
  }
  return zMirror ? migPrintf(pWork, "%s says what is applied", zMirror) : 0;
}

/* ---- the file ---- */

/* Does SQLite's longer check find nothing? The short one of SQLite 3.40 takes
** some rows for damaged that are not. 0 also after an error. */
static int integrityOk(MigHealth *pHealth) {
  sqlite3_stmt *pStmt =
      migPrepare(&pHealth->work, "PRAGMA main.integrity_check(1)");
  int bOk = migHealthStep(pHealth, pStmt) &&
            strcmp(migHealthShown(pStmt, 0), "ok") == 0;

  migFinalize(&pHealth->work, pStmt);
  return bOk;
}

/* What SQLite finds in the file (pragma.html#pragma_quick_check): a row for
** each problem, or one that says ok. It stops by itself after 100. */
char *migHealthQuick(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt = migPrepare(pWork, "PRAGMA main.quick_check");

  while (migHealthStep(pHealth, pStmt)) {
    const char *z = migHealthShown(pStmt, 0);
    if (strcmp(z, "ok") == 0) {
      break;
    }
    if (pHealth->nFound == 0 && integrityOk(pHealth)) {
      break;
    }
    migHealthFound(pHealth, MIG_DAMAGED, "%s", z);
  }
  migFinalize(pWork, pStmt);
  return migPrintf(pWork, "ok");
}

/* Rows whose parent is missing, in all tables. In one WITHOUT ROWID the row
** cannot be named. */
char *migHealthForeign(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt = migPrepare(pWork, "PRAGMA main.foreign_key_check");

  while (migHealthStep(pHealth, pStmt)) {
    const char *zTable = migHealthShown(pStmt, 0);
    const char *zParent = migHealthShown(pStmt, 2);
    if (sqlite3_column_type(pStmt, 1) == SQLITE_NULL) {
      migHealthFound(pHealth, MIG_FOREIGN_KEY,
                     "table %s has a row without its parent in %s", zTable,
                     zParent);
    } else {
      migHealthFound(pHealth, MIG_FOREIGN_KEY,
                     "table %s rowid %lld is without its parent in %s", zTable,
                     sqlite3_column_int64(pStmt, 1), zParent);
    }
  }
  migFinalize(pWork, pStmt);
  return migPrintf(pWork, "ok");
}
