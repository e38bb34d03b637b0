/*
** versions_rows.c - the rows of a version table.
**
** The query that tells what is applied is the tool's (versions.c). It gives
**   name, title, time, hash, kind, another name, and one more
** with kind 1 for a baseline, which stands for everything up to it, and 2 for a
** row that its owner calls dirty: it began and did not end, and how much of it
** is in the file nobody knows. A tool without a query has its version in the
** header of the file.
**
** A registry of sqitch's is shared by projects: only those rows count that are
** of the project whose plan was kept.
**
** What the rows hold is anybody's: a name must be a whole number or a text of
** at most NAME_TOP bytes of UTF-8, anything else is FORMAT. What is no time is
** no time. More rows than a file may have revisions are TOO_BIG.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "utf8.h"
#include "os.h"
#include "model.h"
#include "format.h"
#include "origin.h"
#include "store.h"
#include "aside.h"
#include "datetime.h"
#include "versions_rows.h"

#define NAME_TOP 1024    /* bytes of a name, a title or a hash */
#define PROJECTS_SHOWN 5 /* projects that a message names */

/* How a tool is told that a dirty version was mended, for the message. */
typedef struct VersionMend {
  const char *zTool;
  const char *zMend;
} VersionMend;

static const VersionMend aMend[] = {
    {"golang-migrate", "clear the mark with golang-migrate (migrate force)"},
    {"flyway", "remove the row with flyway repair"},
    {"atlas", "say so to Atlas with atlas migrate set"},
    {"prisma", "say so to Prisma with prisma migrate resolve"},
    {"sqlx", "delete its row"},
};

/* A column as a time, in our form, in the arena; NULL when it is none. Numbers
** are seconds or milliseconds since 1970: below 1e11 they are seconds, because
** no tool's seconds reach the year 5000 and no tool's milliseconds are of 1973
** or before. */
static char *columnTime(MigContext *p, sqlite3_stmt *pStmt, int i) {
  const i64 msEnd = 253402300799999; /* 9999-12-31 */
  i64 ms = 0;
  int bTime = 0;

  switch (sqlite3_column_type(pStmt, i)) {
  case SQLITE_INTEGER:
  case SQLITE_FLOAT: {
    double r = sqlite3_column_double(pStmt, i);
    bTime = r > 0 && r <= (double)msEnd;
    ms = bTime ? (i64)(r < 1e11 ? r * 1000 : r) : 0;
    break;
  }
  case SQLITE_TEXT: {
    const char *z = (const char *)sqlite3_column_text(pStmt, i);
    bTime =
        z && migDatetimeRead(z, &ms) && ms >= -62167219200000 && ms <= msEnd;
    break;
  }
  default:
    break;
  }
  return bTime ? migTimeText(p, ms) : 0;
}

/* A column as a text that can be shown and compared, in the arena; NULL when it
** is none: a real, a blob, empty, too long, not UTF-8 or with a zero byte. A
** whole number is written in decimal. */
static char *columnName(MigContext *p, sqlite3_stmt *pStmt, int i) {
  int eType = sqlite3_column_type(pStmt, i);
  const char *z;
  i64 n;

  if (eType != SQLITE_INTEGER && eType != SQLITE_TEXT) {
    return 0;
  }
  z = (const char *)sqlite3_column_text(pStmt, i);
  n = sqlite3_column_bytes(pStmt, i);
  if (z == 0) {
    migNomem(p);
    return 0;
  }
  if (n == 0 || n > NAME_TOP || (i64)strlen(z) != n || !migIsUtf8(z, n)) {
    return 0;
  }
  return migStrndup(p, z, n);
}

/* UNSUPPORTED for a version that failed half way: how much of it is in the file
** nobody knows, and its owner would not go on either. */
static void rowDirty(MigContext *p, const MigVersionTable *pTable,
                     const char *zName) {
  const char *zMend = "clear the mark";
  size_t i;

  for (i = 0; i < sizeof(aMend) / sizeof(aMend[0]); i++) {
    if (strcmp(aMend[i].zTool, pTable->zTool) == 0) {
      zMend = aMend[i].zMend;
    }
  }
  migFail(p, MIG_UNSUPPORTED,
          "%s says that version %s is dirty: it failed half way; mend the"
          " schema and %s, then adopt",
          pTable->zTable, zName, zMend);
}

