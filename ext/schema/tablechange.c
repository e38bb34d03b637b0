/*
** tablechange.c - a table that a script changes.
**
** By ALTER TABLE where that does all of it on every supported SQLite, else by a
** call of migrate_table(). Such a call is written with an empty list of what
** the table may lose. It is tried in the scratch database as it stands; what it
** has lost there is put into its list when the part is appended to the script,
** or in a portable script its statements take its place.
*/
#include "renaming.h"
#include "tablechange.h"

/* The ALTER TABLE statements that change a table, of those that every supported
** SQLite has, added to pList: 1, or 0 when they cannot do it. A newer one may
** refuse some; the script is UNPROVEN when that is the one it is tried with. */
static int tableAlter(MigContext *p, MigGenerator *pg,
                      const MigTableDiff *pDiff, MigList *pList) {
  if (!pg->bNative || migRenamingLater(p, pg, pDiff) ||
      !migAlterStatements(p, &pg->now, pDiff, MIG_ALTER_PORTABLE, pList)) {
    return 0;
  }
  pg->bNativeUsed = 1;
  return 1;
}

/* Tell of the columns that are lost, and of a mark of AUTOINCREMENT. */
static void tableLosses(MigContext *p, MigGenerator *pg,
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
** the list when the call has been tried; see migTableChangeAppend(). */
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
** whose list of changes stays empty here; see migTableChangeAppend(). */
void migTableChangeWrite(MigContext *p, MigGenerator *pg,
                         const MigTableDiff *pDiff) {
  MigList list = {0, 0};
  int i;

  migDraftGroup(p, pg, MIG_GROUP_TABLE);
  pg->bTouches = 1;
  tableLosses(p, pg, pDiff);
  if (tableAlter(p, pg, pDiff, &list)) {
    for (i = 0; i < list.n; i++) {
      migDraftStatement(p, &pg->part, list.az[i]);
    }
    return;
  }
  migTextF(p, &pg->part, "SELECT migrate_table(%Q, '{%q" CALL_END "\n",
           pDiff->pNew->zSql, tableOptions(p, pDiff));
}

/* Append what a call of migrate_table() was expanded to, when that is anything.
** Rebuilds rename tables as rebuild.h has it, in legacy mode. A shell that was
** not told to stop must not drop a table whose rows are nowhere else. */
static void expansionWrite(MigContext *p, MigGenerator *pg, MigText *pOut,
                           const MigReplayCall *pCall) {
  int i;

  if (pCall->statements.n) {
    migTextStr(p, pOut, "PRAGMA legacy_alter_table=ON;\n");
    for (i = 0; i < pCall->statements.n; i++) {
      if (pg->pGenerate->bShell) {
        migTallyCopied(p, &pg->tally, &pCall->statements, i, pOut);
      }
      migDraftStatement(p, pOut, pCall->statements.az[i]);
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

/* Append the part, which pg->replay has run, to the script. Calls of
** migrate_table() say what the table may lose: exactly what it has lost there.
** In a portable script they are replaced by what they were expanded to. */
void migTableChangeAppend(MigContext *p, MigGenerator *pg) {
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
