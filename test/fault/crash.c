/*
** crash.c - a Tcl extension with a VFS that loses power.
**
** Load it after "package require sqlite3": it puts a VFS on top of the default
** one, as the default. Until it is armed it passes everything on. From then
** on it remembers, of every named file that is opened or deleted, what a power
** cut leaves for sure and what has happened since:
**
**   content    Durable are the bytes as of the file's last xSync. Writes and
**              truncations since then are pending.
**   existence  Durable as of the last sync of the folder. SQLite syncs the
**              folder with the first xSync of a journal or WAL that it opened
**              to create, and in an xDelete that asks for it. Every state in
**              which a name was since then (another content, or none) is
**              pending.
**
** When the power goes, in the middle of an operation, that operation is
** pending too; from then on all fail with SQLITE_IOERR and change nothing.
** "crash settle", after all files were closed, writes what survived. Of a
** name it draws one of its states; of each pending operation on the content
** whether it is there, absent or torn, each by itself: no order is kept, but
** where two survivors wrote the same byte the later one wins. A torn write is
** cut at sectors, each of which is there, absent or garbage. What the system
** holds in memory only, the -shm file, is gone. The command:
**
**   crash arm KIND N ?SEED?   power goes at the N-th operation since now that
**                             changes or syncs a file (KIND op) or at the N-th
**                             sync (KIND sync); with N 0 not by itself. SEED
**                             starts the numbers that settle draws
**   crash cut                 it goes now
**   crash on                  1 while there is power
**   crash count               {operations syncs} since it was armed
**   crash settle              see above; disarms. Returns {there n absent n
**                             torn n}, the fates of the pending operations
**   crash device PSOW SECTOR  what the disk is said to be like: does a torn
**                             write leave the bytes next to it alone, and the
**                             size of a sector (at first 1 and 4096). With
**                             PSOW a write is torn at 512 bytes, else
**                             at SECTOR, and garbage covers whole sectors
**
** Temporary files have no name and are passed on always. Nothing is synced for
** real. Files are read into memory whole, so they should be small.
*/
#include <stdio.h>
#include <string.h>
#include <sqlite3.h>
#include <tcl.h>

typedef sqlite3_int64 i64;
typedef sqlite3_uint64 u64;

#define UNUSED(x) ((void)(x))
#define CRASH_MIN(a, b) ((a) < (b) ? (a) : (b))
#define CRASH_MAX(a, b) ((a) > (b) ? (a) : (b))

/* What may be promised about writes that this VFS does not keep. */
#define CRASH_PROMISES                                                         \
  (SQLITE_IOCAP_ATOMIC | SQLITE_IOCAP_ATOMIC512 | SQLITE_IOCAP_ATOMIC1K |      \
   SQLITE_IOCAP_ATOMIC2K | SQLITE_IOCAP_ATOMIC4K | SQLITE_IOCAP_ATOMIC8K |     \
   SQLITE_IOCAP_ATOMIC16K | SQLITE_IOCAP_ATOMIC32K | SQLITE_IOCAP_ATOMIC64K |  \
   SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_SEQUENTIAL |                        \
   SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_BATCH_ATOMIC)

/* SQLite opens these to create them and then syncs their folder. */
#define CRASH_JOURNALS                                                         \
  (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)

/* Bytes that grow. */
typedef struct CrashBytes {
  unsigned char *a;
  i64 n;
  i64 nAlloc;
} CrashBytes;

/* A change of a file's content that was not synced. */
typedef struct CrashOp CrashOp;
struct CrashOp {
  CrashOp *pNext; /* the one after it */
  i64 iOffset;    /* where it writes, or the size to truncate to */
  i64 n;          /* bytes written; -1 for a truncation */
  unsigned char a[1];
};

/* A content; as an inode it has no name of its own. */
typedef struct CrashNode CrashNode;
struct CrashNode {
  CrashNode *pNext;   /* all nodes */
  CrashBytes durable; /* as of the last sync */
  CrashOp *pFirst;    /* since then */
  CrashOp *pLast;
};

/* A name and the contents it has had since its folder was synced, NULL where
** there was no file: the durable one first, today's last. */
typedef struct CrashName CrashName;
struct CrashName {
  CrashName *pNext; /* all names */
  char *zName;
  int nState;
  CrashNode **apState;
};

