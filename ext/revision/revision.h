/*
** revision.h - what a revision is; what follows from its scripts.
**
** Reads no database.
*/
#ifndef MIG_REVISION_H
#define MIG_REVISION_H

#include "hash.h"
#include "script.h"
#include "scripts.h"

/* Flags of a revision. */
#define MIG_REV_UP_ALONE 1   /* the up script runs outside a transaction */
#define MIG_REV_DOWN_ALONE 2 /* the down script does */
#define MIG_REV_LENIENT 4    /* imported: maintenance statements are skipped */
#define MIG_REV_REPEATABLE 8 /* run again after the others when it changed */
#define MIG_REV_PHASE 0x30   /* a MigPhase, times 16 */
#define MIG_REV_BATCH 64     /* the up script runs in batches */
#define MIG_REV_CHECK 128    /* the up script holds checks */

/* A stored revision, or one to be stored. Texts and lists belong to the arena
** or to who filled the struct; nothing is freed through it. */
typedef struct MigRevision {
  const char *zId;
  const char *zMessage;   /* never NULL; at most MIGRATE_MAX_MESSAGE bytes */
  const char *zCreatedAt; /* ISO-8601 in UTC, NULL when not known */
  const char *zSource;    /* file it came from, or NULL */
  int flags;              /* MIG_REV_ bits */
  u8 aChecksum[MIG_HASH_SIZE]; /* of both scripts, see revision.c */
  MigPlace place;              /* of the scripts in the store */
  const char *zUp;             /* scripts to be stored; NULL: none */
  i64 nUp;
  const char *zDown;
  i64 nDown;
  int nParent; /* edges and labels to be stored; parents by id */
  const char **azParent;
  int nDepend; /* ids or labels, as they were given */
  const char **azDepend;
  int nLabel;
  const char **azLabel;
} MigRevision;

int migRevisionFlags(const MigScriptInfo *pInfo, int bDown);
MigPhase migRevisionPhase(int flags);
void migRevisionChecksum(MigRevision *pRev);

#endif
