/*
** compiles.c - does all of a live schema compile?
**
** A schema may hold views and triggers that do not: over tables that are not
** there, or with functions and modules that this connection does not have.
** That disturbs nobody until ALTER TABLE RENAME or DROP COLUMN reads all of
** them.
**
** SQLite says so when a statement that uses them is compiled; none is run:
**
**   view             SELECT 1 FROM main."v" LIMIT 0
**   table            INSERT INTO main."t" DEFAULT VALUES
**   trigger          the same on what it is on, or DELETE FROM main."t", or
**                    UPDATE main."t" SET "c"=0 of a column that fires it
**
** With it are compiled the CHECKs and index expressions of the table and the
** triggers that it fires, so a table with a broken one of INSERT counts as
** broken as well.
*/
#include <string.h>
#include "compiles.h"
#include "sql.h"

/* A statement that has been tried. The triggers of one table and event have the
** same, and each time all of them are compiled: so it is tried once. */
typedef struct Tried {
  const char *zSql;
  int bCompiles;
  struct Tried *pNext;
} Tried;

/* What is looked at. */
typedef struct Compiler {
  const MigModel *pModel;
  Tried **apTried; /* an object of the model: statements that write it */
} Compiler;

/*
** Has a statement failed for what it says, and not for want of memory or space,
** an interrupt, a lock or a device? Then that error of p is forgotten, and 1.
** Without an error: 0.
*/
int migCompilesNot(MigContext *p) {
  switch (p->rc & 0xff) {
  case SQLITE_OK:
  case SQLITE_NOMEM:
  case SQLITE_INTERRUPT:
  case SQLITE_IOERR:
  case SQLITE_FULL:
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return 0;
  default:
    migErrorClear(p);
    return 1;
  }
}

/* Is the error of p about a foreign key whose parent is not there, or has no
** such key? ALTER TABLE does not mind, and nothing is enforced then. SQLite
** tells of it with its text alone; that a view names a missing table reads the
** same, so the table must be a parent of some foreign key in the model. */
static int isForeign(const MigContext *p, const MigModel *pModel) {
  static const char zMissing[] = "no such table: main.";
  const char *z = p->zError ? strstr(p->zError, zMissing) : 0;
  int i;
  int k;

  if (p->zError && strstr(p->zError, "foreign key mismatch")) {
    return 1;
  }
  for (i = 0; z && i < pModel->nObject; i++) {
    const MigModelTable *pTable = pModel->aObject[i].pTable;
    for (k = 0; pTable && k < pTable->nConstraint; k++) {
      const char *zParent = pTable->aConstraint[k].zParent;
      if (zParent && migStrICmp(zParent, z + strlen(zMissing)) == 0) {
        return 1;
      }
    }
  }
  return 0;
}

/* Is this a statement that SQLite compiles? NULL and an error of another kind
** count as one: p then has that error. */
static int compilesSql(MigContext *p, const MigModel *pModel, char *zSql) {
  int bForeign;

  migFinalize(p, migPrepare(p, zSql));
  bForeign = p->rc && isForeign(p, pModel);
  return !migCompilesNot(p) || bForeign;
}

/* A column of a table or view that an UPDATE can set, or NULL. For a view, or a
** table beyond us, SQLite is asked; NULL when that does not compile. */
static const char *columnOf(MigContext *p, const MigModelObject *pObject) {
  const MigModelTable *pTable = pObject->pTable;
  sqlite3_stmt *pStmt;
  const char *z = 0;
  int i;

  for (i = 0; pTable && i < pTable->nColumn; i++) {
    if (pTable->aColumn[i].pGenerated == 0) {
      return pTable->aColumn[i].zName;
    }
  }
  pStmt = migPrepareF(p, "SELECT * FROM main.\"%w\"", pObject->zName);
  if (p->rc == SQLITE_OK) {
    z = sqlite3_column_name(pStmt, 0);
    if (z == 0) {
      migNomem(p);
    }
    z = migStrdup(p, z);
  }
  migFinalize(p, pStmt);
  migCompilesNot(p);
  return z;
}

/* The first column behind UPDATE OF that an UPDATE can set, or NULL. A name
** that the model does not know as a column is taken for one. */
static const char *columnSet(MigContext *p, const MigModelObject *pOn,
                             const MigDdl *pDdl) {
  int i;

  for (i = 0; i < pDdl->nTerm && p->rc == SQLITE_OK; i++) {
    const char *z = migTokenName(p, pDdl->z, &pDdl->aTerm[i].name);
    int k = pOn->pTable && z ? migModelColumn(pOn->pTable, z) : -1;
    if (k < 0 || pOn->pTable->aColumn[k].pGenerated == 0) {
      return z;
    }
  }
  return 0;
}

/* compilesSql() for a statement that writes object iOn, each only once. */
static int compilesWrite(MigContext *p, const Compiler *pc, int iOn,
                         char *zSql) {
  Tried *pTried = pc->apTried[iOn];

  while (p->rc == SQLITE_OK && pTried && strcmp(pTried->zSql, zSql)) {
    pTried = pTried->pNext;
  }
  if (p->rc == SQLITE_OK && pTried == 0 &&
      (pTried = migAlloc(p, sizeof(*pTried))) != 0) {
    pTried->zSql = zSql;
    pTried->bCompiles = compilesSql(p, pc->pModel, zSql);
    pTried->pNext = pc->apTried[iOn];
    pc->apTried[iOn] = pTried;
  }
  return pTried && pTried->bCompiles;
}

