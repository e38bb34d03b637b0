/*
** format_goose.c - goose: both directions in one file, with annotations.
**
**     00002_posts_table.sql
**
**     -- +goose NO TRANSACTION
**     -- +goose Up
**     CREATE TABLE posts(id INTEGER);
**     -- +goose Down
**     DROP TABLE posts;
**
** Names are digits, '_', a title and ".sql"; order is by number. A line whose
** text begins with "--" and holds "+goose" is an annotation: Up (wanted, and
** first), Down, StatementBegin, StatementEnd, NO TRANSACTION, ENVSUB ON and
** OFF, in any case of letters, at the first column; another one is an error,
** as with goose. A script is every byte between the lines of Up and Down, or
** from Down to the end; the other annotations stay in it as comments. Where
** statements end is SQLite's to say, not the annotations'; a script that goose
** would cut elsewhere is written between StatementBegin and StatementEnd. A
** statement that only StatementEnd ends gets a ';' in front of that line when
** another one follows, or when it alters a table, which SQLite does not do
** with a comment behind it. Steps written in Go have names like ours and are
** noted.
**
** Between ENVSUB ON and OFF placeholders are replaced line by line, comment
** lines left alone, from the placeholders option only:
**
**     $NAME  ${NAME}    the value; without one FORMAT
**     ${NAME:-text}     text when there is no value or an empty one
**     ${NAME-text}      text when there is no value
**     ${NAME?message}   FORMAT with the message when there is no value
**     $$  \$            a dollar sign
**
** Any other dollar sign stands for itself. A name is an ASCII letter and then
** letters, digits and '_'.
**
** goose reads line by line (its internal/sqlparser/parser.go): outside of a
** block a statement ends with a line whose last word before one that begins
** with "--" ends in ';', and text that is left without such an end is an error.
** Blank lines and comments in front of a statement are dropped. So it cuts a
** trigger in two unless it stands in a block, and that is why written scripts
** are put into one when goose would find other statements in them than SQLite
** does.
**
**     read                             stored
**     -- +goose Up
**     -- +goose StatementBegin         -- +goose StatementBegin
**     ALTER TABLE t ADD COLUMN c       ALTER TABLE t ADD COLUMN c
**                                      ;
**     -- +goose StatementEnd           -- +goose StatementEnd
*/
#include <string.h>
#include "format.h"
#include "statement.h"
#include "text.h"

/* What a line says to goose. */
typedef enum GooseAnnotation {
  GOOSE_NONE, /* an ordinary line */
  GOOSE_UP,
  GOOSE_DOWN,
  GOOSE_BEGIN, /* of a statement */
  GOOSE_END,
  GOOSE_NO_TRANSACTION,
  GOOSE_ENVSUB_ON,
  GOOSE_ENVSUB_OFF
} GooseAnnotation;

/* The annotations, as they stand behind "+goose" and white space. */
static const struct {
  const char *zText;
  GooseAnnotation e;
} aGoose[] = {
    {"Up", GOOSE_UP},
    {"Down", GOOSE_DOWN},
    {"StatementBegin", GOOSE_BEGIN},
    {"StatementEnd", GOOSE_END},
    {"NO TRANSACTION", GOOSE_NO_TRANSACTION},
    {"ENVSUB ON", GOOSE_ENVSUB_ON},
    {"ENVSUB OFF", GOOSE_ENVSUB_OFF},
};

/* A file being read. Offsets are in the file, in bytes. The script of a section
** is the file's bytes from aStart to aEnd as long as nothing was replaced; then
** it is aText and the bytes from aCopied to aEnd. */
typedef struct GooseReader {
  MigStep *pStep;
  MigFolder *pFolder;
  MigFile *pFile;
  int iSection;     /* 0 up, 1 down, -1 before Up */
  i64 aStart[2];    /* first byte of the sections */
  i64 aEnd[2];      /* behind their last line */
  i64 aCopied[2];   /* bytes before this are in the text */
  MigText aText[2]; /* used only when something was replaced */
  i64 iStatement;   /* behind the StatementBegin of this StatementEnd, or -1 */
  i64 iOpen;        /* a StatementEnd whose statement lacks its ';', or -1 */
  int nEnded;       /* such ones that got it */
  int bSubstitute;  /* between ENVSUB ON and OFF */
  int nSubstituted; /* placeholders replaced */
} GooseReader;

