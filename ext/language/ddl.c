/*
** ddl.c - one CREATE statement, taken apart into spans of its text.
**
** The grammar is that of SQLite 3.38 to 3.54 (parse.y), read top down with one
** token of lookahead. What nests is passed over by counting parentheses, so
** nothing recurses. Corners of it that shape the code:
**
**   - A word that is no reserved one may be a name wherever a name may stand,
**     and in a column's type. So `a INT GENERATED ALWAYS AS (b)` gives a the
**     type "INT GENERATED ALWAYS", from which SQLite cuts the last two words
**     off again, by their bytes; typeCut() does the same.
**   - Whether ASC, DESC, NULLS, BEGIN or END ends an expression depends on
**     whether an operand or an operator is due: `CREATE INDEX i ON t(a + desc
**     desc)` sorts by a + "desc", downwards (readExpr()).
**   - Table constraints need no comma between them. CONSTRAINT name may stand
**     alone, and of several names in a row the last counts.
**   - DEFERRABLE may stand apart from REFERENCES, even at another column; it
**     holds for the last foreign key before it.
**   - INDEX and PRIMARY KEY take (a), 'a' and (a COLLATE x) for the column a.
**
** What SQLite refuses may be taken apart all the same; that it accepts a text
** is for SQLite to say. What it accepts is always taken apart.
**
** Comments are passed over, but for "-- migrate:renamed-from name". Such a note
** belongs to the table when it stands before its '(', on the line of that, or
** behind its ')'; to a column when it stands in it, before the comma behind
** it or on the line of that comma; else to the column that follows.
*/
#include <string.h>
#include "ddl.h"
#include "cursor.h"
#include "text.h"

/* COLLATEs around each other and a column of an index that are seen through. */
#define TERM_COLLATES 10

/* A statement being read. */
typedef struct Reader {
  MigCursor c; /* first, so that commentSeen() finds the rest */
  MigContext *p;
  MigDdl *pDdl;
  int iOwner;     /* column whose the comments here are, or -1, -2 */
  int bSeparator; /* the token being passed stands between two items */
  int iForeign;   /* the last foreign key in aConstraint, or -1 */
} Reader;

/*
** Is the token a comment "-- migrate:renamed-from"? Then pName is the one name
** behind it, or END when there is none or more than that.
*/
int migDdlNote(const char *z, const MigToken *pToken, MigToken *pName) {
  static const char zMark[] = "migrate:renamed-from";
  const i64 nMark = (i64)sizeof(zMark) - 1;
  i64 iEnd = pToken->iStart + pToken->n;
  i64 i = pToken->iStart + 2;
  MigToken more;

  if (pToken->eType != MIG_TK_COMMENT || z[pToken->iStart] != '-') {
    return 0;
  }
  while (i < iEnd && (z[i] == ' ' || z[i] == '\t')) {
    i++;
  }
  if (iEnd - i < nMark || memcmp(z + i, zMark, (size_t)nMark) != 0 ||
      (iEnd - i > nMark && !migIsSpace(z[i + nMark]))) {
    return 0;
  }
  i = migTokenSignificant(z, iEnd, i + nMark, pName);
  migTokenSignificant(z, iEnd, i, &more);
  if (!migTokenIsName(pName) || more.eType != MIG_TK_END) {
    memset(pName, 0, sizeof(*pName));
  }
  return 1;
}

/* Room for one more of nByte bytes behind the n in array a: the array. */
static void *roomFor(Reader *pr, void *a, int n, size_t nByte) {
  const int nFirst = 8;

  if (n == 0) {
    return migAlloc(pr->p, nFirst * (u64)nByte);
  }
  if (n >= nFirst && (n & (n - 1)) == 0) {
    return migGrow(pr->p, a, (u64)n * nByte, 2 * (u64)n * nByte);
  }
  return pr->p->rc ? 0 : a;
}

