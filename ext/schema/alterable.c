/*
** alterable.c - what ALTER TABLE of SQLite can do with a table.
**
** Measured on 3.38.5, 3.40.1 and 3.54.1:
**
**   RENAME COLUMN, DROP COLUMN, ADD COLUMN   all supported versions
**   ALTER COLUMN SET and DROP NOT NULL       from 3.53
**   DROP CONSTRAINT of a CHECK               from 3.53
**   DROP CONSTRAINT of a foreign key         3.54.1
**   ADD [CONSTRAINT] CHECK                   3.54.1: before, rows for which it
**                                            is NULL are refused
**
** A column is added without touching a row. SQLite reads the DEFAULT for rows
** that are too short, and that reading is not always the value an INSERT would
** store, nor the same in all versions: `TEXT DEFAULT 1.50` is '1.50' in old
** rows and '1.5' in new ones; a DEFAULT of 5.0 without a type is 5 up to 3.40
** and 5.0 in 3.54. Such a column is not appended, nor one whose DEFAULT is not
** the same for all rows.
**
** What SQLite documents of this is on its page lang_altertable.html.
*/
#include <string.h>
#include "alterable.h"
#include "columnuse.h"

/* ------------------------------------------------------------------------
** Columns that are added
*/

/* Is the column part of a PRIMARY KEY or UNIQUE? */
static int inKey(const MigModelTable *pTable, int iColumn) {
  int i;
  int k;

  for (i = 0; i < pTable->nConstraint; i++) {
    const MigModelConstraint *pCon = &pTable->aConstraint[i];
    if (pCon->eKind != MIG_CON_PRIMARY_KEY && pCon->eKind != MIG_CON_UNIQUE) {
      continue;
    }
    for (k = 0; k < pCon->nColumn; k++) {
      if (pCon->aiColumn[k] == iColumn) {
        return 1;
      }
    }
  }
  return 0;
}

/* Is the token an integer in plain decimal digits, which as a text is what was
** written? No leading zero, no separators, and 18 digits at most: so it is
** within 64 bits. */
static int isInteger(const char *z, const MigToken *pToken) {
  i64 i;

  for (i = 0; i < pToken->n && migIsDigit(z[pToken->iStart + i]); i++) {
  }
  return i == pToken->n && pToken->eType == MIG_TK_NUMBER && i <= 18 &&
         (z[pToken->iStart] != '0' || i == 1);
}

/* A DEFAULT that is one literal. */
typedef struct Literal {
  const char *z;  /* the text it is in */
  MigToken token; /* behind the sign; END without a DEFAULT */
  int bSigned;    /* a + or - is in front of it */
  int bNull;      /* NULL, or there is no DEFAULT */
} Literal;

/*
** Read the DEFAULT of a column, which stands in the text of pDdl: 1, or 0 when
** it is no literal. Without a DEFAULT it is the literal NULL. A bare or quoted
** name is one: SQLite takes it for a string. CURRENT_TIME and its like are
** none, nor is what is in parentheses: values may differ from row to row.
*/
static int literalRead(const MigDdl *pDdl, const MigModelColumn *pColumn,
                       Literal *pOut) {
  const MigDdlConstraint *pDefault = pColumn->pDefault;
  i64 iEnd;
  i64 i;

  memset(pOut, 0, sizeof(*pOut));
  pOut->z = pDdl->z;
  pOut->bNull = 1;
  if (pDefault == 0) {
    return 1;
  }
  iEnd = pDefault->value.iStart + pDefault->value.n;
  i = migTokenSignificant(pDdl->z, iEnd, pDefault->value.iStart, &pOut->token);
  if (pOut->token.eType == MIG_TK_OPERATOR) {
    pOut->bSigned = 1;
    i = migTokenSignificant(pDdl->z, iEnd, i, &pOut->token);
  }
  pOut->bNull = migTokenIs(pDdl->z, &pOut->token, "null");
  return !pDefault->bParen && i == iEnd &&
         (!pOut->bSigned || pOut->token.eType == MIG_TK_NUMBER) &&
         !migWordIn(pDdl->z, &pOut->token,
                    " current_date current_time current_timestamp ");
}

