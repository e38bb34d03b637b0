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
** rows too. Which these shadow tables are is written down with the objects,
** because only a connection that has the module can say it (PRAGMA
** table_list). A module need not tell SQLite of its shadow tables: where none
** is known a table <virtual table>_<suffix> may be one. That guess (bMaybe)
** only decides about the order of things: rows that are in a backup are
** restored whatever they are a part of.
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
    "SELECT type, name, tbl_name, sql,"
    " type = 'table' AND coalesce(rootpage, 0) = 0 FROM main.sqlite_schema"
    " WHERE sql IS NOT NULL ORDER BY rowid";
static const char zTemp[] =
    "SELECT type, name, tbl_name, sql FROM temp.sqlite_schema"
    " ORDER BY rowid";

/* ---- lists ---- */

static void objectRead(MigContext *p, sqlite3_stmt *pStmt, MigObject *pOut) {
  pOut->zType = migColumnText(p, pStmt, 0);
  pOut->zName = migColumnText(p, pStmt, 1);
  pOut->zTable = migColumnText(p, pStmt, 2);
  pOut->zSql = migColumnText(p, pStmt, 3);
}

/* Is a text that of a virtual table? */
static int textVirtual(const char *z) {
  MigStatement st;

  migStatementRead(z, (i64)strlen(z), 0, &st);
  return st.eKind == MIG_ST_CREATE_VIRTUAL;
}

/* Put the objects of schema main into a manifest, but for ours, for those of
** SQLite itself and for automatic indexes. Are there virtual tables? */
static int objectsRead(MigContext *p, MigManifest *pManifest) {
  sqlite3_stmt *pStmt = migPrepare(p, zObjects);
  int bVirtual = 0;
  MigObject object;

  memset(&object, 0, sizeof(object));
  while (migStep(p, pStmt)) {
    const char *zName = (const char *)sqlite3_column_text(pStmt, 1);
    const char *zTable = (const char *)sqlite3_column_text(pStmt, 2);
    if (zName && zTable && !migStoreOwnsTable(zTable) &&
        !migLayoutSystem(zName)) {
      objectRead(p, pStmt, &object);
      migManifestAddObject(p, pManifest, &object);
      bVirtual |= sqlite3_column_int(pStmt, 4);
    }
  }
  migFinalize(p, pStmt);
  return bVirtual;
}

/* The virtual table that a shadow table belongs to: the longest beginning of
** its name that is one's. NULL after an error. */
static const char *virtualFind(MigContext *p, const MigManifest *pManifest,
                               const char *zName) {
  i64 n = (i64)strlen(zName);
  const char *zVirtual = 0;

  while (n-- > 1 && zVirtual == 0 && p->rc == SQLITE_OK) {
    if (zName[n] == '_') {
      MigMark mark = migArenaMark(p);
      char *z = migStrndup(p, zName, n);
      const MigObject *pFound =
          z ? migManifestObject(pManifest, "table", z) : 0;
      migArenaRelease(p, mark);
      zVirtual = pFound && textVirtual(pFound->zSql) ? pFound->zName : 0;
    }
  }
  return zVirtual;
}

/* Put the objects of schema main into a manifest, and of which virtual table a
** table is a part. The PRAGMA, because a table of the file can take the name
** of its table-valued function. */
void migObjectsRead(MigContext *p, MigManifest *pManifest) {
  sqlite3_stmt *pStmt =
      objectsRead(p, pManifest) ? migPrepare(p, "PRAGMA main.table_list") : 0;

  while (pStmt && migStep(p, pStmt)) {
    const char *zName = (const char *)sqlite3_column_text(pStmt, 1);
    const char *zType = (const char *)sqlite3_column_text(pStmt, 2);
    if (zName && zType && strcmp(zType, "shadow") == 0) {
      const MigObject *pObject = migManifestObject(pManifest, "table", zName);
      if (pObject) {
        MigObject *pMine = &pManifest->aObject[pObject - pManifest->aObject];
        pMine->zVirtual = virtualFind(p, pManifest, zName);
      }
    }
  }
  migFinalize(p, pStmt);
}

static int lowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

static int isTrigger(const MigItem *pItem) {
  return pItem->eKind == MIG_ITEM_TRIGGER;
}

static u32 itemHash(int bTrigger, const char *zName) {
  return migNameHash(zName) + (u32)bTrigger;
}

