/*
** touched.h - copy on first write: only the tables that a run writes.
*/
#ifndef MIG_TOUCHED_H
#define MIG_TOUCHED_H

#include "backup.h"
#include "script.h"
#include "text.h"

typedef struct MigTouched {
  MigBackup *pBackup; /* begun before the first statement; NULL: no backup, and
                         all calls are no-ops */
  int bAll;           /* every table is in the backup already */
  i64 nChange;        /* rows that the backup itself has written: SQLite counts
                         them among those of the scripts */
  int bListed;        /* builtin was read */
  MigList builtin;    /* functions that are SQLite's own, sorted */
  int nKnown;         /* of the schema as it is now: */
  i64 *aiKnown;       /* root pages that need no more looking at */
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
