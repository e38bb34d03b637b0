/*
** fill.h - the rows of tables put back, and proven to be back.
*/
#ifndef MIG_FILL_H
#define MIG_FILL_H

#include "diff.h"
#include "load.h"

/* Where rows come from and go to. */
typedef struct MigFill {
  MigChunks *pChunks;
  int eEncoding; /* of texts */
  sqlite3 *dbTo; /* the tables are in schema main of it; NULL: of p->db */
  const MigTransaction *pTx; /* that must stand; NULL: it is not watched */
  void (*xTick)(MigContext *p, void *pArg, i64 nByte); /* NULL: no one asks */
  void *pTick;
} MigFill;

void migFillWhole(MigContext *p, const MigFill *pFill,
                  const MigTableEntry *pEntry);
void migFillChanges(MigContext *p, const MigFill *pFill,
                    const MigTableEntry *pLive, const MigTableEntry *pWanted,
                    MigDiff *pOut);
i64 migFillCopy(MigContext *p, const MigFill *pFill, const char *zTable);

#endif
