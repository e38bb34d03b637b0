/*
** undone.c - what this file has undone by itself.
**
** Another tool's version table may be older than our own downgrades, and then
** lists what is not there any more. The history knows: a downgrade has a row
** for each revision; a stamp or a restore only names the current heads before
** and after, so what it took away is what is at or below the former and not the
** latter. The rows are read backwards, because one that names a revision which
** was deleted later means another one than is stored now.
**
** An example, oldest row first; 001, 002 and 003 are a line:
**
**   downgrade  003                      the 003 of then was undone
**   delete     003                      and deleted; later another was added
**   stamp      from 002     to 001      002 was undone
**
** Read from below, the stamp gives 002 its time; the delete then has the rows
** above it say nothing of 003, so that one was never undone. A revision gets
** the time of the last row that undid it, and none when it is applied now.
**
** The history is not verified here, and a file may say anything: what is not in
** the graph is passed over.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "undone.h"

/* Rows that took something away, or deleted it, the newest first. 'offline' is
** done by a script of migrate_sql(). The row of a whole downgrade, without a
** revision, says nothing that those of its steps do not. */
static const char zUndoing[] =
    "SELECT action, revision, from_revisions, to_revisions, started_at"
    " FROM main._migrate_history"
    " WHERE outcome IN('done', 'offline')"
    " AND (action IN('downgrade', 'delete') AND revision IS NOT NULL"
    " OR action IN('stamp', 'restore'))"
    " ORDER BY seq DESC";

/* The revisions of a list by commas that were not deleted, and all below by
** the graph as it is now. zHeads may be NULL: none. */
static MigSet headsSet(MigContext *p, const MigGraph *pGraph,
                       const char *zHeads, const MigSet *pDeleted) {
  MigSet set = migSetNew(p, pGraph->nNode);
  const char *z = zHeads ? zHeads : "";

  while (*z && p->rc == SQLITE_OK) {
    size_t n = strcspn(z, ",");
    const char *zId = migStrndup(p, z, (i64)n);
    int i = zId ? migGraphFind(pGraph, zId) : -1;
    if (i >= 0 && !migSetHas(pDeleted, i)) {
      migSetAdd(&set, i);
    }
    z += n;
    z += *z == ',';
  }
  migGraphAncestors(p, pGraph, &set);
  return set;
}

/* What one row of the history, a downgrade, stamp or restore, has undone: its
** revision, or without one what its heads before imply and those after do
** not. */
static MigSet rowUndoes(MigContext *p, const MigGraph *pGraph,
                        sqlite3_stmt *pStmt, const MigSet *pDeleted) {
  const char *zRevision = migColumnText(p, pStmt, 1);
  const char *zFrom = migColumnText(p, pStmt, 2);
  const char *zTo = migColumnText(p, pStmt, 3);
  MigSet undone = migSetNew(p, pGraph->nNode);
  MigSet after;
  int i;

  if (zRevision) {
    i = migGraphFind(pGraph, zRevision);
    if (i >= 0 && !migSetHas(pDeleted, i)) {
      migSetAdd(&undone, i);
    }
    return undone;
  }
  undone = headsSet(p, pGraph, zFrom, pDeleted);
  after = headsSet(p, pGraph, zTo, pDeleted);
  migSetSubtract(&undone, &after);
  return undone;
}

/* Take one row: what it has undone, unless a later one has. The time outlives
** the memory that the row took, which is given back: a history may be long. */
static void rowTake(MigContext *p, const MigState *pState, sqlite3_stmt *pStmt,
                    MigSet *pDeleted, const char **azAt) {
  const MigGraph *pGraph = pState->pGraph;
  const char *zAt = migColumnText(p, pStmt, 4);
  MigMark mark = migArenaMark(p);
  const char *zAction = migColumnText(p, pStmt, 0);
  MigSet undone;
  int i;

  if (p->rc == SQLITE_OK && strcmp(zAction, "delete") == 0) {
    const char *zRevision = migColumnText(p, pStmt, 1);
    i = zRevision ? migGraphFind(pGraph, zRevision) : -1;
    if (i >= 0) {
      migSetAdd(pDeleted, i);
    }
  } else {
    undone = rowUndoes(p, pGraph, pStmt, pDeleted);
    for (i = migSetNext(&undone, -1); i >= 0; i = migSetNext(&undone, i)) {
      if (azAt[i] == 0 && !migSetHas(&pState->applied, i)) {
        azAt[i] = zAt;
      }
    }
  }
  migArenaRelease(p, mark);
}

/*
** Of each revision that is not applied the time when it was undone here last,
** NULL when it never was; by the nodes of the graph, in the arena. Times are
** ISO-8601 in UTC, as they stand in the rows: nobody has looked at them. The
** caller holds a transaction and there is a store. Only reads. NULL after an
** error.
*/
const char **migUndoneFind(MigContext *p, const MigState *pState) {
  u64 nByte = ((u64)pState->pGraph->nNode + 1) * sizeof(char *);
  const char **azAt = migAlloc(p, nByte);
  MigSet deleted = migSetNew(p, pState->pGraph->nNode);
  sqlite3_stmt *pStmt;

  if (p->rc) {
    return 0;
  }
  memset((void *)azAt, 0, (size_t)nByte);
  pStmt = migPrepare(p, zUndoing);
  while (migStep(p, pStmt)) {
    rowTake(p, pState, pStmt, &deleted, azAt);
  }
  migFinalize(p, pStmt);
  return p->rc ? 0 : azAt;
}
