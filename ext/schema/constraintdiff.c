/*
** constraintdiff.c - what differs in the constraints of two definitions of a
** table.
**
** Constraints are paired by what they mean: first those that agree in name and
** ON CONFLICT as well, then the others, each with one. A hash finds the
** candidates, so that many constraints take no quadratic time. With
**
**   old  t(a, b, CHECK(a > 0), CONSTRAINT k UNIQUE(a, b))
**   new  t(x, b UNIQUE, CONSTRAINT c CHECK(x > 0), UNIQUE(x, b))
**
** and a renamed x there are: RENAME_COLUMN, NAME twice (the CHECK gets one, the
** UNIQUE loses its), ADD_CONSTRAINT (UNIQUE of b).
**
** What counts as the same is what SQLite cannot tell apart:
**
**   - DESC of a key that is the rowid.
**   - a collation of a UNIQUE or PRIMARY KEY and the same one of the column.
**   - DEFERRABLE in all its forms, but for INITIALLY DEFERRED; MATCH, which
**     has no effect either, is compared as a text.
**
** The order of UNIQUEs and PRIMARY KEY matters: SQLite numbers its own indexes
** in it (sqlite_autoindex_t_1), and finds them by their numbers when it reads
** the text. A table WITHOUT ROWID whose key is one INTEGER column has that
** index behind all others, wherever the key is written.
*/
#include <string.h>
#include "columndiff.h"
#include "constraintdiff.h"

/* ------------------------------------------------------------------------
** What constraints mean
*/

/* Does an old column become a new one? Either may be unknown. */
static int becomes(const MigFinder *pf, int iOld, int iNew) {
  return iOld >= 0 && iNew >= 0 && pf->pDiff->aiTo[iOld] == iNew;
}

/* Are the columns of two constraints the same, in the same order? A name that
** is no column is the same as no other. */
static int columnsSame(const MigFinder *pf, const MigModelConstraint *pA,
                       const MigModelConstraint *pB) {
  int i;

  for (i = 0; i < pA->nColumn && i < pB->nColumn; i++) {
    if (!becomes(pf, pA->aiColumn[i], pB->aiColumn[i])) {
      return 0;
    }
  }
  return pA->nColumn == pB->nColumn;
}

/* What a key says of one of its columns. */
typedef struct KeyTerm {
  int bDesc;              /* sorted downwards */
  const char *zWritten;   /* COLLATE that is written there, or NULL */
  const char *zCollation; /* that which holds */
} KeyTerm;

/* Term i of a key; its column must be one of the table. A key at a column has
** this one term, and no COLLATE of its own. */
static KeyTerm keyTerm(MigContext *p, const MigDdl *pDdl,
                       const MigModelTable *pTable,
                       const MigModelConstraint *pCon, int i) {
  KeyTerm term = {pCon->pDdl->bDesc, 0, 0};

  if (pCon->pDdl->iColumn < 0) {
    const MigDdlTerm *pTerm = &pDdl->aTerm[pCon->pDdl->iTerm + i];
    term.bDesc = pTerm->bDesc;
    term.zWritten = migTokenName(p, pDdl->z, &pTerm->collate);
  }
  term.zCollation = term.zWritten
                        ? term.zWritten
                        : migColumnDiffCollation(
                              p, pDdl->z, &pTable->aColumn[pCon->aiColumn[i]]);
  return term;
}

/* Do two PRIMARY KEYs or UNIQUEs mean the same? Collations must agree as they
** are written, or as they hold: one that the column has anyway may be written
** or not, and a column that gets another one is told as that. */
static int keySame(const MigFinder *pf, const MigModelConstraint *pA,
                   const MigModelConstraint *pB) {
  int i;

  if (!columnsSame(pf, pA, pB)) {
    return 0;
  }
  for (i = 0; i < pA->nColumn; i++) {
    KeyTerm a = keyTerm(pf->p, pf->pDiff->pOld->pDdl, pf->pOld, pA, i);
    KeyTerm b = keyTerm(pf->p, pf->pDiff->pNew->pDdl, pf->pNew, pB, i);
    if (a.bDesc != b.bDesc || (!migModelNameSame(a.zWritten, b.zWritten) &&
                               !migModelNameSame(a.zCollation, b.zCollation))) {
      return 0;
    }
  }
  return 1;
}

