/*
** functions.c - the SQL functions.
**
** aFunction lists them; one implementation serves all. It makes the context,
** tests from where the call comes, takes the options off the arguments and
** hands the rest to a thin wrapper, in acting.c or showing.c, that calls the
** floors below. A last argument that begins with { is the options, wherever it
** stands, except where a single argument is a message.
**
** There are two kinds of functions. One that acts (MIG_F_ACTS) may begin and
** end transactions: caller.c looks from where it is called, once.c sees to it
** that it runs once, and its work is one or more transactions of run/, each of
** them whole or not at all. One that shows changes nothing and may stand in any
** statement of the caller's.
**
** A call has one context, on the stack of functionCall(): its arena, its kept
** statements and its error end with it. The result must outlive them, so it is
** from sqlite3_malloc64(). Only a call by a statement of a script borrows the
** context of the run it is a part of.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "utf8.h"
#include "execute.h"
#include "known.h"
#include "connection.h"
#include "transaction.h"
#include "waiting.h"
#include "once.h"
#include "acting.h"
#include "showing.h"
#include "functions.h"
#include "wording.h"

#ifndef SQLITE_RESULT_SUBTYPE
#define SQLITE_RESULT_SUBTYPE 0x001000000 /* since 3.45 */
#endif
#define JSON_SUBTYPE 74 /* 'J', SQLite's mark for JSON texts */

/* ---- the list ---- */

