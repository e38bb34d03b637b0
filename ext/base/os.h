/*
** os.h - files, folders, clocks.
**
** Paths are UTF-8, zero-terminated, and borrowed for the call. What takes a
** MigContext is a no-op after the first error.
*/
#ifndef MIG_OS_H
#define MIG_OS_H

#include "context.h"
#include "codec.h"

/* An entry of a folder. */
typedef struct MigEntry {
  char *zName; /* without the folder */
  int bFolder; /* a folder, or a link to one; else it counts as a file */
  int bLink;   /* a folder, by a symbolic link */
} MigEntry;

/* What is in a folder. All of it belongs to the arena. */
typedef struct MigListing {
  int nEntry;
  MigEntry *aEntry; /* sorted by name, bytewise */
} MigListing;

MigBytes migFileRead(MigContext *p, const char *zPath, i64 nMax);
int migFileCreate(MigContext *p, const char *zPath, const char *zLike);
int migFileMove(MigContext *p, const char *zFrom, const char *zTo);
int migFileRename(MigContext *p, const char *zFrom, const char *zTo);
void migFileDelete(const char *zPath);
void migFileMake(MigContext *p, const char *zPath, const char *zLike,
                 const void *a, i64 n);
int migFileReplace(MigContext *p, const char *zFrom, const char *zTo);
int migFileKeep(MigContext *p, const char *zPath, const char *zKept);
void migFilePutBack(const char *zKept, const char *zPath);
int migFileHolds(MigContext *p, const char *zPath, const void *a, i64 n);
void migFolderDelete(const char *zPath);
MigListing migFolderRead(MigContext *p, const char *zPath);
void migFolderMake(MigContext *p, const char *zPath);

int migFileLook(const char *zPath, i64 *pnSize, i64 *pnsTime);
int migPathKind(const char *zPath);
int migPathIsLink(const char *zPath);
int migPathPlace(const char *zPath, u64 *aPlace);
int migPathInside(const char *zPath);
char *migPathJoin(MigContext *p, const char *zFolder, const char *zName);
char *migPathFolder(MigContext *p, const char *zPath);
const char *migPathName(const char *zPath);
const char *migPathExtension(const char *zPath);

i64 migMonotonicMs(void);
void migSleep(int ms);
i64 migClockMs(void);
char *migTimeText(MigContext *p, i64 ms);

#define MIG_PATH_NONE 0 /* nothing there, or not to be reached */
#define MIG_PATH_FILE 1
#define MIG_PATH_FOLDER 2

#endif
