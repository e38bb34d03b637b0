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

#include "revision.h"

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

#endif
