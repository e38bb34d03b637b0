/*
** plan.h - which revisions to run or undo, in which order.
**
** A plan is made from the graph, the applied set and a target; nothing is
** read or changed. Upgrades run what the targets stand on, dependencies
** included, and the file has not been through, so a revision that was
** inserted below an applied one is run too. Downgrades undo what is applied
** above a target.
**
** Repeatable revisions run when nothing else is left to run: every one that is
** not applied, by id, behind the others. No downgrade undoes one; but one that
** undoes anything leaves all of them pending, because what they have made may
** be gone with it, or not fit any more.
**
** A plan is in the arena. After an error it is not to be used. Whether scripts
** are there, and may be run, is not its business: run/steps.c looks at them.
*/
#ifndef MIG_PLAN_H
#define MIG_PLAN_H

#include "target.h"

/* What is to be done. An empty plan (nStep 0) leaves everything as it is. */
typedef struct MigPlan {
  int bDown;    /* undo, not run */
  int nStep;    /* revisions */
  int *aStep;   /* nodes of the graph, in the order of execution */
  MigSet after; /* the applied set once all of them are done */
} MigPlan;

void migPlanUpgrade(MigContext *p, const MigState *pState, const char *zTarget,
                    MigPlan *pPlan);
void migPlanLeave(MigContext *p, const MigSet *pLeft, MigPlan *pPlan);
void migPlanRepeatables(MigContext *p, const MigState *pState,
                        const MigSet *pLeft, MigPlan *pPlan);
void migPlanDowngrade(MigContext *p, const MigState *pState,
                      const char *zTarget, MigPlan *pPlan);
void migPlanOne(MigContext *p, const MigState *pState, const char *zTarget,
                int bDown, MigPlan *pPlan);
void migPlanStamp(MigContext *p, const MigState *pState, const char *zTargets,
                  int bPurge, MigPlan *pPlan);

#endif
