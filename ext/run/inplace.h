/*
** inplace.h - a backup restored in place.
**
** What migrate_restore() and a downgrade from a backup have in common:
**
**   migChangeBegin(p, &restore.change, pConn, pCall);
**   migBackupFind(p, zBackup, &restore.row);
**   ... of restore.work nOnly, azOnly, bForce and zForce filled in
**   migInplaceBegin(p, &restore, restore.row.iBackup);
**   migInplaceRun(p, &restore, bLossCheck);
**   migInplaceTidy(p, &restore);
**   ... recorded, and the result made
**   migBackupClose(&restore.undo);      these three on every path
**   migChangeEnd(p, &restore.change, bCommit);
**   migRestoreClose(p, &restore.work);
**   migProtectDelete(&restore.files);   when that has succeeded
*/
#ifndef MIG_INPLACE_H
#define MIG_INPLACE_H

#include "backup.h"
#include "change.h"
#include "foreign.h"
#include "restore.h"
#include "text.h"

/* A restore under way. Zero-initialize. Once begun it needs migBackupClose() of
** undo, migChangeEnd() and migRestoreClose(), in this order, on every path. */
typedef struct MigInplace {
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
} MigInplace;

void migInplaceDamaged(MigContext *p, const MigInplace *pRestore);
void migInplaceBegin(MigContext *p, MigInplace *pRestore, i64 iBackup);
void migInplaceRun(MigContext *p, MigInplace *pRestore, int bLossCheck);
void migInplaceTidy(MigContext *p, MigInplace *pRestore);

i64 migInplaceUndo(const MigInplace *pRestore);
void migInplaceNumber(MigContext *p, MigText *pText, i64 i);
void migInplaceJson(MigContext *p, MigText *pText, const MigRestore *pWork);
i64 migInplaceMs(const MigInplace *pRestore);

#endif
