/*
** ways.h - the ways of changing a table, carried out.
**
** What is to be done is in a MigReshape, whose definition has been read
** (wanted.h). Between open and close p's connection is the one it says.
*/
#ifndef MIG_WAYS_H
#define MIG_WAYS_H

#include "native.h"
#include "wanted.h"

/* A schema, and what is left to be done in it. */
typedef struct MigWaysState {
  MigModel model;
  MigTableDiff diff;
  const char **azWas; /* for each column of the table as it is its name as it
                      ** was found; NULL: the same */
} MigWaysState;

/* A table being changed. */
typedef struct MigWays {
  MigReshape *pr;
  MigWaysState state;
  MigList run;  /* statements that were run */
  MigWay eWay;  /* the dearest one that was taken */
  int bAltered; /* by ALTER TABLE, which may change texts of other objects */

  MigSettingsSaved own; /* of a scratch database */
  MigSettingsSaved *pSaved;
  int bForeign; /* settings as found */
  int bLegacy;
  MigSwitch defensive;
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
