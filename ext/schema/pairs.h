/*
** pairs.h - which object of a schema becomes which.
**
** Pure.
*/
#ifndef MIG_PAIRS_H
#define MIG_PAIRS_H

#include "alteration.h"

/* The objects of two schemas, paired. The models are the caller's, and must
** live as long; the arrays belong to the arena. */
typedef struct MigPairs {
  const MigModel *pOld;
  const MigModel *pNew;
  int bNames;           /* something is renamed, so equal texts prove nothing */
  int *aiTo;            /* for each old object the new one, or -1 */
  int *aiFrom;          /* for each new object the old one, or -1 */
  MigNaming naming;     /* the same, for those who read old texts */
  MigRenames *aColumns; /* for each new object annotations of its columns */
} MigPairs;

void migPairsFind(MigContext *p, MigPairs *pc, const MigRenames *pRenames);

#endif
