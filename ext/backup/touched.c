/*
** touched.c - copy on first write: only the tables that a run writes.
**
** Before a statement of a script is stepped, every table of main that it may
** write, drop or define anew goes into the backup with the rows it has now.
** What a statement may write:
**   - what its EXPLAIN tells (store/writeset.c), triggers and foreign-key
**     actions included. That it changes an index only does not count;
**   - by name, the table of an ALTER TABLE or DROP TABLE. A renamed table or
**     column changes the definition of the tables that refer to it too;
**   - the shadow tables of a virtual table. Those of the modules that
**     migModuleKnown() knows write nothing else; any other one may do anything;
**   - a function that is not SQLite's own may do anything as well.
** Where anything is possible, all tables go in before the statement is
** stepped, and the backup is a full one from then on. sqlite_sequence and the
** tables of ANALYZE are in it from the start. A restore puts back the marks of
** the tables that are in the backup; a script, trigger or view that names
** sqlite_sequence may change those of others, so all tables go in then.
**
** The backup writes to our own tables in the middle of a script. So that the
** script does not notice, last_insert_rowid() is put back afterwards. What
** changes() and total_changes() return cannot be: where a script, trigger or
** view calls one of them, all tables go in before the script begins.
**
** An EXPLAIN costs less than a tenth of a millisecond. Statement by statement
** the root pages that were seen are remembered, until the schema may have
** changed, so that a script of many INSERTs costs no more than that.
**
** What the statements of a script do, for a trigger tr on t that writes log:
**
**   INSERT INTO t VALUES(1)      t and log go into the backup
**   UPDATE t SET a = 2           nothing: both root pages are known
**   CREATE INDEX i ON t(a)       nothing: no row changes
**   ALTER TABLE u RENAME TO v    u, and the tables that refer to u
**   SELECT f(a) FROM t           all tables, when f() is the application's
**
** The doubt always goes to the side of more: a table in the backup that nothing
** writes costs time, one that is missing could not be restored. EXPLAIN tells
** of the schema as it is, so nothing may change that between migTouchedBefore()
** and the step.
*/
#include <string.h>
#include "sql.h"
#include "writeset.h"
#include "objects.h"
#include "touched.h"