/* A file of the VFS: our methods, then the file of the VFS below. */
typedef struct CrashFile {
  sqlite3_file base;
  sqlite3_io_methods methods; /* iVersion as the file below has it, at most 2 */
  CrashNode *pNode;           /* NULL: passed on, nothing is remembered */
  CrashName *pName;           /* the name it was opened by */
  int bSyncFolder;            /* the next xSync is one of the folder as well */
  sqlite3_file *pReal;        /* directly behind this struct */
} CrashFile;

/* How often each fate befell an operation. */
typedef struct CrashFates {
  int nThere;
  int nAbsent;
  int nTorn;
} CrashFates;

/* The process has one SQLite library, so one state. */
static struct CrashState {
  sqlite3_vfs vfs;   /* ours */
  sqlite3_vfs *pVfs; /* the one below */
  int nOpen;         /* files open */
  int bArmed;        /* changes are remembered */
  int bDark;         /* the power is gone */
  int bAtSync;       /* iCut counts syncs */
  i64 iCut;          /* where it goes, from 1; 0 nowhere */
  i64 nOp;           /* operations since it was armed */
  i64 nSync;         /* those of them that were syncs */
  u64 iRandom;       /* state of crashRandom() */
  int bPowersafe;    /* see "crash device" */
  int nSector;       /* the same */
  CrashNode *pNode;  /* all since it was armed */
  CrashName *pName;  /* all since it was armed */
} g;

/*--------------------------------------------------------------------------
** Chance, and bytes.
*/

/* A number below n, by the generator "splitmix64". */
static int crashRandom(int n) {
  u64 z = (g.iRandom += 0x9e3779b97f4a7c15u);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (int)((z ^ (z >> 31)) % (u64)n);
}

/* Give pBytes n bytes; new ones are zero. */
static void bytesResize(CrashBytes *pBytes, i64 n) {
  if (n > pBytes->nAlloc) {
    pBytes->nAlloc = n * 2;
    pBytes->a =
        (unsigned char *)ckrealloc((char *)pBytes->a, (unsigned)pBytes->nAlloc);
  }
  if (n > pBytes->n) {
    memset(&pBytes->a[pBytes->n], 0, (size_t)(n - pBytes->n));
  }
  pBytes->n = n;
}

/* Put n bytes at iOffset. */
static void bytesPut(CrashBytes *pBytes, i64 iOffset, const unsigned char *a,
                     i64 n) {
  if (n > 0) {
    bytesResize(pBytes, CRASH_MAX(pBytes->n, iOffset + n));
    memcpy(&pBytes->a[iOffset], a, (size_t)n);
  }
}

/* The whole of a file on disk. Returns 0 when there is none. */
static int bytesRead(CrashBytes *pBytes, const char *zName) {
  unsigned char a[16384];
  size_t n;
  FILE *pFile = fopen(zName, "rb");

  if (pFile == 0) {
    return 0;
  }
  while ((n = fread(a, 1, sizeof(a), pFile)) > 0) {
    bytesPut(pBytes, pBytes->n, a, (i64)n);
  }
  fclose(pFile);
  return 1;
}

/* Make a file on disk hold exactly this. Returns 0 when it cannot. */
static int bytesWrite(const CrashBytes *pBytes, const char *zName) {
  FILE *pFile = fopen(zName, "wb");
  size_t n = (size_t)pBytes->n;
  int bDone;

  if (pFile == 0) {
    return 0;
  }
  bDone = n == 0 || fwrite(pBytes->a, 1, n, pFile) == n;
  return fclose(pFile) == 0 && bDone;
}

/*--------------------------------------------------------------------------
** What is remembered.
*/

/* A new content, empty. All contents are freed together, by crashForget(). */
static CrashNode *nodeNew(void) {
  CrashNode *pNode = (CrashNode *)ckalloc(sizeof(CrashNode));

  memset(pNode, 0, sizeof(*pNode));
  pNode->pNext = g.pNode;
  g.pNode = pNode;
  return pNode;
}

/* A write of n bytes, or a truncation when n is -1, is pending. */
static void nodeChanged(CrashNode *pNode, i64 iOffset, const void *a, i64 n) {
  CrashOp *pOp =
      (CrashOp *)ckalloc((unsigned)((i64)sizeof(CrashOp) + CRASH_MAX(n, 0)));

  pOp->pNext = 0;
  pOp->iOffset = iOffset;
  pOp->n = n;
  if (n > 0) {
    memcpy(pOp->a, a, (size_t)n);
  }
  if (pNode->pLast) {
    pNode->pLast->pNext = pOp;
  } else {
    pNode->pFirst = pOp;
  }
  pNode->pLast = pOp;
}

