/*
** generate.c - the script that turns one schema into another.
**
** The script is made in parts, each from what differs between a scratch
** database and the wanted schema, and each run there before the next is made:
**
**   drop    what is not wanted, and what is changed and is no table: views and
**           triggers would hinder what follows
**   rename  tables, then columns, as annotations say, by ALTER TABLE, so that
**           everything that names them follows
**   make    tables are made and changed, then virtual tables, indexes, views
**           and triggers are made
**
** drop and make are done once more behind that for what a rename has changed
** on its way, and a last time should something be left. Then nothing differs,
** or the answer is UNPROVEN.
**
** From t(a, b, c) and a view v over c to t(a, x, d), where x is annotated as
** renamed from b, and no view:
**
**   DROP VIEW "v";
**
**   ALTER TABLE "t" RENAME COLUMN "b" TO x;
**
**   -- destructive: drops column c of table t
**   ALTER TABLE main."t" DROP COLUMN "c";
**   ALTER TABLE main."t" ADD COLUMN d;
**
** Were x UNIQUE, the last lines would be a call that says what the table should
** be, and all that it may lose on the way:
**
**   SELECT migrate_table('CREATE TABLE t(a, x UNIQUE, d)',
**     '{"changes":["column c dropped"]}');
**
** A script runs on whatever SQLite the file meets, so of its ALTER TABLE only
** what the oldest supported one has stands in it; all else is left to
** migrate_table(). ALTER TABLE RENAME and DROP COLUMN read the whole schema
** again and fail where a view or a trigger does not compile. Then
** migrate_table() does that as well, and tables are renamed in legacy mode
** (sqlite.org/pragma.html, legacy_alter_table); what names them is made anew.
**
** The statements are written by draft.c, renaming.c and tablechange.c. What
** they are to do is decided here, and tried.
*/
#include <string.h>
#include "catalog.h"
#include "compiles.h"
#include "generate.h"
#include "orphans.h"
#include "prove.h"
#include "renaming.h"
#include "scratchfill.h"
#include "subset.h"
#include "tablechange.h"

/* The parts; see the top of the file. */
typedef enum Part {
  PART_DROP,
  PART_RENAME,
  PART_MAKE
} Part;

/* ------------------------------------------------------------------------
** What is to be done
*/

/* Is there anything for which ALTER TABLE would read the whole schema: RENAME
** or DROP COLUMN? */
static int needsNative(const MigComparison *pCompare) {
  int i;
  int k;

  for (i = 0; i < pCompare->n; i++) {
    const MigDifference *pDif = &pCompare->a[i];
    if (pDif->bRenamed) {
      return 1;
    }
    for (k = 0; pDif->pTable && k < pDif->pTable->n; k++) {
      MigAlterationKind e = pDif->pTable->a[k].eKind;
      if (e == MIG_ALT_RENAME_COLUMN || e == MIG_ALT_DROP_COLUMN) {
        return 1;
      }
    }
  }
  return 0;
}

/* ------------------------------------------------------------------------
** Parts
*/

/* Read the scratch database, which is much like pKnown: pKnown may be pg->now,
** which this replaces. */
static void nowRead(MigContext *p, MigGenerator *pg, const MigModel *pKnown) {
  MigModel now;

  migScratchSwap(p, pg->replay.pScratch);
  migCatalogReadLike(p, pKnown, &now);
  migScratchSwap(p, pg->replay.pScratch);
  pg->now = now;
  pg->replay.pKnown = &pg->now;
}

/* What differs there from the wanted schema, with what is left to rename. */
static void nowCompare(MigContext *p, MigGenerator *pg) {
  memset(&pg->compare, 0, sizeof(pg->compare));
  migCompare(p, &pg->now, pg->pGenerate->pNew, pg->left.n ? &pg->left : 0,
             &pg->compare);
}

/* Write the part that drops. What is changed and is no ordinary table goes as
** well: the order has a step for it. */
static void partDrop(MigContext *p, MigGenerator *pg) {
  u8 *abDropped = migAlloc(p, (u64)pg->now.nObject);
  int i;

  for (i = 0; i < pg->order.n && p->rc == SQLITE_OK; i++) {
    if (pg->order.a[i].eKind == MIG_ORDER_DROP) {
      abDropped[pg->order.a[i].iOld] = 1;
    }
  }
  for (i = 0; i < pg->order.n && p->rc == SQLITE_OK; i++) {
    if (pg->order.a[i].eKind == MIG_ORDER_DROP) {
      migDraftDrop(p, pg, pg->order.a[i].iOld, abDropped);
    }
  }
}

