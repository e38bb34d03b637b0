/*
** matchhash.c - the checksums that other tools keep of their scripts.
**
** They are over the bytes of a file. Those are what was kept of the file that a
** revision came from; else its up script stands for them.
**
** Git changes line ends, CR LF for LF or back, on one machine and not on
** another; so a SHA-256 of the file with either is one of it.
*/
#include <string.h>
#include "hash.h"
#include "origin.h"
#include "sha256.h"
#include "store.h"
#include "text.h"
#include "matchhash.h"

/* The bytes of the file that revision pRev came from: what was kept of the
** file, else its up script. The caller frees a, which is NULL after an error.
** Scripts are read into pRev. STORE_DAMAGED. */
MigBytes migMatchHashBytes(MigContext *p, MigPackCache *pCache,
                           MigRevision *pRev) {
  MigBytes bytes = {0, 0};
  MigOrigins origins;
  int i;

  migRevisionScripts(p, pCache, pRev);
  migOriginsRead(p, migStoreOpen(p), pRev->zId, &origins);
  for (i = 0; i < origins.n && p->rc == SQLITE_OK; i++) {
    const MigOrigin *pOrigin = &origins.a[i];
    if (pRev->zSource && strcmp(pOrigin->zFile, pRev->zSource) == 0 &&
        pOrigin->ePart != MIG_ORIGIN_SHARE) {
      return migOriginBytes(p, pOrigin, pRev->zUp, pRev->nUp, pRev->zDown,
                            pRev->nDown);
    }
  }
  bytes.a = p->rc ? 0 : sqlite3_malloc64((u64)(pRev->zUp ? pRev->nUp : 0) + 1);
  if (bytes.a && pRev->zUp) {
    memcpy(bytes.a, pRev->zUp, (size_t)pRev->nUp);
    bytes.n = pRev->nUp;
  } else if (bytes.a == 0) {
    migNomem(p);
  }
  return bytes;
}

/* SHA-256 of the bytes as hex digits, in the arena; NULL after an error. */
static const char *sha256(MigContext *p, const MigBytes *pBytes) {
  u8 a[MIG_SHA256_SIZE];
  char z[2 * MIG_SHA256_SIZE + 1];
  MigSha256 hash;

  migSha256Init(&hash);
  migSha256Add(&hash, pBytes->a, pBytes->n);
  migSha256Final(&hash, a);
  migHashHex(a, MIG_SHA256_SIZE, z);
  return migStrdup(p, z);
}

/* The bytes with all lines ended by LF, or with bCr by CR LF. The caller frees
** a, which is NULL after an error. */
static MigBytes endsChange(MigContext *p, const MigBytes *pBytes, int bCr) {
  MigBytes bytes = {0, 0};
  i64 i;

  bytes.a = p->rc ? 0 : sqlite3_malloc64(2 * (u64)pBytes->n + 1);
  if (bytes.a == 0) {
    migNomem(p);
  }
  for (i = 0; bytes.a && i < pBytes->n; i++) {
    u8 c = pBytes->a[i];
    if (c == '\r' && i + 1 < pBytes->n && pBytes->a[i + 1] == '\n') {
      continue;
    }
    if (c == '\n' && bCr) {
      bytes.a[bytes.n++] = '\r';
    }
    bytes.a[bytes.n++] = c;
  }
  return bytes;
}

/* SHA-256 of the bytes as they are (iEnds 0), with LF (1) or CR LF (2) at the
** ends of lines, as 64 hex digits in lower case, in the arena; NULL after an
** error. */
const char *migMatchHashSha256(MigContext *p, const MigBytes *pBytes,
                               int iEnds) {
  MigBytes bytes;
  const char *z;

  if (iEnds == 0) {
    return sha256(p, pBytes);
  }
  bytes = endsChange(p, pBytes, iEnds == 2);
  z = p->rc ? 0 : sha256(p, &bytes);
  sqlite3_free(bytes.a);
  return z;
}

/* Is zHash the SHA-256 of the bytes, in any case of its letters and whatever
** ends their lines? 1 when it is no hash, and after an error. */
static int sha256Fits(MigContext *p, const MigBytes *pBytes,
                      const char *zHash) {
  int bFits = strlen(zHash) != 2 * MIG_SHA256_SIZE;
  int i;

  for (i = 0; i < MIG_MATCH_ENDS && !bFits; i++) {
    const char *z = migMatchHashSha256(p, pBytes, i);
    bFits = z == 0 || migStrICmp(z, zHash) == 0;
  }
  return bFits;
}

/* Flyway's checksum: CRC-32 over the lines, without their ends and without a
** mark of the encoding, as a signed number. */
static i64 flywayChecksum(const char *z, i64 n) {
  i64 i = n >= 3 && memcmp(z, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  u32 u = 0;

  while (i < n) {
    i64 k = i;
    while (k < n && z[k] != '\n' && z[k] != '\r') {
      k++;
    }
    u = migCrc32(u, z + i, k - i);
    i = k + 1;
  }
  return u < 0x80000000u ? (i64)u : (i64)u - ((i64)1 << 32);
}

/* Is zHash Flyway's checksum of the bytes? */
static int flywayFits(const char *z, i64 n, const char *zHash) {
  char zCrc[24];

  sqlite3_snprintf((int)sizeof(zCrc), zCrc, "%lld", flywayChecksum(z, n));
  return strcmp(zCrc, zHash) == 0;
}

/* Has a revision the checksum zHash that its owner wrote down, by the rule
** eHash? 1 as well when that is nothing we could compare, and after an error.
** Flyway's of a repeatable script is over the text in which its placeholders
** are replaced: the up script. pRev is a row that was read; it gets its
** scripts, which live as long as the pack in pCache. The caller holds a
** transaction and there is a store. */
int migMatchHash(MigContext *p, MigPackCache *pCache, MigRevision *pRev,
                 MigVersionHash eHash, const char *zHash) {
  MigBytes bytes;
  int bFits = 1;

  if (eHash == MIG_VERSION_NOHASH || p->rc) {
    /* unreached: without a rule no table has a hash */
    return 1;
  }
  bytes = migMatchHashBytes(p, pCache, pRev);
  if (p->rc == SQLITE_OK && eHash == MIG_VERSION_SHA256) {
    bFits = sha256Fits(p, &bytes, zHash);
  } else if (p->rc == SQLITE_OK) {
    bFits = flywayFits((const char *)bytes.a, bytes.n, zHash) ||
            ((pRev->flags & MIG_REV_REPEATABLE) && pRev->zUp &&
             flywayFits(pRev->zUp, pRev->nUp, zHash));
  }
  sqlite3_free(bytes.a);
  return bFits;
}
