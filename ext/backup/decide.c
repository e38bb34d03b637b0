/*
** decide.c - what has to be done to restore a backup.
**
** The schema that is there and the one that is wanted are two lists of
** objects (objects.c). An object that is the same to the byte in both stays;
** every other one is dropped, or made. What hangs on a table goes and comes
** with it. The triggers of a table fire in the order in which they were made,
** so they stay only when all of them are the same, in the same order.
**
** The rows of a table that stays are compared by the lists of their chunks:
** the same, and nothing is done; up to MOST_CHANGED per cent different, and
** only the rows that differ are written; else all are, and its indexes are
** made behind.
**
** Not everything need be concerned (bLeave): a restore can be asked for some
** tables only, and a backup may hold only some, next to the whole schema. Of
** the others the rows stay; their definitions are only looked at.
*/
#include <string.h>
#include "sql.h"
#include "diff.h"
#include "decide.h"

#define MOST_CHANGED 30 /* per cent of the chunks, to be edited in place */
#define FEW_CHUNKS 8    /* so many are edited in any case */

static int isTable(const MigItem *pItem) {
  return pItem->eKind == MIG_ITEM_TABLE || pItem->eKind == MIG_ITEM_VIRTUAL;
}

static int isTrigger(const MigItem *pItem) {
  return pItem->eKind == MIG_ITEM_TRIGGER;
}

/* The item of the other list with the name of this one, or NULL. */
static MigItem *twin(const MigItems *pOther, const MigItem *pItem) {
  int i = migItemFind(pOther, isTrigger(pItem), pItem->pObject->zName);

  return i >= 0 ? &pOther->a[i] : 0;
}

/* The virtual table that an item is known to be a part of, or NULL. */
static MigItem *itemVirtual(const MigItems *pItems, const MigItem *pItem) {
  return pItem->iVirtual >= 0 && !pItem->bMaybe ? &pItems->a[pItem->iVirtual]
                                                : 0;
}

static MigItem *itemTable(const MigItems *pItems, const MigItem *pItem) {
  return pItem->iTable >= 0 ? &pItems->a[pItem->iTable] : 0;
}

/* ---- which tables are concerned ---- */

