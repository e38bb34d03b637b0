/*
** foreign.h - no new foreign-key violation leaves a run.
*/
#ifndef MIG_FOREIGN_H
#define MIG_FOREIGN_H

#include "context.h"

/* A table whose rows must not gain violations. */
typedef struct MigWatched MigWatched;

/* The tables that are watched in one transaction. Set up by migForeignStart();
** a caller may set bAny and zRemedy afterwards. */
typedef struct MigForeign {
  int bAny;            /* the schema may hold foreign keys; 0: watch nothing */
  int bOff;            /* rows were written while enforcement was off */
  const char *zRemedy; /* what the message says to do */
  MigWatched *pFirst;  /* tables watched so far, in the arena */
} MigForeign;

void migForeignStart(MigContext *p, MigForeign *pForeign);
void migForeignWatch(MigContext *p, MigForeign *pForeign, const char *zTable);
void migForeignCreated(MigContext *p, MigForeign *pForeign, const char *zTable);
void migForeignRenamed(MigContext *p, MigForeign *pForeign, const char *zOld,
                       const char *zNew, int bRewritten);
void migForeignCheck(MigContext *p, MigForeign *pForeign);

#endif
