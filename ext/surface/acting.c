/*
** acting.c - the functions that act.
**
** The C side of one SQL function each: it turns arguments and own options into
** what the function of run/ wants, whose result is handed on, for SQLite to
** free. The common options are in pArgs->call already. Where nothing else is
** said, it changes the file in one write transaction, which run/ begins and
** ends. Some functions of run/ must not be called after an error; those are
** tested for before. migrate_config() is here, though it acts only when it
** sets.
*/
#include <string.h>
#include "text.h"
#include "os.h"
#include "run.h"
#include "auto.h"
#include "trial.h"
#include "export.h"
#include "adopt.h"
#include "stamp.h"
#include "generated.h"
#include "maketable.h"
#include "backups.h"
#include "backups_restore.h"
#include "backups_downgrade.h"
#include "configure.h"
#include "show.h"
#include "acting.h"

/* configure.c. No option of its own. The write transaction is only begun when
** there is no store yet, or one of an older version. */
char *migActingInit(MigContext *p, MigArgs *pArgs) {
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

/* Option parent. USAGE when it names nothing: a variable that was empty, and
** not the wish for a new root. */
static void parentOption(MigContext *p, const MigArgs *pArgs,
                         MigRevisionSpec *pSpec) {
  pSpec->bParent = migOptionGiven(&pArgs->options, "parent");
  pSpec->parents = migOptionList(p, &pArgs->options, "parent");
  if (p->rc == SQLITE_OK && pSpec->bParent && pSpec->parents.n == 0) {
    migFail(
        p, MIG_USAGE,
        "option parent names no revision; leave it out to build on the head,"
        " or give base for a new root");
  }
}

/* author.c adds the revision and returns its id. Options: those of
** specOptions(), and parent, baseline, replace. A script that is NULL is none;
** without option parent it builds on the head. */
char *migActingRevision(MigContext *p, MigArgs *pArgs) {
  MigRevisionSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zAction = "revision";
  spec.zMessage = migArgText(p, pArgs, 0, "");
  spec.zUp = migArgScript(p, pArgs, 1, &spec.nUp);
  spec.zDown = migArgScript(p, pArgs, 2, &spec.nDown);
  parentOption(p, pArgs, &spec);
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
char *migActingAutogenerate(MigContext *p, MigArgs *pArgs) {
  int bPortable = migOptionBool(p, &pArgs->options, "portable", 0);
  MigSchemaText desired = migArgSchema(p, pArgs, 1);
  MigRevisionSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zAction = "revision";
  spec.zMessage = migArgText(p, pArgs, 0, "");
  parentOption(p, pArgs, &spec);
  specOptions(p, pArgs, &spec);
  return p->rc ? 0
               : migGenerated(p, pArgs->pConn, &pArgs->call, &spec, &desired,
                              bPortable);
}

/* author.c, as for migrate_revision(): a revision without scripts, of which the
** parents are the targets of the second argument, 'heads' by default, at least
** two. Options: those of specOptions(). */
char *migActingMerge(MigContext *p, MigArgs *pArgs) {
  MigRevisionSpec spec;
  const char *zTargets;

  memset(&spec, 0, sizeof(spec));
  spec.zAction = "merge";
  spec.zMessage = migArgText(p, pArgs, 0, "");
  zTargets = migArgText(p, pArgs, 1, "heads");
  spec.bParent = spec.bMerge = 1;
  spec.parents = migListSplit(p, zTargets);
  specOptions(p, pArgs, &spec);
  return p->rc ? 0 : migAuthorRevision(p, pArgs->pConn, &pArgs->call, &spec);
}

/* author.c. A script that is NULL stays as it is stored. Option repair. */
char *migActingEdit(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = migArgText(p, pArgs, 0, "");
  int bRepair = migOptionBool(p, &pArgs->options, "repair", 0);
  MigRevision rev;

  memset(&rev, 0, sizeof(rev));
  rev.zUp = migArgScript(p, pArgs, 1, &rev.nUp);
  rev.zDown = migArgScript(p, pArgs, 2, &rev.nDown);
  return p->rc ? 0
               : migAuthorEdit(p, pArgs->pConn, &pArgs->call, zTarget, &rev,
                               bRepair);
}

/* author.c. A target that is NULL is an empty one: USAGE. */
char *migActingDelete(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = migArgText(p, pArgs, 0, "");

  return p->rc ? 0 : migAuthorDelete(p, pArgs->pConn, &pArgs->call, zTarget);
}

/* author.c. A label that is NULL takes all labels away. No option of its
** own. */
char *migActingLabel(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = migArgText(p, pArgs, 0, "");
  const char *zLabel = migArgText(p, pArgs, 1, 0);

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
char *migActingUpgrade(MigContext *p, MigArgs *pArgs) {
  MigRunSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zTarget = migArgText(p, pArgs, 0, "head");
  spec.eUntil = argPhase(p, pArgs);
  return p->rc ? 0 : migRunTarget(p, pArgs->pConn, &pArgs->call, &spec);
}

/* auto.c: import, stamp and upgrade, each in transactions of its own. Options:
** format, placeholders, until, on_error. Without a folder, or with NULL,
** nothing is imported. */
char *migActingAuto(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  const char *zError = migOptionText(p, pOpt, "on_error");
  MigPlaceholders map = migOptionMap(p, pOpt, "placeholders");
  MigAutoSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zFolder = migArgText(p, pArgs, 0, 0);
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
char *migActingStep(MigContext *p, MigArgs *pArgs) {
  const char *z = migArgText(p, pArgs, 0, "1000");
  i64 ms = z ? migDigitsValue(z) : -1;

  if (p->rc == SQLITE_OK && ms <= 0) {
    migFail(p, MIG_USAGE,
            "migrate_step() takes the milliseconds to work for, not %s", z);
  }
  return p->rc ? 0 : migStepBatches(p, pArgs->pConn, &pArgs->call, ms);
}

/* trial.c runs revisions up and down in a transaction that is always undone. It
** holds the write lock all the while. No argument, or NULL, is all that is
** pending. */
char *migActingTest(MigContext *p, MigArgs *pArgs) {
  const char *zRange = migArgText(p, pArgs, 0, 0);

  return p->rc ? 0 : migTrial(p, pArgs->pConn, &pArgs->call, zRange);
}

/* run.c runs down scripts, or with option restore backups_downgrade.c restores
** the automatic backup. There is no default for the target. */
char *migActingDowngrade(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = migArgText(p, pArgs, 0, "");
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
char *migActingBackup(MigContext *p, MigArgs *pArgs) {
  const char *zNote = migArgText(p, pArgs, 0, 0);
  const char *zTo = optionTo(p, pArgs);

  return p->rc ? 0 : migBackupsTake(p, pArgs->pConn, &pArgs->call, zNote, zTo);
}

/* backups_restore.c. Options: to, tables, force. With to a file is written and
** this one stays as it is. An empty list of tables is USAGE: it would restore
** nothing, or everything, and either could be meant. */
char *migActingRestore(MigContext *p, MigArgs *pArgs) {
  MigRestoreSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zBackup = migArgText(p, pArgs, 0, "");
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
char *migActingPrune(MigContext *p, MigArgs *pArgs) {
  const char *z = migArgText(p, pArgs, 0, 0);
  MigPruneSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.bManual = migOptionBool(p, &pArgs->options, "manual", 0);
  spec.backups = migOptionList(p, &pArgs->options, "backups");
  spec.bKeep = z != 0;
  spec.nKeep = z ? migDigitsValue(z) : 0;
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
char *migActingStamp(MigContext *p, MigArgs *pArgs) {
  const char *zTargets = migArgText(p, pArgs, 0, "");
  int bPurge = migOptionBool(p, &pArgs->options, "purge", 0);
  int bForce = migOptionBool(p, &pArgs->options, "force", 0);

  return p->rc ? 0
               : migStamp(p, pArgs->pConn, &pArgs->call, zTargets, bPurge,
                          bForce);
}

/* export.c writes files, not the database, from what it has read under one read
** transaction. It counts as acting because it must not run twice. Options:
** format, file_template, overwrite. A path that is NULL is USAGE. */
char *migActingExport(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  MigExportSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zPath = migArgText(p, pArgs, 0, 0);
  spec.zFormat = migOptionText(p, pOpt, "format");
  spec.zTemplate = migOptionText(p, pOpt, "file_template");
  spec.bOverwrite = migOptionBool(p, pOpt, "overwrite", 0);
  if (p->rc == SQLITE_OK && spec.zPath == 0) {
    migFail(p, MIG_USAGE, "the path of migrate_export may not be NULL");
  }
  return migExportFolder(p, pArgs->pConn, &pArgs->call, &spec);
}

/* adopt.c. Options: tool, registry, baseline, check, repair. */
char *migActingAdopt(MigContext *p, MigArgs *pArgs) {
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

/* import.c. Options: format, placeholders, repair. NULL as the path is an empty
** one: USAGE. */
char *migActingImport(MigContext *p, MigArgs *pArgs) {
  const char *zPath = migArgText(p, pArgs, 0, "");
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

/* maketable.c, in a change of its own, or when a statement of a script calls it
** as a part of that run. Options: rename, using, changes, check. An empty list
** of changes is not none: then the table may lose nothing. */
char *migActingTable(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  MigTableSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zSql = migArgScript(p, pArgs, 0, &spec.nSql);
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

/* With two arguments configure.c sets, and a value that is NULL takes a setting
** back to its default. With fewer show.c shows; a name that is NULL is none. */
char *migActingConfig(MigContext *p, MigArgs *pArgs) {
  const char *zName = migArgText(p, pArgs, 0, 0);
  const char *zValue = migArgText(p, pArgs, 1, 0);

  if (p->rc) {
    return 0;
  }
  return pArgs->n < 2
             ? migShowSettings(p, zName)
             : migConfigureSet(p, pArgs->pConn, &pArgs->call, zName, zValue);
}
