/*
** columnpairs.c - which column of a table becomes which.
**
** Columns go on under their names, or under those that annotations give them.
** Where their names do not tell whether annotations hold (rename.c), the tables
** are compared in both ways, as if they did and as if not.
**
** An example: the old table has columns a INT and b TEXT, the new one b INT and
** a TEXT, each annotated as renamed from the other. With both renamed nothing
** is left to change; with neither, both types would be. So they change names.
*/
#include <string.h>
#include "alteration.h"
#include "columnpairs.h"

/* Is the column of this name one of those that are marked in ab? */
static int columnIn(const MigModelTable *pTable, const u8 *ab,
                    const char *zName) {
  int i = migModelColumn(pTable, zName);

  return i >= 0 && ab[i];
}

/* Does an expression in the text of a table use one of these columns? What only
** looks like it counts as well. */
static int spanUses(MigContext *p, const MigModelObject *pObject, const u8 *ab,
                    MigSpan span) {
  MigWords w;

  migWordsStart(&w, pObject->pDdl->z, span);
  for (; w.token.eType != MIG_TK_END && p->rc == SQLITE_OK; migWordsNext(&w)) {
    if (migWordsAtName(&w)) {
      MigMark mark = migArenaMark(p);
      const char *zName = migTokenName(p, w.z, &w.token);
      int bUses = zName && columnIn(pObject->pTable, ab, zName);
      migArenaRelease(p, mark);
      if (bUses) {
        return 1;
      }
    }
  }
  return 0;
}

/* Does constraint i, which may be -1, say something of these columns? A foreign
** key of the table to itself does by the columns of its parent, too. */
static int constraintUses(MigContext *p, const MigModelObject *pObject,
                          const u8 *ab, int i) {
  const MigModelTable *pTable = pObject->pTable;
  const MigModelConstraint *pCon = i < 0 ? 0 : &pTable->aConstraint[i];
  int k;

  if (pCon == 0) {
    return 0;
  }
  for (k = 0; k < pCon->nColumn; k++) {
    if (pCon->aiColumn[k] >= 0 && ab[pCon->aiColumn[k]]) {
      return 1;
    }
  }
  for (k = 0; k < pCon->nParent; k++) {
    if (migModelNameSame(pCon->zParent, pObject->zName) &&
        columnIn(pTable, ab, pCon->azParent[k])) {
      return 1;
    }
  }
  return pCon->eKind == MIG_CON_CHECK &&
         spanUses(p, pObject, ab, pCon->pDdl->value);
}

/* Does column i compute from these? */
static int generatedUses(MigContext *p, const MigModelObject *pObject,
                         const u8 *ab, int i) {
  const MigDdlConstraint *pGenerated = pObject->pTable->aColumn[i].pGenerated;

  return pGenerated && spanUses(p, pObject, ab, pGenerated->value);
}

/* Is alteration i about these columns of the old and the new table? That one
** gets another name does not count, nor does the order of columns, which
** columnsSame() looks at. */
static int alterationUses(MigContext *p, const MigTableDiff *pDiff, int i,
                          const u8 *abOld, const u8 *abNew) {
  const MigAlteration *pAlt = &pDiff->a[i];

  switch (pAlt->eKind) {
  case MIG_ALT_GENERATED:
    return abNew[pAlt->iNew] ||
           generatedUses(p, pDiff->pOld, abOld, pAlt->iOld) ||
           generatedUses(p, pDiff->pNew, abNew, pAlt->iNew);
  case MIG_ALT_TYPE:
  case MIG_ALT_SET_NOT_NULL:
  case MIG_ALT_DROP_NOT_NULL:
  case MIG_ALT_NOT_NULL_CONFLICT:
  case MIG_ALT_NOT_NULL_NAME:
  case MIG_ALT_DEFAULT:
  case MIG_ALT_COLLATE:
    return abNew[pAlt->iNew];
  case MIG_ALT_PRIMARY_KEY:
  case MIG_ALT_ADD_CONSTRAINT:
  case MIG_ALT_DROP_CONSTRAINT:
  case MIG_ALT_CONFLICT:
  case MIG_ALT_NAME:
    return constraintUses(p, pDiff->pOld, abOld, pAlt->iOld) ||
           constraintUses(p, pDiff->pNew, abNew, pAlt->iNew);
  default:
    return 0;
  }
}

/* Is nothing at all to change in these columns, the order among them included?
** Columns that are not marked may differ. */
static int columnsSame(MigContext *p, const MigTableDiff *pDiff,
                       const u8 *abOld, const u8 *abNew) {
  int iLast = -1;
  int i;

  for (i = 0; i < pDiff->n; i++) {
    if (alterationUses(p, pDiff, i, abOld, abNew)) {
      return 0;
    }
  }
  for (i = 0; i < pDiff->pNew->pTable->nColumn; i++) {
    if (abNew[i] && pDiff->aiFrom[i] < iLast) {
      return 0;
    }
    iLast = abNew[i] ? pDiff->aiFrom[i] : iLast;
  }
  return 1;
}

