/*
** fill.c - the rows of tables put back, and proven to be back.
**
** A table is filled as a whole, or only where it differs. Nothing of the
** schema is trusted to leave the rows as they are: a collation may have
** changed, or a constraint may put another value in the place of NULL. So a
** table that was filled is read again: it must give the hashes that it had
** when it was backed up. When it does not, it is compared with the backup row
** by row, to name the first that differs. Where only some rows were written
** each is read back by its key, and the rows are counted.
**
**   migFillWhole()     delete all, load the backup's rows, hash the table as a
**                      backup would; when a hash differs, compare every row
**   migFillChanges()   merge the states before and after: one pass deletes, one
**                      inserts; each row is read back
**   migFillCopy()      scan one table, load the other; each row is read back
**
** Code of the application can run meanwhile: in CHECK, generated columns,
** indexes and collations. It can end the transaction, and what is written
** behind that would be committed by itself; so where pTx is known it is looked
** at again and again (fillCheck(), loadrow.c).
**
** The chunks are read through p->db. The tables may be in another file: then
** p->db is its connection while they are touched. What runs there keeps no
** statements in the context.
*/
#include <string.h>
#include "fast.h"
#include "sql.h"
#include "chunker.h"
#include "fill.h"

/* Let p work where the tables are; the result goes back by p->db = result. */
static sqlite3 *fillEnter(MigContext *p, const MigFill *pFill) {
  sqlite3 *db = p->db;

  if (pFill->dbTo) {
    p->db = pFill->dbTo;
  }
  return db;
}

/* Tell of nByte bytes. p->db is not dbTo then. */
static void fillTick(MigContext *p, const MigFill *pFill, i64 nByte) {
  if (pFill->xTick && p->rc == SQLITE_OK) {
    pFill->xTick(p, pFill->pTick, nByte);
  }
}

/* A statement on the table may have called what ends the transaction: then
** SQLITE. */
static void fillCheck(MigContext *p, const MigFill *pFill) {
  migTransactionCheck(p, pFill->pTx, "a function or collation of the schema");
}

/* Read the layout of a table of p->db, which must be that of the backup:
** SCHEMA_MISMATCH when columns or key are others. zName of the entry must live
** as long as the layout. */
static void layoutRead(MigContext *p, const MigTableEntry *pEntry,
                       MigLayout *pLayout) {
  int bSame;
  int i;

  migLayoutRead(p, pEntry->zName, pLayout);
  if (p->rc) {
    return;
  }
  bSame = pLayout->eKey == pEntry->eKey && pLayout->nKey == pEntry->nKey &&
          pLayout->nColumn == pEntry->nColumn;
  for (i = 0; bSame && i < pEntry->nColumn; i++) {
    bSame = strcmp(pLayout->azColumn[i], pEntry->azColumn[i]) == 0;
  }
  if (!bSame) {
    migFail(p, MIG_SCHEMA_MISMATCH,
            "the backup has other columns for table %s than its definition",
            pEntry->zName);
  }
}

/* ---- proof ---- */

/* The rows of the backup, read next to a scan of the table. */
typedef struct Proof {
  const MigFill *pFill;
  const MigTableEntry *pEntry;
  sqlite3 *dbFrom;  /* of the chunks */
  MigReader reader; /* of the backup */
  MigPart part;     /* part of the backup under comparison */
  i64 i;            /* next byte of it */
} Proof;

/* The next part of the backup, in its next unit where this one has no more; 0
** at the end, or after an error. p->db is that of the chunks. */
static int proofNext(MigContext *p, Proof *pProof) {
  pProof->i = 0;
  while (!migReaderPart(p, &pProof->reader, &pProof->part)) {
    if (!migReaderUnit(p, &pProof->reader)) {
      return 0;
    }
  }
  return 1;
}

