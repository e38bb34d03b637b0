/*
** writefiles.c - files, held against a folder on the disk and written.
**
** A file that is there and holds other bytes is an error, before anything is
** written, unless it may be overwritten. Every file is written under a name of
** its own beside its place, and when all are there they get their names, so
** that a full disk leaves nothing behind:
**
**   a/1.sql    the same is there           nothing is done
**   a/2.sql    nothing is there            a/.2.sql-part, moved to a/2.sql
**   a/3.sql    another one is there        a/.3.sql-part, in the place of it
**
** What a file takes the place of is kept as a/.3.sql-old until all have their
** names: when that fails half-way, it is put back, and new ones are deleted.
**
** A move never overwrites: a file that somebody makes there meanwhile is an
** error. No symbolic link below the folder is followed, lest a folder that came
** from elsewhere has us write out of it; the folder itself may be one.
**
** PROBLEMS
**
** A process that ends in the middle leaves such files behind. They are passed
** over by an import, and the next export names the one that is in its way.
*/
#include <stdlib.h>
#include <string.h>
#include "os.h"
#include "text.h"
#include "dispatch.h"
#include "folder.h"
#include "writefiles.h"

/* How a file stands to the disk. */
typedef enum FileState {
  FILE_SAME, /* it is there */
  FILE_NEW,  /* nothing is there */
  FILE_OTHER /* another one is there */
} FileState;

/* What becomes of one file of the output. */
struct MigWriteFile {
  const char *zPath; /* where it is to be */
  const char *zPart; /* where it is written first; NULL: not yet */
  const char *zOld;  /* where what it replaces is kept; NULL: not yet */
  FileState eState;
  int bPart;   /* zPart is there */
  int bOld;    /* zOld is there */
  int bPlaced; /* it has its name */
};

/* FILE when a part of the path of a file, below the folder, is a symbolic
** link, or what stands in its place is no file. Somebody may still put a link
** there before it is written. */
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

/* Hold the files against the disk, and set the state of each. FILE when one is
** there that differs, unless it may be overwritten, or cannot be read. */
static void diskCheck(MigContext *p, MigWriteFiles *pWrite) {
  const char *zRoot = pWrite->zRoot;
  const MigOutput *pOut = pWrite->pOut;
  int i;

  if (migPathKind(zRoot) == MIG_PATH_FILE) {
    migFail(p, MIG_FILE, "%s is a file; name a folder", zRoot);
  }
  pWrite->aFile = migAlloc(p, ((u64)pOut->nFile + 1) * sizeof(MigWriteFile));
  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    const MigOutputFile *pFile = &pOut->aFile[i];
    MigWriteFile *pDisk = &pWrite->aFile[i];
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
    } else if (pWrite->bOverwrite) {
      pDisk->eState = FILE_OTHER;
    } else {
      migFail(p, MIG_FILE,
              "%s is there and differs; nothing is written. Take another"
              " folder, or give {\"overwrite\":true}",
              pDisk->zPath);
    }
  }
}

/* Leave only the files that are none of the export's. By name: they are among
** ours whatever they hold. */
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

/* Add the files of the output behind those that are there. */
static void oursAdd(MigContext *p, const MigOutput *pOut, MigFolder *pFolder) {
  int i;

  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    const MigOutputFile *pFile = &pOut->aFile[i];
    migFolderAdd(p, pFolder, pFile->zName, pFile->z, pFile->n);
  }
}

/* Order of files in a folder. For qsort(). */
static int fileOrder(const void *pA, const void *pB) {
  return migFormatOrder(((const MigFile *)pA)->zName,
                        ((const MigFile *)pB)->zName);
}

/* A MigFolderHost's xNew: the database is none that is new. */
static int hostNew(MigContext *p) {
  MIG_UNUSED(p);
  return 0;
}

/* A MigFolderHost's xHas: what is not in the folder is taken to be stored. */
static int hostHas(MigContext *p, const char *zId) {
  MIG_UNUSED(p);
  MIG_UNUSED(zId);
  return 1;
}

/* Can the folder be imported? Its error is left in p. */
static int folderReads(MigContext *p, MigFolder *pFolder, const char *zFormat) {
  MigImport import;
  int nAsked = 0;

  pFolder->host.xNew = hostNew;
  pFolder->host.xHas = hostHas;
  pFolder->pnAsked = &nAsked; /* placeholders need no value */
  migImportParse(p, pFolder, zFormat, &import);
  pFolder->pnAsked = 0;
  return p->rc == SQLITE_OK;
}

/* How many steps that were read share their version with another one? */
static int sharedCount(const MigFolder *pFolder) {
  int n = 0;
  int i;

  for (i = 0; i < pFolder->nStep; i++) {
    n += pFolder->apStep[i]->bShared;
  }
  return n;
}

