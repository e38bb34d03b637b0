/*
** backups_restore.c - a backup restored, in place or to a file.
**
** In place it is as inplace.c has it. With a path to write to, a database file
** is made of the backup, and the change is undone: this database stays as it
** is. That file goes again when the call fails after it was written.
*/
#include <string.h>
#include "file.h"
#include "protect.h"
#include "inplace.h"
#include "backups_restore.h"

/*
** Write a backup to a file of its own, and append the whole result to pText.
** Nothing in this database is written; zWritten is the file, for the caller to
** delete should the call fail later. In a dry run no file is written. Errors:
** BACKUP_DAMAGED, USAGE for one that is a file, UNSUPPORTED for one that holds
** only some tables, FILE, and those of migFileWrite().
*/
static void restoreToFile(MigContext *p, MigInplace *pRestore, const char *zTo,
                          MigText *pText) {
  MigChunks *pChunks = &pRestore->undo.chunks;
  char *zPath = 0;

  if (!pRestore->row.bSealed) {
    migInplaceDamaged(p, pRestore);
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
  migTextF(p, pText, ",\"ms\":%lld}", migInplaceMs(pRestore));
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
  MigInplace restore;
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
    migInplaceBegin(p, &restore, restore.row.iBackup);
    migInplaceRun(p, &restore, 0);
    migInplaceTidy(p, &restore);
    note.zMessage = migPrintf(p, "backup %lld", restore.row.iBackup);
    note.iBackup = migInplaceUndo(&restore);
    note.nRow = restore.work.nRow;
    migChangeRecord(p, &restore.change, &note);
    migTextF(p, &text, "{\"backup\":%lld,\"undo\":", restore.row.iBackup);
    migInplaceNumber(p, &text, migInplaceUndo(&restore));
    migInplaceJson(p, &text, &restore.work);
    migTextF(p, &text, ",\"ms\":%lld}", migInplaceMs(&restore));
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
