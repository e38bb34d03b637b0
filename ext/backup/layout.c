/*
** layout.c - how the rows of a table are read and written.
**
** What a table is made of is asked with PRAGMA statements, never with the
** functions pragma_table_xinfo() and so on: a hostile file can have tables of
** their names.
**
** A table is WITHOUT ROWID when the index of its PRIMARY KEY does not lead to
** the rowid, as every other index does. PRAGMA table_list would say it too,
** but goes through all tables of the file to do so.
**
** Rows are always read in the order in which they lie, so SQLite sorts
** nothing and holds nothing. The order of a WITHOUT ROWID table is that of its
** PRIMARY KEY, whose collations and directions may differ from those of the
** columns: CREATE TABLE t(a, b, PRIMARY KEY(a COLLATE nocase, b DESC)). The
** terms of the order are kept with the layout.
**
** Which column of which PRAGMA says what is on SQLite's page PRAGMA Statements
** (table_xinfo, index_list, index_xinfo). For the table above, WITHOUT ROWID,
** the statements are
**
**   SELECT "a", "b" FROM main."t" NOT INDEXED
**     ORDER BY "a" COLLATE "nocase", "b" COLLATE "BINARY" DESC
**   INSERT INTO main."t"("a", "b") VALUES(?1, ?2)
**   DELETE FROM main."t" WHERE "a" = ?1 COLLATE "nocase"
**     AND "b" = ?2 COLLATE "BINARY"
*/
#include <string.h>
#include "sql.h"
#include "layout.h"

/* A column of PRAGMA table_xinfo. */
typedef struct LayoutColumn {
  const char *zName;
  int bPlain; /* not generated, not hidden */
  int bKey;   /* of the PRIMARY KEY */
} LayoutColumn;

/* What the PRAGMAs say. */
typedef struct LayoutTable {
  int nColumn;
  LayoutColumn *aColumn; /* by cid */
  int bKeyIndex;         /* the PRIMARY KEY has an index */
  int bKeyRowid;         /* which leads to the rowid */
  int nTerm;             /* columns of that index */
  MigKeyTerm *aTerm;     /* iColumn is the cid */
} LayoutTable;

/* Is the table, by its name in any case, one of SQLite's own? It need not
** exist. */
int migLayoutSystem(const char *zTable) {
  return sqlite3_strnicmp(zTable, "sqlite_", 7) == 0;
}

/* ---- what the PRAGMAs say ---- */

/* Read the columns. The PRAGMA has no rows where there is no such table, which
** is an error: SQLITE. */
static void tableColumns(MigContext *p, const char *zTable,
                         LayoutTable *pTable) {
  sqlite3_stmt *pStmt =
      migPrepareF(p, "PRAGMA main.table_xinfo(\"%w\")", zTable);

  while (migStep(p, pStmt)) {
    int n = pTable->nColumn;
    if ((n & (n - 1)) == 0) { /* 0 or a power of two: full */
      u64 nOld = (u64)n * sizeof(LayoutColumn);
      pTable->aColumn = migGrow(p, pTable->aColumn, nOld,
                                n ? 2 * nOld : sizeof(LayoutColumn));
    }
    if (p->rc == SQLITE_OK) {
      LayoutColumn *pColumn = &pTable->aColumn[pTable->nColumn++];
      pColumn->zName = migColumnText(p, pStmt, 1);
      pColumn->bKey = sqlite3_column_int(pStmt, 5) > 0;
      pColumn->bPlain = sqlite3_column_int(pStmt, 6) == 0;
    }
  }
  migFinalize(p, pStmt);
  if (p->rc == SQLITE_OK && pTable->nColumn == 0) {
    migFail(p, MIG_SQLITE, "no such table: %s", zTable);
  }
}

