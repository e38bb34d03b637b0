/*
** offlinebody.c - the transactions of an offline script.
**
** For each transaction: guards, steps (each replayed, then written), rows of
** the store. In what order they stand is said in offline.c.
**
** A step without transaction stands between two transactions, each of which
** ends with the rows of its steps, as in a run.
**
** Without bookkeeping it is the steps alone, with BEGIN and COMMIT around them.
*/
#include <string.h>
#include "ledgerguard.h"
#include "ledgerrevision.h"
#include "mirror.h"
#include "orphans.h"
#include "offlineschema.h"
#include "offlinebody.h"

/* The first line of a message, as a comment can hold it: up to the first
** control character. z may be NULL. */
static void lineAdd(MigContext *p, MigText *pOut, const char *z) {
  i64 n = 0;

  while (z && (u8)z[n] >= ' ') {
    n++;
  }
  migTextAdd(p, pOut, z ? z : "", n);
}

/* The script of a step, under a line that names it. It is replayed first,
** because what its migrate_table() becomes depends on the schema before it. One
** without transaction is not: it holds nothing but maintenance. */
static void stepWrite(MigContext *p, MigOffline *po, MigOfflineStep *pStep) {
  int bAlone = pStep->script.eMode == MIG_SCRIPT_ALONE;
  MigText *pOut = &po->body;

  migTextF(p, pOut, "\n-- %s %s: ", po->plan.bDown ? "downgrade" : "upgrade",
           pStep->rev.zId);
  lineAdd(p, pOut, pStep->rev.zMessage);
  migTextStr(p, pOut, "\n");
  if (!bAlone) {
    po->replay.pGuard = &pStep->script.info;
    migReplayScript(
        p, &po->replay, pStep->script.z, pStep->script.n,
        migPrintf(p, "revision %s (%s)", pStep->rev.zId, pStep->script.zSide));
    po->replay.pGuard = 0;
  }
  pStep->script.bIgnores = po->bIgnores;
  migPlainscriptWrite(p, &pStep->script, bAlone ? 0 : &po->replay,
                      po->pSpec->bShell, pOut);
  po->bIgnores = pStep->script.bIgnores;
}

/* Move the applied set over a step: in memory, and with bookkeeping in SQL. */
static void stepApply(MigContext *p, MigOffline *po, MigOfflineStep *pStep) {
  if (po->plan.bDown) {
    migSetRemove(&po->now.applied, pStep->iNode);
  } else {
    migSetAdd(&po->now.applied, pStep->iNode);
  }
  if (po->pSpec->bBookkeeping && po->plan.bDown) {
    migLedgerUndo(p, &po->ledger, pStep->rev.zId);
  } else if (po->pSpec->bBookkeeping) {
    migLedgerApply(p, &po->ledger, &pStep->rev);
  }
}

/* Keep the version table of another tool true. The scratch schema follows, as
** the table may be made here. */
static void mirrorWrite(MigContext *p, MigOffline *po) {
  MigList list = {0, 0};
  int i;

  migMirrorSql(p, po->bStore, &po->now, &list);
  for (i = 0; i < list.n && p->rc == SQLITE_OK; i++) {
    migTextF(p, &po->body, "%s;\n", list.az[i]); /* sql-ok: SQL */
    migReplayScript(p, &po->replay, list.az[i], (i64)strlen(list.az[i]),
                    "mirror");
  }
}

/* Ids of a revision's parents, by commas; NULL for a root. */
static char *parentNames(MigContext *p, const MigGraph *g, int iNode) {
  const MigNode *pNode = &g->aNode[iNode];
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pNode->nParent; i++) {
    migTextF(p, &text, "%s%s", i ? "," : "", g->aNode[pNode->aParent[i]].zId);
  }
  return text.z;
}

/* History rows of the steps from iFirst on, as a run writes them: only the last
** one of a transaction has the fingerprint. */
static void stepsRecord(MigContext *p, MigOffline *po, int iFirst, int iEnd) {
  int bDown = po->plan.bDown;
  int i;

  for (i = iFirst; i < iEnd && p->rc == SQLITE_OK; i++) {
    const MigOfflineStep *pStep = &po->aStep[i];
    char *zParents = parentNames(p, po->live.pGraph, pStep->iNode);
    const char *zId = pStep->rev.zId;
    migLedgerHistory(p, &po->ledger, &pStep->rev, bDown ? zId : zParents,
                     bDown ? zParents : zId,
                     i == iEnd - 1 ? po->aFingerprint : 0);
  }
}

