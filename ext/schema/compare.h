/*
** compare.h - what differs between two schemas, as data.
**
** Pure: two models go in, indexes into them come out. White space, comments,
** the case of keywords, quotes, and whether a constraint stands at its column
** or at the table are no differences. Objects with an eSkip are not looked at,
** nor are indexes and triggers on them.
*/
#ifndef MIG_COMPARE_H
#define MIG_COMPARE_H

#include "desired.h"

/* One thing in which two definitions of a table differ. */
typedef enum MigAlterationKind {
  MIG_ALT_ADD_COLUMN,    /* iNew */
  MIG_ALT_DROP_COLUMN,   /* iOld */
  MIG_ALT_RENAME_COLUMN, /* iOld, iNew */
  MIG_ALT_ORDER,         /* the columns that stay stand in another order, or
                         ** an added one before one of them; no indexes */
  MIG_ALT_TYPE,          /* iOld, iNew: the text of the type */
  MIG_ALT_SET_NOT_NULL,  /* iOld, iNew; so are the next ones */
  MIG_ALT_DROP_NOT_NULL,
  MIG_ALT_NOT_NULL_CONFLICT, /* its ON CONFLICT */
  MIG_ALT_DEFAULT,           /* added, dropped or another one */
  MIG_ALT_COLLATE,
  MIG_ALT_GENERATED,       /* expression, STORED, or generated <-> plain */
  MIG_ALT_PRIMARY_KEY,     /* columns, order, DESC; added or dropped: -1 */
  MIG_ALT_AUTOINCREMENT,   /* no indexes */
  MIG_ALT_ADD_CONSTRAINT,  /* iNew: UNIQUE, CHECK, foreign key; indexes of */
  MIG_ALT_DROP_CONSTRAINT, /* iOld      constraints from here on */
  MIG_ALT_CONFLICT,        /* iOld, iNew: ON CONFLICT of a key or a CHECK */
  MIG_ALT_NAME,            /* iOld, iNew: name of a constraint */
  MIG_ALT_STRICT,          /* no indexes */
  MIG_ALT_WITHOUT_ROWID,   /* no indexes */
  MIG_ALT_OTHER            /* a definition is beyond us (no pDdl) and the texts
                           ** differ */
} MigAlterationKind;

typedef struct MigAlteration {
  MigAlterationKind eKind;
  int iOld; /* column or constraint of the old table, or -1 */
  int iNew; /* of the new one, or -1 */
} MigAlteration;

/* Two definitions of one ordinary table. */
typedef struct MigTableDiff {
  const MigModelObject *pOld;
  const MigModelObject *pNew;
  int *aiFrom; /* for each new column the old one it goes on from, or -1 */
  int n;       /* 0: they say the same */
  MigAlteration *a;
} MigTableDiff;

/* An object that differs. */
typedef struct MigDifference {
  int iOld;             /* in the old model, -1: it is to be made */
  int iNew;             /* in the new model, -1: it is to be dropped */
  int bRenamed;         /* tables: by an annotation */
  int bChanged;         /* in both, and the definitions differ */
  MigTableDiff *pTable; /* ordinary tables in both, else NULL */
} MigDifference;

/* Dropped ones first, in the order of the old model, then the others in the
** order of the new one. */
typedef struct MigComparison {
  const MigModel *pOld;
  const MigModel *pNew;
  int n;
  MigDifference *a;
} MigComparison;

void migCompare(MigContext *p, const MigModel *pOld, const MigModel *pNew,
                const MigRenames *pRenames, MigComparison *pOut);
void migCompareTable(MigContext *p, const MigModelObject *pOld,
                     const MigModelObject *pNew, const MigRenames *pRenames,
                     MigTableDiff *pOut);
const char *migAlterationText(MigContext *p, const MigTableDiff *pDiff, int i);
const char *migDifferenceText(MigContext *p, const MigComparison *pCompare,
                              int i);

#endif
