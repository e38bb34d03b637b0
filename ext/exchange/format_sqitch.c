/*
** format_sqitch.c - sqitch: a plan, and scripts named after its changes.
**
**     sqitch.conf                     where things are, if not as below
**     sqitch.plan
**     deploy/NAME.sql                 up
**     revert/NAME.sql                 down; without it there is no way back
**     verify/NAME.sql                 kept, not run
**
**     %syntax-version=1.0.0
**     %project=flipr
**
**     users 2026-01-02T03:04:05Z Ann <ann@example.org> # a note
**     flips [users !old other:things@v2] 2026-01-02T03:04:06Z Ann <a@b.org>
**     @v1.0 2026-01-03T00:00:00Z Ann <ann@example.org> # a tag
**
**     users [users@v1.0] 2026-01-04T00:00:00Z Ann <ann@example.org>
**
** The pragmas end at the first blank line; '#' begins a note anywhere. The
** order of the plan is the order of the revisions. A name that is planned
** again behind a tag is a change reworked: the scripts of the old one are
** called users@v1.0.sql then, of the new one users.sql. The id is the name, of
** one that reworks another name.2, name.3 and so on: what was imported before
** it was reworked keeps its id.
**
** What a change requires becomes dependencies: the last change of that name
** before it, at or before the tag when one is given. Other projects, conflicts
** and ids of changes are noted. Tags become labels of the change before them.
** Paths of the plan and of sqitch.conf never lead out of the folder.
**
** sqitch hands scripts to the sqlite3 shell. A line that begins with a dot
** between two statements is the shell's: ".read" is replaced by its file, the
** others are taken out and noted.
**
** Where we differ: a byte order mark at the start of the plan and a '#' without
** a note are taken, which sqitch refuses; a '[' always ends a name, and a line
** "-name", which sqitch reads but deploys all the same, is FORMAT.
**
** Written are sqitch.conf, the plan and the scripts as they are: not between
** BEGIN and COMMIT as sqitch's template has it, for what is read back must be
** what was written. sqitch has no transaction of its own around a script.
*/
#include <string.h>
#include "format.h"
#include "graph.h"
#include "migrate.h"
#include "name.h"
#include "os.h"
#include "statement.h"

#define SQITCH_DEPTH 8    /* files that .read each other */
#define SQITCH_READS 1000 /* files that one script reads */
#define SQITCH_NOTES 20   /* lines of the shell that are noted one by one */

/* What sqitch.conf may say; scripts of old changes have folders of their
** own. */
typedef enum SqitchKey {
  SQITCH_DEPLOY,
  SQITCH_REVERT,
  SQITCH_VERIFY,
  SQITCH_OLD_DEPLOY,
  SQITCH_OLD_REVERT,
  SQITCH_OLD_VERIFY,
  SQITCH_TOP,
  SQITCH_OLD_TOP,
  SQITCH_PLAN,
  SQITCH_EXTENSION,
  SQITCH_ENGINE,
  SQITCH_NKEY
} SqitchKey;

static const char *const azSqitchKey[] = {"deploy_dir",
                                          "revert_dir",
                                          "verify_dir",
                                          "reworked_deploy_dir",
                                          "reworked_revert_dir",
                                          "reworked_verify_dir",
                                          "top_dir",
                                          "reworked_dir",
                                          "plan_file",
                                          "extension",
                                          "engine"};

static const char *const azSqitchDir[] = {"deploy", "revert", "verify"};

/* A line of the plan between its parts. */
typedef struct SqitchLine {
  i64 iByte; /* of the line */
  i64 i;     /* what is to be read next */
  i64 iEnd;  /* without the note and the blanks before it */
  i64 iNote; /* behind the '#', or -1 */
  i64 iNoteEnd;
} SqitchLine;

typedef struct SqitchChange {
  const char *zName;
  const char *zNote; /* NULL: none */
  const char *zDate;
  i64 iByte;
  int iNext;  /* the change that reworks it, or -1 */
  int nOld;   /* how many of its name come before it */
  int nNeed;  /* what it requires */
  int *aNeed; /* indexes of changes */
  MigStep *pStep;
} SqitchChange;

typedef struct SqitchTag {
  const char *zName;
  int iChange; /* the change before it */
} SqitchTag;

/* A plan being read. */
typedef struct SqitchReader {
  MigFolder *pFolder;
  MigFile *pConf; /* or NULL */
  MigFile *pPlan;
  const char *azConf[SQITCH_NKEY]; /* values, NULL: not given */
  int aRank[SQITCH_NKEY];          /* from which section: 2 beats 1 */
  const char *zProject;
  int bHead; /* among the pragmas */
  int nChange;
  SqitchChange *aChange;
  int nTag;
  SqitchTag *aTag;
  MigGraph *pNames; /* a table of names, tags with their '@' ... */
  int *aValue;      /* ... and of each name the last change, or the tag */
  int nShell;       /* lines of the shell */
  int nVerify;
  int nRenamed;
} SqitchReader;

/* ---- names and dates ---- */

/* Punctuation, '_' aside. */
static int sqitchPunct(char c) {
  return c && strchr("-!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~", c) != 0;
}

/* Whether n bytes at z are a name of sqitch's: no punctuation at either end,
** none of : @ # \ or blanks, no digits behind one of ~ / = % ^ at the end. */
static int sqitchIsName(const char *z, i64 n) {
  i64 i;

  if (n <= 0 || sqitchPunct(z[0]) || sqitchPunct(z[n - 1])) {
    return 0;
  }
  for (i = 0; i < n; i++) {
    if ((u8)z[i] <= ' ' || z[i] == 0x7f || strchr(":@#\\", z[i])) {
      return 0;
    }
  }
  for (i = n; i > 0 && migIsDigit(z[i - 1]); i--) {
  }
  return i == n || i == 0 || strchr("~/=%^", z[i - 1]) == 0;
}

/* Whether n bytes at z begin with 40 hexadecimal digits, as the id of a change
** does. */
static int sqitchIsHash(const char *z, i64 n) {
  i64 i;

  for (i = 0; i < n && i < 40; i++) {
    if (!migIsDigit(z[i]) && !(z[i] >= 'a' && z[i] <= 'f')) {
      return 0;
    }
  }
  return n >= 40;
}

/* Whether a change or tag may have that name. */
static int sqitchIsFree(const char *z, i64 n) {
  return sqitchIsName(z, n) && !sqitchIsHash(z, n) &&
         !(n == 4 && (memcmp(z, "ROOT", 4) == 0 || memcmp(z, "HEAD", 4) == 0));
}

/* Two digits as a number. */
static int sqitchTwo(const char *z) {
  return (z[0] - '0') * 10 + z[1] - '0';
}

