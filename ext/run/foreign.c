/*
** foreign.c - no new foreign-key violation leaves a run.
**
** While enforcement is off, SQLite neither cascades nor refuses. So each table
** that is then written, dropped, renamed or rebuilt is watched, together with
** the tables that refer to it: their violations are counted just before the
** first such statement, and counted again before the commit. More than before
** is FOREIGN_KEY. Violations that were there earlier do not block: up to
** OLD_COMPARED of a table they are compared by what they refer to, because a
** rebuild may give the rows other rowids; beyond that only by their number.
**
** Where no table of the file has a foreign key and no script names REFERENCES
** all of this costs nothing.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "foreign.h"

struct MigWatched {
  MigWatched *pNext;
  const char *zTable;
  i64 nBefore;    /* violations before; -1: could not be counted (mismatch) */
  MigText before; /* what they refer to, see violationKeys() */
};

#define OLD_COMPARED 1000

static const char zAny[] =
    "SELECT 1 FROM main.sqlite_schema"
    " WHERE type = 'table' AND instr(lower(sql), 'references') LIMIT 1";
static const char zChildren[] =
    "SELECT DISTINCT m.name FROM main.sqlite_schema AS m,"
    " pragma_foreign_key_list(m.name, 'main') AS f"
    " WHERE m.type = 'table' AND instr(lower(m.sql), 'references')"
    " AND lower(substr(m.sql, 1, 13)) = 'create table '"
    " AND f.\"table\" = ?1 COLLATE NOCASE";
static const char zCount[] =
    "SELECT count(*) FROM pragma_foreign_key_check(?1, 'main')";
static const char zRows[] =
    "SELECT \"rowid\", parent FROM pragma_foreign_key_check(?1, 'main')"
    " LIMIT 5";

/* For each foreign key of a table a query of what its violations refer to:
** the parent and the referring values as SQL literals. SQLite's own format()
** puts it together, with %w and %Q for names; its %s is a list of these. */
/* sql-ok: see above */
static const char zKeyQueries[] =
    "SELECT format('SELECT %Q || ''('' || %s || '')'' FROM main.\"%w\" AS c"
    " WHERE c.rowid IN (SELECT \"rowid\" FROM"
    " pragma_foreign_key_check(%Q, ''main'') WHERE fkid = %d)',"
    " \"table\", group_concat(format('quote(c.\"%w\")', \"from\"),"
    " ' || '','' || '), ?1, ?1, id)"
    " FROM pragma_foreign_key_list(?1, 'main') GROUP BY id";

/* Look whether the schema holds any foreign key. */
void migForeignStart(MigContext *p, MigForeign *pForeign) {
  memset(pForeign, 0, sizeof(*pForeign));
  pForeign->bAny = (int)migQueryInt(p, 0, "%s", zAny); /* sql-ok: constant */
}

static MigWatched *watchedFind(MigForeign *pForeign, const char *zTable) {
  MigWatched *pOne;

  for (pOne = pForeign->pFirst; pOne; pOne = pOne->pNext) {
    if (migStrICmp(pOne->zTable, zTable) == 0) {
      return pOne;
    }
  }
  return 0;
}

static MigWatched *watchedAdd(MigContext *p, MigForeign *pForeign,
                              const char *zTable) {
  MigWatched *pNew = migAlloc(p, sizeof(*pNew));

  if (pNew) {
    pNew->zTable = migStrdup(p, zTable);
    pNew->pNext = pForeign->pFirst;
    pForeign->pFirst = pNew;
  }
  return pNew;
}

/* Number of violations in the rows of a table; 0 when it does not exist, -1
** when a foreign key of it fits no parent key, so that nothing can be
** counted. */
static i64 violations(MigContext *p, const char *zTable) {
  sqlite3_stmt *pStmt;
  i64 n = 0;
  int rc;

  if (!migQueryInt(p, 0,
                   "SELECT 1 FROM main.sqlite_schema WHERE type='table'"
                   " AND name=%Q COLLATE NOCASE",
                   zTable)) {
    return 0;
  }
  pStmt = migCached(p, zCount);
  migBindText(p, pStmt, 1, zTable);
  if (p->rc == SQLITE_OK) {
    rc = sqlite3_step(pStmt);
    if (rc == SQLITE_ROW) {
      n = sqlite3_column_int64(pStmt, 0);
    } else if ((rc & 0xff) == SQLITE_ERROR) {
      n = -1;
    } else {
      migFailDb(p, rc);
    }
  }
  sqlite3_reset(pStmt);
  return n;
}

/* Append what the violations of a table refer to, each as a text with a zero
** byte behind. Tables without rowid, and those with a column of that name
** that is something else, give nothing to compare. */
static void violationKeys(MigContext *p, const char *zTable, MigText *pOut) {
  sqlite3_stmt *pQuery = migPrepare(p, zKeyQueries);
  sqlite3_stmt *pStmt = 0;

  migBindText(p, pQuery, 1, zTable);
  while (migStep(p, pQuery)) {
    const char *zSql = (const char *)sqlite3_column_text(pQuery, 0);
    int rc =
        zSql ? sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0) : SQLITE_NOMEM;
    if ((rc & 0xff) == SQLITE_ERROR) {
      break;
    }
    if (rc) {
      migFailDb(p, rc);
    }
    while (migStep(p, pStmt)) {
      const char *zKey = (const char *)sqlite3_column_text(pStmt, 0);
      migTextAdd(p, pOut, zKey, zKey ? (i64)strlen(zKey) + 1 : 0);
    }
    sqlite3_finalize(pStmt);
    pStmt = 0;
  }
  migFinalize(p, pQuery);
}

