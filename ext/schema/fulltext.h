/*
** fulltext.h - full-text tables that keep only an index of rows elsewhere.
*/
#ifndef MIG_FULLTEXT_H
#define MIG_FULLTEXT_H

#include "compare.h"

char *migFulltextContent(MigContext *p, const MigDdl *pDdl);
int migFulltextOver(const MigDdl *pDdl, const char *zName);
int migFulltextStale(MigContext *p, const MigTableDiff *pDiff,
                     const char *const *azUsing, const MigDdl *pDdl);
const char *migFulltextFill(MigContext *p, const char *zName);
const char *migFulltextMissing(MigContext *p, const char *zName);
int migFulltextBroken(MigContext *p, const char *zName);

#endif
