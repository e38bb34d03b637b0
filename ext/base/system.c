/*
** system.c - the system calls; nothing else in the project makes any.
**
** Two halves, POSIX and Windows, with the same functions. They decide nothing:
** os.c does, from what they return.
**
** Windows: its calls take UTF-16, and '/' as well as '\'. A path is converted
** on the stack, so that none of this allocates; one longer than PATH_UNITS is
** ENAMETOOLONG. Calls that do not set errno have it set from GetLastError().
*/
#ifndef _WIN32

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1 /* d_type */
#endif
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "system.h"

#define READ_ONCE 0x40000000 /* bytes that one system call is asked for */

/* Fill *pStat from the system's answer. */
static void statSet(MigStat *pStat, const struct stat *p) {
  pStat->bThere = 1;
  pStat->bFile = S_ISREG(p->st_mode);
  pStat->bFolder = S_ISDIR(p->st_mode);
  pStat->nSize = (i64)p->st_size;
#ifdef __APPLE__
  pStat->nsTime =
      (i64)p->st_mtimespec.tv_sec * 1000000000 + p->st_mtimespec.tv_nsec;
#else
  pStat->nsTime = (i64)p->st_mtim.tv_sec * 1000000000 + p->st_mtim.tv_nsec;
#endif
  pStat->aPlace[0] = (u64)p->st_dev;
  pStat->aPlace[1] = (u64)p->st_ino;
}

/* What a path leads to, links followed. When there is nothing, or it cannot be
** reached, -1; *pStat means nothing then. */
int migSystemStat(const char *zPath, MigStat *pStat) {
  struct stat st;

  if (stat(zPath, &st)) {
    return -1;
  }
  statSet(pStat, &st);
  return 0;
}

/* Does a path end in a symbolic link? 1 or 0; 0 when it cannot be reached. */
int migSystemIsLink(const char *zPath) {
  struct stat st;

  return lstat(zPath, &st) == 0 && S_ISLNK(st.st_mode);
}

/* Open a file to write it anew; it is made when it is not there. NULL with
** errno. The caller closes it. */
FILE *migSystemOpen(const char *zPath) {
  return fopen(zPath, "wb");
}

