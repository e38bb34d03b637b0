/*
** ledger.h - the store's rows as plain SQL, for a script that runs without us.
*/
#ifndef MIG_LEDGER_H
#define MIG_LEDGER_H

#include "hash.h"
#include "revisions.h"
#include "tally.h"
#include "text.h"

/* The rows of one script. Zero-initialize, then fill the first part. */
typedef struct MigLedger {
  MigText *pOut;       /* the script */
  int iVersion;        /* of the store of this file, 0: none */
  int bDown;           /* the script undoes revisions */
  int bShared;         /* files of several revisions go along */
  int bForeign;        /* violations of foreign keys are counted */
  int iLevel;          /* of zlib */
  const char *zMirror; /* value of that setting, or NULL */
  const MigGraph *pGraph;

  /* its own */
  MigTally tally;  /* guards passed */
  int bReplaces;   /* repeatable revisions may be replaced */
  int nPack;       /* packs written */
  MigText pack;    /* scripts of the open one */
  MigText members; /* ids of its revisions, quoted, by commas */
} MigLedger;

/* What the script expects to find. */
typedef struct MigLedgerStart {
  const MigSet *pApplied; /* applied revisions */
  int bHere;              /* as they are applied in this file */
  int nObject;            /* base: objects of the schema; else below 0 */
  const u8 *aFingerprint; /* of the schema, when nObject is below 0 */
} MigLedgerStart;

char *migLedgerText(MigContext *p, const char *z);
void migLedgerOpen(MigContext *p, MigLedger *pLedger,
                   const MigLedgerStart *pStart);
void migLedgerRevision(MigContext *p, MigLedger *pLedger,
                       const MigRevision *pRev);
void migLedgerRevisionsEnd(MigContext *p, MigLedger *pLedger);
void migLedgerEdges(MigContext *p, MigLedger *pLedger, const MigSet *pSet);
void migLedgerMirror(MigContext *p, MigLedger *pLedger, const char *zFirst,
                     const MigList *pIds);
void migLedgerAgain(MigContext *p, MigLedger *pLedger);
void migLedgerApply(MigContext *p, MigLedger *pLedger, const MigRevision *pRev);
void migLedgerUndo(MigContext *p, MigLedger *pLedger, const char *zId);
void migLedgerHistory(MigContext *p, MigLedger *pLedger,
                      const MigRevision *pRev, const char *zFrom,
                      const char *zTo, const u8 *aFingerprint);
void migLedgerForeign(MigContext *p, MigLedger *pLedger);
void migLedgerFacts(MigContext *p, MigLedger *pLedger, const char *zCurrent,
                    const MigText *pSchema, const u8 *aFingerprint);
void migLedgerClose(MigContext *p, MigLedger *pLedger);

int migLedgerObjects(MigContext *p, const MigLedger *pLedger);

#endif
