/*
** scratch.h - a private in-memory database.
**
** It is a connection of its own: nothing that happens in it reaches the user's
** database, a file or the process. What a schema needs and this connection
** lacks (functions, collations, modules of the application) is stood in for, so
** that a text SQLite would take there is taken here.
**
** Between two calls of migScratchSwap() the context works in it, so that all of
** sql.h and catalog.h can be used. The other functions are called outside.
**
** The usual walk:
**
**   pScratch = migScratchOpen(p);            a connection, empty
**   migScratchCopy(p, pScratch, pModel);     a schema in it
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

#include "model.h"

/* One of them: by migScratchOpen(), freed by migScratchClose(). */
typedef struct MigScratch MigScratch;

MigScratch *migScratchOpen(MigContext *p);
void migScratchClose(MigContext *p, MigScratch *pScratch);
void migScratchSwap(MigContext *p, MigScratch *pScratch);

void migScratchCopy(MigContext *p, MigScratch *pScratch,
                    const MigModel *pModel);
void migScratchExec(MigContext *p, MigScratch *pScratch, const char *zSql);

/* For what makes many objects (desired.c). */
void migScratchFill(MigContext *p, MigScratch *pScratch, const MigModel *pModel,
                    u8 *abWanted);
void migScratchBegin(MigContext *p, MigScratch *pScratch);
int migScratchMake(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                   const MigDdl *pDdl, i64 *piAt, const char **pzWhy);
void migScratchEnd(MigContext *p, MigScratch *pScratch);

#endif