/* Keep the comment if it is a note. bLine: a line has ended between it and
** the token before it. */
static void commentSeen(MigCursor *pc, const MigToken *pToken, int bLine) {
  Reader *pr = (Reader *)pc;
  MigDdl *pDdl = pr->pDdl;
  MigToken name;
  MigDdlNote *pNote;

  if (!migDdlNote(pc->z, pToken, &name)) {
    return;
  }
  pDdl->aNote = roomFor(pr, pDdl->aNote, pDdl->nNote, sizeof(*pNote));
  if (pDdl->aNote) {
    pNote = &pDdl->aNote[pDdl->nNote++];
    pNote->iStart = pToken->iStart;
    pNote->iColumn = pr->bSeparator && bLine ? pDdl->nColumn : pr->iOwner;
    pNote->name = name;
  }
}

/* Pass over a token between two items of a list. */
static void readerSeparator(Reader *pr) {
  pr->bSeparator = 1;
  migCursorNext(&pr->c);
  pr->bSeparator = 0;
}

/* Pass over [schema.]name. */
static void readerObject(Reader *pr, MigToken *pSchema, MigToken *pName) {
  migCursorName(&pr->c, pName);
  if (migCursorIs(&pr->c, MIG_TK_DOT)) {
    *pSchema = *pName;
    migCursorNext(&pr->c);
    migCursorName(&pr->c, pName);
  }
}

/* ------------------------------------------------------------------------
** Lists of terms
*/

/* How many pairs of parentheses are around all of a span? A pair is when, from
** its '(' on, the depth does not fall below it before the last tokens, which
** are all ')'. */
static i64 parensAround(const char *z, MigSpan span) {
  i64 nDepth = 0;
  i64 nLeft = 0;  /* '(' before anything else */
  i64 nLow = 0;   /* lowest depth since then */
  i64 nPairs = 0; /* lowest depth before the last token that is no ')' */
  int bLeft = 1;
  MigCursor c;

  migCursorStart(&c, z, span.iStart + span.n, span.iStart);
  for (migCursorNext(&c); !migCursorIs(&c, MIG_TK_END); migCursorNext(&c)) {
    nDepth += migCursorIs(&c, MIG_TK_LP) - migCursorIs(&c, MIG_TK_RP);
    bLeft &= migCursorIs(&c, MIG_TK_LP);
    nLeft += bLeft;
    nLow = bLeft || nDepth < nLow ? nDepth : nLow;
    if (!migCursorIs(&c, MIG_TK_RP)) {
      nPairs = nLow;
    }
  }
  return nPairs < nLeft ? nPairs : nLeft;
}

/* Take all parentheses around a span away. */
static void parensPeel(const char *z, MigSpan *pSpan) {
  i64 nPairs = parensAround(z, *pSpan);
  i64 nDepth = 0;
  MigCursor c;

  if (nPairs == 0) {
    return;
  }
  migCursorStart(&c, z, pSpan->iStart + pSpan->n, pSpan->iStart);
  for (migCursorNext(&c); nDepth < nPairs; nDepth++) {
    migCursorNext(&c);
  }
  pSpan->iStart = c.token.iStart;
  for (; nDepth >= nPairs; migCursorNext(&c)) {
    nDepth += migCursorIs(&c, MIG_TK_LP) - migCursorIs(&c, MIG_TK_RP);
    pSpan->n = c.iEnd - pSpan->iStart;
  }
}

/* Take the parentheses around a term away, and one COLLATE behind it: 0 when
** there is no COLLATE. */
static int termPeel(const char *z, MigDdlTerm *pTerm) {
  MigCursor c;
  MigExpr expr;

  parensPeel(z, &pTerm->expr);
  migCursorStart(&c, z, pTerm->expr.iStart + pTerm->expr.n, pTerm->expr.iStart);
  migCursorNext(&c);
  migCursorExpr(&c, &expr);
  if (expr.bOperator || expr.iCollate < 0) {
    return 0;
  }
  if (pTerm->collate.eType == MIG_TK_END) { /* the outermost one counts */
    pTerm->collate = expr.collate;
  }
  pTerm->expr.n = expr.iBefore - pTerm->expr.iStart;
  return 1;
}