/* One operation, as it was meant. */
static void opApply(const CrashOp *pOp, CrashBytes *pBytes) {
  if (pOp->n < 0) {
    bytesResize(pBytes, pOp->iOffset);
  } else {
    bytesPut(pBytes, pOp->iOffset, pOp->a, pOp->n);
  }
}

/* Nothing is pending any more. */
static void nodeForget(CrashNode *pNode) {
  while (pNode->pFirst) {
    CrashOp *pOp = pNode->pFirst;
    pNode->pFirst = pOp->pNext;
    ckfree((char *)pOp);
  }
  pNode->pLast = 0;
}

/* What is pending becomes durable. */
static void nodeSync(CrashNode *pNode) {
  const CrashOp *pOp;

  for (pOp = pNode->pFirst; pOp; pOp = pOp->pNext) {
    opApply(pOp, &pNode->durable);
  }
  nodeForget(pNode);
}

/* Another content, or none, has this name now. */
static void nameState(CrashName *pName, CrashNode *pNode) {
  unsigned n = (unsigned)sizeof(CrashNode *) * (unsigned)(pName->nState + 1);

  pName->apState = (CrashNode **)ckrealloc((char *)pName->apState, n);
  pName->apState[pName->nState++] = pNode;
}

/* The content that a name has now; NULL: there is no file. */
static CrashNode *nameNode(const CrashName *pName) {
  return pName->apState[pName->nState - 1];
}

/* The entry of a name. One that is new here is durable as it is on disk. */
static CrashName *nameFind(const char *zName) {
  CrashName *pName;
  CrashBytes bytes = {0, 0, 0};
  CrashNode *pNode = 0;
  size_t n = strlen(zName) + 1;

  for (pName = g.pName; pName; pName = pName->pNext) {
    if (strcmp(pName->zName, zName) == 0) {
      return pName;
    }
  }
  pName = (CrashName *)ckalloc(sizeof(CrashName));
  memset(pName, 0, sizeof(*pName));
  pName->zName = ckalloc((unsigned)n);
  memcpy(pName->zName, zName, n);
  pName->pNext = g.pName;
  g.pName = pName;
  if (bytesRead(&bytes, zName)) {
    pNode = nodeNew();
    pNode->durable = bytes;
  }
  nameState(pName, pNode);
  return pName;
}

/* Length of the folder's part of a name. */
static size_t folderLength(const char *zName) {
  const char *zSlash = strrchr(zName, '/');
  return zSlash ? (size_t)(zSlash - zName) : 0;
}

/* The folder in which zName is was synced: its names are durable. */
static void folderSync(const char *zName) {
  size_t n = folderLength(zName);
  CrashName *pName;

  for (pName = g.pName; pName; pName = pName->pNext) {
    if (folderLength(pName->zName) == n &&
        strncmp(pName->zName, zName, n) == 0) {
      pName->apState[0] = nameNode(pName);
      pName->nState = 1;
    }
  }
}

/* Forget everything and pass on from now on. */
static void crashForget(void) {
  while (g.pNode) {
    CrashNode *pNode = g.pNode;
    g.pNode = pNode->pNext;
    nodeForget(pNode);
    if (pNode->durable.a) {
      ckfree((char *)pNode->durable.a);
    }
    ckfree((char *)pNode);
  }
  while (g.pName) {
    CrashName *pName = g.pName;
    g.pName = pName->pNext;
    ckfree((char *)pName->apState);
    ckfree(pName->zName);
    ckfree((char *)pName);
  }
  g.bArmed = 0;
  g.bDark = 0;
}

/* An operation that changes or syncs has come. Returns 1 when the power goes
** in the middle of it. */
static int powerGoes(int bSync) {
  g.nOp++;
  g.nSync += bSync;
  if (g.bAtSync) {
    g.bDark = bSync && g.nSync == g.iCut;
  } else {
    g.bDark = g.nOp == g.iCut;
  }
  return g.bDark;
}

/*--------------------------------------------------------------------------
** What survives.
*/

