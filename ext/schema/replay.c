/*
** replay.c - what scripts make of a schema, found out in a scratch database.
**
** The statements of a script are judged by their kind, as a run does it
** (execute.c), and those that make a schema are run in the scratch database.
** It has no rows, so nothing that only concerns rows could do anything there.
** Foreign keys are never enforced in it, which is how a run drops and alters
** tables; nothing else that is replayed would notice. So of the PRAGMAs only
** legacy_alter_table is obeyed, from its statement to the opposite one or the
** end of the script. Directives are for a run, too.
**
** migrate_table() is an SQL function of the scratch connection. Each call has a
** context of its own, for its memory is not small: a call reads the whole
** schema. Its error becomes the script's, with code and sentence as they are.
** What only the application's connection has is stood in for (standin.h);
** inside a call that takes a second try of the statement, for which a savepoint
** undoes the first.
*/
#include <string.h>
#include "catalog.h"
#include "phrase.h"
#include "pragma.h"
#include "replay.h"
#include "scratchmake.h"
#include "sql.h"
#include "script.h"
#include "writeset.h"

/* ------------------------------------------------------------------------
** migrate_table() in a scratch database
*/

static const char zOptions[] =
    "SELECT j.key, j.value, j.type FROM json_each(?1, ?2) AS j";

/* Read the object of texts at zPath of the options into two lists. (Of JSON
** json_valid() would say that it is none when memory runs out.) zPath is "$."
** and the name of the option. USAGE for a value that is no text, and for
** options that are no JSON. An option that is not given adds nothing. */
static void optionsRead(MigContext *p, const char *zJson, const char *zPath,
                        MigList *pKeys, MigList *pValues) {
  sqlite3_stmt *pStmt = migPrepare(p, zOptions);
  int rc = SQLITE_DONE;

  migBindText(p, pStmt, 1, zJson);
  migBindText(p, pStmt, 2, zPath);
  while (p->rc == SQLITE_OK && (rc = sqlite3_step(pStmt)) == SQLITE_ROW) {
    const char *zType = migColumnText(p, pStmt, 2);
    if (zType && strcmp(zType, "text") != 0) {
      migFail(p, MIG_USAGE,
              "migrate_table: option %s holds something that is no text",
              zPath + 2);
    }
    migListAdd(p, pKeys, migColumnText(p, pStmt, 0));
    migListAdd(p, pValues, migColumnText(p, pStmt, 1));
  }
  if (p->rc == SQLITE_OK && rc == SQLITE_ERROR) {
    migFail(p, MIG_USAGE, "migrate_table: the options are no JSON");
  } else if (p->rc == SQLITE_OK && rc != SQLITE_DONE) {
    migFailDb(p, rc);
  }
  migFinalize(p, pStmt);
}

/* Read option changes, when it is given. Without it there is nothing that the
** table must not lose. Tables of which the script itself allows it are added to
** pReshape->allowLoss. */
static void changesRead(MigContext *p, const char *zJson,
                        const MigScriptInfo *pGuard, MigReshape *pReshape) {
  sqlite3_stmt *pStmt = migPrepare(p, zOptions);
  MigList *pChanges = 0;
  MigList keys = {0, 0};
  int i;

  migBindText(p, pStmt, 1, zJson);
  migBindText(p, pStmt, 2, "$");
  while (migStep(p, pStmt)) {
    const char *zKey = migColumnPeek(p, pStmt, 0);
    if (zKey && strcmp(zKey, "changes") == 0) {
      pChanges = migAlloc(p, sizeof(MigList));
    }
  }
  migFinalize(p, pStmt);
  if (pChanges) {
    optionsRead(p, zJson, "$.changes", &keys, pChanges);
  }
  pReshape->pChanges = pChanges;
  for (i = 0; i < pGuard->nAllowLoss; i++) {
    migListAdd(p, &pReshape->allowLoss, pGuard->azAllowLoss[i]);
  }
}

/* An argument as text, copied into the call's memory; NULL for NULL, or after
** an error. */
static const char *valueText(MigContext *p, sqlite3_value *pValue) {
  const char *z = (const char *)sqlite3_value_text(pValue);

  if (z == 0 && sqlite3_value_type(pValue) != SQLITE_NULL) {
    migNomem(p);
  }
  return migStrdup(p, z);
}

