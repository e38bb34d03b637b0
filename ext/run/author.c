/*
** author.c - writing revisions: revision, merge, edit, delete, label.
**
** Each verb is one change (change.c) of one revision, with one row of history.
** A new revision goes the short way of leaf.c where it can, without loading the
** graph; what it says and what it leaves in the file are the same either way.
**
** Ids. A revision that is not given an id gets the first 12 hex digits, in
** small letters, of BLAKE2b-256 over these bytes, one behind the other:
**
**   of each parent   its id and a zero byte; by target in the order given,
**                    those of one target in the order they were stored in
**   message          its bytes and a zero byte
**   checksum         32 bytes (revision.c): the scripts
**   created_at       as it is stored, ISO-8601, without a zero byte
**   number           a blank, and how many revisions are stored already, as
**                    decimal digits
**
** So the same calls with the same option `now` give the same ids everywhere,
** and the same revision added twice does not get the same id twice.
**
** Repeatable revisions. A script with that directive makes one. It stands
** outside the graph: it has no parent, dependency, label or down script, and
** can neither be undone nor stand in the way of what is below it. So an applied
** one may be edited or deleted; edited, it is pending again. Whether a revision
** is repeatable does not change.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "text.h"
#include "allowed.h"
#include "job.h"
#include "applied.h"
#include "partial.h"
#include "leaf.h"
#include "name.h"
#include "looks.h"
#include "author.h"

#define ID_DIGITS 12 /* of a generated id; even: whole bytes of the hash */

/* Check one script (NULL: none); MIG_REV_ flags by its directives. 0 after an
** error: FORBIDDEN_STATEMENT, FORMAT. */
static int scriptFlags(MigContext *p, const char *z, i64 n, int bDown) {
  MigScriptInfo info;

  if (z == 0 || p->rc) {
    return 0;
  }
  migScriptCheck(p, z, n, MIG_SCRIPT_OWN, &info);
  migJobProtect(p, z, n);
  return migRevisionFlags(&info, bDown);
}

/* MIG_REV_ flags that the scripts ask for by their directives; either may be
** NULL. A script by hand that may not run is refused here already:
** FORBIDDEN_STATEMENT, FORMAT. No transaction is needed. */
int migScriptFlags(MigContext *p, const char *zUp, i64 nUp, const char *zDown,
                   i64 nDown) {
  return scriptFlags(p, zUp, nUp, 0) | scriptFlags(p, zDown, nDown, 1);
}

/* ---- parents and dependencies ---- */

/* Add the revisions that one target means to the parents, pOut, unless they are
** in pSeen, which gets them; each must have no child unless bSplice.
** NOT_A_HEAD, and the errors of targets. Of "base" nothing is added. */
static void parentAdd(MigContext *p, const MigState *pState, int bSplice,
                      const char *zTarget, MigSet *pSeen, MigList *pOut) {
  const MigGraph *pGraph = pState->pGraph;
  MigSet set = migTargetSet(p, pState, zTarget);
  int i;

  for (i = p->rc ? -1 : migSetNext(&set, -1); i >= 0; i = migSetNext(&set, i)) {
    const MigNode *pNode = &pGraph->aNode[i];
    if (pNode->nChild && !bSplice) {
      migFail(p, MIG_NOT_A_HEAD,
              "revision %s already has a child, %s; build on that, or give"
              " {\"splice\":true} to branch here",
              pNode->zId, pGraph->aNode[pNode->aChild[0]].zId);
      return;
    }
    if (!migSetHas(pSeen, i)) {
      migSetAdd(pSeen, i);
      migListAdd(p, pOut, pNode->zId);
    }
  }
}

