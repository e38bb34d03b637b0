/*
** restore.h - making the database what a backup says.
**
** Within a write transaction the caller takes a full backup of the database as
** it is, reads the manifest to restore, fills a MigRestore, may ask
** migRestoreLost() what would go, calls migRestoreRun(), commits or undoes, and
** then calls migRestoreClose().
*/
#ifndef MIG_RESTORE_H
#define MIG_RESTORE_H

#include "chunk.h"
#include "connection.h"
#include "manifest.h"
#include "transaction.h"

/* Rows that are there now and not in the backup. */
typedef struct MigLost {
  const char *zTable; /* or the virtual table that they are rows of */
  i64 n;              /* more than 0 */
} MigLost;

/* A restore: what to do, what came of it, what is to be put back. All it points
** to is the caller's or in the arena. Zero-initialize. */
typedef struct MigRestore {
  MigTransaction *pTx;        /* open; armed again after schema changes */
  MigChunks *pChunks;         /* the store that holds the chunks of both */
  const MigManifest *pLive;   /* the database as it is: a full backup of it
                                 that this transaction has taken */
  const MigManifest *pWanted; /* what to restore */
  int nOnly;                  /* only these tables; 0: everything */
  const char **azOnly;
  int bForce;         /* go on where definitions differ, and leave revisions out
                         that are not stored */
  const char *zForce; /* how to ask for that, for errors */
  void (*xProgress)(MigContext *p, void *pArg, i64 nDone, i64 nTotal);
  void *pProgressArg; /* told in bytes, at the end nDone is nTotal; xProgress
                         may be NULL */
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
  int bTrigger; /* SQLITE_DBCONFIG_ENABLE_TRIGGER as found */
  int bDqs;     /* SQLITE_DBCONFIG_DQS_DDL as found */
} MigRestore;

void migRestoreLost(MigContext *p, MigRestore *pRestore);
void migRestoreRun(MigContext *p, MigRestore *pRestore);
void migRestoreClose(MigContext *p, MigRestore *pRestore);

#endif
