/*
** chain.h - new files of a folder, linked into the line that is stored.
*/
#ifndef MIG_CHAIN_H
#define MIG_CHAIN_H

#include "format.h"
#include "graph.h"
#include "revisions.h"

/*
** A folder that is put into what is stored. The caller fills in all down to
** pNotes, which is borrowed until the last file, calls migChainStart(), and
** then for each file in the order of the folder either
**
**   migChainStored()    when it is a stored revision, or
**   migChainParent(), storing it, and migChainAdded()
**                       when it is new, and migChainHas() is true of it
*/
typedef struct MigChain {
  const MigGraph *pGraph;  /* what was stored before; it does not change */
  const MigSet *pApplied;  /* of pGraph */
  const MigSet *pListed;   /* of pGraph, those that the folder has */
  const int *aPlace;       /* of each of pGraph, in the order of running */
  const MigImport *pFiles; /* the folder, in its order */
  int bAuto;               /* migrate_auto() asks: what is pending and gone
                           ** from the folder is left aside */
  MigList *pNotes;         /* what a user should know is added here */
  int nLine;               /* files of the line; repeatable ones are behind */
  int iBase;               /* of pGraph, see chain.c; -1 for none */
  const char *zLast;       /* see there; id of a file in pFiles, or NULL */
} MigChain;

void migChainStart(MigChain *pChain);
int migChainHas(const MigChain *pChain, int i);
const char *migChainParent(MigContext *p, MigChain *pChain, int i);
void migChainAdded(MigContext *p, MigChain *pChain, int i, const char *zParent);
void migChainStored(MigChain *pChain, int i, int iNode);

#endif
