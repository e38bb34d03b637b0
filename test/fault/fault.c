/*
** fault.c - a Tcl extension that makes SQLite's memory and files fail.
**
** Load it before "package require sqlite3": it replaces the memory methods
** of the SQLite library in this process and registers a VFS of its own, on
** top of the default one, as the default. Both only count until they are
** armed. The command:
**
**   fault malloc N ?persist?      the N-th allocation fails, or all from it
**   fault io KIND N ?persist?     the N-th matching file operation fails;
**                                 KIND: ioerr (any operation), full (writes),
**                                 sync (xSync only), busy (a lock, or a
**                                 stronger one, is asked for)
**   fault interrupt DB N          sqlite3_interrupt(DB) at the N-th
**                                 allocation or file operation
**   fault progress DB N ?persist? a progress handler, asked at every
**                                 operation of the virtual machine, says
**                                 stop at the N-th, or from it on
**   fault off                     disarm; returns how often a fault fired
**   fault hits                    how often one has fired since it was armed
**   fault count                   points passed since it was armed
**   fault counts                  what was passed since then, armed or not:
**                                 {malloc N open N ...}
**
**   fault memory                  bytes that SQLite holds
**   fault outstanding             allocations that SQLite holds
**   fault files                   files open through this VFS
**   fault sync BOOLEAN            do real fsyncs? (default 0: counted only)
**
**   fault statements DB           SQL of every statement that is prepared
**   fault settings DB             switches of sqlite3_db_config and limits
**   fault contents DB             a hash of each table of main, of the schema
**                                 and of the marks: {NAME HASH ...}
**   fault lookaside DB BOOLEAN    small allocations from a pool that cannot
**                                 fail? Only right after opening
**   fault autocommit DB           1 outside of a transaction
**   fault txn DB                  none, read or write, on main
**
** DB is the name of a handle made by the sqlite3 command: the client data of
** such a command begins with its sqlite3 pointer. N is 1 for the first point
** after arming. One fault is armed at a time. A write that fails leaves its
** first half in the file, a read its first half in the buffer. SQLite never
** sleeps while a fault is armed. The library is asked for by name only, so
** another libsqlite3.so.0 on LD_LIBRARY_PATH is tested the same way.
*/
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include <tcl.h>

typedef sqlite3_int64 i64;

#define UNUSED(x) ((void)(x))

/* What an armed fault looks at; bits, for pointPassed(), named in azPoint. */
#define FAULT_MALLOC 1 /* an allocation or reallocation */
#define FAULT_OPEN 2
#define FAULT_READ 4
#define FAULT_WRITE 8
#define FAULT_SYNC 16
#define FAULT_TRUNCATE 32
#define FAULT_DELETE 64
#define FAULT_ACCESS 128 /* xAccess, xFileSize */
#define FAULT_SHM 256    /* a piece of the index of a WAL */
#define FAULT_FETCH 512  /* a page of a mapped file */
#define FAULT_LOCK 1024
#define FAULT_PROGRESS 2048 /* an operation of the virtual machine */
#define FAULT_KINDS 12
#define FAULT_FILES                                                            \
  (FAULT_OPEN | FAULT_READ | FAULT_WRITE | FAULT_SYNC | FAULT_TRUNCATE |       \
   FAULT_DELETE | FAULT_ACCESS | FAULT_SHM | FAULT_FETCH)

static const char *const azPoint[FAULT_KINDS] = {
    "malloc", "open",   "read", "write", "sync", "truncate",
    "delete", "access", "shm",  "fetch", "lock", "progress"};

/* A file of the VFS: our methods, then the file of the VFS below. */
typedef struct FaultFile {
  sqlite3_file base;
  sqlite3_io_methods methods; /* iVersion as the file below has it */
  sqlite3_file *pReal;        /* directly behind this struct */
} FaultFile;

/* The process has one SQLite library, so one state. */
static struct FaultState {
  sqlite3_mem_methods mem; /* the library's own */
  sqlite3_vfs vfs;         /* ours */
  sqlite3_vfs *pVfs;       /* the one below */
  int nOpen;               /* files open */
  int bSync;               /* pass xSync on */
  int mWatch;              /* FAULT_ bits that count, 0 when disarmed */
  int bFull;               /* report SQLITE_FULL instead of an I/O error */
  int bPersist;            /* fail at every point after the first */
  int bQuiet;              /* points interrupt instead of failing */
  i64 iFail;               /* the point that fails, from 1 */
  i64 nPoint;              /* points passed */
  i64 nHit;                /* faults fired */
  i64 aCount[FAULT_KINDS]; /* what was passed, by bit, armed or not */
  sqlite3 *db;             /* to interrupt, or with a progress handler */
  int bProgress;           /* db has our progress handler */
} g;

