/*
** loadparts.h - rows that come in parts.
**
** The parts of a row are handed to migLoadPartsAdd() in their order, the first
** before that to migLoadPartsStart(), the last behind that to
** migLoadPartsEnd(). After an error none of them is called again for the row.
*/
#ifndef MIG_LOADPARTS_H
#define MIG_LOADPARTS_H

#include "loadrow.h"

void migLoadPartsStart(MigContext *p, MigLoader *pLoader, const MigPart *pPart);
void migLoadPartsAdd(MigContext *p, MigLoader *pLoader, const MigPart *pPart);
void migLoadPartsEnd(MigContext *p, MigLoader *pLoader, const MigPart *pPart);

#endif
