/*
** import.c - bringing a folder of migrations into the file.
**
** Each imported revision is known (same id, same checksum), new, or changed:
** a changed pending one is replaced, a changed applied one is CHECKSUM and
** nothing is stored, unless `repair`. In formats that are a line, the parent
** of a file is the file before it; a new file between stored ones is linked
** in: it takes over its successor's place below the predecessor, and is
** pending even when the successor is applied. Files that are gone from the
** folder stay stored, and new ones are put before or behind them by their
** number. A file may be a stored revision under another name (renamed.c).
**
** The files themselves are kept as well (origin.c), so that an export gives
** them back. A repeatable revision that has changed is pending again.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "text.h"
#include "applied.h"
#include "dispatch.h"
#include "folder.h"
#include "name.h"
#include "origin.h"
#include "keep.h"
#include "renamed.h"
#include "store.h"
#include "known.h"
#include "mend.h"
#include "migrate.h"
#include "execute.h"
#include "import.h"

/* What of a revision a file may say otherwise, beside the scripts. */
#define IMPORT_MESSAGE 1
#define IMPORT_PARENTS 2
#define IMPORT_DEPENDS 4
#define IMPORT_LABELS 8

/* An import under way. */
typedef struct Import {
  MigChange change;
  const char *zPath; /* the folder, or file */
  MigFolder folder;
  MigImport files;
  MigKeep keep;
  MigRevision *aRev; /* what would be stored of each file */
  MigSet listed;     /* stored revisions that the folder has */
  int *aPlace;       /* of each stored revision, in the order of running */
  int iBase; /* the stored revision that new files of a line stand on, the
             ** last one before them, or -1 */
  const char *zLast; /* the last of these files, or NULL */
  int bRepair;
  int bLook;  /* under a read: find out whether anything would be written */
  int bWould; /* it would; what follows is not looked at */
  MigImportSeen *pSeen; /* of migrate_auto(), or NULL */
  const char *zNewer;   /* an applied revision that shows the folder to be
                        ** older than the file, or NULL */
  int nKnown;
  int nMoved;      /* known ones of which another path is kept now */
  int nMended;     /* packs of scripts that were damaged */
  MigText added;   /* ids, by commas */
  MigText changed; /* ids, by commas */
  MigText notes;   /* JSON texts, by commas */
} Import;

static void noteAdd(MigContext *p, Import *pImport, const char *zNote) {
  if (pImport->notes.n) {
    migTextStr(p, &pImport->notes, ",");
  }
  migTextJson(p, &pImport->notes, zNote);
}

static void idAdd(MigContext *p, MigText *pText, const char *zId) {
  migTextF(p, pText, "%s%s", pText->n ? "," : "", zId);
}

/* Flags of an imported revision. */
static int importedFlags(const MigImported *pFile) {
  return (pFile->bSkipMaintenance ? MIG_REV_LENIENT : 0) |
         (pFile->bRepeatable ? MIG_REV_REPEATABLE : 0) | pFile->scriptFlags;
}

/* What would be stored for a file; its edges and labels only for new ones. */
static void importedRevision(MigContext *p, const MigImported *pFile,
                             const char *zNow, MigRevision *pRev) {
  int i;

  memset(pRev, 0, sizeof(*pRev));
  pRev->zId = pFile->zId;
  pRev->zMessage = pFile->zMessage ? pFile->zMessage : "";
  pRev->zCreatedAt = pFile->zCreatedAt ? pFile->zCreatedAt : zNow;
  pRev->zSource = pFile->zFile;
  pRev->zUp = pFile->zUp;
  pRev->nUp = pFile->nUp;
  pRev->zDown = pFile->zDown;
  pRev->nDown = pFile->nDown;
  pRev->nParent = pFile->nParent;
  pRev->azParent = pFile->azParent;
  pRev->nDepend = pFile->nDepend;
  pRev->azDepend = pFile->azDepend;
  pRev->nLabel = pFile->nLabel;
  pRev->azLabel = pFile->azLabel;
  pRev->flags = importedFlags(pFile);
  if (pRev->flags & MIG_REV_REPEATABLE) {
    pRev->zDown = 0; /* nothing undoes it */
    pRev->nDown = 0;
    pRev->flags &= ~MIG_REV_DOWN_ALONE;
  }
  for (i = 0; i < pRev->nLabel; i++) {
    migLabelCheck(p, pRev->azLabel[i]);
  }
  migRevisionChecksum(pRev);
}

