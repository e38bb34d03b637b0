/*
** offline.c - a range of revisions as a script for SQLite without us.
**
** The range is lo:hi; without ':' lo is base, as with Alembic's --sql. The
** revisions that lo names, with all they stand on, are what the target file
** must have applied; the way from there to hi is planned as a run would plan
** it: down when hi lies below lo, else up. An upgrade that leaves nothing
** pending ends with the repeatable revisions: when lo is where this file is,
** those that are pending here, else all of them.
**
** What the steps make of the schema is found out by a replay in a scratch
** database. It begins with the schema of this file when lo is where this file
** is, else with a replay of what lo stands on. It expands migrate_table() and
** gives the schema that the script leaves, with its fingerprint.
**
** The script, in this order:
**   header, .bail on, PRAGMA foreign_keys=OFF where a step wants it, CHECKs on
**   BEGIN IMMEDIATE, guards                                  (ledgerguard.c)
**   revisions that the file lacks                            (ledgerrevision.c)
**   the steps                                                (plainscript.c)
**   applied set, history, facts                              (ledger.c)
**   were all guards passed?                                  (tally.c)
**   COMMIT
** A step without transaction stands between two transactions, each of which
** ends with the rows of its steps, as in a run.
**
** In a shell that goes on behind an error nothing of a transaction is kept when
** a guard was not passed, or rows could not be copied. That a statement of a
** revision has failed no SQL can see, so the header says how it is to be run.
**
** The text is made in another order than it is read in. What stands in its
** header is known only when all steps were looked at, and a step's SQL only
** when it was replayed, behind those before it:
**
**   plan -> load and check all steps -> replay what is before them
**        -> for each transaction: guards, steps (each replayed, then written),
**           rows of the store -> header, in front
**
** Without bookkeeping it is the steps alone, with BEGIN and COMMIT around them.
**
** Nothing is written here. Limits: rows of a table that this file does not know
** of are not guarded, and a migrate_table() in a WHERE or over rows is expanded
** as for empty tables.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "catalog.h"
#include "drift.h"
#include "job.h"
#include "fingerprint.h"
#include "ledgerguard.h"
#include "ledgerrevision.h"
#include "mirror.h"
#include "orphans.h"
#include "plainscript.h"
#include "plan.h"
#include "range.h"
#include "settings.h"
#include "steps.h"
#include "store.h"
#include "transaction.h"
#include "partial.h"
#include "offline.h"

/* A step of the script. */
typedef struct OfflineStep {
  int iNode;
  int iTransaction;      /* from 1 */
  MigRevision rev;       /* with its scripts, in the arena */
  MigPlainScript script; /* the one that the direction of the plan asks for */
} OfflineStep;

/* A script being made. Zero-initialized. */
typedef struct Offline {
  const MigOfflineSpec *pSpec;
  int bStore;           /* version of the store, 0: none */
  MigState live;        /* of this file */
  MigState now;         /* what the script has come to */
  int bHere;            /* the range begins where this file is */
  MigPlan plan;         /* from now to the end of the range */
  OfflineStep *aStep;   /* as many as the plan has, in its order */
  const char *zFrom;    /* current heads at the start */
  MigScratch *pScratch; /* has the schema behind the steps so far */
  MigReplay replay;     /* in it */
  MigLedger ledger;     /* its tally is that of all guards */
  int bAlters;          /* as in MigPlainScript, of all scripts */
  int bQuotes;          /* the same, and of the schema at the start */
  int bReturns;         /* one has CR before LF */
  int bIgnores;   /* CHECKs are switched off by a step of the transaction */
  MigText body;   /* of the script */
  MigText schema; /* canonical, behind the steps so far */
  u8 aFingerprint[MIG_HASH_SIZE]; /* hash of that text */
} Offline;

/* ---- the plan ---- */

/* A copy of a set without the repeatable revisions. */
static MigSet ordinary(MigContext *p, const MigGraph *g, const MigSet *pSet) {
  MigSet set = migSetCopy(p, pSet);
  MigSet out = migGraphRepeatables(p, g);

  migSetSubtract(&set, &out);
  return set;
}

