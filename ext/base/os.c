/*
** os.c - files, folders, clocks.
**
** What all systems share. Paths are UTF-8 and may have '/' on every system; the
** system calls are in system.c.
**
** Nothing here knows of transactions. A file that is to appear whole or not at
** all is made under another name beside its place, and renamed when all of it
** is written: migFileMake(), then migFileMove() for a new one or
** migFileReplace() for one that is there. What cannot be done is FILE with the
** path and the system's words; a function that returns whether it was done has
** then set that.
*/
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "sql.h"
#include "text.h"
#include "system.h"
#include "os.h"

/* FILE: what could not be done to zPath, and why by errno, which must still be
** that of the call that failed. */
static void fileFail(MigContext *p, const char *zDoing, const char *zPath) {
  migFail(p, MIG_FILE, "cannot %s %s: %s; check the path", zDoing, zPath,
          strerror(errno));
}

/* The same of a file that was to be made beside another one. zRemedy is for one
** that a call that was cut short has left there. */
static void madeFail(MigContext *p, const char *zPath, const char *zRemedy) {
  if (errno == EEXIST) {
    migFail(p, MIG_FILE,
            "%s is there already, perhaps from a call that was cut short; %s",
            zPath, zRemedy);
  } else {
    fileFail(p, "write", zPath);
  }
}

/* MIG_PATH_FILE, MIG_PATH_FOLDER or MIG_PATH_NONE, links followed. Whatever is
** no folder is a file, a pipe as well. Not to be reached is not there. */
int migPathKind(const char *zPath) {
  MigStat stat;

  if (migSystemStat(zPath, &stat)) {
    return MIG_PATH_NONE;
  }
  return stat.bFolder ? MIG_PATH_FOLDER : MIG_PATH_FILE;
}

/* What a path leads to, as two numbers at aPlace: the same for all paths to one
** file or folder. Returns 0, and aPlace is as it was, when there is nothing. */
int migPathPlace(const char *zPath, u64 *aPlace) {
  MigStat stat;

  if (migSystemStat(zPath, &stat)) {
    return 0; /* unreached: it was there a moment ago */
  }
  memcpy(aPlace, stat.aPlace, sizeof(stat.aPlace));
  return 1;
}

/* Whether a path ends in a symbolic link, wherever that leads. */
int migPathIsLink(const char *zPath) {
  return migSystemIsLink(zPath);
}

/* Size of a file in bytes and the time it was written last, in nanoseconds
** since some beginning of the system's: good for telling whether it is the
** same. Returns 1, or 0 when it is not there and nothing was set. */
int migFileLook(const char *zPath, i64 *pnSize, i64 *pnsTime) {
  MigStat stat;

  if (migSystemStat(zPath, &stat)) {
    return 0; /* unreached: the file went after its folder was listed */
  }
  *pnSize = stat.nSize;
  *pnsTime = stat.nsTime;
  return 1;
}

/* The bytes of the file that is open; with fd -1 it could not be opened, and
** errno says why. What was allocated is returned after failure too: the caller
** frees it. */
static MigBytes openRead(MigContext *p, int fd, const char *zPath,
                         const MigStat *pStat, i64 nMax) {
  MigBytes out = {0, 0};

  if (!pStat->bFile && pStat->bThere) { /* a socket cannot even be opened */
    migFail(p, MIG_FILE, "%s is not a file; check the path", zPath);
  } else if (fd < 0) {
    fileFail(p, "read", zPath);
  } else if (pStat->nSize > nMax) {
    migFail(p, MIG_TOO_BIG, "%s has %lld bytes, the limit is %lld", zPath,
            pStat->nSize, nMax);
  } else if ((out.a = sqlite3_malloc64((u64)pStat->nSize + 1)) == 0) {
    migNomem(p);
  } else {
    out.n = pStat->nSize;
    errno = EIO; /* fewer bytes than the folder says */
    if (migSystemRead(fd, out.a, out.n) != out.n) {
      fileFail(p, "read", zPath);
    }
    out.a[out.n] = 0;
  }
  return out;
}

