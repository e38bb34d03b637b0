/*
** probe.h - what works before a table is changed, and must go on doing so.
*/
#ifndef MIG_PROBE_H
#define MIG_PROBE_H

#include "compare.h"
#include "transaction.h"

/* A view or trigger that compiled, or a virtual table that could be read. */
typedef struct MigProbe {
  const MigModelObject *pObject;
  const char *zColumns; /* virtual tables: the names of their columns */
  u8 bStrict;           /* also without taking "names" for strings */
  u8 bTemp;             /* of schema TEMP, and no object of the model */
} MigProbe;

/* Those that a change of a table could break. */
typedef struct MigProbes {
  int n;
  MigProbe *a;
  int bStrict; /* of any of them */
} MigProbes;

void migProbesFind(MigContext *p, const MigModel *pModel, const char *zTable,
                   u8 *abFound);
void migProbesTake(MigContext *p, MigTransaction *pTx, const MigModel *pModel,
                   const MigTableDiff *pDiff, MigProbes *pOut);
int migProbesHave(const MigProbes *pProbes, const char *zName);
void migProbesCheck(MigContext *p, MigTransaction *pTx, const MigModel *pModel,
                    const MigProbes *pProbes);
void migProbeDefinition(MigContext *p, const MigModel *pModel,
                        const MigTableDiff *pDiff);

#endif
