/*
** compose.h - the files of an export: kept ones, written ones, proven.
**
** Files are made in memory; writing them to a disk is the caller's.
*/
#ifndef MIG_COMPOSE_H
#define MIG_COMPOSE_H

#include "format.h"

void migExportWrite(MigContext *p, MigOutput *pOut, const char *zFormat);

#endif
