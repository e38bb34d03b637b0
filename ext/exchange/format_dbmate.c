/*
** format_dbmate.c - dbmate: both directions in one file.
**
**     20151129054053_test_migration.sql
**
**     -- migrate:up transaction:false
**     CREATE TABLE users(id INTEGER);
**     -- migrate:down
**     DROP TABLE users;
**
** Names begin with digits, which are the version, and end in ".sql"; order is
** by file name, byte by byte. A section line begins at the first column; only
** comments and blank lines may stand before the first, which is an up. Words
** after the section's name are key:value options; transaction:false is the
** only one with a meaning. A section ends at the next section line, nowhere
** else: a column called shutdown is not one.
**
** Several pairs are several parts of one revision: their ups are joined in
** order and their downs in reverse, so that the last part is undone first.
** dbmate demands a down section; here a file without is one without a way
** back.
**
** dbmate finds its sections by regular expressions (its
** pkg/dbmate/migration.go, 2.36.0):
**
**     (?m)^--\s*migrate:up(\s*$|\s+\S+)      and one alike for down
**
** so a line counts wherever it stands, within a literal as well, and so it does
** here. It gives a section to SQLite as a whole and does not cut it. Of two
** pairs it has run the first when the second one fails: both want to add the
** same version to its table.
**
** A file of ours has such sections too. What tells them apart is our header, so
** files with one do not count when the format is being found out.
*/
#include <string.h>
#include "format.h"
#include "text.h"
#include "token.h"

/* A section of a file. */
typedef struct DbmateSection {
  int bDown;
  i64 iStart; /* its script's first byte, behind the section line */
  i64 iEnd;   /* behind its last byte; iStart when it is empty */
} DbmateSection;

/* Whether the name is one dbmate would run: at the top, a digit first. */
static int dbmateName(const MigFile *pFile) {
  return pFile->zDir[0] == 0 && migFormatDigits(pFile->zBase) > 0 &&
         migFormatSuffix(pFile->zBase, ".sql");
}

/* Whether a line of the file is an up section's and no header of our own
** format stands before it. */
static int dbmateFits(MigContext *p, MigFile *pFile) {
  const char *z;
  i64 iOption;
  i64 i;

  if (!dbmateName(pFile)) {
    return 0;
  }
  z = migFormatBytes(p, pFile);
  if (migOwnHeader(z, pFile->n)) {
    return 0;
  }
  i = migFormatStart(z, pFile->n);
  while (i < pFile->n && !migFormatSection(z, pFile->n, i, "up", &iOption)) {
    i = migLineEnd(z, pFile->n, i);
  }
  return i < pFile->n;
}

/* How many files have an up section of dbmate's and no header of ours. Reads
** them. A down section alone is no evidence. */
int migDbmateProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    nFit += dbmateFits(p, &pFolder->aFile[i]);
  }
  return nFit;
}