/*
** A point of the kind eKind is passed. Returns 1 when it must fail.
*/
static int pointPassed(int eKind) {
  int bFire;
  int i;

  for (i = 0; (eKind >> i) != 1; i++) {
  }
  g.aCount[i]++;
  if ((g.mWatch & eKind) == 0) {
    return 0;
  }
  g.nPoint++;
  bFire = g.bPersist ? g.nPoint >= g.iFail : g.nPoint == g.iFail;
  if (!bFire) {
    return 0;
  }
  g.nHit++;
  if (g.bQuiet) {
    sqlite3_interrupt(g.db);
    return 0;
  }
  return 1;
}

/* SQLite's memory methods ("Memory Allocation Routines" of its docs), those of
** the library with a point before what takes memory. */
static void *memMalloc(int n) {
  return pointPassed(FAULT_MALLOC) ? 0 : g.mem.xMalloc(n);
}

/* Passed on: no point of failure. */
static void memFree(void *p) {
  g.mem.xFree(p);
}

/* A block that grows or shrinks is a point too; after a failure the old block
** stays as it is. */
static void *memRealloc(void *p, int n) {
  return pointPassed(FAULT_MALLOC) ? 0 : g.mem.xRealloc(p, n);
}

/* Passed on: no point of failure. */
static int memSize(void *p) {
  return g.mem.xSize(p);
}

/* Passed on: no point of failure. */
static int memRoundup(int n) {
  return g.mem.xRoundup(n);
}

/* Passed on with the argument that the library's own methods expect. */
static int memInit(void *p) {
  UNUSED(p);
  return g.mem.xInit(g.mem.pAppData);
}

/* The same. */
static void memShutdown(void *p) {
  UNUSED(p);
  g.mem.xShutdown(g.mem.pAppData);
}

/* The file of the VFS below. */
static sqlite3_file *realFile(sqlite3_file *pFile) {
  return ((FaultFile *)(void *)pFile)->pReal;
}

/* Closing never fails, and is no point. */
static int fileClose(sqlite3_file *pFile) {
  sqlite3_file *pReal = realFile(pFile);

  g.nOpen--;
  return pReal->pMethods ? pReal->pMethods->xClose(pReal) : SQLITE_OK;
}

/* A read that fails leaves its first half in the buffer. */
static int fileRead(sqlite3_file *pFile, void *a, int n, i64 iOffset) {
  sqlite3_file *pReal = realFile(pFile);

  if (pointPassed(FAULT_READ)) {
    (void)pReal->pMethods->xRead(pReal, a, n / 2, iOffset);
    return SQLITE_IOERR_READ;
  }
  return pReal->pMethods->xRead(pReal, a, n, iOffset);
}

/* A write that fails leaves its first half in the file. */
static int fileWrite(sqlite3_file *pFile, const void *a, int n, i64 iOffset) {
  sqlite3_file *pReal = realFile(pFile);

  if (pointPassed(FAULT_WRITE)) {
    (void)pReal->pMethods->xWrite(pReal, a, n / 2, iOffset);
    return g.bFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  return pReal->pMethods->xWrite(pReal, a, n, iOffset);
}

/* One that fails leaves the file as long as it was. */
static int fileTruncate(sqlite3_file *pFile, i64 nSize) {
  sqlite3_file *pReal = realFile(pFile);

  if (pointPassed(FAULT_TRUNCATE)) {
    return SQLITE_IOERR_TRUNCATE;
  }
  return pReal->pMethods->xTruncate(pReal, nSize);
}

/* A point, whether or not something is synced for real. */
static int fileSync(sqlite3_file *pFile, int flags) {
  sqlite3_file *pReal = realFile(pFile);

  if (pointPassed(FAULT_SYNC)) {
    return SQLITE_IOERR_FSYNC;
  }
  return g.bSync ? pReal->pMethods->xSync(pReal, flags) : SQLITE_OK;
}

/* A point of the kind of xAccess. */
static int fileSize(sqlite3_file *pFile, i64 *pnSize) {
  sqlite3_file *pReal = realFile(pFile);

  if (pointPassed(FAULT_ACCESS)) {
    return SQLITE_IOERR_FSTAT;
  }
  return pReal->pMethods->xFileSize(pReal, pnSize);
}

/* Asking for a lock, or a stronger one: a failure is SQLITE_BUSY. */
static int fileLock(sqlite3_file *pFile, int eLock) {
  sqlite3_file *pReal = realFile(pFile);

  if (pointPassed(FAULT_LOCK)) {
    return SQLITE_BUSY;
  }
  return pReal->pMethods->xLock(pReal, eLock);
}

/* Giving one up is no point: SQLite does not look whether that fails. */
static int fileUnlock(sqlite3_file *pFile, int eLock) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xUnlock(pReal, eLock);
}

