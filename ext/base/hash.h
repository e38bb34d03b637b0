/*
** hash.h - BLAKE2b-256.
**
** Init, any number of Adds, Final. Where the cuts between Adds fall makes no
** difference. Nothing is allocated and nothing can fail.
*/
#ifndef MIG_HASH_H
#define MIG_HASH_H

#include "context.h"

#define MIG_HASH_SIZE 32   /* bytes of a digest */
#define MIG_HASH_BLOCK 128 /* bytes that are compressed at a time */

/* A digest being made. A copy of it goes on from the same state. */
typedef struct MigHash {
  u64 h[8];             /* chain value */
  u64 nCount;           /* bytes compressed so far */
  u8 a[MIG_HASH_BLOCK]; /* block being filled */
  unsigned n;           /* bytes in it */
} MigHash;

void migHashInit(MigHash *p);
void migHashAdd(MigHash *p, const void *a, i64 n);
void migHashFinal(MigHash *p, u8 aDigest[MIG_HASH_SIZE]);
void migHashBytes(const void *a, i64 n, u8 aDigest[MIG_HASH_SIZE]);
void migHashHex(const u8 *a, int n, char *zHex);

#endif
