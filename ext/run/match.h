/*
** match.h - which stored revision a version of another tool means.
*/
#ifndef MIG_MATCH_H
#define MIG_MATCH_H

#include "revisions.h"
#include "versions.h"

/* No revision: it is below all indexes of a graph. */
#define MIG_MATCH_NONE (-1)

int *migMatch(MigContext *p, const MigGraph *pGraph,
              const MigVersionTable *pTable);
int migMatchHash(MigContext *p, MigPackCache *pCache, MigRevision *pRev,
                 MigVersionHash eHash, const char *zHash);
const char *migMatchId(MigContext *p, const char *zName);

#endif
