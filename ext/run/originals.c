/*
** originals.c - the files that revisions were imported from, for an export.
**
** An import keeps the files that it has read (origin.c), under the format they
** were read as. An export in that format gives them back byte for byte, under
** the names they had. That holds for a revision only when all of its files,
** and the shared ones that it is a part of, can still be had; a revision that
** was edited since has none.
**
** What a revision has is one of four things:
**
**   files of its own      bOriginal, nOriginal above 0
**   a place in a shared   bOriginal, nOriginal 0: the shared file is in
**   one                   pOut->aShared
**   files in another      not bOriginal: it is written anew
**   format, or damaged
**   nothing               the same
**
** Here it is found out what there is. Which of it an export takes, and how it
** is put together with what is written anew, is for its callers.
*/
#include <string.h>
#include "text.h"
#include "dispatch.h"
#include "originals.h"

/* How many revisions have kept files of a format. Rows are sorted by
** revision, so one counts once. Shared files, of the revision "", do not
** count: zLast is that at the beginning. */
static int formatCount(const MigOriginals *pFrom, const char *zFormat) {
  const char *zLast = "";
  int n = 0;
  int i;

  for (i = 0; i < pFrom->pOrigins->n; i++) {
    const MigOrigin *pOrigin = &pFrom->pOrigins->a[i];
    if (strcmp(pOrigin->zRevision, zLast) &&
        strcmp(pOrigin->zFormat, zFormat) == 0) {
      zLast = pOrigin->zRevision;
      n++;
    }
  }
  return n;
}

/* The format that all revisions came from and that can be written; "own" when
** there is none. It is one of those of the first revision; of several the first
** by name. zFormat of pFrom is not looked at. What is returned is borrowed from
** the kept files. Reads no database, and cannot fail. */
const char *migOriginalsFormat(const MigOriginals *pFrom) {
  const char *zLast = "";
  int i;

  for (i = 0; i < pFrom->pOrigins->n && pFrom->n > 0; i++) {
    const MigOrigin *pOrigin = &pFrom->pOrigins->a[i];
    if (strcmp(pOrigin->zRevision, pFrom->aRevision[0].zId) == 0 &&
        strcmp(pOrigin->zFormat, zLast) && migFormatWritten(pOrigin->zFormat)) {
      zLast = pOrigin->zFormat;
      if (formatCount(pFrom, zLast) == pFrom->n) {
        return zLast;
      }
    }
  }
  return "own";
}

/* The first row of a revision's files, or where it would stand: an index from 0
** to n. */
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

/* Is the shared file zName of the export's format kept? Only once the shared
** ones were read. */
static int sharedHas(const MigOriginals *pFrom, const char *zName) {
  int i;

  for (i = 0; i < pFrom->pOut->nShared; i++) {
    if (strcmp(pFrom->pOut->aShared[i].zName, zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The bytes of a kept file, copied into the arena, with its name; pFile is
** zeroed before. pRev is NULL for a shared file. Returns whether they can be
** had; damaged ones are written anew, so STORE_DAMAGED is taken off p. */
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
** export's format. Returns how many have bytes of their own, which may be 0 for
** a part of shared ones; -1 unless all of them can be had, also when there are
** none: then *pa means nothing. */
static int originsTake(MigContext *p, const MigOriginals *pFrom,
                       const char *zRevision, const MigExported *pRev,
                       MigOutputFile **pa) {
  const MigOrigins *pOrigins = pFrom->pOrigins;
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
    if (strcmp(pOrigin->zFormat, pFrom->zFormat)) {
      continue;
    }
    nRow++;
    if (pOrigin->ePart == MIG_ORIGIN_SHARE) {
      if (!sharedHas(pFrom, pOrigin->zFile)) {
        return -1;
      }
    } else if (!originRead(p, pOrigin, pRev, &(*pa)[n++])) {
      return -1;
    }
  }
  return nRow > 0 ? n : -1;
}

/* What a template would have to give for the files of a revision that came
** from zFile: the path without the endings that say which script it is.
**
**   0001_users.up.sql    0001_users
**   deploy/users.sql     users                  sqitch
**   2024_x/up.sql        2024_x                 a folder a revision
**
** In the arena. */
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

/*
** Give the revisions, and the output its shared ones, the files of format
** zFormat that they were imported from. Those that are not all there are
** written anew. Of each revision bOriginal, nOriginal, aOriginal and
** zOriginalStem are set; the last is read as the path that it came from before,
** so this is called once.
**
** Scripts in aRevision must be those of the store, as kept bytes are made of
** them (origin.h). Texts are in the arena. Shared files are read first, for a
** revision asks whether they are there. Reads no database; damaged files are no
** error.
*/
void migOriginalsRead(MigContext *p, const MigOriginals *pFrom) {
  MigOutputFile *a;
  int n;
  int i;

  n = originsTake(p, pFrom, "", 0, &a);
  pFrom->pOut->nShared = n > 0 ? n : 0;
  pFrom->pOut->aShared = a;
  for (i = 0; i < pFrom->n && p->rc == SQLITE_OK; i++) {
    MigExported *pRev = &pFrom->aRevision[i];
    const char *zSource = pRev->zOriginalStem;
    n = originsTake(p, pFrom, pRev->zId, pRev, &a);
    pRev->bOriginal = n >= 0;
    pRev->nOriginal = n > 0 ? n : 0;
    pRev->aOriginal = a;
    pRev->zOriginalStem = n >= 0 && zSource ? originalStem(p, zSource) : 0;
  }
}

/* Use none of these files: all are written anew. Returns how many revisions
** had them. After migOriginalsRead(). */
int migOriginalsDrop(const MigOriginals *pFrom) {
  int n = 0;
  int i;

  for (i = 0; i < pFrom->n; i++) {
    MigExported *pRev = &pFrom->aRevision[i];
    n += pRev->bOriginal;
    pRev->bOriginal = 0;
    pRev->nOriginal = 0;
    pRev->zOriginalStem = 0;
  }
  pFrom->pOut->nShared = 0;
  return n;
}
