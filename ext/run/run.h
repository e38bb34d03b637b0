/*
** run.h - carries out a plan.
*/
#ifndef MIG_RUN_H
#define MIG_RUN_H

#include "call.h"
#include "caller.h"
#include "steps.h"

char *migRunTarget(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   const MigRunSpec *pSpec);
char *migStepBatches(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                     i64 ms);

#endif
