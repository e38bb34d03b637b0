/*
** applied.h - which revisions this database has been through.
**
** All of it needs a store, and what writes a write transaction, which after a
** failure must be undone as a whole. Checksums and fingerprints are
** MIG_HASH_SIZE bytes. The facts of _migrate_meta that follow from the applied
** set are not kept here: migStateSummarize().
*/
#ifndef MIG_APPLIED_H
#define MIG_APPLIED_H

#include "graph.h"

MigSet migAppliedLoad(MigContext *p, const MigGraph *pGraph);
void migAppliedAdd(MigContext *p, const char *zId, i64 iRun, const char *zAt,
                   const u8 *aChecksum, const u8 *aFingerprint);
void migAppliedRemove(MigContext *p, const char *zId);
void migAppliedFingerprint(MigContext *p, const char *zId,
                           const u8 *aFingerprint);
int migAppliedDiffers(MigContext *p, const char *zId, const u8 *aChecksum);
void migAppliedRepair(MigContext *p, const char *zId, const u8 *aChecksum);

#endif