/* Whether the name is one goose would run: at the top, digits and '_'. */
static int gooseName(const MigFile *pFile) {
  const char *z = pFile->zBase;
  i64 n = migFormatDigits(z);

  return pFile->zDir[0] == 0 && n > 0 && z[n] == '_' &&
         migFormatSuffix(z, ".sql");
}

/* The offset of "+goose" in the line at i, when the line's text begins with
** "--", or -1. The mark may stand anywhere behind the dashes. */
static i64 gooseMark(const char *z, i64 n, i64 i) {
  i64 iEnd = migLineEnd(z, n, i);

  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  if (iEnd - i < 2 || z[i] != '-' || z[i + 1] != '-') {
    return -1;
  }
  for (i += 2; i + 6 <= iEnd; i++) {
    if (memcmp(z + i, "+goose", 6) == 0) {
      return i;
    }
  }
  return -1;
}

/* Which annotation the line at i is. FORMAT for one that goose does not know or
** that does not begin at the first column, and then GOOSE_NONE. */
static GooseAnnotation gooseLine(MigContext *p, const MigFile *pFile, i64 i) {
  const char *z = pFile->z;
  i64 iMark = gooseMark(z, pFile->n, i);
  i64 iEnd = migFormatTrim(z, i, migLineEnd(z, pFile->n, i));
  i64 iWord = iMark + 6;
  int k;

  if (iMark < 0) {
    return GOOSE_NONE;
  }
  if (z[i] != '-') {
    migFormatFail(p, pFile, i, "blanks before -- +goose; remove them");
    return GOOSE_NONE;
  }
  while (iWord < iEnd && migIsSpace(z[iWord])) {
    iWord++;
  }
  for (k = 0; k < (int)(sizeof(aGoose) / sizeof(aGoose[0])); k++) {
    const char *zText = aGoose[k].zText;
    if ((i64)strlen(zText) == iEnd - iWord &&
        migStrNICmp(zText, z + iWord, iEnd - iWord) == 0) {
      return aGoose[k].e;
    }
  }
  migFormatFail(p, pFile, i,
                "unknown annotation '%.*s'; known are Up, Down, "
                "StatementBegin, StatementEnd, NO TRANSACTION, ENVSUB ON, "
                "ENVSUB OFF",
                migFormatClip(z + iMark, iEnd - iMark), z + iMark);
  return GOOSE_NONE;
}

/* Whether a line of the file is the annotation Up, or begins as it does. A
** mistake in the file is no error: it is still goose's. */
static int gooseFits(MigContext *p, MigFile *pFile) {
  const char *z = gooseName(pFile) ? migFormatBytes(p, pFile) : "";
  i64 n = *z ? pFile->n : 0;
  i64 i;

  for (i = migFormatStart(z, n); i < n; i = migLineEnd(z, n, i)) {
    i64 iMark = gooseMark(z, n, i);
    if (iMark >= 0) {
      for (iMark += 6; z[iMark] == ' ' || z[iMark] == '\t'; iMark++) {
      }
      if (migStrNICmp(z + iMark, "up", 2) == 0) {
        return 1;
      }
    }
  }
  return 0;
}

/* How many files have the annotation Up. Reads those with a name of goose's. */
int migGooseProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    nFit += gooseFits(p, &pFolder->aFile[i]);
  }
  return nFit;
}

/* A letter of a placeholder's name; the first is no digit and no '_'. */
static int gooseIsName(char c, int bFirst) {
  char cLow = (char)(c | 0x20);

  return (cLow >= 'a' && cLow <= 'z') ||
         (!bFirst && (c == '_' || migIsDigit(c)));
}

