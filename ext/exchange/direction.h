/*
** direction.h - down scripts that would run as upgrades.
**
** What is looked for, and why, is at the top of direction.c.
*/
#ifndef MIG_DIRECTION_H
#define MIG_DIRECTION_H

#include "format.h"

void migDirectionCheck(MigContext *p, MigFolder *pFolder, const char *zFormat);

#endif