/* Find what a term is of: a column, an expression, with which collation. */
static void termRead(const char *z, MigDdlTerm *pTerm) {
  MigToken token;
  i64 iEnd = pTerm->expr.iStart + pTerm->expr.n;
  i64 i = migTokenSignificant(z, iEnd, pTerm->expr.iStart, &token);
  int k = 0;

  if (i < iEnd) {
    while (k < TERM_COLLATES && termPeel(z, pTerm)) {
      k++;
    }
    iEnd = pTerm->expr.iStart + pTerm->expr.n;
    i = migTokenSignificant(z, iEnd, pTerm->expr.iStart, &token);
  }
  if (i == iEnd && migTokenIsName(&token)) {
    pTerm->name = token;
  }
}

/* Pass over a term of a list: an expression with COLLATE, ASC, DESC, NULLS. */
static void readTerm(Reader *pr) {
  MigDdl *pDdl = pr->pDdl;
  MigDdlTerm term;
  MigExpr expr;

  memset(&term, 0, sizeof(term));
  term.all.iStart = pr->c.token.iStart;
  migCursorExpr(&pr->c, &expr);
  term.expr = migCursorSpan(&pr->c, term.all.iStart);
  if (pr->c.iError < 0) {
    termRead(pr->c.z, &term);
  }
  term.bDesc = (u8)migCursorAt(&pr->c, "desc");
  if (term.bDesc || migCursorAt(&pr->c, "asc")) {
    migCursorNext(&pr->c);
  }
  if (migCursorTake(&pr->c, "nulls") && !migCursorTake(&pr->c, "first")) {
    migCursorNeed(&pr->c, "last");
  }
  term.all = migCursorSpan(&pr->c, term.all.iStart);
  pDdl->aTerm = roomFor(pr, pDdl->aTerm, pDdl->nTerm, sizeof(term));
  if (pDdl->aTerm) {
    pDdl->aTerm[pDdl->nTerm++] = term;
  }
}

/* Pass over terms with commas between them: how many. */
static int readTerms(Reader *pr) {
  int n = 1;

  readTerm(pr);
  for (; migCursorIs(&pr->c, MIG_TK_COMMA); n++) {
    migCursorNext(&pr->c);
    readTerm(pr);
  }
  return n;
}

static void readLeft(MigCursor *pc) {
  if (migCursorIs(pc, MIG_TK_LP)) {
    migCursorNext(pc);
  } else {
    migCursorFail(pc, "'('");
  }
}

static void readRight(MigCursor *pc) {
  if (migCursorIs(pc, MIG_TK_RP)) {
    migCursorNext(pc);
  } else {
    migCursorFail(pc, "')'");
  }
}

/* Pass over a list of terms in parentheses. PRIMARY KEY may hold AUTOINCREMENT
** there too. */
static void readList(Reader *pr, int *piTerm, int *pnTerm, u8 *pbAuto) {
  readLeft(&pr->c);
  *piTerm = pr->pDdl->nTerm;
  *pnTerm = readTerms(pr);
  if (pbAuto) {
    *pbAuto = (u8)migCursorTake(&pr->c, "autoincrement");
  }
  readRight(&pr->c);
}

/* ------------------------------------------------------------------------
** Constraints
*/

/* Words that begin a constraint of a column, and end its type. */
static const char zColumnRule[] = " not null primary default references unique"
                                  " constraint check collate as deferrable ";
/* Words that begin a constraint of a table. */
static const char zTableRule[] = " constraint primary unique check foreign ";

/* ON CONFLICT what, if that is there. */
static void readConflict(MigCursor *pc, MigDdlConstraint *pCon) {
  static const char *const az[] = {"abort", "rollback", "fail", "ignore",
                                   "replace"};
  u8 i;

  if (!migCursorTake(pc, "on")) {
    return;
  }
  migCursorNeed(pc, "conflict");
  for (i = 0; i < 5; i++) {
    if (migCursorTake(pc, az[i])) {
      pCon->eConflict = i;
      return;
    }
  }
  migCursorFail(pc, "abort, rollback, fail, ignore or replace");
}

