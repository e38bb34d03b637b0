/*
** phrase.h - what differs between two definitions of a table, in words.
**
** Pure. The sentences are also what a script keeps of a change (option changes
** of migrate_table()), and are compared byte for byte when it runs: to word one
** of those of migAlterationLosses() differently makes older scripts fail where
** their tables are changed.
*/
#ifndef MIG_PHRASE_H
#define MIG_PHRASE_H

#include "tablediff.h"
#include "text.h"

const char *migAlterationText(MigContext *p, const MigTableDiff *pDiff, int i);
void migAlterationLosses(MigContext *p, const MigTableDiff *pDiff,
                         MigList *pOut);
void migNameText(MigContext *p, const char *zName, MigText *pOut);

#endif
