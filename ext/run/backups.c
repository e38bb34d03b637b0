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
**
** A restore, in the order that matters:
**   1. the lock is held and the state loaded (change.c);
**   2. the row of the backup is found and its seal looked at, a file read in;
**   3. the mirror is asked whether its owner has gone on: before any table is
**      written, as its rows are among those that are restored;
**   4. the backup of the database as it is, complete. That it is taken before
**      anything changes makes it the way back and the measure at once;
**   5. what would be lost is counted;
**   6. restore.c writes what differs, reads it back and compares; before it
**      writes a table, violations around that one are counted;
**   7. the state is loaded again, as it is another one; mirror and kept schema
**      follow it, unless only some tables were restored;
**   8. temporary and old backups go, then chunks that nobody needs;
**   9. history, commit, and only then files of dropped backups.
**
** Files are outside the transaction. One that was written is deleted when the
** call fails after it; one that a dropped backup was in is deleted only when
** the commit has succeeded. In between a crash leaves a file too many, never
** one too few.
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

/* Fill in what a backup of this change says about itself: zeroed else, and not
** begun. Its heads are those of before the change. */
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
** Take a backup of all tables, and with zTo write it to that file, or to a new
** one in that folder, as well. zNote and zTo may be NULL. Returns its number as
** text, for the caller to free; in a dry run it is the one that would be given,
** and no file is written. Errors: FILE, TOO_BIG, STORE_DAMAGED, those of
** migFileWrite() and of any change; then there is neither a backup nor a file.
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

/* A restore under way. Zero-initialize. Once begun it needs migBackupClose() of
** undo, migChangeEnd() and migRestoreClose(), in this order, on every path. */
typedef struct Restore {
  MigChange change;
  MigBackupRow row;   /* what is restored */
  i64 iTemporary;     /* backup made from a file, to be dropped; or 0 */
  MigManifest wanted; /* what it holds, or what the temporary one does */
  MigBackup undo;     /* the database as it is; its chunk store is also the one
                      ** that the wanted backup is read from */
  MigRestore work;
  int bSame;            /* the database is as wanted already */
  MigForeign foreign;   /* zero: nothing is watched */
  const char *zWritten; /* file that was written, or NULL */
  MigList files;        /* to delete after the commit */
} Restore;

/* Where the file of a backup is: its path is relative to the folder of the
** database. FILE and NULL when the database has no folder, or the path leads
** out of it: it comes from the file, which may be anyone's. */
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

/*
** Read the backup that a file holds into the store, as backup iTemporary.
** BACKUP_DAMAGED when the file is not the one that was written, or nobody knows
** its hash, unless forced; the errors of migFileOpen(), which are not forced.
*/
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

/* BACKUP_DAMAGED, as the seal of the row does not fit. That cannot be forced:
** nobody knows what the row has said. */
static void rowDamaged(MigContext *p, const Restore *pRestore) {
  migFail(p, MIG_BACKUP_DAMAGED,
          "the row of backup %lld in _migrate_backups is not as it was written;"
          " use another backup",
          pRestore->row.iBackup);
}

/* Read what to restore, the manifest of backup iBackup, and begin the backup
** that undoes it. A file is read into the store first, so its backup is older
** than that one. */
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

/* The first one after a run of those verbs that can have written tables of the
** user, in words. */
static const char zLater[] =
    "SELECT replace(action, 'table', 'change by migrate_table') ||"
    " ' of run ' || run FROM main._migrate_history"
    " WHERE run > %lld AND outcome <> 'failed'"
    " AND action IN('upgrade', 'downgrade', 'restore', 'table')"
    " ORDER BY seq LIMIT 1";

/* A backup with the tables of one run fits only right after that run:
** SCHEMA_MISMATCH when another one has written since, unless forced. */
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

/* Is a table among those of option allow_loss, in any case of its letters? */
static int lossAllowed(const MigCall *pCall, const char *zTable) {
  int i;

  for (i = 0; i < pCall->nAllowLoss; i++) {
    if (migStrICmp(pCall->azAllowLoss[i], zTable) == 0) {
      return 1;
    }
  }
  return 0;
}

/* DATA_LOSS when rows would go that nobody said may go. migRestoreLost() has
** counted them. */
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

/* xProgress of MigRestore, in bytes; pArg is the Restore. SQLITE when the
** function that is told has ended the transaction. */
static void restoreProgress(MigContext *p, void *pArg, i64 nDone, i64 nTotal) {
  const Restore *pRestore = pArg;

  migProgress(p, pRestore->change.pCall->zProgress, "restore", nDone, nTotal);
  migTransactionCheck(p, &pRestore->change.tx,
                      "the function of option progress");
}

/* ---- foreign keys ---- */

/* xTable of MigRestore: a table is about to be written or dropped; pArg is the
** Restore. */
static void foreignWatch(MigContext *p, void *pArg, const char *zTable) {
  Restore *pRestore = pArg;

  migForeignWatch(p, &pRestore->foreign, zTable);
}

