/*
** format_sqlx.c - sqlx: a file a revision, or one a direction.
**
**     20230319185725_deleted_at.sql
**     7_accounts.up.sql   7_accounts.down.sql
**
** Names are a number, '_', a title, perhaps ".up" or ".down", and ".sql", at
** the top of the folder; a file without '_' is none of sqlx's. The number is
** a signed one of 64 bits; order is by it, and it alone pairs the halves. The
** whole file is the script. One that begins, at its very first byte, with
**
**     -- no-transaction
**
** runs outside a transaction. Nothing but that line tells such a folder from
** plain numbers or golang-migrate, so a folder without it has to be named.
** sqlx refuses two files with one number when it runs them; here they are two
** revisions.
**
** As in sqlx-core's migrate/source.rs the name is cut at its first '_', what is
** before it has to be a number, and what is behind has to end with ".sql"; the
** case of letters counts. sqlx compares the SHA-384 of a file with the one it
** has stored, so a file that is given back must be the same to the byte:
** scripts are stored as they are, and the mark stays in them as a comment. That
** it is dropped is noted, whichever file of a pair has it.
*/
#include "format.h"
#include <string.h>

/* The mark, without a line end: sqlx wants the file to begin with these bytes
** and does not look at what follows. */
static const char zNoTransaction[] = "-- no-transaction";

/* The parts of a name. */
typedef struct SqlxName {
  i64 nVersion; /* what stands before the first '_' */
  i64 nStem;    /* the name without .up, .down and .sql */
  int bUp;      /* the name says .up */
  int bDown;    /* it says .down */
} SqlxName;

/* Whether z ends with zEnd, byte for byte; z may be zEnd itself. */
static int endsWith(const char *z, const char *zEnd) {
  size_t n = strlen(z);
  size_t nEnd = strlen(zEnd);

  return n >= nEnd && memcmp(z + n - nEnd, zEnd, nEnd) == 0;
}

/* The parts of a name; whether sqlx would look at the file. Whether the number
** is one is not asked yet: sqlx fails when it is none. */
static int sqlxName(const MigFile *pFile, SqlxName *pName) {
  const char *z = pFile->zBase;

  memset(pName, 0, sizeof(*pName));
  pName->nVersion = (i64)strcspn(z, "_");
  if (pFile->zDir[0] || z[pName->nVersion] == 0 ||
      !endsWith(z + pName->nVersion, ".sql")) {
    return 0;
  }
  pName->nStem = (i64)strlen(z) - 4;
  pName->bUp = endsWith(z + pName->nVersion, ".up.sql");
  pName->bDown = endsWith(z + pName->nVersion, ".down.sql");
  pName->nStem -= pName->bUp ? 3 : pName->bDown ? 5 : 0;
  return 1;
}

/* Whether n bytes at z are digits and their value fits 63 bits. (sqlx takes a
** sign as well, which no tool writes.) */
static int sqlxNumber(const char *z, i64 n) {
  if (n == 0 || migFormatDigits(z) < n) {
    return 0;
  }
  while (n > 1 && z[0] == '0') {
    z++;
    n--;
  }
  return n < 19 || (n == 19 && memcmp(z, "9223372036854775807", 19) <= 0);
}

/* Whether the file begins with sqlx's mark. */
static int sqlxMark(const char *z, i64 n) {
  i64 nMark = (i64)strlen(zNoTransaction);

  return n >= nMark && memcmp(z, zNoTransaction, (size_t)nMark) == 0;
}

/* How many files begin with the mark that only sqlx has. Reads those with a
** name of sqlx's. */
int migSqlxProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    SqlxName name;
    if (sqlxName(pFile, &name) && sqlxNumber(pFile->zBase, name.nVersion)) {
      const char *z = migFormatBytes(p, pFile);
      nFit += sqlxMark(z, pFile->n);
    }
  }
  return nFit;
}

/* Make a step, or one half of it, from a file. FORMAT for a name that sqlx
** stumbles over. The script is the whole file, its mark included. */
static void sqlxRead(MigContext *p, MigFolder *pFolder, MigFile *pFile,
                     const SqlxName *pName) {
  const char *z = pFile->zBase;
  MigStep *pStep;

  if (!sqlxNumber(z, pName->nVersion)) {
    migFormatFail(p, pFile, 0,
                  "what stands before the _ of the name is no number of 64 "
                  "bits; rename the file");
    return;
  }
  pStep = migFormatStep(p, pFolder, pFile);
  if (pStep) {
    pStep->zVersion = migStrndup(p, z, pName->nVersion);
    pStep->zStem = migStrndup(p, z, pName->nStem);
    pStep->rev.zMessage = migFormatMessage(p, z + pName->nVersion,
                                           pName->nStem - pName->nVersion);
    (pName->bDown ? migFormatDown : migFormatUp)(p, pStep, pFile);
    if (sqlxMark(pFile->z ? pFile->z : "", pFile->n)) {
      pStep->zMark = zNoTransaction;
    }
  }
}

/* Read every file sqlx would run and pair the halves. FORMAT when two files
** claim the same half, or a name has no number. */
void migSqlxLoad(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    SqlxName name;
    if (sqlxName(&pFolder->aFile[i], &name)) {
      sqlxRead(p, pFolder, &pFolder->aFile[i], &name);
    }
  }
  migFormatPair(p, pFolder);
}

/* One script as a file, the mark before it if it needs one and has none. n is 0
** when there is no script, z then "". */
static void sqlxFile(MigContext *p, MigOutput *pOut, const MigExported *pRev,
                     const char *zName, const char *z, i64 n) {
  MigText text = {0, 0, 0};

  if (pRev->bNoTransaction && !sqlxMark(z, n)) {
    migOutputLine(p, &text, "%s", zNoTransaction);
  }
  migTextAdd(p, &text, z, n);
  migOutputText(p, pOut, zName, &text);
}

/* Write the up and the down script of each revision, ".up" and ".down" in all
** names when any has a way back: sqlx wants one kind in a folder. */
void migSqlxWrite(MigContext *p, MigOutput *pOut) {
  int bPair = 0;
  int i;

  for (i = 0; i < pOut->nRevision; i++) {
    bPair |= pOut->aRevision[i].zDown != 0;
  }
  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zStem = migOutputStem(p, pRev);
    sqlxFile(p, pOut, pRev, migPrintf(p, "%s%s.sql", zStem, bPair ? ".up" : ""),
             pRev->zUp ? pRev->zUp : "", pRev->nUp);
    if (pRev->zDown) {
      sqlxFile(p, pOut, pRev, migPrintf(p, "%s.down.sql", zStem), pRev->zDown,
               pRev->nDown);
    }
  }
}
