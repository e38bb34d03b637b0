/*
** codec.c - deflate and inflate with bounds.
**
** The sqlar convention: data of `size` bytes is stored as one zlib stream
** when that is shorter than the data, else as it is; the reader tells the two
** apart by comparing the stored length with `size`. `sqlar_uncompress(data,
** size)` of the sqlite3 shell reads it.
**
** zlib takes its memory from SQLite's allocator, so that memory limits and
** accounting of the host hold for it too.
*/
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>
#include "codec.h"

static voidpf zlibAlloc(voidpf pUnused, uInt nItem, uInt nSize) {
  MIG_UNUSED(pUnused);
  return sqlite3_malloc64((u64)nItem * nSize);
}

static void zlibFree(voidpf pUnused, voidpf pOld) {
  MIG_UNUSED(pUnused);
  sqlite3_free(pOld);
}

static void streamInit(z_stream *pZ, const void *a, i64 n) {
  memset(pZ, 0, sizeof(*pZ));
  pZ->zalloc = zlibAlloc;
  pZ->zfree = zlibFree;
  pZ->next_in = a;
  pZ->avail_in = (uInt)n;
}

/* n bytes copied to memory of their own. */
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
** Compress n bytes (n < 2^31) at zlib level iLevel (1 to 9) into the sqlar
** form. After failure the result is {0, 0}.
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
  if (deflateInit(&z, iLevel) != Z_OK) {
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
  z.avail_out = (uInt)(n - 1);
  rc = deflate(&z, Z_FINISH);
  out.n = (i64)z.total_out;
  deflateEnd(&z);
  if (rc != Z_STREAM_END) {
    sqlite3_free(out.a);
    out = bytesCopy(p, a, n);
  }
  return out;
}

/*
** Read n bytes in sqlar form that stand for nSize bytes. A zero byte follows
** the result. STORE_DAMAGED when they do not give exactly nSize bytes,
** TOO_BIG when nSize exceeds nMax; memory is taken only after both bounds
** (deflate cannot expand more than 1032 times) hold.
*/
MigBytes migInflate(MigContext *p, const void *a, i64 n, i64 nSize, i64 nMax) {
  MigBytes out = {0, 0};
  z_stream z;
  int rc;

  if (p->rc) {
    return out;
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
  streamInit(&z, a, n);
  out.a = sqlite3_malloc64((u64)nSize + 1);
  if (out.a == 0 || inflateInit(&z) != Z_OK) {
    sqlite3_free(out.a);
    out.a = 0;
    migNomem(p);
    return out;
  }
  z.next_out = out.a;
  z.avail_out = (uInt)nSize;
  rc = inflate(&z, Z_FINISH);
  inflateEnd(&z);
  if (rc == Z_MEM_ERROR) {
    migNomem(p);
  } else if (rc != Z_STREAM_END || z.avail_out || z.avail_in) {
    migFail(p, MIG_STORE_DAMAGED,
            "stored data does not inflate;"
            " restore the file from a copy");
  }
  if (p->rc) {
    sqlite3_free(out.a);
    out.a = 0;
    return out;
  }
  out.a[nSize] = 0;
  out.n = nSize;
  return out;
}
