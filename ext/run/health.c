/*
** health.c - is the file as we wrote it?
**
** A list of checks, each a function that reports what it finds and returns
** what it has looked at. They run one after the other, and one that fails
** stops only itself: each works in a context of its own, whose errors become
** findings. Only out of memory and interrupt go to the caller.
**
** Everything is read in one transaction, which the caller holds, and row by
** row; only the graph is in memory as a whole. Of each check the first
** FINDINGS_SHOWN findings are told, the rest are counted.
**
** PRAGMA quick_check evaluates the CHECK constraints of the file, and there
** old versions of SQLite let a hostile file call us again. So on a connection
** there is one round of checks at a time.
**
** What is told of a fine file, and of one with two findings:
**
**   store      no code          version 3
**   scripts    no code          packs: 2
**   applied    CHECKSUM         revision b was applied with other scripts ...
**   applied    STORE_DAMAGED    revision c is applied, but not stored
**
** A check that has nothing to look at, as of backups in a store of version 1,
** says nothing. Where the store itself cannot be read the checks of its tables
** are left out. What a run changes as it goes is left out while one is at work.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "seal.h"
#include "store.h"
#include "settings.h"
#include "history.h"
#include "transaction.h"
#include "name.h"
#include "revisions.h"
#include "verify.h"
#include "drift.h"
#include "mirror.h"
#include "intact.h"
#include "invariant.h"
#include "health.h"

#define FINDINGS_SHOWN 100 /* findings that are told, of each check */

/* A round of checks. */
typedef struct Health {
  MigContext *p;   /* of the caller */
  MigContext work; /* of the check at work; its arena is let go row by row */
  MigConnection *pConn;
  MigHealthCall xCall; /* told of each result */
  void *pArg;          /* its argument */
  int iVersion;        /* of the store, 0: there is none */
  int bOpen;           /* rows of a script of migrate_sql() have no seals yet */
  const char *zCheck;  /* name of the check at work */
  int nFound;          /* its findings, also those that are not told */
  int nTotal;          /* those of all, likewise */
} Health;

/* ---- findings ---- */

/* Tell a finding, or with MIG_NOCODE that there is none. No-op once the caller
** has an error. zDetail need only last as long. */
static void healthTell(Health *pHealth, MigCode eCode, const char *zDetail) {
  if (pHealth->p->rc == SQLITE_OK) {
    pHealth->xCall(pHealth->p, pHealth->pArg, pHealth->zCheck, eCode, zDetail);
  }
}

/* Something is not as it should be. It is counted; beyond FINDINGS_SHOWN of a
** check that is all. The text is made outside the arena, which the next row
** lets go. */
static void healthFound(Health *pHealth, MigCode eCode, const char *zFormat,
                        ...) {
  va_list ap;
  char *z;

  pHealth->nTotal++;
  if (++pHealth->nFound > FINDINGS_SHOWN) {
    return;
  }
  va_start(ap, zFormat);
  z = sqlite3_vmprintf(zFormat, ap);
  va_end(ap);
  if (z == 0) {
    migNomem(pHealth->p);
  }
  healthTell(pHealth, eCode, z);
  sqlite3_free(z);
}

/* Code of a finding that was an error of the check: what is said of a call's
** arguments elsewhere is here said of the store. A damaged page is the file's,
** any other error of SQLite is passed on as it is. */
static MigCode codeOf(const MigContext *pWork) {
  int e = pWork->rc & 0xff;

  switch (pWork->eCode) {
  case MIG_SQLITE:
    return e == SQLITE_CORRUPT || e == SQLITE_NOTADB ? MIG_DAMAGED : MIG_SQLITE;
  case MIG_STORE_NEWER:
  case MIG_CHECKSUM:
  case MIG_TOO_BIG:
  case MIG_BUSY:
  case MIG_UNSUPPORTED:
    return pWork->eCode;
  default:
    return MIG_STORE_DAMAGED;
  }
}

