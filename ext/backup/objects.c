/*
** objects.c - tables, indexes, views and triggers: dropped, made, compared.
**
** An object is made by the text that SQLite has stored for it. In front of its
** name the schema is put, because a TEMP object of the connection may have the
** same name; SQLite leaves the schema out of what it stores, so the text stays
** the same to the byte. That, and that nothing else is there, is looked up
** when all is done (migObjectsCheck).
**
** Texts come from files that others may have made, and CREATE statements can do
** more than create. So a text is only run when it is one CREATE statement of
** the kind and name that the object is listed under, and names no schema.
**
** Each change of the schema expires the statements that undo the transaction,
** so it is armed again after each. Where pTx is NULL there is no transaction of
** that kind: the database is a file being written, which is thrown away after a
** failure. Everywhere the schema meant is main of p->db.
**
** The order, for schemas to come back whole: migObjectsDrop(), then
** migObjectsMakeTables(), rows, migObjectsMakeRest(), migObjectsMakeSystem(),
** rows of SQLite's own tables, migObjectsCheck().
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "statement.h"
#include "objects.h"

static const char zTemp[] =
    "SELECT type, name, tbl_name, sql FROM temp.sqlite_schema"
    " ORDER BY rowid";

/* ---- changes of the schema ---- */

/* The schema has changed, and functions and collations may have been called for
** it: SQLITE when they have ended the transaction. pTx may be NULL. */
static void armAgain(MigContext *p, MigTransaction *pTx) {
  migTransactionCheck(p, pTx, "a function or collation of the schema");
  if (pTx) {
    migTransactionArm(p, pTx);
  }
}

/* SQLite refused, with rc, to make or drop an object; zDoing is "made" or
** "dropped". UNSUPPORTED when the connection lacks something, which only the
** words of the message tell; SCHEMA_MISMATCH for other reasons in the
** statement; else what SQLite reports (memory, disk, locks). */
static void objectFail(MigContext *p, const MigTransaction *pTx,
                       const MigObject *pObject, const char *zDoing, int rc) {
  static const char *const azLacks[] = {
      "no such module: ", "no such function: ", "unknown function: ",
      "no such collation sequence: "};
  const char *zWhy = sqlite3_errmsg(p->db);
  size_t i;

  if (rc != SQLITE_ERROR && (rc & 0xff) != SQLITE_CONSTRAINT) {
    migFailDb(p, rc);
    return;
  }
  for (i = 0; i < sizeof(azLacks) / sizeof(azLacks[0]); i++) {
    if (strncmp(zWhy, azLacks[i], strlen(azLacks[i])) == 0) {
      migFailRc(p, rc, MIG_UNSUPPORTED, "%s %s cannot be %s: %s%s",
                pObject->zType, pObject->zName, zDoing, zWhy,
                pTx ? "; load what has it into this connection" : "");
    }
  }
  migFailRc(p, rc, MIG_SCHEMA_MISMATCH, "%s %s cannot be %s: %s",
            pObject->zType, pObject->zName, zDoing, zWhy);
}

/* Run one statement that changes the schema, for the sake of pObject, and arm
** the transaction again. That the statement has a row is no error. */
static void changeRun(MigContext *p, MigTransaction *pTx,
                      const MigObject *pObject, const char *zDoing,
                      const char *zSql) {
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc) {
    return;
  }
  rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(pStmt);
    rc = rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
  }
  if (rc) {
    objectFail(p, pTx, pObject, zDoing, rc);
  }
  sqlite3_finalize(pStmt);
  armAgain(p, pTx);
}

/* ---- dropping ---- */

/* Drop one item, unless it goes with what it is on. A shadow table may be gone
** with its virtual table by now. */
static void itemDrop(MigContext *p, MigTransaction *pTx, const MigItems *pItems,
                     const MigItem *pItem) {
  static const char *const azType[] = {"TABLE", "TABLE", "INDEX", "VIEW",
                                       "TRIGGER"};
  MigMark mark = migArenaMark(p);

  if (pItem->iTable < 0 || !pItems->a[pItem->iTable].bGo) {
    changeRun(p, pTx, pItem->pObject, "dropped",
              migPrintf(p, "DROP %s%s main.\"%w\"", /* sql-ok: from above */
                        azType[pItem->eKind],
                        pItem->eKind == MIG_ITEM_TABLE ? " IF EXISTS" : "",
                        pItem->pObject->zName));
  }
  migArenaRelease(p, mark);
}

