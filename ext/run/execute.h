/*
** execute.h - runs one script.
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

/* What one run shares between its scripts. */
typedef struct MigExecution {
  MigContext *p; /* of the call; what a script's statement calls works in it */
  MigTransaction *pTx; /* open, or NULL outside a transaction */
  MigConnection *pConn;
  MigSettingsSaved *pSaved;
  MigForeign foreign;
  MigLookup lookup;
  MigFold fold;   /* columns that wait to be added */
  int bTriggers;  /* the schema may hold triggers */
  int bDeferred;  /* a script has set defer_foreign_keys */
  int bRan;       /* a statement was stepped */
  int bClock;     /* measure durations */
  i64 msWait;     /* for locks of a second connection */
  int nAllowLoss; /* tables that the call lets lose rows */
  const char **azAllowLoss;
  int nScriptLoss; /* tables that the script at work lets */
  const char **azScriptLoss;
  MigText *pDetail;     /* JSON of each statement for a dry run, or NULL */
  MigTouched *pTouched; /* backup of what is written; its own may be NULL */
} MigExecution;

/* Which statements of a script with batches run. */
typedef enum MigScriptPart {
  MIG_PART_ALL,   /* all, a batch over all rows that are left */
  MIG_PART_BATCH, /* one batch, for some rows */
  MIG_PART_CHECKS /* the checks */
} MigScriptPart;

/* One script to run. */
typedef struct MigScriptJob {
  const char *zRevision;
  const char *zSide; /* "up" or "down" */
  const char *z;     /* zero-terminated */
  i64 n;
  int bLenient; /* imported: maintenance statements are skipped */
  int bAlone;   /* runs outside a transaction */
  MigScriptPart ePart;
  int iBatch;     /* the batch, from 0; for MIG_PART_ALL the first one left */
  MigRange range; /* its rows; for MIG_PART_ALL iLow is the first key left */
  int nStatement; /* out: statements stepped */
  i64 nRow;       /* out: rows changed */
} MigScriptJob;

void migExecuteStart(MigContext *p, MigExecution *pExec);
void migExecuteProtect(MigContext *p, const char *z, i64 n);
void migExecuteCheck(MigContext *p, const MigScriptJob *pJob);
void migExecuteScript(MigContext *p, MigExecution *pExec, MigScriptJob *pJob);
void migExecuteSettle(MigContext *p, MigExecution *pExec);
void migExecuteMaintenance(MigContext *p, MigExecution *pExec,
                           MigScriptJob *pJob);

#endif
