/*
** versions.c - the version tables of other tools.
*/
#include <string.h>
#include "versions.h"

int migVersionTableName(const char *zTable) {
  MIG_UNUSED(zTable);
  return 0;
}

void migVersionsFind(MigContext *p, const char *zRegistry,
                     MigVersionTables *pOut) {
  MIG_UNUSED(p);
  MIG_UNUSED(zRegistry);
  memset(pOut, 0, sizeof(*pOut));
}
