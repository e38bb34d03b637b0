/*
** caller.h - from where our functions may be called.
*/
#ifndef MIG_CALLER_H
#define MIG_CALLER_H

#include "context.h"

/* A PRAGMA that a script changed, with the value to go back to. */
typedef struct MigPragma MigPragma;

/* What we keep for a connection; every function and table shares it. */
typedef struct MigConnection {
  sqlite3 *db;
  int nRef;                        /* functions and modules that hold it */
  int bRunning;                    /* an acting call is at work */
  int bChecking;                   /* migrate_verify() or migration_checks is */
  struct MigExecution *pExecution; /* a script of it, while one of its
                                      statements is stepped (execute.c) */
  int bKnown;          /* our tables were verified under these data versions */
  u32 aiKnown[2];      /* of main and TEMP (known.c) */
  int iSeen;           /* version of our tables as this call has seen them
                          before its lock, 0: not */
  u32 aiSeen[2];       /* data versions of main and TEMP then */
  int bVeto;           /* COMMIT is refused (transaction.c) */
  int bLeftOpen;       /* a failed run of ours could not end its transaction */
  MigPragma *pRestore; /* those that could not be put back (connection.c) */
  char zName[32];      /* veto table and savepoint: no file can know the name */
} MigConnection;

void migCallerActing(MigContext *p, MigConnection *pConn, const char *zName,
                     int bScript);
void migCallerShowing(MigContext *p, const char *zName, int bFunction);

#endif
