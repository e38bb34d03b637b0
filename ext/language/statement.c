/*
** statement.c - the statements of a script, as their text shows them.
**
** Whoever runs a script lets SQLite split it (the tail of sqlite3_prepare),
** because a statement can be compiled only when the ones before it have run.
** The split here is made from the text alone; it lists statements and refuses
** what is forbidden before anything has run. For every script that SQLite
** accepts both find the same statements:
**
**   - A statement ends at its first semicolon, but CREATE [TEMP] TRIGGER,
**     with or without EXPLAIN, at the semicolon behind END that follows a
**     semicolon (the rule of sqlite3_complete()). So CASE .. END ends nothing.
**   - Semicolons without a statement are passed over.
**   - What is not terminated runs to the end of the text.
**
** Classification looks at the first tokens only and trusts nothing: what it
** cannot read is MIG_ST_OTHER and left to SQLite, which refuses it. So that a
** forbidden statement cannot pass for another, a verb is what SQLite would take
** for one: the first word, behind EXPLAIN and behind the tables of a WITH.
*/
#include <string.h>
#include "statement.h"

/* Where a scan for a statement's end stands. */
typedef enum SplitState {
  SPLIT_FIRST,     /* before the first token */
  SPLIT_EXPLAIN,   /* behind EXPLAIN */
  SPLIT_CREATE,    /* behind CREATE, CREATE TEMP */
  SPLIT_PLAIN,     /* the next semicolon ends it */
  SPLIT_BODY,      /* in a CREATE TRIGGER */
  SPLIT_BODY_SEMI, /* behind a semicolon in one */
  SPLIT_BODY_END,  /* behind END behind that semicolon */
  SPLIT_DONE
} SplitState;

/* The state after one more significant token. Only CREATE, with TEMP or
** without, leads to TRIGGER; any other word there makes it a plain statement.
** In a body END counts only right behind a semicolon. */
static SplitState splitNext(const char *z, const MigToken *pToken,
                            SplitState e) {
  int bSemi = pToken->eType == MIG_TK_SEMI;

  switch (e) {
  case SPLIT_FIRST:
    if (migTokenIs(z, pToken, "explain")) {
      return SPLIT_EXPLAIN;
    }
    return migTokenIs(z, pToken, "create") ? SPLIT_CREATE : SPLIT_PLAIN;
  case SPLIT_EXPLAIN:
    if (bSemi) {
      return SPLIT_DONE;
    }
    if (migTokenIs(z, pToken, "explain")) {
      return SPLIT_PLAIN;
    }
    return migTokenIs(z, pToken, "create") ? SPLIT_CREATE : SPLIT_EXPLAIN;
  case SPLIT_CREATE:
    if (migTokenIs(z, pToken, "trigger")) {
      return SPLIT_BODY;
    }
    if (migTokenIs(z, pToken, "temp") || migTokenIs(z, pToken, "temporary")) {
      return SPLIT_CREATE;
    }
    return bSemi ? SPLIT_DONE : SPLIT_PLAIN;
  case SPLIT_BODY_SEMI:
    if (migTokenIs(z, pToken, "end")) {
      return SPLIT_BODY_END;
    }
    return bSemi ? SPLIT_BODY_SEMI : SPLIT_BODY;
  case SPLIT_BODY:
    return bSemi ? SPLIT_BODY_SEMI : SPLIT_BODY;
  default:
    if (bSemi) {
      return SPLIT_DONE;
    }
    return e == SPLIT_BODY_END ? SPLIT_BODY : SPLIT_PLAIN;
  }
}

/* Offset behind the statement whose first token is at i: behind its semicolon,
** or behind the last token of the text. *pbSemi: which of the two. */
static i64 statementEnd(const char *z, i64 n, i64 i, u8 *pbSemi) {
  SplitState e = SPLIT_FIRST;
  MigToken token;
  i64 iEnd = i;

  while (e != SPLIT_DONE) {
    i = migTokenSignificant(z, n, i, &token);
    if (token.eType == MIG_TK_END) {
      break;
    }
    iEnd = i;
    e = splitNext(z, &token, e);
  }
  *pbSemi = e == SPLIT_DONE;
  return iEnd;
}

/* A place among the significant tokens of one statement. */
typedef struct Cursor {
  const char *z;
  i64 n;          /* the text ends with the statement */
  i64 i;          /* behind the current token */
  MigToken token; /* the current one */
} Cursor;

