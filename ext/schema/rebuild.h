/*
** rebuild.h - a table made anew, with its rows copied.
**
** The result is a list of plain SQL statements, to be run in one transaction
** with foreign keys not enforced and legacy_alter_table on. They are what
** migrate_table() runs, and what it is expanded to where a script must do
** without it.
*/
#ifndef MIG_REBUILD_H
#define MIG_REBUILD_H

#include "compare.h"
#include "text.h"

typedef struct MigRebuild {
  const MigModel *pModel;    /* the schema as it is, the table in it */
  const MigTableDiff *pDiff; /* pNew->zSql becomes the stored text */
  const char **azUsing;      /* for each new column an expression over the old
                             ** columns to fill it with, or NULL; may be NULL */
  MigList temporary;         /* texts of TEMP triggers on the table */
  int iCopy;                 /* out: statement that copies the rows (the last
                             ** one, when there are two copies) */
  MigList statements;        /* out */
} MigRebuild;

void migRebuildStatements(MigContext *p, MigRebuild *pRebuild);

#endif
