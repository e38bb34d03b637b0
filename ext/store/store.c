/*
** store.c - the tables of ours inside the database file.
**
** Their definition is sql/store.sql, compiled in as aStoreTable. A file is not
** trusted: someone may have put views or triggers in the place of our tables,
** so before any use every object that carries one of our names, or hangs on
** one of our tables, must be exactly as given there. TEMP triggers of
** the connection on our tables are refused for the same reason. With that
** held, no statement of ours can fire foreign code.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "text.h"
#include "store.h"
#include "store_sql.h"

/* All objects, those of the connection too. The text of an automatic index is
** NULL. What concerns us is picked out in C: it takes one pass, and no function
** that the application could have replaced. */
static const char zObjects[] =
    "SELECT 0, type, name, tbl_name, sql FROM main.sqlite_schema"
    " UNION ALL"
    " SELECT 1, type, name, tbl_name, sql FROM temp.sqlite_schema";
static const char zMetaGet[] =
    "SELECT value FROM main._migrate_meta WHERE name = ?1";
static const char zMetaSet[] =
    "INSERT INTO main._migrate_meta(name, value) VALUES(?1, ?2)"
    " ON CONFLICT(name) DO UPDATE SET value = excluded.value";

#define STORE_TABLES ((int)(sizeof(aStoreTable) / sizeof(aStoreTable[0])))

/* Index in aStoreTable of a name, apart from case, or -1. */
static int storeTable(const char *zName) {
  int i;

  for (i = 0; i < STORE_TABLES; i++) {
    if (migStrICmp(zName, aStoreTable[i].zName) == 0) {
      return i;
    }
  }
  return -1;
}

/* True when zName is, apart from case, one of our tables. */
int migStoreOwnsTable(const char *zName) {
  return storeTable(zName) >= 0;
}

static const char *columnText(sqlite3_stmt *pStmt, int i) {
  const char *z = (const char *)sqlite3_column_text(pStmt, i);

  return z ? z : "";
}

static int namedLikeOurs(const char *z) {
  return sqlite3_strnicmp(z, "_migrate_", 9) == 0;
}

/* Does the text hold "_migrate_" in any case? */
static int mentionsOurs(const char *z) {
  while ((z = strchr(z, '_')) != 0) {
    if (namedLikeOurs(z)) {
      return 1;
    }
    z++;
  }
  return 0;
}

/* Is the object of the current row of zObjects a table as we make it? */
static int objectIsOurs(sqlite3_stmt *pStmt) {
  int i = storeTable(columnText(pStmt, 2));

  return i >= 0 && sqlite3_column_int(pStmt, 0) == 0 &&
         strcmp(columnText(pStmt, 1), "table") == 0 &&
         strcmp(columnText(pStmt, 4), aStoreTable[i].zSql) == 0;
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

/* Refuse a foreign key of a table to one of ours: its actions would run with
** our writes. */
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

/* What the schema holds that concerns us. */
typedef struct Found {
  int nOurs;        /* tables exactly as we make them */
  int bMeta;        /* _migrate_meta is one of them */
  char *zOther;     /* something else under one of our names */
  MigList suspects; /* tables of others that mention ours */
} Found;

/* Look at one object. */
static void foundAdd(MigContext *p, Found *pFound, sqlite3_stmt *pStmt) {
  const char *zName = columnText(pStmt, 2);
  const char *zTable = columnText(pStmt, 3);

  if (namedLikeOurs(zName) || namedLikeOurs(zTable)) {
    if (sqlite3_column_type(pStmt, 4) == SQLITE_NULL) {
      return; /* an automatic index */
    }
    if (objectIsOurs(pStmt)) {
      pFound->nOurs++;
      pFound->bMeta |= storeTable(zName) == 0;
    } else if (pFound->zOther == 0 &&
               (migStoreOwnsTable(zTable) || migStoreOwnsTable(zName))) {
      pFound->zOther =
          migPrintf(p, "%s%s %s", sqlite3_column_int(pStmt, 0) ? "temp " : "",
                    columnText(pStmt, 1), zName);
    }
  } else if (mentionsOurs(columnText(pStmt, 4)) &&
             strcmp(columnText(pStmt, 1), "table") == 0) {
    migListAdd(p, &pFound->suspects, migStrdup(p, zName));
  }
}

/*
** True when the file holds our tables, false when it holds none of them.
** STORE_DAMAGED when there is anything else under our names, STORE_NEWER when
** a later version made them. The caller holds a read transaction, or accepts
** that the answer may be old.
*/
int migStoreOpen(MigContext *p) {
  sqlite3_stmt *pStmt = migPrepare(p, zObjects);
  Found found;
  i64 iVersion = 0;
  int i;

  memset(&found, 0, sizeof(found));
  while (migStep(p, pStmt)) {
    foundAdd(p, &found, pStmt);
  }
  migFinalize(p, pStmt);
  if (p->rc || (found.nOurs == 0 && found.zOther == 0)) {
    return 0;
  }
  if (found.bMeta) {
    iVersion = migMetaInt(p, "store_version");
    storeVersionCheck(p, iVersion); /* speaks before what differs with it */
  }
  if (found.zOther) {
    migFail(p, MIG_STORE_DAMAGED,
            "%s is not as migrate made it; restore the file from a copy,"
            " or drop that object",
            found.zOther);
  } else if (found.nOurs != STORE_TABLES) {
    migFail(p, MIG_STORE_DAMAGED,
            "%d of the %d _migrate_ tables are missing; restore the file"
            " from a copy",
            STORE_TABLES - found.nOurs, STORE_TABLES);
  } else if (iVersion < 1) {
    migFail(p, MIG_STORE_DAMAGED,
            "the store has no version; restore the file from a copy");
  }
  for (i = 0; i < found.suspects.n && p->rc == SQLITE_OK; i++) {
    refuseReferences(p, found.suspects.az[i]);
  }
  return p->rc == SQLITE_OK;
}

/* Make our tables. The caller holds the write transaction and knows that none
** of them exists. */
void migStoreCreate(MigContext *p) {
  int i;

  for (i = 0; i < STORE_TABLES; i++) {
    migExec(p, aStoreTable[i].zSql);
  }
  migMetaSetInt(p, "store_version", MIGRATE_STORE_VERSION);
  migMetaSetText(p, "heads", "");
  migMetaSetText(p, "current", "");
  migMetaSetInt(p, "pending", 0);
}

/* An integer fact; 0 when it is not there. */
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

/* A text fact in the arena; NULL when it is not there. */
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

void migMetaSetInt(MigContext *p, const char *zName, i64 v) {
  sqlite3_stmt *pStmt = migCached(p, zMetaSet);

  migBindText(p, pStmt, 1, zName);
  migBindInt(p, pStmt, 2, v);
  migRun(p, pStmt);
}

void migMetaSetText(MigContext *p, const char *zName, const char *z) {
  sqlite3_stmt *pStmt = migCached(p, zMetaSet);

  migBindText(p, pStmt, 1, zName);
  migBindText(p, pStmt, 2, z);
  migRun(p, pStmt);
}
