/*
** import.h - bringing a folder of migrations into the file.
*/
#ifndef MIG_IMPORT_H
#define MIG_IMPORT_H

#include "change.h"

/* Placeholders given by the caller: n names and their values. */
typedef struct MigPlaceholders {
  int n;
  const char **azKey;
  const char **azValue;
} MigPlaceholders;

char *migImportFolder(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zPath, const char *zFormat,
                      const MigPlaceholders *pHolders, int bRepair);
const char *migImportLooks(MigContext *p, const char *zPath,
                           const char *zFormat,
                           const MigPlaceholders *pHolders);
int migImportEmpty(MigContext *p, const char *zPath);
char *migImportLooked(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zPath, const char *zFormat,
                      const MigPlaceholders *pHolders, const char *zLooks);

#endif
