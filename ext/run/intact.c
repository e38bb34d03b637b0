/*
** intact.c - is the applied set as our calls have left it?
**
** A revision whose row in _migrate_applied was deleted by somebody else looks
** pending, and the next upgrade would run it a second time. Two things tell:
**   - the facts `current` and `pending` of _migrate_meta, which each call that
**     changes the applied set writes with it. They are cheap to compare.
**   - the history, which has a row for each revision that was upgraded or
**     downgraded. It names the revision, and takes one pass over all rows.
** A stamp, restore, adoption or baseline only names the current heads after
** it, and a file that a backup was restored into has the history of the file
** that it came from. So the history only counts where the facts agree with it.
**
** So long as the facts do not fit, a call that does not say itself what is
** applied leaves them so (change.c), or what shows the damage would be gone.
**
** With a and b applied, the row of b deleted by hand:
**
**   rows of _migrate_applied   a             current would be 'a', pending 1
**   facts                      current 'b', pending 0: they do not fit
**   history                    upgrade a, upgrade b: b was applied in run 2
**   that as the applied set    current 'b', pending 0: it fits the facts, so
**                              the history is right and b is named
**
** Limits: who changes the facts as well, or the rows of a repeatable revision
** alone, is not noticed.
*/
#include <string.h>
#include "hash.h"
#include "sql.h"
#include "store.h"
#include "revisions.h"
#include "state.h"
#include "intact.h"

/*
** Rows of what was done, oldest first: columns 0 action, 1 revision, 2 run,
** 3 current heads after it, 4 whether it may have changed the applied set as a
** whole. Failed calls were undone, so they do not count.
*/
static const char zRows[] =
    "SELECT action, revision, run, to_revisions,"
    " action IN('stamp', 'restore', 'adopt')"
    " OR from_revisions IS NOT to_revisions"
    " FROM main._migrate_history WHERE outcome IN('done', 'offline')"
    " ORDER BY seq";

/* What the history says of each revision: the run that applied it, the
** negative of the one that undid it, 0 when it cannot tell. */
typedef struct Told {
  const MigGraph *pGraph;
  i64 *aiRun; /* of each node; in the arena */
} Told;

/* The current heads after a row that names no revision; nothing is known of
** the others. zHeads are ids by commas, NULL or "" for none; ids that the graph
** does not have any more are passed over. */
static void toldHeads(MigContext *p, Told *pTold, const char *zHeads,
                      i64 iRun) {
  const char *z = zHeads ? zHeads : "";
  MigMark mark = migArenaMark(p);

  memset(pTold->aiRun, 0, (size_t)pTold->pGraph->nNode * sizeof(i64));
  while (*z && p->rc == SQLITE_OK) {
    size_t n = strcspn(z, ",");
    const char *zId = migStrndup(p, z, (i64)n);
    int i = zId ? migGraphFind(pTold->pGraph, zId) : -1;
    if (i >= 0) {
      pTold->aiRun[i] = iRun;
    }
    z += n + (z[n] == ',');
  }
  migArenaRelease(p, mark);
}

/* Take the current row. Rows of batches, edits and the like say nothing
** here. */
static void toldTake(MigContext *p, Told *pTold, sqlite3_stmt *pStmt) {
  const char *zAction = (const char *)sqlite3_column_text(pStmt, 0);
  const char *zId = (const char *)sqlite3_column_text(pStmt, 1);
  i64 iRun = sqlite3_column_int64(pStmt, 2);
  int bUp = zAction && strcmp(zAction, "upgrade") == 0;
  int bDown = zAction && strcmp(zAction, "downgrade") == 0;
  int i = zId ? migGraphFind(pTold->pGraph, zId) : -1;

  if (!bUp && !bDown && sqlite3_column_int(pStmt, 4)) {
    toldHeads(p, pTold, (const char *)sqlite3_column_text(pStmt, 3), iRun);
  } else if (i >= 0 && (bUp || bDown)) {
    pTold->aiRun[i] = bUp ? iRun : -iRun;
  } else if (i >= 0 && zAction && strcmp(zAction, "delete") == 0) {
    pTold->aiRun[i] = 0; /* another revision has the id now */
  }
}

/* Read the history, all of it, once. */
static void toldRead(MigContext *p, const MigGraph *pGraph, Told *pTold) {
  u64 nByte = ((u64)pGraph->nNode + 1) * sizeof(i64);
  sqlite3_stmt *pStmt;

  pTold->pGraph = pGraph;
  pTold->aiRun = migAlloc(p, nByte);
  if (p->rc) {
    return;
  }
  memset(pTold->aiRun, 0, (size_t)nByte);
  pStmt = migPrepare(p, zRows);
  while (migStep(p, pStmt)) {
    toldTake(p, pTold, pStmt);
  }
  migFinalize(p, pStmt);
}

