/*
** format_atlas.c - Atlas: a file a revision, and a file of checksums.
**
**     20240512083000_init.sql         a script (atlas_script.c), or an archive
**                                     (atlas_archive.c)
**     atlas.sum                       the checksums (atlas_sum.c)
**
** Every ".sql" file at the top is a migration, in the order of the names, byte
** by byte; the version is what stands before the first '_'. Where Atlas writes
** for golang-migrate there are "x.up.sql" and "x.down.sql", which are halves of
** one revision.
**
** The sum must be right; a folder without one, where the format was named, is
** read with a note.
**
** Written are a file a revision, and the sum: Atlas's open edition runs no down
** scripts, so there are none.
*/
#include <string.h>
#include "atlas.h"

/* ---- reading ---- */

/* How many files there are beside a sum; 0 without one. Atlas also sums folders
** that other tools run; those are theirs, but golang-migrate's, whose names are
** read here as well. */
int migAtlasProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  if (migFormatFile(pFolder, MIG_ATLAS_SUM) == 0) {
    return 0;
  }
  for (i = 0; i < pFolder->nFile; i++) {
    nFit += migAtlasIsMigration(&pFolder->aFile[i]);
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
  int bDown = migAtlasEndsWith(zName, ".down.sql");
  MigStep *pStep = migFormatStep(p, pFolder, pFile);
  const char *z = migFormatBytes(p, pFile);
  i64 i = migFormatStart(z, pFile->n);
  i64 nStem;
  MigText text = {0, 0, 0};

  if (pStep == 0 || p->rc) {
    return;
  }
  nStem = (i64)strlen(zName) - (bDown                                ? 9
                                : migAtlasEndsWith(zName, ".up.sql") ? 7
                                                                     : 4);
  nVersion = nVersion < nStem ? nVersion : nStem;
  pStep->zStem = migStrndup(p, zName, nStem);
  pStep->zVersion = migStrndup(p, zName, nVersion);
  pStep->rev.zMessage = migFormatMessage(p, zName + nVersion, nStem - nVersion);
  pStep->zMark = migAtlasHasDirective(z, pFile->n, i, "txmode", "none")
                     ? "txmode none"
                     : 0;
  pStep->bSquash = migAtlasHasDirective(z, pFile->n, i, "checkpoint", 0);
  if (bDown) {
    migFormatDown(p, pStep, pFile);
  } else if (migAtlasHasDirective(z, pFile->n, i, "txtar", 0)) {
    migAtlasReadArchive(p, pFolder, pStep, pFile);
  } else {
    migTextAdd(p, &text, z, i); /* the mark of byte order stays */
    migAtlasAddScript(p, pFolder, pFile, z + i, pFile->n - i, &text);
    pStep->rev.zUp = migFormatScript(p, pFile, migTextZ(&text), text.n);
    pStep->rev.nUp = text.n;
  }
}

/* Verify the sum and read every file. FORMAT for a sum that is not right, an
** archive without its script, or two files that claim the same half. Where
** there is no sum a note says that nothing was verified. */
void migAtlasLoad(MigContext *p, MigFolder *pFolder) {
  MigFile *pSum = migFormatFile(pFolder, MIG_ATLAS_SUM);
  int bDown = 0;
  int i;

  if (pSum) {
    migFormatShare(pSum);
    migAtlasVerifySum(p, pFolder, pSum);
  } else {
    migFormatNote(p, pFolder, "there is no %s; nothing was verified",
                  MIG_ATLAS_SUM);
  }
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (migAtlasIsMigration(&pFolder->aFile[i])) {
      bDown |= migAtlasEndsWith(pFolder->aFile[i].zBase, ".down.sql");
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
    if (pRev->bNoTransaction &&
        !migAtlasHasDirective(z, pRev->nUp, 0, "txmode", "none")) {
      migOutputLine(p, &text, "-- atlas:txmode none\n");
    }
    migTextAdd(p, &text, z, pRev->nUp);
    migOutputText(p, pOut, fileName(p, pRev, nWidth), &text);
  }
  migAtlasWriteSum(p, pOut);
}
