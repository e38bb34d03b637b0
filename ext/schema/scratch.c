/*
** scratch.c - a private in-memory database with a given schema.
**
** Making n objects by n CREATE statements takes time that grows with n * n:
** behind each SQLite looks through all of sqlite_schema for the row it has just
** written. Two ways around that are taken:
**
**   - A schema that SQLite has taken before is put into sqlite_schema row by
**     row, and read in once. The root pages the rows name must be there and of
**     the right type; they come with the database, which is made as the bytes
**     of a file (imageMake). Where SQLite cannot open bytes, before 3.39, they
**     come from tables that are made for their root page alone.
**   - While new objects are made, the rows of those made before are kept aside
**     (rowsAside), so that the table to look through stays small. SQLite works
**     from its memory of them meanwhile. They are put back before a statement
**     that reads sqlite_schema itself: any but CREATE TABLE, INDEX, VIEW and
**     TRIGGER.
**
** What is run here was written by others. An authorizer denies whatever would
** reach beyond the connection. Where sqlite3_auto_extension() puts us on every
** new connection we are taken off this one: it is a plain SQLite.
**
** Limits: what runs may take TICK_STEPS * TICK_MAX steps of the virtual machine
** from migScratchBegin() to migScratchEnd(), and values LENGTH_MAX bytes; an
** interrupt of the user's connection stops it as well. Settings and limits that
** decide what SQLite takes are those of the user's connection.
*/
#include <stdlib.h>
#include <string.h>
#include "scratch.h"
#include "sql.h"
#include "standin.h"
#include "text.h"

#define IMAGE_PAGE 1024  /* bytes of a page */
#define ROWS_ASIDE 40    /* rows that sqlite_schema may hold meanwhile */
#define TICK_STEPS 10000 /* virtual-machine steps between two calls of ours */
#define TICK_MAX 4000    /* calls after which a text or script is stopped */
#define LENGTH_MAX 67108864 /* bytes of a value in it: 64 MiB */

/* A row of sqlite_schema. Its texts belong to the arena or a model. */
typedef struct SchemaRow {
  const char *zType;
  const char *zName;
  const char *zTable;
  const char *zSql; /* NULL: index of a PRIMARY KEY or UNIQUE */
  i64 iRoot;        /* number of the root page; 0: it has none */
} SchemaRow;

struct MigScratch {
  sqlite3 *db;               /* ours; while swapped in: the user's */
  sqlite3_stmt *pAsk;        /* on the user's connection: is it interrupted? */
  struct MigCached *pCached; /* statements kept for that one */
  int bOwn;                  /* our own statement runs: all is allowed */
  int nTick;                 /* calls of the progress handler, below 0: off */
  int nMade;                 /* statements run since migScratchBegin() */
  MigStandIns standIns;
  int nRow;        /* rows of sqlite_schema that are kept aside */
  SchemaRow *aRow; /* in the arena */
};

/* ------------------------------------------------------------------------
** Open, close
*/

/* PRAGMAs that read, or set what ends with the connection. All others may
** stand without a value only. */
static const char zPragmas[] =
    " analysis_limit application_id cache_size collation_list data_version"
    " defer_foreign_keys foreign_key_check foreign_key_list function_list"
    " ignore_check_constraints index_info index_list index_xinfo"
    " integrity_check legacy_alter_table optimize quick_check"
    " recursive_triggers schema_version secure_delete table_info table_list"
    " table_xinfo"
    " user_version ";

/* Is it one of the list? zName comes from SQLite, as the script spells it. */
static int pragmaAllowed(const char *zName) {
  MigToken token = {MIG_TK_WORD, 0, (i64)strlen(zName)};

  return migWordIn(zName, &token, zPragmas);
}

/* The authorizer (sqlite3_set_authorizer(), c3ref/set_authorizer.html): what z3
** and z4 are depends on eAction; for a PRAGMA its name and value, for a
** function z4 its name. */
static int authorize(void *pArg, int eAction, const char *z3, const char *z4,
                     const char *zSchema, const char *zTrigger) {
  const MigScratch *pScratch = pArg;

  MIG_UNUSED(zSchema);
  MIG_UNUSED(zTrigger);
  if (pScratch->bOwn) {
    return SQLITE_OK;
  }
  switch (eAction) {
  case SQLITE_ATTACH: /* unreached: such statements are not run here */
  case SQLITE_DETACH:
    return SQLITE_DENY;
  case SQLITE_PRAGMA:
    return z4 == 0 || pragmaAllowed(z3) ? SQLITE_OK : SQLITE_DENY;
  case SQLITE_FUNCTION:
    return z4 && migStrICmp(z4, "load_extension") == 0 ? SQLITE_DENY
                                                       : SQLITE_OK;
  default:
    return SQLITE_OK;
  }
}

