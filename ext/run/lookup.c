/*
** lookup.c - what a statement would touch, before it is stepped.
**
** A script works on schema main and on TEMP objects it made itself. What a
** statement writes is in its EXPLAIN (store/writeset.c). A TEMP object that
** shadows a table of main is found by name, because SQLite would silently take
** it. A script that names a table of ours is refused without a look at the
** file (job.c); what is left is a trigger of the file that writes one when the
** script writes another table.
**
** With a TEMP table t from before the run, and t in main as well:
**
**   INSERT INTO t VALUES(1)        refused: SQLite would take the TEMP one
**   INSERT INTO main.t VALUES(1)   runs
**   SELECT t.a FROM u AS t         refused as well: names are not resolved here
**
** The PRAGMAs that reach all attached schemas when they name none are told from
** a list. Most connections have nothing of the kind, and then no statement is
** looked at. Reading an attached schema is not looked for.
*/
#include <string.h>
#include "pragma.h"
#include "sql.h"
#include "store.h"
#include "writeset.h"
#include "lookup.h"

/* All in the arena of the run. */
struct MigTemp {
  MigTemp *pNext;
  const char *zName; /* case does not count */
  i64 iRoot;         /* root page, 0 for views and triggers */
  int bData;         /* a table or view */
  int bShadow;       /* and main has a table or view of the same name */
};

/* TEMP objects, and whether each hides a table or view of main. */
static const char zTemps[] =
    "SELECT name, rootpage, type IN('table','view'),"
    " EXISTS(SELECT 1 FROM main.sqlite_schema AS m WHERE"
    " m.name = t.name COLLATE NOCASE AND m.type IN('table','view'))"
    " FROM temp.sqlite_schema AS t ORDER BY rowid";
/* The texts of all triggers that a write to main can set off. */
static const char zTriggers[] =
    "SELECT sql FROM main.sqlite_schema WHERE type = 'trigger'"
    " UNION ALL SELECT sql FROM temp.sqlite_schema WHERE type = 'trigger'";
/* The name of the table at root page ?1. */
static const char zRooted[] =
    "SELECT name FROM main.sqlite_schema WHERE rootpage = ?1 AND"
    " type = 'table'";

/* Name of schema number iSchema, or, for iSchema below 0, of any attached one;
** NULL when there is none. The PRAGMA, because a table of the file can take
** the name of its table-valued function. */
static char *schemaName(MigContext *p, int iSchema) {
  sqlite3_stmt *pStmt = migPrepare(p, "PRAGMA database_list");
  char *zName = 0;

  while (zName == 0 && migStep(p, pStmt)) {
    int iSeq = sqlite3_column_int(pStmt, 0);
    if (iSchema < 0 ? iSeq > 1 : iSeq == iSchema) {
      zName = migColumnText(p, pStmt, 1);
    }
  }
  migFinalize(p, pStmt);
  return zName;
}

/* Does a trigger speak of a table of ours? By its text, so one that only reads
** it, or has the name in a comment, does too. */
static int storeTriggers(MigContext *p) {
  sqlite3_stmt *pStmt = migPrepare(p, zTriggers);
  int bFound = 0;

  while (!bFound && migStep(p, pStmt)) {
    bFound = migStoreMentioned((const char *)sqlite3_column_text(pStmt, 0));
  }
  migFinalize(p, pStmt);
  return bFound;
}

/* Look at what the connection has besides main, and at triggers. To be called
** before the first script: what is TEMP then was there before the run. Needs a
** transaction, or the answer may be old. */
void migLookupStart(MigContext *p, MigLookup *pLookup) {
  sqlite3_stmt *pStmt;

  memset(pLookup, 0, sizeof(*pLookup));
  pLookup->zAttached = schemaName(p, -1);
  pLookup->bForeign = pLookup->zAttached != 0;
  pLookup->bStore = storeTriggers(p);
  pStmt = migPrepare(p, zTemps);
  while (migStep(p, pStmt)) {
    MigTemp *pTemp = migAlloc(p, sizeof(*pTemp));
    if (pTemp) {
      pTemp->zName = migColumnText(p, pStmt, 0);
      pTemp->iRoot = sqlite3_column_int64(pStmt, 1);
      pTemp->bData = sqlite3_column_int(pStmt, 2);
      pTemp->bShadow = pTemp->bData && sqlite3_column_int(pStmt, 3);
      pTemp->pNext = pLookup->pFirst;
      pLookup->pFirst = pTemp;
      pLookup->bForeign |= pTemp->bData;
    }
  }
  migFinalize(p, pStmt);
}

/* FORBIDDEN_STATEMENT: zWhat is what kind of thing zName is. */
static void forbid(MigContext *p, const char *zWhat, const char *zName) {
  migFail(p, MIG_FORBIDDEN_STATEMENT,
          "it touches %s %s, and a script works on schema main and on TEMP"
          " objects it made itself; use main., or remove that object",
          zWhat, zName);
}

