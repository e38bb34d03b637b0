/*
** tables.c - one virtual-table module that serves a table of definitions.
**
** The definitions are in views.c. A table is eponymous (there is no CREATE
** VIRTUAL TABLE) and read only. Its rows are made when it is opened, from a
** consistent read; wide columns, the scripts, are made when they are asked
** for. Arguments are hidden columns: `FROM t('x')` and `FROM t WHERE arg='x'`
** are the same. idxNum holds one bit for each argument that is given, and
** above USED_SHIFT one for each column that is asked for. The values of the
** arguments come in the order of their bits.
**
** Methods are SQLite's, of its page "The Virtual Table Mechanism Of SQLite".
** Every cursor has a context of its own, so that two of them, as in a join of a
** table with itself, do not end each other's memory; it lives from xOpen to
** xClose, and is emptied by xFilter, which a join calls again and again.
**
** SQLITE_VTAB_DIRECTONLY keeps views and triggers of a file from reading a
** table of ours; caller.c looks again.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "functions.h"
#include "connection.h"
#include "waiting.h"
#include "arguments.h"
#include "wording.h"
#include "views.h"
#include "tables.h"

#define USED_SHIFT 4       /* more than a table has arguments */
#define USED_MASK 0xffffff /* more than it has columns */

/* A connected table, xConnect to xDisconnect. All but base is borrowed from
** what is registered. */
typedef struct Table {
  sqlite3_vtab base;
  sqlite3 *db;
  MigConnection *pConn;
  const MigView *pView;
  const char *zName; /* as it was named: a table may have two names */
} Table;

/* A cursor: the rows of one opening, and which is the current one. */
typedef struct Cursor {
  sqlite3_vtab_cursor base;
  MigContext context; /* its arena holds the rows */
  MigRows rows;
  i64 iRow; /* from 0; rows.nRow behind the last one */
} Cursor;

/* What is registered for one name; moduleFree() frees it. */
typedef struct ModuleData {
  MigConnection *pConn;
  const MigView *pView;
  const char *zName;
} ModuleData;

/* ---- the module ---- */

/* Declare the columns of the definition, hidden ones behind the visible, and
** make the Table. An eponymous table has no arguments of CREATE; zHidden names
** columns without types, by commas. Returns a result code of SQLite, without a
** message of ours. */
static int tableConnect(sqlite3 *db, void *pAux, int nArg,
                        const char *const *azArg, sqlite3_vtab **ppVtab,
                        char **pzErr) {
  const ModuleData *pData = pAux;
  MigText text = {0, 0, 0};
  MigContext context;
  Table *pNew = 0;
  int rc;

  MIG_UNUSED(nArg);
  MIG_UNUSED(azArg);
  MIG_UNUSED(pzErr);
  migContextInit(&context, db);
  migTextF(&context, &text, "CREATE TABLE x(%s",
           pData->pView->zColumns); /* sql-ok: constant */
  if (pData->pView->zHidden) {
    const char *z = pData->pView->zHidden;
    while (*z) {
      size_t n = strcspn(z, ",");
      migTextF(&context, &text, ", %.*s HIDDEN", (int)n, z);
      z += n + (z[n] == ',');
    }
  }
  migTextStr(&context, &text, ")");
  rc = context.rc;
  if (rc == SQLITE_OK) {
    rc = sqlite3_declare_vtab(db, text.z);
  }
  if (rc == SQLITE_OK) {
    rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  }
  if (rc == SQLITE_OK) {
    pNew = sqlite3_malloc64(sizeof(*pNew));
    rc = pNew ? SQLITE_OK : SQLITE_NOMEM;
  }
  if (rc == SQLITE_OK) {
    memset(pNew, 0, sizeof(*pNew));
    pNew->db = db;
    pNew->pConn = pData->pConn;
    pNew->pView = pData->pView;
    pNew->zName = pData->zName;
    *ppVtab = &pNew->base;
  }
  migContextClear(&context);
  return rc;
}

/* What is registered stays: the Table is all that goes. */
static int tableDisconnect(sqlite3_vtab *pVtab) {
  sqlite3_free(pVtab);
  return SQLITE_OK;
}

