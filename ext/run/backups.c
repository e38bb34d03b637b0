/*
** backups.c - backup, restore, prune, and downgrade from a backup.
**
** A restore first takes a full backup of the database as it is, in the same
** transaction. It is the way back, and it is what the wanted state is compared
** with: only what differs is written. With option backup false it is taken
** all the same, and dropped again before the commit.
**
** A backup of kind `file` is in a database file of its own. To restore it, its
** tables are read into the store as one more backup, which is dropped again.
** The file must have the hash that the store knows, unless the user forces.
**
** When only some tables are restored, no row of another table may lose its
** parent by it: violations are counted before and after, as a run does it
** (foreign.c).
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "store.h"
#include "settings.h"
#include "history.h"
#include "applied.h"
#include "partial.h"
#include "plan.h"
#include "backup.h"
#include "file.h"
#include "restore.h"
#include "retain.h"
#include "drift.h"
#include "foreign.h"
#include "mirror.h"
#include "progress.h"
#include "protect.h"
#include "steps.h"
#include "backups.h"

/* ---- backup ---- */

/* Begin a backup of the file as it is. */
static void backupStart(MigChange *pChange, MigBackup *pBackup,
                        const char *zKind, const char *zAction) {
  memset(pBackup, 0, sizeof(*pBackup));
  pBackup->row.zCreatedAt = pChange->zStartedAt;
  pBackup->row.zKind = zKind;
  pBackup->row.zAction = zAction;
  pBackup->row.iRun = pChange->iRun;
  pBackup->row.zRevisions = pChange->zFrom;
  pBackup->zProgress = pChange->pCall->zProgress;
  pBackup->pTx = &pChange->tx;
}

/*
** Take a backup, and with zTo write it to a file or folder as well. Returns
** its number as text, for the caller to free. Errors: FILE, TOO_BIG, and those
** of any change.
*/
char *migBackupsTake(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                     const char *zNote, const char *zTo) {
  MigChangeNote note = {"backup", 0, zNote, 0, 0, 0};
  MigChange change;
  MigBackup backup;
  char *zResult;
  int bWritten = 0;

  migChangeBegin(p, &change, pConn, pCall);
  backupStart(&change, &backup, "manual", "backup");
  backup.row.zNote = zNote;
  if (zTo && p->rc == SQLITE_OK) {
    backup.row.zPath = migFileName(p, zTo, change.zStartedAt);
  }
  migBackupBegin(p, &backup, change.iLevel);
  migBackupAllTables(p, &backup);
  migBackupEnd(p, &backup);
  note.iBackup = backup.row.iBackup;
  migChangeRecord(p, &change, &note);
  if (zTo && p->rc == SQLITE_OK && !pCall->bDryRun) {
    migFileWrite(p, backup.row.zPath, &backup.chunks, &backup.manifest, 0);
    bWritten = p->rc == SQLITE_OK;
  }
  migBackupClose(&backup);
  zResult = migResultText(p, migPrintf(p, "%lld", backup.row.iBackup));
  migChangeEnd(p, &change, 1);
  if (bWritten && p->rc) {
    migFileRemove(backup.row.zPath);
  }
  return zResult;
}

/* ---- restore ---- */

/* A restore under way. */
typedef struct Restore {
  MigChange change;
  MigBackupRow row; /* what is restored */
  i64 iTemporary;   /* backup made from a file, to be dropped; or 0 */
  MigManifest wanted;
  MigBackup undo; /* the database as it is */
  MigRestore work;
  int bSame; /* the database is as wanted already */
  MigForeign foreign;
  const char *zWritten; /* file that was written, or NULL */
  MigList files;        /* to delete after the commit */
} Restore;

/* Where the file of a backup is; NULL and an error when its path makes no
** sense. */
static const char *filePath(MigContext *p, const MigBackupRow *pRow) {
  const char *zMain = migDatabasePath(p->db);

  if (zMain[0] && pRow->zPath && migPathInside(pRow->zPath)) {
    return migPathJoin(p, migPathFolder(p, zMain), pRow->zPath);
  }
  migFail(p, MIG_FILE,
          "backup %lld is in %s, which is not below the folder of the"
          " database; open the database by its path, or take another backup",
          pRow->iBackup, pRow->zPath ? pRow->zPath : "a file without a path");
  return 0;
}

