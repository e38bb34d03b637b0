/*
** folder.c - a folder of files, or one file, on disk or in memory.
**
** A folder is listed with its sub-folders, names that begin with a dot left
** out. Symbolic links to folders are followed when everything else has been
** listed, and no folder is listed twice: a link to a folder above, or a second
** one to the same, ends there, with a note. The names are sorted in the end.
** Bytes are read when a format asks for them (migFormatBytes()) and belong to
** the folder until it is closed.
**
** A name that is not UTF-8 is refused, because ids, messages and the kept
** files are texts. A link to nowhere is a file that cannot be read.
**
** Of   a/1.sql  a/b/2.sql  .git/x  c -> a   are listed: a/1.sql and a/b/2.sql.
** The sub-folders wait in two queues, so nothing recurses: plain ones first,
** links when there are none, and so the files of a folder with a link to it go
** by the name of the folder. Two folders are the same when the system says so
** (migPathPlace()), not when their names are.
**
** migFolderLooks() holds the time of a file against the clock of the system:
** both count from 1970.
*/
#include <string.h>
#include "migrate.h"
#include "folder.h"
#include "hash.h"
#include "os.h"
#include "text.h"
#include "utf8.h"

#define FOLDER_DEPTH 8 /* sub-folders below each other that are looked into */
#define FOLDER_FILES (4 * MIGRATE_MAX_REVISIONS) /* of a folder */

/* A new file at the folder's end, in memory and not read. zDir is "" at the
** top, and borrowed; zBase is copied. zPath is the caller's to set. NULL after
** failure; TOO_BIG for too many files. The array may move: no pointer to a file
** is kept before all are there. */
static MigFile *fileAdd(MigContext *p, MigFolder *pFolder, const char *zDir,
                        const char *zBase) {
  int n = pFolder->nFile;
  MigFile *pFile = pFolder->aFile;

  if (n >= FOLDER_FILES) {
    /* unreached: takes 4,000,000 files */
    migFail(p, MIG_TOO_BIG, "more than %d files; name a folder further down",
            FOLDER_FILES);
  }
  if ((n & (n - 1)) == 0) { /* 0 or a power of two */
    pFile = migGrow(p, pFile, (u64)n * sizeof(MigFile),
                    (n ? 2 * (u64)n : 1) * sizeof(MigFile));
  }
  if (p->rc) {
    return 0; /* what there was is still to be closed */
  }
  pFolder->aFile = pFile;
  pFile = &pFolder->aFile[n];
  pFile->zDir = zDir;
  pFile->zBase = migStrdup(p, zBase);
  pFile->zName = zDir[0] ? migPathJoin(p, zDir, zBase) : pFile->zBase;
  pFile->iRevision = -1;
  pFolder->nFile++;
  return pFile;
}

/* A file of zRoot, which is on disk. */
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
  int iNext;       /* the first one that was not listed yet; n: none */
  const char **az; /* names below the root; all that were ever put in */
} FolderQueue;

/* A folder being listed. */
typedef struct FolderWalk {
  const char *zRoot; /* the path that was given */
  FolderQueue plain; /* sub-folders that are no links */
  FolderQueue links; /* wait until there is none of the others */
  int nPlace;        /* folders that were listed */
  int nSlot;         /* a power of two, or 0 */
  u64 (*aPlace)[2];  /* by hash: where they are; zeros are a free slot */
} FolderWalk;

/* Put a sub-folder at the queue's end. Its name is borrowed. */
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

/* The next sub-folder to list, or NULL. */
static const char *walkNext(FolderWalk *pWalk) {
  FolderQueue *pQueue = &pWalk->plain;

  if (pQueue->iNext == pQueue->n) {
    pQueue = &pWalk->links;
  }
  return pQueue->iNext < pQueue->n ? pQueue->az[pQueue->iNext++] : 0;
}

/* The slot of a place, or the free one where it belongs: open addressing with
** linear probing. There is always a free slot, as walkEnter() keeps the table
** half empty. The factor is 2^64 divided by the golden ratio. */
static u64 *walkSlot(const FolderWalk *pWalk, const u64 *aPlace) {
  u64 iHash = (aPlace[0] ^ aPlace[1]) * 0x9e3779b97f4a7c15u;
  u64 i = iHash >> 32 & (u64)(pWalk->nSlot - 1);

  while ((pWalk->aPlace[i][0] || pWalk->aPlace[i][1]) &&
         memcmp(pWalk->aPlace[i], aPlace, 2 * sizeof(u64)) != 0) {
    i = (i + 1) & (u64)(pWalk->nSlot - 1);
  }
  return pWalk->aPlace[i];
}

