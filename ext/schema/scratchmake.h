/*
** scratchmake.h - the statements of a schema, run in a scratch database.
*/
#ifndef MIG_SCRATCHMAKE_H
#define MIG_SCRATCHMAKE_H

#include "scratch.h"

void migScratchBegin(MigContext *p, MigScratch *pScratch);
int migScratchMake(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                   const MigDdl *pDdl, i64 *piAt, const char **pzWhy);
void migScratchEnd(MigContext *p, MigScratch *pScratch);

#endif