/* The parents of a new revision, appended to pOut; none makes it a root.
** MULTIPLE_HEADS when the call names none and there is more than one head,
** NOT_A_HEAD, USAGE for a merge of fewer than two, the errors of targets. */
static void parentsFind(MigContext *p, const MigState *pState,
                        const MigRevisionSpec *pSpec, MigList *pOut) {
  MigSet seen = migSetNew(p, p->rc ? 0 : pState->pGraph->nNode);
  MigSet heads;
  int i;

  if (p->rc) {
    return;
  }
  if (!pSpec->bParent && !pSpec->bExact) {
    heads = migGraphHeads(p, pState->pGraph);
    if (migSetCount(&heads) > 1) {
      migFail(p, MIG_MULTIPLE_HEADS,
              "%d heads, %s; name one with option parent, or merge them",
              migSetCount(&heads), migGraphNames(p, pState->pGraph, &heads, 3));
    }
    parentAdd(p, pState, 0, "heads", &seen, pOut);
    return;
  }
  for (i = 0; i < pSpec->parents.n; i++) {
    parentAdd(p, pState, pSpec->bSplice || pSpec->bExact, pSpec->parents.az[i],
              &seen, pOut);
  }
  if (p->rc == SQLITE_OK && pSpec->bMerge && pOut->n < 2) {
    migFail(p, MIG_USAGE,
            "a merge needs at least two revisions, and there %s %d; name them"
            " as 'a,b', or use 'heads' when there are several",
            pOut->n == 1 ? "is" : "are", pOut->n);
  }
}

/* Add a dependency unless it is there, to the letter. */
static void dependAdd(MigContext *p, MigList *pOut, const char *z) {
  if (!migListHas(pOut, z)) {
    migListAdd(p, pOut, z);
  }
}

/* The dependencies, without repetitions: labels stay labels, everything else
** becomes a full id. base is none. The errors of targets. */
static void dependsFind(MigContext *p, const MigState *pState,
                        const MigList *pIn, MigList *pOut) {
  int i;

  for (i = 0; i < pIn->n && p->rc == SQLITE_OK; i++) {
    if (migGraphFindLabel(pState->pGraph, pIn->az[i]) >= 0) {
      dependAdd(p, pOut, pIn->az[i]);
    } else {
      int iNode = migTargetOne(p, pState, pIn->az[i]);
      if (p->rc == SQLITE_OK && iNode >= 0) {
        dependAdd(p, pOut, pState->pGraph->aNode[iNode].zId);
      }
    }
  }
}

/* USAGE when the call gives a repeatable revision a place in the graph, or a
** way back. */
static void repeatableSpec(MigContext *p, const MigRevisionSpec *pSpec) {
  if (p->rc == SQLITE_OK &&
      (pSpec->bParent || pSpec->bSplice || pSpec->depends.n ||
       pSpec->labels.n || pSpec->zDown)) {
    migFail(p, MIG_USAGE,
            "a script with '-- migrate:repeatable' stands outside the graph and"
            " is not undone; leave the down script, parent, splice, depends_on"
            " and label out");
  }
}

/* ---- names ---- */

/* Can a revision be given this label? BAD_ID when it would be misread, or would
** make a target ambiguous, DUPLICATE_LABEL when any revision has the name. */
static void labelCheck(MigContext *p, const MigState *pState,
                       const char *zLabel) {
  int iOwner;

  migLabelCheck(p, zLabel);
  if (p->rc) {
    return;
  }
  iOwner = migGraphFindName(pState->pGraph, zLabel);
  if (iOwner >= 0) {
    migFail(p, MIG_DUPLICATE_LABEL,
            "%s is a label or the id of revision %s; choose another label",
            zLabel, pState->pGraph->aNode[iOwner].zId);
  }
  migGraphIdClash(p, pState->pGraph, zLabel);
}

/* Can a new revision have this id? Likewise; DUPLICATE_ID when it is taken. */
static void idCheck(MigContext *p, const MigState *pState, const char *zId) {
  int iOwner;

  migIdCheck(p, zId, "revision id");
  if (p->rc) {
    return;
  }
  iOwner = migGraphFindName(pState->pGraph, zId);
  if (iOwner >= 0) {
    migFail(p, MIG_DUPLICATE_ID,
            "%s is taken by revision %s; choose another id", zId,
            pState->pGraph->aNode[iOwner].zId);
  }
  migGraphIdClash(p, pState->pGraph, zId);
}

