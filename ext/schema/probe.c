/*
** probe.c - views and triggers that compile, and must go on doing so.
**
** A table that is made anew takes nothing from a view over it, but a view that
** names a column which is gone answers with an error from then on, and a
** trigger has every statement on its table fail. SQLite looks at neither when
** the table is dropped and made. So those are found that name the table, or a
** view that does, and compile; they must compile afterwards. What is broken
** before may stay so.
**
** A view is compiled by preparing a SELECT of it, a trigger by preparing a
** statement that would fire it; nothing is stepped.
**
** Where SQLite takes a name in double quotes that it cannot find for a string,
** a view with the "name" of a dropped column would go on compiling, with
** another meaning. One that has such a name in it is compiled with that
** switched off as well.
*/
#include <string.h>
#include "native.h"
#include "probe.h"
#include "sql.h"
#include "text.h"

/* ------------------------------------------------------------------------
** Compiling
*/

/* Have views and triggers compiled where the connection would not. */
static void switchesOn(MigContext *p, MigTransaction *pTx,
                       MigSwitch aSwitch[2]) {
  migSwitchSet(p, pTx, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, &aSwitch[0]);
  migSwitchSet(p, pTx, SQLITE_DBCONFIG_ENABLE_VIEW, 1, &aSwitch[1]);
}

static void switchesBack(MigContext *p, MigTransaction *pTx,
                         MigSwitch aSwitch[2]) {
  migSwitchBack(p, pTx, &aSwitch[1]);
  migSwitchBack(p, pTx, &aSwitch[0]);
}

/* A column of a table or view that can be updated, as its name in quotes. */
static const char *updatedColumn(MigContext *p, const MigModel *pModel,
                                 const char *zTable) {
  int iTable = migModelFind(pModel, 0, zTable);
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
    z = migPrintf(p, "SELECT * FROM main.\"%w\"", zTable);
    if (z && sqlite3_prepare_v2(p->db, z, -1, &pStmt, 0) == SQLITE_OK) {
      z = migPrintf(p, "\"%w\"", sqlite3_column_name(pStmt, 0));
    }
    sqlite3_finalize(pStmt);
  }
  return z;
}

/* The columns of UPDATE OF, or any, each set to itself. */
static const char *updateText(MigContext *p, const MigModel *pModel,
                              const MigModelObject *pTrigger) {
  const MigDdl *pDdl = pTrigger->pDdl;
  MigText text = {0, 0, 0};
  int i;

  migTextF(p, &text, "UPDATE main.\"%w\" SET ", pTrigger->zTable);
  for (i = 0; i < pDdl->nTerm; i++) {
    const char *z = migTokenName(p, pDdl->z, &pDdl->aTerm[i].name);
    migTextF(p, &text, "%s\"%w\" = \"%w\"", i ? ", " : "", z, z);
  }
  if (pDdl->nTerm == 0) {
    const char *z = updatedColumn(p, pModel, pTrigger->zTable);
    migTextF(p, &text, "%s = %s", z, z);
  }
  return migTextZ(&text);
}

/* A statement that compiles only if the object does. */
static const char *probeText(MigContext *p, const MigModel *pModel,
                             const MigModelObject *pObject) {
  if (pObject->eKind == MIG_DDL_VIEW) {
    return migPrintf(p, "SELECT * FROM main.\"%w\" LIMIT 0", pObject->zName);
  }
  switch (pObject->pDdl->eEvent) {
  case MIG_EVENT_INSERT:
    return migPrintf(p, "INSERT INTO main.\"%w\" DEFAULT VALUES",
                     pObject->zTable);
  case MIG_EVENT_DELETE:
    return migPrintf(p, "DELETE FROM main.\"%w\"", pObject->zTable);
  default:
    return updateText(p, pModel, pObject);
  }
}

/* Does an object compile? If not, *pzWhy is why. */
static int isCompiled(MigContext *p, const MigModel *pModel,
                      const MigModelObject *pObject, const char **pzWhy) {
  MigMark mark = migArenaMark(p);
  const char *zSql = probeText(p, pModel, pObject);
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc) {
    return 0;
  }
  rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  sqlite3_finalize(pStmt);
  migArenaRelease(p, mark);
  if (rc == SQLITE_OK) {
    return 1;
  }
  *pzWhy = migStrdup(p, sqlite3_errmsg(p->db));
  if ((rc & 0xff) != SQLITE_ERROR && (rc & 0xff) != SQLITE_AUTH) {
    migFailDb(p, rc);
  }
  return 0;
}

/* ------------------------------------------------------------------------
** Which
*/

/* Does a text name a table or view? */
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
** One behind a dot may not. */
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