/*
** Drop the items with bGo, which are of schema main as it is. What hangs on a
** table goes with it, and so do the tables of a virtual one; that comes before
** tables, so that its module still finds them. Triggers and foreign keys are
** off. The caller holds the write transaction. Errors: SCHEMA_MISMATCH,
** UNSUPPORTED when a module is not there, SQLITE; after one some are dropped.
*/
void migObjectsDrop(MigContext *p, MigTransaction *pTx,
                    const MigItems *pItems) {
  static const MigItemKind aeOrder[] = {MIG_ITEM_TRIGGER, MIG_ITEM_VIEW,
                                        MIG_ITEM_INDEX, MIG_ITEM_VIRTUAL,
                                        MIG_ITEM_TABLE};
  size_t k;
  int i;

  for (k = 0; k < sizeof(aeOrder) / sizeof(aeOrder[0]); k++) {
    for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
      if (pItems->a[i].bGo && pItems->a[i].eKind == aeOrder[k]) {
        itemDrop(p, pTx, pItems, &pItems->a[i]);
      }
    }
  }
}

/* ---- making ---- */

/* Is the text one CREATE statement for the object that the item names, with
** that name to the byte, without a schema and with nothing behind? Its parts
** are put into pSt. SQLite never stores CREATE TABLE ... AS SELECT, which would
** run what it selects: behind the name of a table stands a parenthesis. */
static int textFits(MigContext *p, const MigItem *pItem, MigStatement *pSt) {
  static const MigKind aeKind[] = {MIG_ST_CREATE_TABLE, MIG_ST_CREATE_VIRTUAL,
                                   MIG_ST_CREATE_INDEX, MIG_ST_CREATE_VIEW,
                                   MIG_ST_CREATE_TRIGGER};
  const char *z = pItem->pObject->zSql;
  i64 n = (i64)strlen(z);
  MigToken token;
  char *zName;

  migStatementRead(z, n, 0, pSt);
  zName = migTokenName(p, z, &pSt->name);
  if (pItem->eKind == MIG_ITEM_TABLE) {
    migTokenSignificant(z, n, pSt->name.iStart + pSt->name.n, &token);
    if (token.eType != MIG_TK_LP) {
      return 0;
    }
  }
  migTokenSignificant(z, n, pSt->iStart + pSt->nByte, &token);
  return pSt->eKind == aeKind[pItem->eKind] && zName &&
         strcmp(zName, pItem->pObject->zName) == 0 &&
         pSt->schema.eType == MIG_TK_END && token.eType == MIG_TK_END;
}

/* The stored text of an object cannot be run: SCHEMA_MISMATCH. */
static void textFail(MigContext *p, const MigObject *pObject) {
  migFail(p, MIG_SCHEMA_MISMATCH,
          "%s %s cannot be made: its stored text is not as SQLite writes it",
          pObject->zType, pObject->zName);
}

/* Make an object of schema main by its stored text, with main. put in front of
** its name. Errors: SCHEMA_MISMATCH, UNSUPPORTED, SQLITE. */
static void itemMake(MigContext *p, MigTransaction *pTx, const MigItem *pItem) {
  const char *z = pItem->pObject->zSql;
  MigText sql = {0, 0, 0};
  MigStatement st;
  MigMark mark = migArenaMark(p);

  if (textFits(p, pItem, &st)) {
    migTextAdd(p, &sql, z, st.name.iStart);
    migTextStr(p, &sql, "main.");
    migTextStr(p, &sql, z + st.name.iStart);
    changeRun(p, pTx, pItem->pObject, "made", sql.z);
  } else {
    textFail(p, pItem->pObject);
  }
  migArenaRelease(p, mark);
}

/* Does schema main have a table of this name, which must be spelt as it is
** there? Looks through all of them. 0 after an error. */
int migObjectThere(MigContext *p, const char *zTable) {
  return migQueryInt(p, 0,
                     "SELECT 1 FROM main.sqlite_schema"
                     " WHERE type = 'table' AND name = %Q",
                     zTable) != 0;
}

/* Make the wanted objects of a kind with bGo, in the order of the list, which
** triggers fire in; bPart: those that a virtual table makes. */
static void kindMake(MigContext *p, MigTransaction *pTx, const MigItems *pItems,
                     MigItemKind eKind, int bPart) {
  int i;

  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pItems->a[i];
    if (pItem->bGo && pItem->eKind == eKind &&
        (pItem->iVirtual >= 0) == bPart) {
      itemMake(p, pTx, pItem);
    }
  }
}

