/*
** generated.c - revisions of which the scripts are made, not written.
**
** migrate_autogenerate(): up turns the schema that is there into the desired
** one, down turns that back. Both are proven in scratch databases before the
** revision is stored.
**
** A baseline: up makes the schema that is there, down drops it. It is applied
** from the beginning. It can take the place of all applied revisions; pending
** ones that built on one of those build on it then. Repeatable revisions stay
** as they are. Of
**
**   a (applied) - b (applied, label web) - c (pending)
**
** a baseline x that replaces leaves  x (applied, label web) - c (pending).
** Tables and rows are not touched by it, and the history gets one row more.
**
** All of it is one change (change.c): one transaction, undone as a whole after
** a failure and in a dry run. The scratch databases in which scripts are tried
** are private and in memory.
*/
#include <string.h>
#include "sql.h"
#include "applied.h"
#include "catalog.h"
#include "drift.h"
#include "fingerprint.h"
#include "generate.h"
#include "mirror.h"
#include "prove.h"
#include "generated.h"

/* ---- autogenerate ---- */

/* NOT_UP_TO_DATE unless everything is applied: what is compared would lack
** what is pending. Repeatable revisions count as well. */
static void headsCheck(MigContext *p, const MigState *pState) {
  const MigGraph *pGraph = pState->pGraph;
  int i;

  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    if (!migSetHas(&pState->applied, i)) {
      migFail(p, MIG_NOT_UP_TO_DATE,
              "revision %s is not applied, and would be missing from what is"
              " compared; run migrate_upgrade('heads') first, or, when it is"
              " what was generated the last time, migrate_delete() it",
              pGraph->aNode[i].zId);
    }
  }
}

/* What is compared has everything in it, so it builds on a head. USAGE for
** base, by which a new root is asked for. */
static void parentCheck(MigContext *p, const MigRevisionSpec *pSpec) {
  int i;

  for (i = 0; i < pSpec->parents.n; i++) {
    if (strcmp(pSpec->parents.az[i], "base") == 0) {
      migFail(p, MIG_USAGE,
              "option parent: what differs from the schema as it is cannot be a"
              " new root; name a head, or take a baseline");
    }
  }
}

/*
** Make both scripts and prove them: up from the live schema to the desired one
** with its annotations, down back with the renames turned round. What up loses
** is counted in the file. The scripts are in the arena, a zero byte behind.
** UNPROVEN, and what migGenerate() raises; then they are of no use.
*/
static void scriptsMake(MigContext *p, const MigSchemaPair *pPair,
                        int bPortable, MigRevisionSpec *pSpec) {
  MigRenames turned;
  MigGenerate up;
  MigGenerate down;

  migRenamesBack(p, &pPair->compare, &turned);
  memset(&up, 0, sizeof(up));
  up.pOld = &pPair->live;
  up.pNew = &pPair->to.model;
  up.pRenames = &pPair->to.renames;
  up.bLive = 1;
  up.bPortable = bPortable;
  migGenerate(p, &up);
  memset(&down, 0, sizeof(down));
  down.pOld = &pPair->to.model;
  down.pNew = &pPair->live;
  down.pRenames = &turned;
  down.bPortable = bPortable;
  migGenerate(p, &down);
  migProve(p, up.pOld, up.pNew, &up.script, &down.script);
  pSpec->zUp = migTextZ(&up.script);
  pSpec->nUp = up.script.n;
  pSpec->zDown = migTextZ(&down.script);
  pSpec->nDown = down.script.n;
}

