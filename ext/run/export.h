/*
** export.h - the stored revisions, written as a folder of files.
*/
#ifndef MIG_EXPORT_H
#define MIG_EXPORT_H

#include "call.h"
#include "caller.h"

/* What a call of migrate_export() asks for. Texts are the caller's. */
typedef struct MigExportSpec {
  const char *zPath;     /* the folder; made where there is none */
  const char *zFormat;   /* NULL: the one they came from, else own */
  const char *zTemplate; /* names of files; NULL: as the setting says */
  int bOverwrite;        /* also files that differ */
} MigExportSpec;

char *migExportFolder(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const MigExportSpec *pSpec);

#endif