/* The arguments of a call, copied into the call's memory. Options that do not
** matter to a schema are not looked at. USAGE when the first is NULL. */
static void callRead(MigContext *p, const MigReplay *pReplay,
                     MigReshape *pReshape, int nArg, sqlite3_value **apArg) {
  int bNull = sqlite3_value_type(apArg[0]) == SQLITE_NULL;
  const char *zSql = valueText(p, apArg[0]);
  const char *zJson = nArg > 1 ? valueText(p, apArg[1]) : 0;

  if (bNull) {
    migFail(p, MIG_USAGE,
            "migrate_table: the first argument is a CREATE TABLE statement");
    return;
  }
  if (p->rc) {
    return;
  }
  pReshape->zSql = zSql;
  pReshape->nSql = (i64)strlen(zSql);
  if (zJson) {
    optionsRead(p, zJson, "$.rename", &pReshape->renameOld,
                &pReshape->renameNew);
    optionsRead(p, zJson, "$.using", &pReshape->usingColumn,
                &pReshape->usingExpr);
  }
  if (zJson && pReplay->pGuard) {
    changesRead(p, zJson, pReplay->pGuard, pReshape);
  }
}

/* Keep what a call was expanded to, in the memory of the script. Texts are
** copied, because those of the call go with it; zShape is what the table was
** before. */
static void callKeep(MigReplay *pReplay, const MigReshape *pReshape,
                     const char *zShape) {
  MigContext *p = pReplay->pContext;
  MigReplayCall *pCall;
  int i;

  pReplay->aCall =
      migModelRoom(p, pReplay->aCall, pReplay->nCall, sizeof(*pCall));
  if (pReplay->aCall == 0) {
    return;
  }
  pCall = &pReplay->aCall[pReplay->nCall++];
  pCall->iStart = pReplay->iStart;
  pCall->n = pReplay->n;
  pCall->zTable = migStrdup(p, pReshape->zTable);
  pCall->zShape = migStrdup(p, zShape);
  for (i = 0; i < pReshape->statements.n; i++) {
    migListAdd(p, &pCall->statements, migStrdup(p, pReshape->statements.az[i]));
  }
  if (pReshape->eWay != MIG_WAY_NOTHING && pReshape->eWay != MIG_WAY_CREATE) {
    migAlterationLosses(p, &pReshape->diff, &pCall->losses);
  }
}

/* Carry a call out; all of it or, after an error, nothing. The savepoint is the
** call's own, inside the transaction of migScratchBegin(). */
static void callRun(MigContext *p, MigReplay *pReplay, MigReshape *pReshape) {
  const char *zShape = 0;
  MigContext was;

  migExec(p, "SAVEPOINT migrate_table");
  if (p->rc) {
    return;
  }
  migReshapePlan(p, pReshape);
  if (pReplay->bPlain && p->rc == SQLITE_OK) {
    zShape =
        migQueryText(p, MIG_SHAPE_QUERY, pReshape->zTable, pReshape->zTable);
  }
  migReshapeRun(p, pReshape);
  if (p->rc == SQLITE_OK && (pReplay->bPlain || pReplay->bKeep)) {
    callKeep(pReplay, pReshape, zShape);
  }
  migContextInit(&was, p->db);
  migErrorSave(p, &was);
  if (was.rc) {
    migExec(p, "ROLLBACK TO migrate_table");
  }
  migExec(p, "RELEASE migrate_table");
  if (was.rc && (p->rc == SQLITE_OK || (was.rc & 0xff) == SQLITE_NOMEM)) {
    migErrorSave(&was, p); /* want of memory may have ended the savepoint */
  }
  sqlite3_free(was.zError);
}

