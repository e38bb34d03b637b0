/*
** desired.h - a schema as someone wants it, from its text.
**
** The text is carried out in a scratch database, from which the caller reads
** the model of what is wanted; beside it stands what its annotations say of old
** names. Nothing is read from or written to the user's database.
*/
#ifndef MIG_DESIRED_H
#define MIG_DESIRED_H

#include "model.h"
#include "scratch.h"

/* An annotation: this table, or this column of it, was called zOld. Names are
** without quotes, as they are written; those from a text belong to the arena.
*/
typedef struct MigRename {
  const char *zTable;  /* its name in the text, the new one if it has one */
  const char *zColumn; /* NULL: the table */
  const char *zOld;    /* whether it means a thing is not asked here */
  u8 bExact; /* it holds: it comes from a comparison, not from a person */
} MigRename;

/* Zero-initialize. The array belongs to the arena. In the order of the text,
** what a table is called and what its columns are called mixed. */
typedef struct MigRenames {
  int n;
  MigRename *a;
} MigRenames;

void migDesiredMake(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                    const char *zWhat, const MigModel *pKnown,
                    MigRenames *pRenames);

#endif
