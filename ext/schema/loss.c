/*
** loss.c - what is lost when one schema is turned into another.
**
** Rows of tables that are dropped, values of columns that are dropped or from
** then on computed. What was computed before is no loss, nor is an index, a
** view or a trigger. A full-text index of rows that stand elsewhere is made
** again from them when it is changed, so only dropping it for good is one.
**
** A script tells of each loss in a comment before the statement:
**
**   -- destructive: drops table old_t with 3 rows
**
** Numbers are of rows, or of values that are not NULL. They are as of the
** moment: by the time the script runs there may be more. Counting reads the
** user's database, each table once.
*/
#include <string.h>
#include "loss.h"
#include "compiles.h"
#include "fulltext.h"
#include "sql.h"

/* ------------------------------------------------------------------------
** Finding
*/

/* Add a loss that is not counted yet, for a script in which the table is called
** zTable by then; iColumn -1: all of it. Names are borrowed. NULL after an
** error. */
static MigLoss *lossAdd(MigContext *p, MigLosses *pLosses,
                        const MigModelObject *pObject, int iColumn,
                        const char *zTable) {
  MigLoss *pLoss;

  pLosses->a = migModelRoom(p, pLosses->a, pLosses->n, sizeof(*pLoss));
  if (pLosses->a == 0) {
    return 0;
  }
  pLoss = &pLosses->a[pLosses->n++];
  pLoss->pObject = pObject;
  pLoss->iColumn = iColumn;
  pLoss->zTable = zTable;
  pLoss->zComputed = 0;
  pLoss->n = MIG_LOSS_UNCOUNTED;
  return pLoss;
}

/* Count what is lost of one table, from loss iFirst to the last, in one pass
** over it. What SQLite does not take is UNREADABLE and no error. */
static void lossCount(MigContext *p, MigLosses *pLosses, int iFirst) {
  const MigModelObject *pObject = pLosses->a[iFirst].pObject;
  MigText sql = {0, 0, 0};
  sqlite3_stmt *pStmt;
  int i;

  for (i = iFirst; i < pLosses->n; i++) {
    const MigLoss *pLoss = &pLosses->a[i];
    migTextStr(p, &sql, i == iFirst ? "SELECT " : ", ");
    if (pLoss->iColumn < 0) {
      migTextStr(p, &sql, "count(*)");
    } else {
      migTextF(p, &sql, "count(\"%w\")",
               pObject->pTable->aColumn[pLoss->iColumn].zName);
    }
  }
  migTextF(p, &sql, " FROM main.\"%w\"", pObject->zName);
  pStmt = migPrepare(p, sql.z);
  if (migStep(p, pStmt)) {
    for (i = iFirst; i < pLosses->n; i++) {
      pLosses->a[i].n = sqlite3_column_int64(pStmt, i - iFirst);
    }
  }
  migFinalize(p, pStmt);
  if (migCompilesNot(p)) {
    for (i = iFirst; i < pLosses->n; i++) {
      pLosses->a[i].n = MIG_LOSS_UNREADABLE;
    }
  }
}

/* Add what is lost of a table that stays: columns that go, and plain ones that
** are computed from now on. */
static void lossColumns(MigContext *p, const MigTableDiff *pDiff,
                        MigLosses *pLosses) {
  int i;

  for (i = 0; i < pDiff->n && p->rc == SQLITE_OK; i++) {
    const MigAlteration *pAlt = &pDiff->a[i];
    int bComputed = pAlt->eKind == MIG_ALT_GENERATED;
    if ((bComputed || pAlt->eKind == MIG_ALT_DROP_COLUMN) &&
        pDiff->pOld->pTable->aColumn[pAlt->iOld].pGenerated == 0) {
      MigLoss *pLoss =
          lossAdd(p, pLosses, pDiff->pOld, pAlt->iOld, pDiff->pNew->zName);
      if (pLoss && bComputed) {
        pLoss->zComputed = pDiff->pNew->pTable->aColumn[pAlt->iNew].zName;
      }
    }
  }
}

/* Are rows lost with a difference of an object that is no ordinary table in
** both schemas? Not by a new name alone; else with tables that go, and with
** virtual ones that are made anew, unless their index can be filled again. */
static int lossIsTable(MigContext *p, const MigDifference *pDif,
                       const MigModelObject *pOld) {
  if (pDif->iNew >= 0 && !pDif->bChanged) {
    return 0;
  }
  return pOld->eKind == MIG_DDL_TABLE ||
         (pOld->eKind == MIG_DDL_VIRTUAL &&
          (pDif->iNew < 0 || migFulltextContent(p, pOld->pDdl) == 0));
}

