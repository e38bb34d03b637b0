/*
** offline.h - a range of revisions as a script for SQLite without us.
*/
#ifndef MIG_OFFLINE_H
#define MIG_OFFLINE_H

#include "offlineplan.h"

char *migOfflineScript(MigContext *p, const MigOfflineSpec *pSpec);

#endif
