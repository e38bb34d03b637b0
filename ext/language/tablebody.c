/*
** tablebody.c - what stands behind the name in CREATE TABLE.
**
** In parentheses columns, each a name, a type and its constraints; then
** constraints of the table. Behind them the options. Or AS and a SELECT.
** Corners of SQLite's grammar (parse.y) that shape this:
**
**   - A word that is no reserved one may be a name wherever a name may stand,
**     and in a column's type. So `a INT GENERATED ALWAYS AS (b)` gives a the
**     type "INT GENERATED ALWAYS", from which SQLite cuts the last two words
**     off again, by their bytes; typeCut() does the same.
**   - A constraint of the table ends the columns: none can follow it.
**   - Table constraints need no comma between them.
**
** Constraints are kept in the order of the text: those of the columns, column
** after column, then from iTableConstraint on those of the table. Of
**
**   CREATE TABLE t(a INT NOT NULL UNIQUE, b INT, CHECK (a>b) UNIQUE (b)) STRICT
**
** column a has the constraints 0 and 1, b none (from 2), the table 2 and 3;
** body is from '(' through the ')' before STRICT, options is STRICT.
*/
#include <string.h>
#include "constraint.h"
#include "text.h"
#include "tablebody.h"

/* Cut zWord, in any case of its letters, and the blanks before it off the end
** of the n bytes at z: the bytes left, or n when they do not end so. zWord may
** be the end of a longer word, as it may for SQLite. */
static i64 cutWord(const char *z, i64 n, const char *zWord) {
  i64 nWord = (i64)strlen(zWord);

  if (n < nWord || migStrNICmp(z + n - nWord, zWord, nWord) != 0) {
    return n;
  }
  for (n -= nWord; n > 0 && (migIsSpace(z[n - 1]) || z[n - 1] == '\v'); n--) {
  }
  return n;
}

/* Cut GENERATED ALWAYS off a type, in the way SQLite does: where it begins, or
** -1. Types of fewer than 16 bytes, which is the length of the two words with a
** blank, SQLite leaves alone; a longer one loses ALWAYS even without GENERATED
** before it (sqlite3AddColumn()). */
static i64 typeCut(const MigDdlReader *pr, MigSpan *pType) {
  const char *z = pr->c.z + pType->iStart;
  i64 n = pType->n < 16 ? pType->n : cutWord(z, pType->n, "always");
  MigToken token;

  if (n == pType->n) {
    return -1;
  }
  n = cutWord(z, n, "generated");
  migTokenSignificant(z, pType->n, n, &token);
  pType->n = n;
  return pType->iStart + token.iStart;
}

/* Pass over a column's type, if it has one: where a GENERATED begins that was
** taken for a part of it, or -1. A type is any names, and parentheses behind
** them, in which anything may stand. */
static i64 readType(MigDdlReader *pr, MigDdlColumn *pColumn) {
  i64 iStart = pr->c.token.iStart;

  while (migTokenIsName(&pr->c.token) && !migConstraintOfColumn(&pr->c)) {
    migCursorNext(&pr->c);
  }
  if (pr->c.iEnd <= iStart) {
    return -1;
  }
  if (migCursorIs(&pr->c, MIG_TK_LP)) {
    migCursorParens(&pr->c);
  }
  pColumn->type = migCursorSpan(&pr->c, iStart);
  return typeCut(pr, &pColumn->type);
}

