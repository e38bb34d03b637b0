/*
** probe.c - what works before a table is changed, and must go on doing so.
**
** A table that is made anew takes nothing from a view over it, but a view that
** names a column which is gone answers with an error from then on, and a
** trigger has every statement on its table fail. SQLite looks at neither when
** the table is dropped and made. So those are found that name the table, or a
** view that does, and compile; they must compile afterwards. What is broken
** before may stay so. Of schema TEMP, where there is seldom much, all are
** looked at: SQLite keeps those on the table, and a broken one of them would
** have every statement of this connection fail.
**
** A view is compiled by preparing a SELECT of it, a trigger by preparing a
** statement that would fire it; nothing is stepped.
**
** The same goes for a full-text table that has its rows in the table, or in a
** view over it. Its module looks for columns when it is read, so one row is.
** Without columns of its own it has those of the table, and its index counts
** them, so they must stay as they are.
**
** Where SQLite takes a name in double quotes that it cannot find for a string,
** a view with the "name" of a dropped column would go on compiling, with
** another meaning. One that has such a name in it is compiled with that
** switched off as well.
**
** And the new definition itself is compiled as CREATE TABLE would do it. A text
** that is put in the place of another one, or a column that is appended, would
** get past SQLite with a collation or function that is not there.
**
** Example: t(a, b) loses b, and this trigger has worked:
**
**   CREATE TRIGGER r AFTER INSERT ON u BEGIN INSERT INTO t(b) VALUES(1); END
**
** Then INSERT INTO main."u" DEFAULT VALUES is compiled before and behind the
** change; now it says "table t has no column named b", so the change is
** refused.
*/
#include <string.h>
#include "fulltext.h"
#include "native.h"
#include "probe.h"
#include "sql.h"
#include "text.h"

/* Whose code may run when something is compiled or read. */
static const char zWho[] = "a function or collation of the schema";

/* ------------------------------------------------------------------------
** Compiling
*/

/* Have views and triggers compiled where the connection would not: with
** ENABLE_TRIGGER off SQLite leaves triggers out, so a broken one would seem to
** work, and with ENABLE_VIEW off it refuses every view. Undone by
** switchesBack(), on every path. */
static void switchesOn(MigContext *p, MigTransaction *pTx,
                       MigSwitch aSwitch[2]) {
  migSwitchSet(p, pTx, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, &aSwitch[0]);
  migSwitchSet(p, pTx, SQLITE_DBCONFIG_ENABLE_VIEW, 1, &aSwitch[1]);
}

/* After an error the transaction is undone by this (migSwitchBack()). */
static void switchesBack(MigContext *p, MigTransaction *pTx,
                         MigSwitch aSwitch[2]) {
  migSwitchBack(p, pTx, &aSwitch[1]);
  migSwitchBack(p, pTx, &aSwitch[0]);
}

/* A view or trigger to be compiled. */
typedef struct Object {
  const MigModelObject *pObject;
  const MigModel *pModel; /* of schema main */
  int bTemp;              /* the object is one of TEMP */
} Object;

/* Was the trigger of TEMP, whose text names no schema, made for a table or view
** of TEMP? There must have been one by then: its row stands before that of the
** trigger. */
static int isOnTemp(MigContext *p, const MigModelObject *pTrigger) {
  return migQueryInt(p, 0,
                     "SELECT EXISTS(SELECT 1 FROM temp.sqlite_schema AS o,"
                     " temp.sqlite_schema AS t WHERE t.type = 'trigger'"
                     " AND t.name = %Q AND o.type IN('table', 'view')"
                     " AND o.rowid < t.rowid"
                     " AND o.name = t.tbl_name COLLATE NOCASE)",
                     pTrigger->zName) != 0;
}

