/*
** fit.c - whether a new definition of a table fits the bytes of its rows.
**
** Where it does, it can take the place of the old one and the rows stay as they
** are. Measured on SQLite 3.38.5, 3.40.1 and 3.54.1 against tables made anew:
**
**   fits                NOT NULL, CHECK, foreign keys; names, ON CONFLICT;
**                       DEFAULT; STRICT; AUTOINCREMENT; types of the same
**                       affinity, INTEGER <-> NUMERIC; columns appended that
**                       ALTER TABLE could append; virtual columns; a STORED
**                       column made a plain one
**   if values allow it  INTEGER or NUMERIC <-> REAL, no affinity -> one of
**                       these; not where there are no rowids
**   with new indexes    COLLATE, and all else that is "deep": the same
**                       expression over a row may come out otherwise
**   never               other affinities; columns dropped or in another order;
**                       keys; WITHOUT ROWID; a column made STORED, or with
**                       another expression
**
** SQLite's own indexes are told apart by their count, sqlite_autoindex_t_2: so
** keys must come in the same order, too, and so must a key whose type decides
** about its place (keyIsLate()). A column or key that SQLite leaves out
** of an index because it is in it already depends on collations.
*/
#include <string.h>
#include "alterable.h"
#include "columnuse.h"
#include "fit.h"

/* Where the values of a column are: in the rows, computed when they are written
** or not, or in none. */
MigStorage migFitStorage(const MigModelColumn *pColumn) {
  if (pColumn->pGenerated == 0) {
    return MIG_STORAGE_PLAIN;
  }
  return pColumn->pGenerated->bStored ? MIG_STORAGE_STORED
                                      : MIG_STORAGE_VIRTUAL;
}

/* Is it one of the two affinities that store the same bytes? datatype3.html of
** SQLite: they differ in CAST alone. */
int migFitNumeric(u8 eAffinity) {
  return eAffinity == MIG_AFFINITY_INTEGER || eAffinity == MIG_AFFINITY_NUMERIC;
}

/* Can a stored value be one of the other affinity as it is? Whether all are,
** only the rows can tell, and those of a WITHOUT ROWID table may be read from
** an index, which has the value in other bytes. */
static int affinityFits(u8 eOld, u8 eNew, int bWithoutRowid) {
  if (eOld == eNew || (migFitNumeric(eOld) && migFitNumeric(eNew))) {
    return 1;
  }
  return !bWithoutRowid && eOld != MIG_AFFINITY_TEXT &&
         (migFitNumeric(eNew) || eNew == MIG_AFFINITY_REAL);
}

/* Does column i, of the same place in both, keep its place in the rows and its
** values? A virtual column is in no row and must stay so: a plain one in its
** place would be read from where the next one is stored. */
static int columnFits(const MigTableDiff *pDiff, int i) {
  const MigModelColumn *pOld = &pDiff->pOld->pTable->aColumn[i];
  const MigModelColumn *pNew = &pDiff->pNew->pTable->aColumn[i];
  MigStorage eOld = migFitStorage(pOld);
  MigStorage eNew = migFitStorage(pNew);

  if (eOld == MIG_STORAGE_VIRTUAL || eNew == MIG_STORAGE_VIRTUAL) {
    return eOld == eNew;
  }
  if (eNew == MIG_STORAGE_STORED &&
      (eOld != MIG_STORAGE_STORED ||
       !migSpanSame(pDiff->pOld->pDdl->z, pOld->pGenerated->value,
                    pDiff->pNew->pDdl->z, pNew->pGenerated->value))) {
    return 0;
  }
  return affinityFits(pOld->eAffinity, pNew->eAffinity,
                      pDiff->pOld->pDdl->bWithoutRowid);
}

/*
** Are the rows laid out as before, but for columns at their end? pDiff has its
** columns joined, and both definitions could be read. Not when the table gets
** another name, be it in case only, or has other rowids.
*/
int migFitLayout(const MigTableDiff *pDiff) {
  const MigModelObject *pOld = pDiff->pOld;
  const MigModelObject *pNew = pDiff->pNew;
  int i;

  if (strcmp(pOld->zName, pNew->zName) != 0 ||
      pOld->pDdl->bWithoutRowid != pNew->pDdl->bWithoutRowid ||
      pOld->pTable->iRowid != pNew->pTable->iRowid ||
      pOld->pTable->nColumn > pNew->pTable->nColumn) {
    return 0;
  }
  for (i = 0; i < pNew->pTable->nColumn; i++) {
    if (i < pOld->pTable->nColumn
            ? pDiff->aiFrom[i] != i || !columnFits(pDiff, i)
            : !migAlterAppendable(pDiff, i)) {
      return 0;
    }
  }
  return 1;
}

