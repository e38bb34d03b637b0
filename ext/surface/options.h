/*
** options.h - the JSON object that every acting function takes last.
**
** Options are read in two rounds: the object as a whole, when a call begins,
** then each of them by its key, by who wants it. A value of the wrong type is
** USAGE in that second round, so an option that a call does not look at may
** hold anything.
**
** What is returned is in the arena. After an error it means nothing.
*/
#ifndef MIG_OPTIONS_H
#define MIG_OPTIONS_H

#include "author.h"
#include "call.h"
#include "import.h"

/* One option as given, or an element of its value. */
typedef struct MigOption {
  i64 iId;            /* number of the element in the JSON text, above 0 */
  i64 iParent;        /* number of what it is part of, 0 for an option */
  const char *zKey;   /* its key; of an array's element its index */
  const char *zType;  /* json_each's type: text, integer, true, array, ... */
  const char *zValue; /* as text, true is 1; arrays and objects as JSON;
                         NULL for null */
} MigOption;

/* The options of a call, with all that they hold, in the order of the text. A
** part comes behind what it is part of. */
typedef struct MigOptions {
  int n;
  MigOption *a;
} MigOptions;

/* An option as migration_help shows it. */
typedef struct MigOptionHelp {
  const char *zName;
  const char *zOf;   /* functions that take it, by blanks, or "all" */
  const char *zHelp; /* one line */
} MigOptionHelp;

int migOptionHelpCount(void);
const MigOptionHelp *migOptionHelpRow(int i);

void migOptionsRead(MigContext *p, const char *zJson, const char *zFunction,
                    MigOptions *pOut);
const char *migOptionText(MigContext *p, const MigOptions *pOpt,
                          const char *zKey);
int migOptionGiven(const MigOptions *pOpt, const char *zKey);
int migOptionBool(MigContext *p, const MigOptions *pOpt, const char *zKey,
                  int bDefault);
MigList migListSplit(MigContext *p, const char *z);
MigList migOptionList(MigContext *p, const MigOptions *pOpt, const char *zKey);
MigPlaceholders migOptionMap(MigContext *p, const MigOptions *pOpt,
                             const char *zKey);
void migOptionPairs(MigContext *p, const MigOptions *pOpt, const char *zKey,
                    MigList *pKeys, MigList *pValues);
void migOptionsCall(MigContext *p, const MigOptions *pOpt, MigCall *pCall);
i64 migTimeRead(MigContext *p, const char *z, const char *zKey);

#endif
