/*
** waiting.h - locks of other connections are waited for.
**
** msWait is for how many milliseconds, 0 for not at all.
*/
#ifndef MIG_WAITING_H
#define MIG_WAITING_H

#include "context.h"

int migWaitingStep(sqlite3_stmt *pStmt, i64 msWait);
sqlite3_stmt *migWaitingQuery(MigContext *p, const char *zSql, i64 msWait);

sqlite3_stmt *migReadBegin(MigContext *p, i64 msWait);
void migSchemaLoad(MigContext *p, i64 msWait);

#endif
