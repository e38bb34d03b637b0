/*
** os.c - files, folders, clocks.
**
** The only file with system calls. POSIX; Windows branches are marked.
*/
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <dirent.h>
#endif
#include "os.h"

static void fileFail(MigContext *p, const char *zDoing, const char *zPath) {
  migFail(p, MIG_FILE, "cannot %s %s: %s; check the path", zDoing, zPath,
          strerror(errno));
}

/* MIG_PATH_FILE, MIG_PATH_FOLDER or MIG_PATH_NONE. */
int migPathKind(const char *zPath) {
  struct stat st;

  if (stat(zPath, &st)) {
    return MIG_PATH_NONE;
  }
  return S_ISDIR(st.st_mode) ? MIG_PATH_FOLDER : MIG_PATH_FILE;
}

/* The whole file, a zero byte after it. FILE when it cannot be read, TOO_BIG
** above nMax bytes. The caller frees the bytes. */
MigBytes migFileRead(MigContext *p, const char *zPath, i64 nMax) {
  MigBytes out = {0, 0};
  struct stat st;
  FILE *pFile;

  if (p->rc) {
    return out;
  }
  if (stat(zPath, &st)) {
    fileFail(p, "read", zPath);
    return out;
  }
  if (!S_ISREG(st.st_mode)) { /* opening a pipe could wait for ever */
    migFail(p, MIG_FILE, "%s is not a file; check the path", zPath);
    return out;
  }
  pFile = fopen(zPath, "rb");
  if (pFile == 0 || fstat(fileno(pFile), &st)) {
    fileFail(p, "read", zPath);
  } else if (st.st_size > nMax) {
    migFail(p, MIG_TOO_BIG, "%s has %lld bytes, the limit is %lld", zPath,
            (i64)st.st_size, nMax);
  } else {
    out.n = (i64)st.st_size;
    out.a = sqlite3_malloc64((u64)out.n + 1);
    if (out.a == 0) {
      migNomem(p);
    } else if (fread(out.a, 1, (size_t)out.n, pFile) != (size_t)out.n) {
      fileFail(p, "read", zPath);
    } else {
      out.a[out.n] = 0;
    }
  }
  if (pFile) {
    fclose(pFile);
  }
  if (p->rc) {
    sqlite3_free(out.a);
    out.a = 0;
    out.n = 0;
  }
  return out;
}

/* zFolder/zName in the arena. */
char *migPathJoin(MigContext *p, const char *zFolder, const char *zName) {
  size_t n = strlen(zFolder);
  int bSlash = n > 0 && zFolder[n - 1] == '/';

  return migPrintf(p, bSlash ? "%s%s" : "%s/%s", zFolder, zName);
}

/* Add one name to the listing; "." and ".." are left out. */
static void listingAdd(MigContext *p, MigListing *pList, const char *zFolder,
                       const char *zName) {
  MigEntry *pEntry;
  struct stat st;
  char *zPath;

  if (strcmp(zName, ".") == 0 || strcmp(zName, "..") == 0) {
    return;
  }
  if ((pList->nEntry & (pList->nEntry - 1)) == 0) { /* 0 or a power of two */
    u64 nOld = (u64)pList->nEntry * sizeof(MigEntry);
    u64 nNew = (pList->nEntry ? 2 * nOld : sizeof(MigEntry));
    pList->aEntry = migGrow(p, pList->aEntry, nOld, nNew);
  }
  zPath = migPathJoin(p, zFolder, zName);
  if (p->rc || stat(zPath, &st)) {
    return; /* gone since it was listed, or a dangling link */
  }
  pEntry = &pList->aEntry[pList->nEntry++];
  pEntry->zName = migStrdup(p, zName);
  pEntry->bFolder = S_ISDIR(st.st_mode);
  pEntry->nSize = (i64)st.st_size;
}

/* Sort by name, bytewise: heap sort, so that neither the C library's qsort
** with hidden memory nor a quadratic case is involved. */
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

/* Everything in a folder, in the arena, sorted. FILE when it cannot be
** read. */
MigListing migFolderRead(MigContext *p, const char *zPath) {
  MigListing list = {0, 0};

  if (p->rc) {
    return list;
  }
#ifdef _WIN32
  {
    WIN32_FIND_DATAA data;
    HANDLE h = FindFirstFileA(migPrintf(p, "%s/*", zPath), &data);
    if (h == INVALID_HANDLE_VALUE) {
      errno = ENOENT;
      fileFail(p, "read folder", zPath);
      return list;
    }
    do {
      listingAdd(p, &list, zPath, data.cFileName);
    } while (p->rc == SQLITE_OK && FindNextFileA(h, &data));
    FindClose(h);
  }
#else
  {
    DIR *pDir = opendir(zPath);
    struct dirent *pEntry;
    if (pDir == 0) {
      fileFail(p, "read folder", zPath);
      return list;
    }
    while (p->rc == SQLITE_OK && (pEntry = readdir(pDir)) != 0) {
      listingAdd(p, &list, zPath, pEntry->d_name);
    }
    closedir(pDir);
  }
#endif
  if (p->rc == SQLITE_OK) {
    entrySort(list.aEntry, list.nEntry);
  }
  return list;
}

/* Milliseconds of a clock that never jumps, for waiting and durations. */
i64 migMonotonicMs(void) {
#ifdef _WIN32
  return (i64)GetTickCount64();
#else
  struct timespec ts;

  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (i64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
#endif
}

/* Milliseconds since 1970 in UTC. */
i64 migClockMs(void) {
#ifdef _WIN32
  FILETIME ft;
  GetSystemTimeAsFileTime(&ft);
  return (((i64)ft.dwHighDateTime << 32 | ft.dwLowDateTime) / 10000) -
         11644473600000LL;
#else
  struct timespec ts;

  clock_gettime(CLOCK_REALTIME, &ts);
  return (i64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
#endif
}

/* Milliseconds since 1970 as ISO-8601 in UTC, 2026-01-31T12:00:00.000Z, in
** the arena. USAGE outside the years 0 to 9999. */
char *migTimeText(MigContext *p, i64 ms) {
  time_t t = (time_t)(ms >= 0 ? ms / 1000 : -((999 - ms) / 1000));
  int iMs = (int)(ms - (i64)t * 1000);
  struct tm tm;

#ifdef _WIN32
  int bBad = gmtime_s(&tm, &t) != 0;
#else
  int bBad = gmtime_r(&t, &tm) == 0;
#endif
  if (bBad || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900) {
    migFail(p, MIG_USAGE, "a time outside the years 0 to 9999");
    return 0;
  }
  return migPrintf(p, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                   iMs);
}
