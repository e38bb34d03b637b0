/*
** leave.c - pending revisions that a run of a folder leaves alone.
**
** What an import has stored stays when its upgrade fails. So a file can hold
** pending revisions that the folder of an application does not have: that of
** an older release, to which the user went back, or of a newer one, which has
** withdrawn them. They are not the application's to run. Left are
**
**   - pending revisions that came from a file which the folder does not have
**   - pending revisions that stand on one of these, or depend on it
**
** Those that were written in the file itself came from no folder: they are run.
**
** With a, b, c pending in a line, of which the folder has a and c, b and c are
** left, with two notes:
**
**   b is pending and not in the folder: left; migrate_upgrade('b') runs it, ...
**   c is pending and stands on b: left as well
*/
#include "leave.h"
#include "revisions.h"

#define LEAVE_NAMED 8 /* revisions that the notes name */

/* Did the revision come from a file? 0 after failure. */
static int isFromFile(MigContext *p, const MigNode *pNode) {
  MigRevision rev;

  return migRevisionGet(p, pNode->zId, &rev) && rev.zSource != 0;
}

/* What the node builds on of the set, by a parent or else by a dependency, as
** an index of the graph; -1 for nothing. */
static int standsOn(const MigNode *pNode, const MigSet *pSet) {
  int i;

  for (i = 0; i < pNode->nParent; i++) {
    if (migSetHas(pSet, pNode->aParent[i])) {
      return pNode->aParent[i];
    }
  }
  for (i = 0; i < pNode->nDepend; i++) {
    if (migSetHas(pSet, pNode->aDepend[i])) {
      return pNode->aDepend[i];
    }
  }
  return -1;
}

/*
** The calls that take revision iNode out, what builds on it first; what of that
** is in the folder (pHas) comes back by an import. As the end of a sentence, in
** the arena. Only a few are written out.
*/
static const char *deleteCalls(MigContext *p, const MigState *pState, int iNode,
                               const MigSet *pHas, const char *zFolder) {
  const MigGraph *pGraph = pState->pGraph;
  MigSet set = migSetNew(p, pGraph->nNode);
  MigText text = {0, 0, 0};
  int bBack;
  int n;
  int i;

  migSetAdd(&set, iNode);
  migGraphDescendants(p, pGraph, &set);
  n = p->rc ? 0 : migSetCount(&set);
  for (i = pGraph->nNode - 1; i >= 0 && n <= LEAVE_NAMED && p->rc == SQLITE_OK;
       i--) {
    if (migSetHas(&set, pGraph->aOrder[i])) {
      migTextF(p, &text, "%smigrate_delete('%q')", text.n ? ", " : "",
               pGraph->aNode[pGraph->aOrder[i]].zId);
    }
  }
  if (n > LEAVE_NAMED) {
    migTextF(p, &text,
             "migrate_delete() of the %d that build on it, the last one first,"
             " then of it",
             n - 1);
  }
  migSetIntersect(&set, pHas);
  bBack = migSetNext(&set, -1) >= 0;
  if (bBack) {
    migTextF(p, &text, ", migrate_import('%q')", zFolder);
  }
  return migPrintf(p, "%s %s it out", migTextZ(&text),
                   n > 1 || bBack ? "take" : "takes");
}

/* One note: iNode is left, because of iBelow unless that is -1. In the
** arena. */
static const char *leaveNote(MigContext *p, const MigState *pState, int iNode,
                             int iBelow, const MigSet *pHas,
                             const char *zFolder) {
  const MigNode *aNode = pState->pGraph->aNode;
  const char *zId = aNode[iNode].zId;

  if (iBelow >= 0) {
    return migPrintf(p, "%s is pending and stands on %s: left as well", zId,
                     aNode[iBelow].zId);
  }
  if (aNode[iNode].bRepeatable) {
    return migPrintf(p,
                     "%s is pending, and the folder does not have it as it is"
                     " stored: left; migrate_upgrade() runs it",
                     zId);
  }
  return migPrintf(p,
                   "%s is pending and not in the folder: left;"
                   " migrate_upgrade('%q') runs it, %s",
                   zId, zId, deleteCalls(p, pState, iNode, pHas, zFolder));
}

/*
** The revisions of the state's graph that are left, none of them applied, and
** pLeave->zNotes about them, in the arena; the first are told, the rest
** counted. The graph is walked from its ancestors on, so what stands on one
** that is left comes behind it. Reads the rows of pending revisions: needs a
** store and a transaction. After failure the set is of no use, and zNotes is
** NULL.
*/
MigSet migLeaveFind(MigContext *p, const MigState *pState, MigLeave *pLeave) {
  const MigGraph *pGraph = pState->pGraph;
  MigSet has = migSetNew(p, p->rc ? 0 : pGraph->nNode);
  MigSet left = migSetNew(p, p->rc ? 0 : pGraph->nNode);
  MigText notes = {0, 0, 0};
  int n = 0;
  int i;

  for (i = 0; i < pLeave->has.n && p->rc == SQLITE_OK; i++) {
    int iNode = migGraphFind(pGraph, pLeave->has.az[i]);
    if (iNode >= 0) {
      migSetAdd(&has, iNode);
    }
  }
  for (i = 0; p->rc == SQLITE_OK && i < pGraph->nNode; i++) {
    int iNode = pGraph->aOrder[i];
    const MigNode *pNode = &pGraph->aNode[iNode];
    int iBelow = -1;
    if (migSetHas(&pState->applied, iNode) ||
        ((migSetHas(&has, iNode) || !isFromFile(p, pNode)) &&
         (iBelow = standsOn(pNode, &left)) < 0)) {
      continue;
    }
    migSetAdd(&left, iNode);
    if (n++ < LEAVE_NAMED) {
      migTextStr(p, &notes, notes.n ? "," : "");
      migTextJson(p, &notes,
                  leaveNote(p, pState, iNode, iBelow, &has, pLeave->zFolder));
    }
  }
  if (n > LEAVE_NAMED) {
    migTextF(p, &notes, ",\"and %d more are left\"", n - LEAVE_NAMED);
  }
  pLeave->zNotes = p->rc ? 0 : migTextZ(&notes);
  return left;
}
