/*
** objectsame.c - do two objects that are no ordinary tables say the same?
**
** Their texts are compared token by token, the old one read with the new names
** of tables, and of the columns of the table it is on. An index says the same
** when its terms do, collations of the columns counted.
**
** With t renamed to u and its column a to b, these say the same:
**
**   CREATE TRIGGER r AFTER UPDATE OF a ON t BEGIN DELETE FROM t; END
**   CREATE TRIGGER r AFTER UPDATE OF b ON u BEGIN DELETE FROM u; END
**
** A word that might be a renamed table or column and need not, such as an
** alias, may stand there in either spelling.
**
** Limits: a column of another table is not told from one of the table that the
** trigger is on, which nobody can do without resolving names, aliases among
** them: while a becomes b, that a body reads x.b now, and x.a before, is not
** seen. No script rests on that: what it leaves is compared without renames
** (prove.c), which sees it, and the trigger is made anew.
*/
#include <string.h>
#include "columndiff.h"
#include "objectsame.h"
#include "text.h"

/* What is compared. */
typedef struct Pair {
  const MigNaming *pNaming;
  int bNames; /* something is renamed */
} Pair;

/*
** Two words of views or triggers, in the place of one another. pDiff: of the
** table that the trigger is on, or NULL. bDot: behind a dot, where a column
** stands and no table.
**
** Names that are the name of an old table must stand for the table it becomes;
** that the new schema has no table of the name leaves it to the spelling. A
** name that is that of a renamed column of pDiff may also be spelt as the new
** one.
*/
static int wordSame(MigContext *p, const Pair *pg, const MigTableDiff *pDiff,
                    const MigWords *pA, const MigWords *pB, int bDot) {
  MigSpan a = {pA->token.iStart, pA->token.n};
  MigSpan b = {pB->token.iStart, pB->token.n};
  int bSame = migSpanSame(pA->z, a, pB->z, b);
  MigMark mark = migArenaMark(p);
  const char *zA;
  const char *zB;
  int iOld;

  if (!migWordsAtName(pA) || !migWordsAtName(pB)) {
    return bSame;
  }
  zA = migTokenName(p, pA->z, &pA->token);
  zB = migTokenName(p, pB->z, &pB->token);
  iOld = bDot || pA->bLabel ? -1 : migModelFind(pg->pNaming->pOld, 0, zA);
  if (iOld >= 0 && migModelIsTable(&pg->pNaming->pOld->aObject[iOld]) &&
      pg->pNaming->aiTo[iOld] >= 0) {
    int iNew = migModelFind(pg->pNaming->pNew, 0, zB);
    bSame = pg->pNaming->aiTo[iOld] == iNew || (bSame && iNew < 0);
  }
  if (!bSame && pDiff) {
    bSame = migModelNameSame(migTableDiffName(pDiff, zA), zB);
  }
  migArenaRelease(p, mark);
  return bSame;
}

/* Do two parts of views or triggers say the same? A difference in the number of
** tokens is one. After an error the answer means nothing. */
static int partSame(MigContext *p, const Pair *pg, const MigTableDiff *pDiff,
                    const char *zA, MigSpan a, const char *zB, MigSpan b) {
  int bDot = 0;
  MigWords wordsA;
  MigWords wordsB;

  if (!pg->bNames) {
    return migSpanSame(zA, a, zB, b);
  }
  migWordsStart(&wordsA, zA, a);
  migWordsStart(&wordsB, zB, b);
  while (wordsA.token.eType != MIG_TK_END && wordsB.token.eType != MIG_TK_END &&
         p->rc == SQLITE_OK) {
    if (!wordSame(p, pg, pDiff, &wordsA, &wordsB, bDot)) {
      return 0;
    }
    bDot = wordsA.token.eType == MIG_TK_DOT;
    migWordsNext(&wordsA);
    migWordsNext(&wordsB);
  }
  return wordsA.token.eType == wordsB.token.eType;
}

/* Do two lists of names say the same: columns of a view, UPDATE OF? Their order
** counts. pDiff may be NULL, as for views: their columns are not those of a
** table. */
static int namesSame(MigContext *p, const MigTableDiff *pDiff, const MigDdl *pA,
                     const MigDdl *pB) {
  int i;

  for (i = 0; i < pA->nTerm && i < pB->nTerm; i++) {
    const char *zA = migTokenName(p, pA->z, &pA->aTerm[i].name);
    const char *zB = migTokenName(p, pB->z, &pB->aTerm[i].name);
    if (!migModelNameSame(migTableDiffName(pDiff, zA), zB)) {
      return 0;
    }
  }
  return pA->nTerm == pB->nTerm;
}

/* The names of its columns are part of what a view says. */
static int viewSame(MigContext *p, const Pair *pg, const MigDdl *pA,
                    const MigDdl *pB) {
  return namesSame(p, 0, pA, pB) &&
         partSame(p, pg, 0, pA->z, pA->select, pB->z, pB->select);
}

/* The table it is on is not looked at: objects are a pair only where that is.
** FOR EACH ROW is what holds without it. */
static int triggerSame(MigContext *p, const Pair *pg, const MigTableDiff *pDiff,
                       const MigDdl *pA, const MigDdl *pB) {
  return pA->eTime == pB->eTime && pA->eEvent == pB->eEvent &&
         namesSame(p, pDiff, pA, pB) &&
         partSame(p, pg, pDiff, pA->z, pA->where, pB->z, pB->where) &&
         partSame(p, pg, pDiff, pA->z, pA->body, pB->z, pB->body);
}