/* Passed on: no point of failure. */
static int fileCheckReservedLock(sqlite3_file *pFile, int *pbOut) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xCheckReservedLock(pReal, pbOut);
}

/* Passed on: no point of failure. */
static int fileControl(sqlite3_file *pFile, int op, void *pArg) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xFileControl(pReal, op, pArg);
}

/* Passed on: no point of failure. */
static int fileSectorSize(sqlite3_file *pFile) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xSectorSize(pReal);
}

/* Passed on: no point of failure. */
static int fileDevice(sqlite3_file *pFile) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xDeviceCharacteristics(pReal);
}

/* A piece of a WAL's index; after a failure there is none. */
static int fileShmMap(sqlite3_file *pFile, int iRegion, int nRegion, int bGrow,
                      void volatile **pp) {
  sqlite3_file *pReal = realFile(pFile);

  if (pointPassed(FAULT_SHM)) {
    *pp = 0;
    return SQLITE_IOERR_SHMMAP;
  }
  return pReal->pMethods->xShmMap(pReal, iRegion, nRegion, bGrow, pp);
}

/* Asking for a lock on a WAL's index is a point as fileLock() is; giving one up
** is none. */
static int fileShmLock(sqlite3_file *pFile, int iOffset, int n, int flags) {
  sqlite3_file *pReal = realFile(pFile);

  if ((flags & SQLITE_SHM_LOCK) && pointPassed(FAULT_LOCK)) {
    return SQLITE_BUSY;
  }
  return pReal->pMethods->xShmLock(pReal, iOffset, n, flags);
}

/* Passed on: no point of failure. */
static void fileShmBarrier(sqlite3_file *pFile) {
  sqlite3_file *pReal = realFile(pFile);
  pReal->pMethods->xShmBarrier(pReal);
}

/* Passed on: no point of failure. */
static int fileShmUnmap(sqlite3_file *pFile, int bDelete) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xShmUnmap(pReal, bDelete);
}

/* A page of a mapped file; after a failure there is none. */
static int fileFetch(sqlite3_file *pFile, i64 iOffset, int n, void **pp) {
  sqlite3_file *pReal = realFile(pFile);

  if (pointPassed(FAULT_FETCH)) {
    *pp = 0;
    return SQLITE_IOERR_FSTAT;
  }
  return pReal->pMethods->xFetch(pReal, iOffset, n, pp);
}

/* Passed on: no point of failure. */
static int fileUnfetch(sqlite3_file *pFile, i64 iOffset, void *p) {
  sqlite3_file *pReal = realFile(pFile);
  return pReal->pMethods->xUnfetch(pReal, iOffset, p);
}

static const sqlite3_io_methods fileMethods = {3,
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
                                               fileFetch,
                                               fileUnfetch};

/* Open a file of the VFS below behind our own struct. A failure that is ours
** leaves nothing to close; one of the VFS below is passed on as it is. */
static int vfsOpen(sqlite3_vfs *pVfs, const char *zName, sqlite3_file *pFile,
                   int flags, int *pOutFlags) {
  FaultFile *p = (FaultFile *)(void *)pFile;
  int rc;

  UNUSED(pVfs);
  p->base.pMethods = 0;
  p->pReal = (sqlite3_file *)(void *)&p[1];
  if (pointPassed(FAULT_OPEN)) {
    return SQLITE_CANTOPEN;
  }
  rc = g.pVfs->xOpen(g.pVfs, zName, p->pReal, flags, pOutFlags);
  if (p->pReal->pMethods) {
    p->methods = fileMethods;
    if (p->pReal->pMethods->iVersion < p->methods.iVersion) {
      p->methods.iVersion = p->pReal->pMethods->iVersion;
    }
    p->base.pMethods = &p->methods;
    g.nOpen++;
  }
  return rc;
}

