/*
** stamp.c - setting the applied set without running anything.
**
** Which revisions are applied is worked out by migPlanStamp(); here the rows of
** _migrate_applied are made to say so, in one change (change.h), with one row
** in the history. No script runs, and the schema stays as it is: a stamp says
** that it is already what those revisions make. Where it can be known that it
** is not (a run once ended at these heads and left another schema) that is an
** error, unless the call forces it.
**
** A stamp is how a user says what is so. So it goes on where a run stops: when
** somebody else has written the applied set, and when another tool has undone
** what is applied here. The facts and the mirrored table follow what it says.
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
** changed. Added ones have the checksum that is stored now, as nothing has run,
** and no fingerprint. The state is not changed. */
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
** the one that is there. Of base nothing is known. */
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
** {run, from, to} for the caller to free with sqlite3_free(), NULL after an
** error; run is null when nothing changed, from and to are arrays of the
** current heads. With bPurge nothing that was applied is kept, with bForce the
** schema is not looked at.
**
** A call of its own: it takes the write lock, makes the store where there is
** none, and commits, or in a dry run, after an error and when nothing changed
** undoes all of it.
**
** Errors: those of targets, OVERLAP, SCHEMA_MISMATCH unless bForce, UNSUPPORTED
** where another tool's table says that it has gone on (mirror.h), and those of
** beginning a transaction.
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
