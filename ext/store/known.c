/*
** known.c - what a connection knows of a file that has not changed.
**
** Before each use our tables are verified (store.c), which reads the whole
** schema. An application asks at each start of its work whether there is
** something to do; as long as nobody has written the file, the answer of the
** last time holds. So the connection keeps the data version under which it
** has verified the tables. The pager counts it: it changes with each commit of
** this connection and whenever another one is found to have committed
** (SQLITE_FCNTL_DATA_VERSION). While it is the same, so is every byte of the
** schema, and only the facts are read, with one statement.
**
** That holds between transactions only: what a transaction has not committed
** is not counted, so inside one nothing is known. Nor of a database that was
** deserialized, because the one before it can have had the same number. TEMP
** has its own number, which begins anew after PRAGMA temp_store; but what it
** could hold is set off by writes, and here is nothing written.
*/
#include <string.h>
#include "fast.h"
#include "migrate.h"
#include "sql.h"
#include "store.h"
#include "known.h"

/* The three and what lies between them: a range is compiled soonest. */
static const char zFacts[] = "SELECT name, value FROM main._migrate_meta"
                             " WHERE name BETWEEN 'current' AND 'pending'";

/* The data versions of main and TEMP, in this order; 0 when they say nothing.
** The caller is reading. */
static int dataVersions(sqlite3 *db, u32 aiVersion[2]) {
  sqlite3_vfs *pVfs = 0;

  if (!MIG_FAST || !sqlite3_get_autocommit(db) ||
      sqlite3_txn_state(db, 0) != SQLITE_TXN_READ) {
    return 0;
  }
  sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &pVfs);
  if (pVfs == 0 || strcmp(pVfs->zName, "memdb") == 0) {
    return 0;
  }
  aiVersion[1] = 0; /* it stays so while TEMP is not in use */
  sqlite3_file_control(db, "temp", SQLITE_FCNTL_DATA_VERSION, &aiVersion[1]);
  return sqlite3_file_control(db, "main", SQLITE_FCNTL_DATA_VERSION,
                              &aiVersion[0]) == SQLITE_OK;
}

/* Our tables were just verified and are of version iVersion, 0 for none. The
** caller still holds the read transaction in which that was done. */
void migKnownKeep(MigContext *p, MigConnection *pConn, int iVersion) {
  pConn->bKnown = p->rc == SQLITE_OK && iVersion == MIGRATE_STORE_VERSION &&
                  dataVersions(p->db, pConn->aiKnown);
}

/* Take up one row of zFacts. */
static void factRead(MigContext *p, sqlite3_stmt *pStmt, MigFacts *pFacts) {
  const char *zName = migColumnPeek(p, pStmt, 0);

  if (zName && strcmp(zName, "heads") == 0) {
    pFacts->zHeads = migColumnText(p, pStmt, 1);
  } else if (zName && strcmp(zName, "current") == 0) {
    pFacts->zCurrent = migColumnText(p, pStmt, 1);
  } else if (zName && strcmp(zName, "pending") == 0) {
    pFacts->nPending = sqlite3_column_int64(pStmt, 1);
  }
}

/*
** Read the facts when the tables are as they were verified: 1. Else 0, and the
** caller has to verify them. Errors are not reported: who goes on the general
** way will meet them again.
*/
int migKnownFacts(MigContext *p, MigConnection *pConn, MigFacts *pFacts) {
  sqlite3_stmt *pStmt = 0;
  u32 aiVersion[2];
  int bKnown;

  memset(pFacts, 0, sizeof(*pFacts));
  if (!MIG_FAST || p->rc || !pConn->bKnown ||
      sqlite3_prepare_v2(p->db, zFacts, -1, &pStmt, 0)) {
    return 0;
  }
  bKnown = migStep(p, pStmt) && dataVersions(p->db, aiVersion) &&
           memcmp(aiVersion, pConn->aiKnown, sizeof(aiVersion)) == 0;
  if (bKnown) {
    do {
      factRead(p, pStmt, pFacts);
    } while (migStep(p, pStmt));
  }
  sqlite3_finalize(pStmt);
  pConn->bKnown = bKnown && p->rc == SQLITE_OK;
  migErrorClear(p);
  return pConn->bKnown;
}

/* Read the facts of a store that was opened. */
void migFactsRead(MigContext *p, MigFacts *pFacts) {
  pFacts->zHeads = migMetaText(p, "heads");
  pFacts->zCurrent = migMetaText(p, "current");
  pFacts->nPending = migMetaInt(p, "pending");
}

/* Is anything pending, as far as the facts tell: what 'heads', or with bHeads 0
** 'head', means? In doubt, also when the target is an error, the answer is
** yes. */
int migFactsPending(const MigFacts *pFacts, int bHeads) {
  const char *z = pFacts->zHeads;

  return z == 0 || z[0] == 0 || (!bHeads && strchr(z, ',')) ||
         pFacts->nPending != 0;
}
