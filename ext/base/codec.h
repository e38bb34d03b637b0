/*
** codec.h - deflate and inflate with bounds.
**
** The two forms that compressed bytes have in a file are in codec.c.
*/
#ifndef MIG_CODEC_H
#define MIG_CODEC_H

#include "context.h"

/* Bytes that belong to the caller; free a with sqlite3_free(). */
typedef struct MigBytes {
  u8 *a; /* NULL after failure */
  i64 n; /* bytes at a; a zero that may stand behind them is not counted */
} MigBytes;

/* The sqlar form. */
MigBytes migDeflate(MigContext *p, const void *a, i64 n, int iLevel);
MigBytes migInflate(MigContext *p, const void *a, i64 n, i64 nSize, i64 nMax);

/* Raw deflate streams (RFC 1951, no header) that are used again and again.
** Zero-initialize; migRawClose() on every path. */
typedef struct MigRawCodec {
  struct z_stream_s *pDeflate; /* made when first needed */
  struct z_stream_s *pInflate; /* likewise */
  int iLevel; /* zlib level, 1 to 9: looked at when pDeflate is made */
} MigRawCodec;

i64 migRawDeflate(MigContext *p, MigRawCodec *pCodec, const u8 *a, i64 n,
                  const u8 *aDict, i64 nDict, u8 *aOut, i64 nOut);
int migRawInflate(MigContext *p, MigRawCodec *pCodec, const u8 *a, i64 n,
                  const u8 *aDict, i64 nDict, u8 *aOut, i64 nOut);
void migRawClose(MigRawCodec *pCodec);

u32 migCrc32(u32 uCrc, const void *a, i64 n);

#endif