/* A new file of a linear format stands before the stored zNext: put it below
** that one, if zNext stands on the same predecessor. */
static void linkBetween(MigContext *p, Import *pImport, const char *zNew,
                        const char *zBefore, const char *zNext) {
  const MigGraph *pGraph = pImport->change.state.pGraph;
  const MigNode *pNode = &pGraph->aNode[migGraphFind(pGraph, zNext)];
  int i;

  if (zBefore == 0 && pNode->nParent == 0) {
    migRevisionRelink(p, zNext, 0, zNew);
    noteAdd(p, pImport, migPrintf(p, "%s is linked in before %s", zNew, zNext));
    return;
  }
  for (i = 0; i < pNode->nParent && zBefore; i++) {
    if (strcmp(pGraph->aNode[pNode->aParent[i]].zId, zBefore) == 0) {
      migRevisionRelink(p, zNext, zBefore, zNew);
      noteAdd(p, pImport,
              migPrintf(p, "%s is linked in between %s and %s", zNew, zBefore,
                        zNext));
      return;
    }
  }
  noteAdd(p, pImport,
          migPrintf(p,
                    "%s stands before %s in the folder, but %s was stored on"
                    " another parent; it is a branch",
                    zNew, zNext, zNext));
}

/* Is an id a number, perhaps with a title behind it? */
static int isNumbered(const char *zId) {
  size_t n = strspn(zId, "0123456789");

  return n > 0 && (zId[n] == 0 || strchr("_-. ", zId[n]) != 0);
}

/* Does the number at the start of id zA come before that of zB? 0 as well when
** one of them has none. */
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
  return nA > 0 && nB > 0 && (nA < nB || (nA == nB && memcmp(zA, zB, nA) < 0));
}

/* The only head, when it comes before the new file zId by its number and none
** of the folder's files is stored: a folder of later files only. -1 if not. */
static int headBefore(MigContext *p, const Import *pImport, const char *zId) {
  const MigGraph *pGraph = pImport->change.state.pGraph;
  MigSet heads = migGraphHeads(p, pGraph);
  int iHead = p->rc ? -1 : migSetNext(&heads, -1);

  if (migSetNext(&pImport->listed, -1) >= 0) {
    return -1;
  }
  return iHead >= 0 && migSetCount(&heads) == 1 &&
                 numberBefore(pGraph->aNode[iHead].zId, zId)
             ? iHead
             : -1;
}

/* Is the stored revision iNode, which is gone from the folder, one that
** migrate_auto() leaves pending? Nothing of the folder is put on it. */
static int isLeft(MigContext *p, const Import *pImport, int iNode) {
  const MigState *pState = &pImport->change.state;
  MigRevision rev;

  return pImport->pSeen && !migSetHas(&pState->applied, iNode) &&
         migRevisionGet(p, pState->pGraph->aNode[iNode].zId, &rev) &&
         rev.zSource;
}

/* The one child of the stored revision iNode when it is gone from the folder,
** or -1. */
static int goneChild(MigContext *p, const Import *pImport, int iNode) {
  const MigNode *pNode = &pImport->change.state.pGraph->aNode[iNode];

  return pNode->nChild == 1 && !migSetHas(&pImport->listed, pNode->aChild[0]) &&
                 !isLeft(p, pImport, pNode->aChild[0])
             ? pNode->aChild[0]
             : -1;
}

/*
** Parent of file i, which is new, in a linear format: the file before it. When
** that is stored, revisions behind it that are gone from the folder but come
** before file i by their number stand between them. NULL for the first of a
** line.
*/
static const char *linearParent(MigContext *p, Import *pImport, int i) {
  const MigGraph *pGraph = pImport->change.state.pGraph;
  const MigImported *aFile = pImport->files.aRevision;
  int iChild;

  if (i == 0) {
    pImport->iBase = headBefore(p, pImport, aFile[i].zId);
  }
  while (pImport->iBase >= 0 &&
         (iChild = goneChild(p, pImport, pImport->iBase)) >= 0 &&
         numberBefore(pGraph->aNode[iChild].zId, aFile[i].zId)) {
    pImport->iBase = iChild;
    pImport->zLast = 0;
  }
  return pImport->zLast        ? pImport->zLast
         : pImport->iBase >= 0 ? pGraph->aNode[pImport->iBase].zId
                               : 0;
}

/* A new file whose number comes before that of a stored revision which is gone
** from the folder, and stands on zParent: put it below that one, and return
** 1. */
static int linkGone(MigContext *p, Import *pImport, const char *zNew,
                    const char *zParent) {
  const MigGraph *pGraph = pImport->change.state.pGraph;
  int iChild = pImport->iBase >= 0 ? goneChild(p, pImport, pImport->iBase) : -1;
  const char *zNext = iChild >= 0 ? pGraph->aNode[iChild].zId : 0;

  if (zNext && pGraph->aNode[iChild].nParent == 1 && isNumbered(zNext) &&
      isNumbered(zNew) && numberBefore(zNew, zNext)) {
    migRevisionRelink(p, zNext, zParent, zNew);
    noteAdd(p, pImport,
            migPrintf(p,
                      "%s is linked in between %s and %s, which is gone from"
                      " the folder",
                      zNew, zParent, zNext));
    return 1;
  }
  return 0;
}

