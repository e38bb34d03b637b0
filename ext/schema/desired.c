/*
** desired.c - a schema as someone wants it, from its text.
**
** The text is SQL, as a person or a tool writes it down: CREATE statements;
** ALTER TABLE and DROP run as well. Rows are no schema, so statements that
** write some are passed over, and so is what a dump puts around them. The row
** of sqlite_schema that a dump writes for a virtual table stands for its CREATE
** statement. Whether the text is right is for SQLite to say, in a scratch
** database.
**
** Objects that the user's database has just so need not be said to be right
** again: they are filled in (migScratchFill), the rest is run. That makes a
** comparison with few differences cheap. Where the text changes what it has
** made, all of it is run.
**
** A comment "-- migrate:renamed-from name" says that what it belongs to had
** that name before (note.c, ddlreader.c). One behind a statement, on the line
** of its end, belongs to that.
**
** The way of a text:
**
**   virtualsRestore   rows that a dump writes for virtual tables are CREATEs
**   wishesSplit       statements: which are run, what they make, annotations
**   directivesCheck   no other comments of ours than those
**   wishesFill        what is known already, without SQLite's looking at it
**   wishRun           the rest, in the order of the text
**
** All refusals that the text alone gives reason for come before anything is
** run. Of a text such as
**
**   PRAGMA foreign_keys=OFF;           passed over
**   BEGIN TRANSACTION;                 passed over
**   CREATE TABLE t(                    run, or filled in
**     b -- migrate:renamed-from a      column b of t was a
**   );
**   INSERT INTO t VALUES(1);           passed over
**   INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table',
**     'f','f',0,'CREATE VIRTUAL TABLE f USING fts5(a)');     run as a CREATE
**   CREATE TABLE sqlite_sequence(..);  passed over: SQLite makes it
**
** what comes out is t, f, and the tables that f keeps. What no schema and no
** dump has, such as VACUUM or ATTACH, is FORBIDDEN_STATEMENT.
*/
#include <string.h>
#include "desired.h"
#include "directive.h"
#include "note.h"
#include "scratchfill.h"
#include "scratchmake.h"
#include "statement.h"
#include "text.h"

/* A statement of it. */
typedef struct Wish {
  MigStatement st;    /* its spans are of the text */
  const MigDdl *pDdl; /* what it makes; NULL: nothing, or beyond us. Its spans
                      ** begin where the comments before the statement do */
  int iKnown; /* object of this name in the schema that is known, or -1 */
  int bPass;  /* it is not run */
} Wish;

/* A desired schema being made. */
typedef struct Wishes {
  MigScratch *pScratch; /* where it is made */
  const char
      *z; /* the text: the caller's, or virtualsRestore()'s in the arena */
  i64 n;
  const char *zWhat;      /* what the text is, for messages */
  const MigModel *pKnown; /* objects that are known to be good, or NULL */
  MigRenames *pRenames;   /* what annotations say; the caller's */
  int bMakes; /* nothing is altered or dropped, and all that runs is read */
  int nWish;
  Wish *a;
} Wishes;

/* FORBIDDEN_STATEMENT: say why a statement may not stand in a schema. Of the
** INSERTs only those of sqlite_schema come here that virtualsRestore() has not
** replaced. */
static void wishRefuse(MigContext *p, const Wishes *pw,
                       const MigStatement *pSt) {
  int iLine = migLineAt(pw->z, pSt->iStart);

  if (pSt->eKind == MIG_ST_INSERT) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "%s, line %d: a row of sqlite_schema is written; put the CREATE "
            "statement there, as the command .schema of the sqlite3 shell has "
            "it",
            pw->zWhat, iLine);
  } else {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "%s, line %d: a statement of the kind %s may not stand in a "
            "schema; it may hold CREATE, ALTER TABLE and DROP, remove it",
            pw->zWhat, iLine, migKindName(pSt->eKind));
  }
}

