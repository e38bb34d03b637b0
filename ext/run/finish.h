/*
** finish.h - the end of a run: undo, and what is kept and said of a failure.
*/
#ifndef MIG_FINISH_H
#define MIG_FINISH_H

#include "steps.h"

void migFinishRun(MigContext *p, MigRun *pRun);

#endif
