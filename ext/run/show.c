/*
** show.c - answers in one text: current, heads, show, require, config.
**
** All of them only read, and read within one transaction. Results are in
** sqlite3_malloc64() memory, for the caller to free; NULL for NULL, and after
** an error. A file without a store is one without revisions.
**
** What an application asks at every start (current, heads, require) is answered
** by the facts of _migrate_meta where they suffice, and where this connection
** has verified the tables before even without a transaction (known.c). Else,
** and whenever in doubt, the graph is loaded.
**
** The text of show is for people, and no format:
**
**   revision: 002
**   message: add name
**   parent: 001
**   state: applied 2026-01-31T12:00:00.000Z (head, current)
**   checksum: 9f86d081884c7d65...
**
**   -- migrate:up
**   ALTER TABLE users ADD COLUMN name;
**
**   -- migrate:down
**   -- (none)
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "store.h"
#include "known.h"
#include "settings.h"
#include "waiting.h"
#include "partial.h"
#include "show.h"

/* Between two revisions; as wide as the shell shows a value. */
static const char zRule[] =
    "\n------------------------------------------------------------\n";

/* The state of the file: that of an empty graph when there is no store.
** Returns the version of the store, 0 when there is none. Under a read of its
** own; in the arena. STORE_NEWER, STORE_DAMAGED. */
int migShowState(MigContext *p, MigState *pState) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  int bStore = migStoreOpen(p);

  migStateRead(p, bStore, pState);
  migFinalize(p, pRead);
  return bStore;
}

/* The facts of _migrate_meta; none of them without a store: the texts are NULL
** then. */
static void showFacts(MigContext *p, MigConnection *pConn, MigFacts *pFacts) {
  sqlite3_stmt *pRead;
  int bStore;

  if (migKnownFacts(p, pConn, pFacts)) {
    return;
  }
  pRead = migReadBegin(p, 0);
  bStore = migStoreOpen(p);
  migKnownKeep(p, pConn, bStore);
  if (bStore) {
    migFactsRead(p, pFacts);
  }
  migFinalize(p, pRead);
}

/* A list of ids, by commas, as a result; NULL when there is none. */
static char *showIds(MigContext *p, const char *z) {
  return z && z[0] ? migResultText(p, z) : 0;
}

/* Ids of the current heads, sorted, by commas, NULL when nothing is applied.
** While a run is at work (bRunning of the connection) they are those at this
** point of it, by the rows: the facts are written at the end of a
** transaction. */
char *migShowCurrent(MigContext *p, MigConnection *pConn) {
  MigFacts facts;
  MigState state;

  if (!pConn->bRunning) {
    showFacts(p, pConn, &facts);
    return showIds(p, facts.zCurrent);
  }
  migShowState(p, &state);
  return p->rc ? 0 : showIds(p, migStateNames(p, &state, &state.current));
}

/* Ids of the revisions without children, sorted, by commas, NULL when there is
** none. Repeatable ones are none. */
char *migShowHeads(MigContext *p, MigConnection *pConn) {
  MigFacts facts;

  showFacts(p, pConn, &facts);
  return showIds(p, facts.zHeads);
}

/* A line "name: a, b" of n nodes; nothing for an empty list. zName is with its
** colon and blank. */
static void showNodes(MigContext *p, MigText *pText, const char *zName,
                      const MigGraph *pGraph, int n, const int *a) {
  int i;

  for (i = 0; i < n; i++) {
    migTextF(p, pText, "%s%s", i ? ", " : zName, pGraph->aNode[a[i]].zId);
  }
  migTextStr(p, pText, n ? "\n" : "");
}

/* A message, of which further lines are indented. White space at its end is
** left out, and nothing written for an empty one. */
static void showMessage(MigContext *p, MigText *pText, const char *z) {
  const char *zBefore = "message: ";
  i64 n = (i64)strlen(z);

  while (n > 0 && migIsSpace(z[n - 1])) {
    n--;
  }
  while (n > 0) {
    i64 nNext = migLineEnd(z, n, 0);
    i64 nLine = nNext;
    while (nLine > 0 && (z[nLine - 1] == '\n' || z[nLine - 1] == '\r')) {
      nLine--;
    }
    migTextStr(p, pText, zBefore);
    migTextAdd(p, pText, z, nLine);
    migTextStr(p, pText, "\n");
    zBefore = "  ";
    z += nNext;
    n -= nNext;
  }
}

/* The line "state: applied 2026-01-31T12:00:00.000Z (head, current)", or
** partial, or pending. A repeatable revision is no head. */
static void showState(MigContext *p, MigText *pText, const MigState *pState,
                      int iNode) {
  const MigNode *pNode = &pState->pGraph->aNode[iNode];
  int bHead = pNode->nChild == 0 && !pNode->bRepeatable;
  int bCurrent = migSetHas(&pState->current, iNode);
  MigPartial partial;
  const char *zAt = migQueryText(
      p, "SELECT applied_at FROM main._migrate_applied WHERE revision=%Q",
      pNode->zId);

  migTextF(p, pText, "state: %s%s%s%s%s%s\n",
           zAt                                       ? "applied "
           : migPartialRead(p, pNode->zId, &partial) ? "partial"
                                                     : "pending",
           zAt ? zAt : "", bHead || bCurrent ? " (" : "", bHead ? "head" : "",
           bHead && bCurrent ? ", current"
           : bCurrent        ? "current"
                             : "",
           bHead || bCurrent ? ")" : "");
}