/* Does the history say of node i another thing than the applied set? Repeatable
** revisions come and go without a row of history. */
static int toldWrong(const Told *pTold, const MigState *pState, int i) {
  i64 iRun = pTold->aiRun[i];

  return (pTold->pGraph->aNode[i].flags & MIG_REV_REPEATABLE) == 0 &&
         iRun != 0 && (iRun > 0) != migSetHas(&pState->applied, i);
}

/* The applied set as the history has it, where that can tell. */
static MigState toldState(MigContext *p, const Told *pTold,
                          const MigState *pState) {
  MigSet truth = migSetCopy(p, &pState->applied);
  int i;

  for (i = 0; i < pTold->pGraph->nNode && p->rc == SQLITE_OK; i++) {
    if (toldWrong(pTold, pState, i)) {
      (pTold->aiRun[i] > 0 ? migSetAdd : migSetRemove)(&truth, i);
    }
  }
  return migStateNew(p, pTold->pGraph, &truth);
}

/* Is the fact `current`, z, that of the state, and `pending`? A fact `current`
** that is gone, NULL, says nothing. 0 after failure. */
static int factsFit(MigContext *p, const MigState *pState, const char *z) {
  i64 nPending = migMetaCount(p, "pending");
  const char *zIs = migStateNames(p, pState, &pState->current);

  return p->rc == SQLITE_OK && nPending == migStatePending(pState) &&
         (z == 0 || strcmp(z, zIs) == 0);
}

/* Append what the history says otherwise than the applied set, if the facts
** agree with the history. zCurrent is one of them. */
static void toldAppend(MigContext *p, const MigState *pState,
                       const char *zCurrent, MigList *pOut) {
  const MigGraph *pGraph = pState->pGraph;
  MigState truth;
  Told told;
  int i;

  toldRead(p, pGraph, &told);
  if (p->rc == SQLITE_OK) {
    truth = toldState(p, &told, pState);
  }
  if (p->rc || zCurrent == 0 || !factsFit(p, &truth, zCurrent)) {
    return;
  }
  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    i64 iRun = told.aiRun[i];
    if (toldWrong(&told, pState, i)) {
      migListAdd(p, pOut,
                 migPrintf(p,
                           "revision %s was %s in run %lld, and its row in"
                           " _migrate_applied is %s; before any upgrade or"
                           " downgrade: migrate_stamp('%s')",
                           pGraph->aNode[i].zId,
                           iRun > 0 ? "applied" : "downgraded",
                           iRun > 0 ? iRun : -iRun,
                           iRun > 0 ? "missing" : "there again",
                           *zCurrent ? zCurrent : "base"));
    }
  }
}

/*
** Has somebody else written the applied set? Appends what shows it, sentences
** in the arena, and returns whether there is any; 0 after failure. The state is
** that of the file, in which there is a store; the caller holds a transaction.
** Costs little where the facts fit. A count alone that does not says nothing:
** `pending` may be wrong where the applied set is right.
*/
int migIntactLost(MigContext *p, const MigState *pState, MigList *pOut) {
  const char *z = p->rc ? 0 : migMetaText(p, "current");
  const char *zIs = p->rc ? 0 : migStateNames(p, pState, &pState->current);

  if (p->rc || factsFit(p, pState, z) || p->rc) {
    return 0;
  }
  toldAppend(p, pState, z, pOut);
  if (p->rc == SQLITE_OK && z && pOut->n == 0 && strcmp(z, zIs)) {
    migListAdd(p, pOut,
               migPrintf(p,
                         "the last call left '%s' current, and by the rows of"
                         " _migrate_applied it is '%s'; somebody else has"
                         " written them: migrate_stamp what is so",
                         z, zIs));
  }
  return pOut->n > 0;
}

/* STORE_DAMAGED when somebody else has written the applied set: a run would
** repeat or undo what was not done. The first thing that shows it is the
** message. */
void migIntactCheck(MigContext *p, const MigState *pState) {
  MigList lost = {0, 0};

  if (migIntactLost(p, pState, &lost) && p->rc == SQLITE_OK) {
    migFail(p, MIG_STORE_DAMAGED, "%s", lost.az[0]);
  }
}
