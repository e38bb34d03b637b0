/*
** format_sql_migrate.c - sql-migrate: both directions in one file.
**
**     1_initial.sql
**
**     -- +migrate Up notransaction
**     CREATE TABLE users(id INTEGER);
**     -- +migrate Down
**     DROP TABLE users;
**
** Every file at the top whose name ends in ".sql" is a step; one without an
** annotation is an error. Order: names that begin with digits first, by that
** number, equal numbers and all others by name, bytewise. An annotation is a
** line that begins with "-- +migrate " and one of the words Up, Down,
** StatementBegin and StatementEnd; of the words behind Up and Down only
** notransaction means something. Several sections of one direction are
** joined in the order of the file. What stands before the first Up or Down is
** not run. A lone Down leaves an up script that does nothing.
**
** The annotations are not part of the scripts. Where statements end is
** SQLite's to say; a block between StatementBegin and StatementEnd that lacks
** its last ';' gets one when more follows.
**
** Where we differ from the owner: an unknown word, an annotation behind
** blanks, or one in another case of letters is an error, as the owner would
** run a Down it does not see in the up direction; comments stay in the
** scripts; a last statement may lack its ';'; a file without a Down section
** has no way back, where the owner would forget the step without undoing it.
**
** Written files put a script into a block when the owner, who ends statements
** at lines that end with a ';', would cut it elsewhere.
**
** What the owner does (its sqlparse/sqlparse.go), line by line: one that begins
** with "-- " and not with "-- +" is dropped, wherever it stands; an annotation
** turns the reader; any other line joins the statement, which ends where the
** line's last word, before one that begins with "--", ends with a ';'. In a
** block only StatementEnd ends it. A statement without an end is an error.
**
**     read                             stored as the up script
**     -- +migrate Up
**     -- +migrate StatementBegin
**     CREATE TABLE a(x)                CREATE TABLE a(x)
**     -- +migrate StatementEnd         ;
**     CREATE TABLE b(x);               CREATE TABLE b(x);
*/
#include <string.h>
#include "format.h"
#include "text.h"
#include "token.h"
#include "statement.h"

/* The annotations. */
typedef enum SqlMigrateWord {
  SQLM_NONE, /* no annotation */
  SQLM_UP,
  SQLM_DOWN,
  SQLM_BEGIN, /* of a block */
  SQLM_END
} SqlMigrateWord;

/* The words behind zPrefix; the case of letters counts. */
static const struct {
  const char *zText;
  SqlMigrateWord e;
} aWord[] = {
    {"Up", SQLM_UP},
    {"Down", SQLM_DOWN},
    {"StatementBegin", SQLM_BEGIN},
    {"StatementEnd", SQLM_END},
};

/* What an annotation begins with, at the first column. */
static const char zPrefix[] = "-- +migrate";

/* A file being read. */
typedef struct SqlMigrateReader {
  MigStep *pStep;
  MigFile *pFile;
  int iSection;     /* 0 up, 1 down, -1 before the first */
  i64 iStart;       /* bytes from here on are not in the text yet */
  int bBlock;       /* between StatementBegin and StatementEnd */
  int bPending;     /* the last block lacks its ';' */
  int abFound[2];   /* was there such a section? */
  int abOpen[2];    /* its last part that holds SQL lacks its ';' */
  int bBefore;      /* a statement stands before the first */
  int nEnded;       /* blocks that got a ';' */
  MigText aText[2]; /* the scripts */
} SqlMigrateReader;

/* Whether the name is one sql-migrate would run: at the top, and ending in
** ".sql", whose case counts. */
static int sqlMigrateName(const MigFile *pFile) {
  size_t n = strlen(pFile->zBase);

  return pFile->zDir[0] == 0 && n > 4 &&
         strcmp(pFile->zBase + n - 4, ".sql") == 0;
}

/* The offset behind "+migrate" when the line at i is a comment that begins
** with it, or -1. It sees more than the owner does: blanks before the dashes,
** none or several behind them, any case of letters. */
static i64 sqlMigrateMark(const char *z, i64 i, i64 iEnd) {
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  if (iEnd - i < 2 || z[i] != '-' || z[i + 1] != '-') {
    return -1;
  }
  i += 2;
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  if (iEnd - i < 8 || migStrNICmp(z + i, "+migrate", 8)) {
    return -1;
  }
  i += 8;
  return i == iEnd || migIsSpace(z[i]) ? i : -1;
}

