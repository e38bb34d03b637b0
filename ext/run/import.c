/*
** import.c - bringing a folder of migrations into the file.
**
** Each imported revision is known (same id, same checksum), new, or changed:
** a changed pending one is replaced, a changed applied one is CHECKSUM and
** nothing is stored, unless `repair` (differ.c). In formats that are a line,
** the parent of a file is the file before it; a new file between stored ones
** is linked in: it takes over its successor's place below the predecessor, and
** is pending even when the successor is applied (chain.c). Files that are gone
** from the folder stay stored, and new ones are put before or behind them by
** their number. A file may be a stored revision under another name (renamed.c).
**
** The files themselves are kept as well (origin.c), so that an export gives
** them back. A repeatable revision that has changed is pending again.
**
** What becomes of a file, by what is stored of its revision:
**
**   nothing                      stored, with its edges and labels     new
**   the same scripts, pending    message, edges and labels taken over  changed
**   the same scripts, applied    nothing; a note when these differ     known
**   other scripts, pending       replaced                              changed
**   other scripts, applied       CHECKSUM; with repair replaced, and
**                                taken for those that have run         changed
**   other scripts, repeatable    replaced, and pending again           changed
**
** A folder is read before the lock is taken, and what it says is held against
** the file under the lock, in one change (change.c): all of it is stored, or
** nothing. Three ways lead here. migImportFolder() is asked for by name.
** migrate_auto() first calls migImportKnown(), the same walk under a read that
** stops at the first file that would be written, and only then, when there is
** one, migImportSeen().
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "text.h"
#include "utf8.h"
#include "applied.h"
#include "dispatch.h"
#include "folder.h"
#include "name.h"
#include "origin.h"
#include "keep.h"
#include "renamed.h"
#include "store.h"
#include "waiting.h"
#include "known.h"
#include "mend.h"
#include "chain.h"
#include "differ.h"
#include "looks.h"
#include "migrate.h"
#include "job.h"
#include "import.h"

/* An import under way. Everything is in the arena but the files' bytes, which
** migFolderClose() frees. */
typedef struct Import {
  MigChange change;
  const char *zPath; /* the folder, or file */
  MigFolder folder;  /* its files */
  MigImport files;   /* the revisions that the loader made of them */
  MigKeep keep;      /* what is kept of the files */
  MigRevision *aRev; /* what would be stored of each file */
  MigSet listed;     /* stored revisions that the folder has */
  int *aPlace;       /* of each stored revision, in the order of running */
  MigChain chain;    /* new files of a line find their parents by it */
  int bRepair;       /* changed applied ones are taken as they are now */
  int bLook;  /* under a read: find out whether anything would be written */
  int bWould; /* it would; what follows is not looked at */
  MigImportSeen *pSeen; /* of migrate_auto(), or NULL */
  const char *zNewer;   /* an applied revision that shows the folder to be
                        ** older than the file, or NULL */
  int nKnown;           /* revisions that are as they are stored */
  int nMoved;           /* known ones of which another path is kept now */
  int nMended;          /* packs of scripts that were damaged */
  MigText added;        /* ids, by commas */
  MigText changed;      /* ids, by commas */
  MigList notes;        /* sentences for the user */
} Import;

/* Append an id to a list by commas. */
static void idAdd(MigContext *p, MigText *pText, const char *zId) {
  migTextF(p, pText, "%s%s", pText->n ? "," : "", zId);
}

/* Flags of an imported revision, MIG_REV_ bits: what its scripts ask for, and
** what the format says. */
static int importedFlags(const MigImported *pFile) {
  return (pFile->bSkipMaintenance ? MIG_REV_LENIENT : 0) |
         (pFile->bRepeatable ? MIG_REV_REPEATABLE : 0) | pFile->scriptFlags;
}

/*
** What would be stored for a file; its edges and labels only for new ones. The
** time is that of the file, or zNow. Texts are those of pFile. A repeatable
** revision loses its down script, before the checksum is made. BAD_ID for a
** label.
*/
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