/* Whether n bytes at z begin with a date and time, 19 bytes, that exists. */
static int sqitchIsTime(const char *z, i64 n) {
  static const char zForm[] = "0000-00-00T00:00:00";
  static const int aDay[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int nYear;
  int nMonth;
  int nDay;
  int i;

  for (i = 0; i < 19; i++) {
    if (i >= n || (zForm[i] == '0' ? !migIsDigit(z[i]) : z[i] != zForm[i])) {
      return 0;
    }
  }
  nYear = sqitchTwo(z) * 100 + sqitchTwo(z + 2);
  nMonth = sqitchTwo(z + 5);
  nDay = sqitchTwo(z + 8);
  if (nMonth < 1 || nMonth > 12 || nDay < 1 || nDay > aDay[nMonth - 1] ||
      (nMonth == 2 && nDay == 29 &&
       (nYear % 4 || (nYear % 100 == 0 && nYear % 400)))) {
    return 0;
  }
  return sqitchTwo(z + 11) < 24 && sqitchTwo(z + 14) < 60 &&
         sqitchTwo(z + 17) < 60;
}

/* A path below the folder, without its "." parts and doubled slashes. NULL for
** one that leads out of it. */
static const char *sqitchPath(MigContext *p, const char *z) {
  MigText text = {0, 0, 0};

  if (!migPathInside(z) || strchr(z, '\\')) {
    return 0;
  }
  while (*z) {
    i64 n = (i64)strcspn(z, "/");
    if (n > 0 && !(n == 1 && z[0] == '.')) {
      migTextStr(p, &text, text.n ? "/" : 0);
      migTextAdd(p, &text, z, n);
    }
    z += n + (z[n] != 0);
  }
  return migTextZ(&text);
}

/* zName in the folder zDir, which is "" at the top. */
static const char *sqitchJoin(MigContext *p, const char *zDir,
                              const char *zName) {
  const char *z = zDir[0] ? migPrintf(p, "%s/%s", zDir, zName) : zName;

  return z ? z : "";
}

/* ---- sqitch.conf ---- */

/* How much the section z[i..iEnd) of the file says: 0 nothing, 1 [core],
** 2 [engine "sqlite"] or, as it was once written, [core "sqlite"]. */
static int sqitchSection(const char *z, i64 i, i64 iEnd) {
  static const struct {
    const char *zText;
    int iRank;
  } aSection[] = {
      {"[core]", 1}, {"[engine \"sqlite\"]", 2}, {"[core \"sqlite\"]", 2}};
  int k;

  for (k = 0; k < 3; k++) {
    i64 n = (i64)strlen(aSection[k].zText);
    if (iEnd - i >= n && migStrNICmp(z + i, aSection[k].zText, n) == 0) {
      return aSection[k].iRank;
    }
  }
  return 0;
}

/* The value at z[i..iEnd): quotes go, a comment ends it. */
static const char *sqitchValue(MigContext *p, const char *z, i64 i, i64 iEnd) {
  MigText text = {0, 0, 0};
  const char *zValue;
  int bQuote = 0;
  i64 nKeep = 0; /* without the blanks at the end */

  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  for (; i < iEnd && (bQuote || (z[i] != '#' && z[i] != ';')); i++) {
    if (z[i] == '"') {
      bQuote = !bQuote;
    } else {
      i += z[i] == '\\' && i + 1 < iEnd;
      migTextAdd(p, &text, z + i, 1);
    }
    nKeep = bQuote || !migIsSpace(z[i]) ? text.n : nKeep;
  }
  zValue = migStrndup(p, migTextZ(&text), nKeep);
  return zValue ? zValue : "";
}

/* Take over a line "key = value" of a section that counts. FORMAT for a path
** that leads out of the folder. */
static void sqitchSet(MigContext *p, SqitchReader *pReader, i64 i, i64 iEnd,
                      int iRank) {
  const char *z = pReader->pConf->z;
  i64 iKey = i;
  i64 nKey;
  int k;

  while (i < iEnd && z[i] != '=' && !migIsSpace(z[i])) {
    i++;
  }
  nKey = i - iKey;
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  for (k = 0; k < SQITCH_NKEY && i < iEnd && z[i] == '='; k++) {
    if ((i64)strlen(azSqitchKey[k]) == nKey &&
        migStrNICmp(azSqitchKey[k], z + iKey, nKey) == 0 &&
        iRank >= pReader->aRank[k]) {
      const char *zValue = sqitchValue(p, z, i + 1, iEnd);
      if (zValue[0] == 0) {
        return;
      }
      if (p->rc == SQLITE_OK && k < SQITCH_EXTENSION) {
        zValue = sqitchPath(p, zValue);
      }
      if (zValue == 0 ||
          (k == SQITCH_EXTENSION && strcspn(zValue, "/\\") < strlen(zValue))) {
        migFormatFail(p, pReader->pConf, iKey,
                      "%s leads out of the folder; give the folder above, or"
                      " change it",
                      azSqitchKey[k]);
      }
      pReader->azConf[k] = zValue;
      pReader->aRank[k] = iRank;
    }
  }
}

/* Read sqitch.conf, as far as it says where the files are. Sections of single
** targets are not followed: what is imported is the project. */
static void sqitchConf(MigContext *p, SqitchReader *pReader) {
  const char *z = migFormatBytes(p, pReader->pConf);
  i64 n = pReader->pConf->n;
  i64 i = migFormatStart(z, n);
  int iRank = 0;

  migFormatShare(pReader->pConf);
  while (i < n && p->rc == SQLITE_OK) {
    i64 iNext = migLineEnd(z, n, i);
    i64 iEnd = migFormatTrim(z, i, iNext);
    while (i < iEnd && migIsSpace(z[i])) {
      i++;
    }
    if (i < iEnd && z[i] == '[') {
      iRank = sqitchSection(z, i, iEnd);
    } else if (i < iEnd && iRank > 0) {
      sqitchSet(p, pReader, i, iEnd, iRank);
    }
    i = iNext;
  }
  if (p->rc == SQLITE_OK && pReader->azConf[SQITCH_ENGINE] &&
      strcmp(pReader->azConf[SQITCH_ENGINE], "sqlite")) {
    migFormatNote(p, pReader->pFolder,
                  "%s: the engine is %s, the scripts may not be for SQLite",
                  pReader->pConf->zName, pReader->azConf[SQITCH_ENGINE]);
  }
}

/* What is not given follows from the top folders. */
static void sqitchDefaults(MigContext *p, SqitchReader *pReader) {
  const char **az = pReader->azConf;
  int k;

  az[SQITCH_TOP] = az[SQITCH_TOP] ? az[SQITCH_TOP] : "";
  az[SQITCH_OLD_TOP] = az[SQITCH_OLD_TOP] ? az[SQITCH_OLD_TOP] : az[SQITCH_TOP];
  az[SQITCH_EXTENSION] = az[SQITCH_EXTENSION] ? az[SQITCH_EXTENSION] : "sql";
  for (k = SQITCH_DEPLOY; k <= SQITCH_OLD_VERIFY; k++) {
    if (az[k] == 0) {
      az[k] = sqitchJoin(p, az[k < 3 ? SQITCH_TOP : SQITCH_OLD_TOP],
                         azSqitchDir[k % 3]);
    }
  }
  if (az[SQITCH_PLAN] == 0) {
    az[SQITCH_PLAN] = sqitchJoin(p, az[SQITCH_TOP], "sqitch.plan");
  }
}

/* ---- the table of names ---- */

/* The name "zMark + n bytes of z" as the table has it. */
static const char *sqitchKey(MigContext *p, const char *zMark, const char *z,
                             i64 n) {
  const char *zKey = migPrintf(p, "%s%.*s", zMark, (int)n, z);

  return zKey ? zKey : "";
}

/* What a name stands for, or -1. */
static int sqitchFind(const SqitchReader *pReader, const char *zKey) {
  int i = migGraphFind(pReader->pNames, zKey);

  return i < 0 ? -1 : pReader->aValue[i];
}

/* From now on a name stands for iValue. */
static void sqitchEnter(MigContext *p, SqitchReader *pReader, const char *zKey,
                        int iValue) {
  int i = migGraphFind(pReader->pNames, zKey);

  if (i < 0) {
    i = migGraphAdd(p, pReader->pNames, zKey);
    if (p->rc == SQLITE_OK && (i & (i - 1)) == 0) { /* 0 or a power of two */
      pReader->aValue = migGrow(p, pReader->aValue, (u64)i * sizeof(int),
                                (i ? 2 * (u64)i : 1) * sizeof(int));
    }
  }
  if (p->rc == SQLITE_OK) {
    pReader->aValue[i] = iValue;
  }
}

/* ---- the plan ---- */

/* Pass over blanks. */
static void sqitchBlanks(const char *z, SqitchLine *pLine) {
  while (pLine->i < pLine->iEnd && migIsSpace(z[pLine->i])) {
    pLine->i++;
  }
}

/* Divide the line at i into what it says and its note. */
static SqitchLine sqitchLine(const char *z, i64 n, i64 i) {
  SqitchLine line = {i, i, 0, -1, 0};
  i64 iEnd = migFormatTrim(z, i, migLineEnd(z, n, i));
  const char *zNote = memchr(z + i, '#', (size_t)(iEnd - i));

  line.iEnd = iEnd;
  if (zNote) {
    line.iNote = zNote + 1 - z;
    line.iNoteEnd = iEnd;
    line.iEnd = migFormatTrim(z, i, zNote - z);
    while (line.iNote < iEnd && migIsSpace(z[line.iNote])) {
      line.iNote++;
    }
  }
  sqitchBlanks(z, &line);
  return line;
}

/* The note of a line with \n, \r and \\ undone, or NULL. */
static const char *sqitchNote(MigContext *p, const char *z,
                              const SqitchLine *pLine) {
  i64 n = pLine->iNoteEnd - pLine->iNote;
  char *zNote;
  i64 i;
  i64 k = 0;

  if (pLine->iNote < 0 || n <= 0) {
    return 0;
  }
  zNote = migStrndup(p, z + pLine->iNote, n);
  for (i = 0; zNote && i < n; i++) {
    char c = zNote[i];
    if (c == '\\' && i + 1 < n && strchr("\\nr", zNote[i + 1])) {
      c = zNote[++i];
      c = (char)(c == 'n' ? '\n' : c == 'r' ? '\r' : c);
    }
    zNote[k++] = c;
  }
  if (zNote) {
    zNote[k] = 0;
  }
  return zNote;
}

/* Read a pragma. Those that are unknown say nothing, as with sqitch. */
static void sqitchPragma(MigContext *p, SqitchReader *pReader,
                         SqitchLine *pLine) {
  const char *z = pReader->pPlan->z;
  i64 iName;
  i64 nName;

  if (pLine->i >= pLine->iEnd || z[pLine->i] != '%') {
    migFormatFail(p, pReader->pPlan, pLine->iByte,
                  "no pragma; a blank line must come between the pragmas and"
                  " the changes");
    return;
  }
  pLine->i++;
  sqitchBlanks(z, pLine);
  iName = pLine->i;
  while (pLine->i < pLine->iEnd && z[pLine->i] != '=' &&
         !migIsSpace(z[pLine->i])) {
    pLine->i++;
  }
  nName = pLine->i - iName;
  sqitchBlanks(z, pLine);
  pLine->i += pLine->i < pLine->iEnd && z[pLine->i] == '=';
  sqitchBlanks(z, pLine);
  if (nName == 0 || sqitchPunct(z[iName]) ||
      sqitchPunct(z[iName + nName - 1])) {
    migFormatFail(p, pReader->pPlan, pLine->iByte, "a pragma without a name");
  } else if (nName == 7 && memcmp(z + iName, "project", 7) == 0) {
    if (!sqitchIsName(z + pLine->i, pLine->iEnd - pLine->i)) {
      migFormatFail(
          p, pReader->pPlan, pLine->iByte, "a project may not be called '%.*s'",
          migFormatClip(z + pLine->i, pLine->iEnd - pLine->i), z + pLine->i);
    }
    pReader->zProject = migStrndup(p, z + pLine->i, pLine->iEnd - pLine->i);
  }
}

/* Read name, dependencies, date and planner of a line; *pDeps is what stands
** in the brackets. FORMAT for what is missing. Returns the name. */
static const char *sqitchParts(MigContext *p, const SqitchReader *pReader,
                               SqitchLine *pLine, SqitchLine *pDeps,
                               const char **pzDate) {
  const char *z = pReader->pPlan->z;
  const char *zWrong = 0;
  const char *zName;
  i64 iEnd = pLine->iEnd;
  i64 iName = pLine->i;
  i64 i = iName;
  i64 nName;

  while (i < iEnd && z[i] != '[' && !migIsSpace(z[i])) {
    i++;
  }
  nName = i - iName;
  pLine->i = i;
  sqitchBlanks(z, pLine);
  i = pLine->i;
  memset(pDeps, 0, sizeof(*pDeps));
  if (!sqitchIsFree(z + iName, nName)) {
    zWrong =
        "an invalid name; it may not begin or end with punctuation, hold"
        " blanks or any of @ : # \\, end with digits behind punctuation, be"
        " ROOT or HEAD, or look like a SHA-1";
  } else if (i < iEnd && z[i] == '[') {
    const char *zClose = memchr(z + i, ']', (size_t)(iEnd - i));
    if (zClose == 0 || zClose == z + i + 1) {
      zWrong = "a list of dependencies without its end, or empty";
    } else {
      pDeps->i = i + 1;
      pDeps->iEnd = zClose - z;
      pLine->i = pDeps->iEnd + 1;
      sqitchBlanks(z, pLine);
      i = pLine->i;
    }
  }
  if (zWrong == 0 &&
      (!sqitchIsTime(z + i, iEnd - i) || iEnd - i < 20 || z[i + 19] != 'Z')) {
    zWrong = "no date such as 2026-01-02T03:04:05Z where one is wanted";
  }
  if (zWrong == 0) {
    *pzDate = migStrndup(p, z + i, 20);
    pLine->i = i + 20;
    sqitchBlanks(z, pLine);
    for (i = pLine->i; i < iEnd && z[i] != '<'; i++) {
    }
    if (i == pLine->i || i + 2 >= iEnd || !migIsSpace(z[i - 1]) ||
        (const char *)memchr(z + i, '>', (size_t)(iEnd - i)) != z + iEnd - 1) {
      zWrong = "no planner such as Ann <ann@example.org> behind the date";
    }
  }
  if (zWrong) {
    migFormatFail(p, pReader->pPlan, pLine->iByte, "%s", zWrong);
  }
  zName = p->rc ? 0 : migStrndup(p, z + iName, nName);
  return zName ? zName : "";
}

/* The change at or before the tag iTag that has the name, or -1. Reworked ones
** are a chain through iNext, which begins at the first. */
static int sqitchAsOf(const SqitchReader *pReader, int iFirst, int iTag) {
  int iLast = pReader->aTag[iTag].iChange;
  int i = iFirst;

  while (i >= 0 && pReader->aChange[i].iNext >= 0 &&
         pReader->aChange[i].iNext <= iLast) {
    i = pReader->aChange[i].iNext;
  }
  return i <= iLast ? i : -1;
}

/* The change that the requirement z[i..iEnd), without its project, is met by,
** or -1. */
static int sqitchMeets(MigContext *p, const SqitchReader *pReader, i64 i,
                       i64 iEnd) {
  const char *z = pReader->pPlan->z;
  const char *zAt = memchr(z + i, '@', (size_t)(iEnd - i));
  i64 iName = zAt ? zAt - z : iEnd;
  int iTag;

  if (zAt == 0) {
    return sqitchFind(pReader, sqitchKey(p, "", z + i, iEnd - i));
  }
  iTag = sqitchFind(pReader, sqitchKey(p, "@", zAt + 1, iEnd - iName - 1));
  if (iTag < 0 || iName == i) {
    return iTag < 0 ? -1 : pReader->aTag[iTag].iChange;
  }
  i = sqitchFind(pReader, sqitchKey(p, ":", z + i, iName - i));
  return sqitchAsOf(pReader, (int)i, iTag);
}

/* Whether z[i..iEnd) is the name of a change, of a tag, or of both. */
static int sqitchIsTarget(const char *z, i64 i, i64 iEnd) {
  const char *zAt = memchr(z + i, '@', (size_t)(iEnd - i));
  i64 iName = zAt ? zAt - z : iEnd;

  return (iName == i ? zAt != 0 : sqitchIsName(z + i, iName - i)) &&
         (zAt == 0 || sqitchIsName(zAt + 1, iEnd - iName - 1));
}

/*
** Read one dependency, z[i..iEnd), of the change that is being read: a
** requirement on a change of this plan is kept, everything else is noted.
** FORMAT for one that is none, or that the plan does not meet before.
*/
static void sqitchDepend(MigContext *p, SqitchReader *pReader,
                         SqitchChange *pChange, i64 i, i64 iEnd) {
  const char *z = pReader->pPlan->z;
  i64 iWord = i + (z[i] == '!');
  const char *zColon = memchr(z + iWord, ':', (size_t)(iEnd - iWord));
  i64 iName = zColon ? zColon + 1 - z : iWord;
  i64 nProject = zColon ? zColon - (z + iWord) : 0;
  int bHash = iEnd - iName == 40 && sqitchIsHash(z + iName, 40);
  int bOwn = zColon == 0 ||
             ((i64)strlen(pReader->zProject) == nProject &&
              memcmp(pReader->zProject, z + iWord, (size_t)nProject) == 0);
  int iNeed;

  if ((!bHash && !sqitchIsTarget(z, iName, iEnd)) ||
      (zColon && !sqitchIsName(z + iWord, nProject))) {
    migFormatFail(p, pReader->pPlan, i, "'%.*s' is no dependency",
                  migFormatClip(z + i, iEnd - i), z + i);
  } else if (iWord > i) {
    migFormatNote(p, pReader->pFolder, "%s: the conflict with %.*s is not kept",
                  pChange->zName, migFormatClip(z + iWord, iEnd - iWord),
                  z + iWord);
  } else if (bHash || !bOwn) {
    migFormatNote(p, pReader->pFolder,
                  "%s: requires %.*s, which is not of this plan; not kept",
                  pChange->zName, migFormatClip(z + i, iEnd - i), z + i);
  } else {
    iNeed = sqitchMeets(p, pReader, iName, iEnd);
    if (iNeed < 0) {
      migFormatFail(p, pReader->pPlan, i,
                    "%s requires %.*s, which is not planned before it; move"
                    " it up",
                    pChange->zName, migFormatClip(z + i, iEnd - i), z + i);
    } else {
      pChange->aNeed[pChange->nNeed++] = iNeed;
    }
  }
}

/* Read what stands in the brackets of a change. */
static void sqitchDepends(MigContext *p, SqitchReader *pReader,
                          SqitchChange *pChange, SqitchLine *pDeps) {
  const char *z = pReader->pPlan->z;

  pChange->aNeed = migAlloc(p, (u64)(pDeps->iEnd - pDeps->i + 1) * sizeof(int));
  sqitchBlanks(z, pDeps);
  while (pDeps->i < pDeps->iEnd && p->rc == SQLITE_OK) {
    i64 i = pDeps->i;
    while (pDeps->i < pDeps->iEnd && !migIsSpace(z[pDeps->i])) {
      pDeps->i++;
    }
    sqitchDepend(p, pReader, pChange, i, pDeps->i);
    sqitchBlanks(z, pDeps);
  }
}

/* Read the line of a change. FORMAT when there is one of that name already and
** no tag behind it. */
static void sqitchChange(MigContext *p, SqitchReader *pReader,
                         SqitchLine *pLine) {
  const char *z = pReader->pPlan->z;
  int n = pReader->nChange;
  SqitchChange *pNew;
  SqitchLine deps;
  int iOld;

  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pReader->aChange =
        migGrow(p, pReader->aChange, (u64)n * sizeof(SqitchChange),
                (n ? 2 * (u64)n : 1) * sizeof(SqitchChange));
  }
  if (p->rc) {
    return;
  }
  pNew = &pReader->aChange[n];
  memset(pNew, 0, sizeof(*pNew));
  pNew->iByte = pLine->iByte;
  pNew->iNext = -1;
  pNew->zName = sqitchParts(p, pReader, pLine, &deps, &pNew->zDate);
  pNew->zNote = sqitchNote(p, z, pLine);
  sqitchDepends(p, pReader, pNew, &deps);
  iOld = sqitchFind(pReader, pNew->zName);
  if (iOld >= 0 &&
      (pReader->nTag == 0 || pReader->aTag[pReader->nTag - 1].iChange < iOld)) {
    migFormatFail(p, pReader->pPlan, pLine->iByte,
                  "%s is planned twice; tag the plan before a change is"
                  " reworked",
                  pNew->zName);
  }
  if (p->rc == SQLITE_OK) {
    if (iOld >= 0) {
      pReader->aChange[iOld].iNext = n;
      pNew->nOld = pReader->aChange[iOld].nOld + 1;
    } else { /* ":name" is its first change */
      sqitchEnter(p, pReader,
                  sqitchKey(p, ":", pNew->zName, (i64)strlen(pNew->zName)), n);
    }
    sqitchEnter(p, pReader, pNew->zName, n);
    pReader->nChange++;
  }
}

