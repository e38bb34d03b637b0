/*
** mend.h - script packs that are damaged, written anew from files.
*/
#ifndef MIG_MEND_H
#define MIG_MEND_H

#include "revisions.h"

int migMendScripts(MigContext *p, const MigGraph *pGraph, int nRev,
                   const MigRevision *aRev, int iLevel, MigList *pNotes);

#endif