/* Which annotation the line from i to iEnd is; *piOption is then where its
** options begin. FORMAT for one that the owner would not see, or not know. */
static SqlMigrateWord sqlMigrateLine(MigContext *p, const MigFile *pFile, i64 i,
                                     i64 iEnd, i64 *piOption) {
  const char *z = pFile->z;
  i64 iWord = sqlMigrateMark(z, i, iEnd);
  i64 n = 0;
  int k;

  if (iWord < 0) {
    return SQLM_NONE;
  }
  if (memcmp(z + i, zPrefix, sizeof(zPrefix) - 1)) {
    migFormatFail(p, pFile, i,
                  "an annotation begins the line, as '-- +migrate Up' does");
    return SQLM_NONE;
  }
  while (iWord < iEnd && migIsSpace(z[iWord])) {
    iWord++;
  }
  while (iWord + n < iEnd && !migIsSpace(z[iWord + n])) {
    n++;
  }
  for (k = 0; k < (int)(sizeof(aWord) / sizeof(aWord[0])); k++) {
    if ((i64)strlen(aWord[k].zText) == n &&
        memcmp(aWord[k].zText, z + iWord, (size_t)n) == 0) {
      *piOption = iWord + n;
      return aWord[k].e;
    }
  }
  migFormatFail(p, pFile, i,
                "unknown annotation '%.*s'; known are Up, Down, "
                "StatementBegin, StatementEnd",
                migFormatClip(z + iWord, n), z + iWord);
  return SQLM_NONE;
}

/* Whether a line of the file is an annotation Up or Down, or nearly so: a
** mistake in it does not make the file another tool's. */
static int sqlMigrateFits(MigContext *p, MigFile *pFile) {
  const char *z = sqlMigrateName(pFile) ? migFormatBytes(p, pFile) : "";
  i64 n = *z ? pFile->n : 0;
  i64 i;

  for (i = migFormatStart(z, n); i < n; i = migLineEnd(z, n, i)) {
    i64 iWord = sqlMigrateMark(z, i, migLineEnd(z, n, i));
    if (iWord >= 0) {
      while (z[iWord] == ' ' || z[iWord] == '\t') {
        iWord++;
      }
      if (migStrNICmp(z + iWord, "up", 2) == 0 ||
          migStrNICmp(z + iWord, "down", 4) == 0) {
        return 1;
      }
    }
  }
  return 0;
}

/* How many files have an annotation Up or Down. Reads those with a name of
** sql-migrate's. */
int migSqlMigrateProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    nFit += sqlMigrateFits(p, &pFolder->aFile[i]);
  }
  return nFit;
}

/* Whether n bytes hold SQL; *pbOpen is set then: does it not end with ';'? Else
** *pbOpen stays as it was. Comments and white space are none. */
static int sqlMigrateHolds(const char *z, i64 n, int *pbOpen) {
  MigToken token;
  i64 i = migTokenSignificant(z, n, 0, &token);
  int bAny = token.eType != MIG_TK_END;

  while (token.eType != MIG_TK_END) {
    *pbOpen = token.eType != MIG_TK_SEMI;
    i = migTokenSignificant(z, n, i, &token);
  }
  return bAny;
}

/* Take what stands before the annotation at i into the section's script, with
** the ';' that a block before it lacks; the next part begins at iEnd. What
** stands before the first section is dropped. abOpen of the section says
** afterwards how the last SQL in it ends. */
static void sqlMigrateFlush(MigContext *p, SqlMigrateReader *pReader, i64 i,
                            i64 iEnd) {
  const char *z = pReader->pFile->z + pReader->iStart;
  i64 n = i - pReader->iStart;
  int k = pReader->iSection;

  if (k >= 0) {
    if (sqlMigrateHolds(z, n, &pReader->abOpen[k]) && pReader->bPending) {
      migTextStr(p, &pReader->aText[k], ";\n");
      pReader->nEnded++;
      pReader->bPending = 0;
    }
    migTextAdd(p, &pReader->aText[k], z, n);
  }
  pReader->iStart = iEnd;
}

