/*
** format.c - what the formats of migration folders share.
**
** Bytes of a file are read on first use and belong to the folder; scripts
** are copied into the arena as they are, so CRLF, a byte order mark or a
** missing last line end survive. A file with a zero byte is refused: SQLite
** would run only what stands before it.
**
** Lines are found by LF alone; a CR before it is white space at the line's
** end. Line-based owners (goose, dbmate, our own format) see a directive
** wherever such a line stands, inside literals and block comments too, and
** so do we.
**
** Names, numbers and messages are looked at byte by byte and in ASCII; what is
** above 0x7f passes as it is. Sorting needs no recursion and is stable, so that
** two folders with the same files give the same revisions whatever the system
** lists first.
*/
#include <string.h>
#include "migrate.h"
#include "format.h"
#include "os.h"
#include "text.h"

/* One file may hold both scripts of a revision and a header. */
#define FORMAT_MAX_FILE (2 * (i64)MIGRATE_MAX_SCRIPT + 1048576)

/* U+FEFF in UTF-8, as some editors put it in front of a text. */
static const char zBom[] = "\xef\xbb\xbf";

/* Has a text of several lines with comments no LF, but CR? It ends with a zero
** byte. */
static int endsAreCr(const char *z, i64 n) {
  const char *zCr = memchr(z, '\r', (size_t)n);

  return zCr && zCr + 1 < z + n && memchr(z, '\n', (size_t)n) == 0 &&
         strstr(z, "--") != 0;
}

/*
** The file's contents, zero-terminated, pFile->n bytes. They belong to the
** folder and go when it is closed. The file is read once, at the first call.
** "" after an error: FILE, TOO_BIG, or FORMAT for a zero byte in the text or
** lines that end with CR alone, which would make one comment of all that is
** behind the first "--". The bytes are gone then, those handed out before as
** well, and pFile->z is NULL.
*/
const char *migFormatBytes(MigContext *p, MigFile *pFile) {
  if (!pFile->bRead && p->rc == SQLITE_OK) {
    const char *zZero = 0;

    if (pFile->z == 0) {
      MigBytes bytes = migFileRead(p, pFile->zPath, FORMAT_MAX_FILE);
      pFile->z = (char *)bytes.a;
      pFile->n = bytes.n;
    }
    pFile->bRead = 1;
    if (pFile->n > 0) {
      zZero = memchr(pFile->z, 0, (size_t)pFile->n);
    }
    if (zZero) {
      migFormatFail(p, pFile, zZero - pFile->z,
                    "a zero byte; save the file as UTF-8");
    } else if (pFile->n > 0 && endsAreCr(pFile->z, pFile->n)) {
      migFormatFail(p, pFile, 0,
                    "its lines end with CR alone; save the file with LF");
    }
  }
  if (p->rc) {
    sqlite3_free(pFile->z);
    pFile->z = 0;
    pFile->n = 0;
  }
  return pFile->z ? pFile->z : "";
}

/* FORMAT with file, and the line of byte iByte of it, from 1. Line 1 when the
** file was not read. zFormat is one of sqlite3_mprintf(). */
void migFormatFail(MigContext *p, const MigFile *pFile, i64 iByte,
                   const char *zFormat, ...) {
  va_list ap;
  char *zText;
  int iLine;
  int iColumn;

  va_start(ap, zFormat);
  zText = migVprintf(p, zFormat, ap);
  va_end(ap);
  if (p->rc == SQLITE_OK) { /* counting lines takes time */
    migPosition(pFile->z ? pFile->z : "", pFile->z ? iByte : 0, &iLine,
                &iColumn);
    migFail(p, MIG_FORMAT, "%s:%d: %s", pFile->zName, iLine, zText);
  }
}

