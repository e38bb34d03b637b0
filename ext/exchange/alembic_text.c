/*
** alembic_text.c - a text of Alembic's offline mode, cut into its steps.
**
** A step begins with its line (alembic_form.c) between two statements; inside a
** literal, a comment or a trigger such a line is text.
**
** Each step moves rows of the version table, which may have another name than
** alembic_version. These statements are taken out, and so are the BEGIN and
** COMMIT between them: the run has its own. Of
**
**     -- Running upgrade 1975ea83b712 -> ae1027a6acf, add an age
**
**     ALTER TABLE account ADD COLUMN age INTEGER;
**
**     UPDATE alembic_version SET version_num='ae1027a6acf'
**     WHERE alembic_version.version_num = '1975ea83b712';
**
** ALTER TABLE is left for the script.
**
** Invariant: every step has exactly one statement that makes its id the row of
** its branch, or takes it away. A text in which something was mistaken for a
** step's line does not have that, and is FORMAT.
**
** How it is read: each file statement by statement. What stands between two
** statements is searched for steps' lines; iKeep is where the copying into the
** script of the last step goes on, behind whatever was taken out.
*/
#include <string.h>
#include "alembic.h"

/* ---- scripts ---- */

/* The last step so far of the file that is read, or NULL before its first. */
static MigAlembicSection *alembicLast(const MigAlembicReader *pReader) {
  MigAlembicSection *pLast = pReader->n ? &pReader->a[pReader->n - 1] : 0;

  return pLast && pLast->pFile == pReader->pFile ? pLast : 0;
}

/* Copy what stands between what was taken out and byte i into the script. The
** blank lines at its start were left behind by what was taken out. */
static void alembicKeep(MigContext *p, MigAlembicReader *pReader, i64 i) {
  MigAlembicSection *pLast = alembicLast(pReader);
  const char *z = pReader->pFile->z;
  i64 iFrom = pReader->iKeep;

  while (iFrom < i && (z[iFrom] == '\n' || z[iFrom] == '\r')) {
    iFrom++;
  }
  if (pLast && iFrom < i) {
    migTextAdd(p, &pLast->script, z + iFrom, i - iFrom);
  }
}

/* The last step, if there is one, ends before byte i: one line end at the end
** of its script, which stays empty when nothing is in it. FORMAT when not
** exactly one statement has moved its row. */
static void alembicClose(MigContext *p, MigAlembicReader *pReader, i64 i) {
  MigAlembicSection *pLast = alembicLast(pReader);

  alembicKeep(p, pReader, i);
  if (pLast == 0 || p->rc) {
    return;
  }
  if (pLast->nMain != 1) {
    migFormatFail(p, pLast->pFile, pLast->iByte,
                  "the step of %s has %d statements on the version table for"
                  " its row, not one; is the text complete?",
                  pLast->zId, pLast->nMain);
  }
  if (pLast->script.n > 0) {
    pLast->script.n = migFormatTrim(pLast->script.z, 0, pLast->script.n);
    migTextAdd(p, &pLast->script, "\n", pLast->script.n > 0);
  }
}

/* A step begins with the line at i, and the one before it ends. iText is what
** migAlembicIsLine() has given. */
static void alembicOpen(MigContext *p, MigAlembicReader *pReader, i64 i,
                        i64 iText) {
  int n = pReader->n;
  MigAlembicSection *pNew;

  alembicClose(p, pReader, i);
  if (p->rc == SQLITE_OK && (n & (n - 1)) == 0) { /* 0 or a power of two */
    pReader->a = migGrow(p, pReader->a, (u64)n * sizeof(MigAlembicSection),
                         (n ? 2 * (u64)n : 1) * sizeof(MigAlembicSection));
  }
  if (p->rc) {
    return;
  }
  pNew = &pReader->a[pReader->n++];
  memset(pNew, 0, sizeof(*pNew));
  pNew->pFile = pReader->pFile;
  pNew->iByte = i;
  migAlembicReadLine(p, pReader->pFile, i, iText, pNew);
  pReader->iKeep = migLineEnd(pReader->pFile->z, pReader->pFile->n, i);
}

