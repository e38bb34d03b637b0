/*
** fold.h - columns that are added one after another, added together.
*/
#ifndef MIG_FOLD_H
#define MIG_FOLD_H

#include "statement.h"
#include "transaction.h"

/* A table that columns are to be added to, and one of the columns. */
typedef struct MigFoldTable MigFoldTable;
typedef struct MigFoldColumn MigFoldColumn;

/* Columns that wait. All zero: none. What it points to is in the arena of the
** run: a column may wait across revisions. */
typedef struct MigFold {
  int bFormat;           /* SQLite itself has added a column to this file */
  int bDenied;           /* stored texts may not be written */
  int nColumn;           /* how many wait */
  MigFoldColumn *pFirst; /* in the order of the statements */
  MigFoldColumn *pLast;
  MigFoldTable *pTable; /* those they wait for, each once */
  MigFoldColumn *pNew;  /* what migFoldTakes() has taken, not yet added */
} MigFold;

int migFoldTakes(MigContext *p, MigFold *pFold, const char *z, i64 n,
                 const MigStatement *pSt, const char *zTable);
void migFoldAdd(MigFold *pFold);
i64 migFoldEnd(MigContext *p, MigFold *pFold, MigTransaction *pTx);

#endif