/* Add a sentence to the import's notes; zFormat is one of sqlite3_mprintf().
** It ends without a full stop, and begins with what it is about: a file, ids.
*/
void migFormatNote(MigContext *p, MigFolder *pFolder, const char *zFormat,
                   ...) {
  int n = pFolder->nNote;
  va_list ap;
  char *zText;

  va_start(ap, zFormat);
  zText = migVprintf(p, zFormat, ap);
  va_end(ap);
  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pFolder->azNote = migGrow(p, pFolder->azNote, (u64)n * sizeof(char *),
                              (n ? 2 * (u64)n : 1) * sizeof(char *));
  }
  if (p->rc == SQLITE_OK) {
    pFolder->azNote[pFolder->nNote++] = zText;
  }
}

/*
** A new step made from pFile, which counts as used. Stem and file are set;
** version, message and scripts are the loader's. A file that gives a second
** step becomes a shared one. NULL once p->rc is set; else the step stays where
** it is while the list of steps grows.
*/
MigStep *migFormatStep(MigContext *p, MigFolder *pFolder, MigFile *pFile) {
  MigStep *pStep = migAlloc(p, sizeof(MigStep));
  MigStep **ap = pFolder->apStep;
  int nAlloc = pFolder->nStepAlloc;
  i64 n = (i64)strlen(pFile->zBase);
  char *zStem;

  n -= migFormatSuffix(pFile->zBase, ".sql") ? 4 : 0;
  zStem = migStrndup(p, pFile->zBase, n);
  if (pFolder->nStep == nAlloc) {
    nAlloc = nAlloc ? 2 * nAlloc : 64;
    ap = migGrow(p, ap, (u64)pFolder->nStep * sizeof(*ap),
                 (u64)nAlloc * sizeof(*ap));
  }
  if (p->rc) {
    return 0;
  }
  pFolder->apStep = ap;
  pFolder->nStepAlloc = nAlloc;
  pStep->zDir = "";
  pStep->zStem = zStem;
  pStep->rev.zFile = pFile->zName;
  pStep->pFile = pFile;
  if (pFile->pStep) {
    pFile->bShared = 1;
  }
  pFile->bUsed = 1;
  pFile->pStep = pStep;
  pFolder->apStep[pFolder->nStep++] = pStep;
  return pStep;
}

/* A further file of a step: another script, what says how to run it. It is
** kept for an export with the step's revision. */
void migFormatAttach(MigFile *pFile, MigStep *pStep) {
  pFile->bUsed = 1;
  pFile->pStep = pStep;
}

/* A file of the folder as a whole: a plan, a journal, checksums. It is kept for
** an export and belongs to no revision. */
void migFormatShare(MigFile *pFile) {
  pFile->bUsed = 1;
  pFile->bShared = 1;
}

/* Order of the files of a folder: by their folder, then by name, bytewise. The
** files of one folder are neighbours, the top's come first; what is below a
** folder need not come next. 0 only for the same name. */
int migFormatOrder(const char *zA, const char *zB) {
  const char *zSlashA = strrchr(zA, '/');
  const char *zSlashB = strrchr(zB, '/');
  size_t nA = zSlashA ? (size_t)(zSlashA - zA) : 0;
  size_t nB = zSlashB ? (size_t)(zSlashB - zB) : 0;
  int c = memcmp(zA, zB, nA < nB ? nA : nB);

  if (c == 0) {
    c = nA < nB ? -1 : nA > nB;
  }
  return c ? c : strcmp(zA, zB);
}

/* The file of that name below the folder, or NULL. Case counts. By bisection:
** aFile is sorted by migFormatOrder(). */
MigFile *migFormatFile(MigFolder *pFolder, const char *zName) {
  int iLow = 0;
  int iHigh = pFolder->nFile;

  while (iLow < iHigh) {
    int i = iLow + (iHigh - iLow) / 2;
    int c = migFormatOrder(pFolder->aFile[i].zName, zName);
    if (c == 0) {
      return &pFolder->aFile[i];
    }
    if (c < 0) {
      iLow = i + 1;
    } else {
      iHigh = i;
    }
  }
  return 0;
}