/* Write the part that makes what is not there and changes tables. */
static void partMake(MigContext *p, MigGenerator *pg) {
  int i;

  for (i = 0; i < pg->order.n && p->rc == SQLITE_OK; i++) {
    const MigOrderStep *pStep = &pg->order.a[i];
    if (pStep->eKind == MIG_ORDER_CREATE) {
      migDraftCreate(p, pg, &pg->pGenerate->pNew->aObject[pStep->iNew]);
    } else if (pStep->eKind == MIG_ORDER_TABLE) {
      migTableChangeWrite(p, pg, pg->compare.a[pStep->iDifference].pTable);
    }
  }
  memset(&pg->left, 0, sizeof(pg->left)); /* all is renamed now */
}

/* Run the part, append it, and see what it has made. UNPROVEN when it does not
** run; nothing of it is appended then. */
static void partRun(MigContext *p, MigGenerator *pg) {
  if (p->rc || pg->part.n == 0) {
    return;
  }
  migReplayScript(p, &pg->replay, pg->part.z, pg->part.n, "the script");
  migProveFailed(p, "what was made for these schemas");
  nowRead(p, pg, &pg->now);
  migTableChangeAppend(p, pg);
}

/* Drop the views and triggers that are set aside. What makes them again is the
** last part, to which they are missing. */
static void partAside(MigContext *p, MigGenerator *pg) {
  const MigModel *pNew = pg->pGenerate->pNew;
  u8 *abDropped = migAlloc(p, (u64)pg->now.nObject);
  int i;

  for (i = 0; i < pg->now.nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pg->now.aObject[i];
    int bTrigger = pObject->eKind == MIG_DDL_TRIGGER;
    int k = bTrigger || pObject->eKind == MIG_DDL_VIEW
                ? migModelFind(pNew, bTrigger, pObject->zName)
                : -1;
    abDropped[i] = k >= 0 && pg->abAside[k];
  }
  for (i = 0; i < pg->now.nObject && p->rc == SQLITE_OK; i++) {
    if (abDropped[i]) {
      migDraftDrop(p, pg, i, abDropped);
    }
  }
  partRun(p, pg);
}

/* Make a part from what differs now, run it, and append it. Where nothing
** differs there is no part. */
static void partMakeAndRun(MigContext *p, MigGenerator *pg, Part ePart) {
  nowCompare(p, pg);
  if (p->rc || pg->compare.n == 0) {
    return;
  }
  memset(&pg->part, 0, sizeof(pg->part));
  memset(&pg->order, 0, sizeof(pg->order));
  migOrder(p, &pg->compare, &pg->order);
  switch (ePart) {
  case PART_DROP:
    partDrop(p, pg);
    break;
  case PART_RENAME:
    migRenamingWrite(p, pg);
    break;
  case PART_MAKE:
    partMake(p, pg);
    break;
  }
  partRun(p, pg);
}

/* ------------------------------------------------------------------------
** Scripts
*/

/* Put around a portable script what it needs. A transaction is of use to a
** shell only: a run, and other tools, have one. */
static void frameWrite(MigContext *p, const MigGenerator *pg) {
  MigText *pScript = &pg->pGenerate->script;
  MigText text = {0, 0, 0};
  int bOrphans = 0;

  if (pg->bTouches) {
    migTextStr(p, &text,
               "-- Foreign keys are not enforced while tables are dropped and "
               "made anew:\n"
               "-- rows that refer to them would be changed or lost. Inside a "
               "transaction\n"
               "-- that is open already this PRAGMA does nothing: do not run "
               "it in one.\n"
               "PRAGMA foreign_keys=OFF;\n\n");
  }
  if (pg->pGenerate->bShell) {
    bOrphans = pg->bTouches && pg->pGenerate->bOrphans;
    migTextStr(p, &text,
               "-- In the sqlite3 shell: sqlite3 -bail FILE, so that it stops "
               "at an error.\n"
               "BEGIN IMMEDIATE;\n\n");
  }
  if (pg->tally.n) {
    migTallyBegin(p, &text);
    migTextStr(p, &text, "\n");
  }
  if (bOrphans) {
    migOrphansBegin(p, &text);
  }
  migTextAdd(p, &text, migTextZ(pScript), pScript->n);
  if (pg->tally.n) {
    migTextStr(p, &text, "\n");
    migTallyEnd(p, &pg->tally, &text);
    migTextStr(p, &text, "DROP TABLE temp._migrate_script;\n");
  }
  if (bOrphans) {
    migOrphansEnd(p, &text);
  }
  migTextStr(p, &text, pg->pGenerate->bShell ? "\nCOMMIT;\n" : "");
  *pScript = text;
}

