/*
** range.h - ranges of revisions, low:high.
*/
#ifndef MIG_RANGE_H
#define MIG_RANGE_H

#include "target.h"

int migRangeSplit(MigContext *p, const char *zRange, char **pzLow,
                  char **pzHigh);
void migRangeNodes(MigContext *p, const MigState *pState, const char *zRange,
                   int **paNode, int *pnNode);

#endif
