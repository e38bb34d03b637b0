/*
** offlineschema.h - the schema that the steps of an offline script stand on;
** for the files offline*.c only.
*/
#ifndef MIG_OFFLINESCHEMA_H
#define MIG_OFFLINESCHEMA_H

#include "offlineplan.h"

void migOfflineSchemaStart(MigContext *p, MigOffline *po);
void migOfflineSchemaRead(MigContext *p, MigOffline *po);
void migOfflineSchemaLook(MigContext *p, MigOffline *po);

#endif
