/*
** format_flyway.c - Flyway: a file a script, the kind in the name's letter.
**
**     V1_2__add_users.sql         a step; its version is 1.2
**     U1_2__add_users.sql         what undoes it
**     B1.2__all_so_far.sql        stands for all steps up to 1.2
**     R__views.sql                run again whenever it has changed
**     V1_2__add_users.sql.conf    executeInTransaction=false
**
** Numbers of a version stand between '.' or '_', the title behind the first
** "__"; a V, U or B may do without a title. Versions are compared number by
** number, so 1.2 comes before 1.10, and 01 and 1.0 are 1: two files of a
** letter with one version are an error, as with the owner. The id is the
** version with '.', for R the whole name without ".sql". A B that has a V of
** its version beside it takes its whole name, so that the V keeps its id.
** Folders below count as the top does. The whole file is the script.
**
** Settings of a script stand in the file beside it, key=value, or in comments
** before its first statement, "-- flyway:key=value". executeInTransaction and
** placeholderReplacement mean something, a script with shouldExecute=false is
** left out; others are noted.
**
** Placeholders ${name} are replaced wherever they stand, comments and strings
** as well, by the placeholders option; flyway:filename is known without it.
** One without a value is FORMAT, in a project that does not use any too, as
** with the owner. A script without placeholders stays the file's bytes.
**
** Callbacks (beforeMigrate.sql and the like) and steps in a programming
** language are noted, not imported. A U without a V undoes nothing.
**
** Names of other prefixes and suffixes than these, which the owner can be
** told to use, are not read.
**
** Letters, suffix and "__" count as they are written; names of settings and
** their values do in any case. A setting in the file beside the script comes
** after those in comments and wins. In that file a line that begins with '#' or
** '!' is a comment. A placeholder ends at the next '}', and what it stands for
** is not looked at again.
**
**     V1__a.sql  V1.1__b.sql  V1_10__c.sql  B1.1__x.sql  R__v.sql
**
** are, in order, the revisions 1, 1.1, B1.1__x, 1.10 and R__v. In a new
** database 1 and 1.1 are left out and B1.1__x is taken; elsewhere it is the
** other way round, unless B1.1__x is stored.
**
** Whether a folder of V and U is Flyway's or refinery's is decided by
** migRefineryProbe().
*/
#include <string.h>
#include "format.h"
#include "text.h"

/* The parts of a name; offsets and lengths in MigFile.zBase, in bytes. */
typedef struct FlywayName {
  char cKind;   /* V, U, B or R */
  i64 nVersion; /* bytes from the second character on; 0 for R */
  i64 iTitle;   /* where the title begins, or the name's end */
  int bTitle;   /* there is a "__" */
} FlywayName;

/* What is set for one script. */
typedef struct FlywaySettings {
  int bReplace;      /* placeholders are replaced */
  int bRun;          /* not shouldExecute=false */
  const char *zMark; /* its mark against a transaction, or NULL */
} FlywaySettings;

/* Read the parts of n bytes of a name without its suffix, which follows them.
** Returns whether it is one of Flyway's. An R must have a title; of the others
** a number is wanted, and behind it a title or nothing. */
static int flywayParts(const char *z, i64 n, FlywayName *pName) {
  i64 i = 1;

  if (n < 2 || strchr("VUBR", z[0]) == 0) {
    return 0;
  }
  pName->cKind = z[0];
  if (z[0] != 'R') {
    i64 nDigit = migFormatDigits(z + i);
    while (nDigit > 0) {
      i += nDigit;
      nDigit = i < n && (z[i] == '.' || z[i] == '_')
                   ? migFormatDigits(z + i + 1)
                   : 0;
      i += nDigit > 0;
    }
  }
  pName->nVersion = i - 1;
  pName->bTitle = i + 2 <= n && z[i] == '_' && z[i + 1] == '_';
  pName->iTitle = pName->bTitle ? i + 2 : i;
  if (z[0] == 'R') {
    return pName->bTitle;
  }
  return i > 1 && (pName->bTitle || i == n);
}

