/*
** fuzz_store.c - whole databases with a store, mutated, and calls on them.
**
** The first byte of the input chooses one of a few databases, which are made at
** the start by our own functions. Then follow operations, each a byte: with its
** high bit set it is a call, a row of aCall; else it is a mutation, one of
** aMutation, which takes its arguments from the bytes behind. All mutations are
** made first, by a connection without us, on values, rows, schema texts and
** at last single bytes of the file; seals, chains, checksums and digests can be
** made anew, so that what lies behind them is reached. Then come the calls, on
** a connection of their own in memory. Bytes that are missing are 0, so that
** any bytes mean something.
**
** Asserted: a call gives a result, or one error of ours with a code, or an
** error of SQLite's when the file itself is malformed; it is inside or outside
** a transaction as before; no statement is left, and no byte after closing; a
** call that shows changes no page; one that acts and fails changes no row but
** adds failed ones to the history; a table that no script names keeps its rows,
** nothing that is hidden in the schema runs with our writes, and what
** SQLite found whole is whole at the end.
*/
#define _XOPEN_SOURCE 700 /* mkdtemp() */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "migrate.h"
#include "seal.h"
#include "sql.h"
#include "store.h"
#include "chunk.h"
#include "list.h"
#include "manifest.h"
#include "revisions.h"
#include "state.h"

#define FUZZ_MUTATIONS 24 /* of an input */
#define FUZZ_CALLS 8
#define FUZZ_COLUMNS 20
#define FUZZ_PAGE 1024
#define FUZZ_STEPS                                                             \
  4000 /* thousands of virtual machine steps a call may take                   \
        */
#define FUZZ_MEMORY 200000000

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

const char *__asan_default_options(void);
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* Most of the time would go into freed memory being kept, and where it was
** allocated. */
const char *__asan_default_options(void) {
  return "quarantine_size_mb=8:malloc_context_size=2:max_malloc_fill_size=0";
}

/* A table of the store. */
typedef struct FuzzTable {
  const char *zName;
  int nColumn;
  char *azColumn[FUZZ_COLUMNS];
  char *zKey;     /* the columns of the key, by commas */
  char *zColumns; /* all columns but the last one, by commas */
  char *zAt;      /* WHERE that finds row ?9, counted around */
} FuzzTable;

/* A database as bytes. */
typedef struct FuzzImage {
  u8 *a;
  i64 n;
} FuzzImage;

/* The bytes of an input, and how far they have been read. */
typedef struct FuzzInput {
  const u8 *a;
  i64 n;
  i64 i; /* offset of the next one */
} FuzzInput;

/* A byte of the file that is changed. */
typedef struct FuzzByte {
  i64 iAt;
  u8 bNew;
} FuzzByte;

/* One input at work. */
typedef struct FuzzRun {
  FuzzInput in;
  sqlite3 *db;
  int nByte; /* bytes of the file to be changed */
  FuzzByte aByte[FUZZ_MUTATIONS];
  int nCall;
  u8 aCall[FUZZ_CALLS];
  int bCanary;     /* no call so far may have changed the canary */
  int bInterrupt;  /* a call was stopped */
  int nStep;       /* steps it may still take */
  int nBroken;     /* what integrity_check had found, -1: it fails */
  char *zCanary;   /* rows of the canary before */
  FuzzImage image; /* the file before the call */
} FuzzRun;

static FuzzTable aTable[32];   /* the tables of the store */
static int nTable;             /* these are filled once, by the first input */
static FuzzImage aTemplate[8]; /* databases to begin with */
static int nTemplate;

/* What must hold: else the process is aborted, which is a finding of the
** fuzzer. */
static void demand(int bTrue) {
  if (!bTrue) {
    abort();
  }
}

/* ---- reading the input ---- */

/* The next byte of the input; 0 behind its end. */
static int nextByte(FuzzInput *pIn) {
  return pIn->i < pIn->n ? pIn->a[pIn->i++] : 0;
}

/* The next two bytes, the high one first. */
static int nextShort(FuzzInput *pIn) {
  int i = nextByte(pIn);

  return i * 256 + nextByte(pIn);
}

/* The next bytes, at most nMax; how many, says the first. */
static const char *nextBytes(FuzzInput *pIn, int nMax, int *pn) {
  int n = nextByte(pIn) % (nMax + 1);
  const char *z = (const char *)pIn->a + pIn->i;

  *pn = n < pIn->n - pIn->i ? n : (int)(pIn->n - pIn->i);
  pIn->i += *pn;
  return z;
}

/* A table of the store, which the next byte chooses. */
static const FuzzTable *nextTable(FuzzInput *pIn) {
  return &aTable[nextByte(pIn) % nTable];
}

/* ---- databases ---- */

/* A new database in memory, of small pages: a change of bytes meets more of
** what a file is made of. */
static sqlite3 *dbOpen(void) {
  sqlite3 *db = 0;

  demand(sqlite3_open(":memory:", &db) == SQLITE_OK);
  sqlite3_exec(db, "PRAGMA page_size = 1024", 0, 0, 0);
  return db;
}

/* Is a statement left? Those on our tables may be kept for the next revision
** that is added, and go with the connection. */
static int statementLeft(sqlite3 *db) {
  sqlite3_stmt *pStmt = 0;

  while ((pStmt = sqlite3_next_stmt(db, pStmt)) != 0) {
    const char *z = sqlite3_sql(pStmt);
    if (z == 0 || strstr(z, "main._migrate_") == 0) {
      return 1;
    }
  }
  return 0;
}

/* Close a connection, on which no statement may be left. */
static void dbClose(sqlite3 *db) {
  demand(!statementLeft(db));
  demand(sqlite3_close(db) == SQLITE_OK);
}

/* The file as bytes; NULL when SQLite cannot read it. */
static FuzzImage imageTake(sqlite3 *db) {
  FuzzImage image = {0, 0};

  image.a = sqlite3_serialize(db, "main", &image.n, 0);
  return image;
}

/* Open a copy of the image. */
static sqlite3 *imageOpen(const FuzzImage *pImage) {
  sqlite3 *db = dbOpen();
  u8 *a = sqlite3_malloc64((u64)pImage->n);

  demand(a != 0);
  memcpy(a, pImage->a, (size_t)pImage->n);
  demand(sqlite3_deserialize(db, "main", a, pImage->n, pImage->n,
                             SQLITE_DESERIALIZE_FREEONCLOSE |
                                 SQLITE_DESERIALIZE_RESIZEABLE) == SQLITE_OK);
  return db;
}

/* Copy all pages; 0 when SQLite does not want to. */
static int dbCopy(sqlite3 *dbTo, sqlite3 *dbFrom) {
  sqlite3_backup *pBackup = sqlite3_backup_init(dbTo, "main", dbFrom, "main");

  demand(pBackup != 0);
  sqlite3_backup_step(pBackup, -1);
  return sqlite3_backup_finish(pBackup) == SQLITE_OK;
}

/* The first value as text, to be freed; NULL also when that fails. */
static char *queryText(sqlite3 *db, const char *zSql) {
  sqlite3_stmt *pStmt = 0;
  char *z = 0;

  if (sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0) == SQLITE_OK &&
      sqlite3_step(pStmt) == SQLITE_ROW) {
    z = sqlite3_mprintf("%s", sqlite3_column_text(pStmt, 0));
  }
  sqlite3_finalize(pStmt);
  return z;
}

/* The first value as a number, 0 for NULL; iDefault when there is no row, or
** when the query fails. */
static int queryInt(sqlite3 *db, const char *zSql, int iDefault) {
  char *z = queryText(db, zSql);
  int i = z ? atoi(z) : iDefault;

  sqlite3_free(z);
  return i;
}

/* ---- the databases that inputs begin with ---- */

/* What all have: a table that nobody names, and rows. */
static const char zGround[] =
    "CREATE TABLE canary(id INTEGER PRIMARY KEY, v TEXT, w BLOB);"
    "WITH RECURSIVE c(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM c WHERE i<20)"
    " INSERT INTO canary SELECT i, 'row ' || i, zeroblob(i) FROM c;"
    "CREATE TABLE probe(what);";

#define NOW "'{\"now\":\"2026-01-02T03:04:05Z\"}'"