/* A failure leaves the file. The folder is synced only with "fault sync 1". */
static int vfsDelete(sqlite3_vfs *pVfs, const char *zName, int bSyncDir) {
  UNUSED(pVfs);
  if (pointPassed(FAULT_DELETE)) {
    return SQLITE_IOERR_DELETE;
  }
  return g.pVfs->xDelete(g.pVfs, zName, g.bSync && bSyncDir);
}

/* Is the file there? Not known after a failure. */
static int vfsAccess(sqlite3_vfs *pVfs, const char *zName, int flags,
                     int *pbOut) {
  UNUSED(pVfs);
  if (pointPassed(FAULT_ACCESS)) {
    return SQLITE_IOERR_ACCESS;
  }
  return g.pVfs->xAccess(g.pVfs, zName, flags, pbOut);
}

/* From here on most is passed on, with the VFS below in the place of ours: its
** methods may look at their own pAppData. */
static int vfsFullPathname(sqlite3_vfs *pVfs, const char *zName, int n,
                           char *zOut) {
  UNUSED(pVfs);
  return g.pVfs->xFullPathname(g.pVfs, zName, n, zOut);
}

/* Passed on: no point of failure. */
static void *vfsDlOpen(sqlite3_vfs *pVfs, const char *zName) {
  UNUSED(pVfs);
  return g.pVfs->xDlOpen(g.pVfs, zName);
}

/* Passed on: no point of failure. */
static void vfsDlError(sqlite3_vfs *pVfs, int n, char *z) {
  UNUSED(pVfs);
  g.pVfs->xDlError(g.pVfs, n, z);
}

typedef void (*FaultSymbol)(void);

/* Passed on: no point of failure. */
static FaultSymbol vfsDlSym(sqlite3_vfs *pVfs, void *p, const char *zSymbol) {
  UNUSED(pVfs);
  return g.pVfs->xDlSym(g.pVfs, p, zSymbol);
}

/* Passed on: no point of failure. */
static void vfsDlClose(sqlite3_vfs *pVfs, void *p) {
  UNUSED(pVfs);
  g.pVfs->xDlClose(g.pVfs, p);
}

/* Passed on: no point of failure. */
static int vfsRandomness(sqlite3_vfs *pVfs, int n, char *z) {
  UNUSED(pVfs);
  return g.pVfs->xRandomness(g.pVfs, n, z);
}

/* While a fault is armed nobody sleeps, but is told that n microseconds have
** passed. */
static int vfsSleep(sqlite3_vfs *pVfs, int n) {
  UNUSED(pVfs);
  return g.mWatch ? n : g.pVfs->xSleep(g.pVfs, n);
}

/* Passed on: no point of failure. */
static int vfsCurrentTime(sqlite3_vfs *pVfs, double *pr) {
  UNUSED(pVfs);
  return g.pVfs->xCurrentTime(g.pVfs, pr);
}

/* Passed on: no point of failure. */
static int vfsLastError(sqlite3_vfs *pVfs, int n, char *z) {
  UNUSED(pVfs);
  return g.pVfs->xGetLastError(g.pVfs, n, z);
}

/* Passed on: no point of failure. */
static int vfsCurrentTime64(sqlite3_vfs *pVfs, i64 *pi) {
  UNUSED(pVfs);
  return g.pVfs->xCurrentTimeInt64(g.pVfs, pi);
}

/* Put our memory methods and our VFS in front. Returns a result code. */
static int faultInstall(void) {
  sqlite3_mem_methods mem = {memMalloc,  memFree, memRealloc,  memSize,
                             memRoundup, memInit, memShutdown, 0};
  int rc = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &g.mem);

  if (rc == SQLITE_OK) {
    rc = sqlite3_config(SQLITE_CONFIG_MALLOC, &mem);
  }
  if (rc == SQLITE_OK) {
    rc = sqlite3_initialize();
  }
  if (rc) {
    return rc;
  }
  g.pVfs = sqlite3_vfs_find(0);
  g.vfs = *g.pVfs;
  g.vfs.iVersion = 2;
  g.vfs.szOsFile = (int)sizeof(FaultFile) + g.pVfs->szOsFile;
  g.vfs.pNext = 0;
  g.vfs.zName = "fault";
  g.vfs.xOpen = vfsOpen;
  g.vfs.xDelete = vfsDelete;
  g.vfs.xAccess = vfsAccess;
  g.vfs.xFullPathname = vfsFullPathname;
  g.vfs.xDlOpen = vfsDlOpen;
  g.vfs.xDlError = vfsDlError;
  g.vfs.xDlSym =
      (void (*(*)(sqlite3_vfs *, void *, const char *))(void))vfsDlSym;
  g.vfs.xDlClose = vfsDlClose;
  g.vfs.xRandomness = vfsRandomness;
  g.vfs.xSleep = vfsSleep;
  g.vfs.xCurrentTime = vfsCurrentTime;
  g.vfs.xGetLastError = vfsLastError;
  g.vfs.xCurrentTimeInt64 = vfsCurrentTime64;
  return sqlite3_vfs_register(&g.vfs, 1);
}