/* An id for a revision that has none, beside nRevision others: see the top of
** this file. Parents, message, time and scripts of pRev are set; its checksum
** is set here. In the arena, NULL after failure. */
static char *idMake(MigContext *p, int nRevision, MigRevision *pRev) {
  u8 aDigest[MIG_HASH_SIZE];
  char zHex[2 * MIG_HASH_SIZE + 1];
  char zNumber[24];
  MigHash hash;
  int i;

  if (p->rc) {
    return 0;
  }
  migRevisionChecksum(pRev);
  migHashInit(&hash);
  for (i = 0; i < pRev->nParent; i++) {
    migHashAdd(&hash, pRev->azParent[i], (i64)strlen(pRev->azParent[i]) + 1);
  }
  migHashAdd(&hash, pRev->zMessage, (i64)strlen(pRev->zMessage) + 1);
  migHashAdd(&hash, pRev->aChecksum, MIG_HASH_SIZE);
  migHashAdd(&hash, pRev->zCreatedAt, (i64)strlen(pRev->zCreatedAt));
  sqlite3_snprintf(sizeof(zNumber), zNumber, " %d", nRevision);
  migHashAdd(&hash, zNumber, (i64)strlen(zNumber));
  migHashFinal(&hash, aDigest);
  migHashHex(aDigest, ID_DIGITS / 2, zHex);
  return migStrdup(p, zHex);
}

/* ---- the verbs ---- */

/*
** Make the revision that a call asks for, in pRev; nothing is stored yet. Texts
** and lists are those of pSpec or in the arena, and pRev has them as long as
** these live. The change is loaded (or its state that of leaf.c), so the write
** lock is held and the answer holds until the end of the change. Errors:
** MULTIPLE_HEADS, NOT_A_HEAD, BAD_ID, DUPLICATE_*, USAGE, those of targets and
** of scripts; pRev means nothing then.
*/
void migAuthorFill(MigContext *p, const MigChange *pChange,
                   const MigRevisionSpec *pSpec, MigRevision *pRev) {
  MigList parents = {0, 0};
  MigList depends = {0, 0};
  int i;

  memset(pRev, 0, sizeof(*pRev));
  if (p->rc) {
    return;
  }
  pRev->flags =
      migScriptFlags(p, pSpec->zUp, pSpec->nUp, pSpec->zDown, pSpec->nDown);
  if (pRev->flags & MIG_REV_REPEATABLE) {
    repeatableSpec(p, pSpec);
  } else {
    parentsFind(p, &pChange->state, pSpec, &parents);
  }
  dependsFind(p, &pChange->state, &pSpec->depends, &depends);
  for (i = 0; i < pSpec->labels.n; i++) {
    labelCheck(p, &pChange->state, pSpec->labels.az[i]);
  }
  pRev->zMessage = pSpec->zMessage;
  pRev->zCreatedAt =
      pSpec->zCreatedAt ? pSpec->zCreatedAt : pChange->zStartedAt;
  pRev->zUp = pSpec->zUp;
  pRev->nUp = pSpec->nUp;
  pRev->zDown = pSpec->zDown;
  pRev->nDown = pSpec->nDown;
  pRev->nParent = parents.n;
  pRev->azParent = parents.az;
  pRev->nDepend = depends.n;
  pRev->azDepend = depends.az;
  pRev->nLabel = pSpec->labels.n;
  pRev->azLabel = pSpec->labels.az;
  pRev->zId = pSpec->zId ? pSpec->zId : idMake(p, pChange->nRevision, pRev);
  if (p->rc == SQLITE_OK) {
    idCheck(p, &pChange->state, pRev->zId);
  }
}

