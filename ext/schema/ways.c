/*
** ways.c - the ways of changing a table, carried out.
**
** ALTER TABLE (alter.c), an edit of the stored text (edit.c), a rebuild
** (rebuild.c). When a way turns out to be barred - SQLite refuses an ALTER
** TABLE, rows stand in the way of an edit - the next one is taken for what is
** left.
**
** Columns are renamed by ALTER TABLE in any case, because then indexes,
** triggers, views and foreign keys follow; what else there is to do is done the
** other way. Where SQLite does not rename, for a broken schema that cannot be
** set aside (native.h), the rebuild renames, provided that nothing else has
** that name in it.
**
** Foreign keys are not enforced meanwhile, or DROP TABLE would delete all rows
** first, with what that does to those that refer to them (foreignkeys.html);
** legacy_alter_table is on for a rebuild, so that nothing that names the table
** is touched, and off for ALTER TABLE, so that it is. After an error the caller
** undoes the transaction; what was done until then is in it.
*/
#include <string.h>
#include "catalog.h"
#include "edit.h"
#include "rebuild.h"
#include "sql.h"
#include "ways.h"

/* Rows from which on it matters what several dropped columns cost. */
#define DROPS_ROWS 10000

/* ------------------------------------------------------------------------
** What is possible
*/

/* Are there alterations of this kind? */
int migWaysHas(const MigTableDiff *pDiff, MigAlterationKind eKind) {
  int i;

  for (i = 0; i < pDiff->n && pDiff->a[i].eKind != eKind; i++) {
  }
  return i < pDiff->n;
}

/* Is no column meant any more by the name of old column i? Then what names it
** names nothing. Both definitions can be read. */
int migWaysGone(const MigTableDiff *pDiff, int i) {
  const char *zName = pDiff->pOld->pTable->aColumn[i].zName;
  int k = migModelColumn(pDiff->pNew->pTable, zName);

  return pDiff->aiTo[i] < 0 && (k < 0 || pDiff->aiFrom[k] >= 0);
}