/*
** Make a finding of the error that the check has run into, if any. What was
** looked at, zKind and zName, stands in front of it, unless NULL. The check may
** go on afterwards. Out of memory and interrupt become the caller's error, and
** end the round.
*/
static void healthCatch(Health *pHealth, const char *zKind, const char *zName) {
  MigContext *pWork = &pHealth->work;
  int e = pWork->rc & 0xff;
  const char *z = pWork->zError;

  if (e == SQLITE_OK) {
    return;
  }
  if (e == SQLITE_NOMEM || e == SQLITE_INTERRUPT || z == 0) {
    if (pHealth->p->rc == SQLITE_OK) {
      migErrorSave(pWork, pHealth->p);
    }
  } else {
    z += strlen("migrate: ") + strlen(migCodeName(pWork->eCode)) + 2;
    healthFound(pHealth, codeOf(pWork), "%s%s%s%s%s", zKind ? zKind : "",
                zKind ? " " : "", zKind ? zName : "", zKind ? ": " : "", z);
  }
  migErrorClear(pWork);
}

/* Step a statement of the check, unless the caller is to stop. What the row
** before has left in the arena goes, all of it: a check that keeps anything
** there from one row to the next may not step by this. */
static int healthStep(Health *pHealth, sqlite3_stmt *pStmt) {
  MigMark none = {0, 0};

  migArenaRelease(&pHealth->work, none);
  return pHealth->p->rc == SQLITE_OK && migStep(&pHealth->work, pStmt);
}

/* A column as text, to be shown; "NULL" for NULL. Lasts until the statement is
** stepped, or the column is read as another type. */
static const char *columnShown(sqlite3_stmt *pStmt, int i) {
  const char *z = (const char *)sqlite3_column_text(pStmt, i);

  return z ? z : "NULL";
}

/* Is the column, not read yet, a text without zero bytes, in UTF-8? Its type is
** asked for first: sqlite3_column_text() converts what is no text
** (c3ref/column_blob.html). */
static int columnClean(sqlite3_stmt *pStmt, int i) {
  int bText = sqlite3_column_type(pStmt, i) == SQLITE_TEXT;
  const char *z = (const char *)sqlite3_column_text(pStmt, i);
  i64 n = sqlite3_column_bytes(pStmt, i);

  return bText && z && (i64)strlen(z) == n && migIsUtf8(z, n);
}

/* ---- the store, settings, labels ----
**
** The functions from here to the list of checks are its checks. Each returns
** what it has looked at, for the case that it finds nothing, in the arena of
** its context; NULL: nothing is to be said. An error that is set when it
** returns is a finding as well. */

/* Are there open rows (history.c)? A history that cannot be read has its own
** check, so its error goes; out of memory and interrupt stay. */
static int healthOpen(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  int bOpen = migHistoryOpen(pWork);
  int e = pWork->rc & 0xff;

  if (e && e != SQLITE_NOMEM && e != SQLITE_INTERRUPT) {
    migErrorClear(pWork);
    bOpen = 0;
  }
  return bOpen;
}

/* The tables are ours, and of a version we know. Sets iVersion, on which all
** checks of the store depend: 0 when they are not. NULL without a store. */
static char *healthStore(Health *pHealth) {
  pHealth->iVersion = migStoreOpen(&pHealth->work);
  pHealth->bOpen = pHealth->iVersion > 0 && healthOpen(pHealth);
  return pHealth->iVersion
             ? migPrintf(&pHealth->work, "version %d", pHealth->iVersion)
             : 0;
}

/* The setting of that name, case counts, or NULL. An unknown one is no error as
** it is for a call. */
static const MigSetting *settingNamed(const char *zName) {
  int i;

  for (i = 0; i < migSettingCount(); i++) {
    if (strcmp(migSettingRow(i)->zName, zName) == 0) {
      return migSettingRow(i);
    }
  }
  return 0;
}

