/*
** generate.c - the script that turns one schema into another.
**
** The script is made in parts, each from what differs between a scratch
** database and the wanted schema, and each run there before the next is made:
**
**   drop    what is not wanted, and what is changed and is no table: views and
**           triggers would hinder what follows
**   rename  tables, then columns, as annotations say, by ALTER TABLE, so that
**           everything that names them follows
**   make    tables are made and changed, then virtual tables, indexes, views
**           and triggers are made
**
** drop and make are done once more behind that for what a rename has changed
** on its way, and a last time should something be left. Then nothing differs,
** or the answer is UNPROVEN.
**
** From t(a, b, c) and a view v over c to t(a, x, d), where x is annotated as
** renamed from b, and no view:
**
**   DROP VIEW "v";
**
**   ALTER TABLE "t" RENAME COLUMN "b" TO x;
**
**   -- destructive: drops column c of table t
**   ALTER TABLE main."t" DROP COLUMN "c";
**   ALTER TABLE main."t" ADD COLUMN d;
**
** Were x UNIQUE, the last lines would be a call that says what the table should
** be, and all that it may lose on the way:
**
**   SELECT migrate_table('CREATE TABLE t(a, x UNIQUE, d)',
**     '{"changes":["column c dropped"]}');
**
** A script runs on whatever SQLite the file meets, so of its ALTER TABLE only
** what the oldest supported one has stands in it; all else is left to
** migrate_table(). ALTER TABLE RENAME and DROP COLUMN read the whole schema
** again and fail where a view or a trigger does not compile. Then
** migrate_table() does that as well, and tables are renamed in legacy mode
** (sqlite.org/pragma.html, legacy_alter_table); what names them is made anew.
**
** Columns whose old and new names cross (two swap theirs) are renamed where
** their table is changed: migrate_table() reads the annotations in the text it
** is given as well, and would carry out once more what has been done.
**
** PROBLEMS. A script in which tables are renamed natively means
** legacy_alter_table to be off, as it is unless an application sets it.
*/
#include <string.h>
#include "catalog.h"
#include "compiles.h"
#include "fulltext.h"
#include "generate.h"
#include "loss.h"
#include "order.h"
#include "orphans.h"
#include "prove.h"
#include "subset.h"
#include "sql.h"
#include "tally.h"

/* The parts; see the top of the file. */
typedef enum Part {
  PART_DROP,
  PART_RENAME,
  PART_MAKE
} Part;

/* Statements of one group stand together, a blank line between two groups. */
typedef enum Group {
  GROUP_NONE, /* nothing is written yet */
  GROUP_DROP,
  GROUP_RENAME,
  GROUP_TABLE, /* tables that are made or changed */
  GROUP_REST   /* what else is made */
} Group;

/* A script being made. */
typedef struct Generator {
  MigGenerate *pGenerate; /* what is to be done, and the script so far */
  MigLosses *pLosses;     /* by it, of the old schema */
  MigReplay replay;       /* of the scratch database */
  int bNative;            /* ALTER TABLE will work */
  int bNativeUsed;        /* and stands in the script */
  int bTouches;           /* a table is dropped, altered or made anew */
  const u8 *abAside; /* views and triggers of the wanted schema that are made
                     ** anew though they stay as they are, or NULL */
  MigModel now;      /* what the scratch database holds */
  MigRenames left;   /* what is still to be renamed */
  MigComparison compare; /* of now with the wanted schema */
  MigOrder order;        /* of that */
  MigTally tally;        /* of a script for a shell */
  MigText part;          /* being made */
  Group eGroup;          /* of its last statement */
} Generator;

/* ------------------------------------------------------------------------
** What is to be done
*/

/* Is there anything for which ALTER TABLE would read the whole schema: RENAME
** or DROP COLUMN? */
static int needsNative(const MigComparison *pCompare) {
  int i;
  int k;

  for (i = 0; i < pCompare->n; i++) {
    const MigDifference *pDif = &pCompare->a[i];
    if (pDif->bRenamed) {
      return 1;
    }
    for (k = 0; pDif->pTable && k < pDif->pTable->n; k++) {
      MigAlterationKind e = pDif->pTable->a[k].eKind;
      if (e == MIG_ALT_RENAME_COLUMN || e == MIG_ALT_DROP_COLUMN) {
        return 1;
      }
    }
  }
  return 0;
}

/* ------------------------------------------------------------------------
** Statements
*/

