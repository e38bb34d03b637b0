/*
** renamed.h - stored revisions found again in files with other names.
*/
#ifndef MIG_RENAMED_H
#define MIG_RENAMED_H

#include "format.h"
#include "revisions.h"

/* What is held against what. */
typedef struct MigRenamed {
  const MigGraph *pGraph;
  const MigSet *pApplied;
  MigImport *pFiles;
  const MigRevision *aRev; /* what would be stored of each file */
} MigRenamed;

void migRenamedFind(MigContext *p, const MigRenamed *pJob, MigSet *pListed,
                    MigList *pNotes);
int migRenamedUp(MigContext *p, MigPackCache *pCache, MigRevision *pStored,
                 const MigRevision *pFile);

#endif
