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

/* A version that a tool says is applied. */
typedef struct MigVersion {
  const char *zName;      /* as the tool writes it */
  const char *zTitle;     /* description beside it, or NULL */
  const char *zAppliedAt; /* ISO-8601, or NULL when not known */
  const char *zHash;      /* of the script: hex of SHA-256, decimal of CRC32,
                          ** as eHash of the table says; or NULL */
} MigVersion;

typedef enum MigVersionHash {
  MIG_VERSION_NOHASH,
  MIG_VERSION_SHA256, /* of the file's bytes, hex */
  MIG_VERSION_CRC32   /* Flyway's, over lines, signed decimal */
} MigVersionHash;

typedef struct MigVersionTable {
  const char *zTool;  /* name of the tool, as option tool takes it */
  const char *zTable; /* its table, or user_version */
  MigVersionRule eRule;
  MigVersionHash eHash;
  int nVersion;
  MigVersion *aVersion; /* in the order of being applied */
} MigVersionTable;

typedef struct MigVersionTables {
  int n;
  MigVersionTable *a;
} MigVersionTables;

int migVersionTableName(const char *zTable);
void migVersionsFind(MigContext *p, const char *zRegistry,
                     MigVersionTables *pOut);

#endif
