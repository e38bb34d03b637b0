/*
** rebuild.c - a table made anew, with its rows copied.
**
** The order of the statements:
**
**   1. ALTER TABLE t RENAME TO t_old
**   2. CREATE TABLE t, with the text that is to be stored
**   3. INSERT OR ABORT INTO t SELECT .. FROM t_old
**   4. the AUTOINCREMENT mark in sqlite_sequence
**   5. DROP TABLE t_old
**   6. CREATE INDEX, CREATE TRIGGER, with the texts that are stored
**
** In legacy mode and with foreign keys not enforced, 1 leaves alone all that
** names t: views, triggers elsewhere, foreign keys. What is on t moves to t_old
** and goes with it in 5, TEMP triggers too, which is why they are made again.
** sqlite_stat1 goes on saying what it said about t. Nothing that 1 does reads a
** virtual table or compiles a view, so a module that is missing or a view that
** is broken are not in the way. Two things are:
**
**   - A CHECK of t that names t: SQLite refuses to rename then.
**   - An index anywhere with a collation that is not there: the same.
**
** Then the rows are copied twice, and nothing is renamed:
**
**   1. CREATE TABLE t_old, with columns that have no type
**   2. INSERT INTO t_old SELECT .. FROM t
**   3. DROP TABLE t, and what is on it
**   4. CREATE TABLE t
**   5. INSERT OR ABORT INTO t SELECT .. FROM t_old
**   6. DROP TABLE t_old; indexes and triggers
**
** That loses what sqlite_stat1 has about t until the next ANALYZE. The WHERE of
** an index on t that names t only wants the index dropped first.
**
** The copy:
**
**   - OR ABORT, so that no ON CONFLICT of the new definition leaves rows out,
**     replaces them or puts a default in the place of NULL.
**   - Rowids are copied, whether they are a column in one of the two
**     definitions or in none. Where columns have taken all of rowid, _rowid_
**     and oid, nothing in SQL can see them, and they are not. bDense spares
**     copying them: rows that are read in their order and get the numbers 1 to
**     n keep them. That takes half of the time where the rowid is no column,
**     and a tenth less where it is one, which is then left out.
**   - SELECT * without a list of columns lets SQLite copy whole records where
**     both tables have the same layout, the indexes of UNIQUE and PRIMARY KEY
**     included. When SQLite finds that it cannot, it copies by columns, so this
**     is done only where that would give the same rows and rowids.
**   - NOT INDEXED and ORDER BY have the rows come in the order of the table: a
**     covering index would be read in its own order, and written in none.
**   - NULL in a column that becomes the INTEGER PRIMARY KEY would be numbered
**     by SQLite; 'NULL' in its place is refused.
**   - Indexes are made behind it: they are sorted then. The other way round
**     took four times as long.
*/
#include <string.h>
#include "native.h"
#include "rebuild.h"

/* A rebuild in the making. pOld and pNew have a pTable. */
typedef struct Work {
  MigRebuild *pRebuild;
  const MigModelObject *pOld;
  const MigModelObject *pNew;
  const char *zAside;    /* table that holds the rows meanwhile */
  const char *zRowidOld; /* how SQL names the rowids; NULL: not at all */
  const char *zRowidNew; /* the same; NULL: they are not copied */
  int bSequence;         /* there is a table sqlite_sequence */
} Work;

/* SQLite's three words for the rowid. */
static const char *const azRowid[] = {"rowid", "_rowid_", "oid"};

/* Add a statement made with sqlite3_mprintf(), without a semicolon. */
static void statementAdd(MigContext *p, const Work *pw, const char *zFormat,
                         ...) {
  va_list ap;
  char *z;

  va_start(ap, zFormat);
  z = migVprintf(p, zFormat, ap);
  va_end(ap);
  migListAdd(p, &pw->pRebuild->statements, z);
}

/* ------------------------------------------------------------------------
** Names
*/

