/*
** restoretemp.c - TEMP triggers that are in the way of a restore.
**
** TEMP triggers on tables that are written or dropped would fire, or be lost:
** they are dropped before anything else is done, and made again last. Which
** ones these are follows from what was decided (decide.c).
*/
#include "sql.h"
#include "restoretemp.h"

/* Is a table or view of main, by a name in any case, dropped, or are its rows
** written? */
static int isTouched(const MigDecision *pDo, const char *zName) {
  const MigManifest *pWanted = pDo->pWanted;
  const MigTableEntry *pEntry = migManifestTable(pWanted, zName);
  int i = migItemFind(&pDo->live, 0, zName);

  return (i >= 0 && pDo->live.a[i].bGo) ||
         (pEntry && pDo->aeRows[pEntry - pWanted->aTable] != MIG_ROWS_KEEP);
}

/* Is there a table or view of this name afterwards, of the same kind as now? */
static int comesBack(const MigDecision *pDo, const char *zName) {
  const MigItems *pLive = &pDo->live;
  const MigItems *pWanted = &pDo->wanted;
  int iLive = migItemFind(pLive, 0, zName);
  int i = migItemFind(pWanted, 0, zName);

  if (iLive < 0 || !pLive->a[iLive].bGo) {
    return iLive >= 0;
  }
  return i >= 0 && pWanted->a[i].bGo &&
         (pWanted->a[i].eKind == MIG_ITEM_VIEW) ==
             (pLive->a[iLive].eKind == MIG_ITEM_VIEW);
}

/* Does TEMP have a table or view of this name? */
static int tempHides(MigContext *p, const char *zName) {
  return migQueryInt(p, 0,
                     "SELECT 1 FROM temp.sqlite_schema WHERE type"
                     " IN('table', 'view') AND name = %Q COLLATE NOCASE",
                     zName) != 0;
}

/*
** Drop the TEMP triggers that would fire or would be lost, and keep them in
** pTriggers, in the arena. When virtual tables have to connect anew (bShadow)
** SQLite reads its schemas again, and those that name a table which TEMP has
** got since would move to that: they go too. pDo is what will be done, of
** migDecideAll(); pTx is open, and armed again. Errors: SCHEMA_MISMATCH,
** UNSUPPORTED, SQLITE.
*/
void migRestoreTempTake(MigContext *p, const MigDecision *pDo,
                        MigTransaction *pTx, int bShadow,
                        MigTempTriggers *pTriggers) {
  int n = 0;
  int i;

  migTempTriggersRead(p, pTriggers);
  for (i = 0; i < pTriggers->n && p->rc == SQLITE_OK; i++) {
    const MigTempTrigger *pOne = &pTriggers->a[i];
    if (isTouched(pDo, pOne->z) ||
        (bShadow && pOne->bPlain && tempHides(p, pOne->z))) {
      pTriggers->a[n++] = *pOne;
    }
  }
  pTriggers->n = n;
  migTempTriggersDrop(p, pTx, pTriggers);
}

/*
** Make them again, but for those whose table or view is gone: SQLite drops the
** TEMP triggers of a table with it as well. pTriggers is what was taken, and
** loses the latter; pTx is armed again. Errors: those of migTempTriggersMake().
*/
void migRestoreTempBack(MigContext *p, const MigDecision *pDo,
                        MigTransaction *pTx, MigTempTriggers *pTriggers) {
  int n = 0;
  int i;

  for (i = 0; i < pTriggers->n; i++) {
    if (comesBack(pDo, pTriggers->a[i].z)) {
      pTriggers->a[n++] = pTriggers->a[i];
    }
  }
  pTriggers->n = n;
  migTempTriggersMake(p, pTx, pTriggers);
}
