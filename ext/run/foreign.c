/*
** foreign.c - no new foreign-key violation leaves a run.
**
** While enforcement is off, SQLite neither cascades nor refuses. So each table
** that is then written, dropped, renamed or rebuilt is watched, together with
** the tables that refer to it, also those made later. Their violations are
** counted just before the first such statement, and again before the commit.
** More than before is FOREIGN_KEY. Those that were there earlier are no
** obstacle: up to OLD_COMPARED of a table they are compared by what they refer
** to, because a rebuild may give the rows other rowids; beyond that only by
** their number. A rename of the parent goes into what is remembered, as SQLite
** writes it into the children; those of columns do not matter.
**
** Where no table of the file has a foreign key and no script names REFERENCES
** all of this costs nothing.
**
** A run goes through it so:
**
**   migForeignStart()    once, before the first script
**   migForeignWatch(t)   before each statement that changes t: violations of t
**                        and of its children are counted, unless they are
**                        watched already
**   migForeignCreated()  behind CREATE TABLE
**   migForeignRenamed()  behind ALTER TABLE ... RENAME TO
**   migForeignCheck()    before each commit; then it begins anew
**
** Limits: beyond OLD_COMPARED old violations of a table, and in tables WITHOUT
** ROWID, a row that loses its parent while another one finds its own is not
** noticed; where such a table takes the name of another one that had violations
** the numbers of both count together. Nor is anything in a table whose
** violations could not be counted before, because a foreign key of it fits no
** key of its parent (foreignkeys.html, "Required and Suggested Database
** Indexes").
*/
#include <string.h>
#include "sql.h"
#include "layout.h"
#include "text.h"
#include "foreign.h"

#define OLD_COMPARED 1000 /* old violations of a table that are compared */

/* A violation: the row, by rowid, and the foreign key, by number. */
typedef struct Violation {
  i64 iRowid; /* 0 in a table WITHOUT ROWID */
  int iKey;   /* column id of PRAGMA foreign_key_list */
} Violation;

/* What is wrong with the foreign keys of one table. Some 16 kB on the
** stack: no function holds two. */
typedef struct Findings {
  i64 nRow; /* rows without parent; -1: cannot be counted, because a key
            ** fits no PRIMARY KEY or UNIQUE of its parent */
  Violation a[OLD_COMPARED]; /* the first of the rows */
  const char *zParent;       /* parent of the last of them */
  int bRowid;                /* they have a rowid */
} Findings;

/* What a violation refers to. */
typedef struct Orphan {
  const char *zParent; /* by its name of now; case does not count */
  const char *zValues; /* the referring values as SQL literals */
  int bTaken;          /* it has excused a violation at the end */
} Orphan;

/* Some of them. Those of a table go on with it under another name, so two lists
** may have the same. */
typedef struct Orphans {
  int n;
  Orphan **ap; /* in the arena */
} Orphans;

/* A table and what was wrong with it when it was first watched. */
struct MigWatched {
  MigWatched *pNext;
  const char *zTable; /* as it was asked for; case does not count */
  int bChildren;      /* the tables that refer to it are watched too */
  i64 nBefore;        /* Findings.nRow before */
  Orphans before;     /* the violations, see orphansRead() */
};

/* May any table have a foreign key? The word may as well be a name or stand in
** a comment. */
static const char zAny[] =
    "SELECT 1 FROM main.sqlite_schema"
    " WHERE type = 'table' AND instr(lower(sql), 'references') LIMIT 1";
/* The tables that may refer to another one: no virtual ones, which have no
** foreign keys. SQLite stores each text with this beginning. */
static const char zReferring[] =
    "SELECT name FROM main.sqlite_schema"
    " WHERE type = 'table' AND instr(lower(sql), 'references')"
    " AND lower(substr(sql, 1, 13)) = 'create table ' ORDER BY rowid";

