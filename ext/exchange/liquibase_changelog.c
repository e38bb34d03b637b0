/*
** liquibase_changelog.c - a changelog, read line by line.
**
** A line that begins with two dashes, blanks or none, and a word is one of:
**
**     changeset AUTHOR:ID NAME:VALUE ...   begins a changeset
**     comment TEXT                         its message
**     rollback SQL                         a line of its down script
**     preconditions, precondition-...      left as comments, noted
**     validCheckSum ...                    dropped
**     property name:X value:Y dbms:Z       ${X} is Y from here on
**     ignoreLines:N   ignoreLines:start ... ignoreLines:end
**
** in any case of letters, wherever it stands, also within strings. With one
** dash, or in a form the owner does not know, it is FORMAT, as there. A down
** script may also stand between lines that are a block comment's start with
** the words "liquibase rollback" and its end. All other lines are the script's.
**
** Where we differ from the owner: an ignoreLines:start without end and an
** unclosed rollback are errors; a rollback in a block comment keeps its line
** ends.
**
**     --changeset bob:1
**     --comment names are kept
**     CREATE TABLE a(x);
**     --rollback DROP TABLE a;
**     -- a comment of the script
**
** is a changeset with the message "names are kept", the third and the last line
** as its up script, and DROP TABLE a; as its down script.
*/
#include <string.h>
#include "liquibase.h"

/* Pass over the lines that the line at iLine, ignoreLines:..., names; it ends
** at i. Returns where reading goes on. FORMAT for another form, and for a start
** without its end. A number may be greater than the lines there are; counting
** stops at the file's size, so that it cannot overflow. "ignore:" is a form
** that the owner refuses, too. */
static i64 ignoreLines(MigContext *p, MigLiquibaseReader *pReader, i64 iLine,
                       const MigLiquibaseLine *pLine, i64 i) {
  const MigFile *pFile = pReader->pFile;
  const char *z = pFile->z;
  i64 iArg = pLine->iWord + pLine->nWord + 1;
  i64 nArg = pLine->iEnd - iArg;
  i64 nLine = 0;
  i64 k = 0;

  if (pLine->nDash == 2 && pLine->nWord == 11 &&
      migLiquibaseWordIs(z + iArg, nArg, "start")) {
    while (i < pFile->n) {
      i64 iEnd = migLineEnd(z, pFile->n, i);
      MigLiquibaseLine line = migLiquibaseReadLine(z, i, iEnd);
      i = iEnd;
      if (line.nDash == 2 && !line.bIndent &&
          migLiquibaseLineIs(z, &line, "ignoreLines") &&
          migLiquibaseWordIs(z + line.iWord + 11, line.iEnd - line.iWord - 11,
                             ":end")) {
        return i;
      }
    }
    migFormatFail(p, pFile, iLine, "--ignoreLines:end is missing");
    return i;
  }
  while (k < nArg && migIsDigit(z[iArg + k]) && nLine < pFile->n) {
    nLine = nLine * 10 + z[iArg + k++] - '0';
  }
  if (pLine->nDash != 2 || pLine->nWord == 6 || nArg == 0 ||
      !migIsDigit(z[iArg]) || iArg + migFormatDigits(z + iArg) != pLine->iEnd) {
    migFormatFail(p, pFile, iLine,
                  "write --ignoreLines:NUMBER, or --ignoreLines:start and "
                  "--ignoreLines:end");
  }
  while (nLine-- > 0 && i < pFile->n && p->rc == SQLITE_OK) {
    i = migLineEnd(z, pFile->n, i);
  }
  return i;
}