/* Go to the next significant token; at the end stay there. */
static void cursorNext(Cursor *pc) {
  pc->i = migTokenSignificant(pc->z, pc->n, pc->i, &pc->token);
}

/* Is the current token the bare word zWord, in any case? */
static int cursorAt(const Cursor *pc, const char *zWord) {
  return migTokenIs(pc->z, &pc->token, zWord);
}

/* Pass over the bare word zWord if it is the current token: 1, else 0. */
static int cursorTake(Cursor *pc, const char *zWord) {
  int bAt = cursorAt(pc, zWord);

  if (bAt) {
    cursorNext(pc);
  }
  return bAt;
}

/* The significant token behind the current one. */
static MigToken cursorPeek(const Cursor *pc) {
  MigToken token;

  migTokenSignificant(pc->z, pc->n, pc->i, &token);
  return token;
}

/* Pass over a name, if there is one; else *pName is as it was. */
static void cursorName(Cursor *pc, MigToken *pName) {
  if (migTokenIsName(&pc->token)) {
    *pName = pc->token;
    cursorNext(pc);
  }
}

/* Pass over [schema.]name, if there is one. What is not there is left as it
** was, absent. */
static void cursorObject(Cursor *pc, MigToken *pSchema, MigToken *pName) {
  cursorName(pc, pName);
  if (pc->token.eType == MIG_TK_DOT) {
    *pSchema = *pName;
    memset(pName, 0, sizeof(*pName));
    cursorNext(pc);
    cursorName(pc, pName);
  }
}

/* IF [NOT] EXISTS; a table may be called if. */
static void readIf(Cursor *pc, MigStatement *pSt) {
  MigToken next = cursorPeek(pc);

  if (cursorAt(pc, "if") &&
      (migTokenIs(pc->z, &next, "not") || migTokenIs(pc->z, &next, "exists"))) {
    cursorNext(pc);
    cursorTake(pc, "not");
    pSt->bIf = (u8)cursorTake(pc, "exists");
  }
}

/* ANALYZE, REINDEX, and the object of other statements. */
static void readObject(Cursor *pc, MigStatement *pSt) {
  cursorObject(pc, &pSt->schema, &pSt->name);
}

/* Behind INSERT, REPLACE, UPDATE or DELETE: OR and how to resolve a conflict,
** INTO or FROM, the table. */
static void readWrite(Cursor *pc, MigStatement *pSt) {
  if (cursorTake(pc, "or")) {
    cursorNext(pc);
  }
  if (pSt->eKind == MIG_ST_INSERT) {
    cursorTake(pc, "into");
  } else if (pSt->eKind == MIG_ST_DELETE) {
    cursorTake(pc, "from");
  }
  readObject(pc, pSt);
}

/* The kind of a CREATE or DROP: one of aeKind, which are those of a table, an
** index, a view and a trigger, by the word that stands there; else OTHER. */
static MigKind readType(Cursor *pc, const MigKind aeKind[4]) {
  static const char *const azWord[4] = {"table", "index", "view", "trigger"};
  int i;

  for (i = 0; i < 4; i++) {
    if (cursorTake(pc, azWord[i])) {
      return aeKind[i];
    }
  }
  return MIG_ST_OTHER;
}

/* Behind CREATE. For an index and a trigger also the table, behind ON: what
** stands between, such as OF columns, is passed over. */
static void readCreate(Cursor *pc, MigStatement *pSt) {
  static const MigKind aeKind[4] = {MIG_ST_CREATE_TABLE, MIG_ST_CREATE_INDEX,
                                    MIG_ST_CREATE_VIEW, MIG_ST_CREATE_TRIGGER};
  MigToken schema; /* SQLite wants an object and its table in one schema */

  pSt->bTemp = cursorTake(pc, "temp") || cursorTake(pc, "temporary");
  pSt->bUnique = (u8)cursorTake(pc, "unique");
  if (cursorTake(pc, "virtual")) {
    cursorTake(pc, "table");
    pSt->eKind = MIG_ST_CREATE_VIRTUAL;
  } else {
    pSt->eKind = readType(pc, aeKind);
  }
  if (pSt->eKind == MIG_ST_OTHER) {
    return;
  }
  readIf(pc, pSt);
  readObject(pc, pSt);
  if (pSt->eKind == MIG_ST_CREATE_INDEX ||
      pSt->eKind == MIG_ST_CREATE_TRIGGER) {
    while (pc->token.eType != MIG_TK_END && !cursorAt(pc, "on")) {
      cursorNext(pc);
    }
    cursorTake(pc, "on");
    cursorObject(pc, &schema, &pSt->table);
  }
}