/*
** Find what will be lost by carrying out a comparison, and add it to pLosses,
** which refers to its models. bCount: the old schema is main of p; count it. A
** caller for whom counts and schema must agree holds a read transaction. What
** cannot be read is no error (MIG_LOSS_UNREADABLE); an interrupt, a lock or
** want of memory is.
*/
void migLossRead(MigContext *p, const MigComparison *pCompare, int bCount,
                 MigLosses *pLosses) {
  int i;

  for (i = 0; i < pCompare->n && p->rc == SQLITE_OK; i++) {
    const MigDifference *pDif = &pCompare->a[i];
    const MigModelObject *pOld =
        pDif->iOld < 0 ? 0 : &pCompare->pOld->aObject[pDif->iOld];
    int iFirst = pLosses->n;
    if (pDif->pTable) {
      lossColumns(p, pDif->pTable, pLosses);
    } else if (pOld && lossIsTable(p, pDif, pOld)) {
      lossAdd(p, pLosses, pOld, -1, pOld->zName);
    }
    if (bCount && p->rc == SQLITE_OK && pLosses->n > iFirst) {
      lossCount(p, pLosses, iFirst);
    }
  }
}

/* ------------------------------------------------------------------------
** Telling
*/

/* Is zColumn the column that is lost? One that is computed then may have its
** new name already: it was renamed before, and no two names have crossed. */
static int lossIsColumn(const MigLoss *pLoss, const char *zColumn) {
  const MigModelTable *pTable = pLoss->pObject->pTable;

  return migStrICmp(pTable->aColumn[pLoss->iColumn].zName, zColumn) == 0 ||
         (pLoss->zComputed && migModelColumn(pTable, zColumn) < 0 &&
          migStrICmp(pLoss->zComputed, zColumn) == 0);
}

/* The loss of a table, or of a column of it, apart from case; NULL: it is none.
** zTable is its name when the loss happens, zColumn that of the column then or
** in the old schema, NULL for the table. Good until one more loss is added. */
const MigLoss *migLossFind(const MigLosses *pLosses, const char *zTable,
                           const char *zColumn) {
  int i;

  for (i = 0; i < pLosses->n; i++) {
    const MigLoss *pLoss = &pLosses->a[i];
    int bColumn = pLoss->iColumn >= 0;
    if (bColumn == (zColumn != 0) && migStrICmp(pLoss->zTable, zTable) == 0 &&
        (!bColumn || lossIsColumn(pLoss, zColumn))) {
      return pLoss;
    }
  }
  return 0;
}

/* A name for a comment, which ends with its line: a control character, a line
** feed above all, becomes ?. In the arena; NULL after an error. */
static char *nameShown(MigContext *p, const char *zName) {
  char *zNew = migStrdup(p, zName);
  char *z;

  for (z = zNew; z && *z; z++) {
    if (*z > 0 && *z < ' ') {
      *z = '?';
    }
  }
  return zNew;
}

/*
** Append the comment that tells of a loss, as a line of its own:
**
**   -- destructive: drops table old_t with 3 rows
**   -- destructive: drops column b of table t with 1 value
**   -- destructive: computes column c of table t
**   -- destructive: drops virtual table f, whose rows cannot be read here
*/
void migLossWrite(MigContext *p, const MigLoss *pLoss, MigText *pOut) {
  const MigModelObject *pObject = pLoss->pObject;
  const char *zUnit = pLoss->iColumn < 0 ? "row" : "value";
  const char *zTable = nameShown(p, pLoss->zTable);

  migTextStr(p, pOut, "-- destructive: ");
  if (pLoss->iColumn >= 0) {
    migTextF(p, pOut, "%s column %s of table %s",
             pLoss->zComputed ? "computes" : "drops",
             nameShown(p, pObject->pTable->aColumn[pLoss->iColumn].zName),
             zTable);
  } else {
    migTextF(p, pOut, "drops %stable %s",
             pObject->eKind == MIG_DDL_VIRTUAL ? "virtual " : "", zTable);
  }
  if (pLoss->n == MIG_LOSS_UNREADABLE) {
    migTextF(p, pOut, ", whose %ss cannot be read here", zUnit);
  } else if (pLoss->n != MIG_LOSS_UNCOUNTED) {
    migTextF(p, pOut, " with %lld %s%s", pLoss->n, zUnit,
             pLoss->n == 1 ? "" : "s");
  }
  migTextStr(p, pOut, "\n");
}

/* Append the comment, a line, for a table that is AUTOINCREMENT no more. It is
** no MigLoss, as neither rows nor values go. */
void migLossMark(MigContext *p, const char *zTable, MigText *pOut) {
  migTextF(
      p, pOut,
      "-- destructive: table %s forgets how far AUTOINCREMENT has counted\n",
      nameShown(p, zTable));
}