/* The file that staleCheck() names: the first of the others that shares its
** version, else the first. The folder has been read. */
static const char *staleName(const MigFolder *pBoth, const MigFolder *pThere,
                             MigFolder *pOurs) {
  int i;

  for (i = 0; i < pBoth->nStep; i++) {
    const MigStep *pStep = pBoth->apStep[i];
    if (pStep->bShared && pStep->pFile &&
        migFormatFile(pOurs, pStep->pFile->zName) == 0) {
      return pStep->pFile->zName;
    }
  }
  return pThere->aFile[0].zName;
}

/* FORMAT when the folder has files of the same format that can be imported, but
** not together with those of the export, or that have versions of theirs: they
** are other names of what is written now. */
static void staleCheck(MigContext *p, const MigWriteFiles *pWrite,
                       MigFolder *pThere, MigFolder *pOurs) {
  MigFolder both;
  MigContext work;
  MigContext alone;

  memset(&both, 0, sizeof(both));
  migContextInit(&work, p->db);
  migContextInit(&alone, p->db);
  migFolderOpen(&work, &both, pWrite->zRoot);
  othersKeep(&both, pOurs);
  oursAdd(&work, pWrite->pOut, &both);
  if (work.rc == SQLITE_OK) {
    qsort(both.aFile, (size_t)both.nFile, sizeof(MigFile), fileOrder);
  }
  if (work.rc == SQLITE_OK && folderReads(&alone, pThere, pWrite->zFormat) &&
      folderReads(&alone, pOurs, pWrite->zFormat) &&
      (folderReads(&work, &both, pWrite->zFormat)
           ? sharedCount(&both) > sharedCount(pThere) + sharedCount(pOurs)
           : work.eCode == MIG_FORMAT)) {
    migFail(p, MIG_FORMAT,
            "%s would no longer fit together%s%s; remove what an earlier export"
            " has left, such as %s, or take another folder",
            pWrite->zRoot, work.rc ? ": " : "",
            work.rc ? work.zError + strlen("migrate: FORMAT: ") : "",
            staleName(&both, pThere, pOurs));
  }
  migFolderClose(&both);
  migContextClear(&work);
  migContextClear(&alone);
}

/* FORMAT when the folder has migrations of another format besides: an import
** would then see only these or those. Or when it has some of the same that do
** not go with ours. What the folder has otherwise is no concern of ours, and
** neither is one that cannot be read. */
static void othersCheck(MigContext *p, const MigWriteFiles *pWrite) {
  const MigOutput *pOut = pWrite->pOut;
  const char *zThere;
  const char *zOurs;
  MigFolder there;
  MigFolder ours;
  MigContext work;
  int bNew = 0;
  int i;

  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    bNew |= pWrite->aFile[i].eState == FILE_NEW;
  }
  if (!bNew || migPathKind(pWrite->zRoot) != MIG_PATH_FOLDER) {
    return;
  }
  memset(&there, 0, sizeof(there));
  memset(&ours, 0, sizeof(ours));
  migContextInit(&work, p->db);
  oursAdd(&work, pOut, &ours);
  migFolderOpen(&work, &there, pWrite->zRoot);
  othersKeep(&there, &ours);
  zThere = there.nFile > 0 ? migFormatDetect(&work, &there) : 0;
  zOurs = zThere ? migFormatDetect(&work, &ours) : 0;
  if (work.rc == SQLITE_OK && zOurs && strcmp(zThere, zOurs) != 0) {
    migFail(p, MIG_FORMAT,
            "%s has migrations of the format %s, such as %s, which would be"
            " mixed with those of %s; take a folder of its own",
            pWrite->zRoot, zThere, there.aFile[0].zName, pWrite->zFormat);
  } else if (work.rc == SQLITE_OK && zOurs) {
    staleCheck(p, pWrite, &there, &ours);
  }
  migFolderClose(&there);
  migFolderClose(&ours);
  migContextClear(&work);
}

/*
** Hold the files of pWrite->pOut against the folder, before anything is
** written. Errors: FILE for what is there and differs, is no file, is a link or
** cannot be read; FORMAT when the folder has migrations of another format, or
** such of the same that do not go with these. Sets aFile, in the arena, which
** is what migWriteFiles() goes by. Needs no database.
*/
void migWriteFilesCheck(MigContext *p, MigWriteFiles *pWrite) {
  diskCheck(p, pWrite);
  othersCheck(p, pWrite);
}

