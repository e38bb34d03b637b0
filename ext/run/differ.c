/*
** differ.c - a file that does not say what is stored of its revision.
**
** What a revision consists of is its scripts, by their checksum, and besides
** them message, parents, dependencies and labels. A pending revision is
** whatever its file says. Of an applied one nothing may change, for its scripts
** have run: other scripts are CHECKSUM, and what is besides stays with a note.
** Only a down script may come to one that had none.
**
**   file, against what is stored     pending        applied
**   same in all                      -              -
**   other message, edges, labels     taken over     stays, note
**   down script, where none was      taken over     taken over, note
**   other down script, or none       taken over     CHECKSUM
**   other up script                  taken over     CHECKSUM
**
** A repeatable revision runs again when it differs, so an applied one counts as
** pending here; a call that repairs takes everything over. Both are for the
** import to see to, which asks here for what is left. Nothing is written here;
** the caller holds a transaction.
*/
#include <string.h>
#include "text.h"
#include "applied.h"
#include "renamed.h"
#include "differ.h"

/* Do n names mean other nodes than a[0..nOld-1], or the same in another order?
** Names are ids or labels. One that nobody has means -1, which is no node. */
static int namesDiffer(const MigGraph *pGraph, int n, const char **az, int nOld,
                       const int *a) {
  int i;

  for (i = 0; n == nOld && i < n; i++) {
    if (migGraphFindName(pGraph, az[i]) != a[i]) {
      return 1;
    }
  }
  return n != nOld;
}

/*
** Which edges and labels of a file are other ones than those of the stored
** revision iNode: MIG_DIFFER_ bits, but for MIG_DIFFER_MESSAGE, which the graph
** does not know. Labels are a set, parents and dependencies have an order.
** Files of linear formats say nothing about these: 0.
*/
int migDifferEdges(const MigGraph *pGraph, int iNode,
                   const MigImported *pFile) {
  const MigNode *pNode = &pGraph->aNode[iNode];
  int bLabels = pFile->nLabel != pNode->nLabel;
  int i;

  if (pFile->bLinear) {
    return 0;
  }
  for (i = 0; i < pFile->nLabel; i++) {
    bLabels |= migGraphFindLabel(pGraph, pFile->azLabel[i]) != iNode;
  }
  return (namesDiffer(pGraph, pFile->nParent, pFile->azParent, pNode->nParent,
                      pNode->aParent)
              ? MIG_DIFFER_PARENTS
              : 0) |
         (namesDiffer(pGraph, pFile->nDepend, pFile->azDepend, pNode->nDepend,
                      pNode->aDepend)
              ? MIG_DIFFER_DEPENDS
              : 0) |
         (bLabels ? MIG_DIFFER_LABELS : 0);
}

/* CHECKSUM when only one of the file, pRev, and the stored revision is
** repeatable: one has a place in the graph, the other has none. That is so for
** a pending one, too, and a call that repairs does not change it. */
void migDifferKind(MigContext *p, const MigRevision *pRev,
                   const MigRevision *pStored) {
  int bFile = (pRev->flags & MIG_REV_REPEATABLE) != 0;

  if (p->rc == SQLITE_OK &&
      bFile != ((pStored->flags & MIG_REV_REPEATABLE) != 0)) {
    migFail(p, MIG_CHECKSUM,
            "%s is %srepeatable, and the stored revision %s is %s; delete that"
            " one first",
            pRev->zSource, bFile ? "" : "not ", pRev->zId,
            bFile ? "not" : "so");
  }
}

/* A note, in the arena, that these of an applied revision, MIG_DIFFER_ bits and
** at least one, are not changed. NULL after failure. */
const char *migDifferNote(MigContext *p, const MigRevision *pRev, int differs) {
  static const char *const azWhat[] = {"message", "parents", "dependencies",
                                       "labels"};
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < (int)(sizeof(azWhat) / sizeof(azWhat[0])); i++) {
    if (differs & 1 << i) {
      migTextF(p, &text, "%s%s", text.n ? ", " : "", azWhat[i]);
    }
  }
  return migPrintf(p,
                   "%s differs from %s in its %s; those of an applied revision"
                   " stay",
                   pRev->zSource, pRev->zId, migTextZ(&text));
}

/* Is the file one that was found to be a stored revision though its path is
** another than that revision came from? */
int migDifferMoved(const MigImported *pFile, const MigRevision *pStored) {
  return pFile->bRenamed && pStored->zSource &&
         strcmp(pFile->zFile, pStored->zSource) != 0;
}