/* Say so when the last file of a line stands beside another revision. */
static void branchNote(MigContext *p, Import *pImport, const char *zNew,
                       const char *zParent) {
  const MigGraph *pGraph = pImport->change.state.pGraph;
  int iParent = zParent ? migGraphFind(pGraph, zParent) : -1;

  if (iParent >= 0 && pGraph->aNode[iParent].nChild > 0 &&
      !isLeft(p, pImport, pGraph->aNode[iParent].aChild[0])) {
    noteAdd(p, pImport,
            migPrintf(p,
                      "%s stands on %s beside %s, a branch; join them with"
                      " migrate_merge()",
                      zNew, zParent,
                      pGraph->aNode[pGraph->aNode[iParent].aChild[0]].zId));
  }
}

/* How many revisions of the folder are a line; repeatable ones, which come
** behind, are not. */
static int lineLength(const Import *pImport) {
  int n = pImport->files.nRevision;

  while (n > 0 && pImport->files.aRevision[n - 1].bRepeatable) {
    n--;
  }
  return n;
}

/* Note a script that no run would accept. */
static void forbiddenNote(MigContext *p, Import *pImport,
                          const MigRevision *pRev, int bDown) {
  static const char zPrefix[] = "migrate: ";
  MigContext was;
  MigScriptJob job;

  memset(&job, 0, sizeof(job));
  job.zRevision = pRev->zId;
  job.zSide = bDown ? "down" : "up";
  job.z = bDown ? pRev->zDown : pRev->zUp;
  job.n = bDown ? pRev->nDown : pRev->nUp;
  job.bAlone =
      (pRev->flags & (bDown ? MIG_REV_DOWN_ALONE : MIG_REV_UP_ALONE)) != 0;
  job.bLenient = (pRev->flags & MIG_REV_LENIENT) != 0;
  if (job.z == 0 || p->rc) {
    return;
  }
  migExecuteCheck(p, &job);
  if (p->rc && p->eCode == MIG_FORBIDDEN_STATEMENT && p->zError) {
    migContextInit(&was, p->db);
    migErrorSave(p, &was);
    noteAdd(p, pImport,
            migPrintf(p, "%s; the %s will refuse it",
                      was.zError + strlen(zPrefix),
                      bDown ? "downgrade" : "upgrade"));
    migContextClear(&was);
  }
}

/* Store file i, which is new. A run of new files is a chain; the last of them
** is linked to the stored file behind it. */
static void importNew(MigContext *p, Import *pImport, int i,
                      MigRevision *pRev) {
  const MigImported *aFile = pImport->files.aRevision;
  const MigGraph *pGraph = pImport->change.state.pGraph;
  int n = lineLength(pImport);
  int bLine = i < n && aFile[i].bLinear;
  const char *zParent;

  if (pImport->bLook) {
    pImport->bWould = 1;
    return;
  }
  zParent = bLine ? linearParent(p, pImport, i) : 0;
  migIdCheck(p, pRev->zId, "revision id");
  if (aFile[i].zDown && pRev->zDown == 0) {
    noteAdd(p, pImport,
            migPrintf(p,
                      "%s: the down script is left out; nothing undoes a"
                      " repeatable revision",
                      pRev->zId));
  }
  if (zParent) {
    pRev->azParent = migAlloc(p, sizeof(char *));
    if (pRev->azParent) {
      pRev->azParent[0] = zParent;
      pRev->nParent = 1;
    }
  }
  if (zParent == 0 && bLine && i + 1 == n && pGraph->nNode > 0) {
    noteAdd(p, pImport,
            migPrintf(p,
                      "%s begins a line of its own: nothing in the folder or"
                      " the file comes before it",
                      pRev->zId));
  }
  if ((pRev->zUp && !migIsUtf8(pRev->zUp, pRev->nUp)) ||
      (pRev->zDown && !migIsUtf8(pRev->zDown, pRev->nDown))) {
    noteAdd(
        p, pImport,
        migPrintf(p, "%s is not UTF-8; it is stored as it is", pRev->zSource));
  }
  forbiddenNote(p, pImport, pRev, 0);
  forbiddenNote(p, pImport, pRev, 1);
  migRevisionAdd(p, &pImport->change.packer, pRev);
  migKeepFiles(p, &pImport->keep, i, pRev);
  idAdd(p, &pImport->added, pRev->zId);
  if (p->rc || !bLine) {
    return;
  }
  if (zParent && linkGone(p, pImport, pRev->zId, zParent)) {
    /* in between */
  } else if (i + 1 == n) {
    branchNote(p, pImport, pRev->zId, zParent);
  } else if (migGraphFind(pGraph, aFile[i + 1].zId) >= 0) {
    linkBetween(p, pImport, pRev->zId,
                pImport->iBase >= 0 ? pGraph->aNode[pImport->iBase].zId : 0,
                aFile[i + 1].zId);
  }
  pImport->zLast = pRev->zId;
}

/* Do n names mean other nodes than a[0..nOld-1]? */
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

/* What of it differs in a file from a stored revision, IMPORT_ bits but
** for the message. Files of linear formats say nothing about these. */
static int edgesDiffer(const MigGraph *pGraph, int iNode,
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
              ? IMPORT_PARENTS
              : 0) |
         (namesDiffer(pGraph, pFile->nDepend, pFile->azDepend, pNode->nDepend,
                      pNode->aDepend)
              ? IMPORT_DEPENDS
              : 0) |
         (bLabels ? IMPORT_LABELS : 0);
}