/* Does the old parent of a foreign key go on as the new one? *ppDiff is then
** how its columns are renamed, or NULL: not at all. The table itself may be the
** parent. Where the parent is not known, or goes away, its name decides. */
static int parentSame(const MigFinder *pf, const char *zOld, const char *zNew,
                      const MigTableDiff **ppDiff) {
  const MigNaming *pNaming = pf->pNaming;
  int bOwnOld = migStrICmp(zOld, pf->pDiff->pOld->zName) == 0;
  int bOwnNew = migStrICmp(zNew, pf->pDiff->pNew->zName) == 0;
  int iOld = pNaming ? migModelFind(pNaming->pOld, 0, zOld) : -1;

  *ppDiff = 0;
  if (bOwnOld || bOwnNew) { /* known also where other tables are not */
    *ppDiff = pf->pDiff;
    return bOwnOld == bOwnNew;
  }
  if (iOld < 0 || pNaming->aiTo[iOld] < 0) {
    return migStrICmp(zOld, zNew) == 0;
  }
  *ppDiff = pNaming->apDiff[iOld];
  return pNaming->aiTo[iOld] == migModelFind(pNaming->pNew, 0, zNew);
}

/* Do two foreign keys mean the same: columns, parent, its columns, actions,
** when they are checked, and the text of MATCH? */
static int foreignSame(const MigFinder *pf, const MigModelConstraint *pA,
                       const MigModelConstraint *pB) {
  const MigDdlConstraint *pDdlA = pA->pDdl;
  const MigDdlConstraint *pDdlB = pB->pDdl;
  const MigTableDiff *pParent;
  int i;

  if (!columnsSame(pf, pA, pB) || pA->nParent != pB->nParent ||
      pDdlA->eDelete != pDdlB->eDelete || pDdlA->eUpdate != pDdlB->eUpdate ||
      (pDdlA->eDefer == MIG_DEFER_DEFERRED) !=
          (pDdlB->eDefer == MIG_DEFER_DEFERRED) ||
      !migFinderTokenSame(pf, &pDdlA->match, &pDdlB->match) ||
      !parentSame(pf, pA->zParent, pB->zParent, &pParent)) {
    return 0;
  }
  for (i = 0; i < pA->nParent; i++) {
    if (migStrICmp(migTableDiffName(pParent, pA->azParent[i]),
                   pB->azParent[i]) != 0) {
      return 0;
    }
  }
  return 1;
}

/* Do two constraints mean the same, apart from name and ON CONFLICT? */
static int meaningSame(const MigFinder *pf, const MigModelConstraint *pA,
                       const MigModelConstraint *pB) {
  if (pA->eKind != pB->eKind) {
    return 0; /* unreached: takes two hashes that collide */
  }
  if (pA->eKind == MIG_CON_CHECK) {
    return migTableDiffSame(pf->pDiff, pf->zOld, pA->pDdl->value, pf->zNew,
                            pB->pDdl->value);
  }
  return pA->eKind == MIG_CON_FOREIGN_KEY ? foreignSame(pf, pA, pB)
                                          : keySame(pf, pA, pB);
}

/* Do two constraints agree in what a pair may differ in: ON CONFLICT, name? */
static int detailsSame(const MigModelConstraint *pA,
                       const MigModelConstraint *pB) {
  return pA->pDdl->eConflict == pB->pDdl->eConflict &&
         migModelNameSame(pA->zName, pB->zName);
}

/* ------------------------------------------------------------------------
** Constraints in pairs
*/

/* Constraints being paired, those of the new table in chains by hash. */
typedef struct Pairs {
  MigFinder *pf;
  int bDetails; /* in this round only what agrees in name and ON CONFLICT */
  int *aiTo;    /* for each old constraint the new one, or -1 */
  u8 *abTaken;  /* new constraints that have one */
  u32 *auHash;  /* hashes of the new ones */
  int *aiNext;  /* the next one in the chain, or -1 */
  int *aiHead;  /* first of a chain, or -1 */
  u32 nHead;    /* a power of two */
} Pairs;

/* FNV-1a, of which any int counts as one byte. */
static u32 hashInt(u32 u, int i) {
  return (u ^ (u32)i) * 16777619u;
}