/* All functions, by name, with the number of arguments that each takes without
** the options. Their usage and help are what migration_help shows. */
static const MigFunction aFunction[] = {
    {"migrate_adopt", 0, 0, MIG_F_ACTS | MIG_F_JSON, migActingAdopt,
     "migrate_adopt()",
     "marks revisions applied as another tool's version table says"},
    {"migrate_auto", 0, 1, MIG_F_ACTS | MIG_F_JSON, migActingAuto,
     "migrate_auto([folder])",
     "for the start of an application: brings the file up to date"},
    {"migrate_autogenerate", 2, 2, MIG_F_ACTS, migActingAutogenerate,
     "migrate_autogenerate(message, desired)",
     "adds a revision that makes the schema the desired one"},
    {"migrate_backup", 0, 1, MIG_F_ACTS | MIG_F_INT, migActingBackup,
     "migrate_backup([note])",
     "takes a backup into the file and returns its number"},
    {"migrate_check", 0, 1, 0, migShowingCheck, "migrate_check([desired])",
     "'ok' if the schema is as desired, or as the last run left it"},
    {"migrate_config", 0, 2, MIG_F_ACTS, migActingConfig,
     "migrate_config([setting [, value]])",
     "settings of the file: all as JSON, one, or set one"},
    {"migrate_current", 0, 0, 0, migShowingCurrent, "migrate_current()",
     "ids of the current heads, sorted, by commas; NULL when none"},
    {"migrate_delete", 1, 1, MIG_F_ACTS, migActingDelete,
     "migrate_delete(revision)",
     "removes a pending revision that nothing builds on"},
    {"migrate_diff", 2, 2, MIG_F_OPTIONS, migShowingDiff,
     "migrate_diff(from, to)", "the script that turns one schema into another"},
    {"migrate_downgrade", 1, 1, MIG_F_ACTS | MIG_F_JSON, migActingDowngrade,
     "migrate_downgrade(target)", "undoes what lies above target"},
    {"migrate_dump", 0, 1, 0, migShowingDump, "migrate_dump([schema])",
     "a schema as SQL text, by default that of the file"},
    {"migrate_edit", 2, 3, MIG_F_ACTS, migActingEdit,
     "migrate_edit(revision, up [, down])",
     "replaces the scripts of a revision that is not applied"},
    {"migrate_export", 1, 1, MIG_F_ACTS | MIG_F_JSON, migActingExport,
     "migrate_export(path)", "writes the stored revisions as a folder"},
    {"migrate_graph", 0, 1, 0, migShowingGraph, "migrate_graph([format])",
     "the revision graph as text (default), dot, mermaid or svg"},
    {"migrate_heads", 0, 0, 0, migShowingHeads, "migrate_heads()",
     "ids of the revisions without children, sorted, by commas"},
    {"migrate_import", 1, 1, MIG_F_ACTS | MIG_F_JSON, migActingImport,
     "migrate_import(path)", "reads a folder or file of migrations"},
    {"migrate_init", 0, 0, MIG_F_ACTS | MIG_F_INT, migActingInit,
     "migrate_init()",
     "makes the store unless it is there; returns its version"},
    {"migrate_label", 2, 2, MIG_F_ACTS, migActingLabel,
     "migrate_label(revision, label)",
     "gives a revision a branch label; NULL takes its labels away"},
    {"migrate_merge", 1, 2, MIG_F_ACTS | MIG_F_TEXT, migActingMerge,
     "migrate_merge(message [, revisions])",
     "adds a revision with several parents, by default all heads"},
    {"migrate_prune", 0, 1, MIG_F_ACTS | MIG_F_JSON, migActingPrune,
     "migrate_prune([keep])",
     "drops old automatic backups and what only they needed"},
    {"migrate_require", 1, 1, MIG_F_OPTIONS, migShowingRequire,
     "migrate_require(revision)",
     "an error unless that revision, or 'heads', is applied"},
    {"migrate_restore", 1, 1, MIG_F_ACTS | MIG_F_JSON, migActingRestore,
     "migrate_restore(backup)",
     "puts schema, rows and applied set back as in a backup"},
    {"migrate_revision", 1, 3, MIG_F_ACTS | MIG_F_TEXT, migActingRevision,
     "migrate_revision(message [, up [, down]])",
     "adds a revision and returns its id"},
    {"migrate_show", 1, 1, 0, migShowingShow, "migrate_show(target)",
     "readable text of revisions with both scripts"},
    {"migrate_sql", 1, 1, MIG_F_OPTIONS, migShowingSql, "migrate_sql(range)",
     "a script for lo:hi, up or down, that needs no extension"},
    {"migrate_stamp", 1, 1, MIG_F_ACTS | MIG_F_JSON, migActingStamp,
     "migrate_stamp(targets)", "sets the applied set without running scripts"},
    {"migrate_step", 0, 1, MIG_F_ACTS | MIG_F_JSON, migActingStep,
     "migrate_step([ms])",
     "works on the batches of the next revision for so long"},
    {"migrate_table", 1, 1, MIG_F_ACTS | MIG_F_SCRIPT, migActingTable,
     "migrate_table(create_table)",
     "gives a table this definition by the cheapest safe way"},
    {"migrate_test", 0, 1, MIG_F_ACTS | MIG_F_JSON, migActingTest,
     "migrate_test([range])",
     "tells which revisions do not come back down, changes nothing"},
    {"migrate_upgrade", 0, 1, MIG_F_ACTS | MIG_F_JSON, migActingUpgrade,
     "migrate_upgrade([target])",
     "runs what is missing up to target, by default 'head'"},
    {"migrate_verify", 0, 0, 0, migShowingVerify, "migrate_verify()",
     "'ok', or the first thing that is wrong with the file"},
    {"migrate_version", 0, 0, 0, migShowingVersion, "migrate_version()",
     "version of the extension"},
};

/* How many functions there are. */
int migFunctionCount(void) {
  return (int)(sizeof(aFunction) / sizeof(aFunction[0]));
}

/* The i-th function, from 0, by name. A constant. */
const MigFunction *migFunctionRow(int i) {
  return &aFunction[i];
}

/* ---- the call ---- */

/* Does this call act? migrate_config() does only when it sets. n may count the
** options; with them alone behind a name nothing is set, but the call is tested
** like one that does. */
static int callActs(const MigFunction *pFunction, int n) {
  return (pFunction->flags & MIG_F_ACTS) != 0 &&
         (pFunction->xCall != migActingConfig || n >= 2);
}

