/*
** ledgerrevision.h - revisions that a file may lack, as rows in plain SQL.
**
** Start, then one Add for each revision of an upgrade, in the order that their
** rows are to have, then End: behind the guards of the start, in front of the
** first script. They read this file, within a read transaction.
*/
#ifndef MIG_LEDGERREVISION_H
#define MIG_LEDGERREVISION_H

#include "ledger.h"

void migLedgerRevisionStart(MigContext *p, MigLedger *pLedger);
void migLedgerRevisionAdd(MigContext *p, MigLedger *pLedger,
                          const MigRevision *pRev);
void migLedgerRevisionEnd(MigContext *p, MigLedger *pLedger);

#endif
