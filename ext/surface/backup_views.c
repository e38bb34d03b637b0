/*
** backup_views.c - the tables about backups.
**
** migration_backups repeats the rows of the store; migration_backup_tables
** reads the manifest of each backup, so it says less than verify.c would find
** out: that a table is in a backup, not that its chunks are good.
**
** migration_backup_diff compares two manifests. What has rows is compared by
** its chunks, which are read only where the two lists differ: two backups of a
** large file that are nearly the same are compared in little time. What has
** none (indexes, views, triggers, virtual tables) is compared by its SQL. A
** change is one of
**
**   added      only b has it
**   removed    only a has it
**   redefined  both have it, with other SQL
**   changed    both have it alike, and its rows differ
**
** For b = 'live' the rows of now are chunked as by a backup, into a temporary
** database (an overlay, chunk.c); nothing is written to the file.
**
** An automatic backup that was taken while a run went on holds only the tables
** which that run was about to touch: it is partial, and says nothing of the
** others.
**
** A file without our tables, or with those of a version before backups, has no
** rows in any of the three.
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "backup.h"
#include "diff.h"
#include "backup_views.h"

/* The store has the tables of backups since this version. */
#define STORE_WITH_BACKUPS 2

/* Columns of migration_backups, in its order. Backups that only a file holds
** have no manifest. */
static const char zBackups[] =
    "SELECT backup, created_at, kind, note, run, revisions, tables, \"rows\","
    " bytes, stored, path FROM main._migrate_backups ORDER BY backup";
static const char zNumbers[] = "SELECT backup FROM main._migrate_backups"
                               " WHERE kind <> 'file' ORDER BY backup";

/* ---- migration_backups ---- */

/* migration_backups: the rows of the store, oldest first. */
void migFillBackups(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  MIG_UNUSED(pConn);
  if (migStoreOpen(p) >= STORE_WITH_BACKUPS) {
    migRowsQuery(p, pRows, zBackups);
  }
}

/* ---- migration_backup_tables ---- */

/* Rows of one backup. Its manifest, which can be large, is given back at once,
** so that not all of them are in the arena together: what the rows need of it
** is copied outside of it, three numbers a table, then the names one behind the
** other. BACKUP_DAMAGED when it cannot be read. */
static void tableRows(MigContext *p, MigRows *pRows, MigChunks *pChunks,
                      i64 iBackup) {
  MigMark mark = migArenaMark(p);
  MigManifest manifest;
  i64 *ai = 0;
  char *z = 0;
  char *zName = 0;
  u64 nName = 0;
  int n = 0;
  int i;

  migBackupRead(p, pChunks, iBackup, &manifest);
  for (i = 0; p->rc == SQLITE_OK && i < manifest.nTable; i++) {
    nName += strlen(manifest.aTable[i].zName) + 1;
  }
  if (p->rc == SQLITE_OK && manifest.nTable) {
    n = manifest.nTable;
    ai = sqlite3_malloc64((u64)n * 3 * sizeof(i64) + nName);
    zName = z = ai ? (char *)(ai + 3 * n) : 0;
  }
  for (i = 0; ai && i < n; i++) {
    const MigTableEntry *pEntry = &manifest.aTable[i];
    size_t nByte = strlen(pEntry->zName) + 1;
    ai[3 * i] = pEntry->nRow;
    ai[3 * i + 1] = pEntry->nChunk;
    ai[3 * i + 2] = pEntry->nByte;
    memcpy(z, pEntry->zName, nByte);
    z += nByte;
  }
  migArenaRelease(p, mark);
  if (n && ai == 0) {
    migNomem(p);
    return;
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    migRowNext(p, pRows);
    migRowInt(p, pRows, 0, iBackup);
    migRowText(p, pRows, 1, migStrdup(p, zName));
    migRowInt(p, pRows, 2, ai[3 * i]);
    migRowInt(p, pRows, 3, ai[3 * i + 1]);
    migRowInt(p, pRows, 4, ai[3 * i + 2]);
    zName += strlen(zName) + 1;
  }
  sqlite3_free(ai);
}

