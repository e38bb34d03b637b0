/*
** execute.c - runs one script.
**
** SQLite itself splits the script: each statement is prepared where the one
** before ended, because it may need the table that one made. Around each
** statement, in this order:
**   1. its first tokens say what it is; transaction statements and PRAGMAs
**      that a script may not hold were refused before anything ran, and are
**      refused again here;
**   2. PRAGMA foreign_keys and legacy_alter_table are not run but obeyed by
**      sqlite3_db_config(), from that statement to the script's end; every
**      DROP TABLE and ALTER TABLE runs with enforcement off;
**   3. it is prepared, and what it would touch is looked up;
**   4. rows (rowguard.c) and foreign-key violations (foreign.c) of what it
**      replaces are counted, and what it writes goes into the backup, where
**      that is one of touched tables (touched.c);
**   5. it is stepped to its end; result rows are dropped;
**   6. undo and guard are compiled again when it may have expired them.
**
** A plain ADD COLUMN is compiled, so that SQLite can object, but not stepped:
** it waits, and is carried out with those that follow it (fold.c). Whatever
** else comes first ends the waiting, before it is compiled.
**
** Of a script with batches and checks not everything runs each time: a job says
** which part. Batches are counted from 0 in the order of the script, checks run
** behind everything else, wherever they stand.
**
** Errors of a statement say where:
**
**   migrate: SCRIPT: revision 8c1f (up), statement 3, line 7, column 31: no
**   such column: mial: UPDATE users SET mail = lower(mial)
**
** Statements are counted as a reader of the script would, the ones that are
** passed over too. Rows are counted by sqlite3_total_changes64(), so those of
** triggers and foreign-key actions are in it; what our own backup of touched
** tables and the folding write is taken off.
**
** A no-transaction script is another matter: its statements run in autocommit,
** one by one, VACUUM on a second connection, with none of the guards.
**
** PROBLEMS
**   What a statement may not do is seen from its first tokens and from its
**   compiled code. A function of the application that writes by itself is seen
**   by neither.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "rowguard.h"
#include "store.h"
#include "writeset.h"
#include "invariant.h"
#include "execute.h"

/* State of the script that runs; it ends with it. */
typedef struct Script {
  MigScriptJob *pJob;
  MigScriptInfo info; /* what the script says of itself, marks included */
  MigRowGuard guard;  /* rows of tables that were dropped or renamed */
  int eForeign;       /* PRAGMA foreign_keys in force: -1 none, 0 or 1 */
  int eLegacy;        /* PRAGMA legacy_alter_table in force: the same */
  int nSeen;          /* statements met, passed-over ones included */
  int nBatch;         /* of them batches */
} Script;

/* ---- errors ---- */

/* Bytes of the statement's first line without its semicolon, at most 200. */
static int lineLength(const char *z, const MigStatement *pSt) {
  int n = 0;

  while (n < pSt->nByte && n < 200 && z[pSt->iStart + n] != '\n' &&
         z[pSt->iStart + n] != '\r') {
    n++;
  }
  return n == pSt->nByte && pSt->bSemi ? n - 1 : n;
}

/* Put a text in front of the message of p's error; codes stay. No-op without
** one, and without a message, as it is after out of memory. */
static void errorPrefix(MigContext *p, const char *zFormat, ...) {
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

/* Say where the error of p arose: in the statement counted last, at byte
** iAt. */
static void errorLocate(MigContext *p, const Script *pScript, i64 iAt) {
  const MigScriptJob *pJob = pScript->pJob;
  int iLine;
  int iColumn;

  if (p->rc == SQLITE_OK) {
    return; /* finding the line reads the script from its start */
  }
  migPosition(pJob->z, iAt, &iLine, &iColumn);
  errorPrefix(p, "revision %s (%s), statement %d, line %d, column %d: ",
              pJob->zRevision, pJob->zSide, pScript->nSeen, iLine, iColumn);
}

/* SQLite refused or failed statement pSt with rc: SCRIPT with its message, and
** the token that it means, where it says so; out of memory is no SCRIPT. An
** error that p has already is of something the statement called, and stands. */
static void scriptFail(MigContext *p, const Script *pScript,
                       const MigStatement *pSt, int rc) {
  int iOffset = sqlite3_error_offset(p->db);
  i64 iAt = pSt->iStart + (iOffset > 0 ? iOffset : 0);

  if (p->rc) {
    return;
  }
  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
    return;
  }
  migFailRc(p, rc, MIG_SCRIPT, "%s: %.*s", sqlite3_errmsg(p->db),
            lineLength(pScript->pJob->z, pSt), pScript->pJob->z + pSt->iStart);
  errorLocate(p, pScript, iAt);
}

