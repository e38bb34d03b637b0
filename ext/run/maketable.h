/*
** maketable.h - migrate_table(): make this table be so.
*/
#ifndef MIG_MAKETABLE_H
#define MIG_MAKETABLE_H

#include "call.h"
#include "caller.h"
#include "text.h"

/* What migrate_table() is told. Texts and lists are the caller's, and stay
** until the call has returned. Of renameOld and renameNew, and of usingColumn
** and usingExpr, the texts of one index belong together. */
typedef struct MigTableSpec {
  const char *zSql;    /* CREATE TABLE ..., which names the table */
  i64 nSql;            /* its bytes */
  MigList renameOld;   /* columns that get another name */
  MigList renameNew;   /* that name */
  MigList usingColumn; /* columns that are filled by an expression */
  MigList usingExpr;   /* that expression, over the columns as they were */
  int bChanges;        /* the table may lose only this: */
  MigList changes;     /* as migAlterationLosses() says it */
  int bCheck;          /* quick_check afterwards */
} MigTableSpec;

char *migMakeTable(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   const MigTableSpec *pSpec);

#endif
