/*
** alteration.c - what differs between two definitions of a table, as data.
**
** Everything is compared by what it means, with names read as they are in the
** new schema: a foreign key to a table that gets another name is the same when
** it names that, and so is a CHECK whose column gets another name.
**
** What differs in columns is found by columndiff.c, what in constraints by
** constraintdiff.c; both say what counts as the same.
*/
#include <string.h>
#include "alteration.h"
#include "columndiff.h"
#include "constraintdiff.h"

/*
** Find what differs, and add it to pDiff, which says already which column
** becomes which (migTableDiffStart() to migTableDiffJoin()) and holds no
** alteration yet. pNaming tells what becomes of other tables; NULL: they keep
** their names.
**
** Reads no database. Where a definition is beyond us the stored texts are
** compared byte for byte. After an error what was found so far stays.
*/
void migAlterationFind(MigContext *p, const MigNaming *pNaming,
                       MigTableDiff *pDiff) {
  const MigModelObject *pOld = pDiff->pOld;
  const MigModelObject *pNew = pDiff->pNew;
  MigFinder f;

  memset(&f, 0, sizeof(f));
  f.p = p;
  f.pNaming = pNaming;
  f.pDiff = pDiff;
  if (p->rc) {
    return;
  }
  if (pOld->pTable == 0 || pNew->pTable == 0) {
    if (strcmp(pOld->zSql, pNew->zSql) != 0) {
      migFinderAdd(&f, MIG_ALT_OTHER, -1, -1);
    }
    return;
  }
  f.pOld = pOld->pTable;
  f.pNew = pNew->pTable;
  f.zOld = pOld->pDdl->z;
  f.zNew = pNew->pDdl->z;
  migColumnDiffFind(&f);
  migConstraintDiffFind(&f);
  if (pOld->pDdl->bStrict != pNew->pDdl->bStrict) {
    migFinderAdd(&f, MIG_ALT_STRICT, -1, -1);
  }
  if (pOld->pDdl->bWithoutRowid != pNew->pDdl->bWithoutRowid) {
    migFinderAdd(&f, MIG_ALT_WITHOUT_ROWID, -1, -1);
  }
  if (pDiff->n == 1 && pDiff->a[0].eKind == MIG_ALT_KEY_ORDER) {
    pDiff->n = 0; /* by itself it changes nothing for anybody */
  }
}

/* How many alterations have been found, to weigh two readings of annotations
** against each other. The order of columns is none, as it may differ in one
** direction only. */
int migAlterationFit(const MigTableDiff *pDiff) {
  int n = 0;
  int i;

  for (i = 0; i < pDiff->n; i++) {
    n += pDiff->a[i].eKind != MIG_ALT_ORDER;
  }
  return n;
}
