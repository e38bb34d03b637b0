/*
** tablediff.h - two definitions of a table side by side.
**
** Which column goes on as which, how names of the old definition read in the
** new one, and room for what differs, which alteration.c finds.
**
** Pure. How to make one: migTableDiffStart(), a migTableDiffRename() for each
** column of which an annotation says so, migTableDiffJoin(); then
** migAlterationFind() fills n and a.
*/
#ifndef MIG_TABLEDIFF_H
#define MIG_TABLEDIFF_H

#include "rename.h"

/* One thing in which two definitions of a table differ. */
typedef enum MigAlterationKind {
  MIG_ALT_ADD_COLUMN,    /* iNew; its constraints are listed as well */
  MIG_ALT_DROP_COLUMN,   /* iOld; its constraints are listed as well */
  MIG_ALT_RENAME_COLUMN, /* iOld, iNew */
  MIG_ALT_ORDER,         /* the columns that stay stand in another order, or
                         ** an added one before one of them; no indexes */
  MIG_ALT_TYPE,          /* iOld, iNew: the text of the type */
  MIG_ALT_SET_NOT_NULL,  /* iOld, iNew; so are the next ones */
  MIG_ALT_DROP_NOT_NULL,
  MIG_ALT_NOT_NULL_CONFLICT, /* its ON CONFLICT */
  MIG_ALT_NOT_NULL_NAME,     /* its name */
  MIG_ALT_DEFAULT,           /* added, dropped or another one */
  MIG_ALT_COLLATE,
  MIG_ALT_GENERATED,       /* expression, STORED, or generated <-> plain */
  MIG_ALT_PRIMARY_KEY,     /* columns, order, DESC; added or dropped: -1;
                           ** indexes of constraints from here on */
  MIG_ALT_AUTOINCREMENT,   /* no indexes */
  MIG_ALT_ADD_CONSTRAINT,  /* iNew: UNIQUE, CHECK, foreign key */
  MIG_ALT_DROP_CONSTRAINT, /* iOld */
  MIG_ALT_CONFLICT,        /* iOld, iNew: ON CONFLICT of a key or a CHECK */
  MIG_ALT_NAME,            /* iOld, iNew: name of a constraint */
  MIG_ALT_KEY_ORDER,       /* the keys that stay stand in another order, so
                           ** SQLite's own indexes have other names; to put
                           ** the new text in place of the old would damage
                           ** the file; no indexes */
  MIG_ALT_STRICT,          /* no indexes */
  MIG_ALT_WITHOUT_ROWID,   /* no indexes */
  MIG_ALT_OTHER            /* a definition is beyond us (no pDdl) and the texts
                           ** differ; no indexes, and no columns in the diff */
} MigAlterationKind;

typedef struct MigAlteration {
  MigAlterationKind eKind;
  int iOld; /* column or constraint of the old table, or -1 */
  int iNew; /* of the new one, or -1 */
} MigAlteration;

/* Two definitions of one ordinary table. The models they are of must live as
** long; the arrays belong to the arena. */
typedef struct MigTableDiff {
  const MigModelObject *pOld;
  const MigModelObject *pNew;
  int *aiFrom; /* for each new column the old one it goes on from, or -1 */
  int *aiTo;   /* for each old column the new one it becomes, or -1; both are
               ** NULL when one of the definitions is beyond us */
  int bNames;  /* the table or a column of it gets another name */
  int n;       /* 0: they say the same */
  MigAlteration *a;
} MigTableDiff;

/* An expression of a table, read token by token, comments passed over. Its text
** is not copied. */
typedef struct MigWords {
  const char *z;
  i64 iEnd;       /* where the expression ends in z */
  i64 i;          /* behind the next token */
  MigToken token; /* the current one; END behind the last */
  MigToken next;  /* the one behind it, to see a parenthesis or a dot */
  int bLabel;     /* the current one is behind AS or COLLATE: no column */
} MigWords;

void migWordsStart(MigWords *pWords, const char *z, MigSpan span);
void migWordsNext(MigWords *pWords);
int migWordsAtName(const MigWords *pWords);

void migTableDiffStart(MigContext *p, const MigModelObject *pOld,
                       const MigModelObject *pNew, MigTableDiff *pOut);
void migTableDiffRename(MigTableDiff *pDiff, int iOld, int iNew);
void migTableDiffJoin(MigContext *p, MigTableDiff *pDiff);
int migTableDiffSame(const MigTableDiff *pDiff, const char *zOld, MigSpan old,
                     const char *zNew, MigSpan new);
const char *migTableDiffName(const MigTableDiff *pDiff, const char *zName);
const char *migTableDiffWord(const MigTableDiff *pDiff, const MigWords *pWords);
int migTableDiffImplied(const MigTableDiff *pDiff, const MigAlteration *pAlt);

#endif
