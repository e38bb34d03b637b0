/*
** rename.c - which annotations "renamed from" hold.
**
** An annotation stays in the text after it was carried out, so what it says
** has to be held against both schemas. "N renamed from O" reads so:
**
**   O is not in the old schema    it was carried out, if N is there; else an
**                                 error
**   O is in the old schema only,
**     N in the new one only       it holds
**   both are in both              it was carried out, or O was made later
**
** Where the name O is taken in the new schema by something that is renamed
** itself, the two are looked at together. So notes form chains (a becomes b, b
** becomes c) and rings (a and b change places). A chain holds as a whole or
** not at all, and only its ends matter: whether the first old name is still
** taken in the new schema, and whether the last new name was in the old one.
**
** What the names leave open is decided by which reading leaves less to change:
**
**   a ring                        else it was carried out
**   O only in the old, N in both  N of the old goes away and O takes its place,
**                                 or N stays and O goes away; else an error
**   O in both, N only in the new  O becomes N and another O is made; else an
**                                 error, because N may be new, too
*/
#include <limits.h>
#include "rename.h"
#include "text.h"

/* How two readings of a chain fit: what is left to change in each. */
typedef struct Fit {
  i64 nHold; /* the notes hold */
  i64 nStay; /* everything keeps its name */
} Fit;

/* What a note is about, for messages. */
static const char *noteWhat(MigContext *p, const MigRename *pRename) {
  return pRename->zColumn ? migPrintf(p, "column %s of table %s",
                                      pRename->zColumn, pRename->zTable)
                          : migPrintf(p, "table %s", pRename->zTable);
}

/* Refuse a note. */
static void noteFail(MigContext *p, const MigRenameSet *pSet,
                     const MigRenameNote *pNote, const char *zWhy) {
  if (!pSet->bQuiet) {
    migFail(p, MIG_FORMAT, "%s is renamed from %s, but %s",
            noteWhat(p, pNote->pRename), pNote->pRename->zOld, zWhy);
  }
}

/*
** Add a note, whose iBefore and iAfter need not be set. One that names its own
** name says nothing.
*/
void migRenameAdd(MigContext *p, MigRenameSet *pSet,
                  const MigRenameNote *pNote) {
  if (pNote->iFrom >= 0 && pNote->iFrom == pNote->iSame) {
    return;
  }
  pSet->a = migModelRoom(p, pSet->a, pSet->n, sizeof(*pNote));
  if (pSet->a) {
    pSet->a[pSet->n] = *pNote;
    pSet->a[pSet->n].iBefore = -1;
    pSet->a[pSet->n].iAfter = -1;
    pSet->n++;
  }
}

/* ------------------------------------------------------------------------
** Chains
*/

/* Settle the notes that cannot hold: the old name is gone, or is claimed twice.
** aiNote: for each new thing its first other note, from 1. */
static void notesSettle(MigContext *p, MigRenameSet *pSet, int *aiNote) {
  int *aiFrom = migAlloc(p, (u64)pSet->nOld * sizeof(int)); /* as aiNote */
  int i;

  for (i = 0; i < pSet->n && p->rc == SQLITE_OK; i++) {
    MigRenameNote *pNote = &pSet->a[i];
    pNote->bSettled = 1;
    if (pNote->iFrom < 0) {
      if (pNote->iSame < 0) {
        noteFail(p, pSet, pNote,
                 "there is nothing of that name; correct the old name, or "
                 "leave it out");
      }
    } else if (aiNote[pNote->iNew]) {
      if (aiNote[pNote->iNew] != aiFrom[pNote->iFrom]) {
        noteFail(p, pSet, pNote,
                 "another old name of it is given as well; leave one out");
      }
    } else if (aiFrom[pNote->iFrom]) {
      noteFail(p, pSet, pNote,
               "so is something else; leave one of the two out");
    } else {
      pNote->bSettled = 0;
      aiNote[pNote->iNew] = i + 1;
      aiFrom[pNote->iFrom] = i + 1;
    }
  }
}

/* Join the notes that are not settled: each to the one that renames what has
** its old name in the new schema. */
static void notesJoin(MigRenameSet *pSet, const int *aiNote) {
  int i;

  for (i = 0; i < pSet->n; i++) {
    MigRenameNote *pNote = &pSet->a[i];
    if (!pNote->bSettled && pNote->iTaken >= 0 && aiNote[pNote->iTaken]) {
      pNote->iBefore = aiNote[pNote->iTaken] - 1;
      pSet->a[pNote->iBefore].iAfter = i;
    }
  }
}