/* The schema of the view, or of what the trigger is on, with a dot; or none.
** Text for SQL, quoted where that is needed; in the arena or a constant. With
** none SQLite looks the name up itself, in TEMP, main and what is attached. */
static const char *schemaText(MigContext *p, const Object *po) {
  const MigModelObject *pObject = po->pObject;
  MigToken schema;

  if (!po->bTemp) {
    return "main.";
  }
  if (pObject->eKind == MIG_DDL_VIEW) {
    return "temp.";
  }
  schema = migNativeSchema(pObject->pDdl);
  if (schema.eType != MIG_TK_END) {
    return migPrintf(p, "\"%w\".", migTokenName(p, pObject->pDdl->z, &schema));
  }
  if (isOnTemp(p, pObject)) {
    return "temp.";
  }
  return migModelFind(po->pModel, 0, pObject->zTable) >= 0 ? "main." : "";
}

/* A column of a table or view that can be updated, as its name in quotes: one
** that is not generated, or the first of what the model has no columns of.
** Where that cannot be read it is a text that does not compile; NULL after an
** error. zSchema is a schemaText(). */
static const char *updatedColumn(MigContext *p, const MigModel *pModel,
                                 const char *zSchema, const char *zTable) {
  int iTable =
      strcmp(zSchema, "main.") == 0 ? migModelFind(pModel, 0, zTable) : -1;
  const MigModelTable *pTable =
      iTable >= 0 ? pModel->aObject[iTable].pTable : 0;
  sqlite3_stmt *pStmt = 0;
  const char *z = 0;
  int i;

  for (i = 0; pTable && i < pTable->nColumn; i++) {
    if (pTable->aColumn[i].pGenerated == 0) {
      return migPrintf(p, "\"%w\"", pTable->aColumn[i].zName);
    }
  }
  if (p->rc == SQLITE_OK) { /* that it fails is seen where it is used */
    z = migPrintf(p, "SELECT * FROM %s\"%w\"",
                  /* sql-ok: schemaText() */ zSchema, zTable);
    if (z && sqlite3_prepare_v2(p->db, z, -1, &pStmt, 0) == SQLITE_OK) {
      z = migPrintf(p, "\"%w\"", sqlite3_column_name(pStmt, 0));
    } else if (z) {
      z = migPrintf(p, "(%s)", z); /* "SET (SELECT": an error as well */
    }
    sqlite3_finalize(pStmt);
  }
  return z;
}

/* An UPDATE that fires the trigger: the columns of UPDATE OF, or any, each set
** to itself. */
static const char *updateText(MigContext *p, const Object *po,
                              const char *zSchema) {
  const MigModelObject *pTrigger = po->pObject;
  const MigDdl *pDdl = pTrigger->pDdl;
  MigText text = {0, 0, 0};
  int i;

  migTextF(p, &text, "UPDATE %s\"%w\" SET ", /* sql-ok: the same */ zSchema,
           pTrigger->zTable);
  for (i = 0; i < pDdl->nTerm; i++) {
    const char *z = migTokenName(p, pDdl->z, &pDdl->aTerm[i].name);
    migTextF(p, &text, "%s\"%w\" = \"%w\"", i ? ", " : "", z, z);
  }
  if (pDdl->nTerm == 0) {
    const char *z = updatedColumn(p, po->pModel, zSchema, pTrigger->zTable);
    migTextF(p, &text, "%s = %s", z, z);
  }
  return migTextZ(&text);
}

/* A statement that compiles only if the object does. For a trigger it is one
** that would fire it, on what it is on, so it compiles all other triggers for
** that event as well. NULL after an error. */
static const char *probeText(MigContext *p, const Object *po) {
  const MigModelObject *pObject = po->pObject;
  const char *zSchema = schemaText(p, po);

  if (p->rc) {
    return 0;
  }
  if (pObject->eKind == MIG_DDL_VIEW) {
    return migPrintf(p, "SELECT * FROM %s\"%w\" LIMIT 0",
                     /* sql-ok: the same */ zSchema, pObject->zName);
  }
  switch (pObject->pDdl->eEvent) {
  case MIG_EVENT_INSERT:
    return migPrintf(p, "INSERT INTO %s\"%w\" DEFAULT VALUES",
                     /* sql-ok: the same */ zSchema, pObject->zTable);
  case MIG_EVENT_DELETE:
    return migPrintf(p, "DELETE FROM %s\"%w\"", /* sql-ok: the same */ zSchema,
                     pObject->zTable);
  default:
    return updateText(p, po, zSchema);
  }
}

