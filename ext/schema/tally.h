/*
** tally.h - a plain script of which nothing is kept when a part has failed.
**
** A shell that was not told to stop goes on behind an error, and would drop the
** table whose rows could not be copied, and commit that. So what a script makes
** sure of is counted while it runs, each thing by a statement that fails, or
** finds no row, when it is not so:
**
**   UPDATE temp._migrate_script SET passed = passed + 1, ...
**
** In front of COMMIT the number must be what it is when all is well. Else one
** ROLLBACK, by a CHECK, undoes the transaction, and COMMIT has nothing left.
** What is behind the failure has run inside the transaction until then.
**
** Of a script with one rebuilt table this is what is around it:
**
**   CREATE TEMP TABLE _migrate_script(passed INTEGER DEFAULT 0, copied ...);
**   INSERT INTO temp._migrate_script DEFAULT VALUES;
**   ...                                          the rows are copied
**   UPDATE temp._migrate_script SET passed = passed + 1, copied = ...;
**   DROP TABLE main."t_old";
**   ...
**   INSERT OR ROLLBACK ... SELECT (SELECT passed ...) IS 1;
**   COMMIT;
**
** migTallyBegin() writes the first part, migTallyCopied() the UPDATE,
** migTallyEnd() the last. The writer of a script may count things of its own
** with MIG_TALLY.
*/
#ifndef MIG_TALLY_H
#define MIG_TALLY_H

#include "text.h"

/* Guards are CHECKs, which a script may have switched off. */
#define MIG_CHECKS_ON "PRAGMA ignore_check_constraints=OFF;\n"

/* In front of BEGIN: a ROLLBACK must not bring back what was left behind. */
#define MIG_TALLY_FORGET                                                       \
  "DROP TABLE IF EXISTS temp._migrate_script;\n"                               \
  "DROP TABLE IF EXISTS temp._migrate_steps;\n"

/* Two columns of the table, and how one thing more is counted: MIG_TALLY may be
** followed by ", column = ..." and WHERE, and wants a semicolon. Setting copied
** to anything but 1 fails with the name of the constraint. */
#define MIG_TALLY_COLUMNS                                                      \
  "passed INTEGER DEFAULT 0,\n"                                                \
  "  copied INTEGER DEFAULT 1 CONSTRAINT \"the rows of a table could not be"   \
  " copied\" CHECK(copied IS 1)"
#define MIG_TALLY "UPDATE temp._migrate_script SET passed = passed + 1"

/* What the writer of a script knows. Zero-initialize for each transaction. */
typedef struct MigTally {
  int n; /* things counted so far: what passed must be in front of COMMIT */
} MigTally;

void migTallyBegin(MigContext *p, MigText *pOut);
int migTallyCopied(MigContext *p, MigTally *pTally, const MigList *pStatements,
                   int i, MigText *pOut);
void migTallyEnd(MigContext *p, const MigTally *pTally, MigText *pOut);

#endif
