/*
** compiles.h - does all of a live schema compile?
*/
#ifndef MIG_COMPILES_H
#define MIG_COMPILES_H

#include "compare.h"

int migCompilesNot(MigContext *p);
int migCompilesAll(MigContext *p, const MigComparison *pCompare);
void migCompilesEach(MigContext *p, const MigModel *pModel, u8 *abCompiles);

#endif
