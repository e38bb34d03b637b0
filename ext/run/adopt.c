/*
** adopt.c - taking over a file that another tool has migrated.
**
** The tool's table says which versions are applied, match.c which revisions
** these are. They are marked applied with the owner's dates; nothing runs, and
** nothing of the owner's is written, unless setting mirror names its table.
** Rows mean what the tool means by them: each its version; heads, with
** everything below them; or a number of steps of a line. A baseline of the
** tool's stands for all revisions up to it.
**
**   stored revisions     rows of the tool     marked       result
**   001 <- 002 <- 003    001, 002 (each)      001, 002     missing 003
**   a <- b <- c          b (heads)            a, b         missing c
**   001 <- 002 <- 003    2 (count)            001, 002     missing 003
**   002 <- 003           001, 002 (each)      002          unknown 001,
**                                                          missing 003
**
** In this order:
**   1. the tables are found and one is chosen;
**   2. each of its rows gets the revision that it means, or none;
**   3. from these follows what the tool has applied. When that is nothing, a
**      baseline is made in its place, or the call fails;
**   4. what has another checksum, and what was undone here since, is left out;
**   5. the rest is marked, as far as it is not applied already;
**   6. with option check the schema is held against a replay.
** All of it is one change (change.c): after an error nothing is marked.
**
** Where the owner keeps a checksum of a script and it is not that of the
** revision, the revision is not what has run: CHECKSUM. A repeatable revision
** whose checksum differs is simply to be run again.
**
** The tool's table may be older than a downgrade of ours. What was undone here
** after the tool's date is not marked again as long as the schema is the one
** that we have left: then nobody has run it since. It stays pending. When
** setting mirror keeps that very table true, its rows cannot be older. A call
** that repairs takes the tool's word.
*/
#include <string.h>
#include <stdlib.h>
#include "sql.h"
#include "applied.h"
#include "catalog.h"
#include "compare.h"
#include "drift.h"
#include "format.h"
#include "generated.h"
#include "match.h"
#include "matchhash.h"
#include "matchname.h"
#include "mirror.h"
#include "replay.h"
#include "settings.h"
#include "undone.h"
#include "adopt.h"

#define DIFFERENCES_SHOWN 3 /* of the schema, in a message */
#define NAMES_SHOWN 3       /* of versions, in a message */

/* A call. Everything but the change is in the arena. Node numbers are those of
** the graph as it was when the call began: a baseline is in none of these. */
typedef struct Adopt {
  const MigAdoptSpec *pSpec;
  MigChange change;
  MigVersionTable *pTable; /* the chosen one, with its rows */
  int *aNode;              /* of each version its revision, or MIG_MATCH_NONE */
  MigSet theirs;     /* what the tool has applied, to be marked or marked */
  const char **azAt; /* of each revision the owner's date, ISO-8601, or NULL */
  MigList applied;   /* ids that this call marks, a baseline's too */
  int bBaseline;     /* one of them stands for the last version */
  int nUndone;       /* revisions left out because they were undone here */
} Adopt;

/* ---- which tool ---- */

/* The tables that count: those of the tool that was named, else all but those
** that count only where no other is found. The number of them; *ppOut is the
** last one, and is left as it was when there is none. Tables with bLast stand
** behind all others. */
static int tablesCount(const MigVersionTables *pTables, const char *zTool,
                       MigVersionTable **ppOut) {
  int nFound = 0;
  int i;

  for (i = 0; i < pTables->n; i++) {
    MigVersionTable *pTable = &pTables->a[i];
    if (zTool ? strcmp(zTool, pTable->zTool) == 0
              : !pTable->bLast || nFound == 0) {
      nFound++;
      *ppOut = pTable;
    }
  }
  return nFound;
}

