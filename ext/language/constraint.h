/*
** constraint.h - what a constraint of a column or of a table says.
**
** Whoever reads a table asks whether one begins, and then for it to be read:
** migConstraintRead() on anything else puts a constraint of no bytes at the end
** of aConstraint, and does not move.
*/
#ifndef MIG_CONSTRAINT_H
#define MIG_CONSTRAINT_H

#include "ddlreader.h"

int migConstraintOfColumn(const MigCursor *pc);
int migConstraintOfTable(const MigCursor *pc);
void migConstraintRead(MigDdlReader *pr, int iColumn, i64 iStart);

#endif