/* Are all keys of pNow among those of pBefore, each as often? Those found are
** blanked in pBefore. */
static int keysWithin(MigText *pBefore, const MigText *pNow) {
  i64 i;
  i64 j;

  for (i = 0; i < pNow->n; i += (i64)strlen(pNow->z + i) + 1) {
    for (j = 0; j < pBefore->n; j += (i64)strlen(pBefore->z + j) + 1) {
      if (strcmp(pBefore->z + j, pNow->z + i) == 0) {
        pBefore->z[j] = '!'; /* no key begins so: it is the parent's name */
        break;
      }
    }
    if (j >= pBefore->n) {
      return 0;
    }
  }
  return 1;
}

static void watchOne(MigContext *p, MigForeign *pForeign, const char *zTable) {
  if (p->rc == SQLITE_OK && watchedFind(pForeign, zTable) == 0) {
    MigWatched *pNew = watchedAdd(p, pForeign, zTable);
    i64 n = violations(p, zTable);
    if (pNew) {
      pNew->nBefore = n;
      if (n > 0 && n <= OLD_COMPARED) {
        violationKeys(p, zTable, &pNew->before);
      }
    }
  }
}

/* Watch a table and those that refer to it. Called before the statement that
** changes it. */
void migForeignWatch(MigContext *p, MigForeign *pForeign, const char *zTable) {
  sqlite3_stmt *pStmt;
  MigText names = {0, 0, 0};
  i64 i;

  if (!pForeign->bAny || watchedFind(pForeign, zTable)) {
    return;
  }
  pStmt = migCached(p, zChildren);
  migBindText(p, pStmt, 1, zTable);
  while (migStep(p, pStmt)) {
    const char *zChild = (const char *)sqlite3_column_text(pStmt, 0);
    migTextAdd(p, &names, zChild, zChild ? (i64)strlen(zChild) + 1 : 0);
  }
  sqlite3_reset(pStmt);
  for (i = 0; p->rc == SQLITE_OK && i < names.n;
       i += (i64)strlen(names.z + i) + 1) {
    watchOne(p, pForeign, names.z + i);
  }
  watchOne(p, pForeign, zTable);
}

/* After ALTER TABLE zOld RENAME TO zNew: old violations moved along. */
void migForeignRenamed(MigContext *p, MigForeign *pForeign, const char *zOld,
                       const char *zNew) {
  MigWatched *pOld = watchedFind(pForeign, zOld);

  if (pOld && watchedFind(pForeign, zNew) == 0) {
    MigWatched *pNew = watchedAdd(p, pForeign, zNew);
    if (pNew) {
      pNew->nBefore = pOld->nBefore;
      pNew->before = pOld->before;
    }
  }
}

static void violationFail(MigContext *p, const MigWatched *pOne, i64 nNow) {
  sqlite3_stmt *pStmt;
  MigText rows = {0, 0, 0};

  if (nNow < 0) {
    migFail(p, MIG_FOREIGN_KEY,
            "a foreign key of table %s no longer fits a primary key or UNIQUE"
            " of its parent; keep that constraint",
            pOne->zTable);
    return;
  }
  pStmt = migCached(p, zRows);
  migBindText(p, pStmt, 1, pOne->zTable);
  while (migStep(p, pStmt)) {
    migTextF(p, &rows, "%s%s %s (parent %s)", rows.n ? ", " : "",
             sqlite3_column_type(pStmt, 0) == SQLITE_NULL ? "a row" : "rowid",
             sqlite3_column_text(pStmt, 0) ? sqlite3_column_text(pStmt, 0)
                                           : (const unsigned char *)"",
             sqlite3_column_text(pStmt, 1));
  }
  sqlite3_reset(pStmt);
  migFail(p, MIG_FOREIGN_KEY,
          "table %s would have %lld row(s) without their parent, %lld before:"
          " %s; mend the script",
          pOne->zTable, nNow, pOne->nBefore < 0 ? 0 : pOne->nBefore,
          migTextZ(&rows));
}

/* Has a table violations that it had not before? */
static int violationsNew(MigContext *p, MigWatched *pOne, i64 nNow) {
  MigText now = {0, 0, 0};

  if (pOne->nBefore < 0 || nNow == 0) {
    return 0;
  }
  if (nNow < 0 || nNow > pOne->nBefore) {
    return 1;
  }
  if (pOne->before.n) {
    violationKeys(p, pOne->zTable, &now);
  }
  return !keysWithin(&pOne->before, &now);
}

/* Before the commit: FOREIGN_KEY when a watched table has new violations.
** Nothing is watched afterwards. */
void migForeignCheck(MigContext *p, MigForeign *pForeign) {
  MigWatched *pOne;

  for (pOne = pForeign->pFirst; pOne && p->rc == SQLITE_OK;
       pOne = pOne->pNext) {
    i64 nNow = violations(p, pOne->zTable);
    if (p->rc == SQLITE_OK && violationsNew(p, pOne, nNow)) {
      violationFail(p, pOne, nNow);
    }
  }
  pForeign->pFirst = 0;
}