/* The names of the tools that were found, by commas, without those that count
** only where no other is found. NULL when there are none. */
static char *tablesNames(MigContext *p, const MigVersionTables *pTables) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pTables->n; i++) {
    if (!pTables->a[i].bLast) {
      migTextF(p, &text, "%s%s", text.n ? ", " : "", pTables->a[i].zTool);
    }
  }
  return text.z;
}

/* Find the one table that the call is about; zTool NULL: there is only one.
** USAGE for a tool that nobody knows, and when several tables are found;
** UNSUPPORTED when none is; NULL then. */
static MigVersionTable *
tableChoose(MigContext *p, const MigVersionTables *pTables, const char *zTool) {
  MigVersionTable *pTable = 0;
  int nFound;

  if (p->rc) {
    return 0;
  }
  nFound = tablesCount(pTables, zTool, &pTable);
  if (zTool && !migVersionTool(zTool)) {
    migFail(p, MIG_USAGE, "no tool is called %s; known are %s", zTool,
            migVersionTools(p));
  } else if (nFound == 0 && zTool && strcmp(zTool, "sqitch") == 0) {
    migFail(p, MIG_UNSUPPORTED,
            "there is no registry of sqitch, a file sqitch.db, beside the"
            " database; give its path with option registry");
  } else if (nFound == 0 && zTool) {
    migFail(p, MIG_UNSUPPORTED,
            "the file has no version table of %s; leave option tool out to"
            " take what there is",
            zTool);
  } else if (nFound == 0) {
    migFail(p, MIG_UNSUPPORTED,
            "the file has no version table of a tool that is known: %s; use"
            " migrate_stamp",
            migVersionTools(p));
  } else if (nFound > 1) {
    migFail(p, MIG_USAGE,
            "the file has version tables of %s; name one with option tool",
            tablesNames(p, pTables));
  }
  return p->rc ? 0 : pTable;
}

/* ---- what is applied ---- */

/* Add all revisions whose version is not above zName, which has no revision of
** its own: a baseline of the tool's. Versions are compared by the ids, as
** people count; an id or a name that does not begin with a digit has no place
** in that order, and neither has a repeatable revision. */
static void upToAdd(MigContext *p, Adopt *pAdopt, const char *zName) {
  const MigGraph *pGraph = pAdopt->change.state.pGraph;
  int i;

  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    const char *zId = pGraph->aNode[i].zId;
    if (!pGraph->aNode[i].bRepeatable && migIsDigit(zId[0]) &&
        migIsDigit(zName[0]) && migNaturalCompare(zId, zName) <= 0) {
      migSetAdd(&pAdopt->theirs, i);
    }
  }
}

/*
** The revision that a number means, in a tool that counts: the one whose id is
** that number, iNode, or the so many-th of a line. When both are there and
** differ nothing is guessed: MIG_MATCH_NONE. The second reading needs a graph
** that is one line, repeatable revisions aside; otherwise the answer is iNode,
** which may be MIG_MATCH_NONE.
*/
static int counted(MigContext *p, Adopt *pAdopt, const char *zNumber,
                   int iNode) {
  const MigGraph *pGraph = pAdopt->change.state.pGraph;
  i64 n = strtoll(zNumber, 0, 10);
  int iCount = MIG_MATCH_NONE;
  int nLine = 0;
  int i;

  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    int k = pGraph->aOrder[i];
    if (pGraph->aNode[k].nChild > 1 || pGraph->aNode[k].nParent > 1) {
      return iNode; /* not a line */
    }
    if (pGraph->aNode[k].bRepeatable) {
      continue;
    }
    if (pGraph->aNode[k].nParent == 0 && nLine > 0) {
      return iNode; /* several lines */
    }
    if (++nLine == n) {
      iCount = k;
    }
  }
  if (iNode >= 0 && iCount >= 0 && iNode != iCount) {
    return MIG_MATCH_NONE;
  }
  return iNode >= 0 ? iNode : iCount;
}

