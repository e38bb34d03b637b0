/*
** alembic_revision.c - the steps of Alembic's texts as revisions.
**
** Sections have been collected from all files, and here ups and downs are
** joined by their ids. Where there are several heads the texts of their
** downgrades overlap, and what stands in two of them must be the same.
**
** Ids and parents are kept, the order of the steps is theirs. A row that a step
** moves and that its line does not name as a parent is a dependency: Alembic
** moves the rows of depends_on in the same way, but does not print it
** otherwise. A dependency whose row was gone by then is in no text, and is not
** seen here either.
**
**     -- Running upgrade both -> more
**
**     DELETE FROM alembic_version WHERE alembic_version.version_num = 'other';
**
**     UPDATE alembic_version SET version_num='more'
**     WHERE alembic_version.version_num = 'both';
**
** is the revision more of the parent both, and depends on other.
*/
#include <string.h>
#include "alembic.h"

/* Order by id, bytewise. */
static int alembicById(const MigStep *pA, const MigStep *pB) {
  return strcmp(pA->rev.zId, pB->rev.zId);
}

/* The step of that id among n that are sorted by it, or NULL. */
static MigStep *alembicFind(MigStep **ap, int n, const char *zId) {
  int iLow = 0;

  while (n > 0) {
    int nHalf = n / 2;
    int c = strcmp(ap[iLow + nHalf]->rev.zId, zId);
    if (c == 0) {
      return ap[iLow + nHalf];
    }
    if (c < 0) {
      iLow += nHalf + 1;
      n -= nHalf + 1;
    } else {
      n = nHalf;
    }
  }
  return 0;
}

/* Make the step of an upgrade; its down script and dependencies come later. */
static void alembicUp(MigContext *p, MigFolder *pFolder,
                      MigAlembicSection *pSection) {
  MigStep *pStep = migFormatStep(p, pFolder, pSection->pFile);

  if (pStep == 0) {
    return;
  }
  pSection->pStep = pStep;
  pStep->rev.zId = pSection->zId;
  pStep->rev.zMessage = pSection->zMessage;
  pStep->rev.nParent = pSection->parents.n;
  pStep->rev.azParent = pSection->parents.az;
  pStep->rev.zUp = migFormatScript(
      p, pSection->pFile, migTextZ(&pSection->script), pSection->script.n);
  pStep->rev.nUp = pSection->script.n;
}

/* Join a downgrade with its upgrade, one of the n steps at ap, which are sorted
** by id. FORMAT when there is none, when another downgrade has said something
** else, or when its parents differ. */
static void alembicDown(MigContext *p, MigAlembicSection *pSection,
                        MigStep **ap, int n) {
  MigStep *pStep = alembicFind(ap, n, pSection->zId);
  int bSame = pStep && pStep->rev.nParent == pSection->parents.n;
  int i;

  for (i = 0; bSame && i < pSection->parents.n; i++) {
    bSame = strcmp(pSection->parents.az[i], pStep->rev.azParent[i]) == 0;
  }
  if (pStep == 0) {
    migFormatFail(p, pSection->pFile, pSection->iByte,
                  "a downgrade of %s, of which there is no upgrade; add its"
                  " text",
                  pSection->zId);
  } else if (pStep->rev.zDown &&
             (pStep->rev.nDown != pSection->script.n ||
              memcmp(pStep->rev.zDown, migTextZ(&pSection->script),
                     (size_t)pSection->script.n) != 0)) {
    migFormatFail(p, pSection->pFile, pSection->iByte,
                  "a second downgrade of %s, which differs from the first;"
                  " remove one",
                  pSection->zId);
  } else if (!bSame) {
    migFormatFail(p, pSection->pFile, pSection->iByte,
                  "the downgrade of %s leads to other revisions than its"
                  " upgrade comes from",
                  pSection->zId);
  } else {
    pSection->pStep = pStep;
    pStep->rev.zDown = migFormatScript(
        p, pSection->pFile, migTextZ(&pSection->script), pSection->script.n);
    pStep->rev.nDown = pSection->script.n;
  }
}

