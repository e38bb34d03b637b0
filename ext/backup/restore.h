/*
** restore.h - making the database what a backup says.
*/
#ifndef MIG_RESTORE_H
#define MIG_RESTORE_H

#include "chunk.h"
#include "connection.h"
#include "manifest.h"
#include "transaction.h"

/* Rows that are there now and not in the backup. */
typedef struct MigLost {
  const char *zTable;
  i64 n;
} MigLost;

/* Zero-initialize. */
typedef struct MigRestore {
  MigTransaction *pTx; /* open; armed again after schema changes */
  MigChunks *pChunks;
  const MigManifest *pLive;   /* the database as it is: a full backup of it
                                 that this transaction has taken */
  const MigManifest *pWanted; /* what to restore */
  int nOnly;                  /* only these tables; 0: everything */
  const char **azOnly;
  int bForce;         /* go on where definitions differ */
  const char *zForce; /* how to ask for that, for errors */
  void (*xProgress)(MigContext *p, void *pArg, i64 nDone, i64 nTotal);
  void *pProgressArg; /* told in bytes; xProgress may be NULL */
  void (*xTable)(MigContext *p, void *pArg, const char *zTable);
  void *pTableArg; /* xTable, unless NULL, is told by migRestoreRun() of each
                      table whose rows will be written or that will be dropped,
                      before anything is: for migForeignWatch(). Called for
                      every restore; migForeignCheck() belongs behind
                      migRestoreRun(), when nOnly or pWanted->bPartial is set
                      and bForce is not */
  int nTable;      /* out: tables written, made or dropped */
  i64 nRow;        /* out: rows written or deleted */
  int nLost;       /* out: tables that lose rows, by name */
  MigLost *aLost;
  int bSettings; /* settings of the connection are switched off */
  MigSettingsSaved saved;
  int bTrigger; /* as found */
  int bDqs;
} MigRestore;

void migRestoreLost(MigContext *p, MigRestore *pRestore);
void migRestoreRun(MigContext *p, MigRestore *pRestore);
void migRestoreClose(MigContext *p, MigRestore *pRestore);

#endif
