/*
** origin.c - the files that revisions were imported from.
**
** _migrate_files has a row for every file that an import has used, so that an
** export in the same format gives them back byte for byte. Most files are a
** script as a whole; then the row says which one and has no bytes. The bytes
** of others, such as a file with both scripts and their marks, are
** data: a raw deflate stream (RFC 1951) whose dictionary is the last DICT_SIZE
** bytes of the up and the down script of its revision, end to end. What a file
** repeats of its scripts thus costs next to nothing. When deflating gains
** nothing the bytes are stored as they are: then length(data) = size.
**
** Files of several revisions, or of the folder as a whole, have the revision
** '' and no dictionary; a revision that is a part of such a file has a row of
** its own that says so. When the scripts of a revision change, its rows are
** forgotten, and with them the file that it was a part of. What else may no
** longer be true, a plan or checksums, an export finds out by reading back.
**
** Column part is a MigOriginPart: 0 the up script, 1 the down script, 2 data, 3
** a part of the file of that name under the revision ''. To read data: with u
** and d the bytes of up and down script (none: empty), the dictionary is the
** last DICT_SIZE bytes of u || d, or all of it; the stream gives exactly size
** bytes. The scripts are those that are stored, whatever their place.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "seal.h"
#include "origin.h"

#define DICT_SIZE 32768 /* what deflate can look back, RFC 1951 */
/* Bytes of a file that are believed: two scripts, and what is between them. */
#define DATA_MAX (2 * (i64)MIGRATE_MAX_SCRIPT + 1048576)

static const char zOriginAdd[] =
    "INSERT OR REPLACE INTO main._migrate_files(revision, format, file, part,"
    " size, data, seal) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char zOriginForget[] =
    "DELETE FROM main._migrate_files WHERE revision = ?1";
static const char zOriginForgetShared[] =
    "DELETE FROM main._migrate_files WHERE revision = '' AND (format, file) IN"
    " (SELECT format, file FROM main._migrate_files"
    " WHERE revision = ?1 AND part = 3)";
static const char zOriginAll[] =
    "SELECT revision, format, file, part, size, data FROM main._migrate_files"
    " ORDER BY revision, format, file";
static const char zOriginOne[] =
    "SELECT revision, format, file, part, size, data FROM main._migrate_files"
    " WHERE revision = ?1 ORDER BY format, file";

/* The last bytes of both scripts, at most DICT_SIZE, *pn of them, in the arena;
** the scripts may be NULL. The down script counts first, as the later one. Not
** NULL but after a failure, also when there are none. */
static u8 *dictMake(MigContext *p, const char *zUp, i64 nUp, const char *zDown,
                    i64 nDown, i64 *pn) {
  i64 nLow = zDown ? nDown : 0;
  i64 nHigh = zUp ? nUp : 0;
  u8 *a;

  nLow = nLow < DICT_SIZE ? nLow : DICT_SIZE;
  nHigh = nHigh < DICT_SIZE - nLow ? nHigh : DICT_SIZE - nLow;
  *pn = nHigh + nLow;
  a = migAlloc(p, (u64)*pn + 1);
  if (a && zUp && nHigh) {
    memcpy(a, zUp + nUp - nHigh, (size_t)nHigh);
  }
  if (a && zDown && nLow) {
    memcpy(a + nHigh, zDown + nDown - nLow, (size_t)nLow);
  }
  return a;
}

/* The n bytes of z as they are stored: deflated in the arena, or z itself when
** that is not shorter. *pnData tells how many there are, and by that which. */
static const u8 *dataMake(MigContext *p, const char *z, i64 n, const u8 *aDict,
                          i64 nDict, i64 *pnData) {
  MigRawCodec codec = {0, 0, 6};
  u8 *aOut = migAlloc(p, (u64)n + 1);
  i64 nOut = -1;

  *pnData = n;
  if (aOut && n > 0) {
    nOut =
        migRawDeflate(p, &codec, (const u8 *)z, n, aDict, nDict, aOut, n - 1);
  }
  migRawClose(&codec);
  if (nOut > 0) {
    *pnData = nOut;
    return aOut;
  }
  return (const u8 *)z;
}

/*
** Record that file zFile of a folder in format zFormat belongs to a revision,
** "" for several. Its n bytes at z are kept for MIG_ORIGIN_DATA, else z is not
** looked at; zUp and zDown are the scripts of the revision as they are stored,
** or NULL. A row of the same revision, format and file gives way. The caller
** holds the write transaction.
*/
void migOriginAdd(MigContext *p, const char *zRevision, const char *zFormat,
                  const char *zFile, MigOriginPart ePart, const char *z, i64 n,
                  const char *zUp, i64 nUp, const char *zDown, i64 nDown) {
  MigMark mark = migArenaMark(p);
  MigSealed row;

  migSealedStart(&row, migCached(p, zOriginAdd), "_migrate_files");
  migSealedText(p, &row, zRevision);
  migSealedText(p, &row, zFormat);
  migSealedText(p, &row, zFile);
  migSealedInt(p, &row, ePart);
  if (ePart == MIG_ORIGIN_DATA) {
    i64 nDict;
    i64 nData;
    u8 *aDict = dictMake(p, zUp, nUp, zDown, nDown, &nDict);
    const u8 *aData = dataMake(p, z, n, aDict, nDict, &nData);
    migSealedInt(p, &row, n);
    migSealedBlob(p, &row, aData, nData);
  } else {
    migSealedNull(&row);
    migSealedNull(&row);
  }
  migSealedEnd(p, &row, MIG_SEAL_SIZE);
  migArenaRelease(p, mark);
}

