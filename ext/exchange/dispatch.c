/*
** dispatch.c - the table of formats; a new one is a row and a file.
**
** Every format is asked how many files fit it by the rules of its owner. Marks
** inside files, or a file that only one tool has, say more than names, and
** names with a pattern of their own more than plain numbers: of the formats
** with the strongest evidence exactly one must fit.
**
** A writer's files are read back by its loader before they are handed out. When
** the scripts or their order come back otherwise, the format cannot hold them.
*/
#include <string.h>
#include "assemble.h"
#include "dispatch.h"
#include "folder.h"
#include "os.h"

/* How much it says when a file fits. */
typedef enum Evidence {
  BY_NUMBER, /* the name begins with a number */
  BY_NAME,   /* names are of a pattern that others do not have */
  BY_MARK    /* there is a mark in a file, or a file of the tool itself */
} Evidence;

/* A format. xOrder NULL: the order of steps as the loader left it. */
typedef struct Format {
  const char *zName;
  Evidence eEvidence;
  int bLinear; /* a step's parent is the one before it */
  int (*xProbe)(MigContext *, MigFolder *);
  void (*xLoad)(MigContext *, MigFolder *);
  void (*xWrite)(MigContext *, MigOutput *); /* NULL: only read */
  MigStepOrder xOrder;
} Format;

#define FORMAT(name, Name, eEvidence, bLinear, xOrder)                         \
  {                                                                            \
    name, eEvidence, bLinear, mig##Name##Probe, mig##Name##Load,               \
        mig##Name##Write, xOrder                                               \
  }

static const Format aFormat[] = {
    FORMAT("own", Own, BY_MARK, 0, 0),
    FORMAT("golang-migrate", GolangMigrate, BY_NAME, 1, migStepByNumber),
    FORMAT("dbmate", Dbmate, BY_MARK, 1, migStepByName),
    FORMAT("goose", Goose, BY_MARK, 1, migStepByNumber),
    FORMAT("flyway", Flyway, BY_NAME, 1, 0),
    FORMAT("diesel", Diesel, BY_NAME, 1, migStepByVersion),
    FORMAT("sqlx", Sqlx, BY_MARK, 1, migStepByNumber),
    FORMAT("refinery", Refinery, BY_NAME, 1, 0),
    FORMAT("sql-migrate", SqlMigrate, BY_MARK, 1, 0),
    FORMAT("prisma", Prisma, BY_NAME, 1, 0),
    FORMAT("drizzle", Drizzle, BY_MARK, 1, 0),
    FORMAT("d1", D1, BY_MARK, 1, 0),
    FORMAT("sqitch", Sqitch, BY_MARK, 1, 0),
    FORMAT("atlas", Atlas, BY_MARK, 1, 0),
    FORMAT("liquibase", Liquibase, BY_MARK, 1, 0),
    {"alembic", BY_MARK, 0, migAlembicProbe, migAlembicLoad, 0, 0},
    FORMAT("plain", Plain, BY_NUMBER, 1, migStepByNumber),
};

#define FORMAT_COUNT ((int)(sizeof(aFormat) / sizeof(aFormat[0])))

/* The names of the formats that are read, or written, with commas. */
const char *migFormatNames(MigContext *p, int bWrite) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < FORMAT_COUNT; i++) {
    if (!bWrite || aFormat[i].xWrite) {
      migTextStr(p, &text, text.n ? ", " : 0);
      migTextStr(p, &text, aFormat[i].zName);
    }
  }
  return migTextZ(&text);
}

/* Say that nothing fits, and what there is. */
static void detectNothing(MigContext *p, const MigFolder *pFolder,
                          const char *zPath) {
  MigText seen = {0, 0, 0};
  int i;

  for (i = 0; i < pFolder->nFile && i < 3; i++) {
    migTextStr(p, &seen, i ? ", " : pFolder->nFile > 3 ? ", such as " : ": ");
    migTextStr(p, &seen, pFolder->aFile[i].zName);
  }
  migFail(p, MIG_FORMAT,
          "%s fits no known format, %d files seen%s; known are %s, give "
          "{\"format\":\"...\"}",
          zPath, pFolder->nFile, migTextZ(&seen), migFormatNames(p, 0));
}

