/*
** format_plain.c - numbered SQL files, as many projects run by hand.
**
**     0001_init.sql   V0002.Accounts.up.sql   V0002.Accounts.down.sql
**     0.10/00__activity.sql
**
** A name is digits, a letter V before them allowed, then nothing or
** separators out of "_-. " and a title, then perhaps ".up" or ".down", and
** ".sql". Order is by folder and then by number, both as people count, so 0.2
** comes before 0.10; equal numbers by name. Halves are paired as
** golang-migrate's. The whole file is the script.
**
** A file with the sections of another tool is refused: run as a whole it would
** undo itself (direction.c).
**
** When the path names one file it is read whatever its name.
**
** The versions are the digits without the V, and so are the ids:
**
**     0001_init.sql               0001, "init"
**     V0002.Accounts.up.sql       0002, "Accounts"
**     0.10/00__activity.sql       0.10_00__activity, "activity"
**     1a.sql                      not read: no separator behind the number
**
** Endings and the V count in any case of letters. Nobody owns this format, so
** it is taken only when nothing but numbers speaks for another one
** (dispatch.c).
*/
#include <string.h>
#include "format.h"
#include "text.h"

/* The parts of a name; offsets and lengths in MigFile.zBase, in bytes. */
typedef struct PlainName {
  i64 iVersion; /* where the digits begin, or the title without digits */
  i64 nVersion; /* how many */
  i64 nStem;    /* the name without .up, .down and .sql */
  int bDown;    /* the name says .down */
} PlainName;

/* The parts of a name; whether it is one of this format. Of one that is not,
** nStem and bDown are set all the same: the title is the whole of it then. */
static int plainName(const MigFile *pFile, PlainName *pName) {
  const char *z = pFile->zBase;
  i64 n = (i64)strlen(z);

  memset(pName, 0, sizeof(*pName));
  pName->nStem = n;
  if (!migFormatSuffix(z, ".sql")) {
    return 0;
  }
  n -= 4;
  pName->bDown = migFormatSuffix(z, ".down.sql");
  if (pName->bDown) {
    n -= 5;
  } else if (migFormatSuffix(z, ".up.sql")) {
    n -= 3;
  }
  pName->nStem = n;
  pName->iVersion = z[0] == 'V' || z[0] == 'v';
  pName->nVersion = migFormatDigits(z + pName->iVersion);
  n = pName->iVersion + pName->nVersion;
  if (pName->nVersion > 0 && (n == pName->nStem || strchr("_-. ", z[n]) != 0)) {
    return 1;
  }
  pName->iVersion = 0;
  pName->nVersion = 0;
  return 0;
}

/* How many names fit, at any depth; contents are not looked at. The one file
** that the path names fits by its ending alone. */
int migPlainProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  MIG_UNUSED(p);
  for (i = 0; i < pFolder->nFile; i++) {
    const MigFile *pFile = &pFolder->aFile[i];
    PlainName name;
    nFit += plainName(pFile, &name) ||
            (pFolder->bSingle && migFormatSuffix(pFile->zBase, ".sql"));
  }
  return nFit;
}

/* Make a step, or one half of it, from a file. It has no version when the name
** has no number. */
static void plainRead(MigContext *p, MigFolder *pFolder, MigFile *pFile,
                      const PlainName *pName) {
  const char *z = pFile->zBase;
  MigStep *pStep = migFormatStep(p, pFolder, pFile);
  i64 iTitle = pName->iVersion + pName->nVersion;

  if (pStep) {
    pStep->zDir = pFile->zDir;
    if (pName->nVersion > 0) {
      pStep->zVersion = migStrndup(p, z + pName->iVersion, pName->nVersion);
    }
    pStep->zStem = migStrndup(p, z, pName->nStem);
    pStep->rev.zMessage =
        migFormatMessage(p, z + iTitle, pName->nStem - iTitle);
    (pName->bDown ? migFormatDown : migFormatUp)(p, pStep, pFile);
  }
}

/* Note the files without a direction when they stand among pairs that
** golang-migrate would read: at the top, digits and '_'. Such a folder could be
** its owner's, who passes over the others, so one says how it was taken. */
static void mixedNote(MigContext *p, MigFolder *pFolder) {
  const char *zFirst = 0;
  int nWhole = 0;
  int nHalf = 0;
  int i;

  for (i = 0; i < pFolder->nFile; i++) {
    const MigFile *pFile = &pFolder->aFile[i];
    PlainName name;
    if (!plainName(pFile, &name)) {
      continue;
    }
    if (name.bDown || migFormatSuffix(pFile->zBase, ".up.sql")) {
      nHalf += pFile->zBase[name.nVersion] == '_' && pFile->zDir[0] == 0;
    } else if (nWhole++ == 0) {
      zFirst = pFile->zName;
    }
  }
  if (nHalf > 0 && nWhole > 0) {
    migFormatNote(p, pFolder,
                  "%s%s: taken as a revision beside .up.sql files; "
                  "golang-migrate passes over such a file, and so does "
                  "{\"format\":\"golang-migrate\"}",
                  zFirst, nWhole > 1 ? " and others" : "");
  }
}

/* Read every file with such a name, or the one file that was named and its
** other half, and pair the halves. FORMAT when two files claim the same half.
*/
void migPlainLoad(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    PlainName name;
    if (plainName(pFile, &name) || pFolder->bSingle) {
      plainRead(p, pFolder, pFile, &name);
    }
  }
  mixedNote(p, pFolder);
  migFormatPair(p, pFolder);
}

/* A file for each, or, when one has a down script, an .up.sql for each and a
** .down.sql for those. All names are of one kind, so that the loader does not
** note a mixture. The files are the scripts' bytes; one without an up script is
** empty. */
void migPlainWrite(MigContext *p, MigOutput *pOut) {
  int bPairs = 0;
  int i;

  for (i = 0; i < pOut->nRevision; i++) {
    bPairs |= pOut->aRevision[i].zDown != 0;
  }
  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zStem = migOutputStem(p, pRev);
    migOutputAdd(p, pOut, migPrintf(p, bPairs ? "%s.up.sql" : "%s.sql", zStem),
                 pRev->zUp ? pRev->zUp : "", pRev->nUp);
    if (pRev->zDown) {
      migOutputAdd(p, pOut, migPrintf(p, "%s.down.sql", zStem), pRev->zDown,
                   pRev->nDown);
    }
  }
}
