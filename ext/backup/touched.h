/*
** touched.h - copy on first write: only the tables that a run writes.
**
** A run calls migTouchedStart() once, then for each script migTouchedScript(),
** and before each of its statements migTouchedBefore(). What changes a table in
** another way calls migTouchedTable() first. All of it is within the write
** transaction that the backup was begun in. The caller ends the backup, too.
*/
#ifndef MIG_TOUCHED_H
#define MIG_TOUCHED_H

#include "backup.h"
#include "script.h"
#include "text.h"

/* A run being watched. */
typedef struct MigTouched {
  MigBackup *pBackup; /* begun before the first statement; NULL: no backup, and
                         all calls are no-ops */
  int bAll;           /* every table is in the backup already */
  i64 nChange;        /* rows that the backup itself has written: SQLite counts
                         them among those of the scripts (total_changes()) */
  int bListed;        /* builtin was read */
  MigList builtin;    /* functions that are SQLite's own, sorted */
  int nKnown;         /* of the schema as it is now: */
  i64 *aiKnown; /* root pages that need no more looking at, in the arena */
  const char *zKnown; /* a table whose writes need no more looking at for
                         virtual tables; NULL: none */
} MigTouched;

void migTouchedStart(MigContext *p, MigTouched *pTouched, MigBackup *pBackup);
void migTouchedScript(MigContext *p, MigTouched *pTouched, const char *z,
                      i64 n);
void migTouchedBefore(MigContext *p, MigTouched *pTouched, const char *z,
                      const MigStatement *pSt, sqlite3_stmt *pStmt);
void migTouchedTable(MigContext *p, MigTouched *pTouched, const char *zName);

#endif