/* Is the user's connection interrupted? What is interrupted refuses to step.
** The interrupt lasts as long as a statement of that connection runs, and the
** one that calls us does. */
static int isInterrupted(MigScratch *pScratch) {
  int rc = sqlite3_step(pScratch->pAsk);

  sqlite3_reset(pScratch->pAsk);
  return (rc & 0xff) == SQLITE_INTERRUPT;
}

/* Stop a statement that does not end, or when the user wants it: the progress
** handler, 1 stops. */
static int tick(void *pArg) {
  MigScratch *pScratch = pArg;

  return (pScratch->nTick >= 0 && ++pScratch->nTick > TICK_MAX) ||
         isInterrupted(pScratch);
}

/* Have the new connection understand SQL as the user's one does. Foreign keys
** are never enforced, and sqlite_schema may be written, by us. Attached
** databases are not to be had. */
static void configure(sqlite3 *dbFrom, sqlite3 *db) {
  static const int aeSame[] = {SQLITE_DBCONFIG_ENABLE_TRIGGER,
                               SQLITE_DBCONFIG_ENABLE_VIEW,
                               SQLITE_DBCONFIG_LEGACY_ALTER_TABLE,
                               SQLITE_DBCONFIG_DQS_DML,
                               SQLITE_DBCONFIG_DQS_DDL,
                               SQLITE_DBCONFIG_TRUSTED_SCHEMA};
  size_t k;
  int i;

  for (k = 0; k < sizeof(aeSame) / sizeof(aeSame[0]); k++) {
    int b = 0;
    sqlite3_db_config(dbFrom, aeSame[k], -1, &b);
    sqlite3_db_config(db, aeSame[k], b, (int *)0);
  }
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, (int *)0);
  for (i = 0; i <= SQLITE_LIMIT_TRIGGER_DEPTH; i++) {
    sqlite3_limit(db, i, sqlite3_limit(dbFrom, i, -1));
  }
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  if (sqlite3_limit(db, SQLITE_LIMIT_LENGTH, -1) > LENGTH_MAX) {
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
  }
}

/* Take our functions and tables away, where they are: with our tables there
** DROP TABLE IF EXISTS migrations fails. A result code. */
static int oursForget(sqlite3 *db) {
  static const char zOurs[] =
      "SELECT name, narg FROM pragma_function_list WHERE name GLOB 'migrate_*'"
      " UNION ALL SELECT name, NULL FROM pragma_module_list"
      " WHERE name = 'migrations' OR name GLOB 'migration_*'";
  char **az = 0;
  int n = 0;
  int rc;
  int i;

  rc = sqlite3_exec(db, "SELECT migrate_version()", 0, 0, 0);
  if (rc) {
    return rc == SQLITE_ERROR ? SQLITE_OK : rc; /* it is plain already */
  }
  rc = sqlite3_get_table(db, zOurs, &az, &n, 0, 0);
  for (i = 2; i <= 2 * n && rc == SQLITE_OK; i += 2) {
    if (az[i + 1]) {
      rc = sqlite3_create_function_v2(db, az[i], (int)strtol(az[i + 1], 0, 10),
                                      SQLITE_UTF8, 0, 0, 0, 0, 0);
    } else {
      rc = sqlite3_create_module_v2(db, az[i], 0, 0, 0);
    }
  }
  sqlite3_free_table(az);
  return rc;
}

/* Let p work in the scratch database, or, the second time, back where it was.
** What is caught between the two must lead to the second, so calls of it stand
** in pairs on every path; it works after an error as well. Kept statements
** (migCached()) are swapped along: they belong to a connection. */
void migScratchSwap(MigContext *p, MigScratch *pScratch) {
  sqlite3 *db = p->db;
  struct MigCached *pCached = p->pCached;

  p->db = pScratch->db;
  p->pCached = pScratch->pCached;
  pScratch->db = db;
  pScratch->pCached = pCached;
}

