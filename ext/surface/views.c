/*
** views.c - the tables that can be read.
**
** aView defines them; tables.c serves them all, and calls what fills a table
** with a read transaction open. Columns are set by their number in zColumns,
** from 0; who puts one in counts the others anew, also in LISTED_COLUMNS.
**
** A table about the store has no rows in a file without our tables, so that an
** application may query it at any time.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "statement.h"
#include "store.h"
#include "settings.h"
#include "range.h"
#include "plan.h"
#include "run.h"
#include "show.h"
#include "health.h"
#include "help.h"
#include "backup_views.h"
#include "schema_views.h"
#include "partial.h"
#include "views.h"

/* ---- migrations ---- */

/* A revision as a row: what is read once for the whole table. Zeroed for one of
** which nothing was read. */
typedef struct Listed {
  MigRevision rev;        /* id, message, place, time; no scripts yet */
  const char *zChecksum;  /* as hex */
  const char *zAppliedAt; /* NULL when it is not applied */
} Listed;

static const char zListed[] =
    "SELECT revision, message, pack, up_at, up_size, down_at, down_size,"
    " checksum, created_at FROM main._migrate_revisions";
static const char zListedApplied[] =
    "SELECT revision, applied_at FROM main._migrate_applied";

/* Columns of migrations that are read from these; when none of them is asked
** for the graph says it all. */
#define LISTED_COLUMNS (1 << 4 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14)

/* Names of nodes, by commas, in the arena, in the order of a; NULL when there
** are none. */
static char *nodeNames(MigContext *p, const MigGraph *pGraph, int n,
                       const int *a) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < n; i++) {
    migTextF(p, &text, "%s%s", i ? "," : "", pGraph->aNode[a[i]].zId);
  }
  return text.z;
}

/* The labels that a revision declares, likewise. */
static char *labelNames(MigContext *p, const MigNode *pNode) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pNode->nLabel; i++) {
    migTextF(p, &text, "%s%s", i ? "," : "", pNode->azLabel[i]);
  }
  return text.z;
}

/* The node of the revision in column 0 of the current row, or -1. */
static int listedNode(const MigGraph *pGraph, sqlite3_stmt *pStmt) {
  const char *zId = (const char *)sqlite3_column_text(pStmt, 0);

  return zId ? migGraphFind(pGraph, zId) : -1;
}

/* A size in column i of the current row: -1 for NULL, which means none. */
static i64 listedSize(sqlite3_stmt *pStmt, int i) {
  return sqlite3_column_type(pStmt, i) == SQLITE_NULL
             ? -1
             : sqlite3_column_int64(pStmt, i);
}

/* Read the rows of all revisions, into an array by node. After a failure it is
** not to be used. */
static Listed *listedRead(MigContext *p, const MigGraph *pGraph) {
  Listed *a = migAlloc(p, (u64)pGraph->nNode * sizeof(Listed));
  sqlite3_stmt *pStmt = migPrepare(p, zListed);

  while (migStep(p, pStmt)) {
    int i = listedNode(pGraph, pStmt);
    MigRevision *pRev = i < 0 ? 0 : &a[i].rev;
    if (pRev == 0) {
      continue; /* unreached: the graph has every row */
    }
    pRev->zId = pGraph->aNode[i].zId;
    pRev->zMessage = migColumnText(p, pStmt, 1);
    pRev->place.iPack = sqlite3_column_int64(pStmt, 2);
    pRev->place.iUp = sqlite3_column_int64(pStmt, 3);
    pRev->place.nUp = listedSize(pStmt, 4);
    pRev->place.iDown = sqlite3_column_int64(pStmt, 5);
    pRev->place.nDown = listedSize(pStmt, 6);
    a[i].zChecksum = migColumnHex(p, pStmt, 7);
    pRev->zCreatedAt = migColumnText(p, pStmt, 8);
  }
  migFinalize(p, pStmt);
  return a;
}

