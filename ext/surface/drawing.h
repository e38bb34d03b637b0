/*
** drawing.h - what all drawings of the graph show.
*/
#ifndef MIG_DRAWING_H
#define MIG_DRAWING_H

#include "text.h"
#include "target.h"

/* How far a revision is. */
typedef enum MigDrawnState {
  MIG_DRAWN_PENDING,
  MIG_DRAWN_APPLIED,
  MIG_DRAWN_PARTIAL /* batches of it are done */
} MigDrawnState;

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