/* Whether the lines from i on, of which the first ends at iEnd, are a down
** script in a block comment: it is taken in, and *piNext is where reading goes
** on. The first line holds nothing else; the comment ends where a line does.
** FORMAT when it has no end. */
static int rollbackBlock(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                         i64 iEnd, i64 *piNext) {
  static const char *const azPart[] = {"/*", "liquibase", "rollback"};
  const MigFile *pFile = pReader->pFile;
  const char *z = pFile->z;
  i64 k = i;
  int iPart;

  for (iPart = 0; iPart < 3; iPart++) {
    i64 n = (i64)strlen(azPart[iPart]);
    k = migLiquibaseBlanks(z, k, iEnd);
    if (iEnd - k < n || migStrNICmp(z + k, azPart[iPart], n)) {
      return 0;
    }
    k += n;
  }
  if (migLiquibaseBlanks(z, k, iEnd) < iEnd) {
    return 0;
  }
  for (k = iEnd; k < pFile->n; k = iEnd) {
    i64 iTrim;
    iEnd = migLineEnd(z, pFile->n, k);
    iTrim = migFormatTrim(z, k, iEnd);
    if (iTrim - k >= 2 && memcmp(z + iTrim - 2, "*/", 2) == 0) {
      migTextAdd(p, &pReader->down, z + k, iTrim - 2 - k);
      migTextStr(p, &pReader->down, iTrim - 2 > k ? "\n" : 0);
      *piNext = iEnd;
      return 1;
    }
    migTextAdd(p, &pReader->down, z + k, iEnd - k);
  }
  migFormatFail(p, pFile, i, "the rollback in this comment is not closed");
  *piNext = pFile->n;
  return 1;
}

/* A line of the changeset from i to iEnd that begins with a word of the
** owner's: take it in and return 1. 0 when it is a line of the script, such as
** a comment that only begins alike, and for a precondition, which is counted
** and stays. A rollback goes in with its line end; of two comments the last
** counts. FORMAT for a form that the owner does not know. */
static int changesetWord(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                         i64 iEnd, const MigLiquibaseLine *pLine) {
  const char *z = pReader->pFile->z;
  i64 iAfter = pLine->iWord + pLine->nWord;
  i64 iColon = iAfter + (iAfter < iEnd && z[iAfter] == ':');
  int bBlank = iAfter < pLine->iEnd && migIsSpace(z[iAfter]);
  int bText = !pLine->bIndent && iColon < pLine->iEnd && z[iColon] == ' ';
  const char *zWanted = 0;

  if (bText && migLiquibaseLineIs(z, pLine, "comment") && pLine->nDash == 2) {
    i64 iText = migLiquibaseBlanks(z, iColon, pLine->iEnd);
    pReader->set.zComment = migStrndup(p, z + iText, pLine->iEnd - iText);
    return 1;
  }
  if (bText &&
      (migLiquibaseLineIs(z, pLine, "comment") ||
       (migLiquibaseLineIs(z, pLine, "comments") && pLine->nDash == 2))) {
    zWanted = "--comment TEXT";
  } else if (bText && migLiquibaseLineIs(z, pLine, "validCheckSum")) {
    zWanted = pLine->nDash == 2 ? 0 : "--validCheckSum SUM";
    if (zWanted == 0) {
      return 1;
    }
  } else if (migLiquibaseLineIs(z, pLine, "rollback") && pLine->nDash == 2 &&
             (bBlank || iAfter == pLine->iEnd)) {
    iAfter += iAfter < iEnd && (z[iAfter] == ' ' || z[iAfter] == '\t');
    migTextAdd(p, &pReader->down, z + iAfter, iEnd - iAfter);
    pReader->set.bRollback = 1;
    return 1;
  } else if (migLiquibaseLineIs(z, pLine, "rollback") && pLine->nDash == 1 &&
             bBlank) {
    zWanted = "--rollback SQL";
  } else if (migLiquibaseLineIs(z, pLine, "preconditions") ||
             (migLiquibaseLineIs(z, pLine, "precondition") &&
              iAfter < pLine->iEnd && z[iAfter] == '-')) {
    zWanted = pLine->nDash == 1 ? "--preconditions ..." : 0;
    pReader->nCheck++;
  }
  if (zWanted) {
    migFormatFail(p, pReader->pFile, i, "not a form Liquibase knows; write %s",
                  zWanted);
  }
  return 0;
}

