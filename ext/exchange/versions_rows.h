/*
** versions_rows.h - a version table of another tool, and its rows.
*/
#ifndef MIG_VERSIONS_ROWS_H
#define MIG_VERSIONS_ROWS_H

#include "text.h"

/* The name of sqitch, as tool and as format. */
#define MIG_VERSION_SQITCH "sqitch"

/* What the rows of a tool mean. */
typedef enum MigVersionRule {
  MIG_VERSION_EACH,  /* one row for each that is applied */
  MIG_VERSION_HEADS, /* one row for each head; what it stands on is applied */
  MIG_VERSION_COUNT  /* a number: so many of a line are applied */
} MigVersionRule;

#define MIG_VERSION_FORMS 2 /* further names that a version may have */

/* A version that a tool says is applied. Texts belong to the arena, hold no
** zero byte and are UTF-8. */
typedef struct MigVersion {
  const char *zName; /* what is shown of it, and a baseline's id */
  const char *azForm[MIG_VERSION_FORMS]; /* what it may be called as well; any
                                         ** of them may be NULL */
  const char *zTitle;     /* description beside it, Liquibase: file; or NULL */
  const char *zAppliedAt; /* ISO-8601, or NULL when not known */
  const char *zHash;      /* of the script: hex of SHA-256, decimal of CRC32,
                          ** as eHash of the table says; or NULL. As it stands
                          ** in the row: not checked, in any case of letters */
  int bUpTo;              /* a baseline: all versions up to it are applied */
} MigVersion;

/* What the column is that a tool keeps for checking its scripts. */
typedef enum MigVersionHash {
  MIG_VERSION_NOHASH, /* none, or one that is not made of the file alone */
  MIG_VERSION_SHA256, /* of the file's bytes, hex */
  MIG_VERSION_CRC32   /* Flyway's, over lines, signed decimal */
} MigVersionHash;

/* How to tell a tool's table, and how to read it. */
typedef struct MigVersionTool {
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
} MigVersionTool;

/* A version table that was found. */
typedef struct MigVersionTable {
  const char *zTool;  /* name of the tool, as option tool takes it */
  const char *zTable; /* its table as its owner spells it, or user_version */
  const char *zFile;  /* path of the database it is in, NULL: schema main */
  MigVersionRule eRule;
  MigVersionHash eHash;
  int bNumbered;        /* names begin with a number that orders them */
  int bLast;            /* counts only where no other is found */
  int nVersion;         /* 0 until migVersionsRead() */
  MigVersion *aVersion; /* in the order of being applied, as far as the table
                        ** tells: else in that of the names */

  const MigVersionTool *pTool; /* private */
} MigVersionTable;

void migVersionsRead(MigContext *p, MigVersionTable *pTable);

#endif