/* Look whether the schema holds any foreign key, and watch nothing yet. bAny is
** to be set by who adds a foreign key afterwards. */
void migForeignStart(MigContext *p, MigForeign *pForeign) {
  memset(pForeign, 0, sizeof(*pForeign));
  pForeign->zRemedy = "mend the script";
  pForeign->bAny = (int)migQueryInt(p, 0, "%s", zAny); /* sql-ok: constant */
}

/* The entry of a table, whatever the case of its name, or NULL. */
static MigWatched *watchedFind(MigForeign *pForeign, const char *zTable) {
  MigWatched *pOne;

  for (pOne = pForeign->pFirst; pOne; pOne = pOne->pNext) {
    if (migStrICmp(pOne->zTable, zTable) == 0) {
      return pOne;
    }
  }
  return 0;
}

/* A new entry in front of the others, its name copied, its counts 0. NULL after
** failure. */
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

/* Has main a table of that name? */
static int tableExists(MigContext *p, const char *zTable) {
  return (int)migQueryInt(p, 0,
                          "SELECT 1 FROM main.sqlite_schema"
                          " WHERE type='table' AND name=%Q COLLATE NOCASE",
                          zTable);
}

/*
** Look at the foreign keys of a table. The PRAGMAs are used as such: a table
** of the file could take the name of their table-valued functions. A table that
** is not there has nothing wrong with it. SQLITE_ERROR is what
** foreign_key_check answers for a key that fits none of its parent: no error
** here, but nRow -1. Needs the transaction of the run.
*/
static void findingsMake(MigContext *p, const char *zTable, Findings *pOut) {
  sqlite3_stmt *pStmt = 0;
  int rc = SQLITE_DONE;
  char *zSql;

  memset(pOut, 0, offsetof(Findings, a));
  pOut->zParent = 0;
  pOut->bRowid = 0;
  if (!tableExists(p, zTable)) {
    return;
  }
  zSql = migPrintf(p, "PRAGMA main.foreign_key_check(\"%w\")", zTable);
  if (p->rc == SQLITE_OK) {
    rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  }
  while (pStmt && p->rc == SQLITE_OK &&
         (rc = sqlite3_step(pStmt)) == SQLITE_ROW) {
    if (pOut->nRow < OLD_COMPARED) {
      Violation *pOne = &pOut->a[pOut->nRow];
      pOut->bRowid = sqlite3_column_type(pStmt, 1) != SQLITE_NULL;
      pOne->iRowid = sqlite3_column_int64(pStmt, 1);
      pOne->iKey = sqlite3_column_int(pStmt, 3);
      pOut->zParent = migColumnText(p, pStmt, 2);
    }
    pOut->nRow++;
  }
  if ((rc & 0xff) == SQLITE_ERROR) {
    pOut->nRow = -1;
  } else if (p->rc == SQLITE_OK && rc != SQLITE_DONE) {
    migFailDb(p, rc);
  }
  migFinalize(p, pStmt);
}

/*
** Prepare the query of what a row of a table refers to by foreign key iKey:
** the parent, and the referring values as SQL literals in one text. ?1 is the
** rowid. NULL when the table has no rowid that could be asked for, and after
** failure. The caller finalizes.
**
** A value that reads as a number is that number: '07', 7 and 7.0 are one, so
** that a violation stays the same when its column gets another type.
*/
static sqlite3_stmt *keyQuery(MigContext *p, const char *zTable, int iKey) {
  sqlite3_stmt *pList;
  sqlite3_stmt *pStmt = 0;
  MigText sql = {0, 0, 0};
  MigLayout layout;

  migLayoutRead(p, zTable, &layout);
  if (p->rc || layout.zRowid == 0) {
    return 0;
  }
  pList = migPrepareF(p, "PRAGMA main.foreign_key_list(\"%w\")", zTable);
  while (migStep(p, pList)) {
    const char *zColumn;
    if (sqlite3_column_int(pList, 0) != iKey) {
      continue;
    }
    if (sql.n == 0) {
      migTextF(p, &sql, "SELECT %Q, ''", sqlite3_column_text(pList, 2));
    }
    zColumn = migColumnPeek(p, pList, 3);
    migTextF(p, &sql,
             " || ' ' || CASE WHEN typeof(\"%w\") <> 'blob'"
             " AND CAST(CAST(\"%w\" AS TEXT) AS NUMERIC) = \"%w\""
             " THEN quote(CAST(CAST(\"%w\" AS TEXT) AS NUMERIC))"
             " ELSE quote(\"%w\") END",
             zColumn, zColumn, zColumn, zColumn, zColumn);
  }
  migFinalize(p, pList);
  migTextF(p, &sql, " FROM main.\"%w\" WHERE \"%w\" = ?1", zTable,
           layout.zRowid);
  if (p->rc == SQLITE_OK) {
    int rc = sqlite3_prepare_v2(p->db, sql.z, -1, &pStmt, 0);
    if (rc != SQLITE_OK && rc != SQLITE_ERROR) {
      migFailDb(p, rc);
    }
  }
  return pStmt;
}

