/*
** objects.c - the tables, indexes, views and triggers of schema main.
**
** An object is made by the text that SQLite has stored for it. In front of its
** name the schema is put, because a TEMP object of the connection may have the
** same name; SQLite leaves the schema out of what it stores, so the text stays
** the same to the byte. That, and that nothing else is there, is looked up
** when all is done (migObjectsCheck).
**
** A virtual table is made by its module, which makes the tables that hold its
** rows too. These shadow tables are named <virtual table>_<suffix>. Which
** suffixes they are is known for the modules that come with SQLite; of other
** modules every table with such a name counts as one. That only decides about
** the order of things, and about tables that a backup may lack: they are in it
** as plain tables.
**
** Each change of the schema expires the statements that undo the transaction,
** so it is armed again after each.
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "statement.h"
#include "objects.h"

static const char zObjects[] =
    "SELECT type, name, tbl_name, sql FROM main.sqlite_schema"
    " WHERE sql IS NOT NULL ORDER BY rowid";
static const char zTemp[] =
    "SELECT type, name, tbl_name, sql FROM temp.sqlite_schema"
    " WHERE type = 'trigger' ORDER BY rowid";

/* ---- lists ---- */

static void objectRead(MigContext *p, sqlite3_stmt *pStmt, MigObject *pOut) {
  pOut->zType = migColumnText(p, pStmt, 0);
  pOut->zName = migColumnText(p, pStmt, 1);
  pOut->zTable = migColumnText(p, pStmt, 2);
  pOut->zSql = migColumnText(p, pStmt, 3);
}

/* Put the objects of schema main into a manifest, but for ours, for those of
** SQLite itself and for automatic indexes. */
void migObjectsRead(MigContext *p, MigManifest *pManifest) {
  sqlite3_stmt *pStmt = migPrepare(p, zObjects);
  MigObject object;

  while (migStep(p, pStmt)) {
    const char *zName = (const char *)sqlite3_column_text(pStmt, 1);
    const char *zTable = (const char *)sqlite3_column_text(pStmt, 2);
    if (zName && zTable && !migStoreOwnsTable(zTable) &&
        sqlite3_strnicmp(zName, "sqlite_", 7) != 0) {
      objectRead(p, pStmt, &object);
      migManifestAddObject(p, pManifest, &object);
    }
  }
  migFinalize(p, pStmt);
}

static int lowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

/* FNV-1a over a name, apart from case. */
static u32 nameHash(int bTrigger, const char *z) {
  u32 u = 2166136261u + (u32)bTrigger;

  while (*z) {
    u = (u ^ (u32)lowerCase(*z++)) * 16777619u;
  }
  return u;
}

static int isTrigger(const MigItem *pItem) {
  return pItem->eKind == MIG_ITEM_TRIGGER;
}

/* The item of this name, apart from case, or -1. Triggers have names of their
** own; everything else shares them. */
int migItemFind(const MigItems *pItems, int bTrigger, const char *zName) {
  u32 uMask = (u32)pItems->nSlot - 1;
  u32 u;

  if (pItems->nSlot == 0) {
    return -1;
  }
  u = nameHash(bTrigger, zName) & uMask;
  while (pItems->aSlot[u] >= 0) {
    const MigItem *pItem = &pItems->a[pItems->aSlot[u]];
    if (isTrigger(pItem) == bTrigger &&
        migStrICmp(pItem->pObject->zName, zName) == 0) {
      return pItems->aSlot[u];
    }
    u = (u + 1) & uMask;
  }
  return -1;
}

static void itemEnter(MigItems *pItems, int i) {
  const MigItem *pItem = &pItems->a[i];
  u32 uMask = (u32)pItems->nSlot - 1;
  u32 u = nameHash(isTrigger(pItem), pItem->pObject->zName) & uMask;

  while (pItems->aSlot[u] >= 0) {
    u = (u + 1) & uMask;
  }
  pItems->aSlot[u] = i;
}

