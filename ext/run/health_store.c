/*
** health_store.c - checks of our own tables, _migrate_...
**
** Rows are as they were written when they have their seals (seal.h), those of
** the history when they have their chain (history.c). A table without seals is
** looked at value by value. Beyond that the tables must fit each other: the
** revisions make a graph and have their scripts, what is applied exists, and
** what is kept twice is the same in both places.
**
** The store is the first check, as all others here depend on its version: some
** tables, and all seals, are not there in an old one.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "utf8.h"
#include "seal.h"
#include "store.h"
#include "settings.h"
#include "history.h"
#include "name.h"
#include "revisions.h"
#include "state.h"
#include "verify.h"
#include "intact.h"
#include "health_store.h"

/* Is the column, not read yet, a text without zero bytes, in UTF-8? Its type is
** asked for first: sqlite3_column_text() converts what is no text
** (c3ref/column_blob.html). */
static int columnClean(sqlite3_stmt *pStmt, int i) {
  int bText = sqlite3_column_type(pStmt, i) == SQLITE_TEXT;
  const char *z = (const char *)sqlite3_column_text(pStmt, i);
  i64 n = sqlite3_column_bytes(pStmt, i);

  return bText && z && (i64)strlen(z) == n && migIsUtf8(z, n);
}

/* ---- the store, settings, labels ---- */

