/*
** backups.h - backups taken and pruned.
*/
#ifndef MIG_BACKUPS_H
#define MIG_BACKUPS_H

#include "backup.h"
#include "change.h"
#include "text.h"

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

void migBackupsStart(MigChange *pChange, MigBackup *pBackup, const char *zKind,
                     const char *zAction);
char *migBackupsTake(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                     const char *zNote, const char *zTo);
char *migBackupsPrune(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const MigPruneSpec *pSpec);

#endif
