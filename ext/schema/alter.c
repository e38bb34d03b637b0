/*
** alter.c - the cheapest safe way from one definition of a table to another.
**
** All or nothing: there are statements only when each alteration has its native
** form (alterable.c). From t(a, b, c) to t(a, x, d), with an annotation that b
** becomes x:
**
**   ALTER TABLE main."t" DROP COLUMN "c"
**   ALTER TABLE main."t" RENAME COLUMN "b" TO x
**   ALTER TABLE main."t" ADD COLUMN d
**
** Two columns that swap their names need a third one for a while:
**
**   ALTER TABLE main."t" RENAME COLUMN "a" TO "migrate_1"
**   ALTER TABLE main."t" RENAME COLUMN "b" TO a
**   ALTER TABLE main."t" RENAME COLUMN "migrate_1" TO b
*/
#include <string.h>
#include "alter.h"
#include "alterable.h"

/* A way in the word that migrate_table() answers; a constant. */
const char *migWayName(MigWay eWay) {
  static const char *const az[] = {"nothing", "create", "alter", "edit",
                                   "rebuild"};

  return az[eWay];
}

/* Statements for one table being written. */
typedef struct Alter {
  MigContext *p;
  const MigTableDiff *pDiff;
  MigList list; /* so far, each without a semicolon */
} Alter;

/* Add ALTER TABLE with what the format of sqlite3_mprintf() makes behind the
** name of the table. */
static void alterAdd(Alter *pa, const char *zFormat, ...) {
  char *zAction;
  va_list ap;

  va_start(ap, zFormat);
  zAction = migVprintf(pa->p, zFormat, ap);
  va_end(ap);
  /* sql-ok: made by the callers */
  migListAdd(pa->p, &pa->list,
             migPrintf(pa->p, "ALTER TABLE main.\"%w\" %s",
                       pa->pDiff->pOld->zName, zAction));
}

/* A part of the wanted text as it is, quotes and comments included; NULL after
** an error. */
static char *newText(Alter *pa, MigSpan span) {
  return migStrndup(pa->p, pa->pDiff->pNew->pDdl->z + span.iStart, span.n);
}

/* Is zName one of n names, apart from case? az[iBut], and those that are NULL,
** do not count; -1: all do. */
static int nameTaken(const char **az, int n, int iBut, const char *zName) {
  int i;

  for (i = 0; i < n; i++) {
    if (i != iBut && az[i] && migStrICmp(az[i], zName) == 0) {
      return 1;
    }
  }
  return 0;
}

/* A name that no column has, before or after; NULL after an error. azNow: the n
** names of today, NULL for a column that has gone. */
static const char *nameFree(Alter *pa, const char **azNow, int n) {
  const MigModelTable *pNew = pa->pDiff->pNew->pTable;
  char *z = 0;
  int i = 0;

  do {
    z = migPrintf(pa->p, "migrate_%d", ++i);
  } while (z && (nameTaken(azNow, n, -1, z) || migModelColumn(pNew, z) >= 0));
  return z;
}

/* The new column whose renaming an alteration asks for, if there is anything
** left to do; else -1. azNow: what each old column is called by now, NULL for
** one that has been dropped. */
static int renameLeft(const Alter *pa, const char **azNow, int iAlteration) {
  const MigAlteration *pAlt = &pa->pDiff->a[iAlteration];

  if (pAlt->eKind != MIG_ALT_RENAME_COLUMN ||
      strcmp(azNow[pAlt->iOld],
             pa->pDiff->pNew->pTable->aColumn[pAlt->iNew].zName) == 0) {
    return -1;
  }
  return pAlt->iNew;
}

/* The new column that is still to get the name zName, or -1. */
static int renameWants(const Alter *pa, const char **azNow, const char *zName) {
  int i;

  for (i = 0; i < pa->pDiff->n; i++) {
    int iNew = renameLeft(pa, azNow, i);
    if (iNew >= 0 &&
        migStrICmp(pa->pDiff->pNew->pTable->aColumn[iNew].zName, zName) == 0) {
      return iNew;
    }
  }
  return -1;
}

/* Give new column iNew its name, as it is written in the wanted text, unless
** another one still has it; then give the name it had to the one that wants it,
** and so on. Nothing for -1. Each turn ends one rename for good, so it ends. */
static void renameFollow(Alter *pa, const char **azNow, int n, int iNew) {
  while (iNew >= 0 && pa->p->rc == SQLITE_OK) {
    const MigModelColumn *pColumn = &pa->pDiff->pNew->pTable->aColumn[iNew];
    const MigToken *pName = &pColumn->pDdl->name;
    MigSpan name = {pName->iStart, pName->n};
    int k = pa->pDiff->aiFrom[iNew];
    const char *zHad = azNow[k];
    if (nameTaken(azNow, n, k, pColumn->zName)) {
      return;
    }
    alterAdd(pa, "RENAME COLUMN \"%w\" TO %s", zHad, newText(pa, name));
    azNow[k] = pColumn->zName;
    iNew = renameWants(pa, azNow, zHad);
  }
}

/* Rename columns: first those whose names lead to a free one, then those that
** change them in a cycle, of which one goes aside. */
static void renamesOrder(Alter *pa, const char **azNow, int n) {
  int i;

  for (i = 0; i < pa->pDiff->n; i++) {
    renameFollow(pa, azNow, n, renameLeft(pa, azNow, i));
  }
  for (i = 0; i < pa->pDiff->n && pa->p->rc == SQLITE_OK; i++) {
    int iNew = renameLeft(pa, azNow, i);
    if (iNew >= 0) {
      int k = pa->pDiff->aiFrom[iNew];
      const char *zHad = azNow[k];
      azNow[k] = nameFree(pa, azNow, n);
      alterAdd(pa, "RENAME COLUMN \"%w\" TO \"%w\"", zHad, azNow[k]);
      renameFollow(pa, azNow, n, azNow[k] ? renameWants(pa, azNow, zHad) : -1);
    }
  }
}