/* Read when they were applied, into the same array. */
static void listedApplied(MigContext *p, const MigGraph *pGraph, Listed *a) {
  sqlite3_stmt *pStmt = migPrepare(p, zListedApplied);

  while (migStep(p, pStmt)) {
    int i = listedNode(pGraph, pStmt);
    if (i >= 0) {
      a[i].zAppliedAt = migColumnText(p, pStmt, 1);
    }
  }
  migFinalize(p, pStmt);
}

/* Add the row of one revision; pListed is what was read of it. */
static void listedRow(MigContext *p, MigRows *pRows, const MigState *pState,
                      const MigSet *pPartial, int iNode,
                      const Listed *pListed) {
  const MigGraph *pGraph = pState->pGraph;
  const MigNode *pNode = &pGraph->aNode[iNode];

  migRowNext(p, pRows);
  migRowText(p, pRows, 0, pNode->zId);
  if (migRowsWant(pRows, 1)) {
    migRowText(p, pRows, 1,
               nodeNames(p, pGraph, pNode->nParent, pNode->aParent));
  }
  migRowText(p, pRows, 2, nodeNames(p, pGraph, pNode->nDepend, pNode->aDepend));
  migRowText(p, pRows, 3, labelNames(p, pNode));
  migRowText(p, pRows, 4, pListed->rev.zMessage);
  migRowText(p, pRows, 5,
             migSetHas(&pState->applied, iNode) ? "applied"
             : migSetHas(pPartial, iNode)       ? "partial"
                                                : "pending");
  migRowInt(p, pRows, 6, pNode->nChild == 0 && !pNode->bRepeatable);
  migRowInt(p, pRows, 7, migSetHas(&pState->current, iNode));
  migRowInt(p, pRows, 8, pNode->nChild > 1);
  migRowInt(p, pRows, 9, pNode->nParent > 1);
  migRowInt(p, pRows, 10, pNode->iPosition);
  migRowText(p, pRows, 11, pListed->zAppliedAt);
  migRowText(p, pRows, 12, pListed->rev.zCreatedAt);
  migRowText(p, pRows, 13, pListed->zChecksum);
  migRowInt(p, pRows, 14, pListed->rev.place.nDown >= 0);
}

/* All revisions in topological order, repeatable ones last; with a range, in
** which there are none, newest first. A range where nothing is stored is
** resolved all the same, so that a name in it is an error. */
static void fillMigrations(MigContext *p, MigConnection *pConn,
                           MigRows *pRows) {
  const char *zRange = pRows->azArg[0];
  MigState state;
  MigSet partial;
  Listed *aListed = 0;
  Listed none;
  int *aNode = 0;
  int n = 0;
  int i;

  MIG_UNUSED(pConn);
  if (!migShowState(p, &state) && zRange == 0) {
    return;
  }
  if (p->rc) {
    return;
  }
  if (zRange) {
    migRangeNodes(p, &state, zRange, &aNode, &n);
  } else {
    aNode = state.pGraph->aOrder;
    n = state.pGraph->nNode;
  }
  if (p->rc || n == 0) {
    return;
  }
  partial = migPartialSet(p, state.pGraph);
  memset(&none, 0, sizeof(none));
  if (pRows->used & LISTED_COLUMNS) {
    aListed = listedRead(p, state.pGraph);
    listedApplied(p, state.pGraph, aListed);
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    listedRow(p, pRows, &state, &partial, aNode[i],
              aListed ? &aListed[aNode[i]] : &none);
  }
}

