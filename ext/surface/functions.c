/*
** functions.c - the SQL functions.
**
** aFunction lists them; one implementation serves all. It makes the context,
** tests from where the call comes, takes the options off the arguments and
** hands the rest to a thin wrapper that calls the floors below. A last
** argument that begins with { is the options, wherever it stands, except
** where a single argument is a message.
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
#include "migrate.h"
#include "sql.h"
#include "text.h"
#include "os.h"
#include "store.h"
#include "settings.h"
#include "run.h"
#include "auto.h"
#include "trial.h"
#include "export.h"
#include "adopt.h"
#include "offline.h"
#include "stamp.h"
#include "generated.h"
#include "maketable.h"
#include "execute.h"
#include "backups.h"
#include "backups_restore.h"
#include "backups_downgrade.h"
#include "configure.h"
#include "show.h"
#include "health.h"
#include "known.h"
#include "connection.h"
#include "transaction.h"
#include "once.h"
#include "draw.h"
#include "functions.h"
#include "wording.h"

#ifndef SQLITE_RESULT_SUBTYPE
#define SQLITE_RESULT_SUBTYPE 0x001000000 /* since 3.45 */
#endif
#define JSON_SUBTYPE 74 /* 'J', SQLite's mark for JSON texts */

/* A call under way. Its values are SQLite's, and last as long as the call. */
struct MigArgs {
  MigConnection *pConn;
  const MigFunction *pFunction; /* what is called: a row of aFunction */
  int n;                        /* without the options */
  sqlite3_value **a;  /* n of them are arguments; options may be behind */
  MigOptions options; /* as given; none of them unknown to the function */
  MigCall call;       /* the common options */
};

/* ---- arguments ---- */

/* Argument i as text in the arena; zDefault, not copied, when absent or NULL,
** and after an error. Numbers and blobs are taken as text. USAGE for a zero
** byte, behind which the text would be cut, and for what is not UTF-8. */
static const char *argText(MigContext *p, MigArgs *pArgs, int i,
                           const char *zDefault) {
  const char *z;

  if (p->rc || i >= pArgs->n ||
      sqlite3_value_type(pArgs->a[i]) == SQLITE_NULL) {
    return zDefault;
  }
  z = (const char *)sqlite3_value_text(pArgs->a[i]);
  if (z == 0) {
    migNomem(p);
  } else if ((i64)strlen(z) != sqlite3_value_bytes(pArgs->a[i])) {
    migFail(p, MIG_USAGE, "argument %d of %s holds a zero byte", i + 1,
            pArgs->pFunction->zName);
  } else if (!migIsUtf8(z, (i64)strlen(z))) {
    migFail(p, MIG_USAGE, "argument %d of %s is not UTF-8", i + 1,
            pArgs->pFunction->zName);
  }
  return migStrdup(p, z);
}

/* Argument i as a script: *pn bytes that may hold anything, a zero byte behind.
** NULL when absent or NULL, and out of memory. Not copied: SQLite's own text of
** the argument, which stays while nothing else asks for another form of it.
** TOO_BIG. */
static const char *argScript(MigContext *p, MigArgs *pArgs, int i, i64 *pn) {
  const char *z;

  *pn = 0;
  if (p->rc || i >= pArgs->n ||
      sqlite3_value_type(pArgs->a[i]) == SQLITE_NULL) {
    return 0;
  }
  z = (const char *)sqlite3_value_text(pArgs->a[i]);
  if (z == 0) {
    migNomem(p);
    return 0;
  }
  *pn = sqlite3_value_bytes(pArgs->a[i]);
  if (*pn > MIGRATE_MAX_SCRIPT) {
    /* unreached: takes 256 MiB */
    migFail(p, MIG_TOO_BIG, "a script has more than %d bytes",
            MIGRATE_MAX_SCRIPT);
  }
  return z;
}

