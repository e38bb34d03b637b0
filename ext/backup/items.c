/*
** items.c - the objects of a schema, found by name and linked.
**
** A virtual table is made by its module, which makes the tables that hold its
** rows too. Which these shadow tables are is written down with the objects,
** because only a connection that has the module can say it (PRAGMA
** table_list). A module need not tell SQLite of its shadow tables: where none
** is known a table <virtual table>_<suffix> may be one. That guess (bMaybe)
** only decides about the order of things: rows that are in a backup are
** restored whatever they are a part of.
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "statement.h"
#include "items.h"

static const char zObjects[] =
    "SELECT type, name, tbl_name, sql,"
    " type = 'table' AND coalesce(rootpage, 0) = 0 FROM main.sqlite_schema"
    " WHERE sql IS NOT NULL ORDER BY rowid";

/* ---- lists ---- */

void migObjectRead(MigContext *p, sqlite3_stmt *pStmt, MigObject *pOut) {
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
int migObjectsPlain(MigContext *p, MigManifest *pManifest) {
  sqlite3_stmt *pStmt = migPrepare(p, zObjects);
  int bVirtual = 0;
  MigObject object;

  memset(&object, 0, sizeof(object));
  while (migStep(p, pStmt)) {
    const char *zName = (const char *)sqlite3_column_text(pStmt, 1);
    const char *zTable = (const char *)sqlite3_column_text(pStmt, 2);
    if (zName && zTable && !migStoreOwnsTable(zTable) &&
        !migLayoutSystem(zName)) {
      migObjectRead(p, pStmt, &object);
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
  sqlite3_stmt *pStmt = migObjectsPlain(p, pManifest)
                            ? migPrepare(p, "PRAGMA main.table_list")
                            : 0;

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
