/*
** maketable.c - migrate_table(): make this table be so.
**
** Called directly it is an acting call of its own: transaction, automatic
** backup, a row in the history. It makes no revision, so afterwards the schema
** is another one than the last run left, and migrate_check() says so.
**
** Called by a statement of a script it is part of the run that is under way:
** the run's transaction, its backup, its watch over foreign keys. It works in
** the context of the run, because what it adds to that watch has to last, and
** so that its error is that of the run.
**
** How the table comes to be so is decided in reshape.c; here is what must be
** around it, in this order:
**
**   plan      what differs, and the way: nothing, create, alter, edit, rebuild
**   protect   the automatic backup, before anything is written
**   watch     violations there are now, so that only new ones count
**   copy      the table, into a backup of touched tables
**   run       the way itself
**   check     foreign keys, then settings back, history, commit
**
** "nothing" ends behind the plan: no backup, no row in the history.
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "settings.h"
#include "history.h"
#include "reshape.h"
#include "change.h"
#include "execute.h"
#include "protect.h"
#include "maketable.h"

/* What the caller wants, with what the file allows (setting schema_edit). It
** borrows the texts and lists of pSpec. The caller has seen that there is a
** store. */
static void reshapeInit(MigContext *p, MigReshape *pReshape,
                        const MigTableSpec *pSpec) {
  const char *zEdit = migSettingText(p, 1, "schema_edit");

  memset(pReshape, 0, sizeof(*pReshape));
  pReshape->zSql = pSpec->zSql;
  pReshape->nSql = pSpec->nSql;
  pReshape->renameOld = pSpec->renameOld;
  pReshape->renameNew = pSpec->renameNew;
  pReshape->usingColumn = pSpec->usingColumn;
  pReshape->usingExpr = pSpec->usingExpr;
  pReshape->pChanges = pSpec->bChanges ? &pSpec->changes : 0;
  pReshape->bCheck = pSpec->bCheck;
  if (p->rc == SQLITE_OK) {
    pReshape->eEdit = strcmp(zEdit, "deny") == 0        ? MIG_EDIT_DENY
                      : strcmp(zEdit, "defensive") == 0 ? MIG_EDIT_DEFENSIVE
                                                        : MIG_EDIT_ALLOW;
  }
}

/* May the wanted definition refer to other tables? The word alone tells: one
** in a comment costs a look at foreign keys, no more. */
static int refersToOthers(const MigReshape *pReshape) {
  return sqlite3_strlike("%references%", pReshape->zSql, 0) == 0;
}

/* Can rows be left without their parents by it? Not by an edit that touches
** neither values, nor how they compare, nor keys. Everything that is not an
** edit can: a rebuild drops the table and has another one take its place. */
static int mayOrphan(const MigReshape *pReshape) {
  const MigTableDiff *pDiff = &pReshape->diff;
  int i;

  for (i = 0; pReshape->eWay == MIG_WAY_EDIT && i < pDiff->n; i++) {
    const MigAlteration *pAlt = &pDiff->a[i];
    const MigModelTable *pTable =
        pAlt->eKind == MIG_ALT_ADD_CONSTRAINT    ? pDiff->pNew->pTable
        : pAlt->eKind == MIG_ALT_DROP_CONSTRAINT ? pDiff->pOld->pTable
                                                 : 0;
    int k = pAlt->eKind == MIG_ALT_ADD_CONSTRAINT ? pAlt->iNew : pAlt->iOld;
    switch (pAlt->eKind) {
    case MIG_ALT_SET_NOT_NULL:
    case MIG_ALT_DROP_NOT_NULL:
    case MIG_ALT_NOT_NULL_CONFLICT:
    case MIG_ALT_NOT_NULL_NAME:
    case MIG_ALT_DEFAULT:
    case MIG_ALT_CONFLICT:
    case MIG_ALT_NAME:
    case MIG_ALT_AUTOINCREMENT:
      break;
    case MIG_ALT_TYPE:
      if (pDiff->pOld->pTable->aColumn[pAlt->iOld].eAffinity !=
          pDiff->pNew->pTable->aColumn[pAlt->iNew].eAffinity) {
        return 1;
      }
      break;
    case MIG_ALT_ADD_CONSTRAINT:
    case MIG_ALT_DROP_CONSTRAINT:
      if (pTable->aConstraint[k].eKind != MIG_CON_CHECK) {
        return 1;
      }
      break;
    default:
      return 1;
    }
  }
  return pReshape->eWay != MIG_WAY_EDIT;
}

