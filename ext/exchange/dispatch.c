/*
** dispatch.c - the table of formats; a new one is a row and a file.
**
** Every format is asked how many files fit it by the rules of its owner. Marks
** inside files, or a file that only one tool has, say more than names, and
** names with a pattern of their own more than plain numbers: of the formats
** with the strongest evidence exactly one must fit. So of
**
**     001_users.up.sql
**     001_users.down.sql
**
** two files are plain by their numbers and golang-migrate's by their names, and
** it is golang-migrate; with a line -- +goose Up in one of them it is goose.
** How many files fit is for the message only: it does not decide.
**
** What is written is read back by the same loader (compose.c).
**
** Nothing here needs a transaction or a store; loaders ask what they have to
** know of a database by the functions of pFolder->host.
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

/* A format. */
typedef struct Format {
  const char *zName;  /* as option format takes it, and as it is stored with
                      ** kept files: it never changes */
  Evidence eEvidence; /* what a probe above 0 says */
  int holds; /* MIG_HOLDS_ bits; without a graph a step's parent is the one
             ** before it */
  int (*xProbe)(MigContext *, MigFolder *);  /* how many files fit; changes
                                             ** nothing but what was read */
  void (*xLoad)(MigContext *, MigFolder *);  /* makes steps; also called where
                                             ** nothing fits, by its name */
  void (*xWrite)(MigContext *, MigOutput *); /* NULL: only read */
  MigStepOrder xOrder; /* NULL: the order of steps as the loader left it */
} Format;

/* Short for the rows below. Who knows a graph knows dependencies and labels. */
#define DOWN MIG_HOLDS_DOWN
#define AGAIN MIG_HOLDS_REPEATABLE
#define DEPEND MIG_HOLDS_DEPEND
#define LABEL MIG_HOLDS_LABEL
#define GRAPH (MIG_HOLDS_GRAPH | MIG_HOLDS_DEPEND | MIG_HOLDS_LABEL)

#define FORMAT(name, Name, eEvidence, holds, xOrder)                           \
  {                                                                            \
    name, eEvidence, holds, mig##Name##Probe, mig##Name##Load,                 \
        mig##Name##Write, xOrder                                               \
  }

static const Format aFormat[] = {
    FORMAT("own", Own, BY_MARK, DOWN | AGAIN | GRAPH, 0),
    FORMAT("golang-migrate", GolangMigrate, BY_NAME, DOWN, migStepByNumber),
    FORMAT("dbmate", Dbmate, BY_MARK, DOWN, migStepByName),
    FORMAT("goose", Goose, BY_MARK, DOWN, migStepByNumber),
    FORMAT("flyway", Flyway, BY_NAME, DOWN | AGAIN, 0),
    FORMAT("diesel", Diesel, BY_NAME, DOWN, migStepByVersion),
    FORMAT("sqlx", Sqlx, BY_MARK, DOWN, migStepByNumber),
    FORMAT("refinery", Refinery, BY_NAME, 0, 0),
    FORMAT("sql-migrate", SqlMigrate, BY_MARK, DOWN, 0),
    FORMAT("prisma", Prisma, BY_NAME, DOWN, 0),
    FORMAT("drizzle", Drizzle, BY_MARK, 0, 0),
    FORMAT("d1", D1, BY_MARK, 0, 0),
    FORMAT("sqitch", Sqitch, BY_MARK, DOWN | DEPEND | LABEL, 0),
    FORMAT("atlas", Atlas, BY_MARK, 0, 0),
    FORMAT("liquibase", Liquibase, BY_MARK, DOWN | AGAIN, 0),
    {"alembic", BY_MARK, DOWN | GRAPH, migAlembicProbe, migAlembicLoad, 0, 0},
    FORMAT("plain", Plain, BY_NUMBER, DOWN, migStepByNumber),
};

#define FORMAT_COUNT ((int)(sizeof(aFormat) / sizeof(aFormat[0])))

/* The names of the formats that are read, or with bWrite of those that are
** written, with commas, in the arena. */
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

