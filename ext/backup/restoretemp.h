/*
** restoretemp.h - TEMP triggers that are in the way of a restore.
**
**   migRestoreTempTake(p, &todo, pTx, bShadow, &temp);
**   ... carry out what was decided, todo ...
**   migRestoreTempBack(p, &todo, pTx, &temp);
**
** After a failure there is nothing to put back: the transaction is undone.
*/
#ifndef MIG_RESTORETEMP_H
#define MIG_RESTORETEMP_H

#include "decide.h"
#include "transaction.h"

void migRestoreTempTake(MigContext *p, const MigDecision *pDo,
                        MigTransaction *pTx, int bShadow,
                        MigTempTriggers *pTriggers);
void migRestoreTempBack(MigContext *p, const MigDecision *pDo,
                        MigTransaction *pTx, MigTempTriggers *pTriggers);

#endif
