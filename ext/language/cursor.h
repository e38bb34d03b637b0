/*
** cursor.h - reading a statement token by token.
**
** A cursor stands on a significant token; white space and comments are passed
** over. After the first failure it stands at the end and stays there, so that
** what reads with it needs no tests: lists end, words are not there. Whoever is
** done looks whether iError is still -1.
**
** Nothing is allocated. The text is borrowed, and need not be zero-terminated;
** spans and tokens are offsets in it. Words are compared regardless of case,
** and a word in quotes is none.
**
** The usual walk, here over  CREATE VIEW v AS ..:
**
**   migCursorStart(&c, z, n, 0);
**   migCursorNext(&c);                 on the first token
**   migCursorNeed(&c, "create");       failed when it is not there
**   migCursorNeed(&c, "view");         no-ops from then on
**   migCursorName(&c, &name);
**   migCursorNeed(&c, "as");
**   select = migCursorRest(&c);        empty after a failure
**   if (c.iError >= 0) ..              c.zWanted says what was missing
**
** A cursor is a struct of the caller's, with nothing to free.
*/
#ifndef MIG_CURSOR_H
#define MIG_CURSOR_H

#include "words.h"

typedef struct MigCursor MigCursor;
struct MigCursor {
  const char *z;       /* the text */
  i64 n;               /* its bytes */
  i64 i;               /* behind the current token */
  MigToken token;      /* the current one; END behind the last */
  i64 iEnd;            /* end of the one before it, comments not counted */
  i64 iError;          /* byte at which it failed first, or -1 */
  const char *zWanted; /* what should stand there, for a message; constant */
  /* called for each comment that is passed over, if not NULL, before the token
  ** behind it is the current one; pToken is the comment. bLine: a line has
  ** ended between it and the token before it, outside of comments */
  void (*xComment)(MigCursor *pc, const MigToken *pToken, int bLine);
};

/* What an expression is made of, at its own level: not inside CASE or
** parentheses. */
typedef struct MigExpr {
  int bOperator;    /* it is more than one operand with COLLATEs; a sign
                       counts for nothing */
  i64 iCollate;     /* offset of its last COLLATE, or -1 */
  i64 iBefore;      /* end of the token before that */
  MigToken collate; /* name behind that COLLATE; else END */
} MigExpr;

void migCursorStart(MigCursor *pc, const char *z, i64 n, i64 i);
void migCursorNext(MigCursor *pc);
void migCursorFail(MigCursor *pc, const char *zWanted);

int migCursorIs(const MigCursor *pc, MigTokenType eType);
int migCursorAt(const MigCursor *pc, const char *zWord);
int migCursorIn(const MigCursor *pc, const char *zList);
int migCursorPeek(const MigCursor *pc, const char *zWord);
MigSpan migCursorSpan(const MigCursor *pc, i64 iStart);

int migCursorTake(MigCursor *pc, const char *zWord);
void migCursorNeed(MigCursor *pc, const char *zWord);
void migCursorName(MigCursor *pc, MigToken *pName);
void migCursorLeft(MigCursor *pc);
void migCursorRight(MigCursor *pc);
MigSpan migCursorParens(MigCursor *pc);
MigSpan migCursorRest(MigCursor *pc);
void migCursorExpr(MigCursor *pc, MigExpr *pExpr);

#endif