static const char *const azTemplate[] = {
    /* a line with backups, one revision pending */
    "SELECT migrate_config('auto_backup', 'auto'," NOW ");"
    "SELECT migrate_revision('one', 'CREATE TABLE t1(a INTEGER PRIMARY KEY,"
    " b TEXT NOT NULL DEFAULT ''x'', c REAL); CREATE INDEX t1b ON t1(b);',"
    " 'DROP TABLE t1', '{\"id\":\"a\",\"created_at\":0}');"
    "SELECT migrate_revision('two', 'CREATE TABLE t2(k TEXT PRIMARY KEY, a"
    " INTEGER REFERENCES t1 ON DELETE CASCADE) WITHOUT ROWID; CREATE VIEW v1"
    " AS SELECT a, b FROM t1;', 'DROP VIEW v1; DROP TABLE t2',"
    " '{\"id\":\"b\",\"label\":\"core\",\"created_at\":0}');"
    "SELECT migrate_upgrade('head'," NOW ");"
    "WITH RECURSIVE c(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM c WHERE i<90)"
    " INSERT INTO t1 SELECT i, 'name ' || i*i, i/3.0 FROM c;"
    "INSERT INTO t2 SELECT 'k' || a, a FROM t1 WHERE a%3 = 0;"
    "SELECT migrate_backup('first'," NOW ");"
    "SELECT migrate_revision('three', 'SELECT migrate_table(''CREATE TABLE"
    " t1(a INTEGER PRIMARY KEY, b TEXT NOT NULL, c REAL, d INT CHECK(d > 0))'')"
    "; UPDATE t2 SET a = NULL WHERE a > 60;', 'UPDATE t2 SET a = 3;"
    " SELECT migrate_table(''CREATE TABLE t1(a INTEGER PRIMARY KEY, b TEXT NOT"
    " NULL DEFAULT ''''x'''', c REAL)'', ''{\"allow_loss\":[\"t1\"]}'')',"
    " '{\"id\":\"c\",\"created_at\":0}');"
    "SELECT migrate_upgrade('head'," NOW ");"
    "SELECT migrate_backup('second'," NOW ");"
    "SELECT migrate_revision('four', 'ALTER TABLE t2 ADD COLUMN e; INSERT INTO"
    " t2(k) VALUES(''new'');', 'ALTER TABLE t2 DROP COLUMN e',"
    " '{\"id\":\"d\",\"created_at\":0}');",

    /* branches, a merge, dependencies, labels; some of it undone */
    "SELECT migrate_revision('r', 'CREATE TABLE t1(a, b)', 'DROP TABLE t1',"
    " '{\"created_at\":0,\"id\":\"a\",\"label\":\"core\"}');"
    "SELECT migrate_revision('r', 'CREATE TABLE t2(a)', 'DROP TABLE t2',"
    " '{\"created_at\":0,\"id\":\"b\"}');"
    "SELECT migrate_revision('r', 'CREATE TABLE t3(a)', 'DROP TABLE t3',"
    " '{\"created_at\":0,\"id\":\"c\",\"parent\":\"a\",\"splice\":true,"
    "\"label\":\"side\"}');"
    "SELECT migrate_revision('r', 'INSERT INTO t2 VALUES(1)', NULL,"
    " '{\"created_at\":0,\"id\":\"m1\",\"parent\":\"base\",\"depends_on\":["
    "\"b\"],"
    "\"label\":\"data\"}');"
    "SELECT migrate_merge('both', 'b,c', '{\"created_at\":0,\"id\":\"m\"}');"
    "SELECT migrate_revision('r', 'CREATE INDEX t1a ON t1(a)',"
    " 'DROP INDEX t1a', '{\"created_at\":0,\"id\":\"z\",\"parent\":\"m\"}');"
    "SELECT migrate_upgrade('heads'," NOW ");"
    "SELECT migrate_downgrade('m'," NOW ");"
    "INSERT INTO t1 VALUES(1, 2), (3, 4);",

    /* files of a folder, repeatable revisions, settings */
    "SELECT migrate_config('zlib_level', '9');"
    "SELECT migrate_config('actor', 'me');"
    "SELECT migrate_import(folder(), '{\"format\":\"flyway\"}');"
    "SELECT migrate_upgrade('heads'," NOW ");"
    "SELECT migrate_config('max_backups', '3');",

    /* what a script of ours did without us */
    "SELECT migrate_revision('one', 'CREATE TABLE t1(a INTEGER PRIMARY KEY, "
    "b)',"
    " 'DROP TABLE t1', '{\"created_at\":0,\"id\":\"a\"}');"
    "SELECT migrate_revision('two', 'INSERT INTO t1 VALUES(1, 2), (2, 3)',"
    " 'DELETE FROM t1', '{\"created_at\":0,\"id\":\"b\"}');"
    "SELECT migrate_upgrade('a'," NOW ");"
    "SELECT run(migrate_sql('a:b', '{\"shell\":false}'));",

    /* another tool's table, adopted and kept true */
    "CREATE TABLE schema_migrations(version VARCHAR(128) PRIMARY KEY);"
    "INSERT INTO schema_migrations VALUES('1');"
    "CREATE TABLE t1(a INTEGER PRIMARY KEY, b TEXT);"
    "SELECT migrate_revision('one', 'CREATE TABLE t1(a INTEGER PRIMARY KEY,"
    " b TEXT)', 'DROP TABLE t1', '{\"created_at\":0,\"id\":\"1\"}');"
    "SELECT migrate_revision('two', 'CREATE TABLE t2(a)', 'DROP TABLE t2',"
    " '{\"created_at\":0,\"id\":\"2\"}');"
    "SELECT migrate_adopt(" NOW ");"
    "SELECT migrate_config('mirror', 'schema_migrations');",

    /* no store */
    "CREATE TABLE t1(a INTEGER PRIMARY KEY, b);"
    "CREATE TABLE alembic_version(version_num TEXT);"
    "INSERT INTO alembic_version VALUES('a');",
};

static const char *const azFile[][2] = {
    {"V1__one.sql", "CREATE TABLE t1(a INTEGER PRIMARY KEY, b TEXT);\n"},
    {"V2__two.sql", "INSERT INTO t1(b) VALUES('x'), ('y');\n"},
    {"R__view.sql", "DROP VIEW IF EXISTS v1;\n"
                    "CREATE VIEW v1 AS SELECT b FROM t1;\n"},
    {"U2__two.sql", "DELETE FROM t1;\n"},
};

/* Write file i of azFile into a folder, or remove it. */
static void folderFile(const char *zFolder, int i, int bWrite) {
  char *zPath = sqlite3_mprintf("%s/%s", zFolder, azFile[i][0]);
  FILE *pFile;

  if (bWrite) {
    pFile = fopen(zPath, "w");
    demand(pFile && fputs(azFile[i][1], pFile) >= 0 && fclose(pFile) == 0);
  } else {
    unlink(zPath);
  }
  sqlite3_free(zPath);
}

/* SQL function: the folder of files. */
static void folderCall(sqlite3_context *pCtx, int n, sqlite3_value **ap) {
  MIG_UNUSED(n);
  MIG_UNUSED(ap);
  sqlite3_result_text(pCtx, sqlite3_user_data(pCtx), -1, SQLITE_STATIC);
}

/* Run SQL that must not fail. The result of a SELECT run() is run again. */
static void templateRun(sqlite3 *db, const char *zSql) {
  char *zError = 0;
  int rc = sqlite3_exec(db, zSql, 0, 0, &zError);

  if (rc) {
    fprintf(stderr, "%s\n", zError);
    abort();
  }
}

/* One of azTemplate; what follows "SELECT run(" is SQL that gives SQL. */
static FuzzImage templateMake(const char *zSql, char *zFolder) {
  sqlite3 *db = dbOpen();
  const char *zRun = strstr(zSql, "SELECT run(");
  FuzzImage image;

  demand(sqlite3_migrate_init(db, 0, 0) == SQLITE_OK);
  sqlite3_create_function(db, "folder", 0, SQLITE_UTF8, zFolder, folderCall, 0,
                          0);
  templateRun(db, zGround);
  if (zRun) {
    char *zHead = sqlite3_mprintf("%.*s", (int)(zRun - zSql), zSql);
    char *zBody = sqlite3_mprintf("SELECT %.*s", (int)strlen(zRun) - 13,
                                  zRun + 11); /* without ");" */
    char *zScript;
    templateRun(db, zHead);
    zScript = queryText(db, zBody);
    demand(zScript != 0);
    templateRun(db, zScript);
    sqlite3_free(zHead);
    sqlite3_free(zBody);
    sqlite3_free(zScript);
  } else {
    templateRun(db, zSql);
  }
  image = imageTake(db);
  demand(image.a != 0);
  dbClose(db);
  return image;
}

/* Put a column's name behind the list *pz, which is freed and made anew. NULL
** is the empty list. */
static void tableAppend(char **pz, const char *zColumn) {
  char *z = sqlite3_mprintf("%z%s\"%s\"", *pz, *pz ? "," : "", zColumn);

  *pz = z;
}

/* Learn the columns of table i of the store. */
static void tableRead(sqlite3 *db, FuzzTable *pTable) {
  char *zSql = sqlite3_mprintf("PRAGMA table_info(%s)", pTable->zName);
  sqlite3_stmt *pStmt = 0;
  int i;

  demand(sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0) == SQLITE_OK);
  while (sqlite3_step(pStmt) == SQLITE_ROW) {
    char *zName = sqlite3_mprintf("%s", sqlite3_column_text(pStmt, 1));
    demand(pTable->nColumn < FUZZ_COLUMNS);
    pTable->azColumn[pTable->nColumn++] = zName;
    if (sqlite3_column_int(pStmt, 5)) {
      tableAppend(&pTable->zKey, zName);
    }
  }
  sqlite3_finalize(pStmt);
  sqlite3_free(zSql);
  for (i = 0; i < pTable->nColumn - 1; i++) {
    tableAppend(&pTable->zColumns, pTable->azColumn[i]);
  }
  pTable->zAt =
      sqlite3_mprintf(" WHERE (%s) = (SELECT %s FROM main.%s LIMIT 1"
                      " OFFSET ?9 %% (SELECT max(1, count(*)) FROM main.%s))",
                      pTable->zKey, pTable->zKey, pTable->zName, pTable->zName);
}

