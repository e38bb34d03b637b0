/*
** sha256.h - SHA-256, for the checksums of other tools.
**
** Init, any number of Adds, Final, as with hash.h. Nothing is allocated and
** nothing can fail.
*/
#ifndef MIG_SHA256_H
#define MIG_SHA256_H

#include "context.h"

#define MIG_SHA256_SIZE 32 /* bytes of a digest */

/* A digest being made. A copy of it goes on from the same state. */
typedef struct MigSha256 {
  u32 h[8];   /* chain value */
  u64 nByte;  /* bytes hashed so far */
  u8 a[64];   /* block being filled */
  unsigned n; /* bytes in it */
} MigSha256;

void migSha256Init(MigSha256 *p);
void migSha256Add(MigSha256 *p, const void *a, i64 n);
void migSha256Final(MigSha256 *p, u8 aDigest[MIG_SHA256_SIZE]);

#endif