/* Double the table of places, or make it. After failure it has no places, and
** nothing looks for one. */
static void walkGrow(MigContext *p, FolderWalk *pWalk) {
  FolderWalk old = *pWalk;
  int i;

  pWalk->nSlot = old.nSlot ? 2 * old.nSlot : 16;
  pWalk->aPlace = migAlloc(p, (u64)pWalk->nSlot * sizeof(*pWalk->aPlace));
  for (i = 0; i < old.nSlot && p->rc == SQLITE_OK; i++) {
    if (old.aPlace[i][0] || old.aPlace[i][1]) {
      memcpy(walkSlot(pWalk, old.aPlace[i]), old.aPlace[i], 2 * sizeof(u64));
    }
  }
}

/* Whether the folder at zPath is met for the first time; now it has been. Where
** the system does not tell folders apart, depth alone ends a loop. */
static int walkEnter(MigContext *p, FolderWalk *pWalk, const char *zPath) {
  u64 aPlace[2];
  u64 *aSlot;

  if (p->rc || !migPathPlace(zPath, aPlace)) {
    return 1; /* unreached: the folder was there just now */
  }
  if (2 * pWalk->nPlace >= pWalk->nSlot) {
    walkGrow(p, pWalk);
  }
  aSlot = p->rc ? 0 : walkSlot(pWalk, aPlace);
  if (aSlot == 0 || aSlot[0] || aSlot[1]) {
    return 0;
  }
  memcpy(aSlot, aPlace, sizeof(aPlace));
  pWalk->nPlace++;
  return 1;
}

/* How many folders below the top zDir lies; 0 for "". */
static int folderDepth(const char *zDir) {
  int n = zDir[0] != 0;

  for (; *zDir; zDir++) {
    n += *zDir == '/';
  }
  return n;
}

/* Take in an entry of the sub-folder zDir, "" for the top: a file into the
** folder, a folder into a queue. A folder that lies too deep, or is called as a
** script is, is noted. FORMAT for a name that is not UTF-8. */
static void walkEntry(MigContext *p, MigFolder *pFolder, FolderWalk *pWalk,
                      const char *zDir, const MigEntry *pEntry) {
  const char *zName =
      zDir[0] ? migPathJoin(p, zDir, pEntry->zName) : pEntry->zName;

  if (p->rc == SQLITE_OK && !migIsUtf8(zName, (i64)strlen(zName))) {
    migFail(p, MIG_FORMAT, "the file name %s is not UTF-8; rename it", zName);
  } else if (!pEntry->bFolder) {
    folderAdd(p, pFolder, pWalk->zRoot, zDir, pEntry->zName);
  } else if (folderDepth(zDir) >= FOLDER_DEPTH) {
    migFormatNote(p, pFolder, "%s: too deep, not looked into", zName);
  } else {
    if (migFormatSuffix(pEntry->zName, ".sql")) {
      migFormatNote(p, pFolder, "%s: a folder, not a file", zName);
    }
    queueAdd(p, pEntry->bLink ? &pWalk->links : &pWalk->plain, zName);
  }
}

/* List a sub-folder, unless it was listed, which is noted. Names that begin
** with a dot are passed over. FILE when it cannot be read. */
static void walkList(MigContext *p, MigFolder *pFolder, FolderWalk *pWalk,
                     const char *zDir) {
  const char *zPath =
      zDir[0] ? migPathJoin(p, pWalk->zRoot, zDir) : pWalk->zRoot;
  MigListing list = {0, 0};
  int i;

  if (walkEnter(p, pWalk, zPath)) {
    list = migFolderRead(p, zPath);
  } else {
    migFormatNote(p, pFolder,
                  "%s: a link to a folder that is listed already, not followed",
                  zDir);
  }
  for (i = 0; i < list.nEntry && p->rc == SQLITE_OK; i++) {
    if (list.aEntry[i].zName[0] != '.') {
      walkEntry(p, pFolder, pWalk, zDir, &list.aEntry[i]);
    }
  }
}

/* Let a[i] sink to its place in a heap of n files, the last name on top. */
static void fileSift(MigFile *a, int i, int n) {
  MigFile file = a[i];

  for (;;) {
    int iChild = 2 * i + 1;
    if (iChild + 1 < n &&
        migFormatOrder(a[iChild].zName, a[iChild + 1].zName) < 0) {
      iChild++;
    }
    if (iChild >= n || migFormatOrder(file.zName, a[iChild].zName) >= 0) {
      break;
    }
    a[i] = a[iChild];
    i = iChild;
  }
  a[i] = file;
}

/* Sort the files: heap sort, so that no names take quadratic time. No two have
** one name, so that it is not stable does no harm. */
static void folderSort(MigFolder *pFolder) {
  MigFile *a = pFolder->aFile;
  int n = pFolder->nFile;
  int i;

  for (i = n / 2 - 1; i >= 0; i--) {
    fileSift(a, i, n);
  }
  for (i = n - 1; i > 0; i--) {
    MigFile file = a[0];
    a[0] = a[i];
    a[i] = file;
    fileSift(a, 0, i);
  }
}

