/*
** format_own.c - the format of this extension: one file a revision.
**
**     -- revision: 4f1a
**     -- parents: 9c02, 77d3
**     -- depends-on: 11aa
**     -- label: billing
**     -- message: add invoices
**     -- created-at: 2026-01-02T03:04:05Z
**     -- repeatable: yes
**     -- migrate:up
**     CREATE TABLE invoice(id INTEGER PRIMARY KEY);
**     -- migrate:down
**     DROP TABLE invoice;
**
** The header is the comment lines before the first section, in any order;
** only revision is needed. Blank lines and comments without "word:" may stand
** between them; another word is an error. Without parents, with an empty
** list or with "base" the revision is a root. parents, depends-on and label
** take lists with commas. repeatable, yes or no, says the same as the directive
** -- migrate:repeatable in a script; it is there for scripts that came from
** files whose names said so. A value that is a JSON string as a whole stands
** for that string, so a message may hold line ends.
**
** A script is every byte from the end of its section line to the start of the
** next section line or the end of the file. A missing section is a missing
** script, an empty one a script that does nothing. Two things do not fit this
** and are written with a length, "-- migrate:up bytes:41": a script that ends
** without a line end before another section, and one that holds a line like a
** section line. Then exactly that many bytes are the script; one line end
** after them is not part of it unless the script ended with one itself, and
** only a section line or the end of the file may follow.
**
** Every .sql file of the folder and its sub-folders whose header names a
** revision is read, in the order of names. The graph is made of the parents,
** not of that order; whether they exist is for the import to see.
**
** Lines end with LF, a CR before it allowed:
**
**     file     [BOM] header-lines sections
**     header   "--" [blanks] word ":" [blanks] value [blanks]
**     section  "--" [blanks] "migrate:" up|down [blanks "bytes:" digits]
**              and from the next line on the script
**
** Either kind begins at the first column. A word is letters and '-'. There is
** at most one section of each direction, in any order.
**
** Keys and section names count the case of letters, yes and no do not. Of a
** value that begins with '"' and is no JSON string (RFC 8259) the bytes are the
** value. A revision with one parent "base" has none; a length has at most 11
** digits.
*/
#include <string.h>
#include "format.h"
#include "directive.h"
#include "text.h"

/* A line of the header: key in z[iKey..iKey+nKey), value up to iEnd. Offsets in
** the file, in bytes. */
typedef struct OwnHeader {
  i64 iKey;
  i64 nKey; /* letters and '-', at least one */
  i64 iValue;
  i64 iEnd; /* behind the value, white space at the line's end taken off */
} OwnHeader;

/* Whether the line at i is "-- word: value", and its parts. The value may be
** empty. *pLine means something only then. */
static int ownHeaderLine(const char *z, i64 n, i64 i, OwnHeader *pLine) {
  i64 iEnd = migFormatTrim(z, i, migLineEnd(z, n, i));

  if (iEnd - i < 2 || z[i] != '-' || z[i + 1] != '-') {
    return 0;
  }
  for (i += 2; i < iEnd && migIsSpace(z[i]); i++) {
  }
  pLine->iKey = i;
  while (i < iEnd &&
         (z[i] == '-' || ((z[i] | 0x20) >= 'a' && (z[i] | 0x20) <= 'z'))) {
    i++;
  }
  pLine->nKey = i - pLine->iKey;
  if (i == iEnd || z[i] != ':' || pLine->nKey == 0) {
    return 0;
  }
  for (i++; i < iEnd && migIsSpace(z[i]); i++) {
  }
  pLine->iValue = i;
  pLine->iEnd = iEnd;
  return 1;
}

/* Whether the line's key is zKey. Case counts. */
static int ownKeyIs(const char *z, const OwnHeader *pLine, const char *zKey) {
  return (i64)strlen(zKey) == pLine->nKey &&
         memcmp(z + pLine->iKey, zKey, (size_t)pLine->nKey) == 0;
}

