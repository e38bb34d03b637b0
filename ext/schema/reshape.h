/*
** reshape.h - "make this table be so": from today's definition to another one.
**
** Works on schema main of the connection of p, which may be a scratch database
** (scratch.h). Two steps, so that the caller can get ready (backup, foreign
** keys) for what will happen:
**   migReshapePlan() reads and decides, and changes nothing;
**   migReshapeRun()  carries it out, inside the caller's transaction.
*/
#ifndef MIG_RESHAPE_H
#define MIG_RESHAPE_H

#include "wanted.h"

void migReshapePlan(MigContext *p, MigReshape *pReshape);
void migReshapeRun(MigContext *p, MigReshape *pReshape);

#endif
