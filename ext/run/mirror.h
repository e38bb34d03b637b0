/*
** mirror.h - the version table of another tool, kept true.
*/
#ifndef MIG_MIRROR_H
#define MIG_MIRROR_H

#include "target.h"
#include "text.h"

void migMirrorSql(MigContext *p, int bStore, const MigState *pState,
                  MigList *pOut);
void migMirrorKeep(MigContext *p, const MigState *pState);

#endif