/* Append the value of the placeholder named by n bytes at z, whose braces hold
** zOp[0..nOp) behind the name; nOp is 0 without. FORMAT when there is no value,
** or something else stands behind the name, and for a default that holds a '$':
** goose would replace that too, and nothing here nests. */
static void gooseValue(MigContext *p, GooseReader *pReader, const char *z,
                       i64 n, const char *zOp, i64 nOp) {
  MigText *pText = &pReader->aText[pReader->iSection];
  i64 iByte = z - pReader->pFile->z;
  const char *zValue = migFormatPlaceholder(pReader->pFolder, z, n);
  int bEmpty = nOp >= 2 && zOp[0] == ':' && zOp[1] == '-';

  if (nOp > 0 && !bEmpty && zOp[0] != '-' && zOp[0] != '?') {
    migFormatFail(p, pReader->pFile, iByte,
                  "placeholder %.*s%.*s; only :- - and ? may follow the name",
                  (int)n, z, (int)nOp, zOp);
  } else if (zValue && (zValue[0] || !bEmpty)) {
    migTextStr(p, pText, zValue);
  } else if (nOp > 0 && zOp[0] != '?') {
    int nSkip = bEmpty ? 2 : 1;
    if (memchr(zOp, '$', (size_t)nOp)) {
      migFormatFail(p, pReader->pFile, iByte,
                    "a placeholder in the default of %.*s; give a value for "
                    "%.*s in the option placeholders",
                    (int)n, z, (int)n, z);
    }
    migTextAdd(p, pText, zOp + nSkip, nOp - nSkip);
  } else {
    migFormatFail(p, pReader->pFile, iByte,
                  "no value for %.*s%s%.*s; give one in the option "
                  "placeholders",
                  (int)n, z, nOp > 1 ? ": " : "", nOp > 1 ? (int)nOp - 1 : 0,
                  nOp > 1 ? zOp + 1 : "");
  }
  pReader->nSubstituted++;
}

/*
** Replace the placeholder whose '$' stands at i of a line that ends at iEnd, or
** append the '$' when it begins none. Returns the offset behind it. FORMAT for
** braces that do not close on this line.
*/
static i64 gooseDollar(MigContext *p, GooseReader *pReader, i64 i, i64 iEnd) {
  const char *z = pReader->pFile->z;
  MigText *pText = &pReader->aText[pReader->iSection];
  int bBrace = i + 1 < iEnd && z[i + 1] == '{';
  i64 iName = i + 1 + bBrace;
  i64 iAfter = iName;
  const char *zClose;

  while (iAfter < iEnd && gooseIsName(z[iAfter], iAfter == iName)) {
    iAfter++;
  }
  if (!bBrace && i + 1 < iEnd && z[i + 1] == '$') {
    migTextAdd(p, pText, "$", 1);
    return i + 2;
  }
  if (iAfter == iName && !bBrace) {
    migTextAdd(p, pText, "$", 1);
    return i + 1;
  }
  if (!bBrace) {
    gooseValue(p, pReader, z + iName, iAfter - iName, 0, 0);
    return iAfter;
  }
  zClose = memchr(z + iAfter, '}', (size_t)(iEnd - iAfter));
  if (iAfter == iName || zClose == 0) {
    migFormatFail(p, pReader->pFile, i, "${ without a name and a }");
    return iEnd;
  }
  gooseValue(p, pReader, z + iName, iAfter - iName, z + iAfter,
             zClose - (z + iAfter));
  return zClose + 1 - z;
}

/* Append the line from i to iEnd with its placeholders replaced, and before it
** what was not appended yet. Nothing for a line without a '$'. Two backslashes
** stay two, and the second does not quote what follows. */
static void gooseSubstitute(MigContext *p, GooseReader *pReader, i64 i,
                            i64 iEnd) {
  const char *z = pReader->pFile->z;
  MigText *pText = &pReader->aText[pReader->iSection];
  i64 *piCopied = &pReader->aCopied[pReader->iSection];

  if (memchr(z + i, '$', (size_t)(iEnd - i)) == 0) {
    return;
  }
  migTextAdd(p, pText, z + *piCopied, i - *piCopied);
  *piCopied = iEnd;
  while (i < iEnd && p->rc == SQLITE_OK) {
    if (z[i] == '$') {
      i = gooseDollar(p, pReader, i, iEnd);
    } else if (z[i] == '\\' && i + 1 < iEnd && z[i + 1] == '$') {
      migTextAdd(p, pText, "$", 1);
      i += 2;
    } else {
      i64 iStart = i;
      i += z[i] == '\\' && i + 1 < iEnd && z[i + 1] == '\\' ? 2 : 1;
      while (i < iEnd && z[i] != '$' && z[i] != '\\') {
        i++;
      }
      migTextAdd(p, pText, z + iStart, i - iStart);
    }
  }
}

