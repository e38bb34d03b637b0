/*
** ledgerrevision.h - revisions that a file may lack, as rows in plain SQL.
*/
#ifndef MIG_LEDGERREVISION_H
#define MIG_LEDGERREVISION_H

#include "ledger.h"

void migLedgerRevisionStart(MigContext *p, MigLedger *pLedger);
void migLedgerRevisionAdd(MigContext *p, MigLedger *pLedger,
                          const MigRevision *pRev);
void migLedgerRevisionEnd(MigContext *p, MigLedger *pLedger);

#endif
