/*
** edit.c - a table changed by replacing its stored text.
**
** Which changes can be made so is said in fit.c. What they need besides:
**
**   NOT NULL, CHECK, STRICT added; another affinity   a scan
**   COLLATE and what else is deep                     REINDEX
**   DEFAULT                                           see shortrow.c
**   AUTOINCREMENT                                     a row of sqlite_sequence
**   a foreign key added, or its columns changed       for the caller to check,
**                                                     with the table's children
**
** So an edit goes like this; what looks at rows is left out for a table without
** any:
**
**   1. Is a row NULL where it may not be? The old text is still there.
**   2. Rows that rely on a DEFAULT that changes are written out.
**   3. sqlite_sequence is made, where AUTOINCREMENT comes and it is not there.
**   4. The new text takes the place of the old one.
**   5. REINDEX, where an index would hold other keys.
**   6. Is a row in the way of the new text? Then back: the old text, REINDEX.
**   7. The mark of AUTOINCREMENT is set or forgotten.
**
** The look for a row of step 1, where column a of t gets NOT NULL:
**
**   SELECT rowid, ("a" IS NULL) IS TRUE FROM main."t" WHERE "a" IS NULL LIMIT 1
**
** The first column says which row it is, each of the others one thing that may
** be wrong with it.
**
** Scans that can use an index run before the edit; behind it SQLite takes NOT
** NULL on trust. All others run behind it, where names, affinities, DEFAULTs
** and collations are the wanted ones. They read the table itself: an index may
** have a number in other bytes. If a row is in the way that a copy would store
** otherwise, the old text is put back.
**
** Most often no row is in the way. Where several scans are due and values read
** alike before and behind the edit, one look for all their conditions comes
** first, and mostly spares them (isClear). What it finds they find again, and
** say what it is.
**
** A column is appended to rows that are too short to have it, and read as its
** DEFAULT, as ALTER TABLE ADD COLUMN does; both rely on no row being too long.
** Only a column that was dropped by editing the text leaves such rows, which
** nothing here does: ALTER TABLE DROP COLUMN writes all rows.
*/
#include <string.h>
#include "edit.h"
#include "editing.h"
#include "fast.h"
#include "fit.h"
#include "shortrow.h"
#include "sql.h"
#include "text.h"

/*
** Could the table be changed by replacing its text, if its rows allow it?
** pModel is the schema with the old table in it. Nothing is read: neither rows
** nor whether the connection lets us write sqlite_schema. 0 after an error.
*/
int migEditPossible(MigContext *p, const MigModel *pModel,
                    const MigTableDiff *pDiff) {
  return p->rc == SQLITE_OK &&
         migModelFind(pModel, 0, pDiff->pOld->zName) >= 0 &&
         migFitTable(pModel, pDiff);
}

/* The model of a schema that holds just this table, in *pModel: the object of
** that, NULL after an error. */
static const MigModelObject *tableModel(MigContext *p, MigModel *pModel,
                                        const char *zTable, const char *zSql) {
  memset(pModel, 0, sizeof(*pModel));
  migModelAdd(p, pModel, "table", zTable, zTable, zSql);
  migModelFinish(p, pModel);
  return p->rc ? 0 : &pModel->aObject[0];
}

/*
** Make zSql the stored text of zTable, which says the same in other words: 1,
** also when it is that already. 0 when it does not, when there is no such
** table, or SQLite does not let us; nothing has changed then. zTable is spelled
** as in sqlite_schema.
**
** Inside the caller's write transaction pTx; NULL: a scratch database. After an
** error the caller undoes it, if that has not been done here.
*/
int migEditText(MigContext *p, const char *zTable, const char *zSql,
                MigTransaction *pTx) {
  const MigModelObject *pOld;
  const MigModelObject *pNew;
  MigTableDiff diff;
  MigModel old;
  MigModel new;
  char *zName;
  char *zOld = migQueryText(p,
                            "SELECT sql FROM main.sqlite_schema"
                            " WHERE type = 'table' AND name = %Q",
                            zTable);

  if (p->rc || zOld == 0 || strcmp(zOld, zSql) == 0) {
    return p->rc == SQLITE_OK && zOld != 0;
  }
  pOld = tableModel(p, &old, zTable, zOld);
  pNew = tableModel(p, &new, zTable, zSql);
  if (p->rc || pOld->pTable == 0 || pNew->pTable == 0) {
    return 0;
  }
  zName = migTokenName(p, zSql, &pNew->pDdl->name);
  migCompareTable(p, pOld, pNew, 0, &diff);
  return p->rc == SQLITE_OK && strcmp(zName, zTable) == 0 && diff.n == 0 &&
         migFitLayout(&diff) && migFitKeys(&diff) &&
         migEditingReplace(p, pTx, zTable, zSql);
}