/* Append what is before the line at i, and the ';' that is missing there. No
** line behind i has been appended yet: only comments stand between a
** StatementEnd and this call, and in these nothing is replaced. */
static void gooseClose(MigContext *p, GooseReader *pReader, i64 i) {
  MigText *pText = &pReader->aText[pReader->iSection];
  i64 *piCopied = &pReader->aCopied[pReader->iSection];

  migTextAdd(p, pText, pReader->pFile->z + *piCopied, i - *piCopied);
  migTextStr(p, pText, ";\n");
  *piCopied = i;
  pReader->iOpen = -1;
  pReader->nEnded++;
}

/* The line at i is a StatementEnd: does its statement lack a ';'? Then iOpen
** says so, for the next line that is no comment. An ALTER TABLE gets its ';' at
** once: SQLite puts the rest of its text, comments too, into what it stores of
** the schema. The bytes are the file's; placeholders in them do not count. */
static void gooseEnded(MigContext *p, GooseReader *pReader, i64 i) {
  const char *z = pReader->pFile->z + pReader->iStatement;
  i64 n = i - pReader->iStatement;
  MigStatement st;
  int bAlter = 0;
  int bOpen = 0;
  i64 iNext = 0;

  while (migScriptNext(z, n, &iNext, &st)) {
    bAlter = st.eKind == MIG_ST_ALTER_TABLE;
    bOpen = !st.bSemi;
  }
  if (bOpen) {
    pReader->iOpen = i;
    if (bAlter) {
      gooseClose(p, pReader, i);
    }
  }
}

/* Go from section to section at the line from i to iEnd. Returns whether the
** line is Up or Down. FORMAT within a block, for a second one and for a Down in
** front of Up. What was open at the end of a section needs no ';'. */
static int gooseTurn(MigContext *p, GooseReader *pReader, GooseAnnotation e,
                     i64 i, i64 iEnd) {
  int iWanted = e == GOOSE_UP ? -1 : 0;
  int iSection;

  if (e != GOOSE_UP && e != GOOSE_DOWN) {
    return 0;
  }
  if (pReader->iStatement >= 0) {
    migFormatFail(p, pReader->pFile, i, "-- +goose StatementEnd is missing");
  } else if (pReader->iSection != iWanted) {
    migFormatFail(p, pReader->pFile, i,
                  "a file has one Up and then at most one Down");
  } else {
    iSection = ++pReader->iSection;
    pReader->aStart[iSection] = iEnd;
    pReader->aEnd[iSection] = iEnd;
    pReader->aCopied[iSection] = iEnd;
    pReader->iOpen = -1;
  }
  return 1;
}

/* Note what an annotation within a section, or before the first, says. FORMAT
** for blocks that nest, or do not stand in a section. */
static void gooseState(MigContext *p, GooseReader *pReader, GooseAnnotation e,
                       i64 i, i64 iEnd) {
  if (e == GOOSE_NO_TRANSACTION) {
    pReader->pStep->zMark = "NO TRANSACTION";
  } else if (e == GOOSE_ENVSUB_ON || e == GOOSE_ENVSUB_OFF) {
    pReader->bSubstitute = e == GOOSE_ENVSUB_ON;
  } else if (e == GOOSE_BEGIN || e == GOOSE_END) {
    int bInside = pReader->iStatement >= 0;
    if (bInside == (e == GOOSE_BEGIN) || pReader->iSection < 0) {
      migFormatFail(p, pReader->pFile, i,
                    "StatementBegin and StatementEnd go in pairs, after Up or "
                    "Down");
    } else if (bInside) {
      gooseEnded(p, pReader, i);
    }
    pReader->iStatement = e == GOOSE_BEGIN ? iEnd : -1;
  }
}

