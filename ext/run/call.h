/*
** call.h - what every acting call may be told.
**
** Option and setting meet here: a field says what the option said, or that the
** setting decides, which is then asked where it matters. Texts and lists are in
** the arena of the call. A verb that carries out another one hands it a copy
** with fields of its own.
*/
#ifndef MIG_CALL_H
#define MIG_CALL_H

#include "context.h"

/* Milliseconds to wait for locks while the setting is not known: its default,
** as settings.c has it. */
#define MIG_WAIT 5000

/* The common options of an acting call. All zero is not the default: where
** nothing was given msWait is below 0, and msNow is by the clock. bNoBackup and
** bBackup are not both set; neither: as setting auto_backup says. */
typedef struct MigCall {
  i64 msNow;                /* time of the call, milliseconds since 1970 */
  int bNow;                 /* it was given: no clock, durations are 0 */
  const char *zActor;       /* for the history; NULL: setting actor's */
  int bDryRun;              /* do it, report it, roll it back */
  i64 msWait;               /* for locks, 0: not at all; below 0: as setting
                            ** wait says */
  const char *zTransaction; /* "run" or "each"; NULL: as the setting says */
  int bNoBackup;            /* no automatic backup, whatever the setting says */
  int bBackup;              /* a full one, whatever the setting says */
  const char *zProgress;    /* "stderr", an SQL function, or NULL */
  int nAllowLoss;           /* tables that may lose rows, in any case of their
                            ** letters */
  const char **azAllowLoss; /* their names */
} MigCall;

#endif
