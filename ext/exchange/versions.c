/*
** versions.c - the version tables of other tools.
**
** A tool is known by its table: the name and all columns that its owner's
** query names. Several tools share a name; what one of them has and the others
** have not tells them apart. The schema is read as text (catalog.h) and looked
** at once; an object of such a name that is no ordinary table with rowids, or
** that has a trigger or a generated column, whose reading runs somebody's
** expression, is somebody else's and is not touched. sqitch keeps its
** table in a file of its own, sqitch.db beside the database, which is opened
** for reading only.
**
** Each row of aTool has the query that tells what is applied. It gives
**   name, title, time, hash, kind, another name, and one more
** with kind 1 for a baseline, which stands for everything up to it, and 2 for a
** row that its owner calls dirty: it began and did not end, and how much of it
** is in the file nobody knows. A history, where rows of one version follow
** one another, counts by its last row. A change of sqitch's that was reworked
** is called as an import calls it: name, then name.2.
**
** Where a table is shared by several apps (Django), sets (sqlite-migrate), or
** authors and files (Liquibase), a name without its owner is another name only
** when all rows are of one of them. A registry of sqitch's is shared by
** projects: only those rows count that are of the project whose plan was kept.
**
** An example. Of these rows of goose's
**
**     id  version_id  is_applied
**     1   0           1             the row goose begins with
**     2   1           1
**     3   2           1
**     4   2           0             2 was undone, by an older release
**
** version 1 is applied.
**
** What the rows hold is anybody's: a name must be a whole number or a text of
** at most NAME_TOP bytes of UTF-8, anything else is FORMAT. What is no time is
** no time. More rows than a file may have revisions are TOO_BIG.
**
** Tables and columns are those of the tools' documentation and sources; with
** each query stands what in it is not plain from the columns.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "os.h"
#include "catalog.h"
#include "format.h"
#include "origin.h"
#include "store.h"
#include "versions.h"

#define NAME_TOP 1024    /* bytes of a name, a title or a hash */
#define PROJECTS_SHOWN 5 /* projects that a message names */

/* How to tell a tool's table, and how to read it. */
typedef struct VersionTool {
  const char *zTool;
  const char *zTable;   /* in any case of letters, as SQLite takes names */
  const char *zColumns; /* that it has, blanks between them; others do not
                        ** matter. NULL: it is no table */
  const char *zNot;     /* that it has not, none of them; NULL: nothing else
                        ** matters */
  MigVersionRule eRule;
  MigVersionHash eHash;
  int bNumbered;     /* as in MigVersionTable */
  const char *zRows; /* the query for the rows; NULL: PRAGMA user_version. Of
                     ** its parameters there is ?1, sqitch's project */
} VersionTool;

/* Names that the code asks for. NOT NULL tells the table of Rails from that of
** dbmate. */
#define TOOL_RAILS "rails"
#define TOOL_DBMATE "dbmate"
#define TOOL_SQITCH "sqitch"
#define TOOL_HEADER "user_version"