/* Is the file a step that is a program, of a tool or framework? By its ending,
** bytewise; zName need not begin with a number. */
static int isProgram(const char *zName) {
  static const char *const azEnd[] = {".py",  ".rb",  ".js",  ".cjs",
                                      ".mjs", ".ts",  ".cts", ".mts",
                                      ".php", ".exs", ".cs",  ".go"};
  size_t n = strlen(zName);
  size_t i;

  for (i = 0; i < sizeof(azEnd) / sizeof(azEnd[0]); i++) {
    size_t nEnd = strlen(azEnd[i]);
    if (n > nEnd && strcmp(zName + n - nEnd, azEnd[i]) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Has the file the line in which Alembic's name what they build on: one that
** begins with down_revision? The file is read for it. */
static int isAlembic(MigContext *p, MigFile *pFile) {
  static const char zWord[] = "down_revision";
  const char *z = migFormatBytes(p, pFile);
  const char *zEnd = z ? z + pFile->n : 0;

  while (z && zEnd - z >= (i64)sizeof(zWord)) {
    if (memcmp(z, zWord, sizeof(zWord) - 1) == 0) {
      return 1;
    }
    z = memchr(z, '\n', (size_t)(zEnd - z));
    z = z ? z + 1 : 0;
  }
  return 0;
}

/* FORMAT when the folder has programs: what to do instead. Only the first three
** are looked into, which is enough to know Alembic's. */
static void detectPrograms(MigContext *p, const MigFolder *pFolder,
                           const char *zPath) {
  MigText seen = {0, 0, 0};
  int bAlembic = 0;
  int n = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    if (isProgram(pFile->zName)) {
      bAlembic |= n < 3 && isAlembic(p, pFile);
      if (n++ < 3) {
        migTextF(p, &seen, "%s%s", n > 1 ? ", " : "", pFile->zName);
      }
    }
  }
  if (n > 0) {
    migFail(
        p, MIG_FORMAT, "%s holds programs, which are not run: %s%s; %s", zPath,
        migTextZ(&seen), n > 3 ? " and more" : "",
        bAlembic
            ? "import the output of `alembic upgrade base:heads --sql` and, for"
              " each head, `alembic downgrade HEAD:base --sql`"
            : "apply them with their tool, then"
              " migrate_adopt('{\"baseline\":true}') and go on in SQL");
  }
}

/* FORMAT: nothing fits. The message says what there is, and what would do. */
static void detectNothing(MigContext *p, const MigFolder *pFolder,
                          const char *zPath) {
  MigText seen = {0, 0, 0};
  int i;

  if (pFolder->nFile == 0) {
    migFail(p, MIG_FORMAT,
            "%s fits no known format: the folder holds no files; put migrations"
            " into it, or check the path",
            zPath);
    return;
  }
  detectPrograms(p, pFolder, zPath);
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
** message says what was seen, of what it calls zPath. NULL after an error.
**
** Formats with less evidence than was found are not asked any more, which also
** saves reading files; those that were asked before are forgotten when one with
** more fits.
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

/* FORMAT for a name that is none of a format, or with bWrite of one that is
** only read: the message lists those that would do. */
void migFormatUnknown(MigContext *p, const char *zName, int bWrite) {
  if (bWrite && migFormatHolds(zName)) {
    migFail(p, MIG_FORMAT, "the format %s is only read; written are %s", zName,
            migFormatNames(p, 1));
  } else {
    migFail(p, MIG_FORMAT, "unknown format %s; known are %s", zName,
            migFormatNames(p, bWrite));
  }
}

/* The format called zName, bytewise; with bWrite one that is written. NULL and
** FORMAT when there is none. */
static const Format *formatNamed(MigContext *p, const char *zName, int bWrite) {
  int i;

  for (i = 0; i < FORMAT_COUNT; i++) {
    if (strcmp(aFormat[i].zName, zName) == 0 &&
        (!bWrite || aFormat[i].xWrite)) {
      return &aFormat[i];
    }
  }
  migFormatUnknown(p, zName, bWrite);
  return 0;
}

/* The name of the one format that fits, a constant; NULL when none or several
** do, which is no error here, and after an error. Files are read; the folder is
** good for migImportParse() afterwards. */
const char *migFormatDetect(MigContext *p, MigFolder *pFolder) {
  const Format *pFormat;

  if (p->rc) {
    return 0;
  }
  pFormat = detect(p, pFolder, "the folder");
  if (p->rc && p->eCode == MIG_FORMAT) {
    migErrorClear(p);
  }
  return pFormat ? pFormat->zName : 0;
}

/* Make revisions of the files in the folder. Nothing after an error, when
** pFormat is NULL. */
static void folderLoad(MigContext *p, MigFolder *pFolder, const Format *pFormat,
                       MigImport *pOut) {
  if (p->rc == SQLITE_OK) {
    pFormat->xLoad(p, pFolder);
    migAssemble(p, pFolder, pFormat->zName, pFormat->xOrder,
                !(pFormat->holds & MIG_HOLDS_GRAPH));
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
** script above MIGRATE_MAX_SCRIPT; BAD_ID. *pOut is not to be used then. The
** folder must be closed in any case.
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

/* The same for a folder whose files are there already, in memory: the caller
** has opened it, or put it together with migFolderAdd(). It has no steps yet.
** Of host and placeholders what was said above holds. */
void migImportParse(MigContext *p, MigFolder *pFolder, const char *zFormat,
                    MigImport *pOut) {
  const Format *pFormat;

  memset(pOut, 0, sizeof(*pOut));
  if (zFormat) {
    pFormat = formatNamed(p, zFormat, 0);
  } else {
    pFormat = detect(p, pFolder, "the folder");
  }
  folderLoad(p, pFolder, pFormat, pOut);
}

/* ---- writing ---- */

/* MIG_HOLDS_ bits of a format; 0 when there is none of that name, or when it
** holds up scripts alone. */
int migFormatHolds(const char *zFormat) {
  int i;

  for (i = 0; i < FORMAT_COUNT; i++) {
    if (strcmp(aFormat[i].zName, zFormat) == 0) {
      return aFormat[i].holds;
    }
  }
  return 0;
}

/* Is there a writer for the format of that name? 0 for an unknown one too. */
int migFormatWritten(const char *zFormat) {
  int i;

  for (i = 0; i < FORMAT_COUNT; i++) {
    if (strcmp(aFormat[i].zName, zFormat) == 0) {
      return aFormat[i].xWrite != 0;
    }
  }
  return 0;
}

/*
** Comments, and of Drizzle a statement, that a writer puts before or between
** statements for its tool, and that a loader leaves in the script; a list of
** constants with a NULL at its end, which for most formats is all there is.
** Behind one without a line end there may be one more than in the script. Of
** two that begin alike the first that fits is taken.
*/
const char *const *migFormatInserts(const char *zFormat) {
  static const char *const azGoose[] = {"-- +goose StatementBegin\n",
                                        "-- +goose StatementEnd",
                                        ";\n-- +goose StatementEnd", 0};
  static const char *const azSqlMigrate[] = {"-- +migrate StatementBegin\n",
                                             "-- +migrate StatementEnd", 0};
  static const char *const azSqlx[] = {"-- no-transaction\n", 0};
  static const char *const azAtlas[] = {"-- atlas:txmode none\n", 0};
  static const char *const azDrizzle[] = {"--> statement-breakpoint",
                                          "SELECT 1;", 0};
  static const char *const azNone[] = {0};

  return strcmp(zFormat, "goose") == 0         ? azGoose
         : strcmp(zFormat, "sql-migrate") == 0 ? azSqlMigrate
         : strcmp(zFormat, "sqlx") == 0        ? azSqlx
         : strcmp(zFormat, "atlas") == 0       ? azAtlas
         : strcmp(zFormat, "drizzle") == 0     ? azDrizzle
                                               : azNone;
}

/* Have the format's writer add files to *pOut, in no order, and notes. They are
** not proven yet; two may have one name. FORMAT when there is no such format,
** or when it cannot hold the revisions: what was added until then stays. */
void migFormatWrite(MigContext *p, MigOutput *pOut, const char *zFormat) {
  const Format *pFormat = formatNamed(p, zFormat, 1);

  if (p->rc == SQLITE_OK) {
    pFormat->xWrite(p, pOut);
  }
}
