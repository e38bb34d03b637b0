/*
** prove.h - does a script do what it should?
*/
#ifndef MIG_PROVE_H
#define MIG_PROVE_H

#include "replay.h"

void migProveFailed(MigContext *p, const char *zWhat);
const char *migProveText(MigContext *p, const MigComparison *pCompare);
void migProve(MigContext *p, const MigModel *pOld, const MigModel *pNew,
              const MigText *pUp, const MigText *pDown);

#endif
