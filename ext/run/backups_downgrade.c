/*
** backups_downgrade.c - downgrade from a backup.
**
** The automatic backup that a run took before it applied what lies above the
** target is restored in place (inplace.c). It fits only where the applied set
** that it holds is the one that the down scripts would lead to. So the
** revisions of one run go together: when run 1 has applied a, and run 2 b and
** c, the backup of run 2 leads to a, that of run 1 to base, and none to b.
*/
#include <string.h>
#include "sql.h"
#include "partial.h"
#include "protect.h"
#include "steps.h"
#include "inplace.h"
#include "backups_downgrade.h"

/* Is the applied set of the manifest the one that a plan leads to, pAfter,
** repeatable revisions aside? 0 when it has one that is not stored any more. */
static int appliedFits(const MigState *pState, const MigSet *pAfter,
                       const MigManifest *pManifest) {
  const MigGraph *g = pState->pGraph;
  int n = 0;
  int i;

  for (i = 0; i < g->nNode; i++) {
    n += migSetHas(pAfter, i) && !g->aNode[i].bRepeatable;
  }
  for (i = 0; i < pManifest->nApplied; i++) {
    int iNode = migGraphFind(g, pManifest->aApplied[i].zRevision);
    if (iNode < 0 ||
        (!g->aNode[iNode].bRepeatable && !migSetHas(pAfter, iNode))) {
      return 0;
    }
    n -= !g->aNode[iNode].bRepeatable;
  }
  return n == 0;
}

/* The run that applied a revision; of one that is applied in part the run that
** began it. 0 after an error. */
static i64 stepRun(MigContext *p, const MigState *pState, int iNode) {
  const char *zId = pState->pGraph->aNode[iNode].zId;
  MigPartial partial;

  if (!migSetHas(&pState->applied, iNode)) {
    migPartialRead(p, zId, &partial);
    return partial.iRun;
  }
  return migQueryInt(p, 0,
                     "SELECT run FROM main._migrate_applied"
                     " WHERE revision = %Q",
                     zId);
}

/* The first run among those that applied the revisions to undo; the state
** before it is in its automatic backup. */
static i64 firstRun(MigContext *p, const MigState *pState,
                    const MigPlan *pPlan) {
  i64 iFirst = 0;
  int i;

  for (i = 0; i < pPlan->nStep && p->rc == SQLITE_OK; i++) {
    i64 iRun = stepRun(p, pState, pPlan->aStep[i]);
    iFirst = iFirst == 0 || iRun < iFirst ? iRun : iFirst;
  }
  return iFirst;
}

/* Find the automatic backup of the run that is undone, the first of those that
** applied a step of the plan: its row in pRestore->row. BACKUP_UNKNOWN when it
** was not taken, or dropped. */
static void downgradeFind(MigContext *p, MigInplace *pRestore,
                          const MigPlan *pPlan) {
  i64 iRun = firstRun(p, &pRestore->change.state, pPlan);
  i64 iBackup = migQueryInt(p, 0,
                            "SELECT max(backup) FROM main._migrate_backups"
                            " WHERE run = %lld AND action = 'upgrade'",
                            iRun);

  if (p->rc == SQLITE_OK && iBackup == 0) {
    migFail(p, MIG_BACKUP_UNKNOWN,
            "no automatic backup of run %lld is there; downgrade by the down"
            " scripts, or restore another backup",
            iRun);
  }
  if (p->rc == SQLITE_OK) {
    migBackupFind(p, migPrintf(p, "%lld", iBackup), &pRestore->row);
  }
}

/* One history row for each revision that was undone, in the order of the plan,
** and one for the call. pGraph is that of before the restore, of which the plan
** is. */
static void downgradeRecord(MigContext *p, MigInplace *pRestore,
                            const MigGraph *pGraph, const MigPlan *pPlan) {
  MigChangeNote note = {"downgrade", 0, 0, 0, 0, 0};
  MigRevision rev;
  int i;

  for (i = 0; i < pPlan->nStep && p->rc == SQLITE_OK; i++) {
    if (migRevisionGet(p, pGraph->aNode[pPlan->aStep[i]].zId, &rev)) {
      note.zRevision = rev.zId;
      note.zMessage = rev.zMessage;
      note.aChecksum = rev.aChecksum;
      migChangeRecord(p, &pRestore->change, &note);
    }
  }
  memset(&note, 0, sizeof(note));
  note.zAction = "downgrade";
  note.zMessage = migPrintf(p, "restored backup %lld", pRestore->row.iBackup);
  note.iBackup = migInplaceUndo(pRestore);
  note.nRow = pRestore->work.nRow;
  migChangeRecord(p, &pRestore->change, &note);
}

