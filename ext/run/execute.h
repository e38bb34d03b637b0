/*
** execute.h - runs one script.
**
** A run fills a MigExecution once, calls migExecuteStart() when it holds its
** transaction (and again when the schema was read anew), and migExecuteScript()
** for each script. Between these the schema may lag behind: columns wait to be
** added. Whoever looks at it calls migExecuteSettle() first.
*/
#ifndef MIG_EXECUTE_H
#define MIG_EXECUTE_H

#include "batch.h"
#include "connection.h"
#include "fold.h"
#include "foreign.h"
#include "lookup.h"
#include "text.h"
#include "touched.h"
#include "transaction.h"

/* What one run shares between its scripts. Zero-initialize; the caller sets
** what migExecuteStart() does not, and owns what is pointed to. */
typedef struct MigExecution {
  MigContext *p; /* of the call; what a script's statement calls works in it */
  MigTransaction *pTx; /* open, or NULL outside a transaction */
  MigConnection *pConn;
  MigSettingsSaved *pSaved; /* the connection's settings as the call found them
                            ** and as they are now */
  MigForeign foreign;       /* violations counted; checked by the caller */
  MigLookup lookup;
  MigFold fold;   /* columns that wait to be added */
  int bTriggers;  /* main or TEMP may hold triggers */
  int bDeferred;  /* a script has set defer_foreign_keys */
  int bRan;       /* a statement was stepped, or waits to be */
  int bClock;     /* measure durations */
  i64 msWait;     /* milliseconds, for locks of a second connection */
  int nAllowLoss; /* tables that the call lets lose rows */
  const char **azAllowLoss;
  int nScriptLoss; /* tables that the script at work lets */
  const char **azScriptLoss;
  MigText *pDetail;     /* JSON of each statement for a dry run, or NULL */
  MigTouched *pTouched; /* backup of what is written; its own may be NULL */
} MigExecution;

/* Which statements of a script with batches run. */
typedef enum MigScriptPart {
  MIG_PART_ALL,   /* all, a batch over all rows that are left, then checks */
  MIG_PART_BATCH, /* one batch, for some rows */
  MIG_PART_CHECKS /* the checks */
} MigScriptPart;

/* One script to run. */
typedef struct MigScriptJob {
  const char *zRevision;
  const char *zSide; /* "up" or "down" */
  const char *z;     /* zero-terminated: it is compiled where it stands */
  i64 n;             /* its bytes without the zero */
  int bLenient;      /* imported: maintenance statements are skipped */
  int bAlone;        /* runs outside a transaction */
  MigScriptPart ePart;
  int iBatch;     /* the batch, from 0; for MIG_PART_ALL the first one left */
  MigRange range; /* its rows; for MIG_PART_ALL iLow is the first key left */
  int nStatement; /* out, 0 before: statements carried out or waiting */
  i64 nRow;       /* out: rows changed; not counted outside a transaction */
} MigScriptJob;

void migExecuteStart(MigContext *p, MigExecution *pExec);
void migExecuteProtect(MigContext *p, const char *z, i64 n);
void migExecuteCheck(MigContext *p, const MigScriptJob *pJob);
void migExecuteScript(MigContext *p, MigExecution *pExec, MigScriptJob *pJob);
void migExecuteSettle(MigContext *p, MigExecution *pExec);
void migExecuteMaintenance(MigContext *p, MigExecution *pExec,
                           MigScriptJob *pJob);

#endif