/* Does the text of an index or another object use a column of this name? That
** of an index is read from behind its table on. A name before '(' is that of a
** function, one behind COLLATE that of a collation. zColumn is compared apart
** from case. One that only looks like it counts. */
int migWaysUses(const MigModelObject *pObject, const char *zColumn) {
  const char *z = pObject->zSql;
  i64 n = (i64)strlen(z);
  i64 i =
      pObject->pDdl ? pObject->pDdl->table.iStart + pObject->pDdl->table.n : 0;
  int bCollate = 0;
  int bName = 0;
  MigToken token;

  do {
    i = migTokenSignificant(z, n, i, &token);
    if (bName && token.eType != MIG_TK_LP) {
      return 1;
    }
    bName = !bCollate && migTokenNameIs(z, &token, zColumn);
    bCollate = migTokenIs(z, &token, "collate");
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Is the connection DEFENSIVE? Then SQLite lets nobody write sqlite_schema. */
static int isDefensive(MigContext *p) {
  int b = 0;

  sqlite3_db_config(p->db, SQLITE_DBCONFIG_DEFENSIVE, -1, &b);
  return b;
}

/* May the stored text be edited? */
static int editAllowed(MigContext *p, const MigReshape *pr) {
  return !pr->bPlain && (pr->eEdit == MIG_EDIT_DEFENSIVE ||
                         (pr->eEdit == MIG_EDIT_ALLOW && !isDefensive(p)));
}

/* How many columns are to be dropped? */
static int dropsCount(const MigTableDiff *pDiff) {
  int n = 0;
  int i;

  for (i = 0; i < pDiff->n; i++) {
    n += pDiff->a[i].eKind == MIG_ALT_DROP_COLUMN;
  }
  return n;
}

/*
** Are so many columns to be dropped that a copy costs less? ALTER TABLE writes
** all rows for each of them, a copy once, and then the indexes. Measured with
** 1,000,000 rows of eight columns, in seconds: 0.35 for each column; 0.55 for
** the copy, and 0.45 for each index. Indexes of keys are made row by row, which
** takes about four times as long. Below DROPS_ROWS rows the answer is no.
*/
static int dropsByCopy(MigContext *p, const MigReshape *pr,
                       const MigModel *pModel, const MigTableDiff *pDiff) {
  int n = dropsCount(pDiff);
  int nCopy = 5; /* in ninths of a second */
  int i;

  if (p->rc || pr->bPlain || n < 2 || pDiff->pOld->pDdl == 0 ||
      pDiff->pOld->pDdl->bWithoutRowid) {
    return 0;
  }
  for (i = pDiff->pOld->iFirst; i >= 0; i = pModel->aObject[i].iNext) {
    nCopy += pModel->aObject[i].eKind == MIG_DDL_INDEX ? 4 : 0;
  }
  for (i = 0; i < pModel->nAuto; i++) {
    nCopy +=
        migStrICmp(pModel->aAuto[i].zTable, pDiff->pOld->zName) == 0 ? 16 : 0;
  }
  return 3 * n > nCopy &&
         migQueryInt(p, 0,
                     "SELECT count(*) FROM (SELECT 1 FROM main.\"%w\""
                     " NOT INDEXED LIMIT %d)",
                     pDiff->pOld->zName, DROPS_ROWS) == DROPS_ROWS;
}

/* Can it all be done by ALTER TABLE, and should it? Then the statements are
** added to pList. Plain SQL keeps to what every supported version can do.
** Nothing is run. */
int migWaysAlter(MigContext *p, const MigReshape *pr, const MigModel *pModel,
                 const MigTableDiff *pDiff, MigList *pList) {
  int iVersion = pr->bPlain ? MIG_ALTER_PORTABLE : sqlite3_libversion_number();

  return pr->azUsing == 0 && !dropsByCopy(p, pr, pModel, pDiff) &&
         migAlterStatements(p, pModel, pDiff, iVersion, pList);
}

/* Can it be done by another text in the place of the stored one? Rows may still
** be in the way, which migEditTable() finds out. Nothing is changed here. */
int migWaysEdit(MigContext *p, const MigReshape *pr, const MigModel *pModel,
                const MigTableDiff *pDiff) {
  return pr->azUsing == 0 && editAllowed(p, pr) &&
         !migWaysHas(pDiff, MIG_ALT_RENAME_COLUMN) &&
         migEditPossible(p, pModel, pDiff);
}

/* Read the schema of p's connection, and what is left to be done, into pState,
** which is overwritten; its azWas is NULL. UNPROVEN when the table is gone. */
void migWaysState(MigContext *p, const MigReshape *pr, MigWaysState *pState) {
  int i;

  memset(pState, 0, sizeof(*pState));
  migCatalogReadLike(p, &pr->model, &pState->model);
  i = migModelFind(&pState->model, 0, pr->zTable);
  if (p->rc == SQLITE_OK && i < 0) {
    /* unreached: nothing has dropped it yet */
    migFail(p, MIG_UNPROVEN, "table %s is gone", pr->zTable);
  }
  if (p->rc == SQLITE_OK) {
    migCompareTable(p, &pState->model.aObject[i], migWantedTable(pr),
                    &pr->renames, &pState->diff);
  }
}

/* ------------------------------------------------------------------------
** Renames
*/

/* A name for a column that no column of either definition has, in the arena. */
static char *nameFree(MigContext *p, const MigTableDiff *pDiff,
                      const char *zName) {
  char *z;
  int i = 1;

  do {
    z = migPrintf(p, i == 1 ? "%s_old" : "%s_old%d", zName, i);
    i++;
  } while (p->rc == SQLITE_OK && (migModelColumn(pDiff->pOld->pTable, z) >= 0 ||
                                  migModelColumn(pDiff->pNew->pTable, z) >= 0));
  return z;
}

/* Make the statements that rename columns, and no more, and add them to pList.
** A column that goes, and whose name another one gets, makes room for it first.
** Columns that change names among them are migAlterStatements()'s business. */
static void renamesMake(MigContext *p, const MigModel *pModel,
                        const MigTableDiff *pDiff, MigList *pList) {
  MigTableDiff renames = *pDiff;
  int i;

  for (i = 0; i < pDiff->pOld->pTable->nColumn && p->rc == SQLITE_OK; i++) {
    const char *zName = pDiff->pOld->pTable->aColumn[i].zName;
    if (migWaysGone(pDiff, i) &&
        migModelColumn(pDiff->pNew->pTable, zName) >= 0) {
      migListAdd(p, pList,
                 migPrintf(p,
                           "ALTER TABLE main.\"%w\" RENAME COLUMN \"%w\" TO "
                           "\"%w\"",
                           pDiff->pOld->zName, zName,
                           nameFree(p, pDiff, zName)));
    }
  }
  renames.n = 0;
  renames.a = migAlloc(p, (u64)pDiff->n * sizeof(MigAlteration));
  for (i = 0; i < pDiff->n && p->rc == SQLITE_OK; i++) {
    if (pDiff->a[i].eKind == MIG_ALT_RENAME_COLUMN) {
      renames.a[renames.n++] = pDiff->a[i];
    }
  }
  migAlterStatements(p, pModel, &renames, MIG_ALTER_PORTABLE, pList);
}

/* After the renames of pBefore: how the columns were called. Columns have kept
** their places. pState is read anew, and gets azWas. */
static void renamesNote(MigContext *p, const MigTableDiff *pBefore,
                        MigWaysState *pState) {
  const MigModelTable *pWas = pBefore->pOld->pTable;
  const MigModelTable *pNow = p->rc ? 0 : pState->diff.pOld->pTable;
  int i;

  if (pNow == 0 || pNow->nColumn != pWas->nColumn) {
    return; /* unreached: RENAME COLUMN leaves them where they are */
  }
  pState->azWas = migAlloc(p, (u64)pNow->nColumn * sizeof(char *));
  for (i = 0; i < pNow->nColumn && p->rc == SQLITE_OK; i++) {
    pState->azWas[i] = pWas->aColumn[i].zName;
  }
}

/* Does anything but the table itself have the name of a column in it that is to
** be renamed? Then only SQLite can rename it. SCRIPT with zWhy, SQLite's
** reason. Our own tables do not count. */
static void renamesAlone(MigContext *p, const MigModel *pModel,
                         const MigTableDiff *pDiff, const char *zWhy) {
  int i;
  int k;

  for (k = 0; k < pDiff->n && p->rc == SQLITE_OK; k++) {
    const char *zName;
    if (pDiff->a[k].eKind != MIG_ALT_RENAME_COLUMN) {
      continue;
    }
    zName = pDiff->pOld->pTable->aColumn[pDiff->a[k].iOld].zName;
    for (i = 0; i < pModel->nObject; i++) {
      const MigModelObject *pObject = &pModel->aObject[i];
      if (migStrICmp(pObject->zName, pDiff->pOld->zName) != 0 &&
          pObject->eSkip != MIG_SKIP_STORE && migWaysUses(pObject, zName)) {
        migFail(p, MIG_SCRIPT,
                "column %s of table %s cannot be renamed: %s; mend or drop "
                "what is wrong first",
                zName, pDiff->pOld->zName, zWhy);
      }
    }
  }
}

/* ------------------------------------------------------------------------
** Settings and statements
*/

/* The schema or a setting has changed. In a scratch database nothing is
** undone. */
static void arm(MigContext *p, const MigWays *pw) {
  if (pw->pr->pTx) {
    migTransactionArm(p, pw->pr->pTx);
  }
}

/* Foreign keys are never enforced while a table is changed. bLegacy: what
** legacy_alter_table is to be. The change is kept in pw->pSaved, by which the
** caller puts it back after an error. */
static void settingsSet(MigContext *p, MigWays *pw, int bLegacy) {
  int bChanged;

  if (p->rc) {
    return;
  }
  bChanged = migSettingsForeign(p, pw->pSaved, 0);
  bChanged |= migSettingsLegacy(p, pw->pSaved, bLegacy);
  if (bChanged) {
    arm(p, pw);
  }
}

/* Switch DEFENSIVE off where that is allowed. Once; migWaysClose() switches it
** on again. */
static void defensiveOff(MigContext *p, MigWays *pw) {
  if (pw->pr->eEdit == MIG_EDIT_DEFENSIVE && !pw->defensive.bDone) {
    migSwitchSet(p, pw->pr->pTx, SQLITE_DBCONFIG_DEFENSIVE, 0, &pw->defensive);
  }
}

/* Take note that a way was taken: the dearest one counts. */
static void wayTaken(MigWays *pw, MigWay eWay) {
  pw->eWay = eWay > pw->eWay ? eWay : pw->eWay;
}

/* Begin work on a connection: that of the caller, or with pTx NULL a scratch
** database. Nothing is switched yet. pw is overwritten; pr is borrowed until
** migWaysClose(). */
void migWaysOpen(MigContext *p, MigWays *pw, MigReshape *pr) {
  memset(pw, 0, sizeof(*pw));
  pw->pr = pr;
  pw->pSaved = pr->pSaved;
  if (pw->pSaved == 0) {
    migSettingsSave(p, &pw->own);
    pw->pSaved = &pw->own;
  }
  pw->bForeign = pw->pSaved->bForeignNow;
  pw->bLegacy = pw->pSaved->bLegacyNow;
}

/* Put settings back; to be called on every path. After a failure foreign keys
** and legacy_alter_table are for the caller, who undoes the transaction first;
** DEFENSIVE goes back here, and the transaction may be undone for that
** (migSwitchBack()). */
void migWaysClose(MigContext *p, MigWays *pw) {
  int bChanged = 0;

  migSwitchBack(p, pw->pr->pTx, &pw->defensive);
  if (p->rc == SQLITE_OK || pw->pr->pTx == 0) {
    bChanged |= migSettingsForeign(p, pw->pSaved, pw->bForeign);
    bChanged |= migSettingsLegacy(p, pw->pSaved, pw->bLegacy);
  }
  if (bChanged) {
    arm(p, pw);
  }
}

/* SQLite refuses a statement with rc, which is not to be: UNSUPPORTED for an
** authorizer, else SCRIPT, with what a person can do about it. zWhy is SQLite's
** reason. */
static void statementFail(MigContext *p, const MigWays *pw, int rc,
                          const char *zSql, const char *zWhy) {
  const MigModelObject *pNew = migWantedTable(pw->pr);
  const MigModelTable *pTable = pNew->pTable;
  int e = rc & 0xff;

  if (e == SQLITE_AUTH) {
    migFailRc(p, rc, MIG_UNSUPPORTED,
              "table %s: the authorizer of this connection denies what its "
              "change needs; have it allow %s",
              pNew->zName, zSql);
  } else if (e == SQLITE_MISMATCH && pTable->iRowid >= 0) {
    migFailRc(p, rc, MIG_SCRIPT,
              "table %s: column %s is to be its INTEGER PRIMARY KEY, and a row "
              "has NULL there or what is no integer; correct it first, or fill "
              "the column by option using",
              pNew->zName, pTable->aColumn[pTable->iRowid].zName);
  } else if (e == SQLITE_CONSTRAINT || e == SQLITE_MISMATCH) {
    migFailRc(p, rc, MIG_SCRIPT,
              "table %s: its rows do not fit the definition: %s; correct them "
              "first, or fill columns by option using",
              pNew->zName, zWhy);
  } else {
    migFailRc(p, rc, MIG_SCRIPT, "table %s cannot be changed: %s", pNew->zName,
              zWhy);
  }
}

/* Run a statement: 0, or the result code with which SQLite refuses it. One that
** was run is added to pw->run. */
static int statementTry(MigContext *p, MigWays *pw, const char *zSql,
                        const char **pzWhy) {
  int rc = migNativeTry(p, pw->pr->pTx, zSql, pzWhy);

  if (rc == SQLITE_OK) {
    migListAdd(p, &pw->run, zSql);
  }
  return rc;
}

/* Run a statement that nothing but rows or an authorizer should refuse. */
static void statementRun(MigContext *p, MigWays *pw, const char *zSql) {
  const char *zWhy;
  int rc = statementTry(p, pw, zSql, &zWhy);

  if (rc) {
    statementFail(p, pw, rc, zSql, zWhy);
  }
}

/* Run ALTER TABLE statements: 1, or 0 when SQLite refuses one; then *pzWhy says
** why, and the ones before it are done. What native.c has set aside is there
** again in both cases, unless p has an error. */
static int altersRun(MigContext *p, MigWays *pw, const MigList *pList,
                     const char **pzWhy) {
  MigNative native;
  int i = 0;

  settingsSet(p, pw, 0);
  memset(&native, 0, sizeof(native));
  native.pModel = &pw->state.model;
  native.pTx = pw->pr->pTx;
  native.pRun = &pw->run;
  while (i < pList->n && migNativeAlter(p, &native, pList->az[i])) {
    i++;
  }
  migNativeEnd(p, &native);
  *pzWhy = native.zWhy;
  if (i > 0) {
    wayTaken(pw, MIG_WAY_ALTER);
    pw->bAltered = 1;
  }
  return i == pList->n;
}

/* ------------------------------------------------------------------------
** The ways
*/

/* Rename columns, if that is to be done. What is left is read again into
** pw->state. When SQLite refuses one, those before it are done and the others
** left to a rebuild; SCRIPT when something else has the name of such a column
** in it. */
void migWaysRename(MigContext *p, MigWays *pw) {
  MigWaysState before = pw->state;
  const MigTableDiff *pDiff = &before.diff;
  MigList list = {0, 0};
  const char *zWhy;
  int bDone;

  if (p->rc || !migWaysHas(pDiff, MIG_ALT_RENAME_COLUMN)) {
    return;
  }
  renamesMake(p, &before.model, pDiff, &list);
  bDone = altersRun(p, pw, &list, &zWhy);
  if (bDone) {
    pw->pr->renames.n = 0; /* carried out: not to be read once more */
  }
  migWaysState(p, pw->pr, &pw->state);
  if (p->rc == SQLITE_OK) {
    renamesNote(p, pDiff, &pw->state);
    if (!bDone) {
      renamesAlone(p, &pw->state.model, &pw->state.diff, zWhy);
    }
  }
}

/* Have the text be exactly the wanted one, where that may be. After ALTER TABLE
** the text that SQLite has made of it says the same in other words. That it
** cannot be replaced does no harm. */
static void textSettle(MigContext *p, MigWays *pw) {
  const MigModelObject *pNew = migWantedTable(pw->pr);
  const MigWaysState *pState = &pw->state;

  if (p->rc == SQLITE_OK && editAllowed(p, pw->pr) &&
      strcmp(pState->diff.pOld->zSql, pNew->zSql) != 0) {
    defensiveOff(p, pw);
    migEditText(p, pNew->zName, pNew->zSql, pw->pr->pTx);
  }
}

/* Change the table by ALTER TABLE alone: 1 when that was all. What it has not
** done is in pw->state. */
static int alterRun(MigContext *p, MigWays *pw) {
  MigList list = {0, 0};
  const char *zWhy;

  if (!migWaysAlter(p, pw->pr, &pw->state.model, &pw->state.diff, &list)) {
    return 0;
  }
  altersRun(p, pw, &list, &zWhy);
  migWaysState(p, pw->pr, &pw->state);
  return p->rc == SQLITE_OK && pw->state.diff.n == 0;
}

/* Change the table by another text: 1 when that was all. 0: nothing has
** changed, or p has an error. */
static int editRun(MigContext *p, MigWays *pw) {
  MigWaysState *pState = &pw->state;
  int bDone;

  if (p->rc || !migWaysEdit(p, pw->pr, &pState->model, &pState->diff)) {
    return 0;
  }
  settingsSet(p, pw, pw->bLegacy);
  defensiveOff(p, pw);
  bDone = p->rc == SQLITE_OK &&
          migEditTable(p, &pState->model, &pState->diff, pw->pr->pTx);
  migTransactionCheck(p, pw->pr->pTx, "a function or collation of the schema");
  if (bDone) {
    wayTaken(pw, MIG_WAY_EDIT);
  }
  return bDone;
}

/* Are the rowids of the table 1 to n, and will it be read in their order? n is
** the number of its rows. PRAGMA reverse_unordered_selects would have a SELECT
** without ORDER BY read them backwards. */
static int isDense(MigContext *p, const MigModelObject *pOld, i64 n) {
  const char *zRowid = migRebuildRowid(p, pOld);

  return zRowid &&
         (n == 0 ||
          (migQueryInt(p, 0, "SELECT min(%s) FROM main.\"%w\"", zRowid,
                       pOld->zName) == 1 && /* sql-ok: a name in quotes */
           migQueryInt(p, 0, "SELECT max(%s) FROM main.\"%w\"", zRowid,
                       pOld->zName) == n && /* sql-ok: the same */
           migQueryInt(p, 1, "PRAGMA reverse_unordered_selects") == 0));
}

/* Make the statements of a rebuild. With expressions columns are read under the
** names they were found with, else under those they have by now. */
static void rebuildMake(MigContext *p, const MigReshape *pr,
                        const MigWaysState *pState, MigRebuild *pOut) {
  pOut->pModel = &pState->model;
  pOut->pDiff = &pState->diff;
  if (pr->azUsing) {
    pOut->azUsing = pr->azUsing;
    pOut->azWas = pState->azWas;
  }
  migRebuildStatements(p, pOut);
}

/* Run a statement that makes an index, or what else is behind the copy. Its
** text may have "strings" that the connection would not take, and that SQLite
** takes where they are stored. DQS_DDL is switched on for that. */
static void rebuildObject(MigContext *p, MigWays *pw, const char *zSql) {
  const char *zWhy;
  MigSwitch strings;
  int rc = statementTry(p, pw, zSql, &zWhy);

  if (p->rc == SQLITE_OK && (rc & 0xff) == SQLITE_ERROR) {
    migSwitchSet(p, pw->pr->pTx, SQLITE_DBCONFIG_DQS_DDL, 1, &strings);
    if (strings.bDone) {
      rc = statementTry(p, pw, zSql, &zWhy);
    }
    migSwitchBack(p, pw->pr->pTx, &strings);
  }
  if (rc) {
    statementFail(p, pw, rc, zSql, zWhy);
  }
}

/* The rows of a table. An index is read instead where SQLite can, which is a
** fraction of the pages; it cannot where the index has an unknown collation. */
static i64 rowsCount(MigContext *p, const char *zTable) {
  char *zSql = migPrintf(p, "SELECT count(*) FROM main.\"%w\"", zTable);
  sqlite3_stmt *pStmt = 0;
  int rc = p->rc;

  if (rc == SQLITE_OK) {
    rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
    sqlite3_finalize(pStmt);
  }
  if (rc) {
    zSql = migPrintf(p, "SELECT count(*) FROM main.\"%w\" NOT INDEXED", zTable);
  }
  return migQueryInt(p, 0, "%s", zSql); /* sql-ok: made here */
}

/*
** The copy from zFrom is done: were all of *pnRow rows copied? Their number may
** be that of a damaged index; then it is counted again in the table itself.
** DATA_LOSS when rows are missing; DAMAGED where a wrong number was relied on,
** as the rowids are proven to come again by as many rows as there are numbers.
*/
static void rowsCopied(MigContext *p, const MigWays *pw,
                       const MigRebuild *pRebuild, const char *zFrom,
                       i64 *pnRow) {
  i64 n = sqlite3_changes64(p->db);
  i64 nRow = *pnRow;

  if (n == nRow) {
    return;
  }
  *pnRow =
      migQueryInt(p, 0, "SELECT count(*) FROM main.\"%w\" NOT INDEXED", zFrom);
  if (n != *pnRow) {
    migFail(p, MIG_DATA_LOSS,
            "table %s has %lld rows, and %lld of them were copied; mend the "
            "expression of option using, or the file",
            pw->pr->zTable, *pnRow, n);
  } else if (pRebuild->bDense) {
    migFail(p, MIG_DAMAGED,
            "table %s has %lld rows, and an index on it %lld; REINDEX it first",
            pw->pr->zTable, n, nRow);
  }
}

/* Run the statements of a rebuild of a table with nRow rows. 0 when SQLite
** refuses to rename the table, and it may be copied twice instead; nothing that
** matters has changed then, at most indexes of the table are dropped, which the
** other way drops anyway. */
static int rebuildRun(MigContext *p, MigWays *pw, const MigRebuild *pRebuild,
                      i64 nRow) {
  const MigList *pList = &pRebuild->statements;
  const char *zWhy;
  int i;

  for (i = 0; i <= pRebuild->iCopy && p->rc == SQLITE_OK; i++) {
    int rc = statementTry(p, pw, pList->az[i], &zWhy);
    int e = rc & 0xff;
    if (p->rc == SQLITE_OK && (e == SQLITE_ERROR || e == SQLITE_AUTH) &&
        !pRebuild->bTwice && i < pRebuild->iCopy - 1) {
      return 0;
    }
    if (rc) {
      statementFail(p, pw, rc, pList->az[i], zWhy);
    } else if (i == pRebuild->iFirst || i == pRebuild->iCopy) {
      rowsCopied(p, pw, pRebuild,
                 i == pRebuild->iFirst ? pw->pr->zTable : pRebuild->zAside,
                 &nRow);
    }
  }
  for (; i < pList->n && p->rc == SQLITE_OK; i++) {
    rebuildObject(p, pw, pList->az[i]);
  }
  return 1;
}

/* Make the table anew, with its rows copied. A table that cannot be renamed is
** copied twice. */
static void rebuildTable(MigContext *p, MigWays *pw) {
  const MigModelObject *pOld = pw->state.diff.pOld;
  MigRebuild rebuild;
  i64 nRow;

  memset(&rebuild, 0, sizeof(rebuild));
  settingsSet(p, pw, 1);
  migNativeTemporary(p, pOld->zName, &rebuild.temporary);
  nRow = rowsCount(p, pOld->zName);
  if (!pw->pr->bPlain && p->rc == SQLITE_OK) {
    rebuild.bDense = isDense(p, pOld, nRow);
  }
  rebuildMake(p, pw->pr, &pw->state, &rebuild);
  if (p->rc == SQLITE_OK && !rebuildRun(p, pw, &rebuild, nRow)) {
    rebuild.bTwice = 1;
    rebuildMake(p, pw->pr, &pw->state, &rebuild);
    rebuildRun(p, pw, &rebuild, nRow);
  }
  wayTaken(pw, MIG_WAY_REBUILD);
}

/* What a rebuild would run, for the plan: added to pOut. Rowids are not looked
** at, so a run may take shorter statements. */
void migWaysRebuild(MigContext *p, const MigReshape *pr,
                    const MigWaysState *pState, MigList *pOut) {
  MigRebuild rebuild;
  int i;

  memset(&rebuild, 0, sizeof(rebuild));
  migNativeTemporary(p, pr->zTable, &rebuild.temporary);
  rebuildMake(p, pr, pState, &rebuild);
  for (i = 0; i < rebuild.statements.n && p->rc == SQLITE_OK; i++) {
    migListAdd(p, pOut, rebuild.statements.az[i]);
  }
}

/*
** Change the table, one way or another, from pw->state on, which has to be set.
** Inside the caller's write transaction, after migWaysOpen(). pw->eWay, pw->run
** and pw->bAltered tell what was done.
**
** That it is done is for the caller to look at (reshape.c). Errors are those
** that migReshapeRun() lists for the change itself.
*/
void migWaysTable(MigContext *p, MigWays *pw) {
  if (alterRun(p, pw)) {
    textSettle(p, pw);
    return;
  }
  migWaysRename(p, pw);
  if (p->rc == SQLITE_OK && (pw->state.diff.n || pw->pr->azUsing)) {
    if (!editRun(p, pw) && p->rc == SQLITE_OK) {
      rebuildTable(p, pw);
    }
  } else {
    textSettle(p, pw);
  }
}

/* Make the table that is not there yet, with the text that is wanted. Errors
** are those of one statement. */
void migWaysMake(MigContext *p, MigWays *pw) {
  settingsSet(p, pw, pw->bLegacy);
  statementRun(p, pw, migNativeText(p, migWantedTable(pw->pr)));
  wayTaken(pw, MIG_WAY_CREATE);
}