/* Whether Flyway would run the file as SQL, at any depth. */
static int flywayName(const MigFile *pFile, FlywayName *pName) {
  i64 n = (i64)strlen(pFile->zBase) - 4;

  return n > 0 && strcmp(pFile->zBase + n, ".sql") == 0 &&
         flywayParts(pFile->zBase, n, pName);
}

/* Whether the file is a step that is not SQL. Only names with a title count, so
** that V1.py of somebody else is none. */
static int flywayProgram(const MigFile *pFile) {
  static const char *const azEnd[] = {".java",  ".kt",  ".groovy", ".scala",
                                      ".class", ".py",  ".sh",     ".bash",
                                      ".ps1",   ".bat", ".cmd"};
  const char *zDot = strrchr(pFile->zBase, '.');
  FlywayName name;
  int i;

  for (i = 0; zDot && i < (int)(sizeof(azEnd) / sizeof(azEnd[0])); i++) {
    if (strcmp(zDot, azEnd[i]) == 0) {
      return flywayParts(pFile->zBase, zDot - pFile->zBase, &name) &&
             name.bTitle;
    }
  }
  return 0;
}

/* Whether the file is run at an event, not as a step: beforeX, afterX and
** createSchema, with a description behind it or none. */
static int flywayCallback(const MigFile *pFile) {
  static const char *const azEvent[] = {"before", "after", "createSchema"};
  const char *z = pFile->zBase;
  int i;

  for (i = 0; i < 3 && migFormatSuffix(z, ".sql"); i++) {
    size_t n = strlen(azEvent[i]);
    if (strncmp(z, azEvent[i], n) == 0) {
      return i == 2 || (z[n] >= 'A' && z[n] <= 'Z');
    }
  }
  return 0;
}

/* How many files have names that only Flyway gives, which have a title; 0 when
** the folder is refinery's. Contents are not looked at. */
int migFlywayProbe(MigContext *p, MigFolder *pFolder) {
  FlywayName name;
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile; i++) {
    nFit += flywayName(&pFolder->aFile[i], &name) && name.bTitle;
  }
  return nFit > 0 && migRefineryProbe(p, pFolder) > 0 ? 0 : nFit;
}

/* ---- settings ---- */

/* Whether the n bytes at z are that word, letter case aside. */
static int flywayIs(const char *z, i64 n, const char *zWord) {
  return n == (i64)strlen(zWord) && migStrNICmp(z, zWord, n) == 0;
}

/* Take the setting in z[i..iEnd) of the file, which is key=value. FORMAT
** without a key or '='; one that means nothing here is noted. A value that is
** not "false" counts as true. */
static void flywaySet(MigContext *p, MigFolder *pFolder, const MigFile *pFile,
                      i64 i, i64 iEnd, FlywaySettings *pSet) {
  const char *z = pFile->z;
  const char *zEqual = memchr(z + i, '=', (size_t)(iEnd - i));
  i64 nKey = zEqual ? migFormatTrim(z, i, zEqual - z) - i : 0;
  i64 iValue = zEqual ? zEqual + 1 - z : iEnd;
  i64 nValue;
  int bFalse;

  while (iValue < iEnd && migIsSpace(z[iValue])) {
    iValue++;
  }
  nValue = migFormatTrim(z, iValue, iEnd) - iValue;
  bFalse = flywayIs(z + iValue, nValue, "false");
  if (nKey == 0) {
    migFormatFail(p, pFile, i, "no setting; write key=value");
  } else if (flywayIs(z + i, nKey, "executeInTransaction")) {
    pSet->zMark = bFalse ? "executeInTransaction=false" : 0;
  } else if (flywayIs(z + i, nKey, "placeholderReplacement")) {
    pSet->bReplace = !bFalse;
  } else if (bFalse && flywayIs(z + i, nKey, "shouldExecute")) {
    pSet->bRun = 0;
  } else {
    migFormatNote(p, pFolder, "%s: the setting %.*s has no effect here",
                  pFile->zName, migFormatClip(z + i, nKey), z + i);
  }
}

