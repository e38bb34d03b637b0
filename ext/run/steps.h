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
#include "state.h"

/* One step of a run. What it keeps across transactions is the id in rev; iNode
** and rev are read anew when somebody else has written in between. */
typedef struct MigRunStep {
  int iNode;              /* of the graph of the run's state */
  int iTransaction;       /* from 1; steps of one number share one */
  int bAlone;             /* outside a transaction */
  int bBatch;             /* in batches, each in a transaction of its own */
  int bLate;              /* an applied revision stands on it already */
  int bSkip;              /* another connection has done it meanwhile */
  int bDone;              /* committed or about to be */
  int bPart;              /* batches of it were committed, by whatever call */
  int nKept;              /* batches of it that this call has committed */
  i64 nKeptRow;           /* rows that they have changed */
  MigRevision rev;        /* its row; scripts live as long as the run's cache */
  const char *zStartedAt; /* ISO-8601, NULL: not yet */
  int nStatement;         /* statements that this call has stepped */
  i64 nRow;               /* rows that they have changed, kept or not */
  i64 ms;                 /* that they took */
  const u8 *aFingerprint; /* of the schema after it, or NULL; of the run, so
                          ** it holds until the next group ends */
  MigText detail;         /* JSON of its statements, for a dry run */
} MigRunStep;

/* What to run. Zero-initialize. */
typedef struct MigRunSpec {
  const char *zTarget; /* a list of targets (target.h), not NULL */
  int bDown;           /* downgrade to it, instead of upgrade */
  MigPhase eUntil;     /* up: stop before the first revision of this phase */
  int bOnly;           /* the target's revision alone, whatever is around it */
  i64 msBatches; /* above 0: let batches end after so long, and give the rows
                    that they have done and left as the result */
  const char
      *zBefore;       /* when a step has run: text around the result, or NULL */
  const char *zAfter; /* an array begins at its end: of the notes of pLeave */
  MigLeave *pLeave;   /* up: run what the folder has; or NULL */
} MigRunSpec;

/* A run under way. It lies on the stack of the call, its texts in the arena. */
typedef struct MigRun {
  MigConnection *pConn;
  const MigCall *pCall;
  const MigRunSpec *pSpec;
  const char *zTarget;    /* of pSpec */
  const char *zActor;     /* for the history, or NULL */
  const char *zStartedAt; /* the call, ISO-8601 */
  i64 msStart;            /* the same by migRecordClock() */
  i64 msWait;             /* milliseconds to wait for locks */
  int bDown;
  int bOwn;           /* in autocommit: transactions are ours to commit */
  int bEach;          /* a transaction for each step */
  int bStrict;        /* setting strict: no step below an applied one */
  int bDeterministic; /* the setting of that name */
  int bNothing;       /* the plan is empty */
  int nCommitted;     /* transactions that were committed */
  int iOpen;          /* first step that is not committed */
  int iFailed;        /* step that failed, or -1 */
  int bStopped;       /* batches are left */
  i64 nBatchRow;      /* rows that batches have gone through */
  i64 nBatchLeft;     /* and those that are left of the table */
  i64 iDataVersion;   /* of the file, when the state was read */
  i64 iRun;           /* its number; it may change until bReserved */
  int bReserved;      /* its number is ours: something was committed with it */
  const char *zFrom;  /* current heads before, sorted, by commas */
  const char *zTo;    /* and after what has run so far */
  MigState state;     /* as read, moved along by the steps that have run */
  MigPlan plan;       /* as made under the lock; no step is added later */
  MigRunStep *aStep;  /* as many as the plan has, in its order */
  MigTransaction tx;  /* of the group at work */
  MigSettingsSaved saved; /* of the connection */
  MigProtect protect;     /* the automatic backup */
  MigExecution exec;      /* what scripts share */
  MigPackCache cache;     /* of their packs; closed when somebody has written */
  u8 aFingerprint[MIG_HASH_SIZE]; /* of the schema after a group of steps */
  char *zResult;                  /* for the caller to free, or NULL */
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
