/*
** refill.h - full-text tables over rows that a restore has written.
*/
#ifndef MIG_REFILL_H
#define MIG_REFILL_H

#include "decide.h"
#include "transaction.h"

void migRefill(MigContext *p, const MigDecision *pDo, MigTransaction *pTx);

#endif
