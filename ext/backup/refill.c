/*
** refill.c - full-text tables over rows that a restore has written.
**
** FTS4 and FTS5 with external content keep an index of rows that stand in a
** table. A restore of some tables, or of a backup that holds only some, writes
** such a table and not the index, and triggers, which would keep the two
** together, are off. So the index is made anew from the rows (fulltext.h).
** One that is restored itself is in the backup as it was with these rows.
**
** Of t and CREATE VIRTUAL TABLE f USING fts5(b, content='t'), restored with
** option tables ["t"]: the rows of t are those of the backup, f is left, and
** INSERT INTO f(f) VALUES('rebuild') is run.
*/
#include <string.h>
#include "catalog.h"
#include "fulltext.h"
#include "native.h"
#include "probe.h"
#include "sql.h"
#include "refill.h"

/* Does a restore leave a virtual table that is there alone? It does when the
** backup does not know it, or has not all of its rows, or is not asked for
** it. */
static int isLeft(const MigDecision *pDo, const char *zName) {
  int i = migItemFind(&pDo->wanted, 0, zName);

  return i < 0 || pDo->wanted.a[i].bLeave;
}

/* Can there be anything to do: is there a virtual table, of any module, that
** stays and is left? To read the schema costs more than this. */
static int isNeeded(const MigDecision *pDo) {
  int i;

  for (i = 0; i < pDo->live.n; i++) {
    const MigItem *pItem = &pDo->live.a[i];
    if (pItem->eKind == MIG_ITEM_VIRTUAL && !pItem->bGo &&
        isLeft(pDo, pItem->pObject->zName)) {
      return 1;
    }
  }
  return 0;
}

/* Fill one anew. One that could not be read before is as good as it was. By
** force it is left where that fails; else UNSUPPORTED. */
static void refillOne(MigContext *p, const MigDecision *pDo,
                      MigTransaction *pTx, const char *zName) {
  const char *zWhy = migFulltextMissing(p, zName);

  if (zWhy == 0 && migFulltextBroken(p, zName)) {
    return;
  }
  if ((zWhy || migNativeTry(p, pTx, migFulltextFill(p, zName), &zWhy)) &&
      !pDo->bForce) {
    migFail(p, MIG_UNSUPPORTED,
            "virtual table %s has its rows in a table that is restored, and "
            "its index cannot be made anew: %s; mend that, or drop it first",
            zName, zWhy);
  }
}

/*
** The rows are written: fill the full-text tables anew that have theirs in
** these tables, directly or through a view, and are not restored themselves.
** pDo is decided and carried out; pTx is the write transaction, which is armed
** again. Views are switched on meanwhile, as an application may have switched
** them off (SQLITE_DBCONFIG_ENABLE_VIEW). Errors: UNSUPPORTED when that is not
** possible, SQLITE; then the transaction may be undone already.
*/
void migRefill(MigContext *p, const MigDecision *pDo, MigTransaction *pTx) {
  const MigManifest *pWanted = pDo->pWanted;
  MigSwitch view;
  MigModel model;
  u8 *abFound;
  int i;

  if (p->rc || !isNeeded(pDo)) {
    return;
  }
  migCatalogRead(p, &model);
  abFound = migAlloc(p, (u64)model.nObject);
  for (i = 0; i < pWanted->nTable && p->rc == SQLITE_OK; i++) {
    if (pDo->aeRows[i] != MIG_ROWS_KEEP) {
      migProbesFind(p, &model, pWanted->aTable[i].zName, abFound);
    }
  }
  migSwitchSet(p, pTx, SQLITE_DBCONFIG_ENABLE_VIEW, 1, &view);
  for (i = 0; i < model.nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &model.aObject[i];
    if (abFound[i] && pObject->eKind == MIG_DDL_VIRTUAL &&
        isLeft(pDo, pObject->zName) && migFulltextContent(p, pObject->pDdl)) {
      refillOne(p, pDo, pTx, pObject->zName);
    }
  }
  migSwitchBack(p, pTx, &view);
}