/* Argument i as a schema, in the arena; NULL is USAGE. What it names, a text, a
** file or a revision, is found out by run/source.c. */
static MigSchemaText argSchema(MigContext *p, MigArgs *pArgs, int i) {
  MigSchemaText schema;

  schema.z = argScript(p, pArgs, i, &schema.n);
  if (p->rc == SQLITE_OK && schema.z == 0) {
    migFail(p, MIG_USAGE,
            "argument %d of %s is a schema and may not be NULL: a text,"
            " '@file', 'live', or a revision",
            i + 1, pArgs->pFunction->zName);
  }
  /* another use of the argument may move the value's text */
  schema.z = p->rc ? 0 : migStrndup(p, schema.z, schema.n);
  return schema;
}

/* A whole number of at most 18 digits, which cannot overflow; -1 for any other
** text, a sign or blanks included. */
static i64 numberRead(const char *z) {
  i64 v = 0;
  int n;

  for (n = 0; n < 18 && migIsDigit(z[n]); n++) {
    v = v * 10 + (z[n] - '0');
  }
  return n > 0 && z[n] == 0 ? v : -1;
}

/* ---- the functions ---- */

/*
** The C side of one SQL function each: it turns arguments and own options into
** what the function of run/ wants, whose result is handed on, for SQLite to
** free. The common options are in pArgs->call already. Where nothing else is
** said, an acting function changes the file in one write transaction, and a
** showing one reads it in one read transaction, which run/ begins and ends.
** Some functions of run/ must not be called after an error; those are tested
** for before.
*/

/* The version of the extension, MIGRATE_VERSION. No file is looked at. */
static char *callVersion(MigContext *p, MigArgs *pArgs) {
  MIG_UNUSED(pArgs);
  return migResultText(p, MIGRATE_VERSION);
}

/* configure.c. No option of its own. The write transaction is only begun when
** there is no store yet, or one of an older version. */
static char *callInit(MigContext *p, MigArgs *pArgs) {
  return migConfigureInit(p, pArgs->pConn, &pArgs->call);
}

/* Options of a new revision but parent, which merge has not: id, splice, label,
** depends_on, created_at. USAGE for a time that cannot be read. Texts are in
** the arena. */
static void specOptions(MigContext *p, MigArgs *pArgs, MigRevisionSpec *pSpec) {
  const MigOptions *pOpt = &pArgs->options;
  const char *zCreated = migOptionText(p, pOpt, "created_at");

  pSpec->zId = migOptionText(p, pOpt, "id");
  pSpec->bSplice = migOptionBool(p, pOpt, "splice", 0);
  pSpec->labels = migOptionList(p, pOpt, "label");
  pSpec->depends = migOptionList(p, pOpt, "depends_on");
  if (zCreated) {
    pSpec->zCreatedAt = migTimeText(p, migTimeRead(p, zCreated, "created_at"));
  }
}

/* migrate_revision() with option baseline, to which option replace belongs;
** generated.c. A baseline has its scripts and its place from the file, so USAGE
** for whoever gives them. */
static char *baselineCall(MigContext *p, MigArgs *pArgs,
                          MigRevisionSpec *pSpec) {
  int bReplace = migOptionBool(p, &pArgs->options, "replace", 0);

  if (p->rc == SQLITE_OK &&
      (pSpec->zUp || pSpec->zDown || pSpec->bParent || pSpec->depends.n)) {
    migFail(p, MIG_USAGE,
            "a baseline makes its scripts from the schema and builds on"
            " nothing; leave up, down, parent and depends_on out");
  }
  return p->rc ? 0
               : migBaseline(p, pArgs->pConn, &pArgs->call, pSpec, bReplace);
}

