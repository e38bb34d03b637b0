/*
** known.h - what a connection knows of a file that has not changed.
*/
#ifndef MIG_KNOWN_H
#define MIG_KNOWN_H

#include "caller.h"

/* The facts of _migrate_meta that answer most calls. Texts are in the arena. */
typedef struct MigFacts {
  const char *zHeads;   /* heads of the graph, sorted, by commas; NULL when it
                           is not there */
  const char *zCurrent; /* current heads, likewise */
  i64 nPending;         /* revisions not applied; as stored, not checked */
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
