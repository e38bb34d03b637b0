/*
** client.c - the story for C.
**
**     client EXTENSION MIGRATIONS DATABASE
**
** Compiled with -DCLIENT_STATIC='"HOW"' the extension is linked in, and
** EXTENSION is not read.
**
** What is proven is the output: test/clients.test holds it against the story
** that all clients tell. A line begins with a word for what was done and has
** the values of a row, NULL as '-'; with '!' for an error that was wanted; with
** '#' for what may differ from client to client; with '=' for what is wanted
** and what came, by '|', where this client does more than the others.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "migrate.h"

#ifdef CLIENT_STATIC
#define CLIENT_HOW CLIENT_STATIC
#else
#define CLIENT_HOW "loaded"
#endif

static sqlite3 *db;

/* Say what could not be done, and end with 1. */
static void die(const char *zWhat) {
  fprintf(stderr, "%s: %s\n", zWhat, db ? sqlite3_errmsg(db) : "out of memory");
  exit(1);
}

/* Prepare a statement, to be finalized by the caller; what cannot be is the end
** of the program. */
static sqlite3_stmt *prepare(const char *zSql) {
  sqlite3_stmt *pStmt;

  if (sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0) != SQLITE_OK) {
    die(zSql);
  }
  return pStmt;
}

/* Run a statement to its end, print its rows behind zWord. */
static void print(const char *zWord, sqlite3_stmt *pStmt) {
  int rc;

  while ((rc = sqlite3_step(pStmt)) == SQLITE_ROW) {
    int i;
    printf("%s", zWord);
    for (i = 0; i < sqlite3_column_count(pStmt); i++) {
      const char *z = (const char *)sqlite3_column_text(pStmt, i);
      printf(" %s", z ? z : "-");
    }
    printf("\n");
  }
  if (rc != SQLITE_DONE) {
    die(sqlite3_sql(pStmt));
  }
  sqlite3_reset(pStmt);
}

/* Print the rows of a query behind zWord. */
static void rows(const char *zWord, const char *zSql) {
  sqlite3_stmt *pStmt = prepare(zSql);

  print(zWord, pStmt);
  sqlite3_finalize(pStmt);
}

/* The same with zArg as the first parameter. */
static void bound(const char *zWord, const char *zSql, const char *zArg) {
  sqlite3_stmt *pStmt = prepare(zSql);

  sqlite3_bind_text(pStmt, 1, zArg, -1, SQLITE_STATIC);
  print(zWord, pStmt);
  sqlite3_finalize(pStmt);
}

/* Run SQL that must not fail. */
static void run(const char *zSql) {
  if (sqlite3_exec(db, zSql, 0, 0, 0) != SQLITE_OK) {
    die(zSql);
  }
}

/* Run SQL that should fail: a line with the result code and the message; when
** it does not fail the line says so, and is found wrong. */
static void fails(const char *zWord, const char *zSql) {
  char *zErr = 0;
  int rc = sqlite3_exec(db, zSql, 0, 0, &zErr);

  printf("! %s %d %s\n", zWord, rc, zErr ? zErr : "no error");
  sqlite3_free(zErr);
}

/* The first value after one step; -1 without a row. The statement is finalized
** without being stepped to its end. */
static int number(const char *zSql) {
  sqlite3_stmt *pStmt = prepare(zSql);
  int n = sqlite3_step(pStmt) == SQLITE_ROW ? sqlite3_column_int(pStmt, 0) : -1;

  sqlite3_finalize(pStmt);
  return n;
}

/* The columns that a kept statement has once it is stepped. */
static int columns(sqlite3_stmt *pStmt) {
  int n;

  sqlite3_step(pStmt);
  n = sqlite3_data_count(pStmt);
  sqlite3_reset(pStmt);
  return n;
}

/* Open the database with the extension: linked in, or loaded from its file. */
static void openDatabase(const char *zExtension, const char *zDatabase) {
#ifdef CLIENT_STATIC
  (void)zExtension;
  sqlite3_auto_extension((void (*)(void))sqlite3_migrate_init);
  if (sqlite3_open(zDatabase, &db) != SQLITE_OK) {
    die("open");
  }
#else
  char *zErr = 0;

  if (sqlite3_open(zDatabase, &db) != SQLITE_OK) {
    die("open");
  }
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, (int *)0);
  if (sqlite3_load_extension(db, zExtension, 0, &zErr) != SQLITE_OK) {
    die(zErr ? zErr : "load");
  }
