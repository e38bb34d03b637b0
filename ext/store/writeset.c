/*
** writeset.c - what a statement may write and call, as its EXPLAIN tells.
**
** The listing holds the programs of triggers and foreign-key actions too, so
** it is the superset of what the statement can do. Lines that count, by
** opcode:
**   Transaction  P1 schema, P2 not 0: writes that schema
**   OpenWrite    P2 root page, P3 schema (P5 & 0x10: P2 is a register, and the
**                table is new)
**   Clear        P1 root page, P2 schema
**   Destroy      P1 root page, P3 schema
**   VUpdate      a virtual table, which writes its shadow tables by itself
**   Function, PureFunc, AggStep, AggStep1, AggInverse, AggValue, AggFinal
**                P4 "name(number of arguments)"
** Schema 0 is main, 1 temp, 2 and up are attached. A virtual table that is
** made, dropped or renamed does the rest by itself: not told here.
**
** PROBLEMS. Opcodes and their operands are no interface: they may change with
** any version of SQLite (opcode.html). One that is not in the list is passed
** over, so what a newer version writes or calls by another is not seen.
*/
#include <string.h>
#include "sql.h"
#include "writeset.h"

#define P5_REGISTER 0x10

/* Prepare EXPLAIN of a statement; NULL when SQLite will not, for an EXPLAIN,
** and after failure: out of memory. The caller finalizes. */
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

/* Add a b-tree; iRoot 0 is the schema as a whole. One that is there may come
** again. */
static void writeAdd(MigContext *p, MigWriteset *pSet, i64 iSchema, i64 iRoot) {
  if (pSet->nWrite == pSet->nAlloc) {
    int nAlloc = pSet->nAlloc ? 2 * pSet->nAlloc : 8;
    MigWrite *aWrite =
        migGrow(p, pSet->aWrite, (u64)pSet->nAlloc * sizeof(MigWrite),
                (u64)nAlloc * sizeof(MigWrite));
    if (aWrite == 0) {
      return;
    }
    pSet->aWrite = aWrite;
    pSet->nAlloc = nAlloc;
  }
  if (p->rc == SQLITE_OK) {
    pSet->aWrite[pSet->nWrite].iSchema = (int)iSchema;
    pSet->aWrite[pSet->nWrite++].iRoot = iRoot;
  }
}

/* Keep the name out of "name(2)", once. zP4 NULL is want of memory. */
static void callAdd(MigContext *p, MigWriteset *pSet, const char *zP4) {
  const char *zEnd = zP4 ? strrchr(zP4, '(') : 0;
  size_t n = zEnd ? (size_t)(zEnd - zP4) : 0; /* "" is nobody's name */
  int i;

  if (zP4 == 0) {
    migNomem(p);
    return;
  }
  for (i = 0; i < pSet->calls.n; i++) {
    const char *z = pSet->calls.az[i];
    if (strlen(z) == n && memcmp(z, zP4, n) == 0) {
      return;
    }
  }
  migListAdd(p, &pSet->calls, migStrndup(p, zP4, (i64)n));
}

/* Is the opcode that of a function call? Case counts. */
static int isCall(const char *zOp) {
  static const char *const azOp[] = {"Function",  "PureFunc", "AggStep",
                                     "AggStep1",  "AggFinal", "AggValue",
                                     "AggInverse"};
  size_t i;

  for (i = 0; i < sizeof(azOp) / sizeof(azOp[0]); i++) {
    if (strcmp(zOp, azOp[i]) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Take up the line of EXPLAIN that pLine stands on. */
static void lineRead(MigContext *p, MigWriteset *pSet, sqlite3_stmt *pLine) {
  const char *zOp = (const char *)sqlite3_column_text(pLine, 1);
  i64 p1 = sqlite3_column_int64(pLine, 2);
  i64 p2 = sqlite3_column_int64(pLine, 3);
  i64 p3 = sqlite3_column_int64(pLine, 4);

  if (zOp == 0) {
    migNomem(p);
  } else if (strcmp(zOp, "Transaction") == 0) {
    if (p2) {
      writeAdd(p, pSet, p1, 0);
    }
  } else if (strcmp(zOp, "OpenWrite") == 0) {
    if ((sqlite3_column_int(pLine, 6) & P5_REGISTER) == 0) {
      writeAdd(p, pSet, p3, p2);
    }
  } else if (strcmp(zOp, "Clear") == 0) {
    writeAdd(p, pSet, p2, p1);
  } else if (strcmp(zOp, "Destroy") == 0) {
    writeAdd(p, pSet, p3, p1);
  } else if (strcmp(zOp, "VUpdate") == 0) {
    pSet->bVirtual = 1;
  } else if (isCall(zOp)) {
    callAdd(p, pSet, (const char *)sqlite3_column_text(pLine, 5));
  }
}

/*
** Explain a prepared statement, into the arena. When SQLite will not, bKnown is
** 0 and the rest is empty; of an EXPLAIN itself the set is known to be empty.
** Not for a PRAGMA: explained, many would act. Nothing is run, and pStmt is not
** stepped. It holds for the schema as it is now.
*/
void migWritesetRead(MigContext *p, sqlite3_stmt *pStmt, MigWriteset *pOut) {
  sqlite3_stmt *pExplain = explain(p, pStmt);

  memset(pOut, 0, sizeof(*pOut));
  pOut->bKnown = pExplain != 0 || sqlite3_stmt_isexplain(pStmt);
  while (pExplain && migStep(p, pExplain)) {
    lineRead(p, pOut, pExplain);
  }
  migFinalize(p, pExplain);
}

/*
** Names of the tables of main whose rows or indexes the set writes, in the
** arena, each once. sqlite_schema is left out, and so are virtual tables. Root
** pages are those of now: nothing may have changed the schema since the set was
** read.
*/
MigList migWritesetTables(MigContext *p, const MigWriteset *pSet) {
  MigText roots = {0, 0, 0};
  MigList list = {0, 0};
  sqlite3_stmt *pStmt;
  int i;

  for (i = 0; i < pSet->nWrite; i++) {
    if (pSet->aWrite[i].iSchema == 0 && pSet->aWrite[i].iRoot > 1) {
      migTextF(p, &roots, "%s%lld", roots.n ? "," : "", pSet->aWrite[i].iRoot);
    }
  }
  if (roots.n == 0) {
    return list;
  }
  pStmt = migPrepareF(
      p,
      "SELECT DISTINCT tbl_name FROM main.sqlite_schema"
      " WHERE rootpage IN(%s) ORDER BY rowid", /* sql-ok: integers */
      roots.z);
  while (migStep(p, pStmt)) {
    migListAdd(p, &list, migColumnText(p, pStmt, 0));
  }
  migFinalize(p, pStmt);
  return list;
}

/*
** Name of the object that a statement of the script z is about, in the arena
** and as written there, when it is in main; NULL otherwise, and after failure.
** Without a schema it is TEMP's when TEMP has that name, as SQLite looks there
** first.
*/
char *migWritesetTarget(MigContext *p, const char *z, const MigStatement *pSt) {
  char *zName;

  if (pSt->name.eType == MIG_TK_END ||
      (pSt->schema.eType != MIG_TK_END &&
       !migTokenNameIs(z, &pSt->schema, "main"))) {
    return 0;
  }
  zName = migTokenName(p, z, &pSt->name);
  if (zName && pSt->schema.eType == MIG_TK_END &&
      migQueryInt(p, 0,
                  "SELECT 1 FROM temp.sqlite_schema"
                  " WHERE name=%Q COLLATE NOCASE",
                  zName)) {
    return 0;
  }
  return zName;
}
