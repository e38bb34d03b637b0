/*
** match.h - which stored revision a version of another tool means.
*/
#ifndef MIG_MATCH_H
#define MIG_MATCH_H

#include "matchkey.h"

int *migMatch(MigContext *p, const MigGraph *pGraph,
              const MigVersionTable *pTable);

#endif