/* Every stored setting exists, and its value fits it. An integer is a value as
** its text is. */
static char *healthSettings(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt = migCached(
      pWork, "SELECT name, value FROM main._migrate_settings ORDER BY name");
  int n;

  for (n = 0; healthStep(pHealth, pStmt); n++) {
    const char *zName = columnShown(pStmt, 0);
    const MigSetting *pSet = settingNamed(zName);
    if (pSet == 0) {
      healthFound(pHealth, MIG_STORE_DAMAGED,
                  "no setting is called %s; delete its row", zName);
    } else if (sqlite3_column_type(pStmt, 1) != SQLITE_INTEGER &&
               !columnClean(pStmt, 1)) {
      healthFound(pHealth, MIG_STORE_DAMAGED,
                  "the value of setting %s is no text; set it again", zName);
    } else {
      migSettingCheck(pWork, pSet, columnShown(pStmt, 1));
      healthCatch(pHealth, 0, 0);
    }
  }
  return migPrintf(pWork, "settings: %d", n);
}

/* Labels are names that can be typed, of revisions that exist, and no ids. The
** table has no seals, so each row is looked at. */
static char *healthLabels(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt =
      migCached(pWork, "SELECT label, revision,"
                       " EXISTS(SELECT 1 FROM main._migrate_revisions AS r"
                       " WHERE r.revision = l.revision),"
                       " EXISTS(SELECT 1 FROM main._migrate_revisions AS r"
                       " WHERE r.revision = l.label)"
                       " FROM main._migrate_labels AS l ORDER BY label");
  int n;

  for (n = 0; healthStep(pHealth, pStmt); n++) {
    int bClean = columnClean(pStmt, 0);
    const char *zLabel = columnShown(pStmt, 0);
    if (bClean) {
      migLabelCheck(pWork, zLabel);
      healthCatch(pHealth, 0, 0);
    } else {
      healthFound(pHealth, MIG_STORE_DAMAGED, "label %s is no text", zLabel);
    }
    if (!sqlite3_column_int(pStmt, 2)) {
      healthFound(pHealth, MIG_STORE_DAMAGED,
                  "label %s is of revision %s, which does not exist", zLabel,
                  columnShown(pStmt, 1));
    }
    if (sqlite3_column_int(pStmt, 3)) {
      healthFound(pHealth, MIG_STORE_DAMAGED,
                  "label %s is also the id of a revision", zLabel);
    }
  }
  return migPrintf(pWork, "labels: %d", n);
}

/* ---- revisions, edges, scripts ---- */

/*
** Look at the seals of a table. zRows reads its rows whole, zFormat names one:
** it gets the first three columns as texts, and may use fewer. Returns how many
** rows there are. Version 1 of the store has no seals; its rows are only
** counted. Nor have rows that a script of migrate_sql() has left, until our
** next call that writes seals them: an empty one is no finding while they are
** open.
*/
static int sealsCheck(Health *pHealth, const char *zTable, const char *zRows,
                      const char *zFormat) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt = migCached(pWork, zRows);
  int n;

  for (n = 0; healthStep(pHealth, pStmt); n++) {
    int bOpen =
        pHealth->bOpen && migSealEmpty(pStmt, sqlite3_column_count(pStmt) - 1);
    if (pHealth->iVersion > 1 && !bOpen && !migSealFits(pWork, pStmt, zTable) &&
        pWork->rc == SQLITE_OK) {
      char *zRow = migPrintf(pWork, zFormat, columnShown(pStmt, 0),
                             columnShown(pStmt, 1), columnShown(pStmt, 2));
      healthFound(pHealth, MIG_STORE_DAMAGED,
                  "%s is not as it was written; restore the file from a copy",
                  zRow);
    }
  }
  healthCatch(pHealth, "table", zTable);
  return n;
}

/* What a fine check of n rows says, in the arena of the check. */
static char *rowsCounted(Health *pHealth, int n, const char *zWhat) {
  return migPrintf(&pHealth->work, "%s: %d%s", zWhat, n,
                   pHealth->iVersion > 1
                       ? ""
                       : "; they have no seals before store version 2");
}

/* Rows have their seals, and all of them together make a graph: what stops it,
** as a cycle or a missing parent, is one finding. */
static char *healthRevisions(Health *pHealth) {
  int n = sealsCheck(pHealth, "_migrate_revisions",
                     "SELECT * FROM main._migrate_revisions ORDER BY seq",
                     "row seq %s, revision %s,");

  migGraphLoad(&pHealth->work);
  healthCatch(pHealth, 0, 0);
  return rowsCounted(pHealth, n, "revisions");
}

