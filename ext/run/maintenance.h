/*
** maintenance.h - runs a script outside a transaction.
*/
#ifndef MIG_MAINTENANCE_H
#define MIG_MAINTENANCE_H

#include "around.h"

void migMaintenanceRun(MigContext *p, MigExecution *pExec, MigScriptJob *pJob);

#endif
