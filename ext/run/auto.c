/*
** auto.c - what an application calls at its start.
**
** Whatever the file is, afterwards it is at its heads:
**
**   new          no tables: every revision is run
**   unversioned  tables, and no revision is applied: those that have made the
**                schema are found (recognize.c) and stamped, then what is
**                pending is run. NO_BASELINE when none fits: the schema must
**                then be taken for what it is, by a baseline
**   versioned    what is pending is run
**   up to date   nothing
**
** With a folder its new files are imported first, when it looks different from
** the last time; while nothing is new that only reads. An empty one, while
** nothing is stored, is that of a release without migrations.
**
** Pending revisions that came from files and are not in the folder are left, as
** is what stands on them (leave.c): they are those of a newer release, whose
** upgrade failed, or were withdrawn.
**
** Import, stamp and upgrade are calls of their own, each whole or not at all:
** after a failed upgrade the scripts are in the file, pending. Only in a dry
** run are they parts of one transaction, which is undone. Each that writes
** leaves its own row of history; there is none for this call.
**
** Every start of an application comes through here, and most have nothing to
** do. So the cheap questions come first, under reads, and the write lock is
** asked for by the verb that needs it, which looks again. A start that finds
** nothing to do waits for no write lock.
**
** The result is one JSON object
**
**   {"did":"upgrade","import":{..},"stamp":null,"upgrade":{..},
**    "error":null,"notes":[]}
**
** in which import, stamp and upgrade are what these calls return, null where
** they did nothing, and notes are texts about revisions that were left.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "catalog.h"
#include "change.h"
#include "folder.h"
#include "plan.h"
#include "recognize.h"
#include "state.h"
#include "run.h"
#include "stamp.h"
#include "store.h"
#include "transaction.h"
#include "waiting.h"
#include "auto.h"

/* A call, and what its parts have returned. */
typedef struct Auto {
  char *zImport; /* JSON objects, NULL: not done; to be freed */
  char *zStamp;
  char *zError;       /* message, when it is reported; to be freed */
  char *zResult;      /* all of it, when an upgrade has made it; to be freed */
  MigCall call;       /* of these calls: inside dry they commit */
  MigLeave leave;     /* what the folder has, and what is left because of it */
  int bDry;           /* a dry run was asked for */
  MigTransaction dry; /* around them in a dry run; not open: nothing written */
} Auto;

/* ---- dry runs ---- */

/*
** Import and stamp are about to write. In a dry run what follows must find what
** they do, so that they are not undone one by one: a transaction around all of
** them is. It is begun once, by the first that writes, and they then commit
** into it; the upgrade inside it is one transaction, whatever setting
** transaction says.
*/
static void dryBegin(MigContext *p, MigConnection *pConn, Auto *pAuto) {
  if (pAuto->bDry && p->rc == SQLITE_OK && !pAuto->dry.bOpen) {
    i64 msWait;
    int bDeterministic; /* as the calls inside find it */
    migChangeSettings(p, pConn, &pAuto->call, &msWait, &bDeterministic);
    migTransactionBegin(p, &pAuto->dry, pConn, msWait, 0, 0);
    pAuto->call.bDryRun = 0;
    pAuto->call.zTransaction = "run";
  }
}

/* One of the calls has ended; the transaction, if there is one, is ours again.
** Its veto was taken off by the end of the inner one, and what undoes it may
** have expired. */
static void callEnded(MigContext *p, MigConnection *pConn, Auto *pAuto) {
  migStatementsClose(p);
  if (pAuto->dry.bOpen) {
    pConn->bVeto = !sqlite3_get_autocommit(p->db);
    migTransactionCheck(p, &pAuto->dry, "a script");
    migTransactionArm(p, &pAuto->dry);
  }
}

/* ---- an unversioned file ---- */

/* Has the schema an object of the user's? Not our tables, nor those of SQLite
** and other tools. 0 after an error. */
static int schemaUsed(MigContext *p) {
  MigModel model;
  int i;

  migCatalogRead(p, &model);
  for (i = 0; i < model.nObject && p->rc == SQLITE_OK; i++) {
    if (model.aObject[i].eSkip == MIG_SKIP_NO) {
      return 1;
    }
  }
  return 0;
}