/* Does a view or trigger compile? If not, *pzWhy is why. Whatever is no matter
** of the text (memory, a lock) is an error of p. */
static int isCompiled(MigContext *p, const Object *po, const char **pzWhy) {
  MigMark mark = migArenaMark(p);

  if (migCompile(p, probeText(p, po), pzWhy) != SQLITE_OK) {
    return 0;
  }
  migArenaRelease(p, mark);
  return 1;
}

/* The names of the columns that a statement gives, in quotes. In the arena. */
static const char *columnsText(MigContext *p, sqlite3_stmt *pStmt) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < sqlite3_column_count(pStmt) && p->rc == SQLITE_OK; i++) {
    migTextF(p, &text, "%s\"%w\"", i ? ", " : "",
             sqlite3_column_name(pStmt, i));
  }
  return migTextZ(&text);
}

/* The columns of a virtual table that can be read, else NULL, and *pzWhy is
** why. One row is read, as some modules look for what they need only then. That
** a module finds its own tables damaged says nothing about the file. */
static const char *columnsRead(MigContext *p, const MigModelObject *pObject,
                               const char **pzWhy) {
  char *zSql =
      migPrintf(p, "SELECT * FROM main.\"%w\" LIMIT 1", pObject->zName);
  const char *zColumns = 0;
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc) {
    return 0;
  }
  rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  if (rc == SQLITE_OK) {
    zColumns = columnsText(p, pStmt);
    rc = sqlite3_step(pStmt);
  }
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
    zColumns = 0;
    migRefused(p, (rc & 0xff) == SQLITE_CORRUPT ? SQLITE_ERROR : rc, pzWhy);
  }
  sqlite3_finalize(pStmt);
  return zColumns;
}

/* Does what a probe is about work? If not, *pzWhy is why. *pzColumns: the
** columns that a virtual table must have, or NULL while they are not known;
** then, and when it works, it is set to those it has. */
static int isWorking(MigContext *p, const Object *po, const char **pzColumns,
                     const char **pzWhy) {
  const char *zColumns;

  if (po->pObject->eKind != MIG_DDL_VIRTUAL) {
    return isCompiled(p, po, pzWhy);
  }
  zColumns = columnsRead(p, po->pObject, pzWhy);
  if (zColumns && *pzColumns && strcmp(zColumns, *pzColumns) != 0) {
    *pzWhy = migPrintf(p, "its columns would be %s and not %s", zColumns,
                       *pzColumns);
    return 0;
  }
  *pzColumns = zColumns;
  return zColumns != 0;
}

/* ------------------------------------------------------------------------
** Which
*/