/* Read the line of a tag. */
static void sqitchTag(MigContext *p, SqitchReader *pReader, SqitchLine *pLine) {
  int n = pReader->nTag;
  const char *zWrong = 0;
  const char *zName;
  const char *zKey;
  const char *zDate;
  SqitchLine deps;

  pLine->i++;
  zName = sqitchParts(p, pReader, pLine, &deps, &zDate);
  zKey = sqitchKey(p, "@", zName, (i64)strlen(zName));
  if (pReader->nChange == 0) {
    zWrong = "stands before the first change";
  } else if (strchr(zName, '/')) {
    zWrong = "may not hold a /";
  } else if (deps.iEnd > 0) {
    zWrong = "may not have dependencies";
  } else if (sqitchFind(pReader, zKey) >= 0) {
    zWrong = "is there twice";
  }
  if (zWrong) {
    migFormatFail(p, pReader->pPlan, pLine->iByte, "the tag %s %s", zKey,
                  zWrong);
  }
  if (p->rc == SQLITE_OK && (n & (n - 1)) == 0) { /* 0 or a power of two */
    pReader->aTag = migGrow(p, pReader->aTag, (u64)n * sizeof(SqitchTag),
                            (n ? 2 * (u64)n : 1) * sizeof(SqitchTag));
  }
  if (p->rc == SQLITE_OK) {
    pReader->aTag[n].zName = zName;
    pReader->aTag[n].iChange = pReader->nChange - 1;
    pReader->nTag++;
    sqitchEnter(p, pReader, zKey, n);
  }
}

