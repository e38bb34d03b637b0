/*
** looks.h - a folder that looks as it did when it was imported last.
*/
#ifndef MIG_LOOKS_H
#define MIG_LOOKS_H

#include "change.h"

/* Placeholders given by the caller: n names and their values. */
typedef struct MigPlaceholders {
  int n;
  const char **azKey;
  const char **azValue; /* n as well */
} MigPlaceholders;

/* What migrate_auto() and its import tell each other. Zero-initialize. */
typedef struct MigImportSeen {
  const char *zLooks; /* what the folder looks like; "": it is too young */
  int bSame;          /* that is what it looked like at the last import */
  MigList has;        /* ids of the revisions that it has, when it was read */
} MigImportSeen;

void migLooksSet(MigContext *p, const char *zLooks);
void migLooksForget(MigContext *p);
int migLooksSame(MigContext *p, const MigCall *pCall, const char *zPath,
                 const char *zFormat, const MigPlaceholders *pHolders,
                 MigImportSeen *pSeen);
int migLooksEmpty(MigContext *p, const MigCall *pCall, const char *zPath);
void migLooksKeep(MigContext *p, MigConnection *pConn,
                  const MigImportSeen *pSeen);

#endif
