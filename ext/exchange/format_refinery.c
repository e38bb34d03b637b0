/*
** format_refinery.c - refinery: V1__initial.sql, U2__add_users.sql.
**
** A name is V or U, digits, two '_', letters, digits and '_', and ".sql", in
** the folder or below it. U is an ordinary step as well: one whose order to
** the others the owner does not hold against it, not an undo. Order is by
** number; the number is the id. The whole file is the script; there is no way
** back and nothing is repeatable. Steps written in Rust are noted.
**
** Where we differ from the owner: numbers may have any length, and a number
** that is used twice is an error whatever its leading zeros.
**
** Flyway has such names as well, with another meaning of U. A folder is
** refinery's when it has a U and none with a V of the same number, or when
** there are steps in Rust, and nothing in it is of a kind that only Flyway
** reads: R and B, numbers of several parts, other letters in the title. Else
** it is Flyway's.
**
** The owner's pattern (its refinery_core/src/util.rs) is
**
**     ^[UV](\d+(\.\d+)?)__(\w+)\.sql$
**
** and what it captures first has to be a whole number after all (INT4 in its
** table), so a dot is refused when the file is read. It takes the numbers of
** two files for different ones when their texts differ, as 1 and 01 do.
**
**     V1__a.sql  U2__b.sql          refinery's: U2 has no V2
**     V1__a.sql  U1__a.sql          Flyway's: U1 undoes V1
**     V1__a.sql  V2__b.sql          Flyway's, and the same revisions
**     V1__a.sql  V2__b.rs           refinery's, with a note
*/
#include <string.h>
#include "format.h"
#include "text.h"

/* Whether a byte may stand in a title: \w of the owner's pattern. Of other
** letters than ASCII's all are taken. */
static int refineryLetter(char c) {
  char cLow = (char)(c | 0x20);

  return c == '_' || migIsDigit(c) || (cLow >= 'a' && cLow <= 'z') ||
         (c & 0x80);
}

/* Whether the name is V or U, a number, "__", a title and zEnd, whose case
** counts; *pn is then how many characters the number has, from the second one
** on. One dot with digits around it may be among them. */
static int refineryName(const MigFile *pFile, const char *zEnd, i64 *pn) {
  const char *z = pFile->zBase;
  i64 n = (i64)strlen(z) - (i64)strlen(zEnd);
  i64 i;

  if ((z[0] != 'V' && z[0] != 'U') || n < 1 || strcmp(z + n, zEnd)) {
    return 0;
  }
  i = 1 + migFormatDigits(z + 1);
  if (i > 1 && z[i] == '.' && migIsDigit(z[i + 1])) {
    i += 1 + migFormatDigits(z + i + 1);
  }
  *pn = i - 1;
  if (*pn == 0 || z[i] != '_' || z[i + 1] != '_' || i + 2 >= n) {
    return 0;
  }
  for (i += 2; i < n; i++) {
    if (!refineryLetter(z[i])) {
      return 0;
    }
  }
  return 1;
}

/* Whether Flyway alone would read the file: a name of its pattern that is not
** one of refinery's. Only names with a title count. */
static int refineryForeign(const MigFile *pFile) {
  const char *z = pFile->zBase;
  const char *zTitle = strstr(z, "__");
  i64 nNumber;
  const char *k;

  if (zTitle == 0 || z[0] == 0 || !strchr("VURB", z[0]) ||
      !migFormatSuffix(z, ".sql") || refineryName(pFile, ".sql", &nNumber)) {
    return 0;
  }
  for (k = z + 1; k < zTitle; k++) {
    if (!migIsDigit(*k) && *k != '.' && *k != '_') {
      return 0;
    }
  }
  return z[0] == 'R' ? zTitle == z + 1 : migIsDigit(z[1]);
}

/* By number, V before U. Stems are whole names and begin with the letter. */
static int refineryOrder(const MigStep *pA, const MigStep *pB) {
  int c = migNaturalCompare(pA->zVersion, pB->zVersion);

  if (c == 0) {
    c = pB->zStem[0] - pA->zStem[0];
  }
  return c ? c : migStepByName(pA, pB);
}

