/*
** rename.c - which annotations "renamed from" hold.
**
** A rename that someone wrote down is obeyed, or has been carried out, or is an
** error: never is its old thing dropped in silence. But an annotation stays in
** the text after it was carried out, so what it says has to be held against
** both schemas. "N renamed from O" reads so:
**
**   O is not in the old schema    it was carried out, if N is there; else an
**                                 error
**   O is in the old schema only,
**     N in the new one only       it holds
**   both are in both              it was carried out, or O was made later
**
** Where the name O is taken in the new schema by something that is renamed
** itself, the two are looked at together. So notes form chains (a becomes b, b
** becomes c) and rings (a and b change places). A chain holds as a whole or not
** at all, and only its ends matter: whether the first old name is still taken
** in the new schema, and whether the last new name was in the old one.
**
** What the names leave open is decided by which reading leaves less to change:
**
**   a ring                        it was carried out, when nothing at all is
**                                 left in what it names; else what is less; of
**                                 two that leave as much it holds when it
**                                 leaves nothing, else an error
**   O only in the old, N in both  N of the old goes away and O takes its place;
**                                 else an error, because O would go away
**   O in both, N only in the new  O becomes N and another O is made; else an
**                                 error, because N may be new, too
**
** Notes that come from a comparison (bExact) are not guessed about: they hold
** where the old thing is there.
**
** Example: old a, b; new b, c; "b renamed from a", "c renamed from b". The
** first note's old name a is free in the new schema, the last one's new name c
** was free in the old one: the chain holds, a becomes b and b becomes c. With
** old b, c the name a is gone, so the first note was carried out; the second
** then stands alone, with b and c in both: carried out, too.
*/
#include "rename.h"
#include "text.h"

/* What a note is about, for messages. In the arena. */
static const char *noteWhat(MigContext *p, const MigRename *pRename) {
  return pRename->zColumn ? migPrintf(p, "column %s of table %s",
                                      pRename->zColumn, pRename->zTable)
                          : migPrintf(p, "table %s", pRename->zTable);
}

/* Refuse a note. FORMAT, unless the set is quiet: then the note is left as it
** is, which is not holding. */
static void noteFail(MigContext *p, const MigRenameSet *pSet,
                     const MigRenameNote *pNote, const char *zWhy) {
  if (!pSet->bQuiet) {
    migFail(p, MIG_FORMAT, "%s is renamed from %s, but %s",
            noteWhat(p, pNote->pRename), pNote->pRename->zOld, zWhy);
  }
}

/*
** Add a note, whose iBefore and iAfter need not be set. One that names its own
** name says nothing. iNew must be there; iFrom, iSame and iTaken may be -1.
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

/*
** Claim old and new thing of a note for it. Settled is a note whose old name is
** gone, or that says what another one says, and one that is exact. aiNote: for
** each new thing its note, from 1; aiFrom: for each old one. Of two notes for
** one new or one old thing the first has it, and the other is settled as not
** holding.
*/
static void noteClaim(MigContext *p, MigRenameSet *pSet, int i, int *aiNote,
                      int *aiFrom) {
  MigRenameNote *pNote = &pSet->a[i];

  pNote->bSettled = 1;
  if (pNote->iFrom < 0) {
    return;
  }
  if (aiNote[pNote->iNew]) {
    if (aiNote[pNote->iNew] != aiFrom[pNote->iFrom]) {
      noteFail(p, pSet, pNote,
               "another old name of it is given as well; leave one out");
    }
  } else if (aiFrom[pNote->iFrom]) {
    noteFail(p, pSet, pNote, "so is something else; leave one of the two out");
  } else {
    pNote->bHolds = pNote->bSettled = pNote->pRename->bExact;
    aiNote[pNote->iNew] = i + 1;
    aiFrom[pNote->iFrom] = i + 1;
  }
}

/* Settle the notes that need no look at others, and refuse those whose old name
** means nothing. That takes two passes: an old name that is gone may be excused
** by another note of the same new thing, behind it. aiNote, one for each new
** thing, is zero before. */
static void notesSettle(MigContext *p, MigRenameSet *pSet, int *aiNote) {
  int *aiFrom = migAlloc(p, (u64)pSet->nOld * sizeof(int));
  int i;

  for (i = 0; i < pSet->n && p->rc == SQLITE_OK; i++) {
    noteClaim(p, pSet, i, aiNote, aiFrom);
  }
  for (i = 0; i < pSet->n && p->rc == SQLITE_OK; i++) {
    const MigRenameNote *pNote = &pSet->a[i];
    if (pNote->iFrom >= 0 || pNote->pRename->bExact) {
      continue;
    }
    if (pNote->bOther) {
      noteFail(p, pSet, pNote,
               "that is a table of another kind, which would be dropped; drop "
               "it in a step of its own, or leave the old name out");
    } else if (pNote->iSame < 0 && aiNote[pNote->iNew] == 0) {
      noteFail(p, pSet, pNote,
               "there is nothing of that name; correct the old name, or leave "
               "it out");
    }
  }
}

