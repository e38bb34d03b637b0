/*
** probe.h - views and triggers that compile, and must go on doing so.
*/
#ifndef MIG_PROBE_H
#define MIG_PROBE_H

#include "compare.h"
#include "transaction.h"

/* A view or trigger that compiled. */
typedef struct MigProbe {
  const MigModelObject *pObject;
  u8 bStrict; /* also without taking "names" for strings */
} MigProbe;

/* Those that a change of a table could break. */
typedef struct MigProbes {
  int n;
  MigProbe *a;
  int bStrict; /* of any of them */
} MigProbes;

void migProbesTake(MigContext *p, MigTransaction *pTx, const MigModel *pModel,
                   const MigTableDiff *pDiff, MigProbes *pOut);
void migProbesCheck(MigContext *p, MigTransaction *pTx, const MigModel *pModel,
                    const MigProbes *pProbes);

#endif
