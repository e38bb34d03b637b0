/*
** backups.c - backups taken and pruned.
**
** Each is one change of the store that runs no script (change.c). What a backup
** is, and how it is read and written, is in backup.c; which ones may go, and
** the chunks with them, in retain.c.
**
** Files are outside the transaction. One that was written is deleted when the
** call fails after it; one that a dropped backup was in is deleted only when
** the commit has succeeded. In between a crash leaves a file too many, never
** one too few.
*/
#include <string.h>
#include "settings.h"
#include "file.h"
#include "retain.h"
#include "protect.h"
#include "backups.h"

/* ---- backup ---- */

/*
** Fill in what a backup of this change says about itself: zeroed else, and not
** begun. Its heads are those of before the change. The texts are borrowed until
** the backup is closed.
*/
void migBackupsStart(MigChange *pChange, MigBackup *pBackup, const char *zKind,
                     const char *zAction) {
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
  migBackupsStart(&change, &backup, "manual", "backup");
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
