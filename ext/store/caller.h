/*
** caller.h - from where our functions may be called.
*/
#ifndef MIG_CALLER_H
#define MIG_CALLER_H

#include "context.h"

/* A PRAGMA that a script changed, with the value to go back to. */
typedef struct MigPragma MigPragma;

/* What we keep for a connection; every function and table shares it. It is
** freed by the last of its holders. */
typedef struct MigConnection {
  sqlite3 *db;                     /* the connection */
  int nRef;                        /* functions and modules that hold it */
  int bRunning;                    /* an acting call is at work */
  int bChecking;                   /* migrate_verify() or migration_checks is */
  struct MigExecution *pExecution; /* a script of it, while one of its
                                      statements is stepped (execute.c) */
  int iKnown;          /* version of our tables as verified; 0: not known */
  int bKnown;          /* that holds for later calls too (known.c) */
  u32 aiKnown[2];      /* data versions of main and TEMP then */
  MigCached *pKept;    /* statements of a call, kept for the next one like it;
                          finalized with the veto table (veto.c) */
  int bVeto;           /* COMMIT is refused (veto.c) */
  int bLeftOpen;       /* a failed run of ours could not end its transaction */
  MigPragma *pRestore; /* those that could not be put back (connection.c) */
  int bCounts;         /* nor yet PRAGMA count_changes, which was on */
  char zName[32];      /* of the veto table: no file can know it; savepoints are
                          it with a number */
  int nSavepoint;      /* numbers given */
} MigConnection;

void migCallerActing(MigContext *p, MigConnection *pConn, const char *zName,
                     int bScript);
void migCallerShowing(MigContext *p, const char *zName, int bFunction);

#endif
