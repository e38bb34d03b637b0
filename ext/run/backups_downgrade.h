/*
** backups_downgrade.h - downgrade from a backup.
*/
#ifndef MIG_BACKUPS_DOWNGRADE_H
#define MIG_BACKUPS_DOWNGRADE_H

#include "call.h"
#include "caller.h"

char *migBackupsDowngrade(MigContext *p, MigConnection *pConn,
                          const MigCall *pCall, const char *zTarget);

#endif