/* Some sectors of a write. Garbage stays within the file's size, and within
** the bytes that were written if the disk is said to be like that. */
static void opTear(const CrashOp *pOp, CrashBytes *pBytes) {
  i64 nSector = g.bPowersafe ? 512 : g.nSector;
  i64 iEnd = pOp->iOffset + pOp->n;
  i64 i;
  i64 k;

  for (i = pOp->iOffset - pOp->iOffset % nSector; i < iEnd; i += nSector) {
    i64 iLow = CRASH_MAX(i, pOp->iOffset);
    i64 iHigh = CRASH_MIN(i + nSector, iEnd);
    int eFate = crashRandom(10);
    if (eFate > 5) {
      continue;
    }
    bytesPut(pBytes, iLow, &pOp->a[iLow - pOp->iOffset], iHigh - iLow);
    if (eFate == 0) {
      if (!g.bPowersafe) {
        iLow = i;
        iHigh = CRASH_MIN(i + nSector, pBytes->n);
      }
      for (k = iLow; k < iHigh; k++) {
        pBytes->a[k] = (unsigned char)crashRandom(256);
      }
    }
  }
}

/* The content that survives of a node; the caller frees bytes.a. Of nPercent
** 100 pending operations so many are there, half of the others are torn. */
static CrashBytes nodeSurvives(const CrashNode *pNode, int nPercent,
                               CrashFates *pFates) {
  CrashBytes bytes = {0, 0, 0};
  const CrashOp *pOp;

  bytesPut(&bytes, 0, pNode->durable.a, pNode->durable.n);
  for (pOp = pNode->pFirst; pOp; pOp = pOp->pNext) {
    if (crashRandom(100) < nPercent) {
      opApply(pOp, &bytes);
      pFates->nThere++;
    } else if (pOp->n > 0 && crashRandom(2)) {
      opTear(pOp, &bytes);
      pFates->nTorn++;
    } else {
      pFates->nAbsent++;
    }
  }
  return bytes;
}

/* Write to disk what survives under a name. Returns 0 when it cannot. */
static int nameSettle(const CrashName *pName, int nPercent,
                      CrashFates *pFates) {
  const CrashNode *pNode = pName->apState[crashRandom(pName->nState)];
  char *zShm = sqlite3_mprintf("%s-shm", pName->zName);
  CrashBytes bytes;
  int bDone;

  if (zShm) {
    remove(zShm);
    sqlite3_free(zShm);
  }
  if (pNode == 0) {
    remove(pName->zName);
    return 1;
  }
  bytes = nodeSurvives(pNode, nPercent, pFates);
  bDone = bytesWrite(&bytes, pName->zName);
  if (bytes.a) {
    ckfree((char *)bytes.a);
  }
  return bDone;
}

/*--------------------------------------------------------------------------
** Files.
*/

/* Our struct, of which SQLite knows the first field. */
static CrashFile *crashFile(sqlite3_file *pFile) {
  return (CrashFile *)(void *)pFile;
}

/* The file of the VFS below. */
static sqlite3_file *realFile(sqlite3_file *pFile) {
  return crashFile(pFile)->pReal;
}

/* Closing does nothing to what is pending, and works without power: "crash
** settle" wants all files closed. */
static int fileClose(sqlite3_file *pFile) {
  sqlite3_file *pReal = realFile(pFile);

  g.nOpen--;
  return pReal->pMethods->xClose(pReal);
}

/* While there is power, what is read is what was written, synced or not. */
static int fileRead(sqlite3_file *pFile, void *a, int n, i64 iOffset) {
  sqlite3_file *pReal = realFile(pFile);
  return g.bDark ? SQLITE_IOERR : pReal->pMethods->xRead(pReal, a, n, iOffset);
}

/* A write is pending, and in the file below as well, which is what the living
** system sees. When the power goes at it, it is only pending. */
static int fileWrite(sqlite3_file *pFile, const void *a, int n, i64 iOffset) {
  CrashFile *p = crashFile(pFile);

  if (g.bDark) {
    return SQLITE_IOERR;
  }
  if (p->pNode) {
    nodeChanged(p->pNode, iOffset, a, n);
    if (powerGoes(0)) {
      return SQLITE_IOERR;
    }
  }
  return p->pReal->pMethods->xWrite(p->pReal, a, n, iOffset);
}

