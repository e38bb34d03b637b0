/*
** ledger.h - the store's rows as plain SQL, for a script that runs without us.
**
** All of it appends text to pOut and writes nothing to this file; some of it
** reads it, within a read transaction. After a failure the text is of no use.
** The calls of a script, in order:
**
**   migLedgerGuardStart()       the table of the script, guards
**   migLedgerRevisionStart(), Add() for each, End()      of an upgrade
**   migLedgerGuardEdges(), migLedgerGuardMirror()
**   for each transaction: migLedgerGuardAgain() but in the first, the scripts
**     with migLedgerApply() or migLedgerUndo() behind each, then
**     migLedgerHistory(), migLedgerGuardForeign(), migLedgerFacts()
**   migLedgerClose()            in the last one
*/
#ifndef MIG_LEDGER_H
#define MIG_LEDGER_H

#include "graph.h"
#include "hash.h"
#include "revisions.h"
#include "tally.h"
#include "text.h"

/* The rows of one script. Zero-initialize, then fill the first part. */
typedef struct MigLedger {
  MigText *pOut;          /* the script */
  int iVersion;           /* of the store of this file, 0: none */
  int bDown;              /* the script undoes revisions */
  int bShared;            /* files of several revisions go along */
  int bForeign;           /* violations of foreign keys are counted */
  int iLevel;             /* of zlib, 1 to 9 */
  const char *zMirror;    /* value of that setting, or NULL */
  const MigGraph *pGraph; /* of this file */

  /* its own */
  MigTally tally;  /* guards written, of all transactions so far */
  int bReplaces;   /* repeatable revisions may be replaced */
  int nPack;       /* packs written */
  MigText pack;    /* scripts of the open one */
  MigText members; /* ids of its revisions, as SQL texts, by commas */
} MigLedger;

void migLedgerBlob(MigContext *p, MigText *pOut, const void *a, i64 n);
char *migLedgerText(MigContext *p, const char *z);

void migLedgerOpen(MigContext *p, MigLedger *pLedger, const char *zAt);
void migLedgerMake(MigContext *p, MigLedger *pLedger);
void migLedgerApply(MigContext *p, MigLedger *pLedger, const MigRevision *pRev);
void migLedgerUndo(MigContext *p, MigLedger *pLedger, const char *zId);
void migLedgerHistory(MigContext *p, MigLedger *pLedger,
                      const MigRevision *pRev, const char *zFrom,
                      const char *zTo, const u8 *aFingerprint);
void migLedgerFacts(MigContext *p, MigLedger *pLedger, const char *zCurrent,
                    const MigText *pSchema, const u8 *aFingerprint);
void migLedgerClose(MigContext *p, MigLedger *pLedger);

#endif
