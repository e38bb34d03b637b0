/*
** matchkey.h - what the stored revisions are called, as keys to find them by.
*/
#ifndef MIG_MATCHKEY_H
#define MIG_MATCHKEY_H

#include "graph.h"
#include "revisions.h"
#include "versions.h"

/* No revision: it is below all indexes of a graph. */
#define MIG_MATCH_NONE (-1)
#define MIG_MATCH_SEVERAL (-2)          /* more than one: nothing is guessed */
#define MIG_MATCH_LIQUIBASE "liquibase" /* the format, and the tool */

/* Kinds of keys. */
#define MIG_BY_ID 'i'     /* the revision's id */
#define MIG_BY_FILE 'f'   /* its file, or that file's folder, see fileAdd() */
#define MIG_BY_VALUE 'v'  /* the value of its id, or of diesel's folder */
#define MIG_BY_NUMBER 'n' /* the number in front of the id, without zeros */
#define MIG_BY_HASH 'h'   /* Drizzle: SHA-256 of the file, hex in lower case */
#define MIG_BY_TIME 't'   /* Drizzle: created_at, ISO-8601 */
#define MIG_BY_OWN 'o'    /* Liquibase: author:id */
#define MIG_BY_PATH 'p'   /* the same, byte 2, and the end of the file's path */

/* Where the words of a revision stand; "" for none, but NULL in what is zeroed:
** a revision that could not be read has no key that leads here. */
typedef struct MigMatchWords {
  const char *zId;      /* behind the number of its id */
  const char *zFile;    /* behind that of its file's name */
  const char *zMessage; /* all of its message, unless that is the id */
  int bFile;            /* it came from a file */
} MigMatchWords;

/* The words of a version. */
typedef struct MigFormWords {
  const char *z; /* NULL: none */
  int bBeside;   /* they are its title */
} MigFormWords;

/* A call of migMatch(). One flag at most is set: whose table it is. */
typedef struct MigMatch {
  const MigGraph *pGraph;
  const MigVersionTable *pTable;
  int bFlyway;
  int bDiesel;
  int bDrizzle;
  int bLiquibase;
  int bApps;             /* Django, sqlite-migrate */
  MigList keys;          /* sorted once all are there */
  MigMatchWords *aWords; /* of the revisions */
  MigSet owned;          /* those that MIG_BY_OWN knows */
  MigPackCache cache;
} MigMatch;

const char *migMatchKeyValue(MigContext *p, const MigMatch *pMatch,
                             const char *z);
const char *migMatchKeyNumber(MigContext *p, const char *z,
                              const char **pzRest);
const char *migMatchKeyWords(const char *z);

void migMatchKeyMake(MigContext *p, MigMatch *pMatch);
int migMatchKeyFind(MigContext *p, const MigMatch *pMatch, char eKind,
                    const char *z, const MigFormWords *pWords);

#endif
