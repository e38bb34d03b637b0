/*
** list.h - the chunks of a table, in order.
**
** A list is itself cut into chunks, its pieces, so that a list that did not
** change costs nothing and one that changed in one place costs one piece.
** A piece is a sequence of entries:
**
**   varint   zigzag(number of the chunk - that of the entry before, 0 at the
**            start of a piece) * 2, plus 1 when the row at the end of the chunk
**            goes on in the next one
**   4 bytes  hash of the chunk's first key, big-endian
*/
#ifndef MIG_LIST_H
#define MIG_LIST_H

#include "chunk.h"

typedef struct MigListEntry {
  i64 iChunk;
  int bMore;  /* its row goes on in the next chunk */
  u32 uHash;  /* of its first key */
  i64 iPiece; /* the piece it stands in */
} MigListEntry;

/* A list being read. */
typedef struct MigListReader {
  MigChunks *pChunks;
  int nPiece;
  const i64 *aiPiece; /* of the caller */
  int iPiece;         /* next one to read */
  u8 *a;              /* the piece being read, to be freed */
  i64 n;
  i64 i;      /* next byte */
  i64 iChunk; /* of the entry before */
} MigListReader;

/* A list being written. */
typedef struct MigListWriter {
  MigChunks *pChunks;
  u8 *a; /* piece being filled, MIG_CHUNK_MAX bytes */
  i64 n;
  i64 iChunk;    /* of the entry before */
  i64 iPrevious; /* piece of the list before, as dictionary */
  int nPiece;
  i64 *aiPiece; /* in the arena */
} MigListWriter;

void migListReadOpen(MigListReader *pRead, MigChunks *pChunks, int nPiece,
                     const i64 *aiPiece);
int migListRead(MigContext *p, MigListReader *pRead, MigListEntry *pEntry);
void migListReadClose(MigListReader *pRead);

void migListWriteOpen(MigContext *p, MigListWriter *pWrite, MigChunks *pChunks);
void migListWrite(MigContext *p, MigListWriter *pWrite,
                  const MigListEntry *pEntry, i64 iPrevious);
void migListWriteEnd(MigContext *p, MigListWriter *pWrite);
void migListWriteClose(MigListWriter *pWrite);

#endif
