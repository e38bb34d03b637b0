/*
** lookup.h - what a statement would touch, before it is stepped.
*/
#ifndef MIG_LOOKUP_H
#define MIG_LOOKUP_H

#include "script.h"

/* A TEMP object that existed before the run. */
typedef struct MigTemp MigTemp;

/* What to look for. Set up by migLookupStart(); it holds for a whole run, as a
** script may attach nothing and its own TEMP objects are not of these. */
typedef struct MigLookup {
  char *zAttached; /* a schema that is attached, in the arena; NULL: none */
  int bForeign;    /* that, or a TEMP table or view exists */
  int bStore;      /* a trigger speaks of our tables */
  MigTemp *pFirst; /* TEMP objects from before the run */
} MigLookup;

void migLookupStart(MigContext *p, MigLookup *pLookup);
void migLookupPragma(MigContext *p, const MigLookup *pLookup, const char *z,
                     const MigStatement *pSt);
void migLookupCheck(MigContext *p, const MigLookup *pLookup, const char *z,
                    const MigStatement *pSt, sqlite3_stmt *pStmt);

#endif