/* Whether a section line begins at i, which direction it is for, and where its
** options begin. */
static int ownSection(const char *z, i64 n, i64 i, int *pbDown, i64 *piOption) {
  *pbDown = migFormatSection(z, n, i, "down", piOption);
  return *pbDown || migFormatSection(z, n, i, "up", piOption);
}

/* Whether the comments before the first section hold "-- revision:", which
** makes a file one of ours. n bytes at z, a zero behind them. Other formats ask
** it too, where their files could look like these. */
int migOwnHeader(const char *z, i64 n) {
  i64 i = migFormatStart(z, n);
  OwnHeader line;
  int bDown;
  i64 iOption;

  while (i < n && migFormatIdle(z, n, i) &&
         !ownSection(z, n, i, &bDown, &iOption)) {
    if (ownHeaderLine(z, n, i, &line) && ownKeyIs(z, &line, "revision")) {
      return 1;
    }
    i = migLineEnd(z, n, i);
  }
  return 0;
}

/* The value of four hex digits at z[i..iEnd), or -1 when there are fewer. */
static int ownHex4(const char *z, i64 i, i64 iEnd) {
  int v = 0;
  int k;

  for (k = 0; k < 4; k++, i++) {
    int c = i < iEnd ? z[i] : 0;
    if (migIsDigit((char)c)) {
      v = v * 16 + c - '0';
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      v = v * 16 + (c | 0x20) - 'a' + 10;
    } else {
      return -1;
    }
  }
  return v;
}

/* Write character c, below U+110000, as UTF-8 (RFC 3629); returns the bytes
** used, at most 4. Of n bytes, two or more, the first has n ones in front,
** which are the low byte of 0xf00 shifted by n. */
static int ownUtf8(char *z, int c) {
  int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  int i;

  for (i = n - 1; i > 0; i--) {
    z[i] = (char)(0x80 | (c & 0x3f));
    c >>= 6;
  }
  z[0] = (char)(n == 1 ? c : (0xf00 >> n & 0xff) | c);
  return n;
}

/* The escape of JSON at z[*pi], just after its backslash, as UTF-8 at zOut.
** Moves *pi past it. Returns the bytes written, at most 4, and 0 when there is
** no such escape: \u0000 is none, as texts end there, nor is half a surrogate
** pair. */
static int ownEscape(const char *z, i64 *pi, i64 iEnd, char *zOut) {
  static const char zFrom[] = "\"\\/bfnrt";
  static const char zTo[] = "\"\\/\b\f\n\r\t";
  i64 i = *pi;
  const char *zFound = i < iEnd && z[i] ? strchr(zFrom, z[i]) : 0;
  int c;

  if (zFound) {
    *zOut = zTo[zFound - zFrom];
    *pi = i + 1;
    return 1;
  }
  c = i < iEnd && z[i] == 'u' ? ownHex4(z, i + 1, iEnd) : -1;
  i += 5;
  if (c >= 0xd800 && c < 0xdc00 && iEnd - i > 2 && z[i] == '\\' &&
      z[i + 1] == 'u') {
    int cLow = ownHex4(z, i + 2, iEnd);
    if (cLow >= 0xdc00 && cLow < 0xe000) {
      c = 0x10000 + ((c & 0x3ff) << 10) + (cLow & 0x3ff);
      i += 6;
    }
  }
  *pi = i;
  return c > 0 && (c & ~0x7ff) != 0xd800 ? ownUtf8(zOut, c) : 0;
}