/* Mark in abFound the views and triggers that name zTable or a view that does,
** and so on. */
static void objectsFind(MigContext *p, const MigModel *pModel,
                        const char *zTable, u8 *abFound) {
  MigList names = {0, 0};
  int k;
  int i;

  migListAdd(p, &names, zTable);
  for (k = 0; k < names.n && p->rc == SQLITE_OK; k++) {
    for (i = 0; i < pModel->nObject; i++) {
      const MigModelObject *pObject = &pModel->aObject[i];
      if (!abFound[i] && pObject->pDdl &&
          (pObject->eKind == MIG_DDL_VIEW ||
           pObject->eKind == MIG_DDL_TRIGGER) &&
          textNames(pObject->zSql, names.az[k])) {
        abFound[i] = 1;
        if (pObject->eKind == MIG_DDL_VIEW) {
          migListAdd(p, &names, pObject->zName);
        }
      }
    }
  }
}

/* Those among the probes that compile when "names" are no strings. */
static void probesStrict(MigContext *p, MigTransaction *pTx,
                         const MigModel *pModel, const MigTableDiff *pDiff,
                         MigProbes *pProbes) {
  const char *zWhy;
  MigSwitch strict;
  int i;

  for (i = 0; i < pProbes->n && p->rc == SQLITE_OK; i++) {
    MigProbe *pProbe = &pProbes->a[i];
    pProbe->bStrict = (u8)textQuotes(pProbe->pObject->zSql, pDiff);
    pProbes->bStrict |= pProbe->bStrict;
  }
  if (!pProbes->bStrict) {
    return;
  }
  migSwitchSet(p, pTx, SQLITE_DBCONFIG_DQS_DML, 0, &strict);
  for (i = 0; i < pProbes->n && p->rc == SQLITE_OK; i++) {
    MigProbe *pProbe = &pProbes->a[i];
    pProbe->bStrict =
        pProbe->bStrict && isCompiled(p, pModel, pProbe->pObject, &zWhy);
  }
  migSwitchBack(p, pTx, &strict);
}

/*
** Find the views and triggers of pModel that compile and that name the table of
** pDiff, directly or by a view. pTx is armed again; NULL: scratch database.
*/
void migProbesTake(MigContext *p, MigTransaction *pTx, const MigModel *pModel,
                   const MigTableDiff *pDiff, MigProbes *pOut) {
  u8 *abFound = migAlloc(p, (u64)pModel->nObject);
  const char *zWhy;
  MigSwitch aSwitch[2];
  int i;

  memset(pOut, 0, sizeof(*pOut));
  pOut->a = migAlloc(p, (u64)pModel->nObject * sizeof(MigProbe));
  if (p->rc) {
    return;
  }
  objectsFind(p, pModel, pDiff->pOld->zName, abFound);
  switchesOn(p, pTx, aSwitch);
  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if (abFound[i] && isCompiled(p, pModel, pObject, &zWhy)) {
      pOut->a[pOut->n++].pObject = pObject;
    }
  }
  probesStrict(p, pTx, pModel, pDiff, pOut);
  switchesBack(p, pTx, aSwitch);
}

/* Do the probes compile, with bStrict those that did with "names" that are no
** strings? Their texts may be others now. SCRIPT when not. */
static void probesCompile(MigContext *p, const MigModel *pModel,
                          const MigProbes *pProbes, int bStrict) {
  const char *zWhy = "";
  int i;

  for (i = 0; i < pProbes->n && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = pProbes->a[i].pObject;
    int k =
        migModelFind(pModel, pObject->eKind == MIG_DDL_TRIGGER, pObject->zName);
    if (k >= 0 && (!bStrict || pProbes->a[i].bStrict) &&
        !isCompiled(p, pModel, &pModel->aObject[k], &zWhy)) {
      migFail(p, MIG_SCRIPT,
              "%s %s would no longer compile: %s; drop it first and make it "
              "again afterwards",
              migModelKind(pObject->eKind), pObject->zName, zWhy);
    }
  }
}

/* SCRIPT when a probe does not compile in what is pModel now. */
void migProbesCheck(MigContext *p, MigTransaction *pTx, const MigModel *pModel,
                    const MigProbes *pProbes) {
  MigSwitch aSwitch[2];
  MigSwitch strict;

  if (p->rc || pProbes->n == 0) {
    return;
  }
  switchesOn(p, pTx, aSwitch);
  probesCompile(p, pModel, pProbes, 0);
  if (pProbes->bStrict) {
    migSwitchSet(p, pTx, SQLITE_DBCONFIG_DQS_DML, 0, &strict);
    probesCompile(p, pModel, pProbes, 1);
    migSwitchBack(p, pTx, &strict);
  }
  switchesBack(p, pTx, aSwitch);
}