/*
** Decide what is to be done with a statement: bPass or not, or
** FORBIDDEN_STATEMENT. Rows are no schema: what writes some is passed over,
** and so is what a dump puts around its statements. By the text alone: a TEMP
** object is told by the word TEMP or by its schema, another schema than main is
** left to SQLite, which has no database of that name in the scratch connection.
*/
static void wishJudge(MigContext *p, const Wishes *pw, Wish *pWish) {
  const MigStatement *pSt = &pWish->st;
  const char *z = pw->z;

  switch (pSt->eKind) {
  case MIG_ST_CREATE_TABLE:
  case MIG_ST_CREATE_VIRTUAL:
  case MIG_ST_CREATE_INDEX:
  case MIG_ST_CREATE_VIEW:
  case MIG_ST_CREATE_TRIGGER:
    if (pSt->bTemp || migTokenNameIs(z, &pSt->schema, "temp")) {
      migFail(p, MIG_FORBIDDEN_STATEMENT,
              "%s, line %d: a TEMP object is no part of a schema; remove it",
              pw->zWhat, migLineAt(pw->z, pSt->iStart));
    }
    return;
  case MIG_ST_DROP_TABLE:
  case MIG_ST_DROP_INDEX:
  case MIG_ST_DROP_VIEW:
  case MIG_ST_DROP_TRIGGER:
  case MIG_ST_ALTER_TABLE:
  case MIG_ST_OTHER: /* SQLite will say what is wrong with it */
    return;
  case MIG_ST_INSERT:
  case MIG_ST_UPDATE:
  case MIG_ST_DELETE:
    pWish->bPass = !migTokenNameIs(z, &pSt->name, "sqlite_schema") &&
                   !migTokenNameIs(z, &pSt->name, "sqlite_master");
    break;
  case MIG_ST_SELECT:
  case MIG_ST_VALUES:
  case MIG_ST_PRAGMA:
  case MIG_ST_ANALYZE:
  case MIG_ST_BEGIN:
  case MIG_ST_COMMIT:
    pWish->bPass = 1;
    break;
  default:
    break;
  }
  if (!pWish->bPass) {
    wishRefuse(p, pw, pSt);
  }
}

/* ---- virtual tables in a dump ---- */

/* Does an INSERT write a row of sqlite_schema? */
static int isSchemaRow(const char *z, const MigStatement *pSt) {
  return pSt->eKind == MIG_ST_INSERT &&
         (migTokenNameIs(z, &pSt->name, "sqlite_schema") ||
          migTokenNameIs(z, &pSt->name, "sqlite_master"));
}

/* The CREATE VIRTUAL TABLE that is the last string of such an INSERT, in the
** arena, or NULL, also after an error. */
static char *virtualText(MigContext *p, const char *z,
                         const MigStatement *pSt) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;
  MigToken last = {MIG_TK_END, 0, 0};
  MigToken token;
  char *zSql;
  i64 n;

  do {
    i = migTokenSignificant(z, iEnd, i, &token);
    last = token.eType == MIG_TK_STRING ? token : last;
  } while (token.eType != MIG_TK_END);
  zSql = last.eType == MIG_TK_STRING ? migTokenName(p, z, &last) : 0;
  if (zSql == 0) {
    return 0;
  }
  n = (i64)strlen(zSql);
  i = migTokenSignificant(zSql, n, 0, &last);
  migTokenSignificant(zSql, n, i, &token);
  return migTokenIs(zSql, &last, "create") &&
                 migTokenIs(zSql, &token, "virtual")
             ? zSql
             : 0;
}