/* Edges have their seals. That their revisions exist is found when the graph is
** loaded. */
static char *healthEdges(Health *pHealth) {
  int n = sealsCheck(pHealth, "_migrate_edges",
                     "SELECT * FROM main._migrate_edges"
                     " ORDER BY revision, kind, position",
                     "the edge of revision %s, kind %s, position %s,");

  return rowsCounted(pHealth, n, "edges");
}

/* One revision has the scripts of its checksum: CHECKSUM. Nothing for one that
** is not there. */
static void scriptsCheck(MigContext *p, MigPackCache *pCache, const char *zId) {
  u8 aChecksum[MIG_HASH_SIZE];
  MigRevision rev;

  if (!migRevisionRead(p, zId, &rev)) {
    return;
  }
  memcpy(aChecksum, rev.aChecksum, MIG_HASH_SIZE);
  migRevisionScripts(p, pCache, &rev);
  if (p->rc) {
    return;
  }
  migRevisionChecksum(&rev);
  if (memcmp(aChecksum, rev.aChecksum, MIG_HASH_SIZE)) {
    migFail(p, MIG_CHECKSUM,
            "its scripts do not have its checksum; " MIG_SCRIPTS_REMEDY);
  }
}

/* Every pack can be read, and every revision has its scripts. By pack, so that
** each is inflated once for all of its revisions. */
static char *healthScripts(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigPackCache cache = {0, {0, 0}};
  sqlite3_stmt *pStmt;
  char zPack[24];
  int nPack;

  pStmt = migCached(pWork, "SELECT pack FROM main._migrate_scripts"
                           " ORDER BY pack");
  for (nPack = 0; healthStep(pHealth, pStmt); nPack++) {
    i64 iPack = sqlite3_column_int64(pStmt, 0);
    migScriptsCheck(pWork, &cache, iPack);
    sqlite3_snprintf(sizeof(zPack), zPack, "%lld", iPack);
    healthCatch(pHealth, "pack", zPack);
  }
  pStmt = migCached(pWork, "SELECT revision FROM main._migrate_revisions"
                           " ORDER BY pack, seq");
  while (healthStep(pHealth, pStmt)) {
    const char *zId = columnShown(pStmt, 0);
    scriptsCheck(pWork, &cache, zId);
    healthCatch(pHealth, "revision", zId);
  }
  migScriptsClose(&cache);
  return migPrintf(pWork, "packs: %d", nPack);
}

/* Files that were imported have their seals; what is in them is looked at when
** they are given back. Stores before version 3 have none. */
static char *healthFiles(Health *pHealth) {
  int n;

  if (pHealth->iVersion < 3) {
    return 0;
  }
  n = sealsCheck(pHealth, "_migrate_files",
                 "SELECT * FROM main._migrate_files"
                 " ORDER BY revision, format, file",
                 "the file of revision %s, format %s, path %s,");
  return rowsCounted(pHealth, n, "files");
}

/* ---- what is applied, what was done ---- */

/* Rows have their seals, their revision exists and has the scripts that were
** applied. A repeatable one with others is no exception. */
static char *healthApplied(Health *pHealth) {
  int n = sealsCheck(pHealth, "_migrate_applied",
                     "SELECT * FROM main._migrate_applied ORDER BY revision",
                     "applied revision %s, run %s,");
  sqlite3_stmt *pStmt = migCached(
      &pHealth->work,
      "SELECT a.revision, r.revision IS NULL, a.checksum IS r.checksum"
      " FROM main._migrate_applied AS a"
      " LEFT JOIN main._migrate_revisions AS r ON r.revision = a.revision"
      " ORDER BY a.revision");

  while (healthStep(pHealth, pStmt)) {
    const char *zId = columnShown(pStmt, 0);
    if (sqlite3_column_int(pStmt, 1)) {
      healthFound(pHealth, MIG_STORE_DAMAGED,
                  "revision %s is applied, but not stored", zId);
    } else if (!sqlite3_column_int(pStmt, 2)) {
      healthFound(pHealth, MIG_CHECKSUM,
                  "revision %s was applied with other scripts than it has now;"
                  " bring them back, or give {\"repair\":true}",
                  zId);
    }
  }
  return rowsCounted(pHealth, n, "applied");
}

