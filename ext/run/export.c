/*
** export.c - the stored revisions, written as a folder of files.
**
** What is stored is read under one read transaction: revisions in the order of
** the graph, repeatable ones last, and the files that they were imported from.
** compose.c makes files of them and proves them; only then the disk is looked
** at. A file that is there and holds other bytes is an error, before anything
** is written. Every file is written under a name of its own beside its place,
** and when all are there they get their names, so that a full disk leaves
** nothing behind.
**
** What a format demands is made here:
**
**   version  the ids, when all of them are numbers in rising order (with zeros
**            in front where they differ in length); else the time of making as
**            14 digits, a second more where two would be equal or out of
**            order; 0001, 0002 and so on when no time is known. Numbers that
**            imported revisions have are kept, and new ones count on from them
**   slug     the message in lower case, letters and digits with '_' between
**            the words, at most 40 of them.
**   stem     by file_template.
**
** Ids and names come from a file that anyone may have made. In a name letters
** that mean something to a file system become '_'.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "text.h"
#include "origin.h"
#include "revisions.h"
#include "settings.h"
#include "store.h"
#include "template.h"
#include "transaction.h"
#include "dispatch.h"
#include "folder.h"
#include "compose.h"
#include "expand.h"
#include "export.h"

#define SLUG_MAX 40     /* bytes of a slug */
#define NAME_MAX_ID 100 /* bytes of an id in a name */
#define DIGITS_MAX 18   /* of a version: all tools hold it in 64 bits */
#define NOTE_NAMED 8    /* revisions that a note names */
#define STAMP_LOW 10000000000000LL   /* the smallest number of 14 digits */
#define STAMP_HIGH 100000000000000LL /* and what lies behind the greatest */
#define OWN_TEMPLATE "%(rev)s_%(slug)s"

/* How a file of the export stands to the disk. */
typedef enum FileState {
  FILE_SAME, /* it is there */
  FILE_NEW,  /* nothing is there */
  FILE_OTHER /* another one is there */
} FileState;

typedef struct ExportFile {
  const char *zPath;
  const char *zPart; /* where it is written first */
  FileState eState;
  int bPart;   /* zPart is there */
  int bPlaced; /* it has its name */
} ExportFile;

typedef struct Export {
  const MigExportSpec *pSpec;
  const MigCall *pCall;
  const char *zFormat;
  int holds;     /* MIG_HOLDS_ bits of the format */
  int bTemplate; /* the caller or the setting gave one */
  const char *zTemplate;
  MigState state;
  MigOrigins origins;
  int nRevision;
  MigExported *aRevision;
  i64 *aSecond;  /* of each revision: made when, in seconds since 1970; -1 */
  u8 *aImported; /* of each revision: it came from a file */
  MigOutput out;
  MigText branches; /* ids for notes */
  int nBranch;
  int nDown;
  int nRepeatable;
  int nDropped; /* revisions whose files of the import are not used */
  int nDepend;
  int nLabel;
  MigExpanded expanded;
  ExportFile *aFile;
  MigList folders; /* that were made, in order */
} Export;

/* ---- what is stored ---- */

/* One more revision that a note is about. */
static void branchAdd(MigContext *p, Export *pExport, const char *zId) {
  if (pExport->nBranch++ < NOTE_NAMED) {
    migTextF(p, &pExport->branches, "%s%s", pExport->branches.n ? ", " : "",
             zId);
  }
}

/* Seconds since 1970 of a stored time, -1 when there is none. */
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

/* The dependencies as they are stored: one may be a label. */
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

/* Ids of n nodes. */
static const char **nodeIds(MigContext *p, const MigGraph *pGraph, int n,
                            const int *a) {
  const char **az = migAlloc(p, ((u64)n + 1) * sizeof(char *));
  int i;

  for (i = 0; az && i < n; i++) {
    az[i] = pGraph->aNode[a[i]].zId;
  }
  return az;
}

/* Read the revision iNode. */
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

/* Read all of them: ancestors first, repeatable ones last. */
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