/*
** What the tool has applied, and since when: theirs and azAt, of which only
** what a row names has a date, not what lies below it. In a tool that counts
** aNode is worked out anew. An empty set is no error here.
*/
static void theirsFind(MigContext *p, Adopt *pAdopt) {
  const MigVersionTable *pTable = pAdopt->pTable;
  const MigGraph *pGraph = pAdopt->change.state.pGraph;
  int i;

  pAdopt->theirs = migSetNew(p, pGraph->nNode);
  pAdopt->azAt = migAlloc(p, ((u64)pGraph->nNode + 1) * sizeof(char *));
  if (p->rc) {
    return;
  }
  memset((void *)pAdopt->azAt, 0, ((size_t)pGraph->nNode + 1) * sizeof(char *));
  for (i = 0; i < pTable->nVersion && p->rc == SQLITE_OK; i++) {
    const MigVersion *pVersion = &pTable->aVersion[i];
    if (pTable->eRule == MIG_VERSION_COUNT) {
      pAdopt->aNode[i] = counted(p, pAdopt, pVersion->zName, pAdopt->aNode[i]);
    }
    if (pAdopt->aNode[i] < 0) {
      if (pVersion->bUpTo) {
        upToAdd(p, pAdopt, pVersion->zName);
      }
      continue;
    }
    if (pVersion->bUpTo) {
      MigSet below = migSetNew(p, pGraph->nNode);
      migSetAdd(&below, pAdopt->aNode[i]);
      migGraphAncestors(p, pGraph, &below);
      migSetUnite(&pAdopt->theirs, &below);
    }
    migSetAdd(&pAdopt->theirs, pAdopt->aNode[i]);
    pAdopt->azAt[pAdopt->aNode[i]] = pVersion->zAppliedAt;
  }
  if (pTable->eRule != MIG_VERSION_EACH && p->rc == SQLITE_OK) {
    migGraphAncestors(p, pGraph, &pAdopt->theirs);
  }
}

/* May a version that has a checksum be marked as its revision? 0 when they do
** not fit and the revision is repeatable: it is to be run again. CHECKSUM when
** it is not. A call that repairs lets both pass. */
static int hashFits(MigContext *p, Adopt *pAdopt, const MigVersion *pVersion,
                    MigRevision *pRev) {
  if (migMatchHash(p, &pAdopt->change.cache, pRev, pAdopt->pTable->eHash,
                   pVersion->zHash)) {
    return 1;
  }
  if (!(pRev->flags & MIG_REV_REPEATABLE) && !pAdopt->pSpec->bRepair) {
    migFail(p, MIG_CHECKSUM,
            "revision %s is not the script that %s has run: its checksum in %s"
            " is %s; import the original file, or give {\"repair\":true}",
            pRev->zId, pAdopt->pTable->zTool, pAdopt->pTable->zTable,
            pVersion->zHash);
  }
  return pAdopt->pSpec->bRepair;
}

/* Take what does not have its owner's checksum out of theirs. What is applied
** already was looked at when it became so. CHECKSUM. */
static void hashesCheck(MigContext *p, Adopt *pAdopt) {
  const MigState *pState = &pAdopt->change.state;
  const MigVersionTable *pTable = pAdopt->pTable;
  int i;

  for (i = 0; i < pTable->nVersion && p->rc == SQLITE_OK; i++) {
    int iNode = pAdopt->aNode[i];
    MigRevision rev;
    if (iNode >= 0 && pTable->aVersion[i].zHash &&
        !migSetHas(&pState->applied, iNode) &&
        migRevisionRead(p, pState->pGraph->aNode[iNode].zId, &rev) &&
        !hashFits(p, pAdopt, &pTable->aVersion[i], &rev)) {
      migSetRemove(&pAdopt->theirs, iNode);
    }
  }
}

/* Has somebody changed the schema since we have? 0 as well when we never kept
** it. */
static int schemaDrifted(MigContext *p) {
  MigList list = {0, 0};

  return migDriftFind(p, &list) > 0;
}

