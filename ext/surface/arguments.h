/*
** arguments.h - what an SQL function is, and what a call of it is given.
**
** The list of the functions is in functions.c.
*/
#ifndef MIG_ARGUMENTS_H
#define MIG_ARGUMENTS_H

#include "caller.h"
#include "options.h"
#include "schemas.h"

/* Flags of a function. */
#define MIG_F_ACTS 1    /* acts: from the right place, once, with options */
#define MIG_F_TEXT 2    /* a single argument is a message, never options */
#define MIG_F_JSON 4    /* the result is JSON */
#define MIG_F_OPTIONS 8 /* takes options without acting */
#define MIG_F_INT 16 /* the result is an integer, which xCall gives as text */
#define MIG_F_SCRIPT 32 /* acts, and a script may call it as well */

typedef struct MigArgs MigArgs;

/* One SQL function. xCall is only entered without an error and with a number
** of arguments that is allowed. It returns its result in sqlite3_malloc64()
** memory, NULL for NULL or after an error. */
typedef struct MigFunction {
  const char *zName; /* as it is called in SQL */
  int nMin;          /* arguments without the options */
  int nMax;
  int flags; /* MIG_F_ bits */
  char *(*xCall)(MigContext *p, MigArgs *pArgs);
  const char *zUsage; /* how it is called, for help and messages */
  const char *zHelp;  /* one line */
} MigFunction;

/* A call under way. Its values are SQLite's, and last as long as the call. */
struct MigArgs {
  MigConnection *pConn;
  const MigFunction *pFunction; /* what is called: a row of aFunction */
  int n;                        /* without the options */
  sqlite3_value **a;  /* n of them are arguments; options may be behind */
  MigOptions options; /* as given; none of them unknown to the function */
  MigCall call;       /* the common options */
};

char *migArgValue(MigContext *p, sqlite3_value *pValue, int i, const char *zOf);
const char *migArgText(MigContext *p, MigArgs *pArgs, int i,
                       const char *zDefault);
const char *migArgScript(MigContext *p, MigArgs *pArgs, int i, i64 *pn);
MigSchemaText migArgSchema(MigContext *p, MigArgs *pArgs, int i);

#endif
