/*
** folder.h - a folder of files, or one file, on disk or in memory.
**
** A MigFolder is zero-initialized by the caller, filled by migFolderOpen() or
** migFolderAdd(), read by a format, and closed whatever has failed.
*/
#ifndef MIG_FOLDER_H
#define MIG_FOLDER_H

#include "format.h"

void migFolderOpen(MigContext *p, MigFolder *pFolder, const char *zPath);
void migFolderAdd(MigContext *p, MigFolder *pFolder, const char *zName,
                  const char *z, i64 n);
char *migFolderLooks(MigContext *p, const char *zPath, int nMore,
                     const char *const *azMore);
void migFolderClose(MigFolder *pFolder);

#endif