/* Room for n more in a list; NULL after failure, and the list is as it was. */
static Orphan **orphansRoom(MigContext *p, Orphans *pList, i64 n) {
  Orphan **ap = migGrow(p, pList->ap, (u64)pList->n * sizeof(*ap),
                        (u64)(pList->n + n) * sizeof(*ap));

  if (ap) {
    pList->ap = ap;
  }
  return ap ? &ap[pList->n] : 0;
}

/* What the violations of a table refer to; nothing when they are too many or
** the table has no rowid. In the arena. */
static Orphans orphansRead(MigContext *p, const char *zTable,
                           const Findings *pFindings) {
  Orphans out = {0, 0};
  sqlite3_stmt *pStmt = 0;
  int iKey = -1;
  i64 i;

  if (pFindings->nRow <= 0 || pFindings->nRow > OLD_COMPARED ||
      !orphansRoom(p, &out, pFindings->nRow)) {
    return out;
  }
  for (i = 0; i < pFindings->nRow && p->rc == SQLITE_OK; i++) {
    if (pFindings->a[i].iKey != iKey) {
      iKey = pFindings->a[i].iKey;
      sqlite3_finalize(pStmt);
      pStmt = keyQuery(p, zTable, iKey);
    }
    if (pStmt) {
      migBindInt(p, pStmt, 1, pFindings->a[i].iRowid);
      if (migStep(p, pStmt)) {
        Orphan *pOne = migAlloc(p, sizeof(*pOne));
        if (pOne) {
          pOne->zParent = migColumnText(p, pStmt, 0);
          pOne->zValues = migColumnText(p, pStmt, 1);
          out.ap[out.n++] = pOne;
        }
      }
      sqlite3_reset(pStmt);
    }
  }
  sqlite3_finalize(pStmt);
  return out;
}

/* Are all of pNow among those of pBefore, each as often? Those found are taken,
** so it can be asked once. Both lists are short, so comparing each with each
** will do. */
static int orphansWithin(const Orphans *pBefore, const Orphans *pNow) {
  int i;
  int j;

  for (i = 0; i < pNow->n; i++) {
    for (j = 0; j < pBefore->n; j++) {
      Orphan *pOld = pBefore->ap[j];
      if (!pOld->bTaken && strcmp(pOld->zValues, pNow->ap[i]->zValues) == 0 &&
          migStrICmp(pOld->zParent, pNow->ap[i]->zParent) == 0) {
        pOld->bTaken = 1;
        break;
      }
    }
    if (j == pBefore->n) {
      return 0;
    }
  }
  return 1;
}

/* Watch one table, unless it is watched: what is wrong with it now is what may
** be wrong with it at the end. */
static void watchOne(MigContext *p, MigForeign *pForeign, const char *zTable) {
  MigWatched *pNew;
  Findings found;

  if (p->rc || watchedFind(pForeign, zTable)) {
    return;
  }
  pNew = watchedAdd(p, pForeign, zTable);
  findingsMake(p, zTable, &found);
  if (p->rc == SQLITE_OK) {
    pNew->nBefore = found.nRow;
    pNew->before = orphansRead(p, zTable, &found);
  }
}