/* The same by leaf.c; 0 when it has to be done in the general way, which loads
** the state anew. 1 after an error, which stands. Whether a generated id is
** free can only be looked up once it is made. */
static int leafFill(MigContext *p, MigChange *pChange,
                    const MigRevisionSpec *pSpec, MigRevision *pRev) {
  MigRevisionSpec exact;

  if (!migLeafLoad(p, pChange, pSpec, &exact)) {
    return 0;
  }
  migAuthorFill(p, pChange, &exact, pRev);
  pChange->bLeaf = p->rc || pSpec->zId || migLeafFree(p, pRev->zId);
  return pChange->bLeaf;
}

/*
** End a change that has added, edited, deleted or labelled one revision, with
** its row of history; zAction is the verb. Returns the id of pRev for the
** caller to free. On every path the change is ended: after an error, also of
** the state that is loaded here again (CYCLE, DEPENDENCY_CYCLE,
** MISSING_PARENT), nothing is stored, and what is returned is only to be freed.
*/
char *migAuthorDone(MigContext *p, MigChange *pChange, const char *zAction,
                    const MigRevision *pRev) {
  MigChangeNote note = {zAction,         pRev->zId, pRev->zMessage,
                        pRev->aChecksum, 0,         0};
  char *zResult;

  if (pChange->bLeaf) {
    migLeafFacts(p, pRev);
  } else {
    migChangeReload(p, pChange);
  }
  migChangeRecord(p, pChange, &note);
  zResult = migResultText(p, pRev->zId);
  migChangeEnd(p, pChange, 1);
  return zResult;
}

/*
** Add a revision, pending. Returns its id, for the caller to free; the store is
** made when the file has none. Errors: MULTIPLE_HEADS, NOT_A_HEAD, BAD_ID,
** DUPLICATE_*, USAGE, TOO_BIG, those of targets, of scripts, of any change, and
** CYCLE, DEPENDENCY_CYCLE; then nothing is stored.
*/
char *migAuthorRevision(MigContext *p, MigConnection *pConn,
                        const MigCall *pCall, const MigRevisionSpec *pSpec) {
  MigChange change;
  MigRevision rev;

  migChangeLock(p, &change, pConn, pCall);
  if (!leafFill(p, &change, pSpec, &rev)) {
    migChangeLoad(p, &change);
    migAuthorFill(p, &change, pSpec, &rev);
  }
  if (p->rc) {
    migChangeEnd(p, &change, 0);
    return 0;
  }
  migRevisionAdd(p, &change.packer, &rev);
  return migAuthorDone(p, &change, pSpec->zAction, &rev);
}

/* Find the one revision that zTarget means and read its row, without its
** scripts. USAGE when it means none (base), and the errors of targets; *piNode
** and pRev mean nothing then. */
static void changeTarget(MigContext *p, MigChange *pChange, const char *zTarget,
                         MigRevision *pRev, int *piNode) {
  *piNode = p->rc ? -1 : migTargetStoredOne(p, &pChange->state, zTarget);
  if (p->rc == SQLITE_OK && *piNode < 0) {
    migFail(p, MIG_USAGE, "%s means no revision; name one", zTarget);
  }
  if (p->rc == SQLITE_OK) {
    migRevisionGet(p, pChange->state.pGraph->aNode[*piNode].zId, pRev);
  }
}

/* APPLIED, but for a repeatable one, which nothing undoes. zRemedy ends the
** message. */
static void refuseApplied(MigContext *p, const MigChange *pChange, int iNode,
                          const char *zRemedy) {
  if (p->rc == SQLITE_OK && migSetHas(&pChange->state.applied, iNode) &&
      !pChange->state.pGraph->aNode[iNode].bRepeatable) {
    migFail(p, MIG_APPLIED, "revision %s is applied; %s",
            pChange->state.pGraph->aNode[iNode].zId, zRemedy);
  }
}