/*
** Take out of theirs what was undone here later than the tool has run it, or
** when it does not say when it ran it; nUndone is how many. But when the schema
** is another one than we have left, the tool may have run them again since:
** then all stay. Times are compared as texts: both are ISO-8601 in UTC.
*/
static void undoneCheck(MigContext *p, Adopt *pAdopt) {
  const MigState *pState = &pAdopt->change.state;
  const char *zMirror = migSettingText(p, 1, "mirror");
  const char **azUndone;
  MigSet late;
  int i;

  if (pAdopt->pSpec->bRepair ||
      (zMirror && strcmp(zMirror, pAdopt->pTable->zTable) == 0)) {
    return;
  }
  azUndone = migUndoneFind(p, pState);
  late = migSetNew(p, pState->pGraph->nNode);
  for (i = 0; i < pState->pGraph->nNode && p->rc == SQLITE_OK; i++) {
    const char *zAt = pAdopt->azAt[i];
    if (migSetHas(&pAdopt->theirs, i) && azUndone[i] &&
        (zAt == 0 || strcmp(zAt, azUndone[i]) <= 0)) {
      migSetAdd(&late, i);
    }
  }
  if (migSetNext(&late, -1) >= 0 && !schemaDrifted(p)) {
    migSetSubtract(&pAdopt->theirs, &late);
    pAdopt->nUndone = migSetCount(&late);
  }
}

/* Mark what is not applied yet, parents first, with the owner's date or else
** the time of the call. The schema after each is not known: no fingerprint. */
static void theirsMark(MigContext *p, Adopt *pAdopt) {
  const MigGraph *pGraph = pAdopt->change.state.pGraph;
  int i;

  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    int iNode = pGraph->aOrder[i];
    const char *zAt = pAdopt->azAt[iNode];
    MigRevision rev;
    if (migSetHas(&pAdopt->theirs, iNode) &&
        !migSetHas(&pAdopt->change.state.applied, iNode) &&
        migRevisionRead(p, pGraph->aNode[iNode].zId, &rev)) {
      migAppliedAdd(p, rev.zId, pAdopt->change.iRun,
                    zAt ? zAt : pAdopt->change.zStartedAt, rev.aChecksum, 0);
      migListAdd(p, &pAdopt->applied, rev.zId);
    }
  }
}

/* ---- no revision fits ---- */

/* APPLIED when a baseline is wanted, but something is applied already, here or
** by the tool, and the last versions have no revision. Earlier ones may be what
** a baseline of before stands for. */
static void baselineLate(MigContext *p, const Adopt *pAdopt) {
  const MigVersionTable *pTable = pAdopt->pTable;
  const char *zLast = pTable->aVersion[pTable->nVersion - 1].zName;
  MigText names = {0, 0, 0};
  int iFirst = pTable->nVersion;
  int i;

  while (iFirst > 0 && pAdopt->aNode[iFirst - 1] < 0) {
    iFirst--;
  }
  for (i = iFirst; i < pTable->nVersion && i < iFirst + NAMES_SHOWN; i++) {
    migTextF(p, &names, "%s%s", i > iFirst ? ", " : "",
             pTable->aVersion[i].zName);
  }
  if (names.n) {
    migFail(p, MIG_APPLIED,
            "%s lists %s%s, which no revision is, and a baseline can only be"
            " the first that is applied; import the folder, or replace what is"
            " applied: migrate_revision('...', NULL, NULL, '{\"baseline\":true,"
            "\"replace\":true,\"id\":\"%s\"}')",
            pTable->zTable, names.z, i < pTable->nVersion ? " and more" : "",
            migMatchNameId(p, zLast));
  }
}

