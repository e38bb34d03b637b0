/*
** alembic_form.c - what Alembic itself writes into a text of its offline mode:
** messages, the lines of steps, and statements on its version table.
**
**     -- Running upgrade 1975ea83b712 -> ae1027a6acf, add an age
**
**     UPDATE alembic_version SET version_num='ae1027a6acf'
**     WHERE alembic_version.version_num = '1975ea83b712';
**
** A line "-- Running ..." with nothing on the line below it begins a step. Left
** of the arrow stand the parents with commas, right of it the id; of a
** downgrade it is the other way round. A message may follow the id of an
** upgrade.
**
** The version table may have another name than alembic_version: a statement on
** it is known here by its form alone. Whether a statement or a line counts
** where it stands is for alembic_text.c to say.
**
** Offsets are bytes of the file. Ids and messages are copies in the arena.
*/
#include <string.h>
#include "alembic.h"

/* ---- messages of Alembic's ---- */

/* 1 when the line of n bytes at z is one that Alembic prints when it fails, 2
** when it is one of its log, as the logging of its template for alembic.ini
** writes it, else 0. Blanks may stand before the first. */
int migAlembicIsMessage(const char *z, i64 n) {
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
      return i == 0 ? 1 : 2;
    }
  }
  return 0;
}

/*
** FORMAT when a line from i on is one that Alembic prints when it has failed,
** or of its log: the text is not complete, or mixed with what should not be in
** it. Lines within literals are looked at as well.
*/
void migAlembicRefuseMessages(MigContext *p, const MigFile *pFile, i64 i) {
  const char *z = pFile->z;
  i64 n = pFile->n;
  i64 iEnd;

  for (; i < n && p->rc == SQLITE_OK; i = iEnd) {
    int eMessage;
    int nShown;
    iEnd = migLineEnd(z, n, i);
    eMessage = migAlembicIsMessage(z + i, iEnd - i);
    nShown = migFormatClip(z + i, migFormatTrim(z, i, iEnd) - i);
    if (eMessage == 1) {
      migFormatFail(p, pFile, i,
                    "'%.*s' is a message of Alembic's, which stopped there;"
                    " mend the cause (op.batch_alter_table needs copy_from to"
                    " be written by --sql), or take"
                    " migrate_adopt('{\"baseline\":true}')",
                    nShown, z + i);
    } else if (eMessage) {
      migFormatFail(p, pFile, i,
                    "'%.*s' is a message of Alembic's, not SQL; give the output"
                    " alone (without 2>&1) of alembic upgrade base:heads --sql"
                    " and, for each head, alembic downgrade HEAD:base --sql",
                    nShown, z + i);
    }
  }
}

/* ---- the line of a step ---- */

/* Whether a line at i begins a step, whatever stands around it: the next line
** is blank or missing, and there is an arrow behind the verb. *piText is the
** offset behind "-- Running ". A stamp's line is one too, to be refused. */
int migAlembicIsLine(const char *z, i64 n, i64 i, i64 *piText) {
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
** Take the line at i apart, of which migAlembicIsLine() has said that it is
** one, and has given iText: what stands left and right of the arrow goes into
** *pOut, as copies in the arena. A message may follow the id of an upgrade,
** behind a comma. FORMAT for a stamp, which has no scripts, and for a line
** without an id, or with two.
*/
void migAlembicReadLine(MigContext *p, const MigFile *pFile, i64 i, i64 iText,
                        MigAlembicSection *pOut) {
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

/* ---- statements on the version table ---- */

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
                       const char *zForm, MigAlembicMove *pMove) {
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
** name; then *pMove says what it does, else its eVerb is 0. Its ids are copies
** in the arena. */
int migAlembicIsMove(MigContext *p, const char *z, const MigStatement *pSt,
                     MigAlembicMove *pMove) {
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
