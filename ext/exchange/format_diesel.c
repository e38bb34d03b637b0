/*
** format_diesel.c - diesel: a folder a revision.
**
**     2018-01-14-171611_create_tables/up.sql
**                                     down.sql
**                                     metadata.toml
**
** The version is what stands before the first '_' of the folder's name,
** without its '-'; order is by the version's text. down.sql may be missing;
** an empty one is a way back that does nothing. In metadata.toml only
** run_in_transaction means something.
**
** diesel takes every folder below the path for a revision, but those whose name
** begins with a dot, and fails when one has no up.sql. Here a folder counts
** when its name begins with a digit and has that file; other files in it, and
** other folders, stay unused. diesel demands nothing of the version but that it
** is there; its table has it as a VARCHAR(50). A file of no bytes it refuses to
** run (its file_based_migrations.rs), so none is written.
*/
#include <string.h>
#include "format.h"
#include "text.h"

/* Whether pFile is the up.sql of a folder that begins with a digit, at the
** top. The case of letters counts. */
static int dieselFits(const MigFile *pFile) {
  return migIsDigit(pFile->zDir[0]) && strchr(pFile->zDir, '/') == 0 &&
         strcmp(pFile->zBase, "up.sql") == 0;
}

/* How many folders of diesel's there are; contents are not looked at. */
int migDieselProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  MIG_UNUSED(p);
  for (i = 0; i < pFolder->nFile; i++) {
    nFit += dieselFits(&pFolder->aFile[i]);
  }
  return nFit;
}

/* The file called zBase beside the file iUp, or NULL. The files of a folder
** stand together. */
static MigFile *dieselSibling(MigFolder *pFolder, int iUp, const char *zBase) {
  MigFile *a = pFolder->aFile;
  int i = iUp;

  while (i > 0 && strcmp(a[i - 1].zDir, a[iUp].zDir) == 0) {
    i--;
  }
  for (; i < pFolder->nFile && strcmp(a[i].zDir, a[iUp].zDir) == 0; i++) {
    if (strcmp(a[i].zBase, zBase) == 0) {
      return &a[i];
    }
  }
  return 0;
}

/* Whether the n bytes of a metadata.toml, a zero behind them, say
** run_in_transaction = false. It is looked for line by line: the key at a
** line's start, blanks aside, and false behind a '='. In which table of TOML it
** stands is not looked at. */
static int dieselMark(const char *z, i64 n) {
  static const char zKey[] = "run_in_transaction";
  i64 nKey = (i64)strlen(zKey);
  i64 i;

  for (i = migFormatStart(z, n); i < n; i = migLineEnd(z, n, i)) {
    i64 k = i;
    while (z[k] == ' ' || z[k] == '\t') {
      k++;
    }
    if (n - k < nKey || memcmp(z + k, zKey, (size_t)nKey)) {
      continue;
    }
    for (k += nKey; z[k] == ' ' || z[k] == '\t' || z[k] == '='; k++) {
    }
    if (n - k >= 5 && memcmp(z + k, "false", 5) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The version of a folder's name: up to the first '_', without '-'. In the
** arena; NULL after failure. 2018-01-14-171611_x is 20180114171611. */
static const char *dieselVersion(MigContext *p, const char *zDir) {
  char *z = migStrndup(p, zDir, (i64)strcspn(zDir, "_"));
  i64 n = 0;
  i64 i;

  for (i = 0; z && z[i]; i++) {
    if (z[i] != '-') {
      z[n++] = z[i];
    }
  }
  if (z) {
    z[n] = 0;
  }
  return z;
}

/* Make a step from the folder whose up.sql is the file iUp. Its other two files
** go with it. */
static void dieselRead(MigContext *p, MigFolder *pFolder, int iUp) {
  MigFile *pUp = &pFolder->aFile[iUp];
  MigFile *pDown = dieselSibling(pFolder, iUp, "down.sql");
  MigFile *pMeta = dieselSibling(pFolder, iUp, "metadata.toml");
  MigStep *pStep = migFormatStep(p, pFolder, pUp);
  const char *zDir = pUp->zDir;
  i64 nVersion = (i64)strcspn(zDir, "_");

  if (pStep == 0) {
    return;
  }
  pStep->zStem = zDir;
  pStep->zVersion = dieselVersion(p, zDir);
  pStep->rev.zMessage =
      migFormatMessage(p, zDir + nVersion, (i64)strlen(zDir) - nVersion);
  migFormatUp(p, pStep, pUp);
  if (pDown) {
    migFormatAttach(pDown, pStep);
    migFormatDown(p, pStep, pDown);
  }
  if (pMeta) {
    const char *z = migFormatBytes(p, pMeta);
    migFormatAttach(pMeta, pStep);
    if (dieselMark(z, pMeta->n)) {
      pStep->zMark = "run_in_transaction = false";
    }
  }
}

/* Read every folder of a revision; errors are those of reading files. Two with
** one version get their whole names as ids (assemble.c). */
void migDieselLoad(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (dieselFits(&pFolder->aFile[i])) {
      dieselRead(p, pFolder, i);
    }
  }
}

/* Add a script. diesel refuses a file that is empty, so one without a script,
** z NULL, or with nothing but white space, gets a comment. */
static void scriptWrite(MigContext *p, MigOutput *pOut, const char *zName,
                        const char *z, i64 n) {
  static const char zNothing[] = "-- nothing to do\n";
  int bNothing = z == 0 || migFormatTrim(z, 0, n) == 0;

  migOutputAdd(p, pOut, zName, bNothing ? zNothing : z,
               bNothing ? (i64)strlen(zNothing) : n);
}

/* A folder a revision: up.sql always, down.sql when there is a way back,
** metadata.toml when it runs outside of a transaction. */
void migDieselWrite(MigContext *p, MigOutput *pOut) {
  static const char zMeta[] = "run_in_transaction = false\n";
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zStem = migOutputStem(p, pRev);
    scriptWrite(p, pOut, migPrintf(p, "%s/up.sql", zStem), pRev->zUp,
                pRev->nUp);
    if (pRev->zDown) {
      scriptWrite(p, pOut, migPrintf(p, "%s/down.sql", zStem), pRev->zDown,
                  pRev->nDown);
    }
    if (pRev->bNoTransaction) {
      migOutputAdd(p, pOut, migPrintf(p, "%s/metadata.toml", zStem), zMeta,
                   (i64)strlen(zMeta));
    }
  }
}