/* FORBIDDEN_STATEMENT when a statement of z is a PRAGMA that would reach the
** attached schemas too, because it names none. PRAGMA secure_delete acts while
** it is compiled: to be called before that. */
void migLookupPragma(MigContext *p, const MigLookup *pLookup, const char *z,
                     const MigStatement *pSt) {
  if (pLookup->zAttached && pSt->eKind == MIG_ST_PRAGMA &&
      pSt->schema.eType == MIG_TK_END && !migPragmaReads(z, pSt) &&
      (migPragmaFlags(z, pSt) & MIG_PRAGMA_ALL)) {
    forbid(p, "the attached schema", pLookup->zAttached);
  }
}

/*
** Names in the statement that a TEMP object would take from main, and TEMP
** objects from before that the statement names as its target. A name behind
** "main." is that of main. Every token that reads as a table or view counts, be
** it a column or an alias: better to refuse one too many. A TEMP index or
** trigger is only in the way of a DROP: SQLite looks for that name there first.
*/
static void namesCheck(MigContext *p, const MigLookup *pLookup, const char *z,
                       const MigStatement *pSt) {
  int bDrop =
      pSt->eKind == MIG_ST_DROP_INDEX || pSt->eKind == MIG_ST_DROP_TRIGGER;
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;
  MigToken token;
  MigToken before = {MIG_TK_END, 0, 0};
  MigToken schema = {MIG_TK_END, 0, 0};

  while (i < iEnd && p->rc == SQLITE_OK) {
    MigTemp *pTemp;
    int bMain;
    int bName;
    int bTarget;
    i = migTokenSignificant(z, iEnd, i, &token);
    bMain = before.eType == MIG_TK_DOT && migTokenNameIs(z, &schema, "main");
    bName = pSt->name.eType != MIG_TK_END && token.iStart == pSt->name.iStart;
    bTarget = bName || (pSt->table.eType != MIG_TK_END &&
                        token.iStart == pSt->table.iStart);
    for (pTemp = pLookup->pFirst; pTemp && !bMain; pTemp = pTemp->pNext) {
      int bMeant = pTemp->bData ? pTemp->bShadow || bTarget : bDrop && bName;
      if (bMeant && migTokenNameIs(z, &token, pTemp->zName)) {
        forbid(p, "the TEMP object", pTemp->zName);
      }
    }
    if (token.eType == MIG_TK_DOT) {
      schema = before;
    }
    before = token;
  }
}

/* FORBIDDEN_STATEMENT when the table at that root page of main is ours. An
** index has a root page of its own; who writes it writes its table too. */
static void storeCheck(MigContext *p, i64 iRoot) {
  sqlite3_stmt *pStmt = migCached(p, zRooted);

  migBindInt(p, pStmt, 1, iRoot);
  while (migStep(p, pStmt)) {
    const char *zName = (const char *)sqlite3_column_text(pStmt, 0);
    if (zName && migStoreOwnsTable(zName)) {
      migFail(p, MIG_FORBIDDEN_STATEMENT,
              "it sets off a trigger that changes %s, which belongs to"
              " migrate; drop that trigger",
              zName);
    }
  }
  sqlite3_reset(pStmt);
}

/* One write of the statement: not to another schema, nor to a TEMP object from
** before the run, nor to a table of ours. */
static void writeCheck(MigContext *p, const MigLookup *pLookup,
                       const MigWrite *pWrite) {
  MigTemp *pTemp = pLookup->pFirst;

  if (pWrite->iSchema == 0 && pWrite->iRoot && pLookup->bStore) {
    storeCheck(p, pWrite->iRoot);
  }
  if (pWrite->iSchema > 1) {
    char *zName = schemaName(p, pWrite->iSchema);
    forbid(p, "the attached schema", zName ? zName : "?");
  }
  for (; pWrite->iSchema == 1 && pWrite->iRoot && pTemp; pTemp = pTemp->pNext) {
    if (pTemp->iRoot == pWrite->iRoot) {
      forbid(p, "the TEMP object", pTemp->zName);
    }
  }
}

/*
** FORBIDDEN_STATEMENT when the prepared statement pStmt, read from z as pSt,
** would write an attached schema, a TEMP object from before the run or, by a
** trigger, a table of ours, or names a table of main that a TEMP object
** shadows. pStmt is explained, not stepped. Nothing is kept.
*/
void migLookupCheck(MigContext *p, const MigLookup *pLookup, const char *z,
                    const MigStatement *pSt, sqlite3_stmt *pStmt) {
  MigMark mark = migArenaMark(p);
  MigWriteset set;
  int i;

  if (pLookup->pFirst) {
    namesCheck(p, pLookup, z, pSt);
  }
  if ((!pLookup->bForeign && !pLookup->bStore) || p->rc ||
      pSt->eKind == MIG_ST_PRAGMA) {
    return; /* PRAGMAs: explained, many would act */
  }
  migWritesetRead(p, pStmt, &set);
  for (i = 0; i < set.nWrite && p->rc == SQLITE_OK; i++) {
    writeCheck(p, pLookup, &set.aWrite[i]);
  }
  migArenaRelease(p, mark);
}
