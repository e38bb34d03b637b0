/*
** finish.c - the end of a run: undo, and what is kept and said of a failure.
**
** After a failure the open transaction is undone, and in autocommit the
** failure is recorded in a transaction of its own, if the cause allows one. The
** error then says what of the run has stayed, and what may help.
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "transaction.h"
#include "catalog.h"
#include "protect.h"
#include "record.h"
#include "groups.h"
#include "finish.h"

/* May a failure with this result code be recorded? Not where a write would fail
** the same way, or must not be tried: rc is primary or extended. */
static int failureRecordable(int rc) {
  switch (rc & 0xff) {
  case SQLITE_NOMEM:
  case SQLITE_INTERRUPT:
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_CANTOPEN:
  case SQLITE_BUSY:
  case SQLITE_READONLY:
    return 0;
  default:
    return 1;
  }
}

/* Keep a history row of the failure whose error is in pError, if a statement
** was run, and drop a backup that was committed for nothing. What goes wrong
** here is not reported: the failure itself is. p is free of errors at first,
** and its transaction undone. It is "partial" when something of the run has
** stayed, else "failed". */
static void failureRecord(MigContext *p, MigRun *pRun,
                          const MigContext *pError) {
  const MigRunStep *pStep =
      pRun->iFailed >= 0 ? &pRun->aStep[pRun->iFailed] : 0;
  int bPartial =
      pRun->nCommitted > 0 || (pStep && pStep->bAlone && pStep->nStatement > 0);
  int bDrop = !bPartial && pRun->protect.bCommitted;
  int i;

  for (i = pRun->iOpen; pRun->aStep && i < pRun->plan.nStep; i++) {
    pRun->aStep[i].bDone = 0; /* their rows were undone, and do not count */
  }
  migGroupsLock(p, pRun);
  if (p->rc == SQLITE_OK && pRun->tx.bStore) {
    pRun->zTo = migMetaText(p, "current");
    migGroupsNumber(p, pRun);
    if (pRun->exec.bRan) {
      migRecordRun(p, pRun, bPartial ? "partial" : "failed", pStep,
                   pError->zError);
    }
    if (bDrop) {
      migBackupDrop(p, pRun->protect.iBackup);
    }
    migStatementsClose(p);
    migTransactionCommit(p, &pRun->tx);
  }
  if (p->rc == SQLITE_OK && bDrop) {
    pRun->protect.bCommitted = 0;
  }
  migTransactionUndo(p, &pRun->tx);
}

/* Append to the error, p->zError, which is not NULL: zFormat with one %s for
** zName. Without memory it stays as it is. */
static void errorAppend(MigContext *p, const char *zFormat, const char *zName) {
  char *zMore = sqlite3_mprintf(zFormat, zName);
  char *zNew = zMore ? sqlite3_mprintf("%s%s", p->zError, zMore) : 0;

  if (zNew) {
    sqlite3_free(p->zError);
    p->zError = zNew;
  }
  sqlite3_free(zMore);
}

/* Nothing was applied, and what the first revisions make is there already: say
** so when there is another tool's version table. It is read in a context of its
** own, as p has an error; what fails there is not said. */
static void failureHint(MigContext *p, const MigRun *pRun) {
  MigContext work;
  MigModel model;
  int i;

  if (pRun->bDown || p->eCode != MIG_SCRIPT || p->zError == 0 ||
      strstr(p->zError, " already exists") == 0 ||
      (pRun->zFrom && pRun->zFrom[0])) {
    return;
  }
  migContextInit(&work, p->db);
  migCatalogRead(&work, &model);
  for (i = 0; work.rc == SQLITE_OK && i < model.nObject; i++) {
    if (model.aObject[i].eSkip == MIG_SKIP_TOOL &&
        model.aObject[i].eKind == MIG_DDL_TABLE) {
      errorAppend(p,
                  "; there is %s, the version table of another tool:"
                  " migrate_adopt first?",
                  model.aObject[i].zName);
      break;
    }
  }
  migStatementsClose(&work);
  migContextClear(&work);
}

/* Say in the error what of the run stayed. */
static void failureExplain(MigContext *p, const MigRun *pRun) {
  const MigRunStep *pStep =
      pRun->iFailed >= 0 && pRun->aStep ? &pRun->aStep[pRun->iFailed] : 0;

  if (pStep && pStep->bBatch && pStep->bPart && p->zError) {
    errorAppend(
        p,
        "; the batches of revision %s that were committed stay done, and"
        " the next run goes on behind them",
        pStep->rev.zId);
    if (p->eCode == MIG_INVARIANT) {
      errorAppend(
          p,
          "; rows before that place are not gone through again: mend them by"
          " hand, or migrate_downgrade() revision %s to begin anew",
          pStep->rev.zId);
    }
  }
  if (pRun->iOpen > 0 && pRun->aStep && p->zError) {
    errorAppend(p, "; what was committed before, up to revision %s, stays done",
                pRun->aStep[pRun->iOpen - 1].rev.zId);
  }
}

/* Undo, put settings back, record. Also called after success and dry runs,
** when there is nothing left to record. A failure is recorded only where
** SQLite is in autocommit by now: if the undo itself failed, nothing may be
** committed. The error of the run stays in p, with more said in it; zResult is
** still the caller's to free. */
void migFinishRun(MigContext *p, MigRun *pRun) {
  MigContext error;

  migStatementsClose(p);
  migScriptsClose(&pRun->cache);
  migTransactionUndo(p, &pRun->tx);
  migSettingsRestore(p, pRun->pConn, &pRun->saved);
  failureHint(p, pRun);
  failureExplain(p, pRun);
  if (p->rc && pRun->bOwn && !pRun->pCall->bDryRun &&
      (pRun->exec.bRan || pRun->protect.bCommitted) &&
      failureRecordable(p->rc) && sqlite3_get_autocommit(p->db)) {
    migContextInit(&error, p->db);
    migErrorSave(p, &error);
    failureRecord(p, pRun, &error);
    migStatementsClose(p);
    migErrorSave(&error, p);
  }
  migProtectClose(&pRun->protect);
}
