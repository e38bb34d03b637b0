/*
** script.h - scripts: their directives, and what may not stand in them.
**
** A script is given as n bytes at z, which must live as long as what was read
** of it is used with it. Nothing is run; no database is needed. Lines count
** from 1.
*/
#ifndef MIG_SCRIPT_H
#define MIG_SCRIPT_H

#include "statement.h"

/* Comments that begin with "-- migrate:". */
typedef enum MigDirectiveType {
  MIG_DIR_UP,             /* begins the up script in a file */
  MIG_DIR_DOWN,           /* begins the down script in a file */
  MIG_DIR_ALLOW_LOSS,     /* a table may lose rows */
  MIG_DIR_NO_TRANSACTION, /* the script runs outside a transaction */
  MIG_DIR_REPEATABLE,     /* of a repeatable revision */
  MIG_DIR_RENAMED_FROM,   /* of a desired schema; a script may repeat it */
  MIG_DIR_PHASE,          /* what the revision is in a change: MigPhase */
  MIG_DIR_BATCH,          /* the next statement is run in batches of rows */
  MIG_DIR_CHECK           /* the next SELECT finds what is wrong */
} MigDirectiveType;

/* What a revision is in a change without downtime, in this order. */
typedef enum MigPhase {
  MIG_PHASE_NONE,     /* it is no part of one */
  MIG_PHASE_EXPAND,   /* adds what the new application needs */
  MIG_PHASE_BACKFILL, /* fills it */
  MIG_PHASE_CONTRACT  /* takes away what only the old one needed */
} MigPhase;

/* One directive as it was read. Names belong to the arena, without quotes. */
typedef struct MigDirective {
  int eType;        /* a MigDirectiveType */
  const char *zArg; /* name, or up's and down's rest of the line, or NULL */
  i64 nRow;         /* BATCH: rows of one */
  MigPhase ePhase;  /* PHASE: which */
  i64 iStart;       /* offset of the comment */
} MigDirective;

const char *migDirectivesKnown(void);
int migDirectiveHas(const char *z, i64 n);
int migDirectiveNext(MigContext *p, const char *z, i64 n, i64 *pi,
                     MigDirective *pOut);

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

int migPragmaOn(const char *z, const MigStatement *pSt);
void migScriptScan(MigContext *p, const char *z, i64 n, MigScriptMode eMode,
                   MigScriptInfo *pOut);
void migScriptCheck(MigContext *p, const char *z, i64 n, MigScriptMode eMode,
                    MigScriptInfo *pOut);
const MigScriptMark *migScriptMark(const MigScriptInfo *pInfo, i64 iStart);
MigPhase migPhaseFind(const char *z, i64 n);
int migStatementSkipped(const char *z, const MigStatement *pSt,
                        const MigScriptInfo *pInfo);
int migStatementAllowed(MigContext *p, const char *z, i64 n,
                        const MigStatement *pSt, const MigScriptInfo *pInfo);

#endif