/*
** The tools. The query of each reads main of the connection, which for sqitch
** is the registry. user_version is the last row: migVersionsFind() relies on
** it.
*/
static const VersionTool aTool[] = {
    /* one row for each head */
    {"alembic", "alembic_version", "version_num", 0, MIG_VERSION_HEADS,
     MIG_VERSION_NOHASH, 1,
     "SELECT version_num, NULL, NULL, NULL, 0, NULL, NULL"
     " FROM main.alembic_version ORDER BY rowid"},
    {TOOL_DBMATE, "schema_migrations", "version", "dirty inserted_at filename",
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT version, NULL, NULL, NULL, 0, NULL, NULL"
     " FROM main.schema_migrations ORDER BY version"},
    {TOOL_RAILS, "schema_migrations", "version", "dirty inserted_at filename",
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT version, NULL, NULL, NULL, 0, NULL, NULL"
     " FROM main.schema_migrations ORDER BY version"},
    /* one row; dirty is set before a script and cleared behind it, both in
    ** transactions of their own */
    {"golang-migrate", "schema_migrations", "version dirty", 0,
     MIG_VERSION_HEADS, MIG_VERSION_NOHASH, 1,
     "SELECT version, NULL, NULL, NULL, CASE WHEN dirty THEN 2 ELSE 0 END,"
     " NULL, NULL FROM main.schema_migrations ORDER BY rowid"},
    {"ecto", "schema_migrations", "version inserted_at", "dirty",
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT version, NULL, inserted_at, NULL, 0, NULL, NULL"
     " FROM main.schema_migrations ORDER BY version"},
    /* the table begins with a row for version 0; older releases append a row
    ** with is_applied 0 on the way down, so the last row of a version counts.
    ** That the other columns are those of the row that has max(id) is SQLite's
    ** own rule (lang_select.html, bare columns) */
    {"goose", "goose_db_version", "id version_id is_applied tstamp", 0,
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT version_id, NULL, tstamp, NULL, 0, NULL, NULL FROM"
     " (SELECT version_id, tstamp, is_applied, max(id) AS last"
     " FROM main.goose_db_version WHERE version_id IS NOT 0"
     " GROUP BY version_id) WHERE is_applied ORDER BY last"},
    /* a history: the last row of a version, or of a repeatable script, which
    ** has none, counts. DELETE and the UNDO_ types take a version back; SCHEMA
    ** is the row about the schema that Flyway has made */
    {"flyway", "flyway_schema_history",
     "installed_rank version description type script checksum installed_on"
     " success",
     0, MIG_VERSION_EACH, MIG_VERSION_CRC32, 0,
     "SELECT coalesce(version, script), description, installed_on, checksum,"
     " CASE WHEN success THEN type IN('BASELINE', 'SQL_BASELINE',"
     " 'JDBC_BASELINE', 'SCRIPT_BASELINE') ELSE 2 END, script, NULL FROM"
     " (SELECT version, script, description, installed_on, checksum, type,"
     " success, max(installed_rank) AS last FROM main.flyway_schema_history"
     " WHERE type IS NOT 'SCHEMA'"
     " GROUP BY version, CASE WHEN version IS NULL THEN script END)"
     " WHERE NOT coalesce(success, 0) OR type NOT IN('DELETE', 'UNDO_SQL',"
     " 'UNDO_JDBC', 'UNDO_SCRIPT', 'UNDO_SPRING_JDBC', 'UNDO_CUSTOM')"
     " ORDER BY last"},
    /* a changeset is (ID, AUTHOR, FILENAME); MARK_RAN is one that was taken
    ** for done. ID alone is a name when all rows are of one author and file;
    ** the last column is the name when no other file has it */
    {"liquibase", "DATABASECHANGELOG",
     "ID AUTHOR FILENAME DATEEXECUTED ORDEREXECUTED EXECTYPE DESCRIPTION", 0,
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 0,
     "SELECT AUTHOR || ':' || ID, FILENAME, DATEEXECUTED, NULL, 0,"
     " CASE WHEN (SELECT count(*) FROM (SELECT DISTINCT AUTHOR, FILENAME"
     " FROM main.DATABASECHANGELOG)) = 1 THEN ID END,"
     " CASE WHEN nSame = 1 THEN AUTHOR || ':' || ID END FROM"
     " (SELECT ID, AUTHOR, FILENAME, DATEEXECUTED, ORDEREXECUTED, EXECTYPE,"
     " count(*) OVER (PARTITION BY AUTHOR, ID) AS nSame"
     " FROM main.DATABASECHANGELOG)"
     " WHERE EXECTYPE IN('EXECUTED', 'RERAN', 'MARK_RAN')"
     " ORDER BY ORDEREXECUTED"},
    /* type is 1 for a baseline and 2 for what was executed, 4 is added when
    ** somebody has said that it is resolved (atlas, sql/migrate/migrate.go);
    ** applied and total count statements */
    {"atlas", "atlas_schema_revisions",
     "version description type applied total executed_at", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT version, description, executed_at, NULL,"
     " CASE WHEN applied >= total OR type & 4 THEN type IS 1 ELSE 2 END,"
     " version || '_' || description, NULL FROM main.atlas_schema_revisions"
     " WHERE version IS NOT '.atlas_cloud_identifier' ORDER BY version"},
    /* applied is what has finished_at and no rolled_back_at; a migration that
    ** failed has neither until somebody resolves it */
    {"prisma", "_prisma_migrations",
     "checksum finished_at migration_name rolled_back_at", 0, MIG_VERSION_EACH,
     MIG_VERSION_SHA256, 1,
     "SELECT migration_name, NULL, finished_at, checksum,"
     " CASE WHEN finished_at IS NULL THEN 2 ELSE 0 END, NULL, NULL"
     " FROM main._prisma_migrations WHERE rolled_back_at IS NULL"
     " ORDER BY rowid"},
    {"django", "django_migrations", "id app name applied", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT app || '_' || name, NULL, applied, NULL, 0, app || '.' || name,"
     " CASE WHEN (SELECT count(*) FROM (SELECT DISTINCT app"
     " FROM main.django_migrations)) = 1 THEN name END"
     " FROM main.django_migrations ORDER BY id"},
    {"diesel", "__diesel_schema_migrations", "version run_on", 0,
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT version, NULL, run_on, NULL, 0, NULL, NULL"
     " FROM main.__diesel_schema_migrations ORDER BY version"},
    {"sqlx", "_sqlx_migrations", "version description installed_on success", 0,
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT version, description, installed_on, NULL,"
     " CASE WHEN success THEN 0 ELSE 2 END, NULL, NULL"
     " FROM main._sqlx_migrations ORDER BY version"},
    {"refinery", "refinery_schema_history", "version name applied_on", 0,
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT version, name, applied_on, NULL, 0, NULL, NULL"
     " FROM main.refinery_schema_history ORDER BY version"},
    /* created_at is "when" of the journal, in milliseconds; on SQLite id is
    ** always NULL */
    {"drizzle", "__drizzle_migrations", "hash created_at", 0, MIG_VERSION_EACH,
     MIG_VERSION_SHA256, 0,
     "SELECT created_at, NULL, created_at, hash, 0, NULL, NULL"
     " FROM main.__drizzle_migrations ORDER BY created_at"},
    {"d1", "d1_migrations", "id name applied_at", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT name, NULL, applied_at, NULL, 0, NULL, NULL"
     " FROM main.d1_migrations ORDER BY id"},
    {"knex", "knex_migrations", "id name batch migration_time", 0,
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT name, NULL, migration_time, NULL, 0, NULL, NULL"
     " FROM main.knex_migrations ORDER BY id"},
    /* a name ends with its timestamp: Users1718000000000 */
    {"typeorm", "migrations", "id timestamp name", "batch", MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT name, CASE substr(name, -length(timestamp))"
     " WHEN CAST(timestamp AS TEXT) THEN substr(name, 1, length(name) - "
     "length(timestamp)) END,"
     " timestamp, NULL, 0, timestamp, NULL FROM main.migrations ORDER BY id"},
    {"laravel", "migrations", "id migration batch", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 0,
     "SELECT migration, NULL, NULL, NULL, 0, NULL, NULL"
     " FROM main.migrations ORDER BY id"},
    {"ef-core", "__EFMigrationsHistory", "MigrationId", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT MigrationId, NULL, NULL, NULL, 0, NULL, NULL"
     " FROM main.__EFMigrationsHistory ORDER BY MigrationId"},
    {"sql-migrate", "gorp_migrations", "id applied_at", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT id, NULL, applied_at, NULL, 0, NULL, NULL"
     " FROM main.gorp_migrations ORDER BY applied_at, rowid"},
    {"grdb", "grdb_migrations", "identifier", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT identifier, NULL, NULL, NULL, 0, NULL, NULL"
     " FROM main.grdb_migrations ORDER BY rowid"},
    {"sqlite-migrate", "_sqlite_migrations", "migration_set name applied_at", 0,
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 1,
     "SELECT migration_set || '_' || name, NULL, applied_at, NULL, 0,"
     " migration_set || '.' || name,"
     " CASE WHEN (SELECT count(*) FROM (SELECT DISTINCT migration_set"
     " FROM main._sqlite_migrations)) = 1 THEN name END"
     " FROM main._sqlite_migrations ORDER BY rowid"},
    {"kysely", "kysely_migration", "name timestamp", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT name, NULL, timestamp, NULL, 0, NULL, NULL"
     " FROM main.kysely_migration ORDER BY timestamp, name"},
    {"sequelize", "SequelizeMeta", "name", 0, MIG_VERSION_EACH,
     MIG_VERSION_NOHASH, 1,
     "SELECT name, NULL, NULL, NULL, 0, NULL, NULL FROM main.SequelizeMeta"
     " ORDER BY name"},
    /* the table shows that it is Room's; the version is user_version */
    {"room", "room_master_table", "id identity_hash", 0, MIG_VERSION_COUNT,
     MIG_VERSION_NOHASH, 1, 0},
    /* the changes that are deployed; what was reverted has no row */
    {TOOL_SQITCH, "changes",
     "change_id change project note committed_at planned_at", 0,
     MIG_VERSION_EACH, MIG_VERSION_NOHASH, 0,
     "SELECT change || CASE WHEN again > 1 THEN '.' || again ELSE '' END, NULL,"
     " committed_at, NULL, 0, NULL, NULL FROM (SELECT change, committed_at,"
     " row_number() OVER (PARTITION BY change ORDER BY rowid) AS again"
     " FROM main.changes WHERE ?1 IS NULL OR project = ?1 ORDER BY rowid)"},
    {TOOL_HEADER, "user_version", 0, 0, MIG_VERSION_COUNT, MIG_VERSION_NOHASH,
     1, 0},
};