/* From byte i on, does the text z name a table? bDot: in front of the name of a
** column. Any identifier of that spelling counts, so the answer may be yes
** without need. */
static int textNames(const char *z, i64 i, const char *zTable, int bDot) {
  i64 n = (i64)strlen(z);
  int bName = 0;
  MigToken token;

  do {
    i = migTokenSignificant(z, n, i, &token);
    if (bName && (!bDot || token.eType == MIG_TK_DOT)) {
      return 1;
    }
    bName = migTokenNameIs(z, &token, zTable);
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Offset behind the table's name at the head of a table or an index, so that
** the head itself does not count as a use. */
static i64 behindName(const MigModelObject *pObject) {
  const MigToken *pName = pObject->eKind == MIG_DDL_INDEX
                              ? &pObject->pDdl->table
                              : &pObject->pDdl->name;

  return pName->iStart + pName->n;
}

/* A name that no object has: t_old, t_old2 and so on. Only what stands behind
** the last '_' could make it the name of a table that a virtual table keeps,
** and t is none. Names that begin with sqlite_ are SQLite's, those with
** _migrate_ ours. In the arena. */
static const char *asideName(MigContext *p, const MigModel *pModel,
                             const char *zTable) {
  int bReserved =
      migStrICmp(zTable, "sqlite") == 0 || migStrICmp(zTable, "_migrate") == 0;
  const char *zName;
  int i = 1;

  do {
    zName = migPrintf(p, i == 1 ? "%s%s_old" : "%s%s_old%d",
                      bReserved ? "old_" : "", zTable, i);
    i++;
  } while (p->rc == SQLITE_OK && migModelFind(pModel, 0, zName) >= 0);
  return zName;
}

/* How SQL names the rowid of a table, which can be read: a column in quotes, or
** one of three words. NULL when there is none: WITHOUT ROWID, or columns have
** taken the words. In the arena or a constant; also NULL after an error. */
const char *migRebuildRowid(MigContext *p, const MigModelObject *pTable) {
  const MigModelTable *pt = pTable->pTable;
  size_t i;

  if (pTable->pDdl->bWithoutRowid) {
    return 0;
  }
  if (pt->iRowid >= 0) {
    return migPrintf(p, "\"%w\"", pt->aColumn[pt->iRowid].zName);
  }
  for (i = 0; i < 3; i++) {
    if (migModelColumn(pt, azRowid[i]) < 0) {
      return azRowid[i];
    }
  }
  return 0;
}

/* ------------------------------------------------------------------------
** The copy
*/

/* The expression that fills new column i, or NULL. */
static const char *usingOf(const Work *pw, int i) {
  return pw->pRebuild->azUsing ? pw->pRebuild->azUsing[i] : 0;
}

/* The name of old column i where it is read: the one that expressions know. */
static const char *oldName(const Work *pw, int i) {
  return pw->pRebuild->azWas ? pw->pRebuild->azWas[i]
                             : pw->pOld->pTable->aColumn[i].zName;
}

/* Is new column i filled by the copy? Others compute themselves or have their
** default. */
static int isCopied(const Work *pw, int i) {
  return pw->pNew->pTable->aColumn[i].pGenerated == 0 &&
         (usingOf(pw, i) || pw->pRebuild->pDiff->aiFrom[i] >= 0);
}

/* Is new column i the rowid, and does it come again by itself? With
** AUTOINCREMENT SQLite looks up the mark for each row. Left out of the copy it
** is then given by SQLite: 1, 2, 3 (autoinc.html). */
static int isNumbered(const Work *pw, int i) {
  int iRowid = pw->pOld->pTable->iRowid;

  return pw->pRebuild->bDense && i == pw->pNew->pTable->iRowid && iRowid >= 0 &&
         pw->pRebuild->pDiff->aiFrom[i] == iRowid && usingOf(pw, i) == 0 &&
         !pw->pNew->pTable->bAutoincrement;
}

/* Is this a change with which SQLite copies no whole records? That is what its
** transfer optimization asks of two tables (xferOptimization() in insert.c);
** what it looks at in vain only costs time. */
static int isRecoded(const MigTableDiff *pDiff, const MigAlteration *pAlt) {
  const MigModelTable *pOld = pDiff->pOld->pTable;
  const MigModelTable *pNew = pDiff->pNew->pTable;

  switch (pAlt->eKind) {
  case MIG_ALT_SET_NOT_NULL:
  case MIG_ALT_DEFAULT:
  case MIG_ALT_COLLATE:
  case MIG_ALT_PRIMARY_KEY:
    return 1;
  case MIG_ALT_TYPE:
    return pOld->aColumn[pAlt->iOld].eAffinity !=
           pNew->aColumn[pAlt->iNew].eAffinity;
  case MIG_ALT_ADD_CONSTRAINT:
    return pNew->aConstraint[pAlt->iNew].eKind != MIG_CON_FOREIGN_KEY;
  default:
    return 0;
  }
}

/* Is it better to leave the column out that is the rowid? Not where records are
** copied as they are, because for that the columns must be the same. */
static int isRowidSpared(const Work *pw) {
  const MigTableDiff *pDiff = pw->pRebuild->pDiff;
  int iRowid = pw->pNew->pTable->iRowid;
  int i;

  for (i = 0; i < pDiff->n && !isRecoded(pDiff, &pDiff->a[i]); i++) {
  }
  return i < pDiff->n && iRowid >= 0 && isNumbered(pw, iRowid);
}

/* Can whole records be copied, column by column in the same place, and have the
** same rowids if not? bDense has rowids that are no column come again in either
** case. */
static int isSameLayout(const Work *pw) {
  const MigModelTable *pOld = pw->pOld->pTable;
  const MigModelTable *pNew = pw->pNew->pTable;
  int i;

  if (pOld->nColumn != pNew->nColumn || pOld->iRowid != pNew->iRowid ||
      pw->pOld->pDdl->bWithoutRowid != pw->pNew->pDdl->bWithoutRowid ||
      (pNew->iRowid < 0 && !pw->pNew->pDdl->bWithoutRowid &&
       !pw->pRebuild->bDense) ||
      isRowidSpared(pw)) {
    return 0;
  }
  for (i = 0; i < pNew->nColumn; i++) {
    if (pw->pRebuild->pDiff->aiFrom[i] != i || usingOf(pw, i) ||
        pOld->aColumn[i].pGenerated || pNew->aColumn[i].pGenerated) {
      return 0;
    }
    if (pw->pNew->pDdl->bStrict &&
        migStrICmp(pOld->aColumn[i].zType, pNew->aColumn[i].zType) != 0) {
      return 0; /* copying records, SQLite up to 3.40 looks at no type */
    }
  }
  return 1;
}

/* Append an expression in parentheses. It may end in a comment, which would
** take the parenthesis along. */
static void expressionAdd(MigContext *p, MigText *pText, const char *zExpr) {
  if (p->rc == SQLITE_OK) {
    migTextF(p, pText, strstr(zExpr, "--") ? "(%s\n)" : "(%s)", zExpr);
  }
}

/* Append what fills new column i, which is copied. */
static void sourceAdd(MigContext *p, const Work *pw, MigText *pText, int i) {
  const char *zUsing = usingOf(pw, i);

  if (zUsing) {
    expressionAdd(p, pText, zUsing);
  } else {
    int k = pw->pRebuild->pDiff->aiFrom[i];
    migTextF(p, pText, "\"%w\"", oldName(pw, k));
  }
}

/* Could what fills new column i, when that is the rowid, be NULL? No column but
** the rowid matters, and the old rowid is never NULL. */
static int isNullable(const Work *pw, int i) {
  const MigModelTable *pOld = pw->pOld->pTable;
  int k = pw->pRebuild->pDiff->aiFrom[i];

  return i == pw->pNew->pTable->iRowid &&
         (usingOf(pw, i) || (k != pOld->iRowid && !pOld->aColumn[k].bNotNull));
}

/* The parts of a copy. */
typedef struct Copy {
  MigText to;    /* columns of the new table */
  MigText from;  /* what fills them, over the old one */
  MigText aside; /* columns of the table in between */
  int nColumn;   /* of those the ones that are not its rowid */
} Copy;

/* Add new column i to a copy. In the table aside it is c0, c1 and so on. */
static void copyAdd(MigContext *p, const Work *pw, Copy *pCopy, int i) {
  const char *zComma = pCopy->to.n ? ", " : "";
  int bNull = isNullable(pw, i);

  migTextF(p, &pCopy->to, "%s\"%w\"", zComma,
           pw->pNew->pTable->aColumn[i].zName);
  migTextF(p, &pCopy->from, bNull ? "%sifnull(" : "%s", zComma);
  sourceAdd(p, pw, &pCopy->from, i);
  migTextStr(p, &pCopy->from, bNull ? ", 'NULL')" : "");
  migTextF(p, &pCopy->aside, "%sc%d", zComma, pCopy->nColumn++);
}

/* Append the DEFAULT of new column i as an expression. SQLite takes a name that
** stands there by itself for a string. */
static void defaultAdd(MigContext *p, const Work *pw, MigText *pText, int i) {
  const MigDdlConstraint *pDefault = pw->pNew->pTable->aColumn[i].pDefault;
  const char *z = pw->pNew->pDdl->z;
  MigToken token;

  if (pDefault == 0) {
    migTextStr(p, pText, "NULL");
    return;
  }
  migTokenSignificant(z, pDefault->value.iStart + pDefault->value.n,
                      pDefault->value.iStart, &token);
  if (!pDefault->bParen && migTokenIsName(&token) &&
      !migWordIn(z, &token,
                 " null true false current_date current_time"
                 " current_timestamp ")) {
    migTextF(p, pText, "%Q", migTokenName(p, z, &token));
  } else {
    expressionAdd(p, pText,
                  migStrndup(p, z + pDefault->value.iStart, pDefault->value.n));
  }
}

/* Where no column stays and rowids are not copied, as many rows of defaults:
** SQLite may refuse them, unless there are none. INSERT ... SELECT wants a
** column, so the first that is not generated gets its DEFAULT. */
static void copyNothing(MigContext *p, const Work *pw, Copy *pCopy) {
  const MigModelTable *pNew = pw->pNew->pTable;
  int i = 0;

  while (i < pNew->nColumn - 1 && pNew->aColumn[i].pGenerated) {
    i++;
  }
  migTextF(p, &pCopy->to, "\"%w\"", pNew->aColumn[i].zName);
  defaultAdd(p, pw, &pCopy->from, i);
  migTextF(p, &pCopy->aside, "c%d", pCopy->nColumn++);
}

/* Find out what is copied into what. First the rowids, where they are no column
** that brings them itself. When a rowid that comes again by itself is all there
** is, it is copied all the same. */
static void copyMake(MigContext *p, const Work *pw, Copy *pCopy) {
  int i;

  memset(pCopy, 0, sizeof(*pCopy));
  if (pw->zRowidNew) {
    migTextStr(p, &pCopy->to, pw->zRowidNew);
    migTextStr(p, &pCopy->from, pw->zRowidOld);
    migTextStr(p, &pCopy->aside, "rowid");
  }
  for (i = 0; i < pw->pNew->pTable->nColumn; i++) {
    if (isCopied(pw, i) && !isNumbered(pw, i)) {
      copyAdd(p, pw, pCopy, i);
    }
  }
  if (pCopy->to.n == 0 && pw->pNew->pTable->iRowid >= 0 &&
      isCopied(pw, pw->pNew->pTable->iRowid)) {
    copyAdd(p, pw, pCopy, pw->pNew->pTable->iRowid);
  }
  if (pCopy->to.n == 0) {
    copyNothing(p, pw, pCopy);
  }
}

/* Has a column of the old table word k for the rowid, or had one? A word that
** is taken in either role does not name the rowid. */
static int wordTaken(const Work *pw, size_t k) {
  const MigModelTable *pOld = pw->pOld->pTable;
  int i;

  for (i = 0; i < pOld->nColumn; i++) {
    if (migStrICmp(pOld->aColumn[i].zName, azRowid[k]) == 0 ||
        migStrICmp(oldName(pw, i), azRowid[k]) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Append the columns of the old table under the names they had, and the rowid
** where it can be named: what a subquery has to give so that expressions over
** the old names find them. Not more than that is visible of a subquery. */
static void wasAdd(MigContext *p, const Work *pw, MigText *pText) {
  const MigModelTable *pOld = pw->pOld->pTable;
  size_t k;
  int i;

  for (i = 0; i < pOld->nColumn; i++) {
    migTextF(p, pText, "%s\"%w\" AS \"%w\"", i ? ", " : "",
             pOld->aColumn[i].zName, oldName(pw, i));
  }
  for (k = 0; k < 3 && !pw->pOld->pDdl->bWithoutRowid; k++) {
    if (!wordTaken(pw, k)) {
      migTextF(p, pText, ", %s AS %s", azRowid[k], azRowid[k]);
    }
  }
}

/* What is behind FROM to read the old table, called zTable. In the arena. */
static const char *copyFrom(MigContext *p, const Work *pw, const char *zTable) {
  MigText text = {0, 0, 0};

  if (pw->pRebuild->azWas) {
    migTextStr(p, &text, "(SELECT ");
    wasAdd(p, pw, &text);
    migTextF(p, &text, " FROM main.\"%w\" NOT INDEXED)", zTable);
  } else {
    migTextF(p, &text, "main.\"%w\" NOT INDEXED", zTable);
  }
  if (pw->zRowidOld) {
    migTextStr(p, &text, " ORDER BY ");
    migTextStr(p, &text, pw->zRowidOld);
  }
  return migTextZ(&text);
}

/* Copy from the table aside to the new one: the index of the statement. */
static int copyOnce(MigContext *p, const Work *pw) {
  const char *zTo = pw->pNew->zName;
  Copy copy;

  if (isSameLayout(pw)) {
    statementAdd(p, pw,
                 "INSERT OR ABORT INTO main.\"%w\""
                 " SELECT * FROM main.\"%w\" NOT INDEXED",
                 zTo, pw->zAside);
  } else {
    copyMake(p, pw, &copy);
    statementAdd(p, pw,
                 "INSERT OR ABORT INTO main.\"%w\"(%s)" /* sql-ok: made here */
                 " SELECT %s FROM %s",
                 zTo, migTextZ(&copy.to), migTextZ(&copy.from),
                 copyFrom(p, pw, pw->zAside));
  }
  return pw->pRebuild->statements.n - 1;
}

/* Copy from the old table to the one aside, which is made first: the index of
** the statement that copies. Its columns have no type, so values stay what they
** are. A table wants a column even if only rowids are copied. */
static int copyAside(MigContext *p, const Work *pw, const Copy *pCopy) {
  MigText columns = {0, 0, 0};
  int i;

  for (i = 0; i == 0 || i < pCopy->nColumn; i++) {
    migTextF(p, &columns, "%sc%d", i ? ", " : "", i);
  }
  statementAdd(p, pw, "CREATE TABLE main.\"%w\"(%s)", /* sql-ok: made here */
               pw->zAside, migTextZ(&columns));
  statementAdd(p, pw,
               "INSERT INTO main.\"%w\"(%s)" /* sql-ok: made here */
               " SELECT %s FROM %s",
               pw->zAside, migTextZ(&pCopy->aside), migTextZ(&pCopy->from),
               copyFrom(p, pw, pw->pOld->zName));
  return pw->pRebuild->statements.n - 1;
}

/* ------------------------------------------------------------------------
** The AUTOINCREMENT mark
*/

/* zFrom has the mark of the old table: give it to the new one, or to nobody.
** sqlite_sequence has no key, so what the copy has written goes first; where
** that is more, as the key is filled from elsewhere, it is what counts. Where
** the new table begins to count, the copy has set its mark. */
static void sequenceMove(MigContext *p, const Work *pw, const char *zFrom) {
  const char *zTo = pw->pNew->zName;

  if (!pw->bSequence) {
    return;
  }
  if (!pw->pNew->pTable->bAutoincrement) {
    statementAdd(p, pw,
                 "DELETE FROM main.sqlite_sequence WHERE name IN(%Q, %Q)", zTo,
                 zFrom);
  } else if (!pw->pOld->pTable->bAutoincrement) {
    statementAdd(p, pw, "DELETE FROM main.sqlite_sequence WHERE name = %Q",
                 zFrom);
  } else {
    statementAdd(p, pw,
                 "UPDATE main.sqlite_sequence SET seq = max(seq, (SELECT"
                 " coalesce(max(seq), 0) FROM main.sqlite_sequence"
                 " WHERE name = %Q)) WHERE name = %Q",
                 zTo, zFrom);
    statementAdd(p, pw, "DELETE FROM main.sqlite_sequence WHERE name = %Q",
                 zTo);
    statementAdd(p, pw,
                 "UPDATE main.sqlite_sequence SET name = %Q WHERE name = %Q",
                 zTo, zFrom);
  }
}

/* ------------------------------------------------------------------------
** Objects
*/

/* Make an object by its stored text, with schema main. */
static void objectMake(MigContext *p, const Work *pw,
                       const MigModelObject *pObject) {
  migListAdd(p, &pw->pRebuild->statements, migNativeText(p, pObject));
}

/* Make what was on the table again: indexes, then triggers. Triggers of TEMP
** are the last. Only here, behind the copy: no trigger fires for it. */
static void objectsMake(MigContext *p, const Work *pw) {
  static const MigDdlKind ae[] = {MIG_DDL_INDEX, MIG_DDL_TRIGGER};
  const MigModel *pModel = pw->pRebuild->pModel;
  const MigList *pTemporary = &pw->pRebuild->temporary;
  int k;
  int i;

  for (k = 0; k < 2; k++) {
    for (i = pw->pOld->iFirst; i >= 0; i = pModel->aObject[i].iNext) {
      if (pModel->aObject[i].eKind == ae[k]) {
        objectMake(p, pw, &pModel->aObject[i]);
      }
    }
  }
  for (i = 0; i < pTemporary->n; i++) {
    migListAdd(p, &pw->pRebuild->statements, pTemporary->az[i]);
  }
}

/* Drop the indexes that would keep SQLite from renaming the table. They are
** made again with the others. One that is beyond us may name it, too. */
static void indexesDrop(MigContext *p, const Work *pw) {
  const MigModel *pModel = pw->pRebuild->pModel;
  int i;

  for (i = pw->pOld->iFirst; i >= 0; i = pModel->aObject[i].iNext) {
    const MigModelObject *pIndex = &pModel->aObject[i];
    if (pIndex->eKind == MIG_DDL_INDEX &&
        (pIndex->pDdl == 0 ||
         textNames(pIndex->zSql, behindName(pIndex), pw->pOld->zName, 1))) {
      statementAdd(p, pw, "DROP INDEX main.\"%w\"", pIndex->zName);
    }
  }
}

/* ------------------------------------------------------------------------
** Both ways
*/

/* Must the rows be copied twice? */
static int isTwice(const Work *pw) {
  const char *zTable = pw->pOld->zName;
  int i;

  if (textNames(pw->pOld->zSql, behindName(pw->pOld), zTable, 1)) {
    return 1;
  }
  for (i = 0; i < pw->pNew->pTable->nColumn; i++) {
    if (usingOf(pw, i) && textNames(usingOf(pw, i), 0, zTable, 0)) {
      return 1; /* it may read the table */
    }
  }
  return 0;
}

/* The first list of statements at the top of the file, up to the DROP TABLE. */
static void rebuildOnce(MigContext *p, const Work *pw) {
  MigRebuild *pRebuild = pw->pRebuild;

  indexesDrop(p, pw);
  statementAdd(p, pw, "ALTER TABLE main.\"%w\" RENAME TO \"%w\"",
               pw->pOld->zName, pw->zAside);
  objectMake(p, pw, pw->pNew);
  pRebuild->iCopy = copyOnce(p, pw);
  sequenceMove(p, pw, pw->zAside);
  statementAdd(p, pw, "DROP TABLE main.\"%w\"", pw->zAside);
}

/* The second one. The expressions are used up by the first copy; the second
** takes values and rowids as they are. */
static void rebuildTwice(MigContext *p, const Work *pw) {
  MigRebuild *pRebuild = pw->pRebuild;
  const char *zOld = pw->pOld->zName;
  const char *zAside = pw->zAside;
  Copy copy;

  copyMake(p, pw, &copy);
  pRebuild->iFirst = copyAside(p, pw, &copy);
  if (pw->bSequence) { /* or DROP TABLE would forget the mark */
    statementAdd(p, pw,
                 "UPDATE main.sqlite_sequence SET name = %Q WHERE name = %Q",
                 zAside, zOld);
  }
  statementAdd(p, pw, "DROP TABLE main.\"%w\"", zOld);
  objectMake(p, pw, pw->pNew);
  statementAdd(p, pw,
               "INSERT OR ABORT INTO main.\"%w\"(%s)" /* sql-ok: made here */
               " SELECT %s FROM main.\"%w\" ORDER BY rowid",
               pw->pNew->zName, migTextZ(&copy.to), migTextZ(&copy.aside),
               zAside);
  pRebuild->iCopy = pRebuild->statements.n - 1;
  sequenceMove(p, pw, zAside);
  statementAdd(p, pw, "DROP TABLE main.\"%w\"", zAside);
}

/* How the rowid of the old table is named where it is read, which may be the
** subquery of wasAdd(). NULL: not at all. */
static const char *rowidOld(MigContext *p, const Work *pw) {
  int iRowid = pw->pOld->pTable->iRowid;
  size_t k;

  if (pw->pRebuild->azWas == 0 || pw->pOld->pDdl->bWithoutRowid) {
    return migRebuildRowid(p, pw->pOld);
  }
  if (iRowid >= 0) {
    return migPrintf(p, "\"%w\"", oldName(pw, iRowid));
  }
  for (k = 0; k < 3 && wordTaken(pw, k); k++) {
  }
  return k < 3 ? azRowid[k] : 0;
}

/* Find how rowids are carried over. A column that is the new rowid and has a
** source brings them itself; rows that are dense need nothing. zRowidOld also
** orders the rows. */
static void rowidsFind(MigContext *p, Work *pw) {
  int iRowid = pw->pNew->pTable->iRowid;

  pw->zRowidOld = rowidOld(p, pw);
  if (pw->zRowidOld && !pw->pRebuild->bDense &&
      !(iRowid >= 0 && isCopied(pw, iRowid))) {
    pw->zRowidNew = migRebuildRowid(p, pw->pNew);
  }
}

/*
** Make the statements of a rebuild, of two definitions that can be read.
** Columns that are renamed are copied; that what names them elsewhere follows
** is for the caller to see to.
**
** What was out before is overwritten, so it may be called again with bTwice
** set. iCopy and iFirst are indexes of statements; in front of iCopy nothing
** that is run has put a row into the new table. Only want of memory is an
** error.
*/
void migRebuildStatements(MigContext *p, MigRebuild *pRebuild) {
  const MigTableDiff *pDiff = pRebuild->pDiff;
  Work w;

  if (p->rc) {
    return;
  }
  memset(&pRebuild->statements, 0, sizeof(pRebuild->statements));
  pRebuild->iFirst = pRebuild->iCopy = -1;
  memset(&w, 0, sizeof(w));
  w.pRebuild = pRebuild;
  w.pOld = pDiff->pOld;
  w.pNew = pDiff->pNew;
  w.zAside = asideName(p, pRebuild->pModel, w.pOld->zName);
  pRebuild->zAside = w.zAside;
  w.bSequence = migModelFind(pRebuild->pModel, 0, "sqlite_sequence") >= 0;
  rowidsFind(p, &w);
  pRebuild->bTwice |= isTwice(&w);
  if (pRebuild->bTwice) {
    rebuildTwice(p, &w);
  } else {
    rebuildOnce(p, &w);
  }
  objectsMake(p, &w);
}
