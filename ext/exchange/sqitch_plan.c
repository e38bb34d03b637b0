/*
** sqitch_plan.c - a plan of sqitch: its project, changes and tags.
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
** order of the plan is the order of the changes. A name may be planned again
** only behind a tag that stands behind the last change of that name: that is a
** change reworked. A tag stands once.
**
** In the brackets, with blanks between them, are
**
**     NAME                 the last change of that name so far
**     @TAG                 the change that the tag stands behind
**     NAME@TAG             the last change of that name at or before the tag
**     PROJECT:...          any of these, of another plan or of this one
**     40 hexadecimal       a change by its id
**     !...                 a conflict
**
** What a change requires of this plan must stand before it. Conflicts, ids of
** changes and what belongs to other projects are noted, not kept.
**
** The first users above is change 0, flips 1 with the requirement 0, v1.0
** stands behind 1, and the second users is change 2, which requires 0: of users
** the last at or before v1.0. It reworks 0, whose iNext is 2.
**
** Where we differ: a byte order mark at the start of the plan and a '#' without
** a note are taken, which sqitch refuses; a '[' always ends a name, and a line
** "-name", which sqitch reads but deploys all the same, is FORMAT.
**
** Everything that is wrong is FORMAT, with the line.
*/
#include <string.h>
#include "utf8.h"
#include "sqitch.h"

/* A line of the plan between its parts. Offsets are bytes of the plan. */
typedef struct SqitchLine {
  i64 iByte;    /* of the line */
  i64 i;        /* what is to be read next */
  i64 iEnd;     /* without the note and the blanks before it */
  i64 iNote;    /* behind the '#' and the blanks there, or -1 */
  i64 iNoteEnd; /* without the blanks at the line's end; 0 without a note */
} SqitchLine;

/* ---- the table of names ----
**
** A graph without edges serves as the hash table. Changes, tags and the first
** change of a name are told apart by their mark: "", "@" and ":", which no name
** begins with.
**
** So users stands for the last change of that name, @v1.0 for a tag, and :users
** for the first change, from which iNext leads on.
*/

/* The name "zMark + n bytes of z" as the table has it, in the arena; "" after
** an error. */
static const char *sqitchKey(MigContext *p, const char *zMark, const char *z,
                             i64 n) {
  const char *zKey = migPrintf(p, "%s%.*s", zMark, (int)n, z);

  return zKey ? zKey : "";
}

/* What a name stands for, or -1: an index of aTag[] for one with an '@', else
** of aChange[]. */
static int sqitchFind(const MigSqitchReader *pReader, const char *zKey) {
  int i = migGraphFind(pReader->pNames, zKey);

  return i < 0 ? -1 : pReader->aValue[i];
}

/* From now on a name stands for iValue. zKey must live as long as the table.
** aValue[] has room for a power of two, and doubles. */
static void sqitchEnter(MigContext *p, MigSqitchReader *pReader,
                        const char *zKey, int iValue) {
  int i = migGraphFind(pReader->pNames, zKey);

  if (i < 0) {
    i = migGraphAdd(p, pReader->pNames, zKey);
    if (p->rc == SQLITE_OK && (i & (i - 1)) == 0) {
      pReader->aValue = migGrow(p, pReader->aValue, (u64)i * sizeof(int),
                                (i ? 2 * (u64)i : 1) * sizeof(int));
    }
  }
  if (p->rc == SQLITE_OK) {
    pReader->aValue[i] = iValue;
  }
}

/* ---- lines and their parts ---- */

/* Pass over white space, up to the line's iEnd. */
static void sqitchBlanks(const char *z, SqitchLine *pLine) {
  while (pLine->i < pLine->iEnd && migIsSpace(z[pLine->i])) {
    pLine->i++;
  }
}

/* Divide the line at i, of the n bytes of a plan, into what it says and its
** note, which the first '#' begins wherever it stands. What is to be read next
** is behind the blanks at its start. */
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

/* The note of a line with \n, \r and \\ undone, in the arena, or NULL for none.
** Another byte behind a backslash leaves both as they are. */
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

/* Read a pragma, "%NAME" or "%NAME=VALUE", with blanks or none around its
** parts. Those that are unknown say nothing, as with sqitch, and neither does
** the version of the syntax. Of two projects the last counts. FORMAT for a line
** that is none, or a project that may not be called so. */
static void sqitchPragma(MigContext *p, MigSqitchReader *pReader,
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
  if (nName == 0 || migSqitchIsPunct(z[iName]) ||
      migSqitchIsPunct(z[iName + nName - 1])) {
    migFormatFail(p, pReader->pPlan, pLine->iByte, "a pragma without a name");
  } else if (nName == 7 && memcmp(z + iName, "project", 7) == 0) {
    if (!migSqitchIsName(z + pLine->i, pLine->iEnd - pLine->i)) {
      migFormatFail(
          p, pReader->pPlan, pLine->iByte, "a project may not be called '%.*s'",
          migFormatClip(z + pLine->i, pLine->iEnd - pLine->i), z + pLine->i);
    }
    pReader->zProject = migStrndup(p, z + pLine->i, pLine->iEnd - pLine->i);
  }
}

