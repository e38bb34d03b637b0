/*
** draw_svg.h - the graph as an SVG picture.
*/
#ifndef MIG_DRAW_SVG_H
#define MIG_DRAW_SVG_H

#include "drawing.h"

void migDrawSvg(MigContext *p, const MigDrawing *pDrawing, MigText *pText);

#endif
