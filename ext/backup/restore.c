/*
** restore.c - making the database what a backup says.
**
** What has to be done is decided first (decide.c). Then, in this order: what
** is not wanted is dropped, tables and views are made, rows are written
** (fill.c), indexes and triggers are made, the tables of SQLite itself are
** filled, and the schema is read again and compared.
**
** Triggers and foreign keys are switched off meanwhile: they were obeyed when
** the rows were first written (of CHECK see load.c). A text with "strings" in
** double quotes is accepted where the connection would not, because SQLite
** accepts it in a stored schema.
*/
#include <string.h>
#include "sql.h"
#include "applied.h"
#include "rowcode.h"
#include "store.h"
#include "fill.h"
#include "decide.h"
#include "restore.h"

#define REPORT_BYTES 1000000

static const char zRevisionKnown[] =
    "SELECT 1 FROM main._migrate_revisions WHERE revision = ?1";

/* A restore under way. */
typedef struct Work {
  MigRestore *pRestore;
  MigDecision todo;
  int bShadow; /* tables of a virtual table were written */
  MigTempTriggers temp;
  MigFill fill;
  i64 nDone; /* bytes written, and again when they are proven */
  i64 nReported;
} Work;

static int isSystem(const char *zName) {
  return sqlite3_strnicmp(zName, "sqlite_", 7) == 0;
}

/* ---- the applied set ---- */

static int revisionKnown(MigContext *p, const char *zRevision) {
  sqlite3_stmt *pStmt = migCached(p, zRevisionKnown);
  int bKnown;

  migBindText(p, pStmt, 1, zRevision);
  bKnown = migStep(p, pStmt);
  sqlite3_reset(pStmt);
  return bKnown;
}

/* UNKNOWN_REVISION when a revision that was applied is not stored any more. */
static void appliedCheck(MigContext *p, const MigManifest *pWanted) {
  int i;

  for (i = 0; i < pWanted->nApplied && p->rc == SQLITE_OK; i++) {
    const char *zRevision = pWanted->aApplied[i].zRevision;
    if (!revisionKnown(p, zRevision) && p->rc == SQLITE_OK) {
      migFail(p, MIG_UNKNOWN_REVISION,
              "revision %s was applied then and was deleted since; add it"
              " again with that id, or {\"force\":true} leaves it out",
              zRevision);
    }
  }
}

static int appliedSame(const MigAppliedRow *pA, const MigAppliedRow *pB) {
  return pA->iRun == pB->iRun && strcmp(pA->zAppliedAt, pB->zAppliedAt) == 0 &&
         memcmp(pA->aChecksum, pB->aChecksum, MIG_HASH_SIZE) == 0;
}

static void appliedAdd(MigContext *p, const MigAppliedRow *pRow) {
  if (revisionKnown(p, pRow->zRevision)) { /* else left out, by force */
    migAppliedAdd(p, pRow->zRevision, pRow->iRun, pRow->zAppliedAt,
                  pRow->aChecksum);
  }
}

/* Make the applied set that of the backup. Both lists are by revision. */
static void appliedReplace(MigContext *p, const MigManifest *pLive,
                           const MigManifest *pWanted) {
  int iLive = 0;
  int i = 0;

  while (p->rc == SQLITE_OK &&
         (iLive < pLive->nApplied || i < pWanted->nApplied)) {
    const MigAppliedRow *pA =
        iLive < pLive->nApplied ? &pLive->aApplied[iLive] : 0;
    const MigAppliedRow *pB = i < pWanted->nApplied ? &pWanted->aApplied[i] : 0;
    int c = pA && pB ? strcmp(pA->zRevision, pB->zRevision) : pB ? 1 : -1;
    int bSame = c == 0 && appliedSame(pA, pB);
    if (pA && c <= 0 && !bSame) {
      migAppliedRemove(p, pA->zRevision);
    }
    if (pB && c >= 0 && !bSame) {
      appliedAdd(p, pB);
    }
    iLive += c <= 0;
    i += c >= 0;
  }
}

/* ---- settings of the connection ---- */