/* Make a folder, and those above it, and remember them. What is there already
** is not ours to take back. */
static void folderMake(MigContext *p, MigWriteFiles *pWrite,
                       const char *zPath) {
  const char *z = zPath;

  while (z && p->rc == SQLITE_OK) {
    const char *zMake;
    z = strchr(z + 1, '/');
    zMake = z ? migStrndup(p, zPath, z - zPath) : zPath;
    if (p->rc == SQLITE_OK && migPathKind(zMake) == MIG_PATH_NONE) {
      migListAdd(p, &pWrite->folders, zMake); /* first, for it may fail */
      migFolderMake(p, zMake);
    }
  }
}

/* The path of a file beside file i of the output, called after it: a dot before
** its name and zEnd behind it. In the arena. */
static const char *pathBeside(MigContext *p, const MigWriteFiles *pWrite, int i,
                              const char *zEnd) {
  const char *zName = pWrite->pOut->aFile[i].zName;
  const char *zSlash = strrchr(zName, '/');
  int nFolder = zSlash ? (int)(zSlash + 1 - zName) : 0;

  return migPathJoin(
      p, pWrite->zRoot,
      migPrintf(p, "%.*s.%s%s", nFolder, zName, zName + nFolder, zEnd));
}

/* Write a file under the name of its part, making the folders above it. It gets
** the permissions of the one that it is to replace. A part that somebody has
** left there is FILE. */
static void partWrite(MigContext *p, MigWriteFiles *pWrite, int i) {
  const char *zRoot = pWrite->zRoot;
  const MigOutputFile *pFile = &pWrite->pOut->aFile[i];
  MigWriteFile *pDisk = &pWrite->aFile[i];
  const char *zBase = strrchr(pFile->zName, '/');

  folderMake(
      p, pWrite,
      zBase ? migPathJoin(p, zRoot,
                          migStrndup(p, pFile->zName, zBase - pFile->zName))
            : zRoot);
  pDisk->zPart = pathBeside(p, pWrite, i, "-part");
  migFileMake(p, pDisk->zPart, pDisk->eState == FILE_OTHER ? pDisk->zPath : 0,
              pFile->z, pFile->n);
  pDisk->bPart = p->rc == SQLITE_OK;
}

/* Give a file its name; what it replaces is kept. FILE when it cannot get it;
** the part is still there then. */
static void partPlace(MigContext *p, MigWriteFiles *pWrite, int i) {
  MigWriteFile *pDisk = &pWrite->aFile[i];

  if (pDisk->eState == FILE_NEW) {
    pDisk->bPlaced = migFileMove(p, pDisk->zPart, pDisk->zPath);
  } else {
    pDisk->zOld = pathBeside(p, pWrite, i, "-old");
    pDisk->bOld =
        p->rc == SQLITE_OK && migFileKeep(p, pDisk->zPath, pDisk->zOld);
    pDisk->bPlaced =
        pDisk->bOld && migFileReplace(p, pDisk->zPart, pDisk->zPath);
  }
  pDisk->bPart = !pDisk->bPlaced;
}

/* Let go what was replaced, when all is written. */
static void oldDelete(const MigWriteFiles *pWrite) {
  int i;

  for (i = 0; i < pWrite->pOut->nFile; i++) {
    if (pWrite->aFile[i].bOld) {
      migFileDelete(pWrite->aFile[i].zOld);
    }
  }
}

/* Take back what a write that failed has made: parts, new files, and then the
** folders, those within others first. What was replaced gets its place back.
** Works after the error, and says nothing of what fails here. */
static void diskUndo(const MigWriteFiles *pWrite) {
  int i;

  for (i = 0; i < pWrite->pOut->nFile; i++) {
    const MigWriteFile *pDisk = &pWrite->aFile[i];
    if (pDisk->bPart) {
      migFileDelete(pDisk->zPart);
    }
    if (pDisk->bOld) {
      migFilePutBack(pDisk->zOld, pDisk->zPath);
    } else if (pDisk->bPlaced) {
      migFileDelete(pDisk->zPath);
    }
  }
  for (i = pWrite->folders.n - 1; i >= 0; i--) {
    migFolderDelete(pWrite->folders.az[i]);
  }
}

/*
** Write the files that are not there yet, after migWriteFilesCheck() with the
** same pWrite. FILE when one cannot be written; then all that was made is taken
** back, and what was replaced is as it was. No-op without files, and after an
** error. Needs no database, and no transaction can undo it: it is called when
** all else has succeeded.
*/
void migWriteFiles(MigContext *p, MigWriteFiles *pWrite) {
  int n = pWrite->pOut->nFile;
  int i;

  if (p->rc || n == 0) {
    return;
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (pWrite->aFile[i].eState != FILE_SAME) {
      partWrite(p, pWrite, i);
    }
  }
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    if (pWrite->aFile[i].eState != FILE_SAME) {
      partPlace(p, pWrite, i);
    }
  }
  if (p->rc) {
    diskUndo(pWrite);
  } else {
    oldDelete(pWrite);
  }
}
