/*
** atlas_script.c - scripts of Atlas: their names, directives and delimiters.
**
** Directives are comment lines at the file's start that a blank line follows:
**
**     -- atlas:delimiter TEXT   ends statements instead of ';' (first line,
**                               with or without a blank line behind it);
**                               \n, \r, \t in it are what they are in C
**     -- atlas:txmode none      outside a transaction
**     -- atlas:checkpoint       stands for all files before it
**     -- atlas:nolint, ...      others say nothing to us
**     -- atlas:txtar            an archive (atlas_archive.c)
**
** Of a script with another delimiter the statements get a ';' for it, so that
** what is stored is plain SQL, with its lines where they were.
**
** Offsets are bytes of the text that is given.
*/
#include <string.h>
#include "atlas.h"
#include "statement.h"

/* ---- names and directives ---- */

/* Does z end in zEnd, bytewise, with something before it? */
int migAtlasEndsWith(const char *z, const char *zEnd) {
  size_t n = strlen(z);
  size_t nEnd = strlen(zEnd);

  return n > nEnd && memcmp(z + n - nEnd, zEnd, nEnd) == 0;
}

/* Is the file a migration by its name: at the top, and .sql in small
** letters? */
int migAtlasIsMigration(const MigFile *pFile) {
  return pFile->zDir[0] == 0 && migAtlasEndsWith(pFile->zBase, ".sql");
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
int migAtlasIsDirective(const char *z, i64 n, i64 i, const char *zName,
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
int migAtlasHasDirective(const char *z, i64 n, i64 i, const char *zName,
                         const char *zValue) {
  int bFound = 0;

  while (i < n && (z[i] == '#' || (z[i] == '-' && z[i + 1] == '-'))) {
    i64 iValue;
    i64 nValue;
    if (migAtlasIsDirective(z, n, i, zName, &iValue, &nValue)) {
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

/* ---- delimiters ---- */

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
void migAtlasAddScript(MigContext *p, MigFolder *pFolder, const MigFile *pFile,
                       const char *z, i64 n, MigText *pText) {
  i64 iValue;
  i64 nValue;
  i64 iLine;
  const char *zDelimiter;

  if (n < 9 || memcmp(z, "-- atlas:", 9) ||
      !migAtlasIsDirective(z, n, 0, "delimiter", &iValue, &nValue)) {
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
