/*
** invariant.h - what scripts say must hold.
*/
#ifndef MIG_INVARIANT_H
#define MIG_INVARIANT_H

#include "context.h"

void migInvariantRun(MigContext *p, const char *zName, const char *zSelect,
                     i64 n, int bGuarded);

#endif
