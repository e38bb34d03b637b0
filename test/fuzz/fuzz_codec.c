/*
** fuzz_codec.c - deflate and inflate with bounds, and packs of scripts.
**
** The first byte of the input is the zlib level, with 16 added packs are tried
** as well; the next two are the size that is claimed, the fourth the bytes of
** the dictionary; the rest is data. Buffers are exactly as long as what they
** are said to be.
**
** Asserted: what is deflated is never longer and inflates to the same bytes,
** which no other size, limit or length does; any bytes as a stream are refused
** with STORE_DAMAGED or TOO_BIG, or give what zlib gives, exactly the claimed
** bytes; the memory taken is bounded by the claim and by the stream, and given
** back. The same for raw streams with a dictionary. Scripts put into packs are
** read again, also after others were taken out; any row as a pack gives a
** script that lies in it, or an error.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "sql.h"
#include "store.h"
#include "scripts.h"

#define FUZZ_SIZE 65536      /* greatest input: what it gives stays small */
#define FUZZ_SCRIPTS 9       /* scripts that an input is cut into */
#define FUZZ_INFLATER 100000 /* more than zlib takes to read a stream */

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* An input, taken apart; its bytes are the fuzzer's. */
typedef struct FuzzInput {
  int iLevel;      /* of zlib, 1 to 9 */
  i64 nClaim;      /* size that is claimed, up to 65535 */
  i64 nDict;       /* the dictionary, up to 255 bytes */
  const u8 *aDict; /* it lies before the data */
  const u8 *a;     /* the data */
  i64 n;
} FuzzInput;

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* Memory that ends after n bytes. */
static u8 *bufferNew(i64 n) {
  u8 *a = malloc(n > 0 ? (size_t)n : 1);

  demand(a != 0);
  return a;
}

/* Are n bytes at a the nB bytes at b? Of none the addresses do not matter. */
static int bytesSame(const void *a, i64 n, const void *b, i64 nB) {
  return n == nB && (n == 0 || memcmp(a, b, (size_t)n) == 0);
}

/* ---- the sqlar form ---- */

/* Inflate what must be refused, or be nothing but the n bytes themselves. */
static void refuseTest(const void *a, i64 n, i64 nSize, i64 nMax) {
  MigContext context;
  MigBytes out;

  migContextInit(&context, 0);
  out = migInflate(&context, a, n, nSize, nMax);
  if (context.rc == SQLITE_OK) {
    demand(nSize == n && nSize <= nMax && bytesSame(out.a, out.n, a, n));
    sqlite3_free(out.a);
  } else {
    demand(context.eCode == (nSize > nMax ? MIG_TOO_BIG : MIG_STORE_DAMAGED));
    demand(context.zError && out.a == 0 && out.n == 0);
  }
  migContextClear(&context);
}

/* Deflate, inflate, and with one thing wrong. */
static void sqlarTest(const FuzzInput *pInput) {
  i64 n = pInput->n;
  MigContext context;
  MigBytes small, out;

  migContextInit(&context, 0);
  small = migDeflate(&context, pInput->a, n, pInput->iLevel);
  demand(context.rc == SQLITE_OK && small.a && small.n <= n);
  demand(small.n < n || bytesSame(small.a, small.n, pInput->a, n));
  out = migInflate(&context, small.a, small.n, n, n);
  demand(context.rc == SQLITE_OK && bytesSame(out.a, out.n, pInput->a, n));
  demand(out.a[n] == 0);
  sqlite3_free(out.a);
  refuseTest(small.a, small.n, n, n - 1);
  refuseTest(small.a, small.n, n + 1, n + 1);
  refuseTest(small.a, small.n, -1, n);
  if (small.n < n) {
    refuseTest(small.a, small.n, n - 1, n);
    refuseTest(small.a, small.n - 1, n, n);
  }
  sqlite3_free(small.a);
  migContextClear(&context);
}

/* What zlib makes of the stream. Returns 1 when that are exactly the n bytes
** at a. */
static int zlibSame(const FuzzInput *pInput, const u8 *a, i64 n) {
  u8 *aOut = bufferNew(n);
  uLongf nOut = (uLongf)n;
  uLong nIn = (uLong)pInput->n;
  int bSame = uncompress2(aOut, &nOut, pInput->a, &nIn) == Z_OK &&
              (i64)nIn == pInput->n && bytesSame(aOut, (i64)nOut, a, n);

  free(aOut);
  return bSame;
}

