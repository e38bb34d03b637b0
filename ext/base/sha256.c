/*
** sha256.c - SHA-256 (FIPS 180-4), for the checksums of other tools.
**
** What we make ourselves is hashed by BLAKE2b (hash.c). All numbers of the
** format are big-endian.
*/
#include <string.h>
#include "sha256.h"

/* FIPS 180-4, 4.2.2: a constant for each round. */
static const u32 aRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Begin a digest, whatever *p was. The first chain value is that of 5.3.3. */
void migSha256Init(MigSha256 *p) {
  static const u32 aStart[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

  memset(p, 0, sizeof(*p));
  memcpy(p->h, aStart, sizeof(aStart));
}

/* v turned right by n bits, 0 < n < 32. */
static u32 rotate(u32 v, int n) {
  return v >> n | v << (32 - n);
}

/* FIPS 180-4, 6.2.2: take in the block a[0..63]. w is the message schedule, and
** v[0] to v[7] are the working variables a to h. */
static void blockAdd(MigSha256 *p, const u8 *a) {
  u32 w[64];
  u32 v[8];
  int i;

  for (i = 0; i < 16; i++) {
    w[i] = (u32)a[4 * i] << 24 | (u32)a[4 * i + 1] << 16 |
           (u32)a[4 * i + 2] << 8 | a[4 * i + 3];
  }
  for (; i < 64; i++) {
    u32 x = w[i - 15];
    u32 y = w[i - 2];
    w[i] = w[i - 16] + (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) + w[i - 7] +
           (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
  }
  memcpy(v, p->h, sizeof(v));
  for (i = 0; i < 64; i++) {
    u32 t1 = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
             ((v[4] & v[5]) ^ (~v[4] & v[6])) + aRound[i] + w[i];
    u32 t2 = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
             ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof(v[0]));
    v[4] += t1;
    v[0] = t1 + t2;
  }
  for (i = 0; i < 8; i++) {
    p->h[i] += v[i];
  }
}

/* Add n bytes, n >= 0; a may be NULL when n is 0. A block is taken in as soon
** as it is full, so p->n stays below 64. */
void migSha256Add(MigSha256 *p, const void *a, i64 n) {
  const u8 *z = a;

  p->nByte += (u64)n;
  while (n > 0) {
    i64 nPart = 64 - p->n;
    if (nPart > n) {
      nPart = n;
    }
    memcpy(p->a + p->n, z, (size_t)nPart);
    p->n += (unsigned)nPart;
    z += nPart;
    n -= nPart;
    if (p->n == 64) {
      blockAdd(p, p->a);
      p->n = 0;
    }
  }
}

/* The digest, MIG_SHA256_SIZE bytes; *p is of no more use. FIPS 180-4, 5.1.1: a
** bit 1, zeros up to 8 bytes before the end of a block, the length in bits. */
void migSha256Final(MigSha256 *p, u8 aDigest[MIG_SHA256_SIZE]) {
  static const u8 aPad[64] = {0x80};
  u64 nBit = p->nByte * 8; /* now: what pads is counted by the Add as well */
  u8 aLength[8];
  int i;

  for (i = 7; i >= 0; i--) {
    aLength[i] = (u8)(nBit & 0xff);
    nBit >>= 8;
  }
  migSha256Add(p, aPad, p->n < 56 ? 56 - (i64)p->n : 120 - (i64)p->n);
  migSha256Add(p, aLength, 8);
  for (i = 0; i < MIG_SHA256_SIZE; i++) {
    aDigest[i] = (u8)(p->h[i / 4] >> (24 - 8 * (i % 4)) & 0xff);
  }
}