/*
** Take the options off the arguments, test the number of these, and read the
** options, common ones into pArgs->call. An acting call also has the schema
** read, because that may have to wait for a lock. USAGE, and BUSY.
**
** More arguments than there can be, and the last is NULL: those are options
** that are left out, so that a host may bind NULL for them.
*/
static void argsRead(MigContext *p, MigArgs *pArgs, int argc,
                     sqlite3_value **argv) {
  const MigFunction *pFunction = pArgs->pFunction;
  const char *zOptions = 0;
  const char *zLast = 0;

  pArgs->a = argv;
  if (argc > pFunction->nMax &&
      (pFunction->flags & (MIG_F_ACTS | MIG_F_OPTIONS)) &&
      sqlite3_value_type(argv[argc - 1]) == SQLITE_NULL) {
    argc--; /* options that are left out */
  }
  pArgs->n = argc;
  if (argc > 0 && sqlite3_value_type(argv[argc - 1]) == SQLITE_TEXT) {
    zLast = (const char *)sqlite3_value_text(argv[argc - 1]);
    if (zLast == 0) {
      migNomem(p);
    }
  }
  if (zLast && zLast[0] == '{' &&
      (pFunction->flags & (MIG_F_ACTS | MIG_F_OPTIONS)) &&
      !((pFunction->flags & MIG_F_TEXT) && argc == 1)) {
    zOptions = migStrdup(p, zLast);
    pArgs->n--;
    if (!migIsUtf8(zLast, (i64)strlen(zLast))) {
      migFail(p, MIG_USAGE, "the options of %s are not UTF-8",
              pFunction->zName);
    }
  }
  if (pArgs->n < pFunction->nMin || pArgs->n > pFunction->nMax) {
    migFail(p, MIG_USAGE, "wrong number of arguments; call it as %s%s",
            pFunction->zUsage,
            (pFunction->flags & (MIG_F_ACTS | MIG_F_OPTIONS))
                ? ", with a JSON object of options last"
                : "");
  }
  migOptionsRead(p, zOptions, pFunction->zName, &pArgs->options);
  migOptionsCall(p, &pArgs->options, &pArgs->call);
  if (callActs(pFunction, pArgs->n) && p->rc == SQLITE_OK) {
    migSchemaLoad(p, pArgs->call.msWait < 0 ? MIG_WAIT : pArgs->call.msWait);
  }
}

/* Hand the error of a call to SQLite, its code behind the message, which would
** reset it. Where there was no memory for a message, SQLite's own says so. */
static void resultError(MigContext *p, sqlite3_context *pCtx) {
  if ((p->rc & 0xff) == SQLITE_NOMEM || p->zError == 0) {
    sqlite3_result_error_nomem(pCtx);
  } else {
    migWordingError(p);
    sqlite3_result_error(pCtx, p->zError, -1);
    sqlite3_result_error_code(pCtx, p->rc);
  }
}

/* An acting call: from the right place, alone, and once. The result goes to
** pCtx; an error stays in p. What must be undone in any case is: bRunning as it
** was, and settings of the connection, as far as they can be put back while the
** statement runs. */
static void functionAct(MigContext *p, MigArgs *pArgs, sqlite3_context *pCtx,
                        int argc, sqlite3_value **argv) {
  MigConnection *pConn = pArgs->pConn;
  int bDone = 0;
  int bRunning;
  char *zResult;
  MigOnce *pOnce =
      migOnceFind(p, pCtx, pArgs->pFunction->zName, argc, argv, &bDone);

  if (bDone) {
    migOnceResult(pOnce, pCtx);
    return;
  }
  migCallerActing(p, pConn, pArgs->pFunction->zName,
                  (pArgs->pFunction->flags & MIG_F_SCRIPT) != 0);
  if (p->rc) {
    return;
  }
  bRunning = pConn->bRunning;
  pConn->bRunning = 1;
  if (!bRunning) {
    migKnownBegin(pConn);
    /* Kept statements serve the next new revision alone (run/change.c). */
    if (pArgs->pFunction->xCall != migActingRevision) {
      migStatementsDrop(&pConn->pKept);
    }
    migTransactionLeftOpen(p, pConn);
  }
  argsRead(p, pArgs, argc, argv);
  zResult = p->rc ? 0 : pArgs->pFunction->xCall(p, pArgs);
  pConn->bRunning = bRunning;
  migSettingsRestoreLate(pConn);
  if (p->rc == SQLITE_OK) {
    int flags = pArgs->pFunction->flags;
    migOnceKeep(pOnce, zResult,
                (flags & MIG_F_JSON)  ? JSON_SUBTYPE
                : (flags & MIG_F_INT) ? MIG_ONCE_INT
                                      : 0);
    migOnceResult(pOnce, pCtx);
  } else {
    sqlite3_free(zResult);
  }
}