/* Take every equality on an argument; a plan in which an argument depends on
** something not yet known is refused by SQLITE_CONSTRAINT, so that another
** order is tried. Of two equalities on one argument the second is left to
** SQLite, which tests it on the hidden column. Cost and rows are guesses. */
static int tableBestIndex(sqlite3_vtab *pVtab, sqlite3_index_info *pInfo) {
  const MigView *pView = ((Table *)pVtab)->pView;
  int iTerm = 0;
  int iArg;
  int i;

  pInfo->idxNum = 0;
  for (iArg = 0; iArg < pView->nArg; iArg++) {
    for (i = 0; i < pInfo->nConstraint; i++) {
      if (pInfo->aConstraint[i].iColumn != pView->nColumn + iArg ||
          pInfo->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) {
        continue;
      }
      if (!pInfo->aConstraint[i].usable) {
        return SQLITE_CONSTRAINT;
      }
      if ((pInfo->idxNum & (1 << iArg)) == 0) {
        pInfo->idxNum |= 1 << iArg;
        pInfo->aConstraintUsage[i].argvIndex = ++iTerm;
        pInfo->aConstraintUsage[i].omit = 1;
      }
    }
  }
  pInfo->idxNum |= (int)(pInfo->colUsed & USED_MASK) << USED_SHIFT;
  pInfo->estimatedCost = 1000.0;
  pInfo->estimatedRows = 100;
  return SQLITE_OK;
}

/* A cursor without rows; tableFilter() makes them. */
static int tableOpen(sqlite3_vtab *pVtab, sqlite3_vtab_cursor **ppCursor) {
  Cursor *pNew = sqlite3_malloc64(sizeof(*pNew));

  if (pNew == 0) {
    return SQLITE_NOMEM;
  }
  memset(pNew, 0, sizeof(*pNew));
  migContextInit(&pNew->context, ((Table *)pVtab)->db);
  *ppCursor = &pNew->base;
  return SQLITE_OK;
}

/* Frees the cursor and its rows, also after an error. */
static int tableClose(sqlite3_vtab_cursor *pCursor) {
  Cursor *p = (Cursor *)pCursor;

  migStatementsClose(&p->context);
  migContextClear(&p->context);
  sqlite3_free(p);
  return SQLITE_OK;
}

/* Hand the error of a cursor to SQLite, which frees the message. Returns the
** result code; SQLITE_OK when there is none. Of out of memory there is no
** message but SQLite's own. */
static int tableError(Cursor *pCursor) {
  MigContext *p = &pCursor->context;

  if (p->rc && p->zError) {
    migWordingError(p);
    sqlite3_free(pCursor->base.pVtab->zErrMsg);
    pCursor->base.pVtab->zErrMsg = sqlite3_mprintf("%s", p->zError);
  }
  return p->rc;
}

/* Make all rows, under one read transaction, from the arguments that idxNum
** says are given. One that is NULL is as if it was not given. A call that comes
** from an object of the schema is NESTED_CALL. After an error there is no row
** that SQLite would ask for. */
static int tableFilter(sqlite3_vtab_cursor *pCursor, int idxNum,
                       const char *idxStr, int argc, sqlite3_value **argv) {
  Cursor *pC = (Cursor *)pCursor;
  Table *pTable = (Table *)pCursor->pVtab;
  const MigView *pView = pTable->pView;
  MigContext *p = &pC->context;
  sqlite3_stmt *pRead;
  int iTerm = 0;
  int i;

  MIG_UNUSED(idxStr);
  MIG_UNUSED(argc);
  migSettingsRestoreLate(pTable->pConn);
  migContextClear(p);
  memset(&pC->rows, 0, sizeof(pC->rows));
  pC->rows.nColumn = pView->nColumn;
  pC->rows.used = (unsigned)idxNum >> USED_SHIFT;
  pC->rows.azArg = migAlloc(p, sizeof(char *) * (u64)(pView->nArg + 1));
  pC->iRow = 0;
  for (i = 0; i < pView->nArg && p->rc == SQLITE_OK; i++) {
    if (idxNum & (1 << i)) {
      pC->rows.azArg[i] = migArgValue(p, argv[iTerm++], i, pTable->zName);
    }
  }
  migCallerShowing(p, pTable->zName, 0);
  pRead = migReadBegin(p, 0);
  if (p->rc == SQLITE_OK) {
    pView->xFill(p, pTable->pConn, &pC->rows);
  }
  migStatementsClose(p);
  migFinalize(p, pRead);
  return tableError(pC);
}