/* An empty one, to be closed on every path; NULL after an error. It keeps a
** statement on the connection of p and must be closed before the call of ours
** ends. SQLITE, or want of memory, when it cannot be opened. */
MigScratch *migScratchOpen(MigContext *p) {
  MigScratch *pScratch = p->rc ? 0 : sqlite3_malloc64(sizeof(*pScratch));
  int rc;

  if (pScratch == 0) {
    migNomem(p);
    return 0;
  }
  memset(pScratch, 0, sizeof(*pScratch));
  pScratch->nTick = -1;
  rc = sqlite3_open_v2(":memory:", &pScratch->db,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 0);
  if (rc) {
    migFailRc(p, rc, MIG_SQLITE, "no database can be opened in memory");
    migScratchClose(p, pScratch);
    return 0;
  }
  rc = oursForget(pScratch->db);
  if (rc) {
    migFailRc(p, rc, MIG_SQLITE, "a database in memory cannot be prepared");
    migScratchClose(p, pScratch);
    return 0;
  }
  rc = sqlite3_prepare_v2(p->db, "SELECT 1", -1, &pScratch->pAsk, 0);
  if (rc) {
    migFailDb(p, rc);
    migScratchClose(p, pScratch);
    return 0;
  }
  configure(p->db, pScratch->db);
  migStandInCollations(pScratch->db, &pScratch->standIns);
  sqlite3_set_authorizer(pScratch->db, authorize, pScratch);
  migStopWhen(pScratch->db, TICK_STEPS, tick, pScratch);
  return pScratch;
}

/* Close it, with what is kept of statements in it. Works after an error, and
** for NULL. Statements that were prepared in it must be finalized before. */
void migScratchClose(MigContext *p, MigScratch *pScratch) {
  if (pScratch) {
    migScratchSwap(p, pScratch);
    migStatementsClose(p);
    migScratchSwap(p, pScratch);
    sqlite3_close(pScratch->db);
    sqlite3_finalize(pScratch->pAsk);
    sqlite3_free(pScratch);
  }
}

/* ------------------------------------------------------------------------
** Statements. From here on p works in the scratch database.
*/

/* Run SQL of our own, over sqlite_schema if need be: the authorizer lets all of
** it pass. */
static void ownExec(MigContext *p, MigScratch *pScratch, const char *zSql) {
  pScratch->bOwn = 1;
  migExec(p, zSql);
  pScratch->bOwn = 0;
}

/* Let sqlite_schema be written by DML, or not any more. */
static void schemaWritable(MigContext *p, int bOn) {
  sqlite3_db_config(p->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, bOn, (int *)0);
}

/* Run the statement in the n bytes of z once: a result code. *piAt is the byte
** that SQLite complains about, or -1. In memory a transaction is ended by
** nothing but a lack of it; some versions have odd codes for that. */
static int statementTry(MigContext *p, const char *z, i64 n, i64 *piAt) {
  int bAutocommit = sqlite3_get_autocommit(p->db);
  sqlite3_stmt *pStmt = 0;
  int rc = sqlite3_prepare_v2(p->db, z, (int)n, &pStmt, 0);

  *piAt = rc ? sqlite3_error_offset(p->db) : -1;
  while (rc == SQLITE_OK && sqlite3_step(pStmt) == SQLITE_ROW) {
  }
  if (rc == SQLITE_OK) {
    rc = sqlite3_finalize(pStmt);
  }
  if (rc == SQLITE_ROW || (rc && rc != SQLITE_INTERRUPT && !bAutocommit &&
                           sqlite3_get_autocommit(p->db))) {
    rc = SQLITE_NOMEM;
  }
  return rc;
}

/* The same, standing in for what is missing. pDdl: what it makes, or NULL. It
** ends, because each name is stood in for once. */
static int statementRun(MigContext *p, MigScratch *pScratch, const char *z,
                        i64 n, const MigDdl *pDdl, i64 *piAt) {
  int rc;

  do {
    rc = statementTry(p, z, n, piAt);
  } while (rc && p->rc == SQLITE_OK && (rc & 0xff) == SQLITE_ERROR &&
           migStandIn(p, &pScratch->standIns, pDdl));
  return rc;
}

/* Run a statement of which the text is known to be good. That it fails is an
** error of p; NULL is none. */
static void goodRun(MigContext *p, MigScratch *pScratch, const char *zSql,
                    const MigDdl *pDdl) {
  i64 iAt;
  int rc;

  if (p->rc == SQLITE_OK && zSql) {
    rc = statementRun(p, pScratch, zSql, (i64)strlen(zSql), pDdl, &iAt);
    if (rc) {
      migFailDb(p, rc);
    }
  }
}