/* Write what renames columns. It runs behind what drops columns, and before
** what adds any. */
static void renamesWrite(Alter *pa) {
  const MigModelTable *pOld = pa->pDiff->pOld->pTable;
  const char **azNow = migAlloc(pa->p, (u64)pOld->nColumn * sizeof(char *));
  int i;

  for (i = 0; azNow && i < pa->pDiff->pNew->pTable->nColumn; i++) {
    int k = pa->pDiff->aiFrom[i];
    if (k >= 0) { /* the dropped ones have gone */
      azNow[k] = pOld->aColumn[k].zName;
    }
  }
  if (azNow) {
    renamesOrder(pa, azNow, pOld->nColumn);
  }
}

/* ON CONFLICT of a constraint as SQL with a blank in front; "" for ABORT, which
** holds without it. */
static const char *conflictText(const MigDdlConstraint *pCon) {
  static const char *const az[] = {"", " ON CONFLICT ROLLBACK",
                                   " ON CONFLICT FAIL", " ON CONFLICT IGNORE",
                                   " ON CONFLICT REPLACE"};

  return az[pCon->eConflict];
}

/* Write the statement for an alteration, if it has this kind, and is not done
** with its column. Names of columns are the new ones but for those that go:
** renames are carried out by then. */
static void alterationWrite(Alter *pa, const MigAlteration *pAlt,
                            MigAlterationKind eKind) {
  const MigModelTable *pOld = pa->pDiff->pOld->pTable;
  const MigModelTable *pNew = pa->pDiff->pNew->pTable;

  if (pAlt->eKind != eKind || migTableDiffImplied(pa->pDiff, pAlt)) {
    return;
  }
  switch (eKind) {
  case MIG_ALT_DROP_COLUMN:
    alterAdd(pa, "DROP COLUMN \"%w\"", pOld->aColumn[pAlt->iOld].zName);
    break;
  case MIG_ALT_DROP_CONSTRAINT:
    alterAdd(pa, "DROP CONSTRAINT \"%w\"", pOld->aConstraint[pAlt->iOld].zName);
    break;
  case MIG_ALT_DROP_NOT_NULL:
    alterAdd(pa, "ALTER COLUMN \"%w\" DROP NOT NULL",
             pNew->aColumn[pAlt->iNew].zName);
    break;
  case MIG_ALT_ADD_COLUMN:
    alterAdd(pa, "ADD COLUMN %s",
             newText(pa, pNew->aColumn[pAlt->iNew].pDdl->all));
    break;
  case MIG_ALT_SET_NOT_NULL:
  case MIG_ALT_NOT_NULL_CONFLICT:
    alterAdd(pa, "ALTER COLUMN \"%w\" SET NOT NULL%s", /* sql-ok: constant */
             pNew->aColumn[pAlt->iNew].zName,
             conflictText(pNew->aColumn[pAlt->iNew].pNotNull));
    break;
  default: /* MIG_ALT_ADD_CONSTRAINT */
    alterAdd(pa, "ADD %s",
             newText(pa, pNew->aConstraint[pAlt->iNew].pDdl->all));
    break;
  }
}

/* Write the statements for all alterations of a kind, in their order. */
static void alterationsWrite(Alter *pa, MigAlterationKind eKind) {
  int i;

  for (i = 0; i < pa->pDiff->n; i++) {
    alterationWrite(pa, &pa->pDiff->a[i], eKind);
  }
}

/*
** When every alteration of pDiff can be done by ALTER TABLE of the SQLite of
** version iVersion (as sqlite3_libversion_number() gives it; see also
** MIG_ALTER_PORTABLE), append statements that do it, in an order that runs,
** and return 1; else 0. pModel is the schema with the old table in it.
**
** Nothing is read or run; the texts belong to the arena, without semicolons.
** They must run with foreign keys not enforced. SQLite may still refuse them:
** because of rows, or because a view or trigger does not compile. 0 also after
** an error, and for a definition that is beyond us. Without any alteration: 1,
** and no statement.
*/
int migAlterStatements(MigContext *p, const MigModel *pModel,
                       const MigTableDiff *pDiff, int iVersion, MigList *pOut) {
  /* what goes makes room for names, and for what comes */
  static const MigAlterationKind aeOrder[] = {
      MIG_ALT_DROP_CONSTRAINT,   MIG_ALT_DROP_NOT_NULL,
      MIG_ALT_ADD_COLUMN,        MIG_ALT_SET_NOT_NULL,
      MIG_ALT_NOT_NULL_CONFLICT, MIG_ALT_ADD_CONSTRAINT};
  Alter a;
  int i;

  if (p->rc || pDiff->pOld->pTable == 0 || pDiff->pNew->pTable == 0) {
    return 0;
  }
  for (i = 0; i < pDiff->n; i++) {
    if (!migAlterNative(pModel, pDiff, &pDiff->a[i], iVersion)) {
      return 0;
    }
  }
  memset(&a, 0, sizeof(a));
  a.p = p;
  a.pDiff = pDiff;
  alterationsWrite(&a, MIG_ALT_DROP_COLUMN);
  renamesWrite(&a);
  for (i = 0; i < (int)(sizeof(aeOrder) / sizeof(aeOrder[0])); i++) {
    alterationsWrite(&a, aeOrder[i]);
  }
  for (i = 0; i < a.list.n && p->rc == SQLITE_OK; i++) {
    migListAdd(p, pOut, a.list.az[i]);
  }
  return p->rc == SQLITE_OK;
}
