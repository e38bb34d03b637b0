/*
** alter.c - the cheapest safe way from one definition of a table to another.
**
** What ALTER TABLE of SQLite can do, measured on 3.38.5, 3.40.1 and 3.54.1:
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
** Where a name is used is decided by tokens: what merely looks like a use is
** taken for one. The dearer ways can do what is not done here.
**
** All or nothing: there are statements only when each alteration has its native
** form. From t(a, b, c) to t(a, x, d), with an annotation that b becomes x:
**
**   ALTER TABLE main."t" DROP COLUMN "c"
**   ALTER TABLE main."t" RENAME COLUMN "b" TO x
**   ALTER TABLE main."t" ADD COLUMN d
**
** Two columns that swap their names need a third one for a while:
**
**   ALTER TABLE main."t" RENAME COLUMN "a" TO "migrate_1"
**   ALTER TABLE main."t" RENAME COLUMN "b" TO a
**   ALTER TABLE main."t" RENAME COLUMN "migrate_1" TO b
**
** What SQLite documents of this is on its page lang_altertable.html.
*/
#include <string.h>
#include "alter.h"

/* A way in the word that migrate_table() answers; a constant. */
const char *migWayName(MigWay eWay) {
  static const char *const az[] = {"nothing", "create", "alter", "edit",
                                   "rebuild"};

  return az[eWay];
}

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

