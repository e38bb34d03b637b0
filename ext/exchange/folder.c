/*
** folder.c - a folder of files, or one file, on disk or in memory.
**
** A folder is listed with its sub-folders, names that begin with a dot left
** out. Bytes are read when a format asks for them (migFormatBytes()) and
** belong to the folder until it is closed.
*/
#include <string.h>
#include "folder.h"
#include "os.h"
#include "text.h"

#define FOLDER_DEPTH 8 /* sub-folders below each other that are looked into */

/* A file of the folder. zDir is "" at the top. */
static MigFile *fileAdd(MigContext *p, MigFolder *pFolder, const char *zDir,
                        const char *zBase) {
  int n = pFolder->nFile;
  MigFile *pFile;

  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pFolder->aFile = migGrow(p, pFolder->aFile, (u64)n * sizeof(MigFile),
                             (n ? 2 * (u64)n : 1) * sizeof(MigFile));
  }
  if (p->rc) {
    return 0;
  }
  pFile = &pFolder->aFile[n];
  pFile->zDir = zDir;
  pFile->zBase = migStrdup(p, zBase);
  pFile->zName = zDir[0] ? migPathJoin(p, zDir, zBase) : pFile->zBase;
  pFile->iRevision = -1;
  pFolder->nFile++;
  return pFile;
}

/* A file of zRoot on disk. */
static void folderAdd(MigContext *p, MigFolder *pFolder, const char *zRoot,
                      const char *zDir, const char *zBase) {
  MigFile *pFile = fileAdd(p, pFolder, zDir, zBase);

  if (pFile) {
    pFile->zPath = migPathJoin(p, zRoot, pFile->zName);
  }
}

/* A queue of sub-folders to list. */
typedef struct FolderQueue {
  int n;
  const char **az;
} FolderQueue;

/* Put a sub-folder at the queue's end. */
static void queueAdd(MigContext *p, FolderQueue *pQueue, const char *zDir) {
  int n = pQueue->n;

  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pQueue->az = migGrow(p, pQueue->az, (u64)n * sizeof(char *),
                         (n ? 2 * (u64)n : 1) * sizeof(char *));
  }
  if (p->rc == SQLITE_OK) {
    pQueue->az[pQueue->n++] = zDir;
  }
}

/* How many folders below the top zDir lies; 0 for "". */
static int folderDepth(const char *zDir) {
  int n = zDir[0] != 0;

  for (; *zDir; zDir++) {
    n += *zDir == '/';
  }
  return n;
}

/* List zRoot/zDir: files into the folder, sub-folders into the queue. */
static void folderList(MigContext *p, MigFolder *pFolder, const char *zRoot,
                       const char *zDir, FolderQueue *pQueue) {
  const char *zPath = zDir[0] ? migPathJoin(p, zRoot, zDir) : zRoot;
  MigListing list = migFolderRead(p, zPath);
  int i;

  for (i = 0; i < list.nEntry && p->rc == SQLITE_OK; i++) {
    const MigEntry *pEntry = &list.aEntry[i];
    if (pEntry->zName[0] == '.') {
      continue;
    }
    if (!pEntry->bFolder) {
      folderAdd(p, pFolder, zRoot, zDir, pEntry->zName);
    } else if (folderDepth(zDir) >= FOLDER_DEPTH) {
      migFormatNote(p, pFolder, "%s/%s: too deep, not looked into", zDir,
                    pEntry->zName);
    } else {
      queueAdd(p, pQueue,
               zDir[0] ? migPathJoin(p, zDir, pEntry->zName) : pEntry->zName);
    }
  }
}

/* List the one file zPath and, when it is one half of a pair (x.up.sql,
** x.down.sql), the other half: alone it would read as a revision that has
** lost it. */
static void folderSingle(MigContext *p, MigFolder *pFolder, const char *zPath) {
  static const char *const azHalf[] = {".up.sql", ".down.sql"};
  const char *azPath[2] = {zPath, 0};
  int i;

  for (i = 0; i < 2; i++) {
    i64 n = (i64)strlen(zPath) - (i64)strlen(azHalf[i]);
    if (n > 0 && migStrICmp(zPath + n, azHalf[i]) == 0) {
      azPath[1] = migPrintf(p, "%.*s%s", (int)n, zPath, azHalf[1 - i]);
    }
  }
  for (i = 0; i < 2 && azPath[i] && p->rc == SQLITE_OK; i++) {
    const char *zSlash = strrchr(azPath[i], '/');
    if (migPathKind(azPath[i]) == MIG_PATH_FILE) {
      folderAdd(p, pFolder, "", "", zSlash ? zSlash + 1 : azPath[i]);
      if (p->rc == SQLITE_OK) {
        pFolder->aFile[pFolder->nFile - 1].zPath = migStrdup(p, azPath[i]);
      }
    }
  }
  pFolder->bSingle = 1;
}

/* List what zPath names, a folder or one file. FILE when nothing is there.
** What was set in *pFolder before stays. */
void migFolderOpen(MigContext *p, MigFolder *pFolder, const char *zPath) {
  int eKind = migPathKind(zPath);
  FolderQueue queue = {0, 0};
  int i;

  if (eKind == MIG_PATH_NONE) {
    migFail(p, MIG_FILE, "%s: no such file or folder; check the path", zPath);
  } else if (eKind == MIG_PATH_FILE) {
    folderSingle(p, pFolder, zPath);
  } else {
    queueAdd(p, &queue, "");
    for (i = 0; i < queue.n && p->rc == SQLITE_OK; i++) {
      folderList(p, pFolder, zPath, queue.az[i], &queue);
    }
  }
}

/* Add a file of n bytes that are in memory. Files are added in the order of
** their names: by folder, then bytewise. */
void migFolderAdd(MigContext *p, MigFolder *pFolder, const char *zName,
                  const char *z, i64 n) {
  const char *zSlash = strrchr(zName, '/');
  const char *zDir = zSlash ? migStrndup(p, zName, zSlash - zName) : "";
  MigFile *pFile = 0;

  if (p->rc == SQLITE_OK) {
    pFile = fileAdd(p, pFolder, zDir, zSlash ? zSlash + 1 : zName);
  }
  if (pFile && (pFile->z = sqlite3_malloc64((u64)n + 1)) == 0) {
    migNomem(p);
  } else if (pFile) {
    memcpy(pFile->z, z, (size_t)n);
    pFile->z[n] = 0;
    pFile->n = n;
    pFile->zPath = pFile->zName;
  }
}

/* Free the files' bytes. The rest is the arena's. */
void migFolderClose(MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile; i++) {
    sqlite3_free(pFolder->aFile[i].z);
    pFolder->aFile[i].z = 0;
  }
}
