/*
** reshape.h - "make this table be so": from today's definition to another one.
**
** Works on schema main of the connection of p, which may be a scratch database
** (scratch.h). Two steps, so that the caller can get ready (backup, foreign
** keys) for what will happen:
**   migReshapePlan() reads and decides, and changes nothing;
**   migReshapeRun()  carries it out, inside the caller's transaction.
**
** For a live table the first wants a read transaction at least, the second a
** write transaction, which is that of pReshape->pTx. What happens in between is
** noticed by the schema cookie, and then it is planned anew.
*/
#ifndef MIG_RESHAPE_H
#define MIG_RESHAPE_H

#include "wanted.h"

void migReshapePlan(MigContext *p, MigReshape *pReshape);
void migReshapeRun(MigContext *p, MigReshape *pReshape);

#endif
