/*
** codec.c - deflate and inflate with bounds.
**
** The sqlar convention: data of `size` bytes is stored as one zlib stream
** when that is shorter than the data, else as it is; the reader tells the two
** apart by comparing the stored length with `size`. `sqlar_uncompress(data,
** size)` of the sqlite3 shell reads it. `size` is stored beside the data, never
** in it:
**   length(data) = size   the bytes as they are; so is an empty text
**   length(data) < size   one zlib stream (RFC 1950) that gives size bytes
**   length(data) > size   never written
**
** Small pieces of one kind, of which there are many, are raw deflate streams
** (RFC 1951, neither header nor checksum) instead, with a dictionary if there
** is one: bytes that writer and reader hold as if they stood before the data.
** Sizes, and a checksum where one is wanted, are kept beside the piece. What
** zlib needs for a stream is 260 KB to write and 40 KB to read; a MigRawCodec
** takes that once and sets it back for each piece.
**
** zlib takes its memory from SQLite's allocator, so that memory limits and
** accounting of the host hold for it too.
**
** What is read is not trusted: no call writes behind the space it was given, or
** takes memory before the sizes that are claimed are found possible.
*/
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>
#include "codec.h"

#define MEM_LEVEL 8      /* zlib's own default */
#define WINDOW_EXTRA 262 /* by so much is the reach of a window shorter */

/* zlib's way to SQLite's allocator. The product of two 32-bit numbers fits into
** 64 bits. */
static voidpf zlibAlloc(voidpf pUnused, uInt nItem, uInt nSize) {
  MIG_UNUSED(pUnused);
  return sqlite3_malloc64((u64)nItem * nSize);
}

/* And back to it. */
static void zlibFree(voidpf pUnused, voidpf pOld) {
  MIG_UNUSED(pUnused);
  sqlite3_free(pOld);
}

/* A stream with our allocator that will read the n bytes at a. Begun by the
** caller, who also says where it writes. */
static void streamInit(z_stream *pZ, const void *a, i64 n) {
  memset(pZ, 0, sizeof(*pZ));
  pZ->zalloc = zlibAlloc;
  pZ->zfree = zlibFree;
  pZ->next_in = a;
  pZ->avail_in = (uInt)n;
}

/* n bytes copied to memory of their own, with a zero behind them. */
static MigBytes bytesCopy(MigContext *p, const void *a, i64 n) {
  MigBytes out = {0, n};

  out.a = sqlite3_malloc64((u64)n + 1);
  if (out.a == 0) {
    migNomem(p);
    out.n = 0;
  } else {
    memcpy(out.a, a, (size_t)n);
    out.a[n] = 0;
  }
  return out;
}

/*
** Begin a zlib stream for n bytes in all. What zlib takes and clears for one,
** 260 KB, is more work than a short text: so take a window of that size, and as
** many symbols a block. The result is hardly another. Returns zlib's result,
** which for these arguments is Z_OK or that memory is wanting.
*/
static int deflateBegin(z_stream *pZ, i64 n, int iLevel) {
  int nBits = 9;

  while (nBits < MAX_WBITS && (i64)1 << nBits < n + WINDOW_EXTRA) {
    nBits++;
  }
  return deflateInit2(pZ, iLevel, Z_DEFLATED, nBits,
                      nBits < MEM_LEVEL + 6 ? nBits - 6 : MEM_LEVEL,
                      Z_DEFAULT_STRATEGY);
}

/*
** Compress n bytes (0 <= n < 2^31) at zlib level iLevel (1 to 9) into the sqlar
** form. The caller frees the result, which is never longer than n; for n 0 it
** is empty, not NULL. After failure, want of memory alone, it is {0, 0}.
*/
MigBytes migDeflate(MigContext *p, const void *a, i64 n, int iLevel) {
  MigBytes out = {0, 0};
  z_stream z;
  int rc;

  if (p->rc) {
    return out;
  }
  if (n == 0) {
    return bytesCopy(p, "", 0);
  }
  streamInit(&z, a, n);
  if (deflateBegin(&z, n, iLevel) != Z_OK) {
    migNomem(p);
    return out;
  }
  out.a = sqlite3_malloc64((u64)n); /* a longer result is not wanted */
  if (out.a == 0) {
    deflateEnd(&z);
    migNomem(p);
    return out;
  }
  z.next_out = out.a;
  z.avail_out = (uInt)(n - 1); /* as long as n it would be taken for the data */
  rc = deflate(&z, Z_FINISH);
  out.n = (i64)z.total_out;
  deflateEnd(&z);
  if (rc != Z_STREAM_END) {
    sqlite3_free(out.a);
    out = bytesCopy(p, a, n);
  }
  return out;
}