/*
** Find the one format that fits. FORMAT when none or several do; then the
** message says what was seen. NULL after an error.
*/
static const Format *detect(MigContext *p, MigFolder *pFolder,
                            const char *zPath) {
  const Format *pFound = 0;
  MigText seen = {0, 0, 0};
  int nFound = 0;
  int i;

  for (i = 0; i < FORMAT_COUNT && p->rc == SQLITE_OK; i++) {
    int nFit;
    if (pFound && aFormat[i].eEvidence < pFound->eEvidence) {
      continue;
    }
    nFit = aFormat[i].xProbe(p, pFolder);
    if (nFit > 0 && pFound && aFormat[i].eEvidence > pFound->eEvidence) {
      nFound = 0;
      memset(&seen, 0, sizeof(seen));
    }
    if (nFit > 0) {
      migTextF(p, &seen, "%s%d as %s", nFound++ ? ", " : "", nFit,
               aFormat[i].zName);
      pFound = &aFormat[i];
    }
  }
  if (nFound == 0) {
    detectNothing(p, pFolder, zPath);
  } else if (nFound > 1) {
    migFail(p, MIG_FORMAT,
            "%s fits several formats: of its files %s; known are %s, give "
            "{\"format\":\"...\"}",
            zPath, migTextZ(&seen), migFormatNames(p, 0));
  }
  return p->rc ? 0 : pFound;
}

/* The format called zName. FORMAT when there is none. */
static const Format *formatNamed(MigContext *p, const char *zName, int bWrite) {
  int i;

  for (i = 0; i < FORMAT_COUNT; i++) {
    if (strcmp(aFormat[i].zName, zName) == 0 &&
        (!bWrite || aFormat[i].xWrite)) {
      return &aFormat[i];
    }
  }
  migFail(p, MIG_FORMAT, "unknown format %s; known are %s", zName,
          migFormatNames(p, bWrite));
  return 0;
}

/* Make revisions of the files in the folder. */
static void folderLoad(MigContext *p, MigFolder *pFolder, const Format *pFormat,
                       MigImport *pOut) {
  if (p->rc == SQLITE_OK) {
    pFormat->xLoad(p, pFolder);
    migAssemble(p, pFolder, pFormat->zName, pFormat->xOrder, pFormat->bLinear);
    migAssembleResult(p, pFolder, pFormat->zName, pOut);
  }
}

/*
** Read the migrations at zPath, a folder or a file, in the format zFormat, or
** in the one that fits when that is NULL. Placeholders and host of *pFolder
** are set, the rest is zero; bytes of files live until migFolderClose(),
** everything else that is handed out in the arena.
**
** FILE when something cannot be read, FORMAT when no format or several fit,
** or a file breaks its format's rules, with file and line; TOO_BIG for a
** script above MIGRATE_MAX_SCRIPT; BAD_ID. *pOut is empty then.
*/
void migImportLoad(MigContext *p, MigFolder *pFolder, const char *zPath,
                   const char *zFormat, MigImport *pOut) {
  const Format *pFormat = 0;

  memset(pOut, 0, sizeof(*pOut));
  if (p->rc == SQLITE_OK && zFormat) {
    pFormat = formatNamed(p, zFormat, 0);
  }
  if (p->rc == SQLITE_OK) {
    migFolderOpen(p, pFolder, zPath);
  }
  if (p->rc == SQLITE_OK && pFormat == 0) {
    pFormat = detect(p, pFolder, zPath);
  }
  folderLoad(p, pFolder, pFormat, pOut);
}

/* ---- writing ---- */