/* Read the backup that a file holds into the store. */
static void fileRead(MigContext *p, Restore *pRestore) {
  const MigBackupRow *pRow = &pRestore->row;
  const char *zFile = filePath(p, pRow);
  MigFileReader reader;
  MigBackup backup;

  memset(&reader, 0, sizeof(reader));
  migFileOpen(p, zFile, &reader);
  if (p->rc == SQLITE_OK && !pRestore->work.bForce &&
      (!pRow->bFileHash ||
       memcmp(pRow->aFileHash, reader.facts.aHash, MIG_HASH_SIZE))) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "%s, which holds backup %lld, is not as it was written; use another"
            " backup; %s takes it as it is",
            zFile, pRow->iBackup, pRestore->work.zForce);
  }
  backupStart(&pRestore->change, &backup, "full", "restore");
  backup.dbFrom = reader.db;
  if (p->rc == SQLITE_OK) {
    migBackupBegin(p, &backup, pRestore->change.iLevel);
    migBackupAllTables(p, &backup);
    migBackupEnd(p, &backup);
    pRestore->iTemporary = backup.row.iBackup;
    migBackupClose(&backup);
  }
  migFileClose(&reader);
}

static void rowDamaged(MigContext *p, const Restore *pRestore) {
  migFail(p, MIG_BACKUP_DAMAGED,
          "the row of backup %lld in _migrate_backups is not as it was written;"
          " use another backup",
          pRestore->row.iBackup);
}

/* Find what to restore, and begin the backup that undoes it. */
static void restoreBegin(MigContext *p, Restore *pRestore, i64 iBackup) {
  MigBackup *pUndo = &pRestore->undo;
  MigChange *pChange = &pRestore->change;

  if (p->rc == SQLITE_OK && !pRestore->row.bSealed) {
    rowDamaged(p, pRestore);
  }
  if (p->rc == SQLITE_OK && strcmp(pRestore->row.zKind, "file") == 0) {
    fileRead(p, pRestore);
    iBackup = pRestore->iTemporary;
  }
  if (p->rc == SQLITE_OK) {
    backupStart(pChange, pUndo, "full", "restore");
    migBackupBegin(p, pUndo, pChange->iLevel);
    migBackupRead(p, &pUndo->chunks, iBackup, &pRestore->wanted);
  }
}

/* Verbs that can have written tables of the user. */
static const char zLater[] =
    "SELECT replace(action, 'table', 'change by migrate_table') ||"
    " ' of run ' || run FROM main._migrate_history"
    " WHERE run > %lld AND outcome <> 'failed'"
    " AND action IN('upgrade', 'downgrade', 'restore', 'table')"
    " ORDER BY seq LIMIT 1";

/* A backup with the tables of one run fits only right after that run. */
static void touchedCheck(MigContext *p, const Restore *pRestore) {
  const char *zLast;

  if (p->rc || !pRestore->wanted.bPartial || pRestore->work.bForce) {
    return;
  }
  zLast = migQueryText(p, zLater, pRestore->row.iRun);
  if (zLast) {
    migFail(p, MIG_SCHEMA_MISMATCH,
            "backup %lld holds only the tables that run %lld wrote, and the %s"
            " came after; restore a later backup; %s goes on",
            pRestore->row.iBackup, pRestore->row.iRun, zLast,
            pRestore->work.zForce);
  }
}

/* Is a table among those of option allow_loss? */
static int lossAllowed(const MigCall *pCall, const char *zTable) {
  int i;

  for (i = 0; i < pCall->nAllowLoss; i++) {
    if (migStrICmp(pCall->azAllowLoss[i], zTable) == 0) {
      return 1;
    }
  }
  return 0;
}