/* How many revisions have kept files of a format. Rows are sorted by
** revision. */
static int formatCount(const Export *pExport, const char *zFormat) {
  const char *zLast = "";
  int n = 0;
  int i;

  for (i = 0; i < pExport->origins.n; i++) {
    const MigOrigin *pOrigin = &pExport->origins.a[i];
    if (strcmp(pOrigin->zRevision, zLast) &&
        strcmp(pOrigin->zFormat, zFormat) == 0) {
      zLast = pOrigin->zRevision;
      n++;
    }
  }
  return n;
}

/* The format that all revisions came from and that can be written; "own" when
** there is none. It is one of those of the first revision. */
static const char *formatFind(const Export *pExport) {
  const char *zLast = "";
  int i;

  for (i = 0; i < pExport->origins.n && pExport->nRevision > 0; i++) {
    const MigOrigin *pOrigin = &pExport->origins.a[i];
    if (strcmp(pOrigin->zRevision, pExport->aRevision[0].zId) == 0 &&
        strcmp(pOrigin->zFormat, zLast) && migFormatWritten(pOrigin->zFormat)) {
      zLast = pOrigin->zFormat;
      if (formatCount(pExport, zLast) == pExport->nRevision) {
        return zLast;
      }
    }
  }
  return "own";
}

/* Take the format that was asked for, or find one. */
static void formatChoose(MigContext *p, Export *pExport) {
  const char *zFormat = pExport->pSpec->zFormat;

  if (zFormat && !migFormatWritten(zFormat)) {
    migFormatUnknown(p, zFormat, 1);
  }
  pExport->zFormat = zFormat ? zFormat : formatFind(pExport);
  pExport->holds = migFormatHolds(pExport->zFormat);
}

/* The first row of a revision's files, or where it would stand. */
static int originFind(const MigOrigins *pOrigins, const char *zRevision) {
  int iLow = 0;
  int iHigh = pOrigins->n;

  while (iLow < iHigh) {
    int iMiddle = (iLow + iHigh) / 2;
    if (strcmp(pOrigins->a[iMiddle].zRevision, zRevision) < 0) {
      iLow = iMiddle + 1;
    } else {
      iHigh = iMiddle;
    }
  }
  return iLow;
}

