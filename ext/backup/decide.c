/*
** decide.c - what has to be done to restore a backup.
**
** The schema that is there and the one that is wanted are two lists of
** objects (items.c). An object that is the same to the byte in both stays;
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
** the others the rows stay; their definitions are only looked at. Then nothing
** that was made since gives way to what is wanted: where it has a name that is
** needed, the restore is refused.
**
** An example. The backup has t(a), index i on t, and view v; the database has
** t(a), index i on t with another column, table u, and no view:
**
**   table t   the same to the byte   stays; its rows are compared
**   index i   differs                dropped, and made
**   view v    is not there           made
**   table u   is not wanted          dropped; it stays with option tables, and
**                                    with a backup that holds only some, unless
**                                    the run of that has made it
**
** What is decided is decided in an order in which each step needs those before:
** what is concerned, tables, rows (a table that is made gets all of them),
** views, what hangs on tables (an index over rows that are all written is made
** behind), then what is dropped, and last what stands in the way.
*/
#include <string.h>
#include "sql.h"
#include "diff.h"
#include "decide.h"

#define MOST_CHANGED 30 /* per cent of the chunks, to be edited in place */
#define FEW_CHUNKS 8    /* so many are edited in any case */

/* An ordinary table, a shadow table or a virtual one? */
static int isTable(const MigItem *pItem) {
  return pItem->eKind == MIG_ITEM_TABLE || pItem->eKind == MIG_ITEM_VIRTUAL;
}

/* 1 or 0: which names to look among, for migItemFind(). */
static int isTrigger(const MigItem *pItem) {
  return pItem->eKind == MIG_ITEM_TRIGGER;
}

/* The item of the other list with the name of this one, apart from case, or
** NULL. It may be of another kind: but for triggers, all share their names. */
static MigItem *twin(const MigItems *pOther, const MigItem *pItem) {
  int i = migItemFind(pOther, isTrigger(pItem), pItem->pObject->zName);

  return i >= 0 ? &pOther->a[i] : 0;
}

/* The virtual table that an item is known to be a part of, or NULL. */
static MigItem *itemVirtual(const MigItems *pItems, const MigItem *pItem) {
  return pItem->iVirtual >= 0 && !pItem->bMaybe ? &pItems->a[pItem->iVirtual]
                                                : 0;
}

/* The table or view that an index or trigger is on; NULL for what hangs on
** nothing, and where the manifest does not have it. */
static MigItem *itemTable(const MigItems *pItems, const MigItem *pItem) {
  return pItem->iTable >= 0 ? &pItems->a[pItem->iTable] : 0;
}

/* ---- which tables are concerned ---- */

/* Is the name, in any case, in option tables? */
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

/*
** Make the lists of objects, and set bLeave of the wanted tables that this
** restore does not concern; with azOnly, of everything that is not a table as
** well. Reads no database, and no chunk. USAGE when the backup has no table of
** a name in azOnly, or it cannot be restored alone; BACKUP_DAMAGED when it
** holds what it cannot hold.
*/
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

/* ---- what is made ---- */

/* SCHEMA_MISMATCH that names an object, and how to go on by force. zWhat goes
** on behind its name. */
static void mismatch(MigContext *p, const MigDecision *pDo,
                     const MigItem *pItem, const char *zWhat) {
  migFail(p, MIG_SCHEMA_MISMATCH, "%s %s %s; %s goes on", pItem->pObject->zType,
          pItem->pObject->zName, zWhat, pDo->zForce);
}

/* Decide on one wanted table. One with the same text stays, unless it has come
** to be a part of a virtual table and was none. One that is left is only looked
** at: what differs is an error where everything is restored, and where the user
** names tables it is not. */
static void tableDecide(MigContext *p, MigDecision *pDo, MigItem *pItem) {
  const MigItem *pLive = twin(&pDo->live, pItem);
  int bForce = pDo->bForce;

  if (pLive && migItemSame(pLive, pItem) &&
      (pLive->iVirtual < 0 || pItem->iVirtual >= 0)) {
    return;
  }
  if (pItem->bLeave) {
    if (pDo->nOnly == 0 && !bForce) {
      mismatch(p, pDo, pItem,
               pLive ? "is not in the backup and has another definition now"
                     : "is not in the backup and does not exist any more");
    }
    return;
  }
  if (pDo->nOnly && pLive && isTable(pLive) && !bForce) {
    mismatch(p, pDo, pItem, "has another definition than in the backup");
  }
  pItem->bGo = 1;
}

/* Decide on tables: those that differ are made, and with a virtual table all
** its parts, whose rows are in the backup where it is known that they are
** parts. */
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
        mismatch(p, pDo, pItem,
                 "is not in the backup and may be a part of a virtual table"
                 " that has another definition now");
      }
      pItem->bGo = 1;
    }
  }
}

/* Are the triggers of a table or view that stays the same, in the same order?
** By their hash: of 64 bits, over names and texts. */
static int triggersSame(const MigDecision *pDo, const MigItem *pTable) {
  const MigItem *pLive = twin(&pDo->live, pTable);

  return pLive && pLive->uTriggers == pTable->uTriggers;
}