/* Make a baseline revision with the name of the version that was last, applied
** since its date. UNSUPPORTED where the tool has several heads, as one revision
** cannot be two versions; APPLIED, and the errors of migBaselineAdd(). */
static void baselineMake(MigContext *p, Adopt *pAdopt) {
  const MigVersionTable *pTable = pAdopt->pTable;
  const MigVersion *pLast = &pTable->aVersion[pTable->nVersion - 1];
  MigRevisionSpec spec;
  MigRevision rev;

  if (migSetCount(&pAdopt->change.state.current) > 0) {
    baselineLate(p, pAdopt);
    return;
  }
  if (pTable->eRule == MIG_VERSION_HEADS && pTable->nVersion > 1) {
    migFail(p, MIG_UNSUPPORTED,
            "%s has %d heads, and a baseline can be only one version; merge"
            " them with %s, or import its folder",
            pTable->zTable, pTable->nVersion, pTable->zTool);
    return;
  }
  memset(&spec, 0, sizeof(spec));
  spec.zAction = "adopt";
  spec.zId = migMatchNameId(p, pLast->zName);
  spec.zMessage =
      migPrintf(p, "as %s left it at %s", pTable->zTool, pLast->zName);
  migBaselineAdd(p, &pAdopt->change, &spec, 0, pLast->zAppliedAt, &rev);
  if (p->rc == SQLITE_OK) {
    migListAdd(p, &pAdopt->applied, rev.zId);
    pAdopt->bBaseline = 1;
  }
}

/* NO_BASELINE, with the version that was last. */
static void baselineWanted(MigContext *p, const Adopt *pAdopt) {
  const MigVersionTable *pTable = pAdopt->pTable;

  migFail(p, MIG_NO_BASELINE,
          "no revision fits version %s of %s; import its folder first, or give"
          " {\"baseline\":true}",
          pTable->aVersion[pTable->nVersion - 1].zName, pTable->zTool);
}

/* ---- the schema ---- */

/* Replay the up scripts of the applied revisions in the scratch database of
** pReplay, parents first. The state is that after marking. */
static void appliedReplay(MigContext *p, Adopt *pAdopt, MigReplay *pReplay) {
  const MigState *pState = &pAdopt->change.state;
  MigRevision rev;
  int i;

  for (i = 0; i < pState->pGraph->nNode && p->rc == SQLITE_OK; i++) {
    int iNode = pState->pGraph->aOrder[i];
    if (!migSetHas(&pState->applied, iNode) ||
        !migRevisionRead(p, pState->pGraph->aNode[iNode].zId, &rev)) {
      continue;
    }
    migRevisionScripts(p, &pAdopt->change.cache, &rev);
    if (p->rc == SQLITE_OK && rev.zUp) {
      migReplayScript(p, pReplay, rev.zUp, rev.nUp,
                      migPrintf(p, "revision %s (up)", rev.zId));
    }
  }
}

/* Append what difference i says is wrong with the live schema, the new one of
** the comparison: "missing: table a; not expected: index b". */
static void differenceSay(MigContext *p, const MigComparison *pCompare, int i,
                          MigText *pOut) {
  const MigDifference *pDiff = &pCompare->a[i];
  const MigModelObject *pObject = pDiff->iNew < 0
                                      ? &pCompare->pOld->aObject[pDiff->iOld]
                                      : &pCompare->pNew->aObject[pDiff->iNew];

  migTextF(p, pOut, "%s%s: %s ", i ? "; " : "",
           pDiff->iNew < 0   ? "missing"
           : pDiff->iOld < 0 ? "not expected"
                             : "different",
           migModelKind(pObject->eKind));
  migNameText(p, pObject->zName, pOut);
}