/* CHECKSUM when only one of the file and the stored revision is repeatable: one
** has a place in the graph, the other has none. */
static void kindCheck(MigContext *p, const MigRevision *pRev,
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

/* Say that these of an applied revision, IMPORT_ bits, are not changed. */
static void edgesStay(MigContext *p, Import *pImport, const MigRevision *pRev,
                      int differs) {
  static const char *const azWhat[] = {"message", "parents", "dependencies",
                                       "labels"};
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < (int)(sizeof(azWhat) / sizeof(azWhat[0])); i++) {
    if (differs & 1 << i) {
      migTextF(p, &text, "%s%s", text.n ? ", " : "", azWhat[i]);
    }
  }
  noteAdd(p, pImport,
          migPrintf(p,
                    "%s differs from %s in its %s; those of an applied revision"
                    " stay",
                    pRev->zSource, pRev->zId, migTextZ(&text)));
}

/* The stored revision has come from another path: keep that of the file. */
static void pathMoved(MigContext *p, Import *pImport, int i,
                      const MigRevision *pRev, const MigRevision *pStored) {
  MigRevision moved = *pStored;

  if (pImport->bLook) {
    pImport->bWould = 1;
    return;
  }
  moved.zSource = pRev->zSource;
  migRevisionSource(p, &moved);
  migOriginForget(p, pRev->zId);
  migKeepFiles(p, &pImport->keep, i, pRev);
  pImport->nMoved++;
}

/* Is the file one that has another path than the stored revision came from? */
static int isMoved(const MigImported *pFile, const MigRevision *pStored) {
  return pFile->bRenamed && pStored->zSource &&
         strcmp(pFile->zFile, pStored->zSource) != 0;
}

/* A stored revision whose scripts are those of the file: take over message,
** edges and labels while it is pending. With bRepair they count as applied. */
static void importSame(MigContext *p, Import *pImport, int iNode, int i,
                       MigRevision *pRev, const MigRevision *pStored) {
  const MigImported *pFile = &pImport->files.aRevision[i];
  int edges = edgesDiffer(pImport->change.state.pGraph, iNode, pFile);
  int bMessage =
      pStored->zMessage && strcmp(pStored->zMessage, pRev->zMessage) != 0;
  int differs = edges | (bMessage ? IMPORT_MESSAGE : 0);
  int bApplied = migSetHas(&pImport->change.state.applied, iNode);

  if (pImport->bRepair && migAppliedDiffers(p, pRev->zId, pRev->aChecksum)) {
    migAppliedRepair(p, pRev->zId, pRev->aChecksum);
    idAdd(p, &pImport->changed, pRev->zId);
  } else if (isMoved(pFile, pStored) && (bApplied || !differs)) {
    pImport->nKnown++;
    pathMoved(p, pImport, i, pRev, pStored);
  } else if (!differs) {
    pImport->nKnown++;
    migKeepAgain(p, &pImport->keep, i, pRev);
  } else if (bApplied) {
    pImport->nKnown++;
    edgesStay(p, pImport, pRev, differs);
  } else if (pImport->bLook) {
    pImport->bWould = 1;
  } else {
    pRev->place = pStored->place;
    migRevisionEdit(p, &pImport->change.packer, pRev);
    migKeepFiles(p, &pImport->keep, i, pRev);
    if (edges) {
      migRevisionRewire(p, pRev);
    }
    idAdd(p, &pImport->changed, pRev->zId);
  }
}

/* The file of the down script of file i: the other one that it has, or what
** the up script is in. */
static const char *downFile(const Import *pImport, int i) {
  const MigImported *pFile = &pImport->files.aRevision[i];
  const char *zDown = 0;
  int k;

  for (k = pImport->keep.aFirst[i]; k >= 0; k = pImport->keep.aNext[k]) {
    const char *zName = pImport->folder.aFile[k].zName;
    zDown = strcmp(zName, pFile->zFile) ? zName : zDown;
  }
  return zDown ? zDown : pFile->zFile;
}

/* CHECKSUM for a file of an applied revision whose down script is another one,
** and nothing else. */
static void downFail(MigContext *p, const Import *pImport, const char *zFile,
                     const MigRevision *pRev) {
  const char *zFolder = pImport->zPath;

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
static void changedFail(MigContext *p, const Import *pImport,
                        const MigImported *pFile, const MigRevision *pRev,
                        const MigRevision *pStored) {
  const char *zFolder = pImport->zPath;

  if (isMoved(pFile, pStored)) {
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
            " folder instead, migrate_stamp('base'), migrate_delete('%s'),"
            " import and adopt",
            pRev->zSource, pRev->zId, pRev->zId);
    return;
  }
  migFail(p, MIG_CHECKSUM,
          "%s differs from revision %s, which is applied; bring the file"
          " back, or take the new text with"
          " migrate_import(%Q, '{\"repair\":true}')",
          pRev->zSource, pRev->zId, zFolder);
}

