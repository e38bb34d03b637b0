/*
** draft.h - a script while it is made.
**
** What the functions share that make one. They add statements to the part that
** is being made, and none of them runs it; after an error of p they add nothing
** more, and what has been added is of no use.
*/
#ifndef MIG_DRAFT_H
#define MIG_DRAFT_H

#include "loss.h"
#include "order.h"
#include "replay.h"
#include "tally.h"

/* What a script is to do. Zero-initialize, then fill the first part. Models and
** annotations are the caller's, and must live as long. */
typedef struct MigGenerate {
  const MigModel *pOld;       /* the schema that the script finds */
  const MigModel *pNew;       /* the one that it leaves */
  const MigRenames *pRenames; /* annotations of pNew; may be NULL */
  int bLive;     /* pOld is schema main of p: count what is lost, and see
                 ** whether all of it compiles */
  int bPortable; /* no migrate_table(): plain SQL */
  int bShell;    /* with bPortable: for a shell, as one transaction */

  int bOrphans; /* set by migGenerate(): with bShell, rows without their
                ** parent are counted (orphans.h) */

  /* out */
  MigComparison compare; /* what differs, of pOld and pNew */
  MigText script;        /* in the arena; empty: nothing differs */
} MigGenerate;

/* Statements of one group stand together, a blank line between two groups. */
typedef enum MigDraftGroup {
  MIG_GROUP_NONE, /* nothing is written yet */
  MIG_GROUP_DROP,
  MIG_GROUP_RENAME,
  MIG_GROUP_TABLE, /* tables that are made or changed */
  MIG_GROUP_REST   /* what else is made */
} MigDraftGroup;

/* A script being made. It belongs to one try of migGenerate(), its arrays and
** texts to the arena. */
typedef struct MigGenerator {
  MigGenerate *pGenerate; /* what is to be done, and the script so far */
  MigLosses *pLosses;     /* by it, of the old schema */
  MigReplay replay;       /* of the scratch database */
  int bNative;            /* ALTER TABLE will work */
  int bNativeUsed;        /* and stands in the script */
  int bTouches;           /* a table is dropped, altered or made anew */
  const u8 *abAside; /* views and triggers of the wanted schema that are made
                     ** anew though they stay as they are, or NULL */
  MigModel now;      /* what the scratch database holds */
  MigRenames left;   /* what is still to be renamed */
  MigComparison compare; /* of now with the wanted schema */
  MigOrder order;        /* of that */
  MigTally tally;        /* of a script for a shell */
  MigText part;          /* being made */
  MigDraftGroup eGroup;  /* of its last statement */
} MigGenerator;

void migDraftStatement(MigContext *p, MigText *pOut, const char *z);
void migDraftGroup(MigContext *p, MigGenerator *pg, MigDraftGroup eGroup);
void migDraftAllowLoss(MigContext *p, MigGenerator *pg, const char *zTable);
void migDraftDrop(MigContext *p, MigGenerator *pg, int i, const u8 *abDropped);
void migDraftCreate(MigContext *p, MigGenerator *pg,
                    const MigModelObject *pObject);

#endif