/* Set an option of the connection, or with -1 only ask; what it was. */
static int configSwap(sqlite3 *db, int iOption, int b) {
  int bWas = 0;

  sqlite3_db_config(db, iOption, -1, &bWas);
  sqlite3_db_config(db, iOption, b, (int *)0);
  return bWas;
}

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
** Put the settings of the connection back. migRestoreRun() has done it when it
** succeeded; after a failure it must wait until the transaction is undone,
** because a change of settings expires the statements that undo it.
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

/* Counts bytes; they are counted when they are written and when they are
** proven, so a byte is two of nDone. */
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
  }
}

static i64 most(i64 a, i64 b) {
  return a > b ? a : b;
}

/* Write the rows of one table. */
static void rowsWrite(MigContext *p, Work *pWork, int iEntry) {
  const MigTableEntry *pEntry = &pWork->pRestore->pWanted->aTable[iEntry];
  const MigTableEntry *pLive =
      migManifestTable(pWork->pRestore->pLive, pEntry->zName);
  int i = migItemFind(&pWork->todo.wanted, 0, pEntry->zName);
  MigDiff diff = {0, 0, 0, 0};

  if (pWork->todo.aeRows[iEntry] == MIG_ROWS_WHOLE) {
    migFillWhole(p, &pWork->fill, pEntry);
    pWork->pRestore->nRow += most(pEntry->nRow, pLive ? pLive->nRow : 0);
  } else {
    migFillChanges(p, &pWork->fill, pLive, pEntry, &diff);
    pWork->pRestore->nRow += diff.nRemoved + diff.nAdded + diff.nChanged;
  }
  pWork->pRestore->nTable++;
  if (i >= 0 && pWork->todo.wanted.a[i].iVirtual >= 0) {
    pWork->bShadow = 1;
  }
}

/* Count the tables that are dropped and do not come back. */
static void droppedCount(Work *pWork) {
  int i;

  for (i = 0; i < pWork->todo.live.n; i++) {
    const MigItem *pItem = &pWork->todo.live.a[i];
    const char *zName = pItem->pObject->zName;
    const MigTableEntry *pEntry =
        migManifestTable(pWork->pRestore->pLive, zName);
    if (pItem->bGo && pItem->eKind == MIG_ITEM_TABLE && pEntry &&
        !migManifestTable(pWork->pRestore->pWanted, zName)) {
      pWork->pRestore->nTable++;
      pWork->pRestore->nRow += pEntry->nRow;
    }
  }
}

/* ---- tables of SQLite ---- */

/* Make the rows of the tables sqlite_... those of the backup. */
static void systemRestore(MigContext *p, Work *pWork) {
  const MigManifest *pWanted = pWork->pRestore->pWanted;
  int i;

  migObjectsMakeSystem(p, pWork->pRestore->pTx, pWanted);
  for (i = 0; i < pWanted->nTable && p->rc == SQLITE_OK; i++) {
    const MigTableEntry *pEntry = &pWanted->aTable[i];
    if (isSystem(pEntry->zName) && migObjectThere(p, pEntry->zName)) {
      migFillWhole(p, &pWork->fill, pEntry);
    }
  }
  if (!migManifestTable(pWanted, "sqlite_sequence") &&
      migObjectThere(p, "sqlite_sequence")) {
    migExec(p, "DELETE FROM main.sqlite_sequence");
  }
}

/* Takes the rows of sqlite_sequence, and writes those of some tables. */
typedef struct Sequence {
  const MigRestore *pRestore;
  sqlite3_stmt *pStmt;
} Sequence;

static void sequencePart(MigContext *p, void *pArg, const MigPart *pPart) {
  const Sequence *pSequence = pArg;
  const MigRestore *pRestore = pSequence->pRestore;
  MigValue aValue[2];
  int i;

  if (migRowGet(pPart->a, pPart->n, 2, aValue) != pPart->n ||
      aValue[0].eType != SQLITE_TEXT || aValue[1].eType != SQLITE_INTEGER) {
    return; /* not a row as SQLite writes them: it is of no table's */
  }
  for (i = 0; i < pRestore->nOnly && p->rc == SQLITE_OK; i++) {
    sqlite3_bind_text64(pSequence->pStmt, 1, (const char *)aValue[0].a,
                        (u64)aValue[0].n, SQLITE_STATIC,
                        (unsigned char)pRestore->pWanted->eEncoding);
    migBindInt(p, pSequence->pStmt, 2, aValue[1].i);
    migBindText(p, pSequence->pStmt, 3, pRestore->azOnly[i]);
    migRun(p, pSequence->pStmt);
  }
}

