/*
** diff.h - what differs between two states of a table.
**
** Both lists are in key order, so they are merged. Units with the same chunks
** are passed over without being read.
*/
#ifndef MIG_DIFF_H
#define MIG_DIFF_H

#include "reader.h"

/* What became of a row, named by its key. */
typedef enum MigDiffKind {
  MIG_DIFF_REMOVED, /* only in the first */
  MIG_DIFF_ADDED,   /* only in the second */
  MIG_DIFF_CHANGED  /* the same key, other values */
} MigDiffKind;

/* Rows of each kind. */
typedef struct MigDiff {
  i64 nRemoved;
  i64 nAdded;
  i64 nChanged;
  int bByCount; /* keys cannot be compared: only the numbers of rows were, and
                   one of nRemoved and nAdded is what they differ by */
} MigDiff;

/* Told of each difference, with the beginning of the old row: bFirst is set,
** and a holds at least its serials and its key, or all of it when bLast is
** set. For a long key a has more bytes than other parts. NULL for an added
** row. The new row is handed over part by part, through the sink of
** migDiffRun(), after this call. pOld and its bytes are valid during the call;
** pArg is that of migDiffRun(). It may write the table in the database, but no
** chunks. */
typedef void (*MigDiffCall)(MigContext *p, void *pArg, MigDiffKind eKind,
                            const MigPart *pOld);

i64 migDiffChunks(MigContext *p, MigChunks *pChunks, const MigTableEntry *pOld,
                  const MigTableEntry *pNew);
int migDiffComparable(const MigTableEntry *pOld, const MigTableEntry *pNew);
void migDiffRun(MigContext *p, MigChunks *pChunks, const MigTableEntry *pOld,
                const MigTableEntry *pNew, int eEncoding, MigDiffCall xCall,
                void *pArg, const MigSink *pSink, MigDiff *pOut);

#endif
