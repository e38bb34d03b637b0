/*
** job.c - a script that is to run: what may not be in it, and where in it an
** error arose.
**
** Both go by the text alone, and nothing of the database is looked at. So a
** script can be refused before anything runs, or when it is stored.
**
** Errors of a statement say where:
**
**   migrate: SCRIPT: revision 8c1f (up), statement 3, line 7, column 31: no
**   such column: mial: UPDATE users SET mail = lower(mial)
**
** Statements are counted as a reader of the script would, the ones that are
** passed over too.
*/
#include <string.h>
#include "text.h"
#include "allowed.h"
#include "store.h"
#include "job.h"

/* ---- errors ---- */

/* Bytes of the first line of a statement of script z without its semicolon, at
** most 200. */
int migJobLineLength(const char *z, const MigStatement *pSt) {
  int n = 0;

  while (n < pSt->nByte && n < 200 && z[pSt->iStart + n] != '\n' &&
         z[pSt->iStart + n] != '\r') {
    n++;
  }
  return n == pSt->nByte && pSt->bSemi ? n - 1 : n;
}

/* Put a text, as sqlite3_mprintf() makes it, in front of the message of p's
** error; codes stay. No-op without one, and without a message, as it is after
** out of memory. */
void migJobErrorPrefix(MigContext *p, const char *zFormat, ...) {
  MigContext was;
  va_list ap;
  char *zPrefix;

  if (p->rc == SQLITE_OK || p->zError == 0) {
    return;
  }
  migContextInit(&was, p->db);
  migErrorSave(p, &was);
  va_start(ap, zFormat);
  zPrefix = sqlite3_vmprintf(zFormat, ap);
  va_end(ap);
  migFailRc(p, was.rc, was.eCode, "%s%s", zPrefix ? zPrefix : "",
            was.zError + strlen("migrate: : ") +
                strlen(migCodeName(was.eCode)));
  sqlite3_free(zPrefix);
  sqlite3_free(was.zError);
}

/* Say where the error of p arose: in the statement counted last, at byte iAt of
** the script. No-op without one. */
void migJobErrorLocate(MigContext *p, const MigScriptState *pScript, i64 iAt) {
  const MigScriptJob *pJob = pScript->pJob;
  int iLine;
  int iColumn;

  if (p->rc == SQLITE_OK) {
    return; /* finding the line reads the script from its start */
  }
  migPosition(pJob->z, iAt, &iLine, &iColumn);
  migJobErrorPrefix(p, "revision %s (%s), statement %d, line %d, column %d: ",
                    pJob->zRevision, pJob->zSide, pScript->nSeen, iLine,
                    iColumn);
}

/* ---- before the run ---- */

/* Is the token one behind which a string can stand for the name of a table?
** SQLite takes a text in single quotes for a name where a name can be and a
** text cannot (lang_keywords). */
static int namesNext(const char *z, const MigToken *pToken) {
  static const char *const azWord[] = {
      "into",   "from",    "update",     "table", "exists", "join",     "on",
      "ignore", "replace", "references", "fail",  "abort",  "rollback", "to"};
  size_t i;

  for (i = 0; i < sizeof(azWord) / sizeof(azWord[0]); i++) {
    if (migTokenIs(z, pToken, azWord[i])) {
      return 1;
    }
  }
  return pToken->eType == MIG_TK_DOT;
}

/*
** FORBIDDEN_STATEMENT for a statement that names one of our tables and does not
** only read. It goes by tokens, so it holds before the tables are there, and
** for a trigger that would write them later. A name in a comment does no harm,
** nor in a text that cannot stand for a name; but a column or alias of such a
** name is refused, too.
*/
void migJobProtectStatement(MigContext *p, const char *z,
                            const MigStatement *pSt) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;
  MigToken before = {MIG_TK_END, 0, 0};
  MigToken token;

  if (pSt->eKind == MIG_ST_SELECT || pSt->eKind == MIG_ST_VALUES ||
      pSt->eKind == MIG_ST_EXPLAIN || pSt->eKind == MIG_ST_PRAGMA) {
    return;
  }
  for (; i < iEnd && p->rc == SQLITE_OK; before = token) {
    int bName;
    int nQuote;
    i = migTokenSignificant(z, iEnd, i, &token);
    bName = token.eType == MIG_TK_WORD || token.eType == MIG_TK_QUOTED ||
            (token.eType == MIG_TK_STRING && namesNext(z, &before));
    nQuote = token.eType != MIG_TK_WORD;
    if (bName && token.n > 9 &&
        sqlite3_strnicmp(z + token.iStart + nQuote, "_migrate_", 9) == 0) {
      char *zName = migTokenName(p, z, &token);
      if (zName && migStoreOwnsTable(zName)) {
        migFail(p, MIG_FORBIDDEN_STATEMENT,
                "a script may not change %s, which belongs to migrate", zName);
      }
    }
  }
}

/* Does a script hold, in any case of its letters, what the names of our tables
** begin with? A quick no for nearly all of them. z NULL holds nothing. */
static int storeMentioned(const char *z, i64 n) {
  const char *zEnd = z + n;

  while (z && (z = memchr(z, '_', (size_t)(zEnd - z))) != 0) {
    if (zEnd - z > 9 && sqlite3_strnicmp(z, "_migrate_", 9) == 0) {
      return 1;
    }
    z++;
  }
  return 0;
}

/* migJobProtectStatement() for all statements of a script of n bytes. No
** database is needed. */
void migJobProtect(MigContext *p, const char *z, i64 n) {
  MigStatement st;
  i64 i = 0;

  if (!storeMentioned(z, n)) {
    return;
  }
  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    migJobProtectStatement(p, z, &st);
  }
}

/* How the script is meant to run; outside a transaction goes first. */
MigScriptMode migJobMode(const MigScriptJob *pJob) {
  return pJob->bAlone     ? MIG_SCRIPT_ALONE
         : pJob->bLenient ? MIG_SCRIPT_IMPORTED
                          : MIG_SCRIPT_OWN;
}

/*
** Refuse a script that holds what may not stand in one, before anything runs;
** the message names revision and side. Errors: FORBIDDEN_STATEMENT, FORMAT.
** Nothing of the database is looked at: what depends on the schema is found
** when the statement is reached.
*/
void migJobCheck(MigContext *p, const MigScriptJob *pJob) {
  MigScriptInfo info;

  if (p->rc == SQLITE_OK) {
    migScriptCheck(p, pJob->z, pJob->n, migJobMode(pJob), &info);
    migJobProtect(p, pJob->z, pJob->n);
    migJobErrorPrefix(p, "revision %s (%s), ", pJob->zRevision, pJob->zSide);
  }
}
