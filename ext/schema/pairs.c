/*
** pairs.c - which object of a schema becomes which.
**
** Tables are paired first, by annotations, then everything by name and kind,
** indexes and triggers only when what they are on is a pair, too.
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
** new one u(a, b NOT NULL), annotated as renamed from t, and the same index on
** u(a). The pairs are t and u, i and i; v is none.
*/
#include <string.h>
#include "columnpairs.h"
#include "objectsame.h"
#include "pairs.h"

/* Is it of a kind that is on a table or a view? */
static int isOn(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_INDEX || pObject->eKind == MIG_DDL_TRIGGER;
}

/* Let an old object go on as a new one. */
static void pairJoin(MigPairs *pc, int iOld, int iNew) {
  pc->aiTo[iOld] = iNew;
  pc->aiFrom[iNew] = iOld;
}

/* Add how much two tables of one kind differ. Virtual ones count as a whole.
** Ordinary ones count by their alterations, in which other tables are taken to
** keep their names: what becomes of them is not settled yet. */
static void pairFit(MigContext *p, const MigPairs *pc, int iOld, int iNew,
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
  migColumnPairsFind(p, pOld, pNew, &pc->aColumns[iNew], 1, &diff);
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
  const MigPairs *pc = pSet->pScope;
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
static u8 goesOther(const MigPairs *pc, MigDdlKind eKind, const char *zName) {
  MigDdlKind eOther = eKind == MIG_DDL_TABLE ? MIG_DDL_VIRTUAL : MIG_DDL_TABLE;

  return tableFindOurs(pc->pOld, eOther, zName) >= 0 &&
         tableFind(pc->pNew, eOther, zName) < 0;
}

/* The table of the new schema that an annotation belongs to. FORMAT when there
** is none; the result means nothing then. */
static int renameObject(MigContext *p, const MigPairs *pc,
                        const MigRename *pRename) {
  int i = migModelFind(pc->pNew, 0, pRename->zTable);

  if (i < 0 || !migModelIsTable(&pc->pNew->aObject[i])) {
    migFail(p, MIG_FORMAT,
            "table %s is renamed, or a column of it, but it is not in the "
            "wanted schema; correct the name, or leave the old one out",
            pRename->zTable);
  }
  return i;
}

/* Keep the annotations of columns with their tables: in aColumns, copied. */
static void columnNotes(MigContext *p, MigPairs *pc,
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
    if (migModelIsTable(&pModel->aObject[i]) &&
        pModel->aObject[i].eSkip == MIG_SKIP_NO) {
      return 1;
    }
  }
  return 0;
}

/* Pair the tables that annotations rename. A table of the other kind cannot go
** on as one, so only those of the kind of the new one are looked up. */
static void pairsRename(MigContext *p, MigPairs *pc,
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
static int onSame(const MigPairs *pc, const MigModelObject *pOld,
                  const MigModelObject *pNew) {
  if (pOld->iOn < 0 || pNew->iOn < 0) {
    return pOld->iOn == pNew->iOn &&
           migModelNameSame(pOld->zTable, pNew->zTable);
  }
  return pc->aiTo[pOld->iOn] == pNew->iOn;
}

/* May two objects of one name be a pair? Of one kind, and at least one side
** looks at it. */
static int isPair(const MigPairs *pc, const MigModelObject *pOld,
                  const MigModelObject *pNew) {
  if (pOld->eKind != pNew->eKind ||
      (pOld->eSkip != MIG_SKIP_NO && pNew->eSkip != MIG_SKIP_NO)) {
    return 0;
  }
  return isOn(pOld) ? onSame(pc, pOld, pNew) : 1;
}

/* Pair by name what is on something (bOn), or what is not. That goes first, as
** the other depends on it. */
static void pairsByName(MigPairs *pc, int bOn) {
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
static void namingFind(MigContext *p, MigPairs *pc) {
  int i;

  for (i = 0; i < pc->pNew->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pNew = &pc->pNew->aObject[i];
    int k = pc->aiFrom[i];
    MigTableDiff *pDiff;
    if (k < 0 || pNew->eKind != MIG_DDL_TABLE ||
        (pc->aColumns[i].n == 0 &&
         migModelNameSame(pc->pOld->aObject[k].zName, pNew->zName))) {
      continue;
    }
    pDiff = migAlloc(p, sizeof(*pDiff));
    if (pDiff) {
      migColumnPairsFind(p, &pc->pOld->aObject[k], pNew, &pc->aColumns[i], 0,
                         pDiff);
      pc->naming.apDiff[k] = pDiff;
      pc->bNames |= pDiff->bNames;
    }
  }
}

/* Refuse an annotation of a column in a new table, when a table that goes away
** has such a column: that it is the same table was not said. */
static void newTableCheck(MigContext *p, const MigPairs *pc, int iNew) {
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
static void newTablesCheck(MigContext *p, const MigPairs *pc) {
  int i;

  for (i = 0; i < pc->pNew->nObject && p->rc == SQLITE_OK; i++) {
    if (pc->aiFrom[i] < 0 && pc->aColumns[i].n) {
      newTableCheck(p, pc, i);
    }
  }
}

/* Pair the objects of both schemas, and note what is renamed. pc is zero but
** for the models; pRenames, annotations of the new one, may be NULL. FORMAT for
** annotations; the arrays are there without an error only. */
void migPairsFind(MigContext *p, MigPairs *pc, const MigRenames *pRenames) {
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