/* Is it a PRIMARY KEY or UNIQUE? */
int migFitKey(const MigModelConstraint *pCon) {
  return pCon->eKind == MIG_CON_PRIMARY_KEY || pCon->eKind == MIG_CON_UNIQUE;
}

/* The next PRIMARY KEY or UNIQUE from i on, in the order of the text, or the
** number of constraints. */
static int keyNext(const MigModelTable *pTable, int i) {
  while (i < pTable->nConstraint && !migFitKey(&pTable->aConstraint[i])) {
    i++;
  }
  return i;
}

/* Are these two terms of a key sorted alike: DESC, and COLLATE as written? NULL
** for a key at its column, which has no term. That the column's own collation
** changes is told elsewhere (migFitDeep). */
static int termSame(const MigDdl *pA, const MigDdlTerm *pTermA,
                    const MigDdl *pB, const MigDdlTerm *pTermB) {
  int bA = pTermA && pTermA->collate.eType != MIG_TK_END;
  int bB = pTermB && pTermB->collate.eType != MIG_TK_END;
  MigSpan a = {0, 0};
  MigSpan b = {0, 0};

  if (bA != bB || (pTermA && pTermA->bDesc) != (pTermB && pTermB->bDesc)) {
    return 0;
  }
  if (bA) {
    a.iStart = pTermA->collate.iStart;
    a.n = pTermA->collate.n;
    b.iStart = pTermB->collate.iStart;
    b.n = pTermB->collate.n;
  }
  return migSpanSame(pA->z, a, pB->z, b);
}

/* Does SQLite make the same index for two keys: kind, columns by their places,
** order? One at a column and one of the table are the same. */
static int keySame(const MigTableDiff *pDiff, const MigModelConstraint *pOld,
                   const MigModelConstraint *pNew) {
  const MigDdl *pA = pDiff->pOld->pDdl;
  const MigDdl *pB = pDiff->pNew->pDdl;
  int i;

  if (pOld->eKind != pNew->eKind || pOld->nColumn != pNew->nColumn ||
      pOld->pDdl->bDesc != pNew->pDdl->bDesc) {
    return 0;
  }
  for (i = 0; i < pOld->nColumn; i++) {
    const MigDdlTerm *pTermA =
        pOld->pDdl->iColumn < 0 ? &pA->aTerm[pOld->pDdl->iTerm + i] : 0;
    const MigDdlTerm *pTermB =
        pNew->pDdl->iColumn < 0 ? &pB->aTerm[pNew->pDdl->iTerm + i] : 0;
    if (pOld->aiColumn[i] < 0 || pOld->aiColumn[i] != pNew->aiColumn[i] ||
        !termSame(pA, pTermA, pB, pTermB)) {
      return 0;
    }
  }
  return 1;
}

/* Is the PRIMARY KEY one that would be the rowid, if there were rowids? In a
** WITHOUT ROWID table SQLite makes the index of such a key behind all others,
** that of any other key in its turn. */
static int keyIsLate(const MigModelTable *pTable) {
  const MigModelConstraint *pKey;

  if (pTable->iPrimary < 0) {
    return 0;
  }
  pKey = &pTable->aConstraint[pTable->iPrimary];
  return pKey->nColumn == 1 && pKey->aiColumn[0] >= 0 && !pKey->pDdl->bDesc &&
         migStrICmp(pTable->aColumn[pKey->aiColumn[0]].zType, "integer") == 0;
}

/* Does SQLite make the same indexes for the keys, in the same order? Asked when
** the columns of the old table are the first ones of the new (migFitLayout). */
int migFitKeys(const MigTableDiff *pDiff) {
  const MigModelTable *pOld = pDiff->pOld->pTable;
  const MigModelTable *pNew = pDiff->pNew->pTable;
  int iOld = keyNext(pOld, 0);
  int iNew = keyNext(pNew, 0);

  if (keyIsLate(pOld) != keyIsLate(pNew)) {
    return 0;
  }
  while (iOld < pOld->nConstraint && iNew < pNew->nConstraint) {
    if (!keySame(pDiff, &pOld->aConstraint[iOld], &pNew->aConstraint[iNew])) {
      return 0;
    }
    iOld = keyNext(pOld, iOld + 1);
    iNew = keyNext(pNew, iNew + 1);
  }
  return iOld == pOld->nConstraint && iNew == pNew->nConstraint;
}