/* The shell's .dump has a virtual table as a row that is written to
** sqlite_schema. Put the CREATE statement in its place, in a copy of the text.
** No line moves: the INSERT is on one line but for those of the statement. */
static void virtualsRestore(MigContext *p, Wishes *pw) {
  MigText text = {0, 0, 0};
  i64 iDone = 0;
  i64 i = 0;
  MigStatement st;

  while (p->rc == SQLITE_OK && migScriptNext(pw->z, pw->n, &i, &st)) {
    char *zSql = isSchemaRow(pw->z, &st) ? virtualText(p, pw->z, &st) : 0;
    if (zSql) {
      migTextAdd(p, &text, pw->z + iDone, st.iStart - iDone);
      migTextF(p, &text, "%s;", zSql); /* sql-ok: a statement */
      iDone = st.iStart + st.nByte;
    }
  }
  if (iDone && p->rc == SQLITE_OK) {
    migTextAdd(p, &text, pw->z + iDone, pw->n - iDone);
    pw->z = text.z;
    pw->n = text.n;
  }
}

/* FORMAT: refuse an annotation, whose comment is at byte i; zWhy follows its
** name. */
static void noteFail(MigContext *p, const Wishes *pw, i64 i, const char *zWhy) {
  migFail(p, MIG_FORMAT, "%s, line %d: migrate:renamed-from %s", pw->zWhat,
          migLineAt(pw->z, i), zWhy);
}

static const char zAstray[] =
    "stands at no table or column; put it before a table or behind a column";

/* Refuse annotations from byte i to iEnd, where no statement is that could have
** some. */
static void notesNone(MigContext *p, const Wishes *pw, i64 i, i64 iEnd) {
  MigToken token;
  MigToken name;

  do {
    i = migTokenNext(pw->z, iEnd, i, &token);
    if (migNoteRead(pw->z, &token, &name)) {
      noteFail(p, pw, token.iStart, zAstray);
    }
  } while (token.eType != MIG_TK_END);
}

/* Does an earlier note than i give an old name to the same thing? Those of a
** column stand together; those of the table before all columns and behind. */
static int noteTwice(const MigDdl *pDdl, int i) {
  const MigDdlNote *a = pDdl->aNote;
  int iColumn = a[i].iColumn;

  return i > 0 &&
         (a[i - 1].iColumn == iColumn ||
          (iColumn == MIG_OWNER_TABLE && a[0].iColumn == MIG_OWNER_TABLE));
}

/* Keep the annotations of a statement, which must be one that makes a table, or
** refuse them with FORMAT. Those of a statement that is passed over are kept as
** well. */
static void notesRead(MigContext *p, const Wishes *pw, const MigDdl *pDdl) {
  MigRenames *pRenames = pw->pRenames;
  i64 iBase = pDdl->z - pw->z;
  int i;

  for (i = 0; i < pDdl->nNote && p->rc == SQLITE_OK; i++) {
    const MigDdlNote *pNote = &pDdl->aNote[i];
    MigRename *pRename;
    int n = pRenames->n;
    if (pNote->iColumn == MIG_OWNER_NONE ||
        (pDdl->eKind != MIG_DDL_TABLE && pDdl->eKind != MIG_DDL_VIRTUAL)) {
      noteFail(p, pw, iBase + pNote->iStart, zAstray);
      return;
    }
    if (noteTwice(pDdl, i)) {
      noteFail(p, pw, iBase + pNote->iStart,
               "says a second old name of the same; remove one");
      return;
    }
    if (pNote->name.eType == MIG_TK_END) {
      noteFail(p, pw, iBase + pNote->iStart,
               "wants one name behind it; put a name that is not plain in "
               "double quotes");
      return;
    }
    pRenames->a = migModelRoom(p, pRenames->a, n, sizeof(*pRename));
    if (p->rc == SQLITE_OK) {
      pRename = &pRenames->a[pRenames->n++];
      pRename->zTable = migTokenName(p, pDdl->z, &pDdl->name);
      pRename->zOld = migTokenName(p, pDdl->z, &pNote->name);
      if (pNote->iColumn >= 0) {
        pRename->zColumn =
            migTokenName(p, pDdl->z, &pDdl->aColumn[pNote->iColumn].name);
      }
    }
  }
}

