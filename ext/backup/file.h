/*
** file.h - a backup as a database file of its own.
*/
#ifndef MIG_FILE_H
#define MIG_FILE_H

#include "chunk.h"
#include "manifest.h"

char *migFileName(MigContext *p, const char *zPath, const char *zTime);
void migFileWrite(MigContext *p, const char *zPath, MigChunks *pChunks,
                  const MigManifest *pManifest);
void migFileRemove(const char *zPath);

#endif
