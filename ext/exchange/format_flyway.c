/*
** format_flyway.c
*/
#include "format.h"

int migFlywayProbe(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
  return 0;
}

void migFlywayLoad(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
}

void migFlywayWrite(MigContext *p, MigOutput *pOut) {
  MIG_UNUSED(p);
  MIG_UNUSED(pOut);
}
