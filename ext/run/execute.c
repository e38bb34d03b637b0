/*
** execute.c - runs one script, inside a transaction.
**
** SQLite itself splits the script: each statement is prepared where the one
** before ended, because it may need the table that one made. Around each
** statement, in this order:
**   1. its first tokens say what it is; transaction statements and PRAGMAs
**      that a script may not hold were refused before anything ran (job.c),
**      and are refused again here;
**   2. PRAGMA foreign_keys and legacy_alter_table are not run but obeyed, and
**      these settings are as the statement wants them (around.c);
**   3. it is prepared, and what it would touch is looked up (around.c);
**   4. rows and foreign-key violations of what it replaces are counted, and
**      what it writes goes into the backup, where that is one of touched
**      tables (around.c);
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
** Rows are counted by sqlite3_total_changes64(), so those of triggers and
** foreign-key actions are in it; what our own backup of touched tables and the
** folding write is taken off.
**
** PROBLEMS
**   What a statement may not do is seen from its first tokens and from its
**   compiled code. A function of the application that writes by itself is seen
**   by neither.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "allowed.h"
#include "writeset.h"
#include "invariant.h"
#include "execute.h"

/* ---- the run ---- */

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

/* ---- batches and checks ---- */

/* Does the statement run now? Checks come behind the others, and of batches
** those that the job wants. *ppMark is its directive, NULL for an ordinary one.
** To be called once for each statement in order: it counts the batches. */
static int statementMarked(MigScriptState *pScript, const MigStatement *pSt,
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
static void batchBind(MigContext *p, const MigScriptState *pScript,
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
static void batchCheck(MigContext *p, const MigScriptState *pScript,
                       const MigStatement *pSt, const MigBatchGuard *pGuard) {
  if (p->rc == SQLITE_OK) {
    migBatchCheck(p, pGuard);
    migJobErrorLocate(p, pScript, pSt->iStart);
  }
}

/* ---- the statement itself ---- */

/* SQLite refused or failed statement pSt with rc: SCRIPT with its message, and
** the token that it means, where it says so; out of memory is no SCRIPT. An
** error that p has already is of something the statement called, and stands. */
static void scriptFail(MigContext *p, const MigScriptState *pScript,
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
            migJobLineLength(pScript->pJob->z, pSt),
            pScript->pJob->z + pSt->iStart);
  migJobErrorLocate(p, pScript, iAt);
}

/*
** Step a statement to its end. A function of ours that a script may call finds
** the run by the connection's pExecution, works in p and leaves its error
** there. Errors: SCRIPT, with what SQLite says, or when a function of the
** application has ended the transaction: what follows would be committed by
** itself. No-op after an error.
*/
static void statementStep(MigContext *p, MigExecution *pExec,
                          const MigScriptState *pScript,
                          const MigStatement *pSt, sqlite3_stmt *pStmt) {
  int rc;

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
    migJobErrorLocate(p, pScript, pSt->iStart); /* of a migrate_table() in it */
  } else if (rc != SQLITE_DONE) {
    scriptFail(p, pScript, pSt, rc);
  } else if (migTransactionLost(pExec->pTx)) {
    migFailRc(p, SQLITE_ABORT, MIG_SCRIPT,
              "the statement ended the transaction");
    migJobErrorLocate(p, pScript, pSt->iStart);
  }
}

/* See whether the statement can wait; when not, end what waits. With a backup
** of touched tables none does. */
static void statementWaits(MigContext *p, MigExecution *pExec,
                           const MigScriptState *pScript,
                           const MigStatement *pSt, const char *zTable) {
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
static void detailAdd(MigContext *p, MigExecution *pExec,
                      const MigScriptState *pScript, const MigStatement *pSt,
                      i64 ms, i64 nRow) {
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
                           migJobLineLength(pScript->pJob->z, pSt)));
    migTextStr(p, pDetail, "}");
  }
}

