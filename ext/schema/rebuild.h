/*
** rebuild.h - a table made anew, with its rows copied.
**
** The result is a list of plain SQL statements, to be run in one transaction
** with foreign keys not enforced and legacy_alter_table on. They are what
** migrate_table() runs, and what it is expanded to where a script must do
** without it.
**
** Pure: nothing is asked and nothing run. Where rowids need not be copied one
** by one, a CHECK for column c of t(c) takes these:
**
**   ALTER TABLE main."t" RENAME TO "t_old"
**   CREATE TABLE main.t(c INTEGER CHECK(c > 0))
**   INSERT OR ABORT INTO main."t" SELECT * FROM main."t_old" NOT INDEXED
**   DROP TABLE main."t_old"
**   CREATE INDEX main.i ON t(c)
*/
#ifndef MIG_REBUILD_H
#define MIG_REBUILD_H

#include "compare.h"
#include "text.h"

/* A table to be made anew. Zero-initialize, then fill the first part. All that
** it refers to must live as long; what is out belongs to the arena. */
typedef struct MigRebuild {
  const MigModel *pModel;    /* the schema as it is, the table in it */
  const MigTableDiff *pDiff; /* pNew->zSql becomes the stored text; both
                             ** definitions can be read */
  const char **azUsing;      /* for each new column an expression over the old
                             ** columns to fill it with, or NULL; may be NULL */
  const char **azWas; /* for each old column its name in those, when it has
                      ** another one now; may be NULL */
  MigList temporary;  /* statements that make the TEMP triggers on the table */
  int bDense;         /* its rowids are 1 to n: they come again by themselves */
  int bTwice;         /* copy twice, with no ALTER TABLE; set where needed */

  /* out */
  int iFirst;         /* of two copies the statement of the first, else -1 */
  const char *zAside; /* the table that holds the rows meanwhile */
  int iCopy;          /* the statement that copies the rows; the second one */
  MigList statements; /* each without a semicolon */
} MigRebuild;

void migRebuildStatements(MigContext *p, MigRebuild *pRebuild);
const char *migRebuildRowid(MigContext *p, const MigModelObject *pTable);

#endif
