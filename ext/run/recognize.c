/*
** recognize.c - which revisions a database without a record has been through.
**
** The up scripts are replayed on an empty scratch database, in the graph's
** order, and after each the schema is compared with the live one. A set of
** revisions that can be found so is either the first so many in that order, or
** a revision with all it stands on, where these are not the same.
**
** What repeatable revisions make belongs to the schema of no revision and is
** left aside.
**
** Two sets with the same schema differ in data alone, which a schema does not
** show: then nothing is guessed.
**
** Where b and c stand on a, and the order is a, b, c, there is one replay for
** {a}, {a, b}, {a, b, c}; and as c does not stand on b, one more for {a, c}. So
** a line of n revisions takes n scripts, and each fork that the order jumps at
** those below it once more.
**
** Schemas are compared by their canonical text (fingerprint.c), so white space,
** comments and case of keywords are no difference, the order of columns is. How
** many objects there are is compared first: it costs less than the text.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "catalog.h"
#include "fingerprint.h"
#include "replay.h"
#include "repeated.h"
#include "revisions.h"
#include "state.h"
#include "recognize.h"

#define SHOWN 3 /* candidates that a message names */

/* A search under way. Zero-initialized. */
typedef struct Recognize {
  const MigState *pState; /* of which the graph counts alone */
  MigText live;           /* canonical text of the live schema */
  int nObject;            /* objects in it */
  MigPackCache cache;
  MigList repeated; /* names of what is made by repeatable revisions */
  MigList found;    /* targets: heads of each set that fits, by commas */
} Recognize;

/* ---- schemas ---- */

/* Objects of a schema that count: the user's. */
static int modelCount(const MigModel *pModel) {
  int n = 0;
  int i;

  for (i = 0; i < pModel->nObject; i++) {
    n += pModel->aObject[i].eSkip == MIG_SKIP_NO;
  }
  return n;
}

/* Is the schema of the scratch database the live one? The memory for it is
** given back, as it is asked once a revision: it is in a context of its own,
** made while p works in the scratch database. An error there is p's. */
static int schemaSame(MigContext *p, const Recognize *pRec,
                      MigScratch *pScratch) {
  MigText text = {0, 0, 0};
  MigContext work;
  MigModel model;
  int bSame = 0;

  if (p->rc) {
    return 0;
  }
  migScratchSwap(p, pScratch);
  migContextInit(&work, p->db);
  migCatalogRead(&work, &model);
  migRepeatedSkip(&pRec->repeated, &model);
  if (work.rc == SQLITE_OK && modelCount(&model) == pRec->nObject) {
    migSchemaCanonical(&work, &model, &text);
    bSame = work.rc == SQLITE_OK && text.n == pRec->live.n &&
            memcmp(text.z, pRec->live.z, (size_t)text.n) == 0;
  }
  migStatementsClose(&work);
  migScratchSwap(p, pScratch);
  if (work.rc) {
    migErrorSave(&work, p);
  }
  migContextClear(&work);
  return bSame;
}

/* ---- replays ---- */

/* Replay the up script of one revision. Without one it changes nothing. */
static void revisionReplay(MigContext *p, Recognize *pRec, int iNode,
                           MigReplay *pReplay) {
  MigRevision rev;

  if (migRevisionGet(p, pRec->pState->pGraph->aNode[iNode].zId, &rev)) {
    migRevisionScripts(p, &pRec->cache, &rev);
    if (p->rc == SQLITE_OK && rev.zUp) {
      migReplayScript(p, pReplay, rev.zUp, rev.nUp,
                      migPrintf(p, "revision %s (up)", rev.zId));
    }
  }
}

/* A set of revisions has made the live schema: note what it is called. */
static void candidateAdd(MigContext *p, Recognize *pRec, const MigSet *pSet) {
  MigSet heads = migGraphCurrent(p, pRec->pState->pGraph, pSet);

  if (p->rc == SQLITE_OK) {
    migListAdd(p, &pRec->found, migStateNames(p, pRec->pState, &heads));
  }
}

