/*
** backup_views.h - the tables about backups. Each function is the xFill of one
** of them (rows.h).
*/
#ifndef MIG_BACKUP_VIEWS_H
#define MIG_BACKUP_VIEWS_H

#include "rows.h"

void migFillBackups(MigContext *p, MigConnection *pConn, MigRows *pRows);
void migFillBackupTables(MigContext *p, MigConnection *pConn, MigRows *pRows);
void migFillBackupDiff(MigContext *p, MigConnection *pConn, MigRows *pRows);

#endif
