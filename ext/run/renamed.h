/*
** renamed.h - stored revisions found again in files with other names.
*/
#ifndef MIG_RENAMED_H
#define MIG_RENAMED_H

#include "format.h"
#include "graph.h"
#include "revisions.h"

/* What is held against what. All of it is the caller's. */
typedef struct MigRenamed {
  const MigGraph *pGraph;  /* of the stored revisions */
  const MigSet *pApplied;  /* those of them that are applied */
  MigImport *pFiles;       /* zId and bRenamed of them are set */
  const MigRevision *aRev; /* what would be stored of each file */
} MigRenamed;

void migRenamedFind(MigContext *p, const MigRenamed *pJob, MigSet *pListed,
                    MigList *pNotes);
int migRenamedUp(MigContext *p, MigPackCache *pCache, MigRevision *pStored,
                 const MigRevision *pFile);

#endif
