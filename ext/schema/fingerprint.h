/*
** fingerprint.h - a schema as text.
*/
#ifndef MIG_FINGERPRINT_H
#define MIG_FINGERPRINT_H

#include "model.h"
#include "text.h"

void migSchemaText(MigContext *p, const MigModel *pModel, MigText *pOut);
void migSchemaCanonical(MigContext *p, const MigModel *pModel, MigText *pOut);
void migDdlCanonical(MigContext *p, const MigDdl *pDdl, MigText *pOut);

#endif
