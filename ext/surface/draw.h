/*
** draw.h - the revision graph, drawn: migrate_graph().
*/
#ifndef MIG_DRAW_H
#define MIG_DRAW_H

#include "context.h"

char *migDraw(MigContext *p, const char *zFormat);

#endif