/* APPLIED for one of which batches are done: as long as it is there, it can be
** gone on with or undone. */
static void refusePartial(MigContext *p, const char *zId) {
  MigPartial partial;

  if (p->rc == SQLITE_OK && migPartialRead(p, zId, &partial)) {
    migFail(p, MIG_APPLIED,
            "revision %s is applied in part; migrate_upgrade() or"
            " migrate_downgrade() it first",
            zId);
  }
}

/* End a change that found nothing to do: no commit, no history. Returns zId for
** the caller to free, as if it had been done. */
static char *changeNothing(MigContext *p, MigChange *pChange, const char *zId) {
  char *zResult = migResultText(p, zId);

  migChangeEnd(p, pChange, 0);
  return zResult;
}

/* Is a new script NULL, or the same as the old one? */
static int scriptKept(const char *zNew, i64 nNew, const char *zOld, i64 nOld) {
  return zNew == 0 ||
         (zOld && nNew == nOld && memcmp(zNew, zOld, (size_t)nNew) == 0);
}

/*
** Flags of revision zId after an edit: a side that stays keeps what is known of
** it. Imported ones stay lenient until both sides are by hand: the flag is of
** both. The bit of a repeatable one is in no mask: it stays, whether the new
** script has the directive or not. USAGE when the edit would make another one
** repeatable.
*/
static int editedFlags(MigContext *p, const MigRevision *pNew, const char *zId,
                       int flags) {
  int mask = (pNew->zUp ? MIG_REV_UP_ALONE | MIG_REV_PHASE | MIG_REV_BATCH |
                              MIG_REV_CHECK
                        : 0) |
             (pNew->zDown ? MIG_REV_DOWN_ALONE : 0);
  int asked = migScriptFlags(p, pNew->zUp, pNew->nUp, pNew->zDown, pNew->nDown);

  if (pNew->zUp && (pNew->zDown || (flags & MIG_REV_REPEATABLE))) {
    mask |= MIG_REV_LENIENT;
  }
  if (p->rc == SQLITE_OK && (asked & ~flags & MIG_REV_REPEATABLE)) {
    migFail(p, MIG_USAGE,
            "revision %s is not repeatable and stays so; leave the directive"
            " out, or make a new revision with it",
            zId);
  }
  return (flags & ~mask) | asked;
}

/* The scripts of an applied revision have been replaced. With bRepair they
** count as applied; else it is a repeatable one, which runs again. */
static void editedApplied(MigContext *p, const MigRevision *pRev, int bRepair) {
  if (bRepair) {
    migAppliedRepair(p, pRev->zId, pRev->aChecksum);
  } else {
    migAppliedRemove(p, pRev->zId);
  }
}

/*
** Replace the scripts of a revision by those of pNew that are not NULL; of pNew
** only zUp, nUp, zDown and nDown are looked at. Returns the id, for the caller
** to free. Nothing is written when nothing would change.
**
** With bRepair an applied one may be edited, and its new scripts count as those
** that have run; that is also how one whose applied checksum differs is set
** right. An applied repeatable one becomes pending instead. Errors: APPLIED
** unless bRepair or the revision is repeatable, USAGE, TOO_BIG, those of
** targets, of scripts and of any change; then nothing is stored.
*/
char *migAuthorEdit(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                    const char *zTarget, const MigRevision *pNew, int bRepair) {
  MigChange change;
  MigRevision rev;
  int iNode;

  migChangeBegin(p, &change, pConn, pCall);
  changeTarget(p, &change, zTarget, &rev, &iNode);
  if (!bRepair) {
    refuseApplied(p, &change, iNode,
                  "downgrade it first, or give {\"repair\":true}");
  }
  if (p->rc) {
    migChangeEnd(p, &change, 0);
    return 0;
  }
  migRevisionScripts(p, &change.cache, &rev);
  if (scriptKept(pNew->zUp, pNew->nUp, rev.zUp, rev.nUp) &&
      scriptKept(pNew->zDown, pNew->nDown, rev.zDown, rev.nDown) &&
      !(bRepair && migAppliedDiffers(p, rev.zId, rev.aChecksum))) {
    return changeNothing(p, &change, rev.zId);
  }
  if (pNew->zUp) {
    rev.zUp = pNew->zUp;
    rev.nUp = pNew->nUp;
  }
  if (pNew->zDown) {
    rev.zDown = pNew->zDown;
    rev.nDown = pNew->nDown;
  }
  rev.flags = editedFlags(p, pNew, rev.zId, rev.flags);
  migRevisionEdit(p, &change.packer, &rev);
  if (p->rc == SQLITE_OK && migSetHas(&change.state.applied, iNode)) {
    editedApplied(p, &rev, bRepair);
  }
  migLooksForget(p);
  return migAuthorDone(p, &change, "edit", &rev);
}