/* Rows have no gaps, and each the chain of itself and all before it. Numbers
** are unsigned here: that of a damaged file may be the greatest. */
static char *healthHistory(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigHistoryReader row;
  int n;

  memset(&row, 0, sizeof(row));
  for (n = 0; pHealth->p->rc == SQLITE_OK && migHistoryNext(pWork, &row); n++) {
    if ((u64)row.iSeq != (u64)row.iBefore + 1) {
      healthFound(pHealth, MIG_STORE_DAMAGED,
                  "row seq %lld follows row seq %lld; numbers have no gaps",
                  row.iSeq, row.iBefore);
    } else if (!row.bFits) {
      healthFound(
          pHealth, MIG_STORE_DAMAGED,
          "row seq %lld does not fit its chain: it was changed, or the row"
          " before it was",
          row.iSeq);
    }
  }
  return migPrintf(pWork, "rows: %d", n);
}

/* A fact of _migrate_meta must be zTruth, as text. */
static void factCheck(Health *pHealth, const char *zName, const char *zTruth) {
  const char *z = migMetaText(&pHealth->work, zName);

  if (pHealth->work.rc == SQLITE_OK && (z == 0 || strcmp(z, zTruth))) {
    healthFound(pHealth, MIG_STORE_DAMAGED,
                "_migrate_meta says that %s is '%s', the tables that it is"
                " '%s'; any change to the revisions mends it",
                zName, z ? z : "NULL", zTruth);
  }
}

/* What _migrate_meta repeats is so, and the applied set is what the history
** says. A run writes both at its end, so none is at work. */
static char *healthSummary(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigList lost = {0, 0};
  MigState state;
  MigSet heads;
  int i;

  if (pHealth->pConn->bRunning) {
    return migPrintf(pWork, "left out: a run is at work");
  }
  migStateLoad(pWork, &state);
  if (pWork->rc == SQLITE_OK) {
    heads = migGraphHeads(pWork, state.pGraph);
  }
  if (pWork->rc == SQLITE_OK) {
    migIntactLost(pWork, &state, &lost);
  }
  for (i = 0; i < lost.n; i++) {
    healthFound(pHealth, MIG_STORE_DAMAGED, "%s", lost.az[i]);
  }
  if (pWork->rc == SQLITE_OK) {
    factCheck(pHealth, "heads", migStateNames(pWork, &state, &heads));
  }
  if (pWork->rc == SQLITE_OK && lost.n == 0) { /* else it follows from that */
    factCheck(pHealth, "current", migStateNames(pWork, &state, &state.current));
    factCheck(pHealth, "pending",
              migPrintf(pWork, "%d",
                        state.pGraph->nNode - migSetCount(&state.applied)));
  }
  return migPrintf(pWork, "heads, current, pending");
}

/* The schema is as the last run left it. Nothing is wrong where no run has kept
** one. */
static char *healthDrift(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigList list = {0, 0};
  int i;

  if (pHealth->pConn->bRunning) {
    return migPrintf(pWork, "left out: a run is at work");
  }
  migDriftFind(pWork, &list);
  for (i = 0; i < list.n; i++) {
    healthFound(pHealth, MIG_DRIFT, "since the last run: %s", list.az[i]);
  }
  return migPrintf(pWork, "the schema is as the last run left it");
}

/*
** Run the checks that script z holds, less those of the names in pSeen, which
** later revisions have; their names are added. They are run guarded: the file
** says what is run here. Returns how many were run. What a check finds, and one
** that cannot be run, is a finding; other errors end it.
*/
static int invariantsRun(Health *pHealth, const char *zId, const char *z, i64 n,
                         MigList *pSeen) {
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
      healthFound(pHealth, pWork->eCode, "revision %s: %s", zId,
                  strchr(strchr(pWork->zError, ' ') + 1, ' ') + 1);
      migErrorClear(pWork);
    }
  }
  return nRun;
}