/* Does table zChild have a foreign key to zParent? Names are compared as SQLite
** does, without case. */
static int refersTo(MigContext *p, const char *zChild, const char *zParent) {
  sqlite3_stmt *pStmt =
      migPrepareF(p, "PRAGMA main.foreign_key_list(\"%w\")", zChild);
  int bRefers = 0;

  while (!bRefers && migStep(p, pStmt)) {
    const char *z = (const char *)sqlite3_column_text(pStmt, 2);
    bRefers = z && migStrICmp(z, zParent) == 0;
  }
  migFinalize(p, pStmt);
  return bRefers;
}

/*
** Watch a table of main and those that refer to it. Called before the statement
** that changes it, within the write transaction. A table that is not there yet
** may be watched: it has had no violations. No-op without bAny. zTable is
** copied.
*/
void migForeignWatch(MigContext *p, MigForeign *pForeign, const char *zTable) {
  sqlite3_stmt *pStmt;
  MigList names = {0, 0};
  MigWatched *pOne = watchedFind(pForeign, zTable);
  int i;

  if (!pForeign->bAny || (pOne && pOne->bChildren)) {
    return;
  }
  pStmt = migCached(p, zReferring);
  while (migStep(p, pStmt)) {
    migListAdd(p, &names, migColumnText(p, pStmt, 0));
  }
  sqlite3_reset(pStmt);
  for (i = 0; i < names.n && p->rc == SQLITE_OK; i++) {
    if (refersTo(p, names.az[i], zTable)) {
      watchOne(p, pForeign, names.az[i]);
    }
  }
  watchOne(p, pForeign, zTable);
  pOne = watchedFind(pForeign, zTable);
  if (pOne) {
    pOne->bChildren = 1;
  }
}

/*
** After CREATE TABLE zTable. Where it refers to a watched table, it is watched
** itself: what is done to that one from now on is not seen again. zTable is
** copied.
*/
void migForeignCreated(MigContext *p, MigForeign *pForeign,
                       const char *zTable) {
  sqlite3_stmt *pStmt = 0;
  int bWatch = 0;

  if (pForeign->pFirst && zTable) {
    pStmt = migPrepareF(p, "PRAGMA main.foreign_key_list(\"%w\")", zTable);
  }
  while (!bWatch && migStep(p, pStmt)) {
    const MigWatched *pParent =
        watchedFind(pForeign, migColumnPeek(p, pStmt, 2));
    bWatch = pParent && pParent->bChildren;
  }
  migFinalize(p, pStmt);
  if (bWatch) {
    watchOne(p, pForeign, zTable);
  }
}

/* The old violations of one table are those of another one as well, beside its
** own. What could not be counted of one cannot be of both. */
static void watchedMerge(MigContext *p, MigWatched *pTo,
                         const MigWatched *pFrom) {
  int n = pFrom->before.n;
  Orphan **ap = n ? orphansRoom(p, &pTo->before, n) : 0;

  if (ap) {
    memcpy(ap, pFrom->before.ap, (size_t)n * sizeof(*ap));
    pTo->before.n += n;
  }
  pTo->nBefore = pTo->nBefore < 0 || pFrom->nBefore < 0
                     ? -1
                     : pTo->nBefore + pFrom->nBefore;
}

/*
** After ALTER TABLE zOld RENAME TO zNew. Old violations of the table moved
** along. The old name stays watched as well: another table may take it. Both
** share what is compared, so each old violation excuses one. With bRewritten,
** the way of SQLite but for legacy_alter_table, what referred to the table does
** so by its new name.
*/
void migForeignRenamed(MigContext *p, MigForeign *pForeign, const char *zOld,
                       const char *zNew, int bRewritten) {
  MigWatched *pOld;
  MigWatched *pNew;
  MigWatched *pOne;
  int i;

  if (p->rc) {
    return;
  }
  for (pOne = pForeign->pFirst; bRewritten && pOne; pOne = pOne->pNext) {
    for (i = 0; i < pOne->before.n; i++) {
      if (migStrICmp(pOne->before.ap[i]->zParent, zOld) == 0) {
        pOne->before.ap[i]->zParent = zNew;
      }
    }
  }
  pOld = watchedFind(pForeign, zOld);
  pNew = watchedFind(pForeign, zNew);
  if (pOld && pOld != pNew) {
    pNew = pNew ? pNew : watchedAdd(p, pForeign, zNew);
    if (pNew) {
      watchedMerge(p, pNew, pOld);
    }
  }
}

