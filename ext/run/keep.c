/*
** keep.c - the files of an imported folder, kept for an export.
**
** Each file that the loader has used belongs to a revision or to the folder as
** a whole. Rows of _migrate_files are written for the revisions that an import
** stores or changes. For those that it knows the files are held against what
** is kept: a comment outside the scripts, a plan or a verify script may have
** changed, and the folder must come back as it is now. With bLook that is only
** found out.
**
** Of a file that is the up or the down script byte for byte no bytes are kept.
** A file with several revisions in it is kept once, under revision '', and each
** of these has a row that says it is a part of it:
**
**   revision   file       part
**   1          1.up.sql   up       no bytes: those of the stored script
**   1          1.down.sql down     likewise
**   a          all.sql    share    no bytes: see under ''
**   ''         all.sql    data     its bytes
**
** A row of a revision that has gone from the folder stays.
*/
#include <string.h>
#include "migrate.h"
#include "origin.h"
#include "keep.h"

/* Chain the files of each revision, in the order of the folder. pFolder and
** pFiles are set and stay as they are; files of several revisions are in no
** chain. */
void migKeepStart(MigContext *p, MigKeep *pKeep) {
  int nFile = pKeep->pFolder->nFile;
  int nRevision = pKeep->pFiles->nRevision;
  int i;

  pKeep->aFirst = migAlloc(p, ((u64)nRevision + 1) * sizeof(int));
  pKeep->aNext = migAlloc(p, ((u64)nFile + 1) * sizeof(int));
  if (p->rc) {
    return;
  }
  for (i = 0; i < nRevision; i++) {
    pKeep->aFirst[i] = -1;
  }
  for (i = nFile - 1; i >= 0; i--) {
    const MigFile *pFile = &pKeep->pFolder->aFile[i];
    if (pFile->bUsed && pFile->iRevision >= 0) {
      pKeep->aNext[i] = pKeep->aFirst[pFile->iRevision];
      pKeep->aFirst[pFile->iRevision] = i;
    }
  }
}

/* Are n bytes at z those of the file? It has been read. Not when z is NULL. */
static int fileIs(const MigFile *pFile, const char *z, i64 n) {
  return z && pFile->n == n && memcmp(pFile->z, z, (size_t)n) == 0;
}

/* Keep one file of a revision, as its script or as bytes of its own. pRev has
** the scripts that are stored. FILE when it cannot be read. */
static void fileKeep(MigContext *p, const MigKeep *pKeep, MigFile *pFile,
                     const MigRevision *pRev) {
  MigOriginPart ePart = MIG_ORIGIN_DATA;

  (void)migFormatBytes(p, pFile);
  if (p->rc) {
    return;
  }
  if (fileIs(pFile, pRev->zUp, pRev->nUp)) {
    ePart = MIG_ORIGIN_UP;
  } else if (fileIs(pFile, pRev->zDown, pRev->nDown)) {
    ePart = MIG_ORIGIN_DOWN;
  }
  migOriginAdd(p, pRev->zId, pKeep->pFiles->zFormat, pFile->zName, ePart,
               pFile->z, pFile->n, pRev->zUp, pRev->nUp, pRev->zDown,
               pRev->nDown);
}

/* The name of the file of several revisions that revision i is a part of, or
** NULL. Of revision i, iFile is the file that it was read from. */
static const char *fileShared(const MigKeep *pKeep, int i) {
  const MigFile *pFile =
      &pKeep->pFolder->aFile[pKeep->pFiles->aRevision[i].iFile];

  return pFile->iRevision == i ? 0 : pFile->zName;
}

/*
** Keep the files of revision i, which has been stored or changed; pRev is what
** was stored. What was kept of it before must have been forgotten, by
** migRevisionEdit() or migOriginForget(): rows of files it no longer has would
** stay. Needs the write transaction, and never looks at bLook.
*/
void migKeepFiles(MigContext *p, const MigKeep *pKeep, int i,
                  const MigRevision *pRev) {
  const char *zShared = fileShared(pKeep, i);
  int k;

  if (zShared) {
    migOriginAdd(p, pRev->zId, pKeep->pFiles->zFormat, zShared,
                 MIG_ORIGIN_SHARE, 0, 0, 0, 0, 0, 0);
  }
  for (k = pKeep->aFirst[i]; k >= 0; k = pKeep->aNext[k]) {
    fileKeep(p, pKeep, &pKeep->pFolder->aFile[k], pRev);
  }
}