/* File i brings other scripts for a revision that is applied. One that had no
** way back gets it; all else is CHECKSUM. */
static void appliedCheck(MigContext *p, Import *pImport, int i,
                         const MigRevision *pRev, const MigRevision *pStored) {
  const MigImported *pFile = &pImport->files.aRevision[i];
  MigPackCache cache = {0, {0, 0}};
  MigRevision stored = *pStored;
  int bUp = migRenamedUp(p, &cache, &stored, pRev);
  int bDown = stored.zDown != 0;

  migScriptsClose(&cache);
  if (p->rc) {
    return;
  }
  if (!bUp || (bDown && isMoved(pFile, pStored)) ||
      migAppliedDiffers(p, pRev->zId, pStored->aChecksum)) {
    changedFail(p, pImport, pFile, pRev, pStored);
  } else if (bDown) {
    downFail(p, pImport, downFile(pImport, i), pRev);
  } else {
    noteAdd(p, pImport,
            migPrintf(p,
                      "%s: revision %s is applied and had no down script; now"
                      " it has this one",
                      downFile(pImport, i), pRev->zId));
  }
}

/* File i is stored, with another checksum. */
static void importChanged(MigContext *p, Import *pImport, int iNode, int i,
                          MigRevision *pRev, const MigRevision *pStored) {
  const MigImported *pFile = &pImport->files.aRevision[i];
  int bApplied = migSetHas(&pImport->change.state.applied, iNode);
  int bAgain = (pRev->flags & MIG_REV_REPEATABLE) != 0;
  int edges = edgesDiffer(pImport->change.state.pGraph, iNode, pFile);

  if (bApplied && !bAgain && !pImport->bRepair) {
    appliedCheck(p, pImport, i, pRev, pStored);
  }
  if (p->rc) {
    return;
  }
  if (pImport->bLook) {
    pImport->bWould = 1;
    return;
  }
  pRev->place = pStored->place;
  if (!bApplied || bAgain) {
    forbiddenNote(p, pImport, pRev, 0);
    forbiddenNote(p, pImport, pRev, 1);
  }
  migRevisionEdit(p, &pImport->change.packer, pRev);
  migKeepFiles(p, &pImport->keep, i, pRev);
  if (bApplied && bAgain && !pImport->bRepair) {
    migAppliedRemove(p, pRev->zId);
  } else if (bApplied) {
    migAppliedRepair(p, pRev->zId, pRev->aChecksum);
    if (edges) {
      edgesStay(p, pImport, pRev, edges);
    }
  } else if (edges) {
    migRevisionRewire(p, pRev);
  }
  idAdd(p, &pImport->changed, pRev->zId);
}

/*
** A file whose version has become that of two gets its whole name as id. When
** it was imported before that, with these scripts, it keeps the id it has.
*/
static void keepShort(MigContext *p, Import *pImport, int i) {
  const MigGraph *pGraph = pImport->change.state.pGraph;
  MigImported *pFile = &pImport->files.aRevision[i];
  int iShort = pFile->zShort ? migGraphFind(pGraph, pFile->zShort) : -1;
  MigRevision stored;

  if (iShort < 0 || migGraphFind(pGraph, pFile->zId) >= 0 ||
      migSetHas(&pImport->listed, iShort)) {
    return;
  }
  if (migRevisionRead(p, pFile->zShort, &stored) &&
      memcmp(stored.aChecksum, pImport->aRev[i].aChecksum, MIG_HASH_SIZE) ==
          0) {
    pFile->zId = pFile->zShort;
    migSetAdd(&pImport->listed, iShort);
  }
}

/* Which stored revisions the folder has. A file may be one under another
** name. */
static void listFolder(MigContext *p, Import *pImport) {
  const MigState *pState = &pImport->change.state;
  MigImport *pFiles = &pImport->files;
  MigRenamed job = {pState->pGraph, &pState->applied, pFiles, 0};
  MigList notes = {0, 0};
  int i;

  pImport->listed = migSetNew(p, pState->pGraph->nNode);
  pImport->aRev = migAlloc(p, ((u64)pFiles->nRevision + 1) * sizeof(*job.aRev));
  job.aRev = pImport->aRev;
  pImport->aPlace = migAlloc(p, ((u64)pState->pGraph->nNode + 1) * sizeof(int));
  for (i = 0; i < pState->pGraph->nNode && p->rc == SQLITE_OK; i++) {
    pImport->aPlace[pState->pGraph->aOrder[i]] = i;
  }
  for (i = 0; i < pFiles->nRevision && p->rc == SQLITE_OK; i++) {
    int iNode = migGraphFind(pState->pGraph, pFiles->aRevision[i].zId);
    importedRevision(p, &pFiles->aRevision[i], pImport->change.zStartedAt,
                     &pImport->aRev[i]);
    if (iNode >= 0) {
      migSetAdd(&pImport->listed, iNode);
    }
  }
  if (pImport->bRepair) {
    pImport->nMended =
        migMendScripts(p, pState->pGraph, pFiles->nRevision, pImport->aRev,
                       pImport->change.iLevel, &notes);
  }
  migRenamedFind(p, &job, &pImport->listed, &notes);
  for (i = 0; i < pFiles->nRevision && p->rc == SQLITE_OK; i++) {
    keepShort(p, pImport, i);
    pImport->aRev[i].zId = pFiles->aRevision[i].zId;
  }
  for (i = 0; i < notes.n && p->rc == SQLITE_OK; i++) {
    noteAdd(p, pImport, notes.az[i]);
  }
}