/* ---- batches and checks ---- */

/* Does the statement run now? Checks come behind the others, and of batches
** those that the job wants. *ppMark is its directive, NULL for an ordinary one.
** To be called once for each statement in order: it counts the batches. */
static int statementMarked(Script *pScript, const MigStatement *pSt,
                           const MigScriptMark **ppMark) {
  const MigScriptJob *pJob = pScript->pJob;
  const MigScriptMark *pMark =
      pScript->info.nMark ? migScriptMark(&pScript->info, pSt->iStart) : 0;
  int iBatch;

  *ppMark = pMark;
  if (pMark == 0 || pMark->eType == MIG_DIR_CHECK) {
    return pMark == 0 && pJob->ePart == MIG_PART_ALL;
  }
  iBatch = pScript->nBatch++;
  return pJob->ePart == MIG_PART_BATCH
             ? iBatch == pJob->iBatch
             : pJob->ePart == MIG_PART_ALL && iBatch >= pJob->iBatch;
}

/* Bind the rows of a batch, and guard what is behind them. In MIG_PART_ALL the
** first batch that is left begins where the job says, the others at the first
** row, and each takes all rows that there are. */
static void batchBind(MigContext *p, const Script *pScript,
                      const MigScriptMark *pMark, sqlite3_stmt *pStmt,
                      MigBatchGuard *pGuard) {
  const MigScriptJob *pJob = pScript->pJob;
  MigRange range = pJob->range;

  if (pJob->ePart == MIG_PART_ALL) {
    i64 iFirst = pScript->nBatch - 1 == pJob->iBatch ? pJob->range.iLow
                                                     : MIG_BATCH_FIRST;
    migBatchRange(p, pMark->zName, iFirst, -1, &range);
  }
  migBatchBind(p, pStmt, &range);
  migBatchGuard(p, pMark->zName, &range, pGuard);
}

