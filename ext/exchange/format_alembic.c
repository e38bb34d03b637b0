/*
** format_alembic.c - the text of Alembic's offline mode. It is only read.
**
**     CREATE TABLE alembic_version ( ... );
**
**     -- Running upgrade  -> 1975ea83b712
**
**     CREATE TABLE account ( ... );
**
**     INSERT INTO alembic_version (version_num) VALUES ('1975ea83b712');
**
**     -- Running upgrade 1975ea83b712 -> ae1027a6acf
**
** "alembic upgrade base:heads --sql" prints the up scripts, "alembic downgrade
** HEAD:base --sql" the down scripts down from one head: where there are several
** heads their texts overlap, and what stands in two of them must be the same.
** All may stand in one file, or in several of a folder; the names say nothing.
** Where Alembic has printed an error or its log instead, that is FORMAT. A
** line "-- Running ..." between
** two statements, with nothing on the line below it, begins a step; inside a
** literal, a comment or a trigger it is text. Left of the arrow stand the
** parents with commas, right of it the id; of a downgrade it is the other way
** round. Ids and parents are kept, the order of the steps is theirs. So
**
**     -- Running upgrade 1975ea83b712 -> ae1027a6acf, add an age
**
**     ALTER TABLE account ADD COLUMN age INTEGER;
**
**     UPDATE alembic_version SET version_num='ae1027a6acf'
**     WHERE alembic_version.version_num = '1975ea83b712';
**
** is the revision ae1027a6acf of the parent 1975ea83b712, with the message "add
** an age" and one statement as its up script.
**
** Each step moves rows of the version table, which may have another name than
** alembic_version. These statements are taken out, and so are the BEGIN and
** COMMIT between them: the run has its own. A row that the step's line does
** not name as a parent is a dependency: Alembic moves the rows of depends_on
** in the same way, but does not print it otherwise. A dependency whose row was
** gone by then is in no text, and is not seen here either.
**
** Invariant: every step has exactly one statement that makes its id the row of
** its branch, or takes it away. A text in which something was mistaken for a
** step's line does not have that, and is FORMAT.
**
** How it is read: each file statement by statement. What stands between two
** statements is searched for steps' lines; iKeep is where the copying into the
** script of the last step goes on, behind whatever was taken out. Sections are
** collected from all files, and then ups and downs are joined by their ids.
*/
#include <string.h>
#include "format.h"
#include "statement.h"
#include "words.h"

#define ALEMBIC_TABLE "alembic_version"

/* A row that a step moves and that its line does not name. */
typedef struct AlembicRow {
  const char *zId;
  i64 iByte; /* of the statement, in the section's file */
} AlembicRow;

/* A step of a text: one direction of a revision. */
typedef struct AlembicSection {
  MigFile *pFile;
  i64 iByte; /* its line */
  int bDown;
  const char *zId;      /* "" after an error */
  const char *zMessage; /* of an upgrade, "" for none */
  MigList parents;      /* as the line has them; none at a root */
  MigText script;       /* without what was taken out */
  int nMain;            /* statements that make the id a row, or take it away */
  int nOther;           /* rows that are no parents; one may be there twice */
  AlembicRow *aOther;
  MigStep *pStep; /* made of the upgrade; NULL until then */
} AlembicSection;

/* The texts being read. */
typedef struct AlembicReader {
  MigFolder *pFolder;
  MigFile *pFile;     /* the one that is read now; its bytes are there */
  const char *zTable; /* the version table as the text spells it, with a schema
                      ** and quotes; NULL until a statement has told */
  int n;
  AlembicSection *a; /* as they stand in the files */
  i64 iKeep;         /* the script of the last one is complete before this */
  int nRow;          /* statements on the version table taken out */
  int nBegin;        /* BEGIN and COMMIT taken out */
} AlembicReader;

/* ---- messages of Alembic's ---- */

