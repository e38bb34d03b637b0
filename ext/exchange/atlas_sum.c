/*
** atlas_sum.c - atlas.sum, the checksums of Atlas: verified and written.
**
** As sql/migrate/dir.go of Atlas has it:
**
**     h1:TOTAL
**     NAME h1:HASH      a line a file, in order
**
** HASH is the SHA-256, in base64, of one running state: the name and the bytes
** of every file up to this one. Of a file whose first line is the directive
** "atlas:sum ignore" only the name goes in, and it has no line. Down files go
** in when the sum lists any. TOTAL is the SHA-256 of the lines' names and
** hashes (without the h1:), one behind the other. As the state runs on, a file
** that is put between two others changes all lines behind it.
*/
#include <string.h>
#include "atlas.h"
#include "sha256.h"

#define BASE64_SIZE 45 /* characters of a digest in base64, and a zero */

/* A digest as base64 text (RFC 4648), BASE64_SIZE bytes at z with the zero. Of
** 32 bytes the last two make three characters and one '='. */
static void base64(const u8 *a, char *z) {
  static const char zDigit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789+/=";
  int i;

  for (i = 0; i < MIG_SHA256_SIZE; i += 3) {
    int bLast = i + 2 >= MIG_SHA256_SIZE; /* two bytes are left */
    u32 v = (u32)a[i] << 16 | (u32)a[i + 1] << 8 | (bLast ? 0 : a[i + 2]);
    *z++ = zDigit[v >> 18];
    *z++ = zDigit[v >> 12 & 63];
    *z++ = zDigit[v >> 6 & 63];
    *z++ = zDigit[bLast ? 64 : v & 63];
  }
  *z = 0;
}

/* The lines of a sum being made. */
typedef struct AtlasSum {
  MigSha256 state; /* of names and bytes so far */
  MigSha256 total; /* of the lines so far */
} AtlasSum;

/* Take in a file of n bytes at z. 1 when it has a line in the sum, with the
** hash zHash, of BASE64_SIZE bytes; 0 when its first line wants to be ignored,
** and zHash is left alone. The hash is of a copy of the state, which runs
** on. */
static int sumAdd(AtlasSum *pSum, const char *zName, const char *z, i64 n,
                  char *zHash) {
  MigSha256 state;
  u8 a[MIG_SHA256_SIZE];
  i64 iValue;
  i64 nValue;

  migSha256Add(&pSum->state, zName, (i64)strlen(zName));
  if (migAtlasIsDirective(z, n, 0, "sum", &iValue, &nValue) && nValue == 6 &&
      memcmp(z + iValue, "ignore", 6) == 0) {
    return 0;
  }
  migSha256Add(&pSum->state, z, n);
  state = pSum->state;
  migSha256Final(&state, a);
  base64(a, zHash);
  migSha256Add(&pSum->total, zName, (i64)strlen(zName));
  migSha256Add(&pSum->total, zHash, (i64)strlen(zHash));
  return 1;
}

/* Begin a sum, without files. */
static void sumInit(AtlasSum *pSum) {
  migSha256Init(&pSum->state);
  migSha256Init(&pSum->total);
}

/* End a sum: zHash, of BASE64_SIZE bytes, is its total. */
static void sumTotal(AtlasSum *pSum, char *zHash) {
  u8 a[MIG_SHA256_SIZE];

  migSha256Final(&pSum->total, a);
  base64(a, zHash);
}

/* The line of the sum at i, without white space at its end, in the arena; "" at
** the end of the file, NULL after an error. */
static const char *sumLine(MigContext *p, const MigFile *pFile, i64 i) {
  i64 iEnd;

  if (p->rc) {
    return 0;
  }
  iEnd = migFormatTrim(pFile->z, i, migLineEnd(pFile->z, pFile->n, i));
  return migStrndup(p, pFile->z + i, iEnd - i);
}

