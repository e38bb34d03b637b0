/*
** scratchmake.c - the statements of a schema, run in a scratch database.
**
** Between migScratchBegin() and migScratchEnd() the rows of what is made are
** kept aside (scratchrow.c). They are put back before a statement that reads
** sqlite_schema itself: any but CREATE TABLE, INDEX, VIEW and TRIGGER. Together
** the statements may take as many steps as scratch.c says.
*/
#include "scratchmake.h"
#include "scratchrow.h"

/* Before many calls of migScratchMake(): a transaction, and the count of steps
** begins. migScratchEnd() has to follow, also after an error. */
void migScratchBegin(MigContext *p, MigScratch *pScratch) {
  migScratchSwap(p, pScratch);
  migScratchExecOwn(p, pScratch, "BEGIN");
  pScratch->nTick = 0;
  pScratch->nMade = 0;
  migScratchSwap(p, pScratch);
}

/*
** Run the statement in the n bytes of z, which belongs to a schema. pDdl: what
** it makes, or NULL. The result code; when it is not 0, *piAt is the byte that
** SQLite complains about, or -1, and *pzWhy what it says, until the next call.
**
** n is below 2 GiB. Not an error of p is what SQLite says of the statement, nor
** that it takes too long, which comes as SQLITE_ERROR; an interrupt and want of
** memory are. Only between migScratchBegin() and migScratchEnd(), with p
** working outside.
*/
int migScratchMake(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                   const MigDdl *pDdl, i64 *piAt, const char **pzWhy) {
  int rc = SQLITE_OK;

  *piAt = -1;
  *pzWhy = "";
  migScratchSwap(p, pScratch);
  if (pDdl == 0 || pDdl->eKind == MIG_DDL_VIRTUAL ||
      (pDdl->eKind == MIG_DDL_TABLE && pDdl->select.n)) {
    migScratchRowBack(p, pScratch); /* it may read them */
  }
  if (p->rc == SQLITE_OK && migScratchIsInterrupted(pScratch)) {
    migFailRc(p, SQLITE_INTERRUPT, MIG_SQLITE, "interrupted");
  }
  if (p->rc == SQLITE_OK) {
    rc = migScratchRun(p, pScratch, z, n, pDdl, piAt);
    *pzWhy = sqlite3_errmsg(p->db);
    if (pScratch->nTick > MIG_SCRATCH_TICKS) {
      rc = SQLITE_ERROR;
      *pzWhy = "this takes too long for a schema";
    } else if (rc == SQLITE_INTERRUPT) {
      migFailRc(p, rc, MIG_SQLITE, "interrupted");
    }
  }
  if (rc == SQLITE_OK && ++pScratch->nMade % MIG_SCRATCH_ROWS == 0) {
    migScratchRowAside(p, pScratch);
  }
  migScratchSwap(p, pScratch);
  return p->rc ? p->rc : rc;
}

/* Behind them: all rows are put back, and committed. After an error it only
** stops counting steps, and the database is of no more use. */
void migScratchEnd(MigContext *p, MigScratch *pScratch) {
  migScratchSwap(p, pScratch);
  pScratch->nTick = -1;
  migScratchRowBack(p, pScratch);
  migScratchExecOwn(p, pScratch, "COMMIT");
  migScratchSwap(p, pScratch);
}
