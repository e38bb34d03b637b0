/*
** constraint.h - what a constraint of a column or of a table says.
*/
#ifndef MIG_CONSTRAINT_H
#define MIG_CONSTRAINT_H

#include "ddlreader.h"

int migConstraintOfColumn(const MigCursor *pc);
int migConstraintOfTable(const MigCursor *pc);
void migConstraintRead(MigDdlReader *pr, int iColumn, i64 iStart);

#endif