/* Hidden columns up and down: the scripts as they are stored, NULL where there
** is none. STORE_DAMAGED when the pack cannot be read. Where a script is is
** looked up now, and a pack read anew for each: ROLLBACK leaves a cursor open,
** and what was read before it is not true any more. A revision that is gone has
** no scripts. */
static char *wideMigrations(MigContext *p, const MigRows *pRows, i64 iRow,
                            int iWide, i64 *pn) {
  const char *zId = migRowsText(pRows, iRow, 0);
  MigPackCache cache = {0, {0, 0}};
  char *zResult = 0;
  MigRevision rev;
  const char *z;

  if (!migRevisionRead(p, zId, &rev)) {
    return 0;
  }
  migRevisionScripts(p, &cache, &rev);
  z = iWide == 0 ? rev.zUp : rev.zDown;
  *pn = iWide == 0 ? rev.nUp : rev.nDown;
  if (p->rc == SQLITE_OK && z) {
    zResult = sqlite3_malloc64((u64)*pn + 1);
    if (zResult == 0) {
      migNomem(p);
    } else {
      memcpy(zResult, z, (size_t)*pn);
      zResult[*pn] = 0;
    }
  }
  migScriptsClose(&cache);
  return zResult;
}

/* ---- tables that one query answers ---- */

/* migration_history: all rows of the log, oldest first. */
static void fillHistory(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  MIG_UNUSED(pConn);
  if (migStoreOpen(p)) {
    migRowsQuery(p, pRows,
                 "SELECT seq, run, action, revision, message, from_revisions,"
                 " to_revisions, outcome, error, started_at, ms, \"rows\","
                 " backup, actor, checksum, fingerprint, chain"
                 " FROM main._migrate_history ORDER BY seq");
  }
}

/* migration_progress: a row for each revision that is applied in part; at is
** NULL when no key of its table is left. STORE_DAMAGED for a state that cannot
** be read. */
static void fillProgress(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  MigList ids = {0, 0};
  MigList states = {0, 0};
  int i;

  MIG_UNUSED(pConn);
  if (migStoreOpen(p)) {
    migPartialList(p, &ids, &states);
  }
  for (i = 0; i < ids.n && p->rc == SQLITE_OK; i++) {
    MigPartial partial;
    migPartialParse(p, ids.az[i], states.az[i], &partial);
    migRowNext(p, pRows);
    migRowText(p, pRows, 0, ids.az[i]);
    migRowText(p, pRows, 1, partial.zTable);
    if (!partial.bLast) {
      migRowInt(p, pRows, 2, partial.iNext);
    }
    migRowInt(p, pRows, 3, partial.nDone);
    migRowInt(p, pRows, 4, partial.nTotal);
    migRowText(p, pRows, 5, partial.zStartedAt);
  }
}

/* migration_settings: all settings, with the value that holds; without a store
** those are the defaults. */
static void fillSettings(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  int bStore = migStoreOpen(p);
  int i;

  MIG_UNUSED(pConn);
  for (i = 0; i < migSettingCount() && p->rc == SQLITE_OK; i++) {
    const MigSetting *pSet = migSettingRow(i);
    const char *z = migSettingText(p, bStore, pSet->zName);
    migRowNext(p, pRows);
    migRowText(p, pRows, 0, pSet->zName);
    migRowText(p, pRows, 1, z);
    migRowText(p, pRows, 2, pSet->zDefault);
    migRowText(p, pRows, 3, pSet->zHelp);
  }
}

/* migration_help: nothing of the file is read but what hides a table. */
static void fillHelp(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  MIG_UNUSED(pConn);
  migHelpFill(p, pRows, migViewCount(), migViewRow);
}

/* ---- migration_checks ---- */

/* Told of a check by migHealthRun(): one row. pArg is the MigRows. The
** detail is copied, because it only lasts as long as the call; the name is a
** constant. */
static void checkRow(MigContext *p, void *pArg, const char *zCheck,
                     MigCode eCode, const char *zDetail) {
  MigRows *pRows = pArg;

  migRowNext(p, pRows);
  migRowText(p, pRows, 0, zCheck);
  migRowInt(p, pRows, 1, eCode == MIG_NOCODE);
  migRowText(p, pRows, 2, migStrdup(p, zDetail));
}