/* The value of a header line: what a JSON string stands for when z[i..iEnd)
** is one as a whole, else the bytes as they are. In the arena. */
static const char *ownValue(MigContext *p, const char *z, i64 i, i64 iEnd) {
  const char *zPlain = migStrndup(p, z + i, iEnd - i);
  char *zOut;
  i64 nOut = 0;

  if (p->rc || iEnd - i < 2 || z[i] != '"' || z[iEnd - 1] != '"') {
    return zPlain;
  }
  zOut = migAlloc(p, (u64)(iEnd - i)); /* no escape grows */
  for (i++, iEnd--; zOut && i < iEnd;) {
    if (z[i] == '"') {
      return zPlain;
    } else if (z[i] != '\\') {
      zOut[nOut++] = z[i++];
    } else {
      int nChar;
      i++;
      nChar = ownEscape(z, &i, iEnd, zOut + nOut);
      if (nChar == 0) {
        return zPlain;
      }
      nOut += nChar;
    }
  }
  return zOut;
}

/* Split a list at its commas, white space around the parts removed, and add
** the parts that are not empty to *paz, which has *pn. Lines with the same key
** add up. */
static void ownList(MigContext *p, const char *z, i64 i, i64 iEnd,
                    const char ***paz, int *pn) {
  while (i < iEnd && p->rc == SQLITE_OK) {
    const char *zComma = memchr(z + i, ',', (size_t)(iEnd - i));
    i64 iNext = zComma ? zComma - z : iEnd;
    i64 iTrim;

    while (i < iNext && migIsSpace(z[i])) {
      i++;
    }
    iTrim = migFormatTrim(z, i, iNext);
    if (iTrim > i) {
      if ((*pn & (*pn - 1)) == 0) { /* 0 or a power of two */
        *paz = migGrow(p, *paz, (u64)*pn * sizeof(char *),
                       (*pn ? 2 * (u64)*pn : 1) * sizeof(char *));
      }
      if (p->rc == SQLITE_OK) {
        (*paz)[(*pn)++] = migStrndup(p, z + i, iTrim - i);
      }
    }
    i = iNext + 1;
  }
}

/* The field of the revision that a header line with one value sets, or NULL for
** a key of another kind or none. */
static const char **ownField(MigImported *pRev, const char *z,
                             const OwnHeader *pLine) {
  if (ownKeyIs(z, pLine, "revision")) {
    return &pRev->zId;
  }
  if (ownKeyIs(z, pLine, "message")) {
    return &pRev->zMessage;
  }
  return ownKeyIs(z, pLine, "created-at") ? &pRev->zCreatedAt : 0;
}

/* A value that is yes or no, letter case aside, into *pb. FORMAT for another
** one, an empty one as well. */
static void ownYes(MigContext *p, MigFile *pFile, const OwnHeader *pLine,
                   int *pb) {
  const char *z = pFile->z + pLine->iValue;
  i64 n = pLine->iEnd - pLine->iValue;

  *pb = n == 3 && migStrNICmp(z, "yes", 3) == 0;
  if (!*pb && (n != 2 || migStrNICmp(z, "no", 2))) {
    migFormatFail(p, pFile, pLine->iKey, "repeatable is yes or no");
  }
}

/* FORMAT for a directive in the header, which is no section line: it would be
** lost, as the header is no part of a script. */
static void ownDirective(MigContext *p, MigFile *pFile,
                         const OwnHeader *pLine) {
  const char *z = pFile->z + pLine->iValue;
  i64 n = pLine->iEnd - pLine->iValue;
  i64 nWord = 0;

  while (nWord < n && !migIsSpace(z[nWord])) {
    nWord++;
  }
  if (migDirectiveHas(z, nWord)) {
    migFormatFail(p, pFile, pLine->iKey,
                  "migrate:%.*s belongs to a script; put it behind the line"
                  " -- migrate:up",
                  (int)nWord, z);
  } else {
    migFormatFail(p, pFile, pLine->iKey,
                  "unknown directive migrate:%.*s; known are %s",
                  migFormatClip(z, nWord), z, migDirectivesKnown());
  }
}