/* Run one statement in it, standing in for what is missing, rows thrown away.
** That it fails is an error of p. p works outside. */
void migScratchExec(MigContext *p, MigScratch *pScratch, const char *zSql) {
  migScratchSwap(p, pScratch);
  goodRun(p, pScratch, zSql, 0);
  migScratchSwap(p, pScratch);
}

/* ------------------------------------------------------------------------
** Rows of sqlite_schema
*/

static const char zRows[] =
    "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_schema"
    " ORDER BY rowid";
static const char zRowAdd[] =
    "INSERT INTO main.sqlite_schema(type, name, tbl_name, sql, rootpage)"
    " VALUES(?1, ?2, ?3, ?4, ?5)";

/* Take all rows out of sqlite_schema; SQLite keeps the objects in memory. They
** are added to those aside, so each is there once. The table is left empty. */
static void rowsAside(MigContext *p, MigScratch *pScratch) {
  sqlite3_stmt *pStmt;
  SchemaRow *pRow;

  pScratch->bOwn = 1;
  schemaWritable(p, 1);
  pStmt = migPrepare(p, zRows);
  while (migStep(p, pStmt)) {
    pScratch->aRow =
        migModelRoom(p, pScratch->aRow, pScratch->nRow, sizeof(*pRow));
    if (pScratch->aRow == 0) {
      break;
    }
    pRow = &pScratch->aRow[pScratch->nRow++];
    pRow->zType = migColumnText(p, pStmt, 0);
    pRow->zName = migColumnText(p, pStmt, 1);
    pRow->zTable = migColumnText(p, pStmt, 2);
    pRow->zSql = migColumnText(p, pStmt, 3);
    pRow->iRoot = sqlite3_column_int64(pStmt, 4);
  }
  migFinalize(p, pStmt);
  migExec(p, "DELETE FROM main.sqlite_schema");
  schemaWritable(p, 0);
  pScratch->bOwn = 0;
}

/* Write n rows into sqlite_schema. SQLite does not look at them before it reads
** the schema the next time. */
static void rowsWrite(MigContext *p, MigScratch *pScratch,
                      const SchemaRow *aRow, int n) {
  sqlite3_stmt *pStmt;
  int i;

  pScratch->bOwn = 1;
  schemaWritable(p, 1);
  pStmt = migPrepare(p, zRowAdd);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    migBindText(p, pStmt, 1, aRow[i].zType);
    migBindText(p, pStmt, 2, aRow[i].zName);
    migBindText(p, pStmt, 3, aRow[i].zTable);
    migBindText(p, pStmt, 4, aRow[i].zSql);
    migBindInt(p, pStmt, 5, aRow[i].iRoot);
    migRun(p, pStmt);
  }
  migFinalize(p, pStmt);
  schemaWritable(p, 0);
  pScratch->bOwn = 0;
}

/* Put all rows back, in the order in which the objects were made. Those made
** since the last time stand in the table yet, and go behind the others by way
** of rowsAside(). */
static void rowsBack(MigContext *p, MigScratch *pScratch) {
  if (pScratch->nRow) {
    rowsAside(p, pScratch);
    rowsWrite(p, pScratch, pScratch->aRow, pScratch->nRow);
    pScratch->nRow = 0;
    pScratch->aRow = 0;
  }
}

/* ------------------------------------------------------------------------
** Filling an empty one with objects that are known to be good
*/

/* An object that is stored in pages of its own has this root page type; a
** WITHOUT ROWID table is an index b-tree. Views, triggers and virtual tables
** have none. */
#define ROOT_NONE 0
#define ROOT_TABLE 13 /* leaf of a table b-tree, fileformat2.html 1.6 */
#define ROOT_INDEX 10 /* leaf of an index b-tree */

/* The type of its root page. One that is beyond us counts as a rowid table. */
static u8 rootType(const MigModelObject *pObject) {
  if (pObject->eKind == MIG_DDL_INDEX) {
    return ROOT_INDEX;
  }
  if (pObject->eKind != MIG_DDL_TABLE) {
    return ROOT_NONE;
  }
  return pObject->pDdl && pObject->pDdl->bWithoutRowid ? ROOT_INDEX
                                                       : ROOT_TABLE;
}

