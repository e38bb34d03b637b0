/*
** liquibase_attribute.c - the line that begins a changeset.
**
**     --changeset AUTHOR:ID NAME:VALUE NAME:"VALUE" ...
**
** Author and id may stand in double quotes, in which they may hold a ':' and
** blanks. Of the attributes, in any case of letters,
**
**     runOnChange:true, runAlways:true   make a repeatable revision
**     runInTransaction:false             is the mark against a transaction
**     dbms:... without sqlite            leaves the changeset out
**     ignore:true                        leaves it out
**     endDelimiter:..., rollbackEndDelimiter:...   liquibase_changeset.c
**     context, contextFilter, labels     are noted: everything runs
**     failOnError:false                  is noted: an error is one here
**     runWith, runWithSpoolFile          are noted
**
** and some others that do not matter here. Where we differ from the owner: a
** boolean that is neither true nor false is FORMAT; what is left over of the
** line is noted.
**
** So is
**
**     --changeset "ann m.":17 runOnChange:true dbms:"sqlite, h2" x:1
**
** the changeset 17 of ann m., repeatable and not left out; x:1, which is no
** attribute, is noted.
*/
#include <string.h>
#include "liquibase.h"

/* What an attribute does. LIQ_NOTED is told of every time, LIQ_FILTER by its
** number at the end, LIQ_NOTHING never. */
typedef enum LiquibaseAttribute {
  LIQ_REPEAT,      /* run again when it has changed */
  LIQ_ALWAYS,      /* the same here, though the owner runs it every time */
  LIQ_TRANSACTION, /* false: the mark against one */
  LIQ_DBMS,        /* a list of databases */
  LIQ_IGNORE,      /* leave it out */
  LIQ_DELIMITER,
  LIQ_ROLLBACK_DELIMITER,
  LIQ_FILTER, /* contexts and labels, of which everything runs */
  LIQ_FAIL,   /* go on after an error */
  LIQ_NOTED,  /* not done here, noted */
  LIQ_NOTHING,
  LIQ_UNKNOWN /* not one of the owner's */
} LiquibaseAttribute;

/* All attributes that the owner knows, in any case of letters. Who ends
** statements where, and what is made of their comments, is nothing to scripts
** that stay whole. */
static const struct {
  const char *zName;
  LiquibaseAttribute e;
} aAttribute[] = {
    {"runOnChange", LIQ_REPEAT},
    {"runAlways", LIQ_ALWAYS},
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

/* A delimiter as written, n bytes at i, in the arena: quotes around it go; one
** that says nothing new, ';' or nothing, is NULL. A leading \n wants it on a
** line of its own and stays. The owner takes it for a regular expression:
** FORMAT for another backslash, and for \n alone. Other signs of an expression
** are taken as they are. */
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

/* A boolean attribute, n bytes at i, in any case of letters: 1 for true. FORMAT
** unless it is true or false. */
static int attributeTrue(MigContext *p, const MigFile *pFile, i64 i, i64 n) {
  const char *z = pFile->z;

  if (!migLiquibaseWordIs(z + i, n, "true") &&
      !migLiquibaseWordIs(z + i, n, "false")) {
    migFormatFail(p, pFile, i, "%.*s is neither true nor false",
                  migFormatClip(z + i, n), z + i);
  }
  return migLiquibaseWordIs(z + i, n, "true");
}

/* What the attribute named by n bytes at z does. */
static LiquibaseAttribute attributeFind(const char *z, i64 n) {
  int i;

  for (i = 0; i < (int)(sizeof(aAttribute) / sizeof(aAttribute[0])); i++) {
    if (migLiquibaseWordIs(z, n, aAttribute[i].zName)) {
      return aAttribute[i].e;
    }
  }
  return LIQ_UNKNOWN;
}

/* Take one attribute: its name is nKey bytes at iKey, its value, without
** quotes, n bytes at i. Of one that stands twice the last counts, but what
** makes a changeset repeatable or leaves it out is not taken back. Returns 0
** for one that the owner does not know. FORMAT for a value that it may not
** have. */
static int attributeTake(MigContext *p, MigLiquibaseReader *pReader, i64 iKey,
                         i64 nKey, i64 i, i64 n) {
  const MigFile *pFile = pReader->pFile;
  const char *z = pFile->z;
  MigLiquibaseSet *pSet = &pReader->set;

  switch (attributeFind(z + iKey, nKey)) {
  case LIQ_REPEAT:
    pSet->bRepeatable |= attributeTrue(p, pFile, i, n);
    break;
  case LIQ_ALWAYS:
    if (attributeTrue(p, pFile, i, n)) {
      pSet->bRepeatable = 1;
      migFormatNote(p, pReader->pFolder,
                    "%s: runAlways of %s: it runs when it has changed",
                    pFile->zName, pSet->zId);
    }
    break;
  case LIQ_TRANSACTION:
    pSet->zMark = attributeTrue(p, pFile, i, n) ? 0 : "runInTransaction:false";
    break;
  case LIQ_DBMS:
    pSet->zOut =
        migLiquibaseDbmsFits(z + i, n) ? pSet->zOut : "for another database";
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
  case LIQ_UNKNOWN:
    return 0;
  }
  return 1;
}

/* Read the attributes in bytes i..iEnd of the changelog: letters, a ':' and a
** value without blanks or in double quotes. Of what is none the first word is
** noted. A quote that does not end is a part of its value. */
static void attributesRead(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                           i64 iEnd) {
  const char *z = pReader->pFile->z;
  i64 iStray = -1;

  while ((i = migLiquibaseBlanks(z, i, iEnd)) < iEnd && p->rc == SQLITE_OK) {
    i64 iKey = i;
    i64 nKey;
    i64 iValue;
    i64 nValue;
    while (i < iEnd && migLiquibaseIsLetter(z[i])) {
      i++;
    }
    nKey = i - iKey;
    iValue = i + 1;
    i = migLiquibaseWordEnd(z, i, iEnd);
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
    i64 n = migLiquibaseWordEnd(z, iStray, iEnd) - iStray;
    migFormatNote(p, pReader->pFolder,
                  "%s: %.*s of the changeset %s is no attribute, passed over",
                  pReader->pFile->zName, migFormatClip(z + iStray, n),
                  z + iStray, pReader->set.zId);
  }
}

/* A name at i, in double quotes or up to cEnd (0: a blank), in the arena.
** Returns the offset behind it, or -1 when it is empty. Where there is a cEnd
** and it does not follow the quotes, they are a part of the name. */
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

/* Begin the changeset whose line begins at i: what was read of the one before
** is gone, so migLiquibaseEnd() comes first. FORMAT for a line in another form;
** then no changeset has begun that could be used. */
void migLiquibaseBegin(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                       const MigLiquibaseLine *pLine) {
  const char *z = pReader->pFile->z;
  MigLiquibaseSet *pSet = &pReader->set;
  i64 iEnd = pLine->iEnd;
  i64 k = pLine->iWord + pLine->nWord;

  memset(pSet, 0, sizeof(*pSet));
  pSet->iLine = i;
  pReader->up.n = 0;
  pReader->down.n = 0;
  if (pLine->nDash == 2 && k < iEnd && migIsSpace(z[k])) {
    k = nameRead(p, z, migLiquibaseBlanks(z, k, iEnd), iEnd, ':',
                 &pSet->zAuthor);
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