/* A copy of n bytes of a script from pFile, in the arena, a zero behind them.
** NULL after failure. TOO_BIG above MIGRATE_MAX_SCRIPT. */
const char *migFormatScript(MigContext *p, const MigFile *pFile, const char *z,
                            i64 n) {
  if (n > MIGRATE_MAX_SCRIPT) {
    /* unreached: takes 256 MiB */
    migFail(p, MIG_TOO_BIG, "%s: a script of %lld bytes, the limit is %d",
            pFile->zName, n, MIGRATE_MAX_SCRIPT);
  }
  return p->rc ? 0 : migStrndup(p, z, n);
}

/* Make the whole file, a byte order mark included, the up script. An empty file
** is a script that does nothing. */
void migFormatUp(MigContext *p, MigStep *pStep, MigFile *pFile) {
  const char *z = migFormatBytes(p, pFile);

  pStep->rev.zUp = migFormatScript(p, pFile, z, pFile->n);
  pStep->rev.nUp = pFile->n;
}

/* Make the whole file the down script. pFile need not be the step's own; one
** that is not is attached by the caller. */
void migFormatDown(MigContext *p, MigStep *pStep, MigFile *pFile) {
  const char *z = migFormatBytes(p, pFile);

  pStep->rev.zDown = migFormatScript(p, pFile, z, pFile->n);
  pStep->rev.nDown = pFile->n;
}

/*
** Join pStep, one half of a revision, with its other half. Halves are found
** in any order; what is shown of the revision comes from the up half. A mark
** against a transaction, in one half or in both, is the revision's. pStep stays
** and pOther leads to it by pInto, whichever was which: files that point to
** either find the revision.
*/
static void pairJoin(MigStep *pStep, MigStep *pOther) {
  const char *zMark = pStep->zMark ? pStep->zMark : pOther->zMark;

  pOther->pInto = pStep;
  if (pOther->rev.zUp) {
    const char *zDown = pStep->rev.zDown;
    i64 nDown = pStep->rev.nDown;

    *pStep = *pOther; /* names and message are the up half's */
    pStep->pInto = 0;
    pStep->rev.zDown = zDown;
    pStep->rev.nDown = nDown;
  } else {
    pStep->rev.zDown = pOther->rev.zDown;
    pStep->rev.nDown = pOther->rev.nDown;
  }
  pStep->zMark = zMark;
}

/* Whether two steps stand in one folder and have the same number, or none. */
static int pairSameNumber(const MigStep *pA, const MigStep *pB) {
  return strcmp(pA->zDir, pB->zDir) == 0 &&
         migNaturalCompare(pA->zVersion ? pA->zVersion : "",
                           pB->zVersion ? pB->zVersion : "") == 0;
}

/* Join the halves among the n steps at ap, which share a number: an up and a
** down alone belong together whatever their names, else those with the same
** stem do. Those with one stem are neighbours. Returns how many remain, at ap
** in the same order. FORMAT when two are the same half. */
static int pairGroup(MigContext *p, MigStep **ap, int n) {
  int bPlain = n == 2 && (ap[0]->rev.zUp == 0) != (ap[1]->rev.zUp == 0);
  int nKeep = 0;
  int i;

  for (i = 0; i < n; i++) {
    MigStep *pLast = nKeep > 0 ? ap[nKeep - 1] : 0;
    if (pLast == 0 || (!bPlain && strcmp(pLast->zStem, ap[i]->zStem))) {
      ap[nKeep++] = ap[i];
    } else if ((pLast->rev.zUp && ap[i]->rev.zUp) ||
               (pLast->rev.zDown && ap[i]->rev.zDown)) {
      migFail(p, MIG_FORMAT, "%s and %s are the same step; remove one of them",
              pLast->rev.zFile, ap[i]->rev.zFile);
      return nKeep;
    } else {
      pairJoin(pLast, ap[i]);
    }
  }
  return nKeep;
}