/* By folder, then by name bytewise, as a listing is. */
static int outputBefore(const MigOutputFile *pA, const MigOutputFile *pB) {
  const char *zA = strrchr(pA->zName, '/');
  const char *zB = strrchr(pB->zName, '/');
  i64 nA = zA ? zA - pA->zName : 0;
  i64 nB = zB ? zB - pB->zName : 0;
  int c = memcmp(pA->zName, pB->zName, (size_t)(nA < nB ? nA : nB));

  if (c == 0) {
    c = nA < nB ? -1 : nA > nB;
  }
  return c ? c < 0 : strcmp(pA->zName, pB->zName) < 0;
}

/* Sort files: shell sort, for there may be many and no stack to spare. FORMAT
** when two have one name, letter case aside. */
static void outputSort(MigContext *p, MigOutput *pOut) {
  MigOutputFile *a = pOut->aFile;
  int n = pOut->nFile;
  int nGap;
  int i;

  for (nGap = n / 2; nGap > 0; nGap = nGap == 2 ? 1 : nGap * 5 / 11) {
    for (i = nGap; i < n; i++) {
      MigOutputFile file = a[i];
      int k = i;
      for (; k >= nGap && outputBefore(&file, &a[k - nGap]); k -= nGap) {
        a[k] = a[k - nGap];
      }
      a[k] = file;
    }
  }
  for (i = 1; i < n && p->rc == SQLITE_OK; i++) {
    if (migStrICmp(a[i - 1].zName, a[i].zName) == 0) {
      migFail(p, MIG_FORMAT, "two revisions would be written to %s",
              a[i].zName);
    }
  }
}

/* Is a script what was to be written? Tools want line ends at the end of a
** section, so white space there is no difference; nor is a missing script one
** without statements, where a format cannot tell them apart. */
static int scriptSame(const char *zA, i64 nA, const char *zB, i64 nB) {
  nA = zA ? migFormatTrim(zA, 0, nA) : 0;
  nB = zB ? migFormatTrim(zB, 0, nB) : 0;
  return nA == nB && (nA == 0 || memcmp(zA, zB, (size_t)nA) == 0);
}

/* FORMAT unless what was read back is what was to be written. */
static void outputCompare(MigContext *p, const MigOutput *pOut,
                          const char *zFormat, const MigImport *pBack) {
  int i;

  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const MigImported *pRead = &pBack->aRevision[i];
    if (i >= pBack->nRevision ||
        !scriptSame(pRev->zUp, pRev->nUp, pRead->zUp, pRead->nUp) ||
        !scriptSame(pRev->zDown, pRev->nDown, pRead->zDown, pRead->nDown)) {
      migFail(p, MIG_FORMAT,
              "revision %s cannot be written in the format %s: its scripts"
              " would be read otherwise; take another format",
              pRev->zId, zFormat);
    }
  }
  if (p->rc == SQLITE_OK && pBack->nRevision != pOut->nRevision) {
    migFail(p, MIG_FORMAT,
            "these revisions cannot be written in the format %s: they would be"
            " read as %d, not %d; take another format",
            zFormat, pBack->nRevision, pOut->nRevision);
  }
}

/*
** Write the revisions of *pOut as files of the format, sorted by name, and read
** them back. FORMAT when the format does not hold them.
*/
void migExportWrite(MigContext *p, MigOutput *pOut, const char *zFormat) {
  const Format *pFormat = formatNamed(p, zFormat, 1);
  MigFolder folder;
  MigImport back;
  int i;

  memset(&folder, 0, sizeof(folder));
  memset(&back, 0, sizeof(back));
  if (p->rc) {
    return;
  }
  pFormat->xWrite(p, pOut);
  outputSort(p, pOut);
  for (i = 0; i < pOut->nFile && p->rc == SQLITE_OK; i++) {
    migFolderAdd(p, &folder, pOut->aFile[i].zName, pOut->aFile[i].z,
                 pOut->aFile[i].n);
  }
  folderLoad(p, &folder, pFormat, &back);
  outputCompare(p, pOut, zFormat, &back);
  migFolderClose(&folder);
}