/* The targets to stamp a file with that has tables and no record, by commas, in
** the arena; NULL when it is not such a file. NO_BASELINE, AMBIGUOUS. It holds
** a read transaction of its own. */
static const char *baselineFind(MigContext *p, const MigCall *pCall) {
  sqlite3_stmt *pRead =
      migReadBegin(p, pCall->msWait < 0 ? MIG_WAIT : pCall->msWait);
  const char *zTargets = 0;
  MigState state;

  if (p->rc == SQLITE_OK && migStoreOpen(p) && migMetaInt(p, "pending") > 0 &&
      !migQueryInt(p, 0,
                   "SELECT EXISTS(SELECT 1 FROM main._migrate_applied)") &&
      schemaUsed(p)) {
    migStateRead(p, 1, &state);
    zTargets = p->rc ? 0 : migRecognize(p, &state);
    if (p->rc == SQLITE_OK && zTargets == 0) {
      migFail(p, MIG_NO_BASELINE,
              "the file has tables, and no revision makes its schema; see"
              " migrate_diff(a revision, 'live'), then migrate_stamp() it; or"
              " begin with what is there: migrate_revision('baseline', NULL,"
              " NULL, '{\"baseline\":true}') in a file without revisions; or"
              " migrate_adopt() when another tool made it");
    }
  }
  migFinalize(p, pRead);
  return zTargets;
}

/* ---- the steps ---- */

/*
** Import what is new in the folder. As long as nothing is, that takes no more
** than a read. Returns 1 when nothing was to be read, and nothing is pending:
** the call is at its end.
**
** From cheap to dear: does the folder look as it did (looks.c); are its files
** all known, by reading them; else they are imported. What was found out about
** known files is a part of the result only when the folder looks different
** since its last import; else it was said before.
*/
static int autoImport(MigContext *p, MigConnection *pConn,
                      const MigAutoSpec *pSpec, Auto *pAuto) {
  const char *zFolder = pSpec->zFolder;
  MigImportSeen seen;
  char *zKnown;

  memset(&seen, 0, sizeof(seen));
  pAuto->leave.zFolder = zFolder;
  if (migLooksSame(p, &pAuto->call, zFolder, pSpec->zFormat, pSpec->pHolders,
                   &seen)) {
    return 1;
  }
  if (p->rc || migLooksEmpty(p, &pAuto->call, zFolder)) {
    return 0;
  }
  zKnown = migImportKnown(p, &pAuto->call, zFolder, pSpec->zFormat,
                          pSpec->pHolders, &seen);
  migStatementsClose(p);
  if (zKnown && !seen.bSame) {
    pAuto->zImport = zKnown;
    if (seen.zLooks[0] && !pAuto->bDry) {
      migLooksKeep(p, pConn, &seen);
    }
  } else if (zKnown) {
    sqlite3_free(zKnown); /* as it was said before */
  } else if (p->rc == SQLITE_OK) {
    dryBegin(p, pConn, pAuto);
    pAuto->zImport = migImportSeen(p, pConn, &pAuto->call, zFolder,
                                   pSpec->zFormat, pSpec->pHolders, &seen);
    callEnded(p, pConn, pAuto);
  }
  pAuto->leave.has = seen.has;
  return 0;
}

/* The result up to the value of upgrade, in the arena. zDid is one of our own
** words. */
static char *resultStart(MigContext *p, const Auto *pAuto, const char *zDid) {
  return migPrintf(p, "{\"did\":\"%s\",\"import\":%s,\"stamp\":%s,\"upgrade\":",
                   zDid, pAuto->zImport ? pAuto->zImport : "null",
                   pAuto->zStamp ? pAuto->zStamp : "null");
}