/* Read the line at i. */
static void sqitchAny(MigContext *p, SqitchReader *pReader, i64 i) {
  const char *z = pReader->pPlan->z;
  i64 n = pReader->pPlan->n;
  SqitchLine line = sqitchLine(z, n, i);

  if (!migIsUtf8(z + i, migLineEnd(z, n, i) - i)) {
    migFormatFail(p, pReader->pPlan, i, "no UTF-8; save the file as such");
  } else if (line.i >= line.iEnd) {
    pReader->bHead = pReader->bHead && line.iNote >= 0;
  } else if (pReader->bHead) {
    sqitchPragma(p, pReader, &line);
  } else if (pReader->zProject == 0) {
    migFormatFail(p, pReader->pPlan, 0, "no line %%project=NAME at the start");
  } else if (z[line.i] == '@') {
    sqitchTag(p, pReader, &line);
  } else if (z[line.i] == '-') {
    migFormatFail(p, pReader->pPlan, i,
                  "a change to be removed; take its line out of the plan");
  } else {
    line.i += z[line.i] == '+';
    sqitchBlanks(z, &line);
    sqitchChange(p, pReader, &line);
  }
}

/* Read the plan. */
static void sqitchPlan(MigContext *p, SqitchReader *pReader) {
  const char *z = migFormatBytes(p, pReader->pPlan);
  i64 n = pReader->pPlan->n;
  i64 i = migFormatStart(z, n);

  migFormatShare(pReader->pPlan);
  pReader->bHead = 1;
  pReader->pNames = migGraphNew(p);
  while (i < n && p->rc == SQLITE_OK) {
    sqitchAny(p, pReader, i);
    i = migLineEnd(z, n, i);
  }
  if (pReader->zProject == 0) {
    migFormatFail(p, pReader->pPlan, 0, "no line %%project=NAME at the start");
  }
}

