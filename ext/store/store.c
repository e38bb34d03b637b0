/*
** store.c - the tables of ours inside the database file.
**
** Their definition is sql/store.sql, compiled in as aStoreNow. A file is not
** trusted: someone may have put views or triggers in the place of our tables,
** so before any use every object that carries one of our names, or hangs on
** one of our tables, must be exactly as given there. TEMP triggers of
** the connection on our tables are refused for the same reason. With that
** held, no statement of ours can fire foreign code.
**
** A file of an older version is held against the texts of that version. It is
** read as it is, and upgraded in the transaction of the first call that writes
** it: tables with other columns are rebuilt, the rest is added. What a reader
** may ask of a file of every version is what its oldest form has.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "text.h"
#include "seal.h"
#include "store.h"

/* A table of ours. */
typedef struct StoreTable {
  const char *zName; /* begins with _migrate_ */
  const char *zSql;  /* its text in sqlite_schema */
} StoreTable;
#include "store_sql.h"

/* All objects, and those of the connection. The text of an automatic index is
** NULL. What concerns us is picked out in C: it takes one pass, and no function
** that the application could have replaced. */
static const char zObjects[] = "SELECT 0, type, name, tbl_name, sql FROM "
                               "main.sqlite_schema ORDER BY rowid";
static const char zObjectsTemp[] = "SELECT 1, type, name, tbl_name, sql FROM "
                                   "temp.sqlite_schema ORDER BY rowid";
static const char zMetaGet[] =
    "SELECT value FROM main._migrate_meta WHERE name = ?1";
static const char zMetaSet[] =
    "INSERT OR REPLACE INTO main._migrate_meta(name, value) VALUES(?1, ?2)";

#define COUNT_MAX 0xffffffffffffLL /* greatest count of a fact */
#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* The tables of each version. All of them have _migrate_meta first. */
static const struct {
  int n;
  const StoreTable *a; /* made from sql/store*.sql */
} aVersion[MIGRATE_STORE_VERSION + 1] = {{0, 0},
                                         {COUNT(aStore1), aStore1},
                                         {COUNT(aStore2), aStore2},
                                         {COUNT(aStoreNow), aStoreNow}};

/* Those that version 2 has given a seal, as last column, and their key. */
static const char *const aSealed[][2] = {
    {"_migrate_revisions", "seq"},
    {"_migrate_edges", "revision, kind, position"},
    {"_migrate_applied", "revision"}};

static const char zOurs[] = "_migrate_"; /* our names begin so */

/* Does a name begin as ours do, in any case? */
static int namedLikeOurs(const char *z) {
  return z[0] == '_' && migStrNICmp(z, zOurs, (i64)sizeof(zOurs) - 1) == 0;
}

/* Index of a name, apart from case, among the tables of a version, or -1. */
static int storeTable(int iVersion, const char *zName) {
  const int nOurs = (int)sizeof(zOurs) - 1;
  int i;

  if (!namedLikeOurs(zName)) {
    return -1;
  }
  for (i = 0; i < aVersion[iVersion].n; i++) {
    const char *z = aVersion[iVersion].a[i].zName;
    /* most differ in the next letter: soonest seen */
    if ((z[nOurs] | 32) == (zName[nOurs] | 32) && migStrICmp(z, zName) == 0) {
      return i;
    }
  }
  return -1;
}

/* True when zName is, apart from case, a table of this version. Another name
** that begins like ours is not. */
int migStoreOwnsTable(const char *zName) {
  return storeTable(MIGRATE_STORE_VERSION, zName) >= 0;
}

/* Name and text of the i-th table, from 0, as migStoreCreate() makes it; NULL
** behind the last, and *pzSql is as it was. */
const char *migStoreTable(int i, const char **pzSql) {
  if (i >= COUNT(aStoreNow)) {
    return 0;
  }
  *pzSql = aStoreNow[i].zSql;
  return aStoreNow[i].zName;
}

/* Column i of the current row until the statement is stepped; "" for NULL, and
** for want of memory, which the next step of the statement reports. */
static const char *columnText(sqlite3_stmt *pStmt, int i) {
  const char *z = (const char *)sqlite3_column_text(pStmt, i);

  return z ? z : "";
}

/* Does the text, or NULL, hold "_migrate_" in any case? */
int migStoreMentioned(const char *z) {
  while (z && (z = strchr(z, '_')) != 0) {
    if (namedLikeOurs(z)) {
      return 1;
    }
    z++;
  }
  return 0;
}

/* The number of the table in a version that is called zName and made by zSql,
** or -1. The text is compared byte by byte. */
static int tableMadeBy(int iVersion, const char *zName, const char *zSql) {
  int i = storeTable(iVersion, zName);

  return i >= 0 && strcmp(zSql, aVersion[iVersion].a[i].zSql) == 0 ? i : -1;
}

