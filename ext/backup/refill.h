/*
** refill.h - full-text tables over rows that a restore has written.
**
** Comes behind all other rows of a restore: these indexes are filled from them.
*/
#ifndef MIG_REFILL_H
#define MIG_REFILL_H

#include "decide.h"
#include "transaction.h"

void migRefill(MigContext *p, const MigDecision *pDo, MigTransaction *pTx);

#endif