/* FILE when the path leads to a database of this connection. To open and close
** it would drop every lock that this process has on it (howtocorrupt.html, 2.2,
** of SQLite). Databases are whole pages: other sizes are not looked at. */
static void databaseRefuse(MigContext *p, const char *zPath) {
  sqlite3_stmt *pStmt;
  MigStat stat;
  MigStat has;

  if (migSystemStat(zPath, &stat) || stat.nSize % 512) {
    return;
  }
  pStmt = migPrepare(p, "PRAGMA database_list");
  while (migStep(p, pStmt)) {
    const char *z = migColumnPeek(p, pStmt, 2);
    if (z && z[0] && migSystemStat(z, &has) == 0 &&
        memcmp(has.aPlace, stat.aPlace, sizeof(has.aPlace)) == 0) {
      migFail(p, MIG_FILE,
              "%s is the database %s of this connection; check the path", zPath,
              migColumnPeek(p, pStmt, 1));
    }
  }
  migFinalize(p, pStmt);
}

/*
** The whole file, a zero byte after it that is not counted. The caller frees
** the bytes with sqlite3_free(). FILE when it cannot be read, or is no ordinary
** file, or has become shorter meanwhile, or is a database of the connection;
** TOO_BIG above nMax bytes; {0, 0} then. Opening does not wait, as it could for
** ever with a pipe.
*/
MigBytes migFileRead(MigContext *p, const char *zPath, i64 nMax) {
  MigBytes out = {0, 0};
  MigStat stat;
  int fd;

  databaseRefuse(p, zPath);
  if (p->rc) {
    return out;
  }
  fd = migSystemOpenRead(zPath, &stat);
  out = openRead(p, fd, zPath, &stat, nMax);
  migSystemClose(fd);
  if (p->rc) {
    sqlite3_free(out.a);
    out.a = 0;
    out.n = 0;
  }
  return out;
}

/* Does this byte separate the parts of a path on this system? */
static int isSlash(char c) {
#ifdef _WIN32
  return c == '/' || c == '\\';
#else
  return c == '/';
#endif
}

/*
** zFolder/zName in the arena, with one slash between them. NULL after failure.
*/
char *migPathJoin(MigContext *p, const char *zFolder, const char *zName) {
  size_t n = p->rc ? 0 : strlen(zFolder);
  int bSlash = n > 0 && isSlash(zFolder[n - 1]);

  return migPrintf(p, bSlash ? "%s%s" : "%s/%s", zFolder, zName);
}

/*
** Create an empty file; what is there already, be it a link to nowhere, is
** FILE. It gets the permissions of the file zLike, or, when that is NULL, those
** that new files get; nobody whom those of zLike keep out can open it before.
** Returns 1 when it was done.
*/
int migFileCreate(MigContext *p, const char *zPath, const char *zLike) {
  int bDone;

  if (p->rc) {
    return 0;
  }
  bDone = migSystemCreate(zPath, zLike) == 0;
  if (!bDone) {
    madeFail(p, zPath, "delete it");
  }
  return bDone;
}

/* Rename a file; an existing one is never overwritten: FILE. On file systems
** without hard links one that is made in the same instant could be. Returns 1
** when it was done. A loss of power may undo it. */
int migFileMove(MigContext *p, const char *zFrom, const char *zTo) {
  if (p->rc) {
    return 0;
  }
  if (migSystemRename(zFrom, zTo)) {
    if (errno == EEXIST) {
      migFail(p, MIG_FILE, "%s exists already; choose another name", zTo);
    } else {
      /* unreached: zFrom was made beside it a moment ago */
      migFail(p, MIG_FILE, "cannot rename %s to %s: %s; check the path", zFrom,
              zTo, strerror(errno));
    }
    return 0;
  }
  return 1;
}

