/*
** health.h - is the file as we wrote it?
*/
#ifndef MIG_HEALTH_H
#define MIG_HEALTH_H

#include "health_finding.h"

int migHealthRun(MigContext *p, MigConnection *pConn, MigHealthCall xCall,
                 void *pArg);
char *migHealthVerify(MigContext *p, MigConnection *pConn);

#endif
