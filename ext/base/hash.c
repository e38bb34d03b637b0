/*
** hash.c - BLAKE2b with a 32-byte digest and no key, by RFC 7693.
**
** `b2sum -l 256` prints the same digests. Lengths stay below 2^64 bytes, so
** the high word of the byte counter is always zero.
*/
#include <string.h>
#include "hash.h"

static const u64 aIv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b,
                           0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                           0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                           0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

/* RFC 7693, 2.7: the message schedule; rounds 10 and 11 repeat 0 and 1. */
static const u8 aSigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static u64 rotateRight(u64 x, int n) {
  return (x >> n) | (x << (64 - n));
}

static u64 readWord(const u8 *a) {
  u64 x = 0;
  int i;

  for (i = 7; i >= 0; i--) {
    x = (x << 8) | a[i];
  }
  return x;
}

/* RFC 7693, 3.1: mix two message words into four words of v. */
static void mix(u64 *pA, u64 *pB, u64 *pC, u64 *pD, u64 x, u64 y) {
  *pA = *pA + *pB + x;
  *pD = rotateRight(*pD ^ *pA, 32);
  *pC = *pC + *pD;
  *pB = rotateRight(*pB ^ *pC, 24);
  *pA = *pA + *pB + y;
  *pD = rotateRight(*pD ^ *pA, 16);
  *pC = *pC + *pD;
  *pB = rotateRight(*pB ^ *pC, 63);
}

/* RFC 7693, 3.2: compress the block in p->a. */
static void compress(MigHash *p, int bLast) {
  u64 v[16];
  u64 m[16];
  int i;

  for (i = 0; i < 16; i++) {
    m[i] = readWord(p->a + 8 * i);
  }
  memcpy(v, p->h, sizeof(p->h));
  memcpy(v + 8, aIv, sizeof(aIv));
  v[12] ^= p->nCount;
  if (bLast) {
    v[14] = ~v[14];
  }
  for (i = 0; i < 12; i++) {
    const u8 *s = aSigma[i % 10];
    mix(&v[0], &v[4], &v[8], &v[12], m[s[0]], m[s[1]]);
    mix(&v[1], &v[5], &v[9], &v[13], m[s[2]], m[s[3]]);
    mix(&v[2], &v[6], &v[10], &v[14], m[s[4]], m[s[5]]);
    mix(&v[3], &v[7], &v[11], &v[15], m[s[6]], m[s[7]]);
    mix(&v[0], &v[5], &v[10], &v[15], m[s[8]], m[s[9]]);
    mix(&v[1], &v[6], &v[11], &v[12], m[s[10]], m[s[11]]);
    mix(&v[2], &v[7], &v[8], &v[13], m[s[12]], m[s[13]]);
    mix(&v[3], &v[4], &v[9], &v[14], m[s[14]], m[s[15]]);
  }
  for (i = 0; i < 8; i++) {
    p->h[i] ^= v[i] ^ v[i + 8];
  }
}

void migHashInit(MigHash *p) {
  memset(p, 0, sizeof(*p));
  memcpy(p->h, aIv, sizeof(aIv));
  p->h[0] ^= 0x01010000 ^ MIG_HASH_SIZE; /* parameter block, no key */
}

void migHashAdd(MigHash *p, const void *a, i64 n) {
  const u8 *aIn = a;

  while (n > 0) {
    i64 nFree = (i64)(sizeof(p->a) - p->n);
    i64 nCopy = n < nFree ? n : nFree;
    if (nFree == 0) { /* a full block is compressed once more bytes come */
      p->nCount += sizeof(p->a);
      compress(p, 0);
      p->n = 0;
      continue;
    }
    memcpy(p->a + p->n, aIn, (size_t)nCopy);
    p->n += (unsigned)nCopy;
    aIn += nCopy;
    n -= nCopy;
  }
}

void migHashFinal(MigHash *p, u8 aDigest[MIG_HASH_SIZE]) {
  int i;

  p->nCount += p->n;
  memset(p->a + p->n, 0, sizeof(p->a) - p->n);
  compress(p, 1);
  for (i = 0; i < MIG_HASH_SIZE; i++) {
    aDigest[i] = (u8)(p->h[i / 8] >> (8 * (i % 8)));
  }
}

/* Write 2*n lower-case hex digits and a zero to zHex. */
void migHashHex(const u8 *a, int n, char *zHex) {
  int i;

  for (i = 0; i < n; i++) {
    zHex[2 * i] = "0123456789abcdef"[a[i] >> 4];
    zHex[2 * i + 1] = "0123456789abcdef"[a[i] & 15];
  }
  zHex[2 * n] = 0;
}