#define TOOL_N ((int)(sizeof(aTool) / sizeof(aTool[0])))

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

/* ---- times ---- */

/* Days from 1970-01-01 to a day of the Gregorian calendar, from the year 0 on:
** below 0 before 1970. The year is taken to begin in March, so that the leap
** day is its last; an era is 400 years of 146097 days, and one more is added
** and taken off again, as January of the year 0 is of the year before. A day
** beyond the end of its month is one of the next. */
static i64 daysOf(int iYear, int iMonth, int iDay) {
  i64 y = iYear - (iMonth <= 2);
  i64 nEra = (y + 400) / 400 - 1;
  i64 iInEra = y - nEra * 400;
  i64 iInYear = (153 * (iMonth + (iMonth > 2 ? -3 : 9)) + 2) / 5 + iDay - 1;

  return nEra * 146097 + iInEra * 365 + iInEra / 4 - iInEra / 100 + iInYear -
         719468;
}

/* Read exactly n digits at *pz and pass over them; -1, with *pz where it was,
** when one of them is something else. n is so small that nothing overflows. */
static int digitsTake(const char **pz, int n) {
  int v = 0;
  int i;

  for (i = 0; i < n; i++) {
    if (!migIsDigit((*pz)[i])) {
      return -1;
    }
    v = v * 10 + ((*pz)[i] - '0');
  }
  *pz += n;
  return v;
}

