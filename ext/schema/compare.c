/*
** compare.c - what differs between two schemas, as data.
**
** Objects are paired first: tables by annotations, then everything by name and
** kind, indexes and triggers only when what they are on is a pair, too. Then
** each pair is compared. Stored texts that are equal byte for byte need no more
** than that, as long as nothing is renamed.
**
** Where tables or columns are renamed, the old texts are read with the new
** names: exactly in CHECKs, generated columns and indexes, where a name cannot
** be anything else; in views and triggers as far as one word in the place of
** another can be told to be a renamed table, or a renamed column of the table
** that a trigger is on. What cannot be told is shown as a difference.
**
** Objects that are left alone (eSkip) are passed over. Whether a table is a
** user's is a guess by its name, though, and may come out differently on the
** two sides: a table named like a virtual one, or like another tool's. Such a
** table that is ordinary on both sides is a pair like any other, with its
** indexes and triggers. So it is neither made where it is already, nor dropped
** because the other side does not look at it; it is changed when both schemas
** say what it is and differ in that.
**
** Where the old schema has no tables at all, annotations of tables say nothing,
** as there is nothing to rename.
**
** An example: the old schema has t(a, b), an index i on t(a) and a view v; the
** new one u(a, b NOT NULL), annotated as renamed from t, the same index on u(a)
** and no view. There are two differences, and none for the index:
**
**   iOld = v, iNew = -1                        drop view v
**   iOld = t, iNew = u, bRenamed, bChanged     rename table t to u and change
**                                              it: column b: NOT NULL added
*/
#include <string.h>
#include "alteration.h"
#include "compare.h"
#include "objectsame.h"

/* A comparison being made. */
typedef struct Compare {
  const MigModel *pOld;
  const MigModel *pNew;
  MigComparison *pOut;
  int bNames;           /* something is renamed, so equal texts prove nothing */
  int *aiTo;            /* for each old object the new one, or -1 */
  int *aiFrom;          /* for each new object the old one, or -1 */
  MigNaming naming;     /* the same, for those who read old texts */
  MigRenames *aColumns; /* for each new object annotations of its columns */
} Compare;

/* Are two names the same, each of which may be missing? */
static int nameSame(const char *zA, const char *zB) {
  return zA && zB ? migStrICmp(zA, zB) == 0 : zA == zB;
}

/* Is it a table, ordinary or virtual? */
static int isTable(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_TABLE || pObject->eKind == MIG_DDL_VIRTUAL;
}

/* Is it of a kind that is on a table or a view? */
static int isOn(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_INDEX || pObject->eKind == MIG_DDL_TRIGGER;
}

