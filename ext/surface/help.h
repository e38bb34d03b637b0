/*
** help.h - the extension explains itself: the table migration_help.
*/
#ifndef MIG_HELP_H
#define MIG_HELP_H

#include "rows.h"

void migHelpFill(MigContext *p, MigRows *pRows, int nView,
                 const MigView *(*xView)(int));

#endif