/* The same for a truncation. */
static int fileTruncate(sqlite3_file *pFile, i64 nSize) {
  CrashFile *p = crashFile(pFile);

  if (g.bDark) {
    return SQLITE_IOERR;
  }
  if (p->pNode) {
    nodeChanged(p->pNode, nSize, 0, -1);
    if (powerGoes(0)) {
      return SQLITE_IOERR;
    }
  }
  return p->pReal->pMethods->xTruncate(p->pReal, nSize);
}

/* What is pending on the content becomes durable, unless the power goes at
** it. */
static int fileSync(sqlite3_file *pFile, int flags) {
  CrashFile *p = crashFile(pFile);

  UNUSED(flags);
  if (g.bDark) {
    return SQLITE_IOERR;
  }
  if (p->pNode) {
    if (powerGoes(1)) {
      return SQLITE_IOERR;
    }
    nodeSync(p->pNode);
    if (p->bSyncFolder) {
      folderSync(p->pName->zName);
      p->bSyncFolder = 0;
    }
  }
  return SQLITE_OK;
}

/* Passed on while there is power. */
static int fileSize(sqlite3_file *pFile, i64 *pnSize) {
  sqlite3_file *pReal = realFile(pFile);
  return g.bDark ? SQLITE_IOERR : pReal->pMethods->xFileSize(pReal, pnSize);
}

/* Passed on while there is power. */
static int fileLock(sqlite3_file *pFile, int eLock) {
  sqlite3_file *pReal = realFile(pFile);
  return g.bDark ? SQLITE_IOERR : pReal->pMethods->xLock(pReal, eLock);
}

/* Passed on also without power: the locks must be gone when all is closed. */
static int fileUnlock(sqlite3_file *pFile, int eLock) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xUnlock(pReal, eLock);
}

/* Passed on while there is power. */
static int fileCheckReservedLock(sqlite3_file *pFile, int *pbOut) {
  sqlite3_file *pReal = realFile(pFile);

  if (g.bDark) {
    *pbOut = 0;
    return SQLITE_IOERR;
  }
  return pReal->pMethods->xCheckReservedLock(pReal, pbOut);
}

/* Passed on. */
static int fileControl(sqlite3_file *pFile, int op, void *pArg) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xFileControl(pReal, op, pArg);
}

/* What "crash device" has said. */
static int fileSectorSize(sqlite3_file *pFile) {
  UNUSED(pFile);
  return g.nSector;
}

/* What the VFS below says, less what this one does not keep, and powersafe
** overwriting as "crash device" has it. */
static int fileDevice(sqlite3_file *pFile) {
  sqlite3_file *pReal = realFile(pFile);
  int m = pReal->pMethods->xDeviceCharacteristics(pReal) & ~CRASH_PROMISES;
  return g.bPowersafe ? m | SQLITE_IOCAP_POWERSAFE_OVERWRITE : m;
}

/* Passed on while there is power. The index of a WAL is never durable, so
** nothing is remembered of it. */
static int fileShmMap(sqlite3_file *pFile, int iRegion, int nRegion, int bGrow,
                      void volatile **pp) {
  sqlite3_file *pReal = realFile(pFile);

  if (g.bDark) {
    *pp = 0;
    return SQLITE_IOERR;
  }
  return pReal->pMethods->xShmMap(pReal, iRegion, nRegion, bGrow, pp);
}

/* Asking for a lock fails without power, giving one up does not. */
static int fileShmLock(sqlite3_file *pFile, int iOffset, int n, int flags) {
  sqlite3_file *pReal = realFile(pFile);

  if (g.bDark && (flags & SQLITE_SHM_LOCK) != 0) {
    return SQLITE_IOERR;
  }
  return pReal->pMethods->xShmLock(pReal, iOffset, n, flags);
}

/* Passed on. */
static void fileShmBarrier(sqlite3_file *pFile) {
  sqlite3_file *pReal = realFile(pFile);
  pReal->pMethods->xShmBarrier(pReal);
}

/* Passed on, also without power. */
static int fileShmUnmap(sqlite3_file *pFile, int bDelete) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xShmUnmap(pReal, bDelete);
}

/* Version 2: without xFetch, so no write goes by a mapping. */
static const sqlite3_io_methods fileMethods = {2,
                                               fileClose,
                                               fileRead,
                                               fileWrite,
                                               fileTruncate,
                                               fileSync,
                                               fileSize,
                                               fileLock,
                                               fileUnlock,
                                               fileCheckReservedLock,
                                               fileControl,
                                               fileSectorSize,
                                               fileDevice,
                                               fileShmMap,
                                               fileShmLock,
                                               fileShmBarrier,
                                               fileShmUnmap,
                                               0,
                                               0};

