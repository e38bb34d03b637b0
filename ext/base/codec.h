/*
** codec.h - deflate and inflate with bounds.
*/
#ifndef MIG_CODEC_H
#define MIG_CODEC_H

#include "context.h"

/* Bytes that belong to the caller; free a with sqlite3_free(). */
typedef struct MigBytes {
  u8 *a;
  i64 n;
} MigBytes;

MigBytes migDeflate(MigContext *p, const void *a, i64 n, int iLevel);
MigBytes migInflate(MigContext *p, const void *a, i64 n, i64 nSize, i64 nMax);

#endif