/* Make the databases, and the list of the tables of the store. */
static void templatesMake(void) {
  char zFolder[] = "/tmp/fuzz_store_XXXXXX";
  const char *zSql;
  sqlite3 *db;
  int i;

  demand(mkdtemp(zFolder) != 0);
  for (i = 0; i < COUNT(azFile); i++) {
    folderFile(zFolder, i, 1);
  }
  for (nTemplate = 0; nTemplate < COUNT(azTemplate); nTemplate++) {
    aTemplate[nTemplate] = templateMake(azTemplate[nTemplate], zFolder);
  }
  for (i = 0; i < COUNT(azFile); i++) {
    folderFile(zFolder, i, 0);
  }
  rmdir(zFolder);
  db = imageOpen(&aTemplate[0]);
  while ((aTable[nTable].zName = migStoreTable(nTable, &zSql)) != 0) {
    tableRead(db, &aTable[nTable]);
    nTable++;
  }
  dbClose(db);
}

/* ---- values ---- */

static const i64 aNumber[] = {0,
                              1,
                              -1,
                              2,
                              3,
                              8,
                              127,
                              255,
                              32000,
                              32001,
                              65535,
                              1000001,
                              99999999,
                              268435457,
                              2147483647,
                              -2147483647,
                              2147483648,
                              1LL << 40,
                              (i64)0x7fffffffffffffff,
                              -(i64)0x7fffffffffffffff - 1};

/* Texts that mean something somewhere, by commas but where a '|' stands for
** one. */
static const char zTexts[] =
    ",head,heads,base,current,a,b,m,a|b,a:b,+1,-1,core,../x,/etc/x,{,done,"
    "failed,partial,offline,full,touched,file,manual,run,each,auto,off,deny,"
    "defensive,schema_migrations,alembic_version,user_version,flyway,own,t1,"
    "_migrate_meta,\xff\xfe,\xc3,2026-01-02T03:04:05.000Z,upgrade,downgrade,"
    "stamp,restore,x'y,x\"y,a b,sqlite_schema,1,-9999999999999999999,1e9";

/* Scripts, good and odd. */
static const char *const azScript[] = {
    "",
    "CREATE TABLE n1(x)",
    "DROP TABLE t1",
    "SELECT migrate_upgrade()",
    "SELECT migrate_table('CREATE TABLE t1(a INTEGER PRIMARY KEY, q)')",
    "-- migrate:no-transaction\nCREATE TABLE n2(x);VACUUM;nonsense",
    "-- migrate:allow-loss t1\nDELETE FROM t1",
    "INSERT INTO t1(a) VALUES(1)",
    "DROP TABLE _migrate_history",
    "DELETE FROM _migrate_applied",
    "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = ''",
    "COMMIT; BEGIN",
    "ALTER TABLE t1 RENAME TO _migrate_x",
    "CREATE TEMP TABLE _migrate_meta(x)",
    "ATTACH ':memory:' AS y",
    "INSERT INTO t2 SELECT * FROM nope",
    "CREATE TRIGGER tr AFTER INSERT ON t1 BEGIN DELETE FROM t1; END",
    "PRAGMA foreign_keys = ON; DELETE FROM t1",
    "REINDEX; ANALYZE; UPDATE t1 SET a = a",
    "-- migrate:batch t1 2\nUPDATE t1 SET b=1 WHERE a BETWEEN :lo AND :hi",
    "-- migrate:check whole\nSELECT a FROM t1 WHERE b IS NOT a",
    "-- migrate:phase contract\n-- migrate:check none\nSELECT * FROM t1"};

/* Bind one of zTexts. */
static void bindWord(sqlite3_stmt *pStmt, int i, int iWord) {
  const char *z = zTexts;
  int n;

  for (; iWord > 0 && (z = strchr(z, ',')) != 0; iWord--) {
    z++;
  }
  n = z ? (int)strcspn(z, ",") : 0;
  sqlite3_bind_text(pStmt, i, z && memchr(z, '|', (size_t)n) ? "a,b" : z, n,
                    SQLITE_TRANSIENT);
}

/* Bind a value of any type as parameter i. */
static void bindNext(FuzzRun *pRun, sqlite3_stmt *pStmt, int i) {
  FuzzInput *pIn = &pRun->in;
  const char *z;
  int n;

  switch (nextByte(pIn) % 9) {
  case 0:
    break;
  case 1:
    sqlite3_bind_int(pStmt, i, (signed char)nextByte(pIn));
    break;
  case 2:
    sqlite3_bind_int64(pStmt, i, aNumber[nextByte(pIn) % COUNT(aNumber)]);
    break;
  case 3:
    sqlite3_bind_double(pStmt, i, (nextByte(pIn) - 128) / 7.0);
    break;
  case 4:
    bindWord(pStmt, i, nextByte(pIn));
    break;
  case 5:
    z = nextBytes(pIn, 64, &n);
    sqlite3_bind_text(pStmt, i, z, n, SQLITE_STATIC);
    break;
  case 6:
    z = nextBytes(pIn, 64, &n);
    sqlite3_bind_blob(pStmt, i, z, n, SQLITE_STATIC);
    break;
  case 7:
    sqlite3_bind_zeroblob(pStmt, i, nextByte(pIn) * 256);
    break;
  default:
    z = azScript[nextByte(pIn) % COUNT(azScript)];
    sqlite3_bind_blob(pStmt, i, z, (int)strlen(z), SQLITE_STATIC);
    break;
  }
}

/* ---- mutations ---- */

/* Prepare a mutation; it need not succeed: others may have gone before. */
static sqlite3_stmt *mutPrepare(FuzzRun *pRun, const char *zFormat, ...) {
  sqlite3_stmt *pStmt = 0;
  va_list ap;
  char *zSql;

  va_start(ap, zFormat);
  zSql = sqlite3_vmprintf(zFormat, ap);
  va_end(ap);
  sqlite3_prepare_v2(pRun->db, zSql, -1, &pStmt, 0);
  sqlite3_free(zSql);
  return pStmt;
}

/* Run a statement to its end, whatever comes of it; NULL is a no-op. */
static void mutFinish(sqlite3_stmt *pStmt) {
  while (pStmt && sqlite3_step(pStmt) == SQLITE_ROW) {
  }
  sqlite3_finalize(pStmt);
}

/* Any value into any cell. */
static void mutSet(FuzzRun *pRun) {
  const FuzzTable *pTable = nextTable(&pRun->in);
  const char *zColumn = pTable->azColumn[nextByte(&pRun->in) % pTable->nColumn];
  sqlite3_stmt *pStmt =
      mutPrepare(pRun, "UPDATE OR IGNORE main.%s SET \"%s\" = ?1%s",
                 pTable->zName, zColumn, pTable->zAt);

  sqlite3_bind_int(pStmt, 9, nextByte(&pRun->in));
  bindNext(pRun, pStmt, 1);
  mutFinish(pStmt);
}

/* A cell gets the value of another one of the store. */
static void mutCopy(FuzzRun *pRun) {
  const FuzzTable *pTo = nextTable(&pRun->in);
  const FuzzTable *pFrom = nextTable(&pRun->in);
  int iTo = nextByte(&pRun->in) % pTo->nColumn;
  int iFrom = nextByte(&pRun->in) % pFrom->nColumn;
  sqlite3_stmt *pStmt = mutPrepare(
      pRun,
      "UPDATE OR IGNORE main.%s SET \"%s\" = (SELECT \"%s\" FROM main.%s"
      " LIMIT 1 OFFSET ?1 %% (SELECT max(1, count(*)) FROM main.%s))%s",
      pTo->zName, pTo->azColumn[iTo], pFrom->azColumn[iFrom], pFrom->zName,
      pFrom->zName, pTo->zAt);

  sqlite3_bind_int(pStmt, 9, nextByte(&pRun->in));
  sqlite3_bind_int(pStmt, 1, nextByte(&pRun->in));
  mutFinish(pStmt);
}

/* A row less. */
static void mutDelete(FuzzRun *pRun) {
  const FuzzTable *pTable = nextTable(&pRun->in);
  sqlite3_stmt *pStmt =
      mutPrepare(pRun, "DELETE FROM main.%s%s", pTable->zName, pTable->zAt);

  sqlite3_bind_int(pStmt, 9, nextByte(&pRun->in));
  mutFinish(pStmt);
}