/*
** Add a revision that makes the schema the desired one; it is pending, not run.
** pSpec has everything but the scripts, which are set here; pDesired is a
** schema as migrate_diff() takes it. With bPortable the scripts get by without
** this extension. Returns the id for the caller to free, NULL when nothing
** differs and after failure. It holds the write lock from before the schema is
** read. Errors: NOT_UP_TO_DATE, UNPROVEN, USAGE, those of the desired schema,
** and those of any new revision; then nothing is stored.
*/
char *migGenerated(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   MigRevisionSpec *pSpec, const MigSchemaText *pDesired,
                   int bPortable) {
  static const MigSchemaText live = {"live", 4};
  MigSchemaPair pair;
  MigChange change;
  MigRevision rev;

  parentCheck(p, pSpec);
  migChangeBegin(p, &change, pConn, pCall);
  if (p->rc == SQLITE_OK) {
    headsCheck(p, &change.state);
  }
  migSchemasCompare(p, &live, pDesired, &pair);
  if (p->rc || pair.compare.n == 0) {
    migChangeEnd(p, &change, 0);
    return 0;
  }
  scriptsMake(p, &pair, bPortable, pSpec);
  migAuthorFill(p, &change, pSpec, &rev);
  if (p->rc) {
    migChangeEnd(p, &change, 0);
    return 0;
  }
  migRevisionAdd(p, &change.packer, &rev);
  return migAuthorDone(p, &change, pSpec->zAction, &rev);
}

/* ---- baseline ---- */

/* The schema that is there, and what drops it: set in pSpec, in the arena.
** UNPROVEN. */
static void baselineScripts(MigContext *p, MigRevisionSpec *pSpec) {
  MigText up = {0, 0, 0};
  MigGenerate down;
  MigModel live;
  MigModel empty;

  migCatalogRead(p, &live);
  memset(&empty, 0, sizeof(empty));
  migModelFinish(p, &empty);
  memset(&down, 0, sizeof(down));
  down.pOld = &live;
  down.pNew = &empty;
  if (p->rc == SQLITE_OK) {
    migSchemaText(p, &live, &up);
    migGenerate(p, &down);
    migProve(p, &empty, &live, &up, &down.script);
  }
  pSpec->zUp = migTextZ(&up);
  pSpec->nUp = up.n;
  pSpec->zDown = migTextZ(&down.script);
  pSpec->nDown = down.script.n;
}

/* Add the id that is to stand for revision iNode, once: zBaseline for all that
** are applied. It is not copied. */
static void idAdd(MigContext *p, const MigState *pState, int iNode,
                  const char *zBaseline, MigList *pOut) {
  const char *z = migSetHas(&pState->applied, iNode)
                      ? zBaseline
                      : pState->pGraph->aNode[iNode].zId;
  int i;

  for (i = 0; i < pOut->n; i++) {
    if (strcmp(pOut->az[i], z) == 0) {
      return;
    }
  }
  migListAdd(p, pOut, z);
}

/* Let a pending revision build on the baseline instead of applied ones. It
** keeps its labels, and its dependencies become ids where they were labels. */
static void pendingRewire(MigContext *p, const MigState *pState, int iNode,
                          const char *zBaseline) {
  const MigNode *pNode = &pState->pGraph->aNode[iNode];
  MigList parents = {0, 0};
  MigList depends = {0, 0};
  MigRevision rev;
  int i;

  for (i = 0; i < pNode->nParent && p->rc == SQLITE_OK; i++) {
    idAdd(p, pState, pNode->aParent[i], zBaseline, &parents);
  }
  for (i = 0; i < pNode->nDepend && p->rc == SQLITE_OK; i++) {
    idAdd(p, pState, pNode->aDepend[i], zBaseline, &depends);
  }
  memset(&rev, 0, sizeof(rev));
  rev.zId = pNode->zId;
  rev.nParent = parents.n;
  rev.azParent = parents.az;
  rev.nDepend = depends.n;
  rev.azDepend = depends.az;
  rev.nLabel = pNode->nLabel;
  rev.azLabel = pNode->azLabel;
  if (p->rc == SQLITE_OK) {
    migRevisionRewire(p, &rev);
  }
}

