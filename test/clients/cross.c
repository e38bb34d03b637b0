/*
** cross.c - SQL of a file on a new database, with the extension loaded.
**
**     cross EXTENSION DATABASE SCRIPT
**
** A line for each row, the values with | between; a line "! message" for an
** error, after which the next statement comes. Names with other letters than
** ASCII stand in the script: on Windows the arguments are not UTF-8.
*/
#include <stdio.h>
#include <string.h>
#include "sqlite3.h"

/* Run all statements of a text and print what they say. Where SQLite gets no
** further in the text it ends. */
static void run(sqlite3 *db, const char *zSql) {
  while (*zSql) {
    sqlite3_stmt *pStmt = 0;
    const char *zNext = zSql;
    int rc = sqlite3_prepare_v2(db, zSql, -1, &pStmt, &zNext);
    int i;

    while (rc == SQLITE_OK && pStmt && sqlite3_step(pStmt) == SQLITE_ROW) {
      for (i = 0; i < sqlite3_column_count(pStmt); i++) {
        const char *z = (const char *)sqlite3_column_text(pStmt, i);
        printf(i ? "|%s" : "%s", z ? z : "-");
      }
      printf("\n");
    }
    if (sqlite3_errcode(db) != SQLITE_OK && sqlite3_errcode(db) < 100) {
      printf("! %s\n", sqlite3_errmsg(db));
    }
    sqlite3_finalize(pStmt);
    if (zNext == zSql) {
      return;
    }
    zSql = zNext;
  }
}

/* 2: no script or no database; 1: the extension cannot be loaded, or the
** connection cannot be closed. The script is cut at the size of zScript. */
int main(int argc, char **argv) {
  static char zScript[100000];
  char *zErr = 0;
  sqlite3 *db;
  FILE *pFile = argc == 4 ? fopen(argv[3], "rb") : 0;

  if (pFile == 0 || sqlite3_open(argv[2], &db) != SQLITE_OK) {
    return 2;
  }
  zScript[fread(zScript, 1, sizeof(zScript) - 1, pFile)] = 0;
  fclose(pFile);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, (int *)0);
  if (sqlite3_load_extension(db, argv[1], 0, &zErr) != SQLITE_OK) {
    printf("! %s\n", zErr ? zErr : "load");
    return 1;
  }
  run(db, zScript);
  return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
