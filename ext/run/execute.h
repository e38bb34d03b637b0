/*
** execute.h - runs one script, inside a transaction.
**
** A run fills a MigExecution once, calls migExecuteStart() when it holds its
** transaction (and again when the schema was read anew), and migExecuteScript()
** for each script. Between these the schema may lag behind: columns wait to be
** added. Whoever looks at it calls migExecuteSettle() first.
*/
#ifndef MIG_EXECUTE_H
#define MIG_EXECUTE_H

#include "around.h"

void migExecuteStart(MigContext *p, MigExecution *pExec);
void migExecuteScript(MigContext *p, MigExecution *pExec, MigScriptJob *pJob);
void migExecuteSettle(MigContext *p, MigExecution *pExec);

#endif
