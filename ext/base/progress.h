/*
** progress.h - telling someone how far a long call is.
*/
#ifndef MIG_PROGRESS_H
#define MIG_PROGRESS_H

#include "context.h"

void migProgress(MigContext *p, const char *zWhere, const char *zPhase,
                 i64 nDone, i64 nTotal);

#endif
