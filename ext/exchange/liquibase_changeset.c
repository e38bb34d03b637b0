/*
** liquibase_changeset.c - a changeset that ends becomes a step.
**
** Its script is what stood between its lines, with properties put in. One that
** is nothing but a line of two dashes is a changeset without statements. Where
** statements end with a delimiter of the changeset's own, outside of strings
** and comments, it is written as ';'. Wherever it stands, if it is two or more
** characters of which none has a place in SQL, such as //; any other only at
** the end of a line. One that begins with \n ends statements only on a line of
** its own.
**
** A down script that begins with "empty" or "not required" does nothing; one
** that names another changeset is a hole, and noted.
**
** The step's stem is author and id, which migLiquibaseRead()'s caller makes
** unique; its version is the id, and in the owner's table it is AUTHOR:ID.
**
** With endDelimiter:// the script
**
**     CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END//
**     SELECT 'x//'
**     //
**
** has two statements: the first and the last // become ';'. "END// SELECT 1//"
** on one line has two as well.
*/
#include <string.h>
#include "liquibase.h"
#include "token.h"

/* Whether the delimiter stands at the end of z[0..iEnd), in any case of
** letters, and none of it before iSafe, where a literal or a comment ends. *pn
** is how many bytes it has, without the \n of one that wants a line of its
** own. */
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

/* Does the delimiter end statements wherever it stands? */
static int delimiterAnywhere(const char *zDelimiter) {
  size_t n = strlen(zDelimiter);

  return n >= 2 && strspn(zDelimiter, "/@$%~^#;!") == n;
}

/* Copy z[*piDone..iEnd) with a ';' for each delimiter in it, of which none is
** before iStart, where what is no literal and no comment begins. */
static void stretchAdd(MigContext *p, MigText *pText, const char *z,
                       i64 *piDone, i64 iStart, i64 iEnd,
                       const char *zDelimiter) {
  i64 n = (i64)strlen(zDelimiter);
  i64 i = iStart;

  while (i + n <= iEnd) {
    if (memcmp(z + i, zDelimiter, (size_t)n) == 0) {
      migTextAdd(p, pText, z + *piDone, i - *piDone);
      migTextAdd(p, pText, ";", 1);
      i += n;
      *piDone = i;
    } else {
      i++;
    }
  }
}

/* The *pn bytes of SQL at z, whose statements end with a delimiter of their
** own, with a ';' for each that ends one. z itself when zDelimiter is NULL,
** else the reader's work, which the next script overwrites. *pn is set anew. */
static const char *delimiterReplace(MigContext *p, MigLiquibaseReader *pReader,
                                    const char *z, i64 *pn,
                                    const char *zDelimiter) {
  MigText *pText = &pReader->work;
  MigToken token;
  int bAnywhere = zDelimiter && delimiterAnywhere(zDelimiter);
  i64 iSafe = 0; /* end of the last literal or comment */
  i64 iDone = 0; /* copied up to here */
  i64 iLast = 0; /* end of what is no white space */
  i64 i = 0;

  if (zDelimiter == 0) {
    return z;
  }
  pText->n = 0;
  do {
    int bLiteral;
    i = migTokenNext(z, *pn, i, &token);
    bLiteral = token.eType == MIG_TK_STRING || token.eType == MIG_TK_QUOTED ||
               token.eType == MIG_TK_COMMENT;
    if (bAnywhere) {
      if (bLiteral || token.eType == MIG_TK_END) {
        stretchAdd(p, pText, z, &iDone, iSafe, token.iStart, zDelimiter);
      }
    } else if (token.eType == MIG_TK_END ||
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
    iSafe = bLiteral ? i : iSafe;
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
  migTextAdd(p, pText, z + iDone, *pn - iDone);
  *pn = pText->n;
  return migTextZ(pText);
}

/* One script of *pn bytes at z, a zero behind the text that they are the start
** of: with properties and delimiters replaced, a copy in the arena of *pn bytes
** then. Properties come first, and may bring delimiters. NULL after an error;
** TOO_BIG. */
static const char *scriptMake(MigContext *p, MigLiquibaseReader *pReader,
                              const char *z, i64 *pn, const char *zDelimiter) {
  z = migLiquibaseExpand(p, pReader, z, pn);
  z = delimiterReplace(p, pReader, z, pn, zDelimiter);
  return migFormatScript(p, pReader->pFile, z, *pn);
}

/* Whether that word stands anywhere in n bytes, also within another; letter
** case aside. */
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

/* The down script of the changeset that ends, into pRev: as it was read; NULL,
** which means no way back, for nothing but white space; or, when it says that
** nothing is to be undone, "". One that refers to another changeset by
** changeSetId is none here, and noted. */
static void changesetDown(MigContext *p, MigLiquibaseReader *pReader,
                          MigImported *pRev) {
  const char *z = migTextZ(&pReader->down);
  i64 n = migFormatTrim(z, 0, pReader->down.n);
  i64 i = migLiquibaseBlanks(z, 0, n);

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

/* Where the text of n bytes ends without the blank lines behind it: behind the
** line end of its last line that is not blank. */
static i64 textEnd(const char *z, i64 n) {
  return migLineEnd(z, n, migFormatTrim(z, 0, n));
}

/* Make a step of the changeset that ends, with its scripts. aByte[] has room
** for a power of two, and doubles. The message is the comment, else the id. */
static void changesetStep(MigContext *p, MigLiquibaseReader *pReader) {
  const MigLiquibaseSet *pSet = &pReader->set;
  const char *z = migTextZ(&pReader->up);
  i64 n = textEnd(z, pReader->up.n);
  i64 i;
  int nByte = pReader->nByte;
  MigStep *pStep = migFormatStep(p, pReader->pFolder, pReader->pFile);

  if ((nByte & (nByte - 1)) == 0) {
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
  i = migLiquibaseBlanks(z, 0, n);
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

/* The changeset ends, if there is one: a step is made of it, or a note of why
** it is left out. Afterwards there is none. FORMAT when it holds nothing, as
** the owner has it; TOO_BIG. */
void migLiquibaseEnd(MigContext *p, MigLiquibaseReader *pReader) {
  MigLiquibaseSet *pSet = &pReader->set;
  const char *z = migTextZ(&pReader->up);

  if (pSet->iLine < 0 || p->rc) {
    return;
  }
  if (pSet->zOut) {
    migFormatNote(p, pReader->pFolder, "%s: changeset %s:%s left out, %s",
                  pReader->pFile->zName, pSet->zAuthor, pSet->zId, pSet->zOut);
  } else if (migLiquibaseBlanks(z, 0, pReader->up.n) == pReader->up.n) {
    migFormatFail(p, pReader->pFile, pSet->iLine,
                  "no SQL in the changeset %s:%s; write a line -- where there "
                  "is nothing to do",
                  pSet->zAuthor, pSet->zId);
  } else {
    changesetStep(p, pReader);
  }
  pSet->iLine = -1;
}