/* Can any table that is there, or that comes, refer to another? By the word in
** its definition, which may also be in a name: then they are watched for
** nothing. */
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

/* Begin to watch, when only some tables are restored: a backup of everything
** holds together as it did. Nothing is watched when forced. */
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

/*
** Take the backup that undoes this, compare, write; with bLossCheck only when
** no rows go that may not. restoreBegin() has gone before. bSame says
** afterwards that nothing was to be written. Errors: those of migRestoreRun(),
** SCHEMA_MISMATCH, DATA_LOSS, FOREIGN_KEY, UNSUPPORTED for the mirror; the
** caller undoes the change then.
*/
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
    if (pWork->nOnly == 0) { /* only then the applied set is that of the backup,
                             ** and the schema that of its revisions */
      pRestore->change.bTruth = 1;
      migMirrorKeep(p, &pRestore->change.state);
      migDriftKeep(p, aFingerprint);
    }
  }
}

/* Drop what was only needed on the way, and old automatic backups, but only
** when the one that was taken is worth keeping instead. Paths of files go to
** files: they are deleted after the commit. */
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

/* Append the number of a backup; 0 is null. */
static void jsonNumber(MigContext *p, MigText *pText, i64 i) {
  if (i) {
    migTextF(p, pText, "%lld", i);
  } else {
    migTextStr(p, pText, "null");
  }
}

/* Append ,"tables":2,"rows":31,"lost":{"log":4}: tables and rows that were
** written, and of each table how many rows went that the backup lacks. */
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

/* Milliseconds since the call began; 0 with option now, so that the same call
** gives the same result. */
static i64 restoreMs(const Restore *pRestore) {
  const MigChange *pChange = &pRestore->change;

  return pChange->pCall->bNow ? 0 : migMonotonicMs() - pChange->msStart;
}

/*
** Write a backup to a file of its own, and append the whole result to pText.
** Nothing in this database is written; zWritten is the file, for the caller to
** delete should the call fail later. In a dry run no file is written. Errors:
** BACKUP_DAMAGED, USAGE for one that is a file, UNSUPPORTED for one that holds
** only some tables, FILE, and those of migFileWrite().
*/
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

/* After an SQLITE_CORRUPT: a table that cannot be read stops a restore over it,
** not one beside it, so the message says how to do that. Without memory for
** the longer message the shorter one stays. */
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
** Restore a backup: schema, rows and the applied set, with pSpec->tables the
** rows and definitions of these alone. History and revisions stay. Returns the
** JSON object {backup, undo, tables, rows, lost, ms} for the caller to free;
** with zTo also path, and the database stays as it is. Rows that go are counted
** in lost, and no reason to refuse: undo is the way back, unless the call wants
** none.
**
** Errors: BACKUP_UNKNOWN, BACKUP_DAMAGED, SCHEMA_MISMATCH, FOREIGN_KEY, USAGE
** for a table, FILE, those of migRestoreRun() and of any change; then nothing
** has changed.
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

/* Is the applied set of the manifest the one that a plan leads to, pAfter,
** repeatable revisions aside? 0 when it has one that is not stored any more. */
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

/* The run that applied a revision; of one that is applied in part the run that
** began it. 0 after an error. */
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

/* Find the automatic backup of the run that is undone, the first of those that
** applied a step of the plan: its row in pRestore->row. BACKUP_UNKNOWN when it
** was not taken, or dropped. */
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

/* One history row for each revision that was undone, in the order of the plan,
** and one for the call. pGraph is that of before the restore, of which the plan
** is. */
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

/* The result of a downgrade, as record.c makes it, and what came of the
** restore; bNothing: the plan was empty. For the caller to free. No down script
** has run, so there are no steps. */
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

/* The revisions that a run has applied and that still are, by commas, sorted;
** *pn is how many. */
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

/* RANGE: the backup leads back to another place than the target. The message
** names the target that it fits, where that can be said in one. */
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
** to free. When nothing lies above the target nothing is restored, and nothing
** written.
**
** Unlike a restore it gives up no rows that were written since, unless the call
** names their tables. Errors: those of targets, BACKUP_UNKNOWN, RANGE when the
** backup leads to another place than the target, DATA_LOSS when rows would go
** that option allow_loss does not name, and those of a restore; then nothing
** has changed.
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
** before any goes: two may mean the same one, and "latest" is the latest of
** all. BACKUP_UNKNOWN. Paths of files go to pFiles. */
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

/* Drop all but the newest nKeep manual ones, or automatic ones, of which the
** last from before an upgrade stays in any case. How many went; paths of files
** go to pFiles. */
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
** object {backups, chunks, bytes} for the caller to free: bytes are those of
** the chunks, as they were stored. The file itself does not get smaller by it.
** Nothing is recorded when nothing went. BACKUP_UNKNOWN for a number that is
** not there, BACKUP_DAMAGED when one that stays cannot be read, TOO_BIG, and
** the errors of any change; then all backups stay. Files of dropped backups are
** deleted after the commit, and not at all inside a caller's transaction.
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
