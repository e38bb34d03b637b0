/*
** lookup.c - what a statement would touch, before it is stepped.
**
** A script works on schema main and on TEMP objects it made itself. EXPLAIN
** of a statement lists all tables it may write, those of its triggers and
** foreign-key actions included:
**   Transaction P1 schema, P2 not 0: writes that schema
**   OpenWrite   P2 root page, P3 schema (P5 & 0x10: P2 is a register)
**   Clear       P1 root page, P2 schema
**   Destroy     P1 root page, P3 schema
** with schema 0 main, 1 temp, 2 and up attached. A TEMP object that shadows a
** table of main is found by name, because SQLite would silently take it.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "lookup.h"

#define P5_REGISTER 0x10

struct MigTemp {
  MigTemp *pNext;
  const char *zName;
  i64 iRoot;   /* root page, 0 for views */
  int bShadow; /* main has a table or view of the same name */
};

static const char zTemps[] =
    "SELECT name, rootpage, EXISTS(SELECT 1 FROM main.sqlite_schema AS m"
    " WHERE m.name = t.name COLLATE NOCASE AND m.type IN('table','view'))"
    " FROM temp.sqlite_schema AS t WHERE type IN('table','view')";
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

/* Look at what the connection has besides main. */
void migLookupStart(MigContext *p, MigLookup *pLookup) {
  sqlite3_stmt *pStmt;

  memset(pLookup, 0, sizeof(*pLookup));
  pLookup->bForeign = schemaName(p, -1) != 0;
  pStmt = migPrepare(p, zTemps);
  while (migStep(p, pStmt)) {
    MigTemp *pTemp = migAlloc(p, sizeof(*pTemp));
    if (pTemp) {
      pTemp->zName = migColumnText(p, pStmt, 0);
      pTemp->iRoot = sqlite3_column_int64(pStmt, 1);
      pTemp->bShadow = sqlite3_column_int(pStmt, 2);
      pTemp->pNext = pLookup->pFirst;
      pLookup->pFirst = pTemp;
      pLookup->bForeign = 1;
    }
  }
  migFinalize(p, pStmt);
}

/* Prepare EXPLAIN of a statement; NULL when SQLite will not (the statement
** itself then reports why). */
static sqlite3_stmt *explain(MigContext *p, sqlite3_stmt *pStmt) {
  sqlite3_stmt *pExplain = 0;
  char *zSql;

  if (p->rc || sqlite3_stmt_isexplain(pStmt)) {
    return 0;
  }
  zSql = sqlite3_mprintf("EXPLAIN %s", /* sql-ok: a statement of the script */
                         sqlite3_sql(pStmt));
  if (zSql == 0) {
    migNomem(p);
    return 0;
  }
  if (sqlite3_prepare_v2(p->db, zSql, -1, &pExplain, 0) == SQLITE_NOMEM) {
    migNomem(p);
  }
  sqlite3_free(zSql);
  return pExplain;
}

/* A line of EXPLAIN that writes: 1, with schema and root page (0: none). */
static int lineWrites(sqlite3_stmt *pExplain, int *piSchema, i64 *piRoot) {
  const char *zOp = (const char *)sqlite3_column_text(pExplain, 1);
  i64 p1 = sqlite3_column_int64(pExplain, 2);
  i64 p2 = sqlite3_column_int64(pExplain, 3);
  i64 p3 = sqlite3_column_int64(pExplain, 4);

  *piRoot = 0;
  if (zOp == 0) {
    return 0;
  }
  if (strcmp(zOp, "Transaction") == 0 && p2) {
    *piSchema = (int)p1;
    return 1;
  }
  if (strcmp(zOp, "OpenWrite") == 0 &&
      (sqlite3_column_int(pExplain, 6) & P5_REGISTER) == 0) {
    *piSchema = (int)p3;
    *piRoot = p2;
    return 1;
  }
  if (strcmp(zOp, "Clear") == 0 || strcmp(zOp, "Destroy") == 0) {
    *piSchema = (int)(zOp[0] == 'C' ? p2 : p3);
    *piRoot = p1;
    return 1;
  }
  return 0;
}

static void forbid(MigContext *p, const char *zWhat, const char *zName) {
  migFail(p, MIG_FORBIDDEN_STATEMENT,
          "it touches %s %s, and a script works on schema main and on TEMP"
          " objects it made itself; use main., or remove that object",
          zWhat, zName);
}

