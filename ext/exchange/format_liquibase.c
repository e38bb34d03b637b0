/*
** format_liquibase.c - Liquibase's formatted SQL: changelogs of changesets.
**
**     --liquibase formatted sql
**
**     --changeset bob:1 runInTransaction:false
**     --comment the first table
**     CREATE TABLE users(id INTEGER);
**     --rollback DROP TABLE users;
**
** A changelog is an .sql file whose first line that is not blank says so. All
** changelogs of the folder are read: the top first, then the folders below as
** people count, files by name; within a file changesets stand in their order.
** Changelogs in XML, YAML and JSON, which may say another order, are noted.
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
** the words "liquibase rollback" and its end. One that begins with "empty" or
** "not required" does nothing; one that names another changeset is a hole.
** The text of a changeset without statements is a line of two dashes.
**
** Of the attributes, runOnChange and runAlways make a repeatable revision;
** runInTransaction:false is the mark against a transaction; dbms without
** sqlite and ignore:true leave the changeset out; statements that end with
** endDelimiter (rollbackEndDelimiter) at a line's end get a ';' for it.
** Contexts and labels are noted: everything runs. failOnError:false too: an
** error is one here.
**
** The id is the changeset's; author and id where several authors have it; the
** file's name before these where several files have both.
**
** ${X} that is neither a property nor in the placeholders option stays, as
** with the owner, and is noted; ${:X} is ${X}. Where we differ from the owner:
** a boolean that is neither true nor false, an ignoreLines:start without end
** and an unclosed rollback are errors; what is left over of a changeset line
** is noted; a rollback in a block comment keeps its line ends; repeatable
** changesets run behind the others.
*/
#include <string.h>
#include "format.h"
#include "text.h"
#include "token.h"
#include "statement.h"

#define LIQUIBASE_PROPERTIES                                                   \
  1000 /* in a folder; they are searched linearly                              \
        */

/* The changeset being read. */
typedef struct Changeset {
  i64 iLine; /* where it begins; -1 for none */
  const char *zAuthor;
  const char *zId;
  const char *zComment;
  const char *zDelimiter; /* other than ';', or NULL */
  const char *zRollbackDelimiter;
  const char *zMark;
  const char *zOut; /* why it is left out, or NULL */
  int bRepeatable;
  int bRollback; /* there was a line of its down script */
} Changeset;

/* Changelogs being read. */
typedef struct LiquibaseReader {
  MigFolder *pFolder;
  MigFile *pFile;
  Changeset set;
  MigText up;
  MigText down;
  MigText work; /* a script being changed */
  int nProperty;
  const char *azName[LIQUIBASE_PROPERTIES];
  const char *azValue[LIQUIBASE_PROPERTIES];
  i64 *aByte; /* of each step, where its changeset begins */
  int nByte;
  int nFilter; /* changesets with contexts or labels */
  int nCheck;  /* with preconditions */
  int nUnset;  /* ${X} without a value */
} LiquibaseReader;

/* A line that begins with dashes and a word. */
typedef struct LiquibaseLine {
  i64 iEnd;    /* its end without white space */
  int bIndent; /* blanks before the dashes */
  int nDash;   /* 1 or 2; 0 for another line */
  i64 iWord;
  i64 nWord; /* letters */
} LiquibaseLine;

/* Where z[i..iEnd) goes on behind blanks. */
static i64 blanks(const char *z, i64 i, i64 iEnd) {
  while (i < iEnd && migIsSpace(z[i])) {
    i++;
  }
  return i;
}

/* The end of the word at i: blanks or iEnd. */
static i64 wordEnd(const char *z, i64 i, i64 iEnd) {
  while (i < iEnd && !migIsSpace(z[i])) {
    i++;
  }
  return i;
}

static int isLetter(char c) {
  char cLow = (char)(c | 0x20);

  return cLow >= 'a' && cLow <= 'z';
}

/* Take the line from i to iEnd apart. */
static LiquibaseLine lineRead(const char *z, i64 i, i64 iEnd) {
  LiquibaseLine line = {0, 0, 0, 0, 0};
  i64 iDash = blanks(z, i, iEnd);

  line.iEnd = migFormatTrim(z, i, iEnd);
  line.bIndent = iDash > i;
  while (iDash < line.iEnd && z[iDash] == '-' && line.nDash < 3) {
    line.nDash++;
    iDash++;
  }
  line.iWord = blanks(z, iDash, line.iEnd);
  while (line.iWord + line.nWord < line.iEnd &&
         isLetter(z[line.iWord + line.nWord])) {
    line.nWord++;
  }
  if (line.nDash == 3 || line.nWord == 0) {
    line.nDash = 0;
  }
  return line;
}

/* Whether n bytes are that word, letter case aside. */
static int wordIs(const char *z, i64 n, const char *zWord) {
  return n == (i64)strlen(zWord) && migStrNICmp(z, zWord, n) == 0;
}

static int lineIs(const char *z, const LiquibaseLine *pLine,
                  const char *zWord) {
  return wordIs(z + pLine->iWord, pLine->nWord, zWord);
}

/* Whether the file is a changelog. */
static int liquibaseFits(MigContext *p, MigFile *pFile) {
  const char *z =
      migFormatSuffix(pFile->zBase, ".sql") ? migFormatBytes(p, pFile) : "";
  i64 n = *z ? pFile->n : 0;
  i64 i = blanks(z, migFormatStart(z, n), n);
  i64 iEnd = migLineEnd(z, n, i);

  if (iEnd - i < 2 || z[i] != '-' || z[i + 1] != '-') {
    return 0;
  }
  i = blanks(z, i + 2, iEnd);
  if (iEnd - i < 9 || migStrNICmp(z + i, "liquibase", 9)) {
    return 0;
  }
  i = blanks(z, i + 9, iEnd);
  return iEnd - i >= 9 && migStrNICmp(z + i, "formatted", 9) == 0;
}

