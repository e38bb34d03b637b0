/*
** offline.c - a range of revisions as a script for SQLite without us.
*/
#include "offline.h"

char *migOfflineScript(MigContext *p, const MigOfflineSpec *pSpec) {
  MIG_UNUSED(pSpec);
  migFail(p, MIG_UNSUPPORTED, "not there yet");
  return 0;
}
