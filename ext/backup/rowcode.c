/*
** rowcode.c - rows as bytes, and back.
**
** rowcode.h gives the format. Everything here is pure: no context, no memory,
** no database, no alignment. These functions run once a value of every row of
** a backup, so the cases of one byte come first.
**
** Key hashes decide where chunks are cut (cut.h), and stand in the lists of
** chunks (list.h). They are the same on every machine and may never change;
** nothing depends on their being hard to foresee. All numbers are unsigned,
** 64 bits, and wrap.
**
**   mix(x)    x ^= x >> 30;  x *= 0xbf58476d1ce4e5b9
**             x ^= x >> 27;  x *= 0x94d049bb133111eb
**             x ^= x >> 31;  the result is the low 32 bits
**   integer   mix(key as two's complement + 0x9e3779b97f4a7c15)
**   bytes     h = n * 0x9e3779b97f4a7c15 for n bytes; then for every 8 of
**             them, read as a little-endian number w, the last ones filled up
**             with zero bytes: h = (h ^ w) * 0xff51afd7ed558ccd, then
**             h ^= h >> 32. The hash is mix(h). scan.c says which bytes stand
**             for a key.
**
** What writes trusts its caller: the buffer is large enough. What reads does
** not: a and n may come from a hostile file, no byte behind a + n is looked
** at, and no length is added up that could wrap.
*/
#include <string.h>
#include "rowcode.h"

#define HASH_STEP 0x9e3779b97f4a7c15ULL /* 2^64 by the golden ratio, odd */
#define HASH_WORD 0xff51afd7ed558ccdULL /* of the finalizer of MurmurHash3 */

/* Longest text or blob there can be: far above SQLite's own limit, so that
** the sum over all columns of a row stays in 64 bits. */
#define VALUE_MAX ((u64)1 << 40)

/* Bytes of a value by its serial, up to 9; 8 and 9 are the value. */
static const u8 aSerialSize[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};

/* Bytes that migVarintPut() writes for v, 1 to 9: the fewest that hold it. */
int migVarintSize(u64 v) {
  int n = 2;

  if (v < 0x80) {
    return 1;
  }
  while (n < MIG_VARINT_MAX && v >> 7 * n != 0) {
    n++;
  }
  return n;
}

/* The varints of three to nine bytes, from the last byte to the first. Returns
** how many; a has room for them. */
static int varintPutLong(u8 *a, u64 v) {
  int n = migVarintSize(v);
  int i = n - 1;

  if (n == MIG_VARINT_MAX) {
    a[i--] = (u8)v; /* the ninth byte carries eight bits */
    v >>= 8;
  } else {
    a[i--] = (u8)(v & 0x7f);
    v >>= 7;
  }
  for (; i >= 0; i--) {
    a[i] = (u8)((v & 0x7f) | 0x80);
    v >>= 7;
  }
  return n;
}

/* Write v at a, where room for MIG_VARINT_MAX bytes is. Returns how many were
** written. */
int migVarintPut(u8 *a, u64 v) {
  if (v < 0x80) {
    a[0] = (u8)v;
    return 1;
  }
  if (v < 0x4000) {
    a[0] = (u8)((v >> 7) | 0x80);
    a[1] = (u8)(v & 0x7f);
    return 2;
  }
  return varintPutLong(a, v);
}

/* Read a varint at a, where n bytes are. Returns the bytes used, or 0 when
** they are too few; *pv is as it was then. As in SQLite, one that is longer
** than need be is read like any other. No bytes (n <= 0) are too few. */
int migVarintGet(const u8 *a, i64 n, u64 *pv) {
  u64 v = 0;
  int i;

  if (n > 0 && a[0] < 0x80) {
    *pv = a[0];
    return 1;
  }
  for (i = 0; i < n && i < MIG_VARINT_MAX - 1; i++) {
    v = v << 7 | (a[i] & 0x7f);
    if (a[i] < 0x80) {
      *pv = v;
      return i + 1;
    }
  }
  if (i < n) {
    *pv = v << 8 | a[i];
    return MIG_VARINT_MAX;
  }
  return 0;
}

/* Signed numbers as unsigned ones, small for small: 0, -1, 1, -2 become 0, 1,
** 2, 3. Defined for all 64-bit numbers, the least one included. */
u64 migZigzag(i64 v) {
  return (u64)v << 1 ^ (v < 0 ? ~(u64)0 : 0);
}