/* Does the backup go on with the bytes of this part? The parts of a row need
** not be cut in the same places. Keys that are no columns are compared as
** numbers. 0 after an error too. */
static int proofSame(MigContext *p, Proof *pProof, const MigPart *pIs) {
  MigPart *pWas = &pProof->part;
  i64 i = 0;

  if (pIs->bFirst &&
      (!proofNext(p, pProof) || !pWas->bFirst ||
       (pProof->pEntry->eKey != MIG_KEY_COLUMNS && pWas->iKey != pIs->iKey))) {
    return 0;
  }
  while (i < pIs->n || (pIs->bLast && !pWas->bLast)) {
    i64 n = pWas->n - pProof->i;
    if (n == 0) {
      if (pWas->bLast || !proofNext(p, pProof) || pWas->bFirst) {
        /* unreached: rows of one header are as long, and others than the header
        ** says were not loaded */
        return 0;
      }
      continue;
    }
    n = n < pIs->n - i ? n : pIs->n - i;
    if (n == 0 || memcmp(pIs->a + i, pWas->a + pProof->i, (size_t)n)) {
      return 0;
    }
    i += n;
    pProof->i += n;
  }
  return !pIs->bLast || pProof->i == pWas->n;
}

/* SCHEMA_MISMATCH; pIs is the row of the table that is not as it was, NULL when
** the table ends before the backup does. */
static void proofFail(MigContext *p, const Proof *pProof, const MigPart *pIs) {
  const MigTableEntry *pEntry = pProof->pEntry;

  if (pIs && pEntry->eKey != MIG_KEY_COLUMNS) {
    migFail(p, MIG_SCHEMA_MISMATCH,
            "table %s: row %lld does not come back as it was; a function,"
            " collation or constraint of the schema changes it",
            pEntry->zName, pIs->iKey);
  } else {
    migFail(p, MIG_SCHEMA_MISMATCH,
            "table %s: a row does not come back as it was; a function,"
            " collation or constraint of the schema changes it",
            pEntry->zName);
  }
}

/* The sink of the scan of the table, which runs with p->db where that is. */
static void proofPart(MigContext *p, void *pArg, const MigPart *pIs) {
  Proof *pProof = pArg;
  sqlite3 *db = p->db;

  p->db = pProof->dbFrom;
  if (!proofSame(p, pProof, pIs) && p->rc == SQLITE_OK) {
    proofFail(p, pProof, pIs);
  }
  fillTick(p, pProof->pFill, pIs->n);
  p->db = db;
}

/* Is a table as its entry says? The quick proof: no chunk is read. 0 when it is
** not, when it would be cut elsewhere today, and after an error; which row
** differs is not told. */
static int hashesSame(MigContext *p, const MigFill *pFill,
                      const MigTableEntry *pEntry, const MigLayout *pLayout) {
  MigChunkJob job = {0, pFill->dbTo, 0, pFill->xTick, pFill->pTick};

  return migChunksAre(p, &job, pLayout, pEntry);
}

/* Compare a table with the backup, row by row: SCHEMA_MISMATCH names the first
** row that differs, or BACKUP_DAMAGED when it is the backup that is not as it
** was. */
static void proofRun(MigContext *p, const MigFill *pFill,
                     const MigTableEntry *pEntry, const MigLayout *pLayout) {
  Proof proof;
  MigSink sink;

  memset(&proof, 0, sizeof(proof));
  proof.pFill = pFill;
  proof.pEntry = pEntry;
  sink.xPart = proofPart;
  sink.pArg = &proof;
  migReaderOpen(p, &proof.reader, pFill->pChunks, pEntry);
  proof.dbFrom = fillEnter(p, pFill);
  migScanTable(p, pLayout, -1, &sink);
  p->db = proof.dbFrom;
  if (p->rc == SQLITE_OK && proofNext(p, &proof)) {
    proofFail(p, &proof, 0);
  }
  migReaderCheck(p, &proof.reader);
  migReaderClose(&proof.reader);
}