/* The input itself as a stream. */
static void foreignTest(const FuzzInput *pInput) {
  i64 nBefore = sqlite3_memory_used();
  i64 nMost = pInput->nClaim + FUZZ_INFLATER;
  MigContext context;
  MigBytes out;

  sqlite3_memory_highwater(1);
  migContextInit(&context, 0);
  out = migInflate(&context, pInput->a, pInput->n, pInput->nClaim, FUZZ_SIZE);
  demand(sqlite3_memory_highwater(1) - nBefore <= nMost);
  if (context.rc == SQLITE_OK) {
    demand(out.n == pInput->nClaim && out.n <= FUZZ_SIZE && out.a[out.n] == 0);
    demand(out.n == pInput->n ? bytesSame(out.a, out.n, pInput->a, pInput->n)
                              : zlibSame(pInput, out.a, out.n));
    sqlite3_free(out.a);
  } else {
    demand(context.eCode == MIG_STORE_DAMAGED || context.eCode == MIG_TOO_BIG);
    demand(out.a == 0 && out.n == 0);
  }
  migContextClear(&context);
  demand(sqlite3_memory_used() == nBefore);
}

/* ---- raw streams ---- */

/* Deflate into nOut bytes. Returns the bytes written. */
static i64 rawDeflate(MigContext *p, MigRawCodec *pCodec,
                      const FuzzInput *pInput, u8 *aOut, i64 nOut) {
  i64 n = migRawDeflate(p, pCodec, pInput->a, pInput->n, pInput->aDict,
                        pInput->nDict, aOut, nOut);

  demand(p->rc == SQLITE_OK && n >= 0 && n <= nOut);
  return n;
}

/* Inflate n bytes to nOut, with the dictionary or without. */
static int rawInflate(MigContext *p, MigRawCodec *pCodec,
                      const FuzzInput *pInput, const u8 *a, i64 n, u8 *aOut,
                      i64 nOut, int bDict) {
  u8 *aIn = bufferNew(n);
  int bDone;

  memcpy(aIn, a, (size_t)n);
  bDone = migRawInflate(p, pCodec, aIn, n, pInput->aDict,
                        bDict ? pInput->nDict : 0, aOut, nOut);
  demand(p->rc == SQLITE_OK);
  free(aIn);
  return bDone;
}

/* Raw streams, with the dictionary: they come back whole, into no less room
** and from no fewer bytes than their own; any bytes as a stream, and a stream
** without its dictionary, do no harm. */
static void rawTest(const FuzzInput *pInput) {
  i64 nRoom = (i64)compressBound((uLong)pInput->n) + 16;
  u8 *aSmall = bufferNew(nRoom);
  u8 *aOut = bufferNew(pInput->n);
  u8 *aAny = bufferNew(pInput->nClaim);
  MigRawCodec codec = {0, 0, pInput->iLevel};
  MigContext context;
  i64 n, nAgain;

  migContextInit(&context, 0);
  n = rawDeflate(&context, &codec, pInput, aSmall, nRoom);
  demand(n > 0);
  demand(rawInflate(&context, &codec, pInput, aSmall, n, aOut, pInput->n, 1));
  demand(bytesSame(aOut, pInput->n, pInput->a, pInput->n));
  demand(
      !rawInflate(&context, &codec, pInput, aSmall, n - 1, aOut, pInput->n, 1));
  if (pInput->n > 0) {
    demand(!rawInflate(&context, &codec, pInput, aSmall, n, aOut, pInput->n - 1,
                       1));
  }
  rawInflate(&context, &codec, pInput, aSmall, n, aOut, pInput->n, 0);
  rawInflate(&context, &codec, pInput, pInput->a, pInput->n, aAny,
             pInput->nClaim, 1);
  nAgain = rawDeflate(&context, &codec, pInput, aSmall, n);
  demand(nAgain == 0 || nAgain == n); /* may want a byte more than it fills */
  demand(rawDeflate(&context, &codec, pInput, aSmall, n - 1) == 0);
  migRawClose(&codec);
  migContextClear(&context);
  free(aAny);
  free(aOut);
  free(aSmall);
}