/* The number that migZigzag() has made into v. */
i64 migUnzigzag(u64 v) {
  return (i64)(v >> 1 ^ ((v & 1) ? ~(u64)0 : 0));
}

/* The serial of an integer; the shortest, and for 0 and 1 the one that needs
** no bytes at all. */
static u64 serialOfInt(i64 v) {
  u64 u = v < 0 ? ~(u64)v : (u64)v; /* the sign needs one more bit */

  if (u < 0x80) {
    return v == 0 || v == 1 ? (u64)v + 8 : 1;
  }
  if (u < 0x800000) {
    return u < 0x8000 ? 2 : 3;
  }
  if (u < (u64)1 << 47) {
    return u < 0x80000000 ? 4 : 5;
  }
  return 6;
}

/* The serial of a value. A float is always 7: it comes back as a float, where
** SQLite's own records would hold 2.0 as an integer. A type that is none of
** SQLite's five counts as NULL. */
u64 migSerialOf(const MigValue *pValue) {
  switch (pValue->eType) {
  case SQLITE_INTEGER:
    return serialOfInt(pValue->i);
  case SQLITE_FLOAT:
    return 7;
  case SQLITE_TEXT:
    return (u64)pValue->n * 2 + 13;
  case SQLITE_BLOB:
    return (u64)pValue->n * 2 + 12;
  default:
    return 0;
  }
}

/* Bytes of a value with this serial; -1 when there is no such serial (10, 11)
** or the value would be longer than any can be. The serial may be hostile: the
** sum of these sizes over the columns of a table does not wrap. */
i64 migSerialSize(u64 uSerial) {
  if (uSerial < sizeof(aSerialSize)) {
    return aSerialSize[uSerial];
  }
  if (uSerial < 12 || (uSerial - 12) / 2 > VALUE_MAX) {
    return -1;
  }
  return (i64)((uSerial - 12) / 2);
}

/* Write the low nByte bytes of v, big-endian. */
static void bigPut(u8 *a, u64 v, i64 nByte) {
  while (nByte > 0) {
    a[--nByte] = (u8)v;
    v >>= 8;
  }
}

/* Read nByte bytes, 1 to 8, as a two's-complement number, big-endian. The sign
** is in the first bit, and fills the bytes that are not there. */
static u64 bigGet(const u8 *a, i64 nByte) {
  u64 v = a[0] & 0x80 ? ~(u64)0 : 0;
  i64 i;

  for (i = 0; i < nByte; i++) {
    v = v << 8 | a[i];
  }
  return v;
}

/* Write the bytes of a value, whose migSerialOf() is uSerial, at a, where they
** have room. Returns how many; none for NULL, 0, 1 and what is empty. */
i64 migValuePut(u8 *a, u64 uSerial, const MigValue *pValue) {
  i64 n = migSerialSize(uSerial);
  u64 u;

  if (n <= 0) {
    return 0;
  }
  if (uSerial >= 12) {
    memcpy(a, pValue->a, (size_t)n);
  } else if (uSerial == 7) {
    memcpy(&u, &pValue->r, sizeof(u));
    bigPut(a, u, n);
  } else {
    bigPut(a, (u64)pValue->i, n);
  }
  return n;
}

/* Read the value of serial uSerial at a, where n bytes are. A text or blob
** stays where it is: pValue->a points into a. Returns 0 when the bytes are too
** few or there is no such serial, and leaves pValue as it was; else 1, and all
** fields are set. */
int migValueGet(const u8 *a, i64 n, u64 uSerial, MigValue *pValue) {
  i64 nValue = migSerialSize(uSerial);
  u64 u;

  if (nValue < 0 || nValue > n) {
    return 0;
  }
  pValue->i = 0;
  pValue->r = 0;
  pValue->n = 0;
  pValue->a = 0;
  if (uSerial >= 12) {
    pValue->eType = uSerial & 1 ? SQLITE_TEXT : SQLITE_BLOB;
    pValue->n = nValue;
    pValue->a = a;
  } else if (uSerial == 0) {
    pValue->eType = SQLITE_NULL;
  } else if (uSerial == 7) {
    pValue->eType = SQLITE_FLOAT;
    u = bigGet(a, nValue);
    memcpy(&pValue->r, &u, sizeof(u));
  } else {
    pValue->eType = SQLITE_INTEGER;
    pValue->i = uSerial >= 8 ? (i64)uSerial - 8 : (i64)bigGet(a, nValue);
  }
  return 1;
}