/* DATA_LOSS when rows would go that nobody said may go. */
static void lossCheck(MigContext *p, const Restore *pRestore) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pRestore->work.nLost && p->rc == SQLITE_OK; i++) {
    const MigLost *pLost = &pRestore->work.aLost[i];
    if (!lossAllowed(pRestore->change.pCall, pLost->zTable)) {
      migTextF(p, &text, "%s%lld of %s", text.n ? ", " : "", pLost->n,
               pLost->zTable);
    }
  }
  if (text.n) {
    migFail(p, MIG_DATA_LOSS,
            "rows were written that backup %lld does not have: %s; keep them,"
            " or name the tables in option allow_loss",
            pRestore->row.iBackup, text.z);
  }
}

static void restoreProgress(MigContext *p, void *pArg, i64 nDone, i64 nTotal) {
  const Restore *pRestore = pArg;

  migProgress(p, pRestore->change.pCall->zProgress, "restore", nDone, nTotal);
  migTransactionCheck(p, &pRestore->change.tx,
                      "the function of option progress");
}

/* ---- foreign keys ---- */

/* A table is about to be written or dropped. */
static void foreignWatch(MigContext *p, void *pArg, const char *zTable) {
  Restore *pRestore = pArg;

  migForeignWatch(p, &pRestore->foreign, zTable);
}

/* Does any table that is there, or that comes, refer to another? */
static int anyForeign(const Restore *pRestore) {
  const MigManifest *pWanted = &pRestore->wanted;
  int i;

  for (i = 0; i < pWanted->nObject; i++) {
    if (sqlite3_strlike("%references%", pWanted->aObject[i].zSql, 0) == 0) {
      return 1;
    }
  }
  return pRestore->foreign.bAny;
}

/* Begin to watch, when only some tables are restored. */
static void foreignStart(MigContext *p, Restore *pRestore) {
  MigRestore *pWork = &pRestore->work;

  if (p->rc || pWork->bForce ||
      (pWork->nOnly == 0 && !pRestore->wanted.bPartial)) {
    return;
  }
  migForeignStart(p, &pRestore->foreign);
  pRestore->foreign.bAny = anyForeign(pRestore);
  pRestore->foreign.zRemedy =
      migPrintf(p, "restore those tables as well; %s goes on", pWork->zForce);
  pWork->xTable = foreignWatch;
  pWork->pTableArg = pRestore;
}

/* ---- a restore in place ---- */

/* Is the database what the backup says, to the byte of the manifest? Then
** nothing has to be done, and no older backup gives way to the undo. */
static int alreadySo(MigContext *p, const Restore *pRestore) {
  MigBytes is;
  MigBytes wanted;
  int bSame;

  if (p->rc || pRestore->work.nOnly || pRestore->wanted.bPartial) {
    return 0;
  }
  is = migManifestEncode(p, &pRestore->undo.manifest);
  wanted = migManifestEncode(p, &pRestore->wanted);
  bSame = p->rc == SQLITE_OK && is.n == wanted.n &&
          memcmp(is.a, wanted.a, (size_t)is.n) == 0;
  sqlite3_free(is.a);
  sqlite3_free(wanted.a);
  return bSame;
}

/* Take the backup that undoes this, compare, write. */
static void restoreRun(MigContext *p, Restore *pRestore, int bLossCheck) {
  MigRestore *pWork = &pRestore->work;
  u8 aFingerprint[MIG_HASH_SIZE];

  touchedCheck(p, pRestore);
  if (pWork->nOnly == 0) {
    migMirrorGoneOn(p, &pRestore->change.state);
  }
  migBackupAllTables(p, &pRestore->undo);
  migBackupEnd(p, &pRestore->undo);
  pWork->pTx = &pRestore->change.tx;
  pWork->pChunks = &pRestore->undo.chunks;
  pWork->pLive = &pRestore->undo.manifest;
  pWork->pWanted = &pRestore->wanted;
  pWork->xProgress = restoreProgress;
  pWork->pProgressArg = pRestore;
  pRestore->bSame = alreadySo(p, pRestore);
  if (pRestore->bSame) {
    return;
  }
  migRestoreLost(p, pWork);
  if (bLossCheck) {
    lossCheck(p, pRestore);
  }
  foreignStart(p, pRestore);
  migRestoreRun(p, pWork);
  migForeignCheck(p, &pRestore->foreign);
  pRestore->bSame = pWork->nOnly > 0 && pWork->nTable == 0 && !pWork->bForce;
  if (p->rc == SQLITE_OK) {
    migChangeReload(p, &pRestore->change);
    if (pWork->nOnly == 0) {
      pRestore->change.bTruth = 1;
      migMirrorKeep(p, &pRestore->change.state);
      migDriftKeep(p, aFingerprint);
    }
  }
}