/* The project that the n bytes of a plan at z name; NULL when they are no
** plan. */
const char *migSqitchProject(MigContext *p, char *z, i64 n) {
  i64 i = migFormatStart(z, n);
  SqitchReader reader;
  MigFile plan;

  memset(&reader, 0, sizeof(reader));
  memset(&plan, 0, sizeof(plan));
  plan.zName = "the plan";
  plan.z = z;
  plan.n = n;
  reader.pPlan = &plan;
  while (i < n && reader.zProject == 0 && p->rc == SQLITE_OK) {
    SqitchLine line = sqitchLine(z, n, i);
    if (line.i < line.iEnd && z[line.i] == '%') {
      sqitchPragma(p, &reader, &line);
    } else if (line.i < line.iEnd || line.iNote < 0) {
      break; /* the pragmas end here, if there were any */
    }
    i = migLineEnd(z, n, i);
  }
  return reader.zProject;
}

/* ---- scripts ---- */

/* A script and the files that it reads. */
typedef struct SqitchScript {
  MigText text;
  int nRead;  /* files so far */
  int nLevel; /* open ones */
  struct {
    MigFile *pFile;
    i64 i;     /* read up to here */
    int bOpen; /* the last statement has no ';' */
  } aLevel[SQITCH_DEPTH];
} SqitchScript;

/* Whether a line of the shell begins at i, if a statement may. */
static int sqitchShell(const MigFile *pFile, i64 i) {
  const char *z = pFile->z;

  return i < pFile->n && (z[i] == '.' || z[i] == '#') &&
         (i == migFormatStart(z, pFile->n) || z[i - 1] == '\n');
}

/* Whether a line of the file might be the shell's. */
static int sqitchHasShell(const MigFile *pFile) {
  i64 i = migFormatStart(pFile->z, pFile->n);

  while (i < pFile->n && !sqitchShell(pFile, i)) {
    i = migLineEnd(pFile->z, pFile->n, i);
  }
  return i < pFile->n;
}

/* The file that the line z[i..iEnd) reads, or "" when it is no ".read". */
static const char *sqitchReads(MigContext *p, const char *z, i64 i, i64 iEnd) {
  i64 iWord = i;

  while (i < iEnd && !migIsSpace(z[i])) {
    i++;
  }
  if (i - iWord < 4 || i - iWord > 5 ||
      memcmp(z + iWord, ".read", (size_t)(i - iWord))) {
    return "";
  }
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  if (iEnd - i >= 2 && (z[i] == '\'' || z[i] == '"') && z[iEnd - 1] == z[i]) {
    i++;
    iEnd--;
  }
  return i < iEnd ? migStrndup(p, z + i, iEnd - i) : "?";
}

/* A file begins: the script's own or one it reads. */
static void sqitchPush(MigContext *p, SqitchScript *pScript, MigFile *pFile) {
  const char *z = migFormatBytes(p, pFile);
  int n = pScript->nLevel;

  if (p->rc == SQLITE_OK) {
    pScript->aLevel[n].pFile = pFile;
    pScript->aLevel[n].i = n ? migFormatStart(z, pFile->n) : 0;
    pScript->aLevel[n].bOpen = 0;
    pScript->nLevel++;
  }
}

