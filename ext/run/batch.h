/*
** batch.h - a statement that runs over a table some rows at a time.
*/
#ifndef MIG_BATCH_H
#define MIG_BATCH_H

#include "context.h"

/* The first and the last key that there can be: a rowid is a signed 64-bit
** integer. */
#define MIG_BATCH_FIRST (-0x7fffffffffffffffLL - 1)
#define MIG_BATCH_LAST 0x7fffffffffffffffLL

/* Rows of a table by their keys: the first and the last one, inclusive. */
typedef struct MigRange {
  i64 iLow;
  i64 iHigh; /* keys between the two need not all be there */
  i64 nRow;  /* how many there are; 0: none, and the keys mean nothing */
} MigRange;

/* What was behind a batch before it ran. */
typedef struct MigBatchGuard {
  const char *zTable; /* borrowed; NULL: nothing to guard */
  const char *zKey;   /* name of its key, in the arena */
  i64 iHigh;          /* last key of the batch */
  MigRange behind; /* the rows behind it; nRow is only whether there are some */
} MigBatchGuard;

const char *migBatchKey(MigContext *p, const char *zTable);
int migBatchRange(MigContext *p, const char *zTable, i64 iFirst, i64 nRow,
                  MigRange *pOut);
i64 migBatchTotal(MigContext *p, const char *zTable);
void migBatchBind(MigContext *p, sqlite3_stmt *pStmt, const MigRange *pRange);
void migBatchGuard(MigContext *p, const char *zTable, const MigRange *pRange,
                   MigBatchGuard *pGuard);
void migBatchCheck(MigContext *p, const MigBatchGuard *pGuard);

#endif
