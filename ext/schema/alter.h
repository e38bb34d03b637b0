/*
** alter.h - the cheapest safe way from one definition of a table to another.
**
** Pure but for the version of SQLite it is told. It answers what could be
** done; whether it may be done to this file (rows, DEFENSIVE, a schema that
** does not compile) is for reshape.c to find out.
*/
#ifndef MIG_ALTER_H
#define MIG_ALTER_H

#include "compare.h"
#include "text.h"

/* The ways of changing a table, the dearer the further down: the numbers may be
** compared. */
typedef enum MigWay {
  MIG_WAY_NOTHING, /* the two say the same */
  MIG_WAY_CREATE,  /* there is no such table yet */
  MIG_WAY_ALTER,   /* ALTER TABLE statements */
  MIG_WAY_EDIT,    /* the stored text is replaced (edit.h) */
  MIG_WAY_REBUILD  /* a new table, the rows copied (rebuild.h) */
} MigWay;

/* The version for scripts that may run on any SQLite we support, as a number of
** sqlite3_libversion_number(): it is the oldest one. */
#define MIG_ALTER_PORTABLE 3038000

const char *migWayName(MigWay eWay);
int migAlterStatements(MigContext *p, const MigModel *pModel,
                       const MigTableDiff *pDiff, int iVersion, MigList *pOut);

#endif
