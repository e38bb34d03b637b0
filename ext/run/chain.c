/*
** chain.c - new files of a folder, linked into the line that is stored.
**
** In formats that are a line the parent of a file is the file before it. The
** files are gone through in the order of the folder; what is known on the way
** is where the next new one would stand:
**
**   iBase  the last stored revision before it. Revisions that are gone from
**          the folder, but come before the file by their number, are passed
**   zLast  the last new file behind iBase, or NULL. A run of new files is a
**          chain on iBase
**
** Where a stored revision stood on iBase, it is put on the last of the chain
** instead. What is applied stays so: the new ones below it are pending.
**
**   stored    1 <- 2 <- 5
**   folder    1, 2, 3, 4, 5, 6
**   file      what is done                           then iBase, zLast
**   1, 2                                             2      -
**   3         stored on 2                            2      3
**   4         stored on 3; 5, the next file, on 4    2      4
**   5                                                5      -
**   6         stored on 5                            5      6
**
** A folder need not have all that is stored: old files are thrown away, a
** branch of the code does not have those of another. What is gone keeps its
** place by the number of its id, and only as far as it is one line: of a fork
** nobody can say where a new file belongs, so that makes a branch, with a note.
**
** Nothing is an error here: what looks odd is a note for the user. All of it is
** within the write transaction of an import; after a failure of the storing the
** chain means nothing.
*/
#include <string.h>
#include "text.h"
#include "topology.h"
#include "chain.h"

/* Start on a folder whose files are a line, before the first of them. The
** repeatable ones, which have no place in it, are the last of the files. */
void migChainStart(MigChain *pChain) {
  const MigImport *pFiles = pChain->pFiles;
  int n = pFiles->nRevision;

  while (n > 0 && pFiles->aRevision[n - 1].bRepeatable) {
    n--; /* these come behind all others, and have no place */
  }
  pChain->nLine = n;
  pChain->iBase = -1;
  pChain->zLast = 0;
}

/* Is the place of file i in the folder its place in the graph? Not for a
** repeatable one, nor where files name their parents. */
int migChainHas(const MigChain *pChain, int i) {
  return i < pChain->nLine && pChain->pFiles->aRevision[i].bLinear;
}

/*
** The new file zNew stands in the folder directly before the stored zNext: put
** it below that one, if zNext stands on zBefore, the stored revision before the
** run of new files, NULL for none: then zNext must be a root. If not, zNext
** stays where it is. Either is a note.
*/
static void linkBetween(MigContext *p, MigChain *pChain, const char *zNew,
                        const char *zBefore, const char *zNext) {
  const MigGraph *pGraph = pChain->pGraph;
  const MigNode *pNode = &pGraph->aNode[migGraphFind(pGraph, zNext)];
  int i;

  if (zBefore == 0 && pNode->nParent == 0) {
    migRevisionRelink(p, zNext, 0, zNew);
    migListAdd(p, pChain->pNotes,
               migPrintf(p, "%s is linked in before %s", zNew, zNext));
    return;
  }
  for (i = 0; i < pNode->nParent && zBefore; i++) {
    if (strcmp(pGraph->aNode[pNode->aParent[i]].zId, zBefore) == 0) {
      migRevisionRelink(p, zNext, zBefore, zNew);
      migListAdd(p, pChain->pNotes,
                 migPrintf(p, "%s is linked in between %s and %s", zNew,
                           zBefore, zNext));
      return;
    }
  }
  migListAdd(p, pChain->pNotes,
             migPrintf(p,
                       "%s stands before %s in the folder, but %s was stored on"
                       " another parent; it is a branch",
                       zNew, zNext, zNext));
}

/* Is an id a number, perhaps with a title behind it? "20260131_users" is,
** "3rd" is not. */
static int isNumbered(const char *zId) {
  size_t n = strspn(zId, "0123456789");

  return n > 0 && (zId[n] == 0 || strchr("_-. ", zId[n]) != 0);
}

/* Does the number at the start of id zA come before that of zB? 0 as well when
** one of them has none. Numbers are of any length: they are compared by their
** digits, leading zeros aside, of which 0 has none left. */
static int numberBefore(const char *zA, const char *zB) {
  size_t nA;
  size_t nB;

  if (!isNumbered(zA) || !isNumbered(zB)) {
    return 0;
  }
  zA += strspn(zA, "0");
  zB += strspn(zB, "0");
  nA = strspn(zA, "0123456789");
  nB = strspn(zB, "0123456789");
  return nA < nB || (nA == nB && memcmp(zA, zB, nA) < 0);
}

/* The only head, when it comes before the new file zId by its number and none
** of the folder's files is stored: a folder of later files only. -1 if not, and
** after an error. */
static int headBefore(MigContext *p, const MigChain *pChain, const char *zId) {
  const MigGraph *pGraph = pChain->pGraph;
  MigSet heads = migGraphHeads(p, pGraph);
  int iHead = p->rc ? -1 : migSetNext(&heads, -1);

  if (migSetNext(pChain->pListed, -1) >= 0) {
    return -1;
  }
  return iHead >= 0 && migSetCount(&heads) == 1 &&
                 numberBefore(pGraph->aNode[iHead].zId, zId)
             ? iHead
             : -1;
}

