/*
** rename.h - which annotations "renamed from" hold.
*/
#ifndef MIG_RENAME_H
#define MIG_RENAME_H

#include "desired.h"

/* An annotation, looked up: of tables in the schemas, or of columns in two
** definitions of a table. */
typedef struct MigRenameNote {
  const MigRename *pRename;
  int iNew;    /* what is annotated */
  int iFrom;   /* what has the old name in the old schema, or -1 */
  int iSame;   /* what is called as iNew is there, or -1 */
  int iTaken;  /* what has the old name in the new schema, or -1 */
  int iBefore; /* the note at iTaken, or -1 */
  int iAfter;  /* the note whose iTaken is iNew, or -1 */
  u8 bSettled;
  u8 bHolds; /* out: iFrom becomes iNew */
} MigRenameNote;

/* Zero-initialize, then fill the first part. */
typedef struct MigRenameSet {
  int nOld; /* objects of the old schema, or columns of the old table */
  int nNew;
  int bQuiet;  /* what means nothing is no error, it does not hold */
  int bPlaces; /* positions tell which of two is meant */
  int (*xFit)(MigContext *p, const void *pScope, int iOld, int iNew);
  const void *pScope;
  int n;
  MigRenameNote *a;
} MigRenameSet;

void migRenameAdd(MigContext *p, MigRenameSet *pSet,
                  const MigRenameNote *pNote);
void migRenameResolve(MigContext *p, MigRenameSet *pSet);

#endif