/* Give a compiled statement its values: a batch has some, which pMark tells and
** pGuard remembers; any other must want none, SCRIPT. */
static void statementBind(MigContext *p, const MigScriptState *pScript,
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

/* Can the statement make compiled ones expire? Plain reads and writes of rows
** cannot; all else is taken to, PRAGMAs as well. */
static int statementExpires(const MigStatement *pSt) {
  return pSt->eKind != MIG_ST_SELECT && pSt->eKind != MIG_ST_INSERT &&
         pSt->eKind != MIG_ST_UPDATE && pSt->eKind != MIG_ST_DELETE &&
         pSt->eKind != MIG_ST_VALUES;
}

/* Carry a statement out: let it wait with others that add columns, or step it
** and see that undo and guard are compiled afterwards. An ADD COLUMN that was
** stepped has seen to the format of the file: from then on others may wait. */
static void statementDo(MigContext *p, MigExecution *pExec,
                        MigScriptState *pScript, const MigStatement *pSt,
                        const char *zTable, sqlite3_stmt *pStmt,
                        MigBatchGuard *pGuard) {
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
static i64 statementRun(MigContext *p, MigExecution *pExec,
                        MigScriptState *pScript, const MigScriptMark *pMark,
                        const MigStatement *pSt) {
  MigScriptJob *pJob = pScript->pJob;
  const char *z = pJob->z;
  i64 msStart = pExec->bClock ? migMonotonicMs() : 0;
  i64 nBefore = rowsChanged(p, pExec);
  MigBatchGuard guard = {0, 0, 0, {0, 0, 0}};
  sqlite3_stmt *pStmt = 0;
  const char *zTail = 0;
  char *zTable;
  int rc;

  migJobProtectStatement(p, z, pSt);
  migAroundSettings(p, pExec, pScript, pSt);
  zTable = migAroundTableWanted(pExec, pSt) ? migWritesetTarget(p, z, pSt) : 0;
  statementWaits(p, pExec, pScript, pSt, zTable);
  if (p->rc) {
    migJobErrorLocate(p, pScript, pSt->iStart);
    return -1;
  }
  rc = statementPrepare(p, pExec, z + pSt->iStart, &pStmt, &zTail);
  if (rc) {
    scriptFail(p, pScript, pSt, rc);
    return -1;
  }
  statementBind(p, pScript, pMark, pStmt, &guard);
  migAroundBefore(p, pExec, pScript, pSt, zTable, pStmt);
  statementDo(p, pExec, pScript, pSt, zTable, pStmt, &guard);
  sqlite3_finalize(pStmt);
  if (pSt->eKind == MIG_ST_CREATE_TABLE && p->rc == SQLITE_OK) {
    migForeignCreated(p, &pExec->foreign, migTokenName(p, z, &pSt->name));
  }
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

/* ---- the script ---- */

/* Run the checks of the script, in their order: INVARIANT when one finds a
** row. The message names revision and side. */
static void checksRun(MigContext *p, MigExecution *pExec,
                      MigScriptState *pScript) {
  const MigScriptJob *pJob = pScript->pJob;
  int i;

  for (i = 0; i < pScript->info.nMark && p->rc == SQLITE_OK; i++) {
    const MigScriptMark *pMark = &pScript->info.aMark[i];
    if (pMark->eType == MIG_DIR_CHECK) {
      migExecuteSettle(p, pExec);
      migInvariantRun(p, pMark->zName, pJob->z + pMark->iStart,
                      pJob->n - pMark->iStart, 0);
      migTransactionCheck(p, pExec->pTx, "a check");
      migJobErrorPrefix(p, "revision %s (%s): ", pJob->zRevision, pJob->zSide);
    }
  }
}

/*
** Run a script, or the part of it that pJob says, inside the transaction
** pExec->pTx; migJobCheck() has seen it. Sets pJob->nStatement and nRow.
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
  MigScriptState script;
  MigStatement st;
  i64 nBefore = rowsChanged(p, pExec);
  i64 i = 0;

  memset(&script, 0, sizeof(script));
  script.pJob = pJob;
  script.eForeign = script.eLegacy = -1;
  migScriptScan(p, pJob->z, pJob->n, migJobMode(pJob), &script.info);
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
    if (migAroundPassed(p, &script, &st)) {
      continue;
    }
    if (!migStatementAllowed(p, pJob->z, &st, &script.info)) {
      break; /* after an error alone: migJobCheck() has seen it */
    }
    if (statementMarked(&script, &st, &pMark)) {
      i = statementRun(p, pExec, &script, pMark, &st);
    }
  }
  if (pJob->ePart != MIG_PART_BATCH) {
    checksRun(p, pExec, &script);
  }
  if (script.guard.pFirst) {
    migExecuteSettle(p, pExec);
  }
  if (p->rc == SQLITE_OK) {
    migRowGuardCheck(p, &script.guard);
    migJobErrorPrefix(p, "revision %s (%s): ", pJob->zRevision, pJob->zSide);
  }
  if (p->rc == SQLITE_OK &&
      (migSettingsForeign(p, pExec->pSaved, pExec->pSaved->bForeign) |
       migSettingsLegacy(p, pExec->pSaved, pExec->pSaved->bLegacy))) {
    migTransactionArm(p, pExec->pTx);
  }
  pJob->nRow = rowsChanged(p, pExec) - nBefore;
}