/* The state that zLow means: its revisions and all they stand on. When that is
** where this file is, it is what is applied here: without what is pending below
** that, and with the repeatable ones it has, so that only pending ones are
** written. */
static void stateLow(MigContext *p, Offline *po, const char *zLow) {
  const MigGraph *g = po->live.pGraph;
  MigSet set = migTargetSet(p, &po->live, zLow);
  MigSet applied;
  int bCurrent;

  if (p->rc) {
    return;
  }
  bCurrent = migSetEqual(&set, &po->live.current);
  applied = ordinary(p, g, &po->live.applied);
  migGraphAncestors(p, g, &set);
  po->bHere = p->rc == SQLITE_OK && (bCurrent || migSetEqual(&set, &applied));
  po->now = migStateNew(p, g, po->bHere ? &po->live.applied : &set);
}

/* Does the upper end lie below the lower one? A sign in front says it; else it
** does when all of it is applied by then and it is not where the range begins.
** The upper end is resolved against the lower one. */
static int isDown(MigContext *p, const Offline *po, const char *zHigh) {
  MigSet set;

  if (zHigh[0] == '-' || zHigh[0] == '+') {
    return zHigh[0] == '-';
  }
  set = migTargetSet(p, &po->now, zHigh);
  if (p->rc || migSetEqual(&set, &po->now.current)) {
    return 0;
  }
  migSetSubtract(&set, &po->now.applied);
  return migSetNext(&set, -1) < 0;
}

/* Take the range apart and plan it. An end that is left out is base or heads.
** Repeatable revisions alone make a plan only when the range begins where this
** file is: of another one it is not known which of them it has. */
static void rangePlan(MigContext *p, Offline *po) {
  const char *zRange = po->pSpec->zRange;
  char *zLow = 0;
  char *zHigh = 0;
  const char *z;
  int bRange;

  bRange = migRangeSplit(p, zRange, &zLow, &zHigh);
  stateLow(p, po, bRange && zLow && *zLow ? zLow : "base");
  z = !bRange ? zRange : zHigh && *zHigh ? zHigh : "heads";
  if (p->rc) {
    return;
  }
  if (isDown(p, po, z)) {
    migPlanDowngrade(p, &po->now, z, &po->plan);
  } else {
    migPlanUpgrade(p, &po->now, z, &po->plan);
  }
  if (!po->plan.bDown && (po->bHere || po->plan.nStep)) {
    migPlanRepeatables(p, &po->now, 0, &po->plan);
  }
}

/* ---- the scripts ---- */

/* A revision with its scripts, in the arena and zero-terminated.
** STORE_DAMAGED when they do not have its checksum. */
static void revisionLoad(MigContext *p, const Offline *po, int iNode,
                         MigPackCache *pCache, MigRevision *pRev) {
  if (!migRevisionGet(p, po->live.pGraph->aNode[iNode].zId, pRev)) {
    return;
  }
  migRevisionScripts(p, pCache, pRev);
  pRev->zUp = pRev->zUp ? migStrndup(p, pRev->zUp, pRev->nUp) : 0;
  pRev->zDown = pRev->zDown ? migStrndup(p, pRev->zDown, pRev->nDown) : 0;
  migRevisionCheck(p, pRev);
}

/* Check the script of a step as a run does, and look through it. A revision
** that does nothing on the way up needs no down script. IRREVERSIBLE, SCRIPT,
** and those of migJobCheck(). */
static void stepScan(MigContext *p, Offline *po, OfflineStep *pStep) {
  const MigRevision *pRev = &pStep->rev;
  MigPlainScript *ps = &pStep->script;
  int bDown = po->plan.bDown;
  int bAlone =
      (pRev->flags & (bDown ? MIG_REV_DOWN_ALONE : MIG_REV_UP_ALONE)) != 0;
  MigScriptJob job;

  if (bDown && pRev->place.nDown < 0 && pRev->place.nUp > 0) {
    migFail(p, MIG_IRREVERSIBLE,
            "revision %s has no down script; add one with"
            " migrate_edit('%s', NULL, '...', '{\"repair\":true}')",
            pRev->zId, pRev->zId);
  }
  ps->zRevision = pRev->zId;
  ps->zSide = bDown ? "down" : "up";
  ps->z = bDown ? pRev->zDown : pRev->zUp;
  ps->n = bDown ? pRev->nDown : pRev->nUp;
  ps->eMode = bAlone                          ? MIG_SCRIPT_ALONE
              : pRev->flags & MIG_REV_LENIENT ? MIG_SCRIPT_IMPORTED
                                              : MIG_SCRIPT_OWN;
  ps->pTally = &po->ledger.tally;
  if (ps->z == 0) {
    ps->z = "";
    ps->n = 0;
  }
  memset(&job, 0, sizeof(job));
  job.zRevision = ps->zRevision;
  job.zSide = ps->zSide;
  job.z = ps->z;
  job.n = ps->n;
  job.bAlone = bAlone;
  job.bLenient = ps->eMode == MIG_SCRIPT_IMPORTED;
  migJobCheck(p, &job);
  migPlainscriptScan(p, ps);
  po->bAlters |= ps->bAlters;
  po->bQuotes |= ps->bQuotes;
  po->bReturns |= strstr(ps->z, "\r\n") != 0;
  po->ledger.bForeign |= ps->info.bReferences;
}

