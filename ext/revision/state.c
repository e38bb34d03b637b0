/*
** state.c - the state of a file: its graph, applied set and current heads.
**
** What the file holds is not trusted: ids and labels are looked at while they
** are read, edges when the graph is closed. What follows from the state is kept
** in _migrate_meta, so that a call that has nothing to do need not load it.
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "applied.h"
#include "edges.h"
#include "partial.h"
#include "revision.h"
#include "state.h"

static const char zRevisionAll[] =
    "SELECT revision, flags FROM main._migrate_revisions ORDER BY seq";
static const char zEdgeAll[] =
    "SELECT revision, kind, target FROM main._migrate_edges"
    " ORDER BY revision, kind, position";
static const char zLabelAll[] =
    "SELECT label, revision FROM main._migrate_labels ORDER BY label";

/* ---- the whole graph ---- */

/* Node of the revision named in a stored row, or -1 after an error;
** STORE_DAMAGED when unknown, also for NULL. */
static int nodeOf(MigContext *p, const MigGraph *pGraph, const char *zId) {
  int i = zId && p->rc == SQLITE_OK ? migGraphFind(pGraph, zId) : -1;

  if (i < 0) {
    migFail(p, MIG_STORE_DAMAGED,
            "an edge or label belongs to revision %s, which does not exist;"
            " restore the file from a copy",
            zId ? zId : "NULL");
  }
  return i;
}

/* Add the stored edges, in the order of their positions. What they lead to is
** looked up when the graph is closed. */
static void edgesLoad(MigContext *p, MigGraph *pGraph) {
  sqlite3_stmt *pStmt = migCached(p, zEdgeAll);

  while (migStep(p, pStmt)) {
    int i = nodeOf(p, pGraph, migColumnPeek(p, pStmt, 0));
    char *zTarget = migColumnText(p, pStmt, 2);
    if (p->rc || zTarget == 0) {
      continue;
    }
    if (sqlite3_column_int(pStmt, 1) == 0) {
      migGraphParent(p, pGraph, i, zTarget);
    } else {
      migGraphDepend(p, pGraph, i, zTarget);
    }
  }
  sqlite3_reset(pStmt);
}

/* A name that was read may not hold control characters: names go into messages
** and into the comments of scripts for a shell, where a line end would begin a
** command. STORE_DAMAGED. What else no name may be is said by migration_checks.
*/
static void nameCheck(MigContext *p, const char *zName) {
  const char *z;

  for (z = zName; z && p->rc == SQLITE_OK && *z; z++) {
    if ((u8)*z < ' ' || *z == 0x7f) {
      migFail(p, MIG_STORE_DAMAGED,
              "a revision or label has a control character in its name; restore"
              " the file from a copy");
    }
  }
}

/* Add the stored labels, in bytewise order. */
static void labelsLoad(MigContext *p, MigGraph *pGraph) {
  sqlite3_stmt *pStmt = migCached(p, zLabelAll);

  while (migStep(p, pStmt)) {
    int i = nodeOf(p, pGraph, migColumnPeek(p, pStmt, 1));
    char *zLabel = migColumnText(p, pStmt, 0);
    nameCheck(p, zLabel);
    if (p->rc == SQLITE_OK && zLabel) {
      migGraphLabel(p, pGraph, i, zLabel);
    }
  }
  sqlite3_reset(pStmt);
}

/* The id in column 0 of a row, not read yet. One that is no text, or holds a
** zero byte, would not be found again: STORE_DAMAGED. */
static char *idRead(MigContext *p, sqlite3_stmt *pStmt) {
  int bText = sqlite3_column_type(pStmt, 0) == SQLITE_TEXT;
  char *zId = migColumnText(p, pStmt, 0);

  if (p->rc == SQLITE_OK &&
      (!bText || (i64)strlen(zId) != sqlite3_column_bytes(pStmt, 0))) {
    migFail(p, MIG_STORE_DAMAGED,
            "a revision has an id that is no text; restore the file from a"
            " copy");
  }
  nameCheck(p, zId);
  return zId;
}