static int onlyNames(const MigDecision *pDo, const char *zName) {
  int i;

  for (i = 0; i < pDo->nOnly; i++) {
    if (migStrICmp(pDo->azOnly[i], zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Of a restore of some tables: is this table, or the virtual one that it is a
** part of, among them? */
static int onlyHas(const MigDecision *pDo, const MigItem *pItem) {
  const MigItem *pVirtual = itemVirtual(&pDo->wanted, pItem);

  return onlyNames(pDo, pItem->pObject->zName) ||
         (pVirtual && onlyNames(pDo, pVirtual->pObject->zName));
}

/* Leave out what the backup has no rows of, and virtual tables of which it
** has no rows of some part. What it has rows of is never left. */
static void leaveByRows(MigDecision *pDo) {
  MigItems *pItems = &pDo->wanted;
  int i;

  for (i = 0; i < pItems->n; i++) {
    MigItem *pItem = &pItems->a[i];
    if (pItem->eKind == MIG_ITEM_TABLE &&
        !migManifestTable(pDo->pWanted, pItem->pObject->zName)) {
      MigItem *pVirtual = itemVirtual(pItems, pItem);
      pItem->bLeave = 1;
      if (pVirtual) {
        pVirtual->bLeave = 1;
      }
    }
  }
}

/* USAGE for a name in option tables that the backup has no table for, or has a
** virtual table for of which it does not say where its rows are. */
static void onlyCheck(MigContext *p, const MigDecision *pDo) {
  int i;

  for (i = 0; i < pDo->nOnly && p->rc == SQLITE_OK; i++) {
    const char *zName = pDo->azOnly[i];
    int k = migItemFind(&pDo->wanted, 0, zName);
    if (k < 0 || !isTable(&pDo->wanted.a[k]) || pDo->wanted.a[k].bLeave) {
      migFail(p, MIG_USAGE,
              "the backup has no table %s; see SELECT * FROM"
              " migration_backup_tables",
              zName);
    } else if (pDo->wanted.a[k].pObject->zVirtual) {
      migFail(p, MIG_USAGE,
              "table %s is a part of virtual table %s and cannot be restored"
              " without the rest; name %s",
              zName, pDo->wanted.a[k].pObject->zVirtual,
              pDo->wanted.a[k].pObject->zVirtual);
    } else if (pDo->wanted.a[k].bGuessed) {
      migFail(p, MIG_USAGE,
              "the backup does not say which tables hold the rows of virtual"
              " table %s; name these tables",
              zName);
    }
  }
}

/* Make the lists of objects, and set bLeave of the wanted tables that this
** restore does not concern. USAGE when the backup has no table of a name in
** azOnly, BACKUP_DAMAGED when it holds what it cannot hold. */
void migDecideScope(MigContext *p, MigDecision *pDo) {
  int i;

  migItemsList(p, pDo->pLive, &pDo->live);
  migItemsList(p, pDo->pWanted, &pDo->wanted);
  if (p->rc) {
    return;
  }
  leaveByRows(pDo);
  onlyCheck(p, pDo);
  for (i = 0; i < pDo->wanted.n && pDo->nOnly; i++) {
    MigItem *pItem = &pDo->wanted.a[i];
    pItem->bLeave |= !isTable(pItem) || !onlyHas(pDo, pItem);
  }
}

/* ---- what is made and what is dropped ---- */

static void mismatch(MigContext *p, const MigItem *pItem, const char *zWhat) {
  migFail(p, MIG_SCHEMA_MISMATCH, "%s %s %s; option force goes on",
          pItem->pObject->zType, pItem->pObject->zName, zWhat);
}

/* Decide on one wanted table. */
static void tableDecide(MigContext *p, MigDecision *pDo, MigItem *pItem) {
  const MigItem *pLive = twin(&pDo->live, pItem);
  int bForce = pDo->bForce;

  if (pLive && migItemSame(pLive, pItem) &&
      (pLive->iVirtual < 0 || pItem->iVirtual >= 0)) {
    return;
  }
  if (pItem->bLeave) {
    if (pDo->nOnly == 0 && !bForce) {
      mismatch(p, pItem,
               pLive ? "is not in the backup and has another definition now"
                     : "is not in the backup and does not exist any more");
    }
    return;
  }
  if (pDo->nOnly && pLive && !bForce) {
    mismatch(p, pItem, "has another definition than in the backup");
  }
  pItem->bGo = 1;
}

/* Decide on tables: those that differ are made, and with a virtual table all
** its parts. */
static void tablesDecide(MigContext *p, MigDecision *pDo) {
  MigItems *pItems = &pDo->wanted;
  int i;

  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    if (isTable(&pItems->a[i])) {
      tableDecide(p, pDo, &pItems->a[i]);
    }
  }
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    MigItem *pItem = &pItems->a[i];
    if (pItem->iVirtual >= 0 && pItems->a[pItem->iVirtual].bGo) {
      if (pItem->bLeave && pItem->bMaybe && !pDo->bForce) {
        mismatch(p, pItem,
                 "is not in the backup and may be a part of a virtual table"
                 " that has another definition now");
      }
      pItem->bGo = 1;
    }
  }
}

/* Are the triggers of a table that stays the same, in the same order? */
static int triggersSame(const MigDecision *pDo, const MigItem *pTable) {
  const MigItem *pLive = twin(&pDo->live, pTable);

  return pLive && pLive->uTriggers == pTable->uTriggers;
}

/* Decide on a wanted view; with option tables views stay. */
static void viewDecide(MigDecision *pDo, MigItem *pItem) {
  const MigItem *pLive = twin(&pDo->live, pItem);

  pItem->bGo = !pItem->bLeave && !(pLive && migItemSame(pLive, pItem));
}

/* Does table i of the manifest get all its rows anew? */
static int rowsWhole(const MigDecision *pDo, const MigItem *pTable) {
  const MigTableEntry *pEntry =
      migManifestTable(pDo->pWanted, pTable->pObject->zName);

  return pEntry && pDo->aeRows[pEntry - pDo->pWanted->aTable] == MIG_ROWS_WHOLE;
}

/* Are the indexes and triggers of a wanted table of no concern? Those of a
** table that is only left because the backup has no rows of it are restored
** where they fit. */
static int partsLeft(const MigDecision *pDo, const MigItem *pTable) {
  const MigItem *pLive = twin(&pDo->live, pTable);

  return pTable->bLeave &&
         (pDo->nOnly || !pLive || !migItemSame(pLive, pTable));
}

/* Decide on a wanted index or trigger. */
static void partDecide(MigContext *p, MigDecision *pDo, MigItem *pItem) {
  const MigItem *pTable = itemTable(&pDo->wanted, pItem);
  const MigItem *pLive = twin(&pDo->live, pItem);
  int bSame = pLive && migItemSame(pLive, pItem);
  int nOnly = pDo->nOnly;

  pItem->bLeave = pTable == 0 || partsLeft(pDo, pTable);
  if (pItem->bLeave) {
    return;
  }
  if (pTable->bGo) {
    pItem->bGo = 1;
  } else if (isTrigger(pItem)) {
    pItem->bLeave = nOnly > 0;
    pItem->bGo = !nOnly && !(bSame && triggersSame(pDo, pTable));
  } else {
    if (nOnly && !bSame && !pDo->bForce) {
      mismatch(p, pItem, "is not as in the backup");
    }
    pItem->bGo = !bSame || rowsWhole(pDo, pTable);
  }
}

/* Is a live object of no concern? */
static int liveLeft(const MigDecision *pDo, const MigItem *pItem) {
  const MigItem *pTable =
      pItem->iTable >= 0 ? itemTable(&pDo->live, pItem) : pItem;
  const MigItem *pWanted = twin(&pDo->wanted, pTable);

  if (pDo->nOnly == 0) {
    return isTable(pTable) && pWanted &&
           (pTable == pItem ? pWanted->bLeave : partsLeft(pDo, pWanted));
  }
  if (pWanted == 0 || pWanted->bLeave) {
    /* a part of a virtual table that is dropped goes with it */
    return pTable->iVirtual < 0 || !pDo->live.a[pTable->iVirtual].bGo;
  }
  return isTrigger(pItem) && !pWanted->bGo;
}

/* Is this something that was made after the run of a partial backup, by
** somebody else? Then it stays, unless the table that it hangs on goes. */
static int madeLater(const MigDecision *pDo, const MigItem *pItem) {
  const MigObject *pObject = pItem->pObject;
  const MigItem *pTable = pItem->iTable >= 0 ? itemTable(&pDo->live, pItem) : 0;

  return pDo->pWanted->bPartial && (pTable == 0 || !pTable->bGo) &&
         !migManifestMade(pDo->pWanted, pObject->zType, pObject->zName);
}

/* Drop what is there and is not wanted as it is. */
static void liveDecide(MigContext *p, MigDecision *pDo, MigItem *pItem) {
  const MigItem *pWanted = twin(&pDo->wanted, pItem);

  if (liveLeft(pDo, pItem) || (pWanted == 0 && madeLater(pDo, pItem))) {
    return;
  }
  pItem->bGo = !(pWanted && !pWanted->bGo && migItemSame(pItem, pWanted));
  if (pItem->bGo && pWanted == 0 && pItem->eKind == MIG_ITEM_INDEX &&
      pDo->nOnly && !pDo->bForce) {
    mismatch(p, pItem, "is not in the backup");
  }
}

/* ---- what is done with rows ---- */

/* Do so few chunks differ that the rows are best written one by one? */
static int fewDiffer(MigContext *p, const MigDecision *pDo,
                     const MigTableEntry *pLive, const MigTableEntry *pWanted) {
  MigChunks *pChunks = pDo->pChunks;
  i64 n;
  i64 nAll = pLive->nChunk > pWanted->nChunk ? pLive->nChunk : pWanted->nChunk;

  if (!migDiffComparable(pLive, pWanted)) {
    return 0;
  }
  n = migDiffChunks(p, pChunks, pLive, pWanted);
  return n <= FEW_CHUNKS || n * 100 <= nAll * MOST_CHANGED;
}

/* Are the rows of two entries the same? */
int migEntrySame(const MigTableEntry *pA, const MigTableEntry *pB) {
  return pA->nRow == pB->nRow && pA->nChunk == pB->nChunk &&
         memcmp(pA->aDigest, pB->aDigest, MIG_HASH_SIZE) == 0;
}

static MigRowsWork rowsDecide(MigContext *p, MigDecision *pDo,
                              const MigTableEntry *pWanted) {
  int i = migItemFind(&pDo->wanted, 0, pWanted->zName);
  const MigTableEntry *pLive = migManifestTable(pDo->pLive, pWanted->zName);

  if (migLayoutSystem(pWanted->zName)) {
    return MIG_ROWS_KEEP; /* they come last, by themselves */
  }
  if (i < 0 || pDo->wanted.a[i].eKind != MIG_ITEM_TABLE) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "the backup has rows of a table %s and no such table; use another"
            " backup",
            pWanted->zName);
    return MIG_ROWS_KEEP;
  }
  if (pDo->wanted.a[i].bLeave) {
    return MIG_ROWS_KEEP;
  }
  if (pDo->wanted.a[i].bGo || pLive == 0) {
    return MIG_ROWS_WHOLE;
  }
  if (migEntrySame(pLive, pWanted)) {
    return MIG_ROWS_KEEP;
  }
  return fewDiffer(p, pDo, pLive, pWanted) ? MIG_ROWS_CHANGES : MIG_ROWS_WHOLE;
}

