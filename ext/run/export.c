/*
** export.c - the stored revisions, written as a folder of files.
**
** What is stored is read under one read transaction: revisions in the order of
** the graph, repeatable ones last, and the files that they were imported from.
** compose.c makes files of them and proves them; only then the disk is looked
** at (writefiles.c). What was imported is given back as the files it came from
** (originals.c); the others get names (filenames.c). What the format has no
** place for is left out, and noted:
**
**   repeatable revisions     where the format knows none
**   down scripts             where it has no way back
**   dependencies and labels  where it has no place for them
**   branches                 where it is a line: they are written one after the
**                            other, in an order in which they can run
**
** The first two do not hold for revisions whose files of the import are given
** back. Names, folders and the bytes of scripts come from the file, which may
** be anybody's: names are made safe (filenames.c), and what is written is read
** back by the loader of the format before a byte of it reaches the disk.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "origin.h"
#include "revisions.h"
#include "state.h"
#include "settings.h"
#include "store.h"
#include "waiting.h"
#include "dispatch.h"
#include "compose.h"
#include "expand.h"
#include "originals.h"
#include "filenames.h"
#include "writefiles.h"
#include "export.h"

#define NOTE_NAMED 8 /* revisions that a note names */

/* An export under way. What it points to is in the arena or the caller's. */
typedef struct Export {
  const MigExportSpec *pSpec;
  const MigCall *pCall;
  const char *zFormat;   /* chosen; NULL until it is */
  int holds;             /* MIG_HOLDS_ bits of the format */
  const char *zTemplate; /* of the call or the setting; NULL or "": none */
  MigState state;
  MigOrigins origins; /* kept files of all revisions */
  int nRevision;      /* those that are written; not all that are stored */
  MigExported *aRevision;
  i64 *aSecond;  /* of each revision: made when, in seconds since 1970; -1 */
  u8 *aImported; /* of each revision: it came from a file */
  MigOutput out;
  MigText branches; /* ids for notes */
  int nBranch;      /* revisions that are not on the one before them alone */
  int nDown;        /* down scripts that are left out */
  int nRepeatable;  /* repeatable revisions that are */
  int nDropped;     /* revisions whose files of the import are not used */
  int nDepend;      /* revisions with dependencies */
  int nLabel;       /* revisions with labels */
  MigExpanded expanded;
} Export;

/* ---- what is stored ---- */

/* One more revision that a note is about. All are counted, the first few are
** named. */
static void branchAdd(MigContext *p, Export *pExport, const char *zId) {
  if (pExport->nBranch++ < NOTE_NAMED) {
    migTextF(p, &pExport->branches, "%s%s", pExport->branches.n ? ", " : "",
             zId);
  }
}

/*
** Seconds since 1970 of a stored time, rounded; -1 when there is none, when
** SQLite does not take it for a time, and for years before 1970 or from 10000
** on, which fit no name of 14 digits. A time that begins with no digit is not
** asked for: SQLite reads 'now' and the like (lang_datefunc.html).
*/
static i64 secondsOf(MigContext *p, const char *zTime) {
  static const char zSql[] =
      "SELECT CAST(round((julianday(?1) - 2440587.5) * 86400.0) AS INTEGER)"
      " WHERE julianday(?1) IS NOT NULL";
  sqlite3_stmt *pStmt;
  i64 second = -1;

  if (zTime == 0 || !migIsDigit(zTime[0])) { /* SQLite would read 'now' */
    return -1;
  }
  pStmt = migCached(p, zSql);
  migBindText(p, pStmt, 1, zTime);
  if (migStep(p, pStmt)) {
    second = sqlite3_column_int64(pStmt, 0);
  }
  sqlite3_reset(pStmt);
  return second >= 0 && second < 253402300800LL ? second : -1; /* year 10000 */
}

/* The dependencies as they are stored, in the arena: one may be a label, which
** the graph has resolved. */
static void dependRead(MigContext *p, MigExported *pRev) {
  static const char zSql[] =
      "SELECT target FROM main._migrate_edges WHERE revision = ?1 AND kind = 1"
      " ORDER BY position";
  sqlite3_stmt *pStmt = migCached(p, zSql);
  MigList list = {0, 0};

  migBindText(p, pStmt, 1, pRev->zId);
  while (migStep(p, pStmt)) {
    migListAdd(p, &list, migColumnText(p, pStmt, 0));
  }
  sqlite3_reset(pStmt);
  pRev->nDepend = list.n;
  pRev->azDepend = list.az;
}