/* Is the shared file zName of the export's format kept? */
static int sharedHas(const Export *pExport, const char *zName) {
  int i;

  for (i = 0; i < pExport->out.nShared; i++) {
    if (strcmp(pExport->out.aShared[i].zName, zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The bytes of a kept file. Returns whether they can be had; damaged ones are
** written anew. */
static int originRead(MigContext *p, const MigOrigin *pOrigin,
                      const MigExported *pRev, MigOutputFile *pFile) {
  MigBytes bytes =
      migOriginBytes(p, pOrigin, pRev ? pRev->zUp : 0, pRev ? pRev->nUp : 0,
                     pRev ? pRev->zDown : 0, pRev ? pRev->nDown : 0);

  if (p->rc && p->eCode == MIG_STORE_DAMAGED) {
    migErrorClear(p);
  } else if (p->rc == SQLITE_OK && bytes.a) {
    pFile->zName = pOrigin->zFile;
    pFile->z = migStrndup(p, (const char *)bytes.a, bytes.n);
    pFile->n = bytes.n;
    pFile->iRevision = -1;
  }
  sqlite3_free(bytes.a);
  return p->rc == SQLITE_OK && pFile->z != 0;
}

/* Read the kept files of a revision ("", pRev NULL: the shared ones) in the
** export's format. Returns how many, -1 unless all of them can be had. */
static int originsTake(MigContext *p, const Export *pExport,
                       const char *zRevision, const MigExported *pRev,
                       MigOutputFile **pa) {
  const MigOrigins *pOrigins = &pExport->origins;
  int iFirst = originFind(pOrigins, zRevision);
  int nRow = 0;
  int n = 0;
  int i;

  for (i = iFirst; i < pOrigins->n; i++) {
    if (strcmp(pOrigins->a[i].zRevision, zRevision)) {
      break;
    }
  }
  *pa = migAlloc(p, ((u64)(i - iFirst) + 1) * sizeof(MigOutputFile));
  while (--i >= iFirst && p->rc == SQLITE_OK) {
    const MigOrigin *pOrigin = &pOrigins->a[i];
    if (strcmp(pOrigin->zFormat, pExport->zFormat)) {
      continue;
    }
    nRow++;
    if (pOrigin->ePart == MIG_ORIGIN_SHARE) {
      if (!sharedHas(pExport, pOrigin->zFile)) {
        return -1;
      }
    } else if (!originRead(p, pOrigin, pRev, &(*pa)[n++])) {
      return -1;
    }
  }
  return nRow > 0 ? n : -1;
}

/* What a template would have to give for the files of a revision that came
** from zFile. */
static const char *originalStem(MigContext *p, const char *zFile) {
  static const char *const azEnd[] = {".sql", ".up", ".down"};
  const char *zBase = strrchr(zFile, '/');
  i64 n = (i64)strlen(zFile);
  int i;

  if (strncmp(zFile, "deploy/", 7) == 0) { /* sqitch */
    zFile += 7;
    n -= 7;
  } else if (zBase && (strcmp(zBase, "/up.sql") == 0 ||
                       strcmp(zBase, "/migration.sql") == 0)) {
    return migStrndup(p, zFile, zBase - zFile); /* a folder each */
  }
  for (i = 0; i < 3; i++) {
    i64 nEnd = (i64)strlen(azEnd[i]);
    if (n > nEnd && migStrNICmp(zFile + n - nEnd, azEnd[i], nEnd) == 0) {
      n -= nEnd;
    }
  }
  return migStrndup(p, zFile, n);
}

/* Give the revisions the files that they were imported from. */
static void originalsRead(MigContext *p, Export *pExport) {
  MigOutputFile *a;
  int n;
  int i;

  n = originsTake(p, pExport, "", 0, &a);
  pExport->out.nShared = n > 0 ? n : 0;
  pExport->out.aShared = a;
  for (i = 0; i < pExport->nRevision && p->rc == SQLITE_OK; i++) {
    MigExported *pRev = &pExport->aRevision[i];
    const char *zSource = pRev->zOriginalStem;
    n = originsTake(p, pExport, pRev->zId, pRev, &a);
    pRev->bOriginal = n >= 0;
    pRev->nOriginal = n > 0 ? n : 0;
    pRev->aOriginal = a;
    pRev->zOriginalStem = n >= 0 && zSource ? originalStem(p, zSource) : 0;
  }
}

/* Names that the call itself gives are for all files: those of the import are
** not used then. */
static void originalsDrop(Export *pExport) {
  const char *zTemplate = pExport->pSpec->zTemplate;
  int n = 0;
  int i;

  if (zTemplate == 0 || zTemplate[0] == 0) {
    return;
  }
  for (i = 0; i < pExport->nRevision; i++) {
    MigExported *pRev = &pExport->aRevision[i];
    n += pRev->bOriginal;
    pRev->bOriginal = 0;
    pRev->nOriginal = 0;
    pRev->zOriginalStem = 0;
  }
  pExport->out.nShared = 0;
  pExport->nDropped = n;
}

/* Leave out what the format has no place for, and keep count. */
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

/* Note the scripts that are other ones here. */
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

/* Note what the format cannot say. */
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

/* Read everything that is needed of the database. */
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
    formatChoose(p, pExport);
  }
  if (p->rc == SQLITE_OK) {
    originalsRead(p, pExport);
    originalsDrop(pExport);
    revisionsFit(p, pExport);
  }
  migFinalize(p, pRead);
}

/* ---- versions ---- */

/* 2026-01-31T12:00:00 as 20260131120000. */
static i64 stampOf(MigContext *p, i64 second) {
  const char *z = migTimeText(p, second * 1000);
  i64 v = 0;
  int i;

  for (i = 0; z && i < 19; i++) {
    if (migIsDigit(z[i])) {
      v = v * 10 + (z[i] - '0');
    }
  }
  return v;
}

/* The number that an id begins with, a letter V before it allowed; -1 when
** there is none, or a long one. */
static i64 numberOf(const char *zId, int *pnDigit) {
  i64 v = 0;
  int n = 0;

  zId += zId[0] == 'V' || zId[0] == 'v';
  while (n <= DIGITS_MAX && migIsDigit(zId[n])) {
    v = v * 10 + (zId[n++] - '0');
  }
  *pnDigit = n;
  return n > 0 && n <= DIGITS_MAX ? v : -1;
}

/* Are the ids of all that are not repeatable numbers in rising order? Then
** *pnWidth is the length of the longest. */
static int idsRise(const Export *pExport, int *pnWidth) {
  i64 last = -1;
  int i;

  *pnWidth = 0;
  for (i = 0; i < pExport->nRevision; i++) {
    const char *zId = pExport->aRevision[i].zId;
    int nDigit;
    i64 v = numberOf(zId, &nDigit);
    if (pExport->aRevision[i].bRepeatable) {
      break;
    }
    if (!migIsDigit(zId[0]) || zId[nDigit] || v <= last) {
      return 0;
    }
    last = v;
    *pnWidth = nDigit > *pnWidth ? nDigit : *pnWidth;
  }
  return 1;
}

/* The version after v, in *pnDigit digits, of a revision that was made at
** *pSecond; below 0: at a time that is not known. */
static i64 versionNext(MigContext *p, i64 v, i64 *pSecond, i64 lastSecond) {
  i64 stamp;

  if (v > 0 && (v < STAMP_LOW || v >= STAMP_HIGH)) {
    return v + 1; /* kept files count in a way of their own */
  }
  if (*pSecond <= lastSecond) {
    *pSecond = lastSecond + 1;
  }
  stamp = stampOf(p, *pSecond);
  return stamp > v ? stamp : v + 1;
}

/* The number that a revision brings along, -1 when it has none: with bIds all
** ids are numbers, else those that came from files count. */
static i64 versionOwn(const Export *pExport, int i, int bIds, int *pnDigit) {
  const MigExported *pRev = &pExport->aRevision[i];
  i64 v = numberOf(pRev->zId, pnDigit);
  int bWhole = migIsDigit(pRev->zId[0]) && pRev->zId[*pnDigit] == 0;

  if (pRev->bRepeatable) {
    return -1;
  }
  return bIds || pRev->bOriginal || (bWhole && pExport->aImported[i]) ? v : -1;
}

/* How many digits v has. */
static int digitsOf(i64 v) {
  int n = 1;

  for (; v >= 10; v /= 10) {
    n++;
  }
  return n;
}

/* Give every revision its version; all are of one length. */
static void versionsMake(MigContext *p, Export *pExport) {
  int nWidth;
  int bIds = idsRise(pExport, &nWidth);
  int n = pExport->nRevision;
  i64 *aVersion = migAlloc(p, ((u64)n + 1) * sizeof(i64));
  int bTime = 0;
  i64 lastSecond = -1;
  i64 v = 0;
  int i;

  for (i = 0; i < n; i++) {
    bTime = bTime || pExport->aSecond[i] >= 0;
  }
  nWidth = bIds ? nWidth : bTime ? 0 : 4;
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    i64 second = pExport->aSecond[i];
    int nDigit;
    i64 number = versionOwn(pExport, i, bIds, &nDigit);
    if (number >= 0) {
      nWidth = nDigit > nWidth ? nDigit : nWidth;
      v = number > v || i == 0 ? number : v + 1;
    } else if (bTime) {
      v = versionNext(p, v, &second, lastSecond);
      lastSecond = second;
    } else {
      v++;
    }
    aVersion[i] = v;
    nWidth = digitsOf(v) > nWidth ? digitsOf(v) : nWidth;
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    pExport->aRevision[i].zVersion =
        migPrintf(p, "%0*lld", nWidth, aVersion[i]);
  }
}

/* ---- names ---- */

static int isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || migIsDigit(c);
}