/* Is a column twice in one key, or first in two of one length? Which of them
** SQLite leaves out depends on collations. */
static int keysOverlap(const MigModelTable *pTable) {
  int i;
  int k;
  int iSeen;

  for (i = 0; i < pTable->nConstraint; i++) {
    const MigModelConstraint *pCon = &pTable->aConstraint[i];
    for (iSeen = 0; migFitKey(pCon) && iSeen < i; iSeen++) {
      const MigModelConstraint *pSeen = &pTable->aConstraint[iSeen];
      if (migFitKey(pSeen) && pSeen->nColumn == pCon->nColumn &&
          pSeen->aiColumn[0] == pCon->aiColumn[0]) {
        return 1;
      }
    }
    for (k = 1; migFitKey(pCon) && k < pCon->nColumn; k++) {
      for (iSeen = 0; iSeen < k; iSeen++) {
        if (pCon->aiColumn[iSeen] == pCon->aiColumn[k]) {
          return 1;
        }
      }
    }
  }
  return 0;
}

/*
** May the same expression over a row come out otherwise than before? It may
** where a collation, a virtual column or an affinity is another one, so CHECKs
** are held against the rows again and indexes renewed. Not where a column is
** only appended, or one that was STORED stays as it is. The columns of the old
** table are the first ones of the new.
*/
int migFitDeep(const MigTableDiff *pDiff) {
  const MigModelTable *pOld = pDiff->pOld->pTable;
  const MigModelTable *pNew = pDiff->pNew->pTable;
  int i;

  for (i = 0; i < pDiff->n; i++) {
    const MigAlteration *pAlt = &pDiff->a[i];
    if (pAlt->eKind == MIG_ALT_COLLATE ||
        (pAlt->eKind == MIG_ALT_GENERATED &&
         migFitStorage(&pNew->aColumn[pAlt->iNew]) == MIG_STORAGE_VIRTUAL)) {
      return 1;
    }
  }
  for (i = 0; i < pOld->nColumn; i++) {
    u8 eOld = pOld->aColumn[i].eAffinity;
    u8 eNew = pNew->aColumn[i].eAffinity;
    if (eOld != eNew && !(migFitNumeric(eOld) && migFitNumeric(eNew))) {
      return 1;
    }
  }
  return 0;
}

/* Has the table a STORED column? Where expressions come out otherwise, what it
** holds would have to be computed anew in all rows. */
static int hasStored(const MigModelTable *pTable) {
  int i;

  for (i = 0; i < pTable->nColumn; i++) {
    if (migFitStorage(&pTable->aColumn[i]) == MIG_STORAGE_STORED) {
      return 1;
    }
  }
  return 0;
}

/* Is this kind of alteration in one of the classes, as far as it alone can
** tell? */
static int kindFits(MigAlterationKind eKind) {
  switch (eKind) {
  case MIG_ALT_ADD_COLUMN:
  case MIG_ALT_TYPE:
  case MIG_ALT_SET_NOT_NULL:
  case MIG_ALT_DROP_NOT_NULL:
  case MIG_ALT_NOT_NULL_CONFLICT:
  case MIG_ALT_NOT_NULL_NAME:
  case MIG_ALT_DEFAULT:
  case MIG_ALT_COLLATE:
  case MIG_ALT_GENERATED:
  case MIG_ALT_AUTOINCREMENT:
  case MIG_ALT_ADD_CONSTRAINT:
  case MIG_ALT_DROP_CONSTRAINT:
  case MIG_ALT_CONFLICT:
  case MIG_ALT_NAME:
  case MIG_ALT_STRICT:
    return 1;
  default:
    return 0;
  }
}

/*
** Could the new definition take the place of the old one, if the values in the
** rows allow it? Not when one of them is beyond us (MIG_ALT_OTHER), nor when a
** new column would catch a "string" of today. pModel: the schema with the old
** one in it. Reads no database; allocates nothing.
*/
int migFitTable(const MigModel *pModel, const MigTableDiff *pDiff) {
  const MigModelTable *pNew = pDiff->pNew->pTable;
  int i;

  for (i = 0; i < pDiff->n; i++) {
    if (!kindFits(pDiff->a[i].eKind) ||
        (pDiff->a[i].eKind == MIG_ALT_ADD_COLUMN &&
         migColumnUseClashes(pModel, pDiff, pDiff->a[i].iNew))) {
      return 0;
    }
  }
  if (!migFitLayout(pDiff) || !migFitKeys(pDiff)) {
    return 0;
  }
  return !migFitDeep(pDiff) || (!hasStored(pNew) && !keysOverlap(pNew));
}