/* migration_backup_tables: the tables of every backup that is in the file, by
** backup. */
void migFillBackupTables(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  sqlite3_stmt *pStmt;
  MigChunks chunks;

  MIG_UNUSED(pConn);
  if (migStoreOpen(p) < STORE_WITH_BACKUPS) {
    return;
  }
  migChunksOpen(p, &chunks, 1);
  pStmt = migPrepare(p, zNumbers);
  while (migStep(p, pStmt)) {
    tableRows(p, pRows, &chunks, sqlite3_column_int64(pStmt, 0));
  }
  migFinalize(p, pStmt);
  migChunksClose(&chunks);
}

/* ---- migration_backup_diff ---- */

/* Two states of the file; b may be what the file holds now. Zero-initialize,
** and close live on every path. */
typedef struct Compare {
  MigRows *pRows;
  MigBackup live; /* its chunks serve both sides */
  MigManifest a;
  MigManifest b;
} Compare;

/* Read the manifest that an argument names, the number of a backup or latest.
** USAGE without one, BACKUP_UNKNOWN, BACKUP_DAMAGED, UNSUPPORTED for one that
** only a file of its own holds. */
static void sideRead(MigContext *p, Compare *pCompare, const char *zArg,
                     MigManifest *pManifest) {
  MigBackupRow row;

  if (zArg == 0) {
    migFail(p, MIG_USAGE,
            "call it as migration_backup_diff(a, b), with the number of a"
            " backup, and that of another one or 'live'");
  } else if (migBackupFind(p, zArg, &row)) {
    if (strcmp(row.zKind, "file") == 0) {
      migFail(p, MIG_UNSUPPORTED,
              "backup %lld is in the file %s; compare that file", row.iBackup,
              row.zPath);
    }
    migBackupRead(p, &pCompare->live.chunks, row.iBackup, pManifest);
  }
}

/* Read both sides. bOverlay makes of the live state a backup that writes
** nothing. With a partial backup as a the live side gets just the tables that
** this one holds, or that its run has made since: all else would look like
** added. */
static void compareRead(MigContext *p, Compare *pCompare) {
  const char *zB = pCompare->pRows->azArg[1];

  pCompare->live.bOverlay = 1;
  migBackupBegin(p, &pCompare->live, 1);
  sideRead(p, pCompare, pCompare->pRows->azArg[0], &pCompare->a);
  if (zB && strcmp(zB, "live") == 0) {
    if (pCompare->a.bPartial) {
      int i;
      for (i = 0; i < pCompare->a.nTable && p->rc == SQLITE_OK; i++) {
        migBackupTable(p, &pCompare->live, pCompare->a.aTable[i].zName);
      }
      migBackupMadeTables(p, &pCompare->live, &pCompare->a);
    } else {
      migBackupAllTables(p, &pCompare->live);
    }
    pCompare->b = pCompare->live.manifest;
  } else {
    sideRead(p, pCompare, zB, &pCompare->b);
  }
}

/* A row of the table; pA and pB are NULL for a side that has no such rows,
** pDiff for what has no rows at all. The name is copied: it may lie in a
** manifest, zChange is a constant. */
static void changePut(MigContext *p, MigRows *pRows, const char *zName,
                      const char *zChange, const MigTableEntry *pA,
                      const MigTableEntry *pB, const MigDiff *pDiff) {
  migRowNext(p, pRows);
  migRowText(p, pRows, 0, migStrdup(p, zName));
  migRowText(p, pRows, 1, zChange);
  if (pA) {
    migRowInt(p, pRows, 2, pA->nRow);
  }
  if (pB) {
    migRowInt(p, pRows, 3, pB->nRow);
  }
  if (pDiff) {
    migRowInt(p, pRows, 4, pDiff->nAdded);
    migRowInt(p, pRows, 5, pDiff->nRemoved);
    migRowInt(p, pRows, 6, pDiff->nChanged);
  }
}

/* Do both sides have a definition, and another one? SQL is compared as text: a
** comment that was changed counts. */
static int redefined(const MigObject *pA, const MigObject *pB) {
  return pA && pB && strcmp(pA->zSql, pB->zSql) != 0;
}