/*
** The function migrate_table(definition [, options]); gives the way that was
** taken. It may be called only by a SELECT or VALUES of the script, and not by
** anything that such a call runs.
**
** A statement that was stopped for taking too long is for the scratch database
** to report, so an interrupt is no error of the script here.
*/
static void tableCall(sqlite3_context *pCtx, int nArg, sqlite3_value **apArg) {
  MigReplay *pReplay = sqlite3_user_data(pCtx);
  int bSelect = pReplay->bSelect;
  MigReshape reshape;
  MigContext c;

  pReplay->bSelect = 0; /* nothing that it runs may call it */
  memset(&reshape, 0, sizeof(reshape));
  reshape.pKnown = pReplay->pKnown;
  reshape.bPlain = pReplay->bPlain;
  reshape.eEdit = pReplay->bPlain ? MIG_EDIT_DENY : MIG_EDIT_ALLOW;
  migContextInit(&c, sqlite3_context_db_handle(pCtx));
  if (!bSelect) {
    migFail(&c, MIG_NESTED_CALL,
            "migrate_table() was called from inside another statement; call it "
            "as a bare SELECT");
  }
  callRead(&c, pReplay, &reshape, nArg, apArg);
  callRun(&c, pReplay, &reshape);
  if (c.rc == SQLITE_OK) {
    sqlite3_result_text(pCtx, migWayName(reshape.eWay), -1, SQLITE_TRANSIENT);
  } else {
    sqlite3_result_error(pCtx, c.zError ? c.zError : "out of memory", -1);
    sqlite3_result_error_code(pCtx, c.rc);
    if (pReplay->pContext && (c.rc & 0xff) != SQLITE_INTERRUPT) {
      migErrorSave(&c, pReplay->pContext);
    }
  }
  migStatementsClose(&c);
  migContextClear(&c);
  pReplay->bSelect = bSelect;
}

/* Have a scratch database understand migrate_table(). pReplay must live as long
** as the database is used, and is zeroed but for bPlain, which may be set
** before or behind this; the rest behind it. */
void migReplayOpen(MigContext *p, MigReplay *pReplay, MigScratch *pScratch) {
  int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
  int bPlain = pReplay->bPlain;
  int n;

  memset(pReplay, 0, sizeof(*pReplay));
  pReplay->bPlain = bPlain;
  pReplay->pScratch = pScratch;
  if (p->rc) {
    return;
  }
  migScratchSwap(p, pScratch);
  for (n = 1; n <= 2 && p->rc == SQLITE_OK; n++) {
    int rc = sqlite3_create_function_v2(p->db, "migrate_table", n, flags,
                                        pReplay, tableCall, 0, 0, 0);
    if (rc) {
      migFailDb(p, rc);
    }
  }
  migScratchSwap(p, pScratch);
}

/* ------------------------------------------------------------------------
** Scripts
*/

/* A script being replayed. Texts belong to the caller or the arena. */
typedef struct Script {
  MigReplay *pReplay;
  const char *z;
  i64 n;
  const char *zWhat; /* what it is, for messages */
  MigModel model;    /* the schema before it, when that has virtual tables */
  u8 *abGone;        /* those of them that it has dropped */
  MigList functions; /* stood in for, for calls of migrate_table() */
} Script;

/* Say where the error of p arose: in front of its sentence come the script,
** line and column of byte iAt. Its codes stay. Out of memory has no sentence,
** and stays as it is. */
static void errorLocate(MigContext *p, const Script *ps, i64 iAt) {
  MigContext was;
  int iLine;
  int iColumn;

  if (p->rc == SQLITE_OK || p->zError == 0) {
    return;
  }
  migContextInit(&was, p->db);
  migErrorSave(p, &was);
  migPosition(ps->z, iAt, &iLine, &iColumn);
  migFailRc(p, was.rc, was.eCode, "%s, line %d, column %d: %s", ps->zWhat,
            iLine, iColumn,
            was.zError + strlen("migrate: : ") +
                strlen(migCodeName(was.eCode)));
  sqlite3_free(was.zError);
}

/* SQLite does not take a statement. SCRIPT with the result code rc, at byte iAt
** of the script. */
static void statementFail(MigContext *p, const Script *ps, i64 iAt, int rc,
                          const char *zWhy) {
  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
  }
  migFailRc(p, rc, MIG_SCRIPT, "%s", zWhy);
  errorLocate(p, ps, iAt);
}