/* Read "-MM" or "-DD" at *pz and pass over it; -1 when it is something else.
** The range is for the caller to check. */
static int dashTake(const char **pz) {
  if (**pz != '-') {
    return -1;
  }
  (*pz)++;
  return digitsTake(pz, 2);
}

/* Read ":MM" or ":SS" if it is there: 0 when not, -1 when it is no number. */
static int colonTake(const char **pz) {
  if (**pz != ':') {
    return 0;
  }
  (*pz)++;
  return digitsTake(pz, 2);
}

/* Milliseconds of the fraction at *pz, which may have any number of digits; 0
** when there is none. What is below a millisecond is cut off. */
static int fractionTake(const char **pz) {
  int ms = 0;
  int nUnit = 100;

  if (**pz == '.' || **pz == ',') {
    for ((*pz)++; migIsDigit(**pz); (*pz)++) {
      ms += (**pz - '0') * nUnit;
      nUnit /= 10;
    }
  }
  return ms;
}

/* Minutes that the zone at z is ahead of UTC: Z, UTC, +02:00, +0200, or
** nothing; -10000 when it is something else. What stands behind a zone with a
** sign is a name of it. */
static int zoneMinutes(const char *z) {
  int iSign = *z == '-' ? -1 : 1;
  int nHour;
  int nMinute = 0;

  if (*z == 0 || strcmp(z, "Z") == 0 || strcmp(z, "UTC") == 0) {
    return 0;
  }
  if (*z != '+' && *z != '-') {
    return -10000;
  }
  z++;
  nHour = digitsTake(&z, 2);
  if (*z == ':') {
    nMinute = colonTake(&z);
  } else if (migIsDigit(*z)) {
    nMinute = digitsTake(&z, 2);
  }
  if (nHour < 0 || nHour > 15 || nMinute < 0 || nMinute > 59 ||
      (*z && *z != ' ')) {
    return -10000;
  }
  return iSign * (nHour * 60 + nMinute);
}

