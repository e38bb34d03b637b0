/*
** constraint.c - what a constraint of a column or of a table says.
**
** The word that a constraint begins with tells its kind, and what is read
** behind it; aColumnRule and aTableRule are the lists. Corners of SQLite's
** grammar (parse.y) that shape this:
**
**   - CONSTRAINT name may stand alone, and of several names in a row the last
**     counts: each before it becomes a constraint of the kind NAME.
**   - DEFERRABLE may stand apart from REFERENCES, even at another column; it
**     holds for the last foreign key before it.
**   - NOT begins NOT NULL and NOT DEFERRABLE; the second is looked for first.
**   - ON CONFLICT may follow CHECK in a table, but not in a column.
**
** So  a INT CONSTRAINT x CONSTRAINT y UNIQUE REFERENCES p NOT DEFERRABLE  has
** the constraints
**
**   CONSTRAINT x                   NAME
**   CONSTRAINT y UNIQUE            UNIQUE
**   REFERENCES p NOT DEFERRABLE    FOREIGN_KEY with eDefer
**
** With CHECK (a) before NOT DEFERRABLE that would be one of its own, of kind
** DEFERRABLE; its eDefer is put into the foreign key too.
**
** A rule finds the cursor behind its first word and *pCon zeroed but for its
** name and place; 0 is in each field what holds when nothing is said.
*/
#include <string.h>
#include "terms.h"
#include "constraint.h"

/* ------------------------------------------------------------------------
** Clauses of several rules
*/

/* ON CONFLICT what, if that is there. The names are in the order of
** MigConflict. A bare ON can be nothing else behind the rules that ask. */
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

/* What ON DELETE and ON UPDATE do: a MigAction. The cursor is behind DELETE or
** UPDATE, and one of the actions must follow. */
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

