/*
** constraintdiff.h - what differs in the constraints of two definitions of a
** table.
*/
#ifndef MIG_CONSTRAINTDIFF_H
#define MIG_CONSTRAINTDIFF_H

#include "finder.h"

void migConstraintDiffFind(MigFinder *pf);

#endif