/* Drop what was only needed on the way, and old automatic backups. */
static void restoreTidy(MigContext *p, Restore *pRestore) {
  MigBackup *pUndo = &pRestore->undo;
  MigList dropped = {0, 0};

  if (pRestore->iTemporary) {
    migBackupDrop(p, pRestore->iTemporary);
  }
  if (pRestore->change.pCall->bNoBackup) {
    migBackupDrop(p, pUndo->row.iBackup);
  }
  if (pRestore->iTemporary || pRestore->change.pCall->bNoBackup) {
    migRetainTidy(p, &pUndo->chunks);
  }
  if (!pRestore->change.pCall->bNoBackup && !pRestore->bSame) {
    migRetain(p, &pUndo->chunks, migSettingInt(p, 1, "max_backups"),
              pUndo->row.iBackup, &dropped);
    migProtectFiles(p, pRestore->change.tx.bOwn, &dropped, &pRestore->files);
  }
}

/* Number of the undo backup for results and history; 0 when it does not
** stay. */
static i64 undoNumber(const Restore *pRestore) {
  const MigCall *pCall = pRestore->change.pCall;

  return pCall->bNoBackup || pCall->bDryRun ? 0 : pRestore->undo.row.iBackup;
}

static void jsonNumber(MigContext *p, MigText *pText, i64 i) {
  if (i) {
    migTextF(p, pText, "%lld", i);
  } else {
    migTextStr(p, pText, "null");
  }
}

/* ,"tables":..,"rows":..,"lost":{..} */
static void jsonRestored(MigContext *p, MigText *pText,
                         const MigRestore *pWork) {
  int i;

  migTextF(p, pText, ",\"tables\":%d,\"rows\":%lld,\"lost\":{", pWork->nTable,
           pWork->nRow);
  for (i = 0; i < pWork->nLost && p->rc == SQLITE_OK; i++) {
    migTextStr(p, pText, i ? "," : "");
    migTextJson(p, pText, pWork->aLost[i].zTable);
    migTextF(p, pText, ":%lld", pWork->aLost[i].n);
  }
  migTextStr(p, pText, "}");
}

static i64 restoreMs(const Restore *pRestore) {
  const MigChange *pChange = &pRestore->change;

  return pChange->pCall->bNow ? 0 : migMonotonicMs() - pChange->msStart;
}

/* Write a backup to a file of its own. */
static void restoreToFile(MigContext *p, Restore *pRestore, const char *zTo,
                          MigText *pText) {
  MigChunks *pChunks = &pRestore->undo.chunks;
  char *zPath = 0;

  if (!pRestore->row.bSealed) {
    rowDamaged(p, pRestore);
    return;
  }
  if (strcmp(pRestore->row.zKind, "file") == 0) {
    migFail(p, MIG_USAGE, "backup %lld is a file already, %s; copy it",
            pRestore->row.iBackup, pRestore->row.zPath);
    return;
  }
  migChunksOpen(p, pChunks, 1);
  migBackupRead(p, pChunks, pRestore->row.iBackup, &pRestore->wanted);
  if (p->rc == SQLITE_OK && pRestore->wanted.bPartial) {
    migFail(p, MIG_UNSUPPORTED,
            "backup %lld holds only the tables that run %lld wrote, and makes"
            " no database; restore it in place",
            pRestore->row.iBackup, pRestore->row.iRun);
  }
  if (p->rc == SQLITE_OK) {
    zPath = migFileName(p, zTo, pRestore->change.zStartedAt);
  }
  if (p->rc == SQLITE_OK && !pRestore->change.pCall->bDryRun) {
    migFileWrite(p, zPath, pChunks, &pRestore->wanted, 0);
    pRestore->zWritten = p->rc ? 0 : zPath;
  }
  migTextF(p, pText,
           "{\"backup\":%lld,\"undo\":null,\"tables\":%lld,\"rows\":%lld,"
           "\"lost\":{},\"path\":",
           pRestore->row.iBackup, pRestore->row.nTable, pRestore->row.nRow);
  migTextJson(p, pText, zPath);
  migTextF(p, pText, ",\"ms\":%lld}", restoreMs(pRestore));
}