/* Read YYYY-MM-DD, alone or with a time and a zone: 1, or 0 for anything
** else. *pms is then milliseconds since 1970. A time without a zone is UTC.
** Seconds and minutes may be missing; a leap second is the next second. */
static int timeRead(const char *z, i64 *pms) {
  int iYear = digitsTake(&z, 4);
  int iMonth = dashTake(&z);
  int iDay = dashTake(&z);
  int nHour = 0;
  int nMinute = 0;
  int nSecond = 0;
  int ms;
  int nZone;

  if (iYear < 0 || iMonth < 1 || iMonth > 12 || iDay < 1 || iDay > 31) {
    return 0;
  }
  if (*z == 'T' || *z == ' ') {
    z++;
    nHour = digitsTake(&z, 2);
    nMinute = colonTake(&z);
    nSecond = colonTake(&z);
  }
  if (nHour < 0 || nHour > 23 || nMinute < 0 || nMinute > 59 || nSecond < 0 ||
      nSecond > 60) {
    return 0;
  }
  ms = fractionTake(&z);
  while (*z == ' ') {
    z++;
  }
  nZone = zoneMinutes(z);
  *pms = ((daysOf(iYear, iMonth, iDay) * 24 + nHour) * 60 + nMinute - nZone) *
             60000 +
         nSecond * 1000 + ms;
  return nZone > -10000;
}

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
    bTime = z && timeRead(z, &ms) && ms >= -62167219200000 && ms <= msEnd;
    break;
  }
  default:
    break;
  }
  return bTime ? migTimeText(p, ms) : 0;
}

/* ---- rows ---- */

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

/* ---- another file ---- */

/* The connection of p, put aside while another one is read. */
typedef struct Aside {
  sqlite3 *db;               /* of the other file; closed by asideEnd() */
  sqlite3 *dbMain;           /* what p->db was */
  struct MigCached *pCached; /* what p->pCached was: statements belong to their
                             ** connection */
} Aside;

/*
** Let p work on the database in a file, for reading only: 1, or 0 when that
** cannot be opened. asideEnd() in either case. Of what goes wrong here only
** NOMEM becomes the error of p; the caller says the rest.
**
** The file is anybody's: its schema is not trusted, so that no view or default
** in it calls a function that is not innocuous (SQLITE_DBCONFIG_TRUSTED_SCHEMA,
** c3ref/c_dbconfig_defensive.html). Another process may write it: for a second
** it is waited for.
*/
static int asideBegin(MigContext *p, Aside *pAside, const char *zPath) {
  int rc;

  pAside->db = 0;
  pAside->dbMain = p->db;
  pAside->pCached = p->pCached;
  if (p->rc) {
    return 0;
  }
  rc = sqlite3_open_v2(zPath, &pAside->db, SQLITE_OPEN_READONLY, 0);
  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
  }
  if (rc) {
    return 0;
  }
  sqlite3_busy_timeout(pAside->db, 1000);
  sqlite3_db_config(pAside->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
  p->db = pAside->db;
  p->pCached = 0;
  return 1;
}

/* Give p its own connection back and close the other one, also after an error.
** Statements on that one go first: sqlite3_close() fails while there are any.
** A handle that could not be opened is closed as well. */
static void asideEnd(MigContext *p, Aside *pAside) {
  if (p->db == pAside->db && pAside->db) {
    migStatementsClose(p);
    p->db = pAside->dbMain;
    p->pCached = pAside->pCached;
  }
  sqlite3_close(pAside->db);
}

/* ---- all of it ---- */