/*
** How does a reading of a chain of columns fit? The tables are compared with
** it, and with what has been found to hold before, in a diff of its own. For
** migRenameResolve(); pScope is the diff that is being begun.
*/
static MigRenameFit columnsFit(MigContext *p, const MigRenameSet *pSet,
                               int iFirst, int bHold) {
  const MigTableDiff *pDiff = pSet->pScope;
  MigMark mark = migArenaMark(p);
  u8 *abOld = migAlloc(p, (u64)pSet->nOld);
  u8 *abNew = migAlloc(p, (u64)pSet->nNew);
  MigRenameFit fit = {0, 0};
  MigTableDiff trial;
  int i;

  migTableDiffStart(p, pDiff->pOld, pDiff->pNew, &trial);
  for (i = 0; i < pSet->n && p->rc == SQLITE_OK; i++) {
    if (pSet->a[i].bHolds) {
      migTableDiffRename(&trial, pSet->a[i].iFrom, pSet->a[i].iNew);
    }
  }
  i = iFirst;
  while (i >= 0 && p->rc == SQLITE_OK) {
    const MigRenameNote *pNote = &pSet->a[i];
    abOld[pNote->iFrom] = 1;
    abNew[pNote->iNew] = 1;
    if (bHold) {
      migTableDiffRename(&trial, pNote->iFrom, pNote->iNew);
      fit.nChange--; /* the rename itself does not count */
    }
    i = pNote->iAfter == iFirst ? -1 : pNote->iAfter;
  }
  migTableDiffJoin(p, &trial);
  migAlterationFind(p, 0, &trial);
  if (p->rc == SQLITE_OK) {
    fit.nChange += migAlterationFit(&trial);
    fit.bNothing = columnsSame(p, &trial, abOld, abNew);
  }
  migArenaRelease(p, mark);
  return fit;
}

/* Look up the annotations, all of columns of this table. FORMAT for one of a
** column that is not in the new definition, unless bQuiet. */
static void columnsNotes(MigContext *p, const MigRenames *pRenames,
                         const MigTableDiff *pDiff, MigRenameSet *pSet) {
  const MigModelTable *pOld = pDiff->pOld->pTable;
  const MigModelTable *pNew = pDiff->pNew->pTable;
  int i;

  for (i = 0; i < pRenames->n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pRenames->a[i];
    MigRenameNote note;
    memset(&note, 0, sizeof(note));
    note.pRename = pRename;
    note.iNew = migModelColumn(pNew, pRename->zColumn);
    note.iFrom = migModelColumn(pOld, pRename->zOld);
    note.iSame = migModelColumn(pOld, pRename->zColumn);
    note.iTaken = migModelColumn(pNew, pRename->zOld);
    if (note.iNew >= 0) {
      migRenameAdd(p, pSet, &note);
    } else if (!pSet->bQuiet) {
      migFail(p, MIG_FORMAT,
              "table %s is wanted without column %s, which is renamed from "
              "%s; correct the name, or leave it out",
              pRename->zTable, pRename->zColumn, pRename->zOld);
    }
  }
}

/* Begin a diff of two ordinary tables: find out which column becomes which.
** pRenames, annotations of columns of the new one, may be NULL. FORMAT for an
** annotation that means nothing, or may mean two things; bQuiet: it is passed
** over. pOut, which need not be initialized, refers to both objects; its arrays
** are in the arena. */
void migColumnPairsFind(MigContext *p, const MigModelObject *pOld,
                        const MigModelObject *pNew, const MigRenames *pRenames,
                        int bQuiet, MigTableDiff *pOut) {
  MigRenameSet set;
  int i;

  migTableDiffStart(p, pOld, pNew, pOut);
  if (pRenames && pRenames->n && pOut->aiFrom && p->rc == SQLITE_OK) {
    memset(&set, 0, sizeof(set));
    set.nOld = pOld->pTable->nColumn;
    set.nNew = pNew->pTable->nColumn;
    set.bQuiet = bQuiet;
    set.xFit = columnsFit;
    set.pScope = pOut;
    columnsNotes(p, pRenames, pOut, &set);
    migRenameResolve(p, &set);
    for (i = 0; i < set.n && p->rc == SQLITE_OK; i++) {
      if (set.a[i].bHolds) {
        migTableDiffRename(pOut, set.a[i].iFrom, set.a[i].iNew);
      }
    }
  }
  migTableDiffJoin(p, pOut);
}