/* Is the line of n bytes at z one that Alembic prints when it fails, or of its
** log, as the logging of its template for alembic.ini writes it? Blanks may
** stand before it. */
static int alembicFailed(const char *z, i64 n) {
  static const char *const azStart[] = {"FAILED: ", "INFO  [alembic.",
                                        "ERROR [alembic.", "WARNI [alembic.",
                                        "DEBUG [alembic."};
  size_t i;

  for (i = 0; i < sizeof(azStart) / sizeof(azStart[0]); i++) {
    i64 nStart = (i64)strlen(azStart[i]);
    while (i == 0 && n > 0 && *z == ' ') { /* "  FAILED: " */
      z++;
      n--;
    }
    if (n > nStart && memcmp(z, azStart[i], (size_t)nStart) == 0) {
      return 1;
    }
  }
  return 0;
}

/* ---- the line of a step ---- */

/* Whether a line at i begins a step, whatever stands around it: the next line
** is blank or missing, and there is an arrow behind the verb. *piText is the
** offset behind "-- Running ". A stamp's line is one too, to be refused. */
static int alembicLine(const char *z, i64 n, i64 i, i64 *piText) {
  static const char zMark[] = "-- Running ";
  static const char *const azVerb[] = {"upgrade ", "downgrade ",
                                       "stamp_revision "};
  i64 nMark = (i64)sizeof(zMark) - 1;
  i64 iEnd = migFormatTrim(z, i, migLineEnd(z, n, i));
  i64 iNext = migLineEnd(z, n, i);
  i64 k;
  int iVerb;

  *piText = i + nMark;
  if (iEnd - i < nMark || memcmp(z + i, zMark, (size_t)nMark) ||
      migFormatTrim(z, iNext, migLineEnd(z, n, iNext)) > iNext) {
    return 0;
  }
  for (iVerb = 0; iVerb < 3; iVerb++) {
    i64 nVerb = (i64)strlen(azVerb[iVerb]);
    if (iEnd - *piText > nVerb &&
        memcmp(z + *piText, azVerb[iVerb], (size_t)nVerb) == 0) {
      for (k = *piText + nVerb - 1; k + 3 <= iEnd; k++) {
        if (memcmp(z + k, " ->", 3) == 0) {
          return 1;
        }
      }
    }
  }
  return 0;
}

/* Append the ids in the file's bytes i..iEnd, which commas with or without
** blanks separate; none when there is nothing. FORMAT for one that is empty or
** holds a blank. */
static void alembicIds(MigContext *p, const MigFile *pFile, i64 i, i64 iEnd,
                       MigList *pList) {
  const char *z = pFile->z;

  while (i < iEnd && p->rc == SQLITE_OK) {
    i64 iId = i;
    while (i < iEnd && z[i] != ',') {
      i++;
    }
    if (i == iId || memchr(z + iId, ' ', (size_t)(i - iId)) ||
        memchr(z + iId, '\t', (size_t)(i - iId)) || i + 1 == iEnd) {
      migFormatFail(p, pFile, iId, "'%.*s' is no list of revisions",
                    migFormatClip(z + iId, iEnd - iId), z + iId);
      return;
    }
    migListAdd(p, pList, migStrndup(p, z + iId, i - iId));
    i++;
    while (i < iEnd && z[i] == ' ') {
      i++;
    }
  }
}

/* Narrow z[*pi..*piEnd) to what is in it without the blanks at both ends. */
static void alembicTrim(const char *z, i64 *pi, i64 *piEnd) {
  *piEnd = migFormatTrim(z, *pi, *piEnd);
  while (*pi < *piEnd && migIsSpace(z[*pi])) {
    ++*pi;
  }
}