/* What a transaction leaves in the store, with the number of guards that must
** have been passed behind it. Undone steps leave the repeatable revisions
** pending (plan.h), which is done once, here. The row of the whole call, and
** what closes the ledger, go with the last one. */
static void groupRecord(MigContext *p, MigOffline *po, int iFirst, int iEnd) {
  char *zTo;

  if (p->rc) {
    return;
  }
  if (po->plan.bDown) {
    po->now.applied =
        migOfflinePlanOrdinary(p, po->live.pGraph, &po->now.applied);
    migLedgerUndo(p, &po->ledger, 0);
  }
  po->now.current = migGraphCurrent(p, po->live.pGraph, &po->now.applied);
  mirrorWrite(p, po);
  migOfflineSchemaRead(p, po);
  zTo = p->rc ? 0 : migStateNames(p, &po->now, &po->now.current);
  stepsRecord(p, po, iFirst, iEnd);
  if (iEnd == po->plan.nStep) {
    migLedgerHistory(p, &po->ledger, 0, po->zFrom, zTo, po->aFingerprint);
  }
  if (po->ledger.bForeign && migOrphansCountable(p, po->pScratch)) {
    migLedgerGuardForeign(p, &po->ledger);
  }
  migLedgerFacts(p, &po->ledger, zTo, &po->schema, po->aFingerprint);
  migTallyEnd(p, &po->ledger.tally, &po->body);
  if (iEnd == po->plan.nStep) {
    migLedgerClose(p, &po->ledger);
  }
}

/* The revisions that the file may lack, in their order of arrival here, which
** is that of the graph's nodes: a file that gets them has them in the same
** order. */
static void revisionsWrite(MigContext *p, MigOffline *po) {
  int nNode = po->live.pGraph->nNode;
  MigOfflineStep **apStep = migAlloc(p, (u64)nNode * sizeof(MigOfflineStep *));
  int i;

  for (i = 0; i < po->plan.nStep && apStep; i++) {
    apStep[po->aStep[i].iNode] = &po->aStep[i];
  }
  migLedgerRevisionStart(p, &po->ledger);
  for (i = 0; i < nNode && apStep && p->rc == SQLITE_OK; i++) {
    if (apStep[i]) {
      migLedgerRevisionAdd(p, &po->ledger, &apStep[i]->rev);
    }
  }
  migLedgerRevisionEnd(p, &po->ledger);
}

/* The guards, and the revisions that the file may lack. Where a file is to have
** nothing applied it must have as many objects as this one, or none: nObject is
** -1 when that says nothing. Guards of edges come behind the revisions, whose
** edges may have been written just before. */
static void bodyStart(MigContext *p, MigOffline *po) {
  MigSet applied = migOfflinePlanOrdinary(p, po->live.pGraph, &po->now.applied);
  MigLedgerStart start;
  MigList mirror = {0, 0};
  MigList ids = {0, 0};

  if (p->rc) {
    return;
  }
  start.pApplied = &applied;
  start.bHere = po->bHere;
  start.nObject = migSetNext(&applied, -1) >= 0 ? -1
                  : po->bHere ? migLedgerGuardObjects(p, &po->ledger)
                              : 0;
  start.aFingerprint = po->aFingerprint;
  po->ledger.bShared = migSetCount(&po->plan.after) == po->live.pGraph->nNode;
  migLedgerGuardStart(p, &po->ledger, &start);
  if (!po->plan.bDown) {
    revisionsWrite(p, po);
    applied = migOfflinePlanOrdinary(p, po->live.pGraph, &po->plan.after);
  }
  if (p->rc == SQLITE_OK) {
    migLedgerGuardEdges(p, &po->ledger, &applied);
  }
  migMirrorSql(p, po->bStore, &po->now, &mirror);
  if (mirror.n && p->rc == SQLITE_OK) {
    migMirrorIds(p, po->ledger.zMirror, &po->now, &ids);
    migLedgerGuardMirror(p, &po->ledger, mirror.az[0], &ids);
  }
}

/* Switch CHECKs on again, on which guards rest, as a run does at the end of a
** transaction. Not only where the steps are seen to switch them off. */
static void checksOn(MigContext *p, MigOffline *po) {
  migTextStr(p, &po->body, MIG_CHECKS_ON);
  po->bIgnores = 0;
}

