/*
** draw_dot.h - the graph in the languages of Graphviz and Mermaid.
*/
#ifndef MIG_DRAW_DOT_H
#define MIG_DRAW_DOT_H

#include "drawing.h"

void migDrawDot(MigContext *p, const MigDrawing *pDrawing, MigText *pText);
void migDrawMermaid(MigContext *p, const MigDrawing *pDrawing, MigText *pText);

#endif
