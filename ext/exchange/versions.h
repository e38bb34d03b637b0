/*
** versions.h - the version tables of other tools.
**
** migVersionsFind() lists the tables there are, migVersionsRead() fills in the
** rows of one. Nothing is ever written here. Which revision a row means is no
** concern of these files: a version is what its tool calls it.
*/
#ifndef MIG_VERSIONS_H
#define MIG_VERSIONS_H

#include "versions_rows.h"

/* What there is in a file, in the order of its schema; then sqitch, then
** user_version. All of it is the arena's. */
typedef struct MigVersionTables {
  int n;
  MigVersionTable *a;
} MigVersionTables;

void migVersionsFind(MigContext *p, const char *zRegistry,
                     MigVersionTables *pOut);
int migVersionTool(const char *zTool);
char *migVersionTools(MigContext *p);

#endif
