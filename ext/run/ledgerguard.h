/*
** ledgerguard.h - what a script that runs without us makes sure of.
*/
#ifndef MIG_LEDGERGUARD_H
#define MIG_LEDGERGUARD_H

#include "ledger.h"

/* What the script expects to find. */
typedef struct MigLedgerStart {
  const MigSet *pApplied; /* applied revisions; no repeatable ones */
  int bHere;              /* as they are applied in this file */
  int nObject;            /* base: objects of the schema; else below 0 */
  const u8 *aFingerprint; /* of the schema, when nObject is below 0; else not
                          ** looked at */
} MigLedgerStart;

void migLedgerGuardStart(MigContext *p, MigLedger *pLedger,
                         const MigLedgerStart *pStart);
void migLedgerGuardEdges(MigContext *p, MigLedger *pLedger, const MigSet *pSet);
void migLedgerGuardMirror(MigContext *p, MigLedger *pLedger, const char *zFirst,
                          const MigList *pIds);
void migLedgerGuardAgain(MigContext *p, MigLedger *pLedger);
void migLedgerGuardForeign(MigContext *p, MigLedger *pLedger);

int migLedgerGuardObjects(MigContext *p, const MigLedger *pLedger);

#endif