/* The same for the parts of virtual tables, which their modules have just made.
** One that is not as wanted is dropped and made: a module may write its text
** otherwise than it was after ALTER TABLE. */
static void partsMake(MigContext *p, MigTransaction *pTx,
                      const MigItems *pItems) {
  MigManifest is;
  int i;

  memset(&is, 0, sizeof(is));
  migObjectsPlain(p, &is);
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pItems->a[i];
    const MigObject *pIs;
    if (!pItem->bGo || pItem->iVirtual < 0) {
      continue;
    }
    pIs = migManifestObject(&is, "table", pItem->pObject->zName);
    if (pIs && strcmp(pIs->zSql, pItem->pObject->zSql) == 0) {
      continue;
    }
    if (pIs) {
      changeRun(p, pTx, pIs, "dropped",
                migPrintf(p, "DROP TABLE main.\"%w\"", pIs->zName));
    }
    itemMake(p, pTx, pItem);
  }
}

/* Is there a part of a virtual table to be made? */
static int partsGo(const MigItems *pItems) {
  int i;

  for (i = 0; i < pItems->n; i++) {
    if (pItems->a[i].bGo && pItems->a[i].iVirtual >= 0) {
      return 1;
    }
  }
  return 0;
}

/*
** Make the tables and views with bGo, whose names are free. A module may look
** at the table or view that its content comes from, so virtual ones come
** behind. Tables are empty, those of virtual tables as their modules fill them.
** The caller holds the write transaction. Errors: SCHEMA_MISMATCH, UNSUPPORTED
** when a module is not there, SQLITE; after one some are made.
*/
void migObjectsMakeTables(MigContext *p, MigTransaction *pTx,
                          const MigItems *pItems) {
  kindMake(p, pTx, pItems, MIG_ITEM_TABLE, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_VIEW, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_VIRTUAL, 0);
  if (partsGo(pItems)) {
    partsMake(p, pTx, pItems);
  }
}

/* Make the indexes and triggers with bGo, once the rows are there: an index is
** faster built over rows than filled row by row, and no trigger may fire.
** SCHEMA_MISMATCH when rows break a UNIQUE index; else as above. */
void migObjectsMakeRest(MigContext *p, MigTransaction *pTx,
                        const MigItems *pItems) {
  kindMake(p, pTx, pItems, MIG_ITEM_INDEX, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_TRIGGER, 0);
}

/* ---- tables of SQLite ---- */

/* A name that no one else has, in the arena; random, 64 bits. */
static char *scratchName(MigContext *p) {
  u64 iRandom;

  sqlite3_randomness(sizeof(iRandom), &iRandom);
  return migPrintf(p, "migrate_%llx", iRandom);
}

/* Run a statement that is about zName, a table of SQLite's own. */
static void systemRun(MigContext *p, MigTransaction *pTx, const char *zName,
                      const char *zSql) {
  MigObject object = {"table", 0, 0, 0, 0};

  object.zName = zName;
  changeRun(p, pTx, &object, "made", zSql);
}

/*
** Have the tables sqlite_sequence and sqlite_stat1 to 4 when the manifest has
** rows of them, and no sqlite_stat otherwise. Only SQLite can make them:
** sqlite_sequence with the first AUTOINCREMENT table, the others by ANALYZE, of
** sqlite_schema because that does the least. It does not let sqlite_sequence be
** dropped, which may so be left over, and empty. sqlite_stat2, 3 and, unless
** SQLite was built for it, 4 cannot be made: the caller asks what is there
** (migObjectThere) before it fills them. The caller holds the write
** transaction.
*/
void migObjectsMakeSystem(MigContext *p, MigTransaction *pTx,
                          const MigManifest *pManifest) {
  static const char *const azStat[] = {"sqlite_stat1", "sqlite_stat4",
                                       "sqlite_stat3", "sqlite_stat2"};
  const char *zSequence = "sqlite_sequence";
  size_t i;

  if (migManifestTable(pManifest, zSequence) && !migObjectThere(p, zSequence)) {
    char *z = scratchName(p);
    systemRun(p, pTx, zSequence,
              migPrintf(p,
                        "CREATE TABLE main.\"%w\"("
                        "x INTEGER PRIMARY KEY AUTOINCREMENT)",
                        z));
    systemRun(p, pTx, zSequence, migPrintf(p, "DROP TABLE main.\"%w\"", z));
  }
  for (i = 0; i < 2; i++) {
    if (migManifestTable(pManifest, azStat[i]) &&
        !migObjectThere(p, azStat[i])) {
      systemRun(p, pTx, azStat[i], "ANALYZE main.sqlite_schema");
    }
  }
  for (i = 0; i < sizeof(azStat) / sizeof(azStat[0]); i++) {
    if (!migManifestTable(pManifest, azStat[i]) &&
        migObjectThere(p, azStat[i])) {
      systemRun(p, pTx, azStat[i],
                migPrintf(p, "DROP TABLE main.\"%w\"", azStat[i]));
    }
  }
}

