/*
** tablechange.h - a table that a script changes.
*/
#ifndef MIG_TABLECHANGE_H
#define MIG_TABLECHANGE_H

#include "draft.h"

void migTableChangeWrite(MigContext *p, MigGenerator *pg,
                         const MigTableDiff *pDiff);
void migTableChangeAppend(MigContext *p, MigGenerator *pg);

#endif
