/*
** health.h - is the file as we wrote it?
*/
#ifndef MIG_HEALTH_H
#define MIG_HEALTH_H

#include "caller.h"

/* Told of each result, in order, with the caller's context. eCode is MIG_NOCODE
** when the check found nothing, and zDetail then says what was looked at.
** zCheck is a constant, zDetail lasts as long as the call; neither is NULL. An
** error that it sets in p ends the round. */
typedef void (*MigHealthCall)(MigContext *p, void *pArg, const char *zCheck,
                              MigCode eCode, const char *zDetail);

int migHealthRun(MigContext *p, MigConnection *pConn, MigHealthCall xCall,
                 void *pArg);
char *migHealthVerify(MigContext *p, MigConnection *pConn);

#endif
