/*
** shortrow.h - rows that do not hold all columns of their table.
*/
#ifndef MIG_SHORTROW_H
#define MIG_SHORTROW_H

#include "editing.h"

const char *migShortRowsMark(MigEditing *pe);
void migShortRowsFill(MigEditing *pe);

#endif