/* Remove all applied revisions, and let what builds on them build on the
** baseline, which is not stored yet: edges are names, and looked up when the
** graph is loaded next. The state in memory stays what it was before. */
static void appliedReplace(MigContext *p, const MigChange *pChange,
                           const char *zBaseline) {
  const MigState *pState = &pChange->state;
  int i;

  for (i = 0; i < pState->pGraph->nNode && p->rc == SQLITE_OK; i++) {
    const char *zId = pState->pGraph->aNode[i].zId;
    if (pState->pGraph->aNode[i].bRepeatable) {
      continue;
    }
    if (migSetHas(&pState->applied, i)) {
      migAppliedRemove(p, zId);
      migRevisionDelete(p, zId, pChange->iLevel);
    } else {
      pendingRewire(p, pState, i, zBaseline);
    }
  }
}

/* Give the baseline the labels of the revisions it stands for: branches that
** go on from it keep their names. Behind their deletion, as a label has one
** owner. */
static void labelsTake(MigContext *p, const MigState *pState,
                       const char *zBaseline) {
  int i;
  int k;

  for (i = 0; i < pState->pGraph->nNode; i++) {
    const MigNode *pNode = &pState->pGraph->aNode[i];
    for (k = 0; k < pNode->nLabel && migSetHas(&pState->applied, i); k++) {
      migRevisionLabel(p, zBaseline, pNode->azLabel[k]);
    }
  }
}

/*
** Within a change, add a revision that stands for the schema as it is, applied
** since zAppliedAt, ISO-8601, NULL: now. pSpec has everything but parents and
** scripts, which are set here. With bReplace it takes the place of all applied
** revisions. *pRev becomes what is stored, its texts in the arena. The schema
** is kept as that which the run has left (drift.c). UNPROVEN, and the errors of
** any new revision; then the change must be undone. The facts of _migrate_meta
** are the caller's to write.
*/
void migBaselineAdd(MigContext *p, MigChange *pChange, MigRevisionSpec *pSpec,
                    int bReplace, const char *zAppliedAt, MigRevision *pRev) {
  u8 aFingerprint[MIG_HASH_SIZE];

  if (p->rc == SQLITE_OK) {
    baselineScripts(p, pSpec);
  }
  pSpec->bParent = 1;
  migListAdd(p, &pSpec->parents, "base");
  migAuthorFill(p, pChange, pSpec, pRev);
  if (p->rc) {
    return;
  }
  if (bReplace) {
    appliedReplace(p, pChange, pRev->zId);
  }
  migRevisionAdd(p, &pChange->packer, pRev);
  if (bReplace) {
    labelsTake(p, &pChange->state, pRev->zId);
  }
  migDriftKeep(p, aFingerprint);
  migAppliedAdd(p, pRev->zId, pChange->iRun,
                zAppliedAt ? zAppliedAt : pChange->zStartedAt, pRev->aChecksum,
                aFingerprint);
}

/*
** Add a revision that stands for the schema as it is, applied. pSpec has
** everything but parents and scripts. With bReplace it takes the place of all
** applied revisions, else there may be none: APPLIED. Returns its id for the
** caller to free, NULL after failure; then the file is as it was. UNPROVEN, the
** errors of setting mirror, and those of any new revision.
*/
char *migBaseline(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                  MigRevisionSpec *pSpec, int bReplace) {
  MigChange change;
  MigRevision rev;

  migChangeBegin(p, &change, pConn, pCall);
  if (p->rc == SQLITE_OK && !bReplace &&
      migSetCount(&change.state.current) > 0) {
    migFail(p, MIG_APPLIED,
            "revisions are applied already; give {\"baseline\":true,"
            "\"replace\":true} to let one baseline take their place");
  }
  migMirrorCheck(p, &change.state);
  migBaselineAdd(p, &change, pSpec, bReplace, 0, &rev);
  migChangeReload(p, &change);
  if (p->rc) {
    migChangeEnd(p, &change, 0);
    return 0;
  }
  migMirrorKeep(p, &change.state);
  return migAuthorDone(p, &change, pSpec->zAction, &rev);
}
