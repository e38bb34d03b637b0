/*
** matchhash.c - the checksums that other tools keep of their scripts.
**
** They are over the bytes of a file. Those are what was kept of the file that a
** revision came from; else its up script stands for them.
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

/* SHA-256 of the bytes as 64 hex digits in lower case, in the arena; NULL after
** an error. */
const char *migMatchHashSha256(MigContext *p, const MigBytes *pBytes) {
  u8 a[MIG_SHA256_SIZE];
  char z[2 * MIG_SHA256_SIZE + 1];
  MigSha256 hash;

  migSha256Init(&hash);
  migSha256Add(&hash, pBytes->a, pBytes->n);
  migSha256Final(&hash, a);
  migHashHex(a, MIG_SHA256_SIZE, z);
  return migStrdup(p, z);
}

/* Flyway's checksum: CRC-32 over the lines, without their ends and without a
** mark of the encoding, as a signed number. */
static i64 flywayChecksum(const MigBytes *pBytes) {
  const char *z = (const char *)pBytes->a;
  i64 n = pBytes->n;
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

/* Has a revision the checksum zHash that its owner wrote down, by the rule
** eHash? 1 as well when that is nothing we could compare, and after an error.
** pRev is a row that was read; it gets its scripts, which live as long as the
** pack in pCache. The caller holds a transaction and there is a store. */
int migMatchHash(MigContext *p, MigPackCache *pCache, MigRevision *pRev,
                 MigVersionHash eHash, const char *zHash) {
  MigBytes bytes;
  char zCrc[24];
  int bFits = 1;

  if (eHash == MIG_VERSION_NOHASH || p->rc) {
    /* unreached: without a rule no table has a hash */
    return 1;
  }
  bytes = migMatchHashBytes(p, pCache, pRev);
  if (p->rc == SQLITE_OK && eHash == MIG_VERSION_SHA256) {
    const char *zHex = migMatchHashSha256(p, &bytes);
    bFits = p->rc || strlen(zHash) != 2 * MIG_SHA256_SIZE ||
            migStrICmp(zHex, zHash) == 0;
  } else if (p->rc == SQLITE_OK) {
    sqlite3_snprintf((int)sizeof(zCrc), zCrc, "%lld", flywayChecksum(&bytes));
    bFits = strcmp(zCrc, zHash) == 0;
  }
  sqlite3_free(bytes.a);
  return bFits;
}
