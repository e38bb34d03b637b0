/*
** probe.h - what works before a table is changed, and must go on doing so.
**
**   migProbesTake()      before the change: what works, of what it could break
**   migProbesCheck()     behind it: SCRIPT when something of that does not
**   migProbeDefinition() before it: would CREATE TABLE take the new definition?
**
** Nothing is written and no row of the user's changed; code of the application
** (functions, collations, modules) may run all the same.
*/
#ifndef MIG_PROBE_H
#define MIG_PROBE_H

#include "compare.h"
#include "transaction.h"

/* A view or trigger that compiled, or a virtual table that could be read. */
typedef struct MigProbe {
  const MigModelObject *pObject; /* as it was before the change */
  const char *zColumns;          /* virtual tables: their columns, "a", "b" */
  u8 bStrict;                    /* also without taking "names" for strings */
  u8 bTemp; /* of schema TEMP, and no object of the model */
} MigProbe;

/* Those that a change of a table could break; those of TEMP are the last ones.
** Zero-initialized there are none. They belong to the arena. */
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
