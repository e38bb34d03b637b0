/*
** expand.c - migrate_table() in the scripts of an export, as plain SQL.
**
** Other tools do not know the function. What a call means depends on the
** schema that it finds, so all revisions are replayed in their order, from an
** empty database on, as migrate_sql() does it. A down script finds the schema
** that its up script leaves; it is replayed in a copy of that. When no script
** calls the function nothing is replayed.
**
** Say a revision finds CREATE TABLE t(a), and its up script is
**
**   SELECT migrate_table('CREATE TABLE t(a, b TEXT NOT NULL)');
**
** Then the statement gives way to plain SQL that does the same: ALTER TABLE
** where that is enough, else a new table, into which the rows are copied, and
** which takes the place and the name of t (plainscript.c).
**
** Files of the import are given back as they are; their scripts stay.
**
** An up script that runs outside a transaction is not replayed: it makes
** nothing (VACUUM and its like).
**
** Limits: a script that drops a table leaves rows elsewhere that refer to it to
** the other tool's setting of foreign keys; the export says so in a note.
*/
#include <string.h>
#include "catalog.h"
#include "plainscript.h"
#include "scratchfill.h"
#include "expand.h"

#define EXPAND_NAMED 8 /* revisions that a note names */

/* A revision's script, one of the two. */
typedef struct ExpandSide {
  const MigExported *pRev;
  const char *zSide; /* "up" or "down" */
  const char **pz;   /* the script, replaced by what it becomes */
  i64 *pn;           /* its bytes, replaced as well */
} ExpandSide;

/*
** Does a script call migrate_table()? The n bytes at z are only read as tokens:
** the name, in any case or quoted, with a parenthesis behind counts wherever it
** stands. z NULL calls nothing. *pbDrops is set when a statement is DROP TABLE,
** and never cleared.
*/
static int scriptCalls(const char *z, i64 n, int *pbDrops) {
  MigStatement st;
  i64 iNext = 0;
  int bCalls = 0;

  while (z && migScriptNext(z, n, &iNext, &st)) {
    i64 iEnd = st.iStart + st.nByte;
    i64 i = st.iStart;
    int bName = 0;
    MigToken token;
    *pbDrops |= st.eKind == MIG_ST_DROP_TABLE;
    do {
      i = migTokenSignificant(z, iEnd, i, &token);
      bCalls |= bName && token.eType == MIG_TK_LP;
      bName = migTokenNameIs(z, &token, "migrate_table");
    } while (token.eType != MIG_TK_END);
  }
  return bCalls;
}

/* Is a script of the revision to be written out, the down script with bDown?
** Not one whose files of the import are given back. */
static int sideCalls(const MigExported *pRev, int bDown) {
  int bDrops = 0;

  return !pRev->bOriginal &&
         (bDown ? scriptCalls(pRev->zDown, pRev->nDown, &bDrops)
                : scriptCalls(pRev->zUp, pRev->nUp, &bDrops));
}

/* FORMAT in the place of an error that a replay has met, whose message it takes
** over behind its code. Out of memory stays what it is. */
static void expandFail(MigContext *p, const MigExported *pRev) {
  MigContext was;

  if (p->rc == SQLITE_OK || p->zError == 0 || (p->rc & 0xff) == SQLITE_NOMEM) {
    return;
  }
  migContextInit(&was, p->db);
  migErrorSave(p, &was);
  migFail(p, MIG_FORMAT,
          "migrate_table() cannot be written out for another tool: the replay"
          " of revision %s fails, %s; mend it, or take the format own",
          pRev->zId,
          was.zError + strlen("migrate: : ") + strlen(migCodeName(was.eCode)));
  migContextClear(&was);
}

