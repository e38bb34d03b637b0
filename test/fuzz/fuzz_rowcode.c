/*
** fuzz_rowcode.c - any bytes as a row.
**
** The first byte is the number of values, the others are the row. Asserted: a
** row lies within its bytes; its header alone says the same as the whole; a
** byte less is not enough; what is read, written again and read again is the
** same, and no longer; a varint comes back from its shortest form. The hash of
** a key does not depend on where the key lies.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "rowcode.h"

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* The bytes as a varint: the number read from them is written in no more bytes,
** and read from those, but not from one less. */
static void varintTest(const u8 *a, i64 n) {
  u8 aPut[MIG_VARINT_MAX];
  u64 v = 0;
  u64 vAgain = 0;
  int nGet = migVarintGet(a, n, &v);
  int nPut = migVarintPut(aPut, v);

  demand(nGet <= n && nGet <= MIG_VARINT_MAX);
  demand(nPut == migVarintSize(v) && (nGet == 0 || nPut <= nGet));
  demand(migVarintGet(aPut, nPut, &vAgain) == nPut && vAgain == v);
  demand(migVarintGet(aPut, nPut - 1, &vAgain) == 0);
  demand(migZigzag(migUnzigzag(v)) == v);
}

/* Values are the same bit by bit: a float may be no number. */
static int valueSame(const MigValue *pA, const MigValue *pB) {
  return pA->eType == pB->eType && pA->i == pB->i && pA->n == pB->n &&
         memcmp(&pA->r, &pB->r, sizeof(pA->r)) == 0 &&
         (pA->n == 0 || memcmp(pA->a, pB->a, (size_t)pA->n) == 0);
}

/* Serials and values of a row of n bytes at a. */
static void headerTest(const u8 *a, i64 n, int nValue, const MigValue *aValue) {
  u64 aSerial[256];
  i64 nHeader = migRowHeader(a, n, nValue, aSerial);
  i64 iEnd = nHeader;
  int i;

  demand(nHeader >= nValue);
  for (i = 0; i < nValue; i++) {
    MigValue value;
    demand(migValueGet(a + iEnd, n - iEnd, aSerial[i], &value));
    demand(valueSame(&value, &aValue[i]));
    demand(migSerialSize(aSerial[i]) == 0 ||
           !migValueGet(a + iEnd, migSerialSize(aSerial[i]) - 1, aSerial[i],
                        &value));
    iEnd += migSerialSize(aSerial[i]);
  }
  demand(iEnd == n);
}

/* Write the values, read them again. */
static void againTest(i64 n, int nValue, const MigValue *aValue) {
  MigValue aAgain[256];
  u64 aSerial[256];
  i64 nPut = migRowSerials(aValue, nValue, aSerial);
  u8 *aPut = malloc((size_t)nPut + 1);
  u32 uHash;
  int i;

  demand(aPut != 0 && nPut <= n);
  demand(migRowPut(aPut, aSerial, aValue, nValue) == nPut);
  demand(migRowGet(aPut, nPut, nValue, aAgain) == nPut);
  for (i = 0; i < nValue; i++) {
    demand(valueSame(&aValue[i], &aAgain[i]));
  }
  uHash = migKeyHashBytes(aPut, nPut);
  memmove(aPut + 1, aPut, (size_t)nPut);
  demand(migKeyHashBytes(aPut + 1, nPut) == uHash);
  free(aPut);
}

/* One input: how many values, and a row. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  MigValue aValue[256];
  MigValue aLess[256];
  int nValue = n ? a[0] : 0;
  i64 nRow = n ? (i64)n - 1 : 0;
  i64 nGet;

  varintTest(a, (i64)n);
  a += n > 0;
  nGet = migRowGet(a, nRow, nValue, aValue);
  demand(nGet >= -1 && nGet <= nRow);
  if (nGet >= 0) {
    headerTest(a, nGet, nValue, aValue);
    againTest(nGet, nValue, aValue);
    demand(nGet == 0 || migRowGet(a, nGet - 1, nValue, aLess) == -1);
  }
  return 0;
}