/* The message as a part of a name: its words in lower case with '_' between
** them, as many as fit. */
static const char *slugMake(MigContext *p, const char *zMessage) {
  MigText text = {0, 0, 0};
  i64 nWhole = 0; /* up to the last word that fits */
  i64 i = 0;
  i64 k;

  while (zMessage[i] && text.n <= SLUG_MAX) {
    i64 iStart = i;
    while (isWord(zMessage[i])) {
      i++;
    }
    if (i > iStart) {
      migTextStr(p, &text, text.n ? "_" : 0);
      migTextAdd(p, &text, zMessage + iStart,
                 i - iStart <= SLUG_MAX ? i - iStart : SLUG_MAX);
    } else {
      i++;
    }
    nWhole = text.n <= SLUG_MAX ? text.n : nWhole;
  }
  for (k = 0; k < nWhole && p->rc == SQLITE_OK; k++) {
    char c = text.z[k];
    text.z[k] = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
  }
  return nWhole > 0 ? migStrndup(p, migTextZ(&text), nWhole) : "revision";
}

/* Does a name without its folder mean a device to Windows? Endings do not
** matter there. */
static int nameDevice(const char *z, i64 n) {
  static const char *const azDevice[] = {"con", "prn", "aux",
                                         "nul", "com", "lpt"};
  i64 nStem = 0;
  int i;

  while (nStem < n && z[nStem] != '.') {
    nStem++;
  }
  for (i = 0; i < 6; i++) {
    if (nStem == (i < 4 ? 3 : 4) && migStrNICmp(z, azDevice[i], 3) == 0 &&
        (i < 4 || migIsDigit(z[3]))) {
      return 1;
    }
  }
  return 0;
}

