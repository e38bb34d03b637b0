/*
** partial.h - revisions that are applied in part: how far their batches are.
** partial.c gives the bytes.
*/
#ifndef MIG_PARTIAL_H
#define MIG_PARTIAL_H

#include "graph.h"
#include "text.h"

/* How far a revision with batches is. Texts are in the arena, or belong to who
** filled the struct. */
typedef struct MigPartial {
  int bBegun;         /* the file says so */
  int iBatch;         /* which of its batches, from 0 */
  i64 iNext;          /* the first key that is left */
  int bLast;          /* no key is left: the one before is the last there is */
  i64 nDone;          /* rows that were gone through */
  i64 nTotal;         /* rows when this batch began */
  i64 iRun;           /* the run that began */
  const char *zTable; /* the table of the batch */
  const char *zStartedAt; /* the first batch of the revision, ISO-8601 */
} MigPartial;

void migPartialStart(MigPartial *pPartial, int iBatch);
void migPartialParse(MigContext *p, const char *zRevision, const char *zState,
                     MigPartial *pOut);
int migPartialRead(MigContext *p, const char *zRevision, MigPartial *pOut);
void migPartialWrite(MigContext *p, const char *zRevision,
                     const MigPartial *pPartial);
void migPartialClear(MigContext *p, const char *zRevision);
void migPartialSweep(MigContext *p);
void migPartialList(MigContext *p, MigList *pIds, MigList *pStates);
void migPartialReplace(MigContext *p, const MigList *pIds,
                       const MigList *pStates);
MigSet migPartialSet(MigContext *p, const MigGraph *pGraph);

#endif