/*
** Is the literal what an INSERT would store, when it is read for rows that are
** too short? Asked of literals but NULL. In doubt is a number whose column has
** not the affinity of one: see the top of the file.
*/
static int literalReads(const Literal *pLit, u8 eAffinity) {
  const char *z = pLit->z;

  if (pLit->token.eType == MIG_TK_NUMBER && pLit->token.n > 1 &&
      (z[pLit->token.iStart + 1] == 'x' || z[pLit->token.iStart + 1] == 'X')) {
    return 0; /* beyond 32 bits SQLite up to 3.40 reads a text */
  }
  if (eAffinity == MIG_AFFINITY_TEXT) {
    return pLit->token.eType == MIG_TK_NUMBER
               ? isInteger(z, &pLit->token)
               : !migWordIn(z, &pLit->token, " true false ");
  }
  return eAffinity != MIG_AFFINITY_BLOB || pLit->token.eType != MIG_TK_NUMBER ||
         isInteger(z, &pLit->token);
}

/* Does a STRICT column take the literal? All take NULL, and ANY takes all. A
** word like true, or a name that is a string, is not looked into: then the
** answer is no, and a dearer way does it. */
static int literalStrict(const Literal *pLit, const MigModelColumn *pColumn) {
  int bNumber = pLit->token.eType == MIG_TK_NUMBER;

  if (pLit->bNull || migStrICmp(pColumn->zType, "any") == 0) {
    return 1;
  }
  switch (pColumn->eAffinity) {
  case MIG_AFFINITY_INTEGER:
    return isInteger(pLit->z, &pLit->token);
  case MIG_AFFINITY_REAL:
    return bNumber;
  case MIG_AFFINITY_TEXT:
    return pLit->token.eType == MIG_TK_STRING;
  default: /* BLOB: STRICT has no type that is NUMERIC */
    return pLit->token.eType == MIG_TK_BLOB;
  }
}

/*
** May the rows that are there be left as they are when column iNew of the new
** table, which no old one becomes, is added? It must stand behind all that
** stay and be in no PRIMARY KEY or UNIQUE, and SQLite must read for those rows
** what a copy of them would hold. Both tables have a pTable. Pure; allocates
** nothing.
*/
int migAlterAppendable(const MigTableDiff *pDiff, int iNew) {
  const MigModelTable *pTable = pDiff->pNew->pTable;
  const MigModelColumn *pColumn = &pTable->aColumn[iNew];
  Literal lit;
  int i;

  for (i = iNew; i < pTable->nColumn; i++) {
    if (pDiff->aiFrom[i] >= 0) {
      return 0;
    }
  }
  if (inKey(pTable, iNew)) {
    return 0;
  }
  if (pColumn->pGenerated) {
    return !pColumn->pGenerated->bStored;
  }
  return literalRead(pDiff->pNew->pDdl, pColumn, &lit) &&
         (lit.bNull ? !pColumn->bNotNull
                    : literalReads(&lit, pColumn->eAffinity));
}

/* Has the column, or with -1 any column, a constraint of this kind that stands
** at it? Constraints of the table are not looked at. */
static int columnHas(const MigDdl *pDdl, int iColumn, MigConstraintKind eKind) {
  int i;

  for (i = 0; i < pDdl->iTableConstraint; i++) {
    if (pDdl->aConstraint[i].eKind == eKind &&
        (iColumn < 0 || pDdl->aConstraint[i].iColumn == iColumn)) {
      return 1;
    }
  }
  return 0;
}

