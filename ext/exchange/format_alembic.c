/*
** format_alembic.c
*/
#include "format.h"

int migAlembicProbe(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
  return 0;
}

void migAlembicLoad(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
}