/* Note a script that no run would accept: it is stored all the same, as it may
** be replaced before it is run. Other errors of it stay errors. */
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
  migJobCheck(p, &job);
  if (p->rc && p->eCode == MIG_FORBIDDEN_STATEMENT && p->zError) {
    migContextInit(&was, p->db);
    migErrorSave(p, &was);
    migListAdd(p, &pImport->notes,
               migPrintf(p, "%s; the %s will refuse it",
                         was.zError + strlen(zPrefix),
                         bDown ? "downgrade" : "upgrade"));
    migContextClear(&was);
  }
}

/* Note scripts that are stored as they are, and what is wrong with them. Only
** for those that are about to be stored. */
static void scriptsNote(MigContext *p, Import *pImport,
                        const MigRevision *pRev) {
  if ((pRev->zUp && !migIsUtf8(pRev->zUp, pRev->nUp)) ||
      (pRev->zDown && !migIsUtf8(pRev->zDown, pRev->nDown))) {
    migListAdd(
        p, &pImport->notes,
        migPrintf(p, "%s is not UTF-8; it is stored as it is", pRev->zSource));
  }
  forbiddenNote(p, pImport, pRev, 0);
  forbiddenNote(p, pImport, pRev, 1);
}

/*
** Store file i, which is new. In a line its parent is what the chain says, and
** the chain then links what follows to it. BAD_ID, and the errors of a new
** revision.
*/
static void importNew(MigContext *p, Import *pImport, int i,
                      MigRevision *pRev) {
  int bLine = migChainHas(&pImport->chain, i);
  const char *zParent;

  if (pImport->bLook) {
    pImport->bWould = 1;
    return;
  }
  migIdCheck(p, pRev->zId, "revision id");
  zParent = bLine ? migChainParent(p, &pImport->chain, i) : 0;
  if (zParent) {
    pRev->azParent = migAlloc(p, sizeof(char *));
    if (pRev->azParent) {
      pRev->azParent[0] = zParent;
      pRev->nParent = 1;
    }
  }
  if (pImport->files.aRevision[i].zDown && pRev->zDown == 0) {
    migListAdd(p, &pImport->notes,
               migPrintf(p,
                         "%s: the down script is left out; nothing undoes a"
                         " repeatable revision",
                         pRev->zId));
  }
  scriptsNote(p, pImport, pRev);
  migRevisionAdd(p, &pImport->change.packer, pRev);
  migKeepFiles(p, &pImport->keep, i, pRev);
  idAdd(p, &pImport->added, pRev->zId);
  if (bLine) {
    migChainAdded(p, &pImport->chain, i, zParent);
  }
}

/* The stored revision has come from another path: keep that of the file, and
** the file under it. The scripts are those that are stored. */
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