/* Steps of all files of refinery's, in its order, *pn of them, in the arena.
** They are not in the folder yet: a probe leaves that as it was. Of their
** fields only those are set that say which file it is. NULL is possible when
** *pn is 0. */
static MigStep **refinerySteps(MigContext *p, MigFolder *pFolder, int *pn) {
  MigStep **ap = migAlloc(p, ((u64)pFolder->nFile + 1) * sizeof(*ap));
  int n = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    i64 nNumber;
    if (refineryName(pFile, ".sql", &nNumber)) {
      ap[n] = migAlloc(p, sizeof(MigStep));
      if (p->rc) {
        break;
      }
      ap[n]->zVersion = migStrndup(p, pFile->zBase + 1, nNumber);
      ap[n]->zStem = pFile->zBase;
      ap[n]->rev.zFile = pFile->zName;
      ap[n]->pFile = pFile;
      n++;
    }
  }
  if (p->rc == SQLITE_OK) {
    migStepSort(p, ap, n, refineryOrder);
  }
  *pn = p->rc ? 0 : n;
  return ap;
}

/* Whether there is a U among the sorted steps, and none has a V of its number:
** refinery would not run these. */
static int refineryLone(MigStep **ap, int n) {
  const char *zV = 0; /* number of the last V */
  int bLone = 0;
  int i;

  for (i = 0; i < n; i++) {
    if (ap[i]->zStem[0] == 'V') {
      zV = ap[i]->zVersion;
    } else if (zV && migNaturalCompare(zV, ap[i]->zVersion) == 0) {
      return 0;
    } else {
      bLone = 1;
    }
  }
  return bLone;
}

/* How many files are refinery's; 0 when the folder is Flyway's. Contents are
** not looked at. Flyway's probe asks this one, so that not both of them fit. */
int migRefineryProbe(MigContext *p, MigFolder *pFolder) {
  MigMark mark = migArenaMark(p);
  int bOwn = 0;
  int bForeign = 0;
  int nStep;
  int i;
  MigStep **ap = refinerySteps(p, pFolder, &nStep);

  for (i = 0; i < pFolder->nFile; i++) {
    i64 nNumber;
    bOwn |= refineryName(&pFolder->aFile[i], ".rs", &nNumber);
    bForeign |= refineryForeign(&pFolder->aFile[i]);
  }
  bOwn |= refineryLone(ap, nStep);
  migArenaRelease(p, mark);
  return bOwn && !bForeign ? nStep : 0;
}

/* Make a step of a file. FORMAT for a number with a dot. */
static void refineryRead(MigContext *p, MigFolder *pFolder, MigFile *pFile,
                         const char *zVersion) {
  MigStep *pStep = migFormatStep(p, pFolder, pFile);
  i64 nTitle; /* where the title begins: behind the letter and "__" */

  if (p->rc) {
    return;
  }
  nTitle = (i64)strlen(zVersion) + 3;
  if (strchr(zVersion, '.')) {
    migFormatFail(p, pFile, 0,
                  "refinery takes whole numbers; format flyway has such "
                  "versions");
  }
  if (p->rc || pStep == 0) {
    return;
  }
  pStep->zVersion = zVersion;
  pStep->rev.zMessage = migFormatMessage(
      p, pFile->zBase + nTitle, (i64)strlen(pFile->zBase) - 4 - nTitle);
  migFormatUp(p, pStep, pFile);
}

/* Read every file refinery would run. FORMAT when two have one number. The
** steps are left in its order, so dispatch.c sorts no more. Files in Rust are
** noted. */
void migRefineryLoad(MigContext *p, MigFolder *pFolder) {
  int n;
  int i;
  MigStep **ap = refinerySteps(p, pFolder, &n);

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (i > 0 && migNaturalCompare(ap[i - 1]->zVersion, ap[i]->zVersion) == 0) {
      migFormatFail(p, ap[i]->pFile, 0,
                    "the number of %s as well; refinery wants them to differ. "
                    "If U undoes V, give {\"format\":\"flyway\"}",
                    ap[i - 1]->rev.zFile);
    } else {
      refineryRead(p, pFolder, ap[i]->pFile, ap[i]->zVersion);
    }
  }
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    i64 nNumber;
    if (refineryName(&pFolder->aFile[i], ".rs", &nNumber)) {
      migFormatNote(p, pFolder,
                    "%s: a step in a programming language, not imported",
                    pFolder->aFile[i].zName);
    }
  }
}

/* One file a revision, all of them V. Ways back are not written; that is noted
** by the export. A name that file_template makes must be one of refinery's,
** which is found out when the files are read back. */
void migRefineryWrite(MigContext *p, MigOutput *pOut) {
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zStem =
        pRev->zStem ? pRev->zStem
                    : migPrintf(p, "V%s__%s", pRev->zVersion, pRev->zSlug);
    migOutputAdd(p, pOut, migPrintf(p, "%s.sql", zStem),
                 pRev->zUp ? pRev->zUp : "", pRev->zUp ? pRev->nUp : 0);
  }
}