/* Pass over "[...]", if it comes next, and the blanks behind it; *pDeps is what
** stands in it, its iEnd 0 when there is none. Returns what is wrong, a
** constant, or NULL. */
static const char *sqitchBrackets(const char *z, SqitchLine *pLine,
                                  SqitchLine *pDeps) {
  i64 i = pLine->i;
  const char *zClose;

  memset(pDeps, 0, sizeof(*pDeps));
  if (i >= pLine->iEnd || z[i] != '[') {
    return 0;
  }
  zClose = memchr(z + i, ']', (size_t)(pLine->iEnd - i));
  if (zClose == 0 || zClose == z + i + 1) {
    return "a list of dependencies without its end, or empty";
  }
  pDeps->i = i + 1;
  pDeps->iEnd = zClose - z;
  pLine->i = pDeps->iEnd + 1;
  sqitchBlanks(z, pLine);
  return 0;
}

/* Read the date and pass over the planner, which is all that is left of the
** line: a name, a blank and an address in <>. *pzDate is a copy of the date.
** Returns what is wrong, a constant, or NULL. The planner is not kept. */
static const char *sqitchPlanned(MigContext *p, const char *z,
                                 SqitchLine *pLine, const char **pzDate) {
  i64 iEnd = pLine->iEnd;
  i64 i = pLine->i;

  if (!migSqitchIsTime(z + i, iEnd - i) || iEnd - i < 20 || z[i + 19] != 'Z') {
    return "no date such as 2026-01-02T03:04:05Z where one is wanted";
  }
  *pzDate = migStrndup(p, z + i, 20);
  pLine->i = i + 20;
  sqitchBlanks(z, pLine);
  for (i = pLine->i; i < iEnd && z[i] != '<'; i++) {
  }
  if (i == pLine->i || i + 2 >= iEnd || !migIsSpace(z[i - 1]) ||
      (const char *)memchr(z + i, '>', (size_t)(iEnd - i)) != z + iEnd - 1) {
    return "no planner such as Ann <ann@example.org> behind the date";
  }
  return 0;
}

/* Read what changes and tags have in common: name, dependencies, date and
** planner. *pDeps is what stands in the brackets. FORMAT for what is missing.
** Returns the name, "" after an error. */
static const char *sqitchParts(MigContext *p, const MigSqitchReader *pReader,
                               SqitchLine *pLine, SqitchLine *pDeps,
                               const char **pzDate) {
  const char *z = pReader->pPlan->z;
  const char *zWrong;
  const char *zName;
  i64 iName = pLine->i;
  i64 nName;

  while (pLine->i < pLine->iEnd && z[pLine->i] != '[' &&
         !migIsSpace(z[pLine->i])) {
    pLine->i++;
  }
  nName = pLine->i - iName;
  sqitchBlanks(z, pLine);
  zWrong = sqitchBrackets(z, pLine, pDeps);
  if (!migSqitchIsFree(z + iName, nName)) {
    zWrong =
        "an invalid name; it may not begin or end with punctuation, hold"
        " blanks or any of @ : # \\, end with digits behind punctuation, be"
        " ROOT or HEAD, or look like a SHA-1";
  }
  if (zWrong == 0) {
    zWrong = sqitchPlanned(p, z, pLine, pzDate);
  }
  if (zWrong) {
    migFormatFail(p, pReader->pPlan, pLine->iByte, "%s", zWrong);
  }
  zName = p->rc ? 0 : migStrndup(p, z + iName, nName);
  return zName ? zName : "";
}

/* ---- dependencies ---- */

/* The last change at or before the tag iTag of the name whose first change is
** iFirst, or -1; so it is for an iFirst of -1. Reworked ones are a chain
** through iNext, whose indexes rise. */
static int sqitchAsOf(const MigSqitchReader *pReader, int iFirst, int iTag) {
  int iLast = pReader->aTag[iTag].iChange;
  int i = iFirst;

  while (i >= 0 && pReader->aChange[i].iNext >= 0 &&
         pReader->aChange[i].iNext <= iLast) {
    i = pReader->aChange[i].iNext;
  }
  return i <= iLast ? i : -1;
}

