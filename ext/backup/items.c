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
**
** With CREATE VIRTUAL TABLE docs USING fts5(body) there are, as items,
**
**   docs           MIG_ITEM_VIRTUAL
**   docs_data      MIG_ITEM_TABLE, iVirtual is docs; so docs_idx, docs_content,
**   ...            docs_docsize, docs_config
**
** and bMaybe is 0 where SQLite knew these for shadow tables when the backup was
** taken. docs_old is not taken for a part: FTS5 has no such table.
**
** Names are compared as SQLite does, apart from the case of ASCII letters.
** Indexes, tables and views share one set of names, triggers have another. What
** a manifest says need not be so: what it names need not exist, and is then
** linked with nothing (-1).
*/
#include <string.h>
#include "sql.h"
#include "store.h"
#include "statement.h"
#include "items.h"

/* Type, name, tbl_name, sql and whether it is a virtual table: one has no root
** page (SQLite's page Database File Format, "Storage Of The SQL Database
** Schema"). */
static const char zObjects[] =
    "SELECT type, name, tbl_name, sql,"
    " type = 'table' AND coalesce(rootpage, 0) = 0 FROM main.sqlite_schema"
    " WHERE sql IS NOT NULL ORDER BY rowid";

/* ---- lists ---- */

/* An object from columns 0 to 3 of the row that a statement is at: type, name,
** tbl_name and sql of a schema table. The texts are in the arena, NULL for
** NULL; zVirtual stays as it is. */
void migObjectRead(MigContext *p, sqlite3_stmt *pStmt, MigObject *pOut) {
  pOut->zType = migColumnText(p, pStmt, 0);
  pOut->zName = migColumnText(p, pStmt, 1);
  pOut->zTable = migColumnText(p, pStmt, 2);
  pOut->zSql = migColumnText(p, pStmt, 3);
}

/* Is a text that of a virtual table? By its first words: the rest may be
** anything. */
static int textVirtual(const char *z) {
  MigStatement st;

  migStatementRead(z, (i64)strlen(z), 0, &st);
  return st.eKind == MIG_ST_CREATE_VIRTUAL;
}

/*
** Put the objects of schema main of p->db into a manifest, in the order of
** sqlite_schema, but for ours and what hangs on them, for those of SQLite
** itself and for automatic indexes. Texts are in the arena. Returns whether
** there are virtual tables; of which of them a table is a part is not read.
*/
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
** its name, up to a '_', that is one's. The name is that of the manifest. NULL
** when there is none, and after an error. */
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

/*
** Put the objects of schema main of p->db into a manifest as migObjectsPlain()
** does, and of which virtual table a table is a part, as far as the modules of
** this connection tell SQLite. The PRAGMA (since SQLite 3.37), because a table
** of the file can take the name of its table-valued function.
*/
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

/* 1 for a trigger, else 0: the number of its set of names. */
static int isTrigger(const MigItem *pItem) {
  return pItem->eKind == MIG_ITEM_TRIGGER;
}

/* Where to look for a name first; the same in any case. */
static u32 itemHash(int bTrigger, const char *zName) {
  return migNameHash(zName) + (u32)bTrigger;
}

/* The item of this name, apart from case, or -1. Triggers have names of their
** own; everything else shares them: bTrigger, 0 or 1, says in which to look. Of
** several, which a manifest can have and a database cannot, the first. */
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

/* Enter item i, behind what has the same hash. There are more slots than items,
** twice as many at least. */
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
** into a backup: of no known type, without a text, or one of our own tables, or
** on one. */
static void itemKind(MigContext *p, MigItem *pItem) {
  /* by MigItemKind; a virtual table is a table, and told by its text */
  static const char *const azType[] = {"table", 0, "index", "view", "trigger"};
  const MigObject *pObject = pItem->pObject;
  const char *z = pObject->zSql;
  int i = 0;

  while (i < 5 && (azType[i] == 0 || strcmp(azType[i], pObject->zType))) {
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
** and have such tables. z has n bytes, and may be any text. */
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
** but its shadow tables, and tell SQLite which these are? By its name alone: an
** application that registers a module of its own under such a name is believed
** to have one that does the same. */
int migModuleKnown(const char *z, i64 n) {
  return moduleSuffixes(z, n) != 0;
}

/* Does the text hold the name, which is not empty, apart from case? As a part
** of a word as well. */
static int textHolds(const char *z, const char *zName) {
  i64 n = (i64)strlen(zName);

  for (; *z; z++) {
    if (migLower(*z) == migLower(*zName) && migStrNICmp(z, zName, n) == 0) {
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
** of: that with the longest name, as with virtualFind(). abParts says by item
** which have known ones: then all of them are known. */
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

/* Link tables with the virtual tables that they are parts of: first what the
** manifest says, then guesses where it says nothing. */
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

/* FNV-1a, 64 bits, over a text and its end, going on from u. */
static u64 textHash(u64 u, const char *z) {
  do {
    u = (u ^ (unsigned char)*z) * 1099511628211u;
  } while (*z++);
  return u;
}

/* Link a trigger or index with its table, or a trigger with its view. Called in
** the order of the manifest, in which triggers of a table fire. */
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

/*
** Make items of the objects of a manifest, which must outlive them and get no
** more: items point into it. bGo and bLeave are 0. Errors: BACKUP_DAMAGED when
** it holds what no backup can; then, as after any failure, pItems has only the
** first of the items and can still be searched. Reads no database.
*/
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

/* Are two objects the same to the byte? Their names in the same case, as well;
** where they stand in the schema, and what they are a part of, does not
** count. */
int migItemSame(const MigItem *pA, const MigItem *pB) {
  return pA->eKind == pB->eKind &&
         strcmp(pA->pObject->zName, pB->pObject->zName) == 0 &&
         strcmp(pA->pObject->zTable, pB->pObject->zTable) == 0 &&
         strcmp(pA->pObject->zSql, pB->pObject->zSql) == 0;
}