/* Compare a table that both sides have; a row when anything differs. Where keys
** cannot be compared only the numbers of rows are known, so that other chunks
** alone make it changed, too. */
static void tableCompare(MigContext *p, Compare *pCompare,
                         const MigTableEntry *pA, const MigTableEntry *pB) {
  int bRedefined =
      redefined(migManifestObject(&pCompare->a, "table", pA->zName),
                migManifestObject(&pCompare->b, "table", pA->zName));
  MigDiff diff;

  memset(&diff, 0, sizeof(diff));
  migDiffRun(p, &pCompare->live.chunks, pA, pB, pCompare->a.eEncoding, 0, 0, 0,
             &diff);
  if (bRedefined ||
      (diff.bByCount && migDiffChunks(p, &pCompare->live.chunks, pA, pB)) ||
      diff.nAdded || diff.nRemoved || diff.nChanged) {
    changePut(p, pCompare->pRows, pA->zName,
              bRedefined ? "redefined" : "changed", pA, pB, &diff);
  }
}

/* Rows for the tables that pHas has and pNot does not: added, or removed when
** bAdded is 0. A side with some tables only says of a table of its schema
** nothing. */
static void tablesMissing(MigContext *p, Compare *pCompare,
                          const MigManifest *pHas, const MigManifest *pNot,
                          int bAdded) {
  int i;

  for (i = 0; i < pHas->nTable && p->rc == SQLITE_OK; i++) {
    const MigTableEntry *pTable = &pHas->aTable[i];
    MigDiff diff = {0, 0, 0, 0};
    if (migManifestTable(pNot, pTable->zName) ||
        (pNot->bPartial && migManifestObject(pNot, "table", pTable->zName))) {
      continue;
    }
    if (bAdded) {
      diff.nAdded = pTable->nRow;
      changePut(p, pCompare->pRows, pTable->zName, "added", 0, pTable, &diff);
    } else {
      diff.nRemoved = pTable->nRow;
      changePut(p, pCompare->pRows, pTable->zName, "removed", pTable, 0, &diff);
    }
  }
}

/* Rows for tables: those of both sides in the order of a, then what is gone,
** then what is new. */
static void tablesCompare(MigContext *p, Compare *pCompare) {
  int i;

  for (i = 0; i < pCompare->a.nTable && p->rc == SQLITE_OK; i++) {
    const MigTableEntry *pA = &pCompare->a.aTable[i];
    const MigTableEntry *pB = migManifestTable(&pCompare->b, pA->zName);
    if (pB) {
      tableCompare(p, pCompare, pA, pB);
    }
  }
  tablesMissing(p, pCompare, &pCompare->a, &pCompare->b, 0);
  tablesMissing(p, pCompare, &pCompare->b, &pCompare->a, 1);
}

/* Rows for objects of pHas without rows of their own that pNot does not have,
** with zChange; with bBoth also for those that both have and that differ. An
** ordinary table is among the tables, a virtual one here: its shadow tables
** have its rows. */
static void objectsCompare(MigContext *p, MigRows *pRows,
                           const MigManifest *pHas, const MigManifest *pNot,
                           const char *zChange, int bBoth) {
  int i;

  for (i = 0; i < pHas->nObject && p->rc == SQLITE_OK; i++) {
    const MigObject *pObject = &pHas->aObject[i];
    const MigObject *pOther =
        migManifestObject(pNot, pObject->zType, pObject->zName);
    if (strcmp(pObject->zType, "table") == 0 &&
        sqlite3_strnicmp(pObject->zSql, "CREATE VIRTUAL", 14) != 0) {
      continue; /* among the tables */
    }
    if (pOther == 0) {
      changePut(p, pRows, pObject->zName, zChange, 0, 0, 0);
    } else if (bBoth && redefined(pObject, pOther)) {
      changePut(p, pRows, pObject->zName, "redefined", 0, 0, 0);
    }
  }
}

/* migration_backup_diff(a, b): what tells a from b; no rows when nothing does.
** Both sides are read through the chunk store of live. */
void migFillBackupDiff(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  Compare compare;

  MIG_UNUSED(pConn);
  memset(&compare, 0, sizeof(compare));
  compare.pRows = pRows;
  if (migStoreOpen(p) < STORE_WITH_BACKUPS) {
    return;
  }
  compareRead(p, &compare);
  if (p->rc == SQLITE_OK) {
    tablesCompare(p, &compare);
    objectsCompare(p, pRows, &compare.a, &compare.b, "removed", 1);
    objectsCompare(p, pRows, &compare.b, &compare.a, "added", 0);
  }
  migBackupClose(&compare.live);
}