/* author.c adds the revision and returns its id. Options: those of
** specOptions(), and parent, baseline, replace. A script that is NULL is none;
** without option parent it builds on the head. */
static char *callRevision(MigContext *p, MigArgs *pArgs) {
  MigRevisionSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zAction = "revision";
  spec.zMessage = argText(p, pArgs, 0, "");
  spec.zUp = argScript(p, pArgs, 1, &spec.nUp);
  spec.zDown = argScript(p, pArgs, 2, &spec.nDown);
  spec.bParent = migOptionGiven(&pArgs->options, "parent");
  spec.parents = migOptionList(p, &pArgs->options, "parent");
  specOptions(p, pArgs, &spec);
  if (migOptionBool(p, &pArgs->options, "baseline", 0)) {
    return baselineCall(p, pArgs, &spec);
  }
  if (migOptionGiven(&pArgs->options, "replace")) {
    migFail(p, MIG_USAGE,
            "option replace is for a baseline; give"
            " {\"baseline\":true,\"replace\":true}");
  }
  return p->rc ? 0 : migAuthorRevision(p, pArgs->pConn, &pArgs->call, &spec);
}

/* generated.c compares the live schema with the desired one, makes and proves
** the scripts in a scratch database, and adds them as a revision: its id, or
** NULL when nothing differs. Options: those of specOptions(), and parent,
** portable. */
static char *callAutogenerate(MigContext *p, MigArgs *pArgs) {
  int bPortable = migOptionBool(p, &pArgs->options, "portable", 0);
  MigSchemaText desired = argSchema(p, pArgs, 1);
  MigRevisionSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zAction = "revision";
  spec.zMessage = argText(p, pArgs, 0, "");
  spec.bParent = migOptionGiven(&pArgs->options, "parent");
  spec.parents = migOptionList(p, &pArgs->options, "parent");
  specOptions(p, pArgs, &spec);
  return p->rc ? 0
               : migGenerated(p, pArgs->pConn, &pArgs->call, &spec, &desired,
                              bPortable);
}

/* schemas.c; nothing is stored. Option portable. */
static char *callDiff(MigContext *p, MigArgs *pArgs) {
  int bPortable = migOptionBool(p, &pArgs->options, "portable", 0);
  MigSchemaText from = argSchema(p, pArgs, 0);
  MigSchemaText to = argSchema(p, pArgs, 1);

  return p->rc ? 0 : migSchemasDiff(p, &from, &to, bPortable);
}

/* schemas.c. With an argument it compares the live schema with that one,
** without with the schema as the last run left it. NULL is USAGE, not the same
** as none: a variable that was not set must not pass as a check of another
** kind. */
static char *callCheck(MigContext *p, MigArgs *pArgs) {
  MigSchemaText desired = {0, 0};

  if (pArgs->n > 0) {
    desired = argSchema(p, pArgs, 0);
  }
  return p->rc ? 0 : migSchemasCheck(p, pArgs->n > 0 ? &desired : 0);
}

/* schemas.c. Without an argument the live schema; NULL is USAGE. */
static char *callDump(MigContext *p, MigArgs *pArgs) {
  MigSchemaText source = {0, 0};

  if (pArgs->n > 0) {
    source = argSchema(p, pArgs, 0);
  }
  return p->rc ? 0 : migSchemasDump(p, pArgs->n > 0 ? &source : 0);
}

/* author.c, as for migrate_revision(): a revision without scripts, of which the
** parents are the targets of the second argument, 'heads' by default, at least
** two. Options: those of specOptions(). */
static char *callMerge(MigContext *p, MigArgs *pArgs) {
  MigRevisionSpec spec;
  const char *zTargets;

  memset(&spec, 0, sizeof(spec));
  spec.zAction = "merge";
  spec.zMessage = argText(p, pArgs, 0, "");
  zTargets = argText(p, pArgs, 1, "heads");
  spec.bParent = spec.bMerge = 1;
  spec.parents = migListSplit(p, zTargets);
  specOptions(p, pArgs, &spec);
  return p->rc ? 0 : migAuthorRevision(p, pArgs->pConn, &pArgs->call, &spec);
}

/* author.c. A script that is NULL stays as it is stored. Option repair. */
static char *callEdit(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = argText(p, pArgs, 0, "");
  int bRepair = migOptionBool(p, &pArgs->options, "repair", 0);
  MigRevision rev;

  memset(&rev, 0, sizeof(rev));
  rev.zUp = argScript(p, pArgs, 1, &rev.nUp);
  rev.zDown = argScript(p, pArgs, 2, &rev.nDown);
  return p->rc ? 0
               : migAuthorEdit(p, pArgs->pConn, &pArgs->call, zTarget, &rev,
                               bRepair);
}