/* FORMAT unless the line at i of the sum is the one that the file zName should
** have. The message tells a file that was changed from one that is not in its
** place. */
static void sumCompare(MigContext *p, const MigFile *pSum, i64 i,
                       const char *zName, const char *zHash) {
  const char *zLine = sumLine(p, pSum, i);
  const char *zWant = migPrintf(p, "%s h1:%s", zName, zHash);
  i64 nName = (i64)strlen(zName);

  if (p->rc || strcmp(zLine, zWant) == 0) {
    return;
  }
  if (strncmp(zLine, zWant, (size_t)nName + 4) == 0) {
    migFormatFail(p, pSum, i,
                  "%s is not the file that was summed; put it back, or run "
                  "atlas migrate hash",
                  zName);
  } else {
    migFormatFail(p, pSum, i,
                  "%s should stand here; a file was added, removed or renamed. "
                  "Put it back, or run atlas migrate hash",
                  zName);
  }
}

/* Whether down files go into the sum: it lists one. */
static int sumHasDown(const MigFile *pSum) {
  return pSum->n > 0 && strstr(pSum->z, ".down.sql h1:") != 0;
}

/* Verify the sum over the files of the folder, which are sorted by name.
** FORMAT, with its line, for the first that is not as it was, for a line too
** many, and for a total that is not that of the lines. The files of the sum are
** read. */
void migAtlasVerifySum(MigContext *p, MigFolder *pFolder, MigFile *pSum) {
  const char *z = migFormatBytes(p, pSum);
  i64 iLine = p->rc ? 0 : migLineEnd(z, pSum->n, 0);
  int bDown = p->rc ? 0 : sumHasDown(pSum);
  char zHash[BASE64_SIZE];
  const char *zTotal;
  AtlasSum sum;
  int i;

  sumInit(&sum);
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    if (migAtlasIsMigration(pFile) &&
        (bDown || !migAtlasEndsWith(pFile->zBase, ".down.sql"))) {
      const char *zBytes = migFormatBytes(p, pFile);
      if (p->rc == SQLITE_OK &&
          sumAdd(&sum, pFile->zBase, zBytes, pFile->n, zHash)) {
        sumCompare(p, pSum, iLine, pFile->zBase, zHash);
        iLine = p->rc ? iLine : migLineEnd(z, pSum->n, iLine);
      }
    }
  }
  if (p->rc == SQLITE_OK && migFormatTrim(z, iLine, pSum->n) > iLine) {
    const char *zLine = sumLine(p, pSum, iLine);
    migFormatFail(p, pSum, iLine,
                  "'%.*s' is not in the folder; put it back, or run atlas "
                  "migrate hash",
                  zLine ? migFormatClip(zLine, (i64)strlen(zLine)) : 0, zLine);
  }
  sumTotal(&sum, zHash);
  zTotal = sumLine(p, pSum, 0);
  if (p->rc == SQLITE_OK &&
      (strncmp(zTotal, "h1:", 3) || strcmp(zTotal + 3, zHash))) {
    migFormatFail(p, pSum, 0,
                  "the total is not that of the lines; run atlas migrate hash");
  }
}

/* Write the sum over the files made so far, which stand in the order of the
** revisions. When their names, by a file_template, have another one, the sum is
** not that of the folder, and the proof of the export finds it. */
void migAtlasWriteSum(MigContext *p, MigOutput *pOut) {
  MigText lines = {0, 0, 0};
  MigText text = {0, 0, 0};
  char zHash[BASE64_SIZE];
  AtlasSum sum;
  int i;

  sumInit(&sum);
  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    const MigOutputFile *pFile = &pOut->aFile[i];
    if (sumAdd(&sum, pFile->zName, pFile->z, pFile->n, zHash)) {
      migTextF(p, &lines, "%s h1:%s\n", pFile->zName, zHash);
    }
  }
  sumTotal(&sum, zHash);
  migTextF(p, &text, "h1:%s\n", zHash);
  migTextAdd(p, &text, migTextZ(&lines), lines.n);
  migOutputText(p, pOut, MIG_ATLAS_SUM, &text);
}