/* Does a statement call migrate_table()? Its name before a parenthesis is
** enough. */
static int statementCalls(const Script *ps, const MigStatement *pSt) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;
  int bName = 0;
  MigToken token;

  do {
    i = migTokenSignificant(ps->z, iEnd, i, &token);
    if (bName && token.eType == MIG_TK_LP) {
      return 1;
    }
    bName = migTokenNameIs(ps->z, &token, "migrate_table");
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Does a statement write where the schema is kept? Whatever schema the name is
** in. */
static int writesSchema(const Script *ps, const MigStatement *pSt) {
  static const char *const az[] = {"sqlite_schema", "sqlite_master",
                                   "sqlite_temp_schema", "sqlite_temp_master"};
  size_t i;

  for (i = 0; i < sizeof(az) / sizeof(az[0]); i++) {
    if (migTokenNameIs(ps->z, &pSt->name, az[i])) {
      return 1;
    }
  }
  return 0;
}

/* Obey a PRAGMA, if it is the one that makes a difference here. legacySet()
** puts it back behind the script. */
static void pragmaObey(MigContext *p, const Script *ps,
                       const MigStatement *pSt) {
  if (pSt->value.eType != MIG_TK_END &&
      migTokenNameIs(ps->z, &pSt->name, "legacy_alter_table")) {
    migScratchSwap(p, ps->pReplay->pScratch);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE,
                      migPragmaOn(ps->z, pSt), (int *)0);
    migScratchSwap(p, ps->pReplay->pScratch);
  }
}

/* Is a statement to be run here? What cannot be replayed is an error:
** FORBIDDEN_STATEMENT. What only concerns rows, and BEGIN, COMMIT, ANALYZE and
** the like, is passed over. */
static int statementWanted(MigContext *p, const Script *ps,
                           const MigStatement *pSt) {
  switch (pSt->eKind) {
  case MIG_ST_CREATE_TABLE:
  case MIG_ST_CREATE_VIRTUAL:
  case MIG_ST_CREATE_INDEX:
  case MIG_ST_CREATE_VIEW:
  case MIG_ST_CREATE_TRIGGER:
  case MIG_ST_DROP_TABLE:
  case MIG_ST_DROP_INDEX:
  case MIG_ST_DROP_VIEW:
  case MIG_ST_DROP_TRIGGER:
  case MIG_ST_ALTER_TABLE:
  case MIG_ST_OTHER: /* SQLite will say what is wrong with it */
    return 1;
  case MIG_ST_SELECT:
  case MIG_ST_VALUES:
    return statementCalls(ps, pSt);
  case MIG_ST_PRAGMA:
    pragmaObey(p, ps, pSt);
    return 0;
  case MIG_ST_INSERT:
  case MIG_ST_UPDATE:
  case MIG_ST_DELETE:
    if (!writesSchema(ps, pSt)) {
      return 0;
    }
    break;
  case MIG_ST_ROLLBACK:
  case MIG_ST_SAVEPOINT:
  case MIG_ST_RELEASE:
  case MIG_ST_ATTACH:
  case MIG_ST_DETACH:
    break;
  default:
    return 0;
  }
  migFail(p, MIG_FORBIDDEN_STATEMENT,
          pSt->eKind <= MIG_ST_DELETE
              ? "a statement of the kind %s may not write sqlite_schema; alter "
                "the table, or use migrate_table()"
              : "a statement of the kind %s may not stand in a script; remove "
                "it",
          migKindName(pSt->eKind));
  errorLocate(p, ps, pSt->iStart);
  return 0;
}

/* What a CREATE statement makes, with spans of that statement alone; NULL: it
** is none, or beyond us, which is no error. */
static const MigDdl *statementDdl(MigContext *p, const Script *ps,
                                  const MigStatement *pSt) {
  MigDdl *pDdl;

  if (pSt->eKind < MIG_ST_CREATE_TABLE || pSt->eKind > MIG_ST_CREATE_TRIGGER) {
    return 0;
  }
  pDdl = migAlloc(p, sizeof(*pDdl));
  if (pDdl && !migDdlRead(p, ps->z + pSt->iStart, pSt->nByte, pDdl)) {
    pDdl = 0;
    if (p->eCode == MIG_FORMAT) {
      migErrorClear(p);
    }
  }
  return pDdl;
}

/* The name of the function that the error kept in pWas is about, or NULL. It is
** in the arena of p. */
static char *functionMissing(MigContext *p, const MigContext *pWas) {
  static const char *const az[] = {"no such function: ", "unknown function: "};
  size_t i;

  for (i = 0; pWas->zError && i < sizeof(az) / sizeof(az[0]); i++) {
    const char *z = strstr(pWas->zError, az[i]);
    if (z) {
      z += strlen(az[i]);
      return migStrndup(p, z, (i64)strcspn(z, " ,;:()'\""));
    }
  }
  return 0;
}

