/*
** stamp.h - setting the applied set without running anything.
*/
#ifndef MIG_STAMP_H
#define MIG_STAMP_H

#include "change.h"

char *migStamp(MigContext *p, MigConnection *pConn, const MigCall *pCall,
               const char *zTargets, int bPurge, int bForce);

#endif
