/*
** export.c - the stored revisions, written as a folder of files.
*/
#include "export.h"

char *migExportFolder(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const MigExportSpec *pSpec) {
  MIG_UNUSED(pConn);
  MIG_UNUSED(pCall);
  MIG_UNUSED(pSpec);
  migFail(p, MIG_UNSUPPORTED, "not there yet");
  return 0;
}
