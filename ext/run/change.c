/*
** change.c - one change of the store that runs no script.
**
** All verbs that write the store and do not run scripts go through here: begin,
** change rows, load the graph again to see that it still makes sense, record,
** commit. A call that turns out to change nothing ends without a commit and
** leaves no row in the history.
**
** The lock comes first, then the state is read: what a verb decides by it holds
** until the commit. What follows from graph and applied set is written once, at
** the end (_migrate_meta: heads, current, pending), so that most calls need not
** load either.
**
** Everything that can fail comes before the commit: the result text is made,
** scripts that wait to be packed are written, undo and guard are compiled
** again. After any failure migChangeEnd() undoes all of it, a store that was
** made for the call too.
**
** A new revision that nothing else depends on is done without the graph
** (leaf.c): bLeaf is set, the state holds only what it names, and the facts are
** its own business.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "os.h"
#include "store.h"
#include "waiting.h"
#include "settings.h"
#include "history.h"
#include "known.h"
#include "intact.h"
#include "change.h"

/*
** Wait, in milliseconds, and mode of the transaction, as options and settings
** say. Inside a caller's transaction that has not read yet nothing may be read
** before the lock is held, so the defaults hold there: the snapshot of such a
** read could not be written to any more after another connection's commit
** (SQLITE_BUSY_SNAPSHOT, rescode). Otherwise our tables are verified here, or
** known: STORE_DAMAGED and its like.
*/
void migChangeSettings(MigContext *p, MigConnection *pConn,
                       const MigCall *pCall, i64 *pmsWait,
                       int *pbDeterministic) {
  sqlite3_stmt *pRead;
  int bStore;

  *pmsWait = pCall->msWait;
  *pbDeterministic = 0;
  if (!sqlite3_get_autocommit(p->db) &&
      migTransactionState(p) == SQLITE_TXN_NONE) {
    bStore = 0;
    pRead = 0;
  } else {
    pRead = migReadBegin(p, pCall->msWait < 0 ? MIG_WAIT : pCall->msWait);
    bStore = migKnownOpen(p, pConn);
  }
  if (*pmsWait < 0) {
    *pmsWait = migSettingInt(p, bStore, "wait");
  }
  *pbDeterministic = (int)migSettingInt(p, bStore, "deterministic");
  migFinalize(p, pRead);
}

/*
** Begin: the write lock is held, the store exists, is verified and of this
** version; level, number and time of the call are known. The state is not
** loaded. Statements that the connection has kept since the last new revision
** are this call's now. After a failure, those of migTransactionBegin(),
** migChangeEnd() has still to be called.
*/
void migChangeLock(MigContext *p, MigChange *pChange, MigConnection *pConn,
                   const MigCall *pCall) {
  i64 msWait;
  int bDeterministic;

  memset(pChange, 0, sizeof(*pChange));
  if (p->pCached == 0) {
    p->pCached = pConn->pKept;
    pConn->pKept = 0;
  }
  pChange->pCall = pCall;
  pChange->msStart = pCall->bNow ? 0 : migMonotonicMs();
  pChange->zStartedAt = migTimeText(p, pCall->msNow);
  migChangeSettings(p, pConn, pCall, &msWait, &bDeterministic);
  if (p->rc == SQLITE_OK) {
    migTransactionBegin(p, &pChange->tx, pConn, msWait, bDeterministic, 1);
  }
  pChange->bCreated = pChange->tx.bCreated;
  if (p->rc == SQLITE_OK) {
    pChange->iLevel = (int)migSettingInt(p, 1, "zlib_level");
    pChange->packer.iLevel = pChange->iLevel;
    pChange->iRun = migHistoryRun(p);
  }
}

/* Load the state as it is before the change: state, zFrom, nRevision, and
** whether somebody else has written the applied set. STORE_DAMAGED, and what
** else a graph that makes no sense gives. */
void migChangeLoad(MigContext *p, MigChange *pChange) {
  MigState *pState = &pChange->state;
  MigList lost = {0, 0};

  migChangeReload(p, pChange);
  if (p->rc == SQLITE_OK) {
    pChange->zFrom = migStateNames(p, pState, &pState->current);
  }
  pChange->bLost = migIntactLost(p, pState, &lost);
  if (pChange->bLost) {
    pChange->nLost = migMetaCount(p, "pending") - migStatePending(pState);
  }
}