/* Ids of n nodes, in the arena and never of length 0. */
static const char **nodeIds(MigContext *p, const MigGraph *pGraph, int n,
                            const int *a) {
  const char **az = migAlloc(p, ((u64)n + 1) * sizeof(char *));
  int i;

  for (i = 0; az && i < n; i++) {
    az[i] = pGraph->aNode[a[i]].zId;
  }
  return az;
}

/*
** Read the revision iNode with its scripts, which are copied: those of the
** cache go with the next pack. Names are not given yet. After an error *pOut
** may be half filled.
*/
static void revisionRead(MigContext *p, Export *pExport, int iNode,
                         MigPackCache *pCache, MigExported *pOut) {
  const MigGraph *pGraph = pExport->state.pGraph;
  const MigNode *pNode = &pGraph->aNode[iNode];
  MigRevision rev;

  memset(pOut, 0, sizeof(*pOut));
  if (!migRevisionGet(p, pNode->zId, &rev)) {
    return;
  }
  migRevisionScripts(p, pCache, &rev);
  if (p->rc) {
    return;
  }
  pOut->zId = pNode->zId;
  pOut->zMessage = rev.zMessage ? rev.zMessage : "";
  pOut->zCreatedAt = rev.zCreatedAt;
  pOut->zOriginalStem = rev.zSource; /* for originalStem() */
  pOut->bRepeatable = (rev.flags & MIG_REV_REPEATABLE) != 0;
  pOut->bNoTransaction =
      (rev.flags & (MIG_REV_UP_ALONE | MIG_REV_DOWN_ALONE)) != 0;
  pOut->bUpAlone = (rev.flags & MIG_REV_UP_ALONE) != 0;
  pOut->nParent = pNode->nParent;
  pOut->azParent = nodeIds(p, pGraph, pNode->nParent, pNode->aParent);
  pOut->nDepend = pNode->nDepend;
  pOut->azDepend = nodeIds(p, pGraph, pNode->nDepend, pNode->aDepend);
  pOut->nLabel = pNode->nLabel;
  pOut->azLabel = pNode->azLabel;
  if (rev.zUp) {
    pOut->zUp = migStrndup(p, rev.zUp, rev.nUp);
    pOut->nUp = rev.nUp;
  }
  if (rev.zDown) {
    pOut->zDown = migStrndup(p, rev.zDown, rev.nDown);
    pOut->nDown = rev.nDown;
  }
}

/* Read all of them: ancestors first, repeatable ones last, as names and writers
** rely on. What is known of them beside MigExported is made as well. */
static void revisionsRead(MigContext *p, Export *pExport) {
  const MigGraph *pGraph = pExport->state.pGraph;
  u64 n = (u64)pGraph->nNode + 1;
  MigPackCache cache = {0, {0, 0}};
  MigExported *aLast = migAlloc(p, n * sizeof(MigExported));
  int nLast = 0;
  int i;

  pExport->aRevision = migAlloc(p, n * sizeof(MigExported));
  pExport->aSecond = migAlloc(p, n * sizeof(i64));
  pExport->aImported = migAlloc(p, n);
  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    MigExported *pRev = &pExport->aRevision[pExport->nRevision];
    revisionRead(p, pExport, pGraph->aOrder[i], &cache, pRev);
    if (p->rc == SQLITE_OK && pRev->bRepeatable) {
      aLast[nLast++] = *pRev;
    } else {
      pExport->nRevision++;
    }
  }
  for (i = 0; i < nLast && p->rc == SQLITE_OK; i++) {
    pExport->aRevision[pExport->nRevision++] = aLast[i];
  }
  for (i = 0; i < pExport->nRevision && p->rc == SQLITE_OK; i++) {
    pExport->aSecond[i] = secondsOf(p, pExport->aRevision[i].zCreatedAt);
    pExport->aImported[i] = pExport->aRevision[i].zOriginalStem != 0;
  }
  migScriptsClose(&cache);
}

/* ---- the format, and the files that were kept ---- */

/* Take the format that was asked for, or find one: that of the import, else our
** own. FORMAT for a name that is none, or of one that is only read. */
static void formatChoose(MigContext *p, Export *pExport,
                         const MigOriginals *pFrom) {
  const char *zFormat = pExport->pSpec->zFormat;

  if (zFormat && !migFormatWritten(zFormat)) {
    migFormatUnknown(p, zFormat, 1);
  }
  pExport->zFormat = zFormat ? zFormat : migOriginalsFormat(pFrom);
  pExport->holds = migFormatHolds(pExport->zFormat);
}

