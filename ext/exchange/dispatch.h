/*
** dispatch.h - the table of formats.
*/
#ifndef MIG_DISPATCH_H
#define MIG_DISPATCH_H

#include "format.h"

const char *migFormatNames(MigContext *p, int bWrite);
void migImportLoad(MigContext *p, MigFolder *pFolder, const char *zPath,
                   const char *zFormat, MigImport *pOut);
void migExportWrite(MigContext *p, MigOutput *pOut, const char *zFormat);

#endif