/* The file of the down script of file i: the other one that it has, or what
** the up script is in. The name is the folder's. */
static const char *downFile(const MigKeep *pKeep, int i) {
  const MigImported *pFile = &pKeep->pFiles->aRevision[i];
  const char *zDown = 0;
  int k;

  for (k = pKeep->aFirst[i]; k >= 0; k = pKeep->aNext[k]) {
    const char *zName = pKeep->pFolder->aFile[k].zName;
    zDown = strcmp(zName, pFile->zFile) ? zName : zDown;
  }
  return zDown ? zDown : pFile->zFile;
}

/* CHECKSUM for a file of an applied revision whose down script is another one,
** or gone, and nothing else. pRev is what the file says. */
static void downFail(MigContext *p, const char *zFolder, const char *zFile,
                     const MigRevision *pRev) {
  if (pRev->zDown) {
    migFail(p, MIG_CHECKSUM,
            "the down script in %s differs from that of revision %s, which is"
            " applied; bring it back, or take the new text with"
            " migrate_import(%Q, '{\"repair\":true}')",
            zFile, pRev->zId, zFolder);
  } else {
    migFail(p, MIG_CHECKSUM,
            "%s has no down script, and revision %s, which is applied, has one;"
            " bring it back, or have none with"
            " migrate_import(%Q, '{\"repair\":true}')",
            zFile, pRev->zId, zFolder);
  }
}

/* CHECKSUM for a file whose revision is applied with other contents. What
** migrate_adopt() has made of the schema is no older text of the file: it
** stands for that one and all before it. */
static void changedFail(MigContext *p, const char *zFolder,
                        const MigImported *pFile, const MigRevision *pRev,
                        const MigRevision *pStored) {
  if (migDifferMoved(pFile, pStored)) {
    migFail(p, MIG_CHECKSUM,
            "%s must be revision %s, which is applied and came from %s, by its"
            " number or its up script, but its scripts differ from those; bring"
            " them back, or take the new ones with"
            " migrate_import(%Q, '{\"repair\":true}')",
            pRev->zSource, pRev->zId, pStored->zSource, zFolder);
    return;
  }
  if (pStored->zSource == 0 && pStored->nParent == 0 && pStored->zMessage &&
      strncmp(pStored->zMessage, "as ", 3) == 0 &&
      strstr(pStored->zMessage, " left it at ")) {
    migFail(p, MIG_CHECKSUM,
            "%s is what revision %s stands for, a baseline that migrate_adopt"
            " made: keep only later files in the folder; or, to have the"
            " folder instead, migrate_stamp('base'), migrate_delete() what"
            " builds on it and then '%s', import and adopt",
            pRev->zSource, pRev->zId, pRev->zId);
    return;
  }
  migFail(p, MIG_CHECKSUM,
          "%s differs from revision %s, which is applied; bring the file"
          " back, or take the new text with"
          " migrate_import(%Q, '{\"repair\":true}')",
          pRev->zSource, pRev->zId, zFolder);
}

/*
** File i of the folder zFolder brings other scripts for the revision pStored,
** which is applied: pRev is what it says, with its scripts. One that had no way
** back gets it, with a note in pNotes (the caller stores it); all else is
** CHECKSUM. So is that one when the row of the applied set has another checksum
** than what is stored: what has run is not known then.
*/
void migDifferApplied(MigContext *p, const MigKeep *pKeep, const char *zFolder,
                      int i, const MigRevision *pRev,
                      const MigRevision *pStored, MigList *pNotes) {
  const MigImported *pFile = &pKeep->pFiles->aRevision[i];
  MigPackCache cache = {0, {0, 0}};
  MigRevision stored = *pStored; /* gets scripts, which go with the cache */
  int bUp = migRenamedUp(p, &cache, &stored, pRev);
  int bDown = stored.zDown != 0;

  migScriptsClose(&cache);
  if (p->rc) {
    return;
  }
  if (!bUp || (bDown && migDifferMoved(pFile, pStored)) ||
      migAppliedDiffers(p, pRev->zId, pStored->aChecksum)) {
    changedFail(p, zFolder, pFile, pRev, pStored);
  } else if (bDown) {
    downFail(p, zFolder, downFile(pKeep, i), pRev);
  } else {
    migListAdd(
        p, pNotes,
        migPrintf(p,
                  "%s: revision %s is applied and had no down script; now"
                  " it has this one",
                  downFile(pKeep, i), pRev->zId));
  }
}