/* Fill aSerial with the serials of the nValue values of a row. Returns the
** bytes that migRowPut() writes. */
i64 migRowSerials(const MigValue *aValue, int nValue, u64 *aSerial) {
  i64 n = 0;
  int i;

  for (i = 0; i < nValue; i++) {
    aSerial[i] = migSerialOf(&aValue[i]);
    n += migVarintSize(aSerial[i]) + migSerialSize(aSerial[i]);
  }
  return n;
}

/* Write a row with these serials, which migRowSerials() has found, at a, where
** as many bytes have room as that returned. Returns how many bytes. */
i64 migRowPut(u8 *a, const u64 *aSerial, const MigValue *aValue, int nValue) {
  i64 n = 0;
  int i;

  for (i = 0; i < nValue; i++) {
    n += migVarintPut(&a[n], aSerial[i]);
  }
  for (i = 0; i < nValue; i++) {
    n += migValuePut(&a[n], aSerial[i], &aValue[i]);
  }
  return n;
}

/* Read a row of nValue values at a, where n bytes are. Texts and blobs stay
** where they are, so aValue is good as long as a is. Returns the bytes used,
** which may be fewer than n; -1 when it is malformed or does not end within the
** n bytes, and aValue means nothing then. */
i64 migRowGet(const u8 *a, i64 n, int nValue, MigValue *aValue) {
  i64 iValue = 0;
  int i;

  for (i = 0; i < nValue; i++) {
    u64 uSerial = 0;
    int nSerial = migVarintGet(&a[iValue], n - iValue, &uSerial);
    if (nSerial == 0 || migSerialSize(uSerial) < 0) {
      return -1;
    }
    aValue[i].i = (i64)uSerial; /* until the value takes its place */
    iValue += nSerial;
  }
  for (i = 0; i < nValue; i++) {
    u64 uSerial = (u64)aValue[i].i;
    if (!migValueGet(&a[iValue], n - iValue, uSerial, &aValue[i])) {
      return -1;
    }
    iValue += migSerialSize(uSerial);
  }
  return iValue;
}

/* Read only the nValue serials of a row whose values may lie elsewhere, or in
** part. Returns the bytes they take; -1 when they are malformed or do not end
** within the n bytes. The values of serials it has accepted have sizes from
** migSerialSize() that are not negative. */
i64 migRowHeader(const u8 *a, i64 n, int nValue, u64 *aSerial) {
  i64 iByte = 0;
  int i;

  for (i = 0; i < nValue; i++) {
    int nSerial = migVarintGet(&a[iByte], n - iByte, &aSerial[i]);
    if (nSerial == 0 || migSerialSize(aSerial[i]) < 0) {
      return -1;
    }
    iByte += nSerial;
  }
  return iByte;
}

/* Every bit of the result depends on every bit of x. The constants are those
** of the finalizer of SplitMix64 (Steele, Lea, Flood 2014; variant 13 of
** Stafford). */
static u32 hashMix(u64 x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return (u32)x;
}

/* The hash of a rowid, or of the number of a row: of one that is a key by
** itself. */
u32 migKeyHashInt(i64 iKey) {
  return hashMix((u64)iKey + HASH_STEP);
}

/* Eight bytes as a little-endian number, on any machine and at any address;
** compilers make one load of it. */
static u64 littleGet(const u8 *a) {
  return (u64)a[0] | (u64)a[1] << 8 | (u64)a[2] << 16 | (u64)a[3] << 24 |
         (u64)a[4] << 32 | (u64)a[5] << 40 | (u64)a[6] << 48 | (u64)a[7] << 56;
}

/* One word into the hash. */
static u64 hashWord(u64 h, u64 w) {
  h = (h ^ w) * HASH_WORD;
  return h ^ h >> 32;
}

/* The hash of the n bytes that stand for the key of a WITHOUT ROWID row
** (scan.c). They may lie at any address. */
u32 migKeyHashBytes(const u8 *a, i64 n) {
  u64 h = (u64)n * HASH_STEP;
  u8 aLast[8] = {0, 0, 0, 0, 0, 0, 0, 0};

  for (; n >= 8; n -= 8, a += 8) {
    h = hashWord(h, littleGet(a));
  }
  if (n > 0) {
    memcpy(aLast, a, (size_t)n);
    h = hashWord(h, littleGet(aLast));
  }
  return hashMix(h);
}
