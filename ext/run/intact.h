/*
** intact.h - is the applied set as our calls have left it?
**
** Both functions need a store and a transaction, at least a read one, and write
** nothing.
*/
#ifndef MIG_INTACT_H
#define MIG_INTACT_H

#include "target.h"
#include "text.h"

int migIntactLost(MigContext *p, const MigState *pState, MigList *pOut);
void migIntactCheck(MigContext *p, const MigState *pState);

#endif