/* Does a text end with a comment that a semicolon would become a part of: one
** from -- with no end of line behind it? */
static int endsInComment(const char *z) {
  i64 n = (i64)strlen(z);
  i64 i = 0;
  int bComment = 0;
  MigToken token;

  do {
    i = migTokenNext(z, n, i, &token);
    if (token.eType != MIG_TK_SPACE && token.eType != MIG_TK_END) {
      bComment = token.eType == MIG_TK_COMMENT && z[token.iStart] == '-';
    } else if (token.eType == MIG_TK_SPACE &&
               memchr(z + token.iStart, '\n', (size_t)token.n)) {
      bComment = 0;
    }
  } while (token.eType != MIG_TK_END);
  return bComment;
}

/* Append a statement that stands without its semicolon; nothing for NULL. */
static void statementWrite(MigContext *p, MigText *pOut, const char *z) {
  if (p->rc == SQLITE_OK && z) {
    migTextStr(p, pOut, z);
    migTextStr(p, pOut, endsInComment(z) ? "\n;\n" : ";\n");
  }
}

/* A statement of this group follows: a blank line, when it is another one. */
static void groupBegin(MigContext *p, Generator *pg, Group eGroup) {
  if (pg->eGroup != eGroup && pg->eGroup != GROUP_NONE) {
    migTextStr(p, &pg->part, "\n");
  }
  pg->eGroup = eGroup;
}

/* A table is about to lose its name: where another one gets that, a run would
** take it for the same table with fewer rows, and refuse. So it should where a
** virtual table is made anew: nobody has said that its rows may go. */
static void lossAllow(MigContext *p, Generator *pg, const char *zTable) {
  const MigModel *pNew = pg->pGenerate->pNew;
  int i = migModelFind(pNew, 0, zTable);

  if (i >= 0 && pNew->aObject[i].eKind == MIG_DDL_TABLE) {
    migTextF(p, &pg->part, "-- migrate:allow-loss \"%w\"\n", zTable);
  }
}

/* A virtual table that is dropped to be made anew under another name is renamed
** no more. */
static void renamesForget(MigContext *p, Generator *pg, const char *zTable) {
  MigRenames left = {0, 0};
  int i;

  for (i = 0; i < pg->left.n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pg->left.a[i];
    if (pRename->zColumn == 0 && migStrICmp(pRename->zOld, zTable) == 0) {
      continue;
    }
    left.a = migModelRoom(p, left.a, left.n, sizeof(*pRename));
    if (left.a) {
      left.a[left.n++] = *pRename;
    }
  }
  pg->left = left;
}

/* Drop object i of the schema as it is. What goes with its table or view needs
** no statement; abDropped: the objects of that schema that this part drops. */
static void dropWrite(MigContext *p, Generator *pg, int i,
                      const u8 *abDropped) {
  static const char *const azKind[] = {"TABLE", "TABLE", "INDEX", "VIEW",
                                       "TRIGGER"};
  const MigModelObject *pObject = &pg->now.aObject[i];
  int bTable =
      pObject->eKind == MIG_DDL_TABLE || pObject->eKind == MIG_DDL_VIRTUAL;
  const MigLoss *pLoss =
      bTable ? migLossFind(pg->pLosses, pObject->zName, 0) : 0;

  if (pObject->iOn >= 0 && abDropped[pObject->iOn]) {
    return;
  }
  groupBegin(p, pg, GROUP_DROP);
  if (pLoss) {
    migLossWrite(p, pLoss, &pg->part);
  }
  if (bTable) {
    lossAllow(p, pg, pObject->zName);
    renamesForget(p, pg, pObject->zName);
    pg->bTouches = 1;
  }
  /* sql-ok: the kind is one of azKind */
  migTextF(p, &pg->part, "DROP %s \"%w\";\n", azKind[pObject->eKind],
           pObject->zName);
}

/* Make an object of the wanted schema, in the words it has there. A full-text
** table that keeps an index of rows elsewhere has it made, when there is such a
** table or view. */
static void createWrite(MigContext *p, Generator *pg,
                        const MigModelObject *pObject) {
  char *zContent;

  groupBegin(p, pg, pObject->eKind == MIG_DDL_TABLE ? GROUP_TABLE : GROUP_REST);
  statementWrite(p, &pg->part, pObject->zSql);
  if (pObject->eKind == MIG_DDL_VIRTUAL) {
    zContent = migFulltextContent(p, pObject->pDdl);
    if (zContent && migModelFind(pg->pGenerate->pNew, 0, zContent) >= 0) {
      migTextF(p, &pg->part, "INSERT INTO \"%w\"(\"%w\") VALUES('rebuild');\n",
               pObject->zName, pObject->zName);
    }
  }
}