/*
** Join steps that are the up and the down half of one revision. Sorts them by
** folder and number. FORMAT when two files claim the same half. A step without
** a version shares its number with all others of its folder that have none.
**
**     1_a.up.sql  1_b.down.sql                      one revision
**     1_a.up.sql  1_a.down.sql  1_b.up.sql          two: the stems decide
**     1_a.up.sql  1_a.sql                           FORMAT, one step twice
*/
void migFormatPair(MigContext *p, MigFolder *pFolder) {
  MigStep **ap = pFolder->apStep;
  int nKeep = 0;
  int i = 0;

  migStepSort(p, ap, pFolder->nStep, migStepByNumber);
  while (p->rc == SQLITE_OK && i < pFolder->nStep) {
    int n = 1;
    int nLeft;
    while (i + n < pFolder->nStep && pairSameNumber(ap[i], ap[i + n])) {
      n++;
    }
    nLeft = pairGroup(p, ap + i, n);
    memmove(ap + nKeep, ap + i, (size_t)nLeft * sizeof(*ap));
    nKeep += nLeft;
    i += n;
  }
  pFolder->nStep = nKeep;
}

/* How many of n bytes of z a message shows: few, and no half character. For
** "%.*s". z is UTF-8, or cut anywhere. */
int migFormatClip(const char *z, i64 n) {
  i64 nShown = n < 60 ? n : 60;

  while (nShown > 0 && nShown < n && ((u8)z[nShown] & 0xc0) == 0x80) {
    nShown--;
  }
  return (int)nShown;
}

/* Whether zName ends in zSuffix, letter case aside, and is longer. */
int migFormatSuffix(const char *zName, const char *zSuffix) {
  size_t n = strlen(zName);
  size_t nSuffix = strlen(zSuffix);

  return n > nSuffix && migStrICmp(zName + n - nSuffix, zSuffix) == 0;
}

/* How many ASCII digits z, zero-terminated, begins with. Their value may be of
** any size. */
i64 migFormatDigits(const char *z) {
  i64 n = 0;

  while (migIsDigit(z[n])) {
    n++;
  }
  return n;
}

/* The describing part of a file name, n bytes at z, as a sentence: '_' and '-'
** become spaces, separators at both ends go. "_add-users" is "add users". In
** the arena; NULL when nothing is left, or after failure. n may be below 0. */
const char *migFormatMessage(MigContext *p, const char *z, i64 n) {
  char *zMessage;
  i64 i;

  while (n > 0 && strchr("_-. ", z[0])) {
    z++;
    n--;
  }
  while (n > 0 && strchr("_-. ", z[n - 1])) {
    n--;
  }
  zMessage = n > 0 ? migStrndup(p, z, n) : 0;
  for (i = 0; zMessage && i < n; i++) {
    if (zMessage[i] == '_' || zMessage[i] == '-') {
      zMessage[i] = ' ';
    }
  }
  return zMessage;
}

/* Where the lines of a file of n bytes begin: 3 after a byte order mark, else
** 0. */
i64 migFormatStart(const char *z, i64 n) {
  return n >= 3 && memcmp(z, zBom, 3) == 0 ? 3 : 0;
}

/* The end of z[i..iEnd) without the white space at its end, i when there is
** nothing else. */
i64 migFormatTrim(const char *z, i64 i, i64 iEnd) {
  while (iEnd > i && migIsSpace(z[iEnd - 1])) {
    iEnd--;
  }
  return iEnd;
}

/* Whether the line at i is blank or a "--" comment, blanks before it allowed.
** Where the line stands, within a literal or not, is not looked at. */
int migFormatIdle(const char *z, i64 n, i64 i) {
  i64 iEnd = migFormatTrim(z, i, migLineEnd(z, n, i));

  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  return i == iEnd || (iEnd - i >= 2 && z[i] == '-' && z[i + 1] == '-');
}