/* Settings in comments before the first statement: "-- flyway:key=value", with
** any number of dashes and blanks in front. The file has been read. */
static void flywayHeader(MigContext *p, MigFolder *pFolder,
                         const MigFile *pFile, FlywaySettings *pSet) {
  const char *z = pFile->z;
  i64 n = pFile->n;
  i64 i = migFormatStart(z, n);

  while (i < n && migFormatIdle(z, n, i) && p->rc == SQLITE_OK) {
    i64 iEnd = migLineEnd(z, n, i);
    i64 k = i;
    while (k < iEnd && (migIsSpace(z[k]) || z[k] == '-')) {
      k++;
    }
    if (iEnd - k > 7 && memcmp(z + k, "flyway:", 7) == 0 &&
        memchr(z + k, '=', (size_t)(iEnd - k))) {
      flywaySet(p, pFolder, pFile, k + 7, iEnd, pSet);
    }
    i = iEnd;
  }
}

/* Settings in the file beside a script, which is read. */
static void flywayBeside(MigContext *p, MigFolder *pFolder, MigFile *pConf,
                         FlywaySettings *pSet) {
  const char *z = migFormatBytes(p, pConf);
  i64 n = pConf->n;
  i64 i;
  i64 iEnd;

  for (i = migFormatStart(z, n); i < n && p->rc == SQLITE_OK; i = iEnd) {
    i64 k = i;
    iEnd = migLineEnd(z, n, i);
    while (k < iEnd && migIsSpace(z[k])) {
      k++;
    }
    if (k < iEnd && z[k] != '#' && z[k] != '!') {
      flywaySet(p, pFolder, pConf, k, iEnd, pSet);
    }
  }
}

/* ---- placeholders ---- */

/* The value of the placeholder whose name is n bytes at z, or NULL. One that
** was given for flyway:filename comes first; else that is the script's name
** without folders. */
static const char *flywayValue(const MigFolder *pFolder, const MigFile *pFile,
                               const char *z, i64 n) {
  const char *zValue = migFormatPlaceholder(pFolder, z, n);

  if (zValue == 0 && n == 15 && memcmp(z, "flyway:filename", 15) == 0) {
    zValue = pFile->zBase;
  }
  return zValue;
}

/* The file's text with its placeholders replaced, and its *pn bytes, noted as
** such. FORMAT, with the line, for one without a value or without its end. The
** file was read, and is zero-terminated without a zero in it, so strstr() sees
** all of it. */
static const char *flywayReplace(MigContext *p, MigFolder *pFolder,
                                 const MigFile *pFile, i64 *pn) {
  const char *z = pFile->z;
  const char *zOpen;
  MigText text = {0, 0, 0};
  i64 iDone = 0;
  int nReplaced = 0;

  while (p->rc == SQLITE_OK && (zOpen = strstr(z + iDone, "${")) != 0) {
    const char *zClose = strchr(zOpen, '}');
    i64 nName = zClose ? zClose - zOpen - 2 : 0;
    const char *zValue =
        zClose ? flywayValue(pFolder, pFile, zOpen + 2, nName) : 0;
    if (zClose == 0) {
      migFormatFail(p, pFile, zOpen - z,
                    "a placeholder ${ without its }; "
                    "placeholderReplacement=false in %s.conf switches them off",
                    pFile->zBase);
    } else if (zValue == 0) {
      migFormatFail(p, pFile, zOpen - z,
                    "no value for the placeholder ${%.*s}; give one in the "
                    "option placeholders, or switch them off by "
                    "placeholderReplacement=false in %s.conf; if the files are "
                    "refinery's, which has none, give "
                    "{\"format\":\"refinery\"}",
                    migFormatClip(zOpen + 2, nName), zOpen + 2, pFile->zBase);
    } else {
      migTextAdd(p, &text, z + iDone, zOpen - z - iDone);
      migTextStr(p, &text, zValue);
      iDone = zClose + 1 - z;
      nReplaced++;
    }
  }
  migTextAdd(p, &text, z + iDone, pFile->n - iDone);
  migFormatNote(p, pFolder,
                "%s: %d placeholders replaced, the result is stored",
                pFile->zName, nReplaced);
  *pn = text.n;
  return migFormatScript(p, pFile, migTextZ(&text), text.n);
}

