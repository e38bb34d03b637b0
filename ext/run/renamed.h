/*
** renamed.h - stored revisions found again in files with other names.
*/
#ifndef MIG_RENAMED_H
#define MIG_RENAMED_H

#include "format.h"
#include "revisions.h"

char *migRenamedFind(MigContext *p, const MigGraph *pGraph, MigImport *pFiles,
                     MigSet *pListed);
int migRenamedUp(MigContext *p, MigPackCache *pCache, MigRevision *pStored,
                 const MigRevision *pFile);

#endif
