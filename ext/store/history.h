/*
** history.h - the append-only, hash-chained log.
*/
#ifndef MIG_HISTORY_H
#define MIG_HISTORY_H

#include "context.h"
#include "hash.h"

/* A row to append. Texts may be NULL where the table allows it. */
typedef struct MigEvent {
  i64 iRun;
  const char *zAction;
  const char *zRevision;
  const char *zMessage;
  const char *zFrom; /* current heads before */
  const char *zTo;   /* current heads after */
  const char *zOutcome;
  const char *zError;
  const char *zStartedAt;
  i64 ms;
  i64 nRow;    /* below 0: NULL */
  i64 iBackup; /* the automatic backup; 0: NULL */
  const char *zActor;
  const u8 *aChecksum;    /* MIG_HASH_SIZE bytes, or NULL */
  const u8 *aFingerprint; /* the same */
} MigEvent;

/* The log being read from its first row. Zero-initialize. */
typedef struct MigHistoryReader {
  sqlite3_stmt *pStmt;
  i64 iBefore;               /* number of the row before, 0: none */
  i64 iSeq;                  /* number of the row */
  i64 iClosed;               /* number of the last row that is chained */
  int bFits;                 /* its chain fits it and the row before */
  u8 aChain[MIG_HASH_SIZE];  /* its chain as stored */
  u8 aProper[MIG_HASH_SIZE]; /* and as it should be */
} MigHistoryReader;

i64 migHistoryRun(MigContext *p);
void migHistoryReserve(MigContext *p, i64 iRun);
void migHistoryAdd(MigContext *p, const MigEvent *pEvent);
int migHistoryNext(MigContext *p, MigHistoryReader *pRead);
int migHistoryOpen(MigContext *p);
void migHistoryAdopt(MigContext *p);

#endif
