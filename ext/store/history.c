/*
** history.c - the append-only, hash-chained log.
**
** Column `chain` of row seq is BLAKE2b-256 over
**   - the chain of row seq-1, 32 bytes (zeros for the first row);
**   - every other column of the row in the order of the table, each as one
**     type byte and a value, as seal.h says.
** So a row that was changed, removed or put in later breaks the chain: its own,
** or that of the row behind it. Of rows that are cut off at the end it knows
** nothing. Sequence numbers begin with 1 and have no gaps. The chain proves
** order and integrity against accident and careless editing; who can write the
** file can also recompute it.
**
** Open rows. A script of migrate_sql() is run without us and cannot compute
** hashes: its rows, whose outcome is `offline`, have an empty chain, and rows
** that it writes elsewhere an empty seal. As long as the last row is such a
** one, empty seals are right; the next call of ours that writes makes chains
** and seals before anything else (migHistoryAdopt).
**
** Numbers of runs. A call has the number behind that of the last row. When it
** commits something before its first row, batches or a backup, it reserves its
** number, or another call would have the same; and the rows of two calls that
** take turns may leave the smaller number last. In both cases the greatest
** number is in _migrate_meta, as `run`.
*/
#include <string.h>
#include "sql.h"
#include "seal.h"
#include "store.h"
#include "history.h"

static const char zHistoryLast[] =
    "SELECT seq, run, chain, outcome FROM main._migrate_history"
    " ORDER BY seq DESC LIMIT 1";
static const char zHistoryAdd[] =
    "INSERT INTO main._migrate_history" /* compiled sooner without columns */
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
    " ?16, ?17)";
static const char zHistoryAll[] =
    "SELECT seq, run, action, revision, message, from_revisions,"
    " to_revisions, outcome, error, started_at, ms, \"rows\", backup, actor,"
    " checksum, fingerprint, chain FROM main._migrate_history ORDER BY seq";
static const char zHistoryAfter[] =
    "SELECT seq, run, action, revision, message, from_revisions,"
    " to_revisions, outcome, error, started_at, ms, \"rows\", backup, actor,"
    " checksum, fingerprint, chain FROM main._migrate_history WHERE seq > ?1"
    " ORDER BY seq LIMIT 1";
static const char zHistoryChain[] =
    "UPDATE main._migrate_history SET chain = ?2 WHERE seq = ?1";
/* The last row that is not open. */
static const char zHistoryClosed[] =
    "SELECT seq, chain FROM main._migrate_history"
    " WHERE outcome <> 'offline' OR length(chain) <> 0"
    " ORDER BY seq DESC LIMIT 1";
#define HISTORY_COLUMNS 16            /* without the chain */
#define HISTORY_LAST 0xffffffffffffLL /* greatest number of a row or run */

/* The chain in column i of the current row; zeros when there is none. */
static void chainRead(sqlite3_stmt *pStmt, int i, u8 *aChain) {
  const void *a = sqlite3_column_blob(pStmt, i);

  if (a && sqlite3_column_bytes(pStmt, i) == MIG_HASH_SIZE) {
    memcpy(aChain, a, MIG_HASH_SIZE);
  } else {
    memset(aChain, 0, MIG_HASH_SIZE);
  }
}

/* Chain and run of the last row, and as result the number of the next one; for
** the first row zeros, 0 and 1. STORE_DAMAGED when the last row has numbers
** that leave no room for others. */
static i64 historyTail(MigContext *p, u8 *aChain, i64 *piRun) {
  sqlite3_stmt *pStmt = migCached(p, zHistoryLast);
  i64 iSeq = 0;

  memset(aChain, 0, MIG_HASH_SIZE);
  *piRun = 0;
  if (migStep(p, pStmt)) {
    iSeq = sqlite3_column_int64(pStmt, 0);
    *piRun = sqlite3_column_int64(pStmt, 1);
    chainRead(pStmt, 2, aChain);
  }
  sqlite3_reset(pStmt);
  if (iSeq < 0 || iSeq > HISTORY_LAST || *piRun < 0 || *piRun > HISTORY_LAST) {
    migFail(p, MIG_STORE_DAMAGED,
            "the last row of the history has an impossible number; restore"
            " the file from a copy");
    iSeq = *piRun = 0;
  }
  return iSeq + 1;
}

