/*
** fuzz_import.c - a folder of any files in every format of migrations.
**
** The first line of the input is the name of a format, or "detect"; of another
** line the first byte chooses one. Characters behind the name: '!' the folder
** is one file that was named, '-' the database is not new. Then files: a line
** that begins with the byte 1 is a file's name, the bytes up to the next such
** line are the file. FUZZ_FORMAT=NAME in the environment holds all inputs to
** one format, so that each gets time of its own.
**
** Asserted: an error is FORMAT, TOO_BIG or BAD_ID with a message, and nothing
** is handed out with it. Otherwise scripts lie within the limit and end with
** their only zero; ids pass migIdCheck() and none is there twice; every
** revision has its file and every file that was used belongs to a revision or
** to several. All memory is given back.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "migrate.h"
#include "dispatch.h"
#include "folder.h"
#include "name.h"
#include "utf8.h"

#define FUZZ_FILES 64 /* files of an input */

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* A file of the input; zName is a copy. */
typedef struct FuzzFile {
  char *zName;
  const char *z;
  i64 n;
} FuzzFile;

/* An input, taken apart. */
typedef struct FuzzInput {
  const char *zFormat; /* NULL: the one that fits */
  int bSingle;         /* the folder is one file that was named */
  int bOld;            /* the database has tables */
  int nFile;
  FuzzFile aFile[FUZZ_FILES]; /* in the order of a folder's */
} FuzzInput;

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* Could a listing have this name? No empty part, none with a dot before it. */
static int nameGood(const char *z) {
  const char *zPart = z;

  for (;; z++) {
    if (*z == '/' || *z == 0) {
      if (z == zPart || *zPart == '.') {
        return 0;
      }
      zPart = z + 1;
    }
    if (*z == 0) {
      return 1;
    }
  }
}

/* Put a file in its place; a second one of its name is left out. */
static void inputAdd(MigContext *p, FuzzInput *pInput, const char *zLine,
                     i64 nLine, const char *z, i64 n) {
  char *zName = migStrndup(p, zLine, nLine);
  int i = pInput->nFile;

  if (i == FUZZ_FILES || nLine > 255 || !nameGood(zName) ||
      !migIsUtf8(zName, (i64)strlen(zName))) {
    return;
  }
  while (i > 0 && migFormatOrder(zName, pInput->aFile[i - 1].zName) < 0) {
    i--;
  }
  if (i > 0 && migFormatOrder(zName, pInput->aFile[i - 1].zName) == 0) {
    return;
  }
  memmove(&pInput->aFile[i + 1], &pInput->aFile[i],
          (size_t)(pInput->nFile - i) * sizeof(FuzzFile));
  pInput->aFile[i].zName = zName;
  pInput->aFile[i].z = z;
  pInput->aFile[i].n = n;
  pInput->nFile++;
}

/* The format that the first line of n bytes at z names. */
static void inputFormat(MigContext *p, FuzzInput *pInput, const char *z,
                        i64 n) {
  char *zNames = migPrintf(p, "detect, %s", migFormatNames(p, 0));
  const char *azName[64];
  const char *zEnv = getenv("FUZZ_FORMAT");
  int nName = 0;
  int iName;
  int i;

  while (n > 0 && (z[n - 1] == '!' || z[n - 1] == '-')) {
    pInput->bSingle |= z[n - 1] == '!';
    pInput->bOld |= z[n - 1] == '-';
    n--;
  }
  for (; zNames && nName < 64; nName++) {
    azName[nName] = zNames;
    zNames = strchr(zNames, ',');
    if (zNames) {
      *zNames = 0;
      zNames += 2;
    }
  }
  iName = n > 0 ? (unsigned char)z[0] % nName : 0;
  for (i = 0; i < nName; i++) {
    if (zEnv ? strcmp(zEnv, azName[i]) == 0
             : (i64)strlen(azName[i]) == n &&
                   memcmp(azName[i], z, (size_t)n) == 0) {
      iName = i;
    }
  }
  pInput->zFormat = iName ? azName[iName] : 0;
}

/* Cut the n bytes at z into files. */
static void inputRead(MigContext *p, FuzzInput *pInput, const char *z, i64 n) {
  i64 i = migLineEnd(z, n, 0);

  inputFormat(p, pInput, z, i > 0 && z[i - 1] == '\n' ? i - 1 : i);
  while (i < n) {
    i64 iLine = i + 1;
    i64 iStart = migLineEnd(z, n, i);
    i64 iEnd = iStart;
    while (iEnd < n && z[iEnd] != 1) {
      iEnd = migLineEnd(z, n, iEnd);
    }
    if (z[i] == 1) {
      i64 nLine = iStart - iLine - (z[iStart - 1] == '\n');
      inputAdd(p, pInput, z + iLine, nLine, z + iStart, iEnd - iStart);
    }
    i = iEnd;
  }
}