/* The progress handler of "fault progress". */
static int progressPoint(void *pArg) {
  UNUSED(pArg);
  return pointPassed(FAULT_PROGRESS);
}

/* Disarm. */
static void faultOff(void) {
  if (g.bProgress) {
    sqlite3_progress_handler(g.db, 0, 0, 0);
  }
  g.mWatch = 0;
  g.bProgress = 0;
  g.bQuiet = 0;
  g.bFull = 0;
  g.db = 0;
}

/* Arm: points of the kinds in mWatch (a sum of FAULT_) are counted from now on,
** and the one of number iFail fails, with bPersist all behind it too. */
static void faultArm(int mWatch, i64 iFail, int bPersist) {
  g.nPoint = 0;
  g.nHit = 0;
  memset(g.aCount, 0, sizeof(g.aCount));
  g.iFail = iFail;
  g.bPersist = bPersist;
  g.mWatch = mWatch;
}

/* The connection of a Tcl handle; NULL with a message in interp. */
static sqlite3 *handleDb(Tcl_Interp *interp, Tcl_Obj *pName) {
  Tcl_CmdInfo info;

  if (!Tcl_GetCommandInfo(interp, Tcl_GetString(pName), &info)) {
    Tcl_AppendResult(interp, "no such handle: ", Tcl_GetString(pName),
                     (char *)0);
    return 0;
  }
  return *(sqlite3 **)info.objClientData;
}

/* The SQL of every statement that is prepared on a connection. */
static int cmdStatements(Tcl_Interp *interp, sqlite3 *db) {
  Tcl_Obj *pList = Tcl_NewObj();
  sqlite3_stmt *pStmt;

  for (pStmt = sqlite3_next_stmt(db, 0); pStmt;
       pStmt = sqlite3_next_stmt(db, pStmt)) {
    const char *zSql = sqlite3_sql(pStmt);
    Tcl_ListObjAppendElement(interp, pList,
                             Tcl_NewStringObj(zSql ? zSql : "(no text)", -1));
  }
  Tcl_SetObjResult(interp, pList);
  return TCL_OK;
}

/* {name value ...} of every switch that this library knows. */
static int cmdSettings(Tcl_Interp *interp, sqlite3 *db) {
  static const struct {
    const char *zName;
    int op;
  } aSwitch[] = {{"fkey", SQLITE_DBCONFIG_ENABLE_FKEY},
                 {"trigger", SQLITE_DBCONFIG_ENABLE_TRIGGER},
                 {"view", SQLITE_DBCONFIG_ENABLE_VIEW},
                 {"load_extension", SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION},
                 {"no_ckpt_on_close", SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE},
                 {"qpsg", SQLITE_DBCONFIG_ENABLE_QPSG},
                 {"trigger_eqp", SQLITE_DBCONFIG_TRIGGER_EQP},
                 {"reset_database", SQLITE_DBCONFIG_RESET_DATABASE},
                 {"defensive", SQLITE_DBCONFIG_DEFENSIVE},
                 {"writable_schema", SQLITE_DBCONFIG_WRITABLE_SCHEMA},
                 {"legacy_alter_table", SQLITE_DBCONFIG_LEGACY_ALTER_TABLE},
                 {"dqs_dml", SQLITE_DBCONFIG_DQS_DML},
                 {"dqs_ddl", SQLITE_DBCONFIG_DQS_DDL},
                 {"trusted_schema", SQLITE_DBCONFIG_TRUSTED_SCHEMA},
                 {"legacy_file_format", SQLITE_DBCONFIG_LEGACY_FILE_FORMAT}};
  Tcl_Obj *pList = Tcl_NewObj();
  size_t i;
  int eLimit;

  for (i = 0; i < sizeof(aSwitch) / sizeof(aSwitch[0]); i++) {
    int b = -1;
    if (sqlite3_db_config(db, aSwitch[i].op, -1, &b) == SQLITE_OK) {
      Tcl_ListObjAppendElement(interp, pList,
                               Tcl_NewStringObj(aSwitch[i].zName, -1));
      Tcl_ListObjAppendElement(interp, pList, Tcl_NewIntObj(b));
    }
  }
  for (eLimit = 0; eLimit <= SQLITE_LIMIT_WORKER_THREADS; eLimit++) {
    Tcl_ListObjAppendElement(interp, pList, Tcl_ObjPrintf("limit%d", eLimit));
    Tcl_ListObjAppendElement(interp, pList,
                             Tcl_NewIntObj(sqlite3_limit(db, eLimit, -1)));
  }
  Tcl_SetObjResult(interp, pList);
  return TCL_OK;
}