/* An index that is compared. */
typedef struct Key {
  const MigDdl *pDdl;        /* of the index */
  const MigModelObject *pOn; /* its table; pTable may be NULL */
} Key;

/* The column a term of an index names, or NULL: for an expression, rowid, and a
** table that is beyond us. */
static const MigModelColumn *termColumn(MigContext *p, const Key *pKey,
                                        const MigDdlTerm *pTerm) {
  const char *zName = migTokenName(p, pKey->pDdl->z, &pTerm->name);
  int i = zName && pKey->pOn->pTable ? migModelColumn(pKey->pOn->pTable, zName)
                                     : -1;

  return i < 0 ? 0 : &pKey->pOn->pTable->aColumn[i];
}

/* Do two terms of indexes say the same? A collation that is written is the same
** as none when the column has it on both sides. Where the column itself has
** changed its collation, an index that says nothing changes with it: then both
** have to say the same. */
static int termSame(MigContext *p, const MigTableDiff *pDiff, const Key *pA,
                    const Key *pB, int i) {
  const MigDdlTerm *pTermA = &pA->pDdl->aTerm[i];
  const MigDdlTerm *pTermB = &pB->pDdl->aTerm[i];
  const MigModelColumn *pColumnA = termColumn(p, pA, pTermA);
  const MigModelColumn *pColumnB = termColumn(p, pB, pTermB);
  const char *zA = migTokenName(p, pA->pDdl->z, &pTermA->collate);
  const char *zB = migTokenName(p, pB->pDdl->z, &pTermB->collate);

  if (pTermA->bDesc != pTermB->bDesc) {
    return 0;
  }
  if (pColumnA && pColumnB) {
    const char *zOld = migColumnDiffCollation(p, pA->pOn->pDdl->z, pColumnA);
    const char *zNew = migColumnDiffCollation(p, pB->pOn->pDdl->z, pColumnB);
    if (migModelNameSame(zOld, zNew)) {
      zA = zA ? zA : zOld;
      zB = zB ? zB : zNew;
    }
    return migModelNameSame(zA, zB) &&
           migModelNameSame(migTableDiffName(pDiff, pColumnA->zName),
                            pColumnB->zName);
  }
  return migModelNameSame(zA, zB) &&
         migTableDiffSame(pDiff, pA->pDdl->z, pTermA->expr, pB->pDdl->z,
                          pTermB->expr);
}

/* Terms in their order, UNIQUE and WHERE. What migTokenName() makes is given
** back at once: there may be many indexes. */
static int indexSame(MigContext *p, const MigTableDiff *pDiff, const Key *pA,
                     const Key *pB) {
  const MigDdl *pDdlA = pA->pDdl;
  const MigDdl *pDdlB = pB->pDdl;
  MigMark mark = migArenaMark(p);
  int bSame = pDdlA->bUnique == pDdlB->bUnique && pDdlA->nTerm == pDdlB->nTerm;
  int i;

  for (i = 0; bSame && i < pDdlA->nTerm; i++) {
    bSame = termSame(p, pDiff, pA, pB, i);
  }
  migArenaRelease(p, mark);
  return bSame && migTableDiffSame(pDiff, pDdlA->z, pDdlA->where, pDdlB->z,
                                   pDdlB->where);
}

/* Module and arguments; these are the module's language, not SQL, so every byte
** counts between two commas. The name of the module is one of SQL. */
static int virtualSame(MigContext *p, const MigDdl *pA, const MigDdl *pB) {
  int i;

  for (i = 0; i < pA->nArg && i < pB->nArg; i++) {
    if (pA->aArg[i].n != pB->aArg[i].n ||
        memcmp(pA->z + pA->aArg[i].iStart, pB->z + pB->aArg[i].iStart,
               (size_t)pA->aArg[i].n) != 0) {
      return 0;
    }
  }
  return pA->nArg == pB->nArg &&
         migModelNameSame(migTokenName(p, pA->z, &pA->module),
                          migTokenName(p, pB->z, &pB->module));
}

/* Do two objects that are no ordinary tables say the same, apart from their
** names? They are of one kind, and indexes and triggers on tables or views that
** are a pair. What is beyond us says the same only byte for byte. After an
** error of p the answer means nothing. */
int migObjectSame(MigContext *p, const MigNaming *pNaming, int bNames, int iOld,
                  int iNew) {
  const MigModelObject *pA = &pNaming->pOld->aObject[iOld];
  const MigModelObject *pB = &pNaming->pNew->aObject[iNew];
  const MigTableDiff *pDiff = pA->iOn < 0 ? 0 : pNaming->apDiff[pA->iOn];
  const Pair pair = {pNaming, bNames};
  Key keyA;
  Key keyB;

  if (pA->pDdl == 0 || pB->pDdl == 0) {
    return strcmp(pA->zSql, pB->zSql) == 0;
  }
  switch (pA->eKind) {
  case MIG_DDL_VIEW:
    return viewSame(p, &pair, pA->pDdl, pB->pDdl);
  case MIG_DDL_TRIGGER:
    return triggerSame(p, &pair, pDiff, pA->pDdl, pB->pDdl);
  case MIG_DDL_INDEX:
    keyA.pDdl = pA->pDdl;
    keyA.pOn = &pNaming->pOld->aObject[pA->iOn < 0 ? iOld : pA->iOn];
    keyB.pDdl = pB->pDdl;
    keyB.pOn = &pNaming->pNew->aObject[pB->iOn < 0 ? iNew : pB->iOn];
    return indexSame(p, pDiff, &keyA, &keyB);
  default:
    return virtualSame(p, pA->pDdl, pB->pDdl);
  }
}