/* ---- afterwards ---- */

/*
** SCHEMA_MISMATCH naming the first object that is not as wanted, or, unless
** bMore, that is there and not wanted. Items with bLeave, and what hangs on
** them, may be as they are. Text, name, table and kind are compared to the
** byte; that triggers are in their order is not looked at. Only reads.
*/
void migObjectsCheck(MigContext *p, const MigItems *pWanted, int bMore) {
  MigManifest manifest;
  MigItems items;
  int i;

  memset(&manifest, 0, sizeof(manifest));
  migObjectsPlain(p, &manifest);
  migItemsList(p, &manifest, &items);
  for (i = 0; i < pWanted->n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pWanted->a[i];
    int k = migItemFind(&items, pItem->eKind == MIG_ITEM_TRIGGER,
                        pItem->pObject->zName);
    if (!pItem->bLeave && (k < 0 || !migItemSame(pItem, &items.a[k]))) {
      migFail(p, MIG_SCHEMA_MISMATCH, "%s %s does not come back as it was",
              pItem->pObject->zType, pItem->pObject->zName);
    }
  }
  for (i = 0; i < items.n && p->rc == SQLITE_OK && !bMore; i++) {
    const MigItem *pItem = &items.a[i];
    const char *zTable = pItem->pObject->zTable;
    int k = migItemFind(pWanted, pItem->eKind == MIG_ITEM_TRIGGER,
                        pItem->pObject->zName);
    int iTable = migItemFind(pWanted, 0, zTable);
    if (k < 0 && (iTable < 0 || !pWanted->a[iTable].bLeave)) {
      migFail(p, MIG_SCHEMA_MISMATCH, "%s %s is there and is not wanted",
              pItem->pObject->zType, pItem->pObject->zName);
    }
  }
}

/*
** Have every virtual table connect anew, after its tables were written behind
** its back: modules keep in memory what they have read from them. SQLite
** forgets a schema, and with it the connections to modules, when it rolls back
** to before a change of it. So a table is made and taken back within a
** savepoint; its name is one that no one has. The file stays as it is. The
** caller holds the write transaction.
*/
void migObjectsReconnect(MigContext *p, MigTransaction *pTx) {
  char *z = scratchName(p);

  migExecF(p, "SAVEPOINT \"%w\"", z);
  migExecF(p, "CREATE TABLE main.\"%w\"(x)", z);
  armAgain(p, pTx);
  migExecF(p, "ROLLBACK TO \"%w\"", z);
  armAgain(p, pTx);
  migExecF(p, "RELEASE \"%w\"", z);
  armAgain(p, pTx);
}

/* ---- TEMP triggers ---- */

/* Find the table in the text of a trigger: behind the ON that follows what it
** fires on. What it has for a schema goes into *pSchema, of type MIG_TK_END
** when there is none. The first ON of the text is that one: the word is a
** keyword, so names can only be "on" in quotes, which migTokenIs() does not
** take for it. */
static void triggerOn(const char *z, MigToken *pSchema, MigToken *pTable) {
  i64 n = (i64)strlen(z);
  MigToken token;
  i64 i = 0;

  do {
    i = migTokenSignificant(z, n, i, &token);
  } while (token.eType != MIG_TK_END && !migTokenIs(z, &token, "on"));
  memset(pSchema, 0, sizeof(*pSchema)); /* MIG_TK_END */
  i = migTokenSignificant(z, n, i, pTable);
  i = migTokenSignificant(z, n, i, &token);
  if (token.eType == MIG_TK_DOT) {
    *pSchema = *pTable;
    migTokenSignificant(z, n, i, pTable);
  }
}

