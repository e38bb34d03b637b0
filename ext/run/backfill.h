/*
** backfill.h - the batches of a revision, one after another.
*/
#ifndef MIG_BACKFILL_H
#define MIG_BACKFILL_H

#include "steps.h"

int migBackfillNext(MigContext *p, MigRun *pRun, MigRunStep *pStep);

#endif
