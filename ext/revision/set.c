/*
** set.c - sets of revisions.
*/
#include "set.h"

/* An empty set over n revisions. */
MigSet migSetNew(MigContext *p, int n) {
  MigSet set = {0, 0};

  set.a = migAlloc(p, ((u64)n + 31) / 32 * sizeof(u32));
  if (set.a) {
    set.n = n;
  }
  return set;
}

MigSet migSetCopy(MigContext *p, const MigSet *pSet) {
  MigSet set = migSetNew(p, pSet->n);

  migSetUnite(&set, pSet);
  return set;
}

int migSetHas(const MigSet *pSet, int i) {
  return i >= 0 && i < pSet->n && (pSet->a[i / 32] >> (i % 32) & 1);
}

void migSetAdd(MigSet *pSet, int i) {
  if (i >= 0 && i < pSet->n) {
    pSet->a[i / 32] |= (u32)1 << (i % 32);
  }
}

void migSetRemove(MigSet *pSet, int i) {
  if (i >= 0 && i < pSet->n) {
    pSet->a[i / 32] &= ~((u32)1 << (i % 32));
  }
}

/* Words that two sets have in common; they differ only after a failure. */
static int setWords(const MigSet *pA, const MigSet *pB) {
  return ((pA->n < pB->n ? pA->n : pB->n) + 31) / 32;
}

void migSetUnite(MigSet *pSet, const MigSet *pOther) {
  int i;

  for (i = setWords(pSet, pOther) - 1; i >= 0; i--) {
    pSet->a[i] |= pOther->a[i];
  }
}

void migSetSubtract(MigSet *pSet, const MigSet *pOther) {
  int i;

  for (i = setWords(pSet, pOther) - 1; i >= 0; i--) {
    pSet->a[i] &= ~pOther->a[i];
  }
}

void migSetIntersect(MigSet *pSet, const MigSet *pOther) {
  int i;

  for (i = setWords(pSet, pOther) - 1; i >= 0; i--) {
    pSet->a[i] &= pOther->a[i];
  }
}

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

int migSetEqual(const MigSet *pA, const MigSet *pB) {
  int i;

  for (i = setWords(pA, pB) - 1; i >= 0; i--) {
    if (pA->a[i] != pB->a[i]) {
      return 0;
    }
  }
  return pA->n == pB->n;
}

/* The smallest member greater than i, or -1. Begin with i = -1. */
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