/*--------------------------------------------------------------------------
** The VFS.
*/

/* Remember a named file that was opened. Returns 0 when it was made by that
** and the power goes at it. */
static int fileRemember(CrashFile *p, CrashName *pName, int flags) {
  p->pName = pName;
  p->bSyncFolder =
      (flags & SQLITE_OPEN_CREATE) != 0 && (flags & CRASH_JOURNALS) != 0;
  if (nameNode(pName) == 0) {
    nameState(pName, nodeNew());
    if (powerGoes(0)) {
      return 0;
    }
  }
  p->pNode = nameNode(pName);
  return 1;
}

/* Open a file of the VFS below. It is remembered while we are armed, if it has
** a name and is not one that goes when it is closed. What the name has on disk
** is read before it is opened, because that may make the file. */
static int vfsOpen(sqlite3_vfs *pVfs, const char *zName, sqlite3_file *pFile,
                   int flags, int *pOutFlags) {
  CrashFile *p = crashFile(pFile);
  CrashName *pName = 0;
  int rc;

  UNUSED(pVfs);
  memset(p, 0, sizeof(*p));
  p->pReal = (sqlite3_file *)(void *)&p[1];
  if (g.bDark) {
    return SQLITE_IOERR;
  }
  if (g.bArmed && zName && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0) {
    pName = nameFind(zName);
  }
  rc = g.pVfs->xOpen(g.pVfs, zName, p->pReal, flags, pOutFlags);
  if (rc == SQLITE_OK && pName && !fileRemember(p, pName, flags)) {
    rc = SQLITE_IOERR;
  }
  if (rc) {
    if (p->pReal->pMethods) {
      p->pReal->pMethods->xClose(p->pReal);
    }
    return rc;
  }
  p->methods = fileMethods;
  p->methods.iVersion = CRASH_MIN(2, p->pReal->pMethods->iVersion);
  p->base.pMethods = &p->methods;
  g.nOpen++;
  return SQLITE_OK;
}

/* That the file is gone is pending until its folder is synced, which is at once
** when the caller asks for it. */
static int vfsDelete(sqlite3_vfs *pVfs, const char *zName, int bSyncFolder) {
  CrashName *pName;
  int rc;

  UNUSED(pVfs);
  if (g.bDark) {
    return SQLITE_IOERR;
  }
  if (g.bArmed) {
    pName = nameFind(zName);
    if (nameNode(pName)) {
      nameState(pName, 0);
      if (powerGoes(0)) {
        return SQLITE_IOERR;
      }
    }
  }
  rc = g.pVfs->xDelete(g.pVfs, zName, 0);
  if (rc == SQLITE_OK && bSyncFolder) {
    folderSync(zName);
  }
  return rc;
}

/* Passed on while there is power. */
static int vfsAccess(sqlite3_vfs *pVfs, const char *zName, int flags,
                     int *pbOut) {
  UNUSED(pVfs);
  *pbOut = 0;
  return g.bDark ? SQLITE_IOERR : g.pVfs->xAccess(g.pVfs, zName, flags, pbOut);
}

/* Put our VFS in front. What it does not do itself goes to the one below with
** that one's own pAppData, which is all that its methods may look at.
** Returns a result code. */
static int crashInstall(void) {
  g.bPowersafe = 1;
  g.nSector = 4096;
  g.pVfs = sqlite3_vfs_find(0);
  g.vfs = *g.pVfs;
  g.vfs.szOsFile = (int)sizeof(CrashFile) + g.pVfs->szOsFile;
  g.vfs.pNext = 0;
  g.vfs.zName = "crash";
  g.vfs.xOpen = vfsOpen;
  g.vfs.xDelete = vfsDelete;
  g.vfs.xAccess = vfsAccess;
  return sqlite3_vfs_register(&g.vfs, 1);
}

/*--------------------------------------------------------------------------
** The Tcl command.
*/

