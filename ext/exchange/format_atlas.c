/*
** format_atlas.c
*/
#include "format.h"

int migAtlasProbe(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
  return 0;
}

void migAtlasLoad(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
}

void migAtlasWrite(MigContext *p, MigOutput *pOut) {
  MIG_UNUSED(p);
  MIG_UNUSED(pOut);
}