/* STORE_NEWER when a later version wrote the file. */
static void storeVersionCheck(MigContext *p, i64 iVersion) {
  if (p->rc == SQLITE_OK && iVersion > MIGRATE_STORE_VERSION) {
    migFail(p, MIG_STORE_NEWER,
            "the file has store version %lld, this migrate knows %d; load a"
            " newer migrate",
            iVersion, MIGRATE_STORE_VERSION);
  }
}

/* STORE_DAMAGED for a foreign key of a table to one of ours: its actions would
** run with our writes. */
static void refuseReferences(MigContext *p, const char *zName) {
  sqlite3_stmt *pKey =
      migPrepareF(p, "PRAGMA main.foreign_key_list(\"%w\")", zName);

  while (migStep(p, pKey)) {
    const char *zParent = columnText(pKey, 2);
    if (migStoreOwnsTable(zParent)) {
      migFail(p, MIG_STORE_DAMAGED,
              "table %s refers to %s, which belongs to migrate; drop it", zName,
              zParent);
    }
  }
  migFinalize(p, pKey);
}

/* What the schema holds that concerns us, as each version sees it. */
typedef struct Found {
  int bAny;         /* something under one of our names */
  int bMeta;        /* _migrate_meta as we make it */
  MigList suspects; /* tables of others that mention ours */
  struct {
    int nOurs;    /* tables exactly as that version makes them */
    char *zOther; /* something else under one of our names */
  } a[MIGRATE_STORE_VERSION + 1];
} Found;

/* Look at an object under one of our names: it is a table as a version makes
** it, or something else to that version, of which the first is kept for the
** message. The same text may be that of several versions. */
static void foundOurs(MigContext *p, Found *pFound, sqlite3_stmt *pStmt) {
  int bTemp = sqlite3_column_int(pStmt, 0);
  const char *zType = columnText(pStmt, 1);
  const char *zName = columnText(pStmt, 2);
  const char *zSql = columnText(pStmt, 4);
  int bTable = !bTemp && strcmp(zType, "table") == 0;
  int i;

  pFound->bAny = 1;
  for (i = 1; i <= MIGRATE_STORE_VERSION; i++) {
    int iTable = bTable ? tableMadeBy(i, zName, zSql) : -1;
    if (iTable >= 0) {
      pFound->a[i].nOurs++;
      pFound->bMeta |= iTable == 0;
    } else if (pFound->a[i].zOther == 0) {
      pFound->a[i].zOther =
          migPrintf(p, "%s%s %s", bTemp ? "temp " : "", zType, zName);
    }
  }
}

/* Look at one object. What hangs on a table of ours, a trigger or an index, has
** that table's name as tbl_name. Others' tables that mention ours may refer to
** them; their foreign keys are looked at later. */
static void foundAdd(MigContext *p, Found *pFound, sqlite3_stmt *pStmt) {
  const char *zName = columnText(pStmt, 2);
  const char *zTable = columnText(pStmt, 3);

  if (namedLikeOurs(zName) || namedLikeOurs(zTable)) {
    if (sqlite3_column_type(pStmt, 4) != SQLITE_NULL && /* automatic index */
        (migStoreOwnsTable(zTable) || migStoreOwnsTable(zName))) {
      foundOurs(p, pFound, pStmt);
    }
  } else if (migStoreMentioned(columnText(pStmt, 4)) &&
             strcmp(columnText(pStmt, 1), "table") == 0) {
    migListAdd(p, &pFound->suspects, migStrdup(p, zName));
  }
}

/* STORE_DAMAGED unless the tables are those of the version, all of them and
** nothing else. A version of 0, when the file does not say, is damaged as well;
** what else is wrong speaks first. */
static void foundCheck(MigContext *p, const Found *pFound, i64 iVersion) {
  int i = iVersion < 1 || iVersion > MIGRATE_STORE_VERSION
              ? MIGRATE_STORE_VERSION
              : (int)iVersion;

  if (pFound->a[i].zOther) {
    migFail(p, MIG_STORE_DAMAGED,
            "%s is not as migrate made it; restore the file from a copy,"
            " or drop that object",
            pFound->a[i].zOther);
  } else if (pFound->a[i].nOurs != aVersion[i].n) {
    migFail(p, MIG_STORE_DAMAGED,
            "%d of the %d _migrate_ tables are missing; restore the file"
            " from a copy",
            aVersion[i].n - pFound->a[i].nOurs, aVersion[i].n);
  } else if (iVersion < 1) {
    migFail(p, MIG_STORE_DAMAGED,
            "the store has no version; restore the file from a copy");
  }
}