/* How many changelogs of formatted SQL there are. */
int migLiquibaseProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    nFit += liquibaseFits(p, &pFolder->aFile[i]);
  }
  return nFit;
}

/* ---- properties ---- */

/* The value of a property: the caller's, else the first one that a changelog
** set. NULL when there is none. */
static const char *propertyFind(const LiquibaseReader *pReader, const char *z,
                                i64 n) {
  const char *zValue = migFormatPlaceholder(pReader->pFolder, z, n);
  int i;

  for (i = 0; i < pReader->nProperty && zValue == 0; i++) {
    if ((i64)strlen(pReader->azName[i]) == n &&
        memcmp(pReader->azName[i], z, (size_t)n) == 0) {
      zValue = pReader->azValue[i];
    }
  }
  return zValue;
}

/* n bytes with their ${X} replaced; the same text when there are none. */
static const char *propertyExpand(MigContext *p, LiquibaseReader *pReader,
                                  const char *z, i64 *pn) {
  i64 n = *pn;
  MigText text = {0, 0, 0};
  i64 iDone = 0;
  const char *zOpen = strstr(z, "${");

  while (zOpen && zOpen < z + n) {
    const char *zName = zOpen + 2;
    i64 nName = (i64)strcspn(zName, "}{$ \t\r\n");
    const char *zValue = 0;
    if (zName[0] == ':') {
      migTextAdd(p, &text, z + iDone, zName - z - iDone);
      iDone = zName + 1 - z;
    } else if (zName[nName] == '}') {
      zValue = propertyFind(pReader, zName, nName);
      pReader->nUnset += zValue == 0;
    }
    if (zValue) {
      migTextAdd(p, &text, z + iDone, zOpen - z - iDone);
      migTextStr(p, &text, zValue);
      iDone = zName + nName + 1 - z;
    }
    zOpen = strstr(zName, "${");
  }
  if (iDone == 0 || p->rc) {
    return z;
  }
  migTextAdd(p, &text, z + iDone, n - iDone);
  *pn = text.n;
  return migTextZ(&text);
}

/* Whether a list of databases includes SQLite. */
static int dbmsFits(const char *z, i64 n) {
  int bAny = 0; /* a name without '!' */
  int bFound = 0;
  i64 i = 0;

  while (i < n) {
    const char *zComma = memchr(z + i, ',', (size_t)(n - i));
    i64 iNext = zComma ? zComma - z : n;
    i64 iName = blanks(z, i, iNext);
    i64 nName = migFormatTrim(z, iName, iNext) - iName;
    if (wordIs(z + iName, nName, "!sqlite") ||
        wordIs(z + iName, nName, "none")) {
      return 0;
    }
    bFound |=
        wordIs(z + iName, nName, "sqlite") || wordIs(z + iName, nName, "all");
    bAny |= nName > 0 && z[iName] != '!';
    i = iNext + 1;
  }
  return bFound || !bAny;
}

/* The value of "zKey:" in z[i..iEnd), up to the next blank; *pn is -1 when
** there is none. */
static const char *propertyPart(const char *z, i64 i, i64 iEnd,
                                const char *zKey, i64 *pn) {
  i64 nKey = (i64)strlen(zKey);

  *pn = -1;
  while (i < iEnd) {
    i = blanks(z, i, iEnd);
    if (iEnd - i > nKey && migStrNICmp(z + i, zKey, nKey) == 0 &&
        z[i + nKey] == ':') {
      i = blanks(z, i + nKey + 1, iEnd);
      *pn = wordEnd(z, i, iEnd) - i;
      return z + i;
    }
    i = wordEnd(z, i, iEnd);
  }
  return "";
}

/* Take a line of a property. The first value of a name counts. */
static void propertyLine(MigContext *p, LiquibaseReader *pReader, i64 i,
                         const LiquibaseLine *pLine) {
  const char *z = pReader->pFile->z;
  i64 iArg = pLine->iWord + pLine->nWord;
  i64 nName;
  i64 nValue;
  i64 nDbms;
  const char *zName = propertyPart(z, iArg, pLine->iEnd, "name", &nName);
  const char *zValue = propertyPart(z, iArg, pLine->iEnd, "value", &nValue);
  const char *zDbms = propertyPart(z, iArg, pLine->iEnd, "dbms", &nDbms);

  if (pLine->nDash != 2 || nName <= 0 || nValue < 0) {
    migFormatFail(p, pReader->pFile, i,
                  "a property is --property name:NAME value:VALUE");
  } else if (pReader->nProperty == LIQUIBASE_PROPERTIES) {
    migFormatFail(p, pReader->pFile, i, "more than %d properties",
                  LIQUIBASE_PROPERTIES);
  } else if ((nDbms < 0 || dbmsFits(zDbms, nDbms)) &&
             propertyFind(pReader, zName, nName) == 0) {
    const char *zCopy = migStrndup(p, zValue, nValue);
    if (zCopy) {
      zCopy = propertyExpand(p, pReader, zCopy, &nValue);
      pReader->azName[pReader->nProperty] = migStrndup(p, zName, nName);
      pReader->azValue[pReader->nProperty++] = zCopy;
    }
  }
}

/* ---- changesets ---- */

