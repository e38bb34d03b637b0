/*
** reshape.c - "make this table be so": from today's definition to another one.
**
** The model of the wanted table (wanted.c) is compared with that of the live
** one. Then the first of these is taken that will do (ways.c):
**
**   nothing  they say the same. Then options rename and using mean nothing
**            either, so that doing it twice does it once.
**   alter    ALTER TABLE, when that can do all of it
**   edit     another text in the place of the stored one, when the caller and
**            the connection allow it
**   rebuild  a new table, the rows copied
**
** Where columns are renamed and more is to be done, the renames are tried in a
** scratch copy of the schema, to plan for what is left. An expression of option
** using is over the columns as they were called before, and makes a rebuild
** necessary.
**
** Afterwards all is looked at again: the rows were all copied, the table can be
** read, its model is the wanted one, nothing else in the schema has gone or
** changed, AUTOINCREMENT goes on counting where it was, and what has to do with
** the table works if it did before (probe.h). A full-text table that has its
** rows in the table is filled anew where its index would not fit them any more
** (fulltext.h).
**
** After a failure the caller undoes the transaction. It may be undone already,
** where a setting had to go back (native.c). Foreign keys and
** legacy_alter_table go back with the caller's pSaved.
**
** Where the first way fails at what only rows or the connection can tell, the
** next one is taken for what is left; so what is planned is the cheapest way,
** and what is told at the end the dearest one that was taken.
*/
#include <string.h>
#include "fulltext.h"
#include "phrase.h"
#include "probe.h"
#include "reshape.h"
#include "scratchfill.h"
#include "sql.h"
#include "ways.h"

/* ------------------------------------------------------------------------
** What a dropped column takes along
*/

/* Does a trigger fire on the UPDATE OF a column? SQLite would make it again
** without a word, and it would never fire. What stands in its body is left to
** probe.h. */
static int triggerUses(const MigModelObject *pTrigger, const char *zColumn) {
  const MigDdl *pDdl = pTrigger->pDdl;
  int i;

  for (i = 0; pDdl && i < pDdl->nTerm; i++) {
    if (migTokenNameIs(pDdl->z, &pDdl->aTerm[i].name, zColumn)) {
      return 1;
    }
  }
  return 0;
}

/* Refuse to drop a column that an index or the head of a trigger uses. SCRIPT.
** SQLite's own indexes go with their constraints and have no text. */
static void columnsCheck(MigContext *p, const MigModel *pModel,
                         const MigTableDiff *pDiff) {
  const MigModelTable *pOld = pDiff->pOld->pTable;
  int i;
  int k;

  for (k = 0; pOld && k < pOld->nColumn && p->rc == SQLITE_OK; k++) {
    const char *zColumn = pOld->aColumn[k].zName;
    if (!migWaysGone(pDiff, k)) {
      continue;
    }
    for (i = pDiff->pOld->iFirst; i >= 0; i = pModel->aObject[i].iNext) {
      const MigModelObject *pOn = &pModel->aObject[i];
      if (pOn->eKind == MIG_DDL_INDEX ? migWaysUses(pOn, zColumn)
                                      : triggerUses(pOn, zColumn)) {
        migFail(p, MIG_SCRIPT,
                "%s %s uses column %s, which table %s is to lose; drop it "
                "first",
                migModelKind(pOn->eKind), pOn->zName, zColumn,
                pDiff->pOld->zName);
      }
    }
  }
}

/* DATA_LOSS when the table is to lose what the caller does not know of: a
** script was made for it as it was, and since then it has become another.
** Nothing is checked without pChanges, nor for a table in allowLoss. Only the
** first few are shown. */
static void changesCheck(MigContext *p, const MigReshape *pr) {
  MigText text = {0, 0, 0};
  MigList losses = {0, 0};
  int n = 0;
  int i;

  if (pr->pChanges == 0 ||
      migNameAmong(pr->allowLoss.n, pr->allowLoss.az, pr->diff.pOld->zName)) {
    return;
  }
  migAlterationLosses(p, &pr->diff, &losses);
  for (i = 0; i < losses.n && p->rc == SQLITE_OK; i++) {
    if (!migListHas(pr->pChanges, losses.az[i]) && n++ < 5) {
      migTextF(p, &text, "%s%s", text.n ? "; " : "", losses.az[i]);
    }
  }
  if (n) {
    migFail(p, MIG_DATA_LOSS,
            "table %s would lose more than option changes of migrate_table()"
            " says: %s; make the script anew, take that back, or name the table"
            " in option allow_loss",
            pr->diff.pOld->zName, migTextZ(&text));
  }
}

