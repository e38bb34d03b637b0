/*
** versions.h - the version tables of other tools.
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

#define MIG_VERSION_FORMS 2

/* A version that a tool says is applied. */
typedef struct MigVersion {
  const char *zName; /* what is shown of it, and a baseline's id */
  const char *azForm[MIG_VERSION_FORMS]; /* what it may be called as well */
  const char *zTitle;     /* description beside it, Liquibase: file; or NULL */
  const char *zAppliedAt; /* ISO-8601, or NULL when not known */
  const char *zHash;      /* of the script: hex of SHA-256, decimal of CRC32,
                          ** as eHash of the table says; or NULL */
  int bUpTo;              /* a baseline: all versions up to it are applied */
} MigVersion;

typedef enum MigVersionHash {
  MIG_VERSION_NOHASH,
  MIG_VERSION_SHA256, /* of the file's bytes, hex */
  MIG_VERSION_CRC32   /* Flyway's, over lines, signed decimal */
} MigVersionHash;

typedef struct MigVersionTable {
  const char *zTool;  /* name of the tool, as option tool takes it */
  const char *zTable; /* its table, or user_version */
  const char *zFile;  /* the database it is in, NULL: schema main */
  MigVersionRule eRule;
  MigVersionHash eHash;
  int bNumbered; /* names begin with a number that orders them */
  int bLast;     /* counts only where no other is found */
  int nVersion;
  MigVersion *aVersion; /* in the order of being applied */

  const struct VersionTool *pTool; /* private */
} MigVersionTable;

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