/* A copy of zName that no file system takes for something else: letters that
** mean something become '_', and so do a dot at the start of a part and dots
** and blanks at its end. With bPart '/' does as well. */
static char *nameSafe(MigContext *p, const char *zName, int bPart) {
  MigText text = {0, 0, 0};
  const char *z = zName;

  while (z && *z && p->rc == SQLITE_OK) {
    i64 n = bPart ? (i64)strlen(z) : (i64)strcspn(z, "/");
    i64 iPart = text.n;
    i64 i;
    migTextStr(p, &text, nameDevice(z, n) ? "_" : 0);
    for (i = 0; i < n; i++) {
      int bBad = (u8)z[i] < ' ' || z[i] == 0x7f ||
                 strchr("/\\:*?\"<>|", z[i]) != 0 ||
                 (z[i] == '.' && (i == 0 || i == n - 1)) ||
                 (z[i] == ' ' && i == n - 1);
      migTextAdd(p, &text, bBad ? "_" : z + i, 1);
    }
    if (bPart && text.n - iPart > NAME_MAX_ID) {
      text.n = iPart + NAME_MAX_ID;
      while (text.n > iPart && ((u8)text.z[text.n] & 0xc0) == 0x80) {
        text.n--;
      }
      text.z[text.n] = 0;
    }
    z += n;
    if (*z == '/') {
      migTextStr(p, &text, "/");
      z++;
    }
  }
  return p->rc ? 0 : migStrdup(p, migTextZ(&text));
}

/* Append what a part of a template gives for a revision made at second. */
static void partAdd(MigContext *p, const MigTemplatePart *pPart,
                    const MigExported *pRev, i64 second, MigText *pText) {
  const char *zTime;
  i64 v = second;
  int i;

  if (pPart->eType == MIG_TEMPLATE_TEXT) {
    migTextAdd(p, pText, pPart->z, pPart->n);
  } else if (pPart->eType == MIG_TEMPLATE_REV) {
    migTextStr(p, pText, nameSafe(p, pRev->zId, 1));
  } else if (pPart->eType == MIG_TEMPLATE_SLUG) {
    migTextStr(p, pText, pRev->zSlug);
  } else {
    if (pPart->eType == MIG_TEMPLATE_TIME) {
      zTime = migTimeText(p, second * 1000);
      for (i = 0, v = 0; zTime && i < pPart->nDigit; i++) {
        v = v * 10 + (zTime[pPart->iFrom + i] - '0');
      }
    }
    migTextF(p, pText, "%0*lld", pPart->nWidth, v);
  }
}

/* The stem that a template gives a revision. USAGE for one that makes no sense
** or leads out of the folder. */
static const char *templateStem(MigContext *p, const char *zTemplate,
                                const MigExported *pRev, i64 second) {
  MigTemplatePart part;
  MigText text = {0, 0, 0};
  const char *z = zTemplate;
  const char *zStem;

  while ((z = migTemplateNext(p, zTemplate, z, &part)) != 0) {
    partAdd(p, &part, pRev, second, &text);
  }
  if (p->rc == SQLITE_OK &&
      (text.n == 0 || !migPathInside(text.z) || strstr(text.z, "//") ||
       text.z[text.n - 1] == '/')) {
    migFail(p, MIG_USAGE,
            "file_template %s gives %s, which is no name below the folder;"
            " leave out / at the start and ..",
            zTemplate, migTextZ(&text));
  }
  zStem = p->rc ? 0 : nameSafe(p, text.z, 0);
  return zStem;
}