/* ------------------------------------------------------------------------
** Rows in the way
*/

/* A condition that no row may fulfil. */
typedef struct Obstacle {
  const char *zWhen; /* SQL, to be joined by OR */
  const char *zWhat; /* what is wrong, for a message in which the row follows;
                     ** NULL: a copy might do */
  int bCheck;        /* it is a CHECK, which the connection may not enforce */
} Obstacle;

/* Conditions that are looked for in one pass. */
typedef struct Obstacles {
  int n;
  Obstacle *a;
} Obstacles;

/* Add a condition; NULL after an error. */
static Obstacle *obstacleAdd(MigEditing *pe, Obstacles *pObs, const char *zWhen,
                             const char *zWhat) {
  Obstacle *pNew;

  pObs->a = migModelRoom(pe->p, pObs->a, pObs->n, sizeof(Obstacle));
  if (pObs->a == 0) {
    return 0;
  }
  pNew = &pObs->a[pObs->n++];
  pNew->zWhen = zWhen;
  pNew->zWhat = zWhat;
  return pNew;
}

/* A name as SQL: in double quotes; NULL after an error. */
static char *quoted(MigContext *p, const char *zName) {
  return migPrintf(p, "\"%w\"", zName);
}

/* Append the columns by which a row is named, as a list of results: how many.
** The rowid, else the PRIMARY KEY; NULL where columns hide the rowid. */
static int keyWrite(MigEditing *pe, MigText *pText) {
  const MigModelTable *pTable = pe->pDiff->pOld->pTable;
  const MigModelConstraint *pKey;
  int i;

  if (pe->zRowid) {
    migTextF(pe->p, pText, "%s", pe->zRowid);
    return 1;
  }
  if (!pe->pDiff->pOld->pDdl->bWithoutRowid || pTable->iPrimary < 0) {
    migTextStr(pe->p, pText, "NULL");
    return 1;
  }
  pKey = &pTable->aConstraint[pTable->iPrimary];
  for (i = 0; i < pKey->nColumn; i++) {
    migTextF(pe->p, pText, "%s\"%w\"", i ? ", " : "",
             pTable->aColumn[pKey->aiColumn[i]].zName);
  }
  return pKey->nColumn;
}

/* Say which row it is, by the first nKey columns of the statement; "a row"
** where nothing names it. */
static const char *rowText(MigEditing *pe, sqlite3_stmt *pStmt, int nKey) {
  MigText text = {0, 0, 0};
  int i;

  migTextStr(pe->p, &text, pe->zRowid ? "the row with rowid " : "a row");
  for (i = 0; i < nKey && sqlite3_column_type(pStmt, i) != SQLITE_NULL; i++) {
    migTextF(pe->p, &text, "%s%.100s",
             pe->zRowid ? ""
             : i        ? ", "
                        : ", the one with key ",
             sqlite3_column_text(pStmt, i));
  }
  return migTextZ(&text);
}

/* The row the statement stands on is in the way: give up, or SCRIPT with
** SQLITE_CONSTRAINT. Where a copy would store other values in it, it is for the
** copy to say whether they are right, so that comes first. CHECKs can be
** switched off (pragma.html, ignore_check_constraints); a copy passes then. */
static void obstacleMet(MigEditing *pe, const Obstacles *pObs,
                        sqlite3_stmt *pStmt, int nKey) {
  const Obstacle *pMet = 0;
  int i;

  pe->bGiveUp = 1;
  for (i = pObs->n - 1; i >= 0; i--) { /* of several the first is told */
    if (sqlite3_column_int(pStmt, nKey + i)) {
      pMet = &pObs->a[i];
      if (pMet->zWhat == 0) {
        return;
      }
    }
  }
  if (pMet == 0 || (pMet->bCheck &&
                    migQueryInt(pe->p, 0, "PRAGMA ignore_check_constraints"))) {
    return;
  }
  migFailRc(pe->p, SQLITE_CONSTRAINT, MIG_SCRIPT,
            "table %s: %s %s; correct the rows first", pe->zTable, pMet->zWhat,
            rowText(pe, pStmt, nKey));
}

