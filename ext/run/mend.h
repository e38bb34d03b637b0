/*
** mend.h - script packs that are damaged, written anew from files.
*/
#ifndef MIG_MEND_H
#define MIG_MEND_H

#include "graph.h"
#include "revisions.h"
#include "text.h"

int migMendScripts(MigContext *p, const MigGraph *pGraph, int nRev,
                   const MigRevision *aRev, int iLevel, MigList *pNotes);

#endif