/* Make the file the up or the down script of a step, which brings its settings
** with it; pConf may be NULL. A mark of either script marks the step. */
static void flywayScript(MigContext *p, MigFolder *pFolder, MigStep *pStep,
                         MigFile *pFile, MigFile *pConf, int bDown,
                         const FlywaySettings *pSet) {
  if (pSet->bReplace && strstr(migFormatBytes(p, pFile), "${")) {
    i64 n = 0;
    const char *z = flywayReplace(p, pFolder, pFile, &n);
    *(bDown ? &pStep->rev.zDown : &pStep->rev.zUp) = z;
    *(bDown ? &pStep->rev.nDown : &pStep->rev.nUp) = n;
  } else if (bDown) {
    migFormatDown(p, pStep, pFile);
  } else {
    migFormatUp(p, pStep, pFile);
  }
  if (pSet->zMark) {
    pStep->zMark = pSet->zMark;
  }
  if (pConf) {
    migFormatAttach(pConf, pStep);
  }
}

/* The settings of a script; *ppConf is the file beside it, or NULL. A script
** that is not to run is kept for an export and noted; bRun is 0 then. Reads
** both files. */
static FlywaySettings flywaySettings(MigContext *p, MigFolder *pFolder,
                                     MigFile *pFile, MigFile **ppConf) {
  FlywaySettings set = {1, 1, 0};
  const char *zConf = migPrintf(p, "%s.conf", pFile->zName);

  *ppConf = zConf ? migFormatFile(pFolder, zConf) : 0;
  (void)migFormatBytes(p, pFile);
  if (p->rc == SQLITE_OK && pFile->z) {
    flywayHeader(p, pFolder, pFile, &set);
  }
  if (p->rc == SQLITE_OK && *ppConf) {
    flywayBeside(p, pFolder, *ppConf, &set);
  }
  if (p->rc == SQLITE_OK && !set.bRun) {
    migFormatNote(p, pFolder, "%s: shouldExecute=false, left out",
                  pFile->zName);
    migFormatShare(pFile);
    if (*ppConf) {
      migFormatShare(*ppConf);
    }
  }
  return set;
}

/* ---- versions ---- */

/* Compare versions, with '.' between their numbers, number by number; missing
** ones are 0. Numbers may have any length. Below, at or above zero. */
static int flywayCompare(const char *zA, const char *zB) {
  while (*zA || *zB) {
    i64 nA = migFormatDigits(zA);
    i64 nB = migFormatDigits(zB);
    i64 iA = 0;
    i64 iB = 0;
    int c;
    while (iA < nA && zA[iA] == '0') {
      iA++;
    }
    while (iB < nB && zB[iB] == '0') {
      iB++;
    }
    c = nA - iA != nB - iB ? (nA - iA < nB - iB ? -1 : 1)
                           : memcmp(zA + iA, zB + iB, (size_t)(nA - iA));
    if (c) {
      return c;
    }
    zA += nA + (zA[nA] == '.');
    zB += nB + (zB[nB] == '.');
  }
  return 0;
}

/* The version as Flyway shows it, with '.' for '_' and its zeros as written. In
** the arena; NULL after failure. */
static const char *flywayVersion(MigContext *p, const MigFile *pFile,
                                 const FlywayName *pName) {
  char *z = migStrndup(p, pFile->zBase + 1, pName->nVersion);
  i64 i;

  for (i = 0; z && z[i]; i++) {
    if (z[i] == '_') {
      z[i] = '.';
    }
  }
  return z;
}

/* By version, B behind V; repeatable ones last, by name. */
static int flywayOrder(const MigStep *pA, const MigStep *pB) {
  int c = pA->rev.bRepeatable - pB->rev.bRepeatable;

  if (c == 0 && !pA->rev.bRepeatable) {
    c = flywayCompare(pA->zVersion, pB->zVersion);
    c = c ? c : pA->bSquash - pB->bSquash;
  }
  return c ? c : migStepByName(pA, pB);
}

/* ---- reading ---- */

