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
**
** varint and zigzag are those of rowcode.h. The difference has at most 63 bits
** with its sign. Chunks 100 and 101 of whole rows, as the first two entries of
** a piece, whose keys have the hashes 01020304 and 0a0b0c0d, are
**
**   83 10 01 02 03 04   zigzag(100) * 2 = 400
**   04 0a 0b 0c 0d      zigzag(1) * 2 = 4
**
** A chunk that goes on with a long row has the hash of that row's key. An empty
** table has a list without pieces. A reader of rows needs the order of the
** chunks and where rows go on; the hashes serve the next backup, which finds by
** them what stood at a place before (chunker.c).
*/
#ifndef MIG_LIST_H
#define MIG_LIST_H

#include "chunk.h"

/* An entry of a list, as it is read and written. */
typedef struct MigListEntry {
  i64 iChunk; /* number of the chunk */
  int bMore;  /* its row goes on in the next chunk */
  u32 uHash;  /* of its first key */
  i64 iPiece; /* chunk number of the piece it stands in; not written */
} MigListEntry;

/* A list being read. */
typedef struct MigListReader {
  MigChunks *pChunks; /* of the caller */
  int nPiece;
  const i64 *aiPiece; /* chunk numbers of the pieces, of the caller */
  int iPiece;         /* next one to read, from 0 */
  u8 *a;              /* the piece being read, to be freed; NULL at first */
  i64 n;              /* bytes of it */
  i64 i;              /* next byte */
  i64 iChunk;         /* of the entry before */
} MigListReader;

/* A list being written. */
typedef struct MigListWriter {
  MigChunks *pChunks; /* of the caller; takes the pieces */
  u8 *a;              /* piece being filled, MIG_CHUNK_MAX bytes, to be freed */
  i64 n;              /* bytes in it */
  i64 iChunk;         /* of the entry before in it, 0 at its start */
  i64 iPrevious;      /* piece of the list before, as dictionary; 0: none */
  int nPiece;         /* pieces stored */
  i64 *aiPiece;       /* their chunk numbers, in the arena */
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