/* Write the facts that follow from the state as it was loaded last. Where
** somebody else has written the applied set they go on to show it, until a call
** says what is applied: `current` stays as it is, and `pending` is as much off
** as it was. */
static void changeSummarize(MigContext *p, const MigChange *pChange) {
  const MigState *pState = &pChange->state;

  if (pChange->bLost && !pChange->bTruth) {
    migStateSummarizeGraph(p, pState, migStatePending(pState) + pChange->nLost);
  } else {
    migStateSummarize(p, pState);
  }
}

/* Both: what all verbs begin with but the one that adds a revision, which tries
** the short way first. */
void migChangeBegin(MigContext *p, MigChange *pChange, MigConnection *pConn,
                    const MigCall *pCall) {
  migChangeLock(p, pChange, pConn, pCall);
  migChangeLoad(p, pChange);
}

/* Write what is packed, then load the state again: an edge or a label that
** makes no sense is an error here (MISSING_PARENT, CYCLE, DEPENDENCY_CYCLE and
** others). Node numbers and sets of the state before do not fit it any more. */
void migChangeReload(MigContext *p, MigChange *pChange) {
  migScriptsFlush(p, &pChange->packer);
  if (p->rc == SQLITE_OK) {
    migStateLoad(p, &pChange->state);
  }
  if (p->rc == SQLITE_OK) {
    pChange->nRevision = pChange->state.pGraph->nNode;
  }
}

/* Add a row to the history. What it says to have led to is the state as loaded
** last: after a change of edges or of the applied set migChangeReload() comes
** first. A call may add several, all with its number. */
void migChangeRecord(MigContext *p, MigChange *pChange,
                     const MigChangeNote *pNote) {
  const MigCall *pCall = pChange->pCall;
  MigEvent event;

  if (p->rc) {
    return;
  }
  memset(&event, 0, sizeof(event));
  event.iRun = pChange->iRun;
  event.zAction = pNote->zAction;
  event.zRevision = pNote->zRevision;
  event.zMessage = pNote->zMessage;
  event.zFrom = pChange->zFrom;
  event.zTo = pChange->bLeaf
                  ? pChange->zFrom
                  : migStateNames(p, &pChange->state, &pChange->state.current);
  event.zOutcome = "done";
  event.zStartedAt = pChange->zStartedAt;
  event.ms = pCall->bNow ? 0 : migMonotonicMs() - pChange->msStart;
  event.nRow = pNote->nRow ? pNote->nRow : -1;
  event.iBackup = pNote->iBackup;
  event.zActor = pCall->zActor ? pCall->zActor : migSettingText(p, 1, "actor");
  event.aChecksum = pNote->aChecksum;
  migHistoryAdd(p, &event);
}

/* A revision was added, and nothing else has changed. Many may follow, of which
** half the cost is to compile the same statements again: the connection keeps
** them for the next one, if it is sure that the file will be found as it is
** now. */
static void leafKeep(MigContext *p, MigConnection *pConn) {
  migKnownCommitted(p, pConn);
  if (pConn->bKnown) {
    pConn->pKept = p->pCached;
    p->pCached = 0;
  }
}

/*
** Commit, or with bCommit 0, after an error or in a dry run undo. Everything
** the caller hands out must have been made before. Inside a caller's
** transaction a commit makes the change a part of that. After a commit that
** fails p->rc is set and nothing of the change is left. Scripts that were read
** by its cache may not be used any more.
*/
void migChangeEnd(MigContext *p, MigChange *pChange, int bCommit) {
  migScriptsFlush(p, &pChange->packer);
  migScriptsClose(&pChange->cache);
  if (bCommit && !pChange->pCall->bDryRun && p->rc == SQLITE_OK) {
    if (!pChange->bLeaf) {
      changeSummarize(p, pChange);
    }
    if (pChange->bLeaf) { /* which has touched neither schema nor settings */
      migStatementsReset(p);
    } else {
      migStatementsClose(p);
      migTransactionArm(p, &pChange->tx);
    }
    migTransactionCommit(p, &pChange->tx);
    if (pChange->bLeaf) {
      leafKeep(p, pChange->tx.pConn);
    }
  }
  migStatementsClose(p);
  migTransactionUndo(p, &pChange->tx);
}

/* A comma-separated list as a JSON array of texts, in the arena; NULL and ""
** are []. NULL after failure. */
char *migJsonIds(MigContext *p, const char *zList) {
  MigText text = {0, 0, 0};
  const char *z = zList ? zList : "";

  migTextStr(p, &text, "[");
  while (*z) {
    size_t n = strcspn(z, ",");
    migTextJson(p, &text, migStrndup(p, z, (i64)n));
    z += n;
    if (*z == ',') {
      migTextStr(p, &text, ",");
      z++;
    }
  }
  migTextStr(p, &text, "]");
  return p->rc ? 0 : text.z;
}