/*
** A call of migrate_table() has failed. If that is for a function which is not
** there, have it stood in for, by calling it, forget the error and return 1:
** the statement is worth another try. Each function is worth one. 0: the error
** of p is as it was.
*/
static int functionStandIn(MigContext *p, Script *ps) {
  MigContext was;
  char *zName;
  int i;

  if ((p->rc & 0xff) != SQLITE_ERROR) {
    return 0;
  }
  migContextInit(&was, p->db);
  migErrorSave(p, &was);
  zName = functionMissing(p, &was);
  for (i = 0; zName && i < ps->functions.n; i++) {
    if (migStrICmp(ps->functions.az[i], zName) == 0) {
      zName = 0;
    }
  }
  if (zName) {
    migListAdd(p, &ps->functions, zName);
    migScratchExec(p, ps->pReplay->pScratch,
                   migPrintf(p, "SELECT \"%w\"()", zName));
  }
  if (zName == 0 && p->rc == SQLITE_OK) {
    migErrorSave(&was, p);
  }
  sqlite3_free(was.zError);
  return p->rc == SQLITE_OK;
}

/* The module of a virtual table drops the tables it keeps; a stand-in does not.
** Do so for it, behind DROP TABLE. IF EXISTS, because a real module has done
** it. ps->model says which they were. */
static void shadowsDrop(MigContext *p, Script *ps, const MigStatement *pSt) {
  const MigModel *pModel = &ps->model;
  int iVirtual = migModelFind(pModel, 0, migTokenName(p, ps->z, &pSt->name));
  int i;

  if (iVirtual < 0 || pModel->aObject[iVirtual].eKind != MIG_DDL_VIRTUAL ||
      ps->abGone[iVirtual] || p->rc) {
    return;
  }
  ps->abGone[iVirtual] = 1;
  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    if (pModel->aObject[i].iVirtual == iVirtual) {
      char *zSql = migPrintf(p, "DROP TABLE IF EXISTS main.\"%w\"",
                             pModel->aObject[i].zName);
      const char *zWhy = "";
      i64 iAt;
      int rc = zSql ? migScratchMake(p, ps->pReplay->pScratch, zSql,
                                     (i64)strlen(zSql), 0, &iAt, &zWhy)
                    : SQLITE_NOMEM;
      if (rc) {
        statementFail(p, ps, pSt->iStart, rc, zWhy);
      }
    }
  }
}

/* Keep which table of main a statement drops or renames, when there is one, and
** when anybody will ask for it: with bPlain. It runs in front of the statement,
** so the table is still there. */
static void dropKeep(MigContext *p, const Script *ps, const MigStatement *pSt) {
  MigReplay *pReplay = ps->pReplay;
  char *zTable;

  if (!pReplay->bPlain || (pSt->eKind != MIG_ST_DROP_TABLE &&
                           pSt->eAlter != MIG_ALTER_RENAME_TABLE)) {
    return;
  }
  migScratchSwap(p, pReplay->pScratch);
  zTable = migWritesetTarget(p, ps->z, pSt);
  if (zTable && migQueryInt(p, 0,
                            "SELECT 1 FROM main.sqlite_schema"
                            " WHERE type='table' AND name=%Q COLLATE NOCASE",
                            zTable)) {
    pReplay->aDrop = migModelRoom(p, pReplay->aDrop, pReplay->nDrop,
                                  sizeof(*pReplay->aDrop));
    if (pReplay->aDrop) {
      pReplay->aDrop[pReplay->nDrop].iStart = pSt->iStart;
      pReplay->aDrop[pReplay->nDrop++].zTable = zTable;
    }
  }
  migScratchSwap(p, pReplay->pScratch);
}