/* Find out what an object is. BACKUP_DAMAGED when it is nothing that belongs
** into a backup. */
static void itemKind(MigContext *p, MigItem *pItem) {
  static const char *const azType[] = {"table", "", "index", "view", "trigger"};
  const MigObject *pObject = pItem->pObject;
  const char *z = pObject->zSql;
  MigStatement st;
  int i = 0;

  while (i < 5 && strcmp(azType[i], pObject->zType)) {
    i++;
  }
  if (i == 5 || z == 0 || migStoreOwnsTable(pObject->zTable) ||
      migStoreOwnsTable(pObject->zName)) {
    migFail(p, MIG_BACKUP_DAMAGED,
            "the backup holds something it cannot hold, %s %s; use another",
            pObject->zType, pObject->zName);
    return;
  }
  pItem->eKind = (MigItemKind)i;
  if (pItem->eKind == MIG_ITEM_TABLE) {
    migStatementRead(z, (i64)strlen(z), 0, &st);
    if (st.eKind == MIG_ST_CREATE_VIRTUAL) {
      pItem->eKind = MIG_ITEM_VIRTUAL;
    }
  }
}

/* ---- shadow tables ---- */

/* The suffixes of the tables that a module makes, with blanks around each;
** NULL: not known. */
static const char *moduleSuffixes(const char *zModule) {
  static const char *const az[][2] = {
      {"fts3", " content segments segdir docsize stat "},
      {"fts4", " content segments segdir docsize stat "},
      {"fts5", " data idx content docsize config "},
      {"rtree", " node parent rowid "},
      {"rtree_i32", " node parent rowid "},
      {"geopoly", " node parent rowid "}};
  size_t i;

  for (i = 0; zModule && i < sizeof(az) / sizeof(az[0]); i++) {
    if (migStrICmp(az[i][0], zModule) == 0) {
      return az[i][1];
    }
  }
  return 0;
}

/* The name of the module of a CREATE VIRTUAL TABLE, in the arena. */
static char *moduleName(MigContext *p, const char *z) {
  i64 n = (i64)strlen(z);
  MigStatement st;
  MigToken token;
  i64 i;

  migStatementRead(z, n, 0, &st);
  i = migTokenSignificant(z, n, st.name.iStart + st.name.n, &token);
  migTokenSignificant(z, n, i, &token); /* behind USING */
  return migTokenName(p, z, &token);
}

