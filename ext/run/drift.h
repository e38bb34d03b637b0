/*
** drift.h - the schema as the last run left it, and what changed since.
**
** Fingerprints are MIG_HASH_SIZE bytes in an array of the caller's. After an
** error they mean nothing.
*/
#ifndef MIG_DRIFT_H
#define MIG_DRIFT_H

#include "hash.h"
#include "model.h"
#include "text.h"

void migDriftLive(MigContext *p, u8 aFingerprint[MIG_HASH_SIZE]);
void migDriftKeep(MigContext *p, u8 aFingerprint[MIG_HASH_SIZE]);
int migDriftFind(MigContext *p, MigList *pOut);
int migDriftKnown(MigContext *p, const char *zHeads,
                  u8 aFingerprint[MIG_HASH_SIZE]);

#endif