/* Run what is pending, but for what is left. When something is, the run makes
** the whole result before it commits, around its own: that must be the last
** thing that can fail. When no step has run, what it says is thrown away. */
static void autoUpgrade(MigContext *p, MigConnection *pConn,
                        const MigAutoSpec *pSpec, Auto *pAuto) {
  MigRunSpec heads = {"heads", 0, pSpec->eUntil, 0, 0, 0, 0, 0};
  const char *zSteps = "\"steps\":[{";
  char *zResult;

  heads.zBefore = resultStart(p, pAuto, "upgrade");
  heads.zAfter = ",\"error\":null,\"notes\":[";
  heads.pLeave = pSpec->zFolder ? &pAuto->leave : 0;
  pAuto->call.bDryRun = pAuto->bDry;
  zResult = p->rc ? 0 : migRunTarget(p, pConn, &pAuto->call, &heads);
  if (p->rc == SQLITE_OK && strstr(zResult, zSteps)) {
    pAuto->zResult = zResult;
  } else {
    sqlite3_free(zResult);
  }
}

/* Import, stamp, upgrade, as far as there is something to do. After an error
** pAuto holds what the calls before it have returned. */
static void autoSteps(MigContext *p, MigConnection *pConn,
                      const MigAutoSpec *pSpec, Auto *pAuto) {
  const char *zTargets;

  if (pSpec->zFolder && autoImport(p, pConn, pSpec, pAuto)) {
    return;
  }
  zTargets = p->rc ? 0 : baselineFind(p, &pAuto->call);
  migStatementsClose(p);
  if (p->rc == SQLITE_OK && zTargets) {
    dryBegin(p, pConn, pAuto);
    pAuto->zStamp = migStamp(p, pConn, &pAuto->call, zTargets, 0, 0);
    callEnded(p, pConn, pAuto);
  }
  autoUpgrade(p, pConn, pSpec, pAuto);
}

/* ---- all of it ---- */

/* May the error become a part of the result? Not when nothing can be said, nor
** when the transaction of the caller is not what it was. */
static int errorReported(const MigContext *p, int bAutocommit) {
  return p->zError && (p->rc & 0xff) != SQLITE_INTERRUPT &&
         sqlite3_get_autocommit(p->db) == bAutocommit;
}

/*
** Bring the file to its heads, or with pSpec->eUntil to where that phase
** begins. Returns the JSON object {did, import, stamp, upgrade, error, notes}
** for the caller to free; did is nothing, stamp, upgrade or, with bReport after
** an error, failed. An import alone is nothing: it leaves the schema as it is.
**
** Errors: those of import, stamp and upgrade, NO_BASELINE, AMBIGUOUS. After one
** the calls before it stay done, but in a dry run or when it is the caller who
** undoes his transaction. With bReport an error becomes the field error and
** p->rc is SQLITE_OK, unless it is an interrupt, has no message or has ended
** the caller's transaction.
*/
char *migAuto(MigContext *p, MigConnection *pConn, const MigCall *pCall,
              const MigAutoSpec *pSpec) {
  int bAutocommit = sqlite3_get_autocommit(p->db);
  MigText text = {0, 0, 0};
  Auto done;

  memset(&done, 0, sizeof(done));
  done.call = *pCall;
  done.bDry = pCall->bDryRun;
  autoSteps(p, pConn, pSpec, &done);
  migStatementsClose(p);
  migTransactionUndo(p, &done.dry);
  if (p->rc && pSpec->bReport && errorReported(p, bAutocommit)) {
    done.zError = sqlite3_mprintf("%s", p->zError);
    migErrorClear(p);
    if (done.zError == 0) {
      migNomem(p);
    }
  }
  if (p->rc == SQLITE_OK && done.zResult == 0) {
    migTextStr(p, &text,
               resultStart(p, &done,
                           done.zError   ? "failed"
                           : done.zStamp ? "stamp"
                                         : "nothing"));
    migTextStr(p, &text, "null,\"error\":");
    if (done.zError) {
      migTextJson(p, &text, done.zError);
    } else {
      migTextStr(p, &text, "null");
    }
    migTextF(p, &text, ",\"notes\":[%s]}",
             done.leave.zNotes ? done.leave.zNotes : "");
    done.zResult = migResultText(p, text.z);
  }
  sqlite3_free(done.zImport);
  sqlite3_free(done.zStamp);
  sqlite3_free(done.zError);
  if (p->rc) {
    sqlite3_free(done.zResult);
    done.zResult = 0;
  }
  return done.zResult;
}
