/*
** change.h - one change of the store that runs no script.
*/
#ifndef MIG_CHANGE_H
#define MIG_CHANGE_H

#include "call.h"
#include "revisions.h"
#include "transaction.h"

/* A change under way. */
typedef struct MigChange {
  const MigCall *pCall;
  MigTransaction tx;
  MigState state;     /* as loaded last */
  MigPacker packer;   /* for scripts to be stored */
  MigPackCache cache; /* for scripts to be read */
  int bCreated;       /* the store was made by this call */
  int bLeaf;          /* the state is that of leaf.c */
  int bLost;          /* somebody else has written the applied set */
  int bTruth;         /* the call says itself what is applied */
  i64 nLost;          /* then: by how much the fact `pending` is wrong */
  int nRevision;      /* stored revisions, as loaded last */
  int iLevel;         /* zlib level */
  i64 iRun;
  i64 msStart;
  const char *zStartedAt; /* time of the call, ISO-8601 */
  const char *zFrom;      /* current heads before */
} MigChange;

/* What the history says about it; fields may be NULL. */
typedef struct MigChangeNote {
  const char *zAction;
  const char *zRevision;
  const char *zMessage;
  const u8 *aChecksum;
  i64 iBackup; /* automatic backup, or the one taken; 0: none */
  i64 nRow;    /* rows written; 0: nothing is said */
} MigChangeNote;

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