/* author.c. A target that is NULL is an empty one: USAGE. */
static char *callDelete(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = argText(p, pArgs, 0, "");

  return p->rc ? 0 : migAuthorDelete(p, pArgs->pConn, &pArgs->call, zTarget);
}

/* author.c. A label that is NULL takes all labels away. No option of its
** own. */
static char *callLabel(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = argText(p, pArgs, 0, "");
  const char *zLabel = argText(p, pArgs, 1, 0);

  return p->rc ? 0
               : migAuthorLabel(p, pArgs->pConn, &pArgs->call, zTarget, zLabel);
}

/* Option until: a phase, MIG_PHASE_NONE when it is not given. USAGE for another
** word. */
static MigPhase argPhase(MigContext *p, MigArgs *pArgs) {
  const char *z = migOptionText(p, &pArgs->options, "until");
  MigPhase ePhase = z ? migPhaseFind(z, (i64)strlen(z)) : MIG_PHASE_NONE;

  if (p->rc == SQLITE_OK && z && ePhase == MIG_PHASE_NONE) {
    migFail(p, MIG_USAGE,
            "option until is a phase, expand, backfill or contract, not %s", z);
  }
  return ePhase;
}

/* run.c, in one transaction or several, as the plan and option transaction, one
** of the common ones, want it. Own option: until. An empty plan ends under a
** read. */
static char *callUpgrade(MigContext *p, MigArgs *pArgs) {
  MigRunSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zTarget = argText(p, pArgs, 0, "head");
  spec.eUntil = argPhase(p, pArgs);
  return p->rc ? 0 : migRunTarget(p, pArgs->pConn, &pArgs->call, &spec);
}

/* auto.c: import, stamp and upgrade, each in transactions of its own. Options:
** format, placeholders, until, on_error. Without a folder, or with NULL,
** nothing is imported. */
static char *callAuto(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  const char *zError = migOptionText(p, pOpt, "on_error");
  MigPlaceholders map = migOptionMap(p, pOpt, "placeholders");
  MigAutoSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zFolder = argText(p, pArgs, 0, 0);
  spec.zFormat = migOptionText(p, pOpt, "format");
  spec.pHolders = &map;
  spec.eUntil = argPhase(p, pArgs);
  spec.bReport = zError && strcmp(zError, "report") == 0;
  if (p->rc == SQLITE_OK && zError && !spec.bReport &&
      strcmp(zError, "fail") != 0) {
    migFail(p, MIG_USAGE, "option on_error is fail or report, not %s", zError);
  }
  return p->rc ? 0 : migAuto(p, pArgs->pConn, &pArgs->call, &spec);
}

/* run.c works for so many milliseconds, 1000 by default, and a transaction for
** each batch. USAGE below 1 and for what is no whole number. */
static char *callStep(MigContext *p, MigArgs *pArgs) {
  const char *z = argText(p, pArgs, 0, "1000");
  i64 ms = z ? numberRead(z) : -1;

  if (p->rc == SQLITE_OK && ms <= 0) {
    migFail(p, MIG_USAGE,
            "migrate_step() takes the milliseconds to work for, not %s", z);
  }
  return p->rc ? 0 : migStepBatches(p, pArgs->pConn, &pArgs->call, ms);
}

/* trial.c runs revisions up and down in a transaction that is always undone. It
** holds the write lock all the while. No argument, or NULL, is all that is
** pending. */
static char *callTest(MigContext *p, MigArgs *pArgs) {
  const char *zRange = argText(p, pArgs, 0, 0);

  return p->rc ? 0 : migTrial(p, pArgs->pConn, &pArgs->call, zRange);
}

