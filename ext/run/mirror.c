/*
** mirror.c - the version table of another tool, kept true.
*/
#include "mirror.h"

void migMirrorSql(MigContext *p, int bStore, const MigState *pState,
                  MigList *pOut) {
  MIG_UNUSED(p);
  MIG_UNUSED(bStore);
  MIG_UNUSED(pState);
  MIG_UNUSED(pOut);
}

void migMirrorKeep(MigContext *p, const MigState *pState) {
  MIG_UNUSED(p);
  MIG_UNUSED(pState);
}
