/*
** offlineplan.h - an offline script while it is made, its plan, and the scripts
** of its steps; for the files offline*.c only, but for MigOfflineSpec
** (offline.h).
**
** The calls for a script, in order, each of which needs those before it:
**
**   migOfflinePlanRange()        what is there to be done?
**   migOfflinePlanSteps()        nothing is known of the schema yet
**   migOfflineSchemaStart(), migOfflineSchemaLook()
**   migOfflineBodyWrite()
*/
#ifndef MIG_OFFLINEPLAN_H
#define MIG_OFFLINEPLAN_H

#include "hash.h"
#include "ledger.h"
#include "plainscript.h"
#include "plan.h"
#include "replay.h"
#include "revisions.h"
#include "state.h"

/* What migrate_sql() is told. */
typedef struct MigOfflineSpec {
  const char *zRange; /* low:high, or a target, from base; not NULL */
  int bShell;         /* with commands of the sqlite3 shell */
  int bBookkeeping;   /* with the store's own rows */
} MigOfflineSpec;

/* A step of the script. */
typedef struct MigOfflineStep {
  int iNode;
  int iTransaction;      /* from 1 */
  MigRevision rev;       /* with its scripts, in the arena */
  MigPlainScript script; /* the one that the direction of the plan asks for */
} MigOfflineStep;

/* A script being made. Zero-initialized. */
typedef struct MigOffline {
  const MigOfflineSpec *pSpec;
  int bStore;            /* version of the store, 0: none */
  MigState live;         /* of this file */
  MigState now;          /* what the script has come to */
  int bHere;             /* the range begins where this file is */
  MigPlan plan;          /* from now to the end of the range */
  MigOfflineStep *aStep; /* as many as the plan has, in its order */
  const char *zFrom;     /* current heads at the start */
  MigScratch *pScratch;  /* has the schema behind the steps so far */
  MigReplay replay;      /* in it */
  MigLedger ledger;      /* its tally is that of all guards */
  int bAlters;           /* as in MigPlainScript, of all scripts */
  int bQuotes;           /* the same, and of the schema at the start */
  int bReturns;          /* one has CR before LF */
  int bIgnores;   /* CHECKs are switched off by a step of the transaction */
  MigText body;   /* of the script */
  MigText schema; /* canonical, behind the steps so far */
  u8 aFingerprint[MIG_HASH_SIZE]; /* hash of that text */
} MigOffline;

MigSet migOfflinePlanOrdinary(MigContext *p, const MigGraph *g,
                              const MigSet *pSet);
void migOfflinePlanRange(MigContext *p, MigOffline *po);
void migOfflinePlanRevision(MigContext *p, const MigOffline *po, int iNode,
                            MigPackCache *pCache, MigRevision *pRev);
void migOfflinePlanSteps(MigContext *p, MigOffline *po);

#endif
