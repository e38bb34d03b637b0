/*
** groups.h - the steps of a run, in groups of one transaction each.
*/
#ifndef MIG_GROUPS_H
#define MIG_GROUPS_H

#include "steps.h"

void migGroupsLock(MigContext *p, MigRun *pRun);
i64 migGroupsVersion(MigContext *p);
void migGroupsNumber(MigContext *p, MigRun *pRun);
void migGroupsRun(MigContext *p, MigRun *pRun);

#endif