/* migration_checks: a row for each finding, and for each check that found
** nothing. A finding is no error here. */
static void fillChecks(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  migHealthRun(p, pConn, checkRow, pRows);
}

/* ---- migration_statements ---- */

/* migration_statements: what the lexer makes of a text, nothing of which is run
** or looked up. Lines count from 1. USAGE without a text. */
static void fillStatements(MigContext *p, MigConnection *pConn,
                           MigRows *pRows) {
  const char *z = pRows->azArg[0];
  MigStatement statement;
  i64 i = 0;
  i64 iCounted = 0;
  i64 nText;
  int iLine = 1;
  int n = 0;

  MIG_UNUSED(pConn);
  if (z == 0) {
    migFail(p, MIG_USAGE,
            "call it as migration_statements('...'), with the"
            " text of a script");
    return;
  }
  nText = (i64)strlen(z);
  while (p->rc == SQLITE_OK && migScriptNext(z, nText, &i, &statement)) {
    for (; iCounted < statement.iStart; iCounted++) {
      iLine += z[iCounted] == '\n';
    }
    migRowNext(p, pRows);
    migRowInt(p, pRows, 0, ++n);
    migRowInt(p, pRows, 1, iLine);
    migRowText(p, pRows, 2, migKindName(statement.eKind));
    migRowText(p, pRows, 3,
               migStrndup(p, z + statement.iStart, statement.nByte));
  }
}

/* ---- migration_plan ---- */

#define PLAN_SCAN 4 /* a plan of this part of all revisions reads all rows */

