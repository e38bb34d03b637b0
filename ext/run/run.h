/*
** run.h - carries out a plan.
*/
#ifndef MIG_RUN_H
#define MIG_RUN_H

#include "call.h"
#include "caller.h"
#include "plan.h"

char *migRunTarget(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   const char *zTarget, int bDown);
void migRunCuts(MigContext *p, const MigPlan *pPlan, const MigState *pState,
                int bEach, int *aiTransaction);

#endif
