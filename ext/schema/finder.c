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

/* Is the name in a token of the old text that in one of the new, apart from
** case? END: the name is missing. Allocates in the arena. */
int migFinderTokenSame(const MigFinder *pf, const MigToken *pA,
                       const MigToken *pB) {
  return migModelNameSame(migTokenName(pf->p, pf->zOld, pA),
                          migTokenName(pf->p, pf->zNew, pB));
}
