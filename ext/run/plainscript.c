/*
** plainscript.c - the script of a revision as SQL that runs without us.
**
** The bytes of the script stay as they are, but for
**   - statements that a run passes over (around.c): the script's own BEGIN and
**     COMMIT and PRAGMAs of the connection become comments;
**   - SELECT migrate_table(...), which becomes a comment and what a replay has
**     expanded it to;
**   - a byte order mark at its start, which goes;
**   - its end: an open comment is closed, the last statement gets its ';';
**   - with pTally, what a run does about rows (rowguard.c): they are counted
**     into a TEMP table in front of the statement that drops or renames a table
**     of which one is there again at the end, and compared there. And a table
**     that migrate_table() drops must have been copied (tally.h).
** legacy_alter_table lasts to the end of the script in a run, so it is switched
** off there.
**
** Of a script that replaces a table by hand, with pTally, this is written:
**
**   CREATE TABLE n(x);
**   INSERT INTO n SELECT x FROM t;
**   CREATE TEMP TABLE _migrate_rows1 AS SELECT count(*) AS n FROM main."t";
**   DROP TABLE t;
**   ALTER TABLE n RENAME TO t;
**   PRAGMA ignore_check_constraints=OFF;               (MIG_CHECKS_ON)
**   CREATE TEMP TABLE _migrate_loss(n CONSTRAINT ... CHECK(n <= 0));
**   INSERT INTO temp._migrate_loss SELECT n - (SELECT count(*) FROM main."t")
**     FROM temp._migrate_rows1;
**   UPDATE temp._migrate_script SET ... WHERE EXISTS(...);  (MIG_TALLY)
**   DROP TABLE temp._migrate_loss;
**   DROP TABLE temp._migrate_rows1;
**
** The INSERT fails by the CHECK, whose name is the message, when rows are lost.
** In a shell that goes on the tally is then one short.
**
** The sqlite3 shell reads lines. One that holds nothing but / or go ends a
** statement for it, wherever that is whole so far; it gets an empty comment in
** front, or is refused where SQLite keeps the text, as that would not be a
** run's then. CREATE TRIGGER is not whole before its END. A line that begins
** with a dot is a command only where a statement could begin, and no statement
** does so. A CR before an LF is lost in the shell: within a string or a name
** that is refused, elsewhere it means nothing.
*/
#include <string.h>
#include "sql.h"
#include "batch.h"
#include "pragma.h"
#include "plainscript.h"

/* ---- looking at a script ---- */

/* Is it a parameter that a batch has, :lo or :hi? Case matters, as it does to
** SQLite. */
static int isBatchParameter(const MigPlainScript *ps, const MigToken *pToken) {
  const char *z = ps->z + pToken->iStart;

  return ps->info.bBatch && pToken->n == 3 &&
         (memcmp(z, ":lo", 3) == 0 || memcmp(z, ":hi", 3) == 0);
}

/* Refuse a token that would swallow what comes behind the script, or mean
** something else outside of it. */
static void tokenCheck(MigContext *p, const MigPlainScript *ps,
                       const MigToken *pToken) {
  int iLine;
  int iColumn;

  if ((pToken->eType != MIG_TK_ILLEGAL && pToken->eType != MIG_TK_VARIABLE) ||
      isBatchParameter(ps, pToken)) {
    return;
  }
  migPosition(ps->z, pToken->iStart, &iLine, &iColumn);
  if (pToken->eType == MIG_TK_ILLEGAL) {
    migFail(p, MIG_SCRIPT,
            "revision %s (%s), line %d, column %d: unrecognized token: %.40s",
            ps->zRevision, ps->zSide, iLine, iColumn,
            migStrndup(p, ps->z + pToken->iStart, pToken->n));
  } else {
    migFail(p, MIG_SCRIPT,
            "revision %s (%s), line %d, column %d: the statement has a"
            " parameter, %.*s, and a script has no values for it; write the"
            " value",
            ps->zRevision, ps->zSide, iLine, iColumn, (int)pToken->n,
            ps->z + pToken->iStart);
  }
}