/* Rename a table, by a step of the order. In legacy mode nothing that names it
** follows; without, all of the schema must compile. */
static void renameWrite(MigContext *p, Generator *pg,
                        const MigOrderStep *pStep) {
  groupBegin(p, pg, GROUP_RENAME);
  lossAllow(p, pg, pStep->zFrom);
  if (!pg->bNative) {
    migTextStr(p, &pg->part, "PRAGMA legacy_alter_table=ON;\n");
  }
  migTextF(p, &pg->part, "ALTER TABLE \"%w\" RENAME TO \"%w\";\n", pStep->zFrom,
           pStep->zTo);
  if (!pg->bNative) {
    migTextStr(p, &pg->part, "PRAGMA legacy_alter_table=OFF;\n");
  }
  pg->bTouches = 1;
  pg->bNativeUsed |= pg->bNative;
}

/* ------------------------------------------------------------------------
** Renamed columns
*/

/* Does a table have columns that get another name? */
static int columnsRenamed(const MigTableDiff *pDiff) {
  int i;

  for (i = 0; i < pDiff->n; i++) {
    if (pDiff->a[i].eKind == MIG_ALT_RENAME_COLUMN) {
      return 1;
    }
  }
  return 0;
}

/* Of the columns that are renamed, is the old name of one that of a wanted
** column, or the new name that of a column that is there? */
static int columnsCross(const MigTableDiff *pDiff) {
  int i;

  for (i = 0; i < pDiff->n; i++) {
    const MigAlteration *pAlt = &pDiff->a[i];
    const MigModelTable *pOld = pDiff->pOld->pTable;
    const MigModelTable *pNew = pDiff->pNew->pTable;
    if (pAlt->eKind == MIG_ALT_RENAME_COLUMN &&
        (migModelColumn(pNew, pOld->aColumn[pAlt->iOld].zName) >= 0 ||
         migModelColumn(pOld, pNew->aColumn[pAlt->iNew].zName) >= 0)) {
      return 1;
    }
  }
  return 0;
}

