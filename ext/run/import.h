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

/* What migrate_auto() and its import tell each other. Zero-initialize. */
typedef struct MigImportSeen {
  const char *zLooks; /* what the folder looks like; "": it is too young */
  int bSame;          /* that is what it looked like at the last import */
  MigList has;        /* ids of the revisions that it has, when it was read */
} MigImportSeen;

int migImportLooks(MigContext *p, const char *zPath, const char *zFormat,
                   const MigPlaceholders *pHolders, MigImportSeen *pSeen);
int migImportEmpty(MigContext *p, const char *zPath);
char *migImportKnown(MigContext *p, const MigCall *pCall, const char *zPath,
                     const char *zFormat, const MigPlaceholders *pHolders,
                     MigImportSeen *pSeen);
void migImportKeep(MigContext *p, MigConnection *pConn,
                   const MigImportSeen *pSeen);
char *migImportSeen(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                    const char *zPath, const char *zFormat,
                    const MigPlaceholders *pHolders, MigImportSeen *pSeen);

#endif
