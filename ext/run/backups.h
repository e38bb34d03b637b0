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
  const char *zTo;     /* write a file instead, or NULL; then no tables */
  MigList tables;      /* only these; empty: everything */
  int bForce;          /* go on where definitions differ, rows lose their
                       ** parent, or a file has another hash */
} MigRestoreSpec;

/* So many backups that none is too old. */
#define MIG_KEEP_ALL 0x7fffffffffffffffLL

/* What migrate_prune() is told. Single backups go besides what is too old; who
** wants these alone keeps all others. */
typedef struct MigPruneSpec {
  int bKeep;       /* nKeep counts; else, without backups, max_backups does */
  i64 nKeep;       /* automatic backups to keep, 0 or more */
  int bManual;     /* so many of the manual ones, too: else none of them goes */
  MigList backups; /* numbers of single backups, or latest, of any kind */
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
