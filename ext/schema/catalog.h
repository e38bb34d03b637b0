/*
** catalog.h - the model of schema main.
*/
#ifndef MIG_CATALOG_H
#define MIG_CATALOG_H

#include "model.h"

void migCatalogRead(MigContext *p, MigModel *pModel);
void migCatalogReadLike(MigContext *p, const MigModel *pKnown,
                        MigModel *pModel);

#endif
