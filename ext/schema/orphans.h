/*
** orphans.h - what keeps a script from leaving more rows without their parent.
**
** A run looks at the tables it touches (run/foreign.c). A script that SQLite
** runs without us counts all such rows in its transaction, at its begin and at
** its end, and fails by a CHECK when they have become more.
**
** Limits: a row that loses its parent while another finds one is not noticed,
** as only their number is held. Where foreign_key_check itself fails, which it
** does for a foreign key whose parent column is no key, nothing can be counted
** and no guard is written.
*/
#ifndef MIG_ORPHANS_H
#define MIG_ORPHANS_H

#include "model.h"
#include "scratch.h"
#include "text.h"

/* Their number, as a scalar subquery, and the definition of a column that fails
** when it is set to 0; the message is the name of the constraint. */
#define MIG_ORPHANS_COUNT "(SELECT count(*) FROM pragma_foreign_key_check)"
#define MIG_ORPHANS_COLUMN                                                     \
  "parents INTEGER DEFAULT 1 CONSTRAINT \"rows refer to missing parents"       \
  " (PRAGMA foreign_key_check); mend them first\" CHECK(parents IS 1)"

int migOrphansCountable(MigContext *p, MigScratch *pScratch);
int migOrphansPossible(MigContext *p, const MigModel *pOld,
                       const MigModel *pNew);
void migOrphansBegin(MigContext *p, MigText *pOut);
void migOrphansEnd(MigContext *p, MigText *pOut);

#endif