/* A column that the index of the PRIMARY KEY is ordered by. */
static void termAdd(MigContext *p, LayoutTable *pTable, sqlite3_stmt *pStmt) {
  int n = pTable->nTerm;

  if ((n & (n - 1)) == 0) {
    u64 nOld = (u64)n * sizeof(MigKeyTerm);
    pTable->aTerm =
        migGrow(p, pTable->aTerm, nOld, n ? 2 * nOld : sizeof(MigKeyTerm));
  }
  if (p->rc == SQLITE_OK) {
    MigKeyTerm *pTerm = &pTable->aTerm[pTable->nTerm++];
    pTerm->iColumn = sqlite3_column_int(pStmt, 1);
    pTerm->bDesc = sqlite3_column_int(pStmt, 3);
    pTerm->zCollation = migColumnText(p, pStmt, 4);
  }
}

/* The columns of an index; bKey: it is the one of the PRIMARY KEY. */
static void indexColumns(MigContext *p, const char *zIndex, int bKey,
                         LayoutTable *pTable, MigLayout *pLayout) {
  sqlite3_stmt *pStmt =
      migPrepareF(p, "PRAGMA main.index_xinfo(\"%w\")", zIndex);

  while (migStep(p, pStmt)) {
    int iColumn = sqlite3_column_int(pStmt, 1);
    if (iColumn == -2) { /* an expression */
      pLayout->bComputed = 1;
    } else if (bKey && iColumn == -1) {
      pTable->bKeyRowid = 1;
    } else if (bKey && sqlite3_column_int(pStmt, 5) && iColumn >= 0 &&
               iColumn < pTable->nColumn) {
      termAdd(p, pTable, pStmt);
    }
  }
  migFinalize(p, pStmt);
}

/* Read the indexes, those that SQLite made included; the columns are there. */
static void tableIndexes(MigContext *p, const char *zTable, LayoutTable *pTable,
                         MigLayout *pLayout) {
  sqlite3_stmt *pStmt =
      migPrepareF(p, "PRAGMA main.index_list(\"%w\")", zTable);

  while (migStep(p, pStmt)) {
    const char *zIndex = migColumnText(p, pStmt, 1);
    const char *zOrigin = migColumnText(p, pStmt, 3);
    int bKey = zOrigin && strcmp(zOrigin, "pk") == 0;
    if (sqlite3_column_int(pStmt, 4)) {
      pLayout->bComputed = 1;
    }
    if (bKey) {
      pTable->bKeyIndex = 1;
    }
    indexColumns(p, zIndex, bKey, pTable, pLayout);
  }
  migFinalize(p, pStmt);
}

/* ---- columns ---- */

/*
** The columns of a WITHOUT ROWID table: those of the key first, each once.
** From here on the terms name them by their place. piPlace has a number for
** every cid: 0, and behind this call the place, from 1, of those of the key.
*/
static void columnsByKey(MigContext *p, const LayoutTable *pTable, int *piPlace,
                         MigLayout *pLayout) {
  int i;

  for (i = 0; i < pTable->nTerm; i++) {
    MigKeyTerm *pTerm = &pTable->aTerm[i];
    int iColumn = pTerm->iColumn;
    if (piPlace[iColumn] == 0) {
      pLayout->azColumn[pLayout->nColumn++] = pTable->aColumn[iColumn].zName;
      piPlace[iColumn] = pLayout->nColumn;
    }
    pTerm->iColumn = piPlace[iColumn] - 1;
  }
  pLayout->eKey = MIG_KEY_COLUMNS;
  pLayout->nKey = pLayout->nColumn;
  pLayout->nTerm = pTable->nTerm;
  pLayout->aTerm = pTable->aTerm;
  if (p->rc == SQLITE_OK && pTable->nTerm == 0) {
    migFail(p, MIG_SQLITE, "table %s has no key that can be read",
            pLayout->zTable);
  }
}