/* The TEMP schema being read, in the order in which it was made. */
typedef struct TempRead {
  MigManifest there;     /* tables and views made before the current row */
  MigTempTriggers *pOut; /* has room for all triggers */
} TempRead;

/* Take a trigger when it is on a table or view of main. One that names no
** schema was made for TEMP when that had such a table then, else for main. */
static void triggerTake(MigContext *p, TempRead *pRead,
                        const MigObject *pObject) {
  MigTempTriggers *pOut = pRead->pOut;
  MigTempTrigger *pNew = &pOut->a[pOut->n];
  MigToken schema;
  MigToken table;

  triggerOn(pObject->zSql, &schema, &table);
  pNew->object = *pObject;
  pNew->iOn = table.iStart;
  pNew->bPlain = schema.eType == MIG_TK_END;
  pNew->z = migTokenName(p, pObject->zSql, &table);
  if (pNew->z &&
      (pNew->bPlain ? !migManifestObject(&pRead->there, "table", pNew->z) &&
                          !migManifestObject(&pRead->there, "view", pNew->z)
                    : migTokenNameIs(pObject->zSql, &schema, "main"))) {
    pOut->n++;
  }
}

/* List the TEMP triggers that are on tables and views of main, in the arena, in
** the order in which they were made. Only reads. */
void migTempTriggersRead(MigContext *p, MigTempTriggers *pTriggers) {
  i64 n = migQueryInt(p, 0,
                      "SELECT count(*) FROM temp.sqlite_schema"
                      " WHERE type = 'trigger'");
  sqlite3_stmt *pStmt = n ? migPrepare(p, zTemp) : 0;
  TempRead read;

  memset(&read, 0, sizeof(read));
  memset(pTriggers, 0, sizeof(*pTriggers));
  read.pOut = pTriggers;
  pTriggers->a = migAlloc(p, (u64)n * sizeof(MigTempTrigger));
  while (pStmt && migStep(p, pStmt)) {
    MigObject object;
    memset(&object, 0, sizeof(object));
    migObjectRead(p, pStmt, &object);
    if (p->rc == SQLITE_OK && strcmp(object.zType, "trigger")) {
      migManifestAddObject(p, &read.there, &object);
    } else if (p->rc == SQLITE_OK && object.zSql && pTriggers->n < n) {
      triggerTake(p, &read, &object);
    }
  }
  migFinalize(p, pStmt);
}

/* Drop the triggers of a list: they fire even where triggers are switched off
** (SQLITE_DBCONFIG_ENABLE_TRIGGER leaves those of TEMP alone), and go with
** their table when that is dropped. They come back by migTempTriggersMake(), or
** when the transaction is undone. */
void migTempTriggersDrop(MigContext *p, MigTransaction *pTx,
                         const MigTempTriggers *pTriggers) {
  int i;

  for (i = 0; i < pTriggers->n && p->rc == SQLITE_OK; i++) {
    const MigObject *pObject = &pTriggers->a[i].object;
    changeRun(p, pTx, pObject, "dropped",
              migPrintf(p, "DROP TRIGGER temp.\"%w\"", pObject->zName));
  }
}

/* Make them again, in their order. Each names schema main then, because a table
** that TEMP has got since may hide that of main. What they are on must be
** there. Errors: SCHEMA_MISMATCH, UNSUPPORTED, SQLITE. */
void migTempTriggersMake(MigContext *p, MigTransaction *pTx,
                         const MigTempTriggers *pTriggers) {
  int i;

  for (i = 0; i < pTriggers->n && p->rc == SQLITE_OK; i++) {
    const MigTempTrigger *pOne = &pTriggers->a[i];
    const char *z = pOne->object.zSql;
    MigText sql = {0, 0, 0};
    MigStatement st;
    MigItem item;
    memset(&item, 0, sizeof(item));
    item.pObject = &pOne->object;
    item.eKind = MIG_ITEM_TRIGGER;
    if (textFits(p, &item, &st)) {
      migTextAdd(p, &sql, z, st.name.iStart);
      migTextStr(p, &sql, "temp.");
      migTextAdd(p, &sql, z + st.name.iStart, pOne->iOn - st.name.iStart);
      migTextStr(p, &sql, pOne->bPlain ? "main." : "");
      migTextStr(p, &sql, z + pOne->iOn);
      changeRun(p, pTx, &pOne->object, "made", sql.z);
    } else {
      textFail(p, &pOne->object);
    }
  }
}