/* A showing call. The result goes to pCtx, which then owns it; an error stays
** in p. Settings of the file as a whole are marked as JSON, a single one is a
** text. */
static void functionShow(MigContext *p, MigArgs *pArgs, sqlite3_context *pCtx,
                         int argc, sqlite3_value **argv) {
  char *zResult;

  migCallerShowing(p, pArgs->pFunction->zName, 1);
  argsRead(p, pArgs, argc, argv);
  zResult = p->rc ? 0 : pArgs->pFunction->xCall(p, pArgs);
  if (p->rc == SQLITE_OK && zResult) {
    sqlite3_result_text(pCtx, zResult, -1, sqlite3_free);
    if (pArgs->pFunction->xCall == migActingConfig &&
        !migArgText(p, pArgs, 0, 0)) {
      sqlite3_result_subtype(pCtx, JSON_SUBTYPE);
    }
  } else {
    sqlite3_free(zResult);
  }
}

/* What is registered for one function; functionFree() frees it. */
typedef struct FunctionData {
  MigConnection *pConn;
  const MigFunction *pFunction;
} FunctionData;

/* A call by a script's statement works in the context of the run, which
** outlives it, and leaves its error there. */
static void functionScript(FunctionData *pData, sqlite3_context *pCtx, int argc,
                           sqlite3_value **argv) {
  MigContext *p = pData->pConn->pExecution->p;
  MigArgs args;

  memset(&args, 0, sizeof(args));
  args.pConn = pData->pConn;
  args.pFunction = pData->pFunction;
  functionAct(p, &args, pCtx, argc, argv);
  if (p->rc) {
    sqlite3_result_error(pCtx, p->zError ? p->zError : "out of memory", -1);
    sqlite3_result_error_code(pCtx, p->rc);
  }
}

/* What SQLite calls for every function of ours: the one place that makes the
** context of a call and ends it. Settings that an earlier call could not put
** back are tried first. */
static void functionCall(sqlite3_context *pCtx, int argc,
                         sqlite3_value **argv) {
  FunctionData *pData = sqlite3_user_data(pCtx);
  MigContext context;
  MigArgs args;

  if ((pData->pFunction->flags & MIG_F_SCRIPT) && pData->pConn->pExecution) {
    functionScript(pData, pCtx, argc, argv);
    return;
  }
  migContextInit(&context, sqlite3_context_db_handle(pCtx));
  memset(&args, 0, sizeof(args));
  args.pConn = pData->pConn;
  args.pFunction = pData->pFunction;
  migSettingsRestoreLate(pData->pConn);
  if (callActs(pData->pFunction, argc)) {
    functionAct(&context, &args, pCtx, argc, argv);
  } else {
    functionShow(&context, &args, pCtx, argc, argv);
  }
  migStatementsClose(&context);
  if (context.rc) {
    resultError(&context, pCtx);
  }
  migContextClear(&context);
}

/* ---- registration ---- */

/* One holder of the connection's data lets go; the last one frees it. Functions
** and modules are destroyed by SQLite in whatever order, when the connection is
** closed or another extension takes their names. */
void migConnectionFree(void *pArg) {
  MigConnection *pConn = pArg;

  if (--pConn->nRef == 0) {
    migSettingsForget(pConn);
    sqlite3_free(pConn);
  }
}

/* SQLite lets a function go. */
static void functionFree(void *pArg) {
  FunctionData *pData = pArg;

  migConnectionFree(pData->pConn);
  sqlite3_free(pData);
}

/*
** Register every function on db. Each holds a reference to pConn. Returns a
** result code of SQLite; after a failure those that are registered stay so, and
** let go when the connection is closed. (sqlite3_create_function_v2() calls the
** destructor also when it fails.) Functions of that name take any number of
** arguments, so that it is us who word the error.
*/
int migFunctionsRegister(sqlite3 *db, MigConnection *pConn) {
  int rc = SQLITE_OK;
  int i;

  for (i = 0; i < migFunctionCount() && rc == SQLITE_OK; i++) {
    FunctionData *pData = sqlite3_malloc64(sizeof(*pData));
    if (pData == 0) {
      return SQLITE_NOMEM;
    }
    pData->pConn = pConn;
    pData->pFunction = &aFunction[i];
    pConn->nRef++;
    rc = sqlite3_create_function_v2(db, aFunction[i].zName, -1,
                                    SQLITE_UTF8 | SQLITE_DIRECTONLY |
                                        SQLITE_RESULT_SUBTYPE,
                                    pData, functionCall, 0, 0, functionFree);
  }
  return rc;
}