/* Read the graph from the store, which exists; NULL after an error, those of
** migGraphFinish(), DUPLICATE_LABEL, STORE_DAMAGED and TOO_BIG. Revisions come
** in order of arrival, which is the order of aNode. Their flags are the
** MIG_REV_ bits. The caller holds a read or write transaction. */
MigGraph *migGraphLoad(MigContext *p) {
  MigGraph *pGraph = migGraphNew(p);
  sqlite3_stmt *pStmt = migCached(p, zRevisionAll);

  while (migStep(p, pStmt)) {
    char *zId = idRead(p, pStmt);
    int flags = sqlite3_column_int(pStmt, 1);
    int i = p->rc ? -1 : migGraphAdd(p, pGraph, zId);
    if (i >= 0) {
      pGraph->aNode[i].flags = flags;
    }
    if (flags & MIG_REV_REPEATABLE) {
      migGraphRepeatable(pGraph, i);
    }
  }
  sqlite3_reset(pStmt);
  edgesLoad(p, pGraph);
  labelsLoad(p, pGraph);
  migGraphFinish(p, pGraph);
  return p->rc ? 0 : pGraph;
}

/* ---- the state ---- */

/* Read graph, applied set and current heads. Likewise; after an error the graph
** is NULL. */
void migStateLoad(MigContext *p, MigState *pState) {
  MigGraph *pGraph = migGraphLoad(p);

  memset(pState, 0, sizeof(*pState));
  if (pGraph) {
    pState->pGraph = pGraph;
    pState->applied = migAppliedLoad(p, pGraph);
    pState->current = migGraphCurrent(p, pGraph, &pState->applied);
  }
}

/* The state of a file without our tables: a graph without revisions. */
static void stateEmpty(MigContext *p, MigState *pState) {
  MigGraph *pGraph = migGraphNew(p);
  MigSet none = migSetNew(p, 0);

  migGraphFinish(p, pGraph);
  *pState = migStateNew(p, pGraph, &none);
}

/* The state of the file, which holds our tables (bStore) or not. After an error
** only p->rc counts. */
void migStateRead(MigContext *p, int bStore, MigState *pState) {
  if (bStore) {
    migStateLoad(p, pState);
  } else {
    stateEmpty(p, pState);
  }
}

/* Ids separated by commas, in the arena; "" for none. They are put in bytewise
** order, also in the list. NULL after a failure. */
char *migIdsText(MigContext *p, MigList *pIds) {
  MigText text = {0, 0, 0};
  int i;

  migListSort(pIds);
  migTextStr(p, &text, "");
  for (i = 0; i < pIds->n; i++) {
    migTextStr(p, &text, i ? "," : "");
    migTextStr(p, &text, pIds->az[i]);
  }
  return p->rc ? 0 : text.z;
}

/* Ids of a set, likewise: the form in which the store keeps heads. */
char *migStateNames(MigContext *p, const MigState *pState, const MigSet *pSet) {
  MigList list = {0, 0};
  int i;

  for (i = p->rc ? -1 : migSetNext(pSet, -1); i >= 0; i = migSetNext(pSet, i)) {
    migListAdd(p, &list, pState->pGraph->aNode[i].zId);
  }
  return migIdsText(p, &list);
}

/* How many revisions of a state are pending, repeatable ones and those that are
** applied in part included. */
i64 migStatePending(const MigState *pState) {
  return pState->pGraph->nNode - migSetCount(&pState->applied);
}

/* Write the facts of _migrate_meta that follow from the graph alone, and how
** many revisions are pending, as the caller counts them; forget how far those
** are that are applied or gone. Within a write transaction. */
void migStateSummarizeGraph(MigContext *p, const MigState *pState,
                            i64 nPending) {
  MigSet heads;

  if (p->rc) {
    return;
  }
  migPartialSweep(p);
  heads = migGraphHeads(p, pState->pGraph);
  migMetaSetText(p, "heads", migStateNames(p, pState, &heads));
  migMetaSetInt(p, "pending", nPending);
}

/* Write the facts of _migrate_meta that follow from the state, which is what
** the tables say now. Within the transaction that has changed them. */
void migStateSummarize(MigContext *p, const MigState *pState) {
  if (p->rc) {
    return;
  }
  migStateSummarizeGraph(p, pState, migStatePending(pState));
  migMetaSetText(p, "current", migStateNames(p, pState, &pState->current));
}