/* Decide on a wanted view; with option tables views stay. */
static void viewDecide(MigDecision *pDo, MigItem *pItem) {
  const MigItem *pLive = twin(&pDo->live, pItem);

  pItem->bGo = !pItem->bLeave && !(pLive && migItemSame(pLive, pItem));
}

/* Does a wanted table get all its rows anew? aeRows is there. */
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

/* Is a wanted index or trigger there as it is wanted? */
static int partSame(const MigDecision *pDo, const MigItem *pItem) {
  const MigItem *pLive = twin(&pDo->live, pItem);

  return pLive && migItemSame(pLive, pItem);
}

/* Decide on a wanted index or trigger. It comes with its table; an index also
** when all rows of that are written, since it is dropped before: to fill it row
** by row takes longer. */
static void partDecide(MigDecision *pDo, MigItem *pItem) {
  const MigItem *pTable = itemTable(&pDo->wanted, pItem);

  pItem->bLeave = pTable == 0 || partsLeft(pDo, pTable);
  if (!pItem->bLeave) {
    pItem->bGo = pTable->bGo || !partSame(pDo, pItem) ||
                 (isTrigger(pItem) ? !triggersSame(pDo, pTable)
                                   : rowsWhole(pDo, pTable));
  }
}

/* ---- what is dropped ---- */

/* Does the backup want a live table or view of this name to be as it says?
** With bParts the question is about what hangs on it. */
static int isKnown(const MigDecision *pDo, const MigItem *pTable, int bParts) {
  const MigItem *pWanted = twin(&pDo->wanted, pTable);

  return pWanted && isTable(pWanted) == isTable(pTable) &&
         pWanted->eKind != MIG_ITEM_INDEX &&
         !(bParts ? partsLeft(pDo, pWanted) : pWanted->bLeave);
}

/* Does the backup want an index or trigger of this name on the same table? */
static int partKnown(const MigDecision *pDo, const MigItem *pItem) {
  const MigItem *pWanted = twin(&pDo->wanted, pItem);

  return pWanted && pWanted->eKind == pItem->eKind &&
         migStrICmp(pWanted->pObject->zTable, pItem->pObject->zTable) == 0;
}

/* Has the run of a partial backup made this object? */
static int runMade(const MigDecision *pDo, const MigItem *pItem) {
  return migManifestMade(pDo->pWanted, pItem->pObject->zType,
                         pItem->pObject->zName);
}

/*
** Where only some tables are restored: does a live object stay? A name says
** little, as tables may have been renamed since, and other things may have got
** the names of what is wanted. So of tables and views go those that the backup
** wants to be otherwise, and those its run has made; of indexes and triggers
** those of such tables. Whatever else was made since stays, with all that
** hangs on it.
*/
static int liveStays(const MigDecision *pDo, const MigItem *pItem) {
  const MigItem *pOn = itemTable(&pDo->live, pItem);
  const MigItem *pTable = pOn ? pOn : pItem;
  const MigItem *pVirtual = itemVirtual(&pDo->live, pTable);
  int bPartial = pDo->pWanted->bPartial;

  if ((pOn && pOn->bGo) || (pVirtual && pVirtual->bGo)) {
    return 0;
  }
  if (pOn == 0) {
    return !isKnown(pDo, pItem, 0) && (pDo->nOnly || !runMade(pDo, pItem));
  }
  return !isKnown(pDo, pOn, 1) ||
         (!partKnown(pDo, pItem) && bPartial && !runMade(pDo, pItem));
}

/* Is a live object of no concern, though everything is restored? When it is, or
** hangs on, a table that the backup has no rows of. */
static int liveLeft(const MigDecision *pDo, const MigItem *pItem) {
  const MigItem *pOn = itemTable(&pDo->live, pItem);
  const MigItem *pTable = pOn ? pOn : pItem;
  const MigItem *pWanted = twin(&pDo->wanted, pTable);

  return isTable(pTable) && pWanted &&
         (pOn ? partsLeft(pDo, pWanted) : pWanted->bLeave);
}

/* Drop what is there and is not wanted as it is: unless it stays, it goes when
** the backup has not the same, or has it and makes it anew. */
static void liveDecide(MigDecision *pDo, MigItem *pItem) {
  const MigItem *pWanted = twin(&pDo->wanted, pItem);
  int bSome = pDo->nOnly || pDo->pWanted->bPartial;

  if (!(bSome ? liveStays(pDo, pItem) : liveLeft(pDo, pItem))) {
    pItem->bGo = !(pWanted && !pWanted->bGo && migItemSame(pItem, pWanted));
  }
}

/* ---- what is in the way ---- */

/* Does a live object go, by itself or with what it hangs on? Once all of them
** are decided. */
static int liveGoes(const MigDecision *pDo, const MigItem *pItem) {
  const MigItem *pOn = itemTable(&pDo->live, pItem);

  return pItem->bGo || (pOn && pOn->bGo);
}

