/*
** fuzz_ddl.c - CREATE statements from any bytes.
**
** Asserted: what is taken apart are spans that lie in the text, follow each
** other and leave nothing but commas and parentheses between them; read alone
** or a second time it is the same. SQLite is the judge of the rest: a CREATE
** statement that it takes must be taken apart, and what it then tells of the
** table or index must be what the model says.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "catalog.h"
#include "sql.h"

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* What indexes, triggers and foreign keys may refer to. */
static const char zGround[] =
    "CREATE TABLE t(a INTEGER, b TEXT COLLATE NOCASE, c, \"d e\" REAL,"
    " \"desc\" INT, end INT);"
    "CREATE VIEW v AS SELECT a, b FROM t;";

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* From i to iEnd nothing but white space, comments and these characters. */
static void gapTest(const char *z, i64 i, i64 iEnd, const char *zAllowed) {
  MigToken token;

  demand(i <= iEnd);
  while ((i = migTokenSignificant(z, iEnd, i, &token)) < iEnd ||
         token.eType != MIG_TK_END) {
    demand(token.n == 1 && strchr(zAllowed, z[token.iStart]) != 0);
  }
}

/* Offset behind a span. */
static i64 spanEnd(MigSpan span) {
  return span.iStart + span.n;
}

/* The inner span lies in the outer one; one that is empty may lie anywhere. */
static void insideTest(MigSpan inner, MigSpan outer) {
  demand(inner.n == 0 ||
         (inner.iStart >= outer.iStart && spanEnd(inner) <= spanEnd(outer)));
}

/* Each column is its name, its type and its constraints. */
static void columnTest(const MigDdl *pDdl, int iColumn) {
  const MigDdlColumn *pColumn = &pDdl->aColumn[iColumn];
  i64 i = pColumn->name.iStart + pColumn->name.n;
  int k;

  demand(pColumn->name.iStart == pColumn->all.iStart);
  if (pColumn->type.n) {
    gapTest(pDdl->z, i, pColumn->type.iStart, "");
    i = spanEnd(pColumn->type);
  }
  for (k = 0; k < pColumn->nConstraint; k++) {
    const MigDdlConstraint *pCon = &pDdl->aConstraint[pColumn->iConstraint + k];
    demand(pCon->iColumn == iColumn && pCon->all.n > 0);
    if (k == 0) { /* words of a GENERATED may be cut off before it */
      demand(i <= pCon->all.iStart);
    } else {
      gapTest(pDdl->z, i, pCon->all.iStart, "");
    }
    insideTest(pCon->value, pCon->all);
    i = spanEnd(pCon->all);
  }
  demand(i <= spanEnd(pColumn->all));
}

/* Columns, then constraints of the table, fill the parentheses but for commas.
** CREATE TABLE AS has neither. */
static void tableTest(const MigDdl *pDdl) {
  i64 i = pDdl->body.iStart;
  int k;

  for (k = 0; k < pDdl->nColumn; k++) {
    gapTest(pDdl->z, i, pDdl->aColumn[k].all.iStart, "(,");
    columnTest(pDdl, k);
    i = spanEnd(pDdl->aColumn[k].all);
  }
  for (k = pDdl->iTableConstraint; k < pDdl->nConstraint; k++) {
    gapTest(pDdl->z, i, pDdl->aConstraint[k].all.iStart, ",");
    demand(pDdl->aConstraint[k].iColumn == -1);
    i = spanEnd(pDdl->aConstraint[k].all);
  }
  if (pDdl->nColumn) {
    gapTest(pDdl->z, i, spanEnd(pDdl->body), ")");
    demand(pDdl->z[pDdl->body.iStart] == '(');
  }
}

/* The same statement, cut out of its text, must be the same. */
static void aloneTest(MigContext *p, const MigDdl *pDdl) {
  MigDdl alone;
  int k;

  demand(migDdlRead(p, pDdl->z + pDdl->all.iStart, pDdl->all.n, &alone));
  demand(alone.eKind == pDdl->eKind && alone.all.iStart == 0);
  demand(alone.all.n == pDdl->all.n && alone.nColumn == pDdl->nColumn);
  demand(alone.nConstraint == pDdl->nConstraint);
  demand(alone.nTerm == pDdl->nTerm && alone.nArg == pDdl->nArg);
  for (k = 0; k < pDdl->nTerm; k++) {
    const MigDdlTerm *pTerm = &pDdl->aTerm[k];
    insideTest(pTerm->all, pDdl->all);
    insideTest(pTerm->expr, pTerm->all);
    demand(migSpanSame(pDdl->z, pTerm->all, alone.z, alone.aTerm[k].all));
  }
  for (k = 0; k < pDdl->nNote; k++) {
    demand(pDdl->aNote[k].iColumn >= -2);
    demand(pDdl->aNote[k].iColumn < pDdl->nColumn || pDdl->nColumn == 0);
  }
}