/* A table that cannot be read stops a restore over it, not one beside it. */
static void damagedAdvise(MigContext *p) {
  int rc = p->rc;
  char *z;

  if ((rc & 0xff) != SQLITE_CORRUPT || p->eCode != MIG_SQLITE || !p->zError) {
    return;
  }
  z = sqlite3_mprintf("%s", p->zError + strlen("migrate: SQLITE: "));
  if (z) {
    migErrorClear(p);
    migFailRc(p, rc, MIG_SQLITE,
              "%s; the backups may still be whole: migrate_restore('latest',"
              " '{\"to\":\"new.db\"}')",
              z);
  }
  sqlite3_free(z);
}

/*
** Restore a backup. Returns the JSON object {backup, undo, tables, rows, lost,
** ms} for the caller to free; with zTo also path, and the file stays as it
** is. Errors: BACKUP_UNKNOWN, BACKUP_DAMAGED, SCHEMA_MISMATCH, FILE; then
** nothing has changed.
*/
char *migBackupsRestore(MigContext *p, MigConnection *pConn,
                        const MigCall *pCall, const MigRestoreSpec *pSpec) {
  MigChangeNote note = {"restore", 0, 0, 0, 0, 0};
  MigText text = {0, 0, 0};
  Restore restore;
  char *zResult;

  memset(&restore, 0, sizeof(restore));
  migChangeBegin(p, &restore.change, pConn, pCall);
  if (p->rc == SQLITE_OK) {
    migBackupFind(p, pSpec->zBackup, &restore.row);
  }
  if (pSpec->zTo && p->rc == SQLITE_OK) {
    restoreToFile(p, &restore, pSpec->zTo, &text);
  } else if (p->rc == SQLITE_OK) {
    restore.work.nOnly = pSpec->tables.n;
    restore.work.azOnly = pSpec->tables.az;
    restore.work.bForce = pSpec->bForce;
    restore.work.zForce = "option force";
    restoreBegin(p, &restore, restore.row.iBackup);
    restoreRun(p, &restore, 0);
    damagedAdvise(p);
    restoreTidy(p, &restore);
    note.zMessage = migPrintf(p, "backup %lld", restore.row.iBackup);
    note.iBackup = undoNumber(&restore);
    note.nRow = restore.work.nRow;
    migChangeRecord(p, &restore.change, &note);
    migTextF(p, &text, "{\"backup\":%lld,\"undo\":", restore.row.iBackup);
    jsonNumber(p, &text, undoNumber(&restore));
    jsonRestored(p, &text, &restore.work);
    migTextF(p, &text, ",\"ms\":%lld}", restoreMs(&restore));
  }
  zResult = migResultText(p, text.z);
  migBackupClose(&restore.undo);
  migChangeEnd(p, &restore.change, pSpec->zTo == 0);
  migRestoreClose(p, &restore.work);
  if (p->rc && restore.zWritten) {
    migFileRemove(restore.zWritten);
  }
  if (p->rc == SQLITE_OK && !pCall->bDryRun) {
    migProtectDelete(&restore.files);
  }
  return zResult;
}

/* ---- downgrade from a backup ---- */