/* Whether one of the options in z[i..iEnd) is transaction:false. Others mean
** nothing, to dbmate as well. */
static int dbmateMark(const char *z, i64 i, i64 iEnd) {
  static const char zMark[] = "transaction:false";

  while (i < iEnd) {
    i64 iWord;
    while (i < iEnd && migIsSpace(z[i])) {
      i++;
    }
    iWord = i;
    while (i < iEnd && !migIsSpace(z[i])) {
      i++;
    }
    if (i - iWord == 17 && memcmp(z + iWord, zMark, 17) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Whether a section line begins at i, which direction it is for, and where its
** options begin. */
static int dbmateLine(const MigFile *pFile, i64 i, int *pbDown, i64 *piOption) {
  *pbDown = migFormatSection(pFile->z, pFile->n, i, "down", piOption);
  return *pbDown || migFormatSection(pFile->z, pFile->n, i, "up", piOption);
}

/*
** Find the sections of a file, which has been read; *pn of them, at least one,
** in the arena. Sets the step's mark when one of them has it. FORMAT for
** statements before the first section, none at all, or a down first.
*/
static DbmateSection *dbmateSections(MigContext *p, MigStep *pStep,
                                     MigFile *pFile, int *pn) {
  const char *z = pFile->z;
  DbmateSection *a = 0;
  int n = 0;
  i64 i = migFormatStart(z, pFile->n);

  while (i < pFile->n && p->rc == SQLITE_OK) {
    i64 iNext = migLineEnd(z, pFile->n, i);
    i64 iOption;
    int bDown;
    if (dbmateLine(pFile, i, &bDown, &iOption)) {
      if ((n & (n - 1)) == 0) { /* 0 or a power of two */
        a = migGrow(p, a, (u64)n * sizeof(*a),
                    (n ? 2 * (u64)n : 1) * sizeof(*a));
      }
      if (n == 0 && bDown) {
        migFormatFail(p, pFile, i, "-- migrate:down before -- migrate:up");
      }
      if (p->rc) {
        break;
      }
      a[n].bDown = bDown;
      a[n].iStart = iNext;
      if (dbmateMark(z, iOption, iNext)) {
        pStep->zMark = "transaction:false";
      }
      n++;
    } else if (n == 0 && !migFormatIdle(z, pFile->n, i)) {
      migFormatFail(p, pFile, i, "a statement before -- migrate:up");
    }
    if (n > 0) {
      a[n - 1].iEnd = iNext > a[n - 1].iStart ? iNext : a[n - 1].iStart;
    }
    i = iNext;
  }
  if (n == 0) {
    migFormatFail(p, pFile, 0, "no line -- migrate:up");
  }
  *pn = n;
  return a;
}

/* Whether n bytes of SQL hold something and do not end with a ';'. Comments and
** white space behind it do not count. */
static int dbmateOpen(const char *z, i64 n) {
  MigTokenType eLast = MIG_TK_SEMI;
  MigToken token;
  i64 i = migTokenSignificant(z, n, 0, &token);

  while (token.eType != MIG_TK_END) {
    eLast = token.eType;
    i = migTokenSignificant(z, n, i, &token);
  }
  return eLast != MIG_TK_SEMI;
}

/* Several sections of one direction as one script; a ';' goes behind each that
** lacks its last one. It stands on a line of its own, as the section may end
** with a comment. a[] is walked backwards for downs. */
static void dbmateJoin(MigContext *p, const MigFile *pFile,
                       const DbmateSection *a, int n, int bDown,
                       MigText *pText) {
  int bOpen = 0;
  int i;

  for (i = 0; i < n; i++) {
    const DbmateSection *pPart = &a[bDown ? n - 1 - i : i];
    const char *z = pFile->z + pPart->iStart;
    i64 nPart = pPart->iEnd - pPart->iStart;
    if (pPart->bDown == bDown) {
      migTextStr(p, pText, bOpen ? "\n;\n" : 0);
      migTextAdd(p, pText, z, nPart);
      bOpen = dbmateOpen(z, nPart);
    }
  }
}

/* The script of one direction and its bytes: the only such section as it is, or
** several joined. NULL, and *pnOut as it was, when there is none. TOO_BIG. */
static const char *dbmateScript(MigContext *p, const MigFile *pFile,
                                const DbmateSection *a, int n, int bDown,
                                i64 *pnOut) {
  MigText text = {0, 0, 0};
  int nPart = 0;
  int iLast = 0;
  int i;

  for (i = 0; i < n; i++) {
    if (a[i].bDown == bDown) {
      nPart++;
      iLast = i;
    }
  }
  if (nPart == 0) {
    return 0;
  }
  if (nPart == 1) {
    *pnOut = a[iLast].iEnd - a[iLast].iStart;
    return migFormatScript(p, pFile, pFile->z + a[iLast].iStart, *pnOut);
  }
  dbmateJoin(p, pFile, a, n, bDown, &text);
  *pnOut = text.n;
  return migFormatScript(p, pFile, migTextZ(&text), text.n);
}

/* Make a step from a file; its sections become the scripts. More than one pair
** is noted, as the scripts are not the file's bytes then. */
static void dbmateRead(MigContext *p, MigFolder *pFolder, MigFile *pFile) {
  const char *z = pFile->zBase;
  i64 nVersion = migFormatDigits(z);
  MigStep *pStep = migFormatStep(p, pFolder, pFile);
  DbmateSection *a;
  int n;

  if (pStep == 0) {
    return;
  }
  (void)migFormatBytes(p, pFile);
  pStep->zVersion = migStrndup(p, z, nVersion);
  pStep->rev.zMessage =
      migFormatMessage(p, z + nVersion, (i64)strlen(pStep->zStem) - nVersion);
  a = dbmateSections(p, pStep, pFile, &n);
  if (p->rc) {
    return;
  }
  pStep->rev.zUp = dbmateScript(p, pFile, a, n, 0, &pStep->rev.nUp);
  pStep->rev.zDown = dbmateScript(p, pFile, a, n, 1, &pStep->rev.nDown);
  if (n > 2) {
    migFormatNote(p, pFolder,
                  "%s: %d sections, joined: ups in order, downs in reverse",
                  pFile->zName, n);
  }
}

/* Read every file dbmate would run. FORMAT, with file and line, when one of
** them breaks its rules. */
void migDbmateLoad(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (dbmateName(&pFolder->aFile[i])) {
      dbmateRead(p, pFolder, &pFolder->aFile[i]);
    }
  }
}

/* Append a section; its script gets a line end where it has none, so that the
** next section line begins one. z may be NULL: the section is empty. */
static void dbmateSection(MigContext *p, MigText *pText, const char *zName,
                          int bAlone, const char *z, i64 n) {
  migOutputLine(p, pText, "-- migrate:%s%s", zName,
                bAlone ? " transaction:false" : "");
  migTextAdd(p, pText, z, z ? n : 0);
  migTextStr(p, pText, z && n > 0 && z[n - 1] != '\n' ? "\n" : 0);
}

/* A file a revision. dbmate runs none without a down section, so one is there
** always; read back, a missing way back and an empty one cannot be told apart,
** which is noted. A script that holds a line like a section is found out when
** the files are read back (compose.c). */
void migDbmateWrite(MigContext *p, MigOutput *pOut) {
  int nOneWay = 0;
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    int bAlone = pRev->bNoTransaction;
    MigText text = {0, 0, 0};
    dbmateSection(p, &text, "up", bAlone, pRev->zUp, pRev->nUp);
    dbmateSection(p, &text, "down", bAlone, pRev->zDown, pRev->nDown);
    migOutputText(p, pOut, migPrintf(p, "%s.sql", migOutputStem(p, pRev)),
                  &text);
    nOneWay += pRev->zUp && pRev->zDown == 0;
  }
  if (nOneWay > 0) {
    migOutputNote(p, pOut,
                  "%d revisions without a down script have an empty one, for "
                  "dbmate demands it",
                  nOneWay);
  }
}