/* run.c runs down scripts, or with option restore backups_downgrade.c restores
** the automatic backup. There is no default for the target. */
static char *callDowngrade(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = argText(p, pArgs, 0, "");
  int bRestore = migOptionBool(p, &pArgs->options, "restore", 0);
  MigRunSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zTarget = zTarget;
  spec.bDown = 1;
  if (p->rc == SQLITE_OK && bRestore) {
    return migBackupsDowngrade(p, pArgs->pConn, &pArgs->call, zTarget);
  }
  return p->rc ? 0 : migRunTarget(p, pArgs->pConn, &pArgs->call, &spec);
}

/* Option to, a path, NULL when it is not given; an empty one is USAGE. Whether
** it is a file or a folder is for file.c to see. */
static const char *optionTo(MigContext *p, MigArgs *pArgs) {
  const char *z = migOptionText(p, &pArgs->options, "to");

  if (z && z[0] == 0) {
    migFail(p, MIG_USAGE,
            "option to is empty; give the path of a new file, or of a folder"
            " that is there");
  }
  return z;
}

/* backups.c. Option to. The number comes back as text; MIG_F_INT makes it an
** integer. */
static char *callBackup(MigContext *p, MigArgs *pArgs) {
  const char *zNote = argText(p, pArgs, 0, 0);
  const char *zTo = optionTo(p, pArgs);

  return p->rc ? 0 : migBackupsTake(p, pArgs->pConn, &pArgs->call, zNote, zTo);
}

/* backups_restore.c. Options: to, tables, force. With to a file is written and
** this one stays as it is. An empty list of tables is USAGE: it would restore
** nothing, or everything, and either could be meant. */
static char *callRestore(MigContext *p, MigArgs *pArgs) {
  MigRestoreSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zBackup = argText(p, pArgs, 0, "");
  if (p->rc == SQLITE_OK && spec.zBackup[0] == 0) {
    migFail(p, MIG_USAGE,
            "migrate_restore() takes the number of a backup, or 'latest'; see"
            " SELECT * FROM migration_backups");
  }
  spec.zTo = optionTo(p, pArgs);
  spec.tables = migOptionList(p, &pArgs->options, "tables");
  spec.bForce = migOptionBool(p, &pArgs->options, "force", 0);
  if (migOptionGiven(&pArgs->options, "tables") && spec.tables.n == 0) {
    migFail(p, MIG_USAGE,
            "option tables is empty; name the tables, or leave it out to"
            " restore everything");
  }
  if (spec.zTo && spec.tables.n) {
    migFail(p, MIG_USAGE,
            "option to writes the whole backup; leave option tables out");
  }
  return p->rc ? 0 : migBackupsRestore(p, pArgs->pConn, &pArgs->call, &spec);
}

/* backups.c. Options: backups, manual. Without an argument, or with NULL, a
** setting says how many stay. With option backups those go and no others: an
** empty list drops none. */
static char *callPrune(MigContext *p, MigArgs *pArgs) {
  const char *z = argText(p, pArgs, 0, 0);
  MigPruneSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.bManual = migOptionBool(p, &pArgs->options, "manual", 0);
  spec.backups = migOptionList(p, &pArgs->options, "backups");
  spec.bKeep = z != 0;
  spec.nKeep = z ? numberRead(z) : 0;
  if (z && migOptionGiven(&pArgs->options, "backups")) {
    migFail(p, MIG_USAGE,
            "migrate_prune() takes a number of backups to keep, or the backups"
            " to drop in option backups, not both; leave one out");
  } else if (migOptionGiven(&pArgs->options, "backups")) {
    spec.bKeep = 1; /* only those that are named, which may be none */
    spec.nKeep = MIG_KEEP_ALL;
  }
  if (z && spec.nKeep < 0) {
    migFail(p, MIG_USAGE,
            "migrate_prune() takes the number of backups to keep, not %s", z);
  }
  return p->rc ? 0 : migBackupsPrune(p, pArgs->pConn, &pArgs->call, &spec);
}