/* What ON DELETE and ON UPDATE do. */
static u8 readAction(MigCursor *pc) {
  if (migCursorTake(pc, "cascade")) {
    return MIG_ACTION_CASCADE;
  }
  if (migCursorTake(pc, "restrict")) {
    return MIG_ACTION_RESTRICT;
  }
  if (migCursorTake(pc, "no")) {
    migCursorNeed(pc, "action");
    return MIG_ACTION_NONE;
  }
  migCursorNeed(pc, "set");
  if (migCursorTake(pc, "null")) {
    return MIG_ACTION_SET_NULL;
  }
  migCursorNeed(pc, "default");
  return MIG_ACTION_SET_DEFAULT;
}

/* Behind REFERENCES: table, columns, what to do. ON INSERT says nothing. */
static void readParent(Reader *pr, MigDdlConstraint *pCon) {
  migCursorName(&pr->c, &pCon->target);
  if (migCursorIs(&pr->c, MIG_TK_LP)) {
    readList(pr, &pCon->iParent, &pCon->nParent, 0);
  }
  for (;;) {
    if (migCursorTake(&pr->c, "match")) {
      migCursorName(&pr->c, &pCon->match);
    } else if (!migCursorTake(&pr->c, "on")) {
      return;
    } else if (migCursorTake(&pr->c, "delete")) {
      pCon->eDelete = readAction(&pr->c);
    } else if (migCursorTake(&pr->c, "update")) {
      pCon->eUpdate = readAction(&pr->c);
    } else {
      migCursorNeed(&pr->c, "insert");
      readAction(&pr->c);
    }
  }
}

/* [NOT] DEFERRABLE [INITIALLY ..]: 0 when that is not there. */
static int readDefer(MigCursor *pc, MigDdlConstraint *pCon) {
  int bNot = migCursorAt(pc, "not") && migCursorPeek(pc, "deferrable");

  if (bNot) {
    migCursorNext(pc);
  }
  if (!migCursorTake(pc, "deferrable")) {
    return 0;
  }
  pCon->eDefer = bNot ? MIG_DEFER_NOT : MIG_DEFER_IMMEDIATE;
  if (migCursorTake(pc, "initially") && !migCursorTake(pc, "immediate")) {
    migCursorNeed(pc, "deferred");
    pCon->eDefer = bNot ? MIG_DEFER_NOT : MIG_DEFER_DEFERRED;
  }
  return 1;
}

/* Behind DEFAULT: (expression), or one token with an optional sign. */
static void readDefault(MigCursor *pc, MigDdlConstraint *pCon) {
  i64 iStart = pc->token.iStart;

  pCon->bParen = (u8)migCursorIs(pc, MIG_TK_LP);
  if (pCon->bParen) {
    pCon->value = migCursorParens(pc);
    return;
  }
  if (migCursorIs(pc, MIG_TK_OPERATOR) &&
      (pc->z[iStart] == '+' || pc->z[iStart] == '-')) {
    migCursorNext(pc);
  }
  if (pc->token.eType < MIG_TK_WORD || pc->token.eType > MIG_TK_NUMBER) {
    migCursorFail(pc, "a value");
  } else {
    migCursorNext(pc);
    pCon->value = migCursorSpan(pc, iStart);
  }
}

/* Behind AS. */
static void readGenerated(MigCursor *pc, MigDdlConstraint *pCon) {
  pCon->value = migCursorParens(pc);
  pCon->bStored = (u8)migCursorTake(pc, "stored");
  if (!pCon->bStored) {
    migCursorTake(pc, "virtual");
  }
}