/* Take in one header line. FORMAT for a second value where there can be one, or
** an unknown word. A second repeatable counts. */
static void ownHeaderTake(MigContext *p, MigStep *pStep, MigFile *pFile,
                          const OwnHeader *pLine) {
  const char *z = pFile->z;
  MigImported *pRev = &pStep->rev;
  const char **pzField = ownField(pRev, z, pLine);

  if (pzField) {
    if (*pzField) {
      migFormatFail(p, pFile, pLine->iKey, "a second '%.*s'; keep one",
                    (int)pLine->nKey, z + pLine->iKey);
    }
    *pzField = ownValue(p, z, pLine->iValue, pLine->iEnd);
  } else if (ownKeyIs(z, pLine, "parents")) {
    ownList(p, z, pLine->iValue, pLine->iEnd, &pRev->azParent, &pRev->nParent);
  } else if (ownKeyIs(z, pLine, "depends-on")) {
    ownList(p, z, pLine->iValue, pLine->iEnd, &pRev->azDepend, &pRev->nDepend);
  } else if (ownKeyIs(z, pLine, "label")) {
    ownList(p, z, pLine->iValue, pLine->iEnd, &pRev->azLabel, &pRev->nLabel);
  } else if (ownKeyIs(z, pLine, "repeatable")) {
    ownYes(p, pFile, pLine, &pRev->bRepeatable);
  } else if (ownKeyIs(z, pLine, "migrate")) {
    ownDirective(p, pFile, pLine);
  } else {
    migFormatFail(p, pFile, pLine->iKey,
                  "unknown header '%.*s'; known are revision, parents, "
                  "depends-on, label, message, created-at, repeatable",
                  (int)pLine->nKey, z + pLine->iKey);
  }
}

/*
** Read the header into the step. Returns the offset of the first section line,
** or the file's end. FORMAT for anything that is not a header line or a
** comment.
*/
static i64 ownHeader(MigContext *p, MigStep *pStep, MigFile *pFile) {
  const char *z = pFile->z;
  i64 n = pFile->n;
  i64 i = migFormatStart(z, n);
  OwnHeader line;
  int bDown;
  i64 iOption;

  while (i < n && p->rc == SQLITE_OK) {
    if (ownSection(z, n, i, &bDown, &iOption)) {
      break;
    }
    if (ownHeaderLine(z, n, i, &line)) {
      ownHeaderTake(p, pStep, pFile, &line);
    } else if (!migFormatIdle(z, n, i)) {
      migFormatFail(p, pFile, i, "text before the line -- migrate:up");
    }
    i = migLineEnd(z, n, i);
  }
  return i;
}

/* The number N of the option "bytes:N" in z[i..iEnd), -1 without options.
** FORMAT for any other option, and for a number of more than 11 digits, so that
** none overflows. */
static i64 ownLength(MigContext *p, MigFile *pFile, i64 i, i64 iEnd) {
  static const char zKey[] = "bytes:";
  const char *z = pFile->z;
  i64 nLength = 0;

  iEnd = migFormatTrim(z, i, iEnd);
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  if (i == iEnd) {
    return -1;
  }
  if (iEnd - i > 6 && iEnd - i < 18 && memcmp(z + i, zKey, 6) == 0) {
    for (i += 6; i < iEnd && migIsDigit(z[i]); i++) {
      nLength = nLength * 10 + z[i] - '0';
    }
  }
  if (i < iEnd) {
    migFormatFail(p, pFile, i, "unknown option; known is bytes:N");
  }
  return nLength;
}

/* The end of the script that begins at i: the next section line or the file's
** end. pFile needs only z and n. */
static i64 ownScriptEnd(const MigFile *pFile, i64 i) {
  int bDown;
  i64 iOption;

  while (i < pFile->n && !ownSection(pFile->z, pFile->n, i, &bDown, &iOption)) {
    i = migLineEnd(pFile->z, pFile->n, i);
  }
  return i;
}