/* Has the table a column of this name, in any case? Then SQLite does not take
** it for that of the rowid. */
static int columnNamed(const LayoutTable *pTable, const char *zName) {
  int i;

  for (i = 0; i < pTable->nColumn; i++) {
    if (migStrICmp(pTable->aColumn[i].zName, zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/*
** The name of the rowid: the INTEGER PRIMARY KEY, which is the only key of a
** table with rowids that needs no index, or the first of SQLite's own names
** that no column has; NULL when columns have all of them. piAlias is set to the
** cid of the former, or -1. See "ROWIDs and the INTEGER PRIMARY KEY" on
** SQLite's page CREATE TABLE.
*/
static const char *rowidName(const LayoutTable *pTable, int *piAlias) {
  static const char *const azName[] = {"rowid", "_rowid_", "oid"};
  int i;

  *piAlias = -1;
  for (i = 0; i < pTable->nColumn && !pTable->bKeyIndex; i++) {
    if (pTable->aColumn[i].bKey) {
      *piAlias = i;
      return pTable->aColumn[i].zName;
    }
  }
  for (i = 0; i < 3; i++) {
    if (!columnNamed(pTable, azName[i])) {
      return azName[i];
    }
  }
  return 0;
}

/* Put the columns of a table in the order they are stored in. */
static void layoutFill(MigContext *p, const LayoutTable *pTable,
                       MigLayout *pLayout) {
  int *piPlace = migAlloc(p, (u64)pTable->nColumn * sizeof(int));
  int iAlias = -1;
  int i;

  pLayout->azColumn = migAlloc(p, (u64)pTable->nColumn * sizeof(char *));
  if (p->rc) {
    return;
  }
  if (pTable->bKeyIndex && !pTable->bKeyRowid) {
    columnsByKey(p, pTable, piPlace, pLayout);
  } else {
    pLayout->zRowid = rowidName(pTable, &iAlias);
  }
  for (i = 0; i < pTable->nColumn; i++) {
    if (!pTable->aColumn[i].bPlain) {
      pLayout->bComputed = 1; /* it is generated: no virtual table comes here */
    } else if (i != iAlias && piPlace[i] == 0) {
      pLayout->azColumn[pLayout->nColumn++] = pTable->aColumn[i].zName;
    }
  }
  if (pLayout->nColumn >= sqlite3_limit(p->db, SQLITE_LIMIT_COLUMN, -1)) {
    pLayout->zRowid = 0; /* no statement could have so many columns */
    if (iAlias >= 0) {
      migFail(p, MIG_UNSUPPORTED,
              "table %s has more columns than SQLITE_LIMIT_COLUMN of this"
              " connection; raise that",
              pLayout->zTable);
    }
  }
  if (pLayout->eKey == MIG_KEY_ROWID && pLayout->zRowid == 0) {
    pLayout->eKey = MIG_KEY_NONE;
  }
}

/*
** Find out how to read and write the rows of table zTable of schema main of
** p->db, which is no view and no virtual table. zTable, in any case, must live
** as long as the layout; all else is in the arena. SQLITE when there is no such
** table, or its key cannot be read; UNSUPPORTED when the connection could not
** read all columns at once. After failure pLayout means nothing. No
** transaction is needed; the layout holds until the schema changes.
*/
void migLayoutRead(MigContext *p, const char *zTable, MigLayout *pLayout) {
  LayoutTable table;

  memset(pLayout, 0, sizeof(*pLayout));
  memset(&table, 0, sizeof(table));
  pLayout->zTable = zTable;
  tableColumns(p, zTable, &table);
  tableIndexes(p, zTable, &table, pLayout);
  if (p->rc == SQLITE_OK) {
    layoutFill(p, &table, pLayout);
  }
}

/* ---- statements ---- */

/* The columns as a list, that of the rowid first: what migLayoutScan() reads
** and migLayoutInsert() writes. */
static void columnList(MigContext *p, const MigLayout *pLayout, MigText *pSql) {
  const char *zComma = "";
  int i;

  if (pLayout->zRowid) {
    migTextF(p, pSql, "\"%w\"", pLayout->zRowid);
    zComma = ", ";
  }
  for (i = 0; i < pLayout->nColumn; i++) {
    migTextF(p, pSql, "%s\"%w\"", zComma, pLayout->azColumn[i]);
    zComma = ", ";
  }
}

/*
** A SELECT of all rows in the order of their keys, or of those for which zWhere
** is true (an expression that our code has made; NULL: all). For MIG_KEY_ROWID
** result column 0 is the rowid and the stored columns follow; else they begin
** at 0. The text is in the arena, NULL after an error, as are those of the
** functions below.
**
** NOT INDEXED keeps SQLite from walking along an index that has all columns.
** Where the rowid has no name no order can be asked for, and what comes is the
** order of the table (if PRAGMA reverse_unordered_selects is off: scan.c).
*/
char *migLayoutScan(MigContext *p, const MigLayout *pLayout,
                    const char *zWhere) {
  MigText sql = {0, 0, 0};
  int i;

  migTextStr(p, &sql, "SELECT ");
  columnList(p, pLayout, &sql);
  migTextF(p, &sql, " FROM main.\"%w\" NOT INDEXED", pLayout->zTable);
  if (zWhere) {
    migTextF(p, &sql, " WHERE %s", zWhere); /* sql-ok: made by our code */
  }
  if (pLayout->zRowid) {
    migTextF(p, &sql, " ORDER BY \"%w\"", pLayout->zRowid);
  }
  for (i = 0; i < pLayout->nTerm; i++) {
    const MigKeyTerm *pTerm = &pLayout->aTerm[i];
    migTextF(p, &sql, "%s\"%w\" COLLATE \"%w\"%s", i ? ", " : " ORDER BY ",
             pLayout->azColumn[pTerm->iColumn], pTerm->zCollation,
             pTerm->bDesc ? " DESC" : "");
  }
  return sql.z;
}

/* An INSERT whose parameters are the result columns of migLayoutScan(), from ?1
** on. The rows of MIG_KEY_NONE get rowids of SQLite's choice: in the order in
** which they are inserted. Callers rely on the parameters being the last thing
** in parentheses. */
char *migLayoutInsert(MigContext *p, const MigLayout *pLayout) {
  MigText sql = {0, 0, 0};
  int n = pLayout->nColumn + (pLayout->zRowid != 0);
  int i;

  migTextF(p, &sql, "INSERT INTO main.\"%w\"(", pLayout->zTable);
  columnList(p, pLayout, &sql);
  migTextStr(p, &sql, ") VALUES(");
  for (i = 1; i <= n; i++) {
    migTextF(p, &sql, "%s?%d", i > 1 ? ", " : "", i);
  }
  migTextStr(p, &sql, ")");
  return sql.z;
}

/* Add what stands behind WHERE to name the row with the key in ?1 and on;
** nothing for MIG_KEY_NONE. A column of the key that has several terms must
** equal its parameter under the collation of each. */
void migLayoutWhere(MigContext *p, const MigLayout *pLayout, MigText *pSql) {
  int i;

  if (pLayout->zRowid) {
    migTextF(p, pSql, "\"%w\" = ?1", pLayout->zRowid);
  }
  for (i = 0; i < pLayout->nTerm; i++) {
    const MigKeyTerm *pTerm = &pLayout->aTerm[i];
    migTextF(p, pSql, "%s\"%w\" = ?%d COLLATE \"%w\"", i ? " AND " : "",
             pLayout->azColumn[pTerm->iColumn], pTerm->iColumn + 1,
             pTerm->zCollation);
  }
}

/*
** A DELETE of one row: ?1 is its rowid, or ?1 and on the values of its key
** columns. They are compared as the key compares them, so that its index is
** used, and the row that would be in the way of another one is found. NULL
** for MIG_KEY_NONE, where no row can be named.
*/
char *migLayoutDelete(MigContext *p, const MigLayout *pLayout) {
  MigText sql = {0, 0, 0};

  if (pLayout->eKey == MIG_KEY_NONE) {
    return 0;
  }
  migTextF(p, &sql, "DELETE FROM main.\"%w\" WHERE ", pLayout->zTable);
  migLayoutWhere(p, pLayout, &sql);
  return sql.z;
}
