/*
** rowguard.h - a table that a revision replaces keeps its rows.
*/
#ifndef MIG_ROWGUARD_H
#define MIG_ROWGUARD_H

#include "context.h"

typedef struct MigGuarded MigGuarded;

/* Tables dropped or renamed by the revision that runs. */
typedef struct MigRowGuard {
  MigGuarded *pFirst;
} MigRowGuard;

void migRowGuardBefore(MigContext *p, MigRowGuard *pGuard, const char *zTable);
void migRowGuardCheck(MigContext *p, MigRowGuard *pGuard);

#endif