/* One script under its heading. NULL is none; one that does nothing is
** empty. */
static void showScript(MigContext *p, MigText *pText, const char *zHeading,
                       const char *z, i64 n) {
  migTextF(p, pText, "\n%s\n", zHeading);
  if (z && n > 0) {
    migTextAdd(p, pText, z, n);
    migTextStr(p, pText, z[n - 1] == '\n' ? "" : "\n");
  } else {
    migTextStr(p, pText, z ? "-- (empty)\n" : "-- (none)\n");
  }
}

/* The lines above the scripts. They fit the 60 columns in which the shell
** shows a value, but for long names and messages; the whole checksum is in
** the table migrations. */
static void showHead(MigContext *p, MigText *pText, const MigState *pState,
                     int iNode, const MigRevision *pRev) {
  const MigGraph *pGraph = pState->pGraph;
  const MigNode *pNode = &pGraph->aNode[iNode];
  char zHex[2 * MIG_HASH_SIZE + 1];
  int i;

  migTextF(p, pText, "revision: %s\n", pNode->zId);
  showMessage(p, pText, pRev->zMessage);
  migTextStr(p, pText, pNode->bRepeatable ? "repeatable: yes\n" : "");
  showNodes(p, pText, pNode->nParent > 1 ? "parents: " : "parent: ", pGraph,
            pNode->nParent, pNode->aParent);
  showNodes(p, pText, "depends on: ", pGraph, pNode->nDepend, pNode->aDepend);
  showNodes(p, pText, "children: ", pGraph, pNode->nChild, pNode->aChild);
  showNodes(p, pText, "needed by: ", pGraph, pNode->nDependent,
            pNode->aDependent);
  for (i = 0; i < pNode->nLabel; i++) {
    migTextF(p, pText, "label: %s\n", pNode->azLabel[i]);
  }
  showState(p, pText, pState, iNode);
  if (pRev->zCreatedAt) {
    migTextF(p, pText, "created: %s\n", pRev->zCreatedAt);
  }
  if (pRev->zSource) {
    migTextF(p, pText, "source: %s\n", pRev->zSource);
  }
  migHashHex(pRev->aChecksum, MIG_HASH_SIZE, zHex);
  migTextF(p, pText, "checksum: %.16s...\n", zHex);
}

/* One revision with its scripts, behind a rule unless it is the first. */
static void showRevision(MigContext *p, MigText *pText, const MigState *pState,
                         int iNode, MigPackCache *pCache) {
  MigRevision rev;

  if (!migRevisionGet(p, pState->pGraph->aNode[iNode].zId, &rev)) {
    return;
  }
  migTextStr(p, pText, pText->n ? zRule : "");
  showHead(p, pText, pState, iNode, &rev);
  migRevisionScripts(p, pCache, &rev);
  if (p->rc == SQLITE_OK) {
    showScript(p, pText, "-- migrate:up", rev.zUp, rev.nUp);
    showScript(p, pText, "-- migrate:down", rev.zDown, rev.nDown);
  }
}

/* Readable text of the revisions that zTarget means, in topological order,
** without a newline at its end; '' when it means none. Repeatable ones may be
** named. Errors: those of targets, NULL included, and STORE_DAMAGED for a
** script that cannot be read. */
char *migShowRevisions(MigContext *p, const char *zTarget) {
  MigPackCache cache = {0, {0, 0}};
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  MigText text = {0, 0, 0};
  MigState state;
  MigSet set;
  int i;

  migShowState(p, &state);
  if (p->rc == SQLITE_OK) {
    set = migTargetStored(p, &state, zTarget);
  }
  for (i = 0; p->rc == SQLITE_OK && i < state.pGraph->nNode; i++) {
    int iNode = state.pGraph->aOrder[i];
    if (migSetHas(&set, iNode)) {
      showRevision(p, &text, &state, iNode, &cache);
    }
  }
  if (p->rc == SQLITE_OK && text.n > 0) {
    text.z[--text.n] = 0; /* each script ends with a newline */
  }
  migScriptsClose(&cache);
  migFinalize(p, pRead);
  return migResultText(p, migTextZ(&text));
}

/* First revision of a set, in the order of nodes, that is not in another one,
** or -1. */
static int firstMissing(const MigSet *pSet, const MigSet *pOther) {
  int i;

  for (i = migSetNext(pSet, -1); i >= 0; i = migSetNext(pSet, i)) {
    if (!migSetHas(pOther, i)) {
      return i;
    }
  }
  return -1;
}