/* New files behind a stored one of a line stand on it. Where it has changed
** places with one before, that one is still the last. */
static void baseMove(Import *pImport, const MigImported *pFile, int iNode) {
  if (!pFile->bRenamed || pImport->iBase < 0 ||
      pImport->aPlace[pImport->iBase] < pImport->aPlace[iNode]) {
    pImport->iBase = iNode;
    pImport->zLast = 0;
  }
}

/*
** Is the folder older than the file? Then an applied revision came from a file
** that the folder does not have: pImport->zNewer. No such one are those below
** all that the folder has: that is a folder without its first files. It only
** matters to repeatable scripts, which would be put back as they were.
*/
static void newerFind(MigContext *p, Import *pImport) {
  const MigState *pState = &pImport->change.state;
  const MigGraph *pGraph = pState->pGraph;
  int bRepeatable = 0;
  MigSet above = migSetCopy(p, &pImport->listed);
  MigSet below = migSetCopy(p, &pImport->listed);
  MigSet gone = migSetCopy(p, &pState->applied);
  MigRevision rev;
  int i;

  for (i = 0; i < pImport->files.nRevision; i++) {
    bRepeatable |= pImport->files.aRevision[i].bRepeatable;
  }
  if (p->rc || !bRepeatable) {
    return;
  }
  migGraphDescendants(p, pGraph, &above);
  migGraphAncestors(p, pGraph, &below);
  migSetSubtract(&below, &above);
  migSetSubtract(&gone, &below);
  migSetSubtract(&gone, &pImport->listed);
  for (i = migSetNext(&gone, -1);
       i >= 0 && !pImport->zNewer && p->rc == SQLITE_OK;
       i = migSetNext(&gone, i)) {
    if (!pGraph->aNode[i].bRepeatable &&
        migRevisionGet(p, pGraph->aNode[i].zId, &rev) && rev.zSource) {
      pImport->zNewer = pGraph->aNode[i].zId;
    }
  }
}

/* Would migrate_auto() put a repeatable script into the file that is older than
** what it finds there? Say so; an import that was asked for does it. */
static int isOlder(MigContext *p, Import *pImport, const MigImported *pFile,
                   int bSame) {
  if (pImport->zNewer == 0 || !pFile->bRepeatable || bSame) {
    return 0;
  }
  noteAdd(p, pImport,
          migPrintf(p,
                    "%s: %s is applied and not in the folder, which seems to be"
                    " older than the file%s",
                    pFile->zFile, pImport->zNewer,
                    pImport->pSeen ? ": left as it is stored;"
                                     " migrate_import() takes it"
                                   : ""));
  return pImport->pSeen != 0;
}

static void importAll(MigContext *p, Import *pImport) {
  const MigGraph *pGraph = pImport->change.state.pGraph;
  MigRevision stored;
  MigRevision rev;
  int i;

  pImport->iBase = -1;
  listFolder(p, pImport);
  newerFind(p, pImport);
  if (pImport->pSeen) {
    memset(&pImport->pSeen->has, 0, sizeof(MigList));
  }
  for (i = 0;
       i < pImport->files.nRevision && p->rc == SQLITE_OK && !pImport->bWould;
       i++) {
    const MigImported *pFile = &pImport->files.aRevision[i];
    int iNode = migGraphFind(pGraph, pFile->zId);
    rev = pImport->aRev[i];
    if (isOlder(p, pImport, pFile,
                iNode >= 0 && migRevisionTakes(p, pFile->zId, rev.aChecksum))) {
      continue;
    }
    if (pImport->pSeen) {
      migListAdd(p, &pImport->pSeen->has, pFile->zId);
    }
    if (iNode < 0) {
      importNew(p, pImport, i, &rev);
      continue;
    }
    baseMove(pImport, pFile, iNode);
    migRevisionGet(p, pFile->zId, &stored); /* places move with each edit */
    kindCheck(p, &rev, &stored);
    if (pFile->zCreatedAt == 0) {
      rev.zCreatedAt = stored.zCreatedAt;
    }
    if (memcmp(stored.aChecksum, rev.aChecksum, MIG_HASH_SIZE) == 0) {
      importSame(p, pImport, iNode, i, &rev, &stored);
    } else {
      importChanged(p, pImport, iNode, i, &rev, &stored);
    }
  }
}