/* Behind DROP: the kind, IF EXISTS and the object. */
static void readDrop(Cursor *pc, MigStatement *pSt) {
  static const MigKind aeKind[4] = {MIG_ST_DROP_TABLE, MIG_ST_DROP_INDEX,
                                    MIG_ST_DROP_VIEW, MIG_ST_DROP_TRIGGER};

  pSt->eKind = readType(pc, aeKind);
  if (pSt->eKind != MIG_ST_OTHER) {
    readIf(pc, pSt);
    readObject(pc, pSt);
  }
}

/* Behind RENAME: TO new, or [COLUMN] old TO new. */
static void readRename(Cursor *pc, MigStatement *pSt) {
  pSt->eAlter = MIG_ALTER_RENAME_TABLE;
  if (!cursorAt(pc, "to")) {
    pSt->eAlter = MIG_ALTER_RENAME_COLUMN;
    cursorTake(pc, "column");
    cursorName(pc, &pSt->column);
  }
  cursorTake(pc, "to");
  cursorName(pc, &pSt->newName);
}

/* Behind ALTER: what is done to which table and column. ADD CONSTRAINT, ADD
** CHECK, their DROP and ALTER COLUMN are MIG_ALTER_OTHER. */
static void readAlter(Cursor *pc, MigStatement *pSt) {
  int bAdd;

  if (!cursorTake(pc, "table")) {
    pSt->eKind = MIG_ST_OTHER;
    return;
  }
  readObject(pc, pSt);
  pSt->eAlter = MIG_ALTER_OTHER;
  if (cursorTake(pc, "rename")) {
    readRename(pc, pSt);
    return;
  }
  bAdd = cursorTake(pc, "add");
  if ((bAdd || cursorTake(pc, "drop")) && !cursorAt(pc, "constraint") &&
      !cursorAt(pc, "check")) {
    pSt->eAlter = bAdd ? MIG_ALTER_ADD : MIG_ALTER_DROP;
    cursorTake(pc, "column");
    cursorName(pc, &pSt->column);
  }
}

/* Behind PRAGMA: name, name = value or name(value). A minus belongs to the
** value; a plus says nothing and is left out, as SQLite does. The value is the
** first token only. */
static void readPragma(Cursor *pc, MigStatement *pSt) {
  MigToken sign;

  readObject(pc, pSt);
  if (pc->token.eType != MIG_TK_LP &&
      (pc->token.eType != MIG_TK_OPERATOR || pc->z[pc->token.iStart] != '=')) {
    return;
  }
  cursorNext(pc);
  sign = pc->token;
  if (sign.eType == MIG_TK_OPERATOR) {
    cursorNext(pc);
  }
  pSt->value = pc->token;
  if (sign.eType == MIG_TK_OPERATOR && pc->z[sign.iStart] == '-') {
    pSt->value.n += pSt->value.iStart - sign.iStart;
    pSt->value.iStart = sign.iStart;
  }
}

/* Behind VACUUM: the schema and INTO, each if it is there. */
static void readVacuum(Cursor *pc, MigStatement *pSt) {
  if (!cursorAt(pc, "into")) {
    cursorName(pc, &pSt->schema);
  }
  pSt->bInto = (u8)cursorTake(pc, "into");
}

/* What a statement's first word makes it, and who reads the rest. */
static const struct Verb {
  const char *zWord;                       /* in lower case */
  MigKind eKind;                           /* OTHER: xRead finds it */
  void (*xRead)(Cursor *, MigStatement *); /* NULL: no more is looked at */
} aVerb[] = {
    {"select", MIG_ST_SELECT, 0},
    {"values", MIG_ST_VALUES, 0},
    {"insert", MIG_ST_INSERT, readWrite},
    {"replace", MIG_ST_INSERT, readWrite},
    {"update", MIG_ST_UPDATE, readWrite},
    {"delete", MIG_ST_DELETE, readWrite},
    {"create", MIG_ST_OTHER, readCreate},
    {"drop", MIG_ST_OTHER, readDrop},
    {"alter", MIG_ST_ALTER_TABLE, readAlter},
    {"pragma", MIG_ST_PRAGMA, readPragma},
    {"begin", MIG_ST_BEGIN, 0},
    {"commit", MIG_ST_COMMIT, 0},
    {"end", MIG_ST_COMMIT, 0},
    {"rollback", MIG_ST_ROLLBACK, 0},
    {"savepoint", MIG_ST_SAVEPOINT, 0},
    {"release", MIG_ST_RELEASE, 0},
    {"attach", MIG_ST_ATTACH, 0},
    {"detach", MIG_ST_DETACH, 0},
    {"vacuum", MIG_ST_VACUUM, readVacuum},
    {"analyze", MIG_ST_ANALYZE, readObject},
    {"reindex", MIG_ST_REINDEX, readObject},
};