/* SCHEMA_MISMATCH unless the live schema is the one that the applied revisions
** make, other tools' tables aside. The errors of a replay, too. */
static void schemaCheck(MigContext *p, Adopt *pAdopt) {
  MigScratch *pScratch = migScratchOpen(p);
  MigText text = {0, 0, 0};
  MigComparison compare;
  MigReplay replay;
  MigModel live;
  MigModel made;
  int i;

  memset(&replay, 0, sizeof(replay));
  memset(&compare, 0, sizeof(compare));
  memset(&made, 0, sizeof(made));
  if (p->rc == SQLITE_OK) {
    migReplayOpen(p, &replay, pScratch);
    appliedReplay(p, pAdopt, &replay);
  }
  if (p->rc == SQLITE_OK) {
    migScratchSwap(p, pScratch);
    migCatalogRead(p, &made);
    migScratchSwap(p, pScratch);
  }
  migScratchClose(p, pScratch);
  migCatalogRead(p, &live);
  if (p->rc == SQLITE_OK) {
    migCompare(p, &made, &live, 0, &compare);
  }
  for (i = 0; i < compare.n && i < DIFFERENCES_SHOWN && p->rc == SQLITE_OK;
       i++) {
    differenceSay(p, &compare, i, &text);
  }
  if (p->rc == SQLITE_OK && compare.n > 0) {
    migFail(p, MIG_SCHEMA_MISMATCH,
            "the schema is not what the adopted revisions make; %s%s; mend it,"
            " or leave check out",
            text.z, compare.n > DIFFERENCES_SHOWN ? "; and more" : "");
  }
}

/* ---- all of it ---- */

/* Append ,"key":[...] with the texts of a list. zKey needs no escape. */
static void listJson(MigContext *p, MigText *pText, const char *zKey,
                     const MigList *pList) {
  int i;

  migTextF(p, pText, ",\"%s\":[", zKey);
  for (i = 0; i < pList->n; i++) {
    migTextStr(p, pText, i ? "," : "");
    migTextJson(p, pText, pList->az[i]);
  }
  migTextStr(p, pText, "]");
}

/*
** The result, for the caller to free: applied is what this call has marked;
** unknown are the versions that no revision is, but for a baseline of the
** tool's, and for the one that a baseline now stands for; missing are the
** revisions that the tool has not applied, or that were left out. pGraph is
** that of before the change, of which theirs are.
*/
static char *adoptResult(MigContext *p, const Adopt *pAdopt,
                         const MigGraph *pGraph) {
  const MigVersionTable *pTable = pAdopt->pTable;
  MigText text = {0, 0, 0};
  MigList unknown = {0, 0};
  MigList missing = {0, 0};
  int i;

  for (i = 0; i < pTable->nVersion - pAdopt->bBaseline && p->rc == SQLITE_OK;
       i++) {
    if (pAdopt->aNode[i] < 0 && !pTable->aVersion[i].bUpTo) {
      migListAdd(p, &unknown, pTable->aVersion[i].zName);
    }
  }
  for (i = 0; i < pGraph->nNode && p->rc == SQLITE_OK; i++) {
    int iNode = pGraph->aOrder[i];
    if (!migSetHas(&pAdopt->theirs, iNode)) {
      migListAdd(p, &missing, pGraph->aNode[iNode].zId);
    }
  }
  migTextStr(p, &text, "{\"tool\":");
  migTextJson(p, &text, pTable->zTool);
  listJson(p, &text, "applied", &pAdopt->applied);
  listJson(p, &text, "unknown", &unknown);
  listJson(p, &text, "missing", &missing);
  migTextStr(p, &text, "}");
  return migResultText(p, text.z);
}