/* FNV-1a, going on from h. */
static sqlite3_uint64 hashBytes(sqlite3_uint64 h, const void *p, size_t n) {
  const unsigned char *a = p;

  while (n-- > 0) {
    h = (h ^ *a++) * 0x100000001b3u;
  }
  return h;
}

/* A row, or with bNames the names of its columns. */
static sqlite3_uint64 hashRow(sqlite3_stmt *pStmt, int bNames) {
  sqlite3_uint64 h = 0xcbf29ce484222325u;
  int i;

  for (i = 0; i < sqlite3_column_count(pStmt); i++) {
    if (bNames) {
      const char *zName = sqlite3_column_name(pStmt, i);
      h = hashBytes(h, zName ? zName : "", zName ? strlen(zName) + 1 : 1);
    } else {
      int eType = sqlite3_column_type(pStmt, i);
      double r = eType == SQLITE_FLOAT ? sqlite3_column_double(pStmt, i) : 0;
      const void *p = eType == SQLITE_FLOAT
                          ? (const void *)&r
                          : (const void *)sqlite3_column_blob(pStmt, i);
      int n = eType == SQLITE_FLOAT ? 8 : sqlite3_column_bytes(pStmt, i);
      h = hashBytes(hashBytes(h, &eType, sizeof(eType)), &n, sizeof(n));
      h = hashBytes(h, p, n);
    }
  }
  return h;
}

/* Adds "NAME HASH" for a query, whatever the order of its rows. Returns what
** ended it. */
static int hashQuery(sqlite3 *db, const char *zName, const char *zSql,
                     Tcl_Obj *pList) {
  sqlite3_stmt *pStmt;
  sqlite3_uint64 h;
  int rc = sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0);

  if (rc == SQLITE_OK) {
    h = hashRow(pStmt, 1);
    while (sqlite3_step(pStmt) == SQLITE_ROW) {
      h += hashRow(pStmt, 0);
    }
    rc = sqlite3_finalize(pStmt);
    Tcl_ListObjAppendElement(0, pList, Tcl_NewStringObj(zName, -1));
    Tcl_ListObjAppendElement(0, pList,
                             Tcl_NewWideIntObj((Tcl_WideInt)(h >> 1)));
  }
  return rc;
}

/* A table by its name; one without rowids takes the second try. */
static int hashTable(sqlite3 *db, const char *zName, Tcl_Obj *pList) {
  char *zSql = sqlite3_mprintf("SELECT rowid,* FROM main.\"%w\" NOT INDEXED;"
                               "SELECT * FROM main.\"%w\"",
                               zName, zName);
  int rc = hashQuery(db, zName, zSql, pList);

  if (rc == SQLITE_ERROR) {
    rc = hashQuery(db, zName, strchr(zSql, ';') + 1, pList);
  }
  sqlite3_free(zSql);
  return rc;
}

/* {NAME HASH ...} of all that a database holds. */
static int cmdContents(Tcl_Interp *interp, sqlite3 *db) {
  Tcl_Obj *pList = Tcl_NewObj();
  sqlite3_stmt *pStmt = 0;
  int rc = hashQuery(db, "(schema)",
                     "SELECT type,name,tbl_name,sql,"
                     " iif(type='trigger',rowid-(SELECT min(rowid)"
                     "  FROM main.sqlite_schema WHERE type='trigger'),0)"
                     " FROM main.sqlite_schema",
                     pList);

  if (rc == SQLITE_OK) {
    rc = hashQuery(db, "(version)", "PRAGMA main.user_version", pList);
  }
  if (rc == SQLITE_OK) {
    rc = hashQuery(db, "(id)", "PRAGMA main.application_id", pList);
  }
  if (rc == SQLITE_OK) {
    rc = sqlite3_prepare_v2(db,
                            "SELECT name FROM main.sqlite_schema"
                            " WHERE type='table' AND rootpage ORDER BY name",
                            -1, &pStmt, 0);
  }
  while (rc == SQLITE_OK && sqlite3_step(pStmt) == SQLITE_ROW) {
    rc = hashTable(db, (const char *)sqlite3_column_text(pStmt, 0), pList);
  }
  if (sqlite3_finalize(pStmt) || rc) {
    Tcl_DecrRefCount(pList);
    Tcl_AppendResult(interp, sqlite3_errmsg(db), (char *)0);
    return TCL_ERROR;
  }
  Tcl_SetObjResult(interp, pList);
  return TCL_OK;
}