/* Open a file to read it, without waiting for whoever may be at the other end.
** A descriptor for migSystemRead(), to be ended by migSystemClose(), or -1 with
** errno; pStat is filled all the same, with bThere 0 when nothing is there. */
int migSystemOpenRead(const char *zPath, MigStat *pStat) {
  int fd = open(zPath, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  int iError = errno; /* that of the open is what the caller wants to know */
  struct stat st;

  memset(pStat, 0, sizeof(*pStat));
  if ((fd < 0 ? stat(zPath, &st) : fstat(fd, &st)) == 0) {
    statSet(pStat, &st);
  }
  errno = iError;
  return fd;
}

/* Read up to n bytes of an open file; how many there were, fewer only at its
** end, or -1 with errno. */
i64 migSystemRead(int fd, void *a, i64 n) {
  i64 nRead = 0;

  while (nRead < n) {
    i64 nLeft = n - nRead;
    i64 nGot = (i64)read(fd, (char *)a + nRead,
                         (size_t)(nLeft < READ_ONCE ? nLeft : READ_ONCE));
    if (nGot < 0 && errno == EINTR) {
      continue; /* unreached: takes a signal at this moment */
    }
    if (nGot <= 0) {
      return nGot < 0 ? nGot : nRead;
    }
    nRead += nGot;
  }
  return nRead;
}

/* Close what migSystemOpenRead() has opened; nothing for -1. */
void migSystemClose(int fd) {
  if (fd >= 0) {
    close(fd);
  }
}

/* Make an empty file that must not exist (EEXIST), with the permissions of
** zLike, or of new files when that is NULL. */
int migSystemCreate(const char *zPath, const char *zLike) {
  int fd =
      open(zPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, zLike ? 0600 : 0644);
  struct stat st;

  if (fd < 0) {
    return -1;
  }
  if (zLike && stat(zLike, &st) == 0) {
    (void)!fchmod(fd, st.st_mode & 0777); /* else it stays the owner's */
  }
  close(fd);
  return 0;
}

/* The new name of a file that must not exist: EEXIST. A hard link is made and
** the old name removed, as rename() would overwrite; where there are no links,
** a look and a rename(). */
int migSystemRename(const char *zFrom, const char *zTo) {
  struct stat st;
  int rc;

  if (link(zFrom, zTo) == 0) {
    rc = unlink(zFrom);
    if (rc) {
      /* unreached: a folder that took a link lets it go */
      unlink(zTo);
    }
    return rc;
  }
  if (errno == EEXIST || lstat(zFrom, &st)) {
    return -1;
  }
  /* unreached: takes a file system without links */
  if (lstat(zTo, &st) == 0) {
    errno = EEXIST;
    return -1;
  }
  return rename(zFrom, zTo);
}

/* The same, in the place of one that may exist. */
int migSystemReplace(const char *zFrom, const char *zTo) {
  return rename(zFrom, zTo);
}

/* A second name for a file: EEXIST when something has it. Fails where the file
** system has no hard links. */
int migSystemLink(const char *zFrom, const char *zTo) {
  return link(zFrom, zTo);
}

/* Have the names in a folder survive a loss of power, as far as the file system
** can: some cannot, so nothing is said about it. */
void migSystemSync(const char *zFolder) {
  int fd = open(zFolder, O_RDONLY | O_CLOEXEC);

  if (fd >= 0) {
    fsync(fd);
    close(fd);
  }
}

/* Delete a file if that can be done. */
void migSystemDelete(const char *zPath) {
  unlink(zPath);
}

/* Make one folder, with the permissions that new folders get. EEXIST when
** anything is there. */
int migSystemMakeFolder(const char *zPath) {
  return mkdir(zPath, 0777);
}

/* Delete a folder if it is empty. */
void migSystemDeleteFolder(const char *zPath) {
  rmdir(zPath);
}

struct MigNames {
  DIR *pDir; /* NULL: it could not be opened */
};

/* Begin to list a folder. In the arena, to be ended by migSystemNamesEnd() on
** every path. NULL is want of memory; that it cannot be opened tells the first
** migSystemName(). */
MigNames *migSystemNames(MigContext *p, const char *zPath) {
  MigNames *pNames = migAlloc(p, sizeof(*pNames));

  if (pNames) {
    pNames->pDir = opendir(zPath);
  }
  return pNames;
}

/* The next name, in no order; it lives until the next call. NULL at the end,
** with errno 0, or when the folder cannot be read, with another errno. *pbFile:
** it is known to be an ordinary file; 0 says nothing. */
const char *migSystemName(MigNames *pNames, int *pbFile) {
  struct dirent *pEntry;

  if (pNames->pDir == 0) {
    return 0; /* unreached: root, who runs tests, may read all folders */
  }
  errno = 0;
  pEntry = readdir(pNames->pDir);
#ifdef DT_REG
  *pbFile = pEntry && pEntry->d_type == DT_REG;
#else
  *pbFile = 0;
#endif
  return pEntry ? pEntry->d_name : 0;
}

/* End a listing, at any place; NULL is allowed. */
void migSystemNamesEnd(MigNames *pNames) {
  if (pNames && pNames->pDir) {
    closedir(pNames->pDir);
  }
}

/* Milliseconds since 1970 (bCalendar), or of a clock that never jumps, from
** some beginning. */
i64 migSystemMs(int bCalendar) {
  struct timespec ts;

  clock_gettime(bCalendar ? CLOCK_REALTIME : CLOCK_MONOTONIC, &ts);
  return (i64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Wait so many milliseconds, ms >= 0; a signal ends it sooner. */
void migSystemSleep(int ms) {
  struct timespec ts;

  ts.tv_sec = ms / 1000;
  ts.tv_nsec = ms % 1000 * 1000000L;
  nanosleep(&ts, 0);
}

/* The fields of a time in UTC. -1 when it has no such fields: a year beyond
** int. */
int migSystemUtc(time_t t, struct tm *pTm) {
  return gmtime_r(&t, pTm) ? 0 : -1;
}

#else

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <string.h>
#include <wchar.h>
#include <sys/stat.h>
#include "system.h"

#define PATH_UNITS 4096                    /* of UTF-16, the zero included */
#define NAME_BYTES 1024                    /* of UTF-8, a name of 255 units */
#define FILETIME_1970 116444736000000000LL /* 100 ns from 1601 to 1970 */

/* A path in UTF-16. */
typedef struct WidePath {
  wchar_t a[PATH_UNITS];
} WidePath;

/* Convert a path. -1 with errno when it is no UTF-8, or too long. */
static int widePath(const char *zPath, WidePath *pWide) {
  if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, zPath, -1, pWide->a,
                          PATH_UNITS) > 0) {
    return 0;
  }
  errno = GetLastError() == ERROR_INSUFFICIENT_BUFFER ? ENAMETOOLONG : EILSEQ;
  return -1;
}

/* errno after a call of Windows that has failed. Returns -1. */
static int failed(void) {
  switch (GetLastError()) {
  case ERROR_FILE_NOT_FOUND:
  case ERROR_PATH_NOT_FOUND:
  case ERROR_INVALID_NAME:
  case ERROR_BAD_NETPATH:
    errno = ENOENT;
    break;
  case ERROR_FILE_EXISTS:
  case ERROR_ALREADY_EXISTS:
    errno = EEXIST;
    break;
  case ERROR_DIRECTORY:
    errno = ENOTDIR;
    break;
  case ERROR_DISK_FULL:
    errno = ENOSPC;
    break;
  case ERROR_ACCESS_DENIED:
  case ERROR_SHARING_VIOLATION:
    errno = EACCES;
    break;
  default:
    errno = EIO;
  }
  return -1;
}

/* What a path leads to, links followed. To ask for no access is to be let in
** wherever the folder may be listed; the flag is what opens a folder. */
int migSystemStat(const char *zPath, MigStat *pStat) {
  BY_HANDLE_FILE_INFORMATION info;
  WidePath wide;
  HANDLE h;
  int rc = 0;

  if (widePath(zPath, &wide)) {
    return -1;
  }
  h = CreateFileW(wide.a, 0,
                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                  OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
  if (h == INVALID_HANDLE_VALUE) {
    return failed();
  }
  memset(pStat, 0, sizeof(*pStat));
  pStat->bThere = 1;
  if (GetFileType(h) != FILE_TYPE_DISK) {
    rc = 0; /* the console, a pipe: neither file nor folder */
  } else if (!GetFileInformationByHandle(h, &info)) {
    rc = failed();
  } else {
    pStat->nsTime = ((i64)((u64)info.ftLastWriteTime.dwHighDateTime << 32 |
                           info.ftLastWriteTime.dwLowDateTime) -
                     FILETIME_1970) *
                    100;
    pStat->bFolder = (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    pStat->bFile = !pStat->bFolder;
    pStat->nSize = (i64)((u64)info.nFileSizeHigh << 32 | info.nFileSizeLow);
    pStat->aPlace[0] = (u64)info.dwVolumeSerialNumber + 1; /* never 0, 0 */
    pStat->aPlace[1] = (u64)info.nFileIndexHigh << 32 | info.nFileIndexLow;
  }
  CloseHandle(h);
  return rc;
}

/* Does a path end in a symbolic link or a junction? Other reparse points, such
** as files that are kept elsewhere until they are read, are no links. */
int migSystemIsLink(const char *zPath) {
  WIN32_FIND_DATAW data;
  WidePath wide;
  HANDLE h;

  if (widePath(zPath, &wide)) {
    return 0;
  }
  h = FindFirstFileW(wide.a, &data);
  if (h == INVALID_HANDLE_VALUE) {
    return 0;
  }
  FindClose(h);
  return (data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
         (data.dwReserved0 == IO_REPARSE_TAG_SYMLINK ||
          data.dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT);
}

/* Open a file to write it anew; it is made when it is not there. NULL with
** errno. The caller closes it. */
FILE *migSystemOpen(const char *zPath) {
  WidePath wide;

  return widePath(zPath, &wide) ? 0 : _wfopen(wide.a, L"wb");
}

/* Open an ordinary file to read it; nothing else is opened, so that nothing
** waits. -1 with errno where the call has set it; pStat is filled as far as it
** could be. */
int migSystemOpenRead(const char *zPath, MigStat *pStat) {
  WidePath wide;

  memset(pStat, 0, sizeof(*pStat));
  if (migSystemStat(zPath, pStat) || !pStat->bFile || widePath(zPath, &wide)) {
    return -1;
  }
  return _wopen(wide.a, _O_RDONLY | _O_BINARY | _O_NOINHERIT);
}

/* Read up to n bytes of an open file; how many there were, fewer only at its
** end, or -1 with errno. One call takes a 32-bit number. */
i64 migSystemRead(int fd, void *a, i64 n) {
  i64 nRead = 0;

  while (nRead < n) {
    i64 nLeft = n - nRead;
    int nGot = _read(fd, (char *)a + nRead,
                     (unsigned)(nLeft < 0x40000000 ? nLeft : 0x40000000));
    if (nGot <= 0) {
      return nGot < 0 ? nGot : nRead;
    }
    nRead += nGot;
  }
  return nRead;
}

/* Close what migSystemOpenRead() has opened; nothing for -1. */
void migSystemClose(int fd) {
  if (fd >= 0) {
    _close(fd);
  }
}

/* Make an empty file that must not exist (EEXIST). It takes the rights of its
** folder, as all files do here: zLike says nothing. */
int migSystemCreate(const char *zPath, const char *zLike) {
  WidePath wide;
  int fd;

  (void)zLike;
  if (widePath(zPath, &wide)) {
    return -1;
  }
  fd = _wopen(wide.a, _O_WRONLY | _O_CREAT | _O_EXCL | _O_NOINHERIT,
              _S_IREAD | _S_IWRITE);
  return fd < 0 ? -1 : _close(fd);
}

/* Rename, by the flags of MoveFileExW(); the new name is on the disk when this
** returns. */
static int move(const char *zFrom, const char *zTo, DWORD flags) {
  WidePath from;
  WidePath to;

  if (widePath(zFrom, &from) || widePath(zTo, &to)) {
    return -1;
  }
  return MoveFileExW(from.a, to.a, flags | MOVEFILE_WRITE_THROUGH) ? 0
                                                                   : failed();
}

/* The new name of a file that must not exist: EEXIST. */
int migSystemRename(const char *zFrom, const char *zTo) {
  return move(zFrom, zTo, 0);
}

/* The same, in the place of one that may exist. */
int migSystemReplace(const char *zFrom, const char *zTo) {
  return move(zFrom, zTo, MOVEFILE_REPLACE_EXISTING);
}

/* A second name for a file: EEXIST when something has it. Fails where the file
** system has no hard links. */
int migSystemLink(const char *zFrom, const char *zTo) {
  WidePath from;
  WidePath to;

  if (widePath(zFrom, &from) || widePath(zTo, &to)) {
    return -1;
  }
  return CreateHardLinkW(to.a, from.a, NULL) ? 0 : failed();
}

/* Nothing to do: names are moved through to the disk. */
void migSystemSync(const char *zFolder) {
  (void)zFolder;
}

/* Delete a file if that can be done. */
void migSystemDelete(const char *zPath) {
  WidePath wide;

  if (widePath(zPath, &wide) == 0) {
    DeleteFileW(wide.a);
  }
}

/* Make one folder, with the rights of the one it is in. EEXIST when anything is
** there. */
int migSystemMakeFolder(const char *zPath) {
  WidePath wide;

  if (widePath(zPath, &wide)) {
    return -1;
  }
  return CreateDirectoryW(wide.a, NULL) ? 0 : failed();
}

/* Delete a folder if it is empty. */
void migSystemDeleteFolder(const char *zPath) {
  WidePath wide;

  if (widePath(zPath, &wide) == 0) {
    RemoveDirectoryW(wide.a);
  }
}

struct MigNames {
  HANDLE h;               /* or INVALID_HANDLE_VALUE */
  WIN32_FIND_DATAW data;  /* of the next name, when bNext */
  int bNext;              /* there is one */
  int eErrno;             /* of the end: 0, or why there is no more */
  char zName[NAME_BYTES]; /* the name given last, in UTF-8 */
};

/*
** Begin to list a folder. In the arena, to be ended by migSystemNamesEnd() on
** every path. NULL is want of memory; that it cannot be opened tells the first
** migSystemName(). The system gives the first name with the handle, so there is
** always one in hand.
*/
MigNames *migSystemNames(MigContext *p, const char *zPath) {
  MigNames *pNames = migAlloc(p, sizeof(*pNames));
  char *zAll = migPrintf(p, "%s/*", zPath);
  WidePath wide;

  if (pNames == 0 || zAll == 0) {
    return 0;
  }
  pNames->h = INVALID_HANDLE_VALUE;
  errno = 0;
  if (widePath(zAll, &wide) == 0) {
    pNames->h = FindFirstFileW(wide.a, &pNames->data);
    pNames->bNext = pNames->h != INVALID_HANDLE_VALUE;
    if (!pNames->bNext && GetLastError() != ERROR_FILE_NOT_FOUND) {
      failed(); /* else: the root of an empty drive */
    }
  }
  pNames->eErrno = errno;
  return pNames;
}

/* The next name, in no order; it lives until the next call. NULL at the end,
** with errno 0, or when the folder cannot be read, with another errno. What is
** no UTF-16 has U+FFFD instead. *pbFile: it is known to be an ordinary file. */
const char *migSystemName(MigNames *pNames, int *pbFile) {
  const DWORD other = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT |
                      FILE_ATTRIBUTE_DEVICE;
  int bName = pNames->bNext;

  *pbFile = (pNames->data.dwFileAttributes & other) == 0;

  errno = pNames->eErrno;
  if (!bName) {
    return 0;
  }
  if (WideCharToMultiByte(CP_UTF8, 0, pNames->data.cFileName, -1, pNames->zName,
                          NAME_BYTES, NULL, NULL) == 0) {
    failed();
    return 0;
  }
  pNames->bNext = FindNextFileW(pNames->h, &pNames->data) != 0;
  if (!pNames->bNext && GetLastError() != ERROR_NO_MORE_FILES) {
    failed();
    pNames->eErrno = errno;
  }
  return pNames->zName;
}

/* End a listing, at any place; NULL is allowed. */
void migSystemNamesEnd(MigNames *pNames) {
  if (pNames && pNames->h != INVALID_HANDLE_VALUE) {
    FindClose(pNames->h);
  }
}

/* Milliseconds since 1970 (bCalendar), or of a clock that never jumps, from
** some beginning. A FILETIME counts 100 ns from 1601: 11644473600 s before
** 1970. */
i64 migSystemMs(int bCalendar) {
  FILETIME ft;

  if (!bCalendar) {
    return (i64)GetTickCount64();
  }
  GetSystemTimeAsFileTime(&ft);
  return (((i64)ft.dwHighDateTime << 32 | ft.dwLowDateTime) / 10000) -
         11644473600000LL;
}

/* Wait so many milliseconds, ms >= 0. */
void migSystemSleep(int ms) {
  Sleep((DWORD)ms);
}

/* The fields of a time in UTC. -1 when it has no such fields. The arguments
** stand as Microsoft has them, not as in C11. */
int migSystemUtc(time_t t, struct tm *pTm) {
  return gmtime_s(pTm, &t) == 0 ? 0 : -1;
}

#endif
