/*
** trial.h - do revisions come back down?
*/
#ifndef MIG_TRIAL_H
#define MIG_TRIAL_H

#include "call.h"
#include "caller.h"

char *migTrial(MigContext *p, MigConnection *pConn, const MigCall *pCall,
               const char *zRange);

#endif
