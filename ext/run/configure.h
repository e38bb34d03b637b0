/*
** configure.h - init and config, the verbs that concern the store itself.
*/
#ifndef MIG_CONFIGURE_H
#define MIG_CONFIGURE_H

#include "change.h"

char *migConfigureInit(MigContext *p, MigConnection *pConn,
                       const MigCall *pCall);
char *migConfigureSet(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zName, const char *zValue);

#endif
