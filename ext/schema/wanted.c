/*
** wanted.c - the definition that a table is to have.
**
** The text is looked at here only for what it must not be; whether it is right
** is for SQLite to say, in a scratch database where it becomes a table. So a
** malformed text touches nothing of the user's. Other tables need not be there:
** foreign keys do not ask for them.
**
** A table keeps the case of its name: what SQLite knows it by is not only in
** its text. Columns are renamed by annotations in the text as well as by an
** option.
*/
#include <string.h>
#include "catalog.h"
#include "sql.h"
#include "statement.h"
#include "store.h"
#include "wanted.h"

/* What the wanted text is called in messages. */
static const char zWhat[] = "the definition";

/* ------------------------------------------------------------------------
** The wanted definition
*/

/* The text holds something else than one CREATE TABLE, at byte i. USAGE. */
static void textFail(MigContext *p, const MigReshape *pr, i64 i,
                     const char *zWhy) {
  int iLine;
  int iColumn;

  migPosition(pr->zSql, i, &iLine, &iColumn);
  migFail(p, MIG_USAGE, "%s, line %d, column %d: %s", zWhat, iLine, iColumn,
          zWhy);
}

/* Refuse a text that is not one CREATE TABLE with columns, in schema main. pSt
** is the first statement of the text. */
static void textCheck(MigContext *p, const MigReshape *pr,
                      const MigStatement *pSt) {
  const char *z = pr->zSql;
  i64 i = pSt->iStart + pSt->nByte;
  MigStatement next;

  if (pSt->eKind == MIG_ST_CREATE_VIRTUAL) {
    textFail(p, pr, pSt->iStart,
             "a virtual table; drop it and make it with CREATE VIRTUAL TABLE");
  } else if (pSt->eKind != MIG_ST_CREATE_TABLE) {
    textFail(p, pr, pSt->iStart, "one CREATE TABLE statement is wanted here");
  } else if (pSt->bTemp || (pSt->schema.eType != MIG_TK_END &&
                            !migTokenNameIs(z, &pSt->schema, "main"))) {
    textFail(p, pr, pSt->iStart,
             "a table of another schema; only those of main are changed");
  } else if (migScriptNext(z, pr->nSql, &i, &next)) {
    textFail(p, pr, next.iStart,
             "a second statement; one CREATE TABLE statement is wanted");
  }
}

/* Refuse CREATE TABLE .. AS SELECT, which SQLite would take. Whether the rest
** is right is for SQLite to say, so that a text cannot be read is no error
** here. */
static void textCheckSelect(MigContext *p, const MigReshape *pr) {
  MigDdl ddl;

  if (p->rc) {
    return;
  }
  if (migDdlRead(p, pr->zSql, pr->nSql, &ddl)) {
    if (ddl.select.n) {
      textFail(p, pr, ddl.select.iStart,
               "CREATE TABLE AS SELECT; list the columns instead");
    }
  } else if (p->eCode == MIG_FORMAT) {
    migErrorClear(p);
  }
}

/* Make the n bytes of z a table in a scratch database: pr->wanted, and
** pr->renames what annotations say. Both are overwritten. Errors are those of
** migDesiredMake(). */
static void wantedMake(MigContext *p, MigReshape *pr, const char *z, i64 n) {
  MigScratch *pScratch = migScratchOpen(p);

  memset(&pr->renames, 0, sizeof(pr->renames));
  if (pScratch) {
    migDesiredMake(p, pScratch, z, n, zWhat, 0, &pr->renames);
    migScratchSwap(p, pScratch);
    if (p->rc == SQLITE_OK) {
      migCatalogRead(p, &pr->wanted);
    }
    migScratchSwap(p, pScratch);
    migScratchClose(p, pScratch);
  }
}

/* Read the text and find its table's name, in the arena; pSt is its statement.
** NULL after an error: USAGE, or what SQLite says of a table without a name. */
static char *textName(MigContext *p, MigReshape *pr, MigStatement *pSt) {
  i64 i = 0;

  if (p->rc) {
    return 0;
  }
  if (!migScriptNext(pr->zSql, pr->nSql, &i, pSt)) {
    textFail(p, pr, 0, "one CREATE TABLE statement is wanted here");
    return 0;
  }
  textCheck(p, pr, pSt);
  textCheckSelect(p, pr);
  if (p->rc == SQLITE_OK && !migTokenIsName(&pSt->name)) {
    wantedMake(p, pr, pr->zSql, pr->nSql); /* SQLite says what is wrong */
    textFail(p, pr, pSt->iStart, "the table has no name");
  }
  return p->rc ? 0 : migTokenName(p, pr->zSql, &pSt->name);
}

