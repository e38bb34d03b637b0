/*
** backfill.h - the batches of a revision, one after another.
**
** The transactions are the caller's: begin, migBackfillNext(), commit, again
** while it returns 1. With the last batch, or when there was none, it returns 0
** and the caller goes on in the same transaction, with the checks and the row
** of the applied set.
*/
#ifndef MIG_BACKFILL_H
#define MIG_BACKFILL_H

#include "steps.h"

int migBackfillNext(MigContext *p, MigRun *pRun, MigRunStep *pStep);

#endif