/* Does the text hold the name, apart from case? */
static int textHolds(const char *z, const char *zName) {
  i64 n = (i64)strlen(zName);

  for (; *z; z++) {
    if (lowerCase(*z) == lowerCase(*zName) && migStrNICmp(z, zName, n) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Is a table named zName, of which the first nName bytes name the virtual
** table, a part of it? A table that the virtual one mentions is not: that is
** how it names where its content comes from. */
static int isShadow(MigContext *p, const MigItem *pVirtual, const char *zName,
                    i64 nName) {
  const char *zSql = pVirtual->pObject->zSql;
  MigMark mark = migArenaMark(p);
  const char *zSuffixes = moduleSuffixes(moduleName(p, zSql));
  char *zSuffix = migPrintf(p, " %s ", zName + nName + 1);
  int bShadow = zSuffixes == 0 || (zSuffix && textHolds(zSuffixes, zSuffix));

  migArenaRelease(p, mark);
  return bShadow && !textHolds(zSql, zName);
}

/* Find the virtual table that table i is a part of. */
static void shadowFind(MigContext *p, MigItems *pItems, int i) {
  const char *zName = pItems->a[i].pObject->zName;
  const char *z = zName;

  while ((z = strchr(z, '_')) != 0 && p->rc == SQLITE_OK) {
    MigMark mark = migArenaMark(p);
    char *zVirtual = migStrndup(p, zName, z - zName);
    int iVirtual = zVirtual ? migItemFind(pItems, 0, zVirtual) : -1;
    migArenaRelease(p, mark);
    if (iVirtual >= 0 && pItems->a[iVirtual].eKind == MIG_ITEM_VIRTUAL &&
        isShadow(p, &pItems->a[iVirtual], zName, z - zName)) {
      pItems->a[i].iVirtual = iVirtual;
    }
    z++;
  }
}

/* ---- lists, continued ---- */

/* FNV-1a, 64 bits, over a text and its end. */
static u64 textHash(u64 u, const char *z) {
  do {
    u = (u ^ (unsigned char)*z) * 1099511628211u;
  } while (*z++);
  return u;
}

/* Link a trigger or index with its table. */
static void itemLink(MigItems *pItems, MigItem *pItem) {
  const MigObject *pObject = pItem->pObject;

  if (pItem->eKind == MIG_ITEM_INDEX || pItem->eKind == MIG_ITEM_TRIGGER) {
    pItem->iTable = migItemFind(pItems, 0, pObject->zTable);
  }
  if (pItem->eKind == MIG_ITEM_TRIGGER && pItem->iTable >= 0) {
    MigItem *pTable = &pItems->a[pItem->iTable];
    pTable->uTriggers = textHash(
        textHash(pTable->uTriggers + 1, pObject->zName), pObject->zSql);
  }
}

/* Make items of the objects of a manifest, which must outlive them. */
void migItemsList(MigContext *p, const MigManifest *pManifest,
                  MigItems *pItems) {
  int n = pManifest->nObject;
  int i;

  memset(pItems, 0, sizeof(*pItems));
  pItems->a = migAlloc(p, (u64)n * sizeof(MigItem));
  for (pItems->nSlot = 16; pItems->nSlot < 2 * n; pItems->nSlot *= 2) {
  }
  pItems->aSlot = migAlloc(p, (u64)pItems->nSlot * sizeof(int));
  if (p->rc) {
    pItems->nSlot = 0;
    return;
  }
  memset(pItems->aSlot, 0xff, (size_t)pItems->nSlot * sizeof(int));
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    pItems->a[i].pObject = &pManifest->aObject[i];
    pItems->a[i].iTable = pItems->a[i].iVirtual = -1;
    itemKind(p, &pItems->a[i]);
    itemEnter(pItems, i);
  }
  pItems->n = i;
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    itemLink(pItems, &pItems->a[i]);
    if (pItems->a[i].eKind == MIG_ITEM_TABLE) {
      shadowFind(p, pItems, i);
    }
  }
}

/* Are two objects the same to the byte? */
int migItemSame(const MigItem *pA, const MigItem *pB) {
  return pA->eKind == pB->eKind &&
         strcmp(pA->pObject->zName, pB->pObject->zName) == 0 &&
         strcmp(pA->pObject->zTable, pB->pObject->zTable) == 0 &&
         strcmp(pA->pObject->zSql, pB->pObject->zSql) == 0;
}

/* ---- changes of the schema ---- */

static void armAgain(MigContext *p, MigTransaction *pTx) {
  if (pTx) {
    migTransactionArm(p, pTx);
  }
}

/* SQLite refused to make or drop an object. */
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

/* Run one statement that changes the schema. */
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

static void itemDrop(MigContext *p, MigTransaction *pTx, const MigItems *pItems,
                     const MigItem *pItem) {
  static const char *const azType[] = {"TABLE", "TABLE", "INDEX", "VIEW",
                                       "TRIGGER"};
  MigMark mark = migArenaMark(p);

  if (pItem->iTable < 0 || !pItems->a[pItem->iTable].bGo) {
    changeRun(p, pTx, pItem->pObject, "dropped",
              migPrintf(p, "DROP %s%s main.\"%w\"", /* sql-ok: from above */
                        azType[pItem->eKind],
                        pItem->iVirtual >= 0 ? " IF EXISTS" : "",
                        pItem->pObject->zName));
  }
  migArenaRelease(p, mark);
}

/* Drop the items with bGo. What hangs on a table goes with it, and so do the
** tables of a virtual one. */
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

/* Is z one CREATE statement for the object that the item names? Its parts are
** put into pSt. */
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
  migTokenSignificant(z, n, pSt->iStart + pSt->nByte, &token);
  return pSt->eKind == aeKind[pItem->eKind] && zName &&
         strcmp(zName, pItem->pObject->zName) == 0 &&
         pSt->schema.eType == MIG_TK_END && token.eType == MIG_TK_END;
}