/* Does a trigger compile? It is compiled into the statements that fire it. Its
** text could be read, and what it is on is in the model. */
static int compilesTrigger(MigContext *p, const Compiler *pc,
                           const MigModelObject *pTrigger) {
  const MigModelObject *pOn = &pc->pModel->aObject[pTrigger->iOn];
  const MigDdl *pDdl = pTrigger->pDdl;
  const char *zColumn;

  switch ((MigTriggerEvent)pDdl->eEvent) {
  case MIG_EVENT_INSERT:
    return compilesWrite(
        p, pc, pTrigger->iOn,
        migPrintf(p, "INSERT INTO main.\"%w\" DEFAULT VALUES", pOn->zName));
  case MIG_EVENT_DELETE:
    return compilesWrite(p, pc, pTrigger->iOn,
                         migPrintf(p, "DELETE FROM main.\"%w\"", pOn->zName));
  case MIG_EVENT_UPDATE:
    break;
  }
  zColumn = pDdl->nTerm ? columnSet(p, pOn, pDdl) : columnOf(p, pOn);
  if (zColumn == 0 && pDdl->nTerm) {
    return 1; /* nothing can fire it */
  }
  return zColumn &&
         compilesWrite(p, pc, pTrigger->iOn,
                       migPrintf(p, "UPDATE main.\"%w\" SET \"%w\"=0",
                                 pOn->zName, zColumn));
}

/* Does an object compile? A table does when its CHECKs and the expressions of
** its indexes do; indexes and virtual tables are not tried. A trigger that is
** beyond us, or on nothing, does not. */
static int compilesObject(MigContext *p, const Compiler *pc, int iObject) {
  const MigModelObject *pObject = &pc->pModel->aObject[iObject];

  switch (pObject->eKind) {
  case MIG_DDL_VIEW:
    return compilesSql(
        p, pc->pModel,
        migPrintf(p, "SELECT 1 FROM main.\"%w\" LIMIT 0", pObject->zName));
  case MIG_DDL_TABLE:
    return compilesWrite(
        p, pc, iObject,
        migPrintf(p, "INSERT INTO main.\"%w\" DEFAULT VALUES", pObject->zName));
  case MIG_DDL_TRIGGER:
    return pObject->pDdl && pObject->iOn >= 0 &&
           compilesTrigger(p, pc, pObject);
  default:
    return 1;
  }
}

/* Ready to look at a model; memory of the context. */
static Compiler compilerOf(MigContext *p, const MigModel *pModel) {
  Compiler compiler;

  compiler.pModel = pModel;
  compiler.apTried =
      migAlloc(p, (u64)pModel->nObject * sizeof(compiler.apTried[0]));
  return compiler;
}

/*
** Does all of the old schema compile, which is main of p? Not asked for is what
** goes, for good or to be made anew, and what is on it: it will be dropped
** first. Nor are tables of SQLite and of virtual tables. Nothing is run or
** changed; what does not compile is no error. After an error the answer means
** nothing.
*/
int migCompilesAll(MigContext *p, const MigComparison *pCompare) {
  const MigModel *pModel = pCompare->pOld;
  Compiler compiler = compilerOf(p, pModel);
  u8 *abGone = migAlloc(p, (u64)pModel->nObject);
  int bAll = 1;
  int i;

  for (i = 0; i < pCompare->n && p->rc == SQLITE_OK; i++) {
    const MigDifference *pDif = &pCompare->a[i];
    if (pDif->iOld >= 0 && pDif->pTable == 0 &&
        (pDif->iNew < 0 || pDif->bChanged)) {
      abGone[pDif->iOld] = 1;
    }
  }
  for (i = 0; i < pModel->nObject && bAll && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if (!abGone[i] && (pObject->iOn < 0 || !abGone[pObject->iOn]) &&
        pObject->eSkip != MIG_SKIP_SQLITE &&
        pObject->eSkip != MIG_SKIP_SHADOW) {
      bAll = compilesObject(p, &compiler, i);
    }
  }
  return bAll;
}

/*
** Mark the views and triggers of a schema, which is main of p, that compile:
** abCompiles has a place for each object, which becomes 1 or 0. All others, and
** what is left alone, get 0. Whether "names" in double quotes may be strings is
** for the settings DQS_DML and DQS_DDL of the connection to say.
*/
void migCompilesEach(MigContext *p, const MigModel *pModel, u8 *abCompiles) {
  Compiler compiler = compilerOf(p, pModel);
  int i;

  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    abCompiles[i] =
        pObject->eSkip == MIG_SKIP_NO &&
        (pObject->eKind == MIG_DDL_VIEW || pObject->eKind == MIG_DDL_TRIGGER) &&
        compilesObject(p, &compiler, i);
  }
}