/* One step without transaction; what is kept of it stands between two. The one
** before, which looks at the file, is committed here; in the one behind the
** file is looked at again, because anybody may have written meanwhile. */
static void aloneWrite(MigContext *p, MigOffline *po, MigOfflineStep *pStep) {
  int bBook = po->pSpec->bBookkeeping;

  migTextStr(p, &po->body, bBook ? "COMMIT;\n" : "");
  stepWrite(p, po, pStep);
  if (bBook) {
    migTextStr(p, &po->body, "BEGIN IMMEDIATE;\n");
    checksOn(p, po);
    migLedgerGuardAgain(p, &po->ledger);
  }
  stepApply(p, po, pStep);
}

/* The steps iFirst to iEnd-1, which share a transaction and are not without
** one. */
static void stepsWrite(MigContext *p, MigOffline *po, int iFirst, int iEnd) {
  int i;

  for (i = iFirst; i < iEnd && p->rc == SQLITE_OK; i++) {
    stepWrite(p, po, &po->aStep[i]);
    stepApply(p, po, &po->aStep[i]);
  }
}

/* Steps as one or more transactions, with what migrate keeps of them. The
** first group begins with all guards, later ones with those that tell whether
** the file is still where the script has left it. Leftovers of a script that
** failed on the same connection are dropped in front of the first. */
static void groupBooked(MigContext *p, MigOffline *po, int iFirst, int iEnd) {
  int bAlone = po->aStep[iFirst].script.eMode == MIG_SCRIPT_ALONE;

  migTextStr(p, &po->body,
             iFirst ? "\nBEGIN IMMEDIATE;\n"
                    : MIG_TALLY_FORGET "BEGIN IMMEDIATE;\n");
  if (iFirst == 0) {
    bodyStart(p, po);
  } else {
    migLedgerGuardAgain(p, &po->ledger);
  }
  if (bAlone) {
    migTallyEnd(p, &po->ledger.tally, &po->body);
    aloneWrite(p, po, &po->aStep[iFirst]);
  } else {
    stepsWrite(p, po, iFirst, iEnd);
  }
  checksOn(p, po);
  migTextStr(p, &po->body, "\n-- what migrate keeps in the file\n");
  groupRecord(p, po, iFirst, iEnd);
  migTextStr(p, &po->body, "COMMIT;\n");
}

/* Steps as they are. Those of a transaction get a tally when there is something
** to be counted; that shows only when they are written, so they are written
** aside first, and the body is put together behind them. */
static void groupBare(MigContext *p, MigOffline *po, int iFirst, int iEnd) {
  MigText *pOut = &po->body;
  MigText before = po->body;
  MigText steps;

  if (po->aStep[iFirst].script.eMode == MIG_SCRIPT_ALONE) {
    aloneWrite(p, po, &po->aStep[iFirst]);
    return; /* it switches no CHECKs off: PRAGMAs that could are refused */
  }
  memset(pOut, 0, sizeof(*pOut));
  po->ledger.tally.n = 0;
  stepsWrite(p, po, iFirst, iEnd);
  if (po->bIgnores) {
    checksOn(p, po);
  }
  steps = *pOut;
  *pOut = before;
  migTextStr(p, pOut, iFirst ? "\nBEGIN IMMEDIATE;\n" : "BEGIN IMMEDIATE;\n");
  if (po->ledger.tally.n) {
    migTallyBegin(p, pOut);
  }
  migTextAdd(p, pOut, migTextZ(&steps), steps.n);
  if (po->ledger.tally.n) {
    migTallyEnd(p, &po->ledger.tally, pOut);
    migTextStr(p, pOut, "DROP TABLE temp._migrate_script;\n");
  }
  migTextStr(p, pOut, "COMMIT;\n");
}

/*
** Write all transactions of the plan to body, one behind the other; steps of
** one number share one. Needs the steps and the schema at the start, both
** looked through. Moves now, the schema and the ledger to where the script
** ends. Errors: those of the replay, UNSUPPORTED for what the sqlite3 shell
** would read otherwise.
*/
void migOfflineBodyWrite(MigContext *p, MigOffline *po) {
  int iFirst = 0;
  int iEnd;

  while (iFirst < po->plan.nStep && p->rc == SQLITE_OK) {
    for (iEnd = iFirst + 1;
         iEnd < po->plan.nStep &&
         po->aStep[iEnd].iTransaction == po->aStep[iFirst].iTransaction;
         iEnd++) {
    }
    if (po->pSpec->bBookkeeping) {
      groupBooked(p, po, iFirst, iEnd);
    } else {
      groupBare(p, po, iFirst, iEnd);
    }
    iFirst = iEnd;
  }
}
