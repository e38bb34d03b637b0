/*
** fill.h - the rows of tables put back, and proven to be back.
**
** The tables are there, with the definition that the backup has; triggers and
** foreign keys are off. The caller holds a transaction of the database that is
** written, and undoes it after failure: part of the rows may be there.
*/
#ifndef MIG_FILL_H
#define MIG_FILL_H

#include "diff.h"
#include "load.h"

/* Where rows come from and go to. All of it is the caller's. */
typedef struct MigFill {
  MigChunks *pChunks; /* of the backup; not for migFillCopy() */
  int eEncoding;      /* of texts, on both sides: SQLITE_UTF8 and so on */
  sqlite3 *dbTo;      /* the tables are in schema main of it; NULL: of p->db */
  const MigTransaction *pTx; /* that must stand; NULL: it is not watched */
  void (*xTick)(MigContext *p, void *pArg, i64 nByte); /* NULL: no one asks;
                                                          told of bytes written,
                                                          and of bytes proven */
  void *pTick;                                         /* pArg of xTick */
} MigFill;

void migFillWhole(MigContext *p, const MigFill *pFill,
                  const MigTableEntry *pEntry);
void migFillChanges(MigContext *p, const MigFill *pFill,
                    const MigTableEntry *pLive, const MigTableEntry *pWanted,
                    MigDiff *pOut);
i64 migFillCopy(MigContext *p, const MigFill *pFill, const char *zTable);

#endif
