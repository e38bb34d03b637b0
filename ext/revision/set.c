/*
** set.c - sets of revisions, as bits.
**
** An index that no set can have, -1 above all, is no member and is not added or
** removed. Callers rely on that: the place below all roots is -1 (target.c),
** and adds nothing to a set.
**
** The bits behind the n-th in the last word are always 0, so sets are counted
** and compared word by word.
*/
#include "set.h"

/* An empty set over the revisions 0 to n-1. After a failure its n is 0. */
MigSet migSetNew(MigContext *p, int n) {
  MigSet set = {0, 0};

  set.a = migAlloc(p, ((u64)n + 31) / 32 * sizeof(u32));
  if (set.a) {
    set.n = n;
  }
  return set;
}

/* A set of its own with the same members. Empty after a failure. */
MigSet migSetCopy(MigContext *p, const MigSet *pSet) {
  MigSet set = migSetNew(p, pSet->n);

  migSetUnite(&set, pSet);
  return set;
}

/* Is i a member? i may be out of range. */
int migSetHas(const MigSet *pSet, int i) {
  return i >= 0 && i < pSet->n && (pSet->a[i / 32] >> (i % 32) & 1);
}

/* Make i a member. Out of range it is nothing, as it is in a set that was made
** after a failure. */
void migSetAdd(MigSet *pSet, int i) {
  if (i >= 0 && i < pSet->n) {
    pSet->a[i / 32] |= (u32)1 << (i % 32);
  }
}

/* Make i no member; it need not be one. */
void migSetRemove(MigSet *pSet, int i) {
  if (i >= 0 && i < pSet->n) {
    pSet->a[i / 32] &= ~((u32)1 << (i % 32));
  }
}

/* Words that two sets have in common. Those of one graph are equally long
** but after a failure, when one may be empty: then nothing is done, not too
** much. */
static int setWords(const MigSet *pA, const MigSet *pB) {
  return ((pA->n < pB->n ? pA->n : pB->n) + 31) / 32;
}

/* Add to pSet what pOther holds; the two may be the same. */
void migSetUnite(MigSet *pSet, const MigSet *pOther) {
  int i;

  for (i = setWords(pSet, pOther) - 1; i >= 0; i--) {
    pSet->a[i] |= pOther->a[i];
  }
}

/* Take out of pSet what pOther holds. */
void migSetSubtract(MigSet *pSet, const MigSet *pOther) {
  int i;

  for (i = setWords(pSet, pOther) - 1; i >= 0; i--) {
    pSet->a[i] &= ~pOther->a[i];
  }
}

/* Keep of pSet what pOther holds as well. With a pOther that failed it keeps
** all: only p->rc tells. */
void migSetIntersect(MigSet *pSet, const MigSet *pOther) {
  int i;

  for (i = setWords(pSet, pOther) - 1; i >= 0; i--) {
    pSet->a[i] &= pOther->a[i];
  }
}

/* How many members there are, counted anew each time. */
int migSetCount(const MigSet *pSet) {
  int n = 0;
  int i;

  for (i = (pSet->n + 31) / 32 - 1; i >= 0; i--) {
    u32 w = pSet->a[i];
    for (; w; w &= w - 1) {
      n++;
    }
  }
  return n;
}

/* Are they sets over equally many revisions, with the same members? */
int migSetEqual(const MigSet *pA, const MigSet *pB) {
  int i;

  for (i = setWords(pA, pB) - 1; i >= 0; i--) {
    if (pA->a[i] != pB->a[i]) {
      return 0;
    }
  }
  return pA->n == pB->n;
}

/* The smallest member greater than i, or -1 when there is none. Begin with i =
** -1; the set may be changed at or before i on the way. Empty words are passed
** at once. */
int migSetNext(const MigSet *pSet, int i) {
  for (i++; i < pSet->n; i++) {
    if (pSet->a[i / 32] == 0) {
      i |= 31;
    } else if (migSetHas(pSet, i)) {
      return i;
    }
  }
  return -1;
}