/* ------------------------------------------------------------------------
** Renamed columns
*/

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
    if (nameSame(pCon->zParent, pObject->zName) &&
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
** over. */
static void diffStart(MigContext *p, const MigModelObject *pOld,
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

/* ------------------------------------------------------------------------
** Pairs
*/

/* Let an old object go on as a new one. */
static void pairJoin(Compare *pc, int iOld, int iNew) {
  pc->aiTo[iOld] = iNew;
  pc->aiFrom[iNew] = iOld;
}

/* Add how much two tables of one kind differ. Virtual ones count as a whole.
** Ordinary ones count by their alterations, in which other tables are taken to
** keep their names: what becomes of them is not settled yet. */
static void pairFit(MigContext *p, const Compare *pc, int iOld, int iNew,
                    MigRenameFit *pFit) {
  const MigModelObject *pOld = &pc->pOld->aObject[iOld];
  const MigModelObject *pNew = &pc->pNew->aObject[iNew];
  MigMark mark = migArenaMark(p);
  MigTableDiff diff;

  if (pNew->eKind == MIG_DDL_VIRTUAL) {
    int bSame = migObjectSame(p, &pc->naming, pc->bNames, iOld, iNew);
    pFit->nChange += !bSame;
    pFit->bNothing &= bSame;
    return;
  }
  diffStart(p, pOld, pNew, &pc->aColumns[iNew], 1, &diff);
  migAlterationFind(p, 0, &diff);
  pFit->nChange += migAlterationFit(&diff);
  pFit->bNothing &= diff.n == 0;
  migArenaRelease(p, mark);
}

/*
** How does a reading of a chain of tables fit? For migRenameResolve(). With
** bHold the pairs are those of the notes; else each new table is held against
** the old one of its name, and what has the first old name in the new schema
** against that, too.
*/
static MigRenameFit tablesFit(MigContext *p, const MigRenameSet *pSet,
                              int iFirst, int bHold) {
  const Compare *pc = pSet->pScope;
  const MigRenameNote *pFirst = &pSet->a[iFirst];
  MigRenameFit fit = {0, 1};
  int i = iFirst;

  /* what has the first old name in the new schema keeps it; a ring has none */
  if (!bHold && pFirst->iBefore < 0 && pFirst->iTaken >= 0) {
    pairFit(p, pc, pFirst->iFrom, pFirst->iTaken, &fit);
  }
  do {
    const MigRenameNote *pNote = &pSet->a[i];
    int iOld = bHold ? pNote->iFrom : pNote->iSame;
    if (iOld >= 0) {
      pairFit(p, pc, iOld, pNote->iNew, &fit);
    }
    i = pNote->iAfter;
  } while (i >= 0 && i != iFirst);
  return fit;
}

/* The object of this name when it is of kind eKind, TABLE or VIRTUAL; or -1. */
static int tableFind(const MigModel *pModel, MigDdlKind eKind,
                     const char *zName) {
  int i = migModelFind(pModel, 0, zName);

  return i >= 0 && pModel->aObject[i].eKind == eKind ? i : -1;
}

/* The same for one that is not left alone: only such can be renamed. */
static int tableFindOurs(const MigModel *pModel, MigDdlKind eKind,
                         const char *zName) {
  int i = tableFind(pModel, eKind, zName);

  return i >= 0 && pModel->aObject[i].eSkip == MIG_SKIP_NO ? i : -1;
}

/* Has a table of the other kind this name, and goes away? */
static u8 goesOther(const Compare *pc, MigDdlKind eKind, const char *zName) {
  MigDdlKind eOther = eKind == MIG_DDL_TABLE ? MIG_DDL_VIRTUAL : MIG_DDL_TABLE;

  return tableFindOurs(pc->pOld, eOther, zName) >= 0 &&
         tableFind(pc->pNew, eOther, zName) < 0;
}

/* The table of the new schema that an annotation belongs to. FORMAT when there
** is none; the result means nothing then. */
static int renameObject(MigContext *p, const Compare *pc,
                        const MigRename *pRename) {
  int i = migModelFind(pc->pNew, 0, pRename->zTable);

  if (i < 0 || !isTable(&pc->pNew->aObject[i])) {
    migFail(p, MIG_FORMAT,
            "table %s is renamed, or a column of it, but it is not in the "
            "wanted schema; correct the name, or leave the old one out",
            pRename->zTable);
  }
  return i;
}

/* Keep the annotations of columns with their tables: in aColumns, copied. */
static void columnNotes(MigContext *p, Compare *pc,
                        const MigRenames *pRenames) {
  int i;

  for (i = 0; i < pRenames->n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pRenames->a[i];
    if (pRename->zColumn) {
      int k = renameObject(p, pc, pRename);
      MigRenames *pList = k < 0 ? 0 : &pc->aColumns[k];
      if (pList) {
        pList->a = migModelRoom(p, pList->a, pList->n, sizeof(*pRename));
      }
      if (pList && pList->a) {
        pList->a[pList->n++] = *pRename;
      }
    }
  }
}

/* Has the model a table that could be renamed? */
static int hasTables(const MigModel *pModel) {
  int i;

  for (i = 0; i < pModel->nObject; i++) {
    if (isTable(&pModel->aObject[i]) &&
        pModel->aObject[i].eSkip == MIG_SKIP_NO) {
      return 1;
    }
  }
  return 0;
}

/* Pair the tables that annotations rename. A table of the other kind cannot go
** on as one, so only those of the kind of the new one are looked up. */
static void pairsRename(MigContext *p, Compare *pc,
                        const MigRenames *pRenames) {
  MigRenameSet set;
  int i;

  memset(&set, 0, sizeof(set));
  set.nOld = pc->pOld->nObject;
  set.nNew = pc->pNew->nObject;
  set.xFit = tablesFit;
  set.pScope = pc;
  for (i = 0; i < pRenames->n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pRenames->a[i];
    int iNew = pRename->zColumn ? -1 : renameObject(p, pc, pRename);
    MigRenameNote note;
    if (iNew >= 0) {
      MigDdlKind eKind = pc->pNew->aObject[iNew].eKind;
      memset(&note, 0, sizeof(note));
      note.pRename = pRename;
      note.iNew = iNew;
      note.iFrom = tableFindOurs(pc->pOld, eKind, pRename->zOld);
      /* a name is taken also by a table that is left alone */
      note.iSame = tableFind(pc->pOld, eKind, pRename->zTable);
      note.iTaken = tableFind(pc->pNew, eKind, pRename->zOld);
      note.bOther = note.iFrom < 0 && goesOther(pc, eKind, pRename->zOld);
      migRenameAdd(p, &set, &note);
    }
  }
  migRenameResolve(p, &set);
  for (i = 0; i < set.n && p->rc == SQLITE_OK; i++) {
    if (set.a[i].bHolds) {
      pairJoin(pc, set.a[i].iFrom, set.a[i].iNew);
      pc->bNames = 1;
    }
  }
}

/* Is what two indexes or triggers are on a pair? What is in neither schema is
** one by its name. */
static int onSame(const Compare *pc, const MigModelObject *pOld,
                  const MigModelObject *pNew) {
  if (pOld->iOn < 0 || pNew->iOn < 0) {
    return pOld->iOn == pNew->iOn && nameSame(pOld->zTable, pNew->zTable);
  }
  return pc->aiTo[pOld->iOn] == pNew->iOn;
}

/* May two objects of one name be a pair? Of one kind, and at least one side
** looks at it. */
static int isPair(const Compare *pc, const MigModelObject *pOld,
                  const MigModelObject *pNew) {
  if (pOld->eKind != pNew->eKind ||
      (pOld->eSkip != MIG_SKIP_NO && pNew->eSkip != MIG_SKIP_NO)) {
    return 0;
  }
  return isOn(pOld) ? onSame(pc, pOld, pNew) : 1;
}

/* Pair by name what is on something (bOn), or what is not. That goes first, as
** the other depends on it. */
static void pairsByName(Compare *pc, int bOn) {
  int i;

  for (i = 0; i < pc->pNew->nObject; i++) {
    const MigModelObject *pNew = &pc->pNew->aObject[i];
    int k;
    if (pc->aiFrom[i] >= 0 || isOn(pNew) != bOn) {
      continue;
    }
    k = migModelFind(pc->pOld, pNew->eKind == MIG_DDL_TRIGGER, pNew->zName);
    if (k >= 0 && pc->aiTo[k] < 0 && isPair(pc, &pc->pOld->aObject[k], pNew)) {
      pairJoin(pc, k, i);
    }
  }
}

/* Find out which columns become which, for tables where that is not told by
** their names alone: they have another name, or annotations. The others get
** their diff when they are compared. */
static void namingFind(MigContext *p, Compare *pc) {
  int i;

  for (i = 0; i < pc->pNew->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pNew = &pc->pNew->aObject[i];
    int k = pc->aiFrom[i];
    MigTableDiff *pDiff;
    if (k < 0 || pNew->eKind != MIG_DDL_TABLE ||
        (pc->aColumns[i].n == 0 &&
         nameSame(pc->pOld->aObject[k].zName, pNew->zName))) {
      continue;
    }
    pDiff = migAlloc(p, sizeof(*pDiff));
    if (pDiff) {
      diffStart(p, &pc->pOld->aObject[k], pNew, &pc->aColumns[i], 0, pDiff);
      pc->naming.apDiff[k] = pDiff;
      pc->bNames |= pDiff->bNames;
    }
  }
}

/* Refuse an annotation of a column in a new table, when a table that goes away
** has such a column: that it is the same table was not said. */
static void newTableCheck(MigContext *p, const Compare *pc, int iNew) {
  const MigRenames *pList = &pc->aColumns[iNew];
  int i;
  int k;

  for (i = 0; i < pc->pOld->nObject; i++) {
    const MigModelObject *pOld = &pc->pOld->aObject[i];
    if (pc->aiTo[i] >= 0 || pOld->eSkip != MIG_SKIP_NO || pOld->pTable == 0) {
      continue;
    }
    for (k = 0; k < pList->n && p->rc == SQLITE_OK; k++) {
      const MigRename *pRename = &pList->a[k];
      if (!pRename->bExact &&
          migModelColumn(pOld->pTable, pRename->zOld) >= 0) {
        migFail(p, MIG_FORMAT,
                "column %s of table %s is renamed from %s, but that table is "
                "new, and table %s, which has such a column, would be dropped; "
                "say from which table it comes, or leave the old name out",
                pRename->zColumn, pRename->zTable, pRename->zOld, pOld->zName);
      }
    }
  }
}

/* The same for all tables that are new and have annotations of columns. */
static void newTablesCheck(MigContext *p, const Compare *pc) {
  int i;

  for (i = 0; i < pc->pNew->nObject && p->rc == SQLITE_OK; i++) {
    if (pc->aiFrom[i] < 0 && pc->aColumns[i].n) {
      newTableCheck(p, pc, i);
    }
  }
}

/* Pair the objects of both schemas, and note what is renamed. FORMAT for
** annotations; the arrays are there without an error only. */
static void pairsMake(MigContext *p, Compare *pc, const MigRenames *pRenames) {
  int nOld = pc->pOld->nObject;
  int nNew = pc->pNew->nObject;

  pc->aiTo = migAlloc(p, (u64)nOld * sizeof(int));
  pc->aiFrom = migAlloc(p, (u64)nNew * sizeof(int));
  pc->naming.apDiff = migAlloc(p, (u64)nOld * sizeof(MigTableDiff *));
  pc->naming.pOld = pc->pOld;
  pc->naming.pNew = pc->pNew;
  pc->naming.aiTo = pc->aiTo;
  pc->aColumns = migAlloc(p, (u64)nNew * sizeof(MigRenames));
  if (p->rc) {
    return;
  }
  memset(pc->aiTo, 0xff, (size_t)nOld * sizeof(int));
  memset(pc->aiFrom, 0xff, (size_t)nNew * sizeof(int));
  if (pRenames) {
    columnNotes(p, pc, pRenames);
  }
  if (pRenames && hasTables(pc->pOld)) {
    pairsRename(p, pc, pRenames);
  }
  pairsByName(pc, 0);
  pairsByName(pc, 1);
  newTablesCheck(p, pc);
  namingFind(p, pc);
}

/* ------------------------------------------------------------------------
** Differences
*/

/* Append a copy of a difference. */
static void differenceAdd(MigContext *p, Compare *pc,
                          const MigDifference *pDifference) {
  MigComparison *pOut = pc->pOut;
  MigDifference *a = migModelRoom(p, pOut->a, pOut->n, sizeof(*pDifference));

  if (a) { /* else those that are there stay */
    pOut->a = a;
    a[pOut->n++] = *pDifference;
  }
}

/* An object that is on one side only; -1 for the other. */
static void differenceAlone(MigContext *p, Compare *pc, int iOld, int iNew) {
  MigDifference d;

  memset(&d, 0, sizeof(d));
  d.iOld = iOld;
  d.iNew = iNew;
  differenceAdd(p, pc, &d);
}

/* Compare a pair, and add it when it differs. What was allocated for a pair
** that does not is released: most do not. */
static void differencePair(MigContext *p, Compare *pc, int iOld, int iNew) {
  const MigModelObject *pOld = &pc->pOld->aObject[iOld];
  const MigModelObject *pNew = &pc->pNew->aObject[iNew];
  MigTableDiff *pDiff = pc->naming.apDiff[iOld];
  int bKnown = pDiff != 0;
  MigMark mark = migArenaMark(p);
  MigDifference d;

  if (!pc->bNames && strcmp(pOld->zSql, pNew->zSql) == 0) {
    return; /* as with most pairs */
  }
  memset(&d, 0, sizeof(d));
  d.iOld = iOld;
  d.iNew = iNew;
  d.bRenamed = isTable(pNew) && !nameSame(pOld->zName, pNew->zName);
  if (pNew->eKind == MIG_DDL_TABLE) {
    if (!bKnown && (pDiff = migAlloc(p, sizeof(*pDiff))) != 0) {
      diffStart(p, pOld, pNew, 0, 0, pDiff);
    }
    if (pDiff) {
      migAlterationFind(p, &pc->naming, pDiff);
      d.bChanged = pDiff->n > 0;
    }
    d.pTable = pDiff;
  } else {
    d.bChanged = !migObjectSame(p, &pc->naming, pc->bNames, iOld, iNew);
  }
  if (d.bChanged || d.bRenamed) {
    differenceAdd(p, pc, &d);
  } else if (!bKnown) {
    migArenaRelease(p, mark);
  }
}

/* Does an object of the old schema go with what it is on? Then dropping that is
** enough. */
static int goesAlong(const Compare *pc, const MigModelObject *pObject) {
  return pObject->iOn >= 0 && pc->aiTo[pObject->iOn] < 0;
}

/*
** Compare two schemas. pRenames, which may be NULL, are annotations of the new
** one. pOut need not be initialized; it refers to both models, which must live
** as long, and belongs to the arena. Reads no database.
**
** FORMAT for an annotation that means nothing, or may mean two things. After an
** error pOut holds what was found so far, which may be nothing.
*/
void migCompare(MigContext *p, const MigModel *pOld, const MigModel *pNew,
                const MigRenames *pRenames, MigComparison *pOut) {
  Compare c;
  int i;

  memset(pOut, 0, sizeof(*pOut));
  pOut->pOld = pOld;
  pOut->pNew = pNew;
  memset(&c, 0, sizeof(c));
  c.pOld = pOld;
  c.pNew = pNew;
  c.pOut = pOut;
  pairsMake(p, &c, pRenames);
  for (i = 0; i < pOld->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pOld->aObject[i];
    if (c.aiTo[i] < 0 && pObject->eSkip == MIG_SKIP_NO &&
        !goesAlong(&c, pObject)) {
      differenceAlone(p, &c, i, -1);
    }
  }
  for (i = 0; i < pNew->nObject && p->rc == SQLITE_OK; i++) {
    if (c.aiFrom[i] >= 0) {
      differencePair(p, &c, c.aiFrom[i], i);
    } else if (pNew->aObject[i].eSkip == MIG_SKIP_NO) {
      differenceAlone(p, &c, -1, i);
    }
  }
}

/*
** Compare two definitions of one ordinary table, which may have two names.
** pRenames, which may be NULL, are annotations of columns of pNew only. Nothing
** is known of other tables: foreign keys to them are the same when they name
** the same. pOut refers to both objects; with no alteration in it they say the
** same, whatever their texts and names are.
**
** FORMAT as above.
*/
void migCompareTable(MigContext *p, const MigModelObject *pOld,
                     const MigModelObject *pNew, const MigRenames *pRenames,
                     MigTableDiff *pOut) {
  diffStart(p, pOld, pNew, pRenames, 0, pOut);
  migAlterationFind(p, 0, pOut);
}

/* ------------------------------------------------------------------------
** In words
*/

/* The kind of an object, for a message. */
static const char *kindText(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_VIRTUAL ? "virtual table"
                                           : migModelKind(pObject->eKind);
}

/* Append what is changed in a table, but for what goes without saying. */
static void changesText(MigContext *p, const MigTableDiff *pDiff,
                        MigText *pOut) {
  const char *zBefore = ": ";
  int i;

  for (i = 0; i < pDiff->n; i++) {
    if (!migAlterationImplied(pDiff, i)) {
      migTextStr(p, pOut, zBefore);
      migTextStr(p, pOut, migAlterationText(p, pDiff, i));
      zBefore = "; ";
    }
  }
}

/* What is to be done for difference i, as one line without its end: "change
** table users: column age: NOT NULL added", "drop view v", "rename table a to b
** and change it: ...". In the arena; not all of it after an error. */
const char *migDifferenceText(MigContext *p, const MigComparison *pCompare,
                              int i) {
  const MigDifference *pDiff = &pCompare->a[i];
  const MigModelObject *aOld = pCompare->pOld->aObject;
  const MigModelObject *aNew = pCompare->pNew->aObject;
  const MigModelObject *pObject =
      pDiff->iNew < 0 ? &aOld[pDiff->iOld] : &aNew[pDiff->iNew];
  MigText text = {0, 0, 0};

  if (pDiff->iOld < 0 || pDiff->iNew < 0) {
    migTextStr(p, &text, pDiff->iNew < 0 ? "drop " : "create ");
  } else {
    migTextStr(p, &text, pDiff->bRenamed ? "rename " : "change ");
  }
  migTextStr(p, &text, kindText(pObject));
  migTextStr(p, &text, " ");
  if (pDiff->bRenamed) {
    migNameText(p, aOld[pDiff->iOld].zName, &text);
    migTextStr(p, &text, " to ");
  }
  migNameText(p, pObject->zName, &text);
  if (pDiff->bRenamed && pDiff->bChanged) {
    migTextStr(p, &text, " and change it");
  }
  if (pDiff->pTable) {
    changesText(p, pDiff->pTable, &text);
  }
  return migTextZ(&text);
}