/* The greatest number that was reserved; 0 when there is none, or none that
** makes sense. */
static i64 runReserved(MigContext *p) {
  i64 iRun = migMetaInt(p, "run");

  return iRun < 0 || iRun > HISTORY_LAST ? 0 : iRun;
}

/* The number for the rows of a new call, above all that were given. It is free
** for as long as the caller holds the write transaction: who commits before it
** has a row reserves it. */
i64 migHistoryRun(MigContext *p) {
  i64 iReserved = runReserved(p);
  u8 aChain[MIG_HASH_SIZE];
  i64 iRun;

  historyTail(p, aChain, &iRun);
  return (iRun > iReserved ? iRun : iReserved) + 1;
}

/* Let no other call have this number: the caller commits before it has a row.
** It holds the write transaction. */
void migHistoryReserve(MigContext *p, i64 iRun) {
  if (iRun > runReserved(p)) {
    migMetaSetInt(p, "run", iRun);
  }
}

/* Append one row, chained to the one that is the last now. The caller holds the
** write transaction, in which open rows were adopted. STORE_DAMAGED as for
** historyTail(); after failure the caller rolls back. */
void migHistoryAdd(MigContext *p, const MigEvent *pEvent) {
  u8 aChain[MIG_HASH_SIZE];
  i64 iRun;
  i64 iSeq = historyTail(p, aChain, &iRun);
  MigSealed row;

  if (iRun > pEvent->iRun) { /* the greater number would not be last any more */
    migHistoryReserve(p, iRun);
  }
  migSealedStart(&row, migCached(p, zHistoryAdd), 0);
  migHashAdd(&row.hash, aChain, MIG_HASH_SIZE);
  migSealedInt(p, &row, iSeq);
  migSealedInt(p, &row, pEvent->iRun);
  migSealedText(p, &row, pEvent->zAction);
  migSealedText(p, &row, pEvent->zRevision);
  migSealedText(p, &row, pEvent->zMessage);
  migSealedText(p, &row, pEvent->zFrom);
  migSealedText(p, &row, pEvent->zTo);
  migSealedText(p, &row, pEvent->zOutcome);
  migSealedText(p, &row, pEvent->zError);
  migSealedText(p, &row, pEvent->zStartedAt);
  migSealedInt(p, &row, pEvent->ms);
  if (pEvent->nRow < 0) {
    migSealedNull(&row);
  } else {
    migSealedInt(p, &row, pEvent->nRow);
  }
  if (pEvent->iBackup == 0) {
    migSealedNull(&row);
  } else {
    migSealedInt(p, &row, pEvent->iBackup);
  }
  migSealedText(p, &row, pEvent->zActor);
  migSealedBlob(p, &row, pEvent->aChecksum, MIG_HASH_SIZE);
  migSealedBlob(p, &row, pEvent->aFingerprint, MIG_HASH_SIZE);
  migSealedEnd(p, &row, MIG_HASH_SIZE);
}

/* The chain that the current row should have after a row with aBefore. aChain
** may be the same place. */
static void chainProper(MigContext *p, sqlite3_stmt *pStmt, const u8 *aBefore,
                        u8 *aChain) {
  MigHash hash;
  int i;

  migHashInit(&hash);
  migHashAdd(&hash, aBefore, MIG_HASH_SIZE);
  for (i = 0; i < HISTORY_COLUMNS; i++) {
    migSealColumn(p, &hash, pStmt, i);
  }
  migHashFinal(&hash, aChain);
}

