/*
** writeset.h - what a statement may write and call, as its EXPLAIN tells.
*/
#ifndef MIG_WRITESET_H
#define MIG_WRITESET_H

#include "statement.h"
#include "text.h"

/* A b-tree that may be written. */
typedef struct MigWrite {
  int iSchema; /* 0 main, 1 temp, 2 and up attached */
  i64 iRoot;   /* root page; 0: the schema is written, no more is told */
} MigWrite;

/* What a statement may write and call; more than it will. All of it is in the
** arena. */
typedef struct MigWriteset {
  int bKnown;   /* 0: SQLite would not explain the statement */
  int bVirtual; /* writes a virtual table; which one is not told */
  int nWrite;   /* the same one can occur several times */
  int nAlloc;   /* room at aWrite */
  MigWrite *aWrite;
  MigList calls; /* names of the functions it calls, each once */
} MigWriteset;

void migWritesetRead(MigContext *p, sqlite3_stmt *pStmt, MigWriteset *pOut);
MigList migWritesetTables(MigContext *p, const MigWriteset *pSet);
char *migWritesetTarget(MigContext *p, const char *z, const MigStatement *pSt);

#endif