/* ---- the whole of a table ---- */

/* Read all parts of a table's rows into the loader, of the database where the
** tables are. BACKUP_DAMAGED when there are more or fewer than there should
** be. */
static void wholeLoad(MigContext *p, const MigFill *pFill,
                      const MigTableEntry *pEntry, MigLoader *pLoader) {
  MigReader reader;
  MigPart part;
  i64 nRow = 0;

  migReaderOpen(p, &reader, pFill->pChunks, pEntry);
  while (migReaderUnit(p, &reader)) {
    while (migReaderPart(p, &reader, &part)) {
      sqlite3 *db = fillEnter(p, pFill);
      migLoadPart(p, pLoader, &part);
      p->db = db;
      nRow += part.bLast;
      fillTick(p, pFill, part.n);
    }
  }
  migReaderCheck(p, &reader);
  migReaderClose(&reader);
  if (p->rc == SQLITE_OK && nRow != pEntry->nRow) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "the backup has %lld rows of table %s and should have %lld", nRow,
            pEntry->zName, pEntry->nRow);
  }
}

/*
** Make the rows of a table, which exists, those of the backup. Triggers and
** foreign keys must be off. p->db has the chunks, before and after, wherever
** the tables are. Bytes are ticked when they are written and when they are
** proven.
**
** Errors: those of migLoadPart(); BACKUP_DAMAGED when a chunk is not as it was
** written; SCHEMA_MISMATCH when the table has other columns or another key than
** the entry says, or a row does not come back as it was; SQLITE when code of
** the application has ended the transaction.
*/
void migFillWhole(MigContext *p, const MigFill *pFill,
                  const MigTableEntry *pEntry) {
  sqlite3 *db = fillEnter(p, pFill);
  MigLayout layout;
  MigLoader *pLoader;

  layoutRead(p, pEntry, &layout);
  migExecF(p, "DELETE FROM main.\"%w\"", pEntry->zName);
  fillCheck(p, pFill);
  pLoader = p->rc ? 0 : migLoadOpen(p, &layout, pFill->eEncoding);
  migLoadWatch(pLoader, pFill->pTx);
  p->db = db;
  wholeLoad(p, pFill, pEntry, pLoader);
  migLoadClose(pLoader);
  if (p->rc == SQLITE_OK &&
      !(MIG_FAST && hashesSame(p, pFill, pEntry, &layout)) &&
      p->rc == SQLITE_OK) {
    proofRun(p, pFill, pEntry, &layout);
  }
  fillCheck(p, pFill);
}

/* ---- what differs ---- */

/* What both passes of migFillChanges() work with. */
typedef struct Changes {
  const MigFill *pFill;
  MigLoader *pLoader;
} Changes;

/* The first pass: what is not wanted goes, so that nothing is in the way of
** what comes. */
static void changeDelete(MigContext *p, void *pArg, MigDiffKind eKind,
                         const MigPart *pOld) {
  Changes *pChanges = pArg;

  if (eKind != MIG_DIFF_ADDED) {
    migLoadDelete(p, pChanges->pLoader, pOld);
  }
}

/* The second pass only takes the rows that come. */
static void changeNone(MigContext *p, void *pArg, MigDiffKind eKind,
                       const MigPart *pOld) {
  MIG_UNUSED(p);
  MIG_UNUSED(pArg);
  MIG_UNUSED(eKind);
  MIG_UNUSED(pOld);
}

/* The sink of the second pass: rows that come, and new values of those that
** were deleted for them. */
static void changePart(MigContext *p, void *pArg, const MigPart *pPart) {
  Changes *pChanges = pArg;

  migLoadPart(p, pChanges->pLoader, pPart);
  fillTick(p, pChanges->pFill, pPart->n);
}

