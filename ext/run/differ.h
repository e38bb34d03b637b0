/*
** differ.h - a file that does not say what is stored of its revision.
*/
#ifndef MIG_DIFFER_H
#define MIG_DIFFER_H

#include "format.h"
#include "graph.h"
#include "keep.h"
#include "revisions.h"

/* What of a revision a file may say otherwise, beside the scripts. The bits are
** in the order of the words in a note (differ.c). */
#define MIG_DIFFER_MESSAGE 1
#define MIG_DIFFER_PARENTS 2
#define MIG_DIFFER_DEPENDS 4
#define MIG_DIFFER_LABELS 8

int migDifferEdges(const MigGraph *pGraph, int iNode, const MigImported *pFile);
void migDifferKind(MigContext *p, const MigRevision *pRev,
                   const MigRevision *pStored);
const char *migDifferNote(MigContext *p, const MigRevision *pRev, int differs);
int migDifferMoved(const MigImported *pFile, const MigRevision *pStored);
void migDifferApplied(MigContext *p, const MigKeep *pKeep, const char *zFolder,
                      int i, const MigRevision *pRev,
                      const MigRevision *pStored, MigList *pNotes);

#endif