/* Run one statement. Its errors get line and column; that of SQLite is at the
** byte it names, if it does. */
static void statementRun(MigContext *p, Script *ps, const MigStatement *pSt) {
  MigReplay *pReplay = ps->pReplay;
  const MigDdl *pDdl = statementDdl(p, ps, pSt);
  const char *zWhy = "";
  i64 iAt = -1;
  int rc;

  if (pSt->nByte > 0x7fffffff) {
    /* unreached: takes 2 GiB */
    migFail(p, MIG_TOO_BIG, "a statement of %lld bytes; shorten it",
            pSt->nByte);
    errorLocate(p, ps, pSt->iStart);
    return;
  }
  pReplay->iStart = pSt->iStart;
  pReplay->n = pSt->nByte;
  pReplay->bSelect = pSt->eKind == MIG_ST_SELECT || pSt->eKind == MIG_ST_VALUES;
  dropKeep(p, ps, pSt);
  do {
    rc = migScratchMake(p, pReplay->pScratch, ps->z + pSt->iStart, pSt->nByte,
                        pDdl, &iAt, &zWhy);
  } while (pReplay->bSelect && p->rc && functionStandIn(p, ps));
  pReplay->bSelect = 0;
  if (p->rc) {
    errorLocate(p, ps, pSt->iStart);
  } else if (rc) {
    statementFail(p, ps, pSt->iStart + (iAt > 0 ? iAt : 0), rc, zWhy);
  } else if (pSt->eKind == MIG_ST_OTHER) {
    /* unreached: SQLite has taken none of them yet */
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "this statement may not stand in a script; remove it");
    errorLocate(p, ps, pSt->iStart);
  } else if (pSt->eKind == MIG_ST_DROP_TABLE && ps->abGone) {
    shadowsDrop(p, ps, pSt);
  }
}

/* Read the schema that the script finds, when it has virtual tables:
** shadowsDrop() wants it. They have no pages of their own, by which they are
** found without reading a text. */
static void virtualsRead(MigContext *p, Script *ps) {
  migScratchSwap(p, ps->pReplay->pScratch);
  if (migQueryInt(p, 0,
                  "SELECT EXISTS(SELECT 1 FROM main.sqlite_schema"
                  " WHERE type='table' AND rootpage=0)")) {
    migCatalogReadLike(p, ps->pReplay->pKnown, &ps->model);
    ps->abGone = migAlloc(p, (u64)ps->model.nObject);
  }
  migScratchSwap(p, ps->pReplay->pScratch);
}

/* Set legacy_alter_table of the scratch connection, or leave it with -1.
** Returns 1 or 0: as it was found. */
static int legacySet(MigContext *p, const MigReplay *pReplay, int b) {
  int bWas = 0;

  migScratchSwap(p, pReplay->pScratch);
  sqlite3_db_config(p->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, -1, &bWas);
  sqlite3_db_config(p->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, b, (int *)0);
  migScratchSwap(p, pReplay->pScratch);
  return bWas;
}

/*
** Replay the script in the n bytes of z. zWhat says in messages what it is.
** pReplay->aCall and aDrop are those of this script from then on, in the arena
** of p.
**
** SCRIPT with line and column for what SQLite does not take,
** FORBIDDEN_STATEMENT for what no script may hold, TOO_BIG for a statement of 2
** GiB, and the errors of migrate_table(); the scratch database is then of no
** use.
*/
void migReplayScript(MigContext *p, MigReplay *pReplay, const char *z, i64 n,
                     const char *zWhat) {
  const char *zZero = n > 0 ? memchr(z, 0, (size_t)n) : 0;
  MigStatement st;
  Script s;
  int bLegacy;
  i64 i = 0;

  memset(&s, 0, sizeof(s));
  s.pReplay = pReplay;
  s.z = z;
  s.n = n;
  s.zWhat = zWhat;
  pReplay->pContext = p;
  pReplay->nCall = 0;
  pReplay->aCall = 0;
  pReplay->nDrop = 0;
  pReplay->aDrop = 0;
  if (p->rc == SQLITE_OK && zZero) {
    migFail(p, MIG_FORBIDDEN_STATEMENT,
            "a zero byte; SQLite would stop reading there, remove it");
    errorLocate(p, &s, zZero - z);
  }
  if (p->rc) {
    return;
  }
  virtualsRead(p, &s);
  bLegacy = legacySet(p, pReplay, -1);
  migScratchBegin(p, pReplay->pScratch);
  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    if (statementWanted(p, &s, &st)) {
      statementRun(p, &s, &st);
    }
  }
  migScratchEnd(p, pReplay->pScratch);
  legacySet(p, pReplay, bLegacy);
  pReplay->pContext = 0;
}