/* Carry out what was planned, watched by pForeign and copied by pTouched. The
** definition may be the first of the schema that refers to something, so bAny
** is set before it is asked. */
static void reshapeWatched(MigContext *p, MigReshape *pReshape,
                           MigForeign *pForeign, MigTouched *pTouched) {
  int i;

  if (p->rc || pReshape->eWay == MIG_WAY_NOTHING) {
    return;
  }
  pForeign->bAny |= refersToOthers(pReshape);
  if (pReshape->eWay != MIG_WAY_CREATE) {
    if (pForeign->bAny && mayOrphan(pReshape)) {
      migForeignWatch(p, pForeign, pReshape->zTable);
      pForeign->bOff = 1;
    }
    migTouchedTable(p, pTouched, pReshape->zTable);
    for (i = 0; i < pReshape->fulltext.n && p->rc == SQLITE_OK; i++) {
      migTouchedTable(p, pTouched, pReshape->fulltext.az[i]);
    }
  }
  migReshapeRun(p, pReshape);
  if (pReshape->eWay == MIG_WAY_CREATE && p->rc == SQLITE_OK) {
    migForeignCreated(p, pForeign, pReshape->zTable);
  }
}

/* The call, the run that it is in, and the script that calls may each allow
** tables to lose something. Adds n names of tables, borrowed. */
static void lossesAllow(MigContext *p, MigReshape *pReshape, int n,
                        const char **az) {
  int i;

  for (i = 0; i < n; i++) {
    migListAdd(p, &pReshape->allowLoss, az[i]);
  }
}

/* As part of the run that is under way: its transaction is open, its foreign
** keys are checked and its backup is ended by who runs the script. Settings
** that are changed go back with those of the run. After an error the run is
** undone by its caller. */
static char *makeInRun(MigContext *p, MigExecution *pExec, const MigCall *pCall,
                       const MigTableSpec *pSpec) {
  MigReshape reshape;

  if (pExec->pTx == 0) {
    /* unreached: no statement that can call is allowed there */
    migFail(p, MIG_NESTED_CALL,
            "migrate_table() cannot stand in a no-transaction revision");
  }
  reshapeInit(p, &reshape, pSpec);
  reshape.pTx = pExec->pTx;
  reshape.pSaved = pExec->pSaved;
  lossesAllow(p, &reshape, pCall->nAllowLoss, pCall->azAllowLoss);
  lossesAllow(p, &reshape, pExec->nAllowLoss, pExec->azAllowLoss);
  lossesAllow(p, &reshape, pExec->nScriptLoss, pExec->azScriptLoss);
  migReshapePlan(p, &reshape);
  reshapeWatched(p, &reshape, &pExec->foreign, pExec->pTouched);
  return migResultText(p, migWayName(reshape.eWay));
}

/* A direct call under way. Zero-initialized. */
typedef struct Making {
  MigChange change;       /* transaction, state, row of the history */
  MigSettingsSaved saved; /* of the connection, from before the transaction */
  MigReshape reshape;     /* planned before anything is written */
  MigForeign foreign;     /* violations from before */
  MigProtect protect;     /* the automatic backup */
} Making;

/* Take the automatic backup, or begin it. Reporting its progress runs code of
** the application, which may have ended the transaction. */
static void makeProtect(MigContext *p, Making *pMaking) {
  MigProtect *pProtect = &pMaking->protect;
  MigBackupRow *pRow = &pProtect->backup.row;

  pProtect->bOwn = pMaking->change.tx.bOwn;
  pRow->zCreatedAt = pMaking->change.zStartedAt;
  pRow->zAction = "table";
  pRow->iRun = pMaking->change.iRun;
  pRow->zRevisions = pMaking->change.zFrom;
  pProtect->backup.pTx = &pMaking->change.tx;
  migProtectStart(p, pProtect, pMaking->change.pCall);
  migTransactionCheck(p, &pMaking->change.tx,
                      "the function of option progress");
}

