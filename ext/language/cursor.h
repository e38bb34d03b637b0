/*
** cursor.h - reading a statement token by token.
**
** A cursor stands on a significant token; white space and comments are passed
** over. After the first failure it stands at the end and stays there, so that
** what reads with it needs no tests: lists end, words are not there.
*/
#ifndef MIG_CURSOR_H
#define MIG_CURSOR_H

#include "words.h"

typedef struct MigCursor MigCursor;
struct MigCursor {
  const char *z;
  i64 n;
  i64 i;               /* behind the current token */
  MigToken token;      /* the current one; END behind the last */
  i64 iEnd;            /* end of the one before it */
  i64 iError;          /* where it failed, or -1 */
  const char *zWanted; /* what should stand there */
  /* called for each comment, if not NULL; bLine: a line has ended between it
  ** and the token before it */
  void (*xComment)(MigCursor *pc, const MigToken *pToken, int bLine);
};

/* What an expression is made of. */
typedef struct MigExpr {
  int bOperator;    /* it is more than one operand with COLLATEs */
  i64 iCollate;     /* its last COLLATE, or -1 */
  i64 iBefore;      /* end of the token before that */
  MigToken collate; /* name behind that */
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
MigSpan migCursorParens(MigCursor *pc);
void migCursorExpr(MigCursor *pc, MigExpr *pExpr);

#endif
