/*
** history.c - the append-only, hash-chained log.
**
** Column `chain` of row seq is BLAKE2b-256 over
**   - the chain of row seq-1, 32 bytes (zeros for the first row);
**   - every other column of the row in the order of the table, each as one
**     type byte and a value:
**       0x00  NULL, nothing follows
**       0x01  integer, 8 bytes, big-endian two's complement
**       0x03  text, 8 bytes big-endian length, then the UTF-8 bytes
**       0x04  blob, 8 bytes big-endian length, then the bytes
** So a row that was changed, removed or put in later breaks all chains after
** it. Sequence numbers have no gaps. The chain proves order and integrity
** against accident and careless editing; who can write the file can also
** recompute it.
*/
#include <string.h>
#include "sql.h"
#include "history.h"

static const char zHistoryLast[] =
    "SELECT seq, run, chain FROM main._migrate_history"
    " ORDER BY seq DESC LIMIT 1";
static const char zHistoryAdd[] =
    "INSERT INTO main._migrate_history(seq, run, action, revision, message,"
    " from_revisions, to_revisions, outcome, error, started_at, ms, rows,"
    " backup, actor, checksum, fingerprint, chain)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
    " ?16, ?17)";
#define HISTORY_LAST 0xffffffffffffLL /* greatest number of a row or run */

static void chainNumber(MigHash *pHash, u8 eType, u64 v) {
  u8 a[9];
  int i;

  a[0] = eType;
  for (i = 8; i > 0; i--) {
    a[i] = (u8)(v & 0xff);
    v >>= 8;
  }
  migHashAdd(pHash, a, sizeof(a));
}

static void chainBytes(MigHash *pHash, u8 eType, const void *a, i64 n) {
  if (a == 0) {
    migHashAdd(pHash, "\0", 1);
  } else {
    chainNumber(pHash, eType, (u64)n);
    migHashAdd(pHash, a, n);
  }
}

static void chainText(MigHash *pHash, const char *z) {
  chainBytes(pHash, 3, z, z ? (i64)strlen(z) : 0);
}

/* Chain and run of the last row, and the number of the next one. */
static i64 historyTail(MigContext *p, u8 *aChain, i64 *piRun) {
  sqlite3_stmt *pStmt = migCached(p, zHistoryLast);
  i64 iSeq = 0;

  memset(aChain, 0, MIG_HASH_SIZE);
  *piRun = 0;
  if (migStep(p, pStmt)) {
    iSeq = sqlite3_column_int64(pStmt, 0);
    *piRun = sqlite3_column_int64(pStmt, 1);
    if (sqlite3_column_bytes(pStmt, 2) == MIG_HASH_SIZE) {
      memcpy(aChain, sqlite3_column_blob(pStmt, 2), MIG_HASH_SIZE);
    }
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

/* The number for the rows of a new call. Runs are numbered upwards. */
i64 migHistoryRun(MigContext *p) {
  u8 aChain[MIG_HASH_SIZE];
  i64 iRun;

  historyTail(p, aChain, &iRun);
  return iRun + 1;
}

static void eventChain(const MigEvent *pEvent, i64 iSeq, u8 *aChain) {
  MigHash hash;

  migHashInit(&hash);
  migHashAdd(&hash, aChain, MIG_HASH_SIZE);
  chainNumber(&hash, 1, (u64)iSeq);
  chainNumber(&hash, 1, (u64)pEvent->iRun);
  chainText(&hash, pEvent->zAction);
  chainText(&hash, pEvent->zRevision);
  chainText(&hash, pEvent->zMessage);
  chainText(&hash, pEvent->zFrom);
  chainText(&hash, pEvent->zTo);
  chainText(&hash, pEvent->zOutcome);
  chainText(&hash, pEvent->zError);
  chainText(&hash, pEvent->zStartedAt);
  chainNumber(&hash, 1, (u64)pEvent->ms);
  if (pEvent->nRow < 0) {
    chainText(&hash, 0);
  } else {
    chainNumber(&hash, 1, (u64)pEvent->nRow);
  }
  chainText(&hash, 0); /* backup */
  chainText(&hash, pEvent->zActor);
  chainBytes(&hash, 4, pEvent->aChecksum, MIG_HASH_SIZE);
  chainText(&hash, 0); /* fingerprint */
  migHashFinal(&hash, aChain);
}

/* Append one row. The caller holds the write transaction. */
void migHistoryAdd(MigContext *p, const MigEvent *pEvent) {
  u8 aChain[MIG_HASH_SIZE];
  i64 iRun;
  i64 iSeq = historyTail(p, aChain, &iRun);
  sqlite3_stmt *pStmt = migCached(p, zHistoryAdd);

  eventChain(pEvent, iSeq, aChain);
  migBindInt(p, pStmt, 1, iSeq);
  migBindInt(p, pStmt, 2, pEvent->iRun);
  migBindText(p, pStmt, 3, pEvent->zAction);
  migBindText(p, pStmt, 4, pEvent->zRevision);
  migBindText(p, pStmt, 5, pEvent->zMessage);
  migBindText(p, pStmt, 6, pEvent->zFrom);
  migBindText(p, pStmt, 7, pEvent->zTo);
  migBindText(p, pStmt, 8, pEvent->zOutcome);
  migBindText(p, pStmt, 9, pEvent->zError);
  migBindText(p, pStmt, 10, pEvent->zStartedAt);
  migBindInt(p, pStmt, 11, pEvent->ms);
  if (pEvent->nRow >= 0) {
    migBindInt(p, pStmt, 12, pEvent->nRow);
  }
  migBindText(p, pStmt, 14, pEvent->zActor);
  migBindBlob(p, pStmt, 15, pEvent->aChecksum, MIG_HASH_SIZE);
  migBindBlob(p, pStmt, 17, aChain, MIG_HASH_SIZE);
  migRun(p, pStmt);
}
