/*
** direction.h - down scripts that would run as upgrades.
*/
#ifndef MIG_DIRECTION_H
#define MIG_DIRECTION_H

#include "format.h"

void migDirectionCheck(MigContext *p, MigFolder *pFolder, const char *zFormat);

#endif