/*
** Leave out what the format has no place for, and keep count; the arrays are
** closed up in place. In a format that is a line, what is not on the revision
** before it alone is a branch; in one with a graph the dependencies are read
** again as they were given.
*/
static void revisionsFit(MigContext *p, Export *pExport) {
  int n = 0;
  int i;

  for (i = 0; i < pExport->nRevision; i++) {
    MigExported rev = pExport->aRevision[i];
    if (rev.bRepeatable && !rev.bOriginal &&
        !(pExport->holds & MIG_HOLDS_REPEATABLE)) {
      pExport->nRepeatable++;
      continue;
    }
    if (rev.zDown && !rev.bOriginal && !(pExport->holds & MIG_HOLDS_DOWN)) {
      pExport->nDown++;
      rev.zDown = 0;
      rev.nDown = 0;
    }
    if (pExport->holds & MIG_HOLDS_GRAPH) {
      dependRead(p, &rev);
    }
    pExport->nDepend += rev.nDepend > 0;
    pExport->nLabel += rev.nLabel > 0;
    if (rev.nParent > 1 || (!rev.bRepeatable && n > 0 && rev.nParent == 0) ||
        (rev.nParent == 1 && n > 0 &&
         strcmp(rev.azParent[0], pExport->aRevision[n - 1].zId))) {
      branchAdd(p, pExport, rev.zId);
    }
    pExport->aSecond[n] = pExport->aSecond[i];
    pExport->aImported[n] = pExport->aImported[i];
    pExport->aRevision[n++] = rev;
  }
  pExport->nRevision = n;
}

/* Note the scripts that are other ones here, once for all of them. */
static void expandNote(MigContext *p, Export *pExport) {
  const MigExpanded *pDone = &pExport->expanded;

  if (pDone->n > 0) {
    migOutputNote(p, &pExport->out,
                  "%s%s: migrate_table() is written out as plain SQL, for the"
                  " schema that the revisions before them give%s",
                  migTextZ(&pDone->names), pDone->n > 8 ? " and others" : "",
                  pDone->bDrops
                      ? "; tables are dropped there, which empties those that"
                        " refer to them with ON DELETE CASCADE unless the tool"
                        " runs them with PRAGMA foreign_keys=OFF; by hand run"
                        " them in one transaction that stops at the first"
                        " error (sqlite3 -bail), or a copy that fails loses"
                        " its rows"
                      : "");
  }
}

/* Note what the format cannot say. A format with a graph loses no branch,
** dependency or label. */
static void lossNote(MigContext *p, Export *pExport) {
  MigOutput *pOut = &pExport->out;
  const char *zFormat = pExport->zFormat;

  if (pExport->nDropped > 0) {
    migOutputNote(p, pOut,
                  "%d revisions are written anew, not as the files they came"
                  " from: file_template names them",
                  pExport->nDropped);
  }
  if (pExport->nDown > 0) {
    migOutputNote(p, pOut, "%d down scripts are left out: %s has none",
                  pExport->nDown, zFormat);
  }
  if (pExport->nRepeatable > 0) {
    migOutputNote(p, pOut, "%d repeatable revisions are left out: %s has none",
                  pExport->nRepeatable, zFormat);
  }
  if (pExport->holds & MIG_HOLDS_GRAPH) {
    return;
  }
  if (pExport->nBranch > 0) {
    migOutputNote(p, pOut,
                  "%s%s: not on the revision before them alone; %s is a line,"
                  " so branches are written one after the other",
                  migTextZ(&pExport->branches),
                  pExport->nBranch > NOTE_NAMED ? " and others" : "", zFormat);
  }
  if (pExport->nDepend > 0 && !(pExport->holds & MIG_HOLDS_DEPEND)) {
    migOutputNote(p, pOut, "dependencies of %d revisions are left out",
                  pExport->nDepend);
  }
  if (pExport->nLabel > 0 && !(pExport->holds & MIG_HOLDS_LABEL)) {
    migOutputNote(p, pOut, "labels of %d revisions are left out",
                  pExport->nLabel);
  }
}

/* Give the revisions the files that they came from. Names that the call itself
** gives are for all files: those of the import are not used then. */
static void originalsTake(MigContext *p, Export *pExport) {
  const char *zTemplate = pExport->pSpec->zTemplate;
  MigOriginals from = {&pExport->origins, 0, pExport->nRevision,
                       pExport->aRevision, &pExport->out};

  formatChoose(p, pExport, &from);
  if (p->rc) {
    return;
  }
  from.zFormat = pExport->zFormat;
  migOriginalsRead(p, &from);
  if (zTemplate && zTemplate[0]) {
    pExport->nDropped = migOriginalsDrop(&from);
  }
}