/* List the folder at zPath with all below it, in the order of
** migFormatOrder(). */
static void folderWalk(MigContext *p, MigFolder *pFolder, const char *zPath) {
  const char *zDir = "";
  FolderWalk walk;

  memset(&walk, 0, sizeof(walk));
  walk.zRoot = zPath;
  while (zDir && p->rc == SQLITE_OK) {
    walkList(p, pFolder, &walk, zDir);
    zDir = p->rc ? 0 : walkNext(&walk);
  }
  if (p->rc == SQLITE_OK) {
    folderSort(pFolder);
  }
}

/* List the one file zPath and, when it is one half of a pair (x.up.sql,
** x.down.sql), the other half if there is one: alone it would read as a
** revision that has lost it. The one that was named comes first, sorted or not.
** Names are without their folder, as if that had been opened. */
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
    if (migPathKind(azPath[i]) == MIG_PATH_FILE) {
      folderAdd(p, pFolder, "", "", migPathName(azPath[i]));
      if (p->rc == SQLITE_OK) {
        pFolder->aFile[pFolder->nFile - 1].zPath = migStrdup(p, azPath[i]);
      }
    }
  }
  pFolder->bSingle = 1;
}

/* List what zPath names, a folder or one file. FILE when nothing is there or a
** sub-folder cannot be read, FORMAT for a name that is not UTF-8, TOO_BIG for
** too many files. What was set in *pFolder before stays. No file is read. After
** failure, too, the folder is to be closed. */
void migFolderOpen(MigContext *p, MigFolder *pFolder, const char *zPath) {
  int eKind = migPathKind(zPath);

  if (eKind == MIG_PATH_NONE) {
    migFail(p, MIG_FILE, "%s: no such file or folder; check the path", zPath);
  } else if (eKind == MIG_PATH_FILE) {
    folderSingle(p, pFolder, zPath);
  } else {
    folderWalk(p, pFolder, zPath);
  }
}

/* Add a file of n bytes that are in memory. Files are added in the order that
** migFormatOrder() gives, by the caller's care. Name and bytes are copied.
** TOO_BIG for too many files. */
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

/* Free the files' bytes. The rest is the arena's. May be called twice, and for
** a folder of zeros; the files are listed still, and have no bytes. */
void migFolderClose(MigFolder *pFolder) {
  int i;

  for (i = 0; i < pFolder->nFile; i++) {
    sqlite3_free(pFolder->aFile[i].z);
    pFolder->aFile[i].z = 0;
  }
}

/* A file that was written so shortly before it is looked at can be written
** again without its time showing it: times on FAT go by two seconds. */
#define LOOK_NANOSECONDS 2000000000LL

/*
** What a folder or file looks like, without reading it: a hash, in hex, of the
** path, the names, sizes and times of its files, and nMore other texts, of
** which a NULL counts as "". "" when a file is too young for its time to tell,
** which is no value to keep. In the arena; NULL after failure, whose errors are
** those of migFolderOpen(). The bytes hashed, by BLAKE2b-256, are
**
**     path 00
**     text 00                     nMore times
**     name 20 size 20 time 00     of every file, in the folder's order
**
** size in bytes and time in nanoseconds, as the system counts, in decimal.
*/
char *migFolderLooks(MigContext *p, const char *zPath, int nMore,
                     const char *const *azMore) {
  char zHex[2 * MIG_HASH_SIZE + 1];
  u8 aDigest[MIG_HASH_SIZE];
  i64 nsNow = migClockMs() * 1000000;
  int bYoung = 0;
  MigFolder folder;
  MigHash hash;
  int i;

  memset(&folder, 0, sizeof(folder));
  migHashInit(&hash);
  migHashAdd(&hash, zPath, (i64)strlen(zPath) + 1);
  for (i = 0; i < nMore; i++) {
    migHashAdd(&hash, azMore[i] ? azMore[i] : "",
               azMore[i] ? (i64)strlen(azMore[i]) + 1 : 1);
  }
  migFolderOpen(p, &folder, zPath);
  for (i = 0; i < folder.nFile && p->rc == SQLITE_OK; i++) {
    char zNumbers[48];
    i64 nSize = -1;
    i64 nsTime = 0;
    bYoung |= !migFileLook(folder.aFile[i].zPath, &nSize, &nsTime) ||
              nsTime > nsNow - LOOK_NANOSECONDS;
    sqlite3_snprintf(sizeof(zNumbers), zNumbers, " %lld %lld", nSize, nsTime);
    migHashAdd(&hash, folder.aFile[i].zName,
               (i64)strlen(folder.aFile[i].zName));
    migHashAdd(&hash, zNumbers, (i64)strlen(zNumbers) + 1);
  }
  migFolderClose(&folder);
  migHashFinal(&hash, aDigest);
  migHashHex(aDigest, MIG_HASH_SIZE, zHex);
  return bYoung ? migStrdup(p, "") : migStrdup(p, zHex);
}
