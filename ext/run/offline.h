/*
** offline.h - a range of revisions as a script for SQLite without us.
*/
#ifndef MIG_OFFLINE_H
#define MIG_OFFLINE_H

#include "context.h"

/* What migrate_sql() is told. */
typedef struct MigOfflineSpec {
  const char *zRange; /* low:high, or a target, from base; not NULL */
  int bShell;         /* with commands of the sqlite3 shell */
  int bBookkeeping;   /* with the store's own rows */
} MigOfflineSpec;

char *migOfflineScript(MigContext *p, const MigOfflineSpec *pSpec);

#endif
