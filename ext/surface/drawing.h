/*
** drawing.h - what all drawings of the graph show.
**
** A revision is its index in the graph, as everywhere. Texts are harmless
** (drawing.c says what that is), and in the arena.
*/
#ifndef MIG_DRAWING_H
#define MIG_DRAWING_H

#include "text.h"
#include "target.h"

/* How far a revision is. For anything but a drawing one that is applied in part
** is pending. */
typedef enum MigDrawnState {
  MIG_DRAWN_PENDING,
  MIG_DRAWN_APPLIED,
  MIG_DRAWN_PARTIAL /* batches of it are done */
} MigDrawnState;

/* What a drawing is made from. It does not change once it is read. */
typedef struct MigDrawing {
  MigState state;
  const MigGraph *pGraph; /* of state */
  u8 *aeState;            /* by revision: MigDrawnState */
  const char **azMessage; /* by revision: harmless, one line, cut */
} MigDrawing;

void migDrawingRead(MigContext *p, MigDrawing *pDrawing);
const char *migDrawingId(MigContext *p, const MigDrawing *pDrawing, int i);
void migDrawingMarks(MigContext *p, const MigDrawing *pDrawing, int i,
                     MigList *pMarks);
void migDrawingLabels(MigContext *p, const MigDrawing *pDrawing, int i,
                      MigList *pLabels);
void migDrawingTitle(MigContext *p, const MigDrawing *pDrawing, int i,
                     int bDepends, MigText *pText);
int migDrawingDecode(const char *z, int *piSize);

#endif