/*
** Could ALTER TABLE ADD COLUMN add this new column? SQLite holds its CHECKs and
** NOT NULL against the rows, but up to 3.40 not the type of a STRICT column.
** DEFERRABLE that stands apart would change a foreign key of another column.
** A column with REFERENCES and a DEFAULT that is not NULL SQLite refuses where
** foreign keys are enforced, so such a one is left to the dearer ways.
*/
static int isAddable(const MigTableDiff *pDiff, int iNew) {
  const MigDdl *pDdl = pDiff->pNew->pDdl;
  const MigModelColumn *pColumn = &pDiff->pNew->pTable->aColumn[iNew];
  Literal lit;

  if (pDiff->pOld->pTable == 0 || !migAlterAppendable(pDiff, iNew) ||
      columnHas(pDdl, iNew, MIG_CON_DEFERRABLE)) {
    return 0;
  }
  if (pColumn->pGenerated) {
    return !pDdl->bStrict || migStrICmp(pColumn->zType, "any") == 0;
  }
  return literalRead(pDdl, pColumn, &lit) &&
         (lit.bNull || !columnHas(pDdl, iNew, MIG_CON_FOREIGN_KEY)) &&
         (!pDdl->bStrict || literalStrict(&lit, pColumn));
}

/* ------------------------------------------------------------------------
** Columns that are dropped
*/

/* How many old columns stay that are not generated? SQLite refuses a table
** without any. */
static int columnsStay(const MigTableDiff *pDiff) {
  const MigModelTable *pNew = pDiff->pNew->pTable;
  int n = 0;
  int i;

  for (i = 0; i < pNew->nColumn; i++) {
    int k = pDiff->aiFrom[i];
    n += k >= 0 && pDiff->pOld->pTable->aColumn[k].pGenerated == 0;
  }
  return n;
}

/*
** Could ALTER TABLE DROP COLUMN drop this old column? Only when nothing else
** uses it and another column stays. SQLite has more to say, about views that
** break by it, once it is done. pModel is the schema with the old table in it;
** its other objects are searched for the name, so this takes the time of
** reading the whole schema.
**
** DEFERRABLE that stands apart is of the nearest foreign key before it: with a
** column neither it nor that foreign key may go without the other.
*/
static int isDroppable(const MigModel *pModel, const MigTableDiff *pDiff,
                       int iOld) {
  const MigModelObject *pOld = pDiff->pOld;
  const char *zName;
  int i;

  if (pOld->pTable == 0 || pDiff->pNew->pTable == 0 ||
      columnsStay(pDiff) == 0 || inKey(pOld->pTable, iOld) ||
      columnHas(pOld->pDdl, iOld, MIG_CON_DEFERRABLE) ||
      (columnHas(pOld->pDdl, iOld, MIG_CON_FOREIGN_KEY) &&
       columnHas(pOld->pDdl, -1, MIG_CON_DEFERRABLE)) ||
      migColumnUseTable(pOld, iOld)) {
    return 0;
  }
  zName = pOld->pTable->aColumn[iOld].zName;
  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if (migStrICmp(pObject->zName, pOld->zName) == 0 &&
        pObject->eKind == MIG_DDL_TABLE) {
      continue; /* a foreign key to itself was seen as a use */
    }
    if (migColumnUseObject(pObject, pOld->zName, zName)) {
      return 0;
    }
  }
  return 1;
}

/* ------------------------------------------------------------------------
** Alterations of all kinds
*/

/* How many constraints of the old table have this name? Nothing keeps two from
** having one; then DROP CONSTRAINT would be a guess. */
static int namesCount(const MigTableDiff *pDiff, const char *zName) {
  const MigDdl *pDdl = pDiff->pOld->pDdl;
  int n = 0;
  int i;

  for (i = 0; i < pDdl->nConstraint; i++) {
    const MigToken *pName = &pDdl->aConstraint[i].name;
    n += pName->eType != MIG_TK_END && migTokenNameIs(pDdl->z, pName, zName);
  }
  return n;
}