/* Take in the line from i to iEnd that belongs to a changeset: a word of the
** owner's, the start of a down script, or a line of the script. Returns where
** reading goes on. */
static i64 changesetLine(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                         i64 iEnd, const MigLiquibaseLine *pLine) {
  i64 iNext = iEnd;

  if (pLine->nDash > 0 && changesetWord(p, pReader, i, iEnd, pLine)) {
    return iEnd;
  }
  if (rollbackBlock(p, pReader, i, iEnd, &iNext)) {
    pReader->set.bRollback = 1;
  } else {
    migTextAdd(p, &pReader->up, pReader->pFile->z + i, iEnd - i);
  }
  return iNext;
}

/* Take in the line at i. Properties and ignored lines are the same in and out
** of a changeset. *pbOutside is set when it is SQL before the first changeset,
** which the owner does not run either. Returns where reading goes on. */
static i64 liquibaseTake(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                         int *pbOutside) {
  const MigFile *pFile = pReader->pFile;
  const char *z = pFile->z;
  i64 iEnd = migLineEnd(z, pFile->n, i);
  MigLiquibaseLine line = migLiquibaseReadLine(z, i, iEnd);
  i64 iAfter = line.iWord + line.nWord;
  char cAfter = (char)(iAfter < line.iEnd ? z[iAfter] : 0);

  if (line.nDash > 0 && migLiquibaseLineIs(z, &line, "property") &&
      migIsSpace(cAfter)) {
    migLiquibaseProperty(p, pReader, i, &line);
    return iEnd;
  }
  if (line.nDash > 0 && !line.bIndent && cAfter == ':' &&
      (migLiquibaseLineIs(z, &line, "ignoreLines") ||
       (migLiquibaseLineIs(z, &line, "ignore") && line.nDash == 2))) {
    return ignoreLines(p, pReader, i, &line, iEnd);
  }
  if ((line.nDash == 2 && line.nWord >= 9 &&
       migStrNICmp(z + line.iWord, "changeset", 9) == 0) ||
      (line.nDash == 1 && !line.bIndent &&
       migLiquibaseLineIs(z, &line, "changeset") && migIsSpace(cAfter))) {
    migLiquibaseEnd(p, pReader);
    migLiquibaseBegin(p, pReader, i, &line);
    return iEnd;
  }
  if (pReader->set.iLine >= 0) {
    return changesetLine(p, pReader, i, iEnd, &line);
  }
  if (line.nDash == 2 && !line.bIndent &&
      migLiquibaseLineIs(z, &line, "comment") &&
      (cAfter == ' ' || cAfter == ':')) {
    migFormatFail(p, pFile, i, "a comment outside of a changeset");
  }
  *pbOutside |= !migFormatIdle(z, pFile->n, i);
  return iEnd;
}

/* Read a changelog, whose bytes are there, line by line, and make steps of its
** changesets. Its first line, which says that it is one, is passed over as any
** comment. The file counts as shared, for changesets stand side by side in it.
** FORMAT, with the line, for what the owner would refuse; TOO_BIG. */
void migLiquibaseRead(MigContext *p, MigLiquibaseReader *pReader,
                      MigFile *pFile) {
  i64 i = migFormatStart(pFile->z, pFile->n);
  int bOutside = 0;

  migFormatShare(pFile);
  pReader->pFile = pFile;
  pReader->set.iLine = -1;
  while (i < pFile->n && p->rc == SQLITE_OK) {
    i = liquibaseTake(p, pReader, i, &bOutside);
  }
  migLiquibaseEnd(p, pReader);
  if (bOutside) {
    migFormatNote(p, pReader->pFolder,
                  "%s: what stands before its first changeset is not run",
                  pFile->zName);
  }
}
