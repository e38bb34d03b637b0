/*
** call.h - what every acting call may be told.
*/
#ifndef MIG_CALL_H
#define MIG_CALL_H

#include "context.h"

/* Milliseconds to wait for locks while the setting is not known: its default,
** as settings.c has it. */
#define MIG_WAIT 5000

/* The common options of an acting call. */
typedef struct MigCall {
  i64 msNow;                /* time of the call, milliseconds since 1970 */
  int bNow;                 /* it was given: no clock, durations are 0 */
  const char *zActor;       /* for the history; NULL: the setting's */
  int bDryRun;              /* do it, report it, roll it back */
  i64 msWait;               /* below 0: as the setting says */
  const char *zTransaction; /* "run" or "each"; NULL: as the setting says */
  int bNoBackup;            /* no automatic backup, whatever the setting says */
  int bBackup;              /* a full one, whatever the setting says */
  const char *zProgress;    /* "stderr", an SQL function, or NULL */
  int nAllowLoss;           /* tables that may lose rows */
  const char **azAllowLoss;
} MigCall;

#endif
