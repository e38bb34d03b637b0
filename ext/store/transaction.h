/*
** transaction.h - one atomic change of the file.
**
**   migTransactionBegin(p, &tx, pConn, msWait, bDeterministic, bCreate);
**   ... changes; migTransactionArm(p, &tx) after each of the schema ...
**   migTransactionCommit(p, &tx);
**   migTransactionUndo(p, &tx);   on every path; nothing after a commit
**
** A transaction may stand inside another of ours: it is a savepoint then.
*/
#ifndef MIG_TRANSACTION_H
#define MIG_TRANSACTION_H

#include "caller.h"

/* A transaction, set up by migTransactionBegin(). */
typedef struct MigTransaction {
  MigConnection *pConn;   /* of the connection it is on */
  int iSavepoint;         /* number in its name: never used twice */
  int bOwn;               /* began in autocommit: ours to commit */
  int bOpen;              /* begun and not yet ended */
  int bStore;             /* the file holds our tables */
  int bCreated;           /* they were made by this transaction */
  int bUpgraded;          /* or were of an older version before it */
  i64 msWait;             /* how long to wait for locks; 0: not at all */
  int bJoined;            /* the veto table has joined */
  sqlite3_stmt *pVeto;    /* joins it; a write, so it also takes the lock */
  sqlite3_stmt *pUndo;    /* ROLLBACK, or ROLLBACK TO */
  sqlite3_stmt *pRelease; /* RELEASE of the savepoint; NULL without one */
  sqlite3_stmt *pDone;    /* COMMIT or RELEASE */
  sqlite3_stmt *pGuard;   /* a write that changes nothing */
} MigTransaction;

int migTransactionState(MigContext *p);
void migTransactionBegin(MigContext *p, MigTransaction *pTx,
                         MigConnection *pConn, i64 msWait, int bDeterministic,
                         int bCreate);
int migTransactionLost(const MigTransaction *pTx);
void migTransactionCheck(MigContext *p, const MigTransaction *pTx,
                         const char *zWho);
void migTransactionArm(MigContext *p, MigTransaction *pTx);
void migTransactionCommit(MigContext *p, MigTransaction *pTx);
void migTransactionUndo(MigContext *p, MigTransaction *pTx);
void migTransactionLeftOpen(MigContext *p, MigConnection *pConn);
void migTransactionRelease(MigTransaction *pTx);

#endif
