/*
** schemas.h - schemas shown and compared: diff, check, dump.
*/
#ifndef MIG_SCHEMAS_H
#define MIG_SCHEMAS_H

#include "compare.h"
#include "source.h"

/* A schema as an argument: n bytes, a zero byte behind. */
typedef struct MigSchemaText {
  const char *z;
  i64 n;
} MigSchemaText;

/* Two schemas and what differs. In the arena; compare refers to the models, so
** the pair stays where it is. */
typedef struct MigSchemaPair {
  MigModel live; /* schema main, whatever is compared */
  MigSource from;
  MigSource to;          /* its annotations are those that count */
  MigComparison compare; /* what would turn from into to */
} MigSchemaPair;

void migSchemasCompare(MigContext *p, const MigSchemaText *pFrom,
                       const MigSchemaText *pTo, MigSchemaPair *pOut);
char *migSchemasDiff(MigContext *p, const MigSchemaText *pFrom,
                     const MigSchemaText *pTo, int bPortable);
char *migSchemasCheck(MigContext *p, const MigSchemaText *pDesired);
char *migSchemasDump(MigContext *p, const MigSchemaText *pSource);

#endif