/*
** Take the line at i apart, of which alembicLine() has said that it is one:
** what stands left and right of the arrow. A message may follow the id of an
** upgrade, behind a comma. FORMAT for a stamp, which has no scripts, and for a
** line without an id, or with two.
*/
static void alembicHead(MigContext *p, const MigFile *pFile, i64 i, i64 iText,
                        AlembicSection *pOut) {
  const char *z = pFile->z;
  i64 iEnd = migFormatTrim(z, i, migLineEnd(z, pFile->n, i));
  i64 iLeft = iText + (z[iText] == 'u' ? 7 : 9);
  i64 iArrow = iLeft;
  i64 iRight;
  i64 iComma;
  MigList ids = {0, 0};

  if (z[iText] == 's') {
    migFormatFail(p, pFile, i,
                  "the text of a stamp; give that of alembic upgrade --sql");
    return;
  }
  while (memcmp(z + iArrow, " ->", 3)) {
    iArrow++;
  }
  iRight = iArrow + 3;
  alembicTrim(z, &iLeft, &iArrow);
  alembicTrim(z, &iRight, &iEnd);
  pOut->bDown = z[iText] == 'd';
  if (pOut->bDown) {
    alembicIds(p, pFile, iLeft, iArrow, &ids);
    alembicIds(p, pFile, iRight, iEnd, &pOut->parents);
  } else {
    for (iComma = iRight; iComma < iEnd && z[iComma] != ','; iComma++) {
    }
    alembicIds(p, pFile, iRight, iComma, &ids);
    alembicIds(p, pFile, iLeft, iArrow, &pOut->parents);
    iComma += iComma < iEnd;
    alembicTrim(z, &iComma, &iEnd);
    pOut->zMessage = migStrndup(p, z + iComma, iEnd - iComma);
  }
  if (p->rc == SQLITE_OK && ids.n != 1) {
    migFormatFail(p, pFile, i, "a step without one revision of its own");
  }
  pOut->zId = p->rc == SQLITE_OK && ids.n == 1 ? ids.az[0] : "";
}

/*
** FORMAT when a line from i on is one that Alembic prints when it has failed,
** or of its log: the text is not complete, or mixed with what should not be in
** it. Lines within literals are looked at as well.
*/
static void alembicErrors(MigContext *p, const MigFile *pFile, i64 i) {
  const char *z = pFile->z;
  i64 n = pFile->n;
  i64 iEnd;

  for (; i < n && p->rc == SQLITE_OK; i = iEnd) {
    iEnd = migLineEnd(z, n, i);
    if (alembicFailed(z + i, iEnd - i)) {
      i64 nLine = migFormatTrim(z, i, iEnd) - i;
      migFormatFail(p, pFile, i,
                    "'%.*s' is a message of Alembic's, not SQL; give the output"
                    " alone (without 2>&1) of alembic upgrade base:heads --sql"
                    " and, for each head, alembic downgrade HEAD:base --sql",
                    migFormatClip(z + i, nLine), z + i);
    }
  }
}

/* ---- scripts ---- */

/* The last step so far of the file that is read, or NULL before its first. */
static AlembicSection *alembicLast(const AlembicReader *pReader) {
  AlembicSection *pLast = pReader->n ? &pReader->a[pReader->n - 1] : 0;

  return pLast && pLast->pFile == pReader->pFile ? pLast : 0;
}

