/*
** source.h - a schema, by what a call names it.
*/
#ifndef MIG_SOURCE_H
#define MIG_SOURCE_H

#include "desired.h"

/* A schema that was read; in the arena. */
typedef struct MigSource {
  MigModel model;
  MigRenames renames; /* annotations of a text; else none */
  int bLive;          /* it is schema main, as it is */
} MigSource;

void migSourceRead(MigContext *p, const char *z, i64 n, const MigModel *pLive,
                   MigSource *pOut);

#endif