/* What PRAGMA table_xinfo tells of a table. */
static void xinfoTest(MigContext *p, const MigModelObject *pObject) {
  const MigModelTable *pTable = pObject->pTable;
  sqlite3_stmt *pStmt =
      migPrepareF(p, "PRAGMA main.table_xinfo(\"%w\")", pObject->zName);
  int i;

  for (i = 0; migStep(p, pStmt); i++) {
    const MigModelColumn *pColumn = &pTable->aColumn[i];
    int iHidden = sqlite3_column_int(pStmt, 6);
    demand(i < pTable->nColumn);
    demand(strcmp(pColumn->zName,
                  (const char *)sqlite3_column_text(pStmt, 1)) == 0);
    demand(sqlite3_stricmp(pColumn->zType,
                           (const char *)sqlite3_column_text(pStmt, 2)) == 0);
    demand(pColumn->bNotNull == sqlite3_column_int(pStmt, 3));
    demand(pColumn->iKey == sqlite3_column_int(pStmt, 5));
    demand((pColumn->pGenerated != 0) == (iHidden > 1));
    demand(iHidden > 1 || (pColumn->pDefault != 0) ==
                              (sqlite3_column_type(pStmt, 4) != SQLITE_NULL));
  }
  demand(p->rc || i == pTable->nColumn);
  migFinalize(p, pStmt);
}

/* What PRAGMA index_xinfo tells of an index. */
static void indexTest(MigContext *p, const MigModelObject *pObject) {
  const MigDdl *pDdl = pObject->pDdl;
  sqlite3_stmt *pStmt =
      migPrepareF(p, "PRAGMA main.index_xinfo(\"%w\")", pObject->zName);
  int i = 0;

  while (migStep(p, pStmt)) {
    const char *zColumn = (const char *)sqlite3_column_text(pStmt, 2);
    const MigDdlTerm *pTerm = &pDdl->aTerm[i];
    if (sqlite3_column_int(pStmt, 5) == 0) {
      continue;
    }
    demand(i < pDdl->nTerm);
    demand(zColumn == 0 || migTokenNameIs(pDdl->z, &pTerm->name, zColumn));
    demand(pTerm->bDesc == sqlite3_column_int(pStmt, 3));
    demand(pTerm->collate.eType == MIG_TK_END ||
           migTokenNameIs(pDdl->z, &pTerm->collate,
                          (const char *)sqlite3_column_text(pStmt, 4)));
    i++;
  }
  demand(p->rc || i == pDdl->nTerm);
  migFinalize(p, pStmt);
}

/* Compare what stands in the database with what SQLite tells of it. */
static void databaseTest(MigContext *p) {
  MigModel model;
  int i;

  migCatalogRead(p, &model);
  demand(p->rc == SQLITE_OK);
  for (i = 0; i < model.nObject; i++) {
    const MigModelObject *pObject = &model.aObject[i];
    demand(pObject->pDdl != 0);
    demand(migTokenNameIs(pObject->zSql, &pObject->pDdl->name, pObject->zName));
    if (pObject->pTable) {
      tableTest(pObject->pDdl);
      xinfoTest(p, pObject);
    } else if (pObject->eKind == MIG_DDL_INDEX) {
      indexTest(p, pObject);
    }
  }
}

/* Give SQLite the statement. Virtual tables and CREATE TABLE AS are compiled
** only: they would run something. */
static void sqliteTest(const char *z, size_t n, const MigDdl *pDdl) {
  sqlite3 *db = 0;
  sqlite3_stmt *pStmt = 0;
  const char *zTail = 0;
  MigContext context;
  MigToken first;

  migTokenSignificant(z, (i64)n, 0, &first);
  if (!migTokenIs(z, &first, "create") || n > 100000) {
    return;
  }
  demand(sqlite3_open(":memory:", &db) == SQLITE_OK);
  demand(sqlite3_exec(db, zGround, 0, 0, 0) == SQLITE_OK);
  sqlite3_prepare_v2(db, z, (int)n, &pStmt, &zTail);
  migContextInit(&context, db);
  if (pStmt) {
    migTokenSignificant(z, (i64)n, zTail - z, &first);
    demand(pDdl || first.eType != MIG_TK_END);
    if (pDdl && pDdl->eKind != MIG_DDL_VIRTUAL &&
        (pDdl->eKind == MIG_DDL_VIEW || pDdl->select.n == 0)) {
      sqlite3_step(pStmt);
    }
    sqlite3_finalize(pStmt);
    databaseTest(&context);
  }
  migContextClear(&context);
  sqlite3_close(db);
}

/* One input: the bytes as a statement, to us and to SQLite. The context has no
** connection: reading a statement must not want one. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  const char *z = (const char *)a;
  MigContext context;
  MigDdl ddl;

  migContextInit(&context, 0);
  if (migDdlRead(&context, z, (i64)n, &ddl)) {
    demand(ddl.all.n > 0 && spanEnd(ddl.all) <= (i64)n);
    if (ddl.eKind == MIG_DDL_TABLE) {
      tableTest(&ddl);
    }
    aloneTest(&context, &ddl);
    sqliteTest(z, n, &ddl);
  } else {
    demand(context.eCode == MIG_FORMAT);
    demand(ddl.iError >= 0 && ddl.iError <= (i64)n);
    sqliteTest(z, n, 0);
  }
  migContextClear(&context);
  return 0;
}