/* The item of this name, apart from case, or -1. Triggers have names of their
** own; everything else shares them. */
int migItemFind(const MigItems *pItems, int bTrigger, const char *zName) {
  u32 uMask = (u32)pItems->nSlot - 1;
  u32 u;

  if (pItems->nSlot == 0) {
    return -1;
  }
  u = itemHash(bTrigger, zName) & uMask;
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
  u32 u = itemHash(isTrigger(pItem), pItem->pObject->zName) & uMask;

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
  if (pItem->eKind == MIG_ITEM_TABLE && textVirtual(z)) {
    pItem->eKind = MIG_ITEM_VIRTUAL;
  }
}

/* ---- shadow tables ---- */

/* The suffixes of the tables that the module of a CREATE VIRTUAL TABLE makes,
** with blanks around each; NULL: not known. The modules that come with SQLite
** and have such tables. */
static const char *moduleSuffixes(const char *z, i64 n) {
  static const char *const az[][2] = {
      {"fts3", " content segments segdir docsize stat "},
      {"fts4", " content segments segdir docsize stat "},
      {"fts5", " data idx content docsize config "},
      {"rtree", " node parent rowid "},
      {"rtree_i32", " node parent rowid "},
      {"geopoly", " node parent rowid "}};
  MigToken token;
  i64 i = 0;
  size_t k;

  do {
    i = migTokenSignificant(z, n, i, &token);
  } while (token.eType != MIG_TK_END && !migTokenIs(z, &token, "using"));
  migTokenSignificant(z, n, i, &token);
  for (k = 0; k < sizeof(az) / sizeof(az[0]); k++) {
    if (migTokenNameIs(z, &token, az[k][0])) {
      return az[k][1];
    }
  }
  return 0;
}

/* Does the module that the n bytes of a CREATE VIRTUAL TABLE name write nothing
** but its shadow tables, and tell SQLite which these are? */
int migModuleKnown(const char *z, i64 n) {
  return moduleSuffixes(z, n) != 0;
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

/* May a table named zName, of which the first nName bytes name the virtual
** table, be a part of it? A table that the virtual one mentions is not: that is
** how it names where its content comes from. */
static int mayBeShadow(MigContext *p, const MigItem *pVirtual,
                       const char *zName, i64 nName) {
  const char *zSql = pVirtual->pObject->zSql;
  MigMark mark = migArenaMark(p);
  const char *zSuffixes = moduleSuffixes(zSql, (i64)strlen(zSql));
  char *zSuffix = migPrintf(p, " %s ", zName + nName + 1);
  int bShadow = zSuffixes == 0 || (zSuffix && textHolds(zSuffixes, zSuffix));

  migArenaRelease(p, mark);
  return bShadow && !textHolds(zSql, zName);
}

/* Guess which virtual table, among those without known parts, table i is a part
** of. */
static void shadowGuess(MigContext *p, MigItems *pItems, int i,
                        const u8 *abParts) {
  const char *zName = pItems->a[i].pObject->zName;
  const char *z = zName;

  while ((z = strchr(z, '_')) != 0 && p->rc == SQLITE_OK) {
    MigMark mark = migArenaMark(p);
    char *zVirtual = migStrndup(p, zName, z - zName);
    int iVirtual = zVirtual ? migItemFind(pItems, 0, zVirtual) : -1;
    migArenaRelease(p, mark);
    if (iVirtual >= 0 && pItems->a[iVirtual].eKind == MIG_ITEM_VIRTUAL &&
        !abParts[iVirtual] &&
        mayBeShadow(p, &pItems->a[iVirtual], zName, z - zName)) {
      pItems->a[i].iVirtual = iVirtual;
      pItems->a[i].bMaybe = 1;
      pItems->a[iVirtual].bGuessed = 1;
    }
    z++;
  }
}

/* Link tables with the virtual tables that they are parts of. */
static void shadowsLink(MigContext *p, MigItems *pItems) {
  u8 *abParts = migAlloc(p, (u64)pItems->n + 1);
  int i;

  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    MigItem *pItem = &pItems->a[i];
    const char *zVirtual = pItem->pObject->zVirtual;
    int k = zVirtual && pItem->eKind == MIG_ITEM_TABLE
                ? migItemFind(pItems, 0, zVirtual)
                : -1;
    if (k >= 0 && pItems->a[k].eKind == MIG_ITEM_VIRTUAL) {
      pItem->iVirtual = k;
      abParts[k] = 1;
    }
  }
  for (i = 0; i < pItems->n && p->rc == SQLITE_OK; i++) {
    if (pItems->a[i].eKind == MIG_ITEM_TABLE && pItems->a[i].iVirtual < 0) {
      shadowGuess(p, pItems, i, abParts);
    }
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
  }
  shadowsLink(p, pItems);
}