/* Cannot fail: the rows are there. */
static int tableNext(sqlite3_vtab_cursor *pCursor) {
  ((Cursor *)pCursor)->iRow++;
  return SQLITE_OK;
}

/* Is the cursor behind the last row? */
static int tableEof(sqlite3_vtab_cursor *pCursor) {
  Cursor *p = (Cursor *)pCursor;

  return p->iRow >= p->rows.nRow;
}

/* A visible column from its cell, an argument as it was given, or a wide
** column, made now. Texts of cells are copied: the rows may be made anew while
** SQLite still has the value. A wide column is handed over with the memory that
** it is in. */
static int tableColumn(sqlite3_vtab_cursor *pCursor, sqlite3_context *pCtx,
                       int iColumn) {
  Cursor *pC = (Cursor *)pCursor;
  const MigView *pView = ((Table *)pCursor->pVtab)->pView;
  const MigCell *pCell;
  int iArg = iColumn - pView->nColumn;
  i64 n = 0;
  char *z;

  if (iArg < 0) {
    pCell = &pC->rows.aCell[pC->iRow * pView->nColumn + iColumn];
    if (pCell->z) {
      sqlite3_result_text(pCtx, pCell->z, -1, SQLITE_TRANSIENT);
    } else if (pCell->bInt) {
      sqlite3_result_int64(pCtx, pCell->i);
    }
  } else if (iArg < pView->nArg) {
    if (pC->rows.azArg[iArg]) {
      sqlite3_result_text(pCtx, pC->rows.azArg[iArg], -1, SQLITE_TRANSIENT);
    }
  } else {
    z = pView->xWide(&pC->context, &pC->rows, pC->iRow, iArg - pView->nArg, &n);
    migStatementsClose(&pC->context);
    if (pC->context.rc) {
      return tableError(pC);
    }
    if (z) {
      sqlite3_result_text64(pCtx, z, (u64)n, sqlite3_free, SQLITE_UTF8);
    }
  }
  return SQLITE_OK;
}

/* The number of the row, from 1. It means nothing between two statements. */
static int tableRowid(sqlite3_vtab_cursor *pCursor, sqlite3_int64 *piRowid) {
  *piRowid = ((Cursor *)pCursor)->iRow + 1;
  return SQLITE_OK;
}

/* Without xCreate a table is eponymous only; without xUpdate it is read
** only. */
static const sqlite3_module tableModule = {
    .iVersion = 0,
    .xConnect = tableConnect,
    .xBestIndex = tableBestIndex,
    .xDisconnect = tableDisconnect,
    .xOpen = tableOpen,
    .xClose = tableClose,
    .xFilter = tableFilter,
    .xNext = tableNext,
    .xEof = tableEof,
    .xColumn = tableColumn,
    .xRowid = tableRowid,
};

/* SQLite lets a module go: when the connection is closed, or another one takes
** its name. */
static void moduleFree(void *pArg) {
  ModuleData *pData = pArg;

  migConnectionFree(pData->pConn);
  sqlite3_free(pData);
}

/* Register a table under a name, with a reference to pConn. Returns a result
** code of SQLite. sqlite3_create_module_v2() calls the destructor also when it
** fails. */
static int registerOne(sqlite3 *db, MigConnection *pConn, const MigView *pView,
                       const char *zName) {
  ModuleData *pData = sqlite3_malloc64(sizeof(*pData));

  if (pData == 0) {
    return SQLITE_NOMEM;
  }
  pData->pConn = pConn;
  pData->pView = pView;
  pData->zName = zName;
  pConn->nRef++;
  return sqlite3_create_module_v2(db, zName, &tableModule, pData, moduleFree);
}

/* Register every table on db; migrations also as migration_revisions, because
** other tools have a table of that name. Returns a result code of SQLite; what
** is registered before a failure stays so. */
int migTablesRegister(sqlite3 *db, MigConnection *pConn) {
  int rc = SQLITE_OK;
  int i;

  for (i = 0; i < migViewCount() && rc == SQLITE_OK; i++) {
    const MigView *pView = migViewRow(i);
    rc = registerOne(db, pConn, pView, pView->zName);
    if (rc == SQLITE_OK && strcmp(pView->zName, "migrations") == 0) {
      rc = registerOne(db, pConn, pView, "migration_revisions");
    }
  }
  return rc;
}