/* Make a step of a V, B or R, unless its settings say that it is not to run. An
** R has no version, so its stem becomes its id. */
static void flywayRead(MigContext *p, MigFolder *pFolder, MigFile *pFile,
                       const FlywayName *pName) {
  MigFile *pConf;
  FlywaySettings set = flywaySettings(p, pFolder, pFile, &pConf);
  MigStep *pStep =
      set.bRun && p->rc == SQLITE_OK ? migFormatStep(p, pFolder, pFile) : 0;

  if (pStep == 0) {
    return;
  }
  if (pName->cKind == 'R') {
    pStep->rev.bRepeatable = 1;
  } else {
    pStep->zVersion = flywayVersion(p, pFile, pName);
    pStep->bSquash = pName->cKind == 'B';
  }
  pStep->rev.zMessage =
      migFormatMessage(p, pFile->zBase + pName->iTitle,
                       (i64)strlen(pFile->zBase) - 4 - pName->iTitle);
  flywayScript(p, pFolder, pStep, pFile, pConf, 0, &set);
}

/* The step of the V that has the version, by bisection, or NULL. The steps are
** sorted by flywayOrder(), where a V stands in front of the B of its version.
*/
static MigStep *flywayFind(const MigFolder *pFolder, const char *zVersion) {
  int iLow = 0;
  int iHigh = pFolder->nStep;

  while (iLow < iHigh) {
    int i = iLow + (iHigh - iLow) / 2;
    MigStep *pStep = pFolder->apStep[i];
    int c =
        pStep->rev.bRepeatable ? 1 : flywayCompare(pStep->zVersion, zVersion);
    if (c == 0 && !pStep->bSquash) {
      return pStep;
    }
    if (c >= 0) {
      iHigh = i;
    } else {
      iLow = i + 1;
    }
  }
  return 0;
}

/* Give a U to the step it undoes. One that undoes nothing is kept and noted.
** FORMAT for a second one. */
static void flywayUndo(MigContext *p, MigFolder *pFolder, MigFile *pFile,
                       const FlywayName *pName) {
  const char *zVersion = flywayVersion(p, pFile, pName);
  MigStep *pStep = p->rc ? 0 : flywayFind(pFolder, zVersion);
  MigFile *pConf;
  FlywaySettings set = flywaySettings(p, pFolder, pFile, &pConf);

  if (p->rc || !set.bRun) {
    return;
  }
  if (pStep == 0) {
    migFormatNote(p, pFolder,
                  "%s: undoes version %s, which is not here; not imported",
                  pFile->zName, zVersion);
    migFormatShare(pFile);
  } else if (pStep->rev.zDown) {
    migFormatFail(p, pFile, 0,
                  "a second undo of version %s; remove one of them", zVersion);
  } else {
    migFormatAttach(pFile, pStep);
    flywayScript(p, pFolder, pStep, pFile, pConf, 1, &set);
  }
}

/* FORMAT when two sorted steps have one version; a B that shares it with a V
** gives it up. From the end, so that a version is still there when the step
** before is held against it. */
static void flywayTwice(MigContext *p, MigFolder *pFolder) {
  MigStep **ap = pFolder->apStep;
  int i;

  for (i = pFolder->nStep - 1; i > 0 && p->rc == SQLITE_OK; i--) {
    if (ap[i]->rev.bRepeatable ||
        flywayCompare(ap[i - 1]->zVersion, ap[i]->zVersion)) {
      continue;
    }
    if (ap[i - 1]->bSquash == ap[i]->bSquash) {
      migFormatFail(p, ap[i]->pFile, 0,
                    "version %s again, after %s; give it another one",
                    ap[i]->zVersion, ap[i - 1]->rev.zFile);
    }
    ap[i]->zVersion = 0;
  }
}

/* Note what Flyway runs and is no step of SQL. Callbacks are kept for an
** export. */
static void flywayRest(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    if (flywayProgram(pFile)) {
      migFormatNote(p, pFolder,
                    "%s: a step in a programming language, not imported",
                    pFile->zName);
    } else if (!pFile->bUsed && flywayCallback(pFile)) {
      migFormatNote(p, pFolder, "%s: a callback, not imported", pFile->zName);
      migFormatShare(pFile);
    }
  }
}