/* Whether one of the words in z[i..iEnd), the options of an Up or Down, is
** notransaction. */
static int sqlMigrateAlone(const char *z, i64 i, i64 iEnd) {
  while (i < iEnd) {
    i64 iWord;
    while (i < iEnd && migIsSpace(z[i])) {
      i++;
    }
    iWord = i;
    while (i < iEnd && !migIsSpace(z[i])) {
      i++;
    }
    if (i - iWord == 13 && memcmp(z + iWord, "notransaction", 13) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Begin a section, 0 up or 1 down. One that had a part before gets a ';'
** between the two where the part lacks it, on a line of its own: the part may
** end with a comment. */
static void sqlMigrateTurn(MigContext *p, SqlMigrateReader *pReader,
                           int iSection) {
  pReader->iSection = iSection;
  pReader->bPending = 0;
  if (pReader->abOpen[iSection]) {
    migTextStr(p, &pReader->aText[iSection], "\n;\n");
    pReader->abOpen[iSection] = 0;
  }
  pReader->abFound[iSection] = 1;
}

/* Take in the line from i to iEnd. Only annotations do something: the bytes of
** other lines are taken up with the next one. FORMAT for a section that begins
** within a block. A StatementEnd without a block is passed over, by the owner
** too. */
static void sqlMigrateTake(MigContext *p, SqlMigrateReader *pReader, i64 i,
                           i64 iEnd) {
  MigFile *pFile = pReader->pFile;
  i64 iOption = iEnd;
  SqlMigrateWord e = sqlMigrateLine(p, pFile, i, iEnd, &iOption);

  if (e == SQLM_NONE) {
    if (pReader->iSection < 0 && !migFormatIdle(pFile->z, pFile->n, i)) {
      pReader->bBefore = 1;
    }
    return;
  }
  sqlMigrateFlush(p, pReader, i, iEnd);
  if (e == SQLM_UP || e == SQLM_DOWN) {
    if (pReader->bBlock) {
      migFormatFail(p, pFile, i, "-- +migrate StatementEnd is missing");
      return;
    }
    sqlMigrateTurn(p, pReader, e == SQLM_DOWN);
    if (sqlMigrateAlone(pFile->z, iOption, iEnd)) {
      pReader->pStep->zMark = "notransaction";
    }
  } else if (pReader->iSection < 0) {
    return; /* the owner passes over a block outside of the sections */
  } else if (e == SQLM_BEGIN) {
    pReader->bBlock = 1;
  } else if (pReader->bBlock) {
    pReader->bBlock = 0;
    pReader->bPending = pReader->abOpen[pReader->iSection];
  }
}

/* Move what was read, up to the file's end, to the step, and note what was
** changed. FORMAT when the file ends within a block, or has no section. */
static void sqlMigrateFinish(MigContext *p, MigFolder *pFolder,
                             SqlMigrateReader *pReader) {
  MigFile *pFile = pReader->pFile;
  MigImported *pRev = &pReader->pStep->rev;
  MigText *aText = pReader->aText;

  sqlMigrateFlush(p, pReader, pFile->n, pFile->n);
  if (pReader->bBlock) {
    migFormatFail(p, pFile, pFile->n, "-- +migrate StatementEnd is missing");
  } else if (pReader->iSection < 0) {
    migFormatFail(p, pFile, 0, "no line -- +migrate Up");
  }
  pRev->zUp = migFormatScript(p, pFile, migTextZ(&aText[0]), aText[0].n);
  pRev->nUp = aText[0].n;
  if (pReader->abFound[1]) {
    pRev->zDown = migFormatScript(p, pFile, migTextZ(&aText[1]), aText[1].n);
    pRev->nDown = aText[1].n;
  }
  if (pReader->bBefore) {
    migFormatNote(p, pFolder,
                  "%s: what stands before its first -- +migrate line is not "
                  "run",
                  pFile->zName);
  }
  if (pReader->nEnded > 0) {
    migFormatNote(p, pFolder,
                  "%s: %d statements got the ';' they lacked, the result is "
                  "stored",
                  pFile->zName, pReader->nEnded);
  }
}

/* Make a step from a file, line by line. It has no version when the name begins
** with no digit; its stem is its id then. */
static void sqlMigrateRead(MigContext *p, MigFolder *pFolder, MigFile *pFile) {
  const char *z = migFormatBytes(p, pFile);
  i64 nVersion = migFormatDigits(pFile->zBase);
  SqlMigrateReader reader;
  i64 i = migFormatStart(z, pFile->n);

  memset(&reader, 0, sizeof(reader));
  reader.pFile = pFile;
  reader.iSection = -1;
  reader.pStep = migFormatStep(p, pFolder, pFile);
  if (reader.pStep == 0) {
    return;
  }
  if (nVersion > 0) {
    reader.pStep->zVersion = migStrndup(p, pFile->zBase, nVersion);
  }
  reader.pStep->rev.zMessage = migFormatMessage(
      p, pFile->zBase + nVersion, (i64)strlen(pFile->zBase) - 4 - nVersion);
  while (p->rc == SQLITE_OK && i < pFile->n) {
    i64 iEnd = migLineEnd(z, pFile->n, i);
    sqlMigrateTake(p, &reader, i, iEnd);
    i = iEnd;
  }
  if (p->rc == SQLITE_OK) {
    sqlMigrateFinish(p, pFolder, &reader);
  }
}

/* The owner's order: those with a number first, by it; equal numbers and all
** others by name. */
static int sqlMigrateOrder(const MigStep *pA, const MigStep *pB) {
  int c = (pA->zVersion == 0) - (pB->zVersion == 0);

  if (c == 0 && pA->zVersion) {
    c = migNaturalCompare(pA->zVersion, pB->zVersion);
  }
  return c ? c : migStepByName(pA, pB);
}

/* Read every file sql-migrate would run. FORMAT, with file and line, when one
** of them breaks its rules. */
void migSqlMigrateLoad(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (sqlMigrateName(&pFolder->aFile[i])) {
      sqlMigrateRead(p, pFolder, &pFolder->aFile[i]);
    }
  }
  migStepSort(p, pFolder->apStep, pFolder->nStep, sqlMigrateOrder);
}

/* ---- writing ---- */

/* Whether the owner takes the line from i to iEnd as the end of a statement:
** the last word before one that begins with "--" ends with ';'. */
static int sqlMigrateEnds(const char *z, i64 i, i64 iEnd) {
  char cLast = 0;

  while (i < iEnd) {
    i64 iWord;
    while (i < iEnd && migIsSpace(z[i])) {
      i++;
    }
    iWord = i;
    while (i < iEnd && !migIsSpace(z[i])) {
      i++;
    }
    if (i - iWord >= 2 && z[iWord] == '-' && z[iWord + 1] == '-') {
      break;
    }
    if (i > iWord) {
      cLast = z[i - 1];
    }
  }
  return cLast == ';';
}

/*
** Whether a script must stand in a block: the owner would end a statement, or a
** comment before one, at a line within it, or see no end of the last one. Lines
** that it drops do not count. The statements are SQLite's; iStatement runs
** ahead of the lines, so the whole is one pass.
*/
static int sqlMigrateBlock(const char *z, i64 n) {
  MigStatement st;
  i64 iStatement = 0; /* end of the statement at or behind the line */
  int bMore = 1;
  int bOpen = 0; /* text since the last end the owner sees */
  i64 i;
  i64 iEnd;

  for (i = 0; i < n; i = iEnd) {
    iEnd = migLineEnd(z, n, i);
    if (iEnd - i >= 3 && memcmp(z + i, "-- ", 3) == 0) {
      continue;
    }
    while (bMore && iStatement < migFormatTrim(z, i, iEnd)) {
      bMore = migScriptNext(z, n, &iStatement, &st);
    }
    if (sqlMigrateEnds(z, i, iEnd)) {
      bOpen = 0;
      if (!bMore || iStatement > iEnd) {
        return 1; /* within a statement, or a comment behind the last one */
      }
    } else if (migFormatTrim(z, i, iEnd) > i) {
      bOpen = 1;
    }
  }
  return bOpen;
}

/* FORMAT when a line within a string or a name begins as a comment does: the
** owner drops such lines wherever they stand, in a block as well, and the
** string would be another one. */
static void sqlMigrateStrings(MigContext *p, const char *zId, const char *z,
                              i64 n) {
  MigToken token;
  i64 i = 0;

  do {
    i64 k;
    i = migTokenSignificant(z, n, i, &token);
    for (k = token.iStart;
         (token.eType == MIG_TK_STRING || token.eType == MIG_TK_QUOTED) &&
         k + 4 <= token.iStart + token.n;
         k++) {
      if (memcmp(z + k, "\n-- ", 4) == 0) {
        migFail(p, MIG_FORMAT,
                "%s: a string with a line that begins with '-- ', which "
                "sql-migrate drops; take another format",
                zId);
        return;
      }
    }
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
}

/* Write one direction of a revision. FORMAT for a script that the owner would
** change. One that is missing is an empty section. */
static void sqlMigrateSection(MigContext *p, MigText *pText,
                              const MigExported *pRev, int bDown) {
  const char *z = bDown ? pRev->zDown : pRev->zUp;
  i64 n = z ? (bDown ? pRev->nDown : pRev->nUp) : 0;
  int bBlock = sqlMigrateBlock(z ? z : "", n);

  migOutputLine(p, pText, "-- +migrate %s%s", bDown ? "Down" : "Up",
                pRev->bNoTransaction ? " notransaction" : "");
  if (bBlock) {
    migOutputLine(p, pText, "-- +migrate StatementBegin");
  }
  if (n > 0) {
    sqlMigrateStrings(p, pRev->zId, z, n);
    migTextAdd(p, pText, z, n);
  }
  if (bBlock) {
    migOutputLine(p, pText, "-- +migrate StatementEnd");
  }
}

/* One file a revision. Without a way back there is no Down section, and the
** owner forgets the step, when it goes back, without undoing it. */
void migSqlMigrateWrite(MigContext *p, MigOutput *pOut) {
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    MigText text = {0, 0, 0};
    sqlMigrateSection(p, &text, pRev, 0);
    if (pRev->zDown) {
      sqlMigrateSection(p, &text, pRev, 1);
    }
    migOutputText(p, pOut, migPrintf(p, "%s.sql", migOutputStem(p, pRev)),
                  &text);
  }
}