/* ------------------------------------------------------------------------
** Running
*/

/* What is left to be done, for messages: the first few alterations. In the
** arena. */
static const char *diffText(MigContext *p, const MigTableDiff *pDiff) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pDiff->n && i < 5; i++) {
    migTextStr(p, &text, i ? "; " : "");
    migTextStr(p, &text, migAlterationText(p, pDiff, i));
  }
  return migTextZ(&text);
}

/* Is nothing else gone or changed? UNPROVEN then. ALTER TABLE may have
** rewritten the texts of others, so then only kind and name count. pNow is the
** schema as it is. */
static void othersCheck(MigContext *p, const MigWays *pw,
                        const MigModel *pNow) {
  const MigModel *pWas = &pw->pr->model;
  int i;

  for (i = 0; i < pWas->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pA = &pWas->aObject[i];
    int k = migModelFind(pNow, pA->eKind == MIG_DDL_TRIGGER, pA->zName);
    const MigModelObject *pB = k >= 0 ? &pNow->aObject[k] : 0;
    if (pB == 0 || pA->eKind != pB->eKind ||
        (!pw->bAltered && strcmp(pA->zSql, pB->zSql) != 0 &&
         migStrICmp(pA->zName, pw->pr->zTable) != 0)) {
      migFail(p, MIG_UNPROVEN,
              "%s %s has not come through the change of table %s; nothing is "
              "kept",
              migModelKind(pA->eKind), pA->zName, pw->pr->zTable);
    }
  }
}

/* Is what quick_check says a false alarm? SQLite 3.40 takes the columns of a
** WITHOUT ROWID table for others when it looks for NULL and for types. z is a
** row of quick_check. */
static int isFalseAlarm(const MigReshape *pr, const char *z) {
  int iVersion = sqlite3_libversion_number();

  return migWantedTable(pr)->pDdl->bWithoutRowid && iVersion >= 3039000 &&
         iVersion < 3041000 && strstr(z, " value in ") != 0;
}

/* Have SQLite look at the rows of the table. DAMAGED when it finds something;
** without bCheck nothing happens. */
static void rowsCheck(MigContext *p, const MigReshape *pr) {
  sqlite3_stmt *pStmt =
      pr->bCheck ? migPrepareF(p, "PRAGMA main.quick_check(\"%w\")", pr->zTable)
                 : 0;

  while (pStmt && migStep(p, pStmt)) {
    const char *z = migColumnText(p, pStmt, 0);
    if (z && strcmp(z, "ok") != 0 && !isFalseAlarm(pr, z)) {
      migFail(p, MIG_DAMAGED, "table %s after its change: %s", pr->zTable, z);
    }
  }
  migFinalize(p, pStmt);
}

/* How far AUTOINCREMENT has counted for the table, 0 when it has not. pModel is
** schema main, to know whether there is a table sqlite_sequence, which is not
** there before the first AUTOINCREMENT. */
static i64 markRead(MigContext *p, const MigReshape *pr,
                    const MigModel *pModel) {
  return migModelFind(pModel, 0, "sqlite_sequence") < 0
             ? 0
             : migQueryInt(p, 0,
                           "SELECT max(seq) FROM main.sqlite_sequence"
                           " WHERE name = %Q",
                           pr->zTable);
}