/* Join the notes that are not settled: each to the one that renames what has
** its old name in the new schema. Each has one before and one behind it at
** most, as no two claim one thing. */
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

/* The first note of the chain of note i; i itself when it is a ring. Where to
** begin in a ring is a matter of messages only. */
static int chainFirst(const MigRenameSet *pSet, int i) {
  int k = i;

  while (pSet->a[k].iBefore >= 0 && pSet->a[k].iBefore != i) {
    k = pSet->a[k].iBefore;
  }
  return pSet->a[k].iBefore == i ? i : k;
}

/* Does a ring hold? See the top of the file. xFit is asked for both readings
** only where the first does not settle it: it compares whole tables. */
static int ringHolds(MigContext *p, const MigRenameSet *pSet, int iFirst) {
  MigRenameFit stay = pSet->xFit(p, pSet, iFirst, 0);
  MigRenameFit hold;

  if (stay.bNothing) {
    return 0;
  }
  hold = pSet->xFit(p, pSet, iFirst, 1);
  if (hold.nChange == stay.nChange && !hold.bNothing) {
    noteFail(p, pSet, &pSet->a[iFirst],
             "the two have each other's name, and whether they have changed "
             "places already cannot be told; do that in a step of its own, or "
             "leave the old names out");
    return 0;
  }
  return hold.nChange <= stay.nChange;
}

/* Does a chain hold? See the top of the file. When it does not, though nothing
** has its first old name any more, notesCheck() will say so. */
static int chainHolds(MigContext *p, const MigRenameSet *pSet, int iFirst) {
  const MigRenameNote *pFirst = &pSet->a[iFirst];
  const MigRenameNote *pLast = pFirst;
  int bTaken = pFirst->iTaken >= 0;
  int bHolds;

  if (pFirst->iBefore >= 0) {
    return ringHolds(p, pSet, iFirst);
  }
  while (pLast->iAfter >= 0) {
    pLast = &pSet->a[pLast->iAfter];
  }
  if (bTaken == (pLast->iSame >= 0)) {
    return !bTaken;
  }
  bHolds = pSet->xFit(p, pSet, iFirst, 1).nChange <
           pSet->xFit(p, pSet, iFirst, 0).nChange;
  if (bTaken && !bHolds) {
    noteFail(p, pSet, pFirst,
             "what has that name is wanted, too; correct the old name, or "
             "leave it out");
  }
  return bHolds;
}

/* Settle a chain: all of it holds, or nothing. iFirst is a chainFirst(). */
static void chainSettle(MigContext *p, MigRenameSet *pSet, int iFirst) {
  u8 bHolds = (u8)chainHolds(p, pSet, iFirst);
  int i = iFirst;

  do {
    pSet->a[i].bHolds = bHolds;
    pSet->a[i].bSettled = 1;
    i = pSet->a[i].iAfter;
  } while (i >= 0 && i != iFirst);
}

/* Refuse a note that does not hold when its old thing would go away: nothing
** goes on from it, under its own name or another. That its name is taken by
** what comes from elsewhere is no going on. */
static void notesCheck(MigContext *p, const MigRenameSet *pSet) {
  u8 *abGoesOn = migAlloc(p, (u64)pSet->nOld); /* as something else */
  u8 *abTaken = migAlloc(p, (u64)pSet->nNew);  /* by something else */
  int i;

  for (i = 0; i < pSet->n && p->rc == SQLITE_OK; i++) {
    if (pSet->a[i].bHolds) {
      abGoesOn[pSet->a[i].iFrom] = 1;
      abTaken[pSet->a[i].iNew] = 1;
    }
  }
  for (i = 0; i < pSet->n && p->rc == SQLITE_OK && !pSet->bQuiet; i++) {
    const MigRenameNote *pNote = &pSet->a[i];
    const MigRename *pRename = pNote->pRename;
    if (pNote->iFrom >= 0 && !abGoesOn[pNote->iFrom] &&
        (pNote->iTaken < 0 || abTaken[pNote->iTaken])) {
      migFail(p, MIG_FORMAT,
              "%s %s would be dropped although %s is said to come from it: "
              "there are both; drop or rename one of them first",
              pRename->zColumn ? "column" : "table", pRename->zOld,
              noteWhat(p, pRename));
    }
  }
}

/*
** Find out which notes hold: bHolds. No two that hold have one old or one new
** thing. FORMAT for a note that means nothing, may mean two things, or is not
** obeyed though its old thing would go away; unless bQuiet, with which such a
** note just does not hold. After an error bHolds means nothing. Time is linear
** in the notes and things, but for xFit.
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
  notesCheck(p, pSet);
}
