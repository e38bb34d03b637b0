/*
** help.c - the extension explains itself: the rows of migration_help, put
** together from the tables that the code works by, so that nothing can be left
** out.
**
** A row has a kind (function, table, option, setting, directive, error), a
** name, how it is used, and one line of help. Of an option the third column
** tells the functions that take it, of a setting its default; of an error it is
** NULL. The tables come from the caller, because views.c, which lists them,
** uses this file.
*/
#include <string.h>
#include "functions.h"
#include "options.h"
#include "settings.h"
#include "wording.h"
#include "help.h"

/* Directives, by name: name, how it is written, what it does. What reads them
** is language/directive.c, by a list of its own. */
static const char *const aDirective[][3] = {
    {"allow-loss", "-- migrate:allow-loss NAME",
     "table NAME may have fewer rows after this revision replaced it"},
    {"batch", "-- migrate:batch TABLE ROWS",
     "the next statement, with :lo and :hi, runs over TABLE so many rows at a"
     " time, each time in a transaction of its own"},
    {"check", "-- migrate:check NAME",
     "the next SELECT must find nothing, now and whenever the file is "
     "verified"},
    {"down", "-- migrate:down", "begins the down script in a file"},
    {"no-transaction", "-- migrate:no-transaction",
     "the script runs outside a transaction: only VACUUM, ANALYZE, REINDEX and"
     " the PRAGMAs journal_mode, auto_vacuum, page_size, incremental_vacuum,"
     " wal_checkpoint, optimize"},
    {"phase", "-- migrate:phase NAME",
     "expand, backfill or contract; an upgrade can stop before one"},
    {"renamed-from", "-- migrate:renamed-from NAME",
     "in a desired schema, before a table or behind a column: its old name"},
    {"repeatable", "-- migrate:repeatable",
     "the revision stands outside the graph and runs again, after the others,"
     " whenever its script has changed"},
    {"up", "-- migrate:up", "begins the up script in a file"},
};

/* Add a row. Texts are constants, or in the arena; NULL is NULL. */
static void helpRow(MigContext *p, MigRows *pRows, const char *zKind,
                    const char *zName, const char *zUsage, const char *zHelp) {
  migRowNext(p, pRows);
  migRowText(p, pRows, 0, zKind);
  migRowText(p, pRows, 1, zName);
  migRowText(p, pRows, 2, zUsage);
  migRowText(p, pRows, 3, zHelp);
}

/* Add all rows, kind by kind; xView gives the nView tables, from 0. Only the
** name of one depends on the file: where it has a table migrations of its own,
** ours is shown under its other name alone. */
void migHelpFill(MigContext *p, MigRows *pRows, int nView,
                 const MigView *(*xView)(int)) {
  int i;

  for (i = 0; i < migFunctionCount(); i++) {
    const MigFunction *pRow = migFunctionRow(i);
    helpRow(p, pRows, "function", pRow->zName, pRow->zUsage, pRow->zHelp);
  }
  for (i = 0; i < nView; i++) {
    const MigView *pRow = xView(i);
    int bMigrations = strcmp(pRow->zName, "migrations") == 0;
    if (!bMigrations || !migWordingTaken(p->db)) {
      helpRow(p, pRows, "table", pRow->zName, pRow->zUsage, pRow->zHelp);
    }
    if (bMigrations) {
      helpRow(p, pRows, "table", "migration_revisions",
              "SELECT * FROM migration_revisions[(range)]",
              "the same, for files that have a table migrations");
    }
  }
  for (i = 0; i < migOptionHelpCount(); i++) {
    const MigOptionHelp *pRow = migOptionHelpRow(i);
    helpRow(p, pRows, "option", pRow->zName, pRow->zOf, pRow->zHelp);
  }
  for (i = 0; i < migSettingCount(); i++) {
    const MigSetting *pRow = migSettingRow(i);
    helpRow(p, pRows, "setting", pRow->zName, pRow->zDefault, pRow->zHelp);
  }
  for (i = 0; i < (int)(sizeof(aDirective) / sizeof(aDirective[0])); i++) {
    helpRow(p, pRows, "directive", aDirective[i][0], aDirective[i][1],
            aDirective[i][2]);
  }
  for (i = 1; i < MIG_NCODE; i++) {
    helpRow(p, pRows, "error", migCodeName((MigCode)i), 0,
            migCodeHelp((MigCode)i));
  }
}