/* Is the chain of the current row, already read, the one it should have after a
** row with aBefore? That is kept in pRead->aProper. */
static int chainFits(MigContext *p, MigHistoryReader *pRead,
                     const u8 *aBefore) {
  chainProper(p, pRead->pStmt, aBefore, pRead->aProper);
  return sqlite3_column_type(pRead->pStmt, HISTORY_COLUMNS) == SQLITE_BLOB &&
         memcmp(pRead->aChain, pRead->aProper, MIG_HASH_SIZE) == 0;
}

/* Number and chain of the last row that is not open; 0 and zeros without
** one. */
static i64 historyClosed(MigContext *p, u8 *aChain) {
  sqlite3_stmt *pStmt = migCached(p, zHistoryClosed);
  i64 iSeq = 0;

  memset(aChain, 0, MIG_HASH_SIZE);
  if (migStep(p, pStmt)) {
    iSeq = sqlite3_column_int64(pStmt, 0);
    chainRead(pStmt, 1, aChain);
  }
  sqlite3_reset(pStmt);
  return iSeq;
}

/*
** Read and check the next row: 1, and pRead says what it is; 0 at the end or
** after an error. bFits 0 is no error: a row whose chain was changed is one
** that does not fit, not two, as the next one may also stand on the chain that
** it should have had. Open rows at the end fit. The caller compares iSeq with
** iBefore.
*/
int migHistoryNext(MigContext *p, MigHistoryReader *pRead) {
  u8 aStored[MIG_HASH_SIZE];
  u8 aProper[MIG_HASH_SIZE];

  if (pRead->pStmt == 0) {
    pRead->iClosed = historyClosed(p, aStored);
    pRead->pStmt = migCached(p, zHistoryAll);
  }
  if (!migStep(p, pRead->pStmt)) {
    sqlite3_reset(pRead->pStmt);
    return 0;
  }
  memcpy(aStored, pRead->aChain, MIG_HASH_SIZE);
  memcpy(aProper, pRead->aProper, MIG_HASH_SIZE);
  pRead->iBefore = pRead->iSeq;
  pRead->iSeq = sqlite3_column_int64(pRead->pStmt, 0);
  chainRead(pRead->pStmt, HISTORY_COLUMNS, pRead->aChain);
  pRead->bFits = (memcmp(aStored, aProper, MIG_HASH_SIZE) &&
                  chainFits(p, pRead, aProper)) ||
                 chainFits(p, pRead, aStored) ||
                 (pRead->iSeq > pRead->iClosed &&
                  migSealEmpty(pRead->pStmt, HISTORY_COLUMNS));
  return p->rc == SQLITE_OK;
}

/* ---- open rows ---- */

/* Is the last row open? The caller holds a transaction, as below, but one that
** reads will do. */
int migHistoryOpen(MigContext *p) {
  sqlite3_stmt *pStmt = migCached(p, zHistoryLast);
  int bOpen = 0;

  if (migStep(p, pStmt)) {
    const char *zOutcome = migColumnPeek(p, pStmt, 3);
    bOpen =
        zOutcome && strcmp(zOutcome, "offline") == 0 && migSealEmpty(pStmt, 2);
  }
  sqlite3_reset(pStmt);
  return bOpen;
}

/* Make the chains of open rows, and the seals of the rows written with them.
** The caller holds the write transaction, and has found that the last row is
** open. */
void migHistoryAdopt(MigContext *p) {
  u8 aChain[MIG_HASH_SIZE];
  i64 iSeq = historyClosed(p, aChain);
  sqlite3_stmt *pRow = migCached(p, zHistoryAfter);
  sqlite3_stmt *pChain = migCached(p, zHistoryChain);

  migBindInt(p, pRow, 1, iSeq);
  while (migStep(p, pRow)) {
    iSeq = sqlite3_column_int64(pRow, 0);
    chainProper(p, pRow, aChain, aChain);
    sqlite3_reset(pRow);
    migBindInt(p, pChain, 1, iSeq);
    migBindBlob(p, pChain, 2, aChain, MIG_HASH_SIZE);
    migRun(p, pChain);
    migBindInt(p, pRow, 1, iSeq);
  }
  sqlite3_reset(pRow);
  migSealMissing(p);
}