/* What is kept of a file of that name in the folder's format, or NULL. */
static const MigOrigin *originFind(const MigKeep *pKeep,
                                   const MigOrigins *pOrigins,
                                   const char *zFile) {
  int i;

  for (i = 0; i < pOrigins->n; i++) {
    if (strcmp(pOrigins->a[i].zFile, zFile) == 0 &&
        strcmp(pOrigins->a[i].zFormat, pKeep->pFiles->zFormat) == 0) {
      return &pOrigins->a[i];
    }
  }
  return 0;
}

/* Is the file as it is kept? pRev is NULL for a file of several revisions. Not
** when nothing is kept; after a failure to read either it is. */
static int fileSame(MigContext *p, MigFile *pFile, const MigOrigin *pOrigin,
                    const MigRevision *pRev) {
  MigRevision none;
  MigBytes bytes;
  int bSame;

  memset(&none, 0, sizeof(none));
  pRev = pRev ? pRev : &none;
  if (pOrigin == 0 || pOrigin->ePart == MIG_ORIGIN_SHARE) {
    return 0;
  }
  (void)migFormatBytes(p, pFile);
  bytes = migOriginBytes(p, pOrigin, pRev->zUp, pRev->nUp, pRev->zDown,
                         pRev->nDown);
  bSame = bytes.a && fileIs(pFile, (const char *)bytes.a, bytes.n);
  sqlite3_free(bytes.a);
  return bSame || p->rc;
}

/*
** Revision i is known, its scripts are those of the folder and in pRev. Keep
** its files anew if one of them differs, all of them, and put the name of the
** last one on the list anew. Of a revision without kept files, from an older
** store or written by hand, nothing is kept. Needs a store of this version;
** with bLook a read transaction is enough.
*/
void migKeepAgain(MigContext *p, MigKeep *pKeep, int i,
                  const MigRevision *pRev) {
  MigMark mark = migArenaMark(p);
  const char *zChanged = 0;
  MigOrigins origins;
  int k;

  migOriginsRead(p, MIGRATE_STORE_VERSION, pRev->zId, &origins);
  for (k = pKeep->aFirst[i]; k >= 0 && origins.n > 0 && p->rc == SQLITE_OK;
       k = pKeep->aNext[k]) {
    MigFile *pFile = &pKeep->pFolder->aFile[k];
    if (!fileSame(p, pFile, originFind(pKeep, &origins, pFile->zName), pRev)) {
      zChanged = pFile->zName;
    }
  }
  migArenaRelease(p, mark);
  if (zChanged && p->rc == SQLITE_OK) {
    if (!pKeep->bLook) {
      migOriginForget(p, pRev->zId);
      migKeepFiles(p, pKeep, i, pRev);
    }
    migListAdd(p, &pKeep->anew, zChanged);
  }
}

/*
** Keep the files of the folder as a whole, those that differ from what is kept.
** Without bNew, when the import has stored nothing else, only those of which
** one is kept already, in this format; their names go on the list anew. Returns
** whether anything was, or with bLook would be, written. Needs what
** migKeepAgain() does.
*/
int migKeepShared(MigContext *p, MigKeep *pKeep, int bNew) {
  MigFolder *pFolder = pKeep->pFolder;
  MigOrigins origins;
  int bAny = 0;
  int i;

  migOriginsRead(p, MIGRATE_STORE_VERSION, "", &origins);
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    const MigOrigin *pOrigin;
    if (!pFile->bUsed || !pFile->bShared) {
      continue;
    }
    pOrigin = originFind(pKeep, &origins, pFile->zName);
    if ((pOrigin || bNew) && !fileSame(p, pFile, pOrigin, 0)) {
      if (!pKeep->bLook) {
        migOriginAdd(p, "", pKeep->pFiles->zFormat, pFile->zName,
                     MIG_ORIGIN_DATA, migFormatBytes(p, pFile), pFile->n, 0, 0,
                     0, 0);
      }
      bAny = 1;
      if (pOrigin && !bNew) {
        migListAdd(p, &pKeep->anew, pFile->zName);
      }
    }
  }
  return bAny;
}