/* Read the verb at the cursor and what belongs to it. One that is not in aVerb
** is OTHER, and nothing is read. */
static void readVerb(Cursor *pc, MigStatement *pSt) {
  size_t i;

  pSt->eKind = MIG_ST_OTHER;
  for (i = 0; i < sizeof(aVerb) / sizeof(aVerb[0]); i++) {
    if (cursorTake(pc, aVerb[i].zWord)) {
      pSt->eKind = aVerb[i].eKind;
      if (aVerb[i].xRead) {
        aVerb[i].xRead(pc, pSt);
      }
      return;
    }
  }
}

/* Behind WITH: pass over the common table expressions. The main verb is what
** follows a closing parenthesis outside all others, unless that is the AS
** behind a column list or a comma. */
static void skipWith(Cursor *pc) {
  i64 nDepth = 0;
  int bClosed = 0;

  while (pc->token.eType != MIG_TK_END) {
    if (bClosed && nDepth == 0 && pc->token.eType != MIG_TK_COMMA &&
        !cursorAt(pc, "as")) {
      return;
    }
    bClosed = pc->token.eType == MIG_TK_RP;
    nDepth += (pc->token.eType == MIG_TK_LP) - bClosed;
    cursorNext(pc);
  }
}

/*
** Read the statement that begins at or after byte i of the n bytes of z,
** passing over white space, comments and semicolons. Without one, eKind is
** MIG_ST_EMPTY, iStart the end of the text, nByte 0. Nothing is allocated and
** nothing can fail; a text that is no SQL gives MIG_ST_OTHER.
*/
void migStatementRead(const char *z, i64 n, i64 i, MigStatement *pOut) {
  Cursor c = {z, n, i, {MIG_TK_SEMI, 0, 0}};
  int bExplain;

  memset(pOut, 0, sizeof(*pOut));
  while (c.token.eType == MIG_TK_SEMI) {
    cursorNext(&c);
  }
  pOut->iStart = c.token.iStart;
  if (c.token.eType == MIG_TK_END) {
    return;
  }
  c.n = statementEnd(z, n, pOut->iStart, &pOut->bSemi);
  pOut->nByte = c.n - pOut->iStart;
  bExplain = cursorTake(&c, "explain");
  if (bExplain && cursorTake(&c, "query")) {
    cursorTake(&c, "plan");
  }
  if (cursorTake(&c, "with")) {
    skipWith(&c);
    readVerb(&c, pOut);
    if (pOut->eKind > MIG_ST_DELETE) { /* nothing else can follow a WITH */
      pOut->eKind = MIG_ST_OTHER;
    }
  } else {
    readVerb(&c, pOut);
  }
  if (bExplain) {
    pOut->eExplained = pOut->eKind;
    pOut->eKind = MIG_ST_EXPLAIN;
  }
}

/* Read the next statement at or after *pi and move *pi behind it: 1, or 0 when
** there is none left. *pi is 0 at first; what stands between statements belongs
** to none. */
int migScriptNext(const char *z, i64 n, i64 *pi, MigStatement *pOut) {
  migStatementRead(z, n, *pi, pOut);
  *pi = pOut->iStart + pOut->nByte;
  return pOut->eKind != MIG_ST_EMPTY;
}

/* The name of a kind as migration_statements shows it. Constant text. */
const char *migKindName(MigKind eKind) {
  static const char *const azKind[] = {
#define MIG_KIND_NAME(name, text) text,
      MIG_KINDS(MIG_KIND_NAME)
#undef MIG_KIND_NAME
  };

  return azKind[eKind];
}