/*
** Make the script, in a scratch database that is closed behind this: the parts
** in their order, of which the later ones mostly find nothing to do. UNPROVEN
** when something differs behind the last one. What was appended until an error
** is no script.
*/
static void scriptMake(MigContext *p, MigGenerator *pg, MigScratch *pScratch) {
  /* a rename may change texts of views and triggers, which are dropped then */
  static const Part aePart[] = {PART_DROP, PART_RENAME, PART_DROP,
                                PART_MAKE, PART_DROP,   PART_MAKE};
  MigGenerate *pGenerate = pg->pGenerate;
  size_t i;

  memset(&pGenerate->script, 0, sizeof(pGenerate->script));
  if (pGenerate->pRenames) {
    pg->left = *pGenerate->pRenames;
  }
  migScratchCopy(p, pScratch, pGenerate->pOld);
  pg->replay.bPlain = pGenerate->bPortable;
  migReplayOpen(p, &pg->replay, pScratch);
  pg->replay.bKeep = 1;
  nowRead(p, pg, pGenerate->pOld);
  if (pg->abAside) {
    partAside(p, pg);
  }
  for (i = 0; i < sizeof(aePart) / sizeof(aePart[0]); i++) {
    partMakeAndRun(p, pg, aePart[i]);
  }
  nowCompare(p, pg);
  if (pg->compare.n && p->rc == SQLITE_OK) {
    migFail(p, MIG_UNPROVEN,
            "no script was found that does all of it, left to do: %s; write it "
            "by hand",
            migProveText(p, &pg->compare));
  }
  if (pGenerate->bPortable && pGenerate->script.n) {
    frameWrite(p, pg);
  }
}

/* Try to make the script; abAside may be NULL (MigGenerator). 1 when that ends
** as UNPROVEN and would be worth a try without ALTER TABLE where that reads the
** whole schema: some of that stood in it. */
static int scriptTry(MigContext *p, MigGenerate *pGenerate, MigLosses *pLosses,
                     int bNative, const u8 *abAside) {
  MigScratch *pScratch = migScratchOpen(p);
  MigGenerator g;

  memset(&g, 0, sizeof(g));
  g.pGenerate = pGenerate;
  g.pLosses = pLosses;
  g.bNative = bNative;
  g.abAside = abAside;
  if (pScratch) {
    scriptMake(p, &g, pScratch);
  }
  migScratchClose(p, pScratch);
  return p->eCode == MIG_UNPROVEN && g.bNativeUsed;
}

/* Mark the views and triggers of the wanted schema that may be made anew: those
** that compile in it, be it without "strings", so that none that has lost a
** column comes back in silence. The number of them. The settings are those of a
** scratch database, which goes with them. */
static int asideFind(MigContext *p, const MigModel *pNew, u8 *abAside) {
  MigScratch *pScratch = migScratchOpen(p);
  int n = 0;
  int i;

  if (pScratch) {
    migScratchCopy(p, pScratch, pNew);
    migScratchSwap(p, pScratch);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    migCompilesEach(p, pNew, abAside);
    migScratchSwap(p, pScratch);
  }
  migScratchClose(p, pScratch);
  for (i = 0; i < pNew->nObject && p->rc == SQLITE_OK; i++) {
    n += abAside[i];
  }
  return n;
}

/* No script was found, perhaps because a view would not compile between two
** statements of it: try to make one with the views and triggers out of the way.
** When that fails too the error stays what it was. */
static void asideTry(MigContext *p, MigGenerate *pGenerate, MigLosses *pLosses,
                     int bNative) {
  u8 *abAside;
  MigContext was;
  int n;

  migContextInit(&was, p->db);
  migErrorSave(p, &was);
  abAside = migAlloc(p, (u64)pGenerate->pNew->nObject);
  n = abAside ? asideFind(p, pGenerate->pNew, abAside) : 0;
  if (n > 0) {
    scriptTry(p, pGenerate, pLosses, bNative, abAside);
  }
  if (p->rc ? p->eCode == MIG_UNPROVEN : n == 0) {
    migErrorClear(p);
    migFailRc(p, was.rc, MIG_UNPROVEN, "%s",
              was.zError ? was.zError + strlen("migrate: UNPROVEN: ") : "");
  }
  sqlite3_free(was.zError);
}

