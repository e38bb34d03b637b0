/*
** functions.h - the SQL functions: their list, and what is registered for it.
** help.c shows the same list as a table.
*/
#ifndef MIG_FUNCTIONS_H
#define MIG_FUNCTIONS_H

#include "options.h"

/* Flags of a function. */
#define MIG_F_ACTS 1    /* acts: from the right place, once, with options */
#define MIG_F_TEXT 2    /* a single argument is a message, never options */
#define MIG_F_JSON 4    /* the result is JSON */
#define MIG_F_OPTIONS 8 /* takes options without acting */
#define MIG_F_INT 16 /* the result is an integer, which xCall gives as text */
#define MIG_F_SCRIPT 32 /* acts, and a script may call it as well */

/* A call under way (functions.c). */
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

int migFunctionCount(void);
const MigFunction *migFunctionRow(int i);
int migFunctionsRegister(sqlite3 *db, MigConnection *pConn);
void migConnectionFree(void *pArg);

#endif