/* Is the applied set of the manifest that of the plan, repeatable revisions
** aside? */
static int appliedFits(const MigState *pState, const MigSet *pAfter,
                       const MigManifest *pManifest) {
  const MigGraph *g = pState->pGraph;
  int n = 0;
  int i;

  for (i = 0; i < g->nNode; i++) {
    n += migSetHas(pAfter, i) && !g->aNode[i].bRepeatable;
  }
  for (i = 0; i < pManifest->nApplied; i++) {
    int iNode = migGraphFind(g, pManifest->aApplied[i].zRevision);
    if (iNode < 0 ||
        (!g->aNode[iNode].bRepeatable && !migSetHas(pAfter, iNode))) {
      return 0;
    }
    n -= !g->aNode[iNode].bRepeatable;
  }
  return n == 0;
}

/* The run that applied a revision; of one with batches the run that began. */
static i64 stepRun(MigContext *p, const MigState *pState, int iNode) {
  const char *zId = pState->pGraph->aNode[iNode].zId;
  MigPartial partial;

  if (!migSetHas(&pState->applied, iNode)) {
    migPartialRead(p, zId, &partial);
    return partial.iRun;
  }
  return migQueryInt(p, 0,
                     "SELECT run FROM main._migrate_applied"
                     " WHERE revision = %Q",
                     zId);
}

/* The first run among those that applied the revisions to undo; the state
** before it is in its automatic backup. */
static i64 firstRun(MigContext *p, const MigState *pState,
                    const MigPlan *pPlan) {
  i64 iFirst = 0;
  int i;

  for (i = 0; i < pPlan->nStep && p->rc == SQLITE_OK; i++) {
    i64 iRun = stepRun(p, pState, pPlan->aStep[i]);
    iFirst = iFirst == 0 || iRun < iFirst ? iRun : iFirst;
  }
  return iFirst;
}

/* Find the automatic backup of the run that is undone. */
static void downgradeFind(MigContext *p, Restore *pRestore,
                          const MigPlan *pPlan) {
  i64 iRun = firstRun(p, &pRestore->change.state, pPlan);
  i64 iBackup = migQueryInt(p, 0,
                            "SELECT max(backup) FROM main._migrate_backups"
                            " WHERE run = %lld AND action = 'upgrade'",
                            iRun);

  if (p->rc == SQLITE_OK && iBackup == 0) {
    migFail(p, MIG_BACKUP_UNKNOWN,
            "no automatic backup of run %lld is there; downgrade by the down"
            " scripts, or restore another backup",
            iRun);
  }
  if (p->rc == SQLITE_OK) {
    migBackupFind(p, migPrintf(p, "%lld", iBackup), &pRestore->row);
  }
}

/* One history row for each revision that was undone. */
static void downgradeRecord(MigContext *p, Restore *pRestore,
                            const MigGraph *pGraph, const MigPlan *pPlan) {
  MigChangeNote note = {"downgrade", 0, 0, 0, 0, 0};
  MigRevision rev;
  int i;

  for (i = 0; i < pPlan->nStep && p->rc == SQLITE_OK; i++) {
    if (migRevisionGet(p, pGraph->aNode[pPlan->aStep[i]].zId, &rev)) {
      note.zRevision = rev.zId;
      note.zMessage = rev.zMessage;
      note.aChecksum = rev.aChecksum;
      migChangeRecord(p, &pRestore->change, &note);
    }
  }
  memset(&note, 0, sizeof(note));
  note.zAction = "downgrade";
  note.zMessage = migPrintf(p, "restored backup %lld", pRestore->row.iBackup);
  note.iBackup = undoNumber(pRestore);
  note.nRow = pRestore->work.nRow;
  migChangeRecord(p, &pRestore->change, &note);
}

