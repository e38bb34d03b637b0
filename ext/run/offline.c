/*
** offline.c - a range of revisions as a script for SQLite without us.
**
** The script, in this order:
**   header, .bail on, PRAGMA foreign_keys=OFF where a step wants it, CHECKs on
**   BEGIN IMMEDIATE, guards                                  (ledgerguard.c)
**   revisions that the file lacks                            (ledgerrevision.c)
**   the steps                                                (plainscript.c)
**   applied set, history, facts                              (ledger.c)
**   were all guards passed?                                  (tally.c)
**   COMMIT
** From BEGIN IMMEDIATE on it is put together in offlinebody.c.
**
** In a shell that goes on behind an error nothing of a transaction is kept when
** a guard was not passed, or rows could not be copied. That a statement of a
** revision has failed no SQL can see, so the header says how it is to be run.
**
** The text is made in another order than it is read in. What stands in its
** header is known only when all steps were looked at, and a step's SQL only
** when it was replayed, behind those before it:
**
**   plan -> load and check all steps                         (offlineplan.c)
**        -> replay what is before them                       (offlineschema.c)
**        -> for each transaction: guards, steps (each replayed, then written),
**           rows of the store                                (offlinebody.c)
**        -> header, in front
**
** Nothing is written to this file. Limits: rows of a table that this file does
** not know of are not guarded, and a migrate_table() in a WHERE or over rows is
** expanded as for empty tables.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "settings.h"
#include "store.h"
#include "waiting.h"
#include "offlinebody.h"
#include "offlineschema.h"
#include "offline.h"

/* ---- the header ---- */

/* Comments: what the script does, and what whoever runs it must know. zTo are
** the current heads at its end, "" or NULL for base. */
static void headerComments(MigContext *p, const MigOffline *po, const char *zTo,
                           MigText *pOut) {
  int nLast = po->plan.nStep - 1;
  int i;

  migTextF(p, pOut,
           "-- %s from %s to %s, made by migrate %s.\n"
           "-- It needs nothing but SQLite: %s\n"
           "-- Run it so that it stops at the first error: the open transaction"
           " is undone then\n"
           "-- as soon as the connection is closed; where it stays open, say"
           " ROLLBACK. %s\n",
           po->plan.bDown ? "downgrade" : "upgrade",
           po->zFrom && *po->zFrom ? po->zFrom : "base",
           zTo && *zTo ? zTo : "base", MIGRATE_VERSION,
           po->pSpec->bShell ? "sqlite3 -bail FILE < SCRIPT, or .read SCRIPT."
                             : "hand it to sqlite3_exec() as a whole,\n"
                               "-- or to sqlite3 -bail.",
           po->pSpec->bShell
               ? "At a\n"
                 "-- prompt it would go on: do not paste it there."
               : "In a\n"
                 "-- shell that goes on, what follows is done"
                 " without the statement that failed.");
  for (i = 0; i <= nLast; i++) {
    if (po->aStep[i].script.eMode == MIG_SCRIPT_ALONE) {
      migTextF(p, pOut,
               "-- Revision %s runs outside of transactions; what is before it"
               " is committed then.\n",
               po->aStep[i].rev.zId);
    }
  }
  if (po->bAlters) {
    migTextStr(
        p, pOut,
        "-- Tables are dropped or altered, or a script wants it so: foreign"
        " keys are off,\n"
        "-- DELETE and UPDATE in it do not cascade. They stay off on this"
        " connection.\n");
  }
  if (po->bReturns && po->pSpec->bShell) {
    migTextStr(p, pOut,
               "-- It has lines that end with CR LF, which the sqlite3 shell"
               " reads as LF.\n");
  }
}

/* What is set on the connection, and in the shell, in front of all. The shell
** may have been built, or told, to take no strings in double quotes, which the
** application's connection takes: .dbconfig is for that. foreign_keys is a
** no-op inside a transaction (pragma.html), so it stands in front of BEGIN. */
static void headerSettings(MigContext *p, const MigOffline *po, MigText *pOut) {
  if (po->pSpec->bShell) {
    migTextStr(p, pOut, ".bail on\n");
    migTextStr(p, pOut,
               po->bQuotes ? ".dbconfig dqs_ddl on\n.dbconfig dqs_dml on\n"
                           : "");
  }
  migTextStr(p, pOut, po->bAlters ? "PRAGMA foreign_keys=OFF;\n" : "");
  migTextStr(p, pOut, po->pSpec->bBookkeeping ? MIG_CHECKS_ON : "");
}

/* ---- all of it ---- */

/* Write the script of the plan, of which there is a step at least; its text, in
** the arena, NULL after an error. */
static const char *planWrite(MigContext *p, MigOffline *po) {
  MigText text = {0, 0, 0};
  char *zTo;

  po->ledger.pOut = &po->body;
  po->ledger.pGraph = po->live.pGraph;
  po->ledger.iVersion = po->bStore;
  po->ledger.bDown = po->plan.bDown;
  po->ledger.iLevel = (int)migSettingInt(p, po->bStore, "zlib_level");
  po->ledger.zMirror = migSettingText(p, po->bStore, "mirror");
  po->zFrom = migStateNames(p, &po->now, &po->now.current);
  migOfflinePlanSteps(p, po);
  migOfflineSchemaStart(p, po);
  migOfflineSchemaLook(p, po);
  migOfflineBodyWrite(p, po);
  if (p->rc) {
    return 0;
  }
  po->now.current = migGraphCurrent(p, po->live.pGraph, &po->now.applied);
  zTo = migStateNames(p, &po->now, &po->now.current);
  headerComments(p, po, zTo, &text);
  headerSettings(p, po, &text);
  migTextAdd(p, &text, migTextZ(&po->body), po->body.n);
  return migTextZ(&text);
}

/*
** The script of a range, for the caller to free with sqlite3_free(); "" when
** there is nothing to do, NULL after an error. Nothing is written, and no
** statement of a script runs on the user's database: all under one read
** transaction of its own. Without a store there are no revisions.
**
** Errors: those of targets and plans, IRREVERSIBLE, those of scripts and of
** their replay, STORE_DAMAGED for scripts that are not of their checksum,
** UNSUPPORTED for a revision that is applied in part, and for what the sqlite3
** shell would read otherwise.
*/
char *migOfflineScript(MigContext *p, const MigOfflineSpec *pSpec) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  const char *z = "";
  MigOffline offline;

  memset(&offline, 0, sizeof(offline));
  offline.pSpec = pSpec;
  offline.bStore = migStoreOpen(p);
  migStateRead(p, offline.bStore, &offline.live);
  if (p->rc == SQLITE_OK) {
    migOfflinePlanRange(p, &offline);
  }
  if (p->rc == SQLITE_OK && offline.plan.nStep) {
    z = planWrite(p, &offline);
  }
  migScratchClose(p, offline.pScratch);
  migFinalize(p, pRead);
  return migResultText(p, z);
}
