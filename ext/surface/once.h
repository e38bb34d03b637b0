/*
** once.h - the same call runs once within one execution of a statement.
**
** How it is used: migOnceFind() before the call acts; when that says it has
** run, migOnceResult(). Else it acts, and after success migOnceKeep(), then
** migOnceResult(). After an error nothing is kept, and the same call would act
** again.
*/
#ifndef MIG_ONCE_H
#define MIG_ONCE_H

#include "context.h"

/* The call as remembered, with its result when it has run. It belongs to the
** statement that is executed. */
typedef struct MigOnce MigOnce;

#define MIG_ONCE_INT (-1) /* instead of a subtype: the result is an integer */

MigOnce *migOnceFind(MigContext *p, sqlite3_context *pCtx,
                     const char *zFunction, int argc, sqlite3_value **argv,
                     int *pbDone);
void migOnceKeep(MigOnce *pOnce, char *zResult, int eSubtype);
void migOnceResult(const MigOnce *pOnce, sqlite3_context *pCtx);

#endif
