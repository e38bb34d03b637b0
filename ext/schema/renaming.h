/*
** renaming.h - what a script renames.
*/
#ifndef MIG_RENAMING_H
#define MIG_RENAMING_H

#include "draft.h"

int migRenamingLater(MigContext *p, const MigGenerator *pg,
                     const MigTableDiff *pDiff);
void migRenamingWrite(MigContext *p, MigGenerator *pg);

#endif
