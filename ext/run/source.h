/*
** source.h - a schema, by what a call names it.
*/
#ifndef MIG_SOURCE_H
#define MIG_SOURCE_H

#include "desired.h"

typedef struct MigSource {
  MigModel model;
  MigRenames renames; /* annotations of a text */
  int bLive;          /* it is schema main, as it is */
} MigSource;

void migSourceRead(MigContext *p, const char *z, i64 n, const MigModel *pLive,
                   MigSource *pOut);

#endif
