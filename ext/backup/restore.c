/*
** restore.c - making the database what a backup says.
**
** What has to be done is decided first (decide.c). Then, in this order: what
** is not wanted is dropped, tables and views are made, rows are written
** (fill.c), indexes and triggers are made, the tables of SQLite itself are
** filled (restoresystem.c), and the schema is read again and compared.
** Full-text tables over rows that were written are filled anew (refill.c).
**
** Triggers and foreign keys are switched off meanwhile: they were obeyed when
** the rows were first written (of CHECK see loadstatement.c). A text with
** "strings" in double quotes is accepted where the connection would not,
** because SQLite accepts it in a stored schema.
**
** TEMP triggers on tables that are written or dropped would fire, or be lost:
** they are dropped first and made again last (restoretemp.c). Last of all the
** applied set becomes that of the backup (restoreapplied.c), unless only some
** tables are restored.
**
** Nothing here can be half done: all is one transaction, which the caller
** undoes after any failure. Only settings of the connection outlive it; they
** are put back by migRestoreClose().
**
** Three kinds of restore differ in what is of no concern:
**
**   everything    backup of all tables: schema, rows, user_version and
**                 application_id, all rows of SQLite's own tables, applied set
**   a partial     the same, but of tables only those that the backup has rows
**   backup        of, and of sqlite_sequence only their rows; what was made
**                 since stays, but for what the run of the backup has made
**   some tables   (nOnly) only these tables, with their indexes and triggers,
**                 and their rows of sqlite_sequence
*/
#include <string.h>
#include "sql.h"
#include "fill.h"
#include "decide.h"
#include "partial.h"
#include "refill.h"
#include "restoreapplied.h"
#include "restoretemp.h"
#include "restoresystem.h"
#include "restore.h"

#define REPORT_BYTES 1000000 /* bytes between two reports of progress */

/* A restore under way. */
typedef struct Work {
  MigRestore *pRestore;
  MigDecision todo;
  int bShadow;          /* tables of a virtual table are written */
  MigTempTriggers temp; /* that were taken away */
  MigFill fill;
  i64 nDone;     /* bytes written, and again when they are proven */
  i64 nReported; /* bytes that progress was told last, counted once */
} Work;

/* ---- settings of the connection ---- */

/* Set an option of the connection to b, or with -1 only ask. Returns what it
** was: 0 or 1, 0 also where SQLite does not know the option. */
static int configSwap(sqlite3 *db, int iOption, int b) {
  int bWas = 0;

  sqlite3_db_config(db, iOption, -1, &bWas);
  sqlite3_db_config(db, iOption, b, (int *)0);
  return bWas;
}