/* A delimiter as written: quotes around it go; one that says nothing new is
** NULL. A leading \n, which wants it on a line of its own, stays. FORMAT for
** another pattern. */
static const char *delimiterRead(MigContext *p, const MigFile *pFile, i64 i,
                                 i64 n) {
  const char *z = pFile->z + i;
  i64 nLine; /* of a leading \n */

  if (n >= 2 && (z[0] == '"' || z[0] == '\'') && z[n - 1] == z[0]) {
    z++;
    n -= 2;
  }
  nLine = n > 2 && memcmp(z, "\\n", 2) == 0 ? 2 : 0;
  if (n > 0 && memchr(z + nLine, '\\', (size_t)(n - nLine))) {
    n = -1;
  }
  if (n < 0) {
    migFormatFail(p, pFile, i,
                  "an endDelimiter that is a pattern; write the plain text");
  }
  return n <= 0 || (n == 1 && z[0] == ';') ? 0 : migStrndup(p, z, n);
}

/* A boolean attribute. FORMAT unless it is true or false. */
static int attributeTrue(MigContext *p, const MigFile *pFile, i64 i, i64 n) {
  const char *z = pFile->z;

  if (!wordIs(z + i, n, "true") && !wordIs(z + i, n, "false")) {
    migFormatFail(p, pFile, i, "%.*s is neither true nor false",
                  migFormatClip(z + i, n), z + i);
  }
  return wordIs(z + i, n, "true");
}

/* What an attribute does. */
typedef enum LiquibaseAttribute {
  LIQ_REPEAT,
  LIQ_TRANSACTION,
  LIQ_DBMS,
  LIQ_IGNORE,
  LIQ_DELIMITER,
  LIQ_ROLLBACK_DELIMITER,
  LIQ_FILTER,
  LIQ_FAIL,
  LIQ_NOTED, /* not done here, noted */
  LIQ_NOTHING
} LiquibaseAttribute;

static const struct {
  const char *zName;
  LiquibaseAttribute e;
} aAttribute[] = {
    {"runOnChange", LIQ_REPEAT},
    {"runAlways", LIQ_REPEAT},
    {"runInTransaction", LIQ_TRANSACTION},
    {"dbms", LIQ_DBMS},
    {"ignore", LIQ_IGNORE},
    {"endDelimiter", LIQ_DELIMITER},
    {"rollbackEndDelimiter", LIQ_ROLLBACK_DELIMITER},
    {"context", LIQ_FILTER},
    {"contextFilter", LIQ_FILTER},
    {"labels", LIQ_FILTER},
    {"failOnError", LIQ_FAIL},
    {"runWith", LIQ_NOTED},
    {"runWithSpoolFile", LIQ_NOTED},
    {"splitStatements", LIQ_NOTHING},
    {"rollbackSplitStatements", LIQ_NOTHING},
    {"stripComments", LIQ_NOTHING},
    {"logicalFilePath", LIQ_NOTHING},
    {"objectQuotingStrategy", LIQ_NOTHING},
    {"created", LIQ_NOTHING},
};

/* Take one attribute: its name is nKey bytes at iKey, its value, without
** quotes, n bytes at i. Returns 0 for one that the owner does not know. */
static int attributeTake(MigContext *p, LiquibaseReader *pReader, i64 iKey,
                         i64 nKey, i64 i, i64 n) {
  const MigFile *pFile = pReader->pFile;
  const char *z = pFile->z;
  Changeset *pSet = &pReader->set;
  int k = 0;

  while (k < (int)(sizeof(aAttribute) / sizeof(aAttribute[0])) &&
         !wordIs(z + iKey, nKey, aAttribute[k].zName)) {
    k++;
  }
  if (k == (int)(sizeof(aAttribute) / sizeof(aAttribute[0]))) {
    return 0;
  }
  switch (aAttribute[k].e) {
  case LIQ_REPEAT:
    if (attributeTrue(p, pFile, i, n)) {
      pSet->bRepeatable = 1;
      if (k > 0) {
        migFormatNote(p, pReader->pFolder,
                      "%s: runAlways of %s: it runs when it has changed",
                      pFile->zName, pSet->zId);
      }
    }
    break;
  case LIQ_TRANSACTION:
    pSet->zMark = attributeTrue(p, pFile, i, n) ? 0 : "runInTransaction:false";
    break;
  case LIQ_DBMS:
    pSet->zOut = dbmsFits(z + i, n) ? pSet->zOut : "for another database";
    break;
  case LIQ_IGNORE:
    pSet->zOut = attributeTrue(p, pFile, i, n) ? "ignore:true" : pSet->zOut;
    break;
  case LIQ_DELIMITER:
    pSet->zDelimiter = delimiterRead(p, pFile, i, n);
    break;
  case LIQ_ROLLBACK_DELIMITER:
    pSet->zRollbackDelimiter = delimiterRead(p, pFile, i, n);
    break;
  case LIQ_FILTER:
    pReader->nFilter++;
    break;
  case LIQ_FAIL:
    if (!attributeTrue(p, pFile, i, n)) {
      migFormatNote(p, pReader->pFolder,
                    "%s: failOnError:false of %s: an error is one here",
                    pFile->zName, pSet->zId);
    }
    break;
  case LIQ_NOTED:
    migFormatNote(p, pReader->pFolder, "%s: %.*s of %s has no effect here",
                  pFile->zName, (int)nKey, z + iKey, pSet->zId);
    break;
  case LIQ_NOTHING:
    break;
  }
  return 1;
}

