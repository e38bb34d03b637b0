/*
** format_atlas.c - Atlas: a file a revision, and a file of checksums.
**
**     20240512083000_init.sql
**     atlas.sum
**
** Every ".sql" file at the top is a migration, in the order of the names, byte
** by byte; the version is what stands before the first '_'. Where Atlas writes
** for golang-migrate there are "x.up.sql" and "x.down.sql", which are halves of
** one revision.
**
** atlas.sum (sql/migrate/dir.go of Atlas):
**
**     h1:TOTAL
**     NAME h1:HASH      a line a file, in order
**
** HASH is the SHA-256, in base64, of one running state: the name and the bytes
** of every file up to this one. Of a file whose first line is the directive
** "atlas:sum ignore" only the name goes in, and it has no line. Down files go
** in when the sum lists any. TOTAL is the SHA-256 of the lines' names and
** hashes (without the h1:), one behind the other. The sum must be right; a
** folder without one, where the format was named, is read with a note. As the
** state runs on, a file that is put between two others changes all lines behind
** it.
**
** Directives are comment lines at the file's start that a blank line follows:
**
**     -- atlas:delimiter TEXT   ends statements instead of ';' (first line,
**                               with or without a blank line behind it);
**                               \n, \r, \t in it are what they are in C
**     -- atlas:txmode none      outside a transaction
**     -- atlas:checkpoint       stands for all files before it
**     -- atlas:nolint, ...      others say nothing to us
**     -- atlas:txtar            an archive: lines "-- NAME --" begin its files
**
** Of an archive migration.sql is the up script and down.sql the way back.
** checks.sql and checks/NAME.sql hold SELECTs, each of which must give a true
** value before anything else is run, or with "-- atlas:assert oneof" at the
** file's start one of them; in the up script they become statements that fail
** otherwise. Other files of an archive are noted.
**
** Written are a file a revision, and the sum: Atlas's open edition runs no down
** scripts, so there are none.
*/
#include "format.h"
#include "sha256.h"
#include "statement.h"
#include <string.h>

static const char zSumName[] = "atlas.sum";

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

/* ---- names and directives ---- */

/* Does z end in zEnd, bytewise, with something before it? */
static int endsWith(const char *z, const char *zEnd) {
  size_t n = strlen(z);
  size_t nEnd = strlen(zEnd);

  return n > nEnd && memcmp(z + n - nEnd, zEnd, nEnd) == 0;
}

/* Is the file a migration by its name: at the top, and .sql in small
** letters? */
static int atlasName(const MigFile *pFile) {
  return pFile->zDir[0] == 0 && endsWith(pFile->zBase, ".sql");
}

/*
** Is the line at i a directive "atlas:NAME value"? What stands before it does
** not matter, but must be printable ASCII: a line that begins with a byte order
** mark is none. Of several "atlas:" in a line the last one counts. So it is
** with the regular expression of Atlas (sql/migrate/dir.go),
**
**     ^([ -~]*)atlas:(\w+)(?: +([ -~]*))*
**
** but that here a name ends with a blank or the line. The value's span is
** handed out: blanks at its end belong to it, and it ends before the first byte
** that is not printable.
*/
static int directive(const char *z, i64 n, i64 i, const char *zName,
                     i64 *piValue, i64 *pnValue) {
  i64 nName = (i64)strlen(zName);
  i64 iAt = -1;
  i64 iEnd = i;

  for (; iEnd < n && z[iEnd] >= ' ' && z[iEnd] <= '~'; iEnd++) {
    if (n - iEnd >= 6 && memcmp(z + iEnd, "atlas:", 6) == 0) {
      iAt = iEnd + 6;
    }
  }
  if (iAt < 0 || iEnd - iAt < nName || memcmp(z + iAt, zName, (size_t)nName)) {
    return 0;
  }
  iAt += nName;
  if (iAt < iEnd && z[iAt] != ' ') {
    return 0; /* a longer name */
  }
  while (iAt < iEnd && z[iAt] == ' ') {
    iAt++;
  }
  *piValue = iAt;
  *pnValue = iEnd - iAt;
  return 1;
}