/* Set the marks of AUTOINCREMENT of the tables that are restored alone. */
static void sequenceRestore(MigContext *p, Work *pWork) {
  const MigRestore *pRestore = pWork->pRestore;
  const MigTableEntry *pEntry =
      migManifestTable(pWork->pRestore->pWanted, "sqlite_sequence");
  Sequence sequence = {0, 0};
  MigReader reader;
  MigPart part;
  int i;

  if (!migObjectThere(p, "sqlite_sequence")) {
    return;
  }
  for (i = 0; i < pRestore->nOnly; i++) {
    migExecF(p,
             "DELETE FROM main.sqlite_sequence"
             " WHERE name = %Q COLLATE NOCASE",
             pRestore->azOnly[i]);
  }
  if (p->rc || pEntry == 0 || pEntry->nColumn != 2) {
    return;
  }
  sequence.pRestore = pRestore;
  sequence.pStmt = migPrepare(p, "INSERT INTO main.sqlite_sequence(name, seq)"
                                 " SELECT ?1, ?2"
                                 " WHERE ?1 = ?3 COLLATE NOCASE");
  migReaderOpen(p, &reader, pRestore->pChunks, pEntry);
  while (migReaderUnit(p, &reader)) {
    while (migReaderPart(p, &reader, &part)) {
      sequencePart(p, &sequence, &part);
    }
  }
  migReaderClose(&reader);
  migFinalize(p, sequence.pStmt);
}

/* ---- all of it ---- */

static void workOpen(Work *pWork, MigRestore *pRestore) {
  memset(pWork, 0, sizeof(*pWork));
  pWork->pRestore = pRestore;
  pWork->todo.pChunks = pRestore->pChunks;
  pWork->todo.pLive = pRestore->pLive;
  pWork->todo.pWanted = pRestore->pWanted;
  pWork->todo.nOnly = pRestore->nOnly;
  pWork->todo.azOnly = pRestore->azOnly;
  pWork->todo.bForce = pRestore->bForce;
  pWork->fill.pChunks = pRestore->pChunks;
  pWork->fill.eEncoding = pRestore->pWanted->eEncoding;
  pWork->fill.xTick = workTick;
  pWork->fill.pTick = pWork;
}

static void workRun(MigContext *p, Work *pWork) {
  MigRestore *pRestore = pWork->pRestore;
  MigTransaction *pTx = pRestore->pTx;
  int i;

  droppedCount(pWork);
  migTempTriggersDrop(p, pTx, &pWork->temp);
  migObjectsDrop(p, pTx, &pWork->todo.live);
  migObjectsMakeTables(p, pTx, &pWork->todo.wanted);
  for (i = 0; i < pWork->pRestore->pWanted->nTable && p->rc == SQLITE_OK; i++) {
    if (pWork->todo.aeRows[i] != MIG_ROWS_KEEP) {
      rowsWrite(p, pWork, i);
    }
  }
  migObjectsMakeRest(p, pTx, &pWork->todo.wanted);
  if (pRestore->nOnly) {
    sequenceRestore(p, pWork);
  } else {
    systemRestore(p, pWork);
    migExecF(p, "PRAGMA main.user_version=%lld",
             pWork->pRestore->pWanted->iUserVersion);
    migExecF(p, "PRAGMA main.application_id=%lld",
             pWork->pRestore->pWanted->iApplicationId);
  }
  if (p->rc == SQLITE_OK) {
    migObjectsCheck(p, &pWork->todo.wanted, pRestore->nOnly > 0);
  }
  if (pWork->bShadow) {
    migObjectsReconnect(p, pTx);
  }
  migTempTriggersMake(p, pTx, &pWork->temp);
}