/* Find what the tool has applied and mark it: pTable, theirs and applied are
** set. A table without rows is no error, unless a baseline is wanted. */
static void adoptVersions(MigContext *p, Adopt *pAdopt) {
  MigVersionTables tables;

  migVersionsFind(p, pAdopt->pSpec->zRegistry, &tables);
  pAdopt->pTable = tableChoose(p, &tables, pAdopt->pSpec->zTool);
  if (pAdopt->pTable) {
    migVersionsRead(p, pAdopt->pTable);
  }
  if (p->rc == SQLITE_OK) {
    pAdopt->aNode = migMatch(p, pAdopt->change.state.pGraph, pAdopt->pTable);
  }
  if (p->rc == SQLITE_OK) {
    theirsFind(p, pAdopt);
  }
  if (p->rc) {
    return;
  }
  if (pAdopt->pTable->nVersion > 0 && migSetCount(&pAdopt->theirs) == 0) {
    if (pAdopt->pSpec->bBaseline) {
      baselineMake(p, pAdopt);
    } else {
      baselineWanted(p, pAdopt);
    }
  } else if (pAdopt->pTable->nVersion == 0 && pAdopt->pSpec->bBaseline) {
    migFail(p, MIG_UNSUPPORTED,
            "%s has no rows: %s has applied nothing that a baseline could be"
            " named after",
            pAdopt->pTable->zTable, pAdopt->pTable->zTool);
  } else {
    if (pAdopt->pSpec->bBaseline && pAdopt->pTable->nVersion > 0) {
      baselineLate(p, pAdopt);
    }
    hashesCheck(p, pAdopt);
    undoneCheck(p, pAdopt);
    theirsMark(p, pAdopt);
  }
}

/*
** Mark the revisions applied that another tool's version table says are. A
** change of its own, within the caller's transaction if there is one; the
** store is made when the file has none. Returns the JSON object {tool,
** applied, unknown, missing} for the caller to free. A call that marks nothing
** leaves no trace, not even that store.
**
** What setting mirror names and the kept schema follow what is marked, with
** two exceptions: a mirrored table that lacks what we have applied is evidence
** of what its owner has undone and stays as it is; and where something was
** left out as undone here, the schema that the last run left stays the
** measure.
**
** Errors: USAGE and UNSUPPORTED for the tool, FORMAT, FILE, TOO_BIG for its
** rows, CHECKSUM, NO_BASELINE, APPLIED, SCHEMA_MISMATCH, UNSUPPORTED for the
** mirror, and those of a baseline; then nothing is stored.
*/
char *migAdopt(MigContext *p, MigConnection *pConn, const MigCall *pCall,
               const MigAdoptSpec *pSpec) {
  MigChangeNote note = {"adopt", 0, 0, 0, 0, 0};
  u8 aFingerprint[MIG_HASH_SIZE];
  const MigGraph *pGraph;
  char *zResult = 0;
  int bUndone = 0; /* the mirrored table lacks what we have applied */
  Adopt adopt;

  memset(&adopt, 0, sizeof(adopt));
  adopt.pSpec = pSpec;
  migChangeBegin(p, &adopt.change, pConn, pCall);
  pGraph = adopt.change.state.pGraph;
  if (p->rc == SQLITE_OK) {
    bUndone = migMirrorUndone(p, &adopt.change.state);
  }
  if (p->rc == SQLITE_OK) {
    adoptVersions(p, &adopt);
  }
  if (p->rc == SQLITE_OK && adopt.applied.n > 0) {
    migChangeReload(p, &adopt.change);
    migMirrorGoneOn(p, &adopt.change.state); /* it now knows of the versions */
    if (!bUndone || !migMirrorUndone(p, &adopt.change.state)) {
      migMirrorKeep(p, &adopt.change.state); /* else evidence would go */
    }
    if (adopt.nUndone == 0) {
      migDriftKeep(p, aFingerprint);
    }
    note.zMessage = migPrintf(p, "%s: %d of %s", adopt.pTable->zTool,
                              adopt.applied.n, adopt.pTable->zTable);
    migChangeRecord(p, &adopt.change, &note);
  }
  if (p->rc == SQLITE_OK && pSpec->bCheck) {
    schemaCheck(p, &adopt);
  }
  if (p->rc == SQLITE_OK) {
    zResult = adoptResult(p, &adopt, pGraph);
  }
  migChangeEnd(p, &adopt.change, adopt.applied.n > 0);
  return zResult;
}