/*
** A stored revision whose scripts are those of the file: take over message,
** edges and labels while it is pending. With bRepair, scripts that were applied
** with another checksum count as those that have run. The file that is kept is
** looked at only when nothing else differs.
*/
static void importSame(MigContext *p, Import *pImport, int iNode, int i,
                       MigRevision *pRev, const MigRevision *pStored) {
  const MigImported *pFile = &pImport->files.aRevision[i];
  int edges = migDifferEdges(pImport->change.state.pGraph, iNode, pFile);
  int bMessage =
      pStored->zMessage && strcmp(pStored->zMessage, pRev->zMessage) != 0;
  int differs = edges | (bMessage ? MIG_DIFFER_MESSAGE : 0);
  int bApplied = migSetHas(&pImport->change.state.applied, iNode);

  if (pImport->bRepair && migAppliedDiffers(p, pRev->zId, pRev->aChecksum)) {
    migAppliedRepair(p, pRev->zId, pRev->aChecksum);
    idAdd(p, &pImport->changed, pRev->zId);
  } else if (migDifferMoved(pFile, pStored) && (bApplied || !differs)) {
    pImport->nKnown++;
    pathMoved(p, pImport, i, pRev, pStored);
  } else if (!differs) {
    pImport->nKnown++;
    migKeepAgain(p, &pImport->keep, i, pRev);
  } else if (bApplied) {
    pImport->nKnown++;
    migListAdd(p, &pImport->notes, migDifferNote(p, pRev, differs));
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

/*
** File i is stored, with another checksum: CHECKSUM when it is applied, or else
** replaced. An applied revision keeps its edges, with a note. A repeatable one
** leaves the applied set, so that it runs again; with bRepair it stays there,
** as one that has run as it is now.
*/
static void importChanged(MigContext *p, Import *pImport, int iNode, int i,
                          MigRevision *pRev, const MigRevision *pStored) {
  const MigImported *pFile = &pImport->files.aRevision[i];
  int bApplied = migSetHas(&pImport->change.state.applied, iNode);
  int bAgain = (pRev->flags & MIG_REV_REPEATABLE) != 0;
  int edges = migDifferEdges(pImport->change.state.pGraph, iNode, pFile);

  if (bApplied && !bAgain && !pImport->bRepair) {
    migDifferApplied(p, &pImport->keep, pImport->zPath, i, pRev, pStored,
                     &pImport->notes);
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
      migListAdd(p, &pImport->notes, migDifferNote(p, pRev, edges));
    }
  } else if (edges) {
    migRevisionRewire(p, pRev);
  }
  idAdd(p, &pImport->changed, pRev->zId);
}

/*
** A file whose version has become that of two gets its whole name as id. When
** it was imported before that, with these scripts, it keeps the id it has: the
** short one, unless another file has it.
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

/*
** Which stored revisions the folder has: aRev, listed and aPlace are made here.
** A file may be one under another name. With bRepair damaged packs are written
** anew first, since stored scripts are compared with those of files.
*/
static void listFolder(MigContext *p, Import *pImport) {
  const MigState *pState = &pImport->change.state;
  MigImport *pFiles = &pImport->files;
  MigRenamed job = {pState->pGraph, &pState->applied, pFiles, 0};
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
                       pImport->change.iLevel, &pImport->notes);
  }
  migRenamedFind(p, &job, &pImport->listed, &pImport->notes);
  for (i = 0; i < pFiles->nRevision && p->rc == SQLITE_OK; i++) {
    keepShort(p, pImport, i);
    pImport->aRev[i].zId = pFiles->aRevision[i].zId;
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

/*
** Would migrate_auto() put a repeatable script into the file that is older than
** what it finds there? Say so; an import that was asked for does it: 0, but
** with the note. bSame: the stored one is the same, so nothing is put back.
*/
static int isOlder(MigContext *p, Import *pImport, const MigImported *pFile,
                   int bSame) {
  if (pImport->zNewer == 0 || !pFile->bRepeatable || bSame) {
    return 0;
  }
  migListAdd(
      p, &pImport->notes,
      migPrintf(p,
                "%s: %s is applied and not in the folder, which seems to be"
                " older than the file%s",
                pFile->zFile, pImport->zNewer,
                pImport->pSeen ? ": left as it is stored;"
                                 " migrate_import() takes it"
                               : ""));
  return pImport->pSeen != 0;
}

/* Linking the folder in begins at its first file, behind what is stored. */
static void chainStart(Import *pImport) {
  MigChain *pChain = &pImport->chain;

  pChain->pGraph = pImport->change.state.pGraph;
  pChain->pApplied = &pImport->change.state.applied;
  pChain->pListed = &pImport->listed;
  pChain->aPlace = pImport->aPlace;
  pChain->pFiles = &pImport->files;
  pChain->bAuto = pImport->pSeen != 0;
  pChain->pNotes = &pImport->notes;
  migChainStart(pChain);
}

/*
** Hold every file of the folder against what is stored, and store what is new
** or has changed. With bLook nothing is written, and the first file that would
** be ends it. The state is that of the file before the import, and stays so:
** what the walk has stored is not in its graph.
*/
static void importAll(MigContext *p, Import *pImport) {
  const MigGraph *pGraph = pImport->change.state.pGraph;
  MigRevision stored;
  MigRevision rev;
  int i;

  listFolder(p, pImport);
  newerFind(p, pImport);
  chainStart(pImport);
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
    migChainStored(&pImport->chain, i, iNode);
    migRevisionGet(p, pFile->zId, &stored); /* places move with each edit */
    migDifferKind(p, &rev, &stored);
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

/* The result, made before the commit, for the caller to free. Notes of the
** loader and of kept files come behind the others. */
static char *importResult(MigContext *p, Import *pImport) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pImport->files.nNote; i++) {
    migListAdd(p, &pImport->notes, pImport->files.azNote[i]);
  }
  for (i = 0; i < pImport->keep.anew.n; i++) {
    migListAdd(p, &pImport->notes,
               migPrintf(p,
                         "%s has changed outside its scripts, and is kept anew",
                         pImport->keep.anew.az[i]));
  }
  migTextStr(p, &text, "{\"format\":");
  migTextJson(p, &text, pImport->files.zFormat);
  migTextStr(p, &text, ",\"new\":");
  migTextStr(p, &text, migJsonIds(p, migTextZ(&pImport->added)));
  migTextF(p, &text, ",\"known\":%d,\"changed\":", pImport->nKnown);
  migTextStr(p, &text, migJsonIds(p, migTextZ(&pImport->changed)));
  migTextStr(p, &text, ",\"notes\":[");
  for (i = 0; i < pImport->notes.n; i++) {
    migTextStr(p, &text, i ? "," : 0);
    migTextJson(p, &text, pImport->notes.az[i]);
  }
  migTextStr(p, &text, "]}");
  return migResultText(p, text.z);
}

