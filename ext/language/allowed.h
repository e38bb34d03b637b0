/*
** allowed.h - what may not stand in a script.
**
** Scripts are given as in script.h. Lines count from 1.
*/
#ifndef MIG_ALLOWED_H
#define MIG_ALLOWED_H

#include "script.h"

int migStatementAllowed(MigContext *p, const char *z, const MigStatement *pSt,
                        const MigScriptInfo *pInfo);
void migScriptCheck(MigContext *p, const char *z, i64 n, MigScriptMode eMode,
                    MigScriptInfo *pOut);

#endif