static char *downgradeResult(MigContext *p, const Restore *pRestore,
                             int bNothing) {
  const MigChange *pChange = &pRestore->change;
  MigText text = {0, 0, 0};

  if (bNothing || pChange->pCall->bDryRun) {
    migTextStr(p, &text, "{\"run\":null");
  } else {
    migTextF(p, &text, "{\"run\":%lld", pChange->iRun);
  }
  migTextStr(p, &text, ",\"direction\":\"down\",\"from\":");
  migTextStr(p, &text, migJsonIds(p, pChange->zFrom));
  migTextStr(p, &text, ",\"to\":");
  if (p->rc == SQLITE_OK) {
    migTextStr(p, &text,
               migJsonIds(p, migStateNames(p, &pChange->state,
                                           &pChange->state.current)));
  }
  migTextStr(p, &text, ",\"steps\":[],\"backup\":");
  jsonNumber(p, &text, bNothing ? 0 : undoNumber(pRestore));
  migTextStr(p, &text, ",\"restored\":");
  jsonNumber(p, &text, bNothing ? 0 : pRestore->row.iBackup);
  jsonRestored(p, &text, &pRestore->work);
  migTextF(p, &text, ",\"dry_run\":%s,\"committed\":%s,\"ms\":%lld}",
           pChange->pCall->bDryRun ? "true" : "false",
           pChange->tx.bOwn && !pChange->pCall->bDryRun ? "true" : "false",
           restoreMs(pRestore));
  return migResultText(p, text.z);
}

/* The revisions that a run has applied and that still are, by commas. */
static char *runRevisions(MigContext *p, i64 iRun, int *pn) {
  sqlite3_stmt *pStmt =
      migPrepareF(p,
                  "SELECT revision FROM main._migrate_applied WHERE run = %lld"
                  " ORDER BY revision",
                  iRun);
  MigList list = {0, 0};

  while (migStep(p, pStmt)) {
    migListAdd(p, &list, migColumnText(p, pStmt, 0));
  }
  migFinalize(p, pStmt);
  *pn = list.n;
  return migIdsText(p, &list);
}

/* RANGE: the backup leads back to another place than the target. */
static void downgradeRefuse(MigContext *p, const Restore *pRestore) {
  const MigBackupRow *pRow = &pRestore->row;
  const char *z = pRow->zRevisions;
  int bBase = z == 0 || z[0] == 0;
  int n = 0;
  char *zRun = runRevisions(p, pRow->iRun, &n);

  if (p->rc == SQLITE_OK && n > 1 && (bBase || strchr(z, ',') == 0)) {
    migFail(p, MIG_RANGE,
            "run %lld applied %s together, and its backup leads back to before"
            " all of them: migrate_downgrade('%s', '{\"restore\":true}')",
            pRow->iRun, zRun, bBase ? "base" : z);
  } else {
    migFail(p, MIG_RANGE,
            "the backup of run %lld is of other revisions, %s; go back in the"
            " order of the runs, or use migrate_restore()",
            pRow->iRun, bBase ? "none" : z);
  }
}

/*
** Downgrade to zTarget by restoring the automatic backup of the run that
** applied what lies above it; no down script is run. Returns the JSON object
** of migrate_downgrade() with restored, tables, rows and lost, for the caller
** to free. Errors: those of targets, BACKUP_UNKNOWN, RANGE when that run was
** not the last, DATA_LOSS when rows would go that option allow_loss does not
** name.
*/
char *migBackupsDowngrade(MigContext *p, MigConnection *pConn,
                          const MigCall *pCall, const char *zTarget) {
  const MigGraph *pGraph = 0;
  Restore restore;
  MigPlan plan;
  char *zResult;

  memset(&restore, 0, sizeof(restore));
  memset(&plan, 0, sizeof(plan));
  migChangeBegin(p, &restore.change, pConn, pCall);
  if (p->rc == SQLITE_OK) {
    pGraph = restore.change.state.pGraph;
    migRunPlanDown(p, &restore.change.state, 1, zTarget, &plan);
  }
  if (p->rc == SQLITE_OK && plan.nStep) {
    migSetIntersect(&plan.after, &restore.change.state.applied);
    downgradeFind(p, &restore, &plan);
    restore.work.zForce = migPrintf(
        p, "migrate_restore(%lld, '{\"force\":true}')", restore.row.iBackup);
    restoreBegin(p, &restore, restore.row.iBackup);
    if (p->rc == SQLITE_OK &&
        !appliedFits(&restore.change.state, &plan.after, &restore.wanted)) {
      downgradeRefuse(p, &restore);
    }
    restoreRun(p, &restore, 1);
    restoreTidy(p, &restore);
    downgradeRecord(p, &restore, pGraph, &plan);
  }
  zResult = downgradeResult(p, &restore, plan.nStep == 0);
  migBackupClose(&restore.undo);
  migChangeEnd(p, &restore.change, plan.nStep > 0);
  migRestoreClose(p, &restore.work);
  if (p->rc == SQLITE_OK && !pCall->bDryRun) {
    migProtectDelete(&restore.files);
  }
  return zResult;
}

