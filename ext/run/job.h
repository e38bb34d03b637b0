/*
** job.h - a script that is to run: what may not be in it, and where in it an
** error arose.
*/
#ifndef MIG_JOB_H
#define MIG_JOB_H

#include "batch.h"
#include "rowguard.h"
#include "script.h"

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

/* State of the script that runs; it ends with it. */
typedef struct MigScriptState {
  MigScriptJob *pJob;
  MigScriptInfo info; /* what the script says of itself, marks included */
  MigRowGuard guard;  /* rows of tables that were dropped or renamed */
  int eForeign;       /* PRAGMA foreign_keys in force: -1 none, 0 or 1 */
  int eLegacy;        /* PRAGMA legacy_alter_table in force: the same */
  int nSeen;          /* statements met, passed-over ones included */
  int nBatch;         /* of them batches */
} MigScriptState;

MigScriptMode migJobMode(const MigScriptJob *pJob);
void migJobProtectStatement(MigContext *p, const char *z,
                            const MigStatement *pSt);
void migJobProtect(MigContext *p, const char *z, i64 n);
void migJobCheck(MigContext *p, const MigScriptJob *pJob);
int migJobLineLength(const char *z, const MigStatement *pSt);
void migJobErrorPrefix(MigContext *p, const char *zFormat, ...);
void migJobErrorLocate(MigContext *p, const MigScriptState *pScript, i64 iAt);

#endif
