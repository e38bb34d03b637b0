/*
** tally.c - a plain script of which nothing is kept when a part has failed.
*/
#include <string.h>
#include "statement.h"
#include "tally.h"

/* Make the table with its one row, for a script that keeps nothing else in it.
** It stands inside the transaction, so a ROLLBACK takes the table away, which
** is what migTallyEnd() looks at. The script drops the table behind that. */
void migTallyBegin(MigContext *p, MigText *pOut) {
  migTextStr(p, pOut,
             "DROP TABLE IF EXISTS temp._migrate_script;\n"
             "CREATE TEMP TABLE _migrate_script(\n"
             "  " MIG_TALLY_COLUMNS "\n"
             ");\n"
             "INSERT INTO temp._migrate_script DEFAULT VALUES;\n");
}

/* Does statement i drop a table from which the last INSERT of a rebuild
** (rebuild.c) in front of it has copied? Sets the names then, in the arena:
** *pzFrom is dropped, *pzTo has the rows now. Statements of the AUTOINCREMENT
** mark, which come between, are no INSERTs. */
static int dropsCopied(MigContext *p, const MigList *pStatements, int i,
                       char **pzFrom, char **pzTo) {
  const char *z = pStatements->az[i];
  MigStatement st;

  migStatementRead(z, (i64)strlen(z), 0, &st);
  if (st.eKind != MIG_ST_DROP_TABLE) {
    return 0;
  }
  *pzFrom = migTokenName(p, z, &st.name);
  while (--i >= 0) {
    z = pStatements->az[i];
    migStatementRead(z, (i64)strlen(z), 0, &st);
    if (st.eKind == MIG_ST_INSERT || st.eKind == MIG_ST_DROP_TABLE) {
      *pzTo = migTokenName(p, z, &st.name);
      return st.eKind == MIG_ST_INSERT;
    }
  }
  return 0; /* unreached: what a rebuild drops it has copied before */
}

/*
** Have the script fail when statement i of a rebuild, which follows, drops a
** table of which no row has been copied: the copy is one statement, so it has
** copied all of them or none. Returns whether it drops such a table.
**
** pStatements is what a call of migrate_table() was expanded to. What is
** written runs in front of statement i, where both tables are still there. An
** empty table passes.
*/
int migTallyCopied(MigContext *p, MigTally *pTally, const MigList *pStatements,
                   int i, MigText *pOut) {
  char *zFrom;
  char *zTo;

  if (p->rc || !dropsCopied(p, pStatements, i, &zFrom, &zTo)) {
    return 0;
  }
  migTextF(p, pOut,
           MIG_TALLY ", copied =\n"
                     " EXISTS(SELECT 1 FROM main.\"%w\")"
                     " OR NOT EXISTS(SELECT 1 FROM main.\"%w\");\n",
           zTo, zFrom);
  pTally->n++;
  return 1;
}

/*
** In front of COMMIT: undo the transaction unless all things have been counted.
** When the transaction is gone already, or an earlier one was undone, there is
** no table to look at. COMMIT then fails for want of a transaction, which a
** shell passes over. pTally->n may be 0. The TEMP table _migrate_script is left
** to the caller's text.
*/
void migTallyEnd(MigContext *p, const MigTally *pTally, MigText *pOut) {
  migTextF(p, pOut,
           "CREATE TEMP TABLE _migrate_end(passed CONSTRAINT \"a part of the"
           " script has failed, so nothing of this transaction is kept\""
           " CHECK(passed IS 1));\n"
           "INSERT OR ROLLBACK INTO temp._migrate_end SELECT count(*)\n"
           "  FROM sqlite_temp_schema WHERE name = '_migrate_script';\n"
           "INSERT OR ROLLBACK INTO temp._migrate_end"
           " SELECT (SELECT passed FROM temp._migrate_script) IS %d;\n"
           "DROP TABLE temp._migrate_end;\n",
           pTally->n);
}
