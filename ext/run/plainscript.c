/*
** plainscript.c - the script of a revision as SQL that runs without us.
**
** The bytes of the script stay as they are, but for
**   - statements that a run passes over (execute.c): the script's own BEGIN and
**     COMMIT and PRAGMAs of the connection become comments;
**   - SELECT migrate_table(...), which becomes a comment and what a replay has
**     expanded it to;
**   - a byte order mark at its start, which goes;
**   - its end: an open comment is closed, the last statement gets its ';';
**   - with bGuard, what a run does about rows (rowguard.c): they are counted
**     into a TEMP table in front of the statement that drops or renames a table
**     of which one is there again at the end, and compared there.
** legacy_alter_table lasts to the end of the script in a run, so it is switched
** off there.
**
** The sqlite3 shell reads lines. One that holds nothing but / or go ends a
** statement for it, wherever that is whole so far; it gets an empty comment in
** front. A line that begins with a dot is a command only where a statement
** could begin, and no statement does so. A CR before an LF is lost in the
** shell.
*/
#include <string.h>
#include "sql.h"
#include "plainscript.h"

/* ---- looking at a script ---- */

/* Refuse a token that would swallow what comes behind the script, or mean
** something else outside of it. */
static void tokenCheck(MigContext *p, const MigPlainScript *ps,
                       const MigToken *pToken) {
  int iLine;
  int iColumn;

  if (pToken->eType != MIG_TK_ILLEGAL && pToken->eType != MIG_TK_VARIABLE) {
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

/* Does a statement call migrate_table()? */
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

/*
** Look through a script that a run would accept, and set what is to be known by
** migPlainscriptWrite() and its caller. SCRIPT for parameters and for what is
** no SQL.
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
    pScript->bAlters |= st.eKind == MIG_ST_DROP_TABLE ||
                        st.eKind == MIG_ST_ALTER_TABLE ||
                        statementCalls(pScript, &st);
  }
}

/* ---- writing it ---- */

/* Does the token stand alone on its line, but for blanks and comments? */
static int aloneOnLine(const MigPlainScript *ps, const MigToken *pToken) {
  i64 i = pToken->iStart;

  while (i > 0 && ps->z[i - 1] != '\n') {
    if (!migIsSpace(ps->z[--i])) {
      return 0;
    }
  }
  i = pToken->iStart + pToken->n;
  while (i < ps->n && migIsSpace(ps->z[i]) && ps->z[i] != '\n') {
    i++;
  }
  return i >= ps->n || strchr("\n-/", ps->z[i]) != 0;
}

/* Would the shell end a statement at this token? */
static int isTerminator(const MigPlainScript *ps, const MigToken *pToken) {
  int bSlash = pToken->eType == MIG_TK_OPERATOR && pToken->n == 1 &&
               ps->z[pToken->iStart] == '/';

  return (bSlash || migTokenIs(ps->z, pToken, "go")) && aloneOnLine(ps, pToken);
}

/* The bytes from iStart to iEnd, where tokens begin, as they are. */
static void spanWrite(MigContext *p, const MigPlainScript *ps, i64 iStart,
                      i64 iEnd, int bShell, MigText *pOut) {
  i64 i = iStart;
  MigToken token;

  do {
    i = migTokenNext(ps->z, iEnd, i, &token);
    if (bShell && isTerminator(ps, &token)) {
      migTextAdd(p, pOut, ps->z + iStart, token.iStart - iStart);
      migTextStr(p, pOut, "/**/");
      iStart = token.iStart;
    }
  } while (token.eType != MIG_TK_END && p->rc == SQLITE_OK);
  migTextAdd(p, pOut, ps->z + iStart, iEnd - iStart);
}

/* Have what follows begin a line. */
static void lineBegin(MigContext *p, MigText *pOut) {
  if (pOut->n && pOut->z[pOut->n - 1] != '\n') {
    migTextStr(p, pOut, "\n");
  }
}

/* A statement as a comment. */
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

/* Switch legacy_alter_table, unless it is so. */
static void legacyWrite(MigContext *p, int bOn, int *pbNow, MigText *pOut) {
  if (bOn != *pbNow) {
    migTextF(p, pOut, "PRAGMA legacy_alter_table=%s;\n", bOn ? "ON" : "OFF");
    *pbNow = bOn;
  }
}

/* What the calls of migrate_table() in a statement were expanded to. A table
** that is to be replaced is renamed in legacy mode, so that what refers to it
** goes on doing so (rebuild.c); nothing else there is altered in it. */
static void callsWrite(MigContext *p, const MigReplay *pReplay, i64 iStart,
                       int bLegacy, MigText *pOut) {
  int bNow = bLegacy;
  MigStatement st;
  int i, k;

  for (i = 0; pReplay && i < pReplay->nCall; i++) {
    const MigReplayCall *pCall = &pReplay->aCall[i];
    for (k = 0; pCall->iStart == iStart && k < pCall->statements.n; k++) {
      const char *z = pCall->statements.az[k];
      migStatementRead(z, (i64)strlen(z), 0, &st);
      if (st.eKind == MIG_ST_ALTER_TABLE) {
        legacyWrite(p, st.eAlter == MIG_ALTER_RENAME_TABLE, &bNow, pOut);
      }
      migTextF(p, pOut, "%s;\n", z); /* sql-ok: SQL */
    }
  }
  legacyWrite(p, bLegacy, &bNow, pOut);
}

/* Is it a PRAGMA of that name that sets something? */
static int pragmaSets(const MigPlainScript *ps, const MigStatement *pSt,
                      const char *zName) {
  return pSt->eKind == MIG_ST_PRAGMA && pSt->value.eType != MIG_TK_END &&
         migTokenNameIs(ps->z, &pSt->name, zName);
}

/* Is a statement passed over by a run, or without effect in a transaction? */
static int isPassed(const MigPlainScript *ps, const MigStatement *pSt) {
  return migStatementSkipped(ps->z, pSt, &ps->info) ||
         pragmaSets(ps, pSt, "foreign_keys") ||
         pragmaSets(ps, pSt, "temp_store");
}

/* The end of the script, from iStart on: only blanks, comments and lone
** semicolons. */
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

static int nameIn(int n, const char **az, const char *z) {
  int i;

  for (i = 0; i < n; i++) {
    if (migStrICmp(az[i], z) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Is there a table of that name behind the script? */
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

  for (i = 0; ps->bGuard && pReplay && i < pReplay->nDrop; i++) {
    const char *zTable = pReplay->aDrop[i].zTable;
    if (pReplay->aDrop[i].iStart == iStart &&
        !nameIn(ps->info.nAllowLoss, ps->info.azAllowLoss, zTable) &&
        !nameIn(pGuarded->n, pGuarded->az, zTable) &&
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

/* Have the script fail when a table has fewer rows than were counted. */
static void guardAfter(MigContext *p, const MigList *pGuarded, MigText *pOut) {
  int i;

  for (i = 0; i < pGuarded->n && p->rc == SQLITE_OK; i++) {
    migTextF(p, pOut,
             "CREATE TEMP TABLE _migrate_loss(n CONSTRAINT \"migrate:"
             " DATA_LOSS: table %w was replaced by one with fewer rows\""
             " CHECK(n <= 0));\n"
             "INSERT INTO temp._migrate_loss SELECT n -"
             " (SELECT count(*) FROM main.\"%w\") FROM temp._migrate_rows%d;\n"
             "DROP TABLE temp._migrate_loss;\n"
             "DROP TABLE temp._migrate_rows%d;\n",
             pGuarded->az[i], pGuarded->az[i], i + 1, i + 1);
  }
}

/*
** Append a scanned script. pReplay has replayed it last, with bPlain; NULL
** when it runs outside a transaction. With bShell the sqlite3 shell will read
** it.
*/
void migPlainscriptWrite(MigContext *p, const MigPlainScript *pScript,
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
    if (bPassed || bCalls) {
      spanWrite(p, pScript, iDone, st.iStart, bShell, pOut);
      commentWrite(p, pScript, &st, bPassed ? "passed over" : "expanded", pOut);
      callsWrite(p, bCalls ? pReplay : 0, st.iStart, bLegacy, pOut);
    } else {
      spanWrite(p, pScript, iDone, st.iStart, bShell, pOut);
      guardBefore(p, pScript, pReplay, st.iStart, &guarded, pOut);
      spanWrite(p, pScript, st.iStart, i, bShell, pOut);
      migTextStr(p, pOut, st.bSemi ? "" : ";");
      if (pragmaSets(pScript, &st, "legacy_alter_table")) {
        bLegacy = migPragmaOn(z, &st);
      }
    }
    iDone = i;
  }
  endWrite(p, pScript, iDone, pOut);
  if (bLegacy && !bAlone) {
    migTextStr(p, pOut, "PRAGMA legacy_alter_table=OFF;\n");
  }
  guardAfter(p, &guarded, pOut);
}