/* A file that was read ends: what follows is a statement and a line of its
** own. */
static void sqitchPop(MigContext *p, SqitchScript *pScript) {
  MigText *pText = &pScript->text;
  int n = --pScript->nLevel;

  if (n > 0 && pText->n > 0) {
    migTextStr(p, pText, pText->z[pText->n - 1] == '\n' ? 0 : "\n");
    migTextStr(p, pText, pScript->aLevel[n].bOpen ? ";\n" : 0);
  }
}

/* Take in the file that the line at i reads. FORMAT when it is not one of the
** folder, which is where sqitch runs the shell, or when files read each
** other. */
static void sqitchInclude(MigContext *p, SqitchReader *pReader,
                          SqitchScript *pScript, MigFile *pFile, i64 i,
                          const char *zRead) {
  const char *zPath = sqitchPath(p, zRead);
  MigFile *pRead = zPath ? migFormatFile(pReader->pFolder, zPath) : 0;

  if (pRead == 0) {
    migFormatFail(p, pFile, i, "reads %.60s, which is no file of the folder",
                  zRead);
  } else if (pScript->nLevel == SQITCH_DEPTH ||
             ++pScript->nRead > SQITCH_READS) {
    migFormatFail(p, pFile, i, "reads %s: too many files that read files",
                  pRead->zName);
  } else {
    migFormatShare(pRead);
    sqitchPush(p, pScript, pRead);
  }
}

/* The line of the shell at i of a file: read what it reads, leave out what it
** says. Returns where it ends. */
static i64 sqitchCommand(MigContext *p, SqitchReader *pReader,
                         SqitchScript *pScript, MigFile *pFile, i64 i) {
  const char *z = pFile->z;
  i64 iNext = migLineEnd(z, pFile->n, i);
  i64 iEnd = migFormatTrim(z, i, iNext);
  const char *zRead = sqitchReads(p, z, i, iEnd);
  int iLine;
  int iColumn;

  if (z[i] == '.' && pReader->nShell++ < SQITCH_NOTES) {
    migPosition(z, i, &iLine, &iColumn);
    migFormatNote(
        p, pReader->pFolder, "%s:%d: '%.*s' is for the sqlite3 shell and is %s",
        pFile->zName, iLine, migFormatClip(z + i, iEnd - i), z + i,
        p->rc || zRead[0] == 0 ? "taken out" : "replaced by the file");
  }
  if (p->rc == SQLITE_OK && zRead[0]) {
    sqitchInclude(p, pReader, pScript, pFile, i, zRead);
  }
  return iNext;
}

/* Copy what stands at i of a file up to the next place where a line of the
** shell may begin. Returns that place. */
static i64 sqitchCopy(MigContext *p, SqitchScript *pScript, MigFile *pFile,
                      i64 i, int *pbOpen) {
  const char *z = pFile->z;
  MigStatement st;
  MigToken token;
  i64 iEnd = migTokenNext(z, pFile->n, i, &token);

  if (token.eType != MIG_TK_SPACE && token.eType != MIG_TK_COMMENT &&
      token.eType != MIG_TK_SEMI) {
    migStatementRead(z, pFile->n, i, &st);
    *pbOpen = !st.bSemi;
    iEnd = st.iStart + st.nByte;
  } else if (token.eType == MIG_TK_COMMENT && z[i] == '/' && iEnd == pFile->n &&
             (iEnd - i < 4 || z[iEnd - 2] != '*' || z[iEnd - 1] != '/')) {
    migFormatFail(p, pFile, i, "a comment without its end");
  }
  migTextAdd(p, &pScript->text, z + i, iEnd - i);
  return iEnd > i ? iEnd : pFile->n;
}

/* The script of a file that has lines of the shell. */
static const char *sqitchTranslate(MigContext *p, SqitchReader *pReader,
                                   MigFile *pFile, i64 *pn) {
  SqitchScript script;

  memset(&script, 0, sizeof(script));
  sqitchPush(p, &script, pFile);
  while (script.nLevel > 0 && p->rc == SQLITE_OK) {
    int iLevel = script.nLevel - 1;
    MigFile *pNow = script.aLevel[iLevel].pFile;
    i64 i = script.aLevel[iLevel].i;
    if (i >= pNow->n) {
      sqitchPop(p, &script);
    } else if (sqitchShell(pNow, i)) {
      script.aLevel[iLevel].i = migLineEnd(pNow->z, pNow->n, i);
      sqitchCommand(p, pReader, &script, pNow, i);
    } else {
      script.aLevel[iLevel].i =
          sqitchCopy(p, &script, pNow, i, &script.aLevel[iLevel].bOpen);
    }
    if (script.text.n > MIGRATE_MAX_SCRIPT) {
      break; /* which is TOO_BIG below; unreached: takes 256 MiB */
    }
  }
  *pn = script.text.n;
  return migFormatScript(p, pFile, migTextZ(&script.text), script.text.n);
}

/* The script in a file: its bytes, unless there are lines of the shell. */
static const char *sqitchScript(MigContext *p, SqitchReader *pReader,
                                MigFile *pFile, i64 *pn) {
  const char *z = migFormatBytes(p, pFile);

  if (p->rc == SQLITE_OK && sqitchHasShell(pFile)) {
    return sqitchTranslate(p, pReader, pFile, pn);
  }
  *pn = pFile->n;
  return migFormatScript(p, pFile, z, pFile->n);
}

/* ---- revisions ---- */

/* The file of a change in one of the folders, with a tag for one that was
** reworked, or NULL. *pzName is what it is called. */
static MigFile *sqitchFile(MigContext *p, SqitchReader *pReader,
                           const SqitchChange *pChange, const char *zTag,
                           int iDir, const char **pzName) {
  const char *zFile =
      migPrintf(p, "%s%s%s.%s", pChange->zName, zTag ? "@" : "",
                zTag ? zTag : "", pReader->azConf[SQITCH_EXTENSION]);
  const char *zPath;

  if (p->rc) {
    return 0;
  }
  zPath = sqitchJoin(p, pReader->azConf[iDir + (zTag ? 3 : 0)], zFile);
  *pzName = zPath;
  return p->rc ? 0 : migFormatFile(pReader->pFolder, zPath);
}

/* The first of the tags that stand behind change iChange, or of their number
** none. Tags are in the order of their changes. */
static int sqitchTagsOf(const SqitchReader *pReader, int iChange) {
  int iLow = 0;
  int iHigh = pReader->nTag;

  while (iLow < iHigh) {
    int i = iLow + (iHigh - iLow) / 2;
    if (pReader->aTag[i].iChange < iChange) {
      iLow = i + 1;
    } else {
      iHigh = i;
    }
  }
  return iLow;
}