/* Does a text name a table or view? Any identifier of that spelling counts, so
** there may be one too many. zName is compared apart from case. */
static int textNames(const char *z, const char *zName) {
  i64 n = (i64)strlen(z);
  i64 nName = (i64)strlen(zName);
  i64 i = 0;
  MigToken token;

  if (strpbrk(zName, "\"'`") == 0) { /* quick, and mostly not */
    while (i + nName <= n && migStrNICmp(z + i, zName, nName) != 0) {
      i++;
    }
    if (i + nName > n) {
      return 0;
    }
  }
  i = 0;
  do {
    i = migTokenSignificant(z, n, i, &token);
    if (migTokenIsName(&token) && migTokenNameIs(z, &token, zName)) {
      return 1;
    }
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Could a text mean a dropped column by a "name" that may be a string as well?
** One behind a dot may not. pDiff has its columns. */
static int textQuotes(const char *z, const MigTableDiff *pDiff) {
  const MigModelTable *pOld = pDiff->pOld->pTable;
  i64 n = (i64)strlen(z);
  int bDot = 0;
  MigToken token;
  i64 i = 0;
  int k;

  do {
    i = migTokenSignificant(z, n, i, &token);
    if (token.eType == MIG_TK_QUOTED && z[token.iStart] == '"' && !bDot) {
      for (k = 0; k < pOld->nColumn; k++) {
        if (pDiff->aiTo[k] < 0 &&
            migTokenNameIs(z, &token, pOld->aColumn[k].zName)) {
          return 1;
        }
      }
    }
    bDot = token.eType == MIG_TK_DOT;
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Could an object break when what has the name zName changes? Not when it is
** beyond us: no statement can be made that tests it. */
static int objectNames(const MigModelObject *pObject, const char *zName) {
  if (pObject->pDdl == 0) {
    return 0;
  }
  switch (pObject->eKind) {
  case MIG_DDL_VIEW:
  case MIG_DDL_TRIGGER:
    return textNames(pObject->zSql, zName);
  case MIG_DDL_VIRTUAL:
    return migFulltextOver(pObject->pDdl, zName);
  default:
    return 0;
  }
}

/* Mark in abFound, a byte for each object, the views, triggers and full-text
** tables that name zTable or a view that does, and so on. What is marked before
** stays so and is not followed again. Pure; no recursion, views are taken from
** a list. */
void migProbesFind(MigContext *p, const MigModel *pModel, const char *zTable,
                   u8 *abFound) {
  MigList names = {0, 0};
  int k;
  int i;

  migListAdd(p, &names, zTable);
  for (k = 0; k < names.n && p->rc == SQLITE_OK; k++) {
    for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
      const MigModelObject *pObject = &pModel->aObject[i];
      if (!abFound[i] && objectNames(pObject, names.az[k])) {
        abFound[i] = 1;
        if (pObject->eKind == MIG_DDL_VIEW) {
          migListAdd(p, &names, pObject->zName);
        }
      }
    }
  }
}

/* Find out which of the probes compile when "names" are no strings
** (DQS_DML; quirks.html), where a change drops a column that one of
** them may mean. */
static void probesStrict(MigContext *p, MigTransaction *pTx,
                         const MigModel *pModel, const MigTableDiff *pDiff,
                         MigProbes *pProbes) {
  const char *zWhy;
  MigSwitch strict;
  int i;

  for (i = 0; i < pProbes->n && p->rc == SQLITE_OK; i++) {
    MigProbe *pProbe = &pProbes->a[i];
    pProbe->bStrict = pProbe->pObject->eKind != MIG_DDL_VIRTUAL &&
                      textQuotes(pProbe->pObject->zSql, pDiff);
    pProbes->bStrict |= pProbe->bStrict;
  }
  if (!pProbes->bStrict) {
    return;
  }
  migSwitchSet(p, pTx, SQLITE_DBCONFIG_DQS_DML, 0, &strict);
  for (i = 0; i < pProbes->n && p->rc == SQLITE_OK; i++) {
    MigProbe *pProbe = &pProbes->a[i];
    Object object = {pProbe->pObject, pModel, pProbe->bTemp};
    pProbe->bStrict = pProbe->bStrict && isCompiled(p, &object, &zWhy);
  }
  migSwitchBack(p, pTx, &strict);
}

/* Read the views and triggers of TEMP into pTemp, which is overwritten. Tables
** of TEMP are left out: nothing happens to those. */
static void tempRead(MigContext *p, MigModel *pTemp) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT type, name, tbl_name, sql FROM temp.sqlite_schema"
                    " WHERE type IN('view', 'trigger') ORDER BY rowid");

  memset(pTemp, 0, sizeof(*pTemp));
  while (migStep(p, pStmt)) {
    migModelAdd(p, pTemp, migColumnText(p, pStmt, 0),
                migColumnText(p, pStmt, 1), migColumnText(p, pStmt, 2),
                migColumnText(p, pStmt, 3));
  }
  migFinalize(p, pStmt);
  if (pTemp->nObject) {
    migModelFinish(p, pTemp);
  }
}

/* Add one to the probes, if it works. There is room for it. */
static void probeAdd(MigContext *p, MigProbes *pOut, const Object *po) {
  const char *zColumns = 0;
  const char *zWhy;

  if (isWorking(p, po, &zColumns, &zWhy)) {
    pOut->a[pOut->n].pObject = po->pObject;
    pOut->a[pOut->n].bTemp = po->bTemp != 0;
    pOut->a[pOut->n++].zColumns = zColumns;
  }
}

/*
** Find the views, triggers and full-text tables of pModel that work and that
** name the table of pDiff, directly or by a view, and the views and triggers of
** TEMP that work. pModel is schema main of p as it is; what is found refers to
** it. pOut is overwritten.
**
** pTx is armed again; NULL: scratch database, where TEMP is empty. That
** something does not work is no error. SQLITE when code of the application has
** ended the transaction; after any error that may be undone already.
*/
void migProbesTake(MigContext *p, MigTransaction *pTx, const MigModel *pModel,
                   const MigTableDiff *pDiff, MigProbes *pOut) {
  u8 *abFound = migAlloc(p, (u64)pModel->nObject);
  MigSwitch aSwitch[2];
  MigModel *pTemp = migAlloc(p, sizeof(*pTemp)); /* as long as the probes */
  int i;

  memset(pOut, 0, sizeof(*pOut));
  if (pTemp == 0) {
    return;
  }
  if (pTx) {
    tempRead(p, pTemp);
  }
  pOut->a =
      migAlloc(p, (u64)(pModel->nObject + pTemp->nObject) * sizeof(MigProbe));
  if (p->rc) {
    return;
  }
  migProbesFind(p, pModel, pDiff->pOld->zName, abFound);
  switchesOn(p, pTx, aSwitch);
  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    Object object = {&pModel->aObject[i], pModel, 0};
    if (abFound[i]) {
      probeAdd(p, pOut, &object);
    }
  }
  for (i = 0; i < pTemp->nObject && p->rc == SQLITE_OK; i++) {
    Object object = {&pTemp->aObject[i], pModel, 1};
    if (pTemp->aObject[i].pDdl) {
      probeAdd(p, pOut, &object);
    }
  }
  probesStrict(p, pTx, pModel, pDiff, pOut);
  switchesBack(p, pTx, aSwitch);
  migTransactionCheck(p, pTx, zWho);
}