/* Behind REFERENCES: table, columns, what to do. MATCH and ON may come in any
** order and again, the last counts. ON INSERT says nothing: SQLite's grammar
** has it, and its code does not look at it. Without a list nParent is 0, which
** means the primary key of the parent. */
static void readParent(MigDdlReader *pr, MigDdlConstraint *pCon) {
  migCursorName(&pr->c, &pCon->target);
  if (migCursorIs(&pr->c, MIG_TK_LP)) {
    migTermsList(pr, &pCon->iParent, &pCon->nParent, 0);
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

/* [NOT] DEFERRABLE [INITIALLY ..]: 0 when that is not there. A NOT before
** anything else is left to be read as NOT NULL. */
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

/* ------------------------------------------------------------------------
** Rules of columns
*/

/* Behind NOT, which was not that of NOT DEFERRABLE. */
static void ruleNotNull(MigDdlReader *pr, MigDdlConstraint *pCon) {
  migCursorNeed(&pr->c, "null");
  readConflict(&pr->c, pCon);
}

/* Behind PRIMARY. ASC is what holds when nothing is said; that DESC is kept
** matters: INTEGER PRIMARY KEY DESC is no rowid. */
static void rulePrimary(MigDdlReader *pr, MigDdlConstraint *pCon) {
  migCursorNeed(&pr->c, "key");
  pCon->bDesc = (u8)migCursorTake(&pr->c, "desc");
  if (!pCon->bDesc) {
    migCursorTake(&pr->c, "asc");
  }
  readConflict(&pr->c, pCon);
  pCon->bAutoincrement = (u8)migCursorTake(&pr->c, "autoincrement");
}

/* Behind NULL and UNIQUE. */
static void ruleConflict(MigDdlReader *pr, MigDdlConstraint *pCon) {
  readConflict(&pr->c, pCon);
}

/* Behind CHECK. No ON CONFLICT: SQLite's grammar has none here. */
static void ruleCheck(MigDdlReader *pr, MigDdlConstraint *pCon) {
  pCon->value = migCursorParens(&pr->c);
}

/* Behind DEFAULT: (expression), or one token with an optional sign. A bare word
** is a value too, which SQLite takes for a string unless it is NULL, TRUE,
** CURRENT_TIME or such; with bParen the value is without its parentheses. */
static void ruleDefault(MigDdlReader *pr, MigDdlConstraint *pCon) {
  MigCursor *pc = &pr->c;
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

/* Behind COLLATE. The name is kept as a token, to be told from others, and as
** a span, to be written again. */
static void ruleCollate(MigDdlReader *pr, MigDdlConstraint *pCon) {
  i64 iStart = pr->c.token.iStart;

  migCursorName(&pr->c, &pCon->target);
  pCon->value = migCursorSpan(&pr->c, iStart);
}

/* Behind REFERENCES. Of several DEFERRABLEs the last counts. */
static void ruleReferences(MigDdlReader *pr, MigDdlConstraint *pCon) {
  readParent(pr, pCon);
  while (readDefer(&pr->c, pCon)) {
  }
}

/* Behind AS. VIRTUAL is what holds when nothing is said. */
static void ruleAs(MigDdlReader *pr, MigDdlConstraint *pCon) {
  pCon->value = migCursorParens(&pr->c);
  pCon->bStored = (u8)migCursorTake(&pr->c, "stored");
  if (!pCon->bStored) {
    migCursorTake(&pr->c, "virtual");
  }
}

/* Behind GENERATED. */
static void ruleGenerated(MigDdlReader *pr, MigDdlConstraint *pCon) {
  migCursorNeed(&pr->c, "always");
  migCursorNeed(&pr->c, "as");
  ruleAs(pr, pCon);
}

/* ------------------------------------------------------------------------
** Rules of tables
*/

/* Behind PRIMARY. AUTOINCREMENT stands within the parentheses here; DESC is in
** the terms. */
static void ruleTablePrimary(MigDdlReader *pr, MigDdlConstraint *pCon) {
  migCursorNeed(&pr->c, "key");
  migTermsList(pr, &pCon->iTerm, &pCon->nTerm, &pCon->bAutoincrement);
  readConflict(&pr->c, pCon);
}

/* Behind UNIQUE. */
static void ruleTableUnique(MigDdlReader *pr, MigDdlConstraint *pCon) {
  migTermsList(pr, &pCon->iTerm, &pCon->nTerm, 0);
  readConflict(&pr->c, pCon);
}

/* Behind CHECK. */
static void ruleTableCheck(MigDdlReader *pr, MigDdlConstraint *pCon) {
  pCon->value = migCursorParens(&pr->c);
  readConflict(&pr->c, pCon);
}

/* Behind FOREIGN. Here DEFERRABLE stands at most once. */
static void ruleForeign(MigDdlReader *pr, MigDdlConstraint *pCon) {
  migCursorNeed(&pr->c, "key");
  migTermsList(pr, &pCon->iTerm, &pCon->nTerm, 0);
  migCursorNeed(&pr->c, "references");
  readParent(pr, pCon);
  readDefer(&pr->c, pCon);
}

/* ------------------------------------------------------------------------
** All of them
*/

/* A rule: the word that it begins with, and what reads on behind that, which is
** NULL at the end of a list. */
typedef struct Rule {
  const char *zFirst;      /* in lower case; NULL: the end of the list */
  MigConstraintKind eKind; /* of the constraint */
  void (*xBehind)(MigDdlReader *pr, MigDdlConstraint *pCon);
} Rule;

static const Rule aColumnRule[] = {
    {"not", MIG_CON_NOT_NULL, ruleNotNull},
    {"null", MIG_CON_NULL, ruleConflict},
    {"primary", MIG_CON_PRIMARY_KEY, rulePrimary},
    {"unique", MIG_CON_UNIQUE, ruleConflict},
    {"check", MIG_CON_CHECK, ruleCheck},
    {"default", MIG_CON_DEFAULT, ruleDefault},
    {"collate", MIG_CON_COLLATE, ruleCollate},
    {"references", MIG_CON_FOREIGN_KEY, ruleReferences},
    {"generated", MIG_CON_GENERATED, ruleGenerated},
    {"as", MIG_CON_GENERATED, ruleAs},
    {0, MIG_CON_NAME, 0}};
static const Rule aTableRule[] = {
    {"primary", MIG_CON_PRIMARY_KEY, ruleTablePrimary},
    {"unique", MIG_CON_UNIQUE, ruleTableUnique},
    {"check", MIG_CON_CHECK, ruleTableCheck},
    {"foreign", MIG_CON_FOREIGN_KEY, ruleForeign},
    {0, MIG_CON_NAME, 0}};

/* Does a constraint of a column begin here? Such a word also ends the column's
** type. GENERATED is not among them: it may be a part of the type. */
int migConstraintOfColumn(const MigCursor *pc) {
  return migCursorIn(pc, " not null primary default references unique"
                         " constraint check collate as deferrable ");
}

/* Does a constraint of a table begin here? No column has such a name without
** quotes: SQLite reserves all of these words. */
int migConstraintOfTable(const MigCursor *pc) {
  return migCursorIn(pc, " constraint primary unique check foreign ");
}

/* Pass over what a constraint says, behind its name: its kind, which is NAME
** when it says nothing. pRule: aColumnRule or aTableRule, from the first. */
static MigConstraintKind readRule(MigDdlReader *pr, const Rule *pRule,
                                  MigDdlConstraint *pCon) {
  while (pRule->zFirst && !migCursorTake(&pr->c, pRule->zFirst)) {
    pRule++;
  }
  if (pRule->xBehind) {
    pRule->xBehind(pr, pCon);
  }
  return pRule->eKind;
}

/* The same for one of a column, which DEFERRABLE may be. */
static MigConstraintKind readColumnRule(MigDdlReader *pr,
                                        MigDdlConstraint *pCon) {
  if (readDefer(&pr->c, pCon)) {
    return MIG_CON_DEFERRABLE;
  }
  return readRule(pr, aColumnRule, pCon);
}

/*
** Pass over one constraint, of column iColumn or, when that is -1, of the
** table, and put it at the end of aConstraint. iStart: where it begins, if that
** is before the cursor (a GENERATED that was read as part of the type), else
** -1. The last foreign key so far is remembered in pr, for a DEFERRABLE that
** comes later. Nothing is kept once p has an error.
*/
void migConstraintRead(MigDdlReader *pr, int iColumn, i64 iStart) {
  MigDdl *pDdl = pr->pDdl;
  MigDdlConstraint con;

  memset(&con, 0, sizeof(con));
  con.iColumn = iColumn;
  con.all.iStart = iStart >= 0 ? iStart : pr->c.token.iStart;
  if (migCursorTake(&pr->c, "constraint")) {
    migCursorName(&pr->c, &con.name);
  }
  con.eKind =
      iColumn < 0 ? readRule(pr, aTableRule, &con) : readColumnRule(pr, &con);
  con.all = migCursorSpan(&pr->c, con.all.iStart);
  pDdl->aConstraint =
      migDdlReaderRoom(pr, pDdl->aConstraint, pDdl->nConstraint, sizeof(con));
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