/* Is there nothing in the file: no revision, no table? Our own and SQLite's
** tables do not count. Asked by loaders, before any lock. */
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

/* Read the folder. *pImport is set up also after failure; its folder is to be
** closed on every path. FILE, FORMAT. */
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

/*
** Import; for migrate_auto() also keep what the folder looks like. The history
** gets a row only when something was stored. What the folder looks like is
** committed also when nothing was. Returns the result for the caller to free.
*/
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
    migLooksSet(p, pSeen->zLooks);
  }
  zResult = p->rc ? 0 : importResult(p, &import);
  migChangeEnd(p, &import.change, bAny || bLooks);
  migFolderClose(&import.folder);
  return zResult;
}

/*
** Read the folder or file zPath and store what is new. zFormat NULL: it is
** found out. pHolders are what placeholders of its files stand for. With
** bRepair a changed applied revision is replaced, and damaged packs are mended.
** Returns the JSON object {format, new, known, changed, notes} for the caller
** to free. Errors: FILE, FORMAT, CHECKSUM, BAD_ID, DUPLICATE_*, MISSING_PARENT,
** CYCLE, DEPENDENCY_CYCLE; then nothing is stored. It begins and ends the write
** transaction, and makes the store where there is none.
*/
char *migImportFolder(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zPath, const char *zFormat,
                      const MigPlaceholders *pHolders, int bRepair) {
  return importRun(p, pConn, pCall, zPath, zFormat, pHolders, bRepair, 0);
}

/* ---- for migrate_auto() ---- */

/*
** Hold the folder against what is stored, under a read that it begins and ends.
** Returns what an import would return that has nothing to store, for the caller
** to free; NULL when there is something, when there is no store of this
** version, and after failure. pSeen->has becomes the ids that the folder has,
** as far as it was read. The errors are those of an import.
*/
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

/* migImportFolder() for migrate_auto(), without repair: repeatable scripts of a
** folder that is older than the file are left out. pSeen->zLooks, unless it is
** "", is kept for the next time, and pSeen->has set. */
char *migImportSeen(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                    const char *zPath, const char *zFormat,
                    const MigPlaceholders *pHolders, MigImportSeen *pSeen) {
  return importRun(p, pConn, pCall, zPath, zFormat, pHolders, 0, pSeen);
}