/* Big-endian, as all integers of the file format. */
static void putU16(u8 *a, u32 v) {
  a[0] = (u8)(v >> 8);
  a[1] = (u8)v;
}

/* The same in four bytes. */
static void putU32(u8 *a, u32 v) {
  putU16(a, v >> 16);
  putU16(a + 2, v);
}

/*
** The bytes of a database file with an empty schema and n pages behind it that
** are empty root pages of the types at aeRoot (fileformat2.html, 1.3, 1.6). a
** has (n + 1) * IMAGE_PAGE bytes. An empty page has its type in byte 0 and, in
** bytes 5 and 6, where its cells begin: at its end. Page 1 has that behind the
** 100 bytes of the file header.
*/
static void imageMake(u8 *a, const u8 *aeRoot, int n) {
  int i;

  memset(a, 0, (size_t)(n + 1) * IMAGE_PAGE);
  memcpy(a, "SQLite format 3", 16);
  putU16(a + 16, IMAGE_PAGE);
  a[18] = a[19] = 1; /* rollback journal */
  a[21] = 64;        /* fixed fractions of payload */
  a[22] = a[23] = 32;
  putU32(a + 24, 1); /* change counter, for which the size is valid */
  putU32(a + 28, (u32)n + 1);
  putU32(a + 40, 1); /* schema cookie */
  putU32(a + 44, 4); /* schema format */
  putU32(a + 56, SQLITE_UTF8);
  putU32(a + 92, 1);
  putU32(a + 96, SQLITE_VERSION_NUMBER);
  a[100] = ROOT_TABLE;
  putU16(a + 105, IMAGE_PAGE);
  for (i = 0; i < n; i++) {
    u8 *aPage = a + (size_t)(i + 1) * IMAGE_PAGE;
    aPage[0] = aeRoot[i];
    putU16(aPage + 5, IMAGE_PAGE);
  }
}

/* Make n empty root pages by opening bytes that hold them: 1, or 0 when this
** SQLite cannot, and nothing has happened. Their numbers are 2, 3 and so on.
** The bytes belong to SQLite from then on, also when it fails, which is an
** error of p and 1. */
static int rootsOpen(MigContext *p, MigScratch *pScratch, const u8 *aeRoot,
                     int n) {
  int (*xOpen)(sqlite3 *, const char *, unsigned char *, sqlite3_int64,
               sqlite3_int64, unsigned) = 0;
  i64 nByte = ((i64)n + 1) * IMAGE_PAGE;
  u8 *a;
  int rc;

  /* In the API table since 3.39, in that of an older header not at all. */
#if SQLITE_VERSION_NUMBER >= 3039000
  if (sqlite3_libversion_number() >= 3039000) {
    xOpen = sqlite3_deserialize;
  }
#endif
  if (xOpen == 0) {
    return 0;
  }
  a = sqlite3_malloc64((u64)nByte);
  if (a == 0) {
    migNomem(p);
    return 1;
  }
  imageMake(a, aeRoot, n);
  pScratch->bOwn = 1;
  rc = xOpen(p->db, "main", a, nByte, nByte,
             SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  pScratch->bOwn = 0;
  if (rc) {
    int rcDb = sqlite3_errcode(p->db); /* out of memory may come as ERROR */
    migFailDb(p, rc == SQLITE_ERROR && rcDb ? rcDb : rc);
  }
  return 1;
}

/* Make n empty root pages by making tables and forgetting them; put their
** numbers into aRow. A page of a table that is not in sqlite_schema stays as it
** is, for SQLite does not look for what is lost. */
static void rootsCreate(MigContext *p, MigScratch *pScratch, const u8 *aeRoot,
                        SchemaRow *aRow, int n) {
  int i;

  pScratch->nRow = 0;
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    ownExec(
        p, pScratch,
        migPrintf(p,
                  aeRoot[i] == ROOT_TABLE
                      ? "CREATE TABLE main.p%d(a)"
                      : "CREATE TABLE main.p%d(a PRIMARY KEY) WITHOUT ROWID",
                  i));
    if (i % ROWS_ASIDE == ROWS_ASIDE - 1) {
      rowsAside(p, pScratch);
    }
  }
  rowsAside(p, pScratch);
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    aRow[i].iRoot = pScratch->aRow[i].iRoot;
  }
  pScratch->nRow = 0;
  pScratch->aRow = 0;
}

