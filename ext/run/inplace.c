/*
** inplace.c - a backup restored in place.
**
** migrate_restore() does it (backups_restore.c), and a downgrade from a backup
** (backups_downgrade.c). The call finds the row of the backup and begins, ends
** and records the change; all else is here.
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
**   9. history, commit, and only then files of dropped backups (backups.c).
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "settings.h"
#include "file.h"
#include "retain.h"
#include "drift.h"
#include "mirror.h"
#include "progress.h"
#include "protect.h"
#include "backups.h"
#include "inplace.h"

/* ---- what is restored ---- */

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
static void fileRead(MigContext *p, MigInplace *pRestore) {
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
  migBackupsStart(&pRestore->change, &backup, "full", "restore");
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

/*
** Fail with BACKUP_DAMAGED, as the seal of the row does not fit. That cannot be
** forced: nobody knows what the row has said.
*/
void migInplaceDamaged(MigContext *p, const MigInplace *pRestore) {
  migFail(p, MIG_BACKUP_DAMAGED,
          "the row of backup %lld in _migrate_backups is not as it was written;"
          " use another backup",
          pRestore->row.iBackup);
}

/*
** Read what to restore, the manifest of backup iBackup, and begin the backup
** that undoes it. A file is read into the store first, so its backup is older
** than that one. The row is filled in already (migBackupFind()). Errors:
** BACKUP_DAMAGED, FILE, those of migFileOpen(), migBackupBegin() and
** migBackupRead(); what was begun is the caller's to close then, too.
*/
void migInplaceBegin(MigContext *p, MigInplace *pRestore, i64 iBackup) {
  MigBackup *pUndo = &pRestore->undo;
  MigChange *pChange = &pRestore->change;

  if (p->rc == SQLITE_OK && !pRestore->row.bSealed) {
    migInplaceDamaged(p, pRestore);
  }
  if (p->rc == SQLITE_OK && strcmp(pRestore->row.zKind, "file") == 0) {
    fileRead(p, pRestore);
    iBackup = pRestore->iTemporary;
  }
  if (p->rc == SQLITE_OK) {
    migBackupsStart(pChange, pUndo, "full", "restore");
    migBackupBegin(p, pUndo, pChange->iLevel);
    migBackupRead(p, &pUndo->chunks, iBackup, &pRestore->wanted);
  }
}

/* ---- what may stand against it ---- */

/* The first one after a run of those verbs that can have written tables of the
** user, in words. After: by when it was written, as a run in batches can end
** behind one with a higher number. One that was killed has no row: what is then
** after it has a higher number. */
static const char zLater[] =
    "SELECT replace(action, 'table', 'change by migrate_table') ||"
    " ' of run ' || run FROM main._migrate_history"
    " WHERE seq > coalesce((SELECT max(seq) FROM main._migrate_history"
    " WHERE run = %lld), (SELECT max(seq) FROM main._migrate_history"
    " WHERE run < %lld), 0) AND outcome <> 'failed'"
    " AND action IN('upgrade', 'downgrade', 'restore', 'table')"
    " ORDER BY seq LIMIT 1";

/* A backup with the tables of one run fits only right after that run:
** SCHEMA_MISMATCH when another one has written since, unless forced. */
static void touchedCheck(MigContext *p, const MigInplace *pRestore) {
  const char *zLast;

  if (p->rc || !pRestore->wanted.bPartial || pRestore->work.bForce) {
    return;
  }
  zLast = migQueryText(p, zLater, pRestore->row.iRun, pRestore->row.iRun);
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
static void lossCheck(MigContext *p, const MigInplace *pRestore) {
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

/* ---- foreign keys ---- */

/* xTable of MigRestore: a table is about to be written or dropped; pArg is the
** MigInplace. */
static void foreignWatch(MigContext *p, void *pArg, const char *zTable) {
  MigInplace *pRestore = pArg;

  migForeignWatch(p, &pRestore->foreign, zTable);
}

/* Can any table that is there, or that comes, refer to another? By the word in
** its definition, which may also be in a name: then they are watched for
** nothing. */
static int anyForeign(const MigInplace *pRestore) {
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
static void foreignStart(MigContext *p, MigInplace *pRestore) {
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

/* ---- compared and written ---- */

/* xProgress of MigRestore, in bytes; pArg is the MigInplace. SQLITE when the
** function that is told has ended the transaction. */
static void restoreProgress(MigContext *p, void *pArg, i64 nDone, i64 nTotal) {
  const MigInplace *pRestore = pArg;

  migProgress(p, pRestore->change.pCall->zProgress, "restore", nDone, nTotal);
  migTransactionCheck(p, &pRestore->change.tx,
                      "the function of option progress");
}

/* Is the database what the backup says, to the byte of the manifest? Then
** nothing has to be done, and no older backup gives way to the undo. */
static int alreadySo(MigContext *p, const MigInplace *pRestore) {
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

/* Take the backup that undoes this, compare, write; as migInplaceRun() says. */
static void inplaceWrite(MigContext *p, MigInplace *pRestore, int bLossCheck) {
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
** Take the backup that undoes this, compare, write; with bLossCheck only when
** no rows go that may not. migInplaceBegin() has gone before. bSame says
** afterwards that nothing was to be written. Errors: those of migRestoreRun(),
** SCHEMA_MISMATCH, DATA_LOSS, FOREIGN_KEY, UNSUPPORTED for the mirror; the
** caller undoes the change then.
*/
void migInplaceRun(MigContext *p, MigInplace *pRestore, int bLossCheck) {
  inplaceWrite(p, pRestore, bLossCheck);
  damagedAdvise(p);
}

/*
** Drop what was only needed on the way, and old automatic backups, but only
** when the one that was taken is worth keeping instead. Paths of files go to
** files: they are deleted after the commit. Errors: those of migBackupDrop(),
** migRetain() and migRetainTidy(); the caller undoes the change then.
*/
void migInplaceTidy(MigContext *p, MigInplace *pRestore) {
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

/* ---- what came of it ---- */

/*
** Number of the undo backup for results and history; 0 when it does not stay.
*/
i64 migInplaceUndo(const MigInplace *pRestore) {
  const MigCall *pCall = pRestore->change.pCall;

  return pCall->bNoBackup || pCall->bDryRun ? 0 : pRestore->undo.row.iBackup;
}

/*
** Append the number of a backup to pText, as JSON; 0 is null.
*/
void migInplaceNumber(MigContext *p, MigText *pText, i64 i) {
  if (i) {
    migTextF(p, pText, "%lld", i);
  } else {
    migTextStr(p, pText, "null");
  }
}

/*
** Append ,"tables":2,"rows":31,"lost":{"log":4} to pText: tables and rows that
** were written, and of each table how many rows went that the backup lacks.
*/
void migInplaceJson(MigContext *p, MigText *pText, const MigRestore *pWork) {
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

/*
** Milliseconds since the call began; 0 with option now, so that the same call
** gives the same result.
*/
i64 migInplaceMs(const MigInplace *pRestore) {
  const MigChange *pChange = &pRestore->change;

  return pChange->pCall->bNow ? 0 : migMonotonicMs() - pChange->msStart;
}
