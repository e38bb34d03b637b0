/*
** record.h - what is left of a run: its history rows and its result.
*/
#ifndef MIG_RECORD_H
#define MIG_RECORD_H

#include "steps.h"

const char *migRecordVerb(const MigRun *pRun);
i64 migRecordClock(const MigRun *pRun);
void migRecordProgressed(MigContext *p, const MigRun *pRun);
void migRecordStep(MigContext *p, const MigRun *pRun, const MigRunStep *pStep);
void migRecordRun(MigContext *p, const MigRun *pRun, const char *zOutcome,
                  const MigRunStep *pFailed, const char *zError);
void migRecordResult(MigContext *p, MigRun *pRun);

#endif