/* Read the attributes in z[i..iEnd). What is none is noted once. */
static void attributesRead(MigContext *p, LiquibaseReader *pReader, i64 i,
                           i64 iEnd) {
  const char *z = pReader->pFile->z;
  i64 iStray = -1;

  while ((i = blanks(z, i, iEnd)) < iEnd && p->rc == SQLITE_OK) {
    i64 iKey = i;
    i64 nKey;
    i64 iValue;
    i64 nValue;
    while (i < iEnd && isLetter(z[i])) {
      i++;
    }
    nKey = i - iKey;
    iValue = i + 1;
    i = wordEnd(z, i, iEnd);
    nValue = i - iValue;
    if (nValue >= 0 && z[iValue - 1] == ':' && nKey > 0) {
      const char *zClose =
          nValue > 0 && z[iValue] == '"'
              ? memchr(z + iValue + 1, '"', (size_t)(iEnd - iValue - 1))
              : 0;
      if (zClose) {
        iValue++;
        nValue = zClose - z - iValue;
        i = zClose + 1 - z;
      }
      if (attributeTake(p, pReader, iKey, nKey, iValue, nValue)) {
        continue;
      }
    }
    iStray = iStray < 0 ? iKey : iStray;
  }
  if (iStray >= 0) {
    i64 n = wordEnd(z, iStray, iEnd) - iStray;
    migFormatNote(p, pReader->pFolder,
                  "%s: %.*s of the changeset %s is no attribute, passed over",
                  pReader->pFile->zName, migFormatClip(z + iStray, n),
                  z + iStray, pReader->set.zId);
  }
}

/* A name at i, in double quotes or up to cEnd (0: a blank). Returns the offset
** behind it, or -1 when it is empty. */
static i64 nameRead(MigContext *p, const char *z, i64 i, i64 iEnd, char cEnd,
                    const char **pzName) {
  const char *zClose = i < iEnd && z[i] == '"'
                           ? memchr(z + i + 1, '"', (size_t)(iEnd - i - 1))
                           : 0;
  i64 iName = i;

  if (zClose && (cEnd == 0 || zClose[1] == cEnd)) {
    iName = i + 1;
    i = zClose - z;
    *pzName = migStrndup(p, z + iName, i - iName);
    return i > iName ? i + 1 : -1;
  }
  while (i < iEnd && (cEnd ? z[i] != cEnd : !migIsSpace(z[i]))) {
    i++;
  }
  *pzName = migStrndup(p, z + iName, i - iName);
  return i > iName ? i : -1;
}

/* Begin the changeset whose line begins at i. */
static void changesetBegin(MigContext *p, LiquibaseReader *pReader, i64 i,
                           const LiquibaseLine *pLine) {
  const char *z = pReader->pFile->z;
  Changeset *pSet = &pReader->set;
  i64 iEnd = pLine->iEnd;
  i64 k = pLine->iWord + pLine->nWord;

  memset(pSet, 0, sizeof(*pSet));
  pSet->iLine = i;
  pReader->up.n = 0;
  pReader->down.n = 0;
  if (pLine->nDash == 2 && k < iEnd && migIsSpace(z[k])) {
    k = nameRead(p, z, blanks(z, k, iEnd), iEnd, ':', &pSet->zAuthor);
  } else {
    k = -1;
  }
  if (k >= 0 && k < iEnd && z[k] == ':') {
    k = nameRead(p, z, k + 1, iEnd, 0, &pSet->zId);
  } else {
    k = -1;
  }
  if (k < 0) {
    migFormatFail(p, pReader->pFile, i,
                  "a changeset begins with --changeset AUTHOR:ID, no blank "
                  "before the id");
  }
  if (p->rc == SQLITE_OK) {
    attributesRead(p, pReader, k, iEnd);
  }
}

/* Whether the delimiter stands at the end of z[0..iEnd), which no literal and
** no comment before iSafe belongs to. */
static int delimiterEnds(const char *z, i64 iEnd, i64 iSafe,
                         const char *zDelimiter, i64 *pn) {
  int bLine = zDelimiter[0] == '\\' && zDelimiter[1] == 'n';
  const char *zText = zDelimiter + (bLine ? 2 : 0);
  i64 n = (i64)strlen(zText);
  i64 i = iEnd - n;

  *pn = n;
  if (i < iSafe || migStrNICmp(z + i, zText, n)) {
    return 0;
  }
  while (bLine && i > 0 && (z[i - 1] == ' ' || z[i - 1] == '\t')) {
    i--;
  }
  return !bLine || i == 0 || z[i - 1] == '\n';
}

