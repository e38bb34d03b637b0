/*
** format_prisma.c - Prisma Migrate: a folder a revision.
**
**     migration_lock.toml
**     20221229151102_init/migration.sql
**                         down.sql
**
** The path names the folder of these, or the one above it ("prisma", with
** "migrations" in it), or the project. Every folder there is a migration and
** must hold migration.sql, the up script as a whole; order is by the folder's
** name, byte by byte, and the version is the digits that it begins with.
** Prisma itself never goes back; down.sql is where its manual puts the script
** that people run by hand to do so. The lock names the database's kind, which
** must be SQLite. A folder with Drizzle's snapshot.json is none of Prisma's.
**
** Prisma writes 14 digits of a time, '_' and a title, and knows a migration by
** the folder's whole name and by the SHA-256 of its script; so the script is
** stored to the byte. A folder whose name begins with a digit must have a
** script; another one counts only when it has one. Folders further down belong
** to nobody here.
**
** The lock is shared by all revisions; schema.prisma and the like stay unused.
** The lock is TOML; only a line that begins with the word provider is looked
** at:
**
**     provider = "sqlite"
*/
#include "format.h"
#include <string.h>

static const char zLock[] = "migration_lock.toml";

/* The files of one folder, which stand together in the list. */
typedef struct PrismaGroup {
  const char *zName; /* of the folder below the root, or NULL: not below */
  MigFile *pFirst;   /* any of its files, for messages */
  MigFile *pUp;      /* migration.sql, or NULL */
  MigFile *pDown;    /* down.sql, or NULL */
  int bSnapshot;     /* it has a snapshot.json */
} PrismaGroup;

/* What follows zRoot and a '/' in zDir, or NULL when it is not below. All of
** zDir for the root "". */
static const char *prismaBelow(const char *zDir, const char *zRoot) {
  size_t n = strlen(zRoot);

  if (n == 0) {
    return zDir;
  }
  return strncmp(zDir, zRoot, n) == 0 && zDir[n] == '/' ? zDir + n + 1 : 0;
}

/* Take the files of the folder that file *pi lies in, and step over them.
** Whether it is a folder directly below zRoot; *pGroup is filled in any case.
*/
static int prismaGroup(MigFolder *pFolder, const char *zRoot, int *pi,
                       PrismaGroup *pGroup) {
  const char *zDir = pFolder->aFile[*pi].zDir;
  int i = *pi;

  memset(pGroup, 0, sizeof(*pGroup));
  pGroup->pFirst = &pFolder->aFile[i];
  for (; i < pFolder->nFile && strcmp(pFolder->aFile[i].zDir, zDir) == 0; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    if (strcmp(pFile->zBase, "migration.sql") == 0) {
      pGroup->pUp = pFile;
    } else if (strcmp(pFile->zBase, "down.sql") == 0) {
      pGroup->pDown = pFile;
    }
    pGroup->bSnapshot |= strcmp(pFile->zBase, "snapshot.json") == 0;
  }
  *pi = i;
  pGroup->zName = prismaBelow(zDir, zRoot);
  return pGroup->zName && pGroup->zName[0] && strchr(pGroup->zName, '/') == 0;
}

/* How many folders below zRoot are migrations by name and contents: a digit
** first, a migration.sql, and no snapshot of Drizzle's. */
static int prismaCount(MigFolder *pFolder, const char *zRoot) {
  PrismaGroup group;
  int nFit = 0;
  int i = 0;

  while (i < pFolder->nFile) {
    if (prismaGroup(pFolder, zRoot, &i, &group)) {
      nFit += group.pUp && !group.bSnapshot && migIsDigit(group.zName[0]);
    }
  }
  return nFit;
}

/* The folder that the migrations lie in, below the path that was given: the
** first that has any, *pnFit of them. "" and 0 when none has. Constant text. */
static const char *prismaRoot(MigFolder *pFolder, int *pnFit) {
  static const char *const azRoot[] = {"", "migrations", "prisma/migrations"};
  int i;

  for (i = 0; i < 3; i++) {
    *pnFit = prismaCount(pFolder, azRoot[i]);
    if (*pnFit > 0) {
      return azRoot[i];
    }
  }
  return "";
}

/* How many folders of Prisma's there are. Nothing is read, so a lock for
** another database is found out only by the loader. */
int migPrismaProbe(MigContext *p, MigFolder *pFolder) {
  int nFit;

  MIG_UNUSED(p);
  (void)prismaRoot(pFolder, &nFit);
  return nFit;
}