/* Make an object in a schema by its stored text. */
static void itemMake(MigContext *p, MigTransaction *pTx, const MigItem *pItem,
                     const char *zSchema) {
  const char *z = pItem->pObject->zSql;
  MigText sql = {0, 0, 0};
  MigStatement st;
  MigMark mark;

  if (p->rc) {
    return;
  }
  mark = migArenaMark(p);
  if (textFits(p, pItem, &st)) {
    migTextAdd(p, &sql, z, st.name.iStart);
    migTextF(p, &sql, "%s.", zSchema); /* sql-ok: main or temp */
    migTextStr(p, &sql, z + st.name.iStart);
    changeRun(p, pTx, pItem->pObject, "made", sql.z);
  } else {
    migFail(p, MIG_SCHEMA_MISMATCH,
            "%s %s cannot be made: its stored text is not as SQLite writes it",
            pItem->pObject->zType, pItem->pObject->zName);
  }
  migArenaRelease(p, mark);
}

/* Does schema main have a table of this name? */
int migObjectThere(MigContext *p, const char *zTable) {
  return migQueryInt(p, 0,
                     "SELECT 1 FROM main.sqlite_schema"
                     " WHERE type = 'table' AND name = %Q",
                     zTable) != 0;
}

/* Is a part of a virtual table, which its module has just made, as wanted? One
** that is not is dropped: a module may write its text otherwise than it was
** after ALTER TABLE. */
static int shadowThere(MigContext *p, MigTransaction *pTx,
                       const MigItem *pItem) {
  const MigObject *pObject = pItem->pObject;
  MigMark mark = migArenaMark(p);
  const char *zSql = migQueryText(p,
                                  "SELECT sql FROM main.sqlite_schema"
                                  " WHERE type = 'table' AND name = %Q",
                                  pObject->zName);
  int bSame = zSql && strcmp(zSql, pObject->zSql) == 0;

  if (zSql && !bSame) {
    changeRun(p, pTx, pObject, "dropped",
              migPrintf(p, "DROP TABLE main.\"%w\"", pObject->zName));
  }
  migArenaRelease(p, mark);
  return bSame;
}

/* A kind of items with bGo; bShadow: those that a virtual table makes. */
static void kindMake(MigContext *p, MigTransaction *pTx, const MigItems *pItems,
                     MigItemKind eKind, int bShadow) {
  int i;

  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pItems->a[i];
    if (pItem->bGo && pItem->eKind == eKind &&
        (pItem->iVirtual >= 0) == bShadow &&
        !(bShadow && shadowThere(p, pTx, pItem))) {
      itemMake(p, pTx, pItem, "main");
    }
  }
}

/* Make the tables and views with bGo. A module may look at the table or view
** that its content comes from, so virtual ones come behind. */
void migObjectsMakeTables(MigContext *p, MigTransaction *pTx,
                          const MigItems *pItems) {
  kindMake(p, pTx, pItems, MIG_ITEM_TABLE, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_VIEW, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_VIRTUAL, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_TABLE, 1);
}

/* Make the indexes and triggers with bGo, once the rows are there. */
void migObjectsMakeRest(MigContext *p, MigTransaction *pTx,
                        const MigItems *pItems) {
  kindMake(p, pTx, pItems, MIG_ITEM_INDEX, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_TRIGGER, 0);
}

