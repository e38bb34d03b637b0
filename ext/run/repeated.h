/*
** repeated.h - what the repeatable revisions make.
*/
#ifndef MIG_REPEATED_H
#define MIG_REPEATED_H

#include "graph.h"
#include "model.h"
#include "text.h"

void migRepeatedNames(MigContext *p, const MigGraph *g, MigList *pOut);
void migRepeatedSkip(const MigList *pNames, MigModel *pModel);

#endif
