/*
** adopt.c - taking over a file that another tool has migrated.
*/
#include "adopt.h"

char *migAdopt(MigContext *p, MigConnection *pConn, const MigCall *pCall,
               const MigAdoptSpec *pSpec) {
  MIG_UNUSED(pConn);
  MIG_UNUSED(pCall);
  MIG_UNUSED(pSpec);
  migFail(p, MIG_UNSUPPORTED, "not there yet");
  return 0;
}