/* stamp.c. Options: purge, force. No script runs. */
static char *callStamp(MigContext *p, MigArgs *pArgs) {
  const char *zTargets = argText(p, pArgs, 0, "");
  int bPurge = migOptionBool(p, &pArgs->options, "purge", 0);
  int bForce = migOptionBool(p, &pArgs->options, "force", 0);

  return p->rc ? 0
               : migStamp(p, pArgs->pConn, &pArgs->call, zTargets, bPurge,
                          bForce);
}

/* export.c writes files, not the database, from what it has read under one read
** transaction. It counts as acting because it must not run twice. Options:
** format, file_template, overwrite. A path that is NULL is USAGE. */
static char *callExport(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  MigExportSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zPath = argText(p, pArgs, 0, 0);
  spec.zFormat = migOptionText(p, pOpt, "format");
  spec.zTemplate = migOptionText(p, pOpt, "file_template");
  spec.bOverwrite = migOptionBool(p, pOpt, "overwrite", 0);
  if (p->rc == SQLITE_OK && spec.zPath == 0) {
    migFail(p, MIG_USAGE, "the path of migrate_export may not be NULL");
  }
  return migExportFolder(p, pArgs->pConn, &pArgs->call, &spec);
}

/* adopt.c. Options: tool, registry, baseline, check, repair. */
static char *callAdopt(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  MigAdoptSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zTool = migOptionText(p, pOpt, "tool");
  spec.zRegistry = migOptionText(p, pOpt, "registry");
  spec.bBaseline = migOptionBool(p, pOpt, "baseline", 0);
  spec.bCheck = migOptionBool(p, pOpt, "check", 0);
  spec.bRepair = migOptionBool(p, pOpt, "repair", 0);
  return migAdopt(p, pArgs->pConn, &pArgs->call, &spec);
}

/* offline.c. Options: shell, bookkeeping, both true by default. A showing
** function: what the script records is recorded by whoever runs it. NULL as the
** range is USAGE. */
static char *callSql(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  MigOfflineSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zRange = argText(p, pArgs, 0, 0);
  spec.bShell = migOptionBool(p, pOpt, "shell", 1);
  spec.bBookkeeping = migOptionBool(p, pOpt, "bookkeeping", 1);
  if (p->rc == SQLITE_OK && spec.zRange == 0) {
    migFail(p, MIG_USAGE, "the range of migrate_sql may not be NULL");
  }
  return migOfflineScript(p, &spec);
}

/* import.c. Options: format, placeholders, repair. NULL as the path is an empty
** one: USAGE. */
static char *callImport(MigContext *p, MigArgs *pArgs) {
  const char *zPath = argText(p, pArgs, 0, "");
  const char *zFormat = migOptionText(p, &pArgs->options, "format");
  int bRepair = migOptionBool(p, &pArgs->options, "repair", 0);
  MigPlaceholders map = migOptionMap(p, &pArgs->options, "placeholders");

  if (p->rc == SQLITE_OK && zPath[0] == 0) {
    migFail(p, MIG_USAGE, "no path; name a folder or a file");
  }
  return p->rc ? 0
               : migImportFolder(p, pArgs->pConn, &pArgs->call, zPath, zFormat,
                                 &map, bRepair);
}

/* show.c answers from the facts of _migrate_meta, in a run from the applied set
** at that point of it. No options, as with all that only show but diff, require
** and sql. */
static char *callCurrent(MigContext *p, MigArgs *pArgs) {
  return migShowCurrent(p, pArgs->pConn);
}

/* show.c, from the facts of _migrate_meta. */
static char *callHeads(MigContext *p, MigArgs *pArgs) {
  return migShowHeads(p, pArgs->pConn);
}

/* show.c. NULL is 'head'. */
static char *callShow(MigContext *p, MigArgs *pArgs) {
  return migShowRevisions(p, argText(p, pArgs, 0, "head"));
}

/* draw.c of this folder. NULL is 'text'. */
static char *callGraph(MigContext *p, MigArgs *pArgs) {
  return migDraw(p, argText(p, pArgs, 0, "text"));
}

