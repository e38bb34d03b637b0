/*
** scratch.h - a private in-memory database.
**
** It is a connection of its own: nothing that happens in it reaches the user's
** database, a file or the process. What a schema needs and this connection
** lacks (functions, collations, modules of the application) is stood in for, so
** that a text SQLite would take there is taken here.
**
** Between two calls of migScratchSwap() the context works in it, so that all of
** sql.h and catalog.h can be used. The other functions are called outside, but
** for those that are for the files scratch*.c.
**
** The usual walk:
**
**   pScratch = migScratchOpen(p);            a connection, empty
**   migScratchCopy(p, pScratch, pModel);     a schema in it (scratchfill.h)
**   migScratchSwap(p, pScratch);
**   migCatalogRead(p, &model);               reads the scratch database
**   migScratchSwap(p, pScratch);
**   migScratchClose(p, pScratch);            on every path
**
** What is put into the arena of p meanwhile, such as that model, outlives the
** database.
*/
#ifndef MIG_SCRATCH_H
#define MIG_SCRATCH_H

#include "standin.h"

/* One of them: by migScratchOpen(), freed by migScratchClose(). The fields are
** for the files scratch*.c; others have only a pointer to it. */
typedef struct MigScratch {
  sqlite3 *db;               /* ours; while swapped in: the user's */
  sqlite3_stmt *pAsk;        /* on the user's connection: is it interrupted? */
  struct MigCached *pCached; /* statements kept for that one */
  int bOwn;                  /* our own statement runs: all is allowed */
  int nTick;                 /* calls of the progress handler, below 0: off */
  int nMade;                 /* statements run since migScratchBegin() */
  MigStandIns standIns;
  int nRow;                   /* rows of sqlite_schema that are kept aside */
  struct MigScratchRow *aRow; /* in the arena (scratchrow.h) */
} MigScratch;

MigScratch *migScratchOpen(MigContext *p);
void migScratchClose(MigContext *p, MigScratch *pScratch);
void migScratchSwap(MigContext *p, MigScratch *pScratch);
void migScratchExec(MigContext *p, MigScratch *pScratch, const char *zSql);

/* For the files scratch*.c, while p works in it. */
#define MIG_SCRATCH_TICKS 4000 /* nTick above which what runs is stopped */
int migScratchIsInterrupted(MigScratch *pScratch);
void migScratchExecOwn(MigContext *p, MigScratch *pScratch, const char *zSql);
int migScratchRun(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                  const MigDdl *pDdl, i64 *piAt);
void migScratchRunGood(MigContext *p, MigScratch *pScratch, const char *zSql,
                       const MigDdl *pDdl);

#endif
