/*
** desired.h - a schema as someone wants it, from its text.
*/
#ifndef MIG_DESIRED_H
#define MIG_DESIRED_H

#include "scratch.h"

/* An annotation: this table, or this column of it, was called zOld. */
typedef struct MigRename {
  const char *zTable;
  const char *zColumn; /* NULL: the table */
  const char *zOld;
  i64 iStart; /* of the comment, in the text */
  u8 bExact;  /* it holds: it comes from a comparison, not from a person */
} MigRename;

/* Zero-initialize. The array belongs to the arena. */
typedef struct MigRenames {
  int n;
  MigRename *a;
} MigRenames;

void migDesiredMake(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                    const char *zWhat, const MigModel *pKnown,
                    MigRenames *pRenames);

#endif