/* FORMAT unless the id is of the texts or stored already. Where there is no
** database to ask, only those of the texts are known. */
static void alembicKnown(MigContext *p, const MigAlembicReader *pReader,
                         const MigAlembicSection *pSection, i64 iByte,
                         const char *zId, MigStep **ap) {
  int (*xHas)(MigContext *, const char *) = pReader->pFolder->host.xHas;

  if (p->rc || alembicFind(ap, pReader->pFolder->nStep, zId) ||
      (xHas && xHas(p, zId))) {
    return;
  }
  migFormatFail(p, pSection->pFile, iByte,
                "%s is neither in these texts nor stored; give the text from"
                " base on, or import what comes before it first",
                zId);
}

/* Hold parents and dependencies of a step against what there is; rows that
** are no parents become dependencies, each of them once. */
static void alembicEdges(MigContext *p, const MigAlembicReader *pReader,
                         const MigAlembicSection *pSection, MigStep **ap) {
  MigImported *pRev = &pSection->pStep->rev;
  MigList depends = {pRev->nDepend, pRev->azDepend};
  int i;

  for (i = 0; i < pSection->parents.n && p->rc == SQLITE_OK; i++) {
    alembicKnown(p, pReader, pSection, pSection->iByte, pSection->parents.az[i],
                 ap);
  }
  for (i = 0; i < pSection->nOther && p->rc == SQLITE_OK; i++) {
    const MigAlembicRow *pRow = &pSection->aOther[i];
    alembicKnown(p, pReader, pSection, pRow->iByte, pRow->zId, ap);
    if (!migAlembicHas(&depends, pRow->zId)) {
      migListAdd(p, &depends, pRow->zId);
    }
  }
  pRev->nDepend = depends.n;
  pRev->azDepend = depends.az;
}

/* FORMAT when two upgrades have one id, or one stands before its parent in
** the same file: then there is a cycle, or the text was cut and pasted. While
** this runs a step's iRevision is its section, -1 before that is met. */
static void alembicOrder(MigContext *p, const MigAlembicReader *pReader,
                         MigStep **ap) {
  int i;
  int k;

  for (i = 0; i < pReader->n && p->rc == SQLITE_OK; i++) {
    const MigAlembicSection *pSection = &pReader->a[i];
    MigStep *pFound = alembicFind(ap, pReader->pFolder->nStep, pSection->zId);
    if (pSection->bDown || pFound == 0) {
      continue;
    }
    if (pFound->iRevision >= 0) {
      migFormatFail(p, pSection->pFile, pSection->iByte,
                    "a second upgrade to %s; remove one", pSection->zId);
    }
    for (k = 0; k < pSection->parents.n && p->rc == SQLITE_OK; k++) {
      const char *zParent = pSection->parents.az[k];
      const MigStep *pParent =
          alembicFind(ap, pReader->pFolder->nStep, zParent);
      if (pParent && pParent->iRevision < 0 &&
          pParent->pFile == pSection->pFile) {
        migFormatFail(p, pSection->pFile, pSection->iByte,
                      "%s stands before its parent %s", pSection->zId, zParent);
      }
    }
    pFound->iRevision = i;
  }
}

/* Make revisions of the steps: ups first, so that downs find them. The search
** by id works on a sorted copy; the steps themselves stay as the files have
** them. FORMAT, with file and line, where ups and downs do not go together, or
** something is missing. */
void migAlembicMakeRevisions(MigContext *p, MigAlembicReader *pReader) {
  MigFolder *pFolder = pReader->pFolder;
  MigStep **ap;
  int i;

  for (i = 0; i < pReader->n && p->rc == SQLITE_OK; i++) {
    if (!pReader->a[i].bDown) {
      alembicUp(p, pFolder, &pReader->a[i]);
    }
  }
  ap = migAlloc(p, ((u64)pFolder->nStep + 1) * sizeof(*ap));
  for (i = 0; i < pFolder->nStep && p->rc == SQLITE_OK; i++) {
    ap[i] = pFolder->apStep[i];
    ap[i]->iRevision = -1;
  }
  migStepSort(p, ap, pFolder->nStep, alembicById);
  alembicOrder(p, pReader, ap);
  for (i = 0; i < pReader->n && p->rc == SQLITE_OK; i++) {
    if (pReader->a[i].bDown) {
      alembicDown(p, &pReader->a[i], ap, pFolder->nStep);
    }
    if (p->rc == SQLITE_OK) {
      alembicEdges(p, pReader, &pReader->a[i], ap);
    }
  }
}
