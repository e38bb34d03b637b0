/*
** author.h - writing revisions: revision, merge, edit, delete, label.
*/
#ifndef MIG_AUTHOR_H
#define MIG_AUTHOR_H

#include "change.h"
#include "spec.h"

/* For whoever makes a revision within a change of its own: migChangeBegin(),
** Fill, migRevisionAdd(), Done. */
void migAuthorFill(MigContext *p, const MigChange *pChange,
                   const MigRevisionSpec *pSpec, MigRevision *pRev);
char *migAuthorDone(MigContext *p, MigChange *pChange, const char *zAction,
                    const MigRevision *pRev);

char *migAuthorRevision(MigContext *p, MigConnection *pConn,
                        const MigCall *pCall, const MigRevisionSpec *pSpec);
char *migAuthorEdit(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                    const char *zTarget, const MigRevision *pNew, int bRepair);
char *migAuthorDelete(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zTarget);
char *migAuthorLabel(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                     const char *zTarget, const char *zLabel);
int migScriptFlags(MigContext *p, const char *zUp, i64 nUp, const char *zDown,
                   i64 nDown);

#endif