/* Remove a pending or repeatable revision that nothing builds on; what an
** applied one has made stays. Returns the id, for the caller to free. APPLIED,
** also when it is so in part, NOT_A_HEAD when another one needs it, as parent
** or dependency, and the errors of targets and of any change. */
char *migAuthorDelete(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zTarget) {
  MigChange change;
  MigRevision rev;
  const MigNode *pNode;
  int iNode;

  memset(&rev, 0, sizeof(rev));
  migChangeBegin(p, &change, pConn, pCall);
  changeTarget(p, &change, zTarget, &rev, &iNode);
  refuseApplied(p, &change, iNode, "downgrade it first");
  refusePartial(p, rev.zId);
  if (p->rc) {
    migChangeEnd(p, &change, 0);
    return 0;
  }
  pNode = &change.state.pGraph->aNode[iNode];
  if (pNode->nChild + pNode->nDependent) {
    int iOther = pNode->nChild ? pNode->aChild[0] : pNode->aDependent[0];
    migFail(p, MIG_NOT_A_HEAD,
            "revision %s builds on %s; delete that one first",
            change.state.pGraph->aNode[iOther].zId, pNode->zId);
  }
  migAppliedRemove(p, rev.zId);
  migRevisionDelete(p, rev.zId, change.iLevel);
  migLooksForget(p);
  return migAuthorDone(p, &change, "delete", &rev);
}

/* Give a revision, applied or not, one more label; zLabel NULL takes all its
** labels away. Returns the revision's id, for the caller to free. Nothing is
** written when that is so already. USAGE for a repeatable one, BAD_ID,
** DUPLICATE_LABEL, and the errors of targets and of any change. */
char *migAuthorLabel(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                     const char *zTarget, const char *zLabel) {
  MigChange change;
  MigRevision rev;
  int iNode;

  migChangeBegin(p, &change, pConn, pCall);
  changeTarget(p, &change, zTarget, &rev, &iNode);
  if (zLabel && p->rc == SQLITE_OK &&
      migGraphFindLabel(change.state.pGraph, zLabel) == iNode) {
    return changeNothing(p, &change, rev.zId);
  }
  if (zLabel && p->rc == SQLITE_OK &&
      change.state.pGraph->aNode[iNode].bRepeatable) {
    migFail(p, MIG_USAGE,
            "revision %s is repeatable and belongs to no branch; it has no"
            " label",
            rev.zId);
  }
  if (zLabel && p->rc == SQLITE_OK) {
    labelCheck(p, &change.state, zLabel);
  }
  if (p->rc) {
    migChangeEnd(p, &change, 0);
    return 0;
  }
  if (zLabel == 0 && change.state.pGraph->aNode[iNode].nLabel == 0) {
    return changeNothing(p, &change, rev.zId);
  }
  migRevisionLabel(p, rev.zId, zLabel);
  rev.zMessage = zLabel;
  return migAuthorDone(p, &change, "label", &rev);
}