/* Has AUTOINCREMENT kept its mark, which was iMark, or counted on? Or is it
** gone with it? UNPROVEN otherwise: ids that were given out would come
** again. */
static void markCheck(MigContext *p, const MigReshape *pr,
                      const MigModel *pModel, i64 iMark) {
  const char *zWhat = 0;

  if (pr->eWay == MIG_WAY_CREATE || !pr->diff.pOld->pTable->bAutoincrement) {
    return;
  }
  if (!pr->diff.pNew->pTable->bAutoincrement) {
    zWhat = migQueryInt(p, 0,
                        "SELECT count(*) FROM main.sqlite_sequence"
                        " WHERE name = %Q",
                        pr->zTable)
                ? "is still there"
                : 0;
  } else if (markRead(p, pr, pModel) < iMark) {
    zWhat = "is not what it was";
  }
  if (zWhat) {
    migFail(p, MIG_UNPROVEN,
            "table %s after its change: the mark of AUTOINCREMENT %s",
            pr->zTable, zWhat);
  }
}

/* ------------------------------------------------------------------------
** Full-text tables whose index is left behind
*/

/* A full-text table cannot be filled anew. SCRIPT. zName is the virtual
** table. */
static void fulltextFail(MigContext *p, const MigReshape *pr, const char *zName,
                         const char *zWhy) {
  migFail(p, MIG_SCRIPT,
          "virtual table %s would no longer work: this change of table %s "
          "wants its index made anew, and that fails: %s; mend that, or drop "
          "it first and make it again afterwards",
          zName, pr->zTable, zWhy);
}

/* SCRIPT when the connection has not got what filling one takes. Before
** anything is done, as that may take long. */
static void fulltextCheck(MigContext *p, const MigReshape *pr) {
  int i;

  for (i = 0; i < pr->fulltext.n && p->rc == SQLITE_OK; i++) {
    const char *zWhy = migFulltextMissing(p, pr->fulltext.az[i]);
    if (zWhy) {
      fulltextFail(p, pr, pr->fulltext.az[i], zWhy);
    }
  }
}

/* Fill those that worked before. In a scratch database, which has no rows, it
** is only noted: a script that does without us has to do it. One that did not
** work before is left as it is. */
static void fulltextFill(MigContext *p, MigWays *pw, const MigProbes *pProbes) {
  const MigReshape *pr = pw->pr;
  const char *zWhy;
  MigSwitch view;
  int i;

  if (p->rc || pr->fulltext.n == 0) {
    return;
  }
  migSwitchSet(p, pr->pTx, SQLITE_DBCONFIG_ENABLE_VIEW, 1, &view);
  for (i = 0; i < pr->fulltext.n && p->rc == SQLITE_OK; i++) {
    const char *zName = pr->fulltext.az[i];
    const char *zSql = migFulltextFill(p, zName);
    if (pr->pTx && !migProbesHave(pProbes, zName)) {
      continue;
    }
    if (pr->pTx && migNativeTry(p, pr->pTx, zSql, &zWhy)) {
      fulltextFail(p, pr, zName, zWhy);
    }
    migListAdd(p, &pw->run, zSql);
  }
  migSwitchBack(p, pr->pTx, &view);
}

/* Look at everything again, behind the change. iMark: see markRead(). UNPROVEN
** or SCRIPT for what is not as it should be. The table is compiled first: a
** text that SQLite cannot read is told in its own words. */
static void proveAll(MigContext *p, MigWays *pw, const MigProbes *pProbes,
                     i64 iMark) {
  const MigReshape *pr = pw->pr;
  MigWaysState now;

  migFinalize(p,
              migPrepareF(p, "SELECT 1 FROM main.\"%w\" LIMIT 0", pr->zTable));
  if (p->rc) {
    return;
  }
  migWaysState(p, pr, &now);
  if (p->rc == SQLITE_OK && now.diff.n) {
    migFail(p, MIG_UNPROVEN, "table %s has not become what was wanted: %s",
            pr->zTable, diffText(p, &now.diff));
  }
  if (p->rc == SQLITE_OK) {
    othersCheck(p, pw, &now.model);
  }
  markCheck(p, pr, &now.model, iMark);
  migProbesCheck(p, pr->pTx, &now.model, pProbes);
  fulltextFill(p, pw, pProbes);
  rowsCheck(p, pr);
}