/* A text in lower case. */
static const char *lower(MigContext *p, const char *zText) {
  char *z = migStrdup(p, zText);
  i64 i;

  for (i = 0; z && z[i]; i++) {
    z[i] = (char)(z[i] >= 'A' && z[i] <= 'Z' ? z[i] + 'a' - 'A' : z[i]);
  }
  return z;
}

/* Is z in a sorted list more than once? */
static int listTwice(const MigList *pList, const char *z) {
  int iLow = 0;
  int iHigh = pList->n;

  while (iLow < iHigh) {
    int iMiddle = (iLow + iHigh) / 2;
    if (strcmp(pList->az[iMiddle], z) < 0) {
      iLow = iMiddle + 1;
    } else {
      iHigh = iMiddle;
    }
  }
  return iLow + 1 < pList->n && strcmp(pList->az[iLow + 1], z) == 0;
}

/* Names must differ by more than letter case: those of the default get the
** version behind, a template is USAGE. */
static void stemsDiffer(MigContext *p, Export *pExport) {
  MigList list = {0, 0};
  int i;

  for (i = 0; i < pExport->nRevision && p->rc == SQLITE_OK; i++) {
    migListAdd(p, &list, lower(p, pExport->aRevision[i].zStem));
  }
  if (p->rc == SQLITE_OK) {
    migListSort(&list);
  }
  for (i = 0; i < pExport->nRevision && p->rc == SQLITE_OK; i++) {
    MigExported *pRev = &pExport->aRevision[i];
    const char *zLower = lower(p, pRev->zStem);
    if (p->rc || !listTwice(&list, zLower)) {
      continue;
    }
    if (pExport->bTemplate && !pRev->bOriginal) {
      migFail(p, MIG_USAGE,
              "file_template %s gives the name %s more than once, letter case"
              " aside; put %%(rev)s in it",
              pExport->zTemplate, pRev->zStem);
    }
    pRev->zStem = migPrintf(p, "%s_%s", pRev->zStem, pRev->zVersion);
  }
}

/* Give every revision what names are made of. */
static void namesMake(MigContext *p, Export *pExport) {
  const char *zTemplate = pExport->zTemplate;
  int i;

  versionsMake(p, pExport);
  pExport->bTemplate = zTemplate && zTemplate[0];
  if (!pExport->bTemplate) {
    zTemplate = strcmp(pExport->zFormat, "own") == 0 ? OWN_TEMPLATE : 0;
  }
  for (i = 0; i < pExport->nRevision && p->rc == SQLITE_OK; i++) {
    MigExported *pRev = &pExport->aRevision[i];
    i64 second = pExport->aSecond[i];
    pRev->zSlug = slugMake(p, pRev->zMessage);
    if (zTemplate && p->rc == SQLITE_OK) {
      pRev->zStem =
          templateStem(p, zTemplate, pRev,
                       second >= 0 ? second : pExport->pCall->msNow / 1000);
    }
  }
  if (zTemplate && p->rc == SQLITE_OK) {
    stemsDiffer(p, pExport);
  }
}

/* ---- the disk ---- */

/* FILE when a part of the path of a file, below the folder, is a symbolic
** link, or what stands in its place is no file. */
static void pathCheck(MigContext *p, const char *zRoot, const char *zName) {
  const char *zSlash = zName;

  while (zSlash && p->rc == SQLITE_OK) {
    const char *zPath;
    zSlash = strchr(zSlash, '/');
    zPath = migPathJoin(p, zRoot,
                        zSlash ? migStrndup(p, zName, zSlash - zName) : zName);
    if (p->rc) {
      return;
    }
    if (migPathIsLink(zPath)) {
      migFail(p, MIG_FILE,
              "%s is a symbolic link, and nothing is written through one;"
              " remove it",
              zPath);
    } else if (zSlash ? migPathKind(zPath) == MIG_PATH_FILE
                      : migPathKind(zPath) == MIG_PATH_FOLDER) {
      migFail(p, MIG_FILE,
              zSlash
                  ? "%s is a file, and a folder is wanted; remove it, or take"
                    " another folder"
                  : "%s is a folder, and a file is wanted; remove it, or take"
                    " another folder",
              zPath);
    }
    zSlash = zSlash ? zSlash + 1 : 0;
  }
}