/* What scripts said must hold still does. The later revisions come first, as
** their checks take the place of those of the same name. NULL when no script
** has any. */
static char *healthInvariants(Health *pHealth) {
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
static char *healthMirror(Health *pHealth) {
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
    healthFound(pHealth, MIG_DRIFT, "%s", list.az[i]);
  }
  return zMirror ? migPrintf(pWork, "%s says what is applied", zMirror) : 0;
}

/* ---- backups ---- */

/* Pass on what is wrong with chunks or backups, a finding for each text. */
static void healthDamaged(Health *pHealth, const MigList *pBad) {
  int i;

  for (i = 0; i < pBad->n; i++) {
    healthFound(pHealth, MIG_BACKUP_DAMAGED, "%s", pBad->az[i]);
  }
}

/* Every chunk has its checksum, inflates and has its hash. All of them are
** read. A store of version 1 has none. */
static char *healthChunks(Health *pHealth) {
  MigList bad = {0, 0};

  if (pHealth->iVersion < 2) {
    return 0;
  }
  migVerifyChunks(&pHealth->work, &bad);
  healthDamaged(pHealth, &bad);
  return migPrintf(&pHealth->work, "hashes of all chunks");
}

/* Every backup has its seal, its manifest and all of its chunks, and its file
** where it is one. A store of version 1 has no backups. */
static char *healthBackups(Health *pHealth) {
  MigList bad = {0, 0};

  if (pHealth->iVersion < 2) {
    return 0;
  }
  migVerifyBackups(&pHealth->work, &bad);
  healthDamaged(pHealth, &bad);
  return migPrintf(&pHealth->work, "seals, manifests, lists of chunks");
}

/* ---- the file ---- */

/* Does SQLite's longer check find nothing? The short one of SQLite 3.40 takes
** some rows for damaged that are not. 0 also after an error. */
static int integrityOk(Health *pHealth) {
  sqlite3_stmt *pStmt =
      migPrepare(&pHealth->work, "PRAGMA main.integrity_check(1)");
  int bOk =
      healthStep(pHealth, pStmt) && strcmp(columnShown(pStmt, 0), "ok") == 0;

  migFinalize(&pHealth->work, pStmt);
  return bOk;
}

/* What SQLite finds in the file (pragma.html#pragma_quick_check): a row for
** each problem, or one that says ok. It stops by itself after 100. */
static char *healthQuick(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt = migPrepare(pWork, "PRAGMA main.quick_check");

  while (healthStep(pHealth, pStmt)) {
    const char *z = columnShown(pStmt, 0);
    if (strcmp(z, "ok") == 0) {
      break;
    }
    if (pHealth->nFound == 0 && integrityOk(pHealth)) {
      break;
    }
    healthFound(pHealth, MIG_DAMAGED, "%s", z);
  }
  migFinalize(pWork, pStmt);
  return migPrintf(pWork, "ok");
}

/* Rows whose parent is missing, in all tables. In one WITHOUT ROWID the row
** cannot be named. */
static char *healthForeign(Health *pHealth) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt = migPrepare(pWork, "PRAGMA main.foreign_key_check");

  while (healthStep(pHealth, pStmt)) {
    const char *zTable = columnShown(pStmt, 0);
    const char *zParent = columnShown(pStmt, 2);
    if (sqlite3_column_type(pStmt, 1) == SQLITE_NULL) {
      healthFound(pHealth, MIG_FOREIGN_KEY,
                  "table %s has a row without its parent in %s", zTable,
                  zParent);
    } else {
      healthFound(pHealth, MIG_FOREIGN_KEY,
                  "table %s rowid %lld is without its parent in %s", zTable,
                  sqlite3_column_int64(pStmt, 1), zParent);
    }
  }
  migFinalize(pWork, pStmt);
  return migPrintf(pWork, "ok");
}

/* ---- all of it ---- */