/*
** Whether the line at i is the section line "-- migrate:NAME", blanks after
** the dashes or none, followed by white space or the line's end. *piOption is
** then the offset of what follows the name. It begins at the first column, and
** the case of letters counts. dbmate's files and our own have such lines.
*/
int migFormatSection(const char *z, i64 n, i64 i, const char *zName,
                     i64 *piOption) {
  static const char zKey[] = "migrate:";
  i64 iEnd = migLineEnd(z, n, i);
  i64 nName = (i64)strlen(zName);

  if (iEnd - i < 2 || z[i] != '-' || z[i + 1] != '-') {
    return 0;
  }
  i += 2;
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  if (iEnd - i < 8 + nName || memcmp(z + i, zKey, 8) || /* 8: "migrate:" */
      memcmp(z + i + 8, zName, (size_t)nName)) {
    return 0;
  }
  *piOption = i + 8 + nName;
  return *piOption == n || migIsSpace(z[*piOption]);
}

/* The value the caller gave for the placeholder named by n bytes at z, or NULL.
** The case of letters counts; a NULL that was given is "". The environment is
** never read. Where missing values are counted (pnAsked), one is counted and ""
** is returned. Borrowed from the folder. */
const char *migFormatPlaceholder(const MigFolder *pFolder, const char *z,
                                 i64 n) {
  int i;

  for (i = 0; i < pFolder->nPlaceholder; i++) {
    const char *zKey = pFolder->azKey[i];
    if ((i64)strlen(zKey) == n && memcmp(zKey, z, (size_t)n) == 0) {
      return pFolder->azValue[i] ? pFolder->azValue[i] : "";
    }
  }
  if (pFolder->pnAsked) {
    ++*pFolder->pnAsked;
    return "";
  }
  return 0;
}

/*
** Compare names as people count: runs of digits by value, everything else by
** byte; '/' comes first, so a folder stays together. Names that differ only in
** leading zeros are equal: who needs an order that tells all names apart asks
** strcmp() next. Numbers may have any length. Below, at or above zero.
*/
int migNaturalCompare(const char *zA, const char *zB) {
  while (*zA && *zB) {
    if (migIsDigit(*zA) && migIsDigit(*zB)) {
      i64 nA;
      i64 nB;
      int c;
      while (*zA == '0') {
        zA++;
      }
      while (*zB == '0') {
        zB++;
      }
      nA = migFormatDigits(zA);
      nB = migFormatDigits(zB);
      c = nA != nB ? (nA < nB ? -1 : 1) : memcmp(zA, zB, (size_t)nA);
      if (c) {
        return c;
      }
      zA += nA;
      zB += nB;
    } else if (*zA != *zB) {
      int a = *zA == '/' ? 0 : (unsigned char)*zA;
      int b = *zB == '/' ? 0 : (unsigned char)*zB;
      return a - b;
    } else {
      zA++;
      zB++;
    }
  }
  return (*zA != 0) - (*zB != 0);
}

/* By folder and number; equal numbers by stem, so that the halves of one
** revision are neighbours. */
int migStepByNumber(const MigStep *pA, const MigStep *pB) {
  int c = migNaturalCompare(pA->zDir, pB->zDir);

  if (c == 0) {
    c = strcmp(pA->zDir, pB->zDir);
  }
  if (c == 0) {
    c = migNaturalCompare(pA->zVersion ? pA->zVersion : "",
                          pB->zVersion ? pB->zVersion : "");
  }
  if (c == 0) {
    c = strcmp(pA->zStem, pB->zStem);
  }
  return c ? c : migStepByName(pA, pB);
}

/* By file name below the folder, bytewise. */
int migStepByName(const MigStep *pA, const MigStep *pB) {
  return strcmp(pA->rev.zFile, pB->rev.zFile);
}

/* By the text of the version, bytewise, none first; equal ones by name. */
int migStepByVersion(const MigStep *pA, const MigStep *pB) {
  int c = strcmp(pA->zVersion ? pA->zVersion : "",
                 pB->zVersion ? pB->zVersion : "");

  return c ? c : migStepByName(pA, pB);
}

