/*
** cursor.c - reading a statement token by token.
**
** What nests is passed over by counting parentheses; nothing recurses. Where
** an expression ends follows from what may stand next: a word that SQLite does
** not reserve is a name where an operand is due, and a keyword behind one. So
** `a + desc desc` is an expression and DESC, and CASE .. END is followed by
** counting CASEs.
**
** What is read has been accepted by SQLite, or will be shown to it: the cursor
** finds where things end, and does not judge whether they are good SQL.
**
** Of an expression two states and the number of open CASEs are enough: an
** operand is due, or one has been read. In  CASE a WHEN 1 THEN b END COLLATE c
** DESC  they go
**
**   CASE  a     WHEN  1     THEN  b     END   COLLATE  c     DESC
**   due   read  due   read  due   read  read  due      read  ends
*/
#include <string.h>
#include "cursor.h"
#include "text.h"

/* Stand before byte i of the text z, which ends at byte n; migCursorNext() goes
** to the first token. The whole of *pc is overwritten, so that xComment is set,
** if at all, after this. */
void migCursorStart(MigCursor *pc, const char *z, i64 n, i64 i) {
  memset(pc, 0, sizeof(*pc));
  pc->z = z;
  pc->n = n;
  pc->i = i;
  pc->token.iStart = i;
  pc->iError = -1;
}

/*
** Say what should stand where the cursor is, and go to the end. The first
** failure is the one that is kept. zWanted is constant text: it is not copied.
** Spans that were begun before are of no use then.
*/
void migCursorFail(MigCursor *pc, const char *zWanted) {
  i64 i = pc->token.iStart;

  if (pc->iError < 0) {
    pc->iError = i;
    pc->zWanted = zWanted;
  }
  memset(&pc->token, 0, sizeof(pc->token));
  pc->token.iStart = i;
  pc->i = pc->n;
}

/* Go to the next token; at the end stay there. A token that SQLite does not
** know is a failure. Comments on the way are handed to xComment, those before
** the text's end too. */
void migCursorNext(MigCursor *pc) {
  int bLine = 0;

  pc->iEnd = pc->token.iStart + pc->token.n;
  for (;;) {
    pc->i = migTokenNext(pc->z, pc->n, pc->i, &pc->token);
    if (pc->token.eType == MIG_TK_SPACE) {
      bLine |= memchr(pc->z + pc->token.iStart, '\n', (size_t)pc->token.n) != 0;
    } else if (pc->token.eType == MIG_TK_COMMENT) {
      if (pc->xComment) {
        pc->xComment(pc, &pc->token, bLine);
      }
    } else {
      break;
    }
  }
  if (pc->token.eType == MIG_TK_ILLEGAL) {
    migCursorFail(pc, "something else");
  }
}

/* Is the current token of this type? MIG_TK_END: is there none? */
int migCursorIs(const MigCursor *pc, MigTokenType eType) {
  return pc->token.eType == eType;
}

/* Is the current token the bare word zWord, in any case of its letters? */
int migCursorAt(const MigCursor *pc, const char *zWord) {
  return migTokenIs(pc->z, &pc->token, zWord);
}

/* Is the current token one of the bare words in zList, which are in lower case
** with a blank around each? */
int migCursorIn(const MigCursor *pc, const char *zList) {
  return migWordIn(pc->z, &pc->token, zList);
}

/* Pass over the bare word zWord if it is there: 1, else 0. */
int migCursorTake(MigCursor *pc, const char *zWord) {
  int bAt = migCursorAt(pc, zWord);

  if (bAt) {
    migCursorNext(pc);
  }
  return bAt;
}

/* Pass over the bare word zWord, which must be there: else a failure. */
void migCursorNeed(MigCursor *pc, const char *zWord) {
  if (!migCursorTake(pc, zWord)) {
    migCursorFail(pc, zWord);
  }
}

/* Is the bare word zWord behind the current token? The cursor does not move,
** and comments between them are seen by xComment only when it does. */
int migCursorPeek(const MigCursor *pc, const char *zWord) {
  MigToken token;

  migTokenSignificant(pc->z, pc->n, pc->i, &token);
  return migTokenIs(pc->z, &token, zWord);
}

/* Pass over a name, with quotes or without, which must be there. After a
** failure *pName is as it was. A keyword passes for a name too: where that
** matters, the caller looks for the keyword first. */
void migCursorName(MigCursor *pc, MigToken *pName) {
  if (migTokenIsName(&pc->token)) {
    *pName = pc->token;
    migCursorNext(pc);
  } else {
    migCursorFail(pc, "a name");
  }
}

/* The span from byte iStart, where a token begins, to the end of the token
** passed last, without what follows that; empty when that lies before
** iStart. */
MigSpan migCursorSpan(const MigCursor *pc, i64 iStart) {
  MigSpan span;

  span.iStart = iStart;
  span.n = pc->iEnd > iStart ? pc->iEnd - iStart : 0;
  return span;
}

/* Pass over '(', which must be there. */
void migCursorLeft(MigCursor *pc) {
  if (migCursorIs(pc, MIG_TK_LP)) {
    migCursorNext(pc);
  } else {
    migCursorFail(pc, "'('");
  }
}

/* Pass over ')', which must be there. */
void migCursorRight(MigCursor *pc) {
  if (migCursorIs(pc, MIG_TK_RP)) {
    migCursorNext(pc);
  } else {
    migCursorFail(pc, "')'");
  }
}

