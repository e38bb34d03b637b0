/*
** list.c - the chunks of a table, in order.
**
** A piece ends before an entry whose hash has ten leading zero bits, so that,
** like the rows, lists keep their cuts when entries come and go; and when it
** is full. Nothing depends on where pieces end but how well they are shared.
** One entry in 1024 has such a hash, and a piece has PIECE_MIN bytes before one
** counts. Each piece begins with a full number, so it can be read by itself.
**
** Pieces come from a file that others may have written. What is read is
** bounded by the bytes that are there; that the chunks named exist, and are
** those of the table, is seen when they are read (chunk.c, reader.c).
*/
#include <string.h>
#include "rowcode.h"
#include "list.h"

#define ENTRY_MAX (MIG_VARINT_MAX + 4) /* bytes of the longest entry */
#define PIECE_MIN 2048                 /* bytes before a cut by hash */

/* ---- reading ---- */

/*
** Read the list with these pieces. aiPiece and pChunks stay the caller's and
** must live until migListReadClose(), which is called on every path. Cannot
** fail: memory is taken, and the first piece read, by the first
** migListRead().
*/
void migListReadOpen(MigListReader *pRead, MigChunks *pChunks, int nPiece,
                     const i64 *aiPiece) {
  memset(pRead, 0, sizeof(*pRead));
  pRead->pChunks = pChunks;
  pRead->nPiece = nPiece;
  pRead->aiPiece = aiPiece;
}

/* Free the piece that is in memory; more than once does no harm. */
void migListReadClose(MigListReader *pRead) {
  sqlite3_free(pRead->a);
  pRead->a = 0;
}

/* Have the next piece, of which there is one, in memory; its bytes are copied,
** because the entries name chunks that are read in between. */
static void pieceNext(MigContext *p, MigListReader *pRead) {
  u8 aHash[MIG_HASH_SIZE];
  const u8 *a;

  a = migChunkGet(p, pRead->pChunks, pRead->aiPiece[pRead->iPiece++], &pRead->n,
                  aHash);
  if (pRead->a == 0) {
    pRead->a = p->rc ? 0 : sqlite3_malloc64(MIG_CHUNK_MAX);
  }
  if (pRead->a == 0) {
    migNomem(p);
  } else if (p->rc == SQLITE_OK) {
    memcpy(pRead->a, a, (size_t)pRead->n);
  }
  pRead->i = 0;
  pRead->iChunk = 0;
}

/*
** The next entry, in the order of the table's key. Returns 0 at the end or
** after an error, and pEntry means nothing then. BACKUP_DAMAGED when a piece is
** not as it was written or is no list, TOO_BIG (migChunkGet()). iChunk is not
** tested: it may be any number in a hostile file. Other chunks of the same
** MigChunks may be read between two calls.
*/
int migListRead(MigContext *p, MigListReader *pRead, MigListEntry *pEntry) {
  const u8 *a;
  u64 u;
  int n;

  while (p->rc == SQLITE_OK && pRead->i >= pRead->n) {
    if (pRead->iPiece >= pRead->nPiece) {
      return 0;
    }
    pieceNext(p, pRead);
  }
  if (p->rc || pRead->a == 0) {
    return 0;
  }
  a = pRead->a + pRead->i;
  n = migVarintGet(a, pRead->n - pRead->i, &u);
  if (n == 0 || pRead->i + n + 4 > pRead->n) {
    migFail(p, MIG_BACKUP_DAMAGED, "chunk %lld is no list of chunks",
            pRead->aiPiece[pRead->iPiece - 1]);
    return 0;
  }
  pRead->iChunk = (i64)((u64)pRead->iChunk + (u64)migUnzigzag(u >> 1));
  pRead->i += n + 4;
  pEntry->iChunk = pRead->iChunk;
  pEntry->bMore = (int)(u & 1);
  pEntry->uHash = (u32)a[n] << 24 | (u32)a[n + 1] << 16 | (u32)a[n + 2] << 8 |
                  (u32)a[n + 3];
  pEntry->iPiece = pRead->aiPiece[pRead->iPiece - 1];
  return 1;
}

/* ---- writing ---- */

/*
** Begin a list whose pieces go to pChunks, which must live until
** migListWriteClose(). After failure p->rc is set; close it all the same.
*/
void migListWriteOpen(MigContext *p, MigListWriter *pWrite,
                      MigChunks *pChunks) {
  memset(pWrite, 0, sizeof(*pWrite));
  pWrite->pChunks = pChunks;
  pWrite->a = p->rc ? 0 : sqlite3_malloc64(MIG_CHUNK_MAX);
  if (pWrite->a == 0) {
    migNomem(p);
  }
}

/* Free the piece being filled; an entry that was not stored by
** migListWriteEnd() is lost. nPiece and aiPiece stay. */
void migListWriteClose(MigListWriter *pWrite) {
  sqlite3_free(pWrite->a);
  pWrite->a = 0;
}

/* Store the piece, if it has entries, and begin the next. */
static void pieceFlush(MigContext *p, MigListWriter *pWrite) {
  u8 aHash[MIG_HASH_SIZE];
  int n = pWrite->nPiece;
  i64 iPiece;

  if (p->rc || pWrite->n == 0) {
    return;
  }
  iPiece = migChunkPut(p, pWrite->pChunks, pWrite->a, pWrite->n,
                       pWrite->iPrevious, aHash);
  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    u64 nOld = (u64)n * sizeof(i64);
    pWrite->aiPiece =
        migGrow(p, pWrite->aiPiece, nOld, n ? 2 * nOld : sizeof(i64));
  }
  if (p->rc == SQLITE_OK) {
    pWrite->aiPiece[pWrite->nPiece++] = iPiece;
  }
  pWrite->n = 0;
  pWrite->iChunk = 0;
}

/*
** Add an entry; iPiece of it is not looked at, bMore is 0 or 1. iPrevious is
** the piece that stood here in the list before, as a dictionary, or 0; that of
** the first entry of a piece counts. A piece that is full is stored first: the
** caller holds the write transaction, unless pChunks has an overlay.
*/
void migListWrite(MigContext *p, MigListWriter *pWrite,
                  const MigListEntry *pEntry, i64 iPrevious) {
  u32 u = pEntry->uHash;
  u8 *a;

  if (pWrite->n + ENTRY_MAX > MIG_CHUNK_MAX ||
      (u >> 22 == 0 && pWrite->n >= PIECE_MIN)) {
    pieceFlush(p, pWrite);
  }
  if (p->rc) {
    return;
  }
  if (pWrite->n == 0) {
    pWrite->iPrevious = iPrevious;
  }
  a = pWrite->a + pWrite->n;
  a += migVarintPut(a, migZigzag(pEntry->iChunk - pWrite->iChunk) << 1 |
                           (u64)pEntry->bMore);
  *a++ = (u8)(u >> 24);
  *a++ = (u8)(u >> 16);
  *a++ = (u8)(u >> 8);
  *a++ = (u8)u;
  pWrite->n = a - pWrite->a;
  pWrite->iChunk = pEntry->iChunk;
}

/* Store what is left; nPiece and aiPiece are the list then, in the arena of p.
** After failure they mean nothing. */
void migListWriteEnd(MigContext *p, MigListWriter *pWrite) {
  pieceFlush(p, pWrite);
}
