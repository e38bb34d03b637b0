/*
** hash.c - BLAKE2b with a 32-byte digest and no key, by RFC 7693.
**
** `b2sum -l 256` prints the same digests. Lengths stay below 2^64 bytes, so
** the high word of the byte counter is always zero. Names are those of the RFC:
** h is the chain value, v the working vector, m the block as 16 words.
*/
#include <string.h>
#include "hash.h"

/* RFC 7693, 2.6: the initialization vector. */
static const u64 aIv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b,
                           0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                           0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                           0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

/* x turned right by n bits, 0 < n < 64. */
static u64 rotateRight(u64 x, int n) {
  return (x >> n) | (x << (64 - n));
}

/* Eight bytes as a little-endian number, in a form that compilers know for one
** load where the machine has that order. */
static u64 readWord(const u8 *a) {
  return (u64)a[0] | (u64)a[1] << 8 | (u64)a[2] << 16 | (u64)a[3] << 24 |
         (u64)a[4] << 32 | (u64)a[5] << 40 | (u64)a[6] << 48 | (u64)a[7] << 56;
}

/* RFC 7693, 3.1: mix two message words into four words of v. A macro, as is
** ROUND, so that every index is a constant and v lives in registers. */
#define MIX(a, b, c, d, x, y)                                                  \
  do {                                                                         \
    v[a] += v[b] + (x);                                                        \
    v[d] = rotateRight(v[d] ^ v[a], 32);                                       \
    v[c] += v[d];                                                              \
    v[b] = rotateRight(v[b] ^ v[c], 24);                                       \
    v[a] += v[b] + (y);                                                        \
    v[d] = rotateRight(v[d] ^ v[a], 16);                                       \
    v[c] += v[d];                                                              \
    v[b] = rotateRight(v[b] ^ v[c], 63);                                       \
  } while (0)

/* One round: the columns of v, then its diagonals. The arguments are a row of
** the message schedule. */
#define ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, sA, sB, sC, sD, sE, sF)  \
  do {                                                                         \
    MIX(0, 4, 8, 12, m[s0], m[s1]);                                            \
    MIX(1, 5, 9, 13, m[s2], m[s3]);                                            \
    MIX(2, 6, 10, 14, m[s4], m[s5]);                                           \
    MIX(3, 7, 11, 15, m[s6], m[s7]);                                           \
    MIX(0, 5, 10, 15, m[s8], m[s9]);                                           \
    MIX(1, 6, 11, 12, m[sA], m[sB]);                                           \
    MIX(2, 7, 8, 13, m[sC], m[sD]);                                            \
    MIX(3, 4, 9, 14, m[sE], m[sF]);                                            \
  } while (0)

/* RFC 7693, 3.2: compress the block of MIG_HASH_BLOCK bytes at a, of which
** nByte are message, and with bLast none follows. Its 12 rounds take the ten
** rows of the message schedule (2.7), and the first two again. */
static void hashCompress(MigHash *p, const u8 *a, unsigned nByte, int bLast) {
  u64 v[16];
  u64 m[16];
  int i;

  for (i = 0; i < 16; i++) {
    m[i] = readWord(a + 8 * i);
  }
  p->nCount += nByte;
  memcpy(v, p->h, sizeof(p->h));
  memcpy(v + 8, aIv, sizeof(aIv));
  v[12] ^= p->nCount;
  v[14] ^= bLast ? ~(u64)0 : 0;
  ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);
  ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4);
  ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8);
  ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13);
  ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9);
  ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11);
  ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10);
  ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5);
  ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0);
  ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);
  for (i = 0; i < 8; i++) {
    p->h[i] ^= v[i] ^ v[i + 8];
  }
}

/* Begin a digest, whatever *p was. */
void migHashInit(MigHash *p) {
  memset(p, 0, sizeof(*p));
  memcpy(p->h, aIv, sizeof(aIv));
  p->h[0] ^= 0x01010000 ^ MIG_HASH_SIZE; /* parameter block, no key */
}

/* Add n bytes, n >= 0; a may be NULL when n is 0. A full block is compressed
** once more bytes come, as the last one is compressed differently. Blocks that
** lie whole in a are not copied. */
void migHashAdd(MigHash *p, const void *a, i64 n) {
  const u8 *aIn = a;
  i64 nFree = MIG_HASH_BLOCK - p->n;

  if (n > nFree) {
    memcpy(p->a + p->n, aIn, (size_t)nFree);
    hashCompress(p, p->a, MIG_HASH_BLOCK, 0);
    p->n = 0;
    aIn += nFree;
    n -= nFree;
    for (; n > MIG_HASH_BLOCK; n -= MIG_HASH_BLOCK) {
      hashCompress(p, aIn, MIG_HASH_BLOCK, 0);
      aIn += MIG_HASH_BLOCK;
    }
  }
  if (n > 0) {
    memcpy(p->a + p->n, aIn, (size_t)n);
    p->n += (unsigned)n;
  }
}

/* The digest, MIG_HASH_SIZE bytes. *p is of no more use before another Init. */
void migHashFinal(MigHash *p, u8 aDigest[MIG_HASH_SIZE]) {
  int i;

  memset(p->a + p->n, 0, sizeof(p->a) - p->n);
  hashCompress(p, p->a, p->n, 1);
  for (i = 0; i < MIG_HASH_SIZE; i++) {
    aDigest[i] = (u8)(p->h[i / 8] >> (8 * (i % 8)));
  }
}

/* The digest of the n bytes at a; NULL is allowed when n is 0. */
void migHashBytes(const void *a, i64 n, u8 aDigest[MIG_HASH_SIZE]) {
  MigHash hash;

  migHashInit(&hash);
  migHashAdd(&hash, a, n);
  migHashFinal(&hash, aDigest);
}

/* Write n bytes as 2*n lower-case hex digits and a zero to zHex, which has room
** for 2*n+1. */
void migHashHex(const u8 *a, int n, char *zHex) {
  int i;

  for (i = 0; i < n; i++) {
    zHex[2 * i] = "0123456789abcdef"[a[i] >> 4];
    zHex[2 * i + 1] = "0123456789abcdef"[a[i] & 15];
  }
  zHex[2 * n] = 0;
}