/* Look for rows in the way: one pass for all conditions, to the first such row.
** zHint says which indexes may help: "" any, " NOT INDEXED" none. Errors as
** obstacleMet() has them; it gives up as well when SQLite does not take the
** SELECT. */
static void obstaclesFind(MigEditing *pe, const Obstacles *pObs,
                          const char *zHint) {
  MigText text = {0, 0, 0};
  sqlite3_stmt *pStmt;
  int nKey;
  int i;

  if (pObs->n == 0 || pe->p->rc || pe->bGiveUp) {
    return;
  }
  migTextStr(pe->p, &text, "SELECT ");
  nKey = keyWrite(pe, &text);
  for (i = 0; i < pObs->n; i++) {
    migTextF(pe->p, &text, ", (%s) IS TRUE", pObs->a[i].zWhen);
  }
  /* sql-ok: constant */
  migTextF(pe->p, &text, " FROM main.\"%w\"%s WHERE ", pe->zTable, zHint);
  for (i = 0; i < pObs->n; i++) {
    migTextF(pe->p, &text, "%s%s", i ? " OR " : "", pObs->a[i].zWhen);
  }
  migTextStr(pe->p, &text, " LIMIT 1");
  pStmt = migEditingPrepare(pe, migTextZ(&text));
  if (migEditingStep(pe, pStmt)) {
    obstacleMet(pe, pObs, pStmt, nKey);
  }
  migFinalize(pe->p, pStmt);
}

/* Rows that are NULL where they may not be, as the old text reads them. The
** columns have the same names and places in both texts. A virtual column is
** left to the new text (virtualAdd), a rowid is never NULL. */
static void nullsAdd(MigEditing *pe, Obstacles *pObs) {
  const MigModelTable *pOld = pe->pDiff->pOld->pTable;
  const MigModelTable *pNew = pe->pDiff->pNew->pTable;
  int i;

  for (i = 0; i < pOld->nColumn; i++) {
    const MigModelColumn *pColumn = &pNew->aColumn[i];
    if (pColumn->bNotNull && !pOld->aColumn[i].bNotNull && i != pNew->iRowid &&
        migFitStorage(pColumn) != MIG_STORAGE_VIRTUAL) {
      obstacleAdd(pe, pObs, migPrintf(pe->p, "\"%w\" IS NULL", pColumn->zName),
                  migPrintf(pe->p, "column %s is NULL in", pColumn->zName));
    }
  }
}

/* CHECKs that are new, or may come out otherwise. The line feed in front of the
** parenthesis ends a comment that the expression may end with. */
static void checksAdd(MigEditing *pe, Obstacles *pObs) {
  const MigModelObject *pNew = pe->pDiff->pNew;
  u8 *abScan = migAlloc(pe->p, (u64)pNew->pTable->nConstraint);
  int i;

  for (i = 0; abScan && i < pe->pDiff->n; i++) {
    if (pe->pDiff->a[i].eKind == MIG_ALT_ADD_CONSTRAINT) {
      abScan[pe->pDiff->a[i].iNew] = 1;
    }
  }
  for (i = 0; abScan && i < pNew->pTable->nConstraint; i++) {
    const MigModelConstraint *pCon = &pNew->pTable->aConstraint[i];
    if (pCon->eKind == MIG_CON_CHECK && (abScan[i] || pe->bDeep)) {
      MigSpan value = pCon->pDdl->value;
      char *zExpr = migStrndup(pe->p, pNew->pDdl->z + value.iStart, value.n);
      Obstacle *pObstacle = obstacleAdd(
          pe, pObs, migPrintf(pe->p, "NOT (%s\n)", zExpr),
          migPrintf(pe->p, "CHECK (%.200s) does not hold in", zExpr));
      if (pObstacle) {
        pObstacle->bCheck = 1;
      }
    }
  }
}

