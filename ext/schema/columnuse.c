/*
** columnuse.c - where the name of a column is used.
**
** Where a name is used is decided by tokens: what merely looks like a use is
** taken for one. A dearer way than ALTER TABLE can do what is not done then.
*/
#include <string.h>
#include "columnuse.h"

/*
** Does a token of the text z, from byte i to before iEnd, spell zName, apart
** from case? Words, quoted names and strings count, as SQLite takes a string
** for a name in some places; with bDouble only what is in double quotes.
*/
static int textNames(const char *z, i64 i, i64 iEnd, const char *zName,
                     int bDouble) {
  MigToken token;

  do {
    i = migTokenSignificant(z, iEnd, i, &token);
    if (migTokenIsName(&token) && (!bDouble || z[token.iStart] == '"') &&
        migTokenNameIs(z, &token, zName)) {
      return 1;
    }
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* The same for what an index says behind the name of its table: terms and
** WHERE. Of an index that is beyond us the whole text is looked through. */
static int indexNames(const MigModelObject *pIndex, const char *zName,
                      int bDouble) {
  const MigDdl *pDdl = pIndex->pDdl;
  i64 i = pDdl ? pDdl->table.iStart + pDdl->table.n : 0;

  return textNames(pIndex->zSql, i, (i64)strlen(pIndex->zSql), zName, bDouble);
}

/*
** Would this new column be meant by a name in double quotes that is a string
** today, in a CHECK or generated column of the table or in an index on it?
** SQLite adds it all the same, and the index is damaged by it. pModel is the
** schema with the old table in it; a table that is not there has no indexes.
*/
int migColumnUseClashes(const MigModel *pModel, const MigTableDiff *pDiff,
                        int iNew) {
  const MigDdl *pDdl = pDiff->pOld->pDdl;
  const char *zName = pDiff->pNew->pTable->aColumn[iNew].zName;
  int i = migModelFind(pModel, 0, pDiff->pOld->zName);

  for (i = i < 0 ? i : pModel->aObject[i].iFirst; i >= 0;
       i = pModel->aObject[i].iNext) {
    if (pModel->aObject[i].eKind == MIG_DDL_INDEX &&
        indexNames(&pModel->aObject[i], zName, 1)) {
      return 1;
    }
  }
  for (i = 0; i < pDdl->nConstraint; i++) {
    const MigDdlConstraint *pCon = &pDdl->aConstraint[i];
    if ((pCon->eKind == MIG_CON_CHECK || pCon->eKind == MIG_CON_GENERATED) &&
        textNames(pDdl->z, pCon->value.iStart,
                  pCon->value.iStart + pCon->value.n, zName, 1)) {
      return 1;
    }
  }
  return 0;
}

/* Is zName a name anywhere in the text of an object? */
static int objectNames(const MigModelObject *pObject, const char *zName) {
  return textNames(pObject->zSql, 0, (i64)strlen(pObject->zSql), zName, 0);
}

/* Does the table itself use its column, but for what stands at the column? A
** constraint of another column or of the table does, when it spells the name.
** The object has a pTable. Pure; allocates nothing. */
int migColumnUseTable(const MigModelObject *pObject, int iColumn) {
  const MigDdl *pDdl = pObject->pDdl;
  const char *zName = pObject->pTable->aColumn[iColumn].zName;
  int i;

  for (i = 0; i < pDdl->nConstraint; i++) {
    const MigDdlConstraint *pCon = &pDdl->aConstraint[i];
    if (pCon->iColumn != iColumn &&
        textNames(pDdl->z, pCon->all.iStart, pCon->all.iStart + pCon->all.n,
                  zName, 0)) {
      return 1;
    }
  }
  return 0;
}

/* Does a table have a foreign key that names the column zName of zTable? One
** that names no columns means the PRIMARY KEY, which is not dropped anyway. A
** table that is beyond us does when it spells both names. */
static int parentUses(const MigModelObject *pChild, const char *zTable,
                      const char *zName) {
  const MigModelTable *pTable = pChild->pTable;
  int i;
  int k;

  for (i = 0; pTable && i < pTable->nConstraint; i++) {
    const MigModelConstraint *pCon = &pTable->aConstraint[i];
    if (pCon->eKind != MIG_CON_FOREIGN_KEY ||
        migStrICmp(pCon->zParent, zTable) != 0) {
      continue;
    }
    for (k = 0; k < pCon->nParent; k++) {
      if (migStrICmp(pCon->azParent[k], zName) == 0) {
        return 1;
      }
    }
  }
  return pTable == 0 && objectNames(pChild, zTable) &&
         objectNames(pChild, zName);
}

/* Does another object use the column zName of zTable? Views and triggers need
** not name the table to do so. Pure; allocates nothing. */
int migColumnUseObject(const MigModelObject *pObject, const char *zTable,
                       const char *zName) {
  switch (pObject->eKind) {
  case MIG_DDL_TABLE:
    return parentUses(pObject, zTable, zName);
  case MIG_DDL_INDEX:
    return migStrICmp(pObject->zTable, zTable) == 0 &&
           indexNames(pObject, zName, 0);
  case MIG_DDL_VIEW:
  case MIG_DDL_TRIGGER:
    return objectNames(pObject, zName);
  default: /* a virtual table: it may show any column of the table */
    return objectNames(pObject, zTable);
  }
}