/* Column number k, from 1, of the primary key of a table; NULL behind the
** last. In the arena. */
static char *primaryColumn(MigContext *p, const char *zTable, int k) {
  sqlite3_stmt *pStmt =
      migPrepareF(p, "PRAGMA main.table_xinfo(\"%w\")", zTable);
  char *z = 0;

  while (z == 0 && migStep(p, pStmt)) {
    if (sqlite3_column_int(pStmt, 5) == k) {
      z = migColumnText(p, pStmt, 1);
    }
  }
  migFinalize(p, pStmt);
  return z;
}

/*
** Add the condition that a row c has no parent by foreign key iKey. SQLite
** compares as the column of the parent does, which is on the left here. A key
** that names no columns of its parent means the primary key of it; where one of
** its own columns is NULL there is no violation. Where the parent table is
** missing every other row is one.
*/
static void orphanWhere(MigContext *p, const char *zTable, int iKey,
                        MigText *pSql) {
  sqlite3_stmt *pList =
      migPrepareF(p, "PRAGMA main.foreign_key_list(\"%w\")", zTable);
  MigText match = {0, 0, 0};
  int bParent = 0;
  int k = 0;

  migTextStr(p, pSql, " WHERE 1");
  while (migStep(p, pList)) {
    const char *zParent = migColumnPeek(p, pList, 2);
    const char *zFrom = migColumnPeek(p, pList, 3);
    const char *zTo = migColumnPeek(p, pList, 4);
    if (sqlite3_column_int(pList, 0) != iKey) {
      continue;
    }
    if (k++ == 0) {
      bParent = tableExists(p, zParent);
      migTextF(p, &match, " FROM main.\"%w\" AS o WHERE 1", zParent);
    }
    zTo = zTo ? zTo : primaryColumn(p, zParent, k);
    migTextF(p, pSql, " AND c.\"%w\" NOT NULL", zFrom);
    migTextF(p, &match, " AND o.\"%w\" = c.\"%w\"", zTo, zFrom);
  }
  migFinalize(p, pList);
  if (bParent) {
    migTextF(p, pSql, " AND NOT EXISTS(SELECT 1%s)", /* sql-ok: made here */
             migTextZ(&match));
  }
  migTextStr(p, pSql, " LIMIT 5");
}

/*
** Add the primary keys of the first rows without their parent by foreign key
** iKey of a table WITHOUT ROWID, as "row a=1, b='x'; a=2, b='y'"; nothing when
** they cannot be asked for. foreign_key_check gives no rowid for these.
*/
static void keylessText(MigContext *p, const char *zTable, int iKey,
                        MigText *pText) {
  MigText sql = {0, 0, 0};
  sqlite3_stmt *pStmt = 0;
  char *zColumn;
  int k;

  migTextStr(p, &sql, "SELECT ''");
  for (k = 1; (zColumn = primaryColumn(p, zTable, k)) != 0; k++) {
    migTextF(p, &sql, " || %Q || '=' || quote(c.\"%w\")",
             k > 1 ? migPrintf(p, ", %s", zColumn) : zColumn, zColumn);
  }
  migTextF(p, &sql, " FROM main.\"%w\" AS c", zTable);
  orphanWhere(p, zTable, iKey, &sql);
  if (p->rc == SQLITE_OK) {
    int rc = sqlite3_prepare_v2(p->db, sql.z, -1, &pStmt, 0);
    if (rc != SQLITE_OK && rc != SQLITE_ERROR) {
      migFailDb(p, rc);
    }
  }
  while (migStep(p, pStmt)) {
    migTextF(p, pText, "%s%.200s", pText->n ? "; " : "row ",
             sqlite3_column_text(pStmt, 0));
  }
  sqlite3_finalize(pStmt);
}

