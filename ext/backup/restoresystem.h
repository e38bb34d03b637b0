/*
** restoresystem.h - rows of SQLite's own tables, put back.
**
** Behind the rows of all other tables, in the write transaction of the restore,
** which after a failure is undone as a whole.
*/
#ifndef MIG_RESTORESYSTEM_H
#define MIG_RESTORESYSTEM_H

#include "fill.h"
#include "decide.h"

void migRestoreSystemRows(MigContext *p, MigTransaction *pTx,
                          const MigManifest *pWanted, const MigFill *pFill);
void migRestoreSystemMarks(MigContext *p, const MigDecision *pDo);

#endif