/* Pass over all up to the statement's end, the semicolon not included: the
** span of it. The first semicolon ends it, so it is not for the statements of a
** trigger. */
MigSpan migCursorRest(MigCursor *pc) {
  i64 iStart = pc->token.iStart;

  while (!migCursorIs(pc, MIG_TK_END) && !migCursorIs(pc, MIG_TK_SEMI)) {
    migCursorNext(pc);
  }
  return migCursorSpan(pc, iStart);
}

/* ------------------------------------------------------------------------
** Expressions
*/

/* Pass over a parenthesis, which must be there, and all in it: the span from
** the first to the last token inside, with n 0 for (). The cursor is behind the
** one that closes it. When none does, or none opens, it is a failure, and the
** span is of no use. */
MigSpan migCursorParens(MigCursor *pc) {
  MigSpan inside = {0, 0};
  i64 nDepth = 1;

  if (!migCursorIs(pc, MIG_TK_LP)) {
    migCursorFail(pc, "'('");
    return inside;
  }
  migCursorNext(pc);
  inside.iStart = pc->token.iStart;
  while (nDepth > 0) {
    nDepth += migCursorIs(pc, MIG_TK_LP) - migCursorIs(pc, MIG_TK_RP);
    if (nDepth == 0) {
      inside = migCursorSpan(pc, inside.iStart);
    } else if (migCursorIs(pc, MIG_TK_END)) {
      migCursorFail(pc, "')'");
      return inside;
    }
    migCursorNext(pc);
  }
  return inside;
}

/* Words before an operand. CASE is followed by an operand or by WHEN; DISTINCT
** and FROM are the tail of IS [NOT] DISTINCT FROM. */
static const char zPrefix[] = " not case when distinct from ";
/* Words behind an operand that want another. */
static const char zInfix[] = " and or is like glob regexp match between in"
                             " escape when then else over collate ";
/* Words behind an operand that do not. NOT is that of NOT NULL, NOT LIKE and
** their kind: the word behind it says whether an operand is due. */
static const char zPostfix[] = " not null isnull notnull filter ";

/*
** Pass over what stands where an operand is due: 1 when it was one, 0 when one
** is still due, -1 when nothing of the kind is there. *pnCase: CASEs that are
** open. Any word that is no prefix is an operand here: a name, NULL, EXISTS
** before its parenthesis. An operator here is a sign, or '~'.
*/
static int exprOperand(MigCursor *pc, i64 *pnCase, MigExpr *pExpr) {
  if (migCursorIs(pc, MIG_TK_OPERATOR)) {
    migCursorNext(pc);
    return 0;
  }
  if (migCursorIn(pc, zPrefix)) {
    *pnCase += migCursorAt(pc, "case");
    pExpr->bOperator |= *pnCase == 0;
    migCursorNext(pc);
    return 0;
  }
  if (migCursorIs(pc, MIG_TK_LP)) {
    migCursorParens(pc);
    return 1;
  }
  if (pc->token.eType >= MIG_TK_WORD && pc->token.eType <= MIG_TK_VARIABLE) {
    migCursorNext(pc);
    return 1;
  }
  return -1;
}

/*
** Pass over what stands behind an operand: 1 when another is due then, 0 when
** not, -1 when the expression has ended. An END that no CASE waits for ends it.
** The dot of a name counts as an operator that wants its other half, but makes
** it no more than one operand.
*/
static int exprOperator(MigCursor *pc, i64 *pnCase, MigExpr *pExpr) {
  if (migCursorIs(pc, MIG_TK_LP)) { /* arguments, the list of an IN */
    migCursorParens(pc);
    return 0;
  }
  if (migCursorAt(pc, "collate") && *pnCase == 0) {
    pExpr->iCollate = pc->token.iStart;
    pExpr->iBefore = pc->iEnd;
    migCursorNext(pc);
    pExpr->collate = pc->token;
    return 1;
  }
  if (migCursorAt(pc, "end") && *pnCase > 0) {
    --*pnCase;
    migCursorNext(pc);
    return 0;
  }
  if (migCursorIs(pc, MIG_TK_OPERATOR) || migCursorIs(pc, MIG_TK_DOT) ||
      migCursorIn(pc, zInfix)) {
    pExpr->bOperator |= *pnCase == 0 && !migCursorIs(pc, MIG_TK_DOT);
    migCursorNext(pc);
    return 1;
  }
  if (migCursorIn(pc, zPostfix)) {
    pExpr->bOperator |= *pnCase == 0;
    migCursorNext(pc);
    return 0;
  }
  return -1;
}

/*
** Pass over an expression, which must be there: else, or when it breaks off, a
** failure. It ends before what cannot go on with it: a comma, a closing
** parenthesis, a word that is no operator. pExpr says what it is made of, as
** far as it was read.
*/
void migCursorExpr(MigCursor *pc, MigExpr *pExpr) {
  i64 nCase = 0; /* CASEs that are open */
  int bDue = 1;  /* an operand is due */

  memset(pExpr, 0, sizeof(*pExpr));
  pExpr->iCollate = -1;
  for (;;) {
    int e =
        bDue ? exprOperand(pc, &nCase, pExpr) : exprOperator(pc, &nCase, pExpr);
    if (e < 0) {
      break;
    }
    bDue = bDue ? !e : e;
  }
  if (bDue || nCase) {
    migCursorFail(pc, "an expression");
  }
}
