/*
** revisions.h - revisions as they are stored.
**
** Functions that take an id need a store, unless they say otherwise, and find
** it bytewise. Those that write need a write transaction, which after a failure
** must be undone as a whole, and leave the facts of _migrate_meta as they are:
** when all is written, load the state and call migStateSummarize().
*/
#ifndef MIG_REVISIONS_H
#define MIG_REVISIONS_H

#include "hash.h"
#include "graph.h"
#include "script.h"
#include "scripts.h"
#include "target.h"
#include "text.h"

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
  u8 aChecksum[MIG_HASH_SIZE]; /* of both scripts, see revisions.c */
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
void migRevisionAdd(MigContext *p, MigPacker *pPacker, MigRevision *pRev);
i64 migRevisionNext(MigContext *p);
int migRevisionHas(MigContext *p, const char *zId);
int migRevisionRead(MigContext *p, const char *zId, MigRevision *pRev);
int migRevisionGet(MigContext *p, const char *zId, MigRevision *pRev);
int migRevisionTakes(MigContext *p, const char *zId, const u8 *aChecksum);
void migRevisionScripts(MigContext *p, MigPackCache *pCache, MigRevision *pRev);
void migRevisionCheck(MigContext *p, const MigRevision *pRev);
void migRevisionEdit(MigContext *p, MigPacker *pPacker, MigRevision *pRev);
void migRevisionSource(MigContext *p, const MigRevision *pRev);
void migRevisionDelete(MigContext *p, const char *zId, int iLevel);
void migRevisionRewire(MigContext *p, const MigRevision *pRev);
void migRevisionRelink(MigContext *p, const char *zId, const char *zOld,
                       const char *zNew);
void migRevisionLabel(MigContext *p, const char *zId, const char *zLabel);

MigGraph *migGraphLoad(MigContext *p);
void migStateLoad(MigContext *p, MigState *pState);
void migStateRead(MigContext *p, int bStore, MigState *pState);
i64 migStatePending(const MigState *pState);
void migStateSummarizeGraph(MigContext *p, const MigState *pState,
                            i64 nPending);
void migStateSummarize(MigContext *p, const MigState *pState);
char *migIdsText(MigContext *p, MigList *pIds);
char *migStateNames(MigContext *p, const MigState *pState, const MigSet *pSet);

#endif