/* Did the full-text table of this name work? The name is compared byte for
** byte. */
int migProbesHave(const MigProbes *pProbes, const char *zName) {
  int i;

  for (i = 0; i < pProbes->n; i++) {
    if (pProbes->a[i].pObject->eKind == MIG_DDL_VIRTUAL &&
        strcmp(pProbes->a[i].pObject->zName, zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Something has stopped working. SCRIPT, with SQLite's reason. */
static void probeFail(MigContext *p, const MigProbe *pProbe, const char *zWhy) {
  const MigModelObject *pObject = pProbe->pObject;
  int bVirtual = pObject->eKind == MIG_DDL_VIRTUAL;

  migFail(p, MIG_SCRIPT,
          "%s%s %s would no longer %s: %s; drop it first and make it again "
          "afterwards",
          bVirtual        ? "virtual "
          : pProbe->bTemp ? "TEMP "
                          : "",
          migModelKind(pObject->eKind), pObject->zName,
          bVirtual ? "work" : "compile", zWhy);
}

/* Do the probes work, with bStrict those that did with "names" that are no
** strings? Their texts may be others now, so they are looked up by name; one
** that is not there any more is passed over. SCRIPT for the first that does not
** work. */
static void probesWork(MigContext *p, const MigModel *pModel,
                       const MigModel *pTemp, const MigProbes *pProbes,
                       int bStrict) {
  const char *zWhy = "";
  int i;

  for (i = 0; i < pProbes->n && p->rc == SQLITE_OK; i++) {
    const MigProbe *pProbe = &pProbes->a[i];
    const MigModel *pIn = pProbe->bTemp ? pTemp : pModel;
    int k = migModelFind(pIn, pProbe->pObject->eKind == MIG_DDL_TRIGGER,
                         pProbe->pObject->zName);
    const char *zColumns = pProbe->zColumns;
    Object object = {k >= 0 ? &pIn->aObject[k] : 0, pModel, pProbe->bTemp};
    if (object.pObject && (!bStrict || pProbe->bStrict) &&
        !isWorking(p, &object, &zColumns, &zWhy)) {
      probeFail(p, pProbe, zWhy);
    }
  }
}

/* SCRIPT when a probe does not work in what is pModel now, schema main behind
** the change. TEMP is read anew. pTx is armed again; NULL: scratch database.
** After an error the transaction may be undone already. Nothing is done without
** probes. */
void migProbesCheck(MigContext *p, MigTransaction *pTx, const MigModel *pModel,
                    const MigProbes *pProbes) {
  MigSwitch aSwitch[2];
  MigSwitch strict;
  MigModel temp;

  if (p->rc || pProbes->n == 0) {
    return;
  }
  memset(&temp, 0, sizeof(temp));
  if (pProbes->a[pProbes->n - 1].bTemp) { /* they stand at the end */
    tempRead(p, &temp);
  }
  switchesOn(p, pTx, aSwitch);
  probesWork(p, pModel, &temp, pProbes, 0);
  if (pProbes->bStrict) {
    migSwitchSet(p, pTx, SQLITE_DBCONFIG_DQS_DML, 0, &strict);
    probesWork(p, pModel, &temp, pProbes, 1);
    migSwitchBack(p, pTx, &strict);
  }
  switchesBack(p, pTx, aSwitch);
  migTransactionCheck(p, pTx, zWho);
}

/* ------------------------------------------------------------------------
** The definition
*/

/* The statement that makes a table under another name. What names the table
** itself, in front of a column, is changed along with it. A dot behind the name
** tells such a place. In the arena. */
static const char *makeText(MigContext *p, const MigModelObject *pTable,
                            const char *zName) {
  const char *z = pTable->zSql;
  i64 n = (i64)strlen(z);
  i64 i = pTable->pDdl->name.iStart + pTable->pDdl->name.n;
  MigText text = {0, 0, 0};
  MigToken name = {MIG_TK_END, 0, 0};
  MigToken token;
  i64 iDone = i;

  migTextF(p, &text, "CREATE TABLE main.\"%w\"", zName);
  do {
    i = migTokenSignificant(z, n, i, &token);
    if (token.eType == MIG_TK_DOT && migTokenIsName(&name) &&
        migTokenNameIs(z, &name, pTable->zName)) {
      migTextAdd(p, &text, z + iDone, name.iStart - iDone);
      migTextF(p, &text, "\"%w\"", zName);
      iDone = name.iStart + name.n;
    }
    name = token;
  } while (token.eType != MIG_TK_END);
  migTextAdd(p, &text, z + iDone, n - iDone);
  return migTextZ(&text);
}

/* Why this connection would not make the table, or NULL. It is compiled under a
** name that is free, so that nothing but its definition can be the reason. What
** an authorizer has against it is found out by what is done. */
static const char *makeRefused(MigContext *p, const MigModelObject *pTable,
                               const char *zName) {
  const char *zWhy = 0;
  int rc = migCompile(p, makeText(p, pTable, zName), &zWhy);

  return (rc & 0xff) == SQLITE_AUTH ? 0 : zWhy;
}

/*
** SCRIPT when CREATE TABLE on this connection, which is the user's, would
** refuse the new definition: for a collation or a function that it does not
** know, mostly. Not when it would refuse the old one for the same reason.
**
** pModel is schema main of p; pDiff has its columns. Nothing is made: the
** statements are only compiled.
*/
void migProbeDefinition(MigContext *p, const MigModel *pModel,
                        const MigTableDiff *pDiff) {
  const char *zName = 0;
  const char *zOld;
  const char *zNew;
  int i = 0;

  do {
    zName = migPrintf(p, "migrate%d", ++i);
  } while (p->rc == SQLITE_OK && migModelFind(pModel, 0, zName) >= 0);
  zNew = makeRefused(p, pDiff->pNew, zName);
  zOld = zNew ? makeRefused(p, pDiff->pOld, zName) : 0;
  if (zNew && (zOld == 0 || strcmp(zOld, zNew) != 0)) {
    migFail(p, MIG_SCRIPT, "table %s cannot be changed: %s", pDiff->pOld->zName,
            zNew);
  }
}