/* A row once more, with another value in one column. */
static void mutInsert(FuzzRun *pRun) {
  const FuzzTable *pTable = nextTable(&pRun->in);
  int iColumn = nextByte(&pRun->in) % pTable->nColumn;
  char *zList = 0;
  sqlite3_stmt *pStmt;
  int i;

  for (i = 0; i < pTable->nColumn; i++) {
    zList = sqlite3_mprintf(
        "%z%s%s%s%s", zList, i ? "," : "", i == iColumn ? "?1" : "\"",
        i == iColumn ? "" : pTable->azColumn[i], i == iColumn ? "" : "\"");
  }
  pStmt = mutPrepare(pRun, "INSERT OR REPLACE INTO main.%s SELECT %s FROM %s%s",
                     pTable->zName, zList, pTable->zName, pTable->zAt);
  sqlite3_free(zList);
  sqlite3_bind_int(pStmt, 9, nextByte(&pRun->in));
  bindNext(pRun, pStmt, 1);
  mutFinish(pStmt);
}

/* Change a text or a blob: its length, then one byte. */
static void mutBytes(FuzzRun *pRun) {
  const FuzzTable *pTable = nextTable(&pRun->in);
  const char *zColumn = pTable->azColumn[nextByte(&pRun->in) % pTable->nColumn];
  int iRow = nextByte(&pRun->in);
  int nMore = (signed char)nextByte(&pRun->in);
  int iAt = nextShort(&pRun->in);
  int bXor = nextByte(&pRun->in);
  sqlite3_stmt *pStmt = mutPrepare(pRun, "SELECT \"%s\" FROM main.%s%s",
                                   zColumn, pTable->zName, pTable->zAt);
  u8 *a = 0;
  int n = 0;
  int bText = 0;

  sqlite3_bind_int(pStmt, 9, iRow);
  if (pStmt && sqlite3_step(pStmt) == SQLITE_ROW) {
    bText = sqlite3_column_type(pStmt, 0) == SQLITE_TEXT;
    n = sqlite3_column_bytes(pStmt, 0);
    a = sqlite3_malloc(n + 256);
    memset(a, 0, (size_t)n + 256);
    if (n) {
      memcpy(a, sqlite3_column_blob(pStmt, 0), (size_t)n);
    }
    n = n + nMore / 2 > 0 ? n + nMore / 2 : 0;
    a[n ? iAt % n : 0] ^= (u8)bXor;
  }
  sqlite3_finalize(pStmt);
  pStmt = mutPrepare(pRun, "UPDATE OR IGNORE main.%s SET \"%s\" = ?1%s",
                     pTable->zName, zColumn, pTable->zAt);
  sqlite3_bind_int(pStmt, 9, iRow);
  if (bText) {
    sqlite3_bind_text(pStmt, 1, (char *)a, n, SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_blob(pStmt, 1, a, n, SQLITE_TRANSIENT);
  }
  mutFinish(pStmt);
  sqlite3_free(a);
}

/* Another text for a table in the schema. */
static void mutSchema(FuzzRun *pRun) {
  static const char *const azSet[] = {
      "sql = replace(sql, 'NOT NULL', '')",
      "sql = replace(sql, ')', ', more)')",
      "sql = replace(sql, 'TEXT', 'INTEGER')",
      "sql = replace(sql, '--', '-- ')",
      "sql = sql || ' '",
      "sql = replace(sql, 'value', 'value CHECK(migrate_init() + 1)')",
      "sql = replace(sql, 'message TEXT', 'message TEXT AS (''x'')')",
      "type='view', rootpage=0, sql='CREATE VIEW '||name||' AS VALUES(1)'",
      "sql = ?1",
      "name = ?1, tbl_name = ?1",
      "sql = substr(sql, 1, length(sql) - 1)",
      "sql = upper(sql)"};
  const FuzzTable *pTable = nextTable(&pRun->in);
  int iSet = nextByte(&pRun->in) % COUNT(azSet);
  sqlite3_stmt *pStmt =
      mutPrepare(pRun, "UPDATE main.sqlite_schema SET %s WHERE name = '%s'",
                 azSet[iSet], pTable->zName);

  if (iSet == 8 || iSet == 9) {
    bindNext(pRun, pStmt, 1);
  }
  mutFinish(pStmt);
}

/* A statement that someone else has run. Triggers on our tables would leave
** the word store in probe, and calls of ours a revision named hidden. */
static void mutStatement(FuzzRun *pRun) {
  static const char *const azSql[] = {
      "CREATE TRIGGER x1 AFTER INSERT ON _migrate_history BEGIN INSERT INTO"
      " probe VALUES('store'); END",
      "CREATE TRIGGER x2 BEFORE UPDATE ON _migrate_meta BEGIN INSERT INTO"
      " probe VALUES('store'); END",
      "CREATE TRIGGER x3 AFTER DELETE ON _migrate_applied BEGIN INSERT INTO"
      " probe VALUES('store'); END",
      "CREATE TRIGGER x4 AFTER INSERT ON t1 BEGIN SELECT"
      " migrate_revision('hidden'); END",
      "CREATE TRIGGER x5 BEFORE DELETE ON t1 BEGIN INSERT INTO probe"
      " VALUES('user'); END",
      "CREATE VIEW x6 AS SELECT migrate_revision('hidden')",
      "CREATE VIEW x7 AS SELECT * FROM migrations",
      "CREATE INDEX x8 ON _migrate_history(run)",
      "CREATE INDEX x9 ON t1(a) WHERE a > 7",
      "CREATE TABLE _migrate_more(x)",
      "CREATE TABLE _MIGRATE_x(x)",
      "CREATE TABLE x10(a REFERENCES _migrate_meta ON DELETE CASCADE)",
      "DROP TABLE _migrate_labels",
      "ALTER TABLE _migrate_chunks RENAME TO gone",
      "CREATE TABLE migrations(x)",
      "DROP TABLE t1",
      "ALTER TABLE t1 ADD COLUMN late",
      "INSERT INTO t1(b) VALUES(NULL)",
      "DELETE FROM t1",
      "CREATE TABLE t1(z)",
      "CREATE VIEW v9 AS SELECT * FROM nope",
      "DELETE FROM schema_migrations",
      "UPDATE schema_migrations SET version = 'zzz'",
      "DELETE FROM _migrate_history",
      "DELETE FROM _migrate_revisions",
      "DELETE FROM _migrate_meta",
      "DELETE FROM _migrate_applied",
      "UPDATE _migrate_revisions SET flags = 7",
      "INSERT INTO _migrate_applied SELECT revision, 1, '', checksum, NULL,"
      " x'' FROM _migrate_revisions",
      "UPDATE _migrate_backups SET kind = 'touched'",
      "UPDATE _migrate_chunks SET base = chunk - 1, codec = 2",
      "UPDATE _migrate_history SET chain = x'', outcome = 'offline'",
      "PRAGMA user_version = 99",
      "PRAGMA application_id = 99"};

  mutFinish(mutPrepare(pRun, "%s", azSql[nextByte(&pRun->in) % COUNT(azSql)]));
}

/* A fact, a setting, a label, an edge. */
static void mutFact(FuzzRun *pRun) {
  static const char *const azSql[] = {
      "INSERT OR REPLACE INTO _migrate_meta VALUES('store_version', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('heads', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('current', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('pending', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('last_backup', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('chunk_bytes', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('schema', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('schema_size', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('folder', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('batch b', ?1)",
      "INSERT OR REPLACE INTO _migrate_meta VALUES('batch b', '0 ' || ?1 ||"
      " ' 1 ' || ?1 || ' x t1')",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('auto_backup', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('backup_dir', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('mirror', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('transaction', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('strict', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('zlib_level', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('schema_edit', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('file_template', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('max_backups', ?1)",
      "INSERT OR REPLACE INTO _migrate_settings VALUES('deterministic', ?1)",
      "INSERT OR REPLACE INTO _migrate_labels VALUES(?1, 'a')",
      "INSERT OR REPLACE INTO _migrate_labels VALUES('new', ?1)",
      "INSERT OR REPLACE INTO _migrate_edges VALUES('a', 0, 7, ?1, x'')",
      "INSERT OR REPLACE INTO _migrate_edges VALUES('b', 1, 7, ?1, x'')",
      "INSERT OR REPLACE INTO _migrate_edges VALUES(?1, 0, 7, 'a', x'')"};
  sqlite3_stmt *pStmt =
      mutPrepare(pRun, "%s", azSql[nextByte(&pRun->in) % COUNT(azSql)]);

  bindNext(pRun, pStmt, 1);
  mutFinish(pStmt);
}

/* Another script for a revision, in a pack of its own, up or down. */
static void mutScript(FuzzRun *pRun) {
  int iRow = nextByte(&pRun->in);
  int bDown = iRow & 1;
  int iScript = nextByte(&pRun->in);
  const char *z = azScript[iScript % COUNT(azScript)];
  int n = (int)strlen(z);
  sqlite3_stmt *pStmt =
      mutPrepare(pRun, "INSERT OR REPLACE INTO _migrate_scripts(pack, size,"
                       " data) VALUES(1000 + ?9, ?1, ?2)");

  if (iScript >= 200) {
    z = nextBytes(&pRun->in, 250, &n);
  }
  sqlite3_bind_int(pStmt, 9, iRow);
  sqlite3_bind_int(pStmt, 1, n);
  sqlite3_bind_blob(pStmt, 2, n ? z : "", n, SQLITE_STATIC);
  mutFinish(pStmt);
  pStmt = mutPrepare(
      pRun,
      "UPDATE _migrate_revisions SET pack = 1000 + ?9, up_at = 0, down_at = 0,"
      " %s = ?1, %s = NULL WHERE seq = (SELECT seq FROM _migrate_revisions"
      " LIMIT 1 OFFSET (?9 >> 1) %% (SELECT max(1, count(*)) FROM"
      " _migrate_revisions))",
      bDown ? "down_size" : "up_size", bDown ? "up_size" : "down_size");
  sqlite3_bind_int(pStmt, 9, iRow);
  sqlite3_bind_int(pStmt, 1, n);
  mutFinish(pStmt);
}

/* Store all scripts as they are, for the mutations that change bytes. */
static void mutUnpack(FuzzRun *pRun) {
  sqlite3_stmt *pRead =
      mutPrepare(pRun, "SELECT pack, size, data FROM main._migrate_scripts");
  MigContext context;

  migContextInit(&context, pRun->db);
  while (pRead && sqlite3_step(pRead) == SQLITE_ROW) {
    MigBytes bytes = migInflate(&context, sqlite3_column_blob(pRead, 2),
                                sqlite3_column_bytes(pRead, 2),
                                sqlite3_column_int64(pRead, 1), 1000000);
    sqlite3_stmt *pWrite = mutPrepare(
        pRun, "UPDATE main._migrate_scripts SET data = ?1 WHERE pack = ?2");
    sqlite3_bind_blob64(pWrite, 1, bytes.a ? (const void *)bytes.a : "",
                        (u64)bytes.n, SQLITE_TRANSIENT);
    sqlite3_bind_value(pWrite, 2, sqlite3_column_value(pRead, 0));
    if (context.rc == SQLITE_OK) {
      mutFinish(pWrite);
    } else {
      sqlite3_finalize(pWrite);
    }
    migErrorClear(&context);
    sqlite3_free(bytes.a);
  }
  sqlite3_finalize(pRead);
  migContextClear(&context);
}

/* The same for chunks. */
static void mutChunks(FuzzRun *pRun) {
  sqlite3_stmt *pRead = mutPrepare(
      pRun, "SELECT chunk FROM main._migrate_chunks ORDER BY codec DESC");
  u8 aHash[MIG_HASH_SIZE];
  MigContext context;
  MigChunks chunks;

  migContextInit(&context, pRun->db);
  migChunksOpen(&context, &chunks, 1);
  while (pRead && sqlite3_step(pRead) == SQLITE_ROW) {
    i64 n = 0;
    const u8 *a = migChunkGet(&context, &chunks, sqlite3_column_int64(pRead, 0),
                              &n, aHash);
    sqlite3_stmt *pWrite =
        mutPrepare(pRun, "UPDATE main._migrate_chunks SET data = ?1, codec = 0,"
                         " base = NULL WHERE chunk = ?2");
    if (context.rc == SQLITE_OK) {
      sqlite3_bind_blob64(pWrite, 1, n ? (const void *)a : "", (u64)n,
                          SQLITE_TRANSIENT);
      sqlite3_bind_value(pWrite, 2, sqlite3_column_value(pRead, 0));
      mutFinish(pWrite);
    } else {
      sqlite3_finalize(pWrite);
    }
    migErrorClear(&context);
  }
  sqlite3_finalize(pRead);
  migChunksClose(&chunks);
  migStatementsClose(&context);
  migContextClear(&context);
}

/* A byte of the file, at last. */
static void mutPage(FuzzRun *pRun) {
  FuzzByte *pByte = &pRun->aByte[pRun->nByte++];
  int iPage = nextByte(&pRun->in);

  pByte->iAt = (i64)iPage * FUZZ_PAGE + nextShort(&pRun->in) % FUZZ_PAGE;
  pByte->bNew = (u8)nextByte(&pRun->in);
}

/* ---- seals made anew ---- */

/* Checksums of the scripts, in revisions and in the applied set. */
static void sealScripts(MigContext *p, FuzzRun *pRun) {
  sqlite3_stmt *pRead =
      mutPrepare(pRun, "SELECT revision FROM main._migrate_revisions");
  MigPackCache cache = {0, {0, 0}};
  MigRevision rev;

  while (pRead && sqlite3_step(pRead) == SQLITE_ROW) {
    const char *zId = (const char *)sqlite3_column_text(pRead, 0);
    sqlite3_stmt *pWrite;
    int i;
    if (zId == 0 || !migRevisionRead(p, zId, &rev)) {
      migErrorClear(p);
      continue;
    }
    migRevisionScripts(p, &cache, &rev);
    migRevisionChecksum(&rev);
    for (i = 0; i < 2 && p->rc == SQLITE_OK; i++) {
      pWrite = mutPrepare(
          pRun, "UPDATE main.%s SET checksum = ?1 WHERE revision = ?2",
          i ? "_migrate_applied" : "_migrate_revisions");
      sqlite3_bind_blob(pWrite, 1, rev.aChecksum, MIG_HASH_SIZE,
                        SQLITE_TRANSIENT);
      sqlite3_bind_text(pWrite, 2, zId, -1, SQLITE_TRANSIENT);
      mutFinish(pWrite);
    }
    migErrorClear(p);
  }
  sqlite3_finalize(pRead);
  migScriptsClose(&cache);
}

/* Sizes, checksums and, where the bytes are as they are, names of chunks. */
static void sealChunks(FuzzRun *pRun) {
  sqlite3_stmt *pRead = mutPrepare(
      pRun, "SELECT chunk, base, codec, data FROM main._migrate_chunks");
  u8 aHash[MIG_HASH_SIZE];
  MigHash hash;

  while (pRead && sqlite3_step(pRead) == SQLITE_ROW) {
    const void *a = sqlite3_column_blob(pRead, 3);
    int n = sqlite3_column_bytes(pRead, 3);
    int bPlain = sqlite3_column_int(pRead, 2) == 0;
    sqlite3_stmt *pWrite =
        mutPrepare(pRun,
                   "UPDATE OR IGNORE main._migrate_chunks SET crc = ?1%s"
                   " WHERE chunk = ?4",
                   bPlain ? ", size = ?2, hash = ?3" : "");
    migHashInit(&hash);
    migHashAdd(&hash, a, n);
    migHashFinal(&hash, aHash);
    sqlite3_bind_int64(pWrite, 1,
                       migChunkCrc(sqlite3_column_int64(pRead, 1),
                                   sqlite3_column_int64(pRead, 2), a, n));
    if (bPlain) {
      sqlite3_bind_int(pWrite, 2, n);
      sqlite3_bind_blob(pWrite, 3, aHash, MIG_HASH_SIZE, SQLITE_STATIC);
    }
    sqlite3_bind_value(pWrite, 4, sqlite3_column_value(pRead, 0));
    mutFinish(pWrite);
  }
  sqlite3_finalize(pRead);
}

/* The digest of a table in a manifest. */
static void sealEntry(MigContext *p, MigChunks *pChunks,
                      MigTableEntry *pEntry) {
  u8 aHash[MIG_HASH_SIZE];
  MigListReader list;
  MigListEntry entry;
  MigHash digest;
  i64 n;

  migHashInit(&digest);
  migListReadOpen(&list, pChunks, pEntry->nPiece, pEntry->aiPiece);
  while (migListRead(p, &list, &entry)) {
    migChunkGet(p, pChunks, entry.iChunk, &n, aHash);
    migHashAdd(&digest, aHash, MIG_HASH_SIZE);
  }
  migListReadClose(&list);
  if (p->rc == SQLITE_OK) {
    migHashFinal(&digest, pEntry->aDigest);
  }
  migErrorClear(p);
}

/* The digests in all manifests. */
static void sealManifests(MigContext *p, FuzzRun *pRun) {
  sqlite3_stmt *pRead =
      mutPrepare(pRun, "SELECT backup, manifest FROM main._migrate_backups");
  MigChunks chunks;
  int i;

  migChunksOpen(p, &chunks, 1);
  while (pRead && sqlite3_step(pRead) == SQLITE_ROW) {
    MigManifest manifest;
    MigBytes bytes;
    memset(&manifest, 0, sizeof(manifest));
    migManifestDecode(p, sqlite3_column_blob(pRead, 1),
                      sqlite3_column_bytes(pRead, 1), &manifest);
    for (i = 0; p->rc == SQLITE_OK && i < manifest.nTable; i++) {
      sealEntry(p, &chunks, &manifest.aTable[i]);
    }
    bytes = migManifestEncode(p, &manifest);
    if (p->rc == SQLITE_OK) {
      sqlite3_stmt *pWrite =
          mutPrepare(pRun, "UPDATE main._migrate_backups SET manifest = ?1"
                           " WHERE backup = ?2");
      sqlite3_bind_blob64(pWrite, 1, bytes.a, (u64)bytes.n, SQLITE_TRANSIENT);
      sqlite3_bind_value(pWrite, 2, sqlite3_column_value(pRead, 0));
      mutFinish(pWrite);
    }
    sqlite3_free(bytes.a);
    migErrorClear(p);
  }
  sqlite3_finalize(pRead);
  migChunksClose(&chunks);
}

/* The last column of every row of a table that has one: a seal, or with
** aChain, the bytes of the chain before, a chain. */
static void sealRows(MigContext *p, FuzzRun *pRun, const FuzzTable *pTable,
                     u8 *aChain) {
  const char *zLast = pTable->azColumn[pTable->nColumn - 1];
  sqlite3_stmt *pRead = mutPrepare(pRun, "SELECT *, %s FROM main.%s",
                                   pTable->zKey, pTable->zName);
  u8 aSeal[MIG_HASH_SIZE];
  MigHash hash;
  int i;

  while (pRead && sqlite3_step(pRead) == SQLITE_ROW) {
    sqlite3_stmt *pWrite = mutPrepare(
        pRun, "UPDATE main.%s SET \"%s\" = ?9 WHERE (%s) = (?1%s)",
        pTable->zName, zLast, pTable->zKey,
        sqlite3_column_count(pRead) - pTable->nColumn > 1 ? ",?2,?3" : "");
    if (aChain) {
      migHashInit(&hash);
      migHashAdd(&hash, aChain, MIG_HASH_SIZE);
      for (i = 0; i < pTable->nColumn - 1; i++) {
        migSealColumn(p, &hash, pRead, i);
      }
      migHashFinal(&hash, aChain);
      memcpy(aSeal, aChain, MIG_HASH_SIZE);
    } else {
      migSealRow(p, pRead, pTable->zName, pTable->nColumn - 1, aSeal);
    }
    sqlite3_bind_blob(pWrite, 9, aSeal, aChain ? MIG_HASH_SIZE : MIG_SEAL_SIZE,
                      SQLITE_STATIC);
    for (i = pTable->nColumn; i < sqlite3_column_count(pRead); i++) {
      sqlite3_bind_value(pWrite, i - pTable->nColumn + 1,
                         sqlite3_column_value(pRead, i));
    }
    mutFinish(pWrite);
  }
  sqlite3_finalize(pRead);
}

/* Everything that says of something else how it was written. */
static void mutSeal(FuzzRun *pRun) {
  MigContext context;
  MigState state;
  int i;

  migContextInit(&context, pRun->db);
  sealScripts(&context, pRun);
  sealChunks(pRun);
  sealManifests(&context, pRun);
  for (i = 0; i < nTable; i++) {
    const char *zLast = aTable[i].azColumn[aTable[i].nColumn - 1];
    u8 aChain[MIG_HASH_SIZE] = {0};
    if (strcmp(zLast, "seal") == 0 || strcmp(zLast, "chain") == 0) {
      sealRows(&context, pRun, &aTable[i], *zLast == 'c' ? aChain : 0);
    }
    migErrorClear(&context);
  }
  mutFinish(mutPrepare(pRun, "UPDATE main._migrate_meta SET value ="
                             " (SELECT ifnull(sum(length(data)), 0)"
                             " FROM _migrate_chunks)"
                             " WHERE name = 'chunk_bytes'"));
  migStateRead(&context, 1, &state);
  migStateSummarize(&context, &state);
  migStatementsClose(&context);
  migContextClear(&context);
}

static void (*const aMutation[])(FuzzRun *) = {
    mutSet,       mutBytes, mutSeal,   mutCopy,   mutDelete, mutInsert,
    mutStatement, mutFact,  mutScript, mutUnpack, mutChunks, mutSchema,
    mutPage,      mutSet,   mutBytes,  mutSeal};

/* ---- calls ---- */

typedef enum FuzzKind {
  CALL_SHOW,
  CALL_ACT,
  CALL_EACH, /* acts, in several transactions */
  CALL_LOSE, /* acts, and may make or run something that drops any table */
  CALL_DRY,  /* acts, and undoes it */
  CALL_USER  /* a statement of the user's */
} FuzzKind;

#define OPT "{\"now\":\"2026-02-03T04:05:06Z\""

static const struct {
  FuzzKind eKind;
  const char *zSql;
} aCall[] = {
    {CALL_SHOW, "SELECT migrate_verify()"},
    {CALL_SHOW, "SELECT * FROM migrations"},
    {CALL_SHOW, "SELECT *, up, down FROM migration_revisions(':')"},
    {CALL_SHOW, "SELECT * FROM migration_revisions('-2:heads')"},
    {CALL_SHOW, "SELECT * FROM migration_backups"},
    {CALL_SHOW, "SELECT * FROM migration_backup_tables"},
    {CALL_SHOW, "SELECT * FROM migration_backup_diff(1, 'live')"},
    {CALL_SHOW, "SELECT * FROM migration_backup_diff(1, 2)"},
    {CALL_SHOW, "SELECT * FROM migration_checks"},
    {CALL_SHOW, "SELECT * FROM migration_diff('live', 'heads')"},
    {CALL_SHOW, "SELECT * FROM migration_diff('a', 'live')"},
    {CALL_SHOW, "SELECT * FROM migration_history"},
    {CALL_SHOW, "SELECT * FROM migration_plan"},
    {CALL_SHOW, "SELECT * FROM migration_plan('base', 'downgrade')"},
    {CALL_SHOW, "SELECT * FROM migration_plan('heads', 'upgrade', 'base')"},
    {CALL_SHOW, "SELECT * FROM migration_progress"},
    {CALL_SHOW, "SELECT * FROM migration_settings"},
    {CALL_SHOW,
     "SELECT s.* FROM migration_revisions m, migration_statements(m.up) s"},
    {CALL_SHOW, "SELECT migrate_current(), migrate_heads(), migrate_version()"},
    {CALL_SHOW, "SELECT migrate_show('heads')"},
    {CALL_SHOW, "SELECT migrate_show('a')"},
    {CALL_SHOW, "SELECT migrate_sql('current:heads')"},
    {CALL_SHOW, "SELECT migrate_sql('base:heads', '{\"shell\":false}')"},
    {CALL_SHOW, "SELECT migrate_sql('current:base')"},
    {CALL_SHOW, "SELECT migrate_check()"},
    {CALL_SHOW, "SELECT migrate_check('CREATE TABLE t1(a INTEGER)')"},
    {CALL_SHOW, "SELECT migrate_diff('live', 'heads')"},
    {CALL_SHOW, "SELECT migrate_diff('a', 'b', '{\"portable\":true}')"},
    {CALL_SHOW, "SELECT migrate_dump()"},
    {CALL_SHOW, "SELECT migrate_dump('heads')"},
    {CALL_SHOW, "SELECT migrate_require('heads')"},
    {CALL_SHOW, "SELECT migrate_require('base', '{\"at_most\":\"heads\"}')"},
    {CALL_SHOW, "SELECT migrate_config()"},
    {CALL_SHOW, "SELECT migrate_config('mirror')"},
    {CALL_ACT, "SELECT migrate_init('" OPT "}')"},
    {CALL_ACT, "SELECT migrate_upgrade('heads', '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_upgrade('+1')"},
    {CALL_ACT, "SELECT migrate_upgrade('heads', '" OPT ",\"backup\":true}')"},
    {CALL_ACT, "SELECT migrate_upgrade('b', '" OPT ",\"backup\":false}')"},
    {CALL_EACH,
     "SELECT migrate_upgrade('heads', '{\"transaction\":\"each\"}')"},
    {CALL_DRY, "SELECT migrate_upgrade('heads', '{\"dry_run\":true}')"},
    {CALL_EACH,
     "SELECT migrate_upgrade('heads', '" OPT ",\"until\":\"contract\"}')"},
    {CALL_EACH, "SELECT migrate_auto('" OPT "}')"},
    {CALL_EACH, "SELECT migrate_auto('{\"on_error\":\"report\"}')"},
    {CALL_DRY, "SELECT migrate_auto('{\"dry_run\":true}')"},
    {CALL_EACH, "SELECT migrate_step(1, '" OPT "}')"},
    {CALL_EACH, "SELECT migrate_step()"},
    {CALL_DRY, "SELECT migrate_test()"},
    {CALL_DRY, "SELECT migrate_test('base:', '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_downgrade('-1', '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_downgrade('base', '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_downgrade('a')"},
    {CALL_EACH,
     "SELECT migrate_downgrade('base', '{\"transaction\":\"each\"}')"},
    {CALL_LOSE, "SELECT migrate_downgrade('-1', '{\"restore\":true}')"},
    {CALL_LOSE, "SELECT migrate_downgrade('base', '{\"restore\":true,"
                "\"allow_loss\":[\"t1\",\"t2\"]}')"},
    {CALL_DRY, "SELECT migrate_downgrade('base', '{\"dry_run\":true}')"},
    {CALL_ACT, "SELECT migrate_stamp('heads', '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_stamp('heads', '{\"force\":true}')"},
    {CALL_ACT, "SELECT migrate_stamp('base', '{\"purge\":true}')"},
    {CALL_ACT, "SELECT migrate_stamp('a', '{\"purge\":true,\"force\":true}')"},
    {CALL_ACT, "SELECT migrate_revision('new', 'CREATE TABLE n(x)',"
               " 'DROP TABLE n', '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_revision('new', 'CREATE TABLE n3(x)', NULL,"
               " '{\"parent\":\"a\",\"splice\":true,\"label\":\"fresh\"}')"},
    {CALL_LOSE, "SELECT migrate_revision('all', '{\"baseline\":true}')"},
    {CALL_LOSE, "SELECT migrate_revision('all', NULL, NULL,"
                " '{\"baseline\":true,\"replace\":true}')"},
    {CALL_ACT, "SELECT migrate_edit('heads', 'SELECT 1', 'SELECT 2')"},
    {CALL_ACT, "SELECT migrate_edit('a', 'CREATE TABLE t1(q)', NULL,"
               " '{\"repair\":true}')"},
    {CALL_ACT, "SELECT migrate_edit('b', NULL, 'SELECT 2',"
               " '{\"repair\":true}')"},
    {CALL_ACT, "SELECT migrate_delete('heads', '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_delete('a')"},
    {CALL_ACT, "SELECT migrate_label('heads', 'tagged')"},
    {CALL_ACT, "SELECT migrate_label('a', NULL)"},
    {CALL_ACT, "SELECT migrate_merge('both', 'heads')"},
    {CALL_ACT, "SELECT migrate_merge('both')"},
    {CALL_ACT, "SELECT migrate_backup('note', '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_backup()"},
    {CALL_LOSE, "SELECT migrate_restore('latest', '" OPT "}')"},
    {CALL_LOSE, "SELECT migrate_restore(1)"},
    {CALL_LOSE, "SELECT migrate_restore(2, '{\"force\":true}')"},
    {CALL_LOSE, "SELECT migrate_restore(1, '{\"tables\":[\"t1\"]}')"},
    {CALL_LOSE, "SELECT migrate_restore(3, '{\"tables\":[\"t2\"],"
                "\"force\":true,\"backup\":false}')"},
    {CALL_DRY, "SELECT migrate_restore(1, '{\"dry_run\":true}')"},
    {CALL_ACT, "SELECT migrate_restore(1, '{\"to\":\"/dev/null/x.db\"}')"},
    {CALL_ACT, "SELECT migrate_prune(1, '" OPT "}')"},
    {CALL_ACT, "SELECT migrate_prune(0, '{\"manual\":true}')"},
    {CALL_ACT, "SELECT migrate_prune('{\"backups\":[1]}')"},
    {CALL_LOSE, "SELECT migrate_autogenerate('gen',"
                " 'CREATE TABLE t1(a INTEGER PRIMARY KEY, b TEXT, n)')"},
    {CALL_LOSE, "SELECT migrate_autogenerate('gen', 'base')"},
    {CALL_ACT, "SELECT migrate_table("
               "'CREATE TABLE t1(a INTEGER PRIMARY KEY, b TEXT, c, d, e)')"},
    {CALL_ACT, "SELECT migrate_table('CREATE TABLE t1(b, a)',"
               " '{\"allow_loss\":[\"t1\"]}')"},
    {CALL_ACT, "SELECT migrate_table('CREATE TABLE _migrate_meta(x)')"},
    {CALL_ACT, "SELECT migrate_adopt('" OPT "}')"},
    {CALL_ACT, "SELECT migrate_adopt('{\"repair\":true}')"},
    {CALL_ACT, "SELECT migrate_adopt('{\"tool\":\"dbmate\",\"check\":true}')"},
    {CALL_LOSE, "SELECT migrate_adopt('{\"baseline\":true}')"},
    {CALL_ACT, "SELECT migrate_config('zlib_level', '9')"},
    {CALL_ACT, "SELECT migrate_config('mirror', 'schema_migrations')"},
    {CALL_ACT, "SELECT migrate_config('mirror', NULL)"},
    {CALL_ACT, "SELECT migrate_config('transaction', 'each')"},
    {CALL_DRY, "SELECT migrate_export('/dev/null/x', '{\"dry_run\":true}')"},
    {CALL_DRY, "SELECT migrate_export('/dev/null/x', '{\"dry_run\":true,"
               "\"format\":\"flyway\"}')"},
    {CALL_DRY, "SELECT migrate_export('/dev/null/x', '{\"dry_run\":true,"
               "\"format\":\"dbmate\"}')"},
    {CALL_DRY, "SELECT migrate_export('/dev/null/x', '{\"dry_run\":true,"
               "\"format\":\"sqitch\"}')"},
    {CALL_DRY, "SELECT migrate_export('/dev/null/x', '{\"dry_run\":true,"
               "\"format\":\"alembic\"}')"},
    {CALL_ACT, "SELECT migrate_import('/dev/null')"},
    {CALL_USER, "BEGIN"},
    {CALL_USER, "BEGIN IMMEDIATE"},
    {CALL_USER, "SAVEPOINT s"},
    {CALL_USER, "ROLLBACK TO s"},
    {CALL_USER, "RELEASE s"},
    {CALL_USER, "COMMIT"},
    {CALL_USER, "ROLLBACK"},
    {CALL_USER, "PRAGMA foreign_keys = ON"},
    {CALL_USER, "INSERT INTO t1(a) SELECT max(a) + 1 FROM t1"},
    {CALL_USER, "DELETE FROM t1 WHERE a % 2"},
    {CALL_SHOW, "SELECT migrate_graph()"},
    {CALL_SHOW, "SELECT migrate_graph('dot'), migrate_graph('mermaid')"},
    {CALL_SHOW, "SELECT migrate_graph('svg')"},
};

/* Called every thousand steps of the virtual machine. */
static int progressCall(void *pArg) {
  FuzzRun *pRun = pArg;

  pRun->bInterrupt |= pRun->nStep-- <= 0;
  return pRun->bInterrupt;
}

/* Is it one error of ours? */
static int errorIsOurs(const char *z) {
  int i;

  if (strncmp(z, "migrate: ", 9) != 0) {
    return 0;
  }
  for (i = 1; i < MIG_NCODE; i++) {
    const char *zCode = migCodeName((MigCode)i);
    size_t n = strlen(zCode);
    if (strncmp(z + 9, zCode, n) == 0 && strncmp(z + 9 + n, ": ", 2) == 0) {
      return z[9 + n + 2] != 0;
    }
  }
  return 0;
}

/* Look at an error. SQLite's own come where it cannot read the file, or stops
** as it was told. */
static void errorTest(const FuzzRun *pRun, FuzzKind eKind, int rc) {
  const char *z = sqlite3_errmsg(pRun->db);
  int e = rc & 0xff;

  demand(e != SQLITE_NOMEM && e != SQLITE_MISUSE && e != SQLITE_INTERNAL);
  if (eKind == CALL_USER || errorIsOurs(z) || e == SQLITE_CORRUPT ||
      e == SQLITE_NOTADB || (e == SQLITE_INTERRUPT && pRun->bInterrupt) ||
      strncmp(z, "malformed database schema", 25) == 0 ||
      strcmp(z, "unsupported file format") == 0) {
    return;
  }
  fprintf(stderr, "error %d: %s\n", rc, z);
  abort();
}

/* Run the statement to its end; its result code. */
static int callRun(FuzzRun *pRun, const char *zSql) {
  sqlite3_stmt *pStmt = 0;
  int rc = sqlite3_prepare_v2(pRun->db, zSql, -1, &pStmt, 0);
  int i;

  while (rc == SQLITE_OK && sqlite3_step(pStmt) == SQLITE_ROW) {
    for (i = 0; i < sqlite3_column_count(pStmt); i++) {
      sqlite3_column_text(pStmt, i);
    }
  }
  i = sqlite3_finalize(pStmt);
  return rc ? rc : i;
}

/* ---- what may not change ---- */

/* May a call leave part of its work, because it runs in several
** transactions? */
static int runsInPieces(sqlite3 *db) {
  return queryInt(db,
                  "SELECT count(*) FROM _migrate_settings"
                  " WHERE name = 'transaction' AND value = 'each'",
                  0) > 0 ||
         queryInt(db,
                  "SELECT count(*) FROM _migrate_revisions"
                  " WHERE flags & 3",
                  0) > 0;
}

/* Are the first nColumn values of two rows the same, type and bytes? */
static int rowsEqual(sqlite3_stmt *pA, sqlite3_stmt *pB, int nColumn) {
  int i;

  for (i = 0; i < nColumn; i++) {
    int n = sqlite3_column_bytes(pA, i);
    if (sqlite3_column_type(pA, i) != sqlite3_column_type(pB, i) ||
        n != sqlite3_column_bytes(pB, i) ||
        (n && memcmp(sqlite3_column_blob(pA, i), sqlite3_column_blob(pB, i),
                     (size_t)n))) {
      return 0;
    }
  }
  return 1;
}

/* Do both give the same rows, leaving the last nSkip columns out? With
** bHistory the second one may have failed rows more. */
static void queryTest(sqlite3 *dbA, sqlite3 *dbB, const char *zSql, int nSkip,
                      int bHistory) {
  sqlite3_stmt *pA = 0;
  sqlite3_stmt *pB = 0;

  demand(sqlite3_prepare_v2(dbA, zSql, -1, &pA, 0) ==
         sqlite3_prepare_v2(dbB, zSql, -1, &pB, 0));
  while (pA && sqlite3_step(pA) == SQLITE_ROW) {
    demand(sqlite3_step(pB) == SQLITE_ROW);
    demand(rowsEqual(pA, pB, sqlite3_column_count(pA) - nSkip));
  }
  while (pB && sqlite3_step(pB) == SQLITE_ROW) {
    const char *z = bHistory ? (const char *)sqlite3_column_text(pB, 7) : 0;
    demand(z && strcmp(z, "failed") == 0);
  }
  sqlite3_finalize(pA);
  sqlite3_finalize(pB);
}

/* Are all rows what they were? With bFailed but for failed rows of the history
** and seals that were still to be made. (Pages may differ: SQLite does not put
** back what a free page held.) */
static void contentTest(FuzzRun *pRun, int bFailed) {
  sqlite3 *dbOld = imageOpen(&pRun->image);
  sqlite3_stmt *pStmt = 0;
  int bOpen = queryInt(dbOld,
                       "SELECT count(*) FROM _migrate_history"
                       " WHERE outcome = 'offline' AND length(chain) = 0",
                       0) > 0;

  if (bFailed && runsInPieces(dbOld)) {
    dbClose(dbOld);
    return;
  }
  queryTest(dbOld, pRun->db,
            "SELECT type, name, tbl_name, sql FROM main.sqlite_schema"
            " ORDER BY name, type",
            0, 0);
  sqlite3_prepare_v2(dbOld,
                     "SELECT name FROM sqlite_schema WHERE type = 'table'", -1,
                     &pStmt, 0);
  while (pStmt && sqlite3_step(pStmt) == SQLITE_ROW) {
    const char *zName = (const char *)sqlite3_column_text(pStmt, 0);
    char *zSql = sqlite3_mprintf("SELECT * FROM main.\"%w\"", zName);
    int bHistory = strcmp(zName, "_migrate_history") == 0;
    int bSealed = bHistory || strcmp(zName, "_migrate_revisions") == 0 ||
                  strcmp(zName, "_migrate_applied") == 0;
    queryTest(dbOld, pRun->db, zSql, bFailed && bOpen && bSealed,
              bFailed && bHistory);
    sqlite3_free(zSql);
  }
  sqlite3_finalize(pStmt);
  dbClose(dbOld);
}

/* Rows of the canary as one text. */
static char *canaryRead(sqlite3 *db) {
  return queryText(db, "SELECT group_concat(quote(id) || quote(v) || quote(w))"
                       " FROM main.canary");
}

/* After each call. */
static void afterTest(FuzzRun *pRun, FuzzKind eKind, int rc) {
  FuzzImage now = imageTake(pRun->db);
  int bSame = now.a && pRun->image.a && now.n == pRun->image.n &&
              memcmp(now.a, pRun->image.a, (size_t)now.n) == 0;

  demand((now.a == 0) == (pRun->image.a == 0) || pRun->nByte);
  if (eKind == CALL_SHOW) {
    demand(bSame || now.a == 0);
  } else if (!bSame && pRun->image.a && pRun->nByte == 0 &&
             (eKind == CALL_DRY ||
              (rc && eKind != CALL_USER && eKind != CALL_EACH))) {
    contentTest(pRun, eKind != CALL_DRY);
  }
  sqlite3_free(pRun->image.a);
  pRun->image = now;
}

/* One call, row iCall of aCall, with what must hold after it. It is stopped
** when it takes too many steps. */
static void callTest(FuzzRun *pRun, int iCall) {
  FuzzKind eKind = aCall[iCall].eKind;
  int bAuto = sqlite3_get_autocommit(pRun->db);
  int rc;

  pRun->bInterrupt = 0;
  pRun->nStep = FUZZ_STEPS;
  sqlite3_progress_handler(pRun->db, 1000, progressCall, pRun);
  rc = callRun(pRun, aCall[iCall].zSql);
  if (rc) {
    errorTest(pRun, eKind, rc);
  }
  sqlite3_progress_handler(pRun->db, 0, 0, 0);
  demand(!statementLeft(pRun->db));
  if (eKind != CALL_USER) {
    demand(sqlite3_get_autocommit(pRun->db) == bAuto);
  }
  pRun->bCanary &= eKind != CALL_LOSE;
  afterTest(pRun, eKind, rc);
}

static const char zIntegrity[] = "SELECT count(*) FROM pragma_integrity_check"
                                 " WHERE integrity_check <> 'ok'";

/* Has something run that was hidden in the file, or changed what nobody
** named? */
static void endTest(FuzzRun *pRun) {
  char *zCanary = canaryRead(pRun->db);

  if (pRun->nByte == 0) {
    demand(!pRun->bCanary || pRun->zCanary == 0 ||
           (zCanary && strcmp(zCanary, pRun->zCanary) == 0));
    demand(queryInt(pRun->db, "SELECT count(*) FROM probe WHERE what = 'store'",
                    0) == 0);
    demand(queryInt(pRun->db,
                    "SELECT count(*) FROM _migrate_revisions"
                    " WHERE message = 'hidden'",
                    0) == 0);
    demand(pRun->nBroken || queryInt(pRun->db, zIntegrity, -1) == 0);
  }
  sqlite3_free(zCanary);
}

/* ---- one input ---- */

/* Read the operations; mutate. */
static void runMutate(FuzzRun *pRun) {
  int n = 0;

  sqlite3_db_config(pRun->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)0);
  sqlite3_exec(pRun->db,
               "PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints ="
               " ON; PRAGMA legacy_alter_table = ON; BEGIN",
               0, 0, 0);
  while (pRun->in.i < pRun->in.n && n < FUZZ_MUTATIONS) {
    int iOperation = nextByte(&pRun->in);
    if (iOperation < 128) {
      aMutation[iOperation % COUNT(aMutation)](pRun);
      n++;
    } else if (pRun->nCall < FUZZ_CALLS) {
      pRun->aCall[pRun->nCall++] = (u8)(iOperation & 127);
    }
  }
  sqlite3_exec(pRun->db, "COMMIT", 0, 0, 0);
}

/* Change single bytes of the file. */
static void runBytes(FuzzRun *pRun) {
  FuzzImage image = imageTake(pRun->db);
  int i;

  dbClose(pRun->db);
  demand(image.a != 0);
  for (i = 0; i < pRun->nByte; i++) {
    image.a[pRun->aByte[i].iAt % image.n] = pRun->aByte[i].bNew;
  }
  pRun->db = imageOpen(&image);
  sqlite3_free(image.a);
}

/* Go on with a copy in memory, on a connection that has us. */
static int runOpen(FuzzRun *pRun) {
  sqlite3 *db = dbOpen();
  int bDone = dbCopy(db, pRun->db);

  dbClose(pRun->db);
  pRun->db = db;
  demand(sqlite3_migrate_init(db, 0, 0) == SQLITE_OK);
  return bDone;
}

/* Does a call act? Else nothing can be changed, and each call shows that. */
static int runActs(const FuzzRun *pRun) {
  int i;

  for (i = 0; i < pRun->nCall; i++) {
    if (aCall[pRun->aCall[i] % COUNT(aCall)].eKind != CALL_SHOW) {
      return 1;
    }
  }
  return 0;
}

/* The calls, one after another; what they have done together is looked at only
** when one of them acts. */
static void runCalls(FuzzRun *pRun) {
  int bActs = runActs(pRun);
  int i;

  pRun->image = imageTake(pRun->db);
  if (bActs) {
    pRun->bCanary = 1;
    pRun->zCanary = canaryRead(pRun->db);
    pRun->nBroken = queryInt(pRun->db, zIntegrity, -1);
  }
  for (i = 0; i < pRun->nCall; i++) {
    callTest(pRun, pRun->aCall[i] % COUNT(aCall));
  }
  if (bActs) {
    endTest(pRun);
  }
  sqlite3_free(pRun->zCanary);
  sqlite3_free(pRun->image.a);
}

/* One input. The templates are made with the first one. What a mutation leaves
** unreadable to SQLite is not tried. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  FuzzRun run;
  i64 nBefore;

  if (nTemplate == 0) {
    templatesMake();
  }
  nBefore = sqlite3_memory_used();
  sqlite3_memory_highwater(1);
  memset(&run, 0, sizeof(run));
  run.in.a = a;
  run.in.n = (i64)n;
  run.db = imageOpen(&aTemplate[nextByte(&run.in) % nTemplate]);
  runMutate(&run);
  if (run.nByte) {
    runBytes(&run);
  }
  if (runOpen(&run)) {
    runCalls(&run);
  }
  dbClose(run.db);
  demand(sqlite3_memory_highwater(0) < FUZZ_MEMORY);
  demand(sqlite3_memory_used() == nBefore);
  return 0;
}