/* The same, to last: the new name is on the disk when this returns, as far as
** the file system promises that. The bytes of the file are the caller's to
** sync. */
int migFileRename(MigContext *p, const char *zFrom, const char *zTo) {
  char *zFolder = p->rc ? 0 : migPathFolder(p, zTo);
  int bDone = migFileMove(p, zFrom, zTo);

  if (bDone) {
    migSystemSync(zFolder);
  }
  return bDone;
}

/* Delete a file if it is there and can be. Works after an error too, and says
** nothing. */
void migFileDelete(const char *zPath) {
  migSystemDelete(zPath);
}

/* Create a file as migFileCreate() does, of the n bytes at a. FILE when that
** fails; nothing is left of it then, and a file that was there is as it was.
** The bytes are not synced. */
void migFileMake(MigContext *p, const char *zPath, const char *zLike,
                 const void *a, i64 n) {
  FILE *pFile;
  int bDone;

  if (!migFileCreate(p, zPath, zLike)) {
    return;
  }
  pFile = migPathIsLink(zPath) ? 0 : migSystemOpen(zPath);
  bDone = pFile && fwrite(a, 1, (size_t)n, pFile) == (size_t)n;
  if (pFile && fclose(pFile)) {
    /* unreached: takes a full disk */
    bDone = 0;
  }
  if (!bDone) {
    /* unreached: takes a full disk */
    fileFail(p, "write", zPath);
    migFileDelete(zPath);
  }
}

/* Rename a file in the place of the one that is there, which is gone then:
** nobody sees a moment without one. Returns 1 when it was done; else FILE. */
int migFileReplace(MigContext *p, const char *zFrom, const char *zTo) {
  if (p->rc) {
    return 0; /* unreached: nobody renames after an error */
  }
  if (migSystemReplace(zFrom, zTo) == 0) {
    return 1;
  }
  /* unreached: a file was made beside it a moment ago */
  fileFail(p, "write", zTo);
  return 0;
}

/*
** Keep a file that is about to be replaced under the name zKept as well, or, on
** a file system without hard links, instead. FILE when that cannot be done, or
** something has that name. Returns 1 when it was done; then migFilePutBack()
** takes all of it back, and migFileDelete() of zKept lets the old file go.
*/
int migFileKeep(MigContext *p, const char *zPath, const char *zKept) {
  int bDone;

  if (p->rc) {
    return 0; /* unreached: nobody keeps a file after an error */
  }
  bDone = migSystemLink(zPath, zKept) == 0 ||
          (errno != EEXIST && migSystemRename(zPath, zKept) == 0);
  if (!bDone) {
    madeFail(p, zKept,
             "delete it, or put it back where what it was kept of is"
             " missing");
  }
  return bDone;
}

/* Give a file that migFileKeep() has kept its place back, whatever stands there
** now. Works after an error too, and says nothing; when it cannot be done, the
** kept one stays. */
void migFilePutBack(const char *zKept, const char *zPath) {
  if (migSystemReplace(zKept, zPath) == 0) {
    migSystemDelete(zKept); /* is still there when both were one file */
  }
}

/*
** Does a file hold just these n bytes? 0 when it is not there; also after
** failure: FILE when it cannot be read. Takes n bytes of memory, for the call.
*/
int migFileHolds(MigContext *p, const char *zPath, const void *a, i64 n) {
  MigStat stat;
  MigBytes bytes;
  int bSame;

  if (p->rc || migSystemStat(zPath, &stat) || stat.nSize != n) {
    return 0;
  }
  bytes = migFileRead(p, zPath, n);
  bSame = p->rc == SQLITE_OK && bytes.n == n &&
          (n == 0 || memcmp(bytes.a, a, (size_t)n) == 0);
  sqlite3_free(bytes.a);
  return bSame;
}

/* Delete a folder if it is there and empty. Works after an error too, and says
** nothing. */
void migFolderDelete(const char *zPath) {
  migSystemDeleteFolder(zPath);
}