#endif
}

/* What this client runs on, in lines that begin with '#'. */
static void describe(void) {
  int bDefensive = -1;
  int bForeignKeys = -1;

  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, -1, &bDefensive);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &bForeignKeys);
  printf("# host C, %s | migrate %s\n", CLIENT_HOW, MIGRATE_VERSION);
  printf("# sqlite %s\n", sqlite3_libversion());
  printf("# defensive %s\n", bDefensive ? "on" : "off");
  printf("# foreign_keys %s\n", bForeignKeys ? "on" : "off");
}

/* Rows of a host, in a transaction of its own, with bound values: NULL and a
** name that is not ASCII among them. */
static void addBoats(void) {
  static const struct {
    const char *zName;
    int iBerth;
    double rLength; /* 0: not known */
  } aBoat[] = {{"Anna", 1, 9.25}, {"M\xc3\xb6we", 2, 0}, {"Zed", 1, 4.5}};
  sqlite3_stmt *pStmt;
  size_t i;

  run("BEGIN");
  pStmt = prepare("INSERT INTO boat(name, berth, length) VALUES(?, ?, ?)");
  for (i = 0; i < sizeof(aBoat) / sizeof(aBoat[0]); i++) {
    sqlite3_bind_text(pStmt, 1, aBoat[i].zName, -1, SQLITE_STATIC);
    sqlite3_bind_int(pStmt, 2, aBoat[i].iBerth);
    if (aBoat[i].rLength > 0) {
      sqlite3_bind_double(pStmt, 3, aBoat[i].rLength);
    } else {
      sqlite3_bind_null(pStmt, 3);
    }
    print("", pStmt);
  }
  sqlite3_finalize(pStmt);
  run("COMMIT");
}

/* Statements that are prepared once, and stepped again after migrations have
** changed the schema under them. */
static void keepStatements(void) {
  sqlite3_stmt *pUp = prepare("SELECT migrate_upgrade('+1') ->> '$.to[0]'");
  sqlite3_stmt *pDown = prepare("SELECT migrate_downgrade('-1') ->> '$.to[0]'");
  sqlite3_stmt *pNamed = prepare("SELECT id, name FROM boat WHERE id = 3");
  sqlite3_stmt *pStar = prepare("SELECT * FROM boat WHERE id = 3");
  int nBefore = columns(pStar);
  int i;

  for (i = 0; i < 2; i++) {
    print("kept", pNamed);
    print("kept up", pUp);
  }
  printf("= columns of a kept SELECT * | 3 4 | %d %d\n", nBefore,
         columns(pStar));
  for (i = 0; i < 2; i++) {
    print("kept", pNamed);
    print("kept down", pDown);
  }
  sqlite3_finalize(pUp);
  sqlite3_finalize(pDown);
  sqlite3_finalize(pNamed);
  sqlite3_finalize(pStar);
}

/* How often sqlite3_exec() and sqlite3_step() upgrade by one step, what
** DEFENSIVE changes, and that the databases which the extension opens for
** itself are without it, also where it is on every connection. */
static void own(void) {
  static const char zUp[] = "SELECT migrate_upgrade('+1')";
  static const char zCount[] =
      "SELECT count(*) FROM migrations WHERE state = 'applied'";

  run("SELECT migrate_downgrade('base')");
  run(zUp);
  printf("= steps by sqlite3_exec | 1 | %d\n", number(zCount));
  run("SELECT migrate_downgrade('base')");
  number(zUp);
  printf("= steps by sqlite3_step | 1 | %d\n", number(zCount));
  run("SELECT migrate_upgrade()");
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
  rows("= migrate_table under DEFENSIVE | rebuild |",
       "SELECT migrate_table('CREATE TABLE boat(id INTEGER PRIMARY KEY,"
       " name TEXT NOT NULL, berth INTEGER NOT NULL, length REAL)',"
       " '{\"dry_run\":true}')");
  run("SELECT migrate_revision('other', 'DROP TABLE IF EXISTS migrations;"
      " CREATE TABLE migrations(a)', NULL,"
      " '{\"id\":\"other\",\"parent\":\"base\"}')");
  rows("= a script over another table migrations | CREATE TABLE migrations(a); "
       "|",
       "SELECT trim(migrate_diff('base', 'other'), char(10))");
}