/* Where reading goes on after a script with a given length that ends at i.
** FORMAT unless that is a section line or the file's end. The line end that a
** writer puts behind a script without one, LF or CRLF, is passed over. */
static i64 ownLengthEnd(MigContext *p, MigFile *pFile, i64 i) {
  const char *z = pFile->z;
  int bDown;
  i64 iOption;

  if (i < pFile->n && z[i - 1] != '\n') {
    i += z[i] == '\r' && z[i + 1] == '\n' ? 2 : z[i] == '\n';
  }
  if (i < pFile->n && (z[i - 1] != '\n' ||
                       !ownSection(pFile->z, pFile->n, i, &bDown, &iOption))) {
    migFormatFail(p, pFile, i,
                  "the length given by bytes: does not end at a section line; "
                  "were line ends changed?");
  }
  return i;
}

/* Read the section whose line begins at i. Returns where the next begins, or
** the file's end. FORMAT for a second one of its direction and for a length
** that does not fit the file. */
static i64 ownSectionTake(MigContext *p, MigStep *pStep, MigFile *pFile,
                          i64 i) {
  MigImported *pRev = &pStep->rev;
  i64 iStart = migLineEnd(pFile->z, pFile->n, i);
  int bDown = 0;
  i64 iOption = i;
  i64 nLength;
  i64 iEnd;
  i64 iNext;
  const char *zScript;

  (void)ownSection(pFile->z, pFile->n, i, &bDown, &iOption);
  if (bDown ? pRev->zDown != 0 : pRev->zUp != 0) {
    migFormatFail(p, pFile, i,
                  "a second section of this kind; write the first as "
                  "-- migrate:%s bytes:N if this line belongs to it",
                  bDown ? "down" : "up");
  }
  nLength = ownLength(p, pFile, iOption, iStart);
  if (nLength > pFile->n - iStart) {
    migFormatFail(p, pFile, i,
                  "the length given by bytes: passes the file's "
                  "end");
  }
  if (p->rc) {
    return pFile->n;
  }
  iEnd = nLength < 0 ? ownScriptEnd(pFile, iStart) : iStart + nLength;
  iNext = nLength < 0 ? iEnd : ownLengthEnd(p, pFile, iEnd);
  zScript = migFormatScript(p, pFile, pFile->z + iStart, iEnd - iStart);
  if (bDown) {
    pRev->zDown = zScript;
    pRev->nDown = iEnd - iStart;
  } else {
    pRev->zUp = zScript;
    pRev->nUp = iEnd - iStart;
  }
  return iNext;
}

/* Make a step from a file: the header, then section after section. It brings
** its id and message, so assemble.c gives it none. */
static void ownRead(MigContext *p, MigFolder *pFolder, MigFile *pFile) {
  MigStep *pStep = migFormatStep(p, pFolder, pFile);
  MigImported *pRev;
  i64 i;

  if (pStep == 0) {
    return;
  }
  pRev = &pStep->rev;
  i = ownHeader(p, pStep, pFile);
  while (p->rc == SQLITE_OK && i < pFile->n) {
    i = ownSectionTake(p, pStep, pFile, i);
  }
  if (p->rc == SQLITE_OK && pRev->zId[0] == 0) {
    migFormatFail(p, pFile, 0, "the header names no revision");
  }
  if (p->rc == SQLITE_OK && pRev->nParent == 1 &&
      strcmp(pRev->azParent[0], "base") == 0) {
    pRev->nParent = 0;
  }
  if (pRev->zMessage == 0) {
    pRev->zMessage = "";
  }
}

/* Whether pFile is one of ours. Reads it when its name ends in .sql, letter
** case aside. */
static int ownFits(MigContext *p, MigFile *pFile) {
  const char *z;

  if (!migFormatSuffix(pFile->zBase, ".sql")) {
    return 0;
  }
  z = migFormatBytes(p, pFile);
  return migOwnHeader(z, pFile->n);
}

/* How many files name their revision in a header, at any depth. Reads every
** .sql file. */
int migOwnProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    nFit += ownFits(p, &pFolder->aFile[i]);
  }
  return nFit;
}