/* A checksum made in two parts is that of the whole. */
static void crcTest(const FuzzInput *pInput) {
  i64 nHalf = pInput->n / 2;
  u32 u = migCrc32(0, pInput->a, nHalf);

  demand(migCrc32(u, pInput->a + nHalf, pInput->n - nHalf) ==
         migCrc32(0, pInput->a, pInput->n));
}

/* ---- packs ---- */

/* A database with a store, made once. */
static sqlite3 *packDatabase(void) {
  static sqlite3 *db = 0;
  MigContext context;

  if (db == 0) {
    demand(sqlite3_open(":memory:", &db) == SQLITE_OK);
    migContextInit(&context, db);
    migStoreCreate(&context);
    demand(context.rc == SQLITE_OK);
    migStatementsClose(&context);
    migContextClear(&context);
  }
  return db;
}

/* One revision: its scripts are two pieces of the data. */
typedef struct FuzzRevision {
  const char *zUp;
  i64 nUp;
  const char *zDown;
  i64 nDown;
} FuzzRevision;

/* Put revision i into the packs. Empty scripts with an even number are none. */
static void packAdd(MigContext *p, MigPacker *pPacker, int i,
                    const FuzzRevision *pRev) {
  MigPlace place =
      migScriptsAdd(p, pPacker, pRev->zUp, pRev->nUp, pRev->zDown, pRev->nDown);
  sqlite3_stmt *pStmt = migPrepare(
      p, "INSERT INTO main._migrate_revisions VALUES(?1, ?1, '', ?2, ?3, ?4,"
         " ?5, ?6, x'', NULL, 0, NULL, NULL, x'')");

  demand(place.nUp == (pRev->zUp ? pRev->nUp : -1));
  demand(place.nDown == (pRev->zDown ? pRev->nDown : -1));
  migBindInt(p, pStmt, 1, i);
  migBindInt(p, pStmt, 2, place.iPack);
  migBindInt(p, pStmt, 3, place.iUp);
  migBindInt(p, pStmt, 4, place.nUp);
  migBindInt(p, pStmt, 5, place.iDown);
  migBindInt(p, pStmt, 6, place.nDown);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
}

/* Where the scripts of revision i lie. */
static MigPlace packPlace(MigContext *p, int i) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT pack, up_at, up_size, down_at, down_size"
                    " FROM main._migrate_revisions WHERE seq = ?1");
  MigPlace place;

  migBindInt(p, pStmt, 1, i);
  demand(migStep(p, pStmt));
  place.iPack = sqlite3_column_int64(pStmt, 0);
  place.iUp = sqlite3_column_int64(pStmt, 1);
  place.nUp = sqlite3_column_int64(pStmt, 2);
  place.iDown = sqlite3_column_int64(pStmt, 3);
  place.nDown = sqlite3_column_int64(pStmt, 4);
  migFinalize(p, pStmt);
  return place;
}

/* Are the scripts of revision i what they were? */
static void packTest(MigContext *p, int i, const FuzzRevision *pRev) {
  MigPlace place = packPlace(p, i);
  MigPackCache cache = {0, {0, 0}};
  const char *z;

  if (place.nUp >= 0) {
    z = migScriptsRead(p, &cache, place.iPack, place.iUp, place.nUp);
    demand(p->rc == 0 && bytesSame(z, place.nUp, pRev->zUp, pRev->nUp));
  }
  if (place.nDown >= 0) {
    z = migScriptsRead(p, &cache, place.iPack, place.iDown, place.nDown);
    demand(p->rc == 0 && bytesSame(z, place.nDown, pRev->zDown, pRev->nDown));
  }
  migScriptsClose(&cache);
}

/* Take revision i out. */
static void packRemove(MigContext *p, int i, int iLevel) {
  MigPlace place = packPlace(p, i);
  sqlite3_stmt *pStmt =
      migPrepare(p, "DELETE FROM main._migrate_revisions WHERE seq = ?1");

  migBindInt(p, pStmt, 1, i);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
  migScriptsRemove(p, &place, iLevel);
}

/* Cut the data into scripts by the bytes of the dictionary. Returns how many
** revisions there are. */
static int packCut(const FuzzInput *pInput, FuzzRevision *aRev) {
  const char *z = (const char *)pInput->a;
  i64 nLeft = pInput->n;
  int n;

  memset(aRev, 0, FUZZ_SCRIPTS * sizeof(*aRev));
  for (n = 0; n < FUZZ_SCRIPTS && n < pInput->nDict; n++) {
    i64 nUp = pInput->aDict[n] * nLeft / 512;
    i64 nDown = (pInput->aDict[n] & 15) * nLeft / 64;
    aRev[n].zUp = nUp || n % 2 ? z : 0;
    aRev[n].nUp = nUp;
    aRev[n].zDown = nDown || n % 3 ? z + nUp : 0;
    aRev[n].nDown = nDown;
    z += nUp + nDown;
    nLeft -= nUp + nDown;
  }
  return n;
}

