/*
** backups.h - backup, restore, prune, and downgrade from a backup.
*/
#ifndef MIG_BACKUPS_H
#define MIG_BACKUPS_H

#include "change.h"
#include "text.h"

/* What migrate_restore() is told. */
typedef struct MigRestoreSpec {
  const char *zBackup; /* number, or latest */
  const char *zTo;     /* write a file instead, or NULL */
  MigList tables;      /* only these */
  int bForce;          /* go on where definitions differ */
} MigRestoreSpec;

#define MIG_KEEP_ALL 0x7fffffffffffffffLL

/* What migrate_prune() is told. */
typedef struct MigPruneSpec {
  int bKeep;       /* a number is given */
  i64 nKeep;       /* backups to keep */
  int bManual;     /* manual ones too */
  MigList backups; /* numbers of single backups */
} MigPruneSpec;

char *migBackupsTake(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                     const char *zNote, const char *zTo);
char *migBackupsRestore(MigContext *p, MigConnection *pConn,
                        const MigCall *pCall, const MigRestoreSpec *pSpec);
char *migBackupsPrune(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const MigPruneSpec *pSpec);
char *migBackupsDowngrade(MigContext *p, MigConnection *pConn,
                          const MigCall *pCall, const char *zTarget);

#endif