/* A virtual column that is NULL and may not be. SQLite would not look at IS
** NULL of a column that is NOT NULL. */
static void virtualAdd(MigEditing *pe, Obstacles *pObs, int i) {
  const MigModelTable *pOld = pe->pDiff->pOld->pTable;
  const MigModelColumn *pColumn = &pe->pDiff->pNew->pTable->aColumn[i];

  if (pColumn->bNotNull && migFitStorage(pColumn) == MIG_STORAGE_VIRTUAL &&
      (pe->bDeep || i >= pOld->nColumn || !pOld->aColumn[i].bNotNull)) {
    obstacleAdd(pe, pObs,
                migPrintf(pe->p, "typeof(\"%w\") = 'null'", pColumn->zName),
                migPrintf(pe->p, "column %s is NULL in", pColumn->zName));
  }
}

/* Values that another affinity would store otherwise. Any text, where the
** column had no affinity: it could be a number. For REAL an integer from 2^53
** on, which may be another number then; 9.3e18 is beyond all integers. For
** INTEGER and NUMERIC a real number that equals an integer. */
static void affinityAdd(MigEditing *pe, Obstacles *pObs, int i) {
  const MigModelColumn *pColumn = &pe->pDiff->pNew->pTable->aColumn[i];
  u8 eOld = pe->pDiff->pOld->pTable->aColumn[i].eAffinity;
  u8 eNew = pColumn->eAffinity;
  char *z = quoted(pe->p, pColumn->zName);

  if (eOld == eNew || (migFitNumeric(eOld) && migFitNumeric(eNew)) ||
      migFitStorage(pColumn) == MIG_STORAGE_VIRTUAL) {
    return;
  }
  if (eOld == MIG_AFFINITY_BLOB) {
    obstacleAdd(pe, pObs, migPrintf(pe->p, "typeof(%s) = 'text'", z), 0);
  }
  if (eNew == MIG_AFFINITY_REAL) {
    obstacleAdd(pe, pObs,
                migPrintf(pe->p,
                          "+%s BETWEEN 9007199254740992.0 AND 9.3e18"
                          " OR +%s BETWEEN -9.3e18 AND -9007199254740992.0",
                          z, z),
                0);
  } else {
    obstacleAdd(pe, pObs,
                migPrintf(pe->p,
                          "typeof(%s) = 'real' AND %s = CAST(%s AS INTEGER)", z,
                          z, z),
                0);
  }
}

/* Values that a STRICT column may not hold. None is looked for where the old
** column was STRICT of a type already, and reads as it did. */
static void strictAdd(MigEditing *pe, Obstacles *pObs, int i) {
  const MigModelObject *pOld = pe->pDiff->pOld;
  const MigModelColumn *pColumn = &pe->pDiff->pNew->pTable->aColumn[i];
  /* by MigAffinity; no type of STRICT is NUMERIC */
  static const char *const azType[] = {"blob", "text", "", "integer", "real"};

  if (!pe->pDiff->pNew->pDdl->bStrict ||
      migStrICmp(pColumn->zType, "any") == 0 ||
      (pOld->pDdl->bStrict && i < pOld->pTable->nColumn && !pe->bDeep &&
       migStrICmp(pOld->pTable->aColumn[i].zType, "any") != 0)) {
    return;
  }
  obstacleAdd(pe, pObs,
              migPrintf(pe->p, "typeof(\"%w\") NOT IN ('null', '%s')",
                        pColumn->zName, azType[pColumn->eAffinity]),
              0);
}

/* Rows that the new text does not allow, or would have stored in other bytes,
** as it reads them. */
static void rowsAdd(MigEditing *pe, Obstacles *pObs) {
  int i;

  checksAdd(pe, pObs);
  for (i = 0; i < pe->pDiff->pNew->pTable->nColumn; i++) {
    virtualAdd(pe, pObs, i);
    strictAdd(pe, pObs, i);
    if (i < pe->pDiff->pOld->pTable->nColumn) {
      affinityAdd(pe, pObs, i);
    }
  }
}