/* Look at all objects that a statement lists. */
static void foundAll(MigContext *p, Found *pFound, const char *zSql) {
  sqlite3_stmt *pStmt = migPrepare(p, zSql);

  while (migStep(p, pStmt)) {
    foundAdd(p, pFound, pStmt);
  }
  migFinalize(p, pStmt);
}

/* Has the connection ever used TEMP? Until then there is no file of it, and
** nothing in it. */
static int tempUsed(sqlite3 *db) {
  u32 iVersion;

  return sqlite3_file_control(db, "temp", SQLITE_FCNTL_DATA_VERSION,
                              &iVersion) != SQLITE_ERROR;
}

/*
** The version of our tables in the file, 0 when it holds none of them, and
** after failure. STORE_DAMAGED when there is anything else under our names, or
** a table is missing; STORE_NEWER when a later version made them. It reads the
** whole schema of main and TEMP. The caller holds a read transaction, or
** accepts that the answer may be old.
*/
int migStoreOpen(MigContext *p) {
  Found found;
  i64 iVersion = 0;
  int i;

  memset(&found, 0, sizeof(found));
  foundAll(p, &found, zObjects);
  if (tempUsed(p->db)) {
    foundAll(p, &found, zObjectsTemp);
  }
  if (p->rc || !found.bAny) {
    return 0;
  }
  if (found.bMeta) {
    iVersion = migMetaInt(p, "store_version");
    storeVersionCheck(p, iVersion); /* speaks before what differs with it */
  }
  foundCheck(p, &found, iVersion);
  for (i = 0; i < found.suspects.n && p->rc == SQLITE_OK; i++) {
    refuseReferences(p, found.suspects.az[i]);
  }
  return p->rc ? 0 : (int)iVersion;
}

/* The facts that version 2 has added, for a store without backups. */
static void metaBackups(MigContext *p) {
  migMetaSetInt(p, "last_backup", 0);
  migMetaSetInt(p, "chunk_bytes", 0);
}

/* Make our tables, and the facts of a store without revisions. The caller holds
** the write transaction and knows that none of them exists. After failure it
** rolls back. The schema has changed: what was compiled has expired. */
void migStoreCreate(MigContext *p) {
  int i;

  for (i = 0; i < COUNT(aStoreNow); i++) {
    migExec(p, aStoreNow[i].zSql);
  }
  migMetaSetInt(p, "store_version", MIGRATE_STORE_VERSION);
  migMetaSetText(p, "heads", "");
  migMetaSetText(p, "current", "");
  migMetaSetInt(p, "pending", 0);
  metaBackups(p);
}

/* ---- an older store ---- */

/* An upgrade under way. */
typedef struct Upgrade {
  MigStoreChanged xChanged; /* what the caller wants called */
  void *pArg;               /* and with what */
  const char *zScratch;     /* name of no object of the file */
} Upgrade;

/*
** A name that no object of schema main has, in the arena; NULL after failure.
*/
static char *scratchName(MigContext *p) {
  sqlite3_stmt *pStmt = 0;
  char *zName = 0;
  int bTaken = 1;
  int n;

  for (n = 0; bTaken && p->rc == SQLITE_OK; n++) {
    zName = migPrintf(p, "_migrate_scratch%d", n);
    pStmt = migPrepare(p, "SELECT name FROM main.sqlite_schema");
    bTaken = 0;
    while (migStep(p, pStmt)) {
      bTaken |= migStrICmp(columnText(pStmt, 0), zName) == 0;
    }
    migFinalize(p, pStmt);
  }
  return zName;
}

/* After a statement that has changed the schema: tell the caller. */
static void upgradeChanged(MigContext *p, const Upgrade *pUpgrade) {
  if (p->rc == SQLITE_OK) {
    pUpgrade->xChanged(p, pUpgrade->pArg);
  }
}

/* Copy the rows of the scratch table to zTable, which has one column more, the
** seal. Values are moved as they are, and sealed as they are. */
static void sealedCopy(MigContext *p, const Upgrade *pUpgrade,
                       const char *zTable) {
  sqlite3_stmt *pRead = migPrepareF(
      p, "SELECT * FROM main.\"%w\" ORDER BY rowid", pUpgrade->zScratch);
  int n = sqlite3_column_count(pRead);
  MigText text = {0, 0, 0};
  u8 aSeal[MIG_SEAL_SIZE];
  sqlite3_stmt *pWrite;
  int i;

  for (i = 0; i <= n; i++) {
    migTextStr(p, &text, i ? ",?" : "?");
  }
  pWrite = migPrepareF(p, "INSERT INTO main.\"%w\" VALUES(%s)", zTable,
                       migTextZ(&text)); /* sql-ok: parameters */
  while (migStep(p, pRead)) {
    migSealRow(p, pRead, zTable, n, aSeal);
    for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
      int rc =
          sqlite3_bind_value(pWrite, i + 1, sqlite3_column_value(pRead, i));
      if (rc) {
        migFailDb(p, rc);
      }
    }
    migBindBlob(p, pWrite, n + 1, aSeal, MIG_SEAL_SIZE);
    migRun(p, pWrite);
  }
  migFinalize(p, pWrite);
  migFinalize(p, pRead);
}