/* Do it, once there is something to do. Rows that the backup writes are counted
** by SQLite as well (total_changes()), and are taken off again. */
static void makeRun(MigContext *p, Making *pMaking) {
  MigChangeNote note = {"table", 0, pMaking->reshape.zTable, 0, 0, 0};
  i64 nBefore;

  makeProtect(p, pMaking);
  migForeignStart(p, &pMaking->foreign);
  pMaking->foreign.zRemedy = "mend those rows first";
  nBefore = sqlite3_total_changes64(p->db) - pMaking->protect.touched.nChange;
  reshapeWatched(p, &pMaking->reshape, &pMaking->foreign,
                 &pMaking->protect.touched);
  migForeignCheck(p, &pMaking->foreign);
  note.nRow = sqlite3_total_changes64(p->db) -
              pMaking->protect.touched.nChange - nBefore;
  migProtectEnd(p, &pMaking->protect);
  migProtectRetain(p, &pMaking->protect);
  note.iBackup = pMaking->protect.iBackup;
  if (p->rc == SQLITE_OK) { /* else after the undo, which it would expire */
    migSettingsRestore(p, pMaking->change.tx.pConn, &pMaking->saved);
    migTransactionArm(p, &pMaking->change.tx);
  }
  migChangeRecord(p, &pMaking->change, &note);
}

/* As a call of its own: undone as a whole after an error, and in a dry run,
** which answers the same word. The result is made before the commit, and the
** files of dropped backups are deleted after it. */
static char *makeDirect(MigContext *p, MigConnection *pConn,
                        const MigCall *pCall, const MigTableSpec *pSpec) {
  Making making;
  char *zResult = 0;
  int bChange;

  memset(&making, 0, sizeof(making));
  migSettingsSave(p, &making.saved);
  migChangeBegin(p, &making.change, pConn, pCall);
  if (p->rc == SQLITE_OK) {
    reshapeInit(p, &making.reshape, pSpec);
    making.reshape.pTx = &making.change.tx;
    making.reshape.pSaved = &making.saved;
    lossesAllow(p, &making.reshape, pCall->nAllowLoss, pCall->azAllowLoss);
    migReshapePlan(p, &making.reshape);
  }
  bChange = p->rc == SQLITE_OK && making.reshape.eWay != MIG_WAY_NOTHING;
  if (bChange) {
    makeRun(p, &making);
  }
  zResult = migResultText(p, migWayName(making.reshape.eWay));
  migChangeEnd(p, &making.change, bChange);
  migSettingsRestore(p, pConn, &making.saved);
  if (p->rc == SQLITE_OK && bChange && !pCall->bDryRun) {
    migProtectCommitted(&making.protect);
  }
  migProtectClose(&making.protect);
  return zResult;
}

/*
** Give a table the definition pSpec->zSql. Returns how that was done
** ("nothing", "create", "alter", "edit", "rebuild") for the caller to free with
** sqlite3_free(), NULL after an error.
**
** Errors: SCRIPT for a definition that SQLite does not take and for rows that
** cannot live in it, USAGE, FORBIDDEN_STATEMENT, FOREIGN_KEY, DATA_LOSS,
** UNPROVEN. A call of its own has changed nothing then, and raises those of
** beginning a transaction besides; within a run it is for the run to undo.
**
** The caller is pConn's acting call, or a script's statement, and p then the
** context of its run. It holds no transaction of ours: this takes one, and
** makes the store where there is none, or joins that of the run.
*/
char *migMakeTable(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   const MigTableSpec *pSpec) {
  return pConn->pExecution ? makeInRun(p, pConn->pExecution, pCall, pSpec)
                           : makeDirect(p, pConn, pCall, pSpec);
}