/* Could constraint iNew of the new table, which stands at no added column, be
** added natively? Only a CHECK whose name is free. */
static int constraintAddable(const MigTableDiff *pDiff, int iNew,
                             int iVersion) {
  const MigModelConstraint *pCon = &pDiff->pNew->pTable->aConstraint[iNew];

  return iVersion >= 3054001 && pCon->eKind == MIG_CON_CHECK &&
         (pCon->zName == 0 || namesCount(pDiff, pCon->zName) == 0);
}

/* Could constraint iOld of the old table be dropped natively? It is found by
** its name, so it must have one of its own. A foreign key that goes must not
** leave its DEFERRABLE to another one. */
static int constraintDroppable(const MigTableDiff *pDiff, int iOld,
                               int iVersion) {
  const MigModelConstraint *pCon = &pDiff->pOld->pTable->aConstraint[iOld];

  if (pCon->zName == 0 || namesCount(pDiff, pCon->zName) != 1) {
    return 0;
  }
  if (pCon->eKind == MIG_CON_FOREIGN_KEY) {
    return iVersion >= 3054001 &&
           !columnHas(pDiff->pOld->pDdl, -1, MIG_CON_DEFERRABLE);
  }
  return pCon->eKind == MIG_CON_CHECK && iVersion >= 3053000;
}

/* How many NOT NULLs does the column have? SQLite drops one. */
static int notNulls(const MigDdl *pDdl, const MigDdlColumn *pColumn) {
  int n = 0;
  int i;

  for (i = 0; i < pColumn->nConstraint; i++) {
    n += pDdl->aConstraint[pColumn->iConstraint + i].eKind == MIG_CON_NOT_NULL;
  }
  return n;
}

/* Could NOT NULL be set, dropped or given another ON CONFLICT natively? SQLite
** writes it without a name. One that is only implied, by WITHOUT ROWID or
** STRICT, is none that could be set or dropped. */
static int notNullNative(const MigTableDiff *pDiff, const MigAlteration *pAlt,
                         int iVersion) {
  const MigModelColumn *pOld = &pDiff->pOld->pTable->aColumn[pAlt->iOld];
  const MigModelColumn *pNew = &pDiff->pNew->pTable->aColumn[pAlt->iNew];
  int bDrop = pAlt->eKind == MIG_ALT_DROP_NOT_NULL;

  return iVersion >= 3053000 && (pNew->pNotNull == 0) == bDrop &&
         (bDrop || pNew->pNotNull->name.eType == MIG_TK_END) &&
         notNulls(pDiff->pOld->pDdl, pOld->pDdl) <= 1;
}

/*
** Is there a native form for this alteration in the SQLite of version iVersion?
** What is not listed has none in any version. Both tables have a pTable; pModel
** is the schema with the old one in it, which may be searched as for
** isDroppable(). Pure; allocates nothing.
*/
int migAlterNative(const MigModel *pModel, const MigTableDiff *pDiff,
                   const MigAlteration *pAlt, int iVersion) {
  switch (pAlt->eKind) {
  case MIG_ALT_ADD_COLUMN:
    return isAddable(pDiff, pAlt->iNew) &&
           !migColumnUseClashes(pModel, pDiff, pAlt->iNew);
  case MIG_ALT_DROP_COLUMN:
    return isDroppable(pModel, pDiff, pAlt->iOld);
  case MIG_ALT_RENAME_COLUMN:
    return 1;
  case MIG_ALT_SET_NOT_NULL:
  case MIG_ALT_DROP_NOT_NULL:
  case MIG_ALT_NOT_NULL_CONFLICT:
    return notNullNative(pDiff, pAlt, iVersion);
  case MIG_ALT_ADD_CONSTRAINT:
    return migTableDiffImplied(pDiff, pAlt) ||
           constraintAddable(pDiff, pAlt->iNew, iVersion);
  case MIG_ALT_DROP_CONSTRAINT:
    return migTableDiffImplied(pDiff, pAlt) ||
           constraintDroppable(pDiff, pAlt->iOld, iVersion);
  default:
    return 0;
  }
}
