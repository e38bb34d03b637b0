/*
** editing.h - putting one stored text of a table in the place of another.
*/
#ifndef MIG_EDITING_H
#define MIG_EDITING_H

#include "compare.h"
#include "transaction.h"

/* A table being edited. Where SQLite does not take what is asked, bGiveUp is
** set, and these functions do nothing any more, as after an error. */
typedef struct MigEditing {
  MigContext *p;
  const MigModel *pModel;    /* the schema with the old table in it */
  const MigTableDiff *pDiff; /* old and new definition, both read */
  MigTransaction *pTx;       /* to be armed; NULL: scratch database */
  const char *zTable;        /* as sqlite_schema spells it */
  const char *zRowid;        /* a name of the rowid as SQL, or NULL */
  int bDeep;   /* migFitDeep(): expressions may come out otherwise */
  int bGiveUp; /* only a copy of the rows will do */
} MigEditing;

int migEditingConfig(sqlite3 *db, int iOption);
void migEditingArm(MigContext *p, MigTransaction *pTx);
void migEditingSet(MigContext *p, MigTransaction *pTx, int iOption, int b);
int migEditingReplace(MigContext *p, MigTransaction *pTx, const char *zTable,
                      const char *zSql);

void migEditingText(MigEditing *pe, const char *zSql);
void migEditingBack(MigEditing *pe);
void migEditingStuck(MigEditing *pe);
sqlite3_stmt *migEditingPrepare(MigEditing *pe, const char *zSql);
int migEditingStep(MigEditing *pe, sqlite3_stmt *pStmt);

#endif
