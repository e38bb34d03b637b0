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
  i64 nRow; /* below 0: NULL */
  const char *zActor;
  const u8 *aChecksum; /* MIG_HASH_SIZE bytes, or NULL */
} MigEvent;

i64 migHistoryRun(MigContext *p);
void migHistoryAdd(MigContext *p, const MigEvent *pEvent);

#endif
