/*
** generate.h - the script that turns one schema into another.
**
** It is made by doing it: each part of the script is run in a scratch copy of
** the old schema, and the next part is made from what still differs there.
** When nothing can be made of what still differs, the answer is UNPROVEN.
**
** A script is that of a revision, or with bPortable one for any SQLite: one
** statement after another, each on lines of its own and with its semicolon.
** What it loses is told in comments (loss.c).
*/
#ifndef MIG_GENERATE_H
#define MIG_GENERATE_H

#include "replay.h"

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

void migGenerate(MigContext *p, MigGenerate *pGenerate);
void migRenamesBack(MigContext *p, const MigComparison *pCompare,
                    MigRenames *pBack);

#endif