/* The result, made before the commit. */
static char *importResult(MigContext *p, Import *pImport) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pImport->files.nNote; i++) {
    noteAdd(p, pImport, pImport->files.azNote[i]);
  }
  for (i = 0; i < pImport->keep.anew.n; i++) {
    noteAdd(p, pImport,
            migPrintf(p, "%s has changed outside its scripts, and is kept anew",
                      pImport->keep.anew.az[i]));
  }
  migTextStr(p, &text, "{\"format\":");
  migTextJson(p, &text, pImport->files.zFormat);
  migTextStr(p, &text, ",\"new\":");
  migTextStr(p, &text, migJsonIds(p, migTextZ(&pImport->added)));
  migTextF(p, &text, ",\"known\":%d,\"changed\":", pImport->nKnown);
  migTextStr(p, &text, migJsonIds(p, migTextZ(&pImport->changed)));
  migTextF(p, &text, ",\"notes\":[%s]}", migTextZ(&pImport->notes));
  return migResultText(p, text.z);
}

/* Is there nothing in the file: no revision, no table? */
static int hostNew(MigContext *p) {
  int bStore = migStoreOpen(p);
  MigState state;

  migStateRead(p, bStore, &state);
  return p->rc == SQLITE_OK && state.pGraph->nNode == 0 &&
         migQueryInt(p, 1,
                     "SELECT NOT EXISTS(SELECT 1 FROM main.sqlite_schema WHERE"
                     " type = 'table' AND name NOT GLOB '_migrate_*'"
                     " AND name NOT GLOB 'sqlite_*')");
}

/* Fact of _migrate_meta: what the folder that was imported last looks like. */
#define FOLDER_FACT "folder"

/* Read the folder. */
static void importOpen(MigContext *p, Import *pImport, const char *zPath,
                       const char *zFormat, const MigPlaceholders *pHolders) {
  MigFolder *pFolder = &pImport->folder;

  memset(pImport, 0, sizeof(*pImport));
  pImport->zPath = zPath;
  pFolder->nPlaceholder = pHolders->n;
  pFolder->azKey = pHolders->azKey;
  pFolder->azValue = pHolders->azValue;
  pFolder->host.xNew = hostNew;
  pFolder->host.xHas = migRevisionHas;
  migImportLoad(p, pFolder, zPath, zFormat, &pImport->files);
  pImport->keep.pFolder = pFolder;
  pImport->keep.pFiles = &pImport->files;
  migKeepStart(p, &pImport->keep);
}

/* Import; for migrate_auto() also keep what the folder looks like. */
static char *importRun(MigContext *p, MigConnection *pConn,
                       const MigCall *pCall, const char *zPath,
                       const char *zFormat, const MigPlaceholders *pHolders,
                       int bRepair, MigImportSeen *pSeen) {
  MigChangeNote note = {"import", 0, 0, 0, 0, 0};
  int bLooks = pSeen && pSeen->zLooks[0];
  Import import;
  char *zResult;
  int bAny;

  importOpen(p, &import, zPath, zFormat, pHolders);
  import.bRepair = bRepair;
  import.pSeen = pSeen;
  migChangeBegin(p, &import.change, pConn, pCall);
  if (p->rc == SQLITE_OK) {
    importAll(p, &import);
  }
  bAny = import.added.n + import.changed.n > 0;
  bAny |= migKeepShared(p, &import.keep, bAny) || import.keep.anew.n > 0 ||
          import.nMoved > 0 || import.nMended > 0;
  if (bAny) {
    migChangeReload(p, &import.change);
    note.zMessage = migPrintf(p, "%s: %s", import.files.zFormat, zPath);
    migChangeRecord(p, &import.change, &note);
  }
  if (bLooks) {
    migMetaSetText(p, FOLDER_FACT, pSeen->zLooks);
  }
  zResult = p->rc ? 0 : importResult(p, &import);
  migChangeEnd(p, &import.change, bAny || bLooks);
  migFolderClose(&import.folder);
  return zResult;
}

/*
** Read the folder or file zPath and store what is new. Returns the JSON
** object {format, new, known, changed, notes} for the caller to free. Errors:
** FILE, FORMAT, CHECKSUM, BAD_ID, DUPLICATE_*, MISSING_PARENT, CYCLE,
** DEPENDENCY_CYCLE; then nothing is stored.
*/
char *migImportFolder(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zPath, const char *zFormat,
                      const MigPlaceholders *pHolders, int bRepair) {
  return importRun(p, pConn, pCall, zPath, zFormat, pHolders, bRepair, 0);
}

/* ---- for migrate_auto() ---- */

