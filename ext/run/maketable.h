/*
** maketable.h - migrate_table(): make this table be so.
*/
#ifndef MIG_MAKETABLE_H
#define MIG_MAKETABLE_H

#include "call.h"
#include "caller.h"
#include "text.h"

/* What migrate_table() is told. */
typedef struct MigTableSpec {
  const char *zSql; /* CREATE TABLE ... */
  i64 nSql;
  MigList renameOld; /* columns that get another name */
  MigList renameNew;
  MigList usingColumn; /* columns that are filled by an expression */
  MigList usingExpr;
  int bChanges;    /* the table may lose only this: */
  MigList changes; /* as migAlterationLosses() says it */
  int bCheck;      /* quick_check afterwards */
} MigTableSpec;

char *migMakeTable(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   const MigTableSpec *pSpec);

#endif