/*
** The tag in the names of a reworked change's scripts: of those between it and
** the change that reworks it the first one with a deploy script, looked for
** from the last change back; each change's own in order. NULL for a change
** that was not reworked.
*/
static const char *sqitchRework(MigContext *p, SqitchReader *pReader,
                                int iChange) {
  const SqitchChange *pChange = &pReader->aChange[iChange];
  int iFirst = sqitchTagsOf(pReader, iChange);
  int iEnd =
      pChange->iNext < 0 ? iFirst : sqitchTagsOf(pReader, pChange->iNext);
  const char *zFirst = 0;
  const char *zName;

  while (iEnd > iFirst && p->rc == SQLITE_OK) {
    int iOf = sqitchTagsOf(pReader, pReader->aTag[iEnd - 1].iChange);
    int k;
    for (k = iOf; k < iEnd; k++) {
      const char *zTag = pReader->aTag[k].zName;
      MigMark mark = migArenaMark(p);
      MigFile *pFile = sqitchFile(p, pReader, pChange, zTag, 0, &zName);
      migArenaRelease(p, mark);
      if (pFile) {
        return zTag;
      }
      zFirst = zFirst ? zFirst : zTag;
    }
    iEnd = iOf;
  }
  return zFirst;
}

/* A name as an id, '_' for what an id may not hold. */
static const char *sqitchId(MigContext *p, SqitchReader *pReader,
                            const char *zName) {
  char *zId = migStrdup(p, zName);
  i64 i;

  for (i = 0; zId && zId[i]; i++) {
    if (strchr("@+:,'\"`", zId[i])) {
      zId[i] = '_';
    }
  }
  migIdCheck(p, zId, "revision");
  if (p->eCode == MIG_BAD_ID) { /* a word of targets, or too long */
    migErrorClear(p);
    zId = migPrintf(p, "_%s", zId);
  }
  pReader->nRenamed += zId && strcmp(zId, zName) != 0;
  return zId;
}

/* Make the step of a change. FORMAT when it has no deploy script. */
static void sqitchStep(MigContext *p, SqitchReader *pReader, int iChange) {
  SqitchChange *pChange = &pReader->aChange[iChange];
  const char *zTag = sqitchRework(p, pReader, iChange);
  const char *zName = "";
  const char *zOther;
  MigFile *pFile = sqitchFile(p, pReader, pChange, zTag, 0, &zName);
  MigStep *pStep = pFile ? migFormatStep(p, pReader->pFolder, pFile) : 0;

  if (pFile == 0) {
    migFormatFail(p, pReader->pPlan, pChange->iByte,
                  "%s has no script %s in the folder", pChange->zName, zName);
  }
  if (pStep == 0) {
    return;
  }
  pChange->pStep = pStep;
  pStep->zStem =
      zTag ? migPrintf(p, "%s@%s", pChange->zName, zTag) : pChange->zName;
  pStep->rev.zId = sqitchId(
      p, pReader,
      pChange->nOld ? migPrintf(p, "%s.%d", pChange->zName, pChange->nOld + 1)
                    : pChange->zName);
  pStep->rev.zMessage = pChange->zNote;
  pStep->rev.zCreatedAt = pChange->zDate;
  pStep->rev.zUp = sqitchScript(p, pReader, pFile, &pStep->rev.nUp);
  pFile = sqitchFile(p, pReader, pChange, zTag, 1, &zOther);
  if (pFile) {
    migFormatAttach(pFile, pStep);
    pStep->rev.zDown = sqitchScript(p, pReader, pFile, &pStep->rev.nDown);
  }
  pFile = sqitchFile(p, pReader, pChange, zTag, 2, &zOther);
  if (pFile) {
    migFormatAttach(pFile, pStep);
    pReader->nVerify++;
  }
}

/* What each change requires, as ids; each of them once. */
static void sqitchNeeds(MigContext *p, SqitchReader *pReader) {
  int *aSeen = migAlloc(p, ((u64)pReader->nChange + 1) * sizeof(int));
  int i;
  int k;

  for (i = 0; i < pReader->nChange && p->rc == SQLITE_OK; i++) {
    const SqitchChange *pChange = &pReader->aChange[i];
    MigList list = {0, 0};
    for (k = 0; k < pChange->nNeed; k++) {
      int iNeed = pChange->aNeed[k];
      if (aSeen[iNeed] != i + 1) {
        aSeen[iNeed] = i + 1;
        migListAdd(p, &list, pReader->aChange[iNeed].pStep->rev.zId);
      }
    }
    pChange->pStep->rev.nDepend = list.n;
    pChange->pStep->rev.azDepend = list.az;
  }
}

/* Make the tags labels, but for those that would be misread as a target or
** are taken by a revision. */
static void sqitchLabels(MigContext *p, SqitchReader *pReader) {
  MigGraph *pIds = migGraphNew(p);
  int i;

  for (i = 0; i < pReader->nChange && p->rc == SQLITE_OK; i++) {
    const char *zId = pReader->aChange[i].pStep->rev.zId;
    if (migGraphFind(pIds, zId) < 0) {
      migGraphAdd(p, pIds, zId);
    }
  }
  for (i = 0; i < pReader->nTag && p->rc == SQLITE_OK; i++) {
    const SqitchTag *pTag = &pReader->aTag[i];
    MigImported *pRev = &pReader->aChange[pTag->iChange].pStep->rev;
    MigList list = {pRev->nLabel, pRev->azLabel};
    migLabelCheck(p, pTag->zName);
    if (p->eCode == MIG_BAD_ID || migGraphFind(pIds, pTag->zName) >= 0) {
      migErrorClear(p);
      migFormatNote(p, pReader->pFolder,
                    "the tag @%s of %s cannot be a label and is left out",
                    pTag->zName, pRev->zId);
    } else {
      migListAdd(p, &list, pTag->zName);
    }
    pRev->nLabel = list.n;
    pRev->azLabel = list.az;
  }
}

/* What happened to many. */
static void sqitchNotes(MigContext *p, const SqitchReader *pReader) {
  if (pReader->nVerify > 0) {
    migFormatNote(p, pReader->pFolder,
                  "%d verify scripts are kept, but not run", pReader->nVerify);
  }
  if (pReader->nRenamed > 0) {
    migFormatNote(p, pReader->pFolder,
                  "%d ids have a _ for what an id may not hold",
                  pReader->nRenamed);
  }
  if (pReader->nShell > SQITCH_NOTES) {
    migFormatNote(p, pReader->pFolder,
                  "%d more lines for the sqlite3 shell are treated so",
                  pReader->nShell - SQITCH_NOTES);
  }
}

/* ---- the format ---- */

/* A plan, or what says where it is. */
int migSqitchProbe(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  return migFormatFile(pFolder, "sqitch.plan") != 0 ||
         migFormatFile(pFolder, "sqitch.conf") != 0;
}

/* Read the plan and the scripts it names. FORMAT, with file and line, for what
** sqitch would refuse. */
void migSqitchLoad(MigContext *p, MigFolder *pFolder) {
  SqitchReader reader;
  int i;

  memset(&reader, 0, sizeof(reader));
  reader.pFolder = pFolder;
  reader.pConf = migFormatFile(pFolder, "sqitch.conf");
  if (reader.pConf) {
    sqitchConf(p, &reader);
  }
  if (p->rc) {
    return;
  }
  sqitchDefaults(p, &reader);
  if (p->rc == SQLITE_OK) {
    reader.pPlan = migFormatFile(pFolder, reader.azConf[SQITCH_PLAN]);
  }
  if (reader.pPlan == 0) {
    migFail(p, MIG_FORMAT,
            "no plan %s in the folder; give the project's folder",
            p->rc ? "" : reader.azConf[SQITCH_PLAN]);
    return;
  }
  sqitchPlan(p, &reader);
  for (i = 0; i < reader.nChange && p->rc == SQLITE_OK; i++) {
    sqitchStep(p, &reader, i);
  }
  if (p->rc == SQLITE_OK) {
    sqitchNeeds(p, &reader);
    sqitchLabels(p, &reader);
    sqitchNotes(p, &reader);
  }
}

