/*
** author.h - writing revisions: revision, merge, edit, delete, label.
*/
#ifndef MIG_AUTHOR_H
#define MIG_AUTHOR_H

#include "text.h"
#include "change.h"

/* What migrate_revision() and migrate_merge() are told. */
typedef struct MigRevisionSpec {
  const char *zAction; /* for the history */
  const char *zMessage;
  const char *zUp; /* scripts, or NULL */
  i64 nUp;
  const char *zDown;
  i64 nDown;
  const char *zId; /* NULL: made by hash */
  int bParent;     /* parents are given */
  MigList parents; /* targets; base for a new root */
  int bMerge;      /* at least two parents are wanted */
  int bSplice;     /* parents need not be heads */
  MigList depends; /* targets or labels */
  MigList labels;
  const char *zCreatedAt; /* NULL: time of the call */
} MigRevisionSpec;

/* For whoever makes a revision within a change of its own. */
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