/* Forget the files of a revision, and those that it shared with others: not the
** rows of these others, which then are parts of a file that is not there.
** Within a write transaction. */
void migOriginForget(MigContext *p, const char *zRevision) {
  sqlite3_stmt *pStmt = migCached(p, zOriginForgetShared);

  migBindText(p, pStmt, 1, zRevision);
  migRun(p, pStmt);
  pStmt = migCached(p, zOriginForget);
  migBindText(p, pStmt, 1, zRevision);
  migRun(p, pStmt);
}

/* A stored part; STORE_DAMAGED for one that we do not write. What is returned
** then is only a value of the type. */
static MigOriginPart partRead(MigContext *p, i64 ePart) {
  if (ePart < MIG_ORIGIN_UP || ePart > MIG_ORIGIN_SHARE) {
    migFail(p, MIG_STORE_DAMAGED,
            "a kept file is of the unknown part %lld; restore the file from a"
            " copy",
            ePart);
    return MIG_ORIGIN_DATA;
  }
  return (MigOriginPart)ePart;
}

/* The files of a revision, "": of several, NULL: of all, by revision, format
** and file, bytewise; with everything they need in the arena. bStore is the
** version of the store: there are none in an older one, or without any.
** STORE_DAMAGED for a part that we do not write. */
void migOriginsRead(MigContext *p, int bStore, const char *zRevision,
                    MigOrigins *pOut) {
  sqlite3_stmt *pStmt;

  memset(pOut, 0, sizeof(*pOut));
  if (bStore < 3 || p->rc) {
    return;
  }
  pStmt = migCached(p, zRevision ? zOriginOne : zOriginAll);
  if (zRevision) {
    migBindText(p, pStmt, 1, zRevision);
  }
  while (migStep(p, pStmt)) {
    int n = pOut->n;
    MigOrigin *a = pOut->a;
    MigOrigin *pOrigin;
    if ((n & (n - 1)) == 0) { /* 0 or a power of two */
      a = migGrow(p, a, (u64)n * sizeof(MigOrigin),
                  (n ? 2 * (u64)n : 1) * sizeof(MigOrigin));
    }
    if (p->rc) {
      break;
    }
    pOut->a = a;
    pOrigin = &pOut->a[pOut->n++];
    memset(pOrigin, 0, sizeof(*pOrigin));
    pOrigin->zRevision = migColumnText(p, pStmt, 0);
    pOrigin->zFormat = migColumnText(p, pStmt, 1);
    pOrigin->zFile = migColumnText(p, pStmt, 2);
    pOrigin->ePart = partRead(p, sqlite3_column_int64(pStmt, 3));
    pOrigin->nSize = sqlite3_column_int64(pStmt, 4);
    pOrigin->nData = sqlite3_column_bytes(pStmt, 5);
    pOrigin->aData = (const u8 *)migStrndup(
        p, (const char *)sqlite3_column_blob(pStmt, 5), pOrigin->nData);
  }
  sqlite3_reset(pStmt);
}

/*
** The bytes of a file, with a zero behind them, for the caller to free; zUp and
** zDown are the scripts of its revision as they were when it was imported, or
** NULL. STORE_DAMAGED when they cannot be had, also of MIG_ORIGIN_SHARE, whose
** bytes stand in another row. After an error the result is {0, 0}.
*/
MigBytes migOriginBytes(MigContext *p, const MigOrigin *pOrigin,
                        const char *zUp, i64 nUp, const char *zDown,
                        i64 nDown) {
  MigRawCodec codec = {0, 0, 6};
  MigBytes bytes = {0, 0};
  i64 nDict;
  u8 *aDict = dictMake(p, zUp, nUp, zDown, nDown, &nDict);
  const u8 *aData = pOrigin->aData;
  i64 n = pOrigin->nSize;
  int bGood = 1;

  if (pOrigin->ePart != MIG_ORIGIN_DATA) {
    int bDown = pOrigin->ePart == MIG_ORIGIN_DOWN;
    aData = (const u8 *)(bDown ? zDown : zUp);
    n = bDown ? nDown : nUp;
    bGood = aData != 0 && pOrigin->ePart != MIG_ORIGIN_SHARE;
  }
  bGood = bGood && n >= 0 && n <= DATA_MAX;
  if (p->rc == SQLITE_OK && bGood) {
    bytes.a = sqlite3_malloc64((u64)n + 1);
    if (bytes.a == 0) {
      migNomem(p);
    }
  }
  if (bytes.a && pOrigin->ePart == MIG_ORIGIN_DATA && pOrigin->nData < n) {
    bGood = migRawInflate(p, &codec, aData, pOrigin->nData, aDict, nDict,
                          bytes.a, n);
  } else if (bytes.a && pOrigin->ePart == MIG_ORIGIN_DATA &&
             pOrigin->nData != n) {
    bGood = 0;
  } else if (bytes.a && n > 0) {
    memcpy(bytes.a, aData, (size_t)n);
  }
  migRawClose(&codec);
  if (p->rc == SQLITE_OK && !bGood) {
    migFail(p, MIG_STORE_DAMAGED,
            "the stored bytes of file %s are damaged; restore the file from a"
            " copy",
            pOrigin->zFile);
  }
  if (p->rc || bytes.a == 0) {
    sqlite3_free(bytes.a);
    bytes.a = 0;
    return bytes;
  }
  bytes.a[n] = 0;
  bytes.n = n;
  return bytes;
}