/* n bytes of SQL whose statements end with a delimiter of their own: a ';'
** for each that stands at a line's end. */
static const char *delimiterReplace(MigContext *p, LiquibaseReader *pReader,
                                    const char *z, i64 *pn,
                                    const char *zDelimiter) {
  MigText *pText = &pReader->work;
  MigToken token;
  i64 iSafe = 0;
  i64 iDone = 0;
  i64 iLast = 0; /* end of what is no white space */
  i64 i = 0;

  if (zDelimiter == 0) {
    return z;
  }
  pText->n = 0;
  do {
    i = migTokenNext(z, *pn, i, &token);
    if (token.eType == MIG_TK_END ||
        (token.eType == MIG_TK_SPACE &&
         memchr(z + token.iStart, '\n', (size_t)token.n))) {
      i64 n;
      if (iLast > iDone && delimiterEnds(z, iLast, iSafe, zDelimiter, &n)) {
        migTextAdd(p, pText, z + iDone, iLast - n - iDone);
        migTextAdd(p, pText, ";", 1);
        iDone = iLast;
      }
    } else if (token.eType != MIG_TK_SPACE) {
      iLast = i;
    }
    if (token.eType == MIG_TK_STRING || token.eType == MIG_TK_QUOTED ||
        token.eType == MIG_TK_COMMENT) {
      iSafe = i;
    }
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
  migTextAdd(p, pText, z + iDone, *pn - iDone);
  *pn = pText->n;
  return migTextZ(pText);
}

/* One script: its text with properties and delimiters replaced, a copy. */
static const char *scriptMake(MigContext *p, LiquibaseReader *pReader,
                              const char *z, i64 *pn, const char *zDelimiter) {
  z = propertyExpand(p, pReader, z, pn);
  z = delimiterReplace(p, pReader, z, pn, zDelimiter);
  return migFormatScript(p, pReader->pFile, z, *pn);
}

/* Whether n bytes hold that word, letter case aside. */
static int textHolds(const char *z, i64 n, const char *zWord) {
  i64 nWord = (i64)strlen(zWord);
  i64 i;

  for (i = 0; i + nWord <= n; i++) {
    if (migStrNICmp(z + i, zWord, nWord) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The down script of the changeset that ends. */
static void changesetDown(MigContext *p, LiquibaseReader *pReader,
                          MigImported *pRev) {
  const char *z = migTextZ(&pReader->down);
  i64 n = migFormatTrim(z, 0, pReader->down.n);
  i64 i = blanks(z, 0, n);

  if (i == n) {
    return; /* as the owner: none */
  }
  if ((n - i >= 5 && migStrNICmp(z + i, "empty", 5) == 0) ||
      (n - i >= 12 && migStrNICmp(z + i, "not required", 12) == 0)) {
    pRev->zDown = "";
  } else if (textHolds(z, n, "changesetid")) {
    migFormatNote(p, pReader->pFolder,
                  "%s: the rollback of %s names another changeset; it has no "
                  "way back here",
                  pReader->pFile->zName, pReader->set.zId);
  } else {
    pRev->nDown = pReader->down.n;
    pRev->zDown = scriptMake(p, pReader, z, &pRev->nDown,
                             pReader->set.zRollbackDelimiter);
  }
}

/* Where the text of n bytes ends without the blank lines behind it. */
static i64 textEnd(const char *z, i64 n) {
  return migLineEnd(z, n, migFormatTrim(z, 0, n));
}

/* Make a step of the changeset that ends. */
static void changesetStep(MigContext *p, LiquibaseReader *pReader) {
  const Changeset *pSet = &pReader->set;
  const char *z = migTextZ(&pReader->up);
  i64 n = textEnd(z, pReader->up.n);
  i64 i;
  int nByte = pReader->nByte;
  MigStep *pStep = migFormatStep(p, pReader->pFolder, pReader->pFile);

  if ((nByte & (nByte - 1)) == 0) { /* 0 or a power of two */
    pReader->aByte = migGrow(p, pReader->aByte, (u64)nByte * sizeof(i64),
                             (nByte ? 2 * (u64)nByte : 1) * sizeof(i64));
  }
  if (p->rc) {
    return;
  }
  pReader->aByte[pReader->nByte++] = pSet->iLine;
  pStep->zVersion = pSet->zId;
  pStep->zStem = migPrintf(p, "%s_%s", pSet->zAuthor, pSet->zId);
  pStep->rev.zOwn = migPrintf(p, "%s:%s", pSet->zAuthor, pSet->zId);
  pStep->zMark = pSet->zMark;
  pStep->rev.bRepeatable = pSet->bRepeatable;
  pStep->rev.zMessage = pSet->zComment ? pSet->zComment : pSet->zId;
  i = blanks(z, 0, n);
  if (migFormatTrim(z, i, n) - i == 2 && memcmp(z + i, "--", 2) == 0) {
    n = 0;
  }
  pStep->rev.nUp = n;
  pStep->rev.zUp = scriptMake(p, pReader, z, &pStep->rev.nUp, pSet->zDelimiter);
  if (pSet->bRollback) {
    changesetDown(p, pReader, &pStep->rev);
  }
  if (pSet->zDelimiter || pSet->zRollbackDelimiter) {
    migFormatNote(p, pReader->pFolder,
                  "%s: the end delimiters of %s are written as ';'",
                  pReader->pFile->zName, pSet->zId);
  }
}

/* The changeset ends, if there is one. FORMAT when it holds nothing. */
static void changesetEnd(MigContext *p, LiquibaseReader *pReader) {
  Changeset *pSet = &pReader->set;
  const char *z = migTextZ(&pReader->up);

  if (pSet->iLine < 0 || p->rc) {
    return;
  }
  if (pSet->zOut) {
    migFormatNote(p, pReader->pFolder, "%s: changeset %s:%s left out, %s",
                  pReader->pFile->zName, pSet->zAuthor, pSet->zId, pSet->zOut);
  } else if (blanks(z, 0, pReader->up.n) == pReader->up.n) {
    migFormatFail(p, pReader->pFile, pSet->iLine,
                  "no SQL in the changeset %s:%s; write a line -- where there "
                  "is nothing to do",
                  pSet->zAuthor, pSet->zId);
  } else {
    changesetStep(p, pReader);
  }
  pSet->iLine = -1;
}

/* ---- lines ---- */

/* Pass over the lines that a line ignoreLines:... names; it ends at i. Returns
** where reading goes on. */
static i64 ignoreLines(MigContext *p, LiquibaseReader *pReader, i64 iLine,
                       const LiquibaseLine *pLine, i64 i) {
  const MigFile *pFile = pReader->pFile;
  const char *z = pFile->z;
  i64 iArg = pLine->iWord + pLine->nWord + 1;
  i64 nArg = pLine->iEnd - iArg;
  i64 nLine = 0;
  i64 k = 0;

  if (pLine->nDash == 2 && pLine->nWord == 11 &&
      wordIs(z + iArg, nArg, "start")) {
    while (i < pFile->n) {
      i64 iEnd = migLineEnd(z, pFile->n, i);
      LiquibaseLine line = lineRead(z, i, iEnd);
      i = iEnd;
      if (line.nDash == 2 && !line.bIndent && lineIs(z, &line, "ignoreLines") &&
          wordIs(z + line.iWord + 11, line.iEnd - line.iWord - 11, ":end")) {
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

/* Whether the lines from i on are a down script in a block comment: *piNext is
** then where reading goes on. FORMAT when it has no end. */
static int rollbackBlock(MigContext *p, LiquibaseReader *pReader, i64 i,
                         i64 iEnd, i64 *piNext) {
  static const char *const azPart[] = {"/*", "liquibase", "rollback"};
  const MigFile *pFile = pReader->pFile;
  const char *z = pFile->z;
  i64 k = i;
  int iPart;

  for (iPart = 0; iPart < 3; iPart++) {
    i64 n = (i64)strlen(azPart[iPart]);
    k = blanks(z, k, iEnd);
    if (iEnd - k < n || migStrNICmp(z + k, azPart[iPart], n)) {
      return 0;
    }
    k += n;
  }
  if (blanks(z, k, iEnd) < iEnd) {
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
** owner's: take it in and return 1. 0 when it is a line of the script. */
static int changesetWord(MigContext *p, LiquibaseReader *pReader, i64 i,
                         i64 iEnd, const LiquibaseLine *pLine) {
  const char *z = pReader->pFile->z;
  i64 iAfter = pLine->iWord + pLine->nWord;
  i64 iColon = iAfter + (iAfter < iEnd && z[iAfter] == ':');
  int bBlank = iAfter < pLine->iEnd && migIsSpace(z[iAfter]);
  int bText = !pLine->bIndent && iColon < pLine->iEnd && z[iColon] == ' ';
  const char *zWanted = 0;

  if (bText && lineIs(z, pLine, "comment") && pLine->nDash == 2) {
    i64 iText = blanks(z, iColon, pLine->iEnd);
    pReader->set.zComment = migStrndup(p, z + iText, pLine->iEnd - iText);
    return 1;
  }
  if (bText && (lineIs(z, pLine, "comment") ||
                (lineIs(z, pLine, "comments") && pLine->nDash == 2))) {
    zWanted = "--comment TEXT";
  } else if (bText && lineIs(z, pLine, "validCheckSum")) {
    zWanted = pLine->nDash == 2 ? 0 : "--validCheckSum SUM";
    if (zWanted == 0) {
      return 1;
    }
  } else if (lineIs(z, pLine, "rollback") && pLine->nDash == 2 &&
             (bBlank || iAfter == pLine->iEnd)) {
    iAfter += iAfter < iEnd && (z[iAfter] == ' ' || z[iAfter] == '\t');
    migTextAdd(p, &pReader->down, z + iAfter, iEnd - iAfter);
    pReader->set.bRollback = 1;
    return 1;
  } else if (lineIs(z, pLine, "rollback") && pLine->nDash == 1 && bBlank) {
    zWanted = "--rollback SQL";
  } else if (lineIs(z, pLine, "preconditions") ||
             (lineIs(z, pLine, "precondition") && iAfter < pLine->iEnd &&
              z[iAfter] == '-')) {
    zWanted = pLine->nDash == 1 ? "--preconditions ..." : 0;
    pReader->nCheck++;
  }
  if (zWanted) {
    migFormatFail(p, pReader->pFile, i, "not a form Liquibase knows; write %s",
                  zWanted);
  }
  return 0;
}

/* Take in the line from i to iEnd that belongs to a changeset. Returns where
** reading goes on. */
static i64 changesetLine(MigContext *p, LiquibaseReader *pReader, i64 i,
                         i64 iEnd, const LiquibaseLine *pLine) {
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

/* Take in the line at i. Returns where reading goes on. */
static i64 liquibaseTake(MigContext *p, LiquibaseReader *pReader, i64 i,
                         int *pbOutside) {
  const MigFile *pFile = pReader->pFile;
  const char *z = pFile->z;
  i64 iEnd = migLineEnd(z, pFile->n, i);
  LiquibaseLine line = lineRead(z, i, iEnd);
  i64 iAfter = line.iWord + line.nWord;
  char cAfter = (char)(iAfter < line.iEnd ? z[iAfter] : 0);

  if (line.nDash > 0 && lineIs(z, &line, "property") && migIsSpace(cAfter)) {
    propertyLine(p, pReader, i, &line);
    return iEnd;
  }
  if (line.nDash > 0 && !line.bIndent && cAfter == ':' &&
      (lineIs(z, &line, "ignoreLines") ||
       (lineIs(z, &line, "ignore") && line.nDash == 2))) {
    return ignoreLines(p, pReader, i, &line, iEnd);
  }
  if ((line.nDash == 2 && line.nWord >= 9 &&
       migStrNICmp(z + line.iWord, "changeset", 9) == 0) ||
      (line.nDash == 1 && !line.bIndent && lineIs(z, &line, "changeset") &&
       migIsSpace(cAfter))) {
    changesetEnd(p, pReader);
    changesetBegin(p, pReader, i, &line);
    return iEnd;
  }
  if (pReader->set.iLine >= 0) {
    return changesetLine(p, pReader, i, iEnd, &line);
  }
  if (line.nDash == 2 && !line.bIndent && lineIs(z, &line, "comment") &&
      (cAfter == ' ' || cAfter == ':')) {
    migFormatFail(p, pFile, i, "a comment outside of a changeset");
  }
  *pbOutside |= !migFormatIdle(z, pFile->n, i);
  return iEnd;
}

/* Read a changelog, line by line. */
static void liquibaseRead(MigContext *p, LiquibaseReader *pReader,
                          MigFile *pFile) {
  i64 i = migFormatStart(pFile->z, pFile->n);
  int bOutside = 0;

  migFormatShare(pFile);
  pReader->pFile = pFile;
  pReader->set.iLine = -1;
  while (i < pFile->n && p->rc == SQLITE_OK) {
    i = liquibaseTake(p, pReader, i, &bOutside);
  }
  changesetEnd(p, pReader);
  if (bOutside) {
    migFormatNote(p, pReader->pFolder,
                  "%s: what stands before its first changeset is not run",
                  pFile->zName);
  }
}

/* ---- folders ---- */

/* By folder as people count, then as listed; changesets of a file keep their
** order. */
static int liquibaseOrder(const MigStep *pA, const MigStep *pB) {
  const char *zA = pA->pFile->zDir;
  const char *zB = pB->pFile->zDir;
  int c = migNaturalCompare(zA, zB);

  c = c ? c : strcmp(zA, zB);
  return c ? c : strcmp(pA->pFile->zBase, pB->pFile->zBase);
}

/* By author and id, then by file. */
static int liquibaseByStem(const MigStep *pA, const MigStep *pB) {
  int c = strcmp(pA->zStem, pB->zStem);

  return c ? c : migStepByName(pA, pB);
}

/* The step's stem with its file's name before it, '/' written as '_'. */
static const char *stemOfFile(MigContext *p, const MigStep *pStep) {
  const char *zName = pStep->pFile->zName;
  char *z =
      migPrintf(p, "%.*s_%s", (int)strlen(zName) - 4, zName, pStep->zStem);
  i64 i;

  for (i = 0; z && z[i]; i++) {
    if (z[i] == '/') {
      z[i] = '_';
    }
  }
  return z;
}

/* FORMAT for a changeset that stands twice in a file; those that stand in
** several files get the file's name into their stem. ap[] is sorted by
** stem. */
static void stemsApart(MigContext *p, const LiquibaseReader *pReader,
                       MigStep **ap, int n) {
  int i = 0;
  int k;

  while (i < n && p->rc == SQLITE_OK) {
    const char *zStem = ap[i]->zStem;
    int nSame = 1;
    while (i + nSame < n && strcmp(ap[i + nSame]->zStem, zStem) == 0) {
      nSame++;
    }
    for (k = i + 1; k < i + nSame; k++) {
      int iStep = 0;
      if (ap[k]->pFile != ap[k - 1]->pFile) {
        continue;
      }
      while (pReader->pFolder->apStep[iStep] != ap[k]) {
        iStep++;
      }
      migFormatFail(p, ap[k]->pFile, pReader->aByte[iStep],
                    "the changeset %s again; give it another id",
                    ap[k]->zVersion);
      return;
    }
    for (k = i; nSame > 1 && k < i + nSame; k++) {
      ap[k]->zStem = stemOfFile(p, ap[k]);
    }
    i += nSame;
  }
}

/* Tell changesets of the same author and id apart. */
static void liquibaseStems(MigContext *p, const LiquibaseReader *pReader) {
  int n = pReader->pFolder->nStep;
  MigStep **ap = migAlloc(p, ((u64)n + 1) * sizeof(*ap));

  if (p->rc == SQLITE_OK && n > 0) {
    memcpy(ap, pReader->pFolder->apStep, (size_t)n * sizeof(*ap));
    migStepSort(p, ap, n, liquibaseByStem);
    stemsApart(p, pReader, ap, n);
  }
}

/* Notes about the folder as a whole. */
static void liquibaseNotes(MigContext *p, const LiquibaseReader *pReader) {
  static const char *const azEnd[] = {".xml", ".yaml", ".yml", ".json"};
  MigFolder *pFolder = pReader->pFolder;
  int i;
  int k;

  if (pReader->nFilter > 0) {
    migFormatNote(p, pFolder,
                  "%d contexts and labels are not looked at: all changesets "
                  "run",
                  pReader->nFilter);
  }
  if (pReader->nCheck > 0) {
    migFormatNote(p, pFolder, "%d preconditions are not checked",
                  pReader->nCheck);
  }
  if (pReader->nUnset > 0) {
    migFormatNote(p, pFolder,
                  "%d places look like ${property} without a value and stay as "
                  "they are; the option placeholders gives values",
                  pReader->nUnset);
  }
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    for (k = 0; k < 4; k++) {
      if (migFormatSuffix(pFolder->aFile[i].zBase, azEnd[k])) {
        migFormatNote(p, pFolder,
                      "%s: a changelog that is not formatted SQL is not "
                      "imported, nor the order it says",
                      pFolder->aFile[i].zName);
      }
    }
  }
}

/* Read every changelog of formatted SQL. FORMAT, with file and line, when one
** of them breaks the owner's rules. */
void migLiquibaseLoad(MigContext *p, MigFolder *pFolder) {
  LiquibaseReader *pReader = migAlloc(p, sizeof(*pReader));
  int i;

  if (pReader == 0) {
    return;
  }
  pReader->pFolder = pFolder;
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (liquibaseFits(p, &pFolder->aFile[i])) {
      liquibaseRead(p, pReader, &pFolder->aFile[i]);
    }
  }
  liquibaseStems(p, pReader);
  migStepSort(p, pFolder->apStep, pFolder->nStep, liquibaseOrder);
  liquibaseNotes(p, pReader);
}

/* ---- writing ---- */

/*
** Whether Liquibase, which ends statements at a ';' at a line's end, would cut
** one of n bytes of SQL apart: a trigger. *pbApart is set when each statement
** ends at a line's end, so that another delimiter can be written for its ';'.
*/
static int cutsApart(const char *z, i64 n, int *pbApart) {
  MigStatement st;
  int bCut = 0;
  i64 i = 0;

  *pbApart = 1;
  while (migScriptNext(z, n, &i, &st)) {
    i64 iEnd = migLineEnd(z, n, i);
    i64 k;
    for (k = st.iStart; k + 1 < i && !bCut; k++) {
      bCut = z[k] == ';' && (z[k + 1] == '\n' || z[k + 1] == '\r');
    }
    *pbApart &= st.bSemi && migFormatTrim(z, i, iEnd) == i;
  }
  return bCut;
}

/* A delimiter that does not occur in the script, or NULL. */
static const char *delimiterFree(const char *z) {
  static const char *const az[] = {"//", "@@", "$$", "%%", "~~"};
  int i;

  for (i = 0; i < 5; i++) {
    if (strstr(z, az[i]) == 0) {
      return az[i];
    }
  }
  return 0;
}

/* Append n bytes of SQL with zDelimiter for the ';' of each statement, or as
** they are when that is NULL. */
static void scriptWrite(MigContext *p, MigText *pText, const char *z, i64 n,
                        const char *zDelimiter) {
  MigStatement st;
  i64 iDone = 0;
  i64 i = 0;

  while (zDelimiter && migScriptNext(z, n, &i, &st)) {
    migTextAdd(p, pText, z + iDone, i - 1 - iDone);
    migTextStr(p, pText, zDelimiter);
    iDone = i;
  }
  migTextAdd(p, pText, z + iDone, n - iDone);
}

/* The delimiter that one script needs, or NULL; noted when it needs one and
** cannot have it. */
static const char *delimiterChoose(MigContext *p, MigOutput *pOut,
                                   const char *zId, const char *z, i64 n) {
  const char *zDelimiter = 0;
  int bApart;

  if (z == 0 || !cutsApart(z, n, &bApart)) {
    return 0;
  }
  if (bApart) {
    zDelimiter = delimiterFree(z);
  }
  if (zDelimiter == 0) {
    migOutputNote(p, pOut,
                  "%s: Liquibase will cut a statement at a ';' within it; end "
                  "each statement at the end of a line",
                  zId);
  }
  return zDelimiter;
}

/* Append lines, each with zBefore in front. */
static void linesWrite(MigContext *p, MigText *pText, const char *z, i64 n,
                       const char *zBefore) {
  i64 i;
  i64 iEnd;

  for (i = 0; i < n; i = iEnd) {
    iEnd = migLineEnd(z, n, i);
    migTextStr(p, pText, zBefore);
    migTextAdd(p, pText, z + i, iEnd - i);
  }
  if (n > 0 && z[n - 1] != '\n') {
    migTextAdd(p, pText, "\n", 1);
  }
}

/* The head of a changeset: its line, and its comment. */
static void headWrite(MigContext *p, MigText *pText, const MigExported *pRev,
                      const char *zUp, const char *zDown) {
  char *zMessage = migStrdup(p, pRev->zMessage);
  i64 i;

  migTextF(p, pText, "\n--changeset migrate:%s", pRev->zId);
  migTextStr(p, pText, pRev->bRepeatable ? " runOnChange:true" : 0);
  migTextStr(p, pText, pRev->bNoTransaction ? " runInTransaction:false" : 0);
  if (zUp) {
    migTextF(p, pText, " endDelimiter:%s", zUp);
  }
  if (zDown) {
    migTextF(p, pText, " rollbackEndDelimiter:%s", zDown);
  }
  migTextAdd(p, pText, "\n", 1);
  for (i = 0; zMessage && zMessage[i]; i++) {
    if (zMessage[i] == '\n' || zMessage[i] == '\r') {
      zMessage[i] = ' ';
    }
  }
  if (zMessage && migFormatTrim(zMessage, 0, i) > 0) {
    migTextF(p, pText, "--comment %s\n", zMessage);
  }
}

/* Append the changeset of a revision. */
static void changesetWrite(MigContext *p, MigOutput *pOut, MigText *pText,
                           const MigExported *pRev) {
  const char *zUp = delimiterChoose(p, pOut, pRev->zId, pRev->zUp, pRev->nUp);
  const char *zDown =
      delimiterChoose(p, pOut, pRev->zId, pRev->zDown, pRev->nDown);

  headWrite(p, pText, pRev, zUp, zDown);
  if (pRev->zUp && migFormatTrim(pRev->zUp, 0, pRev->nUp) > 0) {
    scriptWrite(p, pText, pRev->zUp, pRev->nUp, zUp);
  } else {
    migTextStr(p, pText, "--");
  }
  if (pText->n > 0 && p->rc == SQLITE_OK && pText->z[pText->n - 1] != '\n') {
    migTextAdd(p, pText, "\n", 1);
  }
  if (pRev->zDown && migFormatTrim(pRev->zDown, 0, pRev->nDown) > 0) {
    MigText down = {0, 0, 0};
    scriptWrite(p, &down, pRev->zDown, pRev->nDown, zDown);
    linesWrite(p, pText, migTextZ(&down), down.n, "--rollback ");
  } else if (pRev->zDown) {
    migTextStr(p, pText, "--rollback empty\n");
  }
}

/* The changelog that a revision goes into, without ".sql". */
static const char *changelogStem(const MigExported *pRev) {
  return pRev->zStem ? pRev->zStem : "changelog";
}

/* One changelog.sql, or by file_template several: revisions that follow each
** other and have the same stem are in one. */
void migLiquibaseWrite(MigContext *p, MigOutput *pOut) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zStem = changelogStem(pRev);
    if (text.n == 0) {
      migTextStr(p, &text, "--liquibase formatted sql\n");
    }
    changesetWrite(p, pOut, &text, pRev);
    if (i + 1 == pOut->nRevision || strcmp(zStem, changelogStem(pRev + 1))) {
      migOutputText(p, pOut, migPrintf(p, "%s.sql", zStem), &text);
      memset(&text, 0, sizeof(text));
    }
  }
}