/* Save the settings of the connection and switch off what would act on rows:
** triggers, foreign keys; and let DDL have "strings". ignore_check_constraints
** is saved because a loader that fails may leave it on (loadstatement.c).
** Compiled statements expire with this, so the transaction is armed again. */
static void settingsOff(MigContext *p, MigRestore *pRestore) {
  if (p->rc) {
    return;
  }
  migSettingsSave(p, &pRestore->saved);
  migSettingsPragma(p, &pRestore->saved, "ignore_check_constraints");
  pRestore->bTrigger = configSwap(p->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, -1);
  pRestore->bDqs = configSwap(p->db, SQLITE_DBCONFIG_DQS_DDL, -1);
  pRestore->bSettings = 1;
  if (p->rc == SQLITE_OK) { /* else the undo must not expire now */
    configSwap(p->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
    configSwap(p->db, SQLITE_DBCONFIG_DQS_DDL, 1);
    migSettingsForeign(p, &pRestore->saved, 0);
    migTransactionArm(p, pRestore->pTx);
  }
}

/*
** Put the settings of the connection back, on every path. migRestoreRun() has
** done it when it succeeded; after a failure it must wait until the transaction
** is undone, because a change of settings expires the statements that undo it.
** No-op when nothing was switched, and the second time.
*/
void migRestoreClose(MigContext *p, MigRestore *pRestore) {
  if (pRestore->bSettings) {
    configSwap(p->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, pRestore->bTrigger);
    configSwap(p->db, SQLITE_DBCONFIG_DQS_DDL, pRestore->bDqs);
    migSettingsRestore(p, pRestore->pTx->pConn, &pRestore->saved);
    pRestore->bSettings = 0;
  }
}

/* ---- rows ---- */

/* Progress was reported, to a function of the application: SQLITE when that has
** ended the transaction. */
static void progressCheck(MigContext *p, const MigRestore *pRestore) {
  migTransactionCheck(p, pRestore->pTx, "the function of option progress");
}

/* Counts bytes; they are counted when they are written and when they are
** proven, so a byte is two of nDone. The total is an estimate: rows that are
** written one by one are not in it. So it is kept above what is done. */
static void workTick(MigContext *p, void *pArg, i64 nByte) {
  Work *pWork = pArg;
  const MigRestore *pRestore = pWork->pRestore;

  pWork->nDone += nByte;
  if (pRestore->xProgress &&
      pWork->nDone / 2 - pWork->nReported >= REPORT_BYTES) {
    i64 nTotal = pWork->todo.nByte;
    pWork->nReported = pWork->nDone / 2;
    if (nTotal <= pWork->nReported) {
      nTotal = pWork->nReported + 1;
    }
    pRestore->xProgress(p, pRestore->pProgressArg, pWork->nReported, nTotal);
    progressCheck(p, pRestore);
  }
}

/* The greater one. */
static i64 most(i64 a, i64 b) {
  return a > b ? a : b;
}

/* Write the rows of table iEntry of the backup, as was decided, and count them:
** of a table that is written as a whole the greater number of rows, as it is
** not known how many of them changed. */
static void rowsWrite(MigContext *p, Work *pWork, int iEntry) {
  const MigTableEntry *pEntry = &pWork->pRestore->pWanted->aTable[iEntry];
  const MigTableEntry *pLive =
      migManifestTable(pWork->pRestore->pLive, pEntry->zName);
  MigDiff diff = {0, 0, 0, 0};

  if (pWork->todo.aeRows[iEntry] == MIG_ROWS_WHOLE) {
    migFillWhole(p, &pWork->fill, pEntry);
    pWork->pRestore->nRow += most(pEntry->nRow, pLive ? pLive->nRow : 0);
  } else {
    migFillChanges(p, &pWork->fill, pLive, pEntry, &diff);
    pWork->pRestore->nRow += diff.nRemoved + diff.nAdded + diff.nChanged;
  }
  pWork->pRestore->nTable++;
}

/* Tell the caller that something will be done to a table. */
static void tableTell(MigContext *p, const MigRestore *pRestore,
                      const char *zTable) {
  if (pRestore->xTable && p->rc == SQLITE_OK) {
    pRestore->xTable(p, pRestore->pTableArg, zTable);
  }
}

/* Go through the tables that are dropped: tell the caller, and count those that
** do not come back, with their rows. The others are counted by rowsWrite(). */
static void droppedAnnounce(MigContext *p, Work *pWork) {
  int i;

  for (i = 0; i < pWork->todo.live.n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pWork->todo.live.a[i];
    const char *zName = pItem->pObject->zName;
    const MigTableEntry *pEntry =
        migManifestTable(pWork->pRestore->pLive, zName);
    if (!pItem->bGo || pItem->eKind != MIG_ITEM_TABLE || pEntry == 0) {
      continue;
    }
    tableTell(p, pWork->pRestore, zName);
    if (!migManifestTable(pWork->pRestore->pWanted, zName)) {
      pWork->pRestore->nTable++;
      pWork->pRestore->nRow += pEntry->nRow;
    }
  }
}

/* Go through the tables whose rows are written: tell the caller, and find out
** whether one is a part of a virtual table. */
static void writtenAnnounce(MigContext *p, Work *pWork) {
  const MigManifest *pWanted = pWork->pRestore->pWanted;
  int i;

  if (p->rc || pWork->todo.aeRows == 0) {
    return;
  }
  for (i = 0; i < pWanted->nTable && p->rc == SQLITE_OK; i++) {
    if (pWork->todo.aeRows[i] != MIG_ROWS_KEEP) {
      int k = migItemFind(&pWork->todo.wanted, 0, pWanted->aTable[i].zName);
      if (k >= 0 && pWork->todo.wanted.a[k].iVirtual >= 0) {
        pWork->bShadow = 1;
      }
      tableTell(p, pWork->pRestore, pWanted->aTable[i].zName);
    }
  }
}

/* ---- all of it ---- */

/* Comparing keys can call a collation of the application. When that has ended
** the transaction, what was stored in it is gone, and its chunks are not found:
** no backup is damaged. The error is then that the transaction was ended. */
static void compareCheck(MigContext *p, const MigRestore *pRestore) {
  if (p->eCode == MIG_BACKUP_DAMAGED && migTransactionLost(pRestore->pTx)) {
    migErrorClear(p);
  }
  migTransactionCheck(p, pRestore->pTx,
                      "a function or collation of the schema");
}

/* Begin a restore: pass on what its caller has filled in. pWork points to
** itself, so it must stay where it is. */
static void workOpen(Work *pWork, MigRestore *pRestore) {
  memset(pWork, 0, sizeof(*pWork));
  pWork->pRestore = pRestore;
  pWork->todo.pChunks = pRestore->pChunks;
  pWork->todo.pLive = pRestore->pLive;
  pWork->todo.pWanted = pRestore->pWanted;
  pWork->todo.nOnly = pRestore->nOnly;
  pWork->todo.azOnly = pRestore->azOnly;
  pWork->todo.bForce = pRestore->bForce;
  pWork->todo.zForce = pRestore->zForce;
  pWork->fill.pChunks = pRestore->pChunks;
  pWork->fill.eEncoding = pRestore->pWanted->eEncoding;
  pWork->fill.pTx = pRestore->pTx;
  pWork->fill.xTick = workTick;
  pWork->fill.pTick = pWork;
}

/* Carry out what was decided. The order is that of the header of this file.
** Where a step fails the others are no-ops. */
static void workRun(MigContext *p, Work *pWork) {
  MigRestore *pRestore = pWork->pRestore;
  MigTransaction *pTx = pRestore->pTx;
  const MigManifest *pWanted = pRestore->pWanted;
  int i;

  droppedAnnounce(p, pWork);
  writtenAnnounce(p, pWork);
  migRestoreTempTake(p, &pWork->todo, pTx, pWork->bShadow, &pWork->temp);
  migObjectsDrop(p, pTx, &pWork->todo.live);
  migObjectsMakeTables(p, pTx, &pWork->todo.wanted);
  for (i = 0; i < pWanted->nTable && p->rc == SQLITE_OK; i++) {
    if (pWork->todo.aeRows[i] != MIG_ROWS_KEEP) {
      rowsWrite(p, pWork, i);
    }
  }
  migObjectsMakeRest(p, pTx, &pWork->todo.wanted);
  if (pRestore->nOnly == 0) {
    migRestoreSystemRows(p, pTx, pWanted, &pWork->fill);
    migExecF(p, "PRAGMA main.user_version=%lld", pWanted->iUserVersion);
    migExecF(p, "PRAGMA main.application_id=%lld", pWanted->iApplicationId);
  }
  if (pRestore->nOnly || pWanted->bPartial) {
    migRestoreSystemMarks(p, &pWork->todo);
  }
  if (p->rc == SQLITE_OK) {
    migObjectsCheck(p, &pWork->todo.wanted,
                    pRestore->nOnly > 0 || pRestore->pWanted->bPartial);
  }
  if (pWork->bShadow) {
    migObjectsReconnect(p, pTx);
  }
  migRefill(p, &pWork->todo, pTx);
  migRestoreTempBack(p, &pWork->todo, pTx, &pWork->temp);
}

/*
** Make schema, rows and applied set those of the backup; with nOnly only these
** tables. The caller holds the write transaction pTx, undoes it after failure
** and then calls migRestoreClose(). nTable and nRow are set, aLost is not. The
** rows of tables have been read back and compared. Whether foreign keys
** hold is for the caller to check. Errors:
**   USAGE             the backup has no such table
**   SCHEMA_MISMATCH   a table is not as the backup needs it, something does not
**                     come back as it was, or a name that is needed is taken
**   UNKNOWN_REVISION  one that was applied then is not stored any more
**   SQLITE            code of the application has ended the transaction
**   UNSUPPORTED       the module of a virtual table, a function or a collation
**                     is not loaded
**   BACKUP_DAMAGED, TOO_BIG
*/
void migRestoreRun(MigContext *p, MigRestore *pRestore) {
  Work work;

  if (p->rc) {
    return;
  }
  workOpen(&work, pRestore);
  if (pRestore->nOnly == 0 && !pRestore->bForce) {
    migRestoreAppliedCheck(p, pRestore->pWanted, pRestore->zForce);
  }
  if (p->rc) {
    return; /* nothing is decided, and no setting switched off */
  }
  migDecideAll(p, &work.todo);
  compareCheck(p, pRestore);
  settingsOff(p, pRestore);
  if (p->rc == SQLITE_OK) {
    workRun(p, &work);
    compareCheck(p, pRestore);
  }
  if (p->rc == SQLITE_OK && pRestore->nOnly == 0) {
    migRestoreAppliedReplace(p, pRestore->pLive, pRestore->pWanted);
    migPartialReplace(p, &pRestore->pWanted->partial,
                      &pRestore->pWanted->states);
  }
  if (p->rc == SQLITE_OK && pRestore->xProgress) {
    i64 nTotal = most(work.todo.nByte, work.nReported);
    pRestore->xProgress(p, pRestore->pProgressArg, nTotal, nTotal);
    progressCheck(p, pRestore);
  }
  if (p->rc == SQLITE_OK) {
    migRestoreClose(p, pRestore); /* the commit can still fail: armed again */
    migTransactionArm(p, pRestore->pTx);
  }
}

/* ---- what would be lost ---- */

/* How many rows of a table that is there would go: all of them where it cannot
** be told which. None of a table that this restore leaves; all of one that it
** drops; else those whose keys are not in the backup. */
static i64 tableLost(MigContext *p, const Work *pWork,
                     const MigTableEntry *pLive) {
  const MigTableEntry *pWanted =
      migManifestTable(pWork->pRestore->pWanted, pLive->zName);
  int i = migItemFind(&pWork->todo.wanted, 0, pLive->zName);
  MigDiff diff = {0, 0, 0, 0};

  if (i >= 0 && pWork->todo.wanted.a[i].bLeave) {
    return 0;
  }
  if (pWanted == 0) {
    const MigManifest *pAll = pWork->pRestore->pWanted;
    return pWork->pRestore->nOnly ||
                   (pAll->bPartial &&
                    !migManifestMade(pAll, "table", pLive->zName))
               ? 0
               : pLive->nRow;
  }
  if (!migEntrySame(pLive, pWanted)) {
    migDiffRun(p, pWork->pRestore->pChunks, pLive, pWanted,
               pWork->pRestore->pWanted->eEncoding, 0, 0, 0, &diff);
  }
  return diff.bByCount ? pLive->nRow : diff.nRemoved;
}

/* Add a table that loses n rows; none is not added. The list stays sorted by
** name, by bytes; its room doubles when n is a power of two. */
static void lostAdd(MigContext *p, MigRestore *pRestore, const char *zTable,
                    i64 n) {
  int i = pRestore->nLost;

  if (n == 0 || p->rc) {
    return;
  }
  if ((i & (i - 1)) == 0) {
    u64 nOld = (u64)i * sizeof(MigLost);
    pRestore->aLost =
        migGrow(p, pRestore->aLost, nOld, i ? 2 * nOld : sizeof(MigLost));
  }
  if (p->rc) {
    return;
  }
  for (; i > 0 && strcmp(pRestore->aLost[i - 1].zTable, zTable) > 0; i--) {
    pRestore->aLost[i] = pRestore->aLost[i - 1];
  }
  pRestore->aLost[i].zTable = zTable;
  pRestore->aLost[i].n = n;
  pRestore->nLost++;
}

/* Name under which the rows of a table count as lost, NULL when they do not:
** SQLite's own tables, and shadow tables but for the one that has a row for
** each of the virtual table's (FTS3 to 5, rtree). That is the first of the list
** below that is there: full-text tables need not have both. */
static const char *lostName(MigContext *p, const Work *pWork,
                            const MigTableEntry *pEntry) {
  static const char *const azRow[] = {"_docsize", "_content", "_rowid"};
  int k = migItemFind(&pWork->todo.live, 0, pEntry->zName);
  const char *zVirtual = k >= 0 ? pWork->todo.live.a[k].pObject->zVirtual : 0;
  size_t i;

  if (migLayoutSystem(pEntry->zName)) {
    return 0;
  }
  if (zVirtual == 0) {
    return pEntry->zName;
  }
  for (i = 0; i < sizeof(azRow) / sizeof(azRow[0]) && p->rc == SQLITE_OK; i++) {
    const char *z = migPrintf(p, "%s%s", zVirtual, azRow[i]);
    const MigTableEntry *pFirst =
        z ? migManifestTable(pWork->pRestore->pLive, z) : 0;
    if (pFirst) {
      return pFirst == pEntry ? zVirtual : 0;
    }
  }
  return 0;
}

/*
** Count the rows, by their keys, that are there now and would not be after
** migRestoreRun(): nLost and aLost, in the arena. Of pRestore the same is
** needed as there. Changes nothing, but can call collations of the application.
** Errors: USAGE when the backup has no table of a name in azOnly,
** BACKUP_DAMAGED, SQLITE when code of the application has ended the
** transaction.
*/
void migRestoreLost(MigContext *p, MigRestore *pRestore) {
  Work work;
  int i;

  if (p->rc) {
    return;
  }
  workOpen(&work, pRestore);
  migDecideScope(p, &work.todo);
  pRestore->nLost = 0;
  for (i = 0; i < pRestore->pLive->nTable && p->rc == SQLITE_OK; i++) {
    const MigTableEntry *pEntry = &pRestore->pLive->aTable[i];
    const char *zName = lostName(p, &work, pEntry);
    if (zName) {
      lostAdd(p, pRestore, zName, tableLost(p, &work, pEntry));
    }
  }
  compareCheck(p, pRestore);
}