/* FORMAT when the lock's provider is another one. A lock without says
** nothing, to Prisma as well. The first line with one counts; quotes of either
** kind, or none, may stand around the value. */
static void prismaLock(MigContext *p, MigFile *pFile) {
  static const char zKey[] = "provider";
  const char *z = migFormatBytes(p, pFile);
  i64 i;
  i64 iNext;

  for (i = migFormatStart(z, pFile->n); i < pFile->n; i = iNext) {
    i64 k = i + 8;
    i64 nValue;
    iNext = migLineEnd(z, pFile->n, i);
    if (iNext - i < 8 || memcmp(z + i, zKey, 8)) {
      continue;
    }
    k += (i64)strspn(z + k, " \t=\"'");
    nValue = k < iNext ? (i64)strcspn(z + k, "\"'\r\n \t#") : 0;
    if (nValue != 6 || memcmp(z + k, "sqlite", 6)) {
      migFormatFail(p, pFile, i,
                    "the provider is '%.*s'; only migrations for sqlite can "
                    "be imported",
                    migFormatClip(z + k, nValue), z + k);
    }
    return;
  }
}

/* Make a step from a folder. FORMAT when it lacks its script. Its id is the
** number, or its name without one. */
static void prismaRead(MigContext *p, MigFolder *pFolder,
                       const PrismaGroup *pGroup) {
  const char *z = pGroup->zName;
  i64 nVersion = migFormatDigits(z);
  MigStep *pStep;

  if (pGroup->pUp == 0) {
    migFormatFail(p, pGroup->pFirst, 0,
                  "the folder %s has no migration.sql; remove it, or put the "
                  "script back",
                  z);
    return;
  }
  pStep = migFormatStep(p, pFolder, pGroup->pUp);
  if (pStep) {
    pStep->zStem = z;
    pStep->zVersion = nVersion > 0 ? migStrndup(p, z, nVersion) : 0;
    pStep->rev.zMessage =
        migFormatMessage(p, z + nVersion, (i64)strlen(z) - nVersion);
    migFormatUp(p, pStep, pGroup->pUp);
  }
  if (pStep && pGroup->pDown) {
    migFormatAttach(pGroup->pDown, pStep);
    migFormatDown(p, pStep, pGroup->pDown);
  }
}

/* By the name of the folder, bytewise, as Prisma sorts them. */
static int prismaOrder(const MigStep *pA, const MigStep *pB) {
  return strcmp(pA->zStem, pB->zStem);
}

/* Read the lock and every folder. FORMAT for another database's kind and for
** a folder without its script. The steps are left in the owner's order, so
** dispatch.c sorts no more. */
void migPrismaLoad(MigContext *p, MigFolder *pFolder) {
  int nFit;
  const char *zRoot = prismaRoot(pFolder, &nFit);
  const char *zName = zRoot[0] ? migPrintf(p, "%s/%s", zRoot, zLock) : zLock;
  MigFile *pLock = zName ? migFormatFile(pFolder, zName) : 0;
  PrismaGroup group;
  int i = 0;

  if (pLock && p->rc == SQLITE_OK) {
    migFormatShare(pLock);
    prismaLock(p, pLock);
  }
  while (i < pFolder->nFile && p->rc == SQLITE_OK) {
    if (prismaGroup(pFolder, zRoot, &i, &group) && !group.bSnapshot &&
        (group.pUp || migIsDigit(group.zName[0]))) {
      prismaRead(p, pFolder, &group);
    }
  }
  migStepSort(p, pFolder->apStep, pFolder->nStep, prismaOrder);
}

/* The folder of a revision. Versions get zeros in front up to nWidth digits
** when their lengths differ: the order is by name. A name by file_template is
** taken as it is. */
static const char *prismaName(MigContext *p, const MigExported *pRev,
                              int nWidth) {
  static const char zZero[] = "00000000000000000000";
  int nZero = nWidth - (int)strlen(pRev->zVersion);

  return pRev->zStem ? pRev->zStem
                     : migPrintf(p, "%.*s%s_%s", nZero, zZero, pRev->zVersion,
                                 pRev->zSlug);
}

/* Write a folder a revision, and the lock. The lock belongs to no revision, and
** all go into the folder that is exported to, not into one below it. */
void migPrismaWrite(MigContext *p, MigOutput *pOut) {
  static const char zText[] = "provider = \"sqlite\"\n";
  int nWidth = 0;
  int i;

  for (i = 0; i < pOut->nRevision; i++) {
    int n = (int)strlen(pOut->aRevision[i].zVersion);
    nWidth = n > nWidth ? n : nWidth;
  }
  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zName = prismaName(p, pRev, nWidth);
    migOutputAdd(p, pOut, migPrintf(p, "%s/migration.sql", zName),
                 pRev->zUp ? pRev->zUp : "", pRev->nUp);
    if (pRev->zDown) {
      migOutputAdd(p, pOut, migPrintf(p, "%s/down.sql", zName), pRev->zDown,
                   pRev->nDown);
    }
  }
  migOutputAdd(p, pOut, zLock, zText, (i64)strlen(zText));
}