/* Names in the statement that a TEMP object would take from main, and TEMP
** objects from before that the statement names as its target. */
static void namesCheck(MigContext *p, const MigLookup *pLookup, const char *z,
                       const MigStatement *pSt) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;
  MigToken token;
  MigToken before = {MIG_TK_END, 0, 0};
  MigToken schema = {MIG_TK_END, 0, 0};

  while (i < iEnd && p->rc == SQLITE_OK) {
    MigTemp *pTemp;
    int bMain;
    i = migTokenSignificant(z, iEnd, i, &token);
    if (token.eType == MIG_TK_END) {
      return;
    }
    bMain = before.eType == MIG_TK_DOT && migTokenNameIs(z, &schema, "main");
    for (pTemp = pLookup->pFirst; pTemp; pTemp = pTemp->pNext) {
      int bTarget =
          (pSt->name.eType != MIG_TK_END && token.iStart == pSt->name.iStart) ||
          (pSt->table.eType != MIG_TK_END && token.iStart == pSt->table.iStart);
      if (!bMain && (pTemp->bShadow || bTarget) &&
          migTokenNameIs(z, &token, pTemp->zName)) {
        forbid(p, "the TEMP object", pTemp->zName);
      }
    }
    if (token.eType == MIG_TK_DOT) {
      schema = before;
    }
    before = token;
  }
}

/*
** FORBIDDEN_STATEMENT when the prepared statement pStmt, read from z as pSt,
** would write an attached schema or a TEMP object from before the run, or
** names a table of main that such an object shadows.
*/
void migLookupCheck(MigContext *p, const MigLookup *pLookup, const char *z,
                    const MigStatement *pSt, sqlite3_stmt *pStmt) {
  sqlite3_stmt *pExplain;
  int iSchema = 0;
  i64 iRoot = 0;

  if (!pLookup->bForeign || p->rc) {
    return;
  }
  namesCheck(p, pLookup, z, pSt);
  if (pSt->eKind == MIG_ST_PRAGMA) {
    return; /* explained, many would act */
  }
  pExplain = explain(p, pStmt);
  while (pExplain && migStep(p, pExplain)) {
    MigTemp *pTemp = pLookup->pFirst;
    if (!lineWrites(pExplain, &iSchema, &iRoot)) {
      continue;
    }
    if (iSchema > 1) {
      char *zName = schemaName(p, iSchema);
      forbid(p, "the attached schema", zName ? zName : "?");
    }
    for (; iSchema == 1 && iRoot && pTemp; pTemp = pTemp->pNext) {
      if (pTemp->iRoot == iRoot) {
        forbid(p, "the TEMP object", pTemp->zName);
      }
    }
  }
  migFinalize(p, pExplain);
}

/* Tables of main that the statement may write, in the arena. */
void migLookupWrites(MigContext *p, sqlite3_stmt *pStmt, MigWrites *pOut) {
  sqlite3_stmt *pExplain = explain(p, pStmt);
  MigText roots = {0, 0, 0};
  sqlite3_stmt *pNames;
  int iSchema = 0;
  i64 iRoot = 0;
  int nAlloc = 0;

  memset(pOut, 0, sizeof(*pOut));
  while (pExplain && migStep(p, pExplain)) {
    if (lineWrites(pExplain, &iSchema, &iRoot) && iSchema == 0 && iRoot > 1) {
      migTextF(p, &roots, "%s%lld", roots.n ? "," : "", iRoot);
    }
  }
  migFinalize(p, pExplain);
  if (roots.n == 0) {
    return;
  }
  pNames = migPrepareF(p,
                       "SELECT DISTINCT tbl_name FROM main.sqlite_schema"
                       " WHERE rootpage IN(%s)", /* sql-ok: integers */
                       roots.z);
  while (migStep(p, pNames)) {
    if (pOut->n == nAlloc) {
      pOut->azTable = migGrow(p, pOut->azTable, (u64)nAlloc * sizeof(char *),
                              (u64)(nAlloc + 8) * sizeof(char *));
      nAlloc += 8;
    }
    if (p->rc == SQLITE_OK) {
      pOut->azTable[pOut->n++] = migColumnText(p, pNames, 0);
    }
  }
  migFinalize(p, pNames);
}

/* Does a bare zName mean a TEMP object? */
int migLookupInTemp(MigContext *p, const char *zName) {
  return (int)migQueryInt(
      p, 0, "SELECT 1 FROM temp.sqlite_schema WHERE name=%Q COLLATE NOCASE",
      zName);
}