/* Inflate n bytes at a into nSize bytes at aOut, which they must fill, with
** nothing behind them: else STORE_DAMAGED. */
static void inflateInto(MigContext *p, const void *a, i64 n, u8 *aOut,
                        i64 nSize) {
  z_stream z;
  int rc;

  streamInit(&z, a, n);
  if (inflateInit(&z) != Z_OK) {
    migNomem(p);
    return;
  }
  z.next_out = aOut;
  z.avail_out = (uInt)nSize;
  rc = inflate(&z, Z_FINISH);
  inflateEnd(&z);
  if (rc == Z_MEM_ERROR) {
    /* unreached: zlib needs this memory for damaged data only */
    migNomem(p);
  } else if (rc != Z_STREAM_END || z.avail_out || z.avail_in) {
    migFail(p, MIG_STORE_DAMAGED,
            "stored data does not inflate;"
            " restore the file from a copy");
  }
}

/*
** Read n bytes in sqlar form that stand for nSize bytes. The caller frees the
** result; a zero byte follows it. TOO_BIG when nSize exceeds nMax,
** STORE_DAMAGED when the bytes do not give exactly nSize bytes; then the result
** is {0, 0}. Memory is taken only after both bounds (deflate cannot expand more
** than 1032 times) hold. a may be NULL when n is 0.
*/
MigBytes migInflate(MigContext *p, const void *a, i64 n, i64 nSize, i64 nMax) {
  MigBytes out = {0, 0};

  if (p->rc) {
    return out; /* unreached: nobody asks after an error */
  }
  if (nSize > nMax) {
    migFail(p, MIG_TOO_BIG, "stored data claims %lld bytes, the limit is %lld",
            nSize, nMax);
    return out;
  }
  if (nSize == n) {
    return bytesCopy(p, a ? a : "", n);
  }
  if (nSize < 0 || n < 0 || n > nMax || nSize > n * 1032 + 64) {
    migFail(p, MIG_STORE_DAMAGED,
            "stored data has an impossible size;"
            " restore the file from a copy");
    return out;
  }
  out.a = sqlite3_malloc64((u64)nSize + 1);
  if (out.a == 0) {
    migNomem(p);
    return out;
  }
  inflateInto(p, a, n, out.a, nSize);
  if (p->rc) {
    sqlite3_free(out.a);
    out.a = 0;
    return out;
  }
  out.a[nSize] = 0;
  out.n = nSize;
  return out;
}

/* A stream with our allocator, not begun yet. NULL: out of memory. Freed by
** sqlite3_free(). */
static z_stream *rawStream(MigContext *p) {
  z_stream *pZ = sqlite3_malloc64(sizeof(*pZ));

  if (pZ == 0) {
    migNomem(p);
    return 0;
  }
  streamInit(pZ, 0, 0);
  return pZ;
}