/* The checks, in order. xCheck returns what it has looked at, in the arena of
** its context, NULL when there is nothing to say. */
static const struct {
  const char *zName;
  int bStore; /* only with a store */
  char *(*xCheck)(Health *pHealth);
} aCheck[] = {
    {"store", 0, healthStore},
    {"settings", 1, healthSettings},
    {"labels", 1, healthLabels},
    {"revisions", 1, healthRevisions},
    {"edges", 1, healthEdges},
    {"scripts", 1, healthScripts},
    {"files", 1, healthFiles},
    {"applied", 1, healthApplied},
    {"history", 1, healthHistory},
    {"summary", 1, healthSummary},
    {"drift", 1, healthDrift},
    {"mirror", 1, healthMirror},
    {"invariants", 1, healthInvariants},
    {"chunks", 1, healthChunks},
    {"backups", 1, healthBackups},
    {"quick_check", 0, healthQuick},
    {"foreign_key_check", 0, healthForeign},
};

/* Run one check and tell what it has found. Its statements and its arena are
** gone afterwards. */
static void healthCheck(Health *pHealth, int i) {
  MigContext *pWork = &pHealth->work;
  char zMore[40];
  char *zFine;

  pHealth->zCheck = aCheck[i].zName;
  pHealth->nFound = 0;
  zFine = aCheck[i].xCheck(pHealth);
  healthCatch(pHealth, 0, 0);
  if (pHealth->nFound > FINDINGS_SHOWN) {
    sqlite3_snprintf(sizeof(zMore), zMore, "and %d more",
                     pHealth->nFound - FINDINGS_SHOWN);
    healthTell(pHealth, MIG_STORE_DAMAGED, zMore);
  } else if (pHealth->nFound == 0 && zFine) {
    healthTell(pHealth, MIG_NOCODE, zFine);
  }
  migStatementsClose(pWork);
  migContextClear(pWork);
}

/*
** Run all checks and hand every result to xCall; a check without findings is
** a result too. Returns the number of findings, also of those that were not
** told. The caller holds a read transaction, and nothing is written. Without a
** store only the file itself is checked. Out of memory, interrupt, what xCall
** sets, and NESTED_CALL from inside the checks; then the number means nothing.
*/
int migHealthRun(MigContext *p, MigConnection *pConn, MigHealthCall xCall,
                 void *pArg) {
  Health health;
  int i;

  if (pConn->bChecking) {
    migFail(p, MIG_NESTED_CALL,
            "an object of the schema wants a check inside of a check; drop that"
            " object");
  }
  if (p->rc) {
    return 0;
  }
  memset(&health, 0, sizeof(health));
  health.p = p;
  health.pConn = pConn;
  health.xCall = xCall;
  health.pArg = pArg;
  migContextInit(&health.work, p->db);
  pConn->bChecking = 1;
  for (i = 0; i < (int)(sizeof(aCheck) / sizeof(aCheck[0])); i++) {
    if (p->rc == SQLITE_OK && (health.iVersion || !aCheck[i].bStore)) {
      healthCheck(&health, i);
    }
  }
  pConn->bChecking = 0;
  return health.nTotal;
}

/* The first finding. */
typedef struct Verdict {
  MigCode eCode; /* MIG_NOCODE: none so far */
  char *z;       /* "check: what was found", in the arena of the caller */
} Verdict;

/* Keep the first finding: a MigHealthCall, pArg is the Verdict. */
static void verdictAdd(MigContext *p, void *pArg, const char *zCheck,
                       MigCode eCode, const char *zDetail) {
  Verdict *pVerdict = pArg;

  if (eCode && pVerdict->eCode == MIG_NOCODE) {
    pVerdict->eCode = eCode;
    pVerdict->z = migPrintf(p, "%s: %s", zCheck, zDetail);
  }
}

/* 'ok' for the caller to free, or the first finding as an error with its
** code, and NULL. The read transaction, which is not waited for, is its own. */
char *migHealthVerify(MigContext *p, MigConnection *pConn) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  Verdict verdict = {MIG_NOCODE, 0};
  int n = migHealthRun(p, pConn, verdictAdd, &verdict);

  migFinalize(p, pRead);
  if (n > 1) {
    migFail(p, verdict.eCode,
            "%s; and %d more, see SELECT * FROM migration_checks", verdict.z,
            n - 1);
  } else if (n) {
    migFail(p, verdict.eCode, "%s; see SELECT * FROM migration_checks",
            verdict.z);
  }
  return migResultText(p, "ok");
}
