/*
** known.c - what a connection knows of a file that has not changed.
**
** Before each use our tables are verified (store.c), which reads the whole
** schema. As long as nobody has written the file, what was found the last time
** holds. So the connection keeps the data versions under which it has verified
** the tables. A pager counts its own: with each commit of this connection, and
** whenever another one is found to have committed (SQLITE_FCNTL_DATA_VERSION).
** While it is the same, so is every byte of the schema.
**
** What a transaction has not committed is not counted. So what was verified
** inside one holds for the call that did it, which runs no code of the
** application in between; only what was verified between transactions
** (bKnown) holds for later calls, and for them between transactions only.
**
** Of a database that was deserialized nothing is known, because the one before
** it can have had the same number. TEMP's number begins anew after PRAGMA
** temp_store, so a call that acts does not rely on what is kept while TEMP is
** in use; for one that reads it does not matter, as what TEMP could hold is set
** off by writes.
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

/* The data versions of main and TEMP, in this order; 0 when they say nothing:
** nothing is known of this file then. The caller is in a transaction, or main's
** could be old. */
static int dataVersions(sqlite3 *db, u32 aiVersion[2]) {
  sqlite3_vfs *pVfs = 0;

  sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &pVfs);
  if (!MIG_FAST || pVfs == 0 || strcmp(pVfs->zName, "memdb") == 0) {
    return 0;
  }
  aiVersion[1] = 0; /* it stays so while TEMP is not in use */
  sqlite3_file_control(db, "temp", SQLITE_FCNTL_DATA_VERSION, &aiVersion[1]);
  return sqlite3_file_control(db, "main", SQLITE_FCNTL_DATA_VERSION,
                              &aiVersion[0]) == SQLITE_OK;
}

/* Is the connection in autocommit and has read, so that there is nothing that
** it has not committed? */
static int isBetween(sqlite3 *db) {
  return sqlite3_get_autocommit(db) &&
         sqlite3_txn_state(db, 0) == SQLITE_TXN_READ;
}

/* Is the file as it was when our tables were verified? The caller is in a
** transaction. */
static int isKnown(MigContext *p, const MigConnection *pConn) {
  u32 aiVersion[2];

  return pConn->iKnown && dataVersions(p->db, aiVersion) &&
         memcmp(aiVersion, pConn->aiKnown, sizeof(aiVersion)) == 0;
}

/* Our tables were just verified and are of version iVersion, 0 for none. The
** caller still holds the transaction in which that was done. After an error
** nothing is known. */
void migKnownKeep(MigContext *p, MigConnection *pConn, int iVersion) {
  int bKept = p->rc == SQLITE_OK && dataVersions(p->db, pConn->aiKnown);

  pConn->iKnown = bKept ? iVersion : 0;
  pConn->bKnown = pConn->iKnown == MIGRATE_STORE_VERSION && isBetween(p->db);
}

/* A call that acts begins, in no transaction of ours: of what is known it may
** use what was found between transactions, while TEMP is not in use. */
void migKnownBegin(MigConnection *pConn) {
  if (!pConn->bKnown || pConn->aiKnown[1] ||
      !sqlite3_get_autocommit(pConn->db)) {
    pConn->iKnown = 0;
  }
}

/*
** migStoreOpen() for a call that acts, before it writes: the version of our
** tables, verified now or known. Errors and what the caller holds are as there.
*/
int migKnownOpen(MigContext *p, MigConnection *pConn) {
  int iVersion = p->rc == SQLITE_OK && isKnown(p, pConn) ? pConn->iKnown : 0;

  if (iVersion == 0) {
    iVersion = migStoreOpen(p);
    migKnownKeep(p, pConn, iVersion);
  }
  return iVersion;
}

/* The call begins to write; what it does is not counted before it commits. From
** here on each look verifies. */
void migKnownForget(MigConnection *pConn) {
  pConn->iKnown = pConn->bKnown = 0;
}

/* A call has committed its own transaction, in which it has written rows of our
** tables and nothing else: they are as they were verified before. In a
** transaction of the caller's, or when TEMP was written, nothing is known. */
void migKnownCommitted(MigContext *p, MigConnection *pConn) {
  u32 iTemp = pConn->aiKnown[1];

  migKnownKeep(p, pConn, MIGRATE_STORE_VERSION);
  if (!sqlite3_get_autocommit(p->db) || pConn->aiKnown[1] != iTemp) {
    migKnownForget(pConn);
  } else {
    pConn->bKnown = pConn->iKnown != 0;
  }
}

/* Take up one row of zFacts. Other names lie between the three. */
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
** way will meet them again. One statement, with no transaction around it: it is
** its own.
*/
int migKnownFacts(MigContext *p, MigConnection *pConn, MigFacts *pFacts) {
  sqlite3_stmt *pStmt = 0;
  int bKnown;

  memset(pFacts, 0, sizeof(*pFacts));
  if (!MIG_FAST || p->rc || !pConn->bKnown ||
      sqlite3_prepare_v2(p->db, zFacts, -1, &pStmt, 0)) {
    return 0;
  }
  bKnown = migStep(p, pStmt) && isBetween(p->db) && isKnown(p, pConn);
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

/* Read the facts of a store that was opened. The caller holds a transaction. */
void migFactsRead(MigContext *p, MigFacts *pFacts) {
  pFacts->zHeads = migMetaText(p, "heads");
  pFacts->zCurrent = migMetaText(p, "current");
  pFacts->nPending = migMetaInt(p, "pending");
}

/* Is anything pending, as far as the facts tell: what 'heads', or with bHeads 0
** 'head', means? In doubt, also when the target is an error, the answer is yes:
** when there is no revision, or 'head' where there are several. */
int migFactsPending(const MigFacts *pFacts, int bHeads) {
  const char *z = pFacts->zHeads;

  return z == 0 || z[0] == 0 || (!bHeads && strchr(z, ',')) ||
         pFacts->nPending != 0;
}
