/*
** backups_restore.h - a backup restored, in place or to a file.
*/
#ifndef MIG_BACKUPS_RESTORE_H
#define MIG_BACKUPS_RESTORE_H

#include "call.h"
#include "caller.h"
#include "text.h"

/* What migrate_restore() is told. */
typedef struct MigRestoreSpec {
  const char *zBackup; /* number, or latest */
  const char *zTo;     /* write a file instead, or NULL; then no tables */
  MigList tables;      /* only these; empty: everything */
  int bForce;          /* go on where definitions differ, rows lose their
                       ** parent, or a file has another hash */
} MigRestoreSpec;

char *migBackupsRestore(MigContext *p, MigConnection *pConn,
                        const MigCall *pCall, const MigRestoreSpec *pSpec);

#endif