/* Add n bytes, in lower case and without quotes, so that all forms of a name
** give the same. */
static u32 hashWord(u32 u, const char *z, i64 n) {
  i64 i;

  for (i = 0; i < n; i++) {
    int c = (unsigned char)z[i];
    if (c != '"' && c != '\'' && c != '`' && c != '[' && c != ']') {
      u = hashInt(u, c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
  }
  return hashInt(u, 256); /* its end */
}

/* Add the tokens of a CHECK, with the names of the new table. It takes more for
** the same than migTableDiffSame() does, which decides. */
static u32 hashCheck(u32 u, const MigFinder *pf, int bOld, MigSpan span) {
  MigWords w;

  migWordsStart(&w, bOld ? pf->zOld : pf->zNew, span);
  for (; w.token.eType != MIG_TK_END; migWordsNext(&w)) {
    const char *zName = bOld ? migTableDiffWord(pf->pDiff, &w) : 0;
    u = zName ? hashWord(u, zName, (i64)strlen(zName))
              : hashWord(u, w.z + w.token.iStart, w.token.n);
  }
  return u;
}

/* A hash that is the same for constraints that mean the same, and with bDetails
** agree in them. bOld: the constraint is of the old table. */
static u32 hashConstraint(const Pairs *pp, const MigModelConstraint *pCon,
                          int bOld) {
  const MigFinder *pf = pp->pf;
  u32 u = hashInt(2166136261u, (int)pCon->eKind);
  int i;

  if (pCon->eKind == MIG_CON_CHECK) {
    u = hashCheck(u, pf, bOld, pCon->pDdl->value);
  }
  for (i = 0; i < pCon->nColumn; i++) {
    int k = pCon->aiColumn[i];
    u = hashInt(u, bOld && k >= 0 ? pf->pDiff->aiTo[k] : k);
  }
  if (pp->bDetails) {
    u = hashInt(u, pCon->pDdl->eConflict);
    u = pCon->zName ? hashWord(u, pCon->zName, (i64)strlen(pCon->zName)) : u;
  }
  return u;
}

/* Put the new constraints that have no other one yet into chains. From the end,
** so that a chain keeps the order. */
static void chainsMake(Pairs *pp) {
  const MigModelTable *pTable = pp->pf->pNew;
  int i;

  memset(pp->aiHead, 0xff, pp->nHead * sizeof(int));
  for (i = pTable->nConstraint - 1; i >= 0; i--) {
    const MigModelConstraint *pCon = &pTable->aConstraint[i];
    if (!pp->abTaken[i] && pCon->eKind != MIG_CON_PRIMARY_KEY) {
      u32 u = hashConstraint(pp, pCon, 0);
      pp->auHash[i] = u;
      pp->aiNext[i] = pp->aiHead[u & (pp->nHead - 1)];
      pp->aiHead[u & (pp->nHead - 1)] = i;
    }
  }
}

/* Find the other one of an old constraint and take it out of its chain: its
** index, or -1. */
static int chainTake(Pairs *pp, const MigModelConstraint *pCon) {
  u32 u = hashConstraint(pp, pCon, 1);
  int *pi = &pp->aiHead[u & (pp->nHead - 1)];

  for (; *pi >= 0; pi = &pp->aiNext[*pi]) {
    const MigModelConstraint *pNew = &pp->pf->pNew->aConstraint[*pi];
    int i = *pi;
    if (pp->auHash[i] == u && (!pp->bDetails || detailsSame(pCon, pNew)) &&
        meaningSame(pp->pf, pCon, pNew)) {
      *pi = pp->aiNext[i];
      pp->abTaken[i] = 1;
      return i;
    }
  }
  return -1;
}

/* Pair all that can be paired in this round; what has a pair keeps it. */
static void pairsFind(Pairs *pp, int bDetails) {
  const MigModelTable *pTable = pp->pf->pOld;
  int i;

  pp->bDetails = bDetails;
  chainsMake(pp);
  for (i = 0; i < pTable->nConstraint && pp->pf->p->rc == SQLITE_OK; i++) {
    const MigModelConstraint *pCon = &pTable->aConstraint[i];
    if (pp->aiTo[i] < 0 && pCon->eKind != MIG_CON_PRIMARY_KEY) {
      pp->aiTo[i] = chainTake(pp, pCon);
    }
  }
}

/* Pair the constraints but for the PRIMARY KEY, of which a table has one at
** most. After an error pp is not to be read. */
static void pairsMake(MigFinder *pf, Pairs *pp) {
  int nOld = pf->pOld->nConstraint;
  int nNew = pf->pNew->nConstraint;

  memset(pp, 0, sizeof(*pp));
  pp->pf = pf;
  for (pp->nHead = 8; pp->nHead < (u32)nNew; pp->nHead *= 2) {
  }
  pp->aiTo = migAlloc(pf->p, (u64)nOld * sizeof(int));
  pp->abTaken = migAlloc(pf->p, (u64)nNew);
  pp->auHash = migAlloc(pf->p, (u64)nNew * sizeof(u32));
  pp->aiNext = migAlloc(pf->p, (u64)nNew * sizeof(int));
  pp->aiHead = migAlloc(pf->p, (u64)pp->nHead * sizeof(int));
  if (pf->p->rc) {
    return;
  }
  memset(pp->aiTo, 0xff, (size_t)nOld * sizeof(int));
  pairsFind(pp, 1);
  pairsFind(pp, 0);
}

/* ------------------------------------------------------------------------
** What constraints say
*/

/* Name and ON CONFLICT of two that mean the same. */
static void detailsFind(MigFinder *pf, int iOld, int iNew) {
  const MigModelConstraint *pA = &pf->pOld->aConstraint[iOld];
  const MigModelConstraint *pB = &pf->pNew->aConstraint[iNew];

  if (pA->pDdl->eConflict != pB->pDdl->eConflict) {
    migFinderAdd(pf, MIG_ALT_CONFLICT, iOld, iNew);
  }
  if (!migModelNameSame(pA->zName, pB->zName)) {
    migFinderAdd(pf, MIG_ALT_NAME, iOld, iNew);
  }
}

/* Do two PRIMARY KEYs mean the same? One may be the rowid and the other not;
** where that comes from the type or WITHOUT ROWID, those tell it. */
static int primarySame(const MigFinder *pf, const MigModelConstraint *pA,
                       const MigModelConstraint *pB) {
  int bRowidA = pf->pOld->iRowid >= 0;
  int bRowidB = pf->pNew->iRowid >= 0;

  if (bRowidA && bRowidB) {
    return columnsSame(pf, pA, pB);
  }
  if (!keySame(pf, pA, pB)) {
    return 0;
  }
  return bRowidA == bRowidB ||
         pf->pDiff->pOld->pDdl->bWithoutRowid !=
             pf->pDiff->pNew->pDdl->bWithoutRowid ||
         !migColumnDiffTypeSame(pf->pOld->aColumn[pA->aiColumn[0]].zType,
                                pf->pNew->aColumn[pB->aiColumn[0]].zType);
}

/* The PRIMARY KEY: it is entered into the pairs when it stays. */
static void primaryFind(MigFinder *pf, Pairs *pp) {
  int iOld = pf->pOld->iPrimary;
  int iNew = pf->pNew->iPrimary;

  if (iOld < 0 && iNew < 0) {
    return;
  }
  if (iOld < 0 || iNew < 0 ||
      !primarySame(pf, &pf->pOld->aConstraint[iOld],
                   &pf->pNew->aConstraint[iNew])) {
    migFinderAdd(pf, MIG_ALT_PRIMARY_KEY, iOld, iNew);
    return;
  }
  pp->aiTo[iOld] = iNew;
  pp->abTaken[iNew] = 1;
  detailsFind(pf, iOld, iNew);
}

/* Has a constraint an index of its own whose number depends on its place? Not a
** key that is the rowid, or would be it were there one: see the top. */
static int isNumbered(const MigModelTable *pTable,
                      const MigModelConstraint *pCon) {
  if (pCon->eKind != MIG_CON_PRIMARY_KEY) {
    return pCon->eKind == MIG_CON_UNIQUE;
  }
  return pCon->nColumn != 1 || pCon->pDdl->bDesc || pCon->aiColumn[0] < 0 ||
         migStrICmp(pTable->aColumn[pCon->aiColumn[0]].zType, "integer") != 0;
}

/* Do the keys that stay stand in the same order? */
static int keyOrderSame(const MigFinder *pf, const Pairs *pp) {
  int iLast = -1;
  int i;

  for (i = 0; i < pf->pOld->nConstraint; i++) {
    int k = pp->aiTo[i];
    if (k >= 0 && isNumbered(pf->pOld, &pf->pOld->aConstraint[i])) {
      if (k < iLast) {
        return 0;
      }
      iLast = k;
    }
  }
  return 1;
}

/* Find what differs in the constraints, and add it to the diff: PRIMARY KEY and
** AUTOINCREMENT, what goes, what changes, what comes, and whether the keys that
** stay stand in another order. After an error what was found so far stays. */
void migConstraintDiffFind(MigFinder *pf) {
  Pairs pairs;
  int i;

  pairsMake(pf, &pairs);
  if (pf->p->rc) {
    return;
  }
  primaryFind(pf, &pairs);
  if (pf->pOld->bAutoincrement != pf->pNew->bAutoincrement) {
    migFinderAdd(pf, MIG_ALT_AUTOINCREMENT, -1, -1);
  }
  for (i = 0; i < pf->pOld->nConstraint; i++) {
    if (pf->pOld->aConstraint[i].eKind == MIG_CON_PRIMARY_KEY) {
      continue;
    }
    if (pairs.aiTo[i] < 0) {
      migFinderAdd(pf, MIG_ALT_DROP_CONSTRAINT, i, -1);
    } else {
      detailsFind(pf, i, pairs.aiTo[i]);
    }
  }
  for (i = 0; i < pf->pNew->nConstraint; i++) {
    if (!pairs.abTaken[i] &&
        pf->pNew->aConstraint[i].eKind != MIG_CON_PRIMARY_KEY) {
      migFinderAdd(pf, MIG_ALT_ADD_CONSTRAINT, -1, i);
    }
  }
  if (!keyOrderSame(pf, &pairs)) {
    migFinderAdd(pf, MIG_ALT_KEY_ORDER, -1, -1);
  }
}