/* Fill in those objects of a model, in its order, that abWanted marks, and the
** indexes of their PRIMARY KEYs and UNIQUEs. Rows with a root page come first,
** then the others. PRAGMA writable_schema=RESET has SQLite forget the schema it
** knows, and the last statement has it read the new one. */
static void fillRows(MigContext *p, MigScratch *pScratch,
                     const MigModel *pModel, const u8 *abWanted) {
  u64 nMax = (u64)pModel->nObject + (u64)pModel->nAuto;
  SchemaRow *aRow = migAlloc(p, nMax * sizeof(SchemaRow));
  SchemaRow *aPaged = migAlloc(p, nMax * sizeof(SchemaRow));
  u8 *aeRoot = migAlloc(p, nMax);
  int nPaged = 0;
  int nRow = 0;
  int i;

  if (p->rc) {
    return;
  }
  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    SchemaRow row = {migModelKind(pObject->eKind), pObject->zName,
                     pObject->zTable, pObject->zSql, 0};
    if (abWanted[i] && rootType(pObject) == ROOT_NONE) {
      aRow[nRow++] = row;
    } else if (abWanted[i]) {
      aeRoot[nPaged] = rootType(pObject);
      aPaged[nPaged++] = row;
    }
  }
  for (i = 0; i < pModel->nAuto; i++) {
    const MigModelAuto *pAuto = &pModel->aAuto[i];
    int iTable = migModelFind(pModel, 0, pAuto->zTable);
    if (iTable >= 0 && abWanted[iTable]) {
      SchemaRow row = {"index", pAuto->zName, pAuto->zTable, 0, 0};
      aeRoot[nPaged] = ROOT_INDEX;
      aPaged[nPaged++] = row;
    }
  }
  for (i = 0; i < nPaged; i++) {
    aPaged[i].iRoot = i + 2;
  }
  if (!rootsOpen(p, pScratch, aeRoot, nPaged)) {
    rootsCreate(p, pScratch, aeRoot, aPaged, nPaged);
  }
  ownExec(p, pScratch, "BEGIN");
  rowsWrite(p, pScratch, aPaged, nPaged);
  rowsWrite(p, pScratch, aRow, nRow);
  ownExec(p, pScratch, "COMMIT");
  ownExec(p, pScratch, "PRAGMA writable_schema=RESET");
  ownExec(p, pScratch, "SELECT 1 FROM main.sqlite_schema LIMIT 0");
}

/* An index or a trigger is made only where its table is. All others that are
** marked stay so. */
static void fillSettle(const MigModel *pModel, u8 *abWanted) {
  int i;

  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if ((pObject->eKind == MIG_DDL_INDEX ||
         pObject->eKind == MIG_DDL_TRIGGER) &&
        (pObject->iOn < 0 || !abWanted[pObject->iOn])) {
      abWanted[i] = 0;
    }
  }
}

/* Have its module make a virtual table; where it cannot (SQLITE_ERROR), stand
** in for it. Then the tables of the virtual table are made as they are, which a
** real module has done by itself. */
static void virtualMake(MigContext *p, MigScratch *pScratch,
                        const MigModel *pModel, int iVirtual) {
  const MigModelObject *pVirtual = &pModel->aObject[iVirtual];
  const char *zSql = pVirtual->zSql;
  const MigDdl *pDdl = pVirtual->pDdl;
  char *zModule = pDdl ? migTokenName(p, pDdl->z, &pDdl->module) : 0;
  i64 iAt;
  int rc;
  int i;

  if (p->rc) {
    return;
  }
  rc = statementRun(p, pScratch, zSql, (i64)strlen(zSql), pDdl, &iAt);
  if (rc && (rc != SQLITE_ERROR ||
             !migStandInModule(p, &pScratch->standIns, zModule))) {
    migFailDb(p, rc);
    return;
  }
  if (!migStandInIs(&pScratch->standIns, zModule)) {
    return;
  }
  if (rc) {
    goodRun(p, pScratch, zSql, pDdl); /* now with the stand-in */
  }
  for (i = 0; i < pModel->nObject; i++) {
    if (pModel->aObject[i].iVirtual == iVirtual) {
      goodRun(p, pScratch, pModel->aObject[i].zSql, pModel->aObject[i].pDdl);
    }
  }
}

/* ------------------------------------------------------------------------
** Whole schemas
*/

