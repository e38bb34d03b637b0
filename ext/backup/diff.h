/*
** diff.h - what differs between two states of a table.
**
** Both lists are in key order, so they are merged. Units with the same chunks
** are passed over without being read.
*/
#ifndef MIG_DIFF_H
#define MIG_DIFF_H

#include "reader.h"

typedef enum MigDiffKind {
  MIG_DIFF_REMOVED, /* only in the first */
  MIG_DIFF_ADDED,   /* only in the second */
  MIG_DIFF_CHANGED  /* the same key, other values */
} MigDiffKind;

typedef struct MigDiff {
  i64 nRemoved;
  i64 nAdded;
  i64 nChanged;
  int bByCount; /* keys cannot be compared: only the numbers of rows were */
} MigDiff;

/* Told of each difference, with the beginning of the old row: bFirst is set,
** and a holds at least its serials and its key, or all of it when bLast is
** set. For a long key a has more bytes than other parts. NULL for an added
** row. The new row is handed over part by part, through the sink of
** migDiffRun(), after this call. */
typedef void (*MigDiffCall)(MigContext *p, void *pArg, MigDiffKind eKind,
                            const MigPart *pOld);

i64 migDiffChunks(MigContext *p, MigChunks *pChunks, const MigTableEntry *pOld,
                  const MigTableEntry *pNew);
int migDiffComparable(const MigTableEntry *pOld, const MigTableEntry *pNew);
void migDiffRun(MigContext *p, MigChunks *pChunks, const MigTableEntry *pOld,
                const MigTableEntry *pNew, int eEncoding, MigDiffCall xCall,
                void *pArg, const MigSink *pSink, MigDiff *pOut);

#endif
