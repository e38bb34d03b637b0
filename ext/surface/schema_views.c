/*
** schema_views.c - migration_diff: what differs between two schemas.
**
** One row a difference. A table that is in both has one for each thing in which
** its definitions differ, all with the same SQL.
**
** It shows what the comparison (compare.c) has found, and proves nothing: the
** SQL of a row is what would make that one change, but the rows are not in an
** order in which they could be carried out. For a script there is
** migrate_diff().
**
** destructive tells whether rows or values that are stored would be gone; a
** view or an index that is dropped can be made again.
*/
#include <string.h>
#include "sql.h"
#include "schemas.h"
#include "schema_views.h"

/* The statement that drops an object, in the arena. A virtual table is dropped
** like an ordinary one. */
static const char *dropSql(MigContext *p, const MigModelObject *pObject) {
  static const char *const azKind[] = {"TABLE", "TABLE", "INDEX", "VIEW",
                                       "TRIGGER"}; /* by MigDdlKind */

  return migPrintf(p, "DROP %s \"%w\"", azKind[pObject->eKind],
                   pObject->zName); /* sql-ok: a keyword */
}

/* Are rows or values lost when the object goes? */
static int dropDestroys(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_TABLE || pObject->eKind == MIG_DDL_VIRTUAL;
}

/* Add a row. Texts are constants or in the arena, or belong to the models,
** which are. */
static void rowAdd(MigContext *p, MigRows *pRows, const MigModelObject *pObject,
                   const char *zChange, int bDestructive, const char *zSql) {
  migRowNext(p, pRows);
  migRowText(p, pRows, 0,
             pObject->eKind == MIG_DDL_VIRTUAL ? "virtual table"
                                               : migModelKind(pObject->eKind));
  migRowText(p, pRows, 1, pObject->zName);
  migRowText(p, pRows, 2, zChange);
  migRowInt(p, pRows, 3, bDestructive);
  migRowText(p, pRows, 4, zSql);
}

/* Is something lost by alteration i of a table? By a column that is dropped, or
** is computed from now on and was stored before, and by AUTOINCREMENT that is
** taken away: which numbers were given is forgotten. */
static int alterationDestroys(const MigTableDiff *pDiff, int i) {
  const MigAlteration *pAlt = &pDiff->a[i];

  return pAlt->eKind == MIG_ALT_DROP_COLUMN ||
         (pAlt->eKind == MIG_ALT_AUTOINCREMENT &&
          pDiff->pOld->pTable->bAutoincrement) ||
         (pAlt->eKind == MIG_ALT_GENERATED &&
          pDiff->pOld->pTable->aColumn[pAlt->iOld].pGenerated == 0);
}

/* The rows of an object that is in both schemas, by another name, or otherwise
** defined. What is no table (or is a virtual one) is dropped and made anew. A
** table that was renamed and changed has both kinds of rows. */
static void changeRows(MigContext *p, MigRows *pRows,
                       const MigDifference *pDiff, const MigModelObject *pOld,
                       const MigModelObject *pNew) {
  int i;

  if (pDiff->bRenamed) {
    rowAdd(p, pRows, pNew, migPrintf(p, "rename from %s", pOld->zName), 0,
           migPrintf(p, "ALTER TABLE \"%w\" RENAME TO \"%w\"", pOld->zName,
                     pNew->zName));
  }
  if (pDiff->bChanged && pDiff->pTable == 0) {
    rowAdd(p, pRows, pNew, "change", dropDestroys(pOld), pNew->zSql);
  }
  for (i = 0; pDiff->pTable && i < pDiff->pTable->n && p->rc == SQLITE_OK;
       i++) {
    rowAdd(p, pRows, pNew, migAlterationText(p, pDiff->pTable, i),
           alterationDestroys(pDiff->pTable, i),
           migPrintf(p, "SELECT migrate_table(%Q)", pNew->zSql));
  }
}

/* The rows of difference i: it has an old side, a new side, or both. */
static void differenceRows(MigContext *p, MigRows *pRows,
                           const MigComparison *pCompare, int i) {
  const MigDifference *pDiff = &pCompare->a[i];
  const MigModelObject *pOld =
      pDiff->iOld < 0 ? 0 : &pCompare->pOld->aObject[pDiff->iOld];
  const MigModelObject *pNew =
      pDiff->iNew < 0 ? 0 : &pCompare->pNew->aObject[pDiff->iNew];

  if (pOld && pNew) {
    changeRows(p, pRows, pDiff, pOld, pNew);
  } else if (pOld) {
    rowAdd(p, pRows, pOld, "drop", dropDestroys(pOld), dropSql(p, pOld));
  } else if (pNew) {
    rowAdd(p, pRows, pNew, "create", 0, pNew->zSql);
  }
}

/* migration_diff(old, new). USAGE unless both are given; else the errors of
** migSchemasCompare(), which reads both under one read transaction. */
void migFillDiff(MigContext *p, MigConnection *pConn, MigRows *pRows) {
  MigSchemaPair pair;
  MigSchemaText old;
  MigSchemaText new;
  int i;

  MIG_UNUSED(pConn);
  if (pRows->azArg[0] == 0 || pRows->azArg[1] == 0) {
    migFail(p, MIG_USAGE,
            "call it as migration_diff(old, new), each a schema: a text,"
            " '@file', 'live', or a revision");
    return;
  }
  old.z = pRows->azArg[0];
  old.n = (i64)strlen(old.z);
  new.z = pRows->azArg[1];
  new.n = (i64)strlen(new.z);
  migSchemasCompare(p, &old, &new, &pair);
  for (i = 0; p->rc == SQLITE_OK && i < pair.compare.n; i++) {
    differenceRows(p, pRows, &pair.compare, i);
  }
}