/* Read every such file. FORMAT, with file and line, for what the head of this
** file does not allow. The steps have ids, parents and labels as written; that
** these are ids at all, and whose, is looked at later. */
void migOwnLoad(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (ownFits(p, &pFolder->aFile[i])) {
      ownRead(p, pFolder, &pFolder->aFile[i]);
    }
  }
}

/* ---- writing ---- */

/* Append "-- key: value"; the value as a JSON string where the line would not
** give it back: it is empty, has blanks at an end, begins with a quote or holds
** control characters. */
static void ownWriteLine(MigContext *p, MigText *pText, const char *zKey,
                         const char *zValue) {
  i64 n = (i64)strlen(zValue);
  int bPlain = n > 0 && zValue[0] != '"' && !migIsSpace(zValue[0]) &&
               !migIsSpace(zValue[n - 1]);
  i64 i;

  for (i = 0; i < n; i++) {
    bPlain = bPlain && (u8)zValue[i] >= ' ';
  }
  migTextF(p, pText, "-- %s: ", zKey);
  if (bPlain) {
    migTextStr(p, pText, zValue);
  } else {
    migTextJson(p, pText, zValue);
  }
  migTextStr(p, pText, "\n");
}

/* Append "-- key: a, b"; nothing for an empty list. An id or label holds
** neither commas nor blanks (name.h). */
static void ownWriteList(MigContext *p, MigText *pText, const char *zKey, int n,
                         const char **az) {
  int i;

  for (i = 0; i < n; i++) {
    migTextF(p, pText, i ? ", " : "-- %s: ", zKey);
    migTextStr(p, pText, az[i]);
  }
  migTextStr(p, pText, n ? "\n" : 0);
}

/* Append a section; nothing for a missing script. bLast: nothing follows.
** Without a length a script would end at the first line of it that looks like a
** section, or take in the line end that goes behind it. */
static void ownWriteScript(MigContext *p, MigText *pText, const char *zName,
                           const char *z, i64 n, int bLast) {
  MigFile file = {0};
  int bOpen = n > 0 && z && z[n - 1] != '\n'; /* its last line has no end */

  if (z == 0) {
    return;
  }
  file.z = migStrndup(p, z, n);
  file.n = n;
  migTextF(p, pText, "-- migrate:%s", zName);
  if (p->rc == SQLITE_OK && ((bOpen && !bLast) || ownScriptEnd(&file, 0) < n)) {
    migTextF(p, pText, " bytes:%lld", n);
  }
  migTextStr(p, pText, "\n");
  migTextAdd(p, pText, z, n);
  migTextStr(p, pText, bOpen && !bLast ? "\n" : 0);
}

/* A file a revision; nothing of it is lost. A root says so by "base", for who
** reads it, but not a repeatable one, which is no root. */
void migOwnWrite(MigContext *p, MigOutput *pOut) {
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    MigText text = {0, 0, 0};
    ownWriteLine(p, &text, "revision", pRev->zId);
    ownWriteList(p, &text, "parents", pRev->nParent, pRev->azParent);
    if (pRev->nParent == 0 && !pRev->bRepeatable) {
      migTextStr(p, &text, "-- parents: base\n");
    }
    ownWriteList(p, &text, "depends-on", pRev->nDepend, pRev->azDepend);
    ownWriteList(p, &text, "label", pRev->nLabel, pRev->azLabel);
    if (pRev->zMessage[0]) {
      ownWriteLine(p, &text, "message", pRev->zMessage);
    }
    if (pRev->zCreatedAt) {
      ownWriteLine(p, &text, "created-at", pRev->zCreatedAt);
    }
    migTextStr(p, &text, pRev->bRepeatable ? "-- repeatable: yes\n" : 0);
    ownWriteScript(p, &text, "up", pRev->zUp, pRev->nUp, pRev->zDown == 0);
    ownWriteScript(p, &text, "down", pRev->zDown, pRev->nDown, 1);
    migOutputText(p, pOut, migPrintf(p, "%s.sql", migOutputStem(p, pRev)),
                  &text);
  }
}
