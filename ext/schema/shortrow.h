/*
** shortrow.h - rows that do not hold all columns of their table.
**
** Both functions work on a table that is being edited (editing.h), in a write
** transaction, with its old text stored; as all of those they do nothing once
** bGiveUp is set or p has an error.
*/
#ifndef MIG_SHORTROW_H
#define MIG_SHORTROW_H

#include "editing.h"

const char *migShortRowsMark(MigEditing *pe);
void migShortRowsFill(MigEditing *pe);

#endif