/* The stream that deflates, as new; made when there is none. It stays the
** codec's. NULL: out of memory, and the codec is as it was. */
static z_stream *rawDeflater(MigContext *p, MigRawCodec *pCodec) {
  z_stream *pZ = pCodec->pDeflate;

  if (pZ) {
    deflateReset(pZ);
    return pZ;
  }
  pZ = rawStream(p);
  if (pZ && deflateInit2(pZ, pCodec->iLevel, Z_DEFLATED, -MAX_WBITS, MEM_LEVEL,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
    sqlite3_free(pZ);
    migNomem(p);
    return 0;
  }
  pCodec->pDeflate = pZ;
  return pZ;
}

/* The stream that inflates, as new; made when there is none. It stays the
** codec's. NULL: out of memory, and the codec is as it was. */
static z_stream *rawInflater(MigContext *p, MigRawCodec *pCodec) {
  z_stream *pZ = pCodec->pInflate;

  if (pZ) {
    inflateReset(pZ);
    return pZ;
  }
  pZ = rawStream(p);
  if (pZ && inflateInit2(pZ, -MAX_WBITS) != Z_OK) {
    sqlite3_free(pZ);
    migNomem(p);
    return 0;
  }
  pCodec->pInflate = pZ;
  return pZ;
}

/* Where a stream reads and writes next. Both sizes are below 2^31. */
static void streamSet(z_stream *pZ, const u8 *a, i64 n, u8 *aOut, i64 nOut) {
  pZ->next_in = a;
  pZ->avail_in = (uInt)n;
  pZ->next_out = aOut;
  pZ->avail_out = (uInt)nOut;
}

/*
** Compress n bytes at a to fewer than nOut bytes at aOut, with the nDict bytes
** at aDict as dictionary (0: without). Sizes are below 2^31; the level is that
** of the codec's first call. Returns the bytes written, or 0 when nOut is too
** small, which is no error, and after failure: out of memory. (zlib cannot tell
** a stream that fills the space exactly from one that needs more.) Of a longer
** dictionary only the last 32 KB can be referred to. What aOut holds after a 0
** means nothing.
*/
i64 migRawDeflate(MigContext *p, MigRawCodec *pCodec, const u8 *a, i64 n,
                  const u8 *aDict, i64 nDict, u8 *aOut, i64 nOut) {
  z_stream *pZ = p->rc ? 0 : rawDeflater(p, pCodec);

  if (pZ == 0) {
    return 0;
  }
  if (nDict > 0) {
    deflateSetDictionary(pZ, aDict, (uInt)nDict);
  }
  streamSet(pZ, a, n, aOut, nOut);
  return deflate(pZ, Z_FINISH) == Z_STREAM_END ? (i64)pZ->total_out : 0;
}

/*
** The reverse, with the same dictionary. Returns 1 when the n bytes at a are
** one whole stream that gives exactly nOut bytes, now at aOut; else 0: they
** are damaged, or p->rc is set for want of memory. The caller knows what the
** bytes are and words the error.
*/
int migRawInflate(MigContext *p, MigRawCodec *pCodec, const u8 *a, i64 n,
                  const u8 *aDict, i64 nDict, u8 *aOut, i64 nOut) {
  z_stream *pZ = p->rc ? 0 : rawInflater(p, pCodec);
  int rc = Z_OK;

  if (pZ == 0) {
    return 0;
  }
  if (nDict > 0) { /* a raw stream takes it at its beginning, unasked */
    rc = inflateSetDictionary(pZ, aDict, (uInt)nDict);
  }
  if (rc == Z_OK) {
    streamSet(pZ, a, n, aOut, nOut);
    rc = inflate(pZ, Z_FINISH);
  }
  if (rc == Z_MEM_ERROR) {
    migNomem(p);
  }
  return rc == Z_STREAM_END && pZ->avail_out == 0 && pZ->avail_in == 0;
}

/* Give back what the streams hold; also after an error, and when nothing was
** made. The codec can be used again. */
void migRawClose(MigRawCodec *pCodec) {
  if (pCodec->pDeflate) {
    deflateEnd(pCodec->pDeflate);
    sqlite3_free(pCodec->pDeflate);
  }
  if (pCodec->pInflate) {
    inflateEnd(pCodec->pInflate);
    sqlite3_free(pCodec->pInflate);
  }
  pCodec->pDeflate = 0;
  pCodec->pInflate = 0;
}

/*
** CRC-32 as zlib and PKZIP have it: goes on from uCrc, 0 at the start, over n
** more bytes (n < 2^31). With a NULL nothing is added: zlib would begin anew.
*/
u32 migCrc32(u32 uCrc, const void *a, i64 n) {
  return a ? (u32)crc32(uCrc, a, (uInt)n) : uCrc;
}
