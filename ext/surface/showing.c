/*
** showing.c - the functions that show and change nothing.
**
** The C side of one SQL function each: it turns arguments and own options into
** what the function of run/ wants, whose result is handed on, for SQLite to
** free. Where nothing else is said, it reads the file in one read transaction,
** which run/ begins and ends. Some functions of run/ must not be called after
** an error; those are tested for before.
*/
#include <string.h>
#include "migrate.h"
#include "text.h"
#include "offline.h"
#include "show.h"
#include "health.h"
#include "draw.h"
#include "showing.h"

/* The version of the extension, MIGRATE_VERSION. No file is looked at. */
char *migShowingVersion(MigContext *p, MigArgs *pArgs) {
  MIG_UNUSED(pArgs);
  return migResultText(p, MIGRATE_VERSION);
}

/* schemas.c; nothing is stored. Option portable. */
char *migShowingDiff(MigContext *p, MigArgs *pArgs) {
  int bPortable = migOptionBool(p, &pArgs->options, "portable", 0);
  MigSchemaText from = migArgSchema(p, pArgs, 0);
  MigSchemaText to = migArgSchema(p, pArgs, 1);

  return p->rc ? 0 : migSchemasDiff(p, &from, &to, bPortable);
}

/* schemas.c. With an argument it compares the live schema with that one,
** without with the schema as the last run left it. NULL is USAGE, not the same
** as none: a variable that was not set must not pass as a check of another
** kind. */
char *migShowingCheck(MigContext *p, MigArgs *pArgs) {
  MigSchemaText desired = {0, 0};

  if (pArgs->n > 0) {
    desired = migArgSchema(p, pArgs, 0);
  }
  return p->rc ? 0 : migSchemasCheck(p, pArgs->n > 0 ? &desired : 0);
}

/* schemas.c. Without an argument the live schema; NULL is USAGE. */
char *migShowingDump(MigContext *p, MigArgs *pArgs) {
  MigSchemaText source = {0, 0};

  if (pArgs->n > 0) {
    source = migArgSchema(p, pArgs, 0);
  }
  return p->rc ? 0 : migSchemasDump(p, pArgs->n > 0 ? &source : 0);
}

/* offline.c. Options: shell, bookkeeping, both true by default. A showing
** function: what the script records is recorded by whoever runs it. NULL as the
** range is USAGE. */
char *migShowingSql(MigContext *p, MigArgs *pArgs) {
  const MigOptions *pOpt = &pArgs->options;
  MigOfflineSpec spec;

  memset(&spec, 0, sizeof(spec));
  spec.zRange = migArgText(p, pArgs, 0, 0);
  spec.bShell = migOptionBool(p, pOpt, "shell", 1);
  spec.bBookkeeping = migOptionBool(p, pOpt, "bookkeeping", 1);
  if (p->rc == SQLITE_OK && spec.zRange == 0) {
    migFail(p, MIG_USAGE, "the range of migrate_sql may not be NULL");
  }
  return migOfflineScript(p, &spec);
}

/* show.c answers from the facts of _migrate_meta, in a run from the applied set
** at that point of it. No options, as with all that only show but diff, require
** and sql. */
char *migShowingCurrent(MigContext *p, MigArgs *pArgs) {
  return migShowCurrent(p, pArgs->pConn);
}

/* show.c, from the facts of _migrate_meta. */
char *migShowingHeads(MigContext *p, MigArgs *pArgs) {
  return migShowHeads(p, pArgs->pConn);
}

/* show.c. NULL is 'head'. */
char *migShowingShow(MigContext *p, MigArgs *pArgs) {
  return migShowRevisions(p, migArgText(p, pArgs, 0, "head"));
}

/* draw.c of this folder. NULL is 'text'. */
char *migShowingGraph(MigContext *p, MigArgs *pArgs) {
  return migDraw(p, migArgText(p, pArgs, 0, "text"));
}

/* show.c. Option at_most. NULL is 'heads'. The result is the current heads; who
** asks wants the error. */
char *migShowingRequire(MigContext *p, MigArgs *pArgs) {
  const char *zTarget = migArgText(p, pArgs, 0, "heads");
  const char *zAtMost = migOptionText(p, &pArgs->options, "at_most");

  return p->rc ? 0 : migShowRequire(p, pArgs->pConn, zTarget, zAtMost);
}

/* health.c: the table migration_checks in one word. */
char *migShowingVerify(MigContext *p, MigArgs *pArgs) {
  return migHealthVerify(p, pArgs->pConn);
}
