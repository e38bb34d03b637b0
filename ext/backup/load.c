/*
** load.c - writing encoded rows into a table.
**
** A row that comes in one part is decoded where it lies (loadrow.c). One that
** comes in several goes through loadparts.c. Both write it by the statements of
** loadstatement.c.
**
** A loader writes to the connection that p->db is, and keeps nothing in the
** context, so p->db may be another connection between the calls.
*/
#include "load.h"
#include "loadparts.h"

/*
** Begin to write rows into the table of pLayout, which must outlive the
** loader; texts come in eEncoding, that of the file. The caller holds the write
** transaction, or is alone with the file; triggers and foreign keys are off.
** Nothing is compiled yet. NULL after failure; the other functions then do
** nothing, as p->rc is set.
*/
MigLoader *migLoadOpen(MigContext *p, const MigLayout *pLayout, int eEncoding) {
  MigLoader *pLoader = migAlloc(p, sizeof(*pLoader));
  u64 n = (u64)pLayout->nColumn;
  MigValue *aValue = migAlloc(p, n * sizeof(MigValue));
  u64 *aSerial = migAlloc(p, n * sizeof(u64));

  if (p->rc) {
    return 0;
  }
  pLoader->pLayout = pLayout;
  pLoader->eEncoding = eEncoding;
  pLoader->aValue = aValue;
  pLoader->aSerial = aSerial;
  pLoader->zInsert = migLoadStatementInsert(p, pLayout, eEncoding);
  pLoader->zDelete = migLayoutDelete(p, pLayout);
  return pLoader;
}

/* Watch the transaction that the rows are written in: code of the application
** that ends it is noticed before the next row is written. pTx stays the
** caller's; NULL watches nothing. */
void migLoadWatch(MigLoader *pLoader, const MigTransaction *pTx) {
  if (pLoader) {
    pLoader->pTx = pTx;
  }
}

/* From now on read each row back behind its INSERT: a row that does not come
** back as it was is SCHEMA_MISMATCH. What is written through a BLOB handle is
** not read: nothing stands between it and the file. Rows of MIG_KEY_NONE are
** not read back either, as they cannot be found again. */
void migLoadProve(MigContext *p, MigLoader *pLoader) {
  if (p->rc == SQLITE_OK) {
    pLoader->bProve = 1;
    pLoader->zSelect =
        migLoadStatementSelect(p, pLoader->pLayout, pLoader->pLayout->nColumn);
  }
}

/*
** Insert a row, or a part of one: the sink for scans and readers, pArg is the
** loader. The row must not be there. Its bytes may go after the call. Errors:
** BACKUP_DAMAGED when the bytes are no row, TOO_BIG, SCHEMA_MISMATCH when a
** constraint refuses the row or it cannot be read back as it was, UNSUPPORTED
** when the schema needs what the connection does not have, SQLITE when the
** transaction that is watched has ended. After one the table holds some of the
** rows: the caller undoes the transaction.
*/
void migLoadPart(MigContext *p, void *pArg, const MigPart *pPart) {
  MigLoader *pLoader = pArg;

  if (p->rc == SQLITE_OK) {
    /* what came since may have called functions too */
    migLoadRowCheck(p, pLoader);
  }
  if (p->rc) {
    return;
  }
  if (pPart->bFirst && pPart->bLast) {
    migLoadRowWrite(p, pLoader, pPart->iKey, pPart->a, pPart->n);
    return;
  }
  if (pPart->bFirst) {
    migLoadPartsStart(p, pLoader, pPart);
  }
  if (p->rc == SQLITE_OK) {
    migLoadPartsAdd(p, pLoader, pPart);
  }
  if (pPart->bLast && p->rc == SQLITE_OK) {
    migLoadPartsEnd(p, pLoader, pPart);
  }
}

/* Delete the row with the key of pKey, which holds a row or its beginning
** with the whole key; of a table with rowids its iKey is enough. Not for
** MIG_KEY_NONE. That no row has the key is no error. BACKUP_DAMAGED when pKey
** is no row; UNSUPPORTED and SQLITE as migLoadPart(). */
void migLoadDelete(MigContext *p, MigLoader *pLoader, const MigPart *pKey) {
  if (p->rc == SQLITE_OK) {
    migLoadRowCheck(p, pLoader);
  }
  if (p->rc) {
    return;
  }
  migLoadRowDelete(p, pLoader, pKey);
}

/* Give back what the loader holds, on every path, while the connection is still
** open. NULL is allowed. */
void migLoadClose(MigLoader *pLoader) {
  if (pLoader) {
    sqlite3_blob_close(pLoader->pBlob);
    sqlite3_finalize(pLoader->pInsert);
    sqlite3_finalize(pLoader->pDelete);
    sqlite3_finalize(pLoader->pSelect);
    sqlite3_free(pLoader->a);
  }
}