/* Can what names the table break? Columns that come, go, move or compute
** themselves do that, the rowid is one, and an upsert wants a key with the
** collations that the key has. */
static int mayBreak(const MigTableDiff *pDiff) {
  static const MigAlterationKind ae[] = {MIG_ALT_ADD_COLUMN,
                                         MIG_ALT_DROP_COLUMN,
                                         MIG_ALT_RENAME_COLUMN,
                                         MIG_ALT_ORDER,
                                         MIG_ALT_GENERATED,
                                         MIG_ALT_COLLATE,
                                         MIG_ALT_DROP_CONSTRAINT,
                                         MIG_ALT_PRIMARY_KEY,
                                         MIG_ALT_WITHOUT_ROWID,
                                         MIG_ALT_TYPE,
                                         MIG_ALT_OTHER};
  size_t i;

  for (i = 0; i < sizeof(ae) / sizeof(ae[0]); i++) {
    if (migWaysHas(pDiff, ae[i])) {
      return 1;
    }
  }
  return 0;
}

/* Before anything is changed: what must not break, and the mark, see
** markRead(). pProbes is zeroed before. In a scratch database, whose functions
** are stood in for, definition and modules are not asked about. */
static i64 proofBegin(MigContext *p, const MigReshape *pr, MigProbes *pProbes) {
  if (pr->pTx) {
    migProbeDefinition(p, &pr->model, &pr->diff);
    fulltextCheck(p, pr);
  }
  if (mayBreak(&pr->diff) || pr->fulltext.n) {
    migProbesTake(p, pr->pTx, &pr->model, &pr->diff, pProbes);
  }
  return pr->diff.pOld->pTable->bAutoincrement ? markRead(p, pr, &pr->model)
                                               : 0;
}

/*
** Carry out what was planned, inside the caller's write transaction
** (pReshape->pTx; NULL: a scratch database, in whatever transaction). When the
** schema is another one since, it is planned anew. pReshape->statements and
** eWay tell what was done, which may be a dearer way than planned. Errors:
**
**   SCRIPT       rows do not fit the definition (with SQLite's code), a view,
**                trigger or full-text table would break, SQLite refuses it
**   DATA_LOSS    not all rows were copied
**   UNPROVEN     something is not as it should be afterwards
**   DAMAGED      bCheck, and quick_check finds something; or an index disagrees
**                with its table
**   UNSUPPORTED  an authorizer denies what has to be done
**   SQLITE       code of the application has ended the transaction; and others
**
** and, when it is planned anew, those of migReshapePlan(). The caller must undo
** the transaction then. Rows are not checked against foreign keys: that is the
** caller's, too.
*/
void migReshapeRun(MigContext *p, MigReshape *pReshape) {
  MigProbes probes = {0, 0, 0};
  i64 iMark = 0;
  MigWays w;

  if (p->rc == SQLITE_OK &&
      migQueryInt(p, 0, "PRAGMA main.schema_version") != pReshape->iSchema) {
    migReshapePlan(p, pReshape);
  }
  if (p->rc || pReshape->eWay == MIG_WAY_NOTHING) {
    return;
  }
  migWaysOpen(p, &w, pReshape);
  if (pReshape->eWay == MIG_WAY_CREATE) {
    migWaysMake(p, &w);
  } else {
    w.state.model = pReshape->model;
    w.state.diff = pReshape->diff;
    iMark = proofBegin(p, pReshape, &probes);
    migWaysTable(p, &w);
  }
  proveAll(p, &w, &probes, iMark);
  migWaysClose(p, &w);
  if (p->rc == SQLITE_OK) {
    pReshape->eWay = w.eWay;
    pReshape->statements = w.run;
  }
}

/* ------------------------------------------------------------------------
** Planning
*/

/* Plan what is left once columns are renamed, with the schema as it is then.
** Statements are added to those of the renames; an edit has none to show. */
static void planRest(MigContext *p, MigReshape *pr,
                     const MigWaysState *pState) {
  if (p->rc || (pState->diff.n == 0 && pr->azUsing == 0)) {
    return;
  }
  if (migWaysEdit(p, pr, &pState->model, &pState->diff)) {
    pr->eWay = MIG_WAY_EDIT;
  } else {
    pr->eWay = MIG_WAY_REBUILD;
    migWaysRebuild(p, pr, pState, &pr->statements);
  }
}