/* Does a revision stand on all others of pDone, which has it too? iBefore, the
** one before it, does, or is -1: its child need not be looked at further, which
** spares a line the walk down. */
static int standsOnAll(MigContext *p, const MigGraph *g, int iNode, int iBefore,
                       const MigSet *pDone) {
  const MigNode *pNode = &g->aNode[iNode];
  MigSet own;
  int i;

  for (i = 0; iBefore >= 0 && i < pNode->nParent; i++) {
    if (pNode->aParent[i] == iBefore) {
      return 1;
    }
  }
  own = migSetNew(p, g->nNode);
  migSetAdd(&own, iNode);
  migGraphAncestors(p, g, &own);
  return p->rc == SQLITE_OK && migSetCount(&own) == migSetCount(pDone);
}

/* Replay the members of a set, in order, from an empty schema, and look after
** each (bEach) or after the last. A revision that does not stand on all that
** come before it goes into pApart (NULL: nobody asks), to be replayed with what
** it stands on alone. SCRIPT when a replay fails. */
static void setReplay(MigContext *p, Recognize *pRec, const MigSet *pSet,
                      int bEach, MigSet *pApart) {
  const MigGraph *g = pRec->pState->pGraph;
  MigScratch *pScratch = migScratchOpen(p);
  MigSet done = migSetNew(p, g->nNode);
  int nLeft = migSetCount(pSet);
  int iBefore = -1;
  MigReplay replay;
  int i;

  memset(&replay, 0, sizeof(replay));
  if (p->rc == SQLITE_OK) {
    migReplayOpen(p, &replay, pScratch);
  }
  for (i = 0; i < g->nNode && p->rc == SQLITE_OK; i++) {
    int iNode = g->aOrder[i];
    if (!migSetHas(pSet, iNode)) {
      continue;
    }
    revisionReplay(p, pRec, iNode, &replay);
    migSetAdd(&done, iNode);
    nLeft--;
    if ((bEach || nLeft == 0) && schemaSame(p, pRec, pScratch)) {
      candidateAdd(p, pRec, &done);
    }
    if (pApart && !standsOnAll(p, g, iNode, iBefore, &done)) {
      migSetAdd(pApart, iNode);
      iBefore = -1;
    } else {
      iBefore = iNode;
    }
  }
  migScratchClose(p, pScratch);
}

/* ---- all ---- */

/*
** The targets, by commas, whose revisions have made the live schema, in the
** arena; NULL when there are none. That is no error: a schema may be one that
** no revision makes. AMBIGUOUS when there are several; SCRIPT when a replay
** fails; STORE_DAMAGED. What pState has as applied is not asked.
**
** The caller holds a read transaction and there is a store. Nothing is written.
*/
const char *migRecognize(MigContext *p, const MigState *pState) {
  const MigGraph *g = pState->pGraph;
  MigSet again = migGraphRepeatables(p, g);
  MigSet apart = migSetNew(p, g->nNode);
  MigSet all = migSetNew(p, g->nNode);
  Recognize rec;
  MigModel live;
  int i;

  memset(&rec, 0, sizeof(rec));
  rec.pState = pState;
  migRepeatedNames(p, g, &rec.repeated);
  migCatalogRead(p, &live);
  migRepeatedSkip(&rec.repeated, &live);
  for (i = 0; i < g->nNode && p->rc == SQLITE_OK; i++) {
    migSetAdd(&all, i);
  }
  if (p->rc == SQLITE_OK) {
    migSetSubtract(&all, &again);
    migSchemaCanonical(p, &live, &rec.live);
    rec.nObject = modelCount(&live);
    setReplay(p, &rec, &all, 1, &apart);
  }
  for (i = migSetNext(&apart, -1); i >= 0 && p->rc == SQLITE_OK;
       i = migSetNext(&apart, i)) {
    MigSet own = migSetNew(p, g->nNode);
    migSetAdd(&own, i);
    migGraphAncestors(p, g, &own);
    setReplay(p, &rec, &own, 0, 0);
  }
  migScriptsClose(&rec.cache);
  if (p->rc == SQLITE_OK && rec.found.n > 1) {
    MigText names = {0, 0, 0};
    for (i = 0; i < rec.found.n && i < SHOWN; i++) {
      migTextF(p, &names, "%s'%s'", i ? ", " : "", rec.found.az[i]);
    }
    migFail(p, MIG_AMBIGUOUS,
            "the schema is the same at %s%s, which differ in data alone;"
            " migrate_stamp() the one that this file has been through",
            migTextZ(&names), rec.found.n > SHOWN ? " and others" : "");
  }
  return p->rc == SQLITE_OK && rec.found.n ? rec.found.az[0] : 0;
}