/* crash arm KIND N ?SEED? */
static int cmdArm(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[]) {
  static const char *const azKind[] = {"op", "sync", 0};
  Tcl_WideInt iCut;
  Tcl_WideInt iSeed = 0;
  int iKind;

  if (objc < 4 || objc > 5) {
    Tcl_WrongNumArgs(interp, 2, objv, "KIND N ?SEED?");
    return TCL_ERROR;
  }
  if (Tcl_GetIndexFromObj(interp, objv[2], azKind, "KIND", 0, &iKind) ||
      Tcl_GetWideIntFromObj(interp, objv[3], &iCut) ||
      (objc > 4 && Tcl_GetWideIntFromObj(interp, objv[4], &iSeed))) {
    return TCL_ERROR;
  }
  if (g.nOpen) {
    Tcl_AppendResult(interp, "files are open", (char *)0);
    return TCL_ERROR;
  }
  crashForget();
  g.bArmed = 1;
  g.bAtSync = iKind;
  g.iCut = iCut;
  g.nOp = 0;
  g.nSync = 0;
  g.iRandom = (u64)iSeed;
  return TCL_OK;
}

/* crash settle. In some cuts nearly all that was pending is there, in some
** nearly nothing, so the share is drawn first. */
static int cmdSettle(Tcl_Interp *interp) {
  static const int aPercent[] = {0, 10, 33, 33, 60, 90, 97};
  CrashFates fates = {0, 0, 0};
  CrashName *pName;
  int nPercent;

  if (g.nOpen) {
    Tcl_AppendResult(interp, "files are open", (char *)0);
    return TCL_ERROR;
  }
  nPercent = aPercent[crashRandom((int)(sizeof(aPercent) / sizeof(int)))];
  for (pName = g.pName; pName; pName = pName->pNext) {
    if (!nameSettle(pName, nPercent, &fates)) {
      Tcl_AppendResult(interp, "cannot write ", pName->zName, (char *)0);
      return TCL_ERROR;
    }
  }
  crashForget();
  Tcl_SetObjResult(interp,
                   Tcl_ObjPrintf("there %d absent %d torn %d", fates.nThere,
                                 fates.nAbsent, fates.nTorn));
  return TCL_OK;
}

/* crash device PSOW SECTOR */
static int cmdDevice(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[]) {
  if (objc != 4) {
    Tcl_WrongNumArgs(interp, 2, objv, "PSOW SECTOR");
    return TCL_ERROR;
  }
  if (Tcl_GetBooleanFromObj(interp, objv[2], &g.bPowersafe)) {
    return TCL_ERROR;
  }
  return Tcl_GetIntFromObj(interp, objv[3], &g.nSector);
}

/* The command "crash", see the header; azSub is in the order of the cases. */
static int crashCommand(ClientData pData, Tcl_Interp *interp, int objc,
                        Tcl_Obj *const objv[]) {
  static const char *const azSub[] = {"arm", "count",  "cut", "device",
                                      "on",  "settle", 0};
  int iSub;

  UNUSED(pData);
  if (objc < 2) {
    Tcl_WrongNumArgs(interp, 1, objv, "SUBCOMMAND ...");
    return TCL_ERROR;
  }
  if (Tcl_GetIndexFromObj(interp, objv[1], azSub, "subcommand", TCL_EXACT,
                          &iSub)) {
    return TCL_ERROR;
  }
  switch (iSub) {
  case 0:
    return cmdArm(interp, objc, objv);
  case 1:
    Tcl_SetObjResult(interp, Tcl_ObjPrintf("%d %d", (int)g.nOp, (int)g.nSync));
    return TCL_OK;
  case 2:
    g.bDark = g.bArmed;
    return TCL_OK;
  case 3:
    return cmdDevice(interp, objc, objv);
  case 4:
    Tcl_SetObjResult(interp, Tcl_NewBooleanObj(!g.bDark));
    return TCL_OK;
  default:
    return cmdSettle(interp);
  }
}

/* Called by "load build/crash.so Crash". */
int Crash_Init(Tcl_Interp *interp);
__attribute__((visibility("default"))) int Crash_Init(Tcl_Interp *interp) {
  int rc;

  if (Tcl_InitStubs(interp, "8.6", 0) == 0) {
    return TCL_ERROR;
  }
  rc = crashInstall();
  if (rc) {
    Tcl_AppendResult(interp, "cannot put a crash layer under SQLite: ",
                     sqlite3_errstr(rc), (char *)0);
    return TCL_ERROR;
  }
  Tcl_CreateObjCommand(interp, "crash", crashCommand, 0, 0);
  return TCL_OK;
}
