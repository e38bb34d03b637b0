/*
** system.h - the system calls, for os.c alone.
**
** Paths are UTF-8. What returns int gives 0, or -1 with errno, unless its
** comment says otherwise. Nothing here sets an error of a MigContext but want
** of memory.
*/
#ifndef MIG_SYSTEM_H
#define MIG_SYSTEM_H

#include <stdio.h>
#include <time.h>
#include "context.h"

/* What a path leads to, links followed. */
typedef struct MigStat {
  int bThere; /* something is */
  int bFile;  /* an ordinary file: no folder, pipe or device */
  int bFolder;
  i64 nSize;     /* bytes; of a file */
  i64 nsTime;    /* when it was written last, nanoseconds since 1970 */
  u64 aPlace[2]; /* the same for all paths to it */
} MigStat;

/* A folder being listed. */
typedef struct MigNames MigNames;

int migSystemStat(const char *zPath, MigStat *pStat);
int migSystemIsLink(const char *zPath);
FILE *migSystemOpen(const char *zPath);
int migSystemOpenRead(const char *zPath, MigStat *pStat);
i64 migSystemRead(int fd, void *a, i64 n);
void migSystemClose(int fd);
int migSystemCreate(const char *zPath, const char *zLike);
int migSystemRename(const char *zFrom, const char *zTo);
int migSystemReplace(const char *zFrom, const char *zTo);
int migSystemLink(const char *zFrom, const char *zTo);
void migSystemSync(const char *zFolder);
void migSystemDelete(const char *zPath);
int migSystemMakeFolder(const char *zPath);
void migSystemDeleteFolder(const char *zPath);
MigNames *migSystemNames(MigContext *p, const char *zPath);
const char *migSystemName(MigNames *pNames, int *pbFile);
void migSystemNamesEnd(MigNames *pNames);
i64 migSystemMs(int bCalendar);
void migSystemSleep(int ms);
int migSystemUtc(time_t t, struct tm *pTm);

#endif