/*
** Find out what the folder or file zPath looks like, without reading a file of
** it. Returns whether all is done: it looks as it did when it was imported so
** last, and nothing is pending.
*/
int migImportLooks(MigContext *p, const char *zPath, const char *zFormat,
                   const MigPlaceholders *pHolders, MigImportSeen *pSeen) {
  MigList more = {0, 0};
  const char *zWas = 0;
  sqlite3_stmt *pRead;
  MigFacts facts;
  int bPending = 1;
  int i;

  migListAdd(p, &more, zFormat ? zFormat : "");
  for (i = 0; i < pHolders->n; i++) {
    migListAdd(p, &more, pHolders->azKey[i]);
    migListAdd(p, &more, pHolders->azValue[i]);
  }
  pSeen->zLooks = p->rc ? 0 : migFolderLooks(p, zPath, more.n, more.az);
  pRead = migReadBegin(p, MIG_WAIT);
  if (p->rc == SQLITE_OK && migStoreOpen(p)) {
    zWas = migMetaText(p, FOLDER_FACT);
    migFactsRead(p, &facts);
    bPending = p->rc || migFactsPending(&facts, 1);
  }
  migFinalize(p, pRead);
  pSeen->bSame = p->rc == SQLITE_OK && pSeen->zLooks && pSeen->zLooks[0] &&
                 zWas && strcmp(pSeen->zLooks, zWas) == 0;
  return pSeen->bSame && !bPending;
}

/* Is zPath an empty folder, and no revision stored? So it is with the first
** release of an application. Where something is stored, an empty folder is more
** likely one that was forgotten. */
int migImportEmpty(MigContext *p, const char *zPath) {
  sqlite3_stmt *pRead = 0;
  int bEmpty = 0;
  MigFolder folder;

  memset(&folder, 0, sizeof(folder));
  migFolderOpen(p, &folder, zPath);
  if (p->rc == SQLITE_OK && folder.nFile == 0) {
    pRead = migReadBegin(p, MIG_WAIT);
    bEmpty = p->rc == SQLITE_OK &&
             (!migStoreOpen(p) || !migQueryInt(p, 0,
                                               "SELECT EXISTS(SELECT 1 FROM"
                                               " main._migrate_revisions)"));
  }
  migFinalize(p, pRead);
  migFolderClose(&folder);
  return bEmpty && p->rc == SQLITE_OK;
}

/* Hold the folder against what is stored, under a read. Returns what an import
** would return that has nothing to store; NULL when there is something. The
** errors are those of an import. */
char *migImportKnown(MigContext *p, const MigCall *pCall, const char *zPath,
                     const char *zFormat, const MigPlaceholders *pHolders,
                     MigImportSeen *pSeen) {
  sqlite3_stmt *pRead;
  char *zResult = 0;
  Import import;

  importOpen(p, &import, zPath, zFormat, pHolders);
  import.pSeen = pSeen;
  import.bLook = import.keep.bLook = 1;
  import.change.zStartedAt = migTimeText(p, pCall->msNow);
  pRead = migReadBegin(p, pCall->msWait < 0 ? MIG_WAIT : pCall->msWait);
  if (p->rc == SQLITE_OK && migStoreOpen(p) == MIGRATE_STORE_VERSION) {
    migStateLoad(p, &import.change.state);
    if (p->rc == SQLITE_OK) {
      importAll(p, &import);
    }
    if (!import.bWould && !migKeepShared(p, &import.keep, 0) &&
        import.keep.anew.n == 0) {
      zResult = p->rc ? 0 : importResult(p, &import);
    }
  }
  migFinalize(p, pRead);
  migFolderClose(&import.folder);
  return zResult;
}

/*
** Keep what the folder looks like for the next time, when that is possible at
** once: it only saves reading the folder. So nothing is waited for, an error is
** none, and a transaction of the caller that has not written does not begin to.
** A busy handler that is no timeout cannot be set aside. Only when the
** transaction is not what it was before is the error reported.
*/
void migImportKeep(MigContext *p, MigConnection *pConn,
                   const MigImportSeen *pSeen) {
  int msBusy = (int)migQueryInt(p, 0, "PRAGMA busy_timeout");
  int bAutocommit = sqlite3_get_autocommit(p->db);
  MigTransaction tx;
  MigContext work;

  if (p->rc || sqlite3_db_readonly(p->db, "main") == 1 ||
      (!bAutocommit && migTransactionState(p) != SQLITE_TXN_WRITE)) {
    return;
  }
  if (msBusy > 0) {
    sqlite3_busy_timeout(p->db, 0);
  }
  migContextInit(&work, p->db);
  migTransactionBegin(&work, &tx, pConn, 0, 0, 0);
  if (work.rc == SQLITE_OK && tx.bStore) {
    migMetaSetText(&work, FOLDER_FACT, pSeen->zLooks);
    migStatementsClose(&work);
    migTransactionCommit(&work, &tx);
  }
  migStatementsClose(&work);
  migTransactionUndo(&work, &tx);
  if (work.rc &&
      (pConn->bVeto || sqlite3_get_autocommit(p->db) != bAutocommit)) {
    migErrorSave(&work, p);
  }
  migContextClear(&work);
  if (msBusy > 0) {
    sqlite3_busy_timeout(p->db, msBusy);
  }
}

/* Import, and keep what the folder looks like for the next time. */
char *migImportSeen(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                    const char *zPath, const char *zFormat,
                    const MigPlaceholders *pHolders, MigImportSeen *pSeen) {
  return importRun(p, pConn, pCall, zPath, zFormat, pHolders, 0, pSeen);
}