/* Does a virtual table have its content in the table? SQLite would not tell it
** the new names. */
static int isContent(MigContext *p, const MigModel *pModel,
                     const char *zTable) {
  int i;

  for (i = 0; i < pModel->nObject; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    const char *z = pObject->eKind == MIG_DDL_VIRTUAL && pObject->pDdl
                        ? migFulltextContent(p, pObject->pDdl)
                        : 0;
    if (z && migStrICmp(z, zTable) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Must migrate_table() rename the columns, where the table is changed? */
static int renamedLater(MigContext *p, const Generator *pg,
                        const MigTableDiff *pDiff) {
  return columnsCross(pDiff) ||
         (columnsRenamed(pDiff) && isContent(p, &pg->now, pDiff->pNew->zName));
}

/* Rename the columns of a table, in no particular order, as no two names cross.
** The table has its new name already. A new name is written as in the wanted
** text: SQLite puts it into all texts with these quotes. */
static void columnsWrite(MigContext *p, Generator *pg,
                         const MigTableDiff *pDiff) {
  const MigDdl *pDdl = pDiff->pNew->pDdl;
  int i;

  groupBegin(p, pg, GROUP_RENAME);
  for (i = 0; i < pDiff->n; i++) {
    const MigAlteration *pAlt = &pDiff->a[i];
    if (pAlt->eKind == MIG_ALT_RENAME_COLUMN) {
      const MigToken *pName = &pDdl->aColumn[pAlt->iNew].name;
      migTextF(p, &pg->part, "ALTER TABLE \"%w\" RENAME COLUMN \"%w\" TO ",
               pDiff->pNew->zName,
               pDiff->pOld->pTable->aColumn[pAlt->iOld].zName);
      migTextAdd(p, &pg->part, pDdl->z + pName->iStart, pName->n);
      migTextStr(p, &pg->part, ";\n");
    }
  }
  pg->bNativeUsed = pg->bTouches = 1;
}

/* Set what is left to rename behind the rename part: columns that are renamed
** where their table is changed. Without ALTER TABLE those are all. */
static void renamesLeft(MigContext *p, Generator *pg) {
  const MigRenames *pAll = pg->pGenerate->pRenames;
  MigRenames left = {0, 0};
  int i;
  int k;

  for (i = 0; pAll && i < pAll->n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pAll->a[i];
    int bLeft = pRename->zColumn && !pg->bNative;
    for (k = 0; k < pg->compare.n && pRename->zColumn && !bLeft; k++) {
      const MigTableDiff *pDiff = pg->compare.a[k].pTable;
      bLeft = pDiff && renamedLater(p, pg, pDiff) &&
              migStrICmp(pDiff->pNew->zName, pRename->zTable) == 0;
    }
    if (bLeft) {
      left.a = migModelRoom(p, left.a, left.n, sizeof(*pRename));
      if (left.a) {
        left.a[left.n++] = *pRename;
      }
    }
  }
  pg->left = left;
}

/* ------------------------------------------------------------------------
** Changed tables
*/

/* The ALTER TABLE statements that change a table, of those that every supported
** SQLite has, added to pList: 1, or 0 when they cannot do it. A newer one may
** refuse some; the script is UNPROVEN when that is the one it is tried with. */
static int tableAlter(MigContext *p, Generator *pg, const MigTableDiff *pDiff,
                      MigList *pList) {
  if (!pg->bNative || (columnsRenamed(pDiff) && renamedLater(p, pg, pDiff)) ||
      !migAlterStatements(p, &pg->now, pDiff, MIG_ALTER_PORTABLE, pList)) {
    return 0;
  }
  pg->bNativeUsed = 1;
  return 1;
}

/* Tell of the columns that are lost, and of a mark of AUTOINCREMENT. */
static void tableLosses(MigContext *p, Generator *pg,
                        const MigTableDiff *pDiff) {
  int i;

  for (i = 0; i < pDiff->n; i++) {
    int iOld = pDiff->a[i].iOld;
    MigAlterationKind e = pDiff->a[i].eKind;
    if (e == MIG_ALT_DROP_COLUMN || e == MIG_ALT_GENERATED) {
      const MigLoss *pLoss =
          migLossFind(pg->pLosses, pDiff->pNew->zName,
                      pDiff->pOld->pTable->aColumn[iOld].zName);
      if (pLoss) {
        migLossWrite(p, pLoss, &pg->part);
      }
    } else if (e == MIG_ALT_AUTOINCREMENT &&
               pDiff->pOld->pTable->bAutoincrement) {
      migLossMark(p, pDiff->pNew->zName, &pg->part);
    }
  }
}

/* How a call of migrate_table() ends. What the table may lose is written into
** the list when the call has been tried; see partAppend(). */
#define CALL_END "\"changes\":[]}');"
#define CALL_LIST 5 /* bytes of it behind the place in the list */

/* The options of a call of migrate_table(), from behind the brace to where
** "changes" begins: what is renamed, and a comma; "" when nothing is. */
static char *tableOptions(MigContext *p, const MigTableDiff *pDiff) {
  MigText json = {0, 0, 0};
  int i;

  for (i = 0; i < pDiff->n; i++) {
    const MigAlteration *pAlt = &pDiff->a[i];
    if (pAlt->eKind == MIG_ALT_RENAME_COLUMN) {
      migTextStr(p, &json, json.n ? "," : "\"rename\":{");
      migTextJson(p, &json, pDiff->pOld->pTable->aColumn[pAlt->iOld].zName);
      migTextStr(p, &json, ":");
      migTextJson(p, &json, pDiff->pNew->pTable->aColumn[pAlt->iNew].zName);
    }
  }
  migTextStr(p, &json, json.n ? "}," : "");
  return json.z;
}

/* Change a table that stays: by ALTER TABLE, else by a call of migrate_table(),
** whose list of changes stays empty here; see partAppend(). */
static void tableWrite(MigContext *p, Generator *pg,
                       const MigTableDiff *pDiff) {
  MigList list = {0, 0};
  int i;

  groupBegin(p, pg, GROUP_TABLE);
  pg->bTouches = 1;
  tableLosses(p, pg, pDiff);
  if (tableAlter(p, pg, pDiff, &list)) {
    for (i = 0; i < list.n; i++) {
      statementWrite(p, &pg->part, list.az[i]);
    }
    return;
  }
  migTextF(p, &pg->part, "SELECT migrate_table(%Q, '{%q" CALL_END "\n",
           pDiff->pNew->zSql, tableOptions(p, pDiff));
}

/* ------------------------------------------------------------------------
** Parts
*/

/* Read the scratch database, which is much like pKnown: pKnown may be pg->now,
** which this replaces. */
static void nowRead(MigContext *p, Generator *pg, const MigModel *pKnown) {
  MigModel now;

  migScratchSwap(p, pg->replay.pScratch);
  migCatalogReadLike(p, pKnown, &now);
  migScratchSwap(p, pg->replay.pScratch);
  pg->now = now;
  pg->replay.pKnown = &pg->now;
}

/* What differs there from the wanted schema, with what is left to rename. */
static void nowCompare(MigContext *p, Generator *pg) {
  memset(&pg->compare, 0, sizeof(pg->compare));
  migCompare(p, &pg->now, pg->pGenerate->pNew, pg->left.n ? &pg->left : 0,
             &pg->compare);
}

/* Write the part that drops. What is changed and is no ordinary table goes as
** well: the order has a step for it. */
static void partDrop(MigContext *p, Generator *pg) {
  u8 *abDropped = migAlloc(p, (u64)pg->now.nObject);
  int i;

  for (i = 0; i < pg->order.n && p->rc == SQLITE_OK; i++) {
    if (pg->order.a[i].eKind == MIG_ORDER_DROP) {
      abDropped[pg->order.a[i].iOld] = 1;
    }
  }
  for (i = 0; i < pg->order.n && p->rc == SQLITE_OK; i++) {
    if (pg->order.a[i].eKind == MIG_ORDER_DROP) {
      dropWrite(p, pg, pg->order.a[i].iOld, abDropped);
    }
  }
}

/* Write the part that renames: tables as they are ordered, then columns. */
static void partRename(MigContext *p, Generator *pg) {
  int i;

  for (i = 0; i < pg->order.n && p->rc == SQLITE_OK; i++) {
    if (pg->order.a[i].eKind == MIG_ORDER_RENAME) {
      renameWrite(p, pg, &pg->order.a[i]);
    }
  }
  for (i = 0; i < pg->compare.n && pg->bNative && p->rc == SQLITE_OK; i++) {
    const MigTableDiff *pDiff = pg->compare.a[i].pTable;
    if (pDiff && columnsRenamed(pDiff) && !renamedLater(p, pg, pDiff)) {
      columnsWrite(p, pg, pDiff);
    }
  }
  renamesLeft(p, pg);
}

/* Write the part that makes what is not there and changes tables. */
static void partMake(MigContext *p, Generator *pg) {
  int i;

  for (i = 0; i < pg->order.n && p->rc == SQLITE_OK; i++) {
    const MigOrderStep *pStep = &pg->order.a[i];
    if (pStep->eKind == MIG_ORDER_CREATE) {
      createWrite(p, pg, &pg->pGenerate->pNew->aObject[pStep->iNew]);
    } else if (pStep->eKind == MIG_ORDER_TABLE) {
      tableWrite(p, pg, pg->compare.a[pStep->iDifference].pTable);
    }
  }
  memset(&pg->left, 0, sizeof(pg->left)); /* all is renamed now */
}

/* Append what a call of migrate_table() was expanded to, when that is anything.
** Rebuilds rename tables as rebuild.h has it, in legacy mode. A shell that was
** not told to stop must not drop a table whose rows are nowhere else. */
static void expansionWrite(MigContext *p, Generator *pg, MigText *pOut,
                           const MigReplayCall *pCall) {
  int i;

  if (pCall->statements.n) {
    migTextStr(p, pOut, "PRAGMA legacy_alter_table=ON;\n");
    for (i = 0; i < pCall->statements.n; i++) {
      if (pg->pGenerate->bShell) {
        migTallyCopied(p, &pg->tally, &pCall->statements, i, pOut);
      }
      statementWrite(p, pOut, pCall->statements.az[i]);
    }
    migTextStr(p, pOut, "PRAGMA legacy_alter_table=OFF;");
  }
}

/* Append what the table loses by a call of migrate_table(), for its list: JSON
** strings, inside an SQL string. */
static void lossesWrite(MigContext *p, MigText *pOut,
                        const MigReplayCall *pCall) {
  MigText json = {0, 0, 0};
  int i;

  for (i = 0; i < pCall->losses.n; i++) {
    migTextStr(p, &json, i ? "," : "");
    migTextJson(p, &json, pCall->losses.az[i]);
  }
  migTextF(p, pOut, "%q", migTextZ(&json));
}

/* Append the part to the script. Calls of migrate_table() say what the table
** may lose: exactly what it has lost here. In a portable script they are
** replaced by what they were expanded to. */
static void partAppend(MigContext *p, Generator *pg) {
  MigText *pOut = &pg->pGenerate->script;
  i64 iDone = 0;
  int i;

  for (i = 0; i < pg->replay.nCall && p->rc == SQLITE_OK; i++) {
    const MigReplayCall *pCall = &pg->replay.aCall[i];
    i64 iEnd = pCall->iStart + pCall->n;
    i64 iUntil = pg->pGenerate->bPortable ? pCall->iStart : iEnd - CALL_LIST;
    migTextAdd(p, pOut, pg->part.z + iDone, iUntil - iDone);
    if (pg->pGenerate->bPortable) {
      expansionWrite(p, pg, pOut, pCall);
      iDone = iEnd;
    } else {
      lossesWrite(p, pOut, pCall);
      iDone = iUntil;
    }
  }
  migTextAdd(p, pOut, pg->part.z + iDone, pg->part.n - iDone);
}

/* Run the part, append it, and see what it has made. UNPROVEN when it does not
** run; nothing of it is appended then. */
static void partRun(MigContext *p, Generator *pg) {
  if (p->rc || pg->part.n == 0) {
    return;
  }
  migReplayScript(p, &pg->replay, pg->part.z, pg->part.n, "the script");
  migProveFailed(p, "what was made for these schemas");
  nowRead(p, pg, &pg->now);
  partAppend(p, pg);
}

/* Drop the views and triggers that are set aside. What makes them again is the
** last part, to which they are missing. */
static void partAside(MigContext *p, Generator *pg) {
  const MigModel *pNew = pg->pGenerate->pNew;
  u8 *abDropped = migAlloc(p, (u64)pg->now.nObject);
  int i;

  for (i = 0; i < pg->now.nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pg->now.aObject[i];
    int bTrigger = pObject->eKind == MIG_DDL_TRIGGER;
    int k = bTrigger || pObject->eKind == MIG_DDL_VIEW
                ? migModelFind(pNew, bTrigger, pObject->zName)
                : -1;
    abDropped[i] = k >= 0 && pg->abAside[k];
  }
  for (i = 0; i < pg->now.nObject && p->rc == SQLITE_OK; i++) {
    if (abDropped[i]) {
      dropWrite(p, pg, i, abDropped);
    }
  }
  partRun(p, pg);
}

/* Make a part from what differs now, run it, and append it. Where nothing
** differs there is no part. */
static void partMakeAndRun(MigContext *p, Generator *pg, Part ePart) {
  nowCompare(p, pg);
  if (p->rc || pg->compare.n == 0) {
    return;
  }
  memset(&pg->part, 0, sizeof(pg->part));
  memset(&pg->order, 0, sizeof(pg->order));
  migOrder(p, &pg->compare, &pg->order);
  switch (ePart) {
  case PART_DROP:
    partDrop(p, pg);
    break;
  case PART_RENAME:
    partRename(p, pg);
    break;
  case PART_MAKE:
    partMake(p, pg);
    break;
  }
  partRun(p, pg);
}

/* ------------------------------------------------------------------------
** Scripts
*/

/* Put around a portable script what it needs. A transaction is of use to a
** shell only: a run, and other tools, have one. */
static void frameWrite(MigContext *p, const Generator *pg) {
  MigText *pScript = &pg->pGenerate->script;
  MigText text = {0, 0, 0};
  int bOrphans = 0;

  if (pg->bTouches) {
    migTextStr(p, &text,
               "-- Foreign keys are not enforced while tables are dropped and "
               "made anew:\n"
               "-- rows that refer to them would be changed or lost. Inside a "
               "transaction\n"
               "-- that is open already this PRAGMA does nothing: do not run "
               "it in one.\n"
               "PRAGMA foreign_keys=OFF;\n\n");
  }
  if (pg->pGenerate->bShell) {
    bOrphans = pg->bTouches && pg->pGenerate->bOrphans;
    migTextStr(p, &text,
               "-- In the sqlite3 shell: sqlite3 -bail FILE, so that it stops "
               "at an error.\n"
               "BEGIN IMMEDIATE;\n\n");
  }
  if (pg->tally.n) {
    migTallyBegin(p, &text);
    migTextStr(p, &text, "\n");
  }
  if (bOrphans) {
    migOrphansBegin(p, &text);
  }
  migTextAdd(p, &text, migTextZ(pScript), pScript->n);
  if (pg->tally.n) {
    migTextStr(p, &text, "\n");
    migTallyEnd(p, &pg->tally, &text);
    migTextStr(p, &text, "DROP TABLE temp._migrate_script;\n");
  }
  if (bOrphans) {
    migOrphansEnd(p, &text);
  }
  migTextStr(p, &text, pg->pGenerate->bShell ? "\nCOMMIT;\n" : "");
  *pScript = text;
}

/*
** Make the script, in a scratch database that is closed behind this: the parts
** in their order, of which the later ones mostly find nothing to do. UNPROVEN
** when something differs behind the last one. What was appended until an error
** is no script.
*/
static void scriptMake(MigContext *p, Generator *pg, MigScratch *pScratch) {
  /* a rename may change texts of views and triggers, which are dropped then */
  static const Part aePart[] = {PART_DROP, PART_RENAME, PART_DROP,
                                PART_MAKE, PART_DROP,   PART_MAKE};
  MigGenerate *pGenerate = pg->pGenerate;
  size_t i;

  memset(&pGenerate->script, 0, sizeof(pGenerate->script));
  if (pGenerate->pRenames) {
    pg->left = *pGenerate->pRenames;
  }
  migScratchCopy(p, pScratch, pGenerate->pOld);
  pg->replay.bPlain = pGenerate->bPortable;
  migReplayOpen(p, &pg->replay, pScratch);
  pg->replay.bKeep = 1;
  nowRead(p, pg, pGenerate->pOld);
  if (pg->abAside) {
    partAside(p, pg);
  }
  for (i = 0; i < sizeof(aePart) / sizeof(aePart[0]); i++) {
    partMakeAndRun(p, pg, aePart[i]);
  }
  nowCompare(p, pg);
  if (pg->compare.n && p->rc == SQLITE_OK) {
    migFail(p, MIG_UNPROVEN,
            "no script was found that does all of it, left to do: %s; write it "
            "by hand",
            migProveText(p, &pg->compare));
  }
  if (pGenerate->bPortable && pGenerate->script.n) {
    frameWrite(p, pg);
  }
}

/* Try to make the script; abAside may be NULL (Generator). 1 when that ends as
** UNPROVEN and would be worth a try without ALTER TABLE where that reads the
** whole schema: some of that stood in it. */
static int scriptTry(MigContext *p, MigGenerate *pGenerate, MigLosses *pLosses,
                     int bNative, const u8 *abAside) {
  MigScratch *pScratch = migScratchOpen(p);
  Generator g;

  memset(&g, 0, sizeof(g));
  g.pGenerate = pGenerate;
  g.pLosses = pLosses;
  g.bNative = bNative;
  g.abAside = abAside;
  if (pScratch) {
    scriptMake(p, &g, pScratch);
  }
  migScratchClose(p, pScratch);
  return p->eCode == MIG_UNPROVEN && g.bNativeUsed;
}

/* Mark the views and triggers of the wanted schema that may be made anew: those
** that compile in it, be it without "strings", so that none that has lost a
** column comes back in silence. The number of them. The settings are those of a
** scratch database, which goes with them. */
static int asideFind(MigContext *p, const MigModel *pNew, u8 *abAside) {
  MigScratch *pScratch = migScratchOpen(p);
  int n = 0;
  int i;

  if (pScratch) {
    migScratchCopy(p, pScratch, pNew);
    migScratchSwap(p, pScratch);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
    sqlite3_db_config(p->db, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    migCompilesEach(p, pNew, abAside);
    migScratchSwap(p, pScratch);
  }
  migScratchClose(p, pScratch);
  for (i = 0; i < pNew->nObject && p->rc == SQLITE_OK; i++) {
    n += abAside[i];
  }
  return n;
}

/* No script was found, perhaps because a view would not compile between two
** statements of it: try to make one with the views and triggers out of the way.
** When that fails too the error stays what it was. */
static void asideTry(MigContext *p, MigGenerate *pGenerate, MigLosses *pLosses,
                     int bNative) {
  u8 *abAside;
  MigContext was;
  int n;

  migContextInit(&was, p->db);
  migErrorSave(p, &was);
  abAside = migAlloc(p, (u64)pGenerate->pNew->nObject);
  n = abAside ? asideFind(p, pGenerate->pNew, abAside) : 0;
  if (n > 0) {
    scriptTry(p, pGenerate, pLosses, bNative, abAside);
  }
  if (p->rc ? p->eCode == MIG_UNPROVEN : n == 0) {
    migErrorClear(p);
    migFailRc(p, was.rc, MIG_UNPROVEN, "%s",
              was.zError ? was.zError + strlen("migrate: UNPROVEN: ") : "");
  }
  sqlite3_free(was.zError);
}

/* Those annotations that are at tables of a schema, which may be a part of the
** one they were written for. pAll may be NULL: there are none. */
static void renamesOf(MigContext *p, const MigModel *pModel,
                      const MigRenames *pAll, MigRenames *pOut) {
  int i;

  if (pAll) {
    *pOut = *pAll;
  } else {
    memset(pOut, 0, sizeof(*pOut));
  }
  pOut->n = 0;
  pOut->a = 0;
  for (i = 0; pAll && i < pAll->n && p->rc == SQLITE_OK; i++) {
    if (migModelFind(pModel, 0, pAll->a[i].zTable) >= 0) {
      pOut->a = migModelRoom(p, pOut->a, pOut->n, sizeof(MigRename));
      if (pOut->a) {
        pOut->a[pOut->n++] = pAll->a[i];
      }
    }
  }
}

/*
** Make the script, see generate.h. It leads from pOld to pNew, and that has
** been tried in a scratch database. UNPROVEN when none is found; FORMAT for
** annotations that mean nothing. The database of p is not changed; with bLive
** what is lost is counted in it, as it is at that moment.
**
** Tried are, each when the one before was UNPROVEN: with ALTER TABLE, unless
** something that stays does not compile; without, but for tables that are
** renamed in legacy mode; with the views and triggers out of the way. Of a big
** schema only what the change has to do with goes into the scratch database
** (subset.h).
**
** After an error the script is not to be used.
*/
void migGenerate(MigContext *p, MigGenerate *pGenerate) {
  MigLosses losses = {0, 0};
  MigGenerate part;
  MigRenames renames;
  MigModel old;
  MigModel new;
  int bNative = 1;

  memset(&pGenerate->compare, 0, sizeof(pGenerate->compare));
  memset(&pGenerate->script, 0, sizeof(pGenerate->script));
  migCompare(p, pGenerate->pOld, pGenerate->pNew, pGenerate->pRenames,
             &pGenerate->compare);
  if (p->rc || pGenerate->compare.n == 0) {
    return;
  }
  migLossRead(p, &pGenerate->compare, pGenerate->bLive, &losses);
  if (pGenerate->bLive && needsNative(&pGenerate->compare)) {
    bNative = migCompilesAll(p, &pGenerate->compare);
  }
  pGenerate->bOrphans = pGenerate->bShell &&
                        migOrphansPossible(p, pGenerate->pOld, pGenerate->pNew);
  part = *pGenerate;
  if (migSubset(p, &pGenerate->compare, &old, &new)) {
    part.pOld = &old;
    part.pNew = &new;
    renamesOf(p, &new, pGenerate->pRenames, &renames);
    part.pRenames = &renames;
  }
  if (p->rc == SQLITE_OK && scriptTry(p, &part, &losses, bNative, 0)) {
    migErrorClear(p);
    scriptTry(p, &part, &losses, 0, 0);
  }
  if (p->eCode == MIG_UNPROVEN) {
    asideTry(p, &part, &losses, bNative);
  }
  pGenerate->script = part.script;
}

/* Add a rename that holds: zColumn of zTable, or with NULL the table, was zOld.
** The names are borrowed. */
static void renameAdd(MigContext *p, MigRenames *pRenames, const char *zTable,
                      const char *zColumn, const char *zOld) {
  MigRename *pRename;

  pRenames->a = migModelRoom(p, pRenames->a, pRenames->n, sizeof(*pRename));
  if (pRenames->a) {
    pRename = &pRenames->a[pRenames->n++];
    pRename->zTable = zTable;
    pRename->zColumn = zColumn;
    pRename->zOld = zOld;
    pRename->bExact = 1;
  }
}

/* The renames that lead back: for the script in the other direction, with
** pCompare's old schema as the wanted one. They hold, as nobody has to guess
** about them (bExact). Names are borrowed from the models. */
void migRenamesBack(MigContext *p, const MigComparison *pCompare,
                    MigRenames *pBack) {
  int i;
  int k;

  memset(pBack, 0, sizeof(*pBack));
  for (i = 0; i < pCompare->n; i++) {
    const MigDifference *pDif = &pCompare->a[i];
    const MigTableDiff *pDiff = pDif->pTable;
    if (pDif->bRenamed) {
      renameAdd(p, pBack, pCompare->pOld->aObject[pDif->iOld].zName, 0,
                pCompare->pNew->aObject[pDif->iNew].zName);
    }
    for (k = 0; pDiff && k < pDiff->n; k++) {
      const MigAlteration *pAlt = &pDiff->a[k];
      if (pAlt->eKind == MIG_ALT_RENAME_COLUMN) {
        renameAdd(p, pBack, pDiff->pOld->zName,
                  pDiff->pOld->pTable->aColumn[pAlt->iOld].zName,
                  pDiff->pNew->pTable->aColumn[pAlt->iNew].zName);
      }
    }
  }
}