/* What was passed since a fault was armed, by kind. */
static int cmdCounts(Tcl_Interp *interp) {
  Tcl_Obj *pList = Tcl_NewObj();
  int i;

  for (i = 0; i < FAULT_KINDS; i++) {
    Tcl_ListObjAppendElement(interp, pList, Tcl_NewStringObj(azPoint[i], -1));
    Tcl_ListObjAppendElement(interp, pList, Tcl_NewWideIntObj(g.aCount[i]));
  }
  Tcl_SetObjResult(interp, pList);
  return TCL_OK;
}

/* The sub-commands that look at one connection. */
static int cmdHandle(Tcl_Interp *interp, const char *zSub, sqlite3 *db) {
  static const char *const azTxn[] = {"none", "read", "write"};

  if (strcmp(zSub, "statements") == 0) {
    return cmdStatements(interp, db);
  }
  if (strcmp(zSub, "settings") == 0) {
    return cmdSettings(interp, db);
  }
  if (strcmp(zSub, "contents") == 0) {
    return cmdContents(interp, db);
  }
  if (strcmp(zSub, "autocommit") == 0) {
    Tcl_SetObjResult(interp, Tcl_NewIntObj(sqlite3_get_autocommit(db)));
    return TCL_OK;
  }
  Tcl_SetObjResult(interp,
                   Tcl_NewStringObj(azTxn[sqlite3_txn_state(db, "main")], -1));
  return TCL_OK;
}

/* The sub-commands without argument but "off". */
static i64 counterValue(const char *zSub) {
  int n = 0;
  int nHigh = 0;

  if (strcmp(zSub, "hits") == 0) {
    return g.nHit;
  }
  if (strcmp(zSub, "count") == 0) {
    return g.nPoint;
  }
  if (strcmp(zSub, "memory") == 0) {
    return sqlite3_memory_used();
  }
  if (strcmp(zSub, "files") == 0) {
    return g.nOpen;
  }
  sqlite3_status(SQLITE_STATUS_MALLOC_COUNT, &n, &nHigh, 0);
  return n;
}

/* fault interrupt DB N, fault progress DB N ?persist? */
static void armHandle(const char *zSub, sqlite3 *db, i64 iFail, int bPersist) {
  g.db = db;
  if (strcmp(zSub, "interrupt") == 0) {
    g.bQuiet = 1;
    faultArm(FAULT_MALLOC | FAULT_FILES, iFail, bPersist);
    return;
  }
  g.bProgress = 1;
  faultArm(FAULT_PROGRESS, iFail, bPersist);
  sqlite3_progress_handler(db, 1, progressPoint, 0);
}

/* fault io KIND N ?persist?; returns 0 for an unknown KIND. */
static int armIo(const char *zKind, i64 iFail, int bPersist) {
  int mWatch;

  if (strcmp(zKind, "ioerr") == 0) {
    mWatch = FAULT_FILES;
  } else if (strcmp(zKind, "full") == 0) {
    mWatch = FAULT_WRITE;
    g.bFull = 1;
  } else if (strcmp(zKind, "sync") == 0) {
    mWatch = FAULT_SYNC;
  } else if (strcmp(zKind, "busy") == 0) {
    mWatch = FAULT_LOCK;
  } else {
    return 0;
  }
  faultArm(mWatch, iFail, bPersist);
  return 1;
}

