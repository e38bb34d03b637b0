/*
** generated.h - revisions of which the scripts are made, not written.
*/
#ifndef MIG_GENERATED_H
#define MIG_GENERATED_H

#include "author.h"
#include "schemas.h"

char *migGenerated(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                   MigRevisionSpec *pSpec, const MigSchemaText *pDesired,
                   int bPortable);
void migBaselineAdd(MigContext *p, MigChange *pChange, MigRevisionSpec *pSpec,
                    int bReplace, const char *zAppliedAt, MigRevision *pRev);
char *migBaseline(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                  MigRevisionSpec *pSpec, int bReplace);

#endif
