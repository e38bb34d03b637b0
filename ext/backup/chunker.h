/*
** chunker.h - the rows of a table into chunks.
*/
#ifndef MIG_CHUNKER_H
#define MIG_CHUNKER_H

#include "chunk.h"
#include "manifest.h"
#include "scan.h"

/* What to store, and where. */
typedef struct MigChunkJob {
  MigChunks *pChunks;           /* NULL: nowhere, only the entry is wanted */
  sqlite3 *dbFrom;              /* whose rows; NULL: those of p->db */
  const MigTableEntry *pBefore; /* the table in an earlier backup, or NULL */
  void (*xDone)(MigContext *p, void *pArg, i64 nByte); /* told of each chunk,
                                                          or NULL */
  void *pArg;
} MigChunkJob;

void migChunkTable(MigContext *p, const MigChunkJob *pJob,
                   const MigLayout *pLayout, MigTableEntry *pEntry);
int migChunksAre(MigContext *p, const MigChunkJob *pJob,
                 const MigLayout *pLayout, const MigTableEntry *pEntry);

#endif