/* UNSUPPORTED for a revision of which some batches are done: the script would
** do all of them. */
static void partialCheck(MigContext *p, const char *zId) {
  MigPartial partial;

  if (migPartialRead(p, zId, &partial)) {
    migFail(p, MIG_UNSUPPORTED,
            "revision %s is applied in part, which no script can go on with;"
            " finish it with migrate_upgrade() first",
            zId);
  }
}

/* Read and check all steps, and cut them into transactions: as few as can be,
** and batches in one with the others. */
static void stepsLoad(MigContext *p, Offline *po) {
  int n = po->plan.nStep;
  int *aiTransaction = migAlloc(p, (u64)n * sizeof(int));
  MigPackCache cache = {0, {0, 0}};
  int i;

  po->aStep = migAlloc(p, (u64)n * sizeof(OfflineStep));
  if (p->rc == SQLITE_OK) {
    migRunCuts(p, &po->plan, &po->live, 0, 1, aiTransaction);
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    OfflineStep *pStep = &po->aStep[i];
    pStep->iNode = po->plan.aStep[i];
    pStep->iTransaction = aiTransaction[i];
    revisionLoad(p, po, pStep->iNode, &cache, &pStep->rev);
    partialCheck(p, pStep->rev.zId);
    stepScan(p, po, pStep);
  }
  migScriptsClose(&cache);
}

/* ---- the schema ---- */

/* Replay what the range stands on, in the graph's order, down scripts never: as
** if the file had gone straight up. */
static void startReplay(MigContext *p, Offline *po) {
  const MigGraph *g = po->live.pGraph;
  MigPackCache cache = {0, {0, 0}};
  int i;

  for (i = 0; i < g->nNode && p->rc == SQLITE_OK; i++) {
    MigRevision rev;
    if (migSetHas(&po->now.applied, g->aOrder[i])) {
      revisionLoad(p, po, g->aOrder[i], &cache, &rev);
      if (p->rc == SQLITE_OK && rev.zUp) {
        migReplayScript(p, &po->replay, rev.zUp, rev.nUp,
                        migPrintf(p, "revision %s (up)", rev.zId));
      }
    }
  }
  migScriptsClose(&cache);
}

/* Read the schema of the scratch database, its text and fingerprint, in place
** of what was read before. */
static void schemaRead(MigContext *p, Offline *po) {
  MigModel model;
  MigHash hash;

  if (p->rc) {
    return;
  }
  migScratchSwap(p, po->pScratch);
  migCatalogRead(p, &model);
  migScratchSwap(p, po->pScratch);
  memset(&po->schema, 0, sizeof(po->schema));
  migSchemaCanonical(p, &model, &po->schema);
  migHashInit(&hash);
  migHashAdd(&hash, migTextZ(&po->schema), po->schema.n);
  migHashFinal(&hash, po->aFingerprint);
}

/* Make the scratch database, with the schema at the start of the range. It is
** closed by migOfflineScript(), on every path. bPlain is set before the replay
** opens it (replay.h). */
static void scratchStart(MigContext *p, Offline *po) {
  MigModel model;

  po->pScratch = migScratchOpen(p);
  if (p->rc == SQLITE_OK && po->bHere) {
    migCatalogRead(p, &model);
    if (p->rc == SQLITE_OK) {
      migScratchCopy(p, po->pScratch, &model);
    }
  }
  if (p->rc == SQLITE_OK) {
    po->replay.bPlain = 1;
    migReplayOpen(p, &po->replay, po->pScratch);
    if (!po->bHere) {
      startReplay(p, po);
    }
  }
  schemaRead(p, po);
}