/* Is there a directive of that name, and with that value unless it is NULL,
** among the comment lines at the start of z[i..n), which begin with -- or #? A
** blank line must follow them: those above a statement are that statement's.
** Blanks at the end of a value do not count. A zero stands behind z. */
static int header(const char *z, i64 n, i64 i, const char *zName,
                  const char *zValue) {
  int bFound = 0;

  while (i < n && (z[i] == '#' || (z[i] == '-' && z[i + 1] == '-'))) {
    i64 iValue;
    i64 nValue;
    if (directive(z, n, i, zName, &iValue, &nValue)) {
      nValue = migFormatTrim(z, iValue, iValue + nValue) - iValue;
      bFound |=
          zValue == 0 || ((i64)strlen(zValue) == nValue &&
                          memcmp(z + iValue, zValue, (size_t)nValue) == 0);
    }
    i = migLineEnd(z, n, i);
  }
  while (i < n && (z[i] == ' ' || z[i] == '\t' || z[i] == '\r')) {
    i++;
  }
  return bFound && i < n && z[i] == '\n';
}

/* ---- the checksums ---- */

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
  if (directive(z, n, 0, "sum", &iValue, &nValue) && nValue == 6 &&
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
static void sumVerify(MigContext *p, MigFolder *pFolder, MigFile *pSum) {
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
    if (atlasName(pFile) && (bDown || !endsWith(pFile->zBase, ".down.sql"))) {
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

/* ---- scripts ---- */

/* The n bytes of a delimiter at z with the escapes \n, \r and \t undone, in the
** arena; a backslash before another byte stays. NULL after an error. */
static char *delimiterRead(MigContext *p, const char *z, i64 n) {
  char *zOut = migStrndup(p, z, n);
  i64 nOut = 0;
  i64 i;

  for (i = 0; zOut && i < n; i++) {
    const char *zEscape =
        z[i] == '\\' && i + 1 < n ? strchr("n\nr\rt\t", z[i + 1]) : 0;
    if (zEscape && z[i + 1] >= ' ') {
      zOut[nOut++] = zEscape[1];
      i++;
    } else {
      zOut[nOut++] = z[i];
    }
  }
  if (zOut) {
    zOut[nOut] = 0;
  }
  return zOut;
}

/* Append one statement of a text with other delimiters, n bytes at z: with a
** ';' behind its last token if it has none, so before a comment that follows.
** What holds no token gets none. */
static void statementWrite(MigContext *p, MigText *pText, const char *z,
                           i64 n) {
  MigTokenType eLast = MIG_TK_SEMI;
  MigToken token;
  i64 iLast = 0;
  i64 i = migTokenSignificant(z, n, 0, &token);

  while (token.eType != MIG_TK_END) {
    eLast = token.eType;
    iLast = i;
    i = migTokenSignificant(z, n, i, &token);
  }
  migTextAdd(p, pText, z, iLast);
  migTextStr(p, pText, eLast == MIG_TK_SEMI ? 0 : ";");
  migTextAdd(p, pText, z + iLast, n - iLast);
}

/* The offset behind the end of the block comment that begins at i, or -1 when
** z[0..n) has none: what lies behind n is another part of the archive. */
static i64 commentEnd(const char *z, i64 n, i64 i) {
  for (i += 2; i + 1 < n; i++) {
    if (z[i] == '*' && z[i + 1] == '/') {
      return i + 2;
    }
  }
  return -1;
}

/* The offset behind what begins at i and holds no delimiter: a quoted text, or
** a comment through its line end; i itself where none begins, as with Atlas.
** Once a block comment has no end, *pbOpen, there is no use in looking for the
** next one's: a text of nothing but their starts would take quadratic time. A
** quote without its end goes to n. */
static i64 pieceSkip(const char *z, i64 n, i64 i, int *pbOpen) {
  if (z[i] == '\'' || z[i] == '"' || z[i] == '`') {
    const char *zEnd = memchr(z + i + 1, z[i], (size_t)(n - i - 1));
    return zEnd ? zEnd - z + 1 : n;
  }
  if (z[i] == '-' && i + 1 < n && z[i + 1] == '-') {
    return migLineEnd(z, n, i);
  }
  if (z[i] == '/' && i + 1 < n && z[i + 1] == '*' && !*pbOpen) {
    i64 iEnd = commentEnd(z, n, i);
    *pbOpen = iEnd < 0;
    return iEnd < 0 ? i : iEnd;
  }
  return i;
}

/*
** Append z[0..n), whose statements end with zDelimiter, which is not empty, at
** no depth of parentheses, with a ';' for each. Line ends stay where they are,
** those of the delimiter too, so lines keep their numbers. With "\nGO" for the
** delimiter
**
**     CREATE TABLE a(x)     becomes     CREATE TABLE a(x);
**     GO                                (an empty line)
**     CREATE TABLE b(x)                 CREATE TABLE b(x);
*/
static void delimiterCut(MigContext *p, MigText *pText, const char *z, i64 n,
                         const char *zDelimiter) {
  i64 nDelimiter = (i64)strlen(zDelimiter);
  i64 iStart = 0;
  i64 i = 0;
  int nDepth = 0;
  int bOpen = 0;

  while (i < n) {
    int bQuote = z[i] == '\'' || z[i] == '"' || z[i] == '`';
    i64 iNext = i + 1;
    if (nDepth == 0 && !bQuote && n - i >= nDelimiter &&
        memcmp(z + i, zDelimiter, (size_t)nDelimiter) == 0) {
      i64 k;
      statementWrite(p, pText, z + iStart, i - iStart);
      for (k = 0; k < nDelimiter; k++) {
        migTextStr(p, pText, zDelimiter[k] == '\n' ? "\n" : 0);
      }
      iNext = i + nDelimiter;
      iStart = iNext;
    } else {
      i64 iSkip = pieceSkip(z, n, i, &bOpen);
      nDepth += z[i] == '(' ? 1 : z[i] == ')' && nDepth > 0 ? -1 : 0;
      iNext = iSkip > i ? iSkip : iNext;
    }
    i = iNext;
  }
  statementWrite(p, pText, z + iStart, n - iStart);
}

/* Append n bytes at z, which lies in the file's, with their statements ended by
** ';': as they are, but where the first line is the directive delimiter behind
** two dashes and a blank. That line becomes an empty one, and a note says so.
** FORMAT for an empty delimiter. */
static void scriptAdd(MigContext *p, MigFolder *pFolder, const MigFile *pFile,
                      const char *z, i64 n, MigText *pText) {
  i64 iValue;
  i64 nValue;
  i64 iLine;
  const char *zDelimiter;

  if (n < 9 || memcmp(z, "-- atlas:", 9) ||
      !directive(z, n, 0, "delimiter", &iValue, &nValue)) {
    migTextAdd(p, pText, z, n);
    return;
  }
  zDelimiter = delimiterRead(p, z + iValue, nValue);
  if (nValue == 0) {
    migFormatFail(p, pFile, z - pFile->z, "an empty delimiter");
  }
  if (p->rc == SQLITE_OK) {
    iLine = migLineEnd(z, n, 0);
    migTextStr(p, pText, "\n");
    delimiterCut(p, pText, z + iLine, n - iLine, zDelimiter);
    migFormatNote(p, pFolder,
                  "%s: statements end with '%.*s'; they were given a ';'",
                  pFile->zName, migFormatClip(z + iValue, nValue), z + iValue);
  }
}

/* ---- archives ---- */

/* A file of an archive: a span of what holds it. Offsets are bytes of that. */
typedef struct AtlasPart {
  const char *zName;
  i64 iLine;  /* of its marker */
  i64 iStart; /* behind the marker's line end */
  i64 n;      /* up to the next marker */
} AtlasPart;

/* The name on the marker line at i, "-- NAME --", in the arena, or NULL: white
** space around the name and behind the line does not count. This is the format
** of Go's package txtar. */
static const char *partName(MigContext *p, const char *z, i64 n, i64 i) {
  i64 iEnd = migFormatTrim(z, i, migLineEnd(z, n, i));

  if (iEnd - i < 7 || memcmp(z + i, "-- ", 3) ||
      memcmp(z + iEnd - 3, " --", 3)) {
    return 0;
  }
  i += 3;
  iEnd = migFormatTrim(z, i, iEnd - 3);
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  return i < iEnd ? migStrndup(p, z + i, iEnd - i) : 0;
}

/* The files of an archive, *pn of them, in their order and in the arena; NULL
** for none. What stands before the first marker is a comment. The file was
** read. */
static AtlasPart *partsRead(MigContext *p, const MigFile *pFile, int *pn) {
  const char *z = pFile->z;
  AtlasPart *a = 0;
  int n = 0;
  i64 i = migFormatStart(z, pFile->n);

  while (i < pFile->n && p->rc == SQLITE_OK) {
    i64 iNext = migLineEnd(z, pFile->n, i);
    const char *zName = partName(p, z, pFile->n, i);
    if (zName) {
      if ((n & (n - 1)) == 0) { /* 0 or a power of two */
        a = migGrow(p, a, (u64)n * sizeof(*a),
                    (n ? 2 * (u64)n : 1) * sizeof(*a));
      }
      if (p->rc) {
        break;
      }
      a[n].zName = zName;
      a[n].iLine = i;
      a[n].iStart = iNext;
      a[n++].n = 0;
    } else if (n > 0) {
      a[n - 1].n = iNext - a[n - 1].iStart;
    }
    i = iNext;
  }
  *pn = n;
  return a;
}

/* The only one of the n files at a with that name, or NULL. FORMAT for two. */
static const AtlasPart *partFind(MigContext *p, const MigFile *pFile,
                                 const AtlasPart *a, int n, const char *zName) {
  const AtlasPart *pFound = 0;
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (strcmp(a[i].zName, zName) == 0) {
      if (pFound) {
        migFormatFail(p, pFile, a[i].iLine, "a second %s in the archive",
                      zName);
      }
      pFound = &a[i];
    }
  }
  return pFound;
}

/* Whether the file of an archive holds checks, by its name. */
static int partIsCheck(const AtlasPart *pPart) {
  return strcmp(pPart->zName, "checks.sql") == 0 ||
         (strncmp(pPart->zName, "checks/", 7) == 0 &&
          endsWith(pPart->zName, ".sql"));
}

/* End a statement over the checks whose tests pTest has joined, and empty that.
** Nothing when there are none. */
static void checkEnd(MigContext *p, MigText *pText, MigText *pTest) {
  if (pTest->n > 0) {
    migTextF(p, pText,
             "\nSELECT CASE WHEN %s THEN 1"
             " ELSE json('the check is false') END;\n",
             migTextZ(pTest));
  }
  pTest->n = 0;
}

/* How many lines end in z[i..iEnd). */
static i64 lineCount(const char *z, i64 i, i64 iEnd) {
  i64 n = 0;

  for (; i < iEnd; i++) {
    n += z[i] == '\n';
  }
  return n;
}

/*
** Append the checks of an archive's file as statements that fail unless they
** hold, each by itself or all in one:
**
**     WITH "checks.sql, line 4"(ok) AS (
**     SELECT NOT EXISTS (SELECT * FROM users)
**     )
**     SELECT CASE WHEN (SELECT ok FROM "checks.sql, line 4") THEN 1
**       ELSE json('the check is false') END;
**
** json() is what fails: it takes no text that is not JSON. The name of the WITH
** tells which check it was. Of several rows of a check the first counts. FORMAT
** for what is no SELECT or VALUES.
*/
static void checksAdd(MigContext *p, const MigFile *pFile,
                      const AtlasPart *pPart, MigText *pText) {
  const char *z = pFile->z + pPart->iStart;
  int bOne = header(z, pPart->n, 0, "assert", "oneof");
  MigText test = {0, 0, 0};
  MigStatement st;
  i64 iLine = lineCount(pFile->z, 0, pPart->iStart) + 1;
  i64 iSeen = 0; /* lines are counted up to there */
  i64 i = 0;

  while (p->rc == SQLITE_OK && migScriptNext(z, pPart->n, &i, &st)) {
    const char *zName;
    if (st.eKind != MIG_ST_SELECT && st.eKind != MIG_ST_VALUES) {
      migFormatFail(p, pFile, pPart->iStart + st.iStart,
                    "a check that is no SELECT");
    }
    iLine += lineCount(z, iSeen, st.iStart);
    iSeen = st.iStart;
    zName = migPrintf(p, "%s, line %lld", pPart->zName, iLine);
    migTextF(p, pText, "%s\"%w\"(ok) AS (\n", test.n ? ", " : "WITH ", zName);
    migTextAdd(p, pText, z + st.iStart, st.nByte - (st.bSemi ? 1 : 0));
    migTextStr(p, pText, "\n)");
    migTextF(p, &test, "%s(SELECT ok FROM \"%w\")", test.n ? " OR " : "",
             zName);
    if (!bOne) {
      checkEnd(p, pText, &test);
    }
  }
  checkEnd(p, pText, &test);
}

/* Take an archive apart into the scripts of a step: checks, then migration.sql,
** are the up script, whatever their order. FORMAT when it has no migration.sql,
** or two; TOO_BIG. */
static void archiveRead(MigContext *p, MigFolder *pFolder, MigStep *pStep,
                        MigFile *pFile) {
  MigText up = {0, 0, 0};
  MigText down = {0, 0, 0};
  int n = 0;
  AtlasPart *a = partsRead(p, pFile, &n);
  const AtlasPart *pUp = partFind(p, pFile, a, n, "migration.sql");
  const AtlasPart *pDown = partFind(p, pFile, a, n, "down.sql");
  int i;

  if (pUp == 0) {
    migFormatFail(p, pFile, 0, "an archive without -- migration.sql --");
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (partIsCheck(&a[i])) {
      checksAdd(p, pFile, &a[i], &up);
    } else if (&a[i] != pUp && &a[i] != pDown) {
      migFormatNote(p, pFolder, "%s: %s of the archive is left out",
                    pFile->zName, a[i].zName);
    }
  }
  if (p->rc == SQLITE_OK) {
    scriptAdd(p, pFolder, pFile, pFile->z + pUp->iStart, pUp->n, &up);
    pStep->rev.zUp = migFormatScript(p, pFile, migTextZ(&up), up.n);
    pStep->rev.nUp = up.n;
  }
  if (p->rc == SQLITE_OK && pDown) {
    scriptAdd(p, pFolder, pFile, pFile->z + pDown->iStart, pDown->n, &down);
    pStep->rev.zDown = migFormatScript(p, pFile, migTextZ(&down), down.n);
    pStep->rev.nDown = down.n;
  }
  migFormatNote(p, pFolder, "%s: an archive, taken apart", pFile->zName);
}

/* ---- the format ---- */

/* How many files there are beside a sum; 0 without one. Atlas also sums folders
** that other tools run; those are theirs, but golang-migrate's, whose names are
** read here as well. */
int migAtlasProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  if (migFormatFile(pFolder, zSumName) == 0) {
    return 0;
  }
  for (i = 0; i < pFolder->nFile; i++) {
    nFit += atlasName(&pFolder->aFile[i]);
  }
  if (nFit > 0 && (migDbmateProbe(p, pFolder) || migGooseProbe(p, pFolder) ||
                   migFlywayProbe(p, pFolder))) {
    return 0;
  }
  return nFit;
}

/* Make a step, or one half of it, from a file. Of its name the version is what
** stands before the first '_', all of it without one, and the message what
** follows. FORMAT for a file that cannot be read so; TOO_BIG. */
static void atlasRead(MigContext *p, MigFolder *pFolder, MigFile *pFile) {
  const char *zName = pFile->zBase;
  i64 nVersion = (i64)strcspn(zName, "_");
  int bDown = endsWith(zName, ".down.sql");
  MigStep *pStep = migFormatStep(p, pFolder, pFile);
  const char *z = migFormatBytes(p, pFile);
  i64 i = migFormatStart(z, pFile->n);
  i64 nStem;
  MigText text = {0, 0, 0};

  if (pStep == 0 || p->rc) {
    return;
  }
  nStem = (i64)strlen(zName) - (bDown ? 9 : endsWith(zName, ".up.sql") ? 7 : 4);
  nVersion = nVersion < nStem ? nVersion : nStem;
  pStep->zStem = migStrndup(p, zName, nStem);
  pStep->zVersion = migStrndup(p, zName, nVersion);
  pStep->rev.zMessage = migFormatMessage(p, zName + nVersion, nStem - nVersion);
  pStep->zMark = header(z, pFile->n, i, "txmode", "none") ? "txmode none" : 0;
  pStep->bSquash = header(z, pFile->n, i, "checkpoint", 0);
  if (bDown) {
    migFormatDown(p, pStep, pFile);
  } else if (header(z, pFile->n, i, "txtar", 0)) {
    archiveRead(p, pFolder, pStep, pFile);
  } else {
    migTextAdd(p, &text, z, i); /* the mark of byte order stays */
    scriptAdd(p, pFolder, pFile, z + i, pFile->n - i, &text);
    pStep->rev.zUp = migFormatScript(p, pFile, migTextZ(&text), text.n);
    pStep->rev.nUp = text.n;
  }
}

/* Verify the sum and read every file. FORMAT for a sum that is not right, an
** archive without its script, or two files that claim the same half. Where
** there is no sum a note says that nothing was verified. */
void migAtlasLoad(MigContext *p, MigFolder *pFolder) {
  MigFile *pSum = migFormatFile(pFolder, zSumName);
  int bDown = 0;
  int i;

  if (pSum) {
    migFormatShare(pSum);
    sumVerify(p, pFolder, pSum);
  } else {
    migFormatNote(p, pFolder, "there is no %s; nothing was verified", zSumName);
  }
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (atlasName(&pFolder->aFile[i])) {
      bDown |= endsWith(pFolder->aFile[i].zBase, ".down.sql");
      atlasRead(p, pFolder, &pFolder->aFile[i]);
    }
  }
  if (bDown) {
    migFormatPair(p, pFolder);
  }
  migStepSort(p, pFolder->apStep, pFolder->nStep, migStepByName);
}