/* Find the lines of steps in the space and comments between two statements,
** from i to iEnd. Such a line is a comment that begins at a line's start. */
static void alembicGap(MigContext *p, MigAlembicReader *pReader, i64 i,
                       i64 iEnd) {
  const char *z = pReader->pFile->z;
  MigToken token;
  i64 iText;

  while (i < iEnd && p->rc == SQLITE_OK) {
    i = migTokenNext(z, pReader->pFile->n, i, &token);
    if (token.eType == MIG_TK_COMMENT &&
        (token.iStart == 0 || z[token.iStart - 1] == '\n') &&
        migAlembicIsLine(z, pReader->pFile->n, token.iStart, &iText)) {
      alembicOpen(p, pReader, token.iStart, iText);
    }
  }
}

/* ---- rows of the version table ---- */

/*
** The row that an upgrade adds or moves to, or that a downgrade removes or
** moves from, which must be the step's own; NULL when the statement has none.
** *pzOther is the row at the other end, NULL for none:
**
**                upgrade to b         main  other
**     INSERT     b                    b     NULL
**     UPDATE     a becomes b          b     a
**     DELETE     a, joined by b       NULL  a
**
** Of a downgrade of b DELETE has it for main, UPDATE from b to a both, and
** INSERT has a, which comes back, for other.
*/
static const char *alembicMain(const MigAlembicSection *pLast,
                               const MigAlembicMove *pMove,
                               const char **pzOther) {
  const char *zTo = pLast->bDown ? pMove->zOf : pMove->zTo;
  const char *zOf = pLast->bDown ? pMove->zTo : pMove->zOf;

  *pzOther = zOf;
  return zTo;
}

/*
** Whether a statement is about the version table: its name is known, or it is
** alembic_version, or the statement is as Alembic writes it and moves the row
** of this step. The first such statement, or a CREATE TABLE of that form before
** the first step, tells the name.
*/
static int alembicOurs(MigContext *p, MigAlembicReader *pReader,
                       const MigStatement *pSt, const MigAlembicMove *pMove) {
  const char *z = pReader->pFile->z;
  const MigAlembicSection *pLast = alembicLast(pReader);
  const char *zTable;
  const char *zOther;
  const char *zMain;

  if (pMove->eVerb == 0) {
    return pSt->eKind >= MIG_ST_INSERT && pSt->eKind <= MIG_ST_DELETE &&
           migTokenNameIs(z, &pSt->name, MIG_ALEMBIC_TABLE);
  }
  zTable = migStrndup(p, z + pMove->table.iStart, pMove->table.n);
  if (zTable == 0) {
    return 0;
  }
  if (pReader->zTable) {
    return migStrICmp(pReader->zTable, zTable) == 0;
  }
  zMain = pLast ? alembicMain(pLast, pMove, &zOther) : 0;
  if ((pSt->eKind == MIG_ST_CREATE_TABLE && pLast == 0) ||
      (zMain && strcmp(zMain, pLast->zId) == 0)) {
    pReader->zTable = zTable;
    return 1;
  }
  return migTokenNameIs(z, &pSt->name, MIG_ALEMBIC_TABLE);
}

