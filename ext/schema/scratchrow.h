/*
** scratchrow.h - rows of sqlite_schema in a scratch database.
**
** For the files scratch*.c.
*/
#ifndef MIG_SCRATCHROW_H
#define MIG_SCRATCHROW_H

#include "scratch.h"

#define MIG_SCRATCH_ROWS 40 /* rows that sqlite_schema may hold meanwhile */

/* A row of sqlite_schema. Its texts belong to the arena or a model. */
typedef struct MigScratchRow {
  const char *zType;
  const char *zName;
  const char *zTable;
  const char *zSql; /* NULL: index of a PRIMARY KEY or UNIQUE */
  i64 iRoot;        /* number of the root page; 0: it has none */
} MigScratchRow;

void migScratchRowAside(MigContext *p, MigScratch *pScratch);
void migScratchRowWrite(MigContext *p, MigScratch *pScratch,
                        const MigScratchRow *aRow, int n);
void migScratchRowBack(MigContext *p, MigScratch *pScratch);

#endif