/*
** Replay one side, and write it out when it calls the function: *pSide->pz is
** in the arena then. A call that is no SELECT of its own, but a part of another
** expression, is not expanded; it is FORMAT, as it would stay in the text.
*/
static void sideReplay(MigContext *p, MigReplay *pReplay,
                       const ExpandSide *pSide, MigExpanded *pOut) {
  int bDown = pSide->zSide[0] == 'd';
  MigText text = {0, 0, 0};
  MigPlainScript script;

  migReplayScript(p, pReplay, *pSide->pz, *pSide->pn,
                  migPrintf(p, "%s script", pSide->zSide));
  if (p->rc || !sideCalls(pSide->pRev, bDown)) {
    return;
  }
  memset(&script, 0, sizeof(script));
  script.zRevision = pSide->pRev->zId;
  script.zSide = pSide->zSide;
  script.z = *pSide->pz;
  script.n = *pSide->pn;
  migPlainscriptScan(p, &script);
  migPlainscriptWrite(p, &script, pReplay, 0, &text);
  if (p->rc == SQLITE_OK) {
    *pSide->pz = migTextZ(&text);
    *pSide->pn = text.n;
    if (scriptCalls(text.z, text.n, &pOut->bDrops)) {
      migFail(p, MIG_FORMAT,
              "%s script: it stands where it is no SELECT of its own",
              pSide->zSide);
    }
  }
}

/* Replay a down script in a copy of what the up script has left in pScratch.
** The copy is closed on every path. */
static void downReplay(MigContext *p, MigScratch *pScratch, MigExported *pRev,
                       MigExpanded *pOut) {
  ExpandSide side = {pRev, "down", &pRev->zDown, &pRev->nDown};
  MigScratch *pCopy;
  MigReplay replay;
  MigModel model;

  if (p->rc) {
    return;
  }
  migScratchSwap(p, pScratch);
  migCatalogRead(p, &model);
  migScratchSwap(p, pScratch);
  pCopy = migScratchOpen(p);
  if (p->rc == SQLITE_OK) {
    migScratchCopy(p, pCopy, &model);
  }
  if (p->rc == SQLITE_OK) {
    memset(&replay, 0, sizeof(replay));
    replay.bPlain = 1;
    migReplayOpen(p, &replay, pCopy);
    sideReplay(p, &replay, &side, pOut);
  }
  migScratchClose(p, pCopy);
}

/* Replay a revision, and write its scripts out where they need it. A down
** script that does not call the function is not replayed: nothing stands on
** what it leaves. */
static void revisionExpand(MigContext *p, MigReplay *pReplay, MigExported *pRev,
                           MigExpanded *pOut) {
  ExpandSide side = {pRev, "up", &pRev->zUp, &pRev->nUp};
  int bDown = sideCalls(pRev, 1);
  int bUp = sideCalls(pRev, 0);

  if (pRev->zUp && !pRev->bUpAlone) {
    sideReplay(p, pReplay, &side, pOut);
  }
  if (bDown) {
    downReplay(p, pReplay->pScratch, pRev, pOut);
  }
  if ((bUp || bDown) && pOut->n++ < EXPAND_NAMED) {
    migTextF(p, &pOut->names, "%s%s", pOut->names.n ? ", " : "", pRev->zId);
  }
  expandFail(p, pRev);
}

/*
** Write out the calls of migrate_table() in the scripts of all revisions, which
** stand in an order in which they could run. The scripts are replaced by texts
** in the arena. *pOut is set in any case. FORMAT when the replay of a revision
** fails, if any calls the function. The schema of the file does not matter: the
** replay begins at an empty database, and works in scratch databases alone.
*/
void migExpandScripts(MigContext *p, int nRevision, MigExported *aRevision,
                      MigExpanded *pOut) {
  MigScratch *pScratch;
  MigReplay replay;
  int bCalls = 0;
  int i;

  memset(pOut, 0, sizeof(*pOut));
  for (i = 0; i < nRevision && !bCalls && p->rc == SQLITE_OK; i++) {
    bCalls = sideCalls(&aRevision[i], 0) || sideCalls(&aRevision[i], 1);
  }
  if (!bCalls) {
    return;
  }
  pScratch = migScratchOpen(p);
  if (p->rc == SQLITE_OK) {
    memset(&replay, 0, sizeof(replay));
    replay.bPlain = 1;
    migReplayOpen(p, &replay, pScratch);
  }
  for (i = 0; i < nRevision && p->rc == SQLITE_OK; i++) {
    revisionExpand(p, &replay, &aRevision[i], pOut);
  }
  migScratchClose(p, pScratch);
}