/* Do these conditions come out alike under the old text, but for rows that rely
** on a DEFAULT? CHECKs do, where no column comes or is read in another way. */
static int readsAlike(const MigEditing *pe, const Obstacles *pRows) {
  int i;

  for (i = 0; i < pRows->n && pRows->a[i].bCheck; i++) {
  }
  return i == pRows->n && !pe->bDeep && pe->zRowid &&
         pe->pDiff->pOld->pTable->nColumn == pe->pDiff->pNew->pTable->nColumn;
}

/* Does a row fulfil zShort, which may be "", or one of the conditions of two
** lists? At least one of the three is there. 0 also when it gives up. */
static int isAny(MigEditing *pe, const char *zShort, const Obstacles *pNulls,
                 const Obstacles *pRows) {
  MigText text = {0, 0, 0};
  sqlite3_stmt *pStmt;
  int bAny;
  int i;

  /* sql-ok: made by those who add obstacles */
  migTextF(pe->p, &text, "SELECT 1 FROM main.\"%w\" NOT INDEXED WHERE %s",
           pe->zTable, zShort);
  for (i = 0; i < pNulls->n + pRows->n; i++) {
    migTextF(pe->p, &text, "%s%s", i || *zShort ? " OR " : "",
             i < pNulls->n ? pNulls->a[i].zWhen
                           : pRows->a[i - pNulls->n].zWhen);
  }
  migTextStr(pe->p, &text, " LIMIT 1");
  pStmt = migEditingPrepare(pe, migTextZ(&text));
  bAny = migEditingStep(pe, pStmt);
  migFinalize(pe->p, pStmt);
  return bAny;
}

/*
** One look for all that could be in the way, in place of several: 1 when it is
** known that nothing is. 0: the looks that can tell what it is must be taken.
** So must they when SQLite does not take this one: bGiveUp is cleared again.
** The table has rows, and its old text, before and behind this.
**
** It pays where it spares two looks, or the one for short rows (shortrow.c),
** whose marks are in the text meanwhile.
*/
static int isClear(MigEditing *pe, const Obstacles *pNulls,
                   const Obstacles *pRows) {
  const char *zShort;
  int bMarked;
  int bClear = 0;

  if (!MIG_FAST || pe->p->rc || !readsAlike(pe, pRows)) {
    return 0;
  }
  zShort = migShortRowsMark(pe);
  bMarked = *zShort && !pe->bGiveUp;
  if (bMarked || (pNulls->n && pRows->n) ||
      (MIG_FAST > 1 && pNulls->n + pRows->n)) {
    bClear = !isAny(pe, zShort, pNulls, pRows) && !pe->bGiveUp;
  }
  if (bMarked) {
    migEditingBack(pe);
  }
  pe->bGiveUp = 0;
  return bClear && pe->p->rc == SQLITE_OK;
}

/* ------------------------------------------------------------------------
** The rest
*/

/* AUTOINCREMENT needs the table sqlite_sequence, which SQLite makes for a table
** that has it. Nobody else may, so one is made and dropped again. That
** sqlite_sequence stays, even when the edit is taken back, does no harm. */
static void sequenceMake(MigEditing *pe) {
  const char *zFree = 0;
  int i = 0;

  if (pe->p->rc || pe->bGiveUp || !pe->pDiff->pNew->pTable->bAutoincrement ||
      migQueryInt(pe->p, 0,
                  "SELECT 1 FROM main.sqlite_schema"
                  " WHERE name = 'sqlite_sequence'")) {
    return;
  }
  do {
    zFree = migPrintf(pe->p, "migrate_sequence_%d", ++i);
  } while (migModelFind(pe->pModel, 0, zFree) >= 0);
  migExecF(pe->p,
           "CREATE TABLE main.\"%w\"(a INTEGER PRIMARY KEY AUTOINCREMENT)",
           zFree);
  migEditingArm(pe->p, pe->pTx);
  migExecF(pe->p, "DROP TABLE main.\"%w\"", zFree);
  migEditingArm(pe->p, pe->pTx);
}

