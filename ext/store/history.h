/*
** history.h - the append-only, hash-chained log.
**
** All of it needs a store that was verified, and a transaction that the caller
** holds: what appends or adopts, one that writes. Out of memory and what SQLite
** reports are errors of each.
*/
#ifndef MIG_HISTORY_H
#define MIG_HISTORY_H

#include "context.h"
#include "hash.h"

/* A row to append. Texts may be NULL where the table allows it, and are
** borrowed for the call. */
typedef struct MigEvent {
  i64 iRun;               /* as migHistoryRun() has given it */
  const char *zAction;    /* the verb */
  const char *zRevision;  /* the revision concerned; NULL: a whole call */
  const char *zMessage;   /* its message, or a note */
  const char *zFrom;      /* current heads before, sorted, by commas */
  const char *zTo;        /* current heads after */
  const char *zOutcome;   /* done, failed or partial */
  const char *zError;     /* the message of a failure */
  const char *zStartedAt; /* ISO-8601 in UTC */
  i64 ms;                 /* duration */
  i64 nRow;               /* rows changed; below 0: NULL */
  i64 iBackup;            /* the automatic backup; 0: NULL */
  const char *zActor;     /* who, as the caller said */
  const u8 *aChecksum;    /* of scripts: MIG_HASH_SIZE bytes, or NULL */
  const u8 *aFingerprint; /* of the schema: the same */
} MigEvent;

/* The log being read from its first row. Zero-initialize. The statement is the
** context's; it needs no end. */
typedef struct MigHistoryReader {
  sqlite3_stmt *pStmt;       /* stands on the row */
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