/* ---- tables of SQLite ---- */

/* A table that only its use can make: a name that no one else has. */
static char *scratchName(MigContext *p) {
  u64 iRandom;

  sqlite3_randomness(sizeof(iRandom), &iRandom);
  return migPrintf(p, "migrate_%llx", iRandom);
}

static void systemRun(MigContext *p, MigTransaction *pTx, const char *zName,
                      const char *zSql) {
  MigObject object = {"table", 0, 0, 0};

  object.zName = zName;
  changeRun(p, pTx, &object, "made", zSql);
}

/*
** Have the tables sqlite_sequence and sqlite_stat1 to 4 when the manifest has
** rows of them. SQLite makes them itself, and does not let sqlite_sequence be
** dropped, which may so be left over, and empty. sqlite_stat2, 3 and, unless
** SQLite was built for it, 4 cannot be made.
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
** them, may be as they are.
*/
void migObjectsCheck(MigContext *p, const MigItems *pWanted, int bMore) {
  MigManifest manifest;
  MigItems items;
  int i;

  memset(&manifest, 0, sizeof(manifest));
  migObjectsRead(p, &manifest);
  migItemsList(p, &manifest, &items);
  for (i = 0; i < pWanted->n && p->rc == SQLITE_OK; i++) {
    const MigItem *pItem = &pWanted->a[i];
    int k = migItemFind(&items, isTrigger(pItem), pItem->pObject->zName);
    if (!pItem->bLeave && (k < 0 || !migItemSame(pItem, &items.a[k]))) {
      migFail(p, MIG_SCHEMA_MISMATCH, "%s %s does not come back as it was",
              pItem->pObject->zType, pItem->pObject->zName);
    }
  }
  for (i = 0; i < items.n && p->rc == SQLITE_OK && !bMore; i++) {
    const MigItem *pItem = &items.a[i];
    const char *zTable = pItem->pObject->zTable;
    int k = migItemFind(pWanted, isTrigger(pItem), pItem->pObject->zName);
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
** to before a change of it.
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

/*
** TEMP triggers fire even where triggers are switched off, and go with their
** table when that is dropped. Keep them in pTriggers and drop them, for
** migTempTriggersMake().
*/
void migTempTriggersDrop(MigContext *p, MigTransaction *pTx,
                         MigTempTriggers *pTriggers) {
  i64 n = migQueryInt(p, 0,
                      "SELECT count(*) FROM temp.sqlite_schema"
                      " WHERE type = 'trigger'");
  sqlite3_stmt *pStmt = n ? migPrepare(p, zTemp) : 0;
  int i;

  memset(pTriggers, 0, sizeof(*pTriggers));
  pTriggers->a = migAlloc(p, (u64)n * sizeof(MigObject));
  while (pTriggers->n < n && migStep(p, pStmt)) {
    objectRead(p, pStmt, &pTriggers->a[pTriggers->n++]);
  }
  migFinalize(p, pStmt);
  for (i = 0; i < pTriggers->n && p->rc == SQLITE_OK; i++) {
    changeRun(p, pTx, &pTriggers->a[i], "dropped",
              migPrintf(p, "DROP TRIGGER temp.\"%w\"", pTriggers->a[i].zName));
  }
}

/* Make them again, but for those whose table is gone. */
void migTempTriggersMake(MigContext *p, MigTransaction *pTx,
                         const MigTempTriggers *pTriggers) {
  int i;

  for (i = 0; i < pTriggers->n && p->rc == SQLITE_OK; i++) {
    MigItem item;
    memset(&item, 0, sizeof(item));
    item.pObject = &pTriggers->a[i];
    item.eKind = MIG_ITEM_TRIGGER;
    itemMake(p, pTx, &item, "temp");
    if (p->rc && p->eCode == MIG_SCHEMA_MISMATCH) {
      migErrorClear(p);
    }
  }
}