/* See what a batch has left behind it: SCRIPT when that is more than was. No-op
** for any other statement. */
static void batchCheck(MigContext *p, const Script *pScript,
                       const MigStatement *pSt, const MigBatchGuard *pGuard) {
  if (p->rc == SQLITE_OK) {
    migBatchCheck(p, pGuard);
    errorLocate(p, pScript, pSt->iStart);
  }
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
static void storeProtect(MigContext *p, const char *z,
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

/* storeProtect() for all statements of a script of n bytes. No database is
** needed. */
void migExecuteProtect(MigContext *p, const char *z, i64 n) {
  MigStatement st;
  i64 i = 0;

  if (!storeMentioned(z, n)) {
    return;
  }
  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    storeProtect(p, z, &st);
  }
}

/* Look at connection and schema once, before the first script: foreign keys,
** triggers, TEMP objects, attached databases. The caller holds the transaction,
** and calls this again when another connection may have changed the schema; the
** rest of pExec stays. */
void migExecuteStart(MigContext *p, MigExecution *pExec) {
  pExec->p = p;
  migForeignStart(p, &pExec->foreign);
  migLookupStart(p, &pExec->lookup);
  pExec->bTriggers = (int)migQueryInt(
      p, 0,
      "SELECT EXISTS(SELECT 1 FROM main.sqlite_schema WHERE type='trigger')"
      " OR EXISTS(SELECT 1 FROM temp.sqlite_schema WHERE type='trigger')");
}

/* How the script is meant to run; outside a transaction goes first. */
static MigScriptMode jobMode(const MigScriptJob *pJob) {
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
void migExecuteCheck(MigContext *p, const MigScriptJob *pJob) {
  MigScriptInfo info;

  if (p->rc == SQLITE_OK) {
    migScriptCheck(p, pJob->z, pJob->n, jobMode(pJob), &info);
    migExecuteProtect(p, pJob->z, pJob->n);
    errorPrefix(p, "revision %s (%s), ", pJob->zRevision, pJob->zSide);
  }
}

/* ---- around a statement ---- */

/* Is it a statement that the run passes over, because it is obeyed otherwise,
** meant for other tools, or has nothing to do? PRAGMAs with a switch of their
** own are kept in pScript. Those that only ask for a value are run. */
static int statementPassed(MigContext *p, Script *pScript,
                           const MigStatement *pSt) {
  const char *z = pScript->pJob->z;

  if (migStatementSkipped(z, pSt, &pScript->info)) {
    return 1;
  }
  if (pSt->eKind == MIG_ST_PRAGMA && pSt->value.eType != MIG_TK_END) {
    if (migTokenNameIs(z, &pSt->name, "foreign_keys")) {
      pScript->eForeign = migPragmaOn(z, pSt);
      return 1;
    }
    if (migTokenNameIs(z, &pSt->name, "legacy_alter_table")) {
      pScript->eLegacy = migPragmaOn(z, pSt);
      return 1;
    }
    if (migTokenNameIs(z, &pSt->name, "temp_store")) {
      return 1; /* SQLite cannot change it inside a transaction */
    }
  }
  if ((pSt->eKind == MIG_ST_DROP_TABLE || pSt->eKind == MIG_ST_DROP_VIEW) &&
      pSt->bIf) {
    /* SQLite would find our virtual table and refuse to drop it */
    char *zName = migTokenName(p, z, &pSt->name);
    return zName &&
           (sqlite3_strnicmp(zName, "migration_", 10) == 0 ||
            migStrICmp(zName, "migrations") == 0) &&
           !migQueryInt(p, 0,
                        "SELECT EXISTS(SELECT 1 FROM main.sqlite_schema"
                        " WHERE name=%Q COLLATE NOCASE) OR EXISTS(SELECT 1"
                        " FROM temp.sqlite_schema"
                        " WHERE name=%Q COLLATE NOCASE)",
                        zName, zName);
  }
  return 0;
}

/*
** Set enforcement and legacy mode as this statement wants them: as the script
** has said, else as the call found them. Enforcement is off for DROP TABLE,
** whose implicit DELETE would carry out actions and refuse (foreignkeys, 5),
** and for ALTER TABLE. A PRAGMA that is about to be run is remembered, to be
** put back at the end of the run.
*/
static void statementSettings(MigContext *p, MigExecution *pExec,
                              const Script *pScript, const MigStatement *pSt) {
  int bForeign =
      pScript->eForeign >= 0 ? pScript->eForeign : pExec->pSaved->bForeign;
  int bLegacy =
      pScript->eLegacy >= 0 ? pScript->eLegacy : pExec->pSaved->bLegacy;
  int bChanged;

  if (pSt->eKind == MIG_ST_DROP_TABLE || pSt->eKind == MIG_ST_ALTER_TABLE) {
    bForeign = 0;
  }
  bChanged = migSettingsForeign(p, pExec->pSaved, bForeign);
  bChanged |= migSettingsLegacy(p, pExec->pSaved, bLegacy);
  if (pSt->eKind == MIG_ST_PRAGMA && pSt->value.eType != MIG_TK_END) {
    char *zName = migTokenName(p, pScript->pJob->z, &pSt->name);
    if (zName) {
      migSettingsPragma(p, pExec->pSaved, zName);
      pExec->bDeferred |= migStrICmp(zName, "defer_foreign_keys") == 0;
    }
  }
  if (bChanged) {
    migTransactionArm(p, pExec->pTx);
  }
}

/* Does the rest of the script name zTable again, or make a table whose name is
** in a string? If not, no table of that name can be there at its end, and
** counting its rows would be for nothing. A rename carries the rows on, so it
** counts in any case. */
static int namedLater(const Script *pScript, const MigStatement *pSt,
                      const char *zTable) {
  const MigScriptJob *pJob = pScript->pJob;
  i64 i = pSt->iStart + pSt->nByte;
  MigToken token;

  if (pSt->eAlter == MIG_ALTER_RENAME_TABLE) {
    return 1;
  }
  do {
    i = migTokenSignificant(pJob->z, pJob->n, i, &token);
    if (migTokenNameIs(pJob->z, &token, zTable) ||
        migTokenNameIs(pJob->z, &token, "migrate_table")) {
      return 1;
    }
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Count the rows of a table that is about to be dropped or renamed, unless call
** or script allow it to lose some. No-op for other statements. */
static void guardRows(MigContext *p, MigExecution *pExec, Script *pScript,
                      const MigStatement *pSt, const char *zTable) {
  int bDrop = pSt->eKind == MIG_ST_DROP_TABLE;
  int bRename = pSt->eAlter == MIG_ALTER_RENAME_TABLE;

  if ((bDrop || bRename) && namedLater(pScript, pSt, zTable) &&
      !migNameAmong(pExec->nAllowLoss, pExec->azAllowLoss, zTable) &&
      !migNameAmong(pScript->info.nAllowLoss, pScript->info.azAllowLoss,
                    zTable)) {
    migRowGuardBefore(p, &pScript->guard, zTable);
  }
}

/* Do writes need watching? Enforcement is off, or the script has put it off:
** then SQLite would forget violations when the setting goes back. */
static int foreignWatched(const MigExecution *pExec) {
  return pExec->foreign.bAny &&
         (!pExec->pSaved->bForeignNow || pExec->bDeferred);
}

/* Is it an ADD COLUMN that refers to nothing? That cannot violate anything. By
** the word REFERENCES, outside quotes. */
static int addsPlainColumn(const char *z, const MigStatement *pSt) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;
  MigToken token;

  if (pSt->eAlter != MIG_ALTER_ADD) {
    return 0;
  }
  do {
    i = migTokenSignificant(z, iEnd, i, &token);
    if (migTokenIs(z, &token, "references")) {
      return 0;
    }
  } while (token.eType != MIG_TK_END);
  return 1;
}

/* A dropped index can be the one that a foreign key needs: the parent's key
** must be unique (foreignkeys, 3). Watch its table. Whether enforcement is on
** or off: DROP INDEX does not look. */
static void guardIndex(MigContext *p, MigExecution *pExec, const char *z,
                       const MigStatement *pSt) {
  char *zIndex = migTokenName(p, z, &pSt->name);
  char *zTable = migQueryText(p,
                              "SELECT tbl_name FROM main.sqlite_schema WHERE"
                              " type='index' AND name=%Q COLLATE NOCASE",
                              zIndex);

  if (zTable) {
    migForeignWatch(p, &pExec->foreign, zTable);
  }
}

/*
** Watch the foreign keys around the tables that a statement writes while
** enforcement is off or put off; zTable is the one that it is about, NULL when
** that was not wanted or is not of main. Where there are no triggers, and
** enforcement is off and foreign-key actions with it, a write of rows reaches
** no other table. Else the compiled statement is asked what it writes.
*/
static void guardForeign(MigContext *p, MigExecution *pExec, const char *z,
                         const MigStatement *pSt, const char *zTable,
                         sqlite3_stmt *pStmt) {
  MigWriteset set;
  MigList tables;
  int i;

  if (pExec->foreign.bAny && pSt->eKind == MIG_ST_DROP_INDEX) {
    guardIndex(p, pExec, z, pSt);
    return;
  }
  if (!foreignWatched(pExec) || addsPlainColumn(z, pSt)) {
    return;
  }
  switch (pSt->eKind) {
  case MIG_ST_ALTER_TABLE:
  case MIG_ST_DROP_TABLE:
    if (zTable) {
      migForeignWatch(p, &pExec->foreign, zTable);
    }
    break;
  case MIG_ST_INSERT:
  case MIG_ST_UPDATE:
  case MIG_ST_DELETE:
    if (!pExec->bTriggers && !pExec->bDeferred && zTable) {
      migForeignWatch(p, &pExec->foreign, zTable);
      break;
    }
    migWritesetRead(p, pStmt, &set);
    tables = migWritesetTables(p, &set);
    for (i = 0; i < tables.n && p->rc == SQLITE_OK; i++) {
      migForeignWatch(p, &pExec->foreign, tables.az[i]);
    }
    break;
  default:
    break;
  }
}

/* Can the statement make compiled ones expire? Plain reads and writes of rows
** cannot; all else is taken to, PRAGMAs as well. */
static int statementExpires(const MigStatement *pSt) {
  return pSt->eKind != MIG_ST_SELECT && pSt->eKind != MIG_ST_INSERT &&
         pSt->eKind != MIG_ST_UPDATE && pSt->eKind != MIG_ST_DELETE &&
         pSt->eKind != MIG_ST_VALUES;
}

/* ---- the statement itself ---- */

/* Is the name of the statement's table wanted by one of the guards? */
static int tableWanted(const MigExecution *pExec, const MigStatement *pSt) {
  switch (pSt->eKind) {
  case MIG_ST_DROP_TABLE:
  case MIG_ST_ALTER_TABLE:
    return 1;
  case MIG_ST_INSERT:
  case MIG_ST_UPDATE:
  case MIG_ST_DELETE:
    return foreignWatched(pExec);
  default:
    return 0;
  }
}

/*
** Step a statement to its end. A function of ours that a script may call finds
** the run by the connection's pExecution, works in p and leaves its error
** there. Errors: SCRIPT, with what SQLite says, or when a function of the
** application has ended the transaction: what follows would be committed by
** itself. No-op after an error.
*/
static void statementStep(MigContext *p, MigExecution *pExec,
                          const Script *pScript, const MigStatement *pSt,
                          sqlite3_stmt *pStmt) {
  int rc;

  if (p->rc == SQLITE_OK && migTransactionLost(pExec->pTx)) {
    /* unreached: what calls that function has looked */
    migFailRc(p, SQLITE_ABORT, MIG_SCRIPT,
              "the function of option progress ended the transaction");
  }
  if (p->rc) {
    return;
  }
  pExec->bRan = 1;
  pExec->pConn->pExecution = pExec;
  do {
    rc = sqlite3_step(pStmt);
  } while (rc == SQLITE_ROW);
  pExec->pConn->pExecution = 0;
  if (p->rc) {
    errorLocate(p, pScript, pSt->iStart); /* of a migrate_table() in it */
  } else if (rc != SQLITE_DONE) {
    scriptFail(p, pScript, pSt, rc);
  } else if (migTransactionLost(pExec->pTx)) {
    migFailRc(p, SQLITE_ABORT, MIG_SCRIPT,
              "the statement ended the transaction");
    errorLocate(p, pScript, pSt->iStart);
  }
}

/* Rows that scripts have changed so far, since the connection was opened: only
** the difference of two such numbers means something. */
static i64 rowsChanged(MigContext *p, const MigExecution *pExec) {
  return sqlite3_total_changes64(p->db) - pExec->pTouched->nChange;
}

/* Add the columns that wait, within the run's transaction: before anything
** looks at the schema. Cheap when none do. */
void migExecuteSettle(MigContext *p, MigExecution *pExec) {
  if (pExec->fold.nColumn) {
    pExec->pTouched->nChange += migFoldEnd(p, &pExec->fold, pExec->pTx);
  }
}

/* See whether the statement can wait; when not, end what waits. With a backup
** of touched tables none does. */
static void statementWaits(MigContext *p, MigExecution *pExec,
                           const Script *pScript, const MigStatement *pSt,
                           const char *zTable) {
  const MigScriptJob *pJob = pScript->pJob;

  if (pExec->pTouched->pBackup ||
      !migFoldTakes(p, &pExec->fold, pJob->z, pJob->n, pSt, zTable)) {
    migExecuteSettle(p, pExec);
  }
}

/* Compile the statement at z; *ppStmt is NULL after an error. What SQLite
** objects to is said of the schema with all columns that wait: when there are
** some, they are added, and it is asked again. Returns its code, or that of a
** failure to add them. */
static int statementPrepare(MigContext *p, MigExecution *pExec, const char *z,
                            sqlite3_stmt **ppStmt, const char **pzTail) {
  int rc = sqlite3_prepare_v3(p->db, z, -1, 0, ppStmt, pzTail);

  if (rc && pExec->fold.nColumn) {
    migExecuteSettle(p, pExec);
    pExec->fold.pNew = 0;
    rc = p->rc ? p->rc : sqlite3_prepare_v3(p->db, z, -1, 0, ppStmt, pzTail);
  }
  return rc;
}

/* Append what a dry run reports of a statement: ms milliseconds, nRow rows. One
** that waits has changed none yet. No-op in other runs. */
static void detailAdd(MigContext *p, MigExecution *pExec, const Script *pScript,
                      const MigStatement *pSt, i64 ms, i64 nRow) {
  MigText *pDetail = pExec->pDetail;
  int iLine;
  int iColumn;

  if (pDetail && p->rc == SQLITE_OK) {
    migPosition(pScript->pJob->z, pSt->iStart, &iLine, &iColumn);
    migTextF(p, pDetail,
             "%s{\"n\":%d,\"line\":%d,\"rows\":%lld,\"ms\":%lld,"
             "\"sql\":",
             pDetail->n ? "," : "", pScript->nSeen, iLine, nRow, ms);
    migTextJson(p, pDetail,
                migStrndup(p, pScript->pJob->z + pSt->iStart,
                           lineLength(pScript->pJob->z, pSt)));
    migTextStr(p, pDetail, "}");
  }
}

/* Give a compiled statement its values: a batch has some, which pMark tells and
** pGuard remembers; any other must want none, SCRIPT. */
static void statementBind(MigContext *p, const Script *pScript,
                          const MigScriptMark *pMark, sqlite3_stmt *pStmt,
                          MigBatchGuard *pGuard) {
  const char *zName;

  if (pMark) {
    batchBind(p, pScript, pMark, pStmt, pGuard);
  } else if (sqlite3_bind_parameter_count(pStmt) > 0) {
    zName = sqlite3_bind_parameter_name(pStmt, 1);
    migFail(p, MIG_SCRIPT,
            "the statement has a parameter, %s, and a script has no values for"
            " it; write the value",
            zName ? zName : "?");
  }
}

/* What is looked up, counted and backed up before a statement is stepped.
** zTable: the table that it replaces, or NULL. */
static void statementBefore(MigContext *p, MigExecution *pExec, Script *pScript,
                            const MigStatement *pSt, const char *zTable,
                            sqlite3_stmt *pStmt) {
  const char *z = pScript->pJob->z;

  migLookupCheck(p, &pExec->lookup, z, pSt, pStmt);
  if (zTable) {
    guardRows(p, pExec, pScript, pSt, zTable);
  }
  guardForeign(p, pExec, z, pSt, zTable, pStmt);
  errorLocate(p, pScript, pSt->iStart);
  migTouchedBefore(p, pExec->pTouched, z, pSt, pStmt);
}

/* Carry a statement out: let it wait with others that add columns, or step it
** and see that undo and guard are compiled afterwards. An ADD COLUMN that was
** stepped has seen to the format of the file: from then on others may wait. */
static void statementDo(MigContext *p, MigExecution *pExec, Script *pScript,
                        const MigStatement *pSt, const char *zTable,
                        sqlite3_stmt *pStmt, MigBatchGuard *pGuard) {
  if (pExec->fold.pNew && p->rc == SQLITE_OK) {
    pExec->bRan = 1;
    migFoldAdd(&pExec->fold);
    return;
  }
  statementStep(p, pExec, pScript, pSt, pStmt);
  batchCheck(p, pScript, pSt, pGuard);
  if (statementExpires(pSt)) {
    migTransactionArm(p, pExec->pTx);
  }
  pExec->fold.bFormat |= pSt->eAlter == MIG_ALTER_ADD && zTable;
}

/* Run one statement, in the order that is written atop this file; pMark: that
** of its batch, or NULL. Returns the offset in the script at which SQLite found
** its end, or -1 after failure. */
static i64 statementRun(MigContext *p, MigExecution *pExec, Script *pScript,
                        const MigScriptMark *pMark, const MigStatement *pSt) {
  MigScriptJob *pJob = pScript->pJob;
  const char *z = pJob->z;
  i64 msStart = pExec->bClock ? migMonotonicMs() : 0;
  i64 nBefore = rowsChanged(p, pExec);
  MigBatchGuard guard = {0, 0, 0, {0, 0, 0}};
  sqlite3_stmt *pStmt = 0;
  const char *zTail = 0;
  char *zTable;
  int rc;

  storeProtect(p, z, pSt);
  statementSettings(p, pExec, pScript, pSt);
  zTable = tableWanted(pExec, pSt) ? migWritesetTarget(p, z, pSt) : 0;
  statementWaits(p, pExec, pScript, pSt, zTable);
  if (p->rc) {
    errorLocate(p, pScript, pSt->iStart);
    return -1;
  }
  rc = statementPrepare(p, pExec, z + pSt->iStart, &pStmt, &zTail);
  if (rc) {
    scriptFail(p, pScript, pSt, rc);
    return -1;
  }
  statementBind(p, pScript, pMark, pStmt, &guard);
  statementBefore(p, pExec, pScript, pSt, zTable, pStmt);
  statementDo(p, pExec, pScript, pSt, zTable, pStmt, &guard);
  sqlite3_finalize(pStmt);
  if (zTable && pSt->eAlter == MIG_ALTER_RENAME_TABLE) {
    migForeignRenamed(p, &pExec->foreign, zTable,
                      migTokenName(p, z, &pSt->newName),
                      !pExec->pSaved->bLegacyNow);
  }
  pJob->nStatement++;
  detailAdd(p, pExec, pScript, pSt,
            pExec->bClock ? migMonotonicMs() - msStart : 0,
            rowsChanged(p, pExec) - nBefore);
  return p->rc ? -1 : zTail - z;
}

/* Run the checks of the script, in their order: INVARIANT when one finds a
** row. The message names revision and side. */
static void checksRun(MigContext *p, Script *pScript) {
  const MigScriptJob *pJob = pScript->pJob;
  int i;

  for (i = 0; i < pScript->info.nMark && p->rc == SQLITE_OK; i++) {
    const MigScriptMark *pMark = &pScript->info.aMark[i];
    if (pMark->eType == MIG_DIR_CHECK) {
      migInvariantRun(p, pMark->zName, pJob->z + pMark->iStart,
                      pJob->n - pMark->iStart, 0);
      errorPrefix(p, "revision %s (%s): ", pJob->zRevision, pJob->zSide);
    }
  }
}

/*
** Run a script, or the part of it that pJob says, inside the transaction
** pExec->pTx; migExecuteCheck() has seen it. Sets pJob->nStatement and nRow.
** Afterwards columns may wait (migExecuteSettle()), enforcement and legacy mode
** are as the call found them, other PRAGMAs as the script has left them.
** Foreign keys are checked by the caller, before its commit.
**
** FORBIDDEN_STATEMENT and SCRIPT, with revision, statement, line and column,
** INVARIANT and DATA_LOSS, with the revision, UNSUPPORTED for the key of a
** batch, and the errors of the backup; then the caller must undo the
** transaction, and after that put the settings back.
*/
void migExecuteScript(MigContext *p, MigExecution *pExec, MigScriptJob *pJob) {
  const MigScriptMark *pMark;
  Script script;
  MigStatement st;
  i64 nBefore = rowsChanged(p, pExec);
  i64 i = 0;

  memset(&script, 0, sizeof(script));
  script.pJob = pJob;
  script.eForeign = script.eLegacy = -1;
  migScriptScan(p, pJob->z, pJob->n, jobMode(pJob), &script.info);
  pExec->nScriptLoss = script.info.nAllowLoss;
  pExec->azScriptLoss = script.info.azAllowLoss;
  pExec->foreign.bAny |= script.info.bReferences;
  pExec->bTriggers |= script.info.bTrigger;
  migTouchedScript(p, pExec->pTouched, pJob->z, pJob->n);
  while (p->rc == SQLITE_OK && i >= 0) {
    migStatementRead(pJob->z, pJob->n, i, &st);
    if (st.eKind == MIG_ST_EMPTY) {
      break;
    }
    i = st.iStart + st.nByte; /* of one that is run SQLite tells its end */
    script.nSeen++;
    if (statementPassed(p, &script, &st)) {
      continue;
    }
    if (!migStatementAllowed(p, pJob->z, pJob->n, &st, &script.info)) {
      break; /* unreached: migExecuteCheck() has seen it */
    }
    if (statementMarked(&script, &st, &pMark)) {
      i = statementRun(p, pExec, &script, pMark, &st);
    }
  }
  if (pJob->ePart != MIG_PART_BATCH) {
    checksRun(p, &script);
  }
  if (script.guard.pFirst) {
    migExecuteSettle(p, pExec);
  }
  if (p->rc == SQLITE_OK) {
    migRowGuardCheck(p, &script.guard);
    errorPrefix(p, "revision %s (%s): ", pJob->zRevision, pJob->zSide);
  }
  if (p->rc == SQLITE_OK &&
      (migSettingsForeign(p, pExec->pSaved, pExec->pSaved->bForeign) |
       migSettingsLegacy(p, pExec->pSaved, pExec->pSaved->bLegacy))) {
    migTransactionArm(p, pExec->pTx);
  }
  pJob->nRow = rowsChanged(p, pExec) - nBefore;
}

/* ---- outside a transaction ---- */

/*
** Run one statement of a no-transaction script on connection db, the caller's
** or a second one, in autocommit. BUSY when another connection holds a lock,
** else SCRIPT, with the place.
**
** A statement that finds the schema changed, as by vacuumRun(), and then no
** memory to compile itself again, leaves its lock behind (SQLite 3.45, 3.54).
** The end of any other one that reads takes it away: that one is compiled
** before, and needs no schema.
*/
static void maintenanceStep(MigContext *p, MigExecution *pExec,
                            const Script *pScript, const MigStatement *pSt,
                            sqlite3 *db) {
  sqlite3_stmt *pStmt = 0;
  sqlite3_stmt *pRelease = 0;
  int rc = sqlite3_prepare_v2(db, "PRAGMA main.user_version", -1, &pRelease, 0);

  if (rc == SQLITE_OK) {
    rc = sqlite3_prepare_v2(db, pScript->pJob->z + pSt->iStart, -1, &pStmt, 0);
  }
  if (rc == SQLITE_OK) {
    pExec->bRan = 1;
    do {
      rc = sqlite3_step(pStmt);
    } while (rc == SQLITE_ROW);
  }
  if (rc != SQLITE_DONE) {
    migFailRc(p, rc, (rc & 0xff) == SQLITE_BUSY ? MIG_BUSY : MIG_SCRIPT,
              "%s: %.*s", sqlite3_errmsg(db), lineLength(pScript->pJob->z, pSt),
              pScript->pJob->z + pSt->iStart);
    errorLocate(p, pScript, pSt->iStart);
  }
  sqlite3_finalize(pStmt);
  if (p->rc && pRelease) {
    sqlite3_step(pRelease);
  }
  sqlite3_finalize(pRelease);
}

/*
** VACUUM cannot run inside a function, as the statement that calls it is
** unfinished (lang_vacuum): do it on a second connection to the same file,
** through the same VFS, after the PRAGMAs that it takes up, zPragmas, "" for
** none. That connection has no function or collation of the application; it is
** closed here on every path.
*/
static void vacuumRun(MigContext *p, MigExecution *pExec, const Script *pScript,
                      const MigStatement *pSt, const char *zPragmas) {
  const char *zFile = migDatabasePath(p->db);
  sqlite3_vfs *pVfs = 0;
  sqlite3 *db = 0;
  int rc;

  sqlite3_file_control(p->db, "main", SQLITE_FCNTL_VFS_POINTER, &pVfs);
  rc = sqlite3_open_v2(zFile, &db, SQLITE_OPEN_READWRITE,
                       pVfs ? pVfs->zName : 0);
  if (rc == SQLITE_OK) {
    sqlite3_busy_timeout(db, (int)pExec->msWait);
    rc = sqlite3_exec(db, zPragmas, 0, 0, 0);
  }
  if (rc == SQLITE_OK) {
    maintenanceStep(p, pExec, pScript, pSt, db);
  } else {
    migFailRc(p, rc, MIG_SCRIPT, "%s", db ? sqlite3_errmsg(db) : "no memory");
    errorLocate(p, pScript, pSt->iStart);
  }
  sqlite3_close(db);
}

/*
** Run a no-transaction script, statement by statement in autocommit. What was
** done before a failure stays. The caller has seen that the database has a file
** and that no transaction is open, and migExecuteCheck() that nothing else is
** in it than may run so. Sets pJob->nStatement; rows are not counted.
**
** page_size and auto_vacuum do nothing until a VACUUM (pragma), which is on
** another connection: they are collected for it. Errors: SCRIPT, BUSY,
** FORMAT, SQLITE.
*/
void migExecuteMaintenance(MigContext *p, MigExecution *pExec,
                           MigScriptJob *pJob) {
  MigText pragmas = {0, 0, 0};
  Script script;
  MigStatement st;
  i64 i = 0;

  memset(&script, 0, sizeof(script));
  script.pJob = pJob;
  migScriptScan(p, pJob->z, pJob->n, jobMode(pJob), &script.info);
  while (p->rc == SQLITE_OK && migScriptNext(pJob->z, pJob->n, &i, &st)) {
    script.nSeen++;
    if (!migStatementAllowed(p, pJob->z, pJob->n, &st, &script.info)) {
      break; /* unreached: migExecuteCheck() has seen it */
    }
    pJob->nStatement++;
    if (st.eKind == MIG_ST_VACUUM) {
      vacuumRun(p, pExec, &script, &st, migTextZ(&pragmas));
    } else if (st.eKind == MIG_ST_PRAGMA && st.value.eType != MIG_TK_END &&
               (migTokenNameIs(pJob->z, &st.name, "page_size") ||
                migTokenNameIs(pJob->z, &st.name, "auto_vacuum"))) {
      migTextAdd(p, &pragmas, pJob->z + st.iStart, st.nByte);
      migTextStr(p, &pragmas, ";");
      pExec->bRan = 1;
    } else {
      maintenanceStep(p, pExec, &script, &st, p->db);
    }
  }
  if (p->rc == SQLITE_OK && pragmas.n) {
    migExec(p, pragmas.z); /* those that no VACUUM has taken up */
  }
}