/* The result of a downgrade, as record.c makes it, and what came of the
** restore; bNothing: the plan was empty. For the caller to free. No down script
** has run, so there are no steps. */
static char *downgradeResult(MigContext *p, const MigInplace *pRestore,
                             int bNothing) {
  const MigChange *pChange = &pRestore->change;
  MigText text = {0, 0, 0};

  if (bNothing || pChange->pCall->bDryRun) {
    migTextStr(p, &text, "{\"run\":null");
  } else {
    migTextF(p, &text, "{\"run\":%lld", pChange->iRun);
  }
  migTextStr(p, &text, ",\"direction\":\"down\",\"from\":");
  migTextStr(p, &text, migJsonIds(p, pChange->zFrom));
  migTextStr(p, &text, ",\"to\":");
  if (p->rc == SQLITE_OK) {
    migTextStr(p, &text,
               migJsonIds(p, migStateNames(p, &pChange->state,
                                           &pChange->state.current)));
  }
  migTextStr(p, &text, ",\"steps\":[],\"backup\":");
  migInplaceNumber(p, &text, bNothing ? 0 : migInplaceUndo(pRestore));
  migTextStr(p, &text, ",\"restored\":");
  migInplaceNumber(p, &text, bNothing ? 0 : pRestore->row.iBackup);
  migInplaceJson(p, &text, &pRestore->work);
  migTextF(p, &text, ",\"dry_run\":%s,\"committed\":%s,\"ms\":%lld}",
           pChange->pCall->bDryRun ? "true" : "false",
           pChange->tx.bOwn && !pChange->pCall->bDryRun ? "true" : "false",
           migInplaceMs(pRestore));
  return migResultText(p, text.z);
}

/* The revisions that a run has applied and that still are, by commas, sorted;
** *pn is how many. */
static char *runRevisions(MigContext *p, i64 iRun, int *pn) {
  sqlite3_stmt *pStmt =
      migPrepareF(p,
                  "SELECT revision FROM main._migrate_applied WHERE run = %lld"
                  " ORDER BY revision",
                  iRun);
  MigList list = {0, 0};

  while (migStep(p, pStmt)) {
    migListAdd(p, &list, migColumnText(p, pStmt, 0));
  }
  migFinalize(p, pStmt);
  *pn = list.n;
  return migIdsText(p, &list);
}

/* RANGE: the backup leads back to another place than the target. The message
** names the target that it fits, where that can be said in one. */
static void downgradeRefuse(MigContext *p, const MigInplace *pRestore) {
  const MigBackupRow *pRow = &pRestore->row;
  const char *z = pRow->zRevisions;
  int bBase = z == 0 || z[0] == 0;
  int n = 0;
  char *zRun = runRevisions(p, pRow->iRun, &n);

  if (p->rc == SQLITE_OK && n > 1 && (bBase || strchr(z, ',') == 0)) {
    migFail(p, MIG_RANGE,
            "run %lld applied %s together, and its backup leads back to before"
            " all of them: migrate_downgrade('%s', '{\"restore\":true}')",
            pRow->iRun, zRun, bBase ? "base" : z);
  } else {
    migFail(p, MIG_RANGE,
            "the backup of run %lld is of other revisions, %s; go back in the"
            " order of the runs, or use migrate_restore()",
            pRow->iRun, bBase ? "none" : z);
  }
}

/*
** Downgrade to zTarget by restoring the automatic backup of the run that
** applied what lies above it; no down script is run. Returns the JSON object
** of migrate_downgrade() with restored, tables, rows and lost, for the caller
** to free. When nothing lies above the target nothing is restored, and nothing
** written.
**
** Unlike a restore it gives up no rows that were written since, unless the call
** names their tables. Errors: those of targets, BACKUP_UNKNOWN, RANGE when the
** backup leads to another place than the target, DATA_LOSS when rows would go
** that option allow_loss does not name, and those of a restore; then nothing
** has changed.
*/
char *migBackupsDowngrade(MigContext *p, MigConnection *pConn,
                          const MigCall *pCall, const char *zTarget) {
  const MigGraph *pGraph = 0;
  MigInplace restore;
  MigPlan plan;
  char *zResult;

  memset(&restore, 0, sizeof(restore));
  memset(&plan, 0, sizeof(plan));
  migChangeBegin(p, &restore.change, pConn, pCall);
  if (p->rc == SQLITE_OK) {
    pGraph = restore.change.state.pGraph;
    migRunPlanDown(p, &restore.change.state, 1, zTarget, &plan);
  }
  if (p->rc == SQLITE_OK && plan.nStep) {
    migSetIntersect(&plan.after, &restore.change.state.applied);
    downgradeFind(p, &restore, &plan);
    restore.work.zForce = migPrintf(
        p, "migrate_restore(%lld, '{\"force\":true}')", restore.row.iBackup);
    migInplaceBegin(p, &restore, restore.row.iBackup);
    if (p->rc == SQLITE_OK &&
        !appliedFits(&restore.change.state, &plan.after, &restore.wanted)) {
      downgradeRefuse(p, &restore);
    }
    migInplaceRun(p, &restore, 1);
    migInplaceTidy(p, &restore);
    downgradeRecord(p, &restore, pGraph, &plan);
  }
  zResult = downgradeResult(p, &restore, plan.nStep == 0);
  migBackupClose(&restore.undo);
  migChangeEnd(p, &restore.change, plan.nStep > 0);
  migRestoreClose(p, &restore.work);
  if (p->rc == SQLITE_OK && !pCall->bDryRun) {
    migProtectDelete(&restore.files);
  }
  return zResult;
}