/* ---- writing ---- */

/* The name of a revision's file: as file_template says, else version and slug.
** Versions get zeros in front up to nWidth digits, for the order is by name: at
** most as many as zZero has. */
static const char *fileName(MigContext *p, const MigExported *pRev,
                            int nWidth) {
  static const char zZero[] = "00000000000000000000";
  int nZero = nWidth - (int)strlen(pRev->zVersion);

  return pRev->zStem ? migPrintf(p, "%s.sql", pRev->zStem)
                     : migPrintf(p, "%.*s%s_%s.sql", nZero, zZero,
                                 pRev->zVersion, pRev->zSlug);
}

/* Write the sum over the files made so far, which stand in the order of the
** revisions. When their names, by a file_template, have another one, the sum is
** not that of the folder, and the proof of the export finds it. */
static void sumWrite(MigContext *p, MigOutput *pOut) {
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
  migOutputText(p, pOut, zSumName, &text);
}

/* Write a file a revision and the sum. One that runs outside a transaction gets
** the directive for it, unless it begins with it. Down scripts are left out. */
void migAtlasWrite(MigContext *p, MigOutput *pOut) {
  int nWidth = 0;
  int i;

  for (i = 0; i < pOut->nRevision; i++) {
    int n = (int)strlen(pOut->aRevision[i].zVersion);
    nWidth = n > nWidth ? n : nWidth;
  }
  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *z = pRev->zUp ? pRev->zUp : "";
    MigText text = {0, 0, 0};
    if (pRev->bNoTransaction && !header(z, pRev->nUp, 0, "txmode", "none")) {
      migOutputLine(p, &text, "-- atlas:txmode none\n");
    }
    migTextAdd(p, &text, z, pRev->nUp);
    migOutputText(p, pOut, fileName(p, pRev, nWidth), &text);
  }
  sumWrite(p, pOut);
}
