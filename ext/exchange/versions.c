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
** Each row of aTool has the query that tells what is applied; what it gives is
** at the top of versions_rows.c. A history, where rows of one version follow
** one another, counts by its last row. A change of sqitch's that was reworked
** is called as an import calls it: name, then name.2.
**
** Where a table is shared by several apps (Django), sets (sqlite-migrate), or
** authors and files (Liquibase), a name without its owner is another name only
** when all rows are of one of them.
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
** Tables and columns are those of the tools' documentation and sources; with
** each query stands what in it is not plain from the columns.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "catalog.h"
#include "aside.h"
#include "versions.h"

/* Names that the code asks for. NOT NULL tells the table of Rails from that of
** dbmate. */
#define TOOL_RAILS "rails"
#define TOOL_DBMATE "dbmate"
#define TOOL_HEADER "user_version"

/*
** The tools. The query of each reads main of the connection, which for sqitch
** is the registry. user_version is the last row: migVersionsFind() relies on
** it.
*/
static const MigVersionTool aTool[] = {
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
    {MIG_VERSION_SQITCH, "changes",
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
static int isOf(const MigVersionTool *pTool, const MigModel *pModel,
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
                     const MigVersionTool *pTool, const char *zFile) {
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
  MigAside aside;
  int bFound = 0;
  int i;
  int k;

  if (migAsideBegin(p, &aside, zPath)) {
    migCatalogRead(p, &model);
    for (k = 0; k < TOOL_N && p->rc == SQLITE_OK; k++) {
      if (strcmp(aTool[k].zTool, MIG_VERSION_SQITCH) == 0) {
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
  migAsideEnd(p, &aside);
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
      if (aTool[k].zColumns && strcmp(aTool[k].zTool, MIG_VERSION_SQITCH) &&
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