/* Offset behind what stands on the line of a statement's end, up to the next
** token: a comment there belongs to the statement. */
static i64 lineRest(const Wishes *pw, i64 i) {
  MigToken token;
  i64 iNext = migTokenNext(pw->z, pw->n, i, &token);

  while (token.eType == MIG_TK_COMMENT ||
         (token.eType == MIG_TK_SPACE &&
          memchr(pw->z + token.iStart, '\n', (size_t)token.n) == 0)) {
    i = iNext;
    iNext = migTokenNext(pw->z, pw->n, i, &token);
  }
  return i;
}

/* Is it one of the tables that SQLite makes itself? A dump may name them, and
** SQLite refuses to make them by CREATE TABLE. */
static int isOwn(const MigDdl *pDdl) {
  static const char *const az[] = {"sqlite_sequence", "sqlite_stat1",
                                   "sqlite_stat2", "sqlite_stat3",
                                   "sqlite_stat4"};
  size_t i;

  for (i = 0; i < sizeof(az) / sizeof(az[0]); i++) {
    if (migTokenNameIs(pDdl->z, &pDdl->name, az[i])) {
      return 1;
    }
  }
  return 0;
}

/*
** Read what a CREATE statement makes; from byte i to iEnd it and its comments.
** What cannot be read is left to SQLite, which says what is wrong: FORMAT of
** migDdlRead() is cleared. Annotations in it are refused then, because nobody
** knows what they belong to.
*/
static void wishRead(MigContext *p, Wishes *pw, Wish *pWish, i64 i, i64 iEnd) {
  MigKind e = pWish->st.eKind;
  MigDdl *pDdl = 0;

  if (e >= MIG_ST_CREATE_TABLE && e <= MIG_ST_CREATE_TRIGGER) {
    pDdl = migAlloc(p, sizeof(*pDdl));
  }
  if (pDdl && !migDdlRead(p, pw->z + i, iEnd - i, pDdl)) {
    pDdl = 0;
    if (p->eCode == MIG_FORMAT) {
      migErrorClear(p);
    }
  }
  pWish->pDdl = pDdl;
  if (pDdl == 0) {
    notesNone(p, pw, i, iEnd);
    return;
  }
  notesRead(p, pw, pDdl);
  pWish->bPass |= isOwn(pDdl);
}

/* Take the text apart: pw->a, bMakes and the annotations. A comment belongs to
** the statement behind it, but on the line of a statement's end to that. */
static void wishesSplit(MigContext *p, Wishes *pw) {
  i64 iFrom = 0;
  i64 i = 0;
  MigStatement st;

  pw->bMakes = 1;
  while (p->rc == SQLITE_OK && migScriptNext(pw->z, pw->n, &i, &st)) {
    Wish *pWish;
    pw->a = migModelRoom(p, pw->a, pw->nWish, sizeof(*pWish));
    if (pw->a == 0) {
      return;
    }
    pWish = &pw->a[pw->nWish++];
    pWish->st = st;
    pWish->iKnown = -1;
    i = lineRest(pw, i);
    wishJudge(p, pw, pWish);
    wishRead(p, pw, pWish, iFrom, i);
    pw->bMakes &= pWish->bPass || pWish->pDdl != 0;
    iFrom = i;
  }
  notesNone(p, pw, iFrom, pw->n);
}