/* Scripts into packs, all read, every third out, the others read. */
static void packsTest(MigContext *p, const FuzzInput *pInput) {
  FuzzRevision aRev[FUZZ_SCRIPTS];
  MigPacker packer;
  int n = packCut(pInput, aRev);
  int i;

  memset(&packer, 0, sizeof(packer));
  packer.iLevel = pInput->iLevel;
  for (i = 0; i < n; i++) {
    packAdd(p, &packer, i, &aRev[i]);
    if (i % 4 == 3) {
      migScriptsFlush(p, &packer);
    }
  }
  migScriptsFlush(p, &packer);
  demand(p->rc == SQLITE_OK);
  for (i = 0; i < n; i++) {
    packTest(p, i, &aRev[i]);
  }
  for (i = 0; i < n; i += 3) {
    packRemove(p, i, pInput->iLevel);
  }
  demand(p->rc == SQLITE_OK);
  for (i = 0; i < n; i++) {
    if (i % 3) {
      packTest(p, i, &aRev[i]);
    }
  }
}

/* The data as a row of the table; the dictionary's bytes are the place. */
static void packForeign(MigContext *p, const FuzzInput *pInput) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "INSERT OR REPLACE INTO main._migrate_scripts"
                    " VALUES(?1, ?2, ?3)");
  i64 iStart = pInput->nDict > 0 ? (signed char)pInput->aDict[0] : 0;
  i64 n = pInput->nDict > 1 ? (signed char)pInput->aDict[1] : 1;
  MigPackCache cache = {0, {0, 0}};
  const char *z;

  migBindInt(p, pStmt, 1, 77);
  migBindInt(p, pStmt, 2, pInput->nClaim);
  migBindBlob(p, pStmt, 3, pInput->a, pInput->n);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
  demand(p->rc == SQLITE_OK);
  z = migScriptsRead(p, &cache, 77, iStart, n);
  if (p->rc == SQLITE_OK) {
    demand(z != 0 && n >= 0);
    demand(n == 0 || (iStart >= 0 && cache.bytes.n == pInput->nClaim &&
                      iStart + n <= pInput->nClaim));
  } else {
    demand(z == 0 && p->eCode == MIG_STORE_DAMAGED);
  }
  migScriptsClose(&cache);
}

/* All that in a transaction which is rolled back. */
static void storeTest(const FuzzInput *pInput) {
  sqlite3 *db = packDatabase();
  i64 nBefore;
  MigContext context;

  demand(sqlite3_exec(db, "BEGIN", 0, 0, 0) == SQLITE_OK);
  nBefore = sqlite3_memory_used();
  migContextInit(&context, db);
  packsTest(&context, pInput);
  packForeign(&context, pInput);
  migStatementsClose(&context);
  migContextClear(&context);
  demand(sqlite3_next_stmt(db, 0) == 0);
  demand(sqlite3_exec(db, "ROLLBACK", 0, 0, 0) == SQLITE_OK);
  demand(sqlite3_memory_used() - nBefore < 1000000); /* pages of the cache */
}

/* One input, as the header has it; packs, which need a store, when it asks for
** them. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  FuzzInput input;
  i64 nBefore;

  if (n < 4 || n > FUZZ_SIZE) {
    return 0;
  }
  input.iLevel = 1 + (a[0] & 15) % 9;
  input.nClaim = a[1] * 256 + a[2];
  input.nDict = a[3] < n - 4 ? a[3] : (i64)n - 4;
  input.aDict = a + 4;
  input.a = a + 4 + input.nDict;
  input.n = (i64)n - 4 - input.nDict;
  packDatabase();
  nBefore = sqlite3_memory_used();
  sqlarTest(&input);
  foreignTest(&input);
  rawTest(&input);
  crcTest(&input);
  demand(sqlite3_memory_used() == nBefore);
  if (a[0] & 16) {
    storeTest(&input);
  }
  return 0;
}