/* Take in the line from i to iEnd. It is part of the section, annotation or
** not, unless it begins one. FORMAT for a statement in front of Up. */
static void gooseTake(MigContext *p, GooseReader *pReader, i64 i, i64 iEnd) {
  MigFile *pFile = pReader->pFile;
  int bIdle = migFormatIdle(pFile->z, pFile->n, i);
  GooseAnnotation e = gooseLine(p, pFile, i);

  if (p->rc || gooseTurn(p, pReader, e, i, iEnd)) {
    return;
  }
  gooseState(p, pReader, e, i, iEnd);
  if (pReader->iSection >= 0) {
    pReader->aEnd[pReader->iSection] = iEnd;
    if (pReader->iOpen >= 0 && !bIdle) {
      gooseClose(p, pReader, pReader->iOpen);
    }
    if (pReader->bSubstitute && !bIdle) {
      gooseSubstitute(p, pReader, i, iEnd);
    }
  } else if (!bIdle) {
    migFormatFail(p, pFile, i, "a statement before -- +goose Up");
  }
}

/* The script of a section and its bytes: those in the file, or the text made
** from them, to which the rest is appended. */
static const char *gooseScript(MigContext *p, GooseReader *pReader,
                               int iSection, i64 *pn) {
  MigFile *pFile = pReader->pFile;
  MigText *pText = &pReader->aText[iSection];
  i64 iStart = pReader->aStart[iSection];
  i64 iCopied = pReader->aCopied[iSection];
  i64 iEnd = pReader->aEnd[iSection];

  if (iCopied == iStart) {
    *pn = iEnd - iStart;
    return migFormatScript(p, pFile, pFile->z + iStart, *pn);
  }
  migTextAdd(p, pText, pFile->z + iCopied, iEnd - iCopied);
  *pn = pText->n;
  return migFormatScript(p, pFile, migTextZ(pText), pText->n);
}

/* Move what was read to the step, and note what was changed. FORMAT when the
** file ends within a block, or has no section. */
static void gooseFinish(MigContext *p, GooseReader *pReader) {
  MigFile *pFile = pReader->pFile;
  MigImported *pRev = &pReader->pStep->rev;

  if (pReader->iStatement >= 0) {
    migFormatFail(p, pFile, pFile->n, "-- +goose StatementEnd is missing");
  } else if (pReader->iSection < 0) {
    migFormatFail(p, pFile, 0, "no line -- +goose Up");
  }
  if (p->rc) {
    return;
  }
  pRev->zUp = gooseScript(p, pReader, 0, &pRev->nUp);
  if (pReader->iSection > 0) {
    pRev->zDown = gooseScript(p, pReader, 1, &pRev->nDown);
  }
  if (pReader->nSubstituted > 0) {
    migFormatNote(p, pReader->pFolder,
                  "%s: %d placeholders replaced, the result is stored",
                  pFile->zName, pReader->nSubstituted);
  }
  if (pReader->nEnded > 0) {
    migFormatNote(p, pReader->pFolder,
                  "%s: %d statements without a ';' before StatementEnd got one",
                  pFile->zName, pReader->nEnded);
  }
}

/* Make a step from a file, line by line. Without a Down it has no way back,
** with an empty one a way back that does nothing. */
static void gooseRead(MigContext *p, MigFolder *pFolder, MigFile *pFile) {
  i64 nVersion = migFormatDigits(pFile->zBase);
  const char *z = migFormatBytes(p, pFile);
  GooseReader reader;
  i64 i = migFormatStart(z, pFile->n);

  memset(&reader, 0, sizeof(reader));
  reader.pFolder = pFolder;
  reader.pFile = pFile;
  reader.iSection = -1;
  reader.iStatement = -1;
  reader.iOpen = -1;
  reader.pStep = migFormatStep(p, pFolder, pFile);
  if (reader.pStep == 0) {
    return;
  }
  reader.pStep->zVersion = migStrndup(p, pFile->zBase, nVersion);
  reader.pStep->rev.zMessage = migFormatMessage(
      p, pFile->zBase + nVersion, (i64)strlen(reader.pStep->zStem) - nVersion);
  while (p->rc == SQLITE_OK && i < pFile->n) {
    i64 iEnd = migLineEnd(z, pFile->n, i);
    gooseTake(p, &reader, i, iEnd);
    i = iEnd;
  }
  gooseFinish(p, &reader);
}