/* A script that an import hands out: n bytes, a zero behind them and none in
** them; NULL where there is none. */
static void scriptTest(const char *z, i64 n) {
  if (z) {
    demand(n >= 0 && n <= MIGRATE_MAX_SCRIPT && (i64)strlen(z) == n);
  } else {
    demand(n == 0);
  }
}

/* Names that an import hands out are there, and not empty. */
static void namesTest(const char **az, int n) {
  int i;

  for (i = 0; i < n; i++) {
    demand(az[i] && az[i][0]);
  }
}

/* A revision: its id is allowed and its own, its file is one of the folder, and
** repeatable ones are the last. */
static void revisionTest(MigContext *p, const MigFolder *pFolder,
                         const MigImport *pImport, int iRevision) {
  const MigImported *pRev = &pImport->aRevision[iRevision];
  int i;

  migIdCheck(p, pRev->zId, "id");
  demand(p->rc == SQLITE_OK);
  demand(pRev->iFile >= 0 && pRev->iFile < pFolder->nFile);
  demand(pRev->zFile && pFolder->aFile[pRev->iFile].bUsed);
  scriptTest(pRev->zUp, pRev->nUp);
  scriptTest(pRev->zDown, pRev->nDown);
  namesTest(pRev->azParent, pRev->nParent);
  namesTest(pRev->azDepend, pRev->nDepend);
  namesTest(pRev->azLabel, pRev->nLabel);
  for (i = 0; i < iRevision; i++) {
    demand(strcmp(pImport->aRevision[i].zId, pRev->zId) != 0);
    demand(!pImport->aRevision[i].bRepeatable || pRev->bRepeatable);
  }
}

/* What an import without an error hands out, and what it says of each file. */
static void resultTest(MigContext *p, const MigFolder *pFolder,
                       const MigImport *pImport) {
  int i;

  demand(pImport->zFormat != 0);
  for (i = 0; i < pImport->nRevision; i++) {
    revisionTest(p, pFolder, pImport, i);
  }
  namesTest(pImport->azNote, pImport->nNote);
  for (i = 0; i < pFolder->nFile; i++) {
    const MigFile *pFile = &pFolder->aFile[i];
    demand(pFile->iRevision >= -1 && pFile->iRevision < pImport->nRevision);
    demand(!pFile->bUsed || pFile->bShared || pFile->pStep);
    demand(!pFile->bShared || pFile->iRevision < 0);
  }
}

/* An error has a code of those that a folder's text can have, and a message. */
static void errorTest(const MigContext *p, const MigImport *pImport) {
  demand(p->eCode == MIG_FORMAT || p->eCode == MIG_BAD_ID ||
         p->eCode == MIG_TOO_BIG);
  demand(p->zError && p->zError[0]);
  demand(pImport->nRevision == 0 && pImport->aRevision == 0);
}

/* The host of a database that is not new: every id with an even number of
** letters is stored. */
static int hostNew(MigContext *p) {
  MIG_UNUSED(p);
  return 0;
}

/* Is this id stored? See above. */
static int hostHas(MigContext *p, const char *zId) {
  MIG_UNUSED(p);
  return strlen(zId) % 2 == 0;
}

/* Parse the folder of an input. It can be one file that was named only when it
** has two files at most. */
static void inputTest(MigContext *p, const FuzzInput *pInput) {
  static const char *azKey[] = {"name", "NAME", "tablename"};
  static const char *azValue[] = {"value", "", "a'b;c"};
  MigFolder folder;
  MigImport import;
  int i;

  memset(&folder, 0, sizeof(folder));
  folder.bSingle = pInput->bSingle && pInput->nFile <= 2;
  folder.nPlaceholder = 3;
  folder.azKey = azKey;
  folder.azValue = azValue;
  folder.host.xNew = pInput->bOld ? hostNew : 0;
  folder.host.xHas = pInput->bOld ? hostHas : 0;
  for (i = 0; i < pInput->nFile; i++) {
    const FuzzFile *pFile = &pInput->aFile[i];
    migFolderAdd(p, &folder, pFile->zName, pFile->z, pFile->n);
  }
  migImportParse(p, &folder, pInput->zFormat, &import);
  if (p->rc == SQLITE_OK) {
    resultTest(p, &folder, &import);
  } else {
    errorTest(p, &import);
  }
  migFolderClose(&folder);
}

/* One input. The context has no connection: formats read text only. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  sqlite3_int64 nMemory;
  FuzzInput *pInput;
  MigContext context;

  demand(sqlite3_initialize() == SQLITE_OK);
  nMemory = sqlite3_memory_used();
  migContextInit(&context, 0);
  pInput = migAlloc(&context, sizeof(*pInput));
  demand(pInput != 0);
  inputRead(&context, pInput, (const char *)a, (i64)n);
  inputTest(&context, pInput);
  migContextClear(&context);
  demand(sqlite3_memory_used() == nMemory);
  return 0;
}
