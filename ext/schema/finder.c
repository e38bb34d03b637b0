/*
** finder.c - two definitions of a table while they are compared.
**
** What is found goes into the MigTableDiff that both are in.
*/
#include "finder.h"

/* Add an alteration to the diff. -1: there is none on that side. After an error
** nothing is added, and those that are there stay. */
void migFinderAdd(MigFinder *pf, MigAlterationKind eKind, int iOld, int iNew) {
  MigTableDiff *pDiff = pf->pDiff;
  MigAlteration *pAlt;
  MigAlteration *a =
      migModelRoom(pf->p, pDiff->a, pDiff->n, sizeof(MigAlteration));

  if (a) { /* else those that are there stay */
    pDiff->a = a;
    pAlt = &a[pDiff->n++];
    pAlt->eKind = eKind;
    pAlt->iOld = iOld;
    pAlt->iNew = iNew;
  }
}

/* Are two names the same, apart from case? Each may be missing: NULL. Pure. */
int migFinderNameSame(const char *zA, const char *zB) {
  return zA && zB ? migStrICmp(zA, zB) == 0 : zA == zB;
}

/* The same for a token of the old text and one of the new, END for a name that
** is missing. Allocates in the arena. */
int migFinderTokenSame(const MigFinder *pf, const MigToken *pA,
                       const MigToken *pB) {
  return migFinderNameSame(migTokenName(pf->p, pf->zOld, pA),
                           migTokenName(pf->p, pf->zNew, pB));
}