/* Start or forget the mark of AUTOINCREMENT: the greatest rowid there is, or 0
** when all are negative; no row for an empty table, as SQLite has it. */
static void sequenceSet(MigEditing *pe) {
  const MigModelTable *pOld = pe->pDiff->pOld->pTable;
  const MigModelTable *pNew = pe->pDiff->pNew->pTable;

  if (pe->bGiveUp || pOld->bAutoincrement == pNew->bAutoincrement) {
    return;
  }
  migExecF(pe->p, "DELETE FROM main.sqlite_sequence WHERE name = %Q",
           pe->zTable);
  if (pNew->bAutoincrement) {
    /* sql-ok: a name in quotes */
    migExecF(pe->p,
             "INSERT INTO main.sqlite_sequence(name, seq)"
             " SELECT %Q, CASE WHEN %s > 0 THEN %s ELSE 0 END FROM main.\"%w\""
             " ORDER BY %s DESC LIMIT 1",
             pe->zTable, pe->zRowid, pe->zRowid, pe->zTable, pe->zRowid);
  }
}

/* Mark the columns that an index may have to hold in another way: virtual ones,
** and those with another affinity or collation. */
static u8 *columnsMoved(MigEditing *pe) {
  const MigTableDiff *pDiff = pe->pDiff;
  const MigModelTable *pOld = pDiff->pOld->pTable;
  const MigModelTable *pNew = pDiff->pNew->pTable;
  u8 *ab = migAlloc(pe->p, (u64)pNew->nColumn);
  int i;

  for (i = 0; ab && i < pDiff->n; i++) {
    if (pDiff->a[i].eKind == MIG_ALT_COLLATE) {
      ab[pDiff->a[i].iNew] = 1;
    }
  }
  for (i = 0; ab && i < pOld->nColumn; i++) {
    ab[i] |= pOld->aColumn[i].eAffinity != pNew->aColumn[i].eAffinity ||
             migFitStorage(&pNew->aColumn[i]) == MIG_STORAGE_VIRTUAL;
  }
  return ab;
}

/* Does an index hold anything but columns that are not marked? Expressions,
** WHERE and texts that are beyond us count as such. */
static int indexMoved(const MigTableDiff *pDiff, const MigDdl *pIndex,
                      const u8 *abMoved) {
  const MigModelTable *pTable = pDiff->pNew->pTable;
  int i;
  int k;

  if (pIndex == 0 || pIndex->where.n) {
    return 1;
  }
  for (i = 0; i < pIndex->nTerm; i++) {
    const MigToken *pName = &pIndex->aTerm[i].name;
    for (k = 0; k < pTable->nColumn && pName->eType != MIG_TK_END &&
                !migTokenNameIs(pIndex->z, pName, pTable->aColumn[k].zName);
         k++) {
    }
    if (pName->eType == MIG_TK_END || k == pTable->nColumn || abMoved[k]) {
      return 1;
    }
  }
  return 0;
}

/* Is there an index that has to be made again? Only a deep change (fit.c) can
** ask for it. A WITHOUT ROWID table is an index itself, and not looked into: 1.
** 0 after an error. */
static int indexesMoved(MigEditing *pe) {
  const MigModelTable *pTable = pe->pDiff->pNew->pTable;
  const u8 *abMoved = pe->bDeep ? columnsMoved(pe) : 0;
  int i = migModelFind(pe->pModel, 0, pe->zTable);
  int k;

  if (abMoved == 0 || pe->pDiff->pNew->pDdl->bWithoutRowid) {
    return abMoved != 0;
  }
  for (i = pe->pModel->aObject[i].iFirst; i >= 0;
       i = pe->pModel->aObject[i].iNext) {
    const MigModelObject *pObject = &pe->pModel->aObject[i];
    if (pObject->eKind == MIG_DDL_INDEX &&
        indexMoved(pe->pDiff, pObject->pDdl, abMoved)) {
      return 1;
    }
  }
  for (i = 0; i < pTable->nConstraint; i++) {
    const MigModelConstraint *pCon = &pTable->aConstraint[i];
    for (k = 0; migFitKey(pCon) && k < pCon->nColumn; k++) {
      if (abMoved[pCon->aiColumn[k]]) {
        return 1;
      }
    }
  }
  return 0;
}