/* Whether the list has that id, bytewise. */
int migAlembicHas(const MigList *pList, const char *zId) {
  int i;

  for (i = 0; i < pList->n; i++) {
    if (strcmp(pList->az[i], zId) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The last step moves the row of another revision, zId, which may be NULL: what
** is no parent is remembered as a dependency. */
static void alembicOther(MigContext *p, MigAlembicSection *pLast,
                         const char *zId, i64 iByte) {
  int n = pLast->nOther;

  if (zId == 0 || migAlembicHas(&pLast->parents, zId)) {
    return;
  }
  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pLast->aOther = migGrow(p, pLast->aOther, (u64)n * sizeof(MigAlembicRow),
                            (n ? 2 * (u64)n : 1) * sizeof(MigAlembicRow));
  }
  if (p->rc == SQLITE_OK) {
    pLast->aOther[n].zId = zId;
    pLast->aOther[n].iByte = iByte;
    pLast->nOther++;
  }
}

/* Remember what a statement on the version table says about the last step.
** FORMAT when it is another step's, stands before the first one, or is not as
** Alembic writes it: then nobody knows what it does to the rows. */
static void alembicMoveRow(MigContext *p, MigAlembicReader *pReader,
                           const MigStatement *pSt,
                           const MigAlembicMove *pMove) {
  MigAlembicSection *pLast = alembicLast(pReader);
  const char *zOther = 0;
  const char *zMain;

  if (pMove->eVerb == 0) {
    migFormatFail(p, pReader->pFile, pSt->iStart,
                  "a statement on the version table that Alembic does not"
                  " write; take it out");
  }
  if (p->rc || (pMove->zTo == 0 && pMove->zOf == 0)) {
    return; /* CREATE and DROP */
  }
  if (pLast == 0) {
    migFormatFail(p, pReader->pFile, pSt->iStart,
                  "a row of the version table before the first line"
                  " -- Running");
    return;
  }
  zMain = alembicMain(pLast, pMove, &zOther);
  if (zMain && strcmp(zMain, pLast->zId)) {
    migFormatFail(p, pReader->pFile, pSt->iStart,
                  "a row for %s in the step of %s; the text is not as Alembic"
                  " wrote it",
                  zMain, pLast->zId);
  }
  pLast->nMain += zMain != 0;
  alembicOther(p, pLast, zOther, pSt->iStart);
}

/* ---- a text ---- */

/* Look at one statement: taken out, or kept where it is. FORMAT for one before
** the first step that is neither BEGIN or COMMIT nor about the version table:
** no revision would run it. */
static void alembicStatement(MigContext *p, MigAlembicReader *pReader,
                             const MigStatement *pSt) {
  const char *z = pReader->pFile->z;
  MigMark mark = migArenaMark(p);
  MigAlembicMove move;
  int bBegin = pSt->eKind == MIG_ST_BEGIN || pSt->eKind == MIG_ST_COMMIT;

  memset(&move, 0, sizeof(move));
  if (!bBegin) {
    migAlembicIsMove(p, z, pSt, &move);
  }
  if (bBegin || alembicOurs(p, pReader, pSt, &move)) {
    alembicKeep(p, pReader, pSt->iStart);
    if (!bBegin) {
      alembicMoveRow(p, pReader, pSt, &move);
    }
    pReader->iKeep = pSt->iStart + pSt->nByte;
    pReader->nBegin += bBegin;
    pReader->nRow += !bBegin;
  } else {
    migArenaRelease(p, mark);
    if (alembicLast(pReader) == 0) {
      migFormatFail(p, pReader->pFile, pSt->iStart,
                    "'%.*s' before the first line -- Running upgrade",
                    migFormatClip(z + pSt->iStart, pSt->nByte),
                    z + pSt->iStart);
    }
  }
}

/* Read one file, and append its steps. It counts as shared by all of them, for
** it says what their ids and parents are. The reader has its folder set, and
** keeps from one file to the next what has been found. FORMAT, with the line,
** when the text is not as Alembic writes it; what migFormatBytes() raises. */
void migAlembicRead(MigContext *p, MigAlembicReader *pReader, MigFile *pFile) {
  const char *z = migFormatBytes(p, pFile);
  i64 i = migFormatStart(z, pFile->n);
  MigStatement st;
  int bMore = 1;

  pReader->pFile = pFile;
  pReader->iKeep = i;
  migAlembicRefuseMessages(p, pFile, i);
  migFormatShare(pFile);
  while (bMore && p->rc == SQLITE_OK) {
    i64 iGap = i;
    bMore = migScriptNext(z, pFile->n, &i, &st);
    alembicGap(p, pReader, iGap, bMore ? st.iStart : pFile->n);
    if (bMore && p->rc == SQLITE_OK) {
      alembicStatement(p, pReader, &st);
    }
  }
  if (p->rc == SQLITE_OK) {
    alembicClose(p, pReader, pFile->n);
  }
}
