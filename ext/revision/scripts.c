/*
** scripts.c - stored scripts, several to a pack.
**
** A script alone is often too short to compress. So scripts are put end to
** end into packs of about PACK_SIZE bytes, each stored by the sqlar
** convention in a row of _migrate_scripts; a revision knows its pack and the
** place of its scripts in it, up directly before down. A long script gets a
** pack of its own. Adding one revision rewrites the last pack while it is
** small, below PACK_OPEN; removing one rewrites its pack.
**
** A pack is the bytes of its scripts, without separators, headers or zero
** bytes between them; size counts them. data is a zlib stream (RFC 1950) of
** them, or the bytes as they are when that is not longer. So of three
** revisions, the second without a down script, a pack is
**
**   up 1 | down 1 | up 2 | up 3 | down 3
**
** and their rows have up_at and down_at from 0 on. Every byte of a pack belongs
** to one revision: taking one out moves the others up, and their rows with
** them. A pack without bytes has no row; a script of no bytes has a place
** nevertheless.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "seal.h"
#include "scripts.h"

#define PACK_SIZE 16384 /* a pack that reached this many bytes is closed */
#define PACK_OPEN 1024  /* one that has these is not opened by a later call */
#define PACK_LAST 0xffffffffffLL /* greatest number of a pack */
/* No pack that we write is larger: it is below PACK_SIZE when the last two
** scripts are added. Whoever says otherwise gets no memory for it. */
#define PACK_MAX (2 * (i64)MIGRATE_MAX_SCRIPT + PACK_SIZE)

static const char zPackRead[] =
    "SELECT size, data FROM main._migrate_scripts WHERE pack = ?1";
static const char zPackLast[] =
    "SELECT size, data, pack FROM main._migrate_scripts"
    " ORDER BY pack DESC LIMIT 1";
static const char zPackWrite[] =
    "INSERT OR REPLACE INTO main._migrate_scripts(pack, size, data)"
    " VALUES(?1, ?2, ?3)";
static const char zPackDelete[] =
    "DELETE FROM main._migrate_scripts WHERE pack = ?1";
/* Revisions behind removed bytes. */
static const char zPackAfter[] = "SELECT * FROM main._migrate_revisions"
                                 " WHERE pack = ?1 AND up_at >= ?2";
static const char zRevisionShift[] =
    "UPDATE main._migrate_revisions"
    " SET up_at = up_at - ?2, down_at = down_at - ?2 WHERE seq = ?1";
static const char zRevisionRow[] =
    "SELECT * FROM main._migrate_revisions WHERE seq = ?1";
static const char zRevisionSeal[] =
    "UPDATE main._migrate_revisions SET seal = ?2 WHERE seq = ?1";

/* Inflate size and data, columns 0 and 1 of the current row, for the caller to
** free. STORE_DAMAGED in words that name the pack, TOO_BIG. */
static MigBytes packInflate(MigContext *p, i64 iPack, sqlite3_stmt *pStmt) {
  i64 nSize = sqlite3_column_int64(pStmt, 0);
  const void *a = sqlite3_column_blob(pStmt, 1);
  int nByte = sqlite3_column_bytes(pStmt, 1);
  MigBytes bytes = migInflate(p, a, nByte, nSize, PACK_MAX);

  if (p->eCode == MIG_STORE_DAMAGED) {
    migErrorClear(p);
    migFail(p, MIG_STORE_DAMAGED,
            "scripts of pack %lld do not inflate; " MIG_SCRIPTS_REMEDY, iPack);
  }
  return bytes;
}

/* Read a pack into the cache, unless it is there. After a failure the cache is
** empty, and what was read from it before is gone. */
static void packLoad(MigContext *p, MigPackCache *pCache, i64 iPack) {
  sqlite3_stmt *pStmt;

  if (pCache->bytes.a && pCache->iPack == iPack) {
    return;
  }
  migScriptsClose(pCache);
  pStmt = migCached(p, zPackRead);
  migBindInt(p, pStmt, 1, iPack);
  if (migStep(p, pStmt)) {
    pCache->bytes = packInflate(p, iPack, pStmt);
    pCache->iPack = iPack;
  } else {
    migFail(p, MIG_STORE_DAMAGED,
            "scripts of pack %lld are missing; " MIG_SCRIPTS_REMEDY, iPack);
  }
  sqlite3_reset(pStmt);
}