/* Find the live table: NULL when there is none. What is there under its name
** and is no table that may be changed is an error: USAGE, FORBIDDEN_STATEMENT
** for tables of ours. Another tool's table may be changed. */
static const MigModelObject *liveFind(MigContext *p, const MigReshape *pr,
                                      const char *zName) {
  int i = migModelFind(&pr->model, 0, zName);
  const MigModelObject *pLive = i >= 0 ? &pr->model.aObject[i] : 0;

  if (p->rc) {
    return 0;
  }
  if (migStrNICmp(zName, "sqlite_", 7) == 0) {
    migFail(p, MIG_USAGE, "table %s belongs to SQLite", zName);
  } else if (strncmp(zName, "_migrate_", 9) == 0 || migStoreOwnsTable(zName)) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "table %s belongs to migrate; take another name", zName);
  } else if (pLive && pLive->eSkip == MIG_SKIP_SHADOW) {
    migFail(p, MIG_USAGE, "table %s belongs to virtual table %s", zName,
            pr->model.aObject[pLive->iVirtual].zName);
  } else if (pLive && pLive->eKind != MIG_DDL_TABLE) {
    migFail(p, MIG_USAGE, "there is %s %s; drop it first",
            pLive->eKind == MIG_DDL_VIEW    ? "a view"
            : pLive->eKind == MIG_DDL_INDEX ? "an index"
                                            : "a virtual table",
            pLive->zName);
  }
  return p->rc ? 0 : pLive;
}

/* The wanted table, with the name it has or gets in the schema. Behind
** migWantedRead() without an error it is there, and its definition can be read.
** It belongs to pReshape->wanted. */
const MigModelObject *migWantedTable(const MigReshape *pReshape) {
  int i = migModelFind(&pReshape->wanted, 0, pReshape->zTable);

  return i >= 0 ? &pReshape->wanted.aObject[i] : 0;
}

/* Read the wanted definition. Where its name is not written as that of the live
** table, it is taken from there, once SQLite has taken the text as it is.
** UNSUPPORTED when it is beyond us. */
static void wantedRead(MigContext *p, MigReshape *pr, const MigStatement *pSt,
                       const char *zName, const MigModelObject *pLive) {
  wantedMake(p, pr, pr->zSql, pr->nSql);
  if (p->rc == SQLITE_OK && pLive && strcmp(pLive->zName, zName) != 0) {
    MigText text = {0, 0, 0};
    migTextAdd(p, &text, pr->zSql, pSt->name.iStart);
    migTextF(p, &text, "\"%w\"", pLive->zName);
    migTextAdd(p, &text, pr->zSql + pSt->name.iStart + pSt->name.n,
               pr->nSql - pSt->name.iStart - pSt->name.n);
    wantedMake(p, pr, migTextZ(&text), text.n);
  }
  if (p->rc == SQLITE_OK &&
      (migWantedTable(pr) == 0 || migWantedTable(pr)->pTable == 0)) {
    /* unreached: what SQLite takes can be read */
    migFail(p, MIG_UNSUPPORTED,
            "the definition of table %s cannot be read; change it by hand",
            pr->zTable);
  }
}

/* ------------------------------------------------------------------------
** Options
*/

/* A column that an option names must be in the definition: its index, or -1
** with USAGE. zWhich is the option. */
static int wantedColumn(MigContext *p, const MigReshape *pr, const char *zWhich,
                        const char *zName) {
  int i = p->rc ? -1 : migModelColumn(migWantedTable(pr)->pTable, zName);

  if (i < 0) {
    migFail(p, MIG_USAGE,
            "option %s names column %s, which is not in the definition", zWhich,
            zName);
  }
  return i;
}

/* Add a column of option rename to what the text itself says. USAGE when the
** live table has neither name; that it has the new one means that it was done
** before. */
static void renameAdd(MigContext *p, MigReshape *pr, const char *zOld,
                      const char *zNew, const MigModelObject *pLive) {
  MigRename *pRename;

  wantedColumn(p, pr, "rename", zNew);
  if (p->rc == SQLITE_OK && pLive && pLive->pTable &&
      migModelColumn(pLive->pTable, zOld) < 0 &&
      migModelColumn(pLive->pTable, zNew) < 0) {
    migFail(p, MIG_USAGE, "option rename: table %s has no column %s",
            pLive->zName, zOld);
  }
  pr->renames.a =
      migModelRoom(p, pr->renames.a, pr->renames.n, sizeof(*pRename));
  if (pr->renames.a) {
    pRename = &pr->renames.a[pr->renames.n++];
    memset(pRename, 0, sizeof(*pRename));
    pRename->zTable = pr->zTable;
    pRename->zColumn = zNew;
    pRename->zOld = zOld;
  }
}

