/*
** known.h - what a connection knows of a file that has not changed.
*/
#ifndef MIG_KNOWN_H
#define MIG_KNOWN_H

#include "caller.h"

/* The facts of _migrate_meta that answer most calls. */
typedef struct MigFacts {
  const char *zHeads;   /* NULL when it is not there */
  const char *zCurrent; /* likewise */
  i64 nPending;
} MigFacts;

void migKnownKeep(MigContext *p, MigConnection *pConn, int iVersion);
void migKnownBegin(MigConnection *pConn);
int migKnownOpen(MigContext *p, MigConnection *pConn);
void migKnownForget(MigConnection *pConn);
void migKnownCommitted(MigContext *p, MigConnection *pConn);
void migFactsRead(MigContext *p, MigFacts *pFacts);
int migKnownFacts(MigContext *p, MigConnection *pConn, MigFacts *pFacts);
int migFactsPending(const MigFacts *pFacts, int bHeads);

#endif
