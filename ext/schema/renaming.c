/*
** renaming.c - what a script renames.
**
** Tables are renamed by ALTER TABLE. So are columns, unless it will not work or
** a virtual table has its content in their table: then that is left to where
** the table is changed (tablechange.c).
**
** Columns whose old and new names cross (two swap theirs) are renamed where
** their table is changed: migrate_table() reads the annotations in the text it
** is given as well, and would carry out once more what has been done.
**
** PROBLEMS. A script in which tables are renamed natively means
** legacy_alter_table to be off, as it is unless an application sets it.
*/
#include <string.h>
#include "ways.h"
#include "fulltext.h"
#include "renaming.h"

/* Rename a table, by a step of the order. In legacy mode nothing that names it
** follows; without, all of the schema must compile. */
static void renameWrite(MigContext *p, MigGenerator *pg,
                        const MigOrderStep *pStep) {
  migDraftGroup(p, pg, MIG_GROUP_RENAME);
  migDraftAllowLoss(p, pg, pStep->zFrom);
  if (!pg->bNative) {
    migTextStr(p, &pg->part, "PRAGMA legacy_alter_table=ON;\n");
  }
  migTextF(p, &pg->part, "ALTER TABLE \"%w\" RENAME TO \"%w\";\n", pStep->zFrom,
           pStep->zTo);
  if (!pg->bNative) {
    migTextStr(p, &pg->part, "PRAGMA legacy_alter_table=OFF;\n");
  }
  pg->bTouches = 1;
  pg->bNativeUsed |= pg->bNative;
}

/* Of the columns that are renamed, is the old name of one that of a wanted
** column, or the new name that of a column that is there? */
static int columnsCross(const MigTableDiff *pDiff) {
  int i;

  for (i = 0; i < pDiff->n; i++) {
    const MigAlteration *pAlt = &pDiff->a[i];
    const MigModelTable *pOld = pDiff->pOld->pTable;
    const MigModelTable *pNew = pDiff->pNew->pTable;
    if (pAlt->eKind == MIG_ALT_RENAME_COLUMN &&
        (migModelColumn(pNew, pOld->aColumn[pAlt->iOld].zName) >= 0 ||
         migModelColumn(pOld, pNew->aColumn[pAlt->iNew].zName) >= 0)) {
      return 1;
    }
  }
  return 0;
}

/* Does a virtual table have its content in the table? SQLite would not tell it
** the new names. */
static int isContent(MigContext *p, const MigModel *pModel,
                     const char *zTable) {
  int i;

  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    const char *z = pObject->eKind == MIG_DDL_VIRTUAL && pObject->pDdl
                        ? migFulltextContent(p, pObject->pDdl)
                        : 0;
    if (z && migStrICmp(z, zTable) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Must migrate_table() rename the columns, where the table is changed? Asked
** where ALTER TABLE will work; pg->now is what the scratch database holds. */
int migRenamingLater(MigContext *p, const MigGenerator *pg,
                     const MigTableDiff *pDiff) {
  return columnsCross(pDiff) || (migWaysHas(pDiff, MIG_ALT_RENAME_COLUMN) &&
                                 isContent(p, &pg->now, pDiff->pNew->zName));
}

/* Rename the columns of a table, in no particular order, as no two names cross.
** The table has its new name already. A new name is written as in the wanted
** text: SQLite puts it into all texts with these quotes. */
static void columnsWrite(MigContext *p, MigGenerator *pg,
                         const MigTableDiff *pDiff) {
  const MigDdl *pDdl = pDiff->pNew->pDdl;
  int i;

  migDraftGroup(p, pg, MIG_GROUP_RENAME);
  for (i = 0; i < pDiff->n; i++) {
    const MigAlteration *pAlt = &pDiff->a[i];
    if (pAlt->eKind == MIG_ALT_RENAME_COLUMN) {
      const MigToken *pName = &pDdl->aColumn[pAlt->iNew].name;
      migTextF(p, &pg->part, "ALTER TABLE \"%w\" RENAME COLUMN \"%w\" TO ",
               pDiff->pNew->zName,
               pDiff->pOld->pTable->aColumn[pAlt->iOld].zName);
      migTextAdd(p, &pg->part, pDdl->z + pName->iStart, pName->n);
      migTextStr(p, &pg->part, ";\n");
    }
  }
  pg->bNativeUsed = pg->bTouches = 1;
}

/* Set what is left to rename behind the rename part: columns that are renamed
** where their table is changed. Without ALTER TABLE those are all. */
static void renamesLeft(MigContext *p, MigGenerator *pg) {
  const MigRenames *pAll = pg->pGenerate->pRenames;
  MigRenames left = {0, 0};
  int i;
  int k;

  for (i = 0; pAll && i < pAll->n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pAll->a[i];
    int bLeft = pRename->zColumn && !pg->bNative;
    for (k = 0; k < pg->compare.n && pRename->zColumn && !bLeft; k++) {
      const MigTableDiff *pDiff = pg->compare.a[k].pTable;
      bLeft = pDiff && migRenamingLater(p, pg, pDiff) &&
              migStrICmp(pDiff->pNew->zName, pRename->zTable) == 0;
    }
    if (bLeft) {
      left.a = migModelRoom(p, left.a, left.n, sizeof(*pRename));
      if (left.a) {
        left.a[left.n++] = *pRename;
      }
    }
  }
  pg->left = left;
}

/* Write the part that renames: tables as they are ordered, then columns. Sets
** pg->left to what is renamed later, borrowed from the annotations. */
void migRenamingWrite(MigContext *p, MigGenerator *pg) {
  int i;

  for (i = 0; i < pg->order.n && p->rc == SQLITE_OK; i++) {
    if (pg->order.a[i].eKind == MIG_ORDER_RENAME) {
      renameWrite(p, pg, &pg->order.a[i]);
    }
  }
  for (i = 0; i < pg->compare.n && pg->bNative && p->rc == SQLITE_OK; i++) {
    const MigTableDiff *pDiff = pg->compare.a[i].pTable;
    if (pDiff && migWaysHas(pDiff, MIG_ALT_RENAME_COLUMN) &&
        !migRenamingLater(p, pg, pDiff)) {
      columnsWrite(p, pg, pDiff);
    }
  }
  renamesLeft(p, pg);
}