/*
** Make schema, rows and applied set those of the backup; with nOnly only these
** tables. The caller holds the write transaction pTx, undoes it after failure
** and then calls migRestoreClose(). Errors:
**   USAGE             the backup has no such table
**   SCHEMA_MISMATCH   a table is not as the backup needs it, or something does
**                     not come back as it was
**   UNKNOWN_REVISION  one that was applied then is not stored any more
**   BACKUP_DAMAGED, UNSUPPORTED, TOO_BIG
*/
void migRestoreRun(MigContext *p, MigRestore *pRestore) {
  Work work;

  if (p->rc) {
    return;
  }
  workOpen(&work, pRestore);
  if (pRestore->nOnly == 0 && !pRestore->bForce) {
    appliedCheck(p, pRestore->pWanted);
  }
  if (p->rc == SQLITE_OK) {
    migDecideAll(p, &work.todo);
  }
  settingsOff(p, pRestore);
  if (p->rc == SQLITE_OK) {
    workRun(p, &work);
  }
  if (p->rc == SQLITE_OK && pRestore->nOnly == 0) {
    appliedReplace(p, pRestore->pLive, pRestore->pWanted);
  }
  if (p->rc == SQLITE_OK && pRestore->xProgress) {
    i64 nTotal = most(work.todo.nByte, work.nReported);
    pRestore->xProgress(p, pRestore->pProgressArg, nTotal, nTotal);
  }
  if (p->rc == SQLITE_OK) {
    migRestoreClose(p, pRestore);
    migTransactionArm(p, pRestore->pTx);
  }
}

/* ---- what would be lost ---- */

/* The tables of schema main that belong to a virtual table. */
static MigList shadowNames(MigContext *p) {
  sqlite3_stmt *pStmt = migPrepare(p, "PRAGMA main.table_list");
  MigList list = {0, 0};

  while (migStep(p, pStmt)) {
    const char *zType = (const char *)sqlite3_column_text(pStmt, 2);
    if (zType && strcmp(zType, "shadow") == 0) {
      migListAdd(p, &list, migColumnText(p, pStmt, 1));
    }
  }
  migFinalize(p, pStmt);
  return list;
}

static int listHas(const MigList *pList, const char *zName) {
  int i;

  for (i = 0; i < pList->n; i++) {
    if (strcmp(pList->az[i], zName) == 0) {
      return 1;
    }
  }
  return 0;
}

static void diffNone(MigContext *p, void *pArg, MigDiffKind eKind,
                     const MigPart *pOld) {
  MIG_UNUSED(p);
  MIG_UNUSED(pArg);
  MIG_UNUSED(eKind);
  MIG_UNUSED(pOld);
}

/* Rows of a table that go. */
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
    return pWork->pRestore->nOnly ? 0 : pLive->nRow;
  }
  if (!migEntrySame(pLive, pWanted)) {
    migDiffRun(p, pWork->pRestore->pChunks, pLive, pWanted,
               pWork->pRestore->pWanted->eEncoding, diffNone, 0, 0, &diff);
  }
  return diff.nRemoved;
}

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

/* Count the rows, by their keys, that are there now and would not be after
** migRestoreRun(); those of shadow tables and of SQLite's own tables are not
** counted. Changes nothing. Errors: USAGE, BACKUP_DAMAGED. */
void migRestoreLost(MigContext *p, MigRestore *pRestore) {
  MigList shadows;
  Work work;
  int i;

  if (p->rc) {
    return;
  }
  workOpen(&work, pRestore);
  migDecideScope(p, &work.todo);
  shadows = shadowNames(p);
  pRestore->nLost = 0;
  for (i = 0; i < pRestore->pLive->nTable && p->rc == SQLITE_OK; i++) {
    const MigTableEntry *pEntry = &pRestore->pLive->aTable[i];
    if (!isSystem(pEntry->zName) && !listHas(&shadows, pEntry->zName)) {
      lostAdd(p, pRestore, pEntry->zName, tableLost(p, &work, pEntry));
    }
  }
}