/*
** Make the rows of a table of p->db, which are those of pLive, those of
** pWanted, by writing only what differs. The entries can be compared
** (migDiffComparable()), both are in pChunks, and dbTo is NULL. Conditions and
** errors are those of migFillWhole(). pOut counts the rows. Rows of pWanted
** that did not differ are not looked at again: they are those of pLive, which
** was taken of the table in this transaction.
*/
void migFillChanges(MigContext *p, const MigFill *pFill,
                    const MigTableEntry *pLive, const MigTableEntry *pWanted,
                    MigDiff *pOut) {
  Changes changes;
  MigSink sink;
  MigLayout layout;
  i64 nRow;

  memset(&changes, 0, sizeof(changes));
  changes.pFill = pFill;
  sink.xPart = changePart;
  sink.pArg = &changes;
  layoutRead(p, pWanted, &layout);
  if (p->rc == SQLITE_OK) {
    changes.pLoader = migLoadOpen(p, &layout, pFill->eEncoding);
    migLoadWatch(changes.pLoader, pFill->pTx);
    migLoadProve(p, changes.pLoader);
  }
  if (p->rc == SQLITE_OK) {
    migDiffRun(p, pFill->pChunks, pLive, pWanted, pFill->eEncoding,
               changeDelete, &changes, 0, pOut);
  }
  if (p->rc == SQLITE_OK) {
    migDiffRun(p, pFill->pChunks, pLive, pWanted, pFill->eEncoding, changeNone,
               &changes, &sink, pOut);
  }
  migLoadClose(changes.pLoader);
  fillCheck(p, pFill);
  nRow = migQueryInt(p, 0, "SELECT count(*) FROM main.\"%w\"", pWanted->zName);
  if (p->rc == SQLITE_OK && nRow != pWanted->nRow) {
    migFail(p, MIG_SCHEMA_MISMATCH,
            "table %s has %lld rows instead of the %lld of the backup; a"
            " function, collation or constraint of the schema has changed",
            pWanted->zName, nRow, pWanted->nRow);
  }
}

/* ---- from table to table ---- */

/* A table being copied. */
typedef struct Copy {
  const MigFill *pFill;
  MigLoader *pLoader; /* on dbTo */
  i64 nRow;           /* rows copied */
} Copy;

/* The sink of the scan of p->db: writes where the tables are. */
static void copyPart(MigContext *p, void *pArg, const MigPart *pPart) {
  Copy *pCopy = pArg;
  sqlite3 *db = fillEnter(p, pCopy->pFill);

  migLoadPart(p, pCopy->pLoader, pPart);
  p->db = db;
  pCopy->nRow += pPart->bLast;
  fillTick(p, pCopy->pFill, pPart->n);
}

/*
** Copy the rows of a table of p->db to the table of the same definition in
** pFill->dbTo, which loses those it has; no chunks are needed. Each is read
** back, but for those that cannot be named (MIG_KEY_NONE), and for a large BLOB
** that is written through a handle (loadparts.c). Returns their number, which
** means nothing after failure. Errors are those of migScanTable() and
** migLoadPart().
*/
i64 migFillCopy(MigContext *p, const MigFill *pFill, const char *zTable) {
  MigLayout from;
  MigLayout to;
  MigSink sink;
  Copy copy;
  sqlite3 *db;

  copy.pFill = pFill;
  copy.pLoader = 0;
  copy.nRow = 0;
  sink.xPart = copyPart;
  sink.pArg = &copy;
  migLayoutRead(p, zTable, &from);
  db = fillEnter(p, pFill);
  migLayoutRead(p, zTable, &to);
  if (p->rc == SQLITE_OK) {
    migExecF(p, "DELETE FROM main.\"%w\"", zTable);
    copy.pLoader = migLoadOpen(p, &to, pFill->eEncoding);
    migLoadProve(p, copy.pLoader);
  }
  p->db = db;
  if (p->rc == SQLITE_OK) {
    migScanTable(p, &from, -1, &sink);
  }
  migLoadClose(copy.pLoader);
  return copy.nRow;
}