/*
** Refuse a comment "-- migrate:" that means nothing anywhere, and those that
** part a file of migrations; other directives of scripts are let be. The error
** of migDirectiveNext() says a line, but not of which text: it is made anew,
** with zWhat before it. Without a message (no memory) it is left as it is.
*/
static void directivesCheck(MigContext *p, const Wishes *pw) {
  MigDirective directive;
  MigContext was;
  i64 i = 0;

  while (migDirectiveNext(p, pw->z, pw->n, &i, &directive)) {
    if (directive.eType == MIG_DIR_UP || directive.eType == MIG_DIR_DOWN) {
      migFail(p, MIG_FORMAT,
              "line %d: a schema has no sections up and down; this is a file "
              "of migrations",
              migLineAt(pw->z, directive.iStart));
    }
  }
  if (p->eCode == MIG_FORMAT && p->zError) {
    migContextInit(&was, p->db);
    migErrorSave(p, &was);
    migFail(p, MIG_FORMAT, "%s, %s", pw->zWhat,
            was.zError + strlen("migrate: FORMAT: "));
    sqlite3_free(was.zError);
  }
}

/* From its name on, does a statement say what a known object says? To the byte:
** SQLite stores the text from there on as it was written. Before the name stand
** only the kind, UNIQUE, IF NOT EXISTS and the schema. */
static int textSame(const MigDdl *pA, const MigDdl *pB) {
  i64 nA = pA->all.iStart + pA->all.n - pA->name.iStart;
  i64 nB = pB->all.iStart + pB->all.n - pB->name.iStart;

  return pA->eKind == pB->eKind && pA->bUnique == pB->bUnique && nA == nB &&
         memcmp(pA->z + pA->name.iStart, pB->z + pB->name.iStart, (size_t)nA) ==
             0;
}

/*
** Mark in abWanted the objects of the known schema that are wished for as they
** are: how many; pw->a[].iKnown is set. None whose name comes twice, of which
** SQLite has to judge, and none that a module makes, nor the module's tables,
** SQLite's and those of our store. A name that is wished for otherwise is not
** marked, and its statement is run.
*/
static int wishesMatch(MigContext *p, Wishes *pw, u8 *abWanted) {
  const MigModel *pKnown = pw->pKnown;
  u8 *anNamed = migAlloc(p, (u64)pKnown->nObject); /* 2: more than once */
  int n = 0;
  int i;

  for (i = 0; i < pw->nWish && p->rc == SQLITE_OK; i++) {
    Wish *pWish = &pw->a[i];
    const MigDdl *pDdl = pWish->pDdl;
    if (!pWish->bPass) {
      pWish->iKnown = migModelFind(pKnown, pDdl->eKind == MIG_DDL_TRIGGER,
                                   migTokenName(p, pDdl->z, &pDdl->name));
    }
    if (pWish->iKnown >= 0 && anNamed[pWish->iKnown] < 2) {
      anNamed[pWish->iKnown]++;
    }
  }
  for (i = 0; i < pw->nWish && p->rc == SQLITE_OK; i++) {
    int k = pw->a[i].iKnown;
    const MigModelObject *pObject = k < 0 ? 0 : &pKnown->aObject[k];
    if (pObject && anNamed[k] == 1 && pObject->pDdl &&
        pObject->eKind != MIG_DDL_VIRTUAL &&
        (pObject->eSkip == MIG_SKIP_NO || pObject->eSkip == MIG_SKIP_TOOL) &&
        textSame(pObject->pDdl, pw->a[i].pDdl)) {
      abWanted[k] = 1;
      n++;
    }
  }
  return n;
}

/* Fill in what is wished for as it is known, and pass over its statements. A
** table with AUTOINCREMENT needs sqlite_sequence. What migScratchFill()
** unmarks, such as the index of a table that has changed, is run with the
** rest. */
static void wishesFill(MigContext *p, Wishes *pw) {
  const MigModel *pKnown = pw->pKnown;
  u8 *abWanted = migAlloc(p, (u64)pKnown->nObject);
  int n = wishesMatch(p, pw, abWanted);
  int i;

  if (n == 0 || p->rc) {
    return;
  }
  for (i = 0; i < pKnown->nObject; i++) {
    const MigModelTable *pTable = pKnown->aObject[i].pTable;
    if (abWanted[i] && pTable && pTable->bAutoincrement) {
      int k = migModelFind(pKnown, 0, "sqlite_sequence");
      abWanted[k < 0 ? i : k] = 1;
    }
  }
  migScratchFill(p, pw->pScratch, pKnown, abWanted);
  for (i = 0; i < pw->nWish; i++) {
    pw->a[i].bPass |= pw->a[i].iKnown >= 0 && abWanted[pw->a[i].iKnown];
  }
}

