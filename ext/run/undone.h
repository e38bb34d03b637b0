/*
** undone.h - what this file has undone by itself, by its history.
*/
#ifndef MIG_UNDONE_H
#define MIG_UNDONE_H

#include "target.h"

const char **migUndoneFind(MigContext *p, const MigState *pState);

#endif