/* The columns of foreign key iKey of a table, by commas; NULL when there is no
** such key. */
static char *keyColumns(MigContext *p, const char *zTable, int iKey) {
  sqlite3_stmt *pList =
      migPrepareF(p, "PRAGMA main.foreign_key_list(\"%w\")", zTable);
  MigText text = {0, 0, 0};

  while (migStep(p, pList)) {
    if (sqlite3_column_int(pList, 0) == iKey) {
      migTextF(p, &text, "%s%s", text.n ? ", " : "",
               sqlite3_column_text(pList, 3));
    }
  }
  migFinalize(p, pList);
  return text.z;
}

/* The first rows without parent, by rowid or primary key, and the parent, for
** the message; there is at least one. NULL after failure. */
static char *findingsText(MigContext *p, const char *zTable,
                          const Findings *pFound) {
  const char *zParent = pFound->zParent ? pFound->zParent : "?";
  MigText text = {0, 0, 0};
  i64 i;

  for (i = 0; pFound->bRowid && i < pFound->nRow && i < 5; i++) {
    migTextF(p, &text, "%srowid %lld", i ? ", " : "", pFound->a[i].iRowid);
  }
  if (i) {
    migTextF(p, &text, " (parent %s)", zParent);
  } else {
    int iKey = pFound->a[0].iKey;
    char *zColumns = keyColumns(p, zTable, iKey);
    keylessText(p, zTable, iKey, &text);
    migTextF(p, &text, "%s(column %s, parent %s)", text.n ? " " : "",
             zColumns ? zColumns : "?", zParent);
  }
  return p->rc ? 0 : text.z;
}

/* FOREIGN_KEY: say what has become of a watched table. */
static void findingsFail(MigContext *p, const MigForeign *pForeign,
                         const MigWatched *pOne, const Findings *pFound) {
  if (pFound->nRow < 0) {
    migFail(p, MIG_FOREIGN_KEY,
            "a foreign key of table %s no longer fits a primary key or UNIQUE"
            " of its parent; keep that constraint",
            pOne->zTable);
  } else {
    migFail(p, MIG_FOREIGN_KEY,
            "table %s would have %lld row(s) without their parent, %lld"
            " before: %s; %s",
            pOne->zTable, pFound->nRow, pOne->nBefore < 0 ? 0 : pOne->nBefore,
            findingsText(p, pOne->zTable, pFound), pForeign->zRemedy);
  }
}

/* Is anything wrong with a table that was not before? No, when it could not be
** told before. Takes what it has found from pOne->before. */
static int findingsNew(MigContext *p, MigWatched *pOne,
                       const Findings *pFound) {
  Orphans now = {0, 0};

  if (pOne->nBefore < 0 || pFound->nRow == 0) {
    return 0;
  }
  if (pFound->nRow < 0 || pFound->nRow > pOne->nBefore) {
    return 1;
  }
  if (pOne->before.n) {
    now = orphansRead(p, pOne->zTable, pFound);
  }
  return p->rc == SQLITE_OK && !orphansWithin(&pOne->before, &now);
}

/* Before the commit: FOREIGN_KEY when a watched table has new violations, and
** the caller must undo its transaction. Nothing is watched afterwards, also
** after failure. */
void migForeignCheck(MigContext *p, MigForeign *pForeign) {
  MigWatched *pOne;
  Findings found;

  for (pOne = pForeign->pFirst; pOne && p->rc == SQLITE_OK;
       pOne = pOne->pNext) {
    findingsMake(p, pOne->zTable, &found);
    if (p->rc == SQLITE_OK && findingsNew(p, pOne, &found)) {
      findingsFail(p, pForeign, pOne, &found);
    }
  }
  pForeign->pFirst = 0;
  pForeign->bOff = 0;
}