/* Put the indexes in order after what may have changed their keys. A UNIQUE
** that does not hold any more would not hold in a copy either: SCRIPT with
** SQLITE_CONSTRAINT. The table has the text that the indexes are to follow. */
static void indexesRenew(MigEditing *pe) {
  sqlite3_stmt *pStmt;

  if (pe->p->rc || !indexesMoved(pe)) {
    return;
  }
  pStmt = migEditingPrepare(
      pe, migPrintf(pe->p, "REINDEX main.\"%w\"", pe->zTable));
  migEditingStep(pe, pStmt);
  if (pStmt && (sqlite3_errcode(pe->p->db) & 0xff) == SQLITE_CONSTRAINT) {
    migFailRc(pe->p, SQLITE_CONSTRAINT, MIG_SCRIPT,
              "table %s: %s; correct the rows first", pe->zTable,
              sqlite3_errmsg(pe->p->db));
  }
  migFinalize(pe->p, pStmt);
}

/* Leave the table as it was found, and give up. bRenewed: indexes have been
** renewed, and follow the new text. UNSUPPORTED when SQLite does not let us do
** what it did a moment ago. */
static void editUndo(MigEditing *pe, int bRenewed) {
  migEditingBack(pe);
  pe->bGiveUp = 0;
  if (bRenewed) {
    indexesRenew(pe);
  }
  if (pe->bGiveUp) {
    migEditingStuck(pe);
  }
  pe->bGiveUp = 1;
}

/* A name of the rowid that no column hides, as SQL, or NULL. Asked of the new
** definition: it has all columns of the old one, and the same rowid. */
static const char *rowidName(MigContext *p, const MigModelObject *pObject) {
  static const char *const az[] = {"rowid", "_rowid_", "oid"};
  const MigModelTable *pTable = pObject->pTable;
  int i;

  if (pTable->iRowid >= 0) {
    return quoted(p, pTable->aColumn[pTable->iRowid].zName);
  }
  for (i = 0; i < 3 && !pObject->pDdl->bWithoutRowid; i++) {
    if (migModelColumn(pTable, az[i]) < 0) {
      return az[i];
    }
  }
  return 0;
}

/*
** Change the table from pDiff->pOld to pDiff->pNew by replacing its text: 1.
** That happens inside the caller's write transaction pTx, with foreign keys not
** enforced and a connection that is not DEFENSIVE. pModel is the schema as it
** is; migEditPossible() has said yes, and SQLite has accepted pNew->zSql in a
** scratch database. The model is out of date behind it.
**
** 0 when that cannot be done, or only a copy of the rows can tell; the table is
** then as it was. Rows that no copy could satisfy are an error: SCRIPT with
** SQLITE_CONSTRAINT; UNSUPPORTED as editUndo() has it. After an error the
** caller undoes its transaction, if that has not been done here.
*/
int migEditTable(MigContext *p, const MigModel *pModel,
                 const MigTableDiff *pDiff, MigTransaction *pTx) {
  Obstacles nulls = {0, 0};
  Obstacles rows = {0, 0};
  MigEditing e;
  int bRenewed;
  int bClear;
  int bRows;

  memset(&e, 0, sizeof(e));
  e.p = p;
  e.pModel = pModel;
  e.pDiff = pDiff;
  e.pTx = pTx;
  e.zTable = pDiff->pOld->zName;
  e.zRowid = rowidName(p, pDiff->pNew);
  e.bDeep = migFitDeep(pDiff);
  bRows = (int)migQueryInt(p, 0, "SELECT 1 FROM main.\"%w\" LIMIT 1", e.zTable);
  nullsAdd(&e, &nulls);
  rowsAdd(&e, &rows);
  bClear = bRows && isClear(&e, &nulls, &rows);
  if (bRows && !bClear) {
    obstaclesFind(&e, &nulls, "");
    migShortRowsFill(&e);
  }
  sequenceMake(&e);
  migEditingText(&e, pDiff->pNew->zSql);
  if (bRows && !e.bGiveUp) {
    indexesRenew(&e);
    bRenewed = !e.bGiveUp;
    if (!bClear) {
      obstaclesFind(&e, &rows, " NOT INDEXED");
    }
    if (e.bGiveUp) {
      editUndo(&e, bRenewed);
    }
  }
  sequenceSet(&e);
  return p->rc == SQLITE_OK && !e.bGiveUp;
}