/* ---- writing ---- */

/* z in lower case, as file systems that ignore case see it. */
static const char *writeLower(MigContext *p, const char *z) {
  char *zLow = migStrdup(p, z);
  i64 i;

  for (i = 0; zLow && zLow[i]; i++) {
    if (zLow[i] >= 'A' && zLow[i] <= 'Z') {
      zLow[i] = (char)(zLow[i] + 'a' - 'A');
    }
  }
  return zLow ? zLow : "";
}

/* The names of all changes: as file_template says, else the message. A second
** one of a name has its version behind it. */
static const char **writeNames(MigContext *p, const MigOutput *pOut) {
  const char **az = migAlloc(p, ((u64)pOut->nRevision + 1) * sizeof(char *));
  MigGraph *pTaken = migGraphNew(p);
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *z = pRev->zStem ? pRev->zStem : pRev->zSlug;
    const char *zLow;
    if (strncmp(z, "deploy/", 7) == 0) { /* the name of a kept file */
      z += 7;
    }
    if (!sqitchIsFree(z, (i64)strlen(z))) {
      z = migPrintf(p, "r_%s", z);
    }
    zLow = writeLower(p, z ? z : "");
    if (p->rc == SQLITE_OK && migGraphFind(pTaken, zLow) >= 0) {
      z = migPrintf(p, "%s_%s", z, pRev->zVersion);
      zLow = writeLower(p, z ? z : "");
    }
    if (p->rc == SQLITE_OK && migGraphFind(pTaken, zLow) < 0) {
      migGraphAdd(p, pTaken, zLow);
    }
    if (p->rc == SQLITE_OK) {
      az[i] = z;
    }
  }
  return az;
}

/* Append date and planner, and the end of the line. */
static void writeTail(MigContext *p, MigText *pText, const MigExported *pRev,
                      const char *zNote) {
  const char *zDate = pRev->zCreatedAt;

  migTextF(p, pText, "%.19s",
           zDate && sqitchIsTime(zDate, (i64)strlen(zDate))
               ? zDate
               : "1970-01-01T00:00:00");
  migTextStr(p, pText, "Z migrate <migrate@localhost>");
  migTextStr(p, pText, *zNote ? " # " : 0);
  for (; *zNote; zNote++) {
    if (*zNote == '\n' || *zNote == '\r') {
      migTextStr(p, pText, *zNote == '\n' ? "\\n" : "\\r");
    } else {
      migTextAdd(p, pText, "\\", *zNote == '\\');
      migTextAdd(p, pText, zNote, 1);
    }
  }
  migTextStr(p, pText, "\n");
}

/* Append the names of n ids, but for those that are not written and, where
** pSeen is given, its parents, which stand there already. nBefore names stand
** in the brackets so far; returns how many do now. */
static int writeNeeds(MigContext *p, MigText *pText, const MigGraph *pIds,
                      const char **azName, int n, const char **az,
                      const MigExported *pSeen, int nBefore) {
  int i;
  int k;

  for (i = 0; i < n; i++) {
    int iNode = migGraphFind(pIds, az[i]);
    for (k = 0;
         pSeen && k < pSeen->nParent && strcmp(pSeen->azParent[k], az[i]);
         k++) {
    }
    if (iNode >= 0 && (pSeen == 0 || k == pSeen->nParent)) {
      migTextF(p, pText, "%s%s", nBefore++ ? " " : "[", azName[iNode]);
    }
  }
  return nBefore;
}

/* Append the line of revision i, and its labels as tags behind it. */
static void writeLine(MigContext *p, MigOutput *pOut, MigText *pText,
                      const MigGraph *pIds, const char **azName, int i) {
  const MigExported *pRev = &pOut->aRevision[i];
  int n;
  int k;

  migTextF(p, pText, "%s ", azName[i]);
  n = writeNeeds(p, pText, pIds, azName, pRev->nParent, pRev->azParent, 0, 0);
  n = writeNeeds(p, pText, pIds, azName, pRev->nDepend, pRev->azDepend, pRev,
                 n);
  migTextStr(p, pText, n ? "] " : 0);
  writeTail(p, pText, pRev, pRev->zMessage);
  for (k = 0; k < pRev->nLabel; k++) {
    const char *zLabel = pRev->azLabel[k];
    if (sqitchIsFree(zLabel, (i64)strlen(zLabel)) && !strchr(zLabel, '/') &&
        !strchr(zLabel, '[')) {
      migTextF(p, pText, "@%s ", zLabel);
      writeTail(p, pText, pRev, "");
    } else {
      migOutputNote(p, pOut, "%s: the label %s cannot be a tag and is left out",
                    pRev->zId, zLabel);
    }
  }
}

/* Write sqitch.conf, a plan with the parents as requirements, and scripts. A
** way back without a script for it would stop sqitch, so one is there always.
*/
void migSqitchWrite(MigContext *p, MigOutput *pOut) {
  static const char zConf[] = "[core]\n\tengine = sqlite\n";
  static const char zNothing[] = "-- nothing is undone\n";
  const char **azName = writeNames(p, pOut);
  MigGraph *pIds = migGraphNew(p);
  MigText text = {0, 0, 0};
  int nOneWay = 0;
  int i;

  migTextStr(p, &text, "%syntax-version=1.0.0\n%project=migrate\n\n");
  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    writeLine(p, pOut, &text, pIds, azName, i);
    migGraphAdd(p, pIds, pRev->zId);
    migOutputAdd(p, pOut, migPrintf(p, "deploy/%s.sql", azName[i]),
                 pRev->zUp ? pRev->zUp : "", pRev->zUp ? pRev->nUp : 0);
    migOutputAdd(p, pOut, migPrintf(p, "revert/%s.sql", azName[i]),
                 pRev->zDown ? pRev->zDown : zNothing,
                 pRev->zDown ? pRev->nDown : (i64)sizeof(zNothing) - 1);
    nOneWay += pRev->zUp && pRev->zDown == 0;
  }
  if (nOneWay > 0) {
    migOutputNote(p, pOut,
                  "%d revisions without a down script have an empty one, for "
                  "sqitch stops where it finds none",
                  nOneWay);
  }
  migOutputAdd(p, pOut, "sqitch.conf", zConf, (i64)sizeof(zConf) - 1);
  migOutputText(p, pOut, "sqitch.plan", &text);
  migOutputNote(p, pOut,
                "sqitch has no transaction around a script: one that fails"
                " leaves what it did before");
}
