/*
** cursor.h - reading a statement token by token.
**
** A cursor stands on a significant token; white space and comments are passed
** over. After the first failure it stands at the end and stays there, so that
** what reads with it needs no tests: lists end, words are not there. Whoever is
** done looks whether iError is still -1.
**
** Nothing is allocated. The text is borrowed, and need not be zero-terminated.
** Words are compared regardless of case, and a word in quotes is none.
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
  i64 iEnd;            /* end of the one before it */
  i64 iError;          /* where it failed, or -1 */
  const char *zWanted; /* what should stand there, for a message */
  /* called for each comment, if not NULL; bLine: a line has ended between it
  ** and the token before it */
  void (*xComment)(MigCursor *pc, const MigToken *pToken, int bLine);
};

/* What an expression is made of, at its own level: not inside CASE or
** parentheses. */
typedef struct MigExpr {
  int bOperator;    /* it is more than one operand with COLLATEs; a sign
                       counts for nothing */
  i64 iCollate;     /* its last COLLATE, or -1 */
  i64 iBefore;      /* end of the token before that */
  MigToken collate; /* name behind that COLLATE */
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