/* Are there open rows (history.c)? A history that cannot be read has its own
** check, so its error goes; out of memory and interrupt stay. */
static int healthOpen(MigHealth *pHealth) {
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
char *migHealthStore(MigHealth *pHealth) {
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
char *migHealthSettings(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt = migCached(
      pWork, "SELECT name, value FROM main._migrate_settings ORDER BY name");
  int n;

  for (n = 0; migHealthStep(pHealth, pStmt); n++) {
    const char *zName = migHealthShown(pStmt, 0);
    const MigSetting *pSet = settingNamed(zName);
    if (pSet == 0) {
      migHealthFound(pHealth, MIG_STORE_DAMAGED,
                     "no setting is called %s; delete its row", zName);
    } else if (sqlite3_column_type(pStmt, 1) != SQLITE_INTEGER &&
               !columnClean(pStmt, 1)) {
      migHealthFound(pHealth, MIG_STORE_DAMAGED,
                     "the value of setting %s is no text; set it again", zName);
    } else {
      migSettingCheck(pWork, pSet, migHealthShown(pStmt, 1));
      migHealthCatch(pHealth, 0, 0);
    }
  }
  return migPrintf(pWork, "settings: %d", n);
}

/* Labels are names that can be typed, of revisions that exist, and no ids. The
** table has no seals, so each row is looked at. */
char *migHealthLabels(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt =
      migCached(pWork, "SELECT label, revision,"
                       " EXISTS(SELECT 1 FROM main._migrate_revisions AS r"
                       " WHERE r.revision = l.revision),"
                       " EXISTS(SELECT 1 FROM main._migrate_revisions AS r"
                       " WHERE r.revision = l.label)"
                       " FROM main._migrate_labels AS l ORDER BY label");
  int n;

  for (n = 0; migHealthStep(pHealth, pStmt); n++) {
    int bClean = columnClean(pStmt, 0);
    const char *zLabel = migHealthShown(pStmt, 0);
    if (bClean) {
      migLabelCheck(pWork, zLabel);
      migHealthCatch(pHealth, 0, 0);
    } else {
      migHealthFound(pHealth, MIG_STORE_DAMAGED, "label %s is no text", zLabel);
    }
    if (!sqlite3_column_int(pStmt, 2)) {
      migHealthFound(pHealth, MIG_STORE_DAMAGED,
                     "label %s is of revision %s, which does not exist", zLabel,
                     migHealthShown(pStmt, 1));
    }
    if (sqlite3_column_int(pStmt, 3)) {
      migHealthFound(pHealth, MIG_STORE_DAMAGED,
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
static int sealsCheck(MigHealth *pHealth, const char *zTable, const char *zRows,
                      const char *zFormat) {
  MigContext *pWork = &pHealth->work;
  sqlite3_stmt *pStmt = migCached(pWork, zRows);
  int n;

  for (n = 0; migHealthStep(pHealth, pStmt); n++) {
    int bOpen =
        pHealth->bOpen && migSealEmpty(pStmt, sqlite3_column_count(pStmt) - 1);
    if (pHealth->iVersion > 1 && !bOpen && !migSealFits(pWork, pStmt, zTable) &&
        pWork->rc == SQLITE_OK) {
      char *zRow =
          migPrintf(pWork, zFormat, migHealthShown(pStmt, 0),
                    migHealthShown(pStmt, 1), migHealthShown(pStmt, 2));
      migHealthFound(
          pHealth, MIG_STORE_DAMAGED,
          "%s is not as it was written; restore the file from a copy", zRow);
    }
  }
  migHealthCatch(pHealth, "table", zTable);
  return n;
}

/* What a fine check of n rows says, in the arena of the check. */
static char *rowsCounted(MigHealth *pHealth, int n, const char *zWhat) {
  return migPrintf(&pHealth->work, "%s: %d%s", zWhat, n,
                   pHealth->iVersion > 1
                       ? ""
                       : "; they have no seals before store version 2");
}

/* Rows have their seals, and all of them together make a graph: what stops it,
** as a cycle or a missing parent, is one finding. */
char *migHealthRevisions(MigHealth *pHealth) {
  int n = sealsCheck(pHealth, "_migrate_revisions",
                     "SELECT * FROM main._migrate_revisions ORDER BY seq",
                     "row seq %s, revision %s,");

  migGraphLoad(&pHealth->work);
  migHealthCatch(pHealth, 0, 0);
  return rowsCounted(pHealth, n, "revisions");
}

/* Edges have their seals. That their revisions exist is found when the graph is
** loaded. */
char *migHealthEdges(MigHealth *pHealth) {
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
char *migHealthScripts(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigPackCache cache = {0, {0, 0}};
  sqlite3_stmt *pStmt;
  char zPack[24];
  int nPack;

  pStmt = migCached(pWork, "SELECT pack FROM main._migrate_scripts"
                           " ORDER BY pack");
  for (nPack = 0; migHealthStep(pHealth, pStmt); nPack++) {
    i64 iPack = sqlite3_column_int64(pStmt, 0);
    migScriptsCheck(pWork, &cache, iPack);
    sqlite3_snprintf(sizeof(zPack), zPack, "%lld", iPack);
    migHealthCatch(pHealth, "pack", zPack);
  }
  pStmt = migCached(pWork, "SELECT revision FROM main._migrate_revisions"
                           " ORDER BY pack, seq");
  while (migHealthStep(pHealth, pStmt)) {
    const char *zId = migHealthShown(pStmt, 0);
    scriptsCheck(pWork, &cache, zId);
    migHealthCatch(pHealth, "revision", zId);
  }
  migScriptsClose(&cache);
  return migPrintf(pWork, "packs: %d", nPack);
}

/* Files that were imported have their seals; what is in them is looked at when
** they are given back. Stores before version 3 have none. */
char *migHealthFiles(MigHealth *pHealth) {
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
char *migHealthApplied(MigHealth *pHealth) {
  int n = sealsCheck(pHealth, "_migrate_applied",
                     "SELECT * FROM main._migrate_applied ORDER BY revision",
                     "applied revision %s, run %s,");
  sqlite3_stmt *pStmt = migCached(
      &pHealth->work,
      "SELECT a.revision, r.revision IS NULL, a.checksum IS r.checksum"
      " FROM main._migrate_applied AS a"
      " LEFT JOIN main._migrate_revisions AS r ON r.revision = a.revision"
      " ORDER BY a.revision");

  while (migHealthStep(pHealth, pStmt)) {
    const char *zId = migHealthShown(pStmt, 0);
    if (sqlite3_column_int(pStmt, 1)) {
      migHealthFound(pHealth, MIG_STORE_DAMAGED,
                     "revision %s is applied, but not stored", zId);
    } else if (!sqlite3_column_int(pStmt, 2)) {
      migHealthFound(
          pHealth, MIG_CHECKSUM,
          "revision %s was applied with other scripts than it has now;"
          " bring them back, or give {\"repair\":true}",
          zId);
    }
  }
  return rowsCounted(pHealth, n, "applied");
}

/* Rows have no gaps, and each the chain of itself and all before it. Numbers
** are unsigned here: that of a damaged file may be the greatest. */
char *migHealthHistory(MigHealth *pHealth) {
  MigContext *pWork = &pHealth->work;
  MigHistoryReader row;
  int n;

  memset(&row, 0, sizeof(row));
  for (n = 0; pHealth->p->rc == SQLITE_OK && migHistoryNext(pWork, &row); n++) {
    if ((u64)row.iSeq != (u64)row.iBefore + 1) {
      migHealthFound(pHealth, MIG_STORE_DAMAGED,
                     "row seq %lld follows row seq %lld; numbers have no gaps",
                     row.iSeq, row.iBefore);
    } else if (!row.bFits) {
      migHealthFound(
          pHealth, MIG_STORE_DAMAGED,
          "row seq %lld does not fit its chain: it was changed, or the row"
          " before it was",
          row.iSeq);
    }
  }
  return migPrintf(pWork, "rows: %d", n);
}

/* A fact of _migrate_meta must be zTruth, as text. */
static void factCheck(MigHealth *pHealth, const char *zName,
                      const char *zTruth) {
  const char *z = migMetaText(&pHealth->work, zName);

  if (pHealth->work.rc == SQLITE_OK && (z == 0 || strcmp(z, zTruth))) {
    migHealthFound(pHealth, MIG_STORE_DAMAGED,
                   "_migrate_meta says that %s is '%s', the tables that it is"
                   " '%s'; any change to the revisions mends it",
                   zName, z ? z : "NULL", zTruth);
  }
}

/* What _migrate_meta repeats is so, and the applied set is what the history
** says. A run writes both at its end, so none is at work. */
char *migHealthSummary(MigHealth *pHealth) {
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
    migHealthFound(pHealth, MIG_STORE_DAMAGED, "%s", lost.az[i]);
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

/* ---- backups ---- */

/* Pass on what is wrong with chunks or backups, a finding for each text. */
static void healthDamaged(MigHealth *pHealth, const MigList *pBad) {
  int i;

  for (i = 0; i < pBad->n; i++) {
    migHealthFound(pHealth, MIG_BACKUP_DAMAGED, "%s", pBad->az[i]);
  }
}

/* Every chunk has its checksum, inflates and has its hash. All of them are
** read. A store of version 1 has none. */
char *migHealthChunks(MigHealth *pHealth) {
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
char *migHealthBackups(MigHealth *pHealth) {
  MigList bad = {0, 0};

  if (pHealth->iVersion < 2) {
    return 0;
  }
  migVerifyBackups(&pHealth->work, &bad);
  healthDamaged(pHealth, &bad);
  return migPrintf(&pHealth->work, "seals, manifests, lists of chunks");
}