/* Read everything that is needed of the database, under one read transaction,
** so that what is written was there at one moment. A file without a store has
** no revision, and that is no error. */
static void exportRead(MigContext *p, Export *pExport) {
  const MigCall *pCall = pExport->pCall;
  sqlite3_stmt *pRead =
      migReadBegin(p, pCall->msWait < 0 ? MIG_WAIT : pCall->msWait);
  int bStore = migStoreOpen(p);

  migStateRead(p, bStore, &pExport->state);
  pExport->zTemplate = pExport->pSpec->zTemplate
                           ? pExport->pSpec->zTemplate
                           : migSettingText(p, bStore, "file_template");
  if (p->rc == SQLITE_OK) {
    revisionsRead(p, pExport);
  }
  migOriginsRead(p, bStore, 0, &pExport->origins);
  if (p->rc == SQLITE_OK) {
    originalsTake(p, pExport);
  }
  if (p->rc == SQLITE_OK) {
    revisionsFit(p, pExport);
  }
  migFinalize(p, pRead);
}

/* ---- the call ---- */

/* Find names for what is written anew. Those of the import stay. */
static void namesMake(MigContext *p, Export *pExport) {
  MigFileNames names;

  names.n = pExport->nRevision;
  names.aRevision = pExport->aRevision;
  names.aSecond = pExport->aSecond;
  names.aImported = pExport->aImported;
  names.zFormat = pExport->zFormat;
  names.zTemplate = pExport->zTemplate;
  names.msNow = pExport->pCall->msNow;
  names.bTemplate = 0;
  migFileNames(p, &names);
}

/* Append a text to a JSON array, the i-th: from 1 on with a comma before it. */
static void jsonItem(MigContext *p, MigText *pText, const char *z, int i) {
  migTextStr(p, pText, i ? "," : 0);
  migTextJson(p, pText, z);
}

/* The JSON object that the call returns, for its caller to free; NULL after
** failure. The notes are those of the writer and ours. */
static char *exportResult(MigContext *p, const Export *pExport) {
  const MigOutput *pOut = &pExport->out;
  MigText text = {0, 0, 0};
  int i;

  migTextF(p, &text, "{\"format\":\"%s\",\"files\":[", pExport->zFormat);
  for (i = 0; i < pOut->nFile; i++) {
    jsonItem(p, &text, pOut->aFile[i].zName, i);
  }
  migTextStr(p, &text, "],\"notes\":[");
  for (i = 0; i < pOut->notes.n; i++) {
    jsonItem(p, &text, pOut->notes.az[i], i);
  }
  migTextStr(p, &text, "]}");
  return migResultText(p, text.z);
}

/*
** Write the stored revisions as files of a folder. Returns the JSON object
** {format, files, notes} for the caller to free, NULL after failure; files are
** the names below the folder, those that were there already among them. A dry
** run returns the same and writes nothing. It begins a read transaction of its
** own and lets it go before the disk is looked at.
**
** Errors: FILE, FORMAT when the format is none or does not hold the revisions,
** USAGE for a template; then nothing is written. FILE in the middle
** of writing takes back what was made.
*/
char *migExportFolder(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const MigExportSpec *pSpec) {
  char *zResult = 0;
  Export export;
  MigWriteFiles write;

  MIG_UNUSED(pConn);
  memset(&export, 0, sizeof(export));
  memset(&write, 0, sizeof(write));
  export.pSpec = pSpec;
  export.pCall = pCall;
  write.pOut = &export.out;
  write.zRoot = pSpec->zPath;
  write.bOverwrite = pSpec->bOverwrite;
  if (p->rc == SQLITE_OK) {
    exportRead(p, &export);
  }
  if (p->rc == SQLITE_OK) {
    namesMake(p, &export);
  }
  if (strcmp(export.zFormat ? export.zFormat : "own", "own") != 0) {
    migExpandScripts(p, export.nRevision, export.aRevision, &export.expanded);
  }
  export.out.nRevision = export.nRevision;
  export.out.aRevision = export.aRevision;
  if (export.nRevision > 0) {
    migExportWrite(p, &export.out, export.zFormat);
  }
  if (p->rc == SQLITE_OK) {
    expandNote(p, &export);
    lossNote(p, &export);
    write.zFormat = export.zFormat;
    migWriteFilesCheck(p, &write);
  }
  if (p->rc == SQLITE_OK) {
    zResult = exportResult(p, &export); /* after the files nothing may fail */
  }
  if (!pCall->bDryRun) {
    migWriteFiles(p, &write);
  }
  if (p->rc) {
    sqlite3_free(zResult);
    return 0;
  }
  return zResult;
}