/* " of t" for an index or trigger, else nothing. Never NULL. */
static const char *ofTable(MigContext *p, const MigItem *pItem) {
  const char *z = pItem->eKind == MIG_ITEM_INDEX || isTrigger(pItem)
                      ? migPrintf(p, " of %s", pItem->pObject->zTable)
                      : "";

  return z ? z : "";
}

/* What to do about an object that stays and whose name is wanted. What hangs on
** a table that was renamed goes back with it. Never NULL. */
static const char *remedy(MigContext *p, const MigDecision *pDo,
                          const MigItem *pWanted, const MigItem *pLive) {
  const char *zType = pLive->pObject->zType;
  const char *zTable = pWanted->pObject->zTable;
  const char *z;

  if (isTable(pLive)) {
    z = "rename or drop that table first";
  } else if (pLive->eKind == pWanted->eKind && pLive->iTable >= 0 &&
             migItemFind(&pDo->live, 0, zTable) < 0) {
    z = migPrintf(p, "rename %s back to %s, or drop that %s, first",
                  pLive->pObject->zTable, zTable, zType);
  } else {
    z = migPrintf(p, "drop that %s first", zType);
  }
  return z ? z : "";
}

/* SCHEMA_MISMATCH: what stays has the name of what is wanted. Nothing is
** dropped for it, by force neither. */
static void clash(MigContext *p, const MigDecision *pDo, const MigItem *pWanted,
                  const MigItem *pLive) {
  migFail(p, MIG_SCHEMA_MISMATCH,
          "%s %s%s cannot come back beside %s %s%s, which was made or renamed"
          " since and stays; %s",
          pWanted->pObject->zType, pWanted->pObject->zName, ofTable(p, pWanted),
          pLive->pObject->zType, pLive->pObject->zName, ofTable(p, pLive),
          remedy(p, pDo, pWanted, pLive));
}

/* Do all objects that will be made find their names free? The parts of virtual
** tables are made by their modules. */
static void clashesCheck(MigContext *p, const MigDecision *pDo) {
  int i;

  for (i = 0; i < pDo->wanted.n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pDo->wanted.a[i];
    const MigItem *pLive = pItem->bGo ? twin(&pDo->live, pItem) : 0;
    if (pLive && !liveGoes(pDo, pLive) &&
        (pItem->iVirtual < 0 || !isTable(pLive))) {
      clash(p, pDo, pItem, pLive);
    }
  }
}

/* With option tables: have the indexes and triggers of a table that stays
** changed? Their order alone, and indexes that are only made anew, do not
** count. */
static void partsCheck(MigContext *p, const MigDecision *pDo) {
  int i;

  for (i = 0; i < pDo->wanted.n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pDo->wanted.a[i];
    const MigItem *pOn = itemTable(&pDo->wanted, pItem);
    if (pOn && pItem->bGo && !pOn->bGo && !partSame(pDo, pItem)) {
      mismatch(p, pDo, pItem, "is not as in the backup");
    }
  }
  for (i = 0; i < pDo->live.n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pDo->live.a[i];
    const MigItem *pOn = itemTable(&pDo->live, pItem);
    if (pOn && pItem->bGo && !pOn->bGo && !partKnown(pDo, pItem)) {
      mismatch(p, pDo, pItem, "is not in the backup");
    }
  }
}

/* ---- what is done with rows ---- */

/* Do so few chunks differ that the rows are best written one by one? Not where
** keys cannot be compared. Reads the lists of the table, and no rows. */
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

/* Are the rows of two entries the same? By the digest of their chunks: what is
** the same and was cut elsewhere is not seen as such. Columns and key do not
** count. */
int migEntrySame(const MigTableEntry *pA, const MigTableEntry *pB) {
  return pA->nRow == pB->nRow && pA->nChunk == pB->nChunk &&
         memcmp(pA->aDigest, pB->aDigest, MIG_HASH_SIZE) == 0;
}

/* Decide on the rows of one table of the backup. BACKUP_DAMAGED when its schema
** has no such table. */
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

/*
** Decide everything; nothing is changed. pLive is the schema as it is: the
** caller holds a transaction from before it was read until the answer is
** carried out. SCHEMA_MISMATCH names the first object that is not as it has to
** be, unless bForce, or whose name is taken, by force too; BACKUP_DAMAGED when
** a list of chunks is not as it was written, or the backup has rows of a table
** that it has not; errors of migDecideScope(). After failure the answer means
** nothing.
*/
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
      partDecide(pDo, &pItems->a[i]);
    }
  }
  pItems = &pDo->live;
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    if (isTable(&pItems->a[i])) {
      liveDecide(pDo, &pItems->a[i]);
    }
  }
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    /* what hangs on a table, and parts of a virtual one, when that is known */
    if (!isTable(&pItems->a[i]) || pItems->a[i].iVirtual >= 0) {
      liveDecide(pDo, &pItems->a[i]);
    }
  }
  if (p->rc == SQLITE_OK) {
    clashesCheck(p, pDo);
  }
  if (p->rc == SQLITE_OK && pDo->nOnly && !pDo->bForce) {
    partsCheck(p, pDo);
  }
}
