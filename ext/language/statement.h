/*
** statement.h - the statements of a script, as their text shows them.
**
** Of  EXPLAIN CREATE UNIQUE INDEX main.i ON t(a);  eKind is MIG_ST_EXPLAIN,
** eExplained MIG_ST_CREATE_INDEX, schema main, name i, table t, bUnique and
** bSemi are set, and nByte ends with the semicolon.
**
** Texts are borrowed and need not be zero-terminated; a zero byte ends one.
** Nothing here allocates or fails.
*/
#ifndef MIG_STATEMENT_H
#define MIG_STATEMENT_H

#include "token.h"

/* The kinds of statements: X(name, text shown in migration_statements). */
#define MIG_KINDS(X)                                                           \
  X(EMPTY, "empty")                                                            \
  X(SELECT, "select")                                                          \
  X(VALUES, "values")                                                          \
  X(INSERT, "insert")                                                          \
  X(UPDATE, "update")                                                          \
  X(DELETE, "delete")                                                          \
  X(CREATE_TABLE, "create table")                                              \
  X(CREATE_VIRTUAL, "create virtual table")                                    \
  X(CREATE_INDEX, "create index")                                              \
  X(CREATE_VIEW, "create view")                                                \
  X(CREATE_TRIGGER, "create trigger")                                          \
  X(DROP_TABLE, "drop table")                                                  \
  X(DROP_INDEX, "drop index")                                                  \
  X(DROP_VIEW, "drop view")                                                    \
  X(DROP_TRIGGER, "drop trigger")                                              \
  X(ALTER_TABLE, "alter table")                                                \
  X(PRAGMA, "pragma")                                                          \
  X(BEGIN, "begin")                                                            \
  X(COMMIT, "commit")                                                          \
  X(ROLLBACK, "rollback")                                                      \
  X(SAVEPOINT, "savepoint")                                                    \
  X(RELEASE, "release")                                                        \
  X(ATTACH, "attach")                                                          \
  X(DETACH, "detach")                                                          \
  X(VACUUM, "vacuum")                                                          \
  X(ANALYZE, "analyze")                                                        \
  X(REINDEX, "reindex")                                                        \
  X(EXPLAIN, "explain")                                                        \
  X(OTHER, "other")

/* A statement of which the text is not understood is MIG_ST_OTHER; MIG_ST_EMPTY
** is no statement at all. MIG_NKIND: how many there are. */
typedef enum MigKind {
#define MIG_KIND_ENUM(name, text) MIG_ST_##name,
  MIG_KINDS(MIG_KIND_ENUM)
#undef MIG_KIND_ENUM
  MIG_NKIND
} MigKind;

/* What an ALTER TABLE does. */
typedef enum MigAlter {
  MIG_ALTER_NONE, /* the statement is no ALTER TABLE */
  MIG_ALTER_RENAME_TABLE,
  MIG_ALTER_RENAME_COLUMN,
  MIG_ALTER_ADD,  /* a column */
  MIG_ALTER_DROP, /* a column */
  MIG_ALTER_OTHER /* ALTER COLUMN, constraints */
} MigAlter;

/* One statement as its text shows it. Tokens are spans of the script; an
** absent one has the type MIG_TK_END. */
typedef struct MigStatement {
  MigKind eKind;
  MigKind eExplained; /* EXPLAIN: kind of what is explained, else EMPTY */
  i64 iStart;         /* first byte of its first token */
  i64 nByte;          /* through the ';', or its last token without one */
  MigToken schema;    /* schema of the object, when it is written */
  MigToken name;      /* object created, dropped, altered or written; pragma */
  MigToken table;     /* CREATE INDEX and TRIGGER: the table it is on */
  MigToken column;    /* ALTER TABLE: column added, dropped or renamed */
  MigToken newName;   /* ALTER TABLE RENAME: the new name */
  MigToken value;     /* PRAGMA x = value, x(value): a sign is part of it */
  u8 bIf;             /* IF EXISTS or IF NOT EXISTS */
  u8 bTemp;           /* CREATE TEMP (a schema named temp does not set it) */
  u8 bUnique;         /* CREATE UNIQUE INDEX */
  u8 bInto;           /* VACUUM INTO */
  u8 bSemi;           /* ends with a ';' */
  u8 eAlter;          /* a MigAlter */
} MigStatement;

void migStatementRead(const char *z, i64 n, i64 i, MigStatement *pOut);
int migScriptNext(const char *z, i64 n, i64 *pi, MigStatement *pOut);
const char *migKindName(MigKind eKind);

#endif
