/*
** adopt.h - taking over a file that another tool has migrated.
*/
#ifndef MIG_ADOPT_H
#define MIG_ADOPT_H

#include "call.h"
#include "caller.h"

/* What migrate_adopt() is told. */
typedef struct MigAdoptSpec {
  const char *zTool;     /* its name, case as listed; NULL: the only one */
  const char *zRegistry; /* sqitch: path of its registry, or NULL */
  int bBaseline;         /* make a baseline revision with the found version */
  int bCheck;            /* compare the live schema with a replay */
  int bRepair;           /* though the owner's checksums differ, or it was
                         ** undone here */
} MigAdoptSpec;

char *migAdopt(MigContext *p, MigConnection *pConn, const MigCall *pCall,
               const MigAdoptSpec *pSpec);

#endif