/* Has the table every one of the words of z as a column, or with bAny one of
** them? The words are aTool's: one blank between them, each below 32 bytes. */
static int columnsAre(const MigModelTable *pTable, const char *z, int bAny) {
  char zWord[32];

  while (*z) {
    size_t n = strcspn(z, " ");
    int bHas;
    sqlite3_snprintf((int)sizeof(zWord), zWord, "%.*s", (int)n, z);
    bHas = migModelColumn(pTable, zWord) >= 0;
    if (bHas == bAny) {
      return bAny;
    }
    z += n;
    z += *z == ' ';
  }
  return !bAny;
}

/* Is the ordinary table as Rails makes it: version NOT NULL, or the table
** ar_internal_metadata beside it? dbmate has neither. */
static int isRails(const MigModel *pModel, const MigModelTable *pTable) {
  int i = migModelColumn(pTable, "version");

  return (i >= 0 && pTable->aColumn[i].bNotNull) ||
         migModelFind(pModel, 0, "ar_internal_metadata") >= 0;
}

/* Is the object a table that can be read as it is: ordinary, with rowids,
** without a trigger or a generated column? */
static int isPlain(const MigModel *pModel, const MigModelObject *pObject) {
  int i;

  if (pObject->eKind != MIG_DDL_TABLE || pObject->pTable == 0 ||
      pObject->pDdl->bWithoutRowid) {
    return 0;
  }
  for (i = pObject->iFirst; i >= 0; i = pModel->aObject[i].iNext) {
    if (pModel->aObject[i].eKind == MIG_DDL_TRIGGER) {
      return 0;
    }
  }
  for (i = 0; i < pObject->pTable->nColumn; i++) {
    if (pObject->pTable->aColumn[i].pGenerated) {
      return 0;
    }
  }
  return 1;
}

/* Is it the table of this tool? The object is plain: isPlain() was asked. */
static int isOf(const VersionTool *pTool, const MigModel *pModel,
                const MigModelObject *pObject) {
  if (migStrICmp(pTool->zTable, pObject->zName) != 0 ||
      !columnsAre(pObject->pTable, pTool->zColumns, 0) ||
      (pTool->zNot && columnsAre(pObject->pTable, pTool->zNot, 1))) {
    return 0;
  }
  if (strcmp(pTool->zTool, TOOL_DBMATE) == 0) {
    return !isRails(pModel, pObject->pTable);
  }
  if (strcmp(pTool->zTool, TOOL_RAILS) == 0) {
    return isRails(pModel, pObject->pTable);
  }
  return 1;
}

/* Add the table of a tool, which was found; without rows yet. zFile, NULL for
** schema main, must live as long as the list. */
static void tableAdd(MigContext *p, MigVersionTables *pOut,
                     const VersionTool *pTool, const char *zFile) {
  MigVersionTable *pTable;

  pOut->a = migModelRoom(p, pOut->a, pOut->n, sizeof(*pOut->a));
  if (p->rc) {
    return;
  }
  pTable = &pOut->a[pOut->n++];
  memset(pTable, 0, sizeof(*pTable));
  pTable->zTool = pTool->zTool;
  pTable->zTable = pTool->zTable;
  pTable->zFile = zFile;
  pTable->eRule = pTool->eRule;
  pTable->eHash = pTool->eHash;
  pTable->bNumbered = pTool->bNumbered;
  pTable->pTool = pTool;
}

/*
** Find sqitch's table in the registry, a file. It must have sqitch's table of
** tags as well: changes alone is a name that many have. With bGiven somebody
** has named the file, and FILE says that it is no registry; else whatever goes
** wrong means that there is none, but for out of memory and an interrupt.
*/
static void registryFind(MigContext *p, const char *zPath, int bGiven,
                         MigVersionTables *pOut) {
  MigModel model;
  Aside aside;
  int bFound = 0;
  int i;
  int k;

  if (asideBegin(p, &aside, zPath)) {
    migCatalogRead(p, &model);
    for (k = 0; k < TOOL_N && p->rc == SQLITE_OK; k++) {
      if (strcmp(aTool[k].zTool, TOOL_SQITCH) == 0) {
        int iTags = migModelFind(&model, 0, "tags");
        i = migModelFind(&model, 0, aTool[k].zTable);
        bFound = i >= 0 && isPlain(&model, &model.aObject[i]) &&
                 isOf(&aTool[k], &model, &model.aObject[i]) && iTags >= 0 &&
                 isPlain(&model, &model.aObject[iTags]) &&
                 columnsAre(model.aObject[iTags].pTable, "tag change_id", 0);
        break;
      }
    }
  }
  asideEnd(p, &aside);
  if (p->rc && !bGiven && (p->rc & 0xff) != SQLITE_NOMEM &&
      (p->rc & 0xff) != SQLITE_INTERRUPT) {
    migErrorClear(p); /* whatever it is, nobody has asked for it */
  }
  if (bFound) {
    tableAdd(p, pOut, &aTool[k], zPath);
  } else if (bGiven && p->rc == SQLITE_OK) {
    migFail(p, MIG_FILE, "%s is not a registry of sqitch; check the path",
            zPath);
  }
}

