/*
** format_sqlx.c
*/
#include "format.h"

int migSqlxProbe(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
  return 0;
}

void migSqlxLoad(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
}

void migSqlxWrite(MigContext *p, MigOutput *pOut) {
  MIG_UNUSED(p);
  MIG_UNUSED(pOut);
}