/* Is the stored revision iNode, which is gone from the folder, one that
** migrate_auto() leaves pending? Nothing of the folder is put on it. Only what
** came from a file is left; what was written by hand belongs to the line. */
static int isLeft(MigContext *p, const MigChain *pChain, int iNode) {
  MigRevision rev;

  return pChain->bAuto && !migSetHas(pChain->pApplied, iNode) &&
         migRevisionGet(p, pChain->pGraph->aNode[iNode].zId, &rev) &&
         rev.zSource;
}

/* The one child of the stored revision iNode when it is gone from the folder
** and is not left, or -1. */
static int goneChild(MigContext *p, const MigChain *pChain, int iNode) {
  const MigNode *pNode = &pChain->pGraph->aNode[iNode];

  return pNode->nChild == 1 && !migSetHas(pChain->pListed, pNode->aChild[0]) &&
                 !isLeft(p, pChain, pNode->aChild[0])
             ? pNode->aChild[0]
             : -1;
}

/*
** Parent of file i, which is new: the last new file before it, else the stored
** revision that comes before it. NULL for the first of a line; a note says so
** when that stands beside other revisions and no file comes behind it, which
** could still be linked to it. The id is that of the graph or of a file: it
** lives as long as these. To be called once for each such file, in order: iBase
** moves past revisions that are gone.
*/
const char *migChainParent(MigContext *p, MigChain *pChain, int i) {
  const MigGraph *pGraph = pChain->pGraph;
  const char *zId = pChain->pFiles->aRevision[i].zId;
  int iChild;

  if (i == 0) {
    pChain->iBase = headBefore(p, pChain, zId);
  }
  while (pChain->iBase >= 0 &&
         (iChild = goneChild(p, pChain, pChain->iBase)) >= 0 &&
         numberBefore(pGraph->aNode[iChild].zId, zId)) {
    pChain->iBase = iChild;
    pChain->zLast = 0;
  }
  if (pChain->zLast) {
    return pChain->zLast;
  }
  if (pChain->iBase >= 0) {
    return pGraph->aNode[pChain->iBase].zId;
  }
  if (i + 1 == pChain->nLine && pGraph->nNode > 0) {
    migListAdd(p, pChain->pNotes,
               migPrintf(p,
                         "%s begins a line of its own: nothing in the folder or"
                         " the file comes before it",
                         zId));
  }
  return 0;
}

/* A new file whose number comes before that of a stored revision which is gone
** from the folder, and stands on zParent alone: put it below that one, with a
** note, and return 1. migChainParent() has passed all whose number comes
** before. */
static int linkGone(MigContext *p, MigChain *pChain, const char *zNew,
                    const char *zParent) {
  const MigGraph *pGraph = pChain->pGraph;
  int iChild = pChain->iBase >= 0 ? goneChild(p, pChain, pChain->iBase) : -1;
  const char *zNext = iChild >= 0 ? pGraph->aNode[iChild].zId : 0;

  if (zNext && pGraph->aNode[iChild].nParent == 1 &&
      numberBefore(zNew, zNext)) {
    migRevisionRelink(p, zNext, zParent, zNew);
    migListAdd(p, pChain->pNotes,
               migPrintf(p,
                         "%s is linked in between %s and %s, which is gone from"
                         " the folder",
                         zNew, zParent, zNext));
    return 1;
  }
  return 0;
}

/* Say so when the last file of a line stands beside another revision, which is
** not one that is left. zParent is NULL for a root. */
static void branchNote(MigContext *p, MigChain *pChain, const char *zNew,
                       const char *zParent) {
  const MigGraph *pGraph = pChain->pGraph;
  int iParent = zParent ? migGraphFind(pGraph, zParent) : -1;

  if (iParent >= 0 && pGraph->aNode[iParent].nChild > 0 &&
      !isLeft(p, pChain, pGraph->aNode[iParent].aChild[0])) {
    migListAdd(p, pChain->pNotes,
               migPrintf(p,
                         "%s stands on %s beside %s, a branch; join them with"
                         " migrate_merge()",
                         zNew, zParent,
                         pGraph->aNode[pGraph->aNode[iParent].aChild[0]].zId));
  }
}

/*
** File i has been stored as a new revision on zParent, what migChainParent()
** has returned for it. The last of a run of new files is linked to the stored
** revision behind it, be that gone from the folder or the next file. Edges are
** written; pGraph does not learn of them.
*/
void migChainAdded(MigContext *p, MigChain *pChain, int i,
                   const char *zParent) {
  const MigGraph *pGraph = pChain->pGraph;
  const MigImported *aFile = pChain->pFiles->aRevision;
  const char *zNew = aFile[i].zId;

  if (p->rc) {
    return;
  }
  if (zParent && linkGone(p, pChain, zNew, zParent)) {
    /* in between */
  } else if (i + 1 == pChain->nLine) {
    branchNote(p, pChain, zNew, zParent);
  } else if (migGraphFind(pGraph, aFile[i + 1].zId) >= 0) {
    linkBetween(p, pChain, zNew,
                pChain->iBase >= 0 ? pGraph->aNode[pChain->iBase].zId : 0,
                aFile[i + 1].zId);
  }
  pChain->zLast = zNew;
}

/* File i is the stored revision iNode: new files behind it stand on that one.
** Where a renamed one has changed places with one before, that one is still the
** last: new files stand on the one of the two that runs later. */
void migChainStored(MigChain *pChain, int i, int iNode) {
  if (!pChain->pFiles->aRevision[i].bRenamed || pChain->iBase < 0 ||
      pChain->aPlace[pChain->iBase] < pChain->aPlace[iNode]) {
    pChain->iBase = iNode;
    pChain->zLast = 0;
  }
}