/* Hold the files against the disk. FILE when one is there that differs, unless
** it may be overwritten. */
static void diskCheck(MigContext *p, Export *pExport) {
  const char *zRoot = pExport->pSpec->zPath;
  const MigOutput *pOut = &pExport->out;
  int i;

  if (migPathKind(zRoot) == MIG_PATH_FILE) {
    migFail(p, MIG_FILE, "%s is a file; name a folder", zRoot);
  }
  pExport->aFile = migAlloc(p, ((u64)pOut->nFile + 1) * sizeof(ExportFile));
  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    const MigOutputFile *pFile = &pOut->aFile[i];
    ExportFile *pDisk = &pExport->aFile[i];
    MigMark mark;
    memset(pDisk, 0, sizeof(*pDisk));
    pDisk->zPath = migPathJoin(p, zRoot, pFile->zName);
    mark = migArenaMark(p);
    pathCheck(p, zRoot, pFile->zName);
    migArenaRelease(p, mark);
    if (p->rc) {
      return;
    }
    if (migPathKind(pDisk->zPath) == MIG_PATH_NONE) {
      pDisk->eState = FILE_NEW;
    } else if (migFileHolds(p, pDisk->zPath, pFile->z, pFile->n)) {
      pDisk->eState = FILE_SAME;
    } else if (pExport->pSpec->bOverwrite) {
      pDisk->eState = FILE_OTHER;
    } else {
      migFail(p, MIG_FILE,
              "%s is there and differs; nothing is written. Take another"
              " folder, or give {\"overwrite\":true}",
              pDisk->zPath);
    }
  }
}

/* Leave only the files that are none of the export's. */
static void othersKeep(MigFolder *pThere, MigFolder *pOurs) {
  int n = 0;
  int i;

  for (i = 0; i < pThere->nFile; i++) {
    if (migFormatFile(pOurs, pThere->aFile[i].zName) == 0) {
      pThere->aFile[n++] = pThere->aFile[i];
    }
  }
  pThere->nFile = n;
}

/* FORMAT when the folder has migrations of another format besides: an import
** would then see only these or those. What the folder has otherwise is no
** concern of ours, and neither is one that cannot be read. */
static void mixedCheck(MigContext *p, const Export *pExport) {
  const MigOutput *pOut = &pExport->out;
  const char *zThere;
  const char *zOurs;
  MigFolder there;
  MigFolder ours;
  MigContext work;
  int bNew = 0;
  int i;

  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    bNew |= pExport->aFile[i].eState == FILE_NEW;
  }
  if (!bNew || migPathKind(pExport->pSpec->zPath) != MIG_PATH_FOLDER) {
    return;
  }
  memset(&there, 0, sizeof(there));
  memset(&ours, 0, sizeof(ours));
  migContextInit(&work, p->db);
  for (i = 0; i < pOut->nFile && work.rc == SQLITE_OK; i++) {
    const MigOutputFile *pFile = &pOut->aFile[i];
    migFolderAdd(&work, &ours, pFile->zName, pFile->z, pFile->n);
  }
  migFolderOpen(&work, &there, pExport->pSpec->zPath);
  othersKeep(&there, &ours);
  zThere = there.nFile > 0 ? migFormatDetect(&work, &there) : 0;
  zOurs = zThere ? migFormatDetect(&work, &ours) : 0;
  if (work.rc == SQLITE_OK && zOurs && strcmp(zThere, zOurs) != 0) {
    migFail(p, MIG_FORMAT,
            "%s has migrations of the format %s, such as %s, which would be"
            " mixed with those of %s; take a folder of its own",
            pExport->pSpec->zPath, zThere, there.aFile[0].zName,
            pExport->zFormat);
  }
  migFolderClose(&there);
  migFolderClose(&ours);
  migContextClear(&work);
}

/* Make a folder, and those above it, and remember them. */
static void folderMake(MigContext *p, Export *pExport, const char *zPath) {
  const char *z = zPath;

  while (z && p->rc == SQLITE_OK) {
    const char *zMake;
    z = strchr(z + 1, '/');
    zMake = z ? migStrndup(p, zPath, z - zPath) : zPath;
    if (p->rc == SQLITE_OK && migPathKind(zMake) == MIG_PATH_NONE) {
      migListAdd(p, &pExport->folders, zMake); /* first, for it may fail */
      migFolderMake(p, zMake);
    }
  }
}

