/*
** draw_text.h - the graph as lines of text.
*/
#ifndef MIG_DRAW_TEXT_H
#define MIG_DRAW_TEXT_H

#include "drawing.h"

void migDrawText(MigContext *p, const MigDrawing *pDrawing, MigText *pText);

#endif
