/*
** generate.h - the script that turns one schema into another.
**
** It is made by doing it: each part of the script is run in a scratch copy of
** the old schema, and the next part is made from what still differs there.
** When nothing can be made of what still differs, the answer is UNPROVEN.
*/
#ifndef MIG_GENERATE_H
#define MIG_GENERATE_H

#include "replay.h"

typedef struct MigGenerate {
  const MigModel *pOld;
  const MigModel *pNew;
  const MigRenames *pRenames; /* may be NULL */
  int bLive;     /* pOld is schema main of p: count what is lost, and see
                 ** whether all of it compiles */
  int bPortable; /* no migrate_table(): plain SQL */
  int bShell;    /* with bPortable: for a shell, as one transaction */

  int bOrphans; /* set by migGenerate(): with bShell, rows without their
                ** parent are counted (orphans.h) */

  /* out */
  MigComparison compare; /* what differs */
  MigText script;        /* empty: nothing */
} MigGenerate;

void migGenerate(MigContext *p, MigGenerate *pGenerate);
void migRenamesBack(MigContext *p, const MigComparison *pCompare,
                    MigRenames *pBack);

#endif