/* Pass over what a constraint of a column says, behind its name. */
static MigConstraintKind readColumnRule(Reader *pr, MigDdlConstraint *pCon) {
  if (readDefer(&pr->c, pCon)) {
    return MIG_CON_DEFERRABLE;
  }
  if (migCursorTake(&pr->c, "not")) {
    migCursorNeed(&pr->c, "null");
    readConflict(&pr->c, pCon);
    return MIG_CON_NOT_NULL;
  }
  if (migCursorTake(&pr->c, "null")) {
    readConflict(&pr->c, pCon);
    return MIG_CON_NULL;
  }
  if (migCursorTake(&pr->c, "primary")) {
    migCursorNeed(&pr->c, "key");
    pCon->bDesc = (u8)migCursorTake(&pr->c, "desc");
    if (!pCon->bDesc) {
      migCursorTake(&pr->c, "asc");
    }
    readConflict(&pr->c, pCon);
    pCon->bAutoincrement = (u8)migCursorTake(&pr->c, "autoincrement");
    return MIG_CON_PRIMARY_KEY;
  }
  if (migCursorTake(&pr->c, "unique")) {
    readConflict(&pr->c, pCon);
    return MIG_CON_UNIQUE;
  }
  if (migCursorTake(&pr->c, "check")) {
    pCon->value = migCursorParens(&pr->c);
    return MIG_CON_CHECK;
  }
  if (migCursorTake(&pr->c, "default")) {
    readDefault(&pr->c, pCon);
    return MIG_CON_DEFAULT;
  }
  if (migCursorTake(&pr->c, "collate")) {
    i64 iStart = pr->c.token.iStart;
    migCursorName(&pr->c, &pCon->target);
    pCon->value = migCursorSpan(&pr->c, iStart);
    return MIG_CON_COLLATE;
  }
  if (migCursorTake(&pr->c, "references")) {
    readParent(pr, pCon);
    while (readDefer(&pr->c, pCon)) {
    }
    return MIG_CON_FOREIGN_KEY;
  }
  if (migCursorTake(&pr->c, "generated")) {
    migCursorNeed(&pr->c, "always");
    migCursorNeed(&pr->c, "as");
    readGenerated(&pr->c, pCon);
    return MIG_CON_GENERATED;
  }
  if (migCursorTake(&pr->c, "as")) {
    readGenerated(&pr->c, pCon);
    return MIG_CON_GENERATED;
  }
  return MIG_CON_NAME;
}

/* The same for a constraint of a table. */
static MigConstraintKind readTableRule(Reader *pr, MigDdlConstraint *pCon) {
  if (migCursorTake(&pr->c, "primary")) {
    migCursorNeed(&pr->c, "key");
    readList(pr, &pCon->iTerm, &pCon->nTerm, &pCon->bAutoincrement);
    readConflict(&pr->c, pCon);
    return MIG_CON_PRIMARY_KEY;
  }
  if (migCursorTake(&pr->c, "unique")) {
    readList(pr, &pCon->iTerm, &pCon->nTerm, 0);
    readConflict(&pr->c, pCon);
    return MIG_CON_UNIQUE;
  }
  if (migCursorTake(&pr->c, "check")) {
    pCon->value = migCursorParens(&pr->c);
    readConflict(&pr->c, pCon);
    return MIG_CON_CHECK;
  }
  if (migCursorTake(&pr->c, "foreign")) {
    migCursorNeed(&pr->c, "key");
    readList(pr, &pCon->iTerm, &pCon->nTerm, 0);
    migCursorNeed(&pr->c, "references");
    readParent(pr, pCon);
    readDefer(&pr->c, pCon);
    return MIG_CON_FOREIGN_KEY;
  }
  return MIG_CON_NAME;
}

/*
** Pass over one constraint, of column iColumn or, when that is -1, of the
** table. iStart: where it begins, if that is before the cursor, else -1.
*/
static void readConstraint(Reader *pr, int iColumn, i64 iStart) {
  MigDdl *pDdl = pr->pDdl;
  MigDdlConstraint con;

  memset(&con, 0, sizeof(con));
  con.iColumn = iColumn;
  con.all.iStart = iStart >= 0 ? iStart : pr->c.token.iStart;
  if (migCursorTake(&pr->c, "constraint")) {
    migCursorName(&pr->c, &con.name);
  }
  con.eKind = iColumn < 0 ? readTableRule(pr, &con) : readColumnRule(pr, &con);
  con.all = migCursorSpan(&pr->c, con.all.iStart);
  pDdl->aConstraint =
      roomFor(pr, pDdl->aConstraint, pDdl->nConstraint, sizeof(con));
  if (pDdl->aConstraint == 0) {
    return;
  }
  if (con.eKind == MIG_CON_FOREIGN_KEY) {
    pr->iForeign = pDdl->nConstraint;
  } else if (con.eKind == MIG_CON_DEFERRABLE && pr->iForeign >= 0) {
    pDdl->aConstraint[pr->iForeign].eDefer = con.eDefer;
  }
  pDdl->aConstraint[pDdl->nConstraint++] = con;
}