/* Read every file goose would run. FORMAT, with file and line, when one of
** them breaks its rules or a placeholder has no value. */
void migGooseLoad(MigContext *p, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (gooseName(&pFolder->aFile[i])) {
      gooseRead(p, pFolder, &pFolder->aFile[i]);
    }
  }
}

/* ---- writing ---- */

/* Does goose end a statement at the end of the line at i? Then *piEnd is the
** offset behind its ';': that of the last word before a comment, which begins a
** word with "--". */
static int gooseEnds(const char *z, i64 i, i64 iEnd, i64 *piEnd) {
  i64 iStart = i;
  i64 iLast = i;

  while (i < iEnd && !(z[i] == '-' && z[i + 1] == '-' &&
                       (i == iStart || migIsSpace(z[i - 1])))) {
    if (!migIsSpace(z[i])) {
      iLast = i + 1;
    }
    i++;
  }
  *piEnd = iLast;
  return iLast > iStart && z[iLast - 1] == ';';
}

/*
** Would goose, without StatementBegin, find other statements than SQLite in n
** bytes of z? Annotations that are there already are left to do their work.
**
** A token of several lines, a literal or a comment, is taken as such a case at
** once: goose sees no tokens and looks at each of its lines for an end, and for
** blank lines and comments to drop. Else every line that goose takes for an end
** must be the end of one of SQLite's statements, and the last of these must
** have such a line.
*/
static int gooseMisreads(const char *z, i64 n) {
  MigStatement st = {0};
  MigToken token;
  i64 iNext = 0; /* where the statement after st begins */
  int bMore = 1;
  i64 iLine;
  i64 iSemi;
  i64 i;

  for (i = 0; i < n; i = iLine) {
    iLine = migLineEnd(z, n, i);
    if (gooseMark(z, n, i) >= 0) {
      return 0;
    }
  }
  for (i = migTokenNext(z, n, 0, &token); token.eType != MIG_TK_END;
       i = migTokenNext(z, n, i, &token)) {
    if (token.eType != MIG_TK_SPACE &&
        memchr(z + token.iStart, '\n', (size_t)token.n)) {
      return 1;
    }
  }
  for (i = 0; i < n; i = iLine) {
    iLine = migLineEnd(z, n, i);
    if (migFormatIdle(z, n, i) || !gooseEnds(z, i, iLine, &iSemi)) {
      continue;
    }
    while (bMore && st.iStart + st.nByte < iSemi) {
      bMore = migScriptNext(z, n, &iNext, &st);
    }
    if (!bMore || st.iStart + st.nByte != iSemi) {
      return 1;
    }
  }
  return migScriptNext(z, n, &iNext, &st); /* one that goose sees no end of */
}

/* Append a section, in StatementBegin and StatementEnd where needed. All of it
** is one block then, which goose gives to its driver as a whole. */
static void gooseSection(MigContext *p, MigText *pText, const char *zName,
                         const char *z, i64 n) {
  int bWrap = z && p->rc == SQLITE_OK && gooseMisreads(z, n);

  migOutputLine(p, pText, "-- +goose %s", zName);
  if (bWrap) {
    migOutputLine(p, pText, "-- +goose StatementBegin");
  }
  migTextAdd(p, pText, z, z ? n : 0);
  migTextStr(p, pText, z && n > 0 && z[n - 1] != '\n' ? "\n" : 0);
  if (bWrap) {
    migOutputLine(p, pText, "-- +goose StatementEnd");
  }
}

/* A file a revision. NO TRANSACTION stands for both directions. Without a way
** back there is no Down. */
void migGooseWrite(MigContext *p, MigOutput *pOut) {
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    MigText text = {0, 0, 0};
    if (pRev->bNoTransaction) {
      migOutputLine(p, &text, "-- +goose NO TRANSACTION");
    }
    gooseSection(p, &text, "Up", pRev->zUp, pRev->nUp);
    if (pRev->zDown) {
      gooseSection(p, &text, "Down", pRev->zDown, pRev->nDown);
    }
    migOutputText(p, pOut, migPrintf(p, "%s.sql", migOutputStem(p, pRev)),
                  &text);
  }
}