/* Look for sqitch: its registry is given, or beside the database, of which one
** in memory has none. A given path is opened, whatever is there. */
static void sqitchFind(MigContext *p, const char *zRegistry,
                       MigVersionTables *pOut) {
  const char *zDb = migDatabasePath(p->db);
  const char *zPath = zRegistry;

  if (p->rc == SQLITE_OK && zRegistry == 0 && zDb[0]) {
    zPath = migPathJoin(p, migPathFolder(p, zDb), "sqitch.db");
  }
  if (p->rc || zPath == 0) {
    return;
  }
  if (zRegistry || migPathKind(zPath) == MIG_PATH_FILE) {
    registryFind(p, zPath, zRegistry != 0, pOut);
  }
}

/*
** Find the version tables in schema main, and sqitch's in the file zRegistry,
** NULL: sqitch.db beside the database. user_version is found when it is above
** 0, as the last one. The rows are not read yet.
**
** The caller holds a transaction, read suffices; no store is needed. zRegistry
** must live as long as *pOut. FILE when a zRegistry that is given cannot be
** opened or is no registry, and what reading the schema raises. After an error
** *pOut may hold a part of what there is.
*/
void migVersionsFind(MigContext *p, const char *zRegistry,
                     MigVersionTables *pOut) {
  MigModel model;
  int i;
  int k;

  memset(pOut, 0, sizeof(*pOut));
  if (p->rc) {
    return;
  }
  migCatalogRead(p, &model);
  for (i = 0; i < model.nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &model.aObject[i];
    if (pObject->eSkip != MIG_SKIP_TOOL || !isPlain(&model, pObject)) {
      continue;
    }
    for (k = 0; k < TOOL_N; k++) {
      if (aTool[k].zColumns && strcmp(aTool[k].zTool, TOOL_SQITCH) &&
          isOf(&aTool[k], &model, pObject)) {
        tableAdd(p, pOut, &aTool[k], 0);
      }
    }
  }
  sqitchFind(p, zRegistry, pOut);
  if (migQueryInt(p, 0, "PRAGMA main.user_version") > 0) {
    tableAdd(p, pOut, &aTool[TOOL_N - 1], 0);
    if (p->rc == SQLITE_OK) {
      pOut->a[pOut->n - 1].bLast = 1;
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
    if (strcmp(origins.a[i].zFormat, TOOL_SQITCH) == 0) {
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
  const VersionTool *pTool = pTable->pTool;
  const char *zProject = pTable->zFile ? projectKept(p) : 0;
  sqlite3_stmt *pStmt;
  Aside aside = {0, 0, 0};

  if (pTool->zRows == 0) {
    headerRead(p, pTable);
    return;
  }
  if (pTable->zFile && !asideBegin(p, &aside, pTable->zFile)) {
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
    asideEnd(p, &aside);
  }
}

/* Is there a tool of this name, bytewise? No database is needed. */
int migVersionTool(const char *zTool) {
  int i;

  for (i = 0; i < TOOL_N; i++) {
    if (strcmp(aTool[i].zTool, zTool) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The names of all tools, with commas, in the arena; NULL after an error. */
char *migVersionTools(MigContext *p) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < TOOL_N; i++) {
    migTextF(p, &text, "%s%s", i ? ", " : "", aTool[i].zTool);
  }
  return text.z;
}