/* Take one row, of the columns that the file's header lists. FORMAT for one
** without a name, UNSUPPORTED for a dirty one, TOO_BIG. */
static void rowRead(MigContext *p, MigVersionTable *pTable,
                    sqlite3_stmt *pStmt) {
  int n = pTable->nVersion;
  MigVersion *pVersion;
  int i;

  if (n >= MIGRATE_MAX_REVISIONS) {
    /* unreached: takes 1,000,001 rows */
    migFail(p, MIG_TOO_BIG, "%s has more than %d rows", pTable->zTable,
            MIGRATE_MAX_REVISIONS);
    return;
  }
  pTable->aVersion =
      migModelRoom(p, pTable->aVersion, n, sizeof(*pTable->aVersion));
  if (p->rc) {
    return;
  }
  pVersion = &pTable->aVersion[pTable->nVersion++];
  memset(pVersion, 0, sizeof(*pVersion));
  pVersion->zName = columnName(p, pStmt, 0);
  if (pVersion->zName == 0) {
    migFail(p, MIG_FORMAT,
            "row %d of %s has a version that is neither a whole number nor a"
            " short text; mend the row with %s",
            n + 1, pTable->zTable, pTable->zTool);
    return;
  }
  if (sqlite3_column_int(pStmt, 4) == 2) {
    rowDirty(p, pTable, pVersion->zName);
    return;
  }
  pVersion->zTitle = columnName(p, pStmt, 1);
  pVersion->zAppliedAt = columnTime(p, pStmt, 2);
  pVersion->zHash = columnName(p, pStmt, 3);
  pVersion->bUpTo = sqlite3_column_int(pStmt, 4) == 1;
  for (i = 0; i < MIG_VERSION_FORMS; i++) {
    pVersion->azForm[i] = columnName(p, pStmt, 5 + i);
  }
}

/* Take the number in the header of the file, unless it is 0 or below: then
** there is no version. PRAGMA user_version (pragma.html) is a signed number of
** 32 bits that SQLite itself does not use. */
static void headerRead(MigContext *p, MigVersionTable *pTable) {
  i64 n = migQueryInt(p, 0, "PRAGMA main.user_version");

  if (n > 0) {
    pTable->aVersion = migAlloc(p, sizeof(MigVersion));
    if (pTable->aVersion) {
      memset(pTable->aVersion, 0, sizeof(MigVersion));
      pTable->aVersion->zName = migPrintf(p, "%lld", n);
      pTable->nVersion = 1;
    }
  }
}

/* The project of the plan of sqitch's that an import has kept, NULL: none, also
** without a store. Of the shared files of sqitch's the first that names a
** project counts: sqitch.conf names none. STORE_DAMAGED, FORMAT. */
static const char *projectKept(MigContext *p) {
  const char *zProject = 0;
  MigOrigins origins;
  int i;

  migOriginsRead(p, migStoreOpen(p), "", &origins);
  for (i = 0; i < origins.n && zProject == 0 && p->rc == SQLITE_OK; i++) {
    if (strcmp(origins.a[i].zFormat, MIG_VERSION_SQITCH) == 0) {
      MigBytes bytes = migOriginBytes(p, &origins.a[i], 0, 0, 0, 0);
      if (p->rc == SQLITE_OK) {
        zProject = migSqitchProject(p, (char *)bytes.a, bytes.n);
      }
      sqlite3_free(bytes.a);
    }
  }
  return zProject;
}

/* UNSUPPORTED when the registry, which p->db is, has several projects: nobody
** says which of them is here. */
static void projectsCheck(MigContext *p, const MigVersionTable *pTable) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT DISTINCT project FROM main.changes ORDER BY 1");
  MigText text = {0, 0, 0};
  int n = 0;

  while (migStep(p, pStmt)) {
    const char *zProject = columnName(p, pStmt, 0);
    if (n++ < PROJECTS_SHOWN) {
      migTextF(p, &text, "%s%s", n > 1 ? ", " : "", zProject ? zProject : "?");
    }
  }
  migFinalize(p, pStmt);
  if (p->rc == SQLITE_OK && n > 1) {
    migFail(p, MIG_UNSUPPORTED,
            "%s has the projects %s%s; import the folder of one, with its"
            " sqitch.plan, then adopt",
            pTable->zFile, migTextZ(&text), n > PROJECTS_SHOWN ? ", ..." : "");
  }
}

/*
** Read the rows of one that migVersionsFind() has found, once; the schema has
** not changed since. A read transaction suffices.
**
** FORMAT for a row without a name that can be shown, TOO_BIG for too many rows,
** FILE for a registry that cannot be opened any more, and UNSUPPORTED where the
** owner would not go on either, or where it is not clear whose rows they are.
** After an error the rows are not to be used.
*/
void migVersionsRead(MigContext *p, MigVersionTable *pTable) {
  const MigVersionTool *pTool = pTable->pTool;
  const char *zProject = pTable->zFile ? projectKept(p) : 0;
  sqlite3_stmt *pStmt;
  MigAside aside = {0, 0, 0};

  if (pTool->zRows == 0) {
    headerRead(p, pTable);
    return;
  }
  if (pTable->zFile && !migAsideBegin(p, &aside, pTable->zFile)) {
    migFail(p, MIG_FILE, "%s cannot be opened; check who may read it",
            pTable->zFile);
  }
  if (pTable->zFile && zProject == 0 && p->rc == SQLITE_OK) {
    projectsCheck(p, pTable);
  }
  pStmt = migPrepare(p, pTool->zRows);
  if (pTable->zFile) {
    migBindText(p, pStmt, 1, zProject);
  }
  while (migStep(p, pStmt)) {
    rowRead(p, pTable, pStmt);
  }
  migFinalize(p, pStmt);
  if (pTable->zFile) {
    migAsideEnd(p, &aside);
  }
}
