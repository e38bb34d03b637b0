/*
** ways.h - the ways of changing a table, carried out.
**
** What is to be done is in a MigReshape, whose definition has been read
** (wanted.h). Between open and close p's connection is the one it says.
**
**   migWaysOpen(p, &w, pReshape)     then w.state is set to schema and diff
**   migWaysTable() or migWaysMake()  w.eWay and w.run tell what was done
**   migWaysClose(p, &w)              on every path
**
** The first functions below only look, and serve a plan as well.
*/
#ifndef MIG_WAYS_H
#define MIG_WAYS_H

#include "native.h"
#include "wanted.h"

/* A schema, and what is left to be done in it. It belongs to the arena. */
typedef struct MigWaysState {
  MigModel model;
  MigTableDiff diff;
  const char **azWas; /* for each column of the table as it is its name as it
                      ** was found; NULL: the same */
} MigWaysState;

/* A table being changed. */
typedef struct MigWays {
  MigReshape *pr;     /* what is asked for; renames are taken off when done */
  MigWaysState state; /* as it is now */
  MigList run;        /* statements that were run */
  MigWay eWay;        /* the dearest one that was taken */
  int bAltered; /* by ALTER TABLE, which may change texts of other objects */

  MigSettingsSaved own; /* of a scratch database */
  MigSettingsSaved *pSaved;
  int bForeign; /* foreign_keys and legacy_alter_table as found */
  int bLegacy;
  MigSwitch defensive; /* DEFENSIVE, where it may be switched off */
} MigWays;

int migWaysHas(const MigTableDiff *pDiff, MigAlterationKind eKind);
int migWaysGone(const MigTableDiff *pDiff, int i);
int migWaysUses(const MigModelObject *pObject, const char *zColumn);
int migWaysAlter(MigContext *p, const MigReshape *pr, const MigModel *pModel,
                 const MigTableDiff *pDiff, MigList *pList);
int migWaysEdit(MigContext *p, const MigReshape *pr, const MigModel *pModel,
                const MigTableDiff *pDiff);
void migWaysState(MigContext *p, const MigReshape *pr, MigWaysState *pState);
void migWaysRebuild(MigContext *p, const MigReshape *pr,
                    const MigWaysState *pState, MigList *pOut);

void migWaysOpen(MigContext *p, MigWays *pw, MigReshape *pr);
void migWaysRename(MigContext *p, MigWays *pw);
void migWaysTable(MigContext *p, MigWays *pw);
void migWaysMake(MigContext *p, MigWays *pw);
void migWaysClose(MigContext *p, MigWays *pw);

#endif
