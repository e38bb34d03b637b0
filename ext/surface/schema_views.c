/*
** schema_views.c - migration_diff: what differs between two schemas.
**
** One row a difference. A table that is in both has one for each thing in
** which its definitions differ, all with the same SQL.
*/
#include <string.h>
#include "sql.h"
#include "schemas.h"
#include "schema_views.h"

/* The statement that makes the new object, drops the old one, or changes it. */
static const char *differenceSql(MigContext *p, const MigComparison *pCompare,
                                 const MigDifference *pDiff) {
  static const char *const azKind[] = {"TABLE", "TABLE", "INDEX", "VIEW",
                                       "TRIGGER"}; /* by MigDdlKind */
  const MigModelObject *pOld =
      pDiff->iOld < 0 ? 0 : &pCompare->pOld->aObject[pDiff->iOld];
  const MigModelObject *pNew =
      pDiff->iNew < 0 ? 0 : &pCompare->pNew->aObject[pDiff->iNew];

  if (pNew == 0) {
    return migPrintf(p, "DROP %s \"%w\"", azKind[pOld->eKind],
                     pOld->zName); /* sql-ok: a keyword */
  }
  if (pDiff->pTable && pDiff->bChanged) {
    return migPrintf(p, "SELECT migrate_table(%Q)", pNew->zSql);
  }
  if (pDiff->bRenamed) {
    return migPrintf(p, "ALTER TABLE \"%w\" RENAME TO \"%w\"", pOld->zName,
                     pNew->zName);
  }
  return pNew->zSql;
}

/* Are rows or values lost when the object goes? */
static int dropDestroys(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_TABLE || pObject->eKind == MIG_DDL_VIRTUAL;
}

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

/* Are values lost: is the column dropped, or computed from now on? */
static int alterationDestroys(const MigTableDiff *pDiff, int i) {
  const MigAlteration *pAlt = &pDiff->a[i];

  return pAlt->eKind == MIG_ALT_DROP_COLUMN ||
         (pAlt->eKind == MIG_ALT_GENERATED &&
          pDiff->pOld->pTable->aColumn[pAlt->iOld].pGenerated == 0);
}

/* The rows of one difference. */
static void differenceRows(MigContext *p, MigRows *pRows,
                           const MigComparison *pCompare, int i) {
  const MigDifference *pDiff = &pCompare->a[i];
  const MigModelObject *pOld =
      pDiff->iOld < 0 ? 0 : &pCompare->pOld->aObject[pDiff->iOld];
  const MigModelObject *pNew =
      pDiff->iNew < 0 ? 0 : &pCompare->pNew->aObject[pDiff->iNew];
  const char *zSql = differenceSql(p, pCompare, pDiff);
  int k;

  if (pNew == 0) {
    rowAdd(p, pRows, pOld, "drop", dropDestroys(pOld), zSql);
    return;
  }
  if (pOld == 0) {
    rowAdd(p, pRows, pNew, "create", 0, zSql);
    return;
  }
  if (pDiff->bRenamed) {
    rowAdd(p, pRows, pNew, migPrintf(p, "rename from %s", pOld->zName), 0,
           migPrintf(p, "ALTER TABLE \"%w\" RENAME TO \"%w\"", pOld->zName,
                     pNew->zName));
  }
  if (pDiff->bChanged && pDiff->pTable == 0) {
    rowAdd(p, pRows, pNew, "change", dropDestroys(pOld), zSql);
  }
  for (k = 0; pDiff->pTable && k < pDiff->pTable->n && p->rc == SQLITE_OK;
       k++) {
    rowAdd(p, pRows, pNew, migAlterationText(p, pDiff->pTable, k),
           alterationDestroys(pDiff->pTable, k), zSql);
  }
}

/* migration_diff(old, new) */
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
