/*
** fingerprint.h - a schema as text, and its hash.
*/
#ifndef MIG_FINGERPRINT_H
#define MIG_FINGERPRINT_H

#include "hash.h"
#include "model.h"
#include "text.h"

void migSchemaText(MigContext *p, const MigModel *pModel, MigText *pOut);
void migSchemaCanonical(MigContext *p, const MigModel *pModel, MigText *pOut);
void migDdlCanonical(MigContext *p, const MigDdl *pDdl, MigText *pOut);
void migFingerprint(MigContext *p, const MigModel *pModel,
                    u8 aHash[MIG_HASH_SIZE]);

#endif
