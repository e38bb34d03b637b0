/*
** rename.h - which annotations "renamed from" hold.
**
** Pure. The same for tables in two schemas and for columns in two definitions
** of a table: both are things with a number and a name, of which some go on
** under another name. Who calls looks the names up (MigRenameNote), tells how
** well a reading fits (xFit), and acts on bHolds.
*/
#ifndef MIG_RENAME_H
#define MIG_RENAME_H

#include "desired.h"

/* An annotation, looked up: of tables in the schemas, or of columns in two
** definitions of a table. */
typedef struct MigRenameNote {
  const MigRename *pRename; /* borrowed, for messages and bExact */
  int iNew;                 /* what is annotated, in the new schema; never -1 */
  int iFrom;                /* what has the old name in the old schema, or -1 */
  int iSame;                /* what is called as iNew is there, or -1 */
  int iTaken;               /* what has the old name in the new schema, or -1 */
  int iBefore;              /* the note at iTaken, or -1 */
  int iAfter;               /* the note whose iTaken is iNew, or -1 */
  u8 bOther;   /* iFrom is -1, but something of another kind has the old name,
               ** and goes away */
  u8 bSettled; /* whether it holds is known */
  u8 bHolds;   /* out: iFrom becomes iNew */
} MigRenameNote;

/* How a reading of a chain fits. */
typedef struct MigRenameFit {
  i64 nChange;  /* what is left to change, but for places */
  int bNothing; /* nothing at all, places included, in what the chain names */
} MigRenameFit;

/* Zero-initialize, then fill the first part. xFit tells how the chain that note
** iFirst begins fits: bHold, when it holds, else when everything keeps its
** name. From note to note leads iAfter, to -1, or in a ring to iFirst. Chains
** that are settled by then have bHolds. */
typedef struct MigRenameSet {
  int nOld; /* objects of the old schema, or columns of the old table */
  int nNew;
  int bQuiet; /* what means nothing is no error, it does not hold */
  MigRenameFit (*xFit)(MigContext *p, const struct MigRenameSet *pSet,
                       int iFirst, int bHold);
  const void *pScope; /* for xFit, as the caller likes */
  int n;
  MigRenameNote *a; /* belongs to the arena */
} MigRenameSet;

void migRenameAdd(MigContext *p, MigRenameSet *pSet,
                  const MigRenameNote *pNote);
void migRenameResolve(MigContext *p, MigRenameSet *pSet);

#endif
