/*
** chunk.h - the content-addressed store of chunks.
**
** A chunk is at most MIG_CHUNK_MAX bytes, named by their BLAKE2b-256 and
** numbered; it is stored once. How its bytes are stored is in chunk.c. What
** they mean is the matter of who stores them: rows (chunker.c), pieces of a
** list (list.h), manifests (backup.c).
*/
#ifndef MIG_CHUNK_H
#define MIG_CHUNK_H

#include "codec.h"
#include "hash.h"
#include "cut.h"

/* Chunks being read or written. Open once a call, close on every path. Several
** readers and a writer may share one, one call at a time. */
typedef struct MigChunks {
  MigRawCodec codec;       /* made when first needed */
  i64 iBase;               /* chunk that aBase holds, 0: none */
  i64 nBase;               /* its bytes */
  i64 nBaseData;           /* bytes that it takes as stored */
  u8 *aBase;               /* the three buffers are MIG_CHUNK_MAX bytes each */
  u8 *aData;               /* the chunk read last */
  u8 *aWork;               /* compressed bytes */
  sqlite3 *dbOver;         /* takes new chunks instead of the store, or NULL */
  sqlite3_stmt *pOverFind; /* the statements of dbOver; NULL without it */
  sqlite3_stmt *pOverRead;
  sqlite3_stmt *pOverAdd;
  i64 iOver;   /* greatest number in the store: those above are of dbOver */
  int bMended; /* a damaged row was written again: what is known of the bytes of
               ** all rows holds no more */
  i64 nStored; /* bytes of column data added since it was opened */
} MigChunks;

void migChunksOpen(MigContext *p, MigChunks *pChunks, int iLevel);
void migChunksOverlay(MigContext *p, MigChunks *pChunks);
void migChunksClose(MigChunks *pChunks);

i64 migChunkPut(MigContext *p, MigChunks *pChunks, const u8 *a, i64 n,
                i64 iPrevious, u8 aHash[MIG_HASH_SIZE]);
i64 migChunkBytes(MigContext *p);
i64 migChunkCrc(i64 iBase, i64 eCodec, const void *aData, i64 nData);
const u8 *migChunkGet(MigContext *p, MigChunks *pChunks, i64 iChunk, i64 *pn,
                      u8 aHash[MIG_HASH_SIZE]);

#endif
