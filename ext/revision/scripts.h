/*
** scripts.h - stored scripts, several to a pack.
**
** All of it needs a store. What writes needs a write transaction, and after a
** failure that must be undone as a whole: packs and the places in the rows of
** revisions go together.
*/
#ifndef MIG_SCRIPTS_H
#define MIG_SCRIPTS_H

#include "codec.h"

/* What to do when they cannot be read (ext/run/mend.c). */
#define MIG_SCRIPTS_REMEDY                                                     \
  "import their folder with {\"repair\":true}, or restore the file from a "    \
  "copy"

/* Where the scripts of a revision lie, in bytes from the start of the pack. A
** size below 0 means there is none; the place of that one says nothing. */
typedef struct MigPlace {
  i64 iPack; /* number of the pack, from 1; 0: no scripts */
  i64 iUp, nUp;
  i64 iDown, nDown;
} MigPlace;

/* The pack that was read last, inflated. Zero-initialize; free with
** migScriptsClose(). It does not see that a pack is written: close it then. */
typedef struct MigPackCache {
  i64 iPack;
  MigBytes bytes; /* its scripts; a is NULL when nothing was read */
} MigPackCache;

/* Packs being written. Zero-initialize; end with migScriptsFlush(). */
typedef struct MigPacker {
  int bOpen; /* a pack is being filled */
  i64 iPack; /* its number */
  char *z;   /* its scripts, from sqlite3_realloc64() */
  i64 n, nAlloc;
  int iLevel; /* zlib level, 1 to 9; set by the caller */
} MigPacker;

const char *migScriptsRead(MigContext *p, MigPackCache *pCache, i64 iPack,
                           i64 iStart, i64 n);
void migScriptsCheck(MigContext *p, MigPackCache *pCache, i64 iPack);
void migScriptsClose(MigPackCache *pCache);

MigPlace migScriptsAdd(MigContext *p, MigPacker *pPacker, const char *zUp,
                       i64 nUp, const char *zDown, i64 nDown);
void migScriptsWrite(MigContext *p, i64 iPack, const char *z, i64 n,
                     int iLevel);
void migScriptsFlush(MigContext *p, MigPacker *pPacker);
void migScriptsRemove(MigContext *p, const MigPlace *pPlace, int iLevel);

#endif