/* Are two objects the same to the byte? */
int migItemSame(const MigItem *pA, const MigItem *pB) {
  return pA->eKind == pB->eKind &&
         strcmp(pA->pObject->zName, pB->pObject->zName) == 0 &&
         strcmp(pA->pObject->zTable, pB->pObject->zTable) == 0 &&
         strcmp(pA->pObject->zSql, pB->pObject->zSql) == 0;
}

/* ---- changes of the schema ---- */

/* The schema has changed, and functions and collations may have been called
** for it. */
static void armAgain(MigContext *p, MigTransaction *pTx) {
  migTransactionCheck(p, pTx, "a function or collation of the schema");
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
                        pItem->eKind == MIG_ITEM_TABLE ? " IF EXISTS" : "",
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

/* Is the text one CREATE statement for the object that the item names? Its
** parts are put into pSt. SQLite never stores CREATE TABLE ... AS SELECT, which
** would run what it selects. */
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

static void textFail(MigContext *p, const MigObject *pObject) {
  migFail(p, MIG_SCHEMA_MISMATCH,
          "%s %s cannot be made: its stored text is not as SQLite writes it",
          pObject->zType, pObject->zName);
}

/* Make an object of schema main by its stored text. */
static void itemMake(MigContext *p, MigTransaction *pTx, const MigItem *pItem) {
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
    migTextStr(p, &sql, "main.");
    migTextStr(p, &sql, z + st.name.iStart);
    changeRun(p, pTx, pItem->pObject, "made", sql.z);
  } else {
    textFail(p, pItem->pObject);
  }
  migArenaRelease(p, mark);
}

/* Does schema main have a table of this name? Looks through all of them. */
int migObjectThere(MigContext *p, const char *zTable) {
  return migQueryInt(p, 0,
                     "SELECT 1 FROM main.sqlite_schema"
                     " WHERE type = 'table' AND name = %Q",
                     zTable) != 0;
}

/* The wanted objects of a kind with bGo; bPart: those that a virtual table
** makes. */
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
  objectsRead(p, &is);
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

static int partsGo(const MigItems *pItems) {
  int i;

  for (i = 0; i < pItems->n; i++) {
    if (pItems->a[i].bGo && pItems->a[i].iVirtual >= 0) {
      return 1;
    }
  }
  return 0;
}

/* Make the tables and views with bGo. A module may look at the table or view
** that its content comes from, so virtual ones come behind. */
void migObjectsMakeTables(MigContext *p, MigTransaction *pTx,
                          const MigItems *pItems) {
  kindMake(p, pTx, pItems, MIG_ITEM_TABLE, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_VIEW, 0);
  kindMake(p, pTx, pItems, MIG_ITEM_VIRTUAL, 0);
  if (partsGo(pItems)) {
    partsMake(p, pTx, pItems);
  }
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
  MigObject object = {"table", 0, 0, 0, 0};

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
  objectsRead(p, &manifest);
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

/* ---- TEMP triggers ---- */

/* Find the table in the text of a trigger: behind the ON that follows what it
** fires on. What it has for a schema goes into *pSchema. */
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

/* The names of the tables and views of TEMP, as a list of objects. */
typedef struct TempRead {
  MigManifest there; /* tables and views made before the current row */
  MigTempTriggers *pOut;
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

/* List the TEMP triggers that are on tables and views of main. */
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
    objectRead(p, pStmt, &object);
    if (p->rc == SQLITE_OK && strcmp(object.zType, "trigger")) {
      migManifestAddObject(p, &read.there, &object);
    } else if (p->rc == SQLITE_OK && object.zSql && pTriggers->n < n) {
      triggerTake(p, &read, &object);
    }
  }
  migFinalize(p, pStmt);
}

/* Drop the triggers of a list: they fire even where triggers are switched off,
** and go with their table when that is dropped. */
void migTempTriggersDrop(MigContext *p, MigTransaction *pTx,
                         const MigTempTriggers *pTriggers) {
  int i;

  for (i = 0; i < pTriggers->n && p->rc == SQLITE_OK; i++) {
    const MigObject *pObject = &pTriggers->a[i].object;
    changeRun(p, pTx, pObject, "dropped",
              migPrintf(p, "DROP TRIGGER temp.\"%w\"", pObject->zName));
  }
}

/* Make them again. Each names schema main then, because a table that TEMP has
** got since may hide that of main. */
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
