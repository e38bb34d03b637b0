/*
** revision.c - what follows from the scripts of a revision: its checksum, and
** the flags that directives ask for.
**
** The checksum of a revision is BLAKE2b-256 over, for the up script and then
** for the down script: one byte, 0x01 when it exists and 0x00 when not; and if
** it exists, 8 bytes big-endian length and the bytes, after normalizing them:
** a BOM (EF BB BF) at the start is left out and CR before LF is left out, so
** that a checkout by git with other line ends has the same checksum. Message,
** dates, parents and labels are not in it.
**
** Thus a revision with the up script "a" CR LF "b" and no down script has the
** checksum of these 13 bytes
**
**   01 00 00 00 00 00 00 00 03 61 0a 62 00
*/
#include <string.h>
#include "revision.h"

/* ---- checksum ---- */

/* Length of a script without BOM and without CR before LF; with pHash its
** bytes are hashed as well. */
static i64 normalized(const char *z, i64 n, MigHash *pHash) {
  i64 nOut = 0;
  i64 iStart = n >= 3 && memcmp(z, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  i64 i;

  for (i = iStart; i < n; i++) {
    if (z[i] == '\r' && i + 1 < n && z[i + 1] == '\n') {
      nOut += i - iStart;
      if (pHash) {
        migHashAdd(pHash, z + iStart, i - iStart);
      }
      iStart = i + 1;
    }
  }
  if (pHash) {
    migHashAdd(pHash, z + iStart, n - iStart);
  }
  return nOut + n - iStart;
}

/* Add one script, or that there is none (z NULL), to the hash. It is gone
** through twice, because its length after normalizing comes first. */
static void checksumScript(MigHash *pHash, const char *z, i64 n) {
  u8 a[9];
  u64 nOut;
  int i;

  a[0] = z != 0;
  if (z == 0) {
    migHashAdd(pHash, a, 1);
    return;
  }
  nOut = (u64)normalized(z, n, 0);
  for (i = 8; i > 0; i--) {
    a[i] = (u8)(nOut & 0xff);
    nOut >>= 8;
  }
  migHashAdd(pHash, a, sizeof(a));
  normalized(z, n, pHash);
}

/* Set aChecksum from zUp and zDown. It reads nothing else, so edits of message,
** edges and labels leave it as it is. */
void migRevisionChecksum(MigRevision *pRev) {
  MigHash hash;

  migHashInit(&hash);
  checksumScript(&hash, pRev->zUp, pRev->nUp);
  checksumScript(&hash, pRev->zDown, pRev->nDown);
  migHashFinal(&hash, pRev->aChecksum);
}

/* ---- flags ---- */

/* The flags that the directives of a script ask for, of its up script or with
** bDown of its down script. Those of both are to be united. Phase, batches and
** checks are of the up script alone. */
int migRevisionFlags(const MigScriptInfo *pInfo, int bDown) {
  int flags = pInfo->bRepeatable ? MIG_REV_REPEATABLE : 0;

  if (pInfo->bNoTransaction) {
    flags |= bDown ? MIG_REV_DOWN_ALONE : MIG_REV_UP_ALONE;
  }
  if (!bDown) {
    flags |= (int)pInfo->ePhase << 4 | (pInfo->bBatch ? MIG_REV_BATCH : 0) |
             (pInfo->bCheck ? MIG_REV_CHECK : 0);
  }
  return flags;
}

/* The phase in the flags of a revision, MIG_PHASE_NONE when it has none. */
MigPhase migRevisionPhase(int flags) {
  return (MigPhase)((flags & MIG_REV_PHASE) >> 4);
}
