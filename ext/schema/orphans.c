/*
** orphans.c - what keeps a script from leaving more rows without their parent.
**
** PRAGMA foreign_key_check (pragma.html) takes what SQLite itself enforces: a
** missing parent table counts each row that refers to it, NULL refers to
** nothing.
**
** The script makes a TEMP table, so what it remembers is never in the file and
** goes with the connection at the latest.
*/
#include "scratchfill.h"
#include "sql.h"
#include "orphans.h"

/* Can the rows without their parent be counted with the schema of the scratch
** database? Not when a foreign key refers to a column that is no key: then
** SQLite answers "foreign key mismatch", which is no error of p. 0 as well
** after one. */
int migOrphansCountable(MigContext *p, MigScratch *pScratch) {
  int rc;

  if (p->rc) {
    return 0;
  }
  migScratchSwap(p, pScratch);
  rc = sqlite3_exec(p->db, "PRAGMA foreign_key_check", 0, 0, 0);
  if (rc && (rc & 0xff) != SQLITE_ERROR) {
    migFailDb(p, rc);
  }
  migScratchSwap(p, pScratch);
  return p->rc == SQLITE_OK && rc == SQLITE_OK;
}

/* Can they be counted with a schema? *pbAny is set when it has foreign keys,
** and left alone otherwise: the word REFERENCES anywhere counts, so it may be
** set without need. */
static int modelCountable(MigContext *p, const MigModel *pModel, int *pbAny) {
  MigScratch *pScratch = migScratchOpen(p);
  int bCountable = 0;

  if (pScratch) {
    migScratchCopy(p, pScratch, pModel);
    migScratchSwap(p, pScratch);
    *pbAny |= (int)migQueryInt(p, 0,
                               "SELECT EXISTS(SELECT 1 FROM main.sqlite_schema"
                               " WHERE instr(lower(sql), 'references'))");
    migScratchSwap(p, pScratch);
    bCountable = migOrphansCountable(p, pScratch);
  }
  migScratchClose(p, pScratch);
  return bCountable;
}

/* Can rows lose their parent between two schemas, and be counted with both?
** Makes a scratch database of each. Only then the text of migOrphansBegin() and
** migOrphansEnd() belongs into a script. */
int migOrphansPossible(MigContext *p, const MigModel *pOld,
                       const MigModel *pNew) {
  int bAny = 0;

  return modelCountable(p, pOld, &bAny) && modelCountable(p, pNew, &bAny) &&
         bAny;
}

/* What a script of one transaction begins with, behind its BEGIN: count, and
** keep the number. A TEMP table of that name must not be there. */
void migOrphansBegin(MigContext *p, MigText *pOut) {
  migTextStr(p, pOut,
             "CREATE TEMP TABLE _migrate_orphans(n INTEGER,\n"
             "  " MIG_ORPHANS_COLUMN ");\n"
             "INSERT INTO temp._migrate_orphans(n)\n"
             "  SELECT count(*) FROM pragma_foreign_key_check;\n\n");
}

/* What it ends with, in front of COMMIT: fail when there are more now. OR
** ROLLBACK, because a shell that goes on behind an error would commit what is
** not rolled back. */
void migOrphansEnd(MigContext *p, MigText *pOut) {
  migTextStr(p, pOut,
             "\nUPDATE OR ROLLBACK temp._migrate_orphans SET parents =\n"
             "  " MIG_ORPHANS_COUNT " <= n;\n"
             "DROP TABLE temp._migrate_orphans;\n");
}