/* Is there a comment of a generated script in bytes i to iEnd that tells what
** the next statement destroys? */
static int saysDestructive(const char *z, i64 i, i64 iEnd) {
  static const char zMark[] = "-- destructive: ";
  MigToken token;

  do {
    i = migTokenNext(z, iEnd, i, &token);
    if (token.eType == MIG_TK_COMMENT && token.n > (i64)sizeof(zMark) &&
        memcmp(z + token.iStart, zMark, sizeof(zMark) - 1) == 0) {
      return 1;
    }
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Does a script drop or delete anything, or, generated, says that it does? By
** its text alone: a trigger may delete as well, and a table that is rebuilt is
** dropped, too. z may be NULL: no. */
static int scriptDestructive(const char *z, i64 n) {
  MigStatement statement;
  i64 iBefore = 0;
  i64 i = 0;

  while (z && migScriptNext(z, n, &i, &statement)) {
    if (saysDestructive(z, iBefore, statement.iStart) ||
        statement.eKind == MIG_ST_DROP_TABLE ||
        statement.eKind == MIG_ST_DELETE ||
        statement.eAlter == MIG_ALTER_DROP) {
      return 1;
    }
    iBefore = i;
  }
  return 0;
}

/* The state to plan from: that of the file, or the revisions of argument start
** with all they stand on; an empty text is base. Errors: those of targets. */
static void planState(MigContext *p, const MigRows *pRows, MigState *pState) {
  const char *zStart = pRows->azArg[2];
  MigSet set;

  migShowState(p, pState);
  if (p->rc || zStart == 0) {
    return;
  }
  set = migTargetSet(p, pState, zStart[0] ? zStart : "base");
  if (p->rc || migSetEqual(&set, &pState->current)) {
    return; /* where the file is, and something below that may be pending */
  }
  migGraphAncestors(p, pState->pGraph, &set);
  *pState = migStateNew(p, pState->pGraph, &set);
}

/* The revision of a step, without its scripts: from aListed, or when that is
** NULL read alone. */
static void planRevision(MigContext *p, const Listed *aListed, int iNode,
                         const MigGraph *pGraph, MigRevision *pRev) {
  if (aListed) {
    *pRev = aListed[iNode].rev;
  } else {
    migRevisionGet(p, pGraph->aNode[iNode].zId, pRev);
  }
}

/* A row for each step. Scripts are read for their column alone, in the order of
** the plan, so that a pack is mostly read once. Transactions are cut as a run
** would cut them with the setting; option transaction of a call may want it
** otherwise. */
static void planRows(MigContext *p, MigRows *pRows, const MigState *pState,
                     const MigPlan *pPlan) {
  int *aiCut = migAlloc(p, (u64)pPlan->nStep * sizeof(int));
  MigPackCache cache = {0, {0, 0}};
  const char *zEach = migSettingText(p, migStoreOpen(p), "transaction");
  const Listed *aListed = 0;
  MigRevision rev;
  int i;

  if (pPlan->nStep > pState->pGraph->nNode / PLAN_SCAN) {
    aListed = listedRead(p, pState->pGraph);
  }
  if (p->rc == SQLITE_OK) {
    migRunCuts(p, pPlan, pState, zEach && strcmp(zEach, "each") == 0, 0, aiCut);
  }
  for (i = 0; i < pPlan->nStep && p->rc == SQLITE_OK; i++) {
    planRevision(p, aListed, pPlan->aStep[i], pState->pGraph, &rev);
    migRevisionScripts(p, &cache, &rev);
    migRowNext(p, pRows);
    migRowInt(p, pRows, 0, i + 1);
    migRowText(p, pRows, 1, rev.zId);
    migRowText(p, pRows, 2, pPlan->bDown ? "down" : "up");
    migRowText(p, pRows, 3, rev.zMessage);
    migRowInt(p, pRows, 4,
              pPlan->bDown ? scriptDestructive(rev.zDown, rev.nDown)
                           : scriptDestructive(rev.zUp, rev.nUp));
    migRowInt(p, pRows, 5, p->rc ? 0 : aiCut[i]);
  }
  migScriptsClose(&cache);
}

/* migration_plan: what a run to the target would do now, or from the revisions
** of argument start; no lock is taken and nothing checked but the plan itself.
** USAGE for another operation, and for a downgrade without target; the errors
** of targets and plans. */
static void fillPlan(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  const char *zTarget = pRows->azArg[0];
  const char *zOperation = pRows->azArg[1] ? pRows->azArg[1] : "upgrade";
  int bDown = strcmp(zOperation, "downgrade") == 0;
  MigState state;
  MigPlan plan;

  MIG_UNUSED(pConn);
  if (!bDown && strcmp(zOperation, "upgrade")) {
    migFail(p, MIG_USAGE, "operation is upgrade or downgrade, not %s",
            zOperation);
  }
  if (bDown && zTarget == 0) {
    migFail(p, MIG_USAGE,
            "a downgrade needs a target; call it as"
            " migration_plan(target, 'downgrade')");
  }
  planState(p, pRows, &state);
  if (p->rc) {
    return;
  }
  memset(&plan, 0, sizeof(plan));
  if (bDown) {
    migRunPlanDown(p, &state, migStoreOpen(p), zTarget, &plan);
  } else {
    migPlanUpgrade(p, &state, zTarget ? zTarget : "head", &plan);
    migPlanRepeatables(p, &state, 0, &plan);
  }
  if (p->rc == SQLITE_OK && plan.nStep) {
    planRows(p, pRows, &state, &plan);
  }
}

/* ---- the definitions ---- */

/* All tables, migrations first, then by name. The three numbers are the columns
** of zColumns, and of zHidden the arguments and the wide ones. */
static const MigView aView[] = {
    {"migrations",
     "revision TEXT, parents TEXT, depends_on TEXT, labels TEXT,"
     " message TEXT, state TEXT, is_head INTEGER, is_current INTEGER,"
     " is_branch_point INTEGER, is_merge_point INTEGER,"
     " position INTEGER, applied_at TEXT, created_at TEXT,"
     " checksum TEXT, has_down INTEGER",
     "range,up,down", 15, 1, 2, fillMigrations, wideMigrations,
     "SELECT * FROM migrations[(range)]",
     "every revision, parents first; with a range newest first"},
    {"migration_backup_diff",
     "name TEXT, change TEXT, rows_a INTEGER, rows_b INTEGER,"
     " added INTEGER, removed INTEGER, changed INTEGER",
     "a,b", 7, 2, 0, migFillBackupDiff, 0,
     "SELECT * FROM migration_backup_diff(a, b)",
     "what differs between two backups, or a backup and 'live'"},
    {"migration_backup_tables",
     "backup INTEGER, name TEXT, rows INTEGER, chunks INTEGER,"
     " bytes INTEGER",
     0, 5, 0, 0, migFillBackupTables, 0,
     "SELECT * FROM migration_backup_tables", "the tables in each backup"},
    {"migration_backups",
     "backup INTEGER, created_at TEXT, kind TEXT, note TEXT,"
     " run INTEGER, revisions TEXT, tables INTEGER, rows INTEGER,"
     " bytes INTEGER, stored_bytes INTEGER, path TEXT",
     0, 11, 0, 0, migFillBackups, 0, "SELECT * FROM migration_backups",
     "the backups, oldest first"},
    {"migration_checks", "name TEXT, ok INTEGER, detail TEXT", 0, 3, 0, 0,
     fillChecks, 0, "SELECT * FROM migration_checks",
     "whether the file is as it was written, check by check"},
    {"migration_diff",
     "kind TEXT, object TEXT, change TEXT, destructive INTEGER, sql TEXT",
     "old,new", 5, 2, 0, migFillDiff, 0,
     "SELECT * FROM migration_diff(old, new)",
     "what differs between two schemas, one row a difference"},
    {"migration_help", "kind TEXT, name TEXT, usage TEXT, help TEXT", 0, 4, 0,
     0, fillHelp, 0, "SELECT * FROM migration_help",
     "all functions, tables, options, settings, directives, errors"},
    {"migration_history",
     "seq INTEGER, run INTEGER, action TEXT, revision TEXT,"
     " message TEXT, from_revisions TEXT, to_revisions TEXT,"
     " outcome TEXT, error TEXT, started_at TEXT, ms INTEGER,"
     " rows INTEGER, backup INTEGER, actor TEXT, checksum TEXT,"
     " fingerprint TEXT, chain TEXT",
     0, 17, 0, 0, fillHistory, 0, "SELECT * FROM migration_history",
     "what was done, oldest first; rows are only ever added"},
    {"migration_plan",
     "position INTEGER, revision TEXT, direction TEXT, message TEXT,"
     " destructive INTEGER, transaction_no INTEGER",
     "target,operation,start", 6, 3, 0, fillPlan, 0,
     "SELECT * FROM migration_plan[(target [, operation [, start]])]",
     "the steps of an upgrade or downgrade, without running them"},
    {"migration_progress",
     "revision TEXT, table_name TEXT, at INTEGER, done INTEGER,"
     " total INTEGER, started_at TEXT",
     0, 6, 0, 0, fillProgress, 0, "SELECT * FROM migration_progress",
     "revisions with batches that are applied in part, how far"},
    {"migration_settings", "name TEXT, value TEXT, standard TEXT, help TEXT", 0,
     4, 0, 0, fillSettings, 0, "SELECT * FROM migration_settings",
     "the settings, with the value that holds and the standard one"},
    {"migration_statements", "n INTEGER, line INTEGER, kind TEXT, sql TEXT",
     "script", 4, 1, 0, fillStatements, 0,
     "SELECT * FROM migration_statements(sql)",
     "the statements of a script, as a run would split it"},
};

/* How many tables there are. */
int migViewCount(void) {
  return (int)(sizeof(aView) / sizeof(aView[0]));
}

/* The i-th table, from 0. A constant. */
const MigView *migViewRow(int i) {
  return &aView[i];
}