/* Does a statement call migrate_table()? Only a query is looked at: a call in
** another statement is none of those that a replay expands. */
static int statementCalls(const MigPlainScript *ps, const MigStatement *pSt) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;
  int bName = 0;
  MigToken token;

  if (pSt->eKind != MIG_ST_SELECT && pSt->eKind != MIG_ST_VALUES) {
    return 0;
  }
  do {
    i = migTokenSignificant(ps->z, iEnd, i, &token);
    if (bName && token.eType == MIG_TK_LP) {
      return 1;
    }
    bName = migTokenNameIs(ps->z, &token, "migrate_table");
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Is it a PRAGMA of that name that sets something? */
static int pragmaSets(const MigPlainScript *ps, const MigStatement *pSt,
                      const char *zName) {
  return pSt->eKind == MIG_ST_PRAGMA && pSt->value.eType != MIG_TK_END &&
         migTokenNameIs(ps->z, &pSt->name, zName);
}

/*
** Look through a script that a run would accept, and set what is to be known by
** migPlainscriptWrite() and its caller: info, bAlters, bQuotes. SCRIPT for
** parameters and for what is no SQL, and the errors of migScriptScan(). Reads
** no database. info points into the script and the arena.
*/
void migPlainscriptScan(MigContext *p, MigPlainScript *pScript) {
  const char *z = pScript->z;
  i64 n = pScript->n;
  MigStatement st;
  MigToken token;
  i64 i = 0;

  migScriptScan(p, z, n, pScript->eMode, &pScript->info);
  do {
    i = migTokenNext(z, n, i, &token);
    tokenCheck(p, pScript, &token);
    pScript->bQuotes |= token.eType == MIG_TK_QUOTED && z[token.iStart] == '"';
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
  i = 0;
  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    pScript->bAlters |=
        st.eKind == MIG_ST_DROP_TABLE || st.eKind == MIG_ST_ALTER_TABLE ||
        statementCalls(pScript, &st) ||
        (pragmaSets(pScript, &st, "foreign_keys") && !migPragmaOn(z, &st));
  }
}

/* ---- writing it ---- */

/* A part of a text, from where one token begins to where another one does. The
** text around it tells whether a token stands alone on its line. */
typedef struct Span {
  const char *z;           /* the text, a script or one statement */
  i64 n;                   /* bytes of all of it */
  i64 iStart;              /* the part, in bytes from z */
  i64 iEnd;                /* behind its last byte */
  const MigStatement *pSt; /* the statement that it is of, NULL: none */
  int bExpanded;           /* z is of migrate_table() */
} Span;

/* UNSUPPORTED: the shell would read a token otherwise. The message has no line
** for what nobody has written. */
static void shellFail(MigContext *p, const MigPlainScript *ps,
                      const Span *pSpan, const MigToken *pToken,
                      const char *zWhat) {
  int iLine = 0;
  int iColumn;

  if (!pSpan->bExpanded) {
    migPosition(pSpan->z, pToken->iStart, &iLine, &iColumn);
  }
  migFail(p, MIG_UNSUPPORTED,
          "revision %s (%s)%s: %s; have the script without the shell,"
          " {\"shell\":false}",
          ps->zRevision, ps->zSide,
          iLine ? migPrintf(p, ", line %d", iLine)
                : ", what migrate_table() is expanded to",
          zWhat);
}

/* Does the token stand alone on its line, but for blanks and comments? In front
** only blanks count, and what looks like the beginning of a comment behind it
** is taken for one: in doubt yes. */
static int aloneOnLine(const Span *pSpan, const MigToken *pToken) {
  const char *z = pSpan->z;
  i64 i = pToken->iStart;

  while (i > 0 && z[i - 1] != '\n') {
    if (!migIsSpace(z[--i])) {
      return 0;
    }
  }
  i = pToken->iStart + pToken->n;
  while (i < pSpan->n && migIsSpace(z[i]) && z[i] != '\n') {
    i++;
  }
  return i >= pSpan->n || strchr("\n-/", z[i]) != 0;
}

/* Would the shell end a statement at this token? */
static int isTerminator(const Span *pSpan, const MigToken *pToken) {
  int bSlash = pToken->eType == MIG_TK_OPERATOR && pToken->n == 1 &&
               pSpan->z[pToken->iStart] == '/';

  return (bSlash || migTokenIs(pSpan->z, pToken, "go")) &&
         (pSpan->pSt == 0 || pSpan->pSt->eKind != MIG_ST_CREATE_TRIGGER) &&
         aloneOnLine(pSpan, pToken);
}

/* Does SQLite keep the text of such a statement, or a part of it, in
** sqlite_schema? NULL is what stands between two statements. */
static int isKept(const MigStatement *pSt) {
  switch (pSt ? pSt->eKind : MIG_ST_EMPTY) {
  case MIG_ST_CREATE_TABLE:
  case MIG_ST_CREATE_VIRTUAL:
  case MIG_ST_CREATE_INDEX:
  case MIG_ST_CREATE_VIEW:
  case MIG_ST_CREATE_TRIGGER:
    return 1;
  default:
    return pSt &&
           (pSt->eAlter == MIG_ALTER_ADD || pSt->eAlter == MIG_ALTER_OTHER);
  }
}

/* Does a string or a name in quotes hold a CR before an LF? */
static int holdsReturn(const char *z, const MigToken *pToken) {
  i64 i;

  if (pToken->eType != MIG_TK_STRING && pToken->eType != MIG_TK_QUOTED) {
    return 0;
  }
  for (i = pToken->iStart; i + 1 < pToken->iStart + pToken->n; i++) {
    if (z[i] == '\r' && z[i + 1] == '\n') {
      return 1;
    }
  }
  return 0;
}

/* The bytes of a span as they are; UNSUPPORTED when the shell would not read
** them as they are. */
static void spanWrite(MigContext *p, const MigPlainScript *ps,
                      const Span *pSpan, int bShell, MigText *pOut) {
  const char *z = pSpan->z;
  i64 iDone = pSpan->iStart;
  i64 i = iDone;
  MigToken token;

  do {
    i = migTokenNext(z, pSpan->iEnd, i, &token);
    if (bShell && holdsReturn(z, &token)) {
      shellFail(p, ps, pSpan, &token,
                "the sqlite3 shell reads the CR LF in a string or name as LF");
    } else if (bShell && isTerminator(pSpan, &token)) {
      if (isKept(pSpan->pSt)) {
        shellFail(p, ps, pSpan, &token,
                  "the sqlite3 shell ends a statement at a line that is only"
                  " / or go");
      }
      migTextAdd(p, pOut, z + iDone, token.iStart - iDone);
      migTextStr(p, pOut, "/**/");
      iDone = token.iStart;
    }
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
  migTextAdd(p, pOut, z + iDone, pSpan->iEnd - iDone);
}

/* The bytes of the script from iStart to iEnd; pSt is their statement, NULL
** between two of them. UNSUPPORTED as in spanWrite(). */
static void partWrite(MigContext *p, const MigPlainScript *ps, i64 iStart,
                      i64 iEnd, const MigStatement *pSt, int bShell,
                      MigText *pOut) {
  Span span = {ps->z, ps->n, iStart, iEnd, pSt, 0};

  spanWrite(p, ps, &span, bShell, pOut);
}

/* Have what follows begin a line. */
static void lineBegin(MigContext *p, MigText *pOut) {
  if (pOut->n && pOut->z[pOut->n - 1] != '\n') {
    migTextStr(p, pOut, "\n");
  }
}

/* A statement as a comment, on lines of its own, behind zWhy: every line of it
** gets its own "--", for its text may hold anything. */
static void commentWrite(MigContext *p, const MigPlainScript *ps,
                         const MigStatement *pSt, const char *zWhy,
                         MigText *pOut) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;

  lineBegin(p, pOut);
  migTextF(p, pOut, "-- %s:", zWhy);
  while (i < iEnd && p->rc == SQLITE_OK) {
    i64 iLine = migLineEnd(ps->z, iEnd, i);
    migTextStr(p, pOut, i == pSt->iStart ? " " : "--   ");
    migTextAdd(p, pOut, ps->z + i, iLine - i);
    i = iLine;
  }
  lineBegin(p, pOut);
}

/* Switch legacy_alter_table, unless it is so. *pbNow says how it is in the
** script so far. */
static void legacyWrite(MigContext *p, int bOn, int *pbNow, MigText *pOut) {
  if (bOn != *pbNow) {
    migTextF(p, pOut, "PRAGMA legacy_alter_table=%s;\n", bOn ? "ON" : "OFF");
    *pbNow = bOn;
  }
}

/* Say how what follows is to be run, where no guard of ours stands in it, and
** where that matters: when a table is dropped that others were copied from. */
static void warningWrite(MigContext *p, const MigPlainScript *ps,
                         const MigReplayCall *pCall, MigText *pOut) {
  int bDrops = 0;
  int i;

  for (i = 0; i < pCall->statements.n; i++) {
    MigStatement st;
    const char *z = pCall->statements.az[i];
    migStatementRead(z, (i64)strlen(z), 0, &st);
    bDrops |= st.eKind == MIG_ST_DROP_TABLE;
  }
  if (bDrops && ps->pTally == 0) {
    migTextStr(p, pOut,
               "-- by hand: in one transaction that stops at the first error"
               " (sqlite3 -bail)\n");
  }
}

/* In front of what replaces a table: it must have here what it had where the
** script was made, as all else goes with it. */
static void shapeGuard(MigContext *p, const MigPlainScript *ps,
                       const MigReplayCall *pCall, MigText *pOut) {
  MigStatement st;
  int bDrops = 0;
  int i;

  for (i = 0; i < pCall->statements.n && !bDrops; i++) {
    const char *z = pCall->statements.az[i];
    migStatementRead(z, (i64)strlen(z), 0, &st);
    bDrops = st.eKind == MIG_ST_DROP_TABLE;
  }
  if (ps->pTally && bDrops && pCall->zShape) {
    ps->pTally->n++;
    migTextF(p, pOut, MIG_TALLY ", shape = (" MIG_SHAPE_QUERY ")\n  IS %Q;\n",
             pCall->zTable, pCall->zTable, pCall->zShape);
  }
}

/* What the calls of migrate_table() in a statement were expanded to. A table
** that is to be replaced is renamed in legacy mode, so that what refers to it
** goes on doing so (rebuild.c); nothing else there is altered in it. bLegacy is
** how the script has it, and how it is left. pReplay may be NULL: nothing is
** written then. */
static void callsWrite(MigContext *p, const MigPlainScript *ps,
                       const MigReplay *pReplay, i64 iStart, int bLegacy,
                       int bShell, MigText *pOut) {
  int bNow = bLegacy;
  MigStatement st;
  int i, k;

  for (i = 0; pReplay && i < pReplay->nCall; i++) {
    const MigReplayCall *pCall = &pReplay->aCall[i];
    if (pCall->iStart == iStart) {
      warningWrite(p, ps, pCall, pOut);
      shapeGuard(p, ps, pCall, pOut);
    }
    for (k = 0; pCall->iStart == iStart && k < pCall->statements.n; k++) {
      const char *z = pCall->statements.az[k];
      Span span = {z, (i64)strlen(z), 0, (i64)strlen(z), &st, 1};
      migStatementRead(z, span.n, 0, &st);
      if (st.eKind == MIG_ST_ALTER_TABLE) {
        legacyWrite(p, st.eAlter == MIG_ALTER_RENAME_TABLE, &bNow, pOut);
      }
      if (ps->pTally) {
        migTallyCopied(p, ps->pTally, &pCall->statements, k, pOut);
      }
      spanWrite(p, ps, &span, bShell, pOut);
      migTextStr(p, pOut, ";\n");
    }
  }
  legacyWrite(p, bLegacy, &bNow, pOut);
}

/* Set *pbNow when the statement is a PRAGMA that sets zName. */
static void pragmaFollow(const MigPlainScript *ps, const MigStatement *pSt,
                         const char *zName, int *pbNow) {
  if (pragmaSets(ps, pSt, zName)) {
    *pbNow = migPragmaOn(ps->z, pSt);
  }
}

/* Is a statement passed over by a run, or of no use in a transaction? There
** PRAGMA foreign_keys is a no-op (pragma.html), and temp_store an error once
** there are TEMP tables. */
static int isPassed(const MigPlainScript *ps, const MigStatement *pSt) {
  return migStatementSkipped(ps->z, pSt, &ps->info) ||
         pragmaSets(ps, pSt, "foreign_keys") ||
         pragmaSets(ps, pSt, "temp_store");
}

/* The end of the script, from iStart on: only blanks, comments and lone
** semicolons. A comment that is left open would swallow what is written behind
** it; SQLite takes the end of the text for its end. */
static void endWrite(MigContext *p, const MigPlainScript *ps, i64 iStart,
                     MigText *pOut) {
  i64 i = iStart;
  MigToken token;

  do {
    i = migTokenNext(ps->z, ps->n, i, &token);
    if (token.eType != MIG_TK_END) {
      migTextAdd(p, pOut, ps->z + token.iStart, token.n);
    }
    if (token.eType == MIG_TK_COMMENT && ps->z[token.iStart] == '/' &&
        (token.n < 4 ||
         memcmp(ps->z + token.iStart + token.n - 2, "*/", 2) != 0)) {
      migTextStr(p, pOut, "*/");
    }
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
  lineBegin(p, pOut);
}

/* ---- rows ---- */

/* Is there a table of that name behind the script? The scratch database has
** what the replay has left. */
static int tableLeft(MigContext *p, const MigReplay *pReplay,
                     const char *zTable) {
  int bLeft;

  migScratchSwap(p, pReplay->pScratch);
  bLeft = (int)migQueryInt(p, 0,
                           "SELECT 1 FROM main.sqlite_schema"
                           " WHERE type='table' AND name=%Q COLLATE NOCASE",
                           zTable);
  migScratchSwap(p, pReplay->pScratch);
  return bLeft;
}

/* Count the rows of the table that the statement at iStart drops or renames, as
** rowguard.c does, when another one takes its name. pGuarded: those counted so
** far. CREATE TABLE AS leaves changes() and last_insert_rowid() alone. */
static void guardBefore(MigContext *p, const MigPlainScript *ps,
                        const MigReplay *pReplay, i64 iStart, MigList *pGuarded,
                        MigText *pOut) {
  int i;

  for (i = 0; ps->pTally && pReplay && i < pReplay->nDrop; i++) {
    const char *zTable = pReplay->aDrop[i].zTable;
    if (pReplay->aDrop[i].iStart == iStart &&
        !migNameAmong(ps->info.nAllowLoss, ps->info.azAllowLoss, zTable) &&
        !migNameAmong(pGuarded->n, pGuarded->az, zTable) &&
        tableLeft(p, pReplay, zTable)) {
      migListAdd(p, pGuarded, zTable);
      lineBegin(p, pOut);
      migTextF(p, pOut,
               "CREATE TEMP TABLE _migrate_rows%d AS"
               " SELECT count(*) AS n FROM main.\"%w\";\n",
               pGuarded->n, zTable);
    }
  }
}

/* The guard in a TEMP table is passed when its row is there; drop the table.
** Counted in pTally besides, which has to say in the end how many there are. */
static void guardPassed(MigContext *p, const MigPlainScript *ps,
                        const char *zTable, MigText *pOut) {
  if (ps->pTally) {
    migTextF(p, pOut, MIG_TALLY " WHERE EXISTS(SELECT 1 FROM temp.%s);\n",
             zTable); /* sql-ok: constant */
    ps->pTally->n++;
  }
  migTextF(p, pOut, "DROP TABLE temp.%s;\n", zTable); /* sql-ok: constant */
}

/* Have the script fail when a table has fewer rows than were counted. A script
** may have switched CHECKs off: they are on for the guards, and as before
** behind them. */
static void guardAfter(MigContext *p, const MigPlainScript *ps,
                       const MigList *pGuarded, MigText *pOut) {
  int i;

  if (pGuarded->n) {
    migTextStr(p, pOut, MIG_CHECKS_ON);
  }
  for (i = 0; i < pGuarded->n && p->rc == SQLITE_OK; i++) {
    migTextF(p, pOut,
             "CREATE TEMP TABLE _migrate_loss(n CONSTRAINT \"migrate:"
             " DATA_LOSS: table %w was replaced by one with fewer rows\""
             " CHECK(n <= 0));\n"
             "INSERT INTO temp._migrate_loss SELECT n -"
             " (SELECT count(*) FROM main.\"%w\") FROM temp._migrate_rows%d;\n",
             pGuarded->az[i], pGuarded->az[i], i + 1);
    guardPassed(p, ps, "_migrate_loss", pOut);
    migTextF(p, pOut, "DROP TABLE temp._migrate_rows%d;\n", i + 1);
  }
  if (pGuarded->n && ps->bIgnores) {
    migTextStr(p, pOut, "PRAGMA ignore_check_constraints=ON;\n");
  }
}

/* A batch as one statement over the whole table: the least key for :lo, the
** greatest for :hi, as subqueries, for the rows are those of the file that the
** script runs on. The key is looked up in the schema behind the script, rowid
** without a replay. A table without rows gives NULL, and nothing is done. */
static void batchWrite(MigContext *p, const MigPlainScript *ps,
                       const MigReplay *pReplay, const MigStatement *pSt,
                       const MigScriptMark *pMark, int bShell, MigText *pOut) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 iDone = pSt->iStart;
  i64 i = iDone;
  MigPlainScript whole = *ps;
  MigText text = {0, 0, 0};
  const char *zKey = 0;
  MigStatement st;
  MigToken token;

  if (pReplay) {
    migScratchSwap(p, pReplay->pScratch);
    zKey = migBatchKey(p, pMark->zName);
    migScratchSwap(p, pReplay->pScratch);
  }
  while (i < iEnd && p->rc == SQLITE_OK) {
    i = migTokenNext(ps->z, iEnd, i, &token);
    if (token.eType == MIG_TK_VARIABLE) {
      int bLow = ps->z[token.iStart + 1] == 'l';
      migTextAdd(p, &text, ps->z + iDone, token.iStart - iDone);
      migTextF(p, &text, "(SELECT %s(\"%w\") FROM main.\"%w\")",
               bLow ? "min" : "max", zKey ? zKey : "rowid", pMark->zName);
      iDone = i;
    }
  }
  migTextAdd(p, &text, ps->z + iDone, iEnd - iDone);
  whole.z = migTextZ(&text);
  whole.n = text.n;
  migStatementRead(whole.z, whole.n, 0, &st);
  partWrite(p, &whole, 0, whole.n, &st, bShell, pOut);
  migTextStr(p, pOut, pSt->bSemi ? "" : ";");
}

/* The checks of the script, each a CHECK that fails when it finds a row. They
** stand behind everything else, as a run makes them. */
static void checksWrite(MigContext *p, const MigPlainScript *ps, int bShell,
                        MigText *pOut) {
  int i;

  for (i = 0; i < ps->info.nMark && p->rc == SQLITE_OK; i++) {
    const MigScriptMark *pMark = &ps->info.aMark[i];
    MigStatement st;
    if (pMark->eType != MIG_DIR_CHECK) {
      continue;
    }
    migStatementRead(ps->z, ps->n, pMark->iStart, &st);
    lineBegin(p, pOut);
    migTextF(p, pOut,
             "%sCREATE TEMP TABLE _migrate_check(n CONSTRAINT \"migrate:"
             " INVARIANT: check %w finds rows\" CHECK(n = 0));\n"
             "INSERT INTO temp._migrate_check SELECT count(*) FROM (",
             ps->bIgnores ? MIG_CHECKS_ON : "", pMark->zName);
    partWrite(p, ps, st.iStart, st.iStart + st.nByte - st.bSemi, &st, bShell,
              pOut);
    migTextStr(p, pOut, "\n);\n");
    guardPassed(p, ps, "_migrate_check", pOut);
    migTextStr(p, pOut,
               ps->bIgnores ? "PRAGMA ignore_check_constraints=ON;\n" : "");
  }
}

/*
** Append a scanned script. pReplay has replayed it last, with bPlain; NULL when
** it runs outside a transaction. With bShell the sqlite3 shell will read
** it; UNSUPPORTED for what that would change.
**
** pScript->bIgnores says how CHECKs are before it, and behind it how it leaves
** them. With pTally its count is raised, and the caller puts migTallyBegin()
** in front and migTallyEnd() behind. What is appended ends with a line. Works
** on the scratch database of pReplay and reads no other. After an error pOut
** holds a part of it.
*/
void migPlainscriptWrite(MigContext *p, MigPlainScript *pScript,
                         const MigReplay *pReplay, int bShell, MigText *pOut) {
  const char *z = pScript->z;
  i64 n = pScript->n;
  int bAlone = pScript->eMode == MIG_SCRIPT_ALONE;
  int bLegacy = 0;
  MigList guarded = {0, 0};
  MigStatement st;
  i64 iDone = n >= 3 && memcmp(z, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  i64 i = iDone;

  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    int bPassed = !bAlone && isPassed(pScript, &st);
    int bCalls = statementCalls(pScript, &st);
    const MigScriptMark *pMark = migScriptMark(&pScript->info, st.iStart);
    partWrite(p, pScript, iDone, st.iStart, 0, bShell, pOut);
    if (bPassed || bCalls) {
      commentWrite(p, pScript, &st, bPassed ? "passed over" : "expanded", pOut);
      callsWrite(p, pScript, bCalls ? pReplay : 0, st.iStart, bLegacy, bShell,
                 pOut);
    } else if (pMark && pMark->eType == MIG_DIR_CHECK) {
      commentWrite(p, pScript, &st, "checked below", pOut);
    } else if (pMark) {
      batchWrite(p, pScript, pReplay, &st, pMark, bShell, pOut);
    } else {
      guardBefore(p, pScript, pReplay, st.iStart, &guarded, pOut);
      partWrite(p, pScript, st.iStart, i, &st, bShell, pOut);
      migTextStr(p, pOut, st.bSemi ? "" : ";");
      pragmaFollow(pScript, &st, "legacy_alter_table", &bLegacy);
      pragmaFollow(pScript, &st, "ignore_check_constraints",
                   &pScript->bIgnores);
    }
    iDone = i;
  }
  endWrite(p, pScript, iDone, pOut);
  if (bLegacy && !bAlone) {
    migTextStr(p, pOut, "PRAGMA legacy_alter_table=OFF;\n");
  }
  guardAfter(p, pScript, &guarded, pOut);
  checksWrite(p, pScript, bShell, pOut);
}