/* The sub-commands that arm a fault. objv[2] is what it concerns, where
** there is something; N and "persist" follow. */
static int cmdArm(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[]) {
  const char *zSub = Tcl_GetString(objv[1]);
  int iArg = strcmp(zSub, "malloc") == 0 ? 2 : 3;
  Tcl_WideInt iFail;
  int bPersist = objc > iArg + 1;
  sqlite3 *db;

  if (objc <= iArg) {
    Tcl_WrongNumArgs(interp, 2, objv, "?DB or KIND? N ?persist?");
    return TCL_ERROR;
  }
  if (Tcl_GetWideIntFromObj(interp, objv[iArg], &iFail)) {
    return TCL_ERROR;
  }
  faultOff();
  if (iArg == 2) {
    faultArm(FAULT_MALLOC, iFail, bPersist);
    return TCL_OK;
  }
  if (strcmp(zSub, "io") == 0) {
    if (!armIo(Tcl_GetString(objv[2]), iFail, bPersist)) {
      Tcl_AppendResult(interp, "KIND is ioerr, full, sync or busy", (char *)0);
      return TCL_ERROR;
    }
    return TCL_OK;
  }
  db = handleDb(interp, objv[2]);
  if (db == 0) {
    return TCL_ERROR;
  }
  armHandle(zSub, db, iFail, bPersist);
  return TCL_OK;
}

/* fault lookaside DB BOOLEAN */
static int cmdLookaside(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[]) {
  sqlite3 *db;
  int bOn;

  if (objc != 4) {
    Tcl_WrongNumArgs(interp, 2, objv, "DB BOOLEAN");
    return TCL_ERROR;
  }
  db = handleDb(interp, objv[2]);
  if (db == 0 || Tcl_GetBooleanFromObj(interp, objv[3], &bOn)) {
    return TCL_ERROR;
  }
  if (sqlite3_db_config(db, SQLITE_DBCONFIG_LOOKASIDE, (void *)0,
                        bOn ? 1200 : 0, bOn ? 40 : 0)) {
    Tcl_AppendResult(interp, "lookaside memory is in use", (char *)0);
    return TCL_ERROR;
  }
  return TCL_OK;
}

/* The Tcl command. */
static int faultCommand(ClientData pData, Tcl_Interp *interp, int objc,
                        Tcl_Obj *const objv[]) {
  static const struct {
    const char *zName;
    int eClass; /* 1 arms, 2 looks at a handle, 3 counter, 4 off, 5 sync,
                ** 6 counts, 7 lookaside */
  } aSub[] = {{"malloc", 1},
              {"io", 1},
              {"interrupt", 1},
              {"progress", 1},
              {"statements", 2},
              {"settings", 2},
              {"autocommit", 2},
              {"txn", 2},
              {"contents", 2},
              {"hits", 3},
              {"count", 3},
              {"memory", 3},
              {"files", 3},
              {"outstanding", 3},
              {"off", 4},
              {"sync", 5},
              {"counts", 6},
              {"lookaside", 7},
              {0, 0}};
  int iSub;
  sqlite3 *db;

  UNUSED(pData);
  if (objc < 2) {
    Tcl_WrongNumArgs(interp, 1, objv, "SUBCOMMAND ...");
    return TCL_ERROR;
  }
  if (Tcl_GetIndexFromObjStruct(interp, objv[1], aSub, sizeof(aSub[0]),
                                "subcommand", TCL_EXACT, &iSub)) {
    return TCL_ERROR;
  }
  switch (aSub[iSub].eClass) {
  case 1:
    return cmdArm(interp, objc, objv);
  case 2:
    if (objc != 3) {
      Tcl_WrongNumArgs(interp, 2, objv, "DB");
      return TCL_ERROR;
    }
    db = handleDb(interp, objv[2]);
    return db ? cmdHandle(interp, aSub[iSub].zName, db) : TCL_ERROR;
  case 3:
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj(counterValue(aSub[iSub].zName)));
    return TCL_OK;
  case 4:
    faultOff();
    Tcl_SetObjResult(interp, Tcl_NewWideIntObj(g.nHit));
    return TCL_OK;
  case 6:
    return cmdCounts(interp);
  case 7:
    return cmdLookaside(interp, objc, objv);
  default:
    if (objc != 3) {
      Tcl_WrongNumArgs(interp, 2, objv, "BOOLEAN");
      return TCL_ERROR;
    }
    return Tcl_GetBooleanFromObj(interp, objv[2], &g.bSync);
  }
}

/* Called by "load build/fault.so Fault". */
int Fault_Init(Tcl_Interp *interp);
__attribute__((visibility("default"))) int Fault_Init(Tcl_Interp *interp) {
  int rc;

  if (Tcl_InitStubs(interp, "8.6", 0) == 0) {
    return TCL_ERROR;
  }
  rc = faultInstall();
  if (rc) {
    Tcl_AppendResult(interp, "cannot put a fault layer under SQLite: ",
                     sqlite3_errstr(rc), (char *)0);
    return TCL_ERROR;
  }
  Tcl_CreateObjCommand(interp, "fault", faultCommand, 0, 0);
  return TCL_OK;
}