/*
** Fill an empty scratch database, just opened, with those objects of a model
** that abWanted marks; an index or a trigger only where its table is, which
** unmarks it otherwise. They must be known to be good, and no virtual tables.
** Tables are empty; they can be used.
**
** abWanted has a byte for each object. SQLite reads the texts at once; that it
** does not take one is an error of p.
*/
void migScratchFill(MigContext *p, MigScratch *pScratch, const MigModel *pModel,
                    u8 *abWanted) {
  migScratchSwap(p, pScratch);
  if (p->rc == SQLITE_OK) {
    fillSettle(pModel, abWanted);
    fillRows(p, pScratch, pModel, abWanted);
  }
  migScratchSwap(p, pScratch);
}

/* Fill a scratch database, just opened, with all objects of a model but our own
** tables. The model is that of the user's database, so they are known to be
** good. Virtual tables are made by their modules, or stood in for, and then
** shadow tables by their texts. All tables are empty. */
void migScratchCopy(MigContext *p, MigScratch *pScratch,
                    const MigModel *pModel) {
  u8 *abWanted = migAlloc(p, (u64)pModel->nObject);
  int i;

  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    abWanted[i] = pObject->eKind != MIG_DDL_VIRTUAL &&
                  pObject->eSkip != MIG_SKIP_SHADOW &&
                  pObject->eSkip != MIG_SKIP_STORE;
  }
  migScratchFill(p, pScratch, pModel, abWanted);
  migScratchSwap(p, pScratch);
  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    if (pModel->aObject[i].eKind == MIG_DDL_VIRTUAL) {
      virtualMake(p, pScratch, pModel, i);
    }
  }
  migScratchSwap(p, pScratch);
}

/* Before many calls of migScratchMake(): a transaction, and the count of steps
** begins. migScratchEnd() has to follow, also after an error. */
void migScratchBegin(MigContext *p, MigScratch *pScratch) {
  migScratchSwap(p, pScratch);
  ownExec(p, pScratch, "BEGIN");
  pScratch->nTick = 0;
  pScratch->nMade = 0;
  migScratchSwap(p, pScratch);
}

/*
** Run the statement in the n bytes of z, which belongs to a schema. pDdl: what
** it makes, or NULL. The result code; when it is not 0, *piAt is the byte that
** SQLite complains about, or -1, and *pzWhy what it says, until the next call.
**
** n is below 2 GiB. Not an error of p is what SQLite says of the statement, nor
** that it takes too long, which comes as SQLITE_ERROR; an interrupt and want of
** memory are. Only between migScratchBegin() and migScratchEnd(), with p
** working outside.
*/
int migScratchMake(MigContext *p, MigScratch *pScratch, const char *z, i64 n,
                   const MigDdl *pDdl, i64 *piAt, const char **pzWhy) {
  int rc = SQLITE_OK;

  *piAt = -1;
  *pzWhy = "";
  migScratchSwap(p, pScratch);
  if (pDdl == 0 || pDdl->eKind == MIG_DDL_VIRTUAL ||
      (pDdl->eKind == MIG_DDL_TABLE && pDdl->select.n)) {
    rowsBack(p, pScratch); /* it may read them */
  }
  if (p->rc == SQLITE_OK && isInterrupted(pScratch)) {
    migFailRc(p, SQLITE_INTERRUPT, MIG_SQLITE, "interrupted");
  }
  if (p->rc == SQLITE_OK) {
    rc = statementRun(p, pScratch, z, n, pDdl, piAt);
    *pzWhy = sqlite3_errmsg(p->db);
    if (pScratch->nTick > TICK_MAX) {
      rc = SQLITE_ERROR;
      *pzWhy = "this takes too long for a schema";
    } else if (rc == SQLITE_INTERRUPT) {
      migFailRc(p, rc, MIG_SQLITE, "interrupted");
    }
  }
  if (rc == SQLITE_OK && ++pScratch->nMade % ROWS_ASIDE == 0) {
    rowsAside(p, pScratch);
  }
  migScratchSwap(p, pScratch);
  return p->rc ? p->rc : rc;
}

/* Behind them: all rows are put back, and committed. After an error it only
** stops counting steps, and the database is of no more use. */
void migScratchEnd(MigContext *p, MigScratch *pScratch) {
  migScratchSwap(p, pScratch);
  pScratch->nTick = -1;
  rowsBack(p, pScratch);
  ownExec(p, pScratch, "COMMIT");
  migScratchSwap(p, pScratch);
}
