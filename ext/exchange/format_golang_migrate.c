/*
** format_golang_migrate.c - golang-migrate: a file a direction.
**
**     20240731203656_init.up.sql
**     20240731203656_init.down.sql
**
** Names are digits, '_', a title, ".up" or ".down" and ".sql", at the top of
** the folder; order is by number. The number alone pairs the halves, titles
** may differ (their owner looks at nothing else); when a number is used twice
** equal titles pair. The whole file is the script. A revision with a down
** file only does nothing on its way up, as with its owner. The owner
** passes over other files; with a numbered one among them the folder is not
** taken for its own (format_plain.c).
**
** The owner's pattern (its source/parse.go) is
**
**     ^([0-9]+)_(.*)\.(down|up)\.(.*)$
**
** and its numbers have 64 bits; here they may have any length. It takes any
** last ending; here, as it is SQLite's, .sql in any case of letters. It knows
** no mark in a file and runs one in a transaction of its own, in which a BEGIN
** fails, unless its URL says x-no-tx-wrap.
*/
#include <string.h>
#include "format.h"

/* The parts of a name; whether it is one of this format. *pnVersion is how many
** digits it has, *pnStem how many bytes stand before .up or .down. They are
** set, but mean nothing, when it is not. */
static int golangName(const MigFile *pFile, i64 *pnVersion, i64 *pnStem,
                      int *pbDown) {
  const char *z = pFile->zBase;

  *pnVersion = migFormatDigits(z);
  *pbDown = migFormatSuffix(z, ".down.sql");
  *pnStem = (i64)strlen(z) - (*pbDown ? 9 : 7);
  return pFile->zDir[0] == 0 && *pnVersion > 0 && z[*pnVersion] == '_' &&
         (*pbDown || migFormatSuffix(z, ".up.sql")) && *pnStem > *pnVersion;
}

/* Is it a step by its number that the owner would pass over: digits, a
** separator, .sql, and no direction? */
static int golangPasses(const MigFile *pFile) {
  i64 n = migFormatDigits(pFile->zBase);

  return pFile->zDir[0] == 0 && n > 0 && strchr("_-. ", pFile->zBase[n]) != 0 &&
         migFormatSuffix(pFile->zBase, ".sql") &&
         !migFormatSuffix(pFile->zBase, ".up.sql") &&
         !migFormatSuffix(pFile->zBase, ".down.sql");
}

/* How many names fit; contents are not looked at. None when a numbered file
** without a direction stands beside them: the format plain reads both, and no
** step is lost. */
int migGolangMigrateProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  MIG_UNUSED(p);
  for (i = 0; i < pFolder->nFile; i++) {
    i64 nVersion;
    i64 nStem;
    int bDown;
    if (golangPasses(&pFolder->aFile[i])) {
      return 0;
    }
    nFit += golangName(&pFolder->aFile[i], &nVersion, &nStem, &bDown);
  }
  return nFit;
}

/* Read every file with such a name and pair the halves. FORMAT when two files
** claim the same half. Other files stay unused. */
void migGolangMigrateLoad(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    MigStep *pStep;
    i64 nVersion;
    i64 nStem;
    int bDown;
    if (golangName(pFile, &nVersion, &nStem, &bDown) &&
        (pStep = migFormatStep(p, pFolder, pFile)) != 0) {
      pStep->zVersion = migStrndup(p, pFile->zBase, nVersion);
      pStep->zStem = migStrndup(p, pFile->zBase, nStem);
      pStep->rev.zMessage =
          migFormatMessage(p, pFile->zBase + nVersion, nStem - nVersion);
      (bDown ? migFormatDown : migFormatUp)(p, pStep, pFile);
    }
  }
  migFormatPair(p, pFolder);
}

/* An up file for each, an empty one where there is no script, and down files
** where there are down scripts. That a revision runs outside of a transaction
** cannot be said. */
void migGolangMigrateWrite(MigContext *p, MigOutput *pOut) {
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zStem = migOutputStem(p, pRev);
    migOutputAdd(p, pOut, migPrintf(p, "%s.up.sql", zStem),
                 pRev->zUp ? pRev->zUp : "", pRev->nUp);
    if (pRev->zDown) {
      migOutputAdd(p, pOut, migPrintf(p, "%s.down.sql", zStem), pRev->zDown,
                   pRev->nDown);
    }
  }
}