/* Make one folder in one that exists; fine when it is there. FILE when it
** cannot be made. */
void migFolderMake(MigContext *p, const char *zPath) {
  int bMade;

  if (p->rc || migPathKind(zPath) == MIG_PATH_FOLDER) {
    return;
  }
  bMade = migSystemMakeFolder(zPath) == 0;
  if (!bMade && errno == EEXIST && migPathKind(zPath) == MIG_PATH_FOLDER) {
    return; /* unreached: by another process, just now */
  }
  if (!bMade) {
    fileFail(p, "make folder", zPath);
  }
}

/* Where the last part of a path begins: behind its last slash, or the drive;
** the length when it ends with a slash. */
static i64 pathLast(const char *z) {
  i64 i = (i64)strlen(z);

  while (i > 0 && !isSlash(z[i - 1])) {
    i--;
  }
#ifdef _WIN32
  if (i == 0 && z[0] && z[1] == ':') {
    i = 2;
  }
#endif
  return i;
}

/* The folder of a path in the arena: all before the last slash, "." when there
** is none, the root with its slash. NULL after failure. migPathFolder("a/b") is
** "a", that of "/a" is "/", that of "a" is ".". */
char *migPathFolder(MigContext *p, const char *zPath) {
  i64 iLast = p->rc ? 0 : pathLast(zPath);
  i64 n = iLast;

  while (n > 1 && isSlash(zPath[n - 1])) {
    n--;
  }
#ifdef _WIN32
  if (n == 2 && zPath[1] == ':') {
    n = iLast; /* C:/ is not C: */
  }
#endif
  return n > 0 ? migStrndup(p, zPath, n) : migStrdup(p, ".");
}

/* The last part of a path, within zPath; "" when that ends with a slash. */
const char *migPathName(const char *zPath) {
  return &zPath[pathLast(zPath)];
}

/* The extension of the last part of a path, from its dot on, within zPath; its
** end when there is none. A name that begins with its only dot has none. */
const char *migPathExtension(const char *zPath) {
  const char *zLast = migPathName(zPath);
  const char *zDot = strrchr(zLast, '.');

  return zDot && zDot > zLast ? zDot : zLast + strlen(zLast);
}

#define PATH_INSIDE 1000 /* bytes of such a path */

/* May this path be kept in a file? 1 when on every system it leads to a place
** below the folder it is taken from: it is relative, has no drive, no part is
** ".." (nor like it: Windows ignores dots and blanks at the end of a name),
** and it is neither empty nor has control characters, nor is so long that its
** folders could be made one by one but not the file. */
int migPathInside(const char *zPath) {
  const char *z = zPath;

  if (strlen(z) > PATH_INSIDE || z[0] == 0 || z[0] == '/' || z[0] == '\\' ||
      z[1] == ':') {
    return 0;
  }
  while (*z) {
    size_t n = strcspn(z, "/\\");
    size_t i;
    if (n > 1 && strspn(z, ". ") == n) {
      return 0;
    }
    for (i = 0; i < n; i++) {
      if ((u8)z[i] < 0x20 || z[i] == 0x7f) {
        return 0;
      }
    }
    z += n + (z[n] != 0);
  }
  return 1;
}

/* Add one name to the listing; "." and ".." are left out. A link to nowhere is
** a file: who reads it is told. bFile: the system has said that it is one, so
** that it need not be asked for each. */
static void listingAdd(MigContext *p, MigListing *pList, const char *zFolder,
                       const char *zName, int bFile) {
  MigEntry *aEntry = pList->aEntry;
  MigEntry *pEntry;
  MigStat stat;
  const char *zPath;

  if (strcmp(zName, ".") == 0 || strcmp(zName, "..") == 0) {
    return;
  }
  if ((pList->nEntry & (pList->nEntry - 1)) == 0) { /* 0 or a power of two */
    u64 nOld = (u64)pList->nEntry * sizeof(MigEntry);
    u64 nNew = (pList->nEntry ? 2 * nOld : sizeof(MigEntry));
    aEntry = migGrow(p, aEntry, nOld, nNew);
  }
  zPath = bFile ? "" : migPathJoin(p, zFolder, zName);
  if (p->rc) {
    return;
  }
  pList->aEntry = aEntry;
  pEntry = &aEntry[pList->nEntry++];
  pEntry->zName = migStrdup(p, zName);
  pEntry->bFolder = !bFile && migSystemStat(zPath, &stat) == 0 && stat.bFolder;
  pEntry->bLink = pEntry->bFolder && migPathIsLink(zPath);
}