/* Decide on the rows of all tables. */
static void allRowsDecide(MigContext *p, MigDecision *pDo) {
  const MigManifest *pWanted = pDo->pWanted;
  int i;

  pDo->aeRows = migAlloc(p, (u64)pWanted->nTable * sizeof(MigRowsWork));
  for (i = 0; i < pWanted->nTable && p->rc == SQLITE_OK; i++) {
    pDo->aeRows[i] = rowsDecide(p, pDo, &pWanted->aTable[i]);
    if (pDo->aeRows[i] == MIG_ROWS_WHOLE) {
      pDo->nByte += pWanted->aTable[i].nByte;
    }
  }
}

/* Decide everything; nothing is changed. SCHEMA_MISMATCH names the first
** object that is in the way, unless bForce; errors of migDecideScope(). */
void migDecideAll(MigContext *p, MigDecision *pDo) {
  MigItems *pItems;
  int i;

  migDecideScope(p, pDo);
  tablesDecide(p, pDo);
  allRowsDecide(p, pDo);
  pItems = &pDo->wanted;
  for (i = 0; i < pItems->n; i++) {
    if (pItems->a[i].eKind == MIG_ITEM_VIEW) {
      viewDecide(pDo, &pItems->a[i]);
    }
  }
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    if (pItems->a[i].eKind == MIG_ITEM_INDEX || isTrigger(&pItems->a[i])) {
      partDecide(p, pDo, &pItems->a[i]);
    }
  }
  pItems = &pDo->live;
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    if (isTable(&pItems->a[i])) {
      liveDecide(p, pDo, &pItems->a[i]);
    }
  }
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    /* what hangs on a table, and parts of a virtual one, when that is known */
    if (!isTable(&pItems->a[i]) || pItems->a[i].iVirtual >= 0) {
      liveDecide(p, pDo, &pItems->a[i]);
    }
  }
}
