/*
** rowguard.h - a table that a revision replaces keeps its rows.
*/
#ifndef MIG_ROWGUARD_H
#define MIG_ROWGUARD_H

#include "context.h"

/* A table and its rows from before (rowguard.c). */
typedef struct MigGuarded MigGuarded;

/* Tables dropped or renamed by the revision that runs, newest first; in the
** arena. Zero-initialize for each revision. */
typedef struct MigRowGuard {
  MigGuarded *pFirst;
} MigRowGuard;

void migRowGuardBefore(MigContext *p, MigRowGuard *pGuard, const char *zTable);
void migRowGuardCheck(MigContext *p, MigRowGuard *pGuard);

#endif