/* Let a[i] sink to its place in a heap of n entries, the greatest on top. Heap
** sort, so that neither the C library's qsort with hidden memory nor a
** quadratic case is involved. */
static void entrySift(MigEntry *a, int i, int n) {
  for (;;) {
    int iChild = 2 * i + 1;
    MigEntry x;
    if (iChild >= n) {
      return;
    }
    if (iChild + 1 < n && strcmp(a[iChild].zName, a[iChild + 1].zName) < 0) {
      iChild++;
    }
    if (strcmp(a[i].zName, a[iChild].zName) >= 0) {
      return;
    }
    x = a[i];
    a[i] = a[iChild];
    a[iChild] = x;
    i = iChild;
  }
}

/* Sort by name, bytewise. */
static void entrySort(MigEntry *a, int n) {
  int i;

  for (i = n / 2 - 1; i >= 0; i--) {
    entrySift(a, i, n);
  }
  for (i = n - 1; i > 0; i--) {
    MigEntry x = a[0];
    a[0] = a[i];
    a[i] = x;
    entrySift(a, 0, i);
  }
}

/* Everything in a folder but "." and "..", in the arena, sorted; not what is in
** its folders. FILE when it cannot be read. */
MigListing migFolderRead(MigContext *p, const char *zPath) {
  MigListing list = {0, 0};
  MigNames *pNames;
  const char *zName;
  int bFile;

  if (p->rc) {
    return list; /* unreached: nobody reads on after an error */
  }
  pNames = migSystemNames(p, zPath);
  while (p->rc == SQLITE_OK && (zName = migSystemName(pNames, &bFile)) != 0) {
    listingAdd(p, &list, zPath, zName, bFile);
  }
  if (p->rc == SQLITE_OK && errno) { /* the end of a folder is no error */
    /* unreached: takes a disk that fails, or who is not root */
    fileFail(p, "read folder", zPath);
  }
  migSystemNamesEnd(pNames);
  if (p->rc == SQLITE_OK) {
    entrySort(list.aEntry, list.nEntry);
  }
  return list;
}

/* Milliseconds of a clock that never jumps, from some beginning: for waiting
** and durations. */
i64 migMonotonicMs(void) {
  return migSystemMs(0);
}

/* Wait so many milliseconds, ms >= 0, or less, when a signal comes.
** sqlite3_sleep() may take a whole second: it does where SQLite was compiled
** without knowing of usleep(). */
void migSleep(int ms) {
  migSystemSleep(ms);
}

/* Milliseconds since 1970 in UTC, by the system's clock, which may be set. */
i64 migClockMs(void) {
  return migSystemMs(1);
}

/* Milliseconds since 1970, or before it, as ISO-8601 in UTC,
** 2026-01-31T12:00:00.000Z, in the arena. USAGE outside the years 0 to 9999. */
char *migTimeText(MigContext *p, i64 ms) {
  /* rounded down, so that the milliseconds are never below 0 */
  time_t t = (time_t)(ms >= 0 ? ms / 1000 : -((999 - ms) / 1000));
  int iMs = (int)(ms - (i64)t * 1000);
  struct tm tm;

  if (migSystemUtc(t, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900) {
    /* unreached: who gives a time has looked at it */
    migFail(p, MIG_USAGE, "a time outside the years 0 to 9999");
    return 0;
  }
  return migPrintf(p, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                   iMs);
}
