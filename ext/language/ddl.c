/*
** ddl.c - one CREATE statement, taken apart into spans of its text.
**
** The grammar is that of SQLite 3.38 to 3.54 (parse.y), read top down with one
** token of lookahead. What nests is passed over by counting parentheses, so
** nothing recurses. Here are the head of the statement, which says what is
** made, and all that is no table; for a table see tablebody.c. Where an
** expression ends is said in cursor.c, what a column of a list is in terms.c.
**
** What SQLite refuses may be taken apart all the same; that it accepts a text
** is for SQLite to say. What it accepts is always taken apart.
**
** A function that is "behind" a word or a name finds the cursor on the token
** after it, and leaves it on the first token that is not its own. None of them
** tests for errors: after a failure of the cursor nothing more is found, and
** migDdlRead() looks at the end. Of
**
**   CREATE TRIGGER r AFTER UPDATE OF a, b ON t WHEN new.a BEGIN SELECT 1; END
**
** readKind() passes CREATE's kind and readTrigger() begins at AFTER; aTerm has
** a and b, where is  new.a,  body is from BEGIN through END.
*/
#include <string.h>
#include "tablebody.h"
#include "terms.h"
#include "text.h"
#include "ddl.h"

/* Keep one argument of a virtual table, if it is not empty: from byte iStart to
** the token passed last. An argument of comments alone is empty. */
static void argAdd(MigDdlReader *pr, i64 iStart) {
  MigDdl *pDdl = pr->pDdl;
  MigSpan arg = migCursorSpan(&pr->c, iStart);

  if (arg.n == 0) {
    return;
  }
  pDdl->aArg = migDdlReaderRoom(pr, pDdl->aArg, pDdl->nArg, sizeof(arg));
  if (pDdl->aArg) {
    pDdl->aArg[pDdl->nArg++] = arg;
  }
}

/* Behind the name of a virtual table. Its arguments are any tokens, between
** commas that stand in no further parentheses: what they say only the module
** knows. They are kept without the white space and comments around them. */
static void readVirtual(MigDdlReader *pr) {
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

/* Behind the name of an index: its table, its terms, its WHERE. The table has
** no schema, it is the one of the index. Where the terms are in aTerm need not
** be kept: they are all there is. */
static void readIndex(MigDdlReader *pr) {
  int iTerm;
  int nTerm;

  migCursorNeed(&pr->c, "on");
  migCursorName(&pr->c, &pr->pDdl->table);
  migTermsList(pr, &iTerm, &nTerm, 0);
  if (migCursorTake(&pr->c, "where")) {
    pr->pDdl->where = migCursorRest(&pr->c);
  }
}

/* Behind the name of a view: names for its columns, if any, and the SELECT. */
static void readView(MigDdlReader *pr) {
  int iTerm;
  int nTerm;

  if (migCursorIs(&pr->c, MIG_TK_LP)) {
    migTermsList(pr, &iTerm, &nTerm, 0);
  }
  migCursorNeed(&pr->c, "as");
  pr->pDdl->select = migCursorRest(&pr->c);
}

/* BEGIN up to the END behind a semicolon that is followed by another or by
** nothing. The END of a CASE is not behind a semicolon, and a statement cannot
** begin with END, so this finds the right one. */
static void readSteps(MigDdlReader *pr) {
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

/* Behind the name of a trigger: when, at what, on which table, WHEN, and its
** statements. A schema of the table is not kept: but for a TEMP trigger it can
** only be the trigger's own. */
static void readTrigger(MigDdlReader *pr) {
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
      migTermsRead(pr);
    }
  } else if (migCursorTake(&pr->c, "delete")) {
    pDdl->eEvent = MIG_EVENT_DELETE;
  } else {
    migCursorNeed(&pr->c, "insert");
  }
  migCursorNeed(&pr->c, "on");
  migDdlReaderObject(pr, &schema, &pDdl->table);
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

/* Behind CREATE: what is made, up to its name. *pxRead is what reads on behind
** that, set in any case. IF may be a name; it is the clause only before NOT. */
static void readKind(MigDdlReader *pr, void (**pxRead)(MigDdlReader *)) {
  MigDdl *pDdl = pr->pDdl;

  if (!migCursorTake(&pr->c, "temp")) {
    migCursorTake(&pr->c, "temporary"); /* the same */
  }
  pDdl->bUnique = (u8)migCursorTake(&pr->c, "unique");
  *pxRead = migTableBodyRead;
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
  }
}

/* Say where and why a text could not be taken apart: FORMAT, with line and
** column from 1 in that text, which a caller may have cut out of a larger
** one. */
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
** or without: 1. White space and comments may be around it; notes among them
** are kept. z need not be zero-terminated. pOut refers to z, which must live as
** long; its arrays belong to the arena. What pOut held before is overwritten.
**
** 0 with FORMAT when there is none, or something else besides; the message has
** line and column, pOut->iError the byte. A caller to whom that is no error
** clears it (migErrorClear()). 0 also after an error of p, before or now: want
** of memory, TOO_BIG. After 0 only iError can be used, which is -1 when it is
** not the text that is wrong.
*/
int migDdlRead(MigContext *p, const char *z, i64 n, MigDdl *pOut) {
  void (*xRead)(MigDdlReader *);
  MigDdlReader r;

  migDdlReaderStart(p, z, n, pOut, &r);
  if (p->rc) {
    return 0;
  }
  pOut->all.iStart = r.c.token.iStart;
  migCursorNeed(&r.c, "create");
  readKind(&r, &xRead);
  migDdlReaderObject(&r, &pOut->schema, &pOut->name);
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