/* Those annotations that are at tables of a schema, which may be a part of the
** one they were written for. pAll may be NULL: there are none. */
static void renamesOf(MigContext *p, const MigModel *pModel,
                      const MigRenames *pAll, MigRenames *pOut) {
  int i;

  if (pAll) {
    *pOut = *pAll;
  } else {
    memset(pOut, 0, sizeof(*pOut));
  }
  pOut->n = 0;
  pOut->a = 0;
  for (i = 0; pAll && i < pAll->n && p->rc == SQLITE_OK; i++) {
    if (migModelFind(pModel, 0, pAll->a[i].zTable) >= 0) {
      pOut->a = migModelRoom(p, pOut->a, pOut->n, sizeof(MigRename));
      if (pOut->a) {
        pOut->a[pOut->n++] = pAll->a[i];
      }
    }
  }
}

/*
** Make the script, see generate.h. It leads from pOld to pNew, and that has
** been tried in a scratch database. UNPROVEN when none is found; FORMAT for
** annotations that mean nothing. The database of p is not changed; with bLive
** what is lost is counted in it, as it is at that moment.
**
** Tried are, each when the one before was UNPROVEN: with ALTER TABLE, unless
** something that stays does not compile; without, but for tables that are
** renamed in legacy mode; with the views and triggers out of the way. Of a big
** schema only what the change has to do with goes into the scratch database
** (subset.h).
**
** After an error the script is not to be used.
*/
void migGenerate(MigContext *p, MigGenerate *pGenerate) {
  MigLosses losses = {0, 0};
  MigGenerate part;
  MigRenames renames;
  MigModel old;
  MigModel new;
  int bNative = 1;

  memset(&pGenerate->compare, 0, sizeof(pGenerate->compare));
  memset(&pGenerate->script, 0, sizeof(pGenerate->script));
  migCompare(p, pGenerate->pOld, pGenerate->pNew, pGenerate->pRenames,
             &pGenerate->compare);
  if (p->rc || pGenerate->compare.n == 0) {
    return;
  }
  migLossRead(p, &pGenerate->compare, pGenerate->bLive, &losses);
  if (pGenerate->bLive && needsNative(&pGenerate->compare)) {
    bNative = migCompilesAll(p, &pGenerate->compare);
  }
  pGenerate->bOrphans = pGenerate->bShell &&
                        migOrphansPossible(p, pGenerate->pOld, pGenerate->pNew);
  part = *pGenerate;
  if (migSubset(p, &pGenerate->compare, &old, &new)) {
    part.pOld = &old;
    part.pNew = &new;
    renamesOf(p, &new, pGenerate->pRenames, &renames);
    part.pRenames = &renames;
  }
  if (p->rc == SQLITE_OK && scriptTry(p, &part, &losses, bNative, 0)) {
    migErrorClear(p);
    scriptTry(p, &part, &losses, 0, 0);
  }
  if (p->eCode == MIG_UNPROVEN) {
    asideTry(p, &part, &losses, bNative);
  }
  pGenerate->script = part.script;
}

/* Add a rename that holds: zColumn of zTable, or with NULL the table, was zOld.
** The names are borrowed. */
static void renameAdd(MigContext *p, MigRenames *pRenames, const char *zTable,
                      const char *zColumn, const char *zOld) {
  MigRename *pRename;

  pRenames->a = migModelRoom(p, pRenames->a, pRenames->n, sizeof(*pRename));
  if (pRenames->a) {
    pRename = &pRenames->a[pRenames->n++];
    pRename->zTable = zTable;
    pRename->zColumn = zColumn;
    pRename->zOld = zOld;
    pRename->bExact = 1;
  }
}

/* The renames that lead back: for the script in the other direction, with
** pCompare's old schema as the wanted one. They hold, as nobody has to guess
** about them (bExact). Names are borrowed from the models. */
void migRenamesBack(MigContext *p, const MigComparison *pCompare,
                    MigRenames *pBack) {
  int i;
  int k;

  memset(pBack, 0, sizeof(*pBack));
  for (i = 0; i < pCompare->n; i++) {
    const MigDifference *pDif = &pCompare->a[i];
    const MigTableDiff *pDiff = pDif->pTable;
    if (pDif->bRenamed) {
      renameAdd(p, pBack, pCompare->pOld->aObject[pDif->iOld].zName, 0,
                pCompare->pNew->aObject[pDif->iNew].zName);
    }
    for (k = 0; pDiff && k < pDiff->n; k++) {
      const MigAlteration *pAlt = &pDiff->a[k];
      if (pAlt->eKind == MIG_ALT_RENAME_COLUMN) {
        renameAdd(p, pBack, pDiff->pOld->zName,
                  pDiff->pOld->pTable->aColumn[pAlt->iOld].zName,
                  pDiff->pNew->pTable->aColumn[pAlt->iNew].zName);
      }
    }
  }
}
