/*
** mirror.h - the version table of another tool, kept true.
*/
#ifndef MIG_MIRROR_H
#define MIG_MIRROR_H

#include "target.h"
#include "text.h"

void migMirrorSql(MigContext *p, int bStore, const MigState *pState,
                  MigList *pOut);
void migMirrorIds(MigContext *p, const char *zMirror, const MigState *pState,
                  MigList *pOut);
void migMirrorGoneOn(MigContext *p, const MigState *pState);
void migMirrorCheck(MigContext *p, const MigState *pState);
int migMirrorUndone(MigContext *p, const MigState *pState);
int migMirrorKeep(MigContext *p, const MigState *pState);
const char *migMirrorFind(MigContext *p, const MigState *pState, MigList *pOut);

#endif