/*
** The n bytes of a script from byte iStart of a pack. They stay valid until
** the cache reads another pack or is closed, and are not zero-terminated.
** STORE_DAMAGED when they do not lie in the pack, or that cannot be read; NULL
** then. Offset and size come from a row of the file and may be anything: they
** are compared so that nothing overflows.
*/
const char *migScriptsRead(MigContext *p, MigPackCache *pCache, i64 iPack,
                           i64 iStart, i64 n) {
  if (n == 0) {
    return "";
  }
  packLoad(p, pCache, iPack);
  if (p->rc) {
    return 0;
  }
  if (iStart < 0 || n < 0 || iStart > pCache->bytes.n ||
      n > pCache->bytes.n - iStart) {
    migFail(p, MIG_STORE_DAMAGED,
            "a script lies outside pack %lld; " MIG_SCRIPTS_REMEDY, iPack);
    return 0;
  }
  return (const char *)pCache->bytes.a + iStart;
}

/* Read a pack as a whole, to see that it can be. STORE_DAMAGED, TOO_BIG. */
void migScriptsCheck(MigContext *p, MigPackCache *pCache, i64 iPack) {
  packLoad(p, pCache, iPack);
}

/* Free what the cache holds; texts that were read from it are gone. It may be
** used again. */
void migScriptsClose(MigPackCache *pCache) {
  sqlite3_free(pCache->bytes.a);
  memset(pCache, 0, sizeof(*pCache));
}

/* Write a pack of n bytes, or delete it when it holds nothing. Where scripts
** begin in it is for the rows of their revisions to say: the caller sees to
** that. z stays the caller's. */
void migScriptsWrite(MigContext *p, i64 iPack, const char *z, i64 n,
                     int iLevel) {
  MigBytes data = migDeflate(p, z, n, iLevel);
  sqlite3_stmt *pStmt = migCached(p, n ? zPackWrite : zPackDelete);

  migBindInt(p, pStmt, 1, iPack);
  if (n) {
    migBindInt(p, pStmt, 2, n);
    migBindBlob(p, pStmt, 3, data.a, data.n);
  }
  migRun(p, pStmt);
  sqlite3_free(data.a);
}

/* Append n bytes to the pack that is filled. After a failure the buffer is what
** it was; migScriptsFlush() frees it. */
static void packerAppend(MigContext *p, MigPacker *pPacker, const char *z,
                         i64 n) {
  if (p->rc == SQLITE_OK && pPacker->n + n > pPacker->nAlloc) {
    i64 nNew = pPacker->n + n + PACK_SIZE;
    char *zNew = sqlite3_realloc64(pPacker->z, (u64)nNew);
    if (zNew == 0) {
      migNomem(p);
      return;
    }
    pPacker->z = zNew;
    pPacker->nAlloc = nNew;
  }
  if (p->rc == SQLITE_OK && n) {
    memcpy(pPacker->z + pPacker->n, z, (size_t)n);
    pPacker->n += n;
  }
}

/* Open the last pack again if it has room, else a new one, behind all others.
** STORE_DAMAGED when the last one cannot be read, or its number leaves none for
** the next. */
static void packerOpen(MigContext *p, MigPacker *pPacker) {
  sqlite3_stmt *pStmt = migCached(p, zPackLast);
  MigBytes old = {0, 0};
  int bOpen = 0;

  pPacker->iPack = 0;
  if (migStep(p, pStmt)) {
    bOpen = sqlite3_column_int64(pStmt, 0) < PACK_OPEN;
    pPacker->iPack = sqlite3_column_int64(pStmt, 2);
    old = bOpen ? packInflate(p, pPacker->iPack, pStmt) : old;
  }
  sqlite3_reset(pStmt);
  if (pPacker->iPack < 0 || pPacker->iPack > PACK_LAST) {
    migFail(p, MIG_STORE_DAMAGED,
            "script pack %lld has an impossible number; restore the file from"
            " a copy",
            pPacker->iPack);
  }
  pPacker->iPack += !bOpen;
  pPacker->n = 0;
  packerAppend(p, pPacker, (const char *)old.a, old.n);
  sqlite3_free(old.a);
  pPacker->bOpen = p->rc == SQLITE_OK;
}

/* Write what is open and free the buffer, also after an error, when nothing is
** written. The packer may be used again; with nothing open it does nothing. */
void migScriptsFlush(MigContext *p, MigPacker *pPacker) {
  if (pPacker->bOpen && p->rc == SQLITE_OK) {
    migScriptsWrite(p, pPacker->iPack, pPacker->z, pPacker->n, pPacker->iLevel);
  }
  sqlite3_free(pPacker->z);
  pPacker->z = 0;
  pPacker->n = pPacker->nAlloc = 0;
  pPacker->bOpen = 0;
}

