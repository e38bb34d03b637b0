/*
** around.h - what a run does around a statement of a script.
*/
#ifndef MIG_AROUND_H
#define MIG_AROUND_H

#include "connection.h"
#include "fold.h"
#include "foreign.h"
#include "job.h"
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

int migAroundPassed(MigContext *p, MigScriptState *pScript,
                    const MigStatement *pSt);
void migAroundSettings(MigContext *p, MigExecution *pExec,
                       const MigScriptState *pScript, const MigStatement *pSt);
int migAroundTableWanted(const MigExecution *pExec, const MigStatement *pSt);
void migAroundBefore(MigContext *p, MigExecution *pExec,
                     MigScriptState *pScript, const MigStatement *pSt,
                     const char *zTable, sqlite3_stmt *pStmt);

#endif
