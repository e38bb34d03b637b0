/*
** terms.c - lists of columns or expressions.
**
** One grammar serves all of them: the terms of an index, the columns of
** PRIMARY KEY, UNIQUE, FOREIGN KEY, of their parent, of a view and of UPDATE
** OF. A term is an expression, with COLLATE, ASC or DESC, and NULLS FIRST or
** LAST behind it. INDEX and PRIMARY KEY take (a), 'a' and (a COLLATE x) for the
** column a: parentheses and COLLATEs are taken off, in whatever order they are
** around each other, until a name is left or something else.
**
**   text             expr     name   collate   bDesc
**   a                a        a                0
**   (a COLLATE x)    a        a      x         0
**   "a" DESC         "a"      "a"              1
**   a+1 COLLATE x    a+1 COLLATE x             0
**   lower(a)         lower(a)                  0
**
** A COLLATE that ends an expression of operators belongs to its last operand,
** so it is not taken off.
**
** Parentheses are counted, once for the depth at which they close and once to
** take them off, so that 100,000 of them cost no more than their bytes.
*/
#include <string.h>
#include "terms.h"

/* COLLATEs around each other and a column of an index that are seen through. */
#define TERM_COLLATES 10

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

/* Take all parentheses around a span away, and the white space and comments
** next to them. */
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
** there is no COLLATE, or one that belongs to an operand only. */
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

/* Find what a term is of: a column, an expression, with which collation. expr
** is all of it before. A single token, which most are, is looked at only
** once. */
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

/* Pass over a term of a list: an expression with COLLATE, ASC, DESC, NULLS.
** That NULLS FIRST or LAST is said is not kept, but for the bytes in
** term.all. */
static void readTerm(MigDdlReader *pr) {
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
  pDdl->aTerm = migDdlReaderRoom(pr, pDdl->aTerm, pDdl->nTerm, sizeof(term));
  if (pDdl->aTerm) {
    pDdl->aTerm[pDdl->nTerm++] = term;
  }
}

/* Pass over terms with commas between them: how many were looked for, at least
** 1. They are the last of aTerm, and just as many unless there was a failure.
*/
int migTermsRead(MigDdlReader *pr) {
  int n = 1;

  readTerm(pr);
  for (; migCursorIs(&pr->c, MIG_TK_COMMA); n++) {
    migCursorNext(&pr->c);
    readTerm(pr);
  }
  return n;
}

/* Pass over a list of terms in parentheses, which must be there: the first in
** aTerm, and how many. pbAuto: PRIMARY KEY may hold AUTOINCREMENT there too;
** NULL where that cannot stand. */
void migTermsList(MigDdlReader *pr, int *piTerm, int *pnTerm, u8 *pbAuto) {
  migCursorLeft(&pr->c);
  *piTerm = pr->pDdl->nTerm;
  *pnTerm = migTermsRead(pr);
  if (pbAuto) {
    *pbAuto = (u8)migCursorTake(&pr->c, "autoincrement");
  }
  migCursorRight(&pr->c);
}
