/*
** folder.h - folders and files of migrations, read into revisions.
*/
#ifndef MIG_FOLDER_H
#define MIG_FOLDER_H

#include "format.h"

void migFolderLoad(MigContext *p, const char *zPath, const char *zFormat,
                   const char **azKey, const char **azValue, int nKey,
                   MigImport *pOut);
const char *migFolderFormats(MigContext *p);

#endif