/* SQLite does not take a statement: SCRIPT with its result rc. iAt: byte of the
** statement that it complains about, or -1; zWhy: what it says. */
static void wishFail(MigContext *p, const Wishes *pw, const Wish *pWish, int rc,
                     i64 iAt, const char *zWhy) {
  int iLine;
  int iColumn;

  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
    return;
  }
  migPosition(pw->z, pWish->st.iStart + (iAt > 0 ? iAt : 0), &iLine, &iColumn);
  migFailRc(p, rc, MIG_SCRIPT, "%s, line %d, column %d: %s; correct it",
            pw->zWhat, iLine, iColumn, zWhy);
}

/* Run one statement. An interrupt is an error of p already, which the SCRIPT of
** wishFail() does not replace. */
static void wishRun(MigContext *p, const Wishes *pw, const Wish *pWish) {
  const MigStatement *pSt = &pWish->st;
  const char *zWhy;
  i64 iAt;
  int rc;

  rc = migScratchMake(p, pw->pScratch, pw->z + pSt->iStart, pSt->nByte,
                      pWish->pDdl, &iAt, &zWhy);
  if (rc) {
    wishFail(p, pw, pWish, rc, iAt, zWhy);
  } else if (pSt->eKind == MIG_ST_OTHER) {
    /* unreached: takes a statement that no SQLite has yet */
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "%s, line %d: this statement may not stand in a schema; remove it",
            pw->zWhat, migLineAt(pw->z, pSt->iStart));
  }
}

/*
** Make the schema that the n bytes of z describe in a scratch database, just
** opened, with p working outside of it. A zero byte must stand behind them. z
** may be NULL when n is 0: the empty schema. zWhat says in messages what the
** text is. Objects of pKnown, which may be NULL, are taken over without another
** look where the text has them unchanged: it is the model of the user's
** database. Annotations are added to pRenames, in the arena; whether their old
** names mean anything is not asked.
**
** SCRIPT with line and column for what SQLite does not take, else
** FORBIDDEN_STATEMENT or FORMAT with the line; the scratch database and
** pRenames are then of no use. Want of memory and an interrupt are errors as
** everywhere. With an error of p before, nothing is made.
*/
void migDesiredMake(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                    const char *zWhat, const MigModel *pKnown,
                    MigRenames *pRenames) {
  const char *zZero = n > 0 ? memchr(z, 0, (size_t)n) : 0;
  Wishes w;
  int i;

  memset(&w, 0, sizeof(w));
  w.pScratch = pScratch;
  w.z = z;
  w.n = n;
  w.zWhat = zWhat;
  w.pKnown = pKnown;
  w.pRenames = pRenames;
  if (zZero) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "%s, line %d: a zero byte; SQLite would stop reading there, "
            "remove it",
            zWhat, migLineAt(w.z, zZero - z));
  }
  /* The spelling of the shell; a row that is written in another is refused. */
  if (n > 0 && strstr(z, "INTO sqlite_")) {
    virtualsRestore(p, &w);
  }
  wishesSplit(p, &w);
  if (p->rc == SQLITE_OK) {
    directivesCheck(p, &w);
  }
  if (pKnown && w.bMakes) {
    wishesFill(p, &w);
  }
  migScratchBegin(p, pScratch);
  for (i = 0; i < w.nWish && p->rc == SQLITE_OK; i++) {
    if (!w.a[i].bPass) {
      wishRun(p, &w, &w.a[i]);
    }
  }
  migScratchEnd(p, pScratch);
}
