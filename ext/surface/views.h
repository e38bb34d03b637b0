/*
** views.h - the tables that can be read: their definitions.
*/
#ifndef MIG_VIEWS_H
#define MIG_VIEWS_H

#include "rows.h"

int migViewCount(void);
const MigView *migViewRow(int i);

#endif