/* The first note of the chain of note i; i itself when it is a ring. */
static int chainFirst(const MigRenameSet *pSet, int i) {
  int k = i;

  while (pSet->a[k].iBefore >= 0 && pSet->a[k].iBefore != i) {
    k = pSet->a[k].iBefore;
  }
  return pSet->a[k].iBefore == i ? i : k;
}

/* What is left to change when iOld goes on as iNew. */
static i64 fitOf(MigContext *p, const MigRenameSet *pSet, int iOld, int iNew) {
  return iOld < 0 || iNew < 0 ? INT_MAX
                              : pSet->xFit(p, pSet->pScope, iOld, iNew);
}

/* How a ring fits: everything keeps its name, or takes the next one. */
static Fit fitRing(MigContext *p, const MigRenameSet *pSet, int iFirst) {
  Fit fit = {0, 0};
  int i = iFirst;

  do {
    const MigRenameNote *pNote = &pSet->a[i];
    fit.nHold += fitOf(p, pSet, pNote->iFrom, pNote->iNew);
    fit.nStay += fitOf(p, pSet, pNote->iSame, pNote->iNew);
    fit.nHold += pSet->bPlaces && pNote->iFrom != pNote->iNew;
    fit.nStay += pSet->bPlaces && pNote->iSame != pNote->iNew;
    i = pNote->iAfter;
  } while (i != iFirst);
  return fit;
}

/* How a chain fits. bTaken: the old names stay, and the last new name is new;
** else the new names stay, and what had the first old name goes away. */
static Fit fitChain(MigContext *p, const MigRenameSet *pSet, int iFirst,
                    int bTaken) {
  Fit fit = {0, 0};
  int i;

  for (i = iFirst; i >= 0; i = pSet->a[i].iAfter) {
    const MigRenameNote *pNote = &pSet->a[i];
    fit.nHold += fitOf(p, pSet, pNote->iFrom, pNote->iNew);
    fit.nStay += bTaken ? fitOf(p, pSet, pNote->iFrom, pNote->iTaken)
                        : fitOf(p, pSet, pNote->iSame, pNote->iNew);
  }
  return fit;
}

/* Does a chain hold? See the top of the file. */
static int chainHolds(MigContext *p, const MigRenameSet *pSet, int iFirst) {
  const MigRenameNote *pFirst = &pSet->a[iFirst];
  const MigRenameNote *pLast = pFirst;
  int bTaken = pFirst->iTaken >= 0;
  Fit fit;

  if (pFirst->iBefore >= 0) {
    fit = fitRing(p, pSet, iFirst);
    return fit.nHold < fit.nStay;
  }
  while (pLast->iAfter >= 0) {
    pLast = &pSet->a[pLast->iAfter];
  }
  if (bTaken == (pLast->iSame >= 0)) {
    return !bTaken;
  }
  fit = fitChain(p, pSet, iFirst, bTaken);
  if (bTaken && fit.nHold >= fit.nStay) {
    noteFail(p, pSet, pFirst,
             "what has that name is wanted, too; correct the old name, or "
             "leave it out");
  } else if (!bTaken && fit.nHold == fit.nStay) {
    noteFail(p, pSet, pLast,
             "there are both, and either may be meant; drop or rename one of "
             "them first");
  }
  return fit.nHold < fit.nStay;
}

/* Settle a chain: all of it holds, or nothing. */
static void chainSettle(MigContext *p, MigRenameSet *pSet, int iFirst) {
  u8 bHolds = (u8)chainHolds(p, pSet, iFirst);
  int i = iFirst;

  do {
    pSet->a[i].bHolds = bHolds;
    pSet->a[i].bSettled = 1;
    i = pSet->a[i].iAfter;
  } while (i >= 0 && i != iFirst);
}

/*
** Find out which notes hold: bHolds. No two that hold have one old or one new
** thing. FORMAT for a note that means nothing, or may mean two things, unless
** bQuiet.
*/
void migRenameResolve(MigContext *p, MigRenameSet *pSet) {
  int *aiNote = migAlloc(p, (u64)pSet->nNew * sizeof(int));
  int i;

  notesSettle(p, pSet, aiNote);
  if (p->rc) {
    return;
  }
  notesJoin(pSet, aiNote);
  for (i = 0; i < pSet->n && p->rc == SQLITE_OK; i++) {
    if (!pSet->a[i].bSettled) {
      chainSettle(p, pSet, chainFirst(pSet, i));
    }
  }
}