static const char zKept[] =
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name IN("
    "'sqlite_sequence', 'sqlite_stat1', 'sqlite_stat3', 'sqlite_stat4')"
    " ORDER BY rowid";
static const char zTexts[] =
    "SELECT sql FROM main.sqlite_schema WHERE name <> 'sqlite_sequence'"
    " UNION ALL"
    " SELECT sql FROM temp.sqlite_schema WHERE name <> 'sqlite_sequence'";
static const char zTable[] =
    "SELECT name, coalesce(rootpage, 0) = 0, sql FROM main.sqlite_schema"
    " WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
static const char zVirtuals[] = "SELECT sql FROM main.sqlite_schema"
                                " WHERE type = 'table' AND"
                                " coalesce(rootpage, 0) = 0"
                                " ORDER BY rowid";
static const char zOrdinary[] = "SELECT name, sql FROM main.sqlite_schema"
                                " WHERE type = 'table' AND rootpage > 0"
                                " ORDER BY rowid";

/* Put a table into the backup, and with a part of a virtual table all the
** others: they only fit together. No-op for one that is in it, and for one that
** was not there when the backup was begun: it has no rows from before. Names
** are compared as SQLite does. */
static void oneTouch(MigContext *p, MigTouched *pTouched, const char *zName) {
  MigBackup *pBackup = pTouched->pBackup;
  const MigManifest *pManifest = &pBackup->manifest;
  const MigObject *pObject = migManifestObject(pManifest, "table", zName);
  int i;

  if (pObject == 0 || migManifestTable(pManifest, zName)) {
    return;
  }
  migBackupTable(p, pBackup, zName);
  for (i = 0; pObject->zVirtual && i < pManifest->nObject; i++) {
    const MigObject *pOther = &pManifest->aObject[i];
    if (pOther->zVirtual && strcmp(pOther->zVirtual, pObject->zVirtual) == 0) {
      migBackupTable(p, pBackup, pOther->zName);
    }
  }
}

/* Put each table of a list into the backup. SQLite's own ones are in it since
** the beginning, or were made by the run. */
static void listTouch(MigContext *p, MigTouched *pTouched,
                      const MigList *pList) {
  int i;

  for (i = 0; i < pList->n && p->rc == SQLITE_OK; i++) {
    if (!migLayoutSystem(pList->az[i])) {
      oneTouch(p, pTouched, pList->az[i]);
    }
  }
}

/* Put all tables into the backup, which is a full one from now on: all other
** calls become no-ops. Not by migBackupAllTables(), which would take a
** sqlite_sequence that only the run has made. */
static void allTouch(MigContext *p, MigTouched *pTouched) {
  MigList list = migBackupTableNames(p);

  listTouch(p, pTouched, &list);
  pTouched->pBackup->manifest.bPartial = 0;
  pTouched->bAll = 1;
}

/* ---- functions ---- */

/* Is z in a list sorted by bytes? Unlike migListHas() it halves the list. */
static int listHas(const MigList *pList, const char *z) {
  int iLow = 0;
  int iHigh = pList->n;

  while (iLow < iHigh) {
    int iMid = iLow + (iHigh - iLow) / 2;
    int c = strcmp(z, pList->az[iMid]);
    if (c == 0) {
      return 1;
    }
    if (c < 0) {
      iHigh = iMid;
    } else {
      iLow = iMid + 1;
    }
  }
  return 0;
}

/* Read which functions are SQLite's own, once a run. A name counts only when
** nobody has registered a function under it, with whatever number of arguments.
** Where SQLite cannot list functions (SQLITE_OMIT_INTROSPECTION_PRAGMAS), none
** does. The names of both, and those in EXPLAIN, are in lower case. PRAGMA
** function_list: column 0 is the name, column 1 whether it is built in. */
static void builtinRead(MigContext *p, MigTouched *pTouched) {
  sqlite3_stmt *pStmt;
  MigList own = {0, 0};
  MigList other = {0, 0};
  int i;

  if (pTouched->bListed) {
    return;
  }
  pStmt = migPrepare(p, "PRAGMA function_list");
  while (migStep(p, pStmt)) {
    migListAdd(p, sqlite3_column_int(pStmt, 1) ? &own : &other,
               migColumnText(p, pStmt, 0));
  }
  migFinalize(p, pStmt);
  if (p->rc == SQLITE_OK) {
    migListSort(&own);
    migListSort(&other);
  }
  for (i = 0; i < own.n && p->rc == SQLITE_OK; i++) {
    if ((i == 0 || strcmp(own.az[i], own.az[i - 1])) &&
        !listHas(&other, own.az[i])) {
      migListAdd(p, &pTouched->builtin, own.az[i]);
    }
  }
  pTouched->bListed = p->rc == SQLITE_OK;
}

/* Does the statement call a function of which we do not know what it does?
** ALTER TABLE has functions of its own, sqlite_..., which no list names;
** migrate_table() announces what it touches itself. load_extension() is
** SQLite's own and may do anything. */
static int callsOther(const MigTouched *pTouched, const MigStatement *pSt,
                      const MigWriteset *pSet) {
  int i;

  for (i = 0; i < pSet->calls.n; i++) {
    const char *z = pSet->calls.az[i];
    if ((pSt->eKind == MIG_ST_ALTER_TABLE && migLayoutSystem(z)) ||
        strcmp(z, "migrate_table") == 0) {
      continue;
    }
    if (!listHas(&pTouched->builtin, z) || strcmp(z, "load_extension") == 0) {
      return 1;
    }
  }
  return 0;
}

/* Are the bytes of zWord, a letter first, in the n bytes of the text, in either
** case? Also within a longer word, or a comment: a quick look before a slow
** one. The first byte is compared without the bit that tells upper from lower
** case. */
static int mentions(const char *z, i64 n, const char *zWord) {
  i64 nWord = (i64)strlen(zWord);
  i64 i;

  for (i = 0; i + nWord <= n; i++) {
    if (((z[i] ^ zWord[0]) & ~0x20) == 0 &&
        sqlite3_strnicmp(z + i, zWord, (int)nWord) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Does a text call changes() or total_changes(), or name sqlite_sequence? z may
** be NULL. A call is the name, in any quotes, and a pair of parentheses; of
** sqlite_sequence it is enough that the bytes are there. */
static int wantsAll(const char *z, i64 n) {
  MigToken aLast[3]; /* the last three tokens */
  i64 i = 0;

  if (z && mentions(z, n, "sqlite_sequence")) {
    return 1;
  }
  if (z == 0 || !mentions(z, n, "changes")) {
    return 0;
  }
  memset(aLast, 0, sizeof(aLast)); /* of type MIG_TK_END */
  do {
    aLast[0] = aLast[1];
    aLast[1] = aLast[2];
    i = migTokenSignificant(z, n, i, &aLast[2]);
    if (aLast[2].eType == MIG_TK_RP && aLast[1].eType == MIG_TK_LP &&
        (migTokenNameIs(z, &aLast[0], "changes") ||
         migTokenNameIs(z, &aLast[0], "total_changes"))) {
      return 1;
    }
  } while (aLast[2].eType != MIG_TK_END);
  return 0;
}

/* The same for everything in the schemas main and TEMP. */
static int schemaWantsAll(MigContext *p) {
  sqlite3_stmt *pStmt = migPrepare(p, zTexts);
  int bFound = 0;

  while (!bFound && migStep(p, pStmt)) {
    bFound = wantsAll((const char *)sqlite3_column_text(pStmt, 0),
                      sqlite3_column_bytes(pStmt, 0));
  }
  migFinalize(p, pStmt);
  return bFound;
}

/* ---- virtual tables ---- */

/* Put the shadow tables of a virtual table, or of all (NULL), into the backup:
** those that SQLite takes for such, and whose name begins with that of the
** virtual table and an underscore. The PRAGMA, because a table of the file can
** take the name of its table-valued function. */
static void shadowsTouch(MigContext *p, MigTouched *pTouched,
                         const char *zVirtual) {
  sqlite3_stmt *pStmt = migPrepare(p, "PRAGMA main.table_list");
  int n = zVirtual ? (int)strlen(zVirtual) : 0;
  MigList list = {0, 0};

  while (migStep(p, pStmt)) {
    char *zName = migColumnText(p, pStmt, 1);
    char *zType = migColumnText(p, pStmt, 2);
    if (zName && zType && strcmp(zType, "shadow") == 0 &&
        (zVirtual == 0 ||
         (sqlite3_strnicmp(zName, zVirtual, n) == 0 && zName[n] == '_'))) {
      migListAdd(p, &list, zName);
    }
  }
  migFinalize(p, pStmt);
  listTouch(p, pTouched, &list);
}

/* Any virtual table of main may be written: all their shadow tables go in, or
** all tables when there is one of a module that is not known. */
static void virtualsTouch(MigContext *p, MigTouched *pTouched) {
  sqlite3_stmt *pStmt = migPrepare(p, zVirtuals);
  int bKnown = 1;

  while (bKnown && migStep(p, pStmt)) {
    const char *z = (const char *)sqlite3_column_text(pStmt, 0);
    bKnown = z && migModuleKnown(z, sqlite3_column_bytes(pStmt, 0));
  }
  migFinalize(p, pStmt);
  if (bKnown) {
    shadowsTouch(p, pTouched, 0);
  } else {
    allTouch(p, pTouched);
  }
}

/* ---- tables by name ---- */

/* A table of main. */
typedef struct Table {
  char *zName; /* as the schema spells it; NULL: there is none */
  int bVirtual;
  int bKnown; /* virtual, and its module is known */
} Table;

/* Look a table up, by a name in any case or NULL; zName is NULL when there is
** none. A view is none. */
static Table tableFind(MigContext *p, const char *zName) {
  sqlite3_stmt *pStmt = migPrepare(p, zTable);
  Table table = {0, 0, 0};

  migBindText(p, pStmt, 1, zName);
  if (zName && migStep(p, pStmt)) {
    const char *zSql = (const char *)sqlite3_column_text(pStmt, 2);
    table.zName = migColumnText(p, pStmt, 0);
    table.bVirtual = sqlite3_column_int(pStmt, 1);
    table.bKnown = table.bVirtual && zSql &&
                   migModuleKnown(zSql, sqlite3_column_bytes(pStmt, 2));
  }
  migFinalize(p, pStmt);
  return table;
}

/* Put the whole of one table into the backup: of a virtual one what holds its
** rows, which for a module that is not known may be anything. */
static void tableTouch(MigContext *p, MigTouched *pTouched,
                       const Table *pTable) {
  if (pTable->bVirtual && !pTable->bKnown) {
    allTouch(p, pTouched);
  } else if (pTable->bVirtual) {
    shadowsTouch(p, pTouched, pTable->zName);
  } else {
    oneTouch(p, pTouched, pTable->zName);
  }
}

/* Does the CREATE text refer to a table by a foreign key? That is the name
** behind REFERENCES, which has no schema. z may be NULL. */
static int refersTo(const char *z, i64 n, const char *zName) {
  MigToken token = {MIG_TK_END, 0, 0};
  i64 i = 0;

  if (z == 0 || !mentions(z, n, "references")) {
    return 0;
  }
  do {
    int bNext = migTokenIs(z, &token, "references");
    i = migTokenSignificant(z, n, i, &token);
    if (bNext && migTokenNameIs(z, &token, zName)) {
      return 1;
    }
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Put the tables of main that refer to zName into the backup: a rename is
** written into their definition, and a restore needs their rows to make them
** anew. */
static void referringTouch(MigContext *p, MigTouched *pTouched,
                           const char *zName) {
  sqlite3_stmt *pStmt = migPrepare(p, zOrdinary);
  MigList list = {0, 0};

  while (migStep(p, pStmt)) {
    if (refersTo((const char *)sqlite3_column_text(pStmt, 1),
                 sqlite3_column_bytes(pStmt, 1), zName)) {
      migListAdd(p, &list, migColumnText(p, pStmt, 0));
    }
  }
  migFinalize(p, pStmt);
  listTouch(p, pTouched, &list);
}

/* Put the table that an ALTER TABLE or DROP TABLE names into the backup;
** nothing when it is not one of main. */
static void namedTouch(MigContext *p, MigTouched *pTouched, const char *z,
                       const MigStatement *pSt) {
  Table table = tableFind(p, migWritesetTarget(p, z, pSt));

  if (pSt->name.eType == MIG_TK_END) {
    /* unreached: a text that SQLite can read and we cannot */
    allTouch(p, pTouched);
  }
  if (table.zName && !pTouched->bAll) {
    tableTouch(p, pTouched, &table);
    if (pSt->eAlter == MIG_ALTER_RENAME_TABLE ||
        pSt->eAlter == MIG_ALTER_RENAME_COLUMN) {
      referringTouch(p, pTouched, table.zName);
    }
  }
}

/* ---- what EXPLAIN tells ---- */

/*
** A virtual table is written, EXPLAIN does not say which: the statement's own,
** or one of a trigger. When the statement names a virtual table of main it is
** that one. When it names an ordinary table or a view, its triggers do it, so
** it may be any of main. A name that is neither is one of TEMP, or a virtual
** table without CREATE, of whose module nothing is known.
*/
static void updateTouch(MigContext *p, MigTouched *pTouched, const char *z,
                        const MigStatement *pSt) {
  int bPlain = pSt->schema.eType == MIG_TK_END;
  char *zName;
  Table table;

  if (bPlain && pTouched->zKnown &&
      migTokenNameIs(z, &pSt->name, pTouched->zKnown)) {
    return;
  }
  zName = migWritesetTarget(p, z, pSt);
  table = tableFind(p, zName);
  if (table.bVirtual) {
    tableTouch(p, pTouched, &table);
  } else if (zName && (table.zName ||
                       migQueryInt(p, 0,
                                   "SELECT 1 FROM main.sqlite_schema WHERE"
                                   " type='view' AND name=%Q COLLATE NOCASE",
                                   zName))) {
    virtualsTouch(p, pTouched);
  } else {
    allTouch(p, pTouched); /* in TEMP, or of a module without CREATE */
  }
  pTouched->zKnown = bPlain ? zName : 0;
}

/* Does this root page need no looking at? Page 1 is sqlite_schema, and 0 stands
** for a schema that is written: no rows of a table. */
static int rootKnown(const MigTouched *pTouched, i64 iRoot) {
  int i;

  for (i = 0; i < pTouched->nKnown; i++) {
    if (pTouched->aiKnown[i] == iRoot) {
      return 1;
    }
  }
  return iRoot <= 1;
}

/* Remember a root page, until schemaForget(). */
static void rootKeep(MigContext *p, MigTouched *pTouched, i64 iRoot) {
  int n = pTouched->nKnown;

  if ((n & (n - 1)) == 0) { /* 0 or a power of two: full */
    u64 nOld = (u64)n * sizeof(i64);
    pTouched->aiKnown =
        migGrow(p, pTouched->aiKnown, nOld, n ? 2 * nOld : sizeof(i64));
  }
  if (p->rc == SQLITE_OK) {
    pTouched->aiKnown[pTouched->nKnown++] = iRoot;
  }
}

/* Put the tables of main whose root pages, or those of their indexes, are
** written into the backup. Where all pages are known the schema is not read. */
static void rootsTouch(MigContext *p, MigTouched *pTouched,
                       const MigWriteset *pSet) {
  MigList list;
  int bNew = 0;
  int i;

  for (i = 0; i < pSet->nWrite && p->rc == SQLITE_OK; i++) {
    const MigWrite *pWrite = &pSet->aWrite[i];
    if (pWrite->iSchema == 0 && !rootKnown(pTouched, pWrite->iRoot)) {
      rootKeep(p, pTouched, pWrite->iRoot);
      bNew = 1;
    }
  }
  if (bNew) {
    list = migWritesetTables(p, pSet);
    listTouch(p, pTouched, &list);
  }
}

/* Can the schema, and with it the meaning of root pages, be another one after
** the statement? */
static int changesSchema(const MigStatement *pSt) {
  return pSt->eKind != MIG_ST_SELECT && pSt->eKind != MIG_ST_VALUES &&
         pSt->eKind != MIG_ST_INSERT && pSt->eKind != MIG_ST_UPDATE &&
         pSt->eKind != MIG_ST_DELETE;
}

/* Does the statement leave the rows of all tables as they are, whatever it
** opens? An index is made anew by a restore. */
static int keepsRows(const MigStatement *pSt) {
  return pSt->eKind == MIG_ST_CREATE_INDEX || pSt->eKind == MIG_ST_DROP_INDEX ||
         pSt->eKind == MIG_ST_REINDEX;
}

/* Forget what only holds for the schema as it is. The memory is the arena's. */
static void schemaForget(MigTouched *pTouched) {
  pTouched->nKnown = 0;
  pTouched->aiKnown = 0;
  pTouched->zKnown = 0;
}

/* Put into the backup what a statement touches: by what EXPLAIN tells, and
** where that says too little by the statement's text. */
static void statementTouch(MigContext *p, MigTouched *pTouched, const char *z,
                           const MigStatement *pSt, sqlite3_stmt *pStmt) {
  MigWriteset set;

  migWritesetRead(p, pStmt, &set);
  if (p->rc) {
    return;
  }
  if (!set.bKnown || callsOther(pTouched, pSt, &set) ||
      (pSt->eKind == MIG_ST_CREATE_VIRTUAL &&
       !migModuleKnown(z + pSt->iStart, pSt->nByte))) {
    allTouch(p, pTouched);
    return;
  }
  if (pSt->eKind == MIG_ST_ALTER_TABLE || pSt->eKind == MIG_ST_DROP_TABLE) {
    namedTouch(p, pTouched, z, pSt);
  }
  if (set.bVirtual && !pTouched->bAll) {
    updateTouch(p, pTouched, z, pSt);
  }
  if (!keepsRows(pSt) && !pTouched->bAll) {
    rootsTouch(p, pTouched, &set);
  }
}

/* ---- the run ---- */

/* The script is not to see what was written since: the rowid inserted last is
** put back to iRowid, the rows that total_changes() counts since nBefore are
** added up. */
static void countsRestore(MigContext *p, MigTouched *pTouched, i64 iRowid,
                          i64 nBefore) {
  pTouched->nChange += sqlite3_total_changes64(p->db) - nBefore;
  sqlite3_set_last_insert_rowid(p->db, iRowid);
}

/*
** Begin to watch a run. pBackup was begun, and stays the caller's; it must live
** as long as pTouched is used, or pTouched->pBackup be set to NULL. Tables that
** nothing announces are put into it: SQLite's own; and all, when the schema has
** something that asks for that. The caller holds the write transaction. Errors
** are those of migBackupTable().
*/
void migTouchedStart(MigContext *p, MigTouched *pTouched, MigBackup *pBackup) {
  sqlite3_stmt *pStmt = migPrepare(p, zKept);
  MigList list = {0, 0};
  int i;

  memset(pTouched, 0, sizeof(*pTouched));
  pTouched->pBackup = pBackup;
  while (migStep(p, pStmt)) {
    migListAdd(p, &list, migColumnText(p, pStmt, 0));
  }
  migFinalize(p, pStmt);
  for (i = 0; i < list.n && p->rc == SQLITE_OK; i++) {
    migBackupTable(p, pBackup, list.az[i]);
  }
  if (schemaWantsAll(p)) {
    allTouch(p, pTouched);
  }
}

/* A script of n bytes is about to begin: all tables go into the backup when it
** could notice that backups are written in its midst. No-op without a backup
** and after an error. */
void migTouchedScript(MigContext *p, MigTouched *pTouched, const char *z,
                      i64 n) {
  if (p->rc == SQLITE_OK && pTouched->pBackup && !pTouched->bAll &&
      wantsAll(z, n)) {
    i64 iRowid = sqlite3_last_insert_rowid(p->db);
    i64 nBefore = sqlite3_total_changes64(p->db);
    allTouch(p, pTouched);
    countsRestore(p, pTouched, iRowid, nBefore);
  }
}

/*
** The prepared statement pStmt, read from the script z as pSt, is about to be
** stepped: put into the backup what it touches. last_insert_rowid() is as
** before. Errors are those of the backup: the statement must then not be
** stepped. No-op without a backup, and when all tables are in it.
*/
void migTouchedBefore(MigContext *p, MigTouched *pTouched, const char *z,
                      const MigStatement *pSt, sqlite3_stmt *pStmt) {
  i64 iRowid = sqlite3_last_insert_rowid(p->db);
  i64 nBefore = sqlite3_total_changes64(p->db);
  MigMark mark;
  int nTable;
  int nKnown;
  const char *zKnown;

  if (p->rc || pTouched->pBackup == 0 || pTouched->bAll) {
    return;
  }
  if (changesSchema(pSt)) {
    schemaForget(pTouched);
  }
  if (pSt->eKind == MIG_ST_PRAGMA || pSt->eKind == MIG_ST_ANALYZE ||
      pSt->eKind == MIG_ST_EXPLAIN) {
    return; /* ANALYZE writes only what is in the backup already */
  }
  builtinRead(p, pTouched); /* before the mark: it stays */
  mark = migArenaMark(p);
  nTable = pTouched->pBackup->manifest.nTable;
  nKnown = pTouched->nKnown;
  zKnown = pTouched->zKnown;
  statementTouch(p, pTouched, z, pSt, pStmt);
  countsRestore(p, pTouched, iRowid, nBefore);
  if (nTable == pTouched->pBackup->manifest.nTable &&
      nKnown == pTouched->nKnown && zKnown == pTouched->zKnown) {
    migArenaRelease(p, mark); /* nothing was kept: scripts can be long */
  }
  if (changesSchema(pSt)) {
    schemaForget(pTouched);
  }
}

/*
** Table zName of main is about to get another definition: put it, and the
** tables that refer to it, into the backup. A virtual one is about to be filled
** anew. The name may be in any case, and of a table that is not there. The
** schema may change behind this without another announcement. Errors are those
** of the backup.
*/
void migTouchedTable(MigContext *p, MigTouched *pTouched, const char *zName) {
  Table table;
  i64 iRowid = sqlite3_last_insert_rowid(p->db);
  i64 nBefore = sqlite3_total_changes64(p->db);

  if (p->rc || pTouched->pBackup == 0 || pTouched->bAll) {
    return;
  }
  schemaForget(pTouched);
  table = tableFind(p, zName);
  if (table.zName) {
    tableTouch(p, pTouched, &table);
  }
  referringTouch(p, pTouched, zName);
  countsRestore(p, pTouched, iRowid, nBefore);
}
