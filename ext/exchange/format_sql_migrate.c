/*
** format_sql_migrate.c
*/
#include "format.h"

int migSqlMigrateProbe(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
  return 0;
}

void migSqlMigrateLoad(MigContext *p, MigFolder *pFolder) {
  MIG_UNUSED(p);
  MIG_UNUSED(pFolder);
}

void migSqlMigrateWrite(MigContext *p, MigOutput *pOut) {
  MIG_UNUSED(p);
  MIG_UNUSED(pOut);
}