/* Read every file Flyway would run. FORMAT, with file and line, when two have
** one version or a placeholder has no value. The undos come last, as they look
** for their steps among the sorted ones. Afterwards the steps are in the
** owner's order, so dispatch.c sorts no more. */
void migFlywayLoad(MigContext *p, MigFolder *pFolder) {
  FlywayName name;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    if (flywayName(pFile, &name) && name.cKind != 'U') {
      flywayRead(p, pFolder, pFile, &name);
    }
  }
  migStepSort(p, pFolder->apStep, pFolder->nStep, flywayOrder);
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    if (flywayName(pFile, &name) && name.cKind == 'U') {
      flywayUndo(p, pFolder, pFile, &name);
    }
  }
  flywayTwice(p, pFolder);
  flywayRest(p, pFolder);
}

/* ---- writing ---- */

/* Add one script, and a file of settings beside it when it needs any: to run it
** outside of a transaction, or to leave a "${" in it alone. z NULL: an empty
** file. */
static void flywayAdd(MigContext *p, MigOutput *pOut, const char *zName,
                      const char *z, i64 n, int bNoTransaction) {
  MigText conf = {0, 0, 0};

  migOutputAdd(p, pOut, zName, z ? z : "", z ? n : 0);
  if (bNoTransaction) {
    migTextStr(p, &conf, "executeInTransaction=false\n");
  }
  if (z && strstr(z, "${")) {
    migTextStr(p, &conf, "placeholderReplacement=false\n");
  }
  if (conf.n > 0) {
    migOutputText(p, pOut, migPrintf(p, "%s.conf", zName), &conf);
  }
}

/* The name of an undo: the step's, its letter V made a U. FORMAT for a name
** without V, which Flyway would not read; zId is for the message. */
static const char *flywayUndoName(MigContext *p, const char *zName,
                                  const char *zId) {
  char *z = migStrdup(p, zName);
  char *zSlash = z ? strrchr(z, '/') : 0;
  char *zLetter = zSlash ? zSlash + 1 : z;

  if (zLetter && *zLetter != 'V') {
    migFail(p, MIG_FORMAT,
            "%s would be written to %s; names of Flyway's begin with V, mend "
            "file_template",
            zId, zName);
  } else if (zLetter) {
    *zLetter = 'U';
  }
  return z ? z : "";
}

/* Whether the repeatable ones come in the order of their titles, in which
** Flyway runs them. */
static int flywaySorted(const MigOutput *pOut) {
  const char *zLast = 0;
  int i;

  for (i = 0; i < pOut->nRevision; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    if (pRev->bRepeatable && zLast && strcmp(zLast, pRev->zSlug) >= 0) {
      return 0;
    }
    zLast = pRev->bRepeatable ? pRev->zSlug : zLast;
  }
  return 1;
}

/* V, U and R files. Repeatable ones get a number in front of the title where
** the titles alone would run them in another order, or two would have one name.
** file_template does not name these: Flyway would not take a V for repeatable.
** A repeatable revision has no undo. */
void migFlywayWrite(MigContext *p, MigOutput *pOut) {
  int bSorted = flywaySorted(pOut);
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zName;
    if (pRev->bRepeatable) {
      zName = bSorted ? migPrintf(p, "R__%s.sql", pRev->zSlug)
                      : migPrintf(p, "R__%06d_%s.sql", i, pRev->zSlug);
    } else if (pRev->zStem) {
      zName = migPrintf(p, "%s.sql", pRev->zStem);
    } else {
      zName = migPrintf(p, "V%s__%s.sql", pRev->zVersion, pRev->zSlug);
    }
    flywayAdd(p, pOut, zName, pRev->zUp, pRev->nUp, pRev->bNoTransaction);
    if (pRev->zDown && !pRev->bRepeatable && p->rc == SQLITE_OK) {
      flywayAdd(p, pOut, flywayUndoName(p, zName, pRev->zId), pRev->zDown,
                pRev->nDown, pRev->bNoTransaction);
    }
  }
}