/* ------------------------------------------------------------------------
** Tables
*/

/* Cut zWord and the blanks before it off the end of the n bytes at z: the
** bytes left, or n when they do not end so. */
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
** -1. */
static i64 typeCut(const Reader *pr, MigSpan *pType) {
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
** taken for a part of it, or -1. */
static i64 readType(Reader *pr, MigDdlColumn *pColumn) {
  i64 iStart = pr->c.token.iStart;

  while (migTokenIsName(&pr->c.token) && !migCursorIn(&pr->c, zColumnRule)) {
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

static void readColumn(Reader *pr) {
  MigDdl *pDdl = pr->pDdl;
  MigDdlColumn column;
  i64 iGenerated;

  memset(&column, 0, sizeof(column));
  pr->iOwner = pDdl->nColumn;
  column.all.iStart = pr->c.token.iStart;
  column.iConstraint = pDdl->nConstraint;
  migCursorName(&pr->c, &column.name);
  iGenerated = readType(pr, &column);
  while (migCursorIn(&pr->c, zColumnRule) || migCursorAt(&pr->c, "generated")) {
    readConstraint(pr, pDdl->nColumn,
                   migCursorAt(&pr->c, "as") ? iGenerated : -1);
    iGenerated = -1;
  }
  column.nConstraint = pDdl->nConstraint - column.iConstraint;
  column.all = migCursorSpan(&pr->c, column.all.iStart);
  pDdl->aColumn = roomFor(pr, pDdl->aColumn, pDdl->nColumn, sizeof(column));
  if (pDdl->aColumn) {
    pDdl->aColumn[pDdl->nColumn++] = column;
  }
}

/* Pass over columns, then constraints, to the closing parenthesis. */
static void readItems(Reader *pr) {
  MigDdl *pDdl = pr->pDdl;
  int bComma;

  do {
    readColumn(pr);
    bComma = migCursorIs(&pr->c, MIG_TK_COMMA);
    if (bComma) {
      readerSeparator(pr);
    }
  } while (bComma && !migCursorIn(&pr->c, zTableRule));
  pDdl->iTableConstraint = pDdl->nConstraint;
  while (bComma) {
    pr->iOwner = -2;
    if (!migCursorIn(&pr->c, zTableRule)) {
      migCursorFail(&pr->c, "a constraint");
    }
    readConstraint(pr, -1, -1);
    bComma = migCursorIs(&pr->c, MIG_TK_COMMA);
    if (bComma) {
      migCursorNext(&pr->c);
    } else {
      bComma = migCursorIn(&pr->c, zTableRule);
    }
  }
}

/* Pass over STRICT and WITHOUT ROWID, with commas between them. */
static void readOptions(Reader *pr) {
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

/* Pass over all up to the statement's end. */
static MigSpan readRest(Reader *pr) {
  i64 iStart = pr->c.token.iStart;

  while (!migCursorIs(&pr->c, MIG_TK_END) &&
         !migCursorIs(&pr->c, MIG_TK_SEMI)) {
    migCursorNext(&pr->c);
  }
  return migCursorSpan(&pr->c, iStart);
}

/* Behind the name of a table. */
static void readTable(Reader *pr) {
  MigDdl *pDdl = pr->pDdl;
  i64 iStart = pr->c.token.iStart;
  int i;

  if (migCursorTake(&pr->c, "as")) {
    pDdl->select = readRest(pr);
    return;
  }
  if (!migCursorIs(&pr->c, MIG_TK_LP)) {
    migCursorFail(&pr->c, "'('");
    return;
  }
  readerSeparator(pr);
  readItems(pr);
  pr->iOwner = -1;
  readRight(&pr->c);
  pDdl->body = migCursorSpan(&pr->c, iStart);
  readOptions(pr);
  for (i = 0; pDdl->aNote && i < pDdl->nNote; i++) {
    if (pDdl->aNote[i].iColumn >= pDdl->nColumn) {
      pDdl->aNote[i].iColumn = -2; /* a constraint followed */
    }
  }
}

/* ------------------------------------------------------------------------
** The others
*/

/* Keep one argument of a virtual table, if it is not empty. */
static void argAdd(Reader *pr, i64 iStart) {
  MigDdl *pDdl = pr->pDdl;
  MigSpan arg = migCursorSpan(&pr->c, iStart);

  if (arg.n == 0) {
    return;
  }
  pDdl->aArg = roomFor(pr, pDdl->aArg, pDdl->nArg, sizeof(arg));
  if (pDdl->aArg) {
    pDdl->aArg[pDdl->nArg++] = arg;
  }
}

/* Behind the name of a virtual table. Its arguments are any tokens. */
static void readVirtual(Reader *pr) {
  i64 nDepth = 1;
  i64 iStart;

  migCursorNeed(&pr->c, "using");
  migCursorName(&pr->c, &pr->pDdl->module);
  if (!migCursorIs(&pr->c, MIG_TK_LP)) {
    return;
  }
  migCursorNext(&pr->c);
  iStart = pr->c.token.iStart;
  while (nDepth > 0) {
    nDepth += migCursorIs(&pr->c, MIG_TK_LP) - migCursorIs(&pr->c, MIG_TK_RP);
    if (nDepth == 0 || (nDepth == 1 && migCursorIs(&pr->c, MIG_TK_COMMA))) {
      argAdd(pr, iStart);
      migCursorNext(&pr->c);
      iStart = pr->c.token.iStart;
    } else if (migCursorIs(&pr->c, MIG_TK_END)) {
      migCursorFail(&pr->c, "')'");
      return;
    } else {
      migCursorNext(&pr->c);
    }
  }
}

/* Behind the name of an index. */
static void readIndex(Reader *pr) {
  int iTerm;
  int nTerm;

  migCursorNeed(&pr->c, "on");
  migCursorName(&pr->c, &pr->pDdl->table);
  readList(pr, &iTerm, &nTerm, 0);
  if (migCursorTake(&pr->c, "where")) {
    pr->pDdl->where = readRest(pr);
  }
}

/* Behind the name of a view. */
static void readView(Reader *pr) {
  int iTerm;
  int nTerm;

  if (migCursorIs(&pr->c, MIG_TK_LP)) {
    readList(pr, &iTerm, &nTerm, 0);
  }
  migCursorNeed(&pr->c, "as");
  pr->pDdl->select = readRest(pr);
}

/* BEGIN up to the END behind a semicolon that is followed by another or by
** nothing. */
static void readSteps(Reader *pr) {
  i64 iStart = pr->c.token.iStart;
  int bSemi = 0;

  migCursorNeed(&pr->c, "begin");
  while (!migCursorIs(&pr->c, MIG_TK_END)) {
    int bEnd = bSemi && migCursorAt(&pr->c, "end");
    bSemi = migCursorIs(&pr->c, MIG_TK_SEMI);
    migCursorNext(&pr->c);
    if (bEnd &&
        (migCursorIs(&pr->c, MIG_TK_SEMI) || migCursorIs(&pr->c, MIG_TK_END))) {
      pr->pDdl->body = migCursorSpan(&pr->c, iStart);
      return;
    }
  }
  migCursorFail(&pr->c, "END");
}

/* Behind the name of a trigger. */
static void readTrigger(Reader *pr) {
  MigDdl *pDdl = pr->pDdl;
  MigToken schema;
  MigExpr expr;

  if (migCursorTake(&pr->c, "after")) {
    pDdl->eTime = MIG_TIME_AFTER;
  } else if (migCursorTake(&pr->c, "instead")) {
    migCursorNeed(&pr->c, "of");
    pDdl->eTime = MIG_TIME_INSTEAD;
  } else {
    migCursorTake(&pr->c, "before");
  }
  if (migCursorTake(&pr->c, "update")) {
    pDdl->eEvent = MIG_EVENT_UPDATE;
    if (migCursorTake(&pr->c, "of")) {
      readTerms(pr);
    }
  } else if (migCursorTake(&pr->c, "delete")) {
    pDdl->eEvent = MIG_EVENT_DELETE;
  } else {
    migCursorNeed(&pr->c, "insert");
  }
  migCursorNeed(&pr->c, "on");
  readerObject(pr, &schema, &pDdl->table);
  if (migCursorTake(&pr->c, "for")) {
    migCursorNeed(&pr->c, "each");
    migCursorNeed(&pr->c, "row");
  }
  if (migCursorTake(&pr->c, "when")) {
    i64 iStart = pr->c.token.iStart;
    migCursorExpr(&pr->c, &expr);
    pDdl->where = migCursorSpan(&pr->c, iStart);
  }
  readSteps(pr);
}

/* Behind CREATE: what is made. */
static void readKind(Reader *pr, void (**pxRead)(Reader *)) {
  MigDdl *pDdl = pr->pDdl;

  pDdl->bTemp =
      migCursorTake(&pr->c, "temp") || migCursorTake(&pr->c, "temporary");
  pDdl->bUnique = (u8)migCursorTake(&pr->c, "unique");
  *pxRead = readTable;
  if (migCursorTake(&pr->c, "virtual")) {
    migCursorNeed(&pr->c, "table");
    pDdl->eKind = MIG_DDL_VIRTUAL;
    *pxRead = readVirtual;
  } else if (pDdl->bUnique || migCursorAt(&pr->c, "index")) {
    migCursorNeed(&pr->c, "index");
    pDdl->eKind = MIG_DDL_INDEX;
    *pxRead = readIndex;
  } else if (migCursorTake(&pr->c, "view")) {
    pDdl->eKind = MIG_DDL_VIEW;
    *pxRead = readView;
  } else if (migCursorTake(&pr->c, "trigger")) {
    pDdl->eKind = MIG_DDL_TRIGGER;
    *pxRead = readTrigger;
  } else {
    migCursorNeed(&pr->c, "table");
  }
  if (migCursorAt(&pr->c, "if") && migCursorPeek(&pr->c, "not")) {
    migCursorNext(&pr->c);
    migCursorNext(&pr->c);
    migCursorNeed(&pr->c, "exists");
    pDdl->bIf = 1;
  }
}

/* Say where and why a text could not be taken apart. */
static void ddlFail(MigContext *p, MigDdl *pOut, const MigCursor *pc) {
  int iLine;
  int iColumn;

  pOut->iError = pc->iError;
  migPosition(pc->z, pc->iError, &iLine, &iColumn);
  migFail(p, MIG_FORMAT,
          "line %d, column %d: no CREATE statement that can be read; "
          "%s is expected here",
          iLine, iColumn, pc->zWanted);
}

/*
** Take the CREATE statement apart that the n bytes of z hold, with a semicolon
** or without: 1. pOut refers to z; its arrays belong to the arena.
**
** 0 with FORMAT when there is none, or something else besides; the message has
** line and column, pOut->iError the byte.
*/
int migDdlRead(MigContext *p, const char *z, i64 n, MigDdl *pOut) {
  void (*xRead)(Reader *);
  Reader r;

  memset(pOut, 0, sizeof(*pOut));
  memset(&r, 0, sizeof(r));
  pOut->z = z;
  pOut->n = n;
  pOut->iError = -1;
  r.p = p;
  r.pDdl = pOut;
  r.iOwner = -1;
  r.iForeign = -1;
  if (p->rc) {
    return 0;
  }
  migCursorStart(&r.c, z, n, 0);
  r.c.xComment = commentSeen;
  migCursorNext(&r.c);
  pOut->all.iStart = r.c.token.iStart;
  migCursorNeed(&r.c, "create");
  readKind(&r, &xRead);
  readerObject(&r, &pOut->schema, &pOut->name);
  xRead(&r);
  pOut->all = migCursorSpan(&r.c, pOut->all.iStart);
  if (migCursorIs(&r.c, MIG_TK_SEMI)) {
    migCursorNext(&r.c);
  }
  if (!migCursorIs(&r.c, MIG_TK_END)) {
    migCursorFail(&r.c, "the end of the statement");
  }
  if (r.c.iError >= 0) {
    ddlFail(p, pOut, &r.c);
  }
  return p->rc == SQLITE_OK;
}
