/*
** stamp.c - setting the applied set without running anything.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "applied.h"
#include "drift.h"
#include "mirror.h"
#include "plan.h"
#include "stamp.h"

/* Make the stored applied set that of the plan; the number of rows that
** changed. */
static int appliedMove(MigContext *p, MigChange *pChange,
                       const MigSet *pAfter) {
  const MigGraph *pGraph = pChange->state.pGraph;
  MigRevision rev;
  int nChange = 0;
  int i;

  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    int bBefore = migSetHas(&pChange->state.applied, i);
    int bAfter = migSetHas(pAfter, i);
    if (bBefore == bAfter) {
      continue;
    }
    nChange++;
    if (bBefore) {
      migAppliedRemove(p, pGraph->aNode[i].zId);
    } else if (migRevisionGet(p, pGraph->aNode[i].zId, &rev)) {
      migAppliedAdd(p, rev.zId, pChange->iRun, pChange->zStartedAt,
                    rev.aChecksum, 0);
    }
  }
  return nChange;
}

/* SCHEMA_MISMATCH when the schema that belongs to the heads is known and is not
** the one that is there. */
static void schemaCheck(MigContext *p, const MigChange *pChange) {
  u8 aKnown[MIG_HASH_SIZE];
  u8 aLive[MIG_HASH_SIZE];
  const char *zHeads;

  if (p->rc) {
    return;
  }
  zHeads = migStateNames(p, &pChange->state, &pChange->state.current);
  if (zHeads && zHeads[0] && migDriftKnown(p, zHeads, aKnown)) {
    migDriftLive(p, aLive);
    if (p->rc == SQLITE_OK && memcmp(aKnown, aLive, MIG_HASH_SIZE)) {
      migFail(p, MIG_SCHEMA_MISMATCH,
              "the schema is not the one that revision %s left; upgrade or"
              " downgrade instead, or force",
              zHeads);
    }
  }
}

/*
** Set the applied set as migPlanStamp() says. Returns the JSON object
** {run, from, to} for the caller to free; run is null when nothing changed.
** Errors: those of targets, OVERLAP, and SCHEMA_MISMATCH unless bForce.
*/
char *migStamp(MigContext *p, MigConnection *pConn, const MigCall *pCall,
               const char *zTargets, int bPurge, int bForce) {
  MigChangeNote note = {"stamp", 0, zTargets, 0, 0, 0};
  MigChange change;
  MigPlan plan;
  MigText text = {0, 0, 0};
  u8 aFingerprint[MIG_HASH_SIZE];
  char *zResult;
  int nChange = 0;

  migChangeBegin(p, &change, pConn, pCall);
  if (p->rc == SQLITE_OK) {
    migPlanStamp(p, &change.state, zTargets, bPurge, &plan);
  }
  if (p->rc == SQLITE_OK) {
    migMirrorGoneOn(p, &change.state);
    nChange = appliedMove(p, &change, &plan.after);
    migChangeReload(p, &change);
  }
  change.bTruth = 1;
  if (nChange || change.bLost) {
    if (!bForce) {
      schemaCheck(p, &change);
    }
    migMirrorKeep(p, &change.state);
    migDriftKeep(p, aFingerprint);
    migChangeRecord(p, &change, &note);
    migTextF(p, &text, "{\"run\":%lld,\"from\":", change.iRun);
  } else {
    migTextStr(p, &text, "{\"run\":null,\"from\":");
  }
  migTextStr(p, &text, migJsonIds(p, change.zFrom));
  migTextStr(p, &text, ",\"to\":");
  if (p->rc == SQLITE_OK) {
    migTextStr(
        p, &text,
        migJsonIds(p, migStateNames(p, &change.state, &change.state.current)));
  }
  migTextStr(p, &text, "}");
  zResult = migResultText(p, text.z);
  migChangeEnd(p, &change, nChange > 0 || change.bLost);
  return zResult;
}