/* Do the facts answer that all that zTarget stands on is applied: nothing is
** pending, and it means all there is, or is the id of one of the heads? A 0
** says nothing. zTarget is not NULL. */
static int requireKnown(const MigFacts *pFacts, const char *zTarget) {
  size_t n = strlen(zTarget);
  const char *z = pFacts->zHeads;

  if (migFactsPending(pFacts, strcmp(zTarget, "head") != 0)) {
    return 0;
  }
  if (strcmp(zTarget, "heads") == 0 || strcmp(zTarget, "head") == 0) {
    return 1;
  }
  while (z && (strncmp(z, zTarget, n) || (z[n] && z[n] != ','))) {
    z = strchr(z, ',');
    z = z ? z + 1 : 0;
  }
  return z != 0 && n > 0 && strchr(zTarget, ',') == 0;
}

/* Load the state for migShowRequire(), unless the facts answer (and not bAll):
** then pState stays empty (pGraph NULL). Returns the current heads, NULL after
** an error. While a run is at work the facts are those of before. */
static const char *requireState(MigContext *p, MigConnection *pConn,
                                const char *zTarget, int bAll,
                                MigState *pState) {
  sqlite3_stmt *pRead;
  MigFacts facts;
  int bStore;

  memset(pState, 0, sizeof(*pState));
  memset(&facts, 0, sizeof(facts));
  if (!bAll && migKnownFacts(p, pConn, &facts) &&
      requireKnown(&facts, zTarget)) {
    return facts.zCurrent;
  }
  pRead = migReadBegin(p, 0);
  bStore = migStoreOpen(p);
  migKnownKeep(p, pConn, bStore);
  if (bStore && !bAll) {
    migFactsRead(p, &facts);
  }
  if (p->rc == SQLITE_OK &&
      (!bStore || bAll || pConn->bRunning || !requireKnown(&facts, zTarget))) {
    migStateRead(p, bStore, pState);
    facts.zCurrent = migStateNames(p, pState, &pState->current);
  }
  migFinalize(p, pRead);
  return p->rc ? 0 : facts.zCurrent;
}

/* RANGE when more is applied than zAtMost stands on. The message names one
** such revision. */
static void requireAtMost(MigContext *p, const MigState *pState,
                          const char *zAtMost) {
  MigSet aside = migGraphRepeatables(p, pState->pGraph);
  MigSet set = migTargetSet(p, pState, zAtMost);
  int i;

  migGraphAncestors(p, pState->pGraph, &set);
  migSetUnite(&set, &aside);
  i = p->rc ? -1 : firstMissing(&pState->applied, &set);
  if (i >= 0) {
    migFail(p, MIG_RANGE,
            "revision %s is applied, which lies beyond %s; the file is newer"
            " than this application",
            pState->pGraph->aNode[i].zId, zAtMost);
  }
}

/*
** NOT_UP_TO_DATE unless all that zTarget stands on is applied; RANGE when
** more is applied than zAtMost (NULL: no such bound) stands on. Repeatable
** revisions do not count. Returns the current heads, by commas, NULL when there
** is none. Besides these two the errors are those of targets; of an unknown
** revision, say, when the application is newer than the file.
*/
char *migShowRequire(MigContext *p, MigConnection *pConn, const char *zTarget,
                     const char *zAtMost) {
  MigState state;
  const char *zHave = requireState(p, pConn, zTarget, zAtMost != 0, &state);
  MigSet set;
  int i;

  if (p->rc || state.pGraph == 0) {
    return p->rc ? 0 : showIds(p, zHave);
  }
  set = migTargetSet(p, &state, zTarget);
  migGraphAncestors(p, state.pGraph, &set);
  i = p->rc ? -1 : firstMissing(&set, &state.applied);
  if (i >= 0) {
    migFail(p, MIG_NOT_UP_TO_DATE,
            "revision %s is not applied, the file is at %s; run"
            " migrate_upgrade('%s')",
            state.pGraph->aNode[i].zId, zHave[0] ? zHave : "base", zTarget);
  }
  if (zAtMost) {
    requireAtMost(p, &state, zAtMost);
  }
  return p->rc ? 0 : showIds(p, zHave);
}

/* With zName its value as text, else a JSON object of all settings, in the
** order of their list; numbers and booleans stand in it as such. Defaults
** where nothing was set. USAGE for a name that is no setting. */
char *migShowSettings(MigContext *p, const char *zName) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  int bStore = migStoreOpen(p);
  MigText text = {0, 0, 0};
  char *zResult;
  int i;

  if (zName) {
    zResult = migResultText(p, migSettingText(p, bStore, zName));
  } else {
    for (i = 0; i < migSettingCount(); i++) {
      const MigSetting *pSet = migSettingRow(i);
      const char *z = migSettingText(p, bStore, pSet->zName);
      migTextF(p, &text, "%s\"%s\":", i ? "," : "{", pSet->zName);
      if (pSet->eType == MIG_SET_INT || pSet->eType == MIG_SET_BOOL) {
        migTextStr(p, &text, z);
      } else {
        migTextJson(p, &text, z);
      }
    }
    migTextStr(p, &text, "}");
    zResult = migResultText(p, text.z);
  }
  migFinalize(p, pRead);
  return zResult;
}
