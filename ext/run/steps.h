/*
** steps.h - a run and its steps, as the modules that carry it out share them.
*/
#ifndef MIG_STEPS_H
#define MIG_STEPS_H

#include "call.h"
#include "execute.h"
#include "leave.h"
#include "plan.h"
#include "protect.h"
#include "revisions.h"

/* One step of a run. */
typedef struct MigRunStep {
  int iNode;
  int iTransaction; /* from 1 */
  int bAlone;       /* outside a transaction */
  int bBatch;       /* in batches, each in a transaction of its own */
  int bLate;        /* an applied revision stands on it already */
  int bSkip;        /* another connection has done it meanwhile */
  int bDone;        /* committed or about to be */
  int bPart;        /* batches of it were committed, by whatever call */
  int nKept;        /* batches of it that this call has committed */
  i64 nKeptRow;     /* rows that they have changed */
  MigRevision rev;
  const char *zStartedAt;
  int nStatement;
  i64 nRow;
  i64 ms;
  const u8 *aFingerprint; /* of the schema after it, or NULL */
  MigText detail;         /* JSON of its statements, for a dry run */
} MigRunStep;

/* What to run. Zero-initialize. */
typedef struct MigRunSpec {
  const char *zTarget;
  int bDown;
  MigPhase eUntil; /* up: stop before the first revision of this phase */
  int bOnly;       /* the target's revision alone, whatever is around it */
  i64 msBatches;   /* above 0: let batches end after so long, and give the rows
                      that they have done and left as the result */
  const char
      *zBefore;       /* when a step has run: text around the result, or NULL */
  const char *zAfter; /* an array begins at its end: of the notes of pLeave */
  MigLeave *pLeave;   /* up: run what the folder has; or NULL */
} MigRunSpec;

typedef struct MigRun {
  MigConnection *pConn;
  const MigCall *pCall;
  const MigRunSpec *pSpec;
  const char *zTarget;
  const char *zActor;
  const char *zStartedAt;
  i64 msStart;
  i64 msWait;
  int bDown;
  int bOwn; /* in autocommit */
  int bEach;
  int bStrict;
  int bDeterministic;
  int bNothing;     /* the plan is empty */
  int nCommitted;   /* transactions that were committed */
  int iOpen;        /* first step that is not committed */
  int iFailed;      /* step that failed, or -1 */
  int bStopped;     /* batches are left */
  i64 nBatchRow;    /* rows that batches have gone through */
  i64 nBatchLeft;   /* and those that are left of the table */
  i64 iDataVersion; /* of the file, when the state was read */
  i64 iRun;
  int bReserved;     /* its number is ours: something was committed with it */
  const char *zFrom; /* current heads before and after */
  const char *zTo;
  MigState state;
  MigPlan plan;
  MigRunStep *aStep;
  MigTransaction tx;
  MigSettingsSaved saved;
  MigProtect protect; /* the automatic backup */
  MigExecution exec;
  MigPackCache cache;
  u8 aFingerprint[MIG_HASH_SIZE]; /* of the schema after a group of steps */
  char *zResult;
} MigRun;

void migStepsPrepare(MigContext *p, MigRun *pRun);
void migStepsRefresh(MigContext *p, MigRun *pRun, int iFirst);
MigBytes migStepsScript(MigContext *p, MigRun *pRun, MigRunStep *pStep);
void migStepsJob(MigScriptJob *pJob, const MigRun *pRun,
                 const MigRunStep *pStep, const MigBytes *pBytes);
const MigScriptMark *migStepsBatch(const MigScriptInfo *pInfo, int iBatch);
void migRunPlanDown(MigContext *p, const MigState *pState, int bStore,
                    const char *zTarget, MigPlan *pPlan);
void migRunCuts(MigContext *p, const MigPlan *pPlan, const MigState *pState,
                int bEach, int bWhole, int *aiTransaction);

#endif
