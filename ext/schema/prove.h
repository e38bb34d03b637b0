/*
** prove.h - does a script do what it should?
**
** For scripts that were made for someone (generate.h), before they are stored
** or shown. All of it happens in scratch databases: nothing is read or written
** on the connection of p.
*/
#ifndef MIG_PROVE_H
#define MIG_PROVE_H

#include "replay.h"

void migProveFailed(MigContext *p, const char *zWhat);
const char *migProveText(MigContext *p, const MigComparison *pCompare);
void migProve(MigContext *p, const MigModel *pOld, const MigModel *pNew,
              const MigText *pUp, const MigText *pDown);

#endif