/* Copy what stands between what was taken out and byte i into the script. The
** blank lines at its start were left behind by what was taken out. */
static void alembicKeep(MigContext *p, AlembicReader *pReader, i64 i) {
  AlembicSection *pLast = alembicLast(pReader);
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
static void alembicClose(MigContext *p, AlembicReader *pReader, i64 i) {
  AlembicSection *pLast = alembicLast(pReader);

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
** alembicLine() has given. */
static void alembicOpen(MigContext *p, AlembicReader *pReader, i64 i,
                        i64 iText) {
  int n = pReader->n;
  AlembicSection *pNew;

  alembicClose(p, pReader, i);
  if (p->rc == SQLITE_OK && (n & (n - 1)) == 0) { /* 0 or a power of two */
    pReader->a = migGrow(p, pReader->a, (u64)n * sizeof(AlembicSection),
                         (n ? 2 * (u64)n : 1) * sizeof(AlembicSection));
  }
  if (p->rc) {
    return;
  }
  pNew = &pReader->a[pReader->n++];
  memset(pNew, 0, sizeof(*pNew));
  pNew->pFile = pReader->pFile;
  pNew->iByte = i;
  alembicHead(p, pReader->pFile, i, iText, pNew);
  pReader->iKeep = migLineEnd(pReader->pFile->z, pReader->pFile->n, i);
}

/* Find the lines of steps in the space and comments between two statements,
** from i to iEnd. Such a line is a comment that begins at a line's start. */
static void alembicGap(MigContext *p, AlembicReader *pReader, i64 i, i64 iEnd) {
  const char *z = pReader->pFile->z;
  MigToken token;
  i64 iText;

  while (i < iEnd && p->rc == SQLITE_OK) {
    i = migTokenNext(z, pReader->pFile->n, i, &token);
    if (token.eType == MIG_TK_COMMENT &&
        (token.iStart == 0 || z[token.iStart - 1] == '\n') &&
        alembicLine(z, pReader->pFile->n, token.iStart, &iText)) {
      alembicOpen(p, pReader, token.iStart, iText);
    }
  }
}

/* ---- rows of the version table ---- */

/* What a statement does to the version table. */
typedef struct AlembicMove {
  char eVerb;      /* of CREATE, INSERT, UPDATE, DELETE, DROP; 0: none */
  MigSpan table;   /* its name, with that of a schema */
  const char *zTo; /* INSERT, UPDATE: the new row */
  const char *zOf; /* UPDATE, DELETE: the old row */
} AlembicMove;

/* The span of the name at *pToken with that of a schema; *pToken and *pi are
** behind it then, and behind the dot before a version_num. Its n is 0 when
** there is no name. A version table called version_num is not found. */
static MigSpan alembicName(const char *z, i64 n, i64 *pi, MigToken *pToken) {
  MigSpan span = {pToken->iStart, 0};

  while (migTokenIsName(pToken) && !migTokenNameIs(z, pToken, "version_num")) {
    span.n = pToken->iStart + pToken->n - span.iStart;
    *pi = migTokenSignificant(z, n, *pi, pToken);
    if (pToken->eType != MIG_TK_DOT) {
      break;
    }
    *pi = migTokenSignificant(z, n, *pi, pToken);
  }
  return span;
}

/*
** Whether a statement begins with the words of zForm, of which @ is the table
** and its last dot, if one follows; > and < are literals, the new row and the
** old one. Other words are tokens, in any case of letters, with one blank
** between them. A second @ must say the same as the first. *pMove is filled in
** when it fits; else its eVerb is 0. Ids are copied as they stand between the
** quotes: none that Alembic makes holds a quote.
*/
static int alembicForm(MigContext *p, const char *z, const MigStatement *pSt,
                       const char *zForm, AlembicMove *pMove) {
  i64 n = pSt->iStart + pSt->nByte;
  MigToken token;
  i64 i = migTokenSignificant(z, n, pSt->iStart, &token);

  memset(pMove, 0, sizeof(*pMove));
  while (*zForm) {
    i64 nWord = (i64)strcspn(zForm, " ");
    if (*zForm == '@') {
      MigSpan span = alembicName(z, n, &i, &token);
      if (span.n == 0 ||
          (pMove->table.n > 0 && !migSpanSame(z, pMove->table, z, span))) {
        return 0;
      }
      pMove->table = span;
    } else {
      if (*zForm == '>' || *zForm == '<') {
        if (token.eType != MIG_TK_STRING || token.n < 3) {
          return 0;
        }
        *(*zForm == '>' ? &pMove->zTo : &pMove->zOf) =
            migStrndup(p, z + token.iStart + 1, token.n - 2);
      } else if (nWord != token.n ||
                 migStrNICmp(zForm, z + token.iStart, nWord)) {
        return 0;
      }
      i = migTokenSignificant(z, n, i, &token);
    }
    zForm += nWord;
    zForm += *zForm == ' ';
  }
  pMove->eVerb = z[pSt->iStart];
  return 1;
}

/* Whether a statement is one that Alembic writes for a version table, of any
** name; then *pMove says what it does. */
static int alembicIsMove(MigContext *p, const char *z, const MigStatement *pSt,
                         AlembicMove *pMove) {
  static const char *const azForm[] = {
      "CREATE TABLE @ ( version_num VARCHAR (",
      "INSERT INTO @ ( version_num ) VALUES ( > )",
      "UPDATE @ SET version_num = > WHERE @ version_num = <",
      "DELETE FROM @ WHERE @ version_num = <",
      "DROP TABLE @",
  };
  int i;

  for (i = 0; i < (int)(sizeof(azForm) / sizeof(azForm[0])); i++) {
    if (alembicForm(p, z, pSt, azForm[i], pMove)) {
      return 1;
    }
  }
  return 0;
}

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
static const char *alembicMain(const AlembicSection *pLast,
                               const AlembicMove *pMove, const char **pzOther) {
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
static int alembicOurs(MigContext *p, AlembicReader *pReader,
                       const MigStatement *pSt, const AlembicMove *pMove) {
  const char *z = pReader->pFile->z;
  const AlembicSection *pLast = alembicLast(pReader);
  const char *zTable;
  const char *zOther;
  const char *zMain;

  if (pMove->eVerb == 0) {
    return pSt->eKind >= MIG_ST_INSERT && pSt->eKind <= MIG_ST_DELETE &&
           migTokenNameIs(z, &pSt->name, ALEMBIC_TABLE);
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
  return migTokenNameIs(z, &pSt->name, ALEMBIC_TABLE);
}

/* Whether the list has that id, bytewise. */
static int alembicHas(const MigList *pList, const char *zId) {
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
static void alembicOther(MigContext *p, AlembicSection *pLast, const char *zId,
                         i64 iByte) {
  int n = pLast->nOther;

  if (zId == 0 || alembicHas(&pLast->parents, zId)) {
    return;
  }
  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pLast->aOther = migGrow(p, pLast->aOther, (u64)n * sizeof(AlembicRow),
                            (n ? 2 * (u64)n : 1) * sizeof(AlembicRow));
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
static void alembicMoveRow(MigContext *p, AlembicReader *pReader,
                           const MigStatement *pSt, const AlembicMove *pMove) {
  AlembicSection *pLast = alembicLast(pReader);
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
static void alembicStatement(MigContext *p, AlembicReader *pReader,
                             const MigStatement *pSt) {
  const char *z = pReader->pFile->z;
  MigMark mark = migArenaMark(p);
  AlembicMove move;
  int bBegin = pSt->eKind == MIG_ST_BEGIN || pSt->eKind == MIG_ST_COMMIT;

  memset(&move, 0, sizeof(move));
  if (!bBegin) {
    alembicIsMove(p, z, pSt, &move);
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
** it says what their ids and parents are. */
static void alembicRead(MigContext *p, AlembicReader *pReader, MigFile *pFile) {
  const char *z = migFormatBytes(p, pFile);
  i64 i = migFormatStart(z, pFile->n);
  MigStatement st;
  int bMore = 1;

  pReader->pFile = pFile;
  pReader->iKeep = i;
  alembicErrors(p, pFile, i);
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

/* ---- revisions ---- */

/* Order by id, bytewise. */
static int alembicById(const MigStep *pA, const MigStep *pB) {
  return strcmp(pA->rev.zId, pB->rev.zId);
}

/* The step of that id among n that are sorted by it, or NULL. */
static MigStep *alembicFind(MigStep **ap, int n, const char *zId) {
  int iLow = 0;

  while (n > 0) {
    int nHalf = n / 2;
    int c = strcmp(ap[iLow + nHalf]->rev.zId, zId);
    if (c == 0) {
      return ap[iLow + nHalf];
    }
    if (c < 0) {
      iLow += nHalf + 1;
      n -= nHalf + 1;
    } else {
      n = nHalf;
    }
  }
  return 0;
}

/* Make the step of an upgrade; its down script and dependencies come later. */
static void alembicUp(MigContext *p, MigFolder *pFolder,
                      AlembicSection *pSection) {
  MigStep *pStep = migFormatStep(p, pFolder, pSection->pFile);

  if (pStep == 0) {
    return;
  }
  pSection->pStep = pStep;
  pStep->rev.zId = pSection->zId;
  pStep->rev.zMessage = pSection->zMessage;
  pStep->rev.nParent = pSection->parents.n;
  pStep->rev.azParent = pSection->parents.az;
  pStep->rev.zUp = migFormatScript(
      p, pSection->pFile, migTextZ(&pSection->script), pSection->script.n);
  pStep->rev.nUp = pSection->script.n;
}

/* Join a downgrade with its upgrade, one of the n steps at ap, which are sorted
** by id. FORMAT when there is none, when another downgrade has said something
** else, or when its parents differ. */
static void alembicDown(MigContext *p, AlembicSection *pSection, MigStep **ap,
                        int n) {
  MigStep *pStep = alembicFind(ap, n, pSection->zId);
  int bSame = pStep && pStep->rev.nParent == pSection->parents.n;
  int i;

  for (i = 0; bSame && i < pSection->parents.n; i++) {
    bSame = strcmp(pSection->parents.az[i], pStep->rev.azParent[i]) == 0;
  }
  if (pStep == 0) {
    migFormatFail(p, pSection->pFile, pSection->iByte,
                  "a downgrade of %s, of which there is no upgrade; add its"
                  " text",
                  pSection->zId);
  } else if (pStep->rev.zDown &&
             (pStep->rev.nDown != pSection->script.n ||
              memcmp(pStep->rev.zDown, migTextZ(&pSection->script),
                     (size_t)pSection->script.n) != 0)) {
    migFormatFail(p, pSection->pFile, pSection->iByte,
                  "a second downgrade of %s, which differs from the first;"
                  " remove one",
                  pSection->zId);
  } else if (!bSame) {
    migFormatFail(p, pSection->pFile, pSection->iByte,
                  "the downgrade of %s leads to other revisions than its"
                  " upgrade comes from",
                  pSection->zId);
  } else {
    pSection->pStep = pStep;
    pStep->rev.zDown = migFormatScript(
        p, pSection->pFile, migTextZ(&pSection->script), pSection->script.n);
    pStep->rev.nDown = pSection->script.n;
  }
}

/* FORMAT unless the id is of the texts or stored already. Where there is no
** database to ask, only those of the texts are known. */
static void alembicKnown(MigContext *p, const AlembicReader *pReader,
                         const AlembicSection *pSection, i64 iByte,
                         const char *zId, MigStep **ap) {
  int (*xHas)(MigContext *, const char *) = pReader->pFolder->host.xHas;

  if (p->rc || alembicFind(ap, pReader->pFolder->nStep, zId) ||
      (xHas && xHas(p, zId))) {
    return;
  }
  migFormatFail(p, pSection->pFile, iByte,
                "%s is neither in these texts nor stored; give the text from"
                " base on, or import what comes before it first",
                zId);
}

/* Hold parents and dependencies of a step against what there is; rows that
** are no parents become dependencies, each of them once. */
static void alembicEdges(MigContext *p, const AlembicReader *pReader,
                         const AlembicSection *pSection, MigStep **ap) {
  MigImported *pRev = &pSection->pStep->rev;
  MigList depends = {pRev->nDepend, pRev->azDepend};
  int i;

  for (i = 0; i < pSection->parents.n && p->rc == SQLITE_OK; i++) {
    alembicKnown(p, pReader, pSection, pSection->iByte, pSection->parents.az[i],
                 ap);
  }
  for (i = 0; i < pSection->nOther && p->rc == SQLITE_OK; i++) {
    const AlembicRow *pRow = &pSection->aOther[i];
    alembicKnown(p, pReader, pSection, pRow->iByte, pRow->zId, ap);
    if (!alembicHas(&depends, pRow->zId)) {
      migListAdd(p, &depends, pRow->zId);
    }
  }
  pRev->nDepend = depends.n;
  pRev->azDepend = depends.az;
}

/* FORMAT when two upgrades have one id, or one stands before its parent in
** the same file: then there is a cycle, or the text was cut and pasted. While
** this runs a step's iRevision is its section, -1 before that is met. */
static void alembicOrder(MigContext *p, const AlembicReader *pReader,
                         MigStep **ap) {
  int i;
  int k;

  for (i = 0; i < pReader->n && p->rc == SQLITE_OK; i++) {
    const AlembicSection *pSection = &pReader->a[i];
    MigStep *pFound = alembicFind(ap, pReader->pFolder->nStep, pSection->zId);
    if (pSection->bDown || pFound == 0) {
      continue;
    }
    if (pFound->iRevision >= 0) {
      migFormatFail(p, pSection->pFile, pSection->iByte,
                    "a second upgrade to %s; remove one", pSection->zId);
    }
    for (k = 0; k < pSection->parents.n && p->rc == SQLITE_OK; k++) {
      const char *zParent = pSection->parents.az[k];
      const MigStep *pParent =
          alembicFind(ap, pReader->pFolder->nStep, zParent);
      if (pParent && pParent->iRevision < 0 &&
          pParent->pFile == pSection->pFile) {
        migFormatFail(p, pSection->pFile, pSection->iByte,
                      "%s stands before its parent %s", pSection->zId, zParent);
      }
    }
    pFound->iRevision = i;
  }
}

/* Make revisions of the steps: ups first, so that downs find them. The search
** by id works on a sorted copy; the steps themselves stay as the files have
** them. */
static void alembicRevisions(MigContext *p, AlembicReader *pReader) {
  MigFolder *pFolder = pReader->pFolder;
  MigStep **ap;
  int i;

  for (i = 0; i < pReader->n && p->rc == SQLITE_OK; i++) {
    if (!pReader->a[i].bDown) {
      alembicUp(p, pFolder, &pReader->a[i]);
    }
  }
  ap = migAlloc(p, ((u64)pFolder->nStep + 1) * sizeof(*ap));
  for (i = 0; i < pFolder->nStep && p->rc == SQLITE_OK; i++) {
    ap[i] = pFolder->apStep[i];
    ap[i]->iRevision = -1;
  }
  migStepSort(p, ap, pFolder->nStep, alembicById);
  alembicOrder(p, pReader, ap);
  for (i = 0; i < pReader->n && p->rc == SQLITE_OK; i++) {
    if (pReader->a[i].bDown) {
      alembicDown(p, &pReader->a[i], ap, pFolder->nStep);
    }
    if (p->rc == SQLITE_OK) {
      alembicEdges(p, pReader, &pReader->a[i], ap);
    }
  }
}

/* ---- the format ---- */

/* Whether the file may be such a text: it has the line of a step, or begins
** with a message of Alembic's, of which the loader says what is wrong. A
** folder's files are .sql files at its top; a single one may be called
** anything. One with a header of our own format is ours. */
static int alembicFits(MigContext *p, const MigFolder *pFolder,
                       MigFile *pFile) {
  const char *z;
  i64 iText;
  i64 i;

  if (!pFolder->bSingle &&
      (pFile->zDir[0] || !migFormatSuffix(pFile->zBase, ".sql"))) {
    return 0;
  }
  z = migFormatBytes(p, pFile);
  if (migOwnHeader(z, pFile->n)) {
    return 0;
  }
  i = migFormatStart(z, pFile->n);
  if (alembicFailed(z + i, pFile->n - i)) {
    return 1;
  }
  while (i < pFile->n && !alembicLine(z, pFile->n, i, &iText)) {
    i = migLineEnd(z, pFile->n, i);
  }
  return i < pFile->n;
}

/* How many files are such texts. */
int migAlembicProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    nFit += alembicFits(p, pFolder, &pFolder->aFile[i]);
  }
  return nFit;
}

/* Read every text from its start: sections and counts of an earlier reading are
** forgotten, the name of the version table is kept. FORMAT when no file has the
** line of a step. */
static void alembicReadAll(MigContext *p, AlembicReader *pReader) {
  MigFolder *pFolder = pReader->pFolder;
  int i;

  pReader->n = 0;
  pReader->nRow = 0;
  pReader->nBegin = 0;
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (alembicFits(p, pFolder, &pFolder->aFile[i])) {
      alembicRead(p, pReader, &pFolder->aFile[i]);
    }
  }
  if (p->rc == SQLITE_OK && pReader->n == 0 && pFolder->nFile > 0) {
    migFormatFail(p, &pFolder->aFile[0], 0,
                  "no line -- Running upgrade a -> b; give the text of"
                  " alembic upgrade base:heads --sql");
  }
}

/*
** Read every text and make its revisions. A version table of another name is
** known only behind the first row that makes a step; then everything is read
** once more. FORMAT, with file and line, when a text is not as Alembic writes
** it, or names revisions that are neither in it nor stored. Whether they are
** stored is asked by pFolder->host, if that is given.
*/
void migAlembicLoad(MigContext *p, MigFolder *pFolder) {
  AlembicReader reader;

  memset(&reader, 0, sizeof(reader));
  reader.pFolder = pFolder;
  alembicReadAll(p, &reader);
  if (reader.zTable && migStrICmp(reader.zTable, ALEMBIC_TABLE)) {
    alembicReadAll(p, &reader);
  }
  alembicRevisions(p, &reader);
  if (p->rc == SQLITE_OK && reader.nRow + reader.nBegin > 0) {
    migFormatNote(p, pFolder,
                  "%d statements on %s and %d BEGIN and COMMIT are taken out;"
                  " the run keeps its own books",
                  reader.nRow, reader.zTable ? reader.zTable : ALEMBIC_TABLE,
                  reader.nBegin);
  }
}