/* The change that the requirement i..iEnd of the plan, without its project, is
** met by, or -1. Only what was read so far is known, so it stands before. */
static int sqitchMeets(MigContext *p, const MigSqitchReader *pReader, i64 i,
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

/* Whether z[i..iEnd) is NAME, @TAG or NAME@TAG, with names as sqitch has them;
** whether there are such is another matter. */
static int sqitchIsTarget(const char *z, i64 i, i64 iEnd) {
  const char *zAt = memchr(z + i, '@', (size_t)(iEnd - i));
  i64 iName = zAt ? zAt - z : iEnd;

  return (iName == i ? zAt != 0 : migSqitchIsName(z + i, iName - i)) &&
         (zAt == 0 || migSqitchIsName(zAt + 1, iEnd - iName - 1));
}

/*
** Read one dependency, i..iEnd of the plan, of the change that is being read: a
** requirement on a change of this plan is kept, everything else is noted.
** aNeed[] has room for one more. FORMAT for one that is none, or that the plan
** does not meet before.
*/
static void sqitchDepend(MigContext *p, MigSqitchReader *pReader,
                         MigSqitchChange *pChange, i64 i, i64 iEnd) {
  const char *z = pReader->pPlan->z;
  i64 iWord = i + (z[i] == '!');
  const char *zColon = memchr(z + iWord, ':', (size_t)(iEnd - iWord));
  i64 iName = zColon ? zColon + 1 - z : iWord;
  i64 nProject = zColon ? zColon - (z + iWord) : 0;
  int bHash = iEnd - iName == 40 && migSqitchIsHash(z + iName, 40);
  int bOwn = zColon == 0 ||
             ((i64)strlen(pReader->zProject) == nProject &&
              memcmp(pReader->zProject, z + iWord, (size_t)nProject) == 0);
  int iNeed;

  if ((!bHash && !sqitchIsTarget(z, iName, iEnd)) ||
      (zColon && !migSqitchIsName(z + iWord, nProject))) {
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

/* Read what stands in the brackets of a change; there may be none. No
** dependency is shorter than a byte, so aNeed[] has room for all. */
static void sqitchDepends(MigContext *p, MigSqitchReader *pReader,
                          MigSqitchChange *pChange, SqitchLine *pDeps) {
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

/* ---- changes and tags ---- */

/* Read the line of a change, whose name comes next. FORMAT when there is one of
** that name already and no tag behind it. Its own name is entered last, so that
** it can require the change that it reworks, and not itself. */
static void sqitchChange(MigContext *p, MigSqitchReader *pReader,
                         SqitchLine *pLine) {
  const char *z = pReader->pPlan->z;
  int n = pReader->nChange;
  MigSqitchChange *pNew;
  SqitchLine deps;
  int iOld;

  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pReader->aChange =
        migGrow(p, pReader->aChange, (u64)n * sizeof(MigSqitchChange),
                (n ? 2 * (u64)n : 1) * sizeof(MigSqitchChange));
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

/* Read the line of a tag, whose '@' comes next. FORMAT where none may stand, or
** for one that is there already. Its date and note are not kept. */
static void sqitchTag(MigContext *p, MigSqitchReader *pReader,
                      SqitchLine *pLine) {
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
    pReader->aTag = migGrow(p, pReader->aTag, (u64)n * sizeof(MigSqitchTag),
                            (n ? 2 * (u64)n : 1) * sizeof(MigSqitchTag));
  }
  if (p->rc == SQLITE_OK) {
    pReader->aTag[n].zName = zName;
    pReader->aTag[n].iChange = pReader->nChange - 1;
    pReader->nTag++;
    sqitchEnter(p, pReader, zKey, n);
  }
}

/* Read the line at i of the plan, whatever it is. A blank line ends the
** pragmas; one with a note alone does not. A '+' before a change says nothing
** new. FORMAT for what is not UTF-8 and for a line that is none of a plan. */
static void sqitchAny(MigContext *p, MigSqitchReader *pReader, i64 i) {
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

/* Read pReader->pPlan: project, changes and tags, in its order. The file is
** used then, and concerns all changes. FORMAT for what is no plan, and after
** that the lists are not to be used. */
void migSqitchReadPlan(MigContext *p, MigSqitchReader *pReader) {
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

/*
** The project that the n bytes of a plan at z name, a copy in the arena; NULL
** when they are no plan. z is not changed. Only the pragmas up to that one are
** read; FORMAT when they are wrong, in a file that the message calls "the
** plan".
*/
const char *migSqitchProject(MigContext *p, char *z, i64 n) {
  i64 i = migFormatStart(z, n);
  MigSqitchReader reader;
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