/* show.c. Option at_most. NULL is 'heads'. The result is the current heads; who
** asks wants the error. */
static char *callRequire(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = argText(p, pArgs, 0, "heads");
  const char *zAtMost = migOptionText(p, &pArgs->options, "at_most");

  return p->rc ? 0 : migShowRequire(p, pArgs->pConn, zTarget, zAtMost);
}

/* maketable.c, in a change of its own, or when a statement of a script calls it
** as a part of that run. Options: rename, using, changes, check. An empty list
** of changes is not none: then the table may lose nothing. */
static char *callTable(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  MigTableSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zSql = argScript(p, pArgs, 0, &spec.nSql);
  migOptionPairs(p, pOpt, "rename", &spec.renameOld, &spec.renameNew);
  migOptionPairs(p, pOpt, "using", &spec.usingColumn, &spec.usingExpr);
  spec.bChanges = migOptionGiven(pOpt, "changes");
  spec.changes = migOptionList(p, pOpt, "changes");
  spec.bCheck = migOptionBool(p, pOpt, "check", 0);
  if (p->rc == SQLITE_OK && spec.zSql == 0) {
    migFail(p, MIG_USAGE,
            "migrate_table() takes the CREATE TABLE statement that the table is"
            " to have, not NULL");
  }
  return p->rc ? 0 : migMakeTable(p, pArgs->pConn, &pArgs->call, &spec);
}

/* health.c: the table migration_checks in one word. */
static char *callVerify(MigContext *p, MigArgs *pArgs) {
  return migHealthVerify(p, pArgs->pConn);
}

/* With two arguments configure.c sets, and a value that is NULL takes a setting
** back to its default. With fewer show.c shows; a name that is NULL is none. */
static char *callConfig(MigContext *p, MigArgs *pArgs) {
  const char *zName = argText(p, pArgs, 0, 0);
  const char *zValue = argText(p, pArgs, 1, 0);

  if (p->rc) {
    return 0;
  }
  return pArgs->n < 2
             ? migShowSettings(p, zName)
             : migConfigureSet(p, pArgs->pConn, &pArgs->call, zName, zValue);
}

