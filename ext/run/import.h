/*
** import.h - bringing a folder of migrations into the file.
*/
#ifndef MIG_IMPORT_H
#define MIG_IMPORT_H

#include "change.h"
#include "looks.h"

char *migImportFolder(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zPath, const char *zFormat,
                      const MigPlaceholders *pHolders, int bRepair);

char *migImportKnown(MigContext *p, const MigCall *pCall, const char *zPath,
                     const char *zFormat, const MigPlaceholders *pHolders,
                     MigImportSeen *pSeen);
char *migImportSeen(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                    const char *zPath, const char *zFormat,
                    const MigPlaceholders *pHolders, MigImportSeen *pSeen);

#endif