/* Write a file under the name of its part, making the folders above it. */
static void partWrite(MigContext *p, Export *pExport, int i) {
  const char *zRoot = pExport->pSpec->zPath;
  const MigOutputFile *pFile = &pExport->out.aFile[i];
  ExportFile *pDisk = &pExport->aFile[i];
  const char *zBase = strrchr(pFile->zName, '/');

  folderMake(
      p, pExport,
      zBase ? migPathJoin(p, zRoot,
                          migStrndup(p, pFile->zName, zBase - pFile->zName))
            : zRoot);
  zBase = zBase ? zBase + 1 : pFile->zName;
  pDisk->zPart =
      migPathJoin(p, zRoot,
                  migPrintf(p, "%.*s.%s-part", (int)(zBase - pFile->zName),
                            pFile->zName, zBase));
  migFileMake(p, pDisk->zPart, pDisk->eState == FILE_OTHER ? pDisk->zPath : 0,
              pFile->z, pFile->n);
  pDisk->bPart = p->rc == SQLITE_OK;
}

/* Give a file its name. */
static void partPlace(MigContext *p, ExportFile *pDisk) {
  int bDone = pDisk->eState == FILE_NEW
                  ? migFileMove(p, pDisk->zPart, pDisk->zPath)
                  : migFileReplace(p, pDisk->zPart, pDisk->zPath);

  if (bDone) {
    pDisk->bPart = 0;
    pDisk->bPlaced = 1;
  }
}

/* Take back what a write that failed has made. */
static void diskUndo(Export *pExport) {
  int i;

  for (i = 0; i < pExport->out.nFile; i++) {
    const ExportFile *pDisk = &pExport->aFile[i];
    if (pDisk->bPart) {
      migFileDelete(pDisk->zPart);
    } else if (pDisk->bPlaced && pDisk->eState == FILE_NEW) {
      /* unreached: takes a disk that is full in the middle */
      migFileDelete(pDisk->zPath);
    }
  }
  for (i = pExport->folders.n - 1; i >= 0; i--) {
    migFolderDelete(pExport->folders.az[i]);
  }
}

/* Write the files that are not there yet. */
static void diskWrite(MigContext *p, Export *pExport) {
  int n = pExport->out.nFile;
  int i;

  if (p->rc || n == 0) {
    return;
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (pExport->aFile[i].eState != FILE_SAME) {
      partWrite(p, pExport, i);
    }
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (pExport->aFile[i].eState != FILE_SAME) {
      partPlace(p, &pExport->aFile[i]);
    }
  }
  if (p->rc) {
    diskUndo(pExport);
  }
}

/* ---- the call ---- */

/* Append a JSON array of texts. */
static void jsonArray(MigContext *p, MigText *pText, const char *z, int i) {
  migTextStr(p, pText, i ? "," : 0);
  migTextJson(p, pText, z);
}

static char *exportResult(MigContext *p, const Export *pExport) {
  const MigOutput *pOut = &pExport->out;
  MigText text = {0, 0, 0};
  int i;

  migTextF(p, &text, "{\"format\":\"%s\",\"files\":[", pExport->zFormat);
  for (i = 0; i < pOut->nFile; i++) {
    jsonArray(p, &text, pOut->aFile[i].zName, i);
  }
  migTextStr(p, &text, "],\"notes\":[");
  for (i = 0; i < pOut->notes.n; i++) {
    jsonArray(p, &text, pOut->notes.az[i], i);
  }
  migTextStr(p, &text, "]}");
  return migResultText(p, text.z);
}

/*
** Write the stored revisions as files of a folder. Returns the JSON object
** {format, files, notes} for the caller to free; files are the names below the
** folder, those that were there already among them. Errors: FILE, FORMAT when
** the format does not hold the revisions, USAGE for a template; then nothing
** is written.
*/
char *migExportFolder(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const MigExportSpec *pSpec) {
  Export export;

  MIG_UNUSED(pConn);
  memset(&export, 0, sizeof(export));
  export.pSpec = pSpec;
  export.pCall = pCall;
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
    diskCheck(p, &export);
    mixedCheck(p, &export);
  }
  if (!pCall->bDryRun) {
    diskWrite(p, &export);
  }
  return p->rc ? 0 : exportResult(p, &export);
}
