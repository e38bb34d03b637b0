/*
** offlinebody.h - the transactions of an offline script; for offline.c only.
*/
#ifndef MIG_OFFLINEBODY_H
#define MIG_OFFLINEBODY_H

#include "offlineplan.h"

void migOfflineBodyWrite(MigContext *p, MigOffline *po);

#endif