/* Pass over a column: name, type, constraints. From its name on, notes are its
** own. It is counted only at its end: nColumn is its own number meanwhile. */
static void readColumn(MigDdlReader *pr) {
  MigDdl *pDdl = pr->pDdl;
  MigDdlColumn column;
  i64 iGenerated;

  memset(&column, 0, sizeof(column));
  pr->iOwner = pDdl->nColumn;
  column.all.iStart = pr->c.token.iStart;
  column.iConstraint = pDdl->nConstraint;
  migCursorName(&pr->c, &column.name);
  iGenerated = readType(pr, &column);
  while (migConstraintOfColumn(&pr->c) || migCursorAt(&pr->c, "generated")) {
    migConstraintRead(pr, pDdl->nColumn,
                      migCursorAt(&pr->c, "as") ? iGenerated : -1);
    iGenerated = -1;
  }
  column.nConstraint = pDdl->nConstraint - column.iConstraint;
  column.all = migCursorSpan(&pr->c, column.all.iStart);
  pDdl->aColumn =
      migDdlReaderRoom(pr, pDdl->aColumn, pDdl->nColumn, sizeof(column));
  if (pDdl->aColumn) {
    pDdl->aColumn[pDdl->nColumn++] = column;
  }
}

/* Pass over columns, then constraints, to the closing parenthesis. A comma
** between columns is a separator, behind which a comment on the same line still
** belongs to the column before it; one between constraints is none. */
static void readItems(MigDdlReader *pr) {
  MigDdl *pDdl = pr->pDdl;
  int bComma;

  do {
    readColumn(pr);
    bComma = migCursorIs(&pr->c, MIG_TK_COMMA);
    if (bComma) {
      migDdlReaderSeparator(pr);
    }
  } while (bComma && !migConstraintOfTable(&pr->c));
  pDdl->iTableConstraint = pDdl->nConstraint;
  while (bComma) {
    pr->iOwner = MIG_OWNER_NONE;
    if (!migConstraintOfTable(&pr->c)) {
      migCursorFail(&pr->c, "a constraint");
    }
    migConstraintRead(pr, -1, -1);
    bComma = migCursorIs(&pr->c, MIG_TK_COMMA);
    if (bComma) {
      migCursorNext(&pr->c);
    } else {
      bComma = migConstraintOfTable(&pr->c);
    }
  }
}

/* Pass over STRICT and WITHOUT ROWID, with commas between them. Any other word
** is a failure, as it is to SQLite. */
static void readOptions(MigDdlReader *pr) {
  i64 iStart = pr->c.token.iStart;

  while (migCursorIs(&pr->c, MIG_TK_COMMA) ||
         migCursorIs(&pr->c, MIG_TK_WORD)) {
    if (migCursorIs(&pr->c, MIG_TK_COMMA)) {
      migCursorNext(&pr->c);
    }
    if (migCursorTake(&pr->c, "without")) {
      migCursorNeed(&pr->c, "rowid");
      pr->pDdl->bWithoutRowid = 1;
    } else {
      migCursorNeed(&pr->c, "strict");
      pr->pDdl->bStrict = 1;
    }
  }
  pr->pDdl->options = migCursorSpan(&pr->c, iStart);
}

/* Behind the name of a table: its columns, constraints and options, or the
** SELECT that it is made from; of the SELECT only the span is kept, and there
** are no columns then. At the end each note has an owner that is there. */
void migTableBodyRead(MigDdlReader *pr) {
  MigDdl *pDdl = pr->pDdl;
  i64 iStart = pr->c.token.iStart;
  int i;

  if (migCursorTake(&pr->c, "as")) {
    pDdl->select = migCursorRest(&pr->c);
    return;
  }
  if (!migCursorIs(&pr->c, MIG_TK_LP)) {
    migCursorFail(&pr->c, "'('");
    return;
  }
  migDdlReaderSeparator(pr);
  readItems(pr);
  pr->iOwner = MIG_OWNER_TABLE;
  migCursorRight(&pr->c);
  pDdl->body = migCursorSpan(&pr->c, iStart);
  readOptions(pr);
  for (i = 0; pDdl->aNote && i < pDdl->nNote; i++) {
    if (pDdl->aNote[i].iColumn >= pDdl->nColumn) {
      pDdl->aNote[i].iColumn = MIG_OWNER_NONE; /* a constraint followed */
    }
  }
}