/* Does the schema at the start have foreign keys, or do the scripts make some?
** Are there quotes in it: strings in views and triggers, perhaps? The canonical
** text has keywords in lower case and single blanks around them, so a plain
** search will do. */
static void schemaLook(MigContext *p, Offline *po) {
  const char *z = migTextZ(&po->schema);

  po->bQuotes |= p->rc == SQLITE_OK && strchr(z, '"') != 0;
  po->ledger.bForeign |= p->rc == SQLITE_OK && strstr(z, " references ") != 0;
  po->ledger.bForeign =
      po->ledger.bForeign && migOrphansCountable(p, po->pScratch);
}

/* ---- the body ---- */

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
static void stepWrite(MigContext *p, Offline *po, OfflineStep *pStep) {
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
static void stepApply(MigContext *p, Offline *po, OfflineStep *pStep) {
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
static void mirrorWrite(MigContext *p, Offline *po) {
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
static void stepsRecord(MigContext *p, Offline *po, int iFirst, int iEnd) {
  int bDown = po->plan.bDown;
  int i;

  for (i = iFirst; i < iEnd && p->rc == SQLITE_OK; i++) {
    const OfflineStep *pStep = &po->aStep[i];
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
static void groupRecord(MigContext *p, Offline *po, int iFirst, int iEnd) {
  char *zTo;

  if (p->rc) {
    return;
  }
  if (po->plan.bDown) {
    po->now.applied = ordinary(p, po->live.pGraph, &po->now.applied);
    migLedgerUndo(p, &po->ledger, 0);
  }
  po->now.current = migGraphCurrent(p, po->live.pGraph, &po->now.applied);
  mirrorWrite(p, po);
  schemaRead(p, po);
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
static void revisionsWrite(MigContext *p, Offline *po) {
  int nNode = po->live.pGraph->nNode;
  OfflineStep **apStep = migAlloc(p, (u64)nNode * sizeof(OfflineStep *));
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
static void bodyStart(MigContext *p, Offline *po) {
  MigSet applied = ordinary(p, po->live.pGraph, &po->now.applied);
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
    applied = ordinary(p, po->live.pGraph, &po->plan.after);
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
static void checksOn(MigContext *p, Offline *po) {
  migTextStr(p, &po->body, MIG_CHECKS_ON);
  po->bIgnores = 0;
}

/* One step without transaction; what is kept of it stands between two. The one
** before, which looks at the file, is committed here; in the one behind the
** file is looked at again, because anybody may have written meanwhile. */
static void aloneWrite(MigContext *p, Offline *po, OfflineStep *pStep) {
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
static void stepsWrite(MigContext *p, Offline *po, int iFirst, int iEnd) {
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
static void groupBooked(MigContext *p, Offline *po, int iFirst, int iEnd) {
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
static void groupBare(MigContext *p, Offline *po, int iFirst, int iEnd) {
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

/* All transactions, one behind the other. Steps of one number share one. */
static void bodyWrite(MigContext *p, Offline *po) {
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

/* ---- the header ---- */

/* Comments: what the script does, and what whoever runs it must know. zTo are
** the current heads at its end, "" or NULL for base. */
static void headerComments(MigContext *p, const Offline *po, const char *zTo,
                           MigText *pOut) {
  int nLast = po->plan.nStep - 1;
  int i;

  migTextF(p, pOut,
           "-- %s from %s to %s, made by migrate %s.\n"
           "-- It needs nothing but SQLite: %s\n"
           "-- Run it so that it stops at the first error: the open transaction"
           " is undone then\n"
           "-- as soon as the connection is closed; where it stays open, say"
           " ROLLBACK. %s\n",
           po->plan.bDown ? "downgrade" : "upgrade",
           po->zFrom && *po->zFrom ? po->zFrom : "base",
           zTo && *zTo ? zTo : "base", MIGRATE_VERSION,
           po->pSpec->bShell ? "sqlite3 -bail FILE < SCRIPT, or .read SCRIPT."
                             : "hand it to sqlite3_exec() as a whole,\n"
                               "-- or to sqlite3 -bail.",
           po->pSpec->bShell
               ? "At a\n"
                 "-- prompt it would go on: do not paste it there."
               : "In a\n"
                 "-- shell that goes on, what follows is done"
                 " without the statement that failed.");
  for (i = 0; i <= nLast; i++) {
    if (po->aStep[i].script.eMode == MIG_SCRIPT_ALONE) {
      migTextF(p, pOut,
               "-- Revision %s runs outside of transactions; what is before it"
               " is committed then.\n",
               po->aStep[i].rev.zId);
    }
  }
  if (po->bAlters) {
    migTextStr(
        p, pOut,
        "-- Tables are dropped or altered, or a script wants it so: foreign"
        " keys are off,\n"
        "-- DELETE and UPDATE in it do not cascade. They stay off on this"
        " connection.\n");
  }
  if (po->bReturns && po->pSpec->bShell) {
    migTextStr(p, pOut,
               "-- It has lines that end with CR LF, which the sqlite3 shell"
               " reads as LF.\n");
  }
}

/* What is set on the connection, and in the shell, in front of all. The shell
** may have been built, or told, to take no strings in double quotes, which the
** application's connection takes: .dbconfig is for that. foreign_keys is a
** no-op inside a transaction (pragma.html), so it stands in front of BEGIN. */
static void headerSettings(MigContext *p, const Offline *po, MigText *pOut) {
  if (po->pSpec->bShell) {
    migTextStr(p, pOut, ".bail on\n");
    migTextStr(p, pOut,
               po->bQuotes ? ".dbconfig dqs_ddl on\n.dbconfig dqs_dml on\n"
                           : "");
  }
  migTextStr(p, pOut, po->bAlters ? "PRAGMA foreign_keys=OFF;\n" : "");
  migTextStr(p, pOut, po->pSpec->bBookkeeping ? MIG_CHECKS_ON : "");
}

/* ---- all of it ---- */

/* Write the script of the plan, of which there is a step at least; its text, in
** the arena, NULL after an error. */
static const char *planWrite(MigContext *p, Offline *po) {
  MigText text = {0, 0, 0};
  char *zTo;

  po->ledger.pOut = &po->body;
  po->ledger.pGraph = po->live.pGraph;
  po->ledger.iVersion = po->bStore;
  po->ledger.bDown = po->plan.bDown;
  po->ledger.iLevel = (int)migSettingInt(p, po->bStore, "zlib_level");
  po->ledger.zMirror = migSettingText(p, po->bStore, "mirror");
  po->zFrom = migStateNames(p, &po->now, &po->now.current);
  stepsLoad(p, po);
  scratchStart(p, po);
  schemaLook(p, po);
  bodyWrite(p, po);
  if (p->rc) {
    return 0;
  }
  po->now.current = migGraphCurrent(p, po->live.pGraph, &po->now.applied);
  zTo = migStateNames(p, &po->now, &po->now.current);
  headerComments(p, po, zTo, &text);
  headerSettings(p, po, &text);
  migTextAdd(p, &text, migTextZ(&po->body), po->body.n);
  return migTextZ(&text);
}

/*
** The script of a range, for the caller to free with sqlite3_free(); "" when
** there is nothing to do, NULL after an error. Nothing is written, and no
** statement of a script runs on the user's database: all under one read
** transaction of its own. Without a store there are no revisions.
**
** Errors: those of targets and plans, IRREVERSIBLE, those of scripts and of
** their replay, STORE_DAMAGED for scripts that are not of their checksum,
** UNSUPPORTED for a revision that is applied in part, and for what the sqlite3
** shell would read otherwise.
*/
char *migOfflineScript(MigContext *p, const MigOfflineSpec *pSpec) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  const char *z = "";
  Offline offline;

  memset(&offline, 0, sizeof(offline));
  offline.pSpec = pSpec;
  offline.bStore = migStoreOpen(p);
  migStateRead(p, offline.bStore, &offline.live);
  if (p->rc == SQLITE_OK) {
    rangePlan(p, &offline);
  }
  if (p->rc == SQLITE_OK && offline.plan.nStep) {
    z = planWrite(p, &offline);
  }
  migScratchClose(p, offline.pScratch);
  migFinalize(p, pRead);
  return migResultText(p, z);
}