/*
** Add the scripts of one revision (a NULL pointer: none) and tell their
** place. They are copied, and are in the file after migScriptsFlush(); before
** that no other call may read or write the pack. The caller holds the write
** transaction. TOO_BIG above MIGRATE_MAX_SCRIPT bytes. After an error the place
** means nothing.
*/
MigPlace migScriptsAdd(MigContext *p, MigPacker *pPacker, const char *zUp,
                       i64 nUp, const char *zDown, i64 nDown) {
  MigPlace place = {0, 0, -1, 0, -1};

  if (nUp > MIGRATE_MAX_SCRIPT || nDown > MIGRATE_MAX_SCRIPT) {
    /* unreached: takes 256 MiB */
    migFail(p, MIG_TOO_BIG, "a script has more than %d bytes",
            MIGRATE_MAX_SCRIPT);
  }
  if (p->rc || (zUp == 0 && zDown == 0)) {
    return place;
  }
  if (!pPacker->bOpen) {
    packerOpen(p, pPacker);
  }
  place.iPack = pPacker->iPack;
  place.iUp = place.iDown = pPacker->n;
  if (zUp) {
    place.nUp = nUp;
    packerAppend(p, pPacker, zUp, nUp);
    place.iDown = pPacker->n;
  }
  if (zDown) {
    place.nDown = nDown;
    packerAppend(p, pPacker, zDown, nDown);
  }
  if (pPacker->n >= PACK_SIZE) {
    migScriptsFlush(p, pPacker);
  }
  return place;
}

/* The bound statement zSql of the revision in row iSeq. */
static sqlite3_stmt *revisionRow(MigContext *p, const char *zSql, i64 iSeq) {
  sqlite3_stmt *pStmt = migCached(p, zSql);

  migBindInt(p, pStmt, 1, iSeq);
  return pStmt;
}

/* n bytes in front of byte iFrom of a pack are gone: those behind move up. Rows
** that had their seal are sealed again, damaged ones stay damaged. The rows are
** read and changed in one loop: up_at is in no index and seq stays, so none is
** met twice. */
static void packShift(MigContext *p, i64 iPack, i64 iFrom, i64 n) {
  sqlite3_stmt *pAfter = migCached(p, zPackAfter);

  migBindInt(p, pAfter, 1, iPack);
  migBindInt(p, pAfter, 2, iFrom);
  while (migStep(p, pAfter)) {
    i64 iSeq = sqlite3_column_int64(pAfter, 0);
    int bSealed = migSealFits(p, pAfter, "_migrate_revisions");
    sqlite3_stmt *pShift = revisionRow(p, zRevisionShift, iSeq);
    migBindInt(p, pShift, 2, n);
    migRun(p, pShift);
    if (bSealed) {
      migSealAgain(p, "_migrate_revisions", revisionRow(p, zRevisionRow, iSeq),
                   revisionRow(p, zRevisionSeal, iSeq));
    }
  }
  sqlite3_reset(pAfter);
}

/*
** Take the scripts of one revision out of their pack, which is written again at
** zlib level iLevel, or deleted. The row of the revision must be rewritten or
** deleted by the caller before: its new scripts may lie behind the old ones in
** the same pack, and move up as well. Nothing may be open in a packer, which
** could be filling that pack.
*/
void migScriptsRemove(MigContext *p, const MigPlace *pPlace, int iLevel) {
  i64 nUp = pPlace->nUp > 0 ? pPlace->nUp : 0;
  i64 n = nUp + (pPlace->nDown > 0 ? pPlace->nDown : 0);
  MigPackCache cache = {0, {0, 0}};

  if (p->rc || n == 0) {
    return;
  }
  if (migScriptsRead(p, &cache, pPlace->iPack, pPlace->iUp, n)) {
    char *z = (char *)cache.bytes.a;
    i64 nAfter = cache.bytes.n - pPlace->iUp - n;
    memmove(z + pPlace->iUp, z + pPlace->iUp + n, (size_t)nAfter);
    migScriptsWrite(p, pPlace->iPack, z, cache.bytes.n - n, iLevel);
  }
  packShift(p, pPlace->iPack, pPlace->iUp + n, n);
  migScriptsClose(&cache);
}
