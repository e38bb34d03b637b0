/*
** change.h - one change of the store that runs no script.
**
**   migChangeBegin(p, &change, pConn, pCall);
**   ... rows changed, if p->rc is SQLITE_OK ...
**   migChangeReload(p, &change);        when edges or the applied set changed
**   migChangeRecord(p, &change, &note);
**   zResult = migResultText(...);       what is handed out is made before
**   migChangeEnd(p, &change, bCommit);  on every path
*/
#ifndef MIG_CHANGE_H
#define MIG_CHANGE_H

#include "call.h"
#include "revisions.h"
#include "state.h"
#include "transaction.h"

/* A change under way; migChangeLock() zeroes it and fills in all but state,
** zFrom and what hangs on these. Texts are in the arena. */
typedef struct MigChange {
  const MigCall *pCall;   /* the caller's, until the end */
  MigTransaction tx;      /* open from begin to end */
  MigState state;         /* as loaded last */
  MigPacker packer;       /* for scripts to be stored */
  MigPackCache cache;     /* for scripts to be read */
  int bCreated;           /* the store was made by this call */
  int bLeaf;              /* the state is that of leaf.c */
  int bLost;              /* somebody else has written the applied set */
  int bTruth;             /* the call says itself what is applied */
  i64 nLost;              /* with bLost: by how much `pending` is wrong */
  int nRevision;          /* stored revisions, as loaded last */
  int iLevel;             /* zlib level, as its setting says */
  i64 iRun;               /* number of the call in the history, from 1 */
  i64 msStart;            /* monotonic clock; 0 with option now */
  const char *zStartedAt; /* time of the call, ISO-8601 in UTC */
  const char *zFrom;      /* current heads before, sorted, by commas */
} MigChange;

/* What the history says about it; fields may be NULL. */
typedef struct MigChangeNote {
  const char *zAction;   /* the verb; never NULL */
  const char *zRevision; /* the one revision it is about */
  const char *zMessage;
  const u8 *aChecksum; /* of that revision, MIG_HASH_SIZE bytes */
  i64 iBackup;         /* automatic backup, or the one taken; 0: none */
  i64 nRow;            /* rows written; 0: nothing is said */
} MigChangeNote;

void migChangeSettings(MigContext *p, MigConnection *pConn,
                       const MigCall *pCall, i64 *pmsWait,
                       int *pbDeterministic);
void migChangeBegin(MigContext *p, MigChange *pChange, MigConnection *pConn,
                    const MigCall *pCall);
void migChangeLock(MigContext *p, MigChange *pChange, MigConnection *pConn,
                   const MigCall *pCall);
void migChangeLoad(MigContext *p, MigChange *pChange);
void migChangeReload(MigContext *p, MigChange *pChange);
void migChangeRecord(MigContext *p, MigChange *pChange,
                     const MigChangeNote *pNote);
void migChangeEnd(MigContext *p, MigChange *pChange, int bCommit);

char *migJsonIds(MigContext *p, const char *zList);

#endif