/*
** Give the rows of a table their seal; zKey orders them. By way of a second
** table, not ALTER TABLE: a rename fails when a view of the file is broken, and
** a column that is added would stand behind the table's constraints in its
** text.
*/
static void sealedRebuild(MigContext *p, const Upgrade *pUpgrade,
                          const char *zTable, const char *zKey) {
  int i = storeTable(MIGRATE_STORE_VERSION, zTable);

  migExecF(p,
           "CREATE TABLE main.\"%w\" AS SELECT * FROM main.\"%w\""
           " ORDER BY %s", /* sql-ok: constant */
           pUpgrade->zScratch, zTable, zKey);
  upgradeChanged(p, pUpgrade);
  migExecF(p, "DROP TABLE main.\"%w\"", zTable);
  upgradeChanged(p, pUpgrade);
  migExec(p, aStoreNow[i].zSql);
  upgradeChanged(p, pUpgrade);
  sealedCopy(p, pUpgrade, zTable);
  migExecF(p, "DROP TABLE main.\"%w\"", pUpgrade->zScratch);
  upgradeChanged(p, pUpgrade);
}

/*
** Make a store of version iVersion, as migStoreOpen() has returned it, one of
** this version. The caller holds the write transaction. All rows stay, with
** their values. xChanged is called after each change of the schema. After
** failure the caller rolls back.
*/
void migStoreUpgrade(MigContext *p, int iVersion, MigStoreChanged xChanged,
                     void *pArg) {
  Upgrade upgrade = {xChanged, pArg, scratchName(p)};
  int i;

  for (i = 0; i < COUNT(aSealed) && iVersion < 2; i++) {
    sealedRebuild(p, &upgrade, aSealed[i][0], aSealed[i][1]);
  }
  for (i = 0; i < COUNT(aStoreNow); i++) {
    if (storeTable(iVersion, aStoreNow[i].zName) < 0) {
      migExec(p, aStoreNow[i].zSql);
      upgradeChanged(p, &upgrade);
    }
  }
  if (iVersion < 2) {
    metaBackups(p);
  }
  migMetaSetInt(p, "store_version", MIGRATE_STORE_VERSION);
}

/* ---- facts ---- */

/* An integer fact; 0 when it is not there, and after failure. */
i64 migMetaInt(MigContext *p, const char *zName) {
  sqlite3_stmt *pStmt = migCached(p, zMetaGet);
  i64 v = 0;

  migBindText(p, pStmt, 1, zName);
  if (migStep(p, pStmt)) {
    v = sqlite3_column_int64(pStmt, 0);
  }
  sqlite3_reset(pStmt);
  return v;
}

/* A fact that is a count; 0 also when it cannot be true, so that sums of it do
** not overflow. */
i64 migMetaCount(MigContext *p, const char *zName) {
  i64 n = migMetaInt(p, zName);

  return n < 0 || n > COUNT_MAX ? 0 : n;
}

/* A text fact in the arena; NULL when it is not there, and after failure. */
char *migMetaText(MigContext *p, const char *zName) {
  sqlite3_stmt *pStmt = migCached(p, zMetaGet);
  char *z = 0;

  migBindText(p, pStmt, 1, zName);
  if (migStep(p, pStmt)) {
    z = migColumnText(p, pStmt, 0);
  }
  sqlite3_reset(pStmt);
  return z;
}

/* Set a fact, there or not. The caller holds the write transaction, as for the
** next. */
void migMetaSetInt(MigContext *p, const char *zName, i64 v) {
  sqlite3_stmt *pStmt = migCached(p, zMetaSet);

  migBindText(p, pStmt, 1, zName);
  migBindInt(p, pStmt, 2, v);
  migRun(p, pStmt);
}

/* The same with a text; NULL sets it to NULL. */
void migMetaSetText(MigContext *p, const char *zName, const char *z) {
  sqlite3_stmt *pStmt = migCached(p, zMetaSet);

  migBindText(p, pStmt, 1, zName);
  migBindText(p, pStmt, 2, z);
  migRun(p, pStmt);
}
