/*
** script.h - scripts: what one says about itself before any of it runs.
**
** A script is given as n bytes at z, which must live as long as what was read
** of it is used with it. Nothing is run; no database is needed.
*/
#ifndef MIG_SCRIPT_H
#define MIG_SCRIPT_H

#include "directive.h"
#include "statement.h"

/* A statement with a directive of its own. */
typedef struct MigScriptMark {
  int eType;         /* MIG_DIR_BATCH or MIG_DIR_CHECK */
  const char *zName; /* the table, or the name of the check */
  i64 nRow;          /* BATCH: rows of one */
  i64 iStart;        /* offset of the statement */
} MigScriptMark;

/* What a script says about itself before any of it runs. Offsets are those
** of statements that are passed over, or -1. */
typedef struct MigScriptInfo {
  int bNoTransaction;       /* has the directive */
  int bRepeatable;          /* has that directive */
  int nAllowLoss;           /* names at azAllowLoss */
  const char **azAllowLoss; /* tables that may lose rows */
  i64 iBegin;               /* the script's own BEGIN */
  i64 iCommit;              /* and COMMIT, in this order or the other */
  i64 iLeading;             /* COMMIT before such a pair */
  i64 iTrailing;            /* BEGIN behind it */
  int bImported;            /* PRAGMAs of the connection are passed over */
  u64 kinds;                /* of statements in it, 1 << MigKind */
  int bSql;                 /* holds a statement */
  int bMaintenance;         /* holds only statements of no-transaction */
  int bReferences;          /* holds the word REFERENCES */
  int bTrigger;             /* holds the word TRIGGER */
  MigPhase ePhase;          /* by its directive */
  int nMark;                /* statements with a directive of their own */
  MigScriptMark *aMark;     /* by offset */
  int bBatch;               /* one of them is a batch */
  int bCheck;               /* one is a check */
} MigScriptInfo;

/* How a script is meant to run. */
typedef enum MigScriptMode {
  MIG_SCRIPT_OWN,      /* written for us, in a transaction unless it says no */
  MIG_SCRIPT_IMPORTED, /* another tool's: its connection PRAGMAs are passed */
  MIG_SCRIPT_ALONE     /* outside a transaction, whether it says so or not */
} MigScriptMode;

void migScriptScan(MigContext *p, const char *z, i64 n, MigScriptMode eMode,
                   MigScriptInfo *pOut);
const MigScriptMark *migScriptMark(const MigScriptInfo *pInfo, i64 iStart);
int migStatementSkipped(const char *z, const MigStatement *pSt,
                        const MigScriptInfo *pInfo);
int migStatementMaintenance(const char *z, const MigStatement *pSt);

#endif