/* The story, which every client tells in its language, line for line. */
int main(int argc, char **argv) {
  static const char *const azEnd[] = {"ROLLBACK", "COMMIT"};
  sqlite3_stmt *pOpen;
  int i;

  if (argc != 4) {
    fprintf(stderr, "use: client EXTENSION MIGRATIONS DATABASE\n");
    return 2;
  }
  openDatabase(argv[1], argv[3]);
  describe();

  /* Up, and rows. */
  bound("imported", "SELECT json_array_length(migrate_import(?) -> '$.new')",
        argv[2]);
  rows("plan", "SELECT position, revision, message FROM migration_plan");
  rows("upgraded", "SELECT migrate_upgrade() ->> '$.run'");
  addBoats();
  rows("backup", "SELECT migrate_backup('before the storm')");

  /* One down and up again. What is lost comes back. */
  rows("down", "SELECT migrate_downgrade('-1') ->> '$.to[0]'");
  rows("pending", "SELECT revision FROM migration_plan");
  rows("up", "SELECT migrate_upgrade() ->> '$.to[0]'");
  run("UPDATE boat SET name = 'x' WHERE id = 1");
  run("DELETE FROM boat WHERE id = 2");
  rows("spoilt", "SELECT id, name FROM boat ORDER BY id");
  rows("restored", "SELECT migrate_restore(2) ->> '$.backup'");
  rows("boat", "SELECT id, name, berth, length FROM boat ORDER BY id");

  /* An error has its code, and leaves nothing behind. */
  run("SELECT migrate_revision('bad', 'CREATE TABLE half(a);"
      " INSERT INTO nowhere VALUES(1)', NULL, '{\"id\":\"bad\"}')");
  fails("SCRIPT", "SELECT migrate_upgrade()");
  rows("half", "SELECT count(*) FROM sqlite_master WHERE name = 'half'");
  rows("deleted", "SELECT migrate_delete('bad')");

  /* In a transaction of the host its COMMIT or ROLLBACK decides. */
  for (i = 0; i < 2; i++) {
    run("BEGIN");
    rows("committed", "SELECT migrate_downgrade('-2') ->> '$.committed'");
    run(azEnd[i]);
    rows("current", "SELECT migrate_current()");
  }
  keepStatements();
  rows("up", "SELECT migrate_upgrade() ->> '$.to[0]'");

  /* A result set that is not read to its end. */
  pOpen = prepare("SELECT id FROM boat");
  sqlite3_step(pOpen);
  fails("OPEN_CURSOR", "SELECT migrate_downgrade('-1', '{\"dry_run\":true}')");
  sqlite3_finalize(pOpen);

  /* What the tables say. */
  rows("revision", "SELECT revision, state, is_head FROM migrations");
  rows("run", "SELECT run, action, outcome FROM migration_history"
              " WHERE revision IS NULL OR outcome = 'failed'");
  rows("backup", "SELECT backup, kind, note FROM migration_backups");
  rows("auto", "SELECT migrate_auto() ->> '$.did'");
  rows("test", "SELECT migrate_test('base:head') ->> '$.ok'");
  rows("step", "SELECT migrate_step() ->> '$.done'");
  rows("drawn", "SELECT migrate_graph('svg') GLOB '<svg*'");
  rows("verify", "SELECT migrate_verify()");
  rows("# migrate_table",
       "SELECT migrate_table('CREATE TABLE boat(id INTEGER PRIMARY KEY,"
       " name TEXT NOT NULL, berth INTEGER NOT NULL, length REAL)',"
       " '{\"dry_run\":true}')");
  own();
  if (sqlite3_close(db) != SQLITE_OK) {
    die("close");
  }
  return 0;
}