/* All functions, by name, with the number of arguments that each takes without
** the options. Their usage and help are what migration_help shows. */
static const MigFunction aFunction[] = {
    {"migrate_adopt", 0, 0, MIG_F_ACTS | MIG_F_JSON, callAdopt,
     "migrate_adopt()",
     "marks revisions applied as another tool's version table says"},
    {"migrate_auto", 0, 1, MIG_F_ACTS | MIG_F_JSON, callAuto,
     "migrate_auto([folder])",
     "for the start of an application: brings the file up to date"},
    {"migrate_autogenerate", 2, 2, MIG_F_ACTS, callAutogenerate,
     "migrate_autogenerate(message, desired)",
     "adds a revision that makes the schema the desired one"},
    {"migrate_backup", 0, 1, MIG_F_ACTS | MIG_F_INT, callBackup,
     "migrate_backup([note])",
     "takes a backup into the file and returns its number"},
    {"migrate_check", 0, 1, 0, callCheck, "migrate_check([desired])",
     "'ok' if the schema is as desired, or as the last run left it"},
    {"migrate_config", 0, 2, MIG_F_ACTS, callConfig,
     "migrate_config([setting [, value]])",
     "settings of the file: all as JSON, one, or set one"},
    {"migrate_current", 0, 0, 0, callCurrent, "migrate_current()",
     "ids of the current heads, sorted, by commas; NULL when none"},
    {"migrate_delete", 1, 1, MIG_F_ACTS, callDelete, "migrate_delete(revision)",
     "removes a pending revision that nothing builds on"},
    {"migrate_diff", 2, 2, MIG_F_OPTIONS, callDiff, "migrate_diff(from, to)",
     "the script that turns one schema into another"},
    {"migrate_downgrade", 1, 1, MIG_F_ACTS | MIG_F_JSON, callDowngrade,
     "migrate_downgrade(target)", "undoes what lies above target"},
    {"migrate_dump", 0, 1, 0, callDump, "migrate_dump([schema])",
     "a schema as SQL text, by default that of the file"},
    {"migrate_edit", 2, 3, MIG_F_ACTS, callEdit,
     "migrate_edit(revision, up [, down])",
     "replaces the scripts of a revision that is not applied"},
    {"migrate_export", 1, 1, MIG_F_ACTS | MIG_F_JSON, callExport,
     "migrate_export(path)", "writes the stored revisions as a folder"},
    {"migrate_graph", 0, 1, 0, callGraph, "migrate_graph([format])",
     "the revision graph as text (default), dot, mermaid or svg"},
    {"migrate_heads", 0, 0, 0, callHeads, "migrate_heads()",
     "ids of the revisions without children, sorted, by commas"},
    {"migrate_import", 1, 1, MIG_F_ACTS | MIG_F_JSON, callImport,
     "migrate_import(path)", "reads a folder or file of migrations"},
    {"migrate_init", 0, 0, MIG_F_ACTS | MIG_F_INT, callInit, "migrate_init()",
     "makes the store unless it is there; returns its version"},
    {"migrate_label", 2, 2, MIG_F_ACTS, callLabel,
     "migrate_label(revision, label)",
     "gives a revision a branch label; NULL takes its labels away"},
    {"migrate_merge", 1, 2, MIG_F_ACTS | MIG_F_TEXT, callMerge,
     "migrate_merge(message [, revisions])",
     "adds a revision with several parents, by default all heads"},
    {"migrate_prune", 0, 1, MIG_F_ACTS | MIG_F_JSON, callPrune,
     "migrate_prune([keep])",
     "drops old automatic backups and what only they needed"},
    {"migrate_require", 1, 1, MIG_F_OPTIONS, callRequire,
     "migrate_require(revision)",
     "an error unless that revision, or 'heads', is applied"},
    {"migrate_restore", 1, 1, MIG_F_ACTS | MIG_F_JSON, callRestore,
     "migrate_restore(backup)",
     "puts schema, rows and applied set back as in a backup"},
    {"migrate_revision", 1, 3, MIG_F_ACTS | MIG_F_TEXT, callRevision,
     "migrate_revision(message [, up [, down]])",
     "adds a revision and returns its id"},
    {"migrate_show", 1, 1, 0, callShow, "migrate_show(target)",
     "readable text of revisions with both scripts"},
    {"migrate_sql", 1, 1, MIG_F_OPTIONS, callSql, "migrate_sql(range)",
     "a script for lo:hi, up or down, that needs no extension"},
    {"migrate_stamp", 1, 1, MIG_F_ACTS | MIG_F_JSON, callStamp,
     "migrate_stamp(targets)", "sets the applied set without running scripts"},
    {"migrate_step", 0, 1, MIG_F_ACTS | MIG_F_JSON, callStep,
     "migrate_step([ms])",
     "works on the batches of the next revision for so long"},
    {"migrate_table", 1, 1, MIG_F_ACTS | MIG_F_SCRIPT, callTable,
     "migrate_table(create_table)",
     "gives a table this definition by the cheapest safe way"},
    {"migrate_test", 0, 1, MIG_F_ACTS | MIG_F_JSON, callTest,
     "migrate_test([range])",
     "tells which revisions do not come back down, changes nothing"},
    {"migrate_upgrade", 0, 1, MIG_F_ACTS | MIG_F_JSON, callUpgrade,
     "migrate_upgrade([target])",
     "runs what is missing up to target, by default 'head'"},
    {"migrate_verify", 0, 0, 0, callVerify, "migrate_verify()",
     "'ok', or the first thing that is wrong with the file"},
    {"migrate_version", 0, 0, 0, callVersion, "migrate_version()",
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
         (pFunction->xCall != callConfig || n >= 2);
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
            (pFunction->flags & MIG_F_ACTS)
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
    if (pArgs->pFunction->xCall != callRevision) {
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
    if (pArgs->pFunction->xCall == callConfig && !argText(p, pArgs, 0, 0)) {
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
