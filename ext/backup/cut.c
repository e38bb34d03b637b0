/*
** cut.c - where one chunk ends and the next begins.
**
** A row begins a new chunk when the low nBits bits of the hash of its key are
** zero, which one row in 2^nBits has. A chunk shorter than MIG_CHUNK_MIN goes
** on nevertheless, and one that would grow beyond MIG_CHUNK_MAX ends at any
** row. Two states of a table that are cut with the same nBits and differ in
** some rows therefore have the same chunks from the next cut by key on.
**
** nBits is of the table, and kept in the manifest: as long as it stays the
** same, so do the cuts.
**
** With nBits = 2, chunks that are past MIG_CHUNK_MIN, and the last bits of the
** hashes in the second line:
**
**   key      7    8    9   10   11   12
**   hash  ..01 ..00 ..10 ..11 ..00 ..01
**   chunk    a |  b    b    b |  c    c
**
** When row 9 changes, b is another chunk, and a and c are as they were. When
** row 11 is deleted, b and c become one, and the next cut is where it was.
**
** The functions are pure. Nothing that reads a backup relies on where it was
** cut: to cut elsewhere only costs chunks that are not shared any more. A row
** that takes more than a chunk is cut in parts by the scan, and is not asked
** about here.
*/
#include "cut.h"

#define BITS_MAX 24 /* the most that a manifest may say */

/*
** Bits for a table of nRow rows that take nByte bytes, both estimates: the
** most for which 2^bits rows take no more than MIG_CHUNK_TARGET bytes. As the
** first MIG_CHUNK_MIN bytes of a chunk see no cut, a chunk then has 12 to 17
** KB on average, and few chunks (one in 6 to one in 30) are cut by
** MIG_CHUNK_MAX. Returns 0 to 24; 0, a cut before every row once a chunk has
** MIG_CHUNK_MIN bytes, also for a table that has no rows.
*/
int migCutBits(i64 nByte, i64 nRow) {
  double rRow; /* rows in a chunk */
  int nBits = 0;

  if (nRow <= 0) {
    return 0;
  }
  if (nByte < nRow) {
    nByte = nRow; /* a row in a chunk never takes less */
  }
  rRow = (double)MIG_CHUNK_TARGET * (double)nRow / (double)nByte;
  while (rRow >= 2 && nBits < BITS_MAX) {
    rRow /= 2;
    nBits++;
  }
  return nBits;
}

/*
** Does the next row, of nNext bytes with its key and a key with hash uHash
** (rowcode.c), begin a new chunk? nHave bytes are in the one being filled;
** nBits is 0 to 24. Never 1 for an empty chunk, so every row gets into one.
*/
int migCutBefore(int nBits, u32 uHash, i64 nHave, i64 nNext) {
  if (nHave > 0 && nHave + nNext > MIG_CHUNK_MAX) {
    return 1;
  }
  return nHave >= MIG_CHUNK_MIN && (uHash & (((u32)1 << nBits) - 1)) == 0;
}