/* Try the renames in a scratch copy of the schema, to know what is left. When
** they do not even work there, the rebuild will have to do them. pState becomes
** what is there behind them. SCRIPT when only SQLite could rename a column, and
** does not (ways.c). */
static void planRenames(MigContext *p, MigReshape *pr, MigWaysState *pState) {
  MigScratch *pScratch = migScratchOpen(p);
  MigReshape scratch = *pr;
  MigWays w;

  scratch.pTx = 0;
  scratch.pSaved = 0;
  scratch.eEdit = MIG_EDIT_DENY;
  if (pScratch == 0) {
    return;
  }
  migScratchCopy(p, pScratch, &pr->model);
  migScratchSwap(p, pScratch);
  if (p->rc == SQLITE_OK) {
    migWaysOpen(p, &w, &scratch);
    w.state = *pState;
    migWaysRename(p, &w);
    migWaysClose(p, &w);
    *pState = w.state;
    pr->statements = w.run;
  }
  migScratchSwap(p, pScratch);
  migScratchClose(p, pScratch);
}

/* List the full-text tables whose index the change leaves behind. The names
** belong to the model. */
static void planFulltext(MigContext *p, MigReshape *pr) {
  const MigModel *pModel = &pr->model;
  u8 *abFound = 0;
  int i;

  for (i = 0; i < pModel->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[i];
    if (pObject->eKind != MIG_DDL_VIRTUAL ||
        migFulltextContent(p, pObject->pDdl) == 0) {
      continue;
    }
    if (abFound == 0) {
      abFound = migAlloc(p, (u64)pModel->nObject);
      migProbesFind(p, pModel, pr->diff.pOld->zName, abFound);
    }
    if (p->rc == SQLITE_OK && abFound[i] &&
        migFulltextStale(p, &pr->diff, pr->azUsing, pObject->pDdl)) {
      migListAdd(p, &pr->fulltext, pObject->zName);
    }
  }
}

/* Plan how to change a table that is there: eWay stays NOTHING when the two say
** the same. Here is the order of the ways. */
static void planTable(MigContext *p, MigReshape *pr,
                      const MigModelObject *pLive) {
  MigWaysState state;

  memset(&state, 0, sizeof(state));
  migCompareTable(p, pLive, migWantedTable(pr), &pr->renames, &pr->diff);
  if (p->rc || pr->diff.n == 0) {
    return;
  }
  if (pLive->pTable == 0) {
    migFail(p, MIG_UNSUPPORTED,
            "the definition of table %s in the schema cannot be read; change "
            "it by hand",
            pLive->zName);
    return;
  }
  changesCheck(p, pr);
  columnsCheck(p, &pr->model, &pr->diff);
  planFulltext(p, pr);
  pr->eWay = MIG_WAY_ALTER;
  if (!migWaysAlter(p, pr, &pr->model, &pr->diff, &pr->statements)) {
    state.model = pr->model;
    state.diff = pr->diff;
    if (migWaysHas(&pr->diff, MIG_ALT_RENAME_COLUMN)) {
      planRenames(p, pr, &state);
    }
    planRest(p, pr, &state);
  }
}

/*
** Find out how the table can be made what pReshape->zSql says. Nothing is
** changed on p's connection; scratch databases are used. What was out before is
** overwritten, so it may be called again.
**
** Errors are those of migWantedRead(), FORMAT for an annotation that does not
** fit the two definitions, DATA_LOSS for what pChanges does not allow,
** UNSUPPORTED when the live definition is beyond us, and SCRIPT when an index
** or trigger uses a column that goes, or SQLite would not rename one.
*/
void migReshapePlan(MigContext *p, MigReshape *pReshape) {
  const MigModelObject *pLive;

  /* All from eWay on is ours: see the order of the fields. */
  memset(&pReshape->eWay, 0, sizeof(*pReshape) - offsetof(MigReshape, eWay));
  pReshape->iSchema = migQueryInt(p, 0, "PRAGMA main.schema_version");
  pLive = migWantedRead(p, pReshape);
  if (p->rc) {
    return;
  }
  if (pLive) {
    planTable(p, pReshape, pLive);
  } else {
    pReshape->eWay = MIG_WAY_CREATE;
    migListAdd(p, &pReshape->statements,
               migNativeText(p, migWantedTable(pReshape)));
  }
}