/* Refuse an annotation that the table itself had another name, unless that was
** carried out (USAGE). Those of columns remain. */
static void renamesCheck(MigContext *p, MigReshape *pr,
                         const MigModelObject *pLive) {
  int n = 0;
  int i;

  for (i = 0; i < pr->renames.n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pr->renames.a[i];
    if (pRename->zColumn) {
      pr->renames.a[n++] = *pRename;
    } else if (pLive == 0 && migModelFind(&pr->model, 0, pRename->zOld) >= 0) {
      migFail(p, MIG_USAGE,
              "table %s is renamed from %s; that takes ALTER TABLE RENAME "
              "first",
              pr->zTable, pRename->zOld);
    }
  }
  pr->renames.n = n;
}

/* Refuse what is not one expression: what could end it, or has no value. USAGE.
** It comes into parentheses, so what is between is SQLite's matter. */
static void usingText(MigContext *p, const char *zColumn, const char *zExpr) {
  i64 n = (i64)strlen(zExpr);
  i64 nDepth = 0;
  i64 i = 0;
  int bBad = 0;
  MigToken token;

  do {
    i = migTokenSignificant(zExpr, n, i, &token);
    nDepth += (token.eType == MIG_TK_LP) - (token.eType == MIG_TK_RP);
    bBad |= nDepth < 0 || token.eType == MIG_TK_SEMI ||
            token.eType == MIG_TK_VARIABLE || token.eType == MIG_TK_ILLEGAL;
  } while (token.eType != MIG_TK_END);
  if (bBad || nDepth) {
    migFail(p, MIG_USAGE, "option using, column %s: %s is no expression",
            zColumn, zExpr);
  }
}

/* Let SQLite say whether the expression makes sense over the old columns: USAGE
** in its words. It is compiled, not run. */
static void usingTry(MigContext *p, const MigReshape *pr, const char *zColumn,
                     const char *zExpr) {
  char *zSql = migPrintf(p, "SELECT (%s\n) FROM main.\"%w\" LIMIT 0", zExpr,
                         pr->zTable); /* sql-ok: checked */
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc) {
    return;
  }
  rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  sqlite3_finalize(pStmt);
  if ((rc & 0xff) == SQLITE_ERROR) {
    migFailRc(p, rc, MIG_USAGE, "option using, column %s: %s", zColumn,
              sqlite3_errmsg(p->db));
  } else if (rc) {
    migFailDb(p, rc);
  }
}

/* Read option using into pr->azUsing. A table that is not there yet has no rows
** to be filled, so then its expressions are only looked at as texts. */
static void usingRead(MigContext *p, MigReshape *pr,
                      const MigModelObject *pLive) {
  const MigModelTable *pTable = p->rc ? 0 : migWantedTable(pr)->pTable;
  int i;

  if (pTable && pr->usingColumn.n) {
    pr->azUsing = migAlloc(p, (u64)pTable->nColumn * sizeof(char *));
  }
  for (i = 0; i < pr->usingColumn.n && p->rc == SQLITE_OK; i++) {
    const char *zName = pr->usingColumn.az[i];
    const char *zExpr = pr->usingExpr.az[i];
    int k = wantedColumn(p, pr, "using", zName);
    if (k >= 0 && pTable && pTable->aColumn[k].pGenerated) {
      migFail(p, MIG_USAGE,
              "option using, column %s: it is generated and cannot be filled",
              zName);
    }
    usingText(p, zName, zExpr);
    if (pLive) {
      usingTry(p, pr, zName, zExpr);
    }
    if (p->rc == SQLITE_OK) {
      pr->azUsing[k] = zExpr;
    }
  }
}

/* Read the options, behind the definition that they name columns of. */
static void optionsRead(MigContext *p, MigReshape *pr,
                        const MigModelObject *pLive) {
  int i;

  renamesCheck(p, pr, pLive);
  for (i = 0; i < pr->renameOld.n && p->rc == SQLITE_OK; i++) {
    renameAdd(p, pr, pr->renameOld.az[i], pr->renameNew.az[i], pLive);
  }
  usingRead(p, pr, pLive);
}

/*
** Read schema main into pReshape->model, and the definition and the options.
** Returns the live table, NULL when there is none; it belongs to that model.
** Nothing is changed. Errors:
**
**   USAGE                not one CREATE TABLE of main, an option that means
**                        nothing, the name of something else
**   FORBIDDEN_STATEMENT  a table of ours
**   FORMAT               an annotation that means nothing
**   SCRIPT               SQLite does not take the definition
**   UNSUPPORTED          the definition is beyond us
*/
const MigModelObject *migWantedRead(MigContext *p, MigReshape *pReshape) {
  const MigModelObject *pLive;
  MigStatement st;
  char *zName = textName(p, pReshape, &st);

  migCatalogReadLike(p, pReshape->pKnown, &pReshape->model);
  pLive = liveFind(p, pReshape, zName);
  pReshape->zTable = pLive ? pLive->zName : zName;
  if (p->rc == SQLITE_OK) {
    wantedRead(p, pReshape, &st, zName, pLive);
  }
  optionsRead(p, pReshape, pLive);
  return p->rc ? 0 : pLive;
}
