/*
** versions.h - the version tables of other tools.
**
** migVersionsFind() lists the tables there are, migVersionsRead() fills in the
** rows of one. Nothing is ever written here. Which revision a row means is no
** concern of these files: a version is what its tool calls it.
*/
#ifndef MIG_VERSIONS_H
#define MIG_VERSIONS_H

#include "text.h"

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

  const struct VersionTool *pTool; /* private */
} MigVersionTable;

/* What there is in a file, in the order of its schema; then sqitch, then
** user_version. All of it is the arena's. */
typedef struct MigVersionTables {
  int n;
  MigVersionTable *a;
} MigVersionTables;

void migVersionsFind(MigContext *p, const char *zRegistry,
                     MigVersionTables *pOut);
void migVersionsRead(MigContext *p, MigVersionTable *pTable);
int migVersionTool(const char *zTool);
char *migVersionTools(MigContext *p);

#endif
