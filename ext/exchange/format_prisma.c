/*
** format_prisma.c
*/
#include "format.h"

int migPrismaProbe(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
  return 0;
}

void migPrismaLoad(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
}

void migPrismaWrite(MigContext *p, MigOutput *pOut) {
  MIG_UNUSED(p);
  MIG_UNUSED(pOut);
}
