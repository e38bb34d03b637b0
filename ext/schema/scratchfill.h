/*
** scratchfill.h - a scratch database filled with the objects of a model.
*/
#ifndef MIG_SCRATCHFILL_H
#define MIG_SCRATCHFILL_H

#include "model.h"
#include "scratch.h"

void migScratchCopy(MigContext *p, MigScratch *pScratch,
                    const MigModel *pModel);
void migScratchFill(MigContext *p, MigScratch *pScratch, const MigModel *pModel,
                    u8 *abWanted);

#endif