/* ---- prune ---- */

/* Drop the backups that are named, and count them. All names are looked up
** before any goes: two may mean the same one. */
static int pruneNamed(MigContext *p, const MigList *pList, MigList *pFiles) {
  i64 *ai = migAlloc(p, (u64)pList->n * sizeof(i64));
  MigBackupRow row;
  int n = 0;
  int i;
  int k;

  for (i = 0; i < pList->n && migBackupFind(p, pList->az[i], &row); i++) {
    for (k = 0; k < n && ai[k] != row.iBackup; k++) {
    }
    if (k == n) {
      ai[n++] = row.iBackup;
    }
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    migRetainDrop(p, ai[i], pFiles);
  }
  return n;
}

/* Drop all but the newest nKeep manual ones, or automatic ones. */
static int pruneOld(MigContext *p, i64 nKeep, int bManual, MigList *pFiles) {
  i64 *ai = 0;
  int n = migRetainSelect(p, nKeep, bManual, 0, &ai);
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    migRetainDrop(p, ai[i], pFiles);
  }
  return n;
}

/*
** Drop backups, and the chunks that nothing needs any more. Returns the JSON
** object {backups, chunks, bytes} for the caller to free. BACKUP_UNKNOWN for a
** number that is not there, BACKUP_DAMAGED when one that stays cannot be read.
*/
char *migBackupsPrune(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const MigPruneSpec *pSpec) {
  MigChangeNote note = {"prune", 0, 0, 0, 0, 0};
  MigList dropped = {0, 0};
  MigList files = {0, 0};
  MigSwept swept = {0, 0};
  MigChunks chunks;
  MigChange change;
  char *zResult;
  int n = 0;

  memset(&chunks, 0, sizeof(chunks));
  migChangeBegin(p, &change, pConn, pCall);
  migChunksOpen(p, &chunks, 1);
  if (p->rc == SQLITE_OK && pSpec->backups.n) {
    n = pruneNamed(p, &pSpec->backups, &dropped);
  }
  if (p->rc == SQLITE_OK && (pSpec->bKeep || pSpec->backups.n == 0)) {
    i64 nKeep =
        pSpec->bKeep ? pSpec->nKeep : migSettingInt(p, 1, "max_backups");
    n += pruneOld(p, nKeep, 0, &dropped);
    n += pSpec->bManual ? pruneOld(p, nKeep, 1, &dropped) : 0;
  }
  if (p->rc == SQLITE_OK) {
    migRetainSweep(p, &chunks, &swept);
  }
  migChunksClose(&chunks);
  migProtectFiles(p, change.tx.bOwn, &dropped, &files);
  if (n || swept.nChunk) {
    note.zMessage = migPrintf(p, "%d backups, %lld chunks", n, swept.nChunk);
    migChangeRecord(p, &change, &note);
  }
  zResult = migResultText(
      p, migPrintf(p, "{\"backups\":%d,\"chunks\":%lld,\"bytes\":%lld}", n,
                   swept.nChunk, swept.nByte));
  migChangeEnd(p, &change, n || swept.nChunk);
  if (p->rc == SQLITE_OK && !pCall->bDryRun) {
    migProtectDelete(&files);
  }
  return zResult;
}