/* One pass of the merge sort, which needs no recursion and whose memory is
** the arena's: merge two sorted runs of a[], from iLeft and from iRight to
** iEnd, into aOut[]. */
static void sortMerge(MigStep **a, MigStep **aOut, int iLeft, int iRight,
                      int iEnd, MigStepOrder xOrder) {
  int iMiddle = iRight;
  int i;

  for (i = iLeft; i < iEnd; i++) {
    if (iRight >= iEnd ||
        (iLeft < iMiddle && xOrder(a[iLeft], a[iRight]) <= 0)) {
      aOut[i] = a[iLeft++];
    } else {
      aOut[i] = a[iRight++];
    }
  }
}

/* Sort n steps in place; equal ones keep their order. At most n log n calls of
** xOrder whatever the names. The temporary array goes back to the arena.
** Nothing is moved after an error. */
void migStepSort(MigContext *p, MigStep **ap, int n, MigStepOrder xOrder) {
  MigMark mark = migArenaMark(p);
  MigStep **apTemp = migAlloc(p, (u64)n * sizeof(*ap));
  i64 nRun;
  i64 i;

  for (nRun = 1; p->rc == SQLITE_OK && nRun < n; nRun *= 2) {
    for (i = 0; i < n; i += 2 * nRun) {
      i64 iRight = i + nRun < n ? i + nRun : n;
      i64 iEnd = i + 2 * nRun < n ? i + 2 * nRun : n;
      sortMerge(ap, apTemp, (int)i, (int)iRight, (int)iEnd, xOrder);
    }
    memcpy(ap, apTemp, (size_t)n * sizeof(*ap));
  }
  migArenaRelease(p, mark);
}

/* ---- writing ---- */

/* Add a file of n bytes, which stay where they are, and so does the name: both
** must last until the export has been written. The file belongs to no revision
** yet. Two of one name are found later (compose.c). */
void migOutputAdd(MigContext *p, MigOutput *pOut, const char *zName,
                  const char *z, i64 n) {
  int nFile = pOut->nFile;
  MigOutputFile *aFile = pOut->aFile;

  if ((nFile & (nFile - 1)) == 0) { /* 0 or a power of two */
    aFile = migGrow(p, aFile, (u64)nFile * sizeof(MigOutputFile),
                    (nFile ? 2 * (u64)nFile : 1) * sizeof(MigOutputFile));
  }
  if (p->rc == SQLITE_OK) {
    pOut->aFile = aFile;
    pOut->aFile[pOut->nFile].zName = zName;
    pOut->aFile[pOut->nFile].z = z;
    pOut->aFile[pOut->nFile].iRevision = -1;
    pOut->aFile[pOut->nFile++].n = n;
  }
}

/* Add a file with that text, whose bytes it borrows: append nothing to the text
** afterwards. */
void migOutputText(MigContext *p, MigOutput *pOut, const char *zName,
                   const MigText *pText) {
  migOutputAdd(p, pOut, zName, migTextZ(pText), pText->n);
}

/* Add a sentence to the export's notes; zFormat is one of sqlite3_mprintf(). */
void migOutputNote(MigContext *p, MigOutput *pOut, const char *zFormat, ...) {
  va_list ap;

  va_start(ap, zFormat);
  migListAdd(p, &pOut->notes, migVprintf(p, zFormat, ap));
  va_end(ap);
}

/* Append a line to a text that may end without a line end: it gets one first. A
** text that is empty gets none. */
void migOutputLine(MigContext *p, MigText *pText, const char *zFormat, ...) {
  va_list ap;
  char *z;

  va_start(ap, zFormat);
  z = migVprintf(p, zFormat, ap);
  va_end(ap);
  if (pText->n > 0 && pText->z[pText->n - 1] != '\n') {
    migTextAdd(p, pText, "\n", 1);
  }
  migTextF(p, pText, "%s\n", z ? z : "");
}

/* The name of a revision's files without an ending: as file_template says, else
** version and slug. In the arena, or borrowed from the revision; NULL after
** failure. */
const char *migOutputStem(MigContext *p, const MigExported *pRev) {
  return pRev->zStem ? pRev->zStem
                     : migPrintf(p, "%s_%s", pRev->zVersion, pRev->zSlug);
}