/*
** Would this new column be meant by a name in double quotes that is a string
** today, in a CHECK or generated column of the table or in an index on it?
** SQLite adds it all the same, and the index is damaged by it. pModel is the
** schema with the old table in it; a table that is not there has no indexes.
*/
int migAlterClashes(const MigModel *pModel, const MigTableDiff *pDiff,
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
int migAlterAddable(const MigTableDiff *pDiff, int iNew) {
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

/* Is zName a name anywhere in the text of an object? */
static int objectNames(const MigModelObject *pObject, const char *zName) {
  return textNames(pObject->zSql, 0, (i64)strlen(pObject->zSql), zName, 0);
}

/* Does the table itself use its column, but for what stands at the column? A
** constraint of another column or of the table does, when it spells the name.
*/
static int tableUses(const MigModelObject *pObject, int iColumn) {
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
** not name the table to do so. */
static int objectUses(const MigModelObject *pObject, const char *zTable,
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
int migAlterDroppable(const MigModel *pModel, const MigTableDiff *pDiff,
                      int iOld) {
  const MigModelObject *pOld = pDiff->pOld;
  const char *zName;
  int i;

  if (pOld->pTable == 0 || pDiff->pNew->pTable == 0 ||
      columnsStay(pDiff) == 0 || inKey(pOld->pTable, iOld) ||
      columnHas(pOld->pDdl, iOld, MIG_CON_DEFERRABLE) ||
      (columnHas(pOld->pDdl, iOld, MIG_CON_FOREIGN_KEY) &&
       columnHas(pOld->pDdl, -1, MIG_CON_DEFERRABLE)) ||
      tableUses(pOld, iOld)) {
    return 0;
  }
  zName = pOld->pTable->aColumn[iOld].zName;
  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if (migStrICmp(pObject->zName, pOld->zName) == 0 &&
        pObject->eKind == MIG_DDL_TABLE) {
      continue; /* a foreign key to itself was seen as a use */
    }
    if (objectUses(pObject, pOld->zName, zName)) {
      return 0;
    }
  }
  return 1;
}

/* ------------------------------------------------------------------------
** Everything together
*/

/* Is a constraint added or dropped by adding or dropping the column at which
** it stands? Then the statement for the column does it. 0 for all other
** alterations. */
static int isCovered(const MigTableDiff *pDiff, const MigAlteration *pAlt) {
  int k;

  if (pAlt->eKind == MIG_ALT_ADD_CONSTRAINT) {
    k = pDiff->pNew->pTable->aConstraint[pAlt->iNew].pDdl->iColumn;
    return k >= 0 && pDiff->aiFrom[k] < 0;
  }
  if (pAlt->eKind == MIG_ALT_DROP_CONSTRAINT) {
    k = pDiff->pOld->pTable->aConstraint[pAlt->iOld].pDdl->iColumn;
    return k >= 0 && pDiff->aiTo[k] < 0;
  }
  return 0;
}

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

/* Is there a native form for this alteration in the SQLite of version iVersion?
** What is not listed has none in any version. */
static int alterationNative(const MigModel *pModel, const MigTableDiff *pDiff,
                            const MigAlteration *pAlt, int iVersion) {
  switch (pAlt->eKind) {
  case MIG_ALT_ADD_COLUMN:
    return migAlterAddable(pDiff, pAlt->iNew) &&
           !migAlterClashes(pModel, pDiff, pAlt->iNew);
  case MIG_ALT_DROP_COLUMN:
    return migAlterDroppable(pModel, pDiff, pAlt->iOld);
  case MIG_ALT_RENAME_COLUMN:
    return 1;
  case MIG_ALT_SET_NOT_NULL:
  case MIG_ALT_DROP_NOT_NULL:
  case MIG_ALT_NOT_NULL_CONFLICT:
    return notNullNative(pDiff, pAlt, iVersion);
  case MIG_ALT_ADD_CONSTRAINT:
    return isCovered(pDiff, pAlt) ||
           constraintAddable(pDiff, pAlt->iNew, iVersion);
  case MIG_ALT_DROP_CONSTRAINT:
    return isCovered(pDiff, pAlt) ||
           constraintDroppable(pDiff, pAlt->iOld, iVersion);
  default:
    return 0;
  }
}

/* Statements for one table being written. */
typedef struct Alter {
  MigContext *p;
  const MigTableDiff *pDiff;
  MigList list; /* so far, each without a semicolon */
} Alter;

/* Add ALTER TABLE with what the format of sqlite3_mprintf() makes behind the
** name of the table. */
static void alterAdd(Alter *pa, const char *zFormat, ...) {
  char *zAction;
  va_list ap;

  va_start(ap, zFormat);
  zAction = migVprintf(pa->p, zFormat, ap);
  va_end(ap);
  /* sql-ok: made by the callers */
  migListAdd(pa->p, &pa->list,
             migPrintf(pa->p, "ALTER TABLE main.\"%w\" %s",
                       pa->pDiff->pOld->zName, zAction));
}

/* A part of the wanted text as it is, quotes and comments included; NULL after
** an error. */
static char *newText(Alter *pa, MigSpan span) {
  return migStrndup(pa->p, pa->pDiff->pNew->pDdl->z + span.iStart, span.n);
}

/* Is zName one of n names, apart from case? az[iBut], and those that are NULL,
** do not count; -1: all do. */
static int nameTaken(const char **az, int n, int iBut, const char *zName) {
  int i;

  for (i = 0; i < n; i++) {
    if (i != iBut && az[i] && migStrICmp(az[i], zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/* A name that no column has, before or after; NULL after an error. azNow: the n
** names of today, NULL for a column that has gone. */
static const char *nameFree(Alter *pa, const char **azNow, int n) {
  const MigModelTable *pNew = pa->pDiff->pNew->pTable;
  char *z = 0;
  int i = 0;

  do {
    z = migPrintf(pa->p, "migrate_%d", ++i);
  } while (z && (nameTaken(azNow, n, -1, z) || migModelColumn(pNew, z) >= 0));
  return z;
}

/* The new column whose renaming an alteration asks for, if there is anything
** left to do; else -1. azNow: what each old column is called by now, NULL for
** one that has been dropped. */
static int renameLeft(const Alter *pa, const char **azNow, int iAlteration) {
  const MigAlteration *pAlt = &pa->pDiff->a[iAlteration];

  if (pAlt->eKind != MIG_ALT_RENAME_COLUMN ||
      strcmp(azNow[pAlt->iOld],
             pa->pDiff->pNew->pTable->aColumn[pAlt->iNew].zName) == 0) {
    return -1;
  }
  return pAlt->iNew;
}

/* The new column that is still to get the name zName, or -1. */
static int renameWants(const Alter *pa, const char **azNow, const char *zName) {
  int i;

  for (i = 0; i < pa->pDiff->n; i++) {
    int iNew = renameLeft(pa, azNow, i);
    if (iNew >= 0 &&
        migStrICmp(pa->pDiff->pNew->pTable->aColumn[iNew].zName, zName) == 0) {
      return iNew;
    }
  }
  return -1;
}

/* Give new column iNew its name, as it is written in the wanted text, unless
** another one still has it; then give the name it had to the one that wants it,
** and so on. Nothing for -1. Each turn ends one rename for good, so it ends. */
static void renameFollow(Alter *pa, const char **azNow, int n, int iNew) {
  while (iNew >= 0 && pa->p->rc == SQLITE_OK) {
    const MigModelColumn *pColumn = &pa->pDiff->pNew->pTable->aColumn[iNew];
    const MigToken *pName = &pColumn->pDdl->name;
    MigSpan name = {pName->iStart, pName->n};
    int k = pa->pDiff->aiFrom[iNew];
    const char *zHad = azNow[k];
    if (nameTaken(azNow, n, k, pColumn->zName)) {
      return;
    }
    alterAdd(pa, "RENAME COLUMN \"%w\" TO %s", zHad, newText(pa, name));
    azNow[k] = pColumn->zName;
    iNew = renameWants(pa, azNow, zHad);
  }
}

/* Rename columns: first those whose names lead to a free one, then those that
** change them in a cycle, of which one goes aside. */
static void renamesOrder(Alter *pa, const char **azNow, int n) {
  int i;

  for (i = 0; i < pa->pDiff->n; i++) {
    renameFollow(pa, azNow, n, renameLeft(pa, azNow, i));
  }
  for (i = 0; i < pa->pDiff->n && pa->p->rc == SQLITE_OK; i++) {
    int iNew = renameLeft(pa, azNow, i);
    if (iNew >= 0) {
      int k = pa->pDiff->aiFrom[iNew];
      const char *zHad = azNow[k];
      azNow[k] = nameFree(pa, azNow, n);
      alterAdd(pa, "RENAME COLUMN \"%w\" TO \"%w\"", zHad, azNow[k]);
      renameFollow(pa, azNow, n, azNow[k] ? renameWants(pa, azNow, zHad) : -1);
    }
  }
}

/* Write what renames columns. It runs behind what drops columns, and before
** what adds any. */
static void renamesWrite(Alter *pa) {
  const MigModelTable *pOld = pa->pDiff->pOld->pTable;
  const char **azNow = migAlloc(pa->p, (u64)pOld->nColumn * sizeof(char *));
  int i;

  for (i = 0; azNow && i < pa->pDiff->pNew->pTable->nColumn; i++) {
    int k = pa->pDiff->aiFrom[i];
    if (k >= 0) { /* the dropped ones have gone */
      azNow[k] = pOld->aColumn[k].zName;
    }
  }
  if (azNow) {
    renamesOrder(pa, azNow, pOld->nColumn);
  }
}

/* ON CONFLICT of a constraint as SQL with a blank in front; "" for ABORT, which
** holds without it. */
static const char *conflictText(const MigDdlConstraint *pCon) {
  static const char *const az[] = {"", " ON CONFLICT ROLLBACK",
                                   " ON CONFLICT FAIL", " ON CONFLICT IGNORE",
                                   " ON CONFLICT REPLACE"};

  return az[pCon->eConflict];
}

/* Write the statement for an alteration, if it has this kind, and is not done
** with its column. Names of columns are the new ones but for those that go:
** renames are carried out by then. */
static void alterationWrite(Alter *pa, const MigAlteration *pAlt,
                            MigAlterationKind eKind) {
  const MigModelTable *pOld = pa->pDiff->pOld->pTable;
  const MigModelTable *pNew = pa->pDiff->pNew->pTable;

  if (pAlt->eKind != eKind || isCovered(pa->pDiff, pAlt)) {
    return;
  }
  switch (eKind) {
  case MIG_ALT_DROP_COLUMN:
    alterAdd(pa, "DROP COLUMN \"%w\"", pOld->aColumn[pAlt->iOld].zName);
    break;
  case MIG_ALT_DROP_CONSTRAINT:
    alterAdd(pa, "DROP CONSTRAINT \"%w\"", pOld->aConstraint[pAlt->iOld].zName);
    break;
  case MIG_ALT_DROP_NOT_NULL:
    alterAdd(pa, "ALTER COLUMN \"%w\" DROP NOT NULL",
             pNew->aColumn[pAlt->iNew].zName);
    break;
  case MIG_ALT_ADD_COLUMN:
    alterAdd(pa, "ADD COLUMN %s",
             newText(pa, pNew->aColumn[pAlt->iNew].pDdl->all));
    break;
  case MIG_ALT_SET_NOT_NULL:
  case MIG_ALT_NOT_NULL_CONFLICT:
    alterAdd(pa, "ALTER COLUMN \"%w\" SET NOT NULL%s", /* sql-ok: constant */
             pNew->aColumn[pAlt->iNew].zName,
             conflictText(pNew->aColumn[pAlt->iNew].pNotNull));
    break;
  default: /* MIG_ALT_ADD_CONSTRAINT */
    alterAdd(pa, "ADD %s",
             newText(pa, pNew->aConstraint[pAlt->iNew].pDdl->all));
    break;
  }
}

/* Write the statements for all alterations of a kind, in their order. */
static void alterationsWrite(Alter *pa, MigAlterationKind eKind) {
  int i;

  for (i = 0; i < pa->pDiff->n; i++) {
    alterationWrite(pa, &pa->pDiff->a[i], eKind);
  }
}

/*
** When every alteration of pDiff can be done by ALTER TABLE of the SQLite of
** version iVersion (as sqlite3_libversion_number() gives it; see also
** MIG_ALTER_PORTABLE), append statements that do it, in an order that runs,
** and return 1; else 0. pModel is the schema with the old table in it.
**
** Nothing is read or run; the texts belong to the arena, without semicolons.
** They must run with foreign keys not enforced. SQLite may still refuse them:
** because of rows, or because a view or trigger does not compile. 0 also after
** an error, and for a definition that is beyond us. Without any alteration: 1,
** and no statement.
*/
int migAlterStatements(MigContext *p, const MigModel *pModel,
                       const MigTableDiff *pDiff, int iVersion, MigList *pOut) {
  /* what goes makes room for names, and for what comes */
  static const MigAlterationKind aeOrder[] = {
      MIG_ALT_DROP_CONSTRAINT,   MIG_ALT_DROP_NOT_NULL,
      MIG_ALT_ADD_COLUMN,        MIG_ALT_SET_NOT_NULL,
      MIG_ALT_NOT_NULL_CONFLICT, MIG_ALT_ADD_CONSTRAINT};
  Alter a;
  int i;

  if (p->rc || pDiff->pOld->pTable == 0 || pDiff->pNew->pTable == 0) {
    return 0;
  }
  for (i = 0; i < pDiff->n; i++) {
    if (!alterationNative(pModel, pDiff, &pDiff->a[i], iVersion)) {
      return 0;
    }
  }
  memset(&a, 0, sizeof(a));
  a.p = p;
  a.pDiff = pDiff;
  alterationsWrite(&a, MIG_ALT_DROP_COLUMN);
  renamesWrite(&a);
  for (i = 0; i < (int)(sizeof(aeOrder) / sizeof(aeOrder[0])); i++) {
    alterationsWrite(&a, aeOrder[i]);
  }
  for (i = 0; i < a.list.n && p->rc == SQLITE_OK; i++) {
    migListAdd(p, pOut, a.list.az[i]);
  }
  return p->rc == SQLITE_OK;
}
