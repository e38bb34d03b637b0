/*
** chunker.h - the rows of a table into chunks.
**
** The bytes of a chunk of rows are described in chunker.c.
*/
#ifndef MIG_CHUNKER_H
#define MIG_CHUNKER_H

#include "chunk.h"
#include "manifest.h"
#include "scan.h"

/* What to store, and where. All of it must live until the call returns; the
** call keeps nothing. */
typedef struct MigChunkJob {
  MigChunks *pChunks;           /* NULL: nowhere, only the entry is wanted */
  sqlite3 *dbFrom;              /* whose rows, of its schema main; NULL: those
                                   of p->db */
  const MigTableEntry *pBefore; /* the table in an earlier backup, or NULL */
  void (*xDone)(MigContext *p, void *pArg, i64 nByte); /* told of each chunk
                                                          and its bytes, or
                                                          NULL */
  void *pArg;                                          /* for xDone */
} MigChunkJob;

void migChunkTable(MigContext *p, const MigChunkJob *pJob,
                   const MigLayout *pLayout, MigTableEntry *pEntry);
int migChunksAre(MigContext *p, const MigChunkJob *pJob,
                 const MigLayout *pLayout, const MigTableEntry *pEntry);

#endif
