/*
** backup.h - backups: taken, found, dropped.
*/
#ifndef MIG_BACKUP_H
#define MIG_BACKUP_H

#include "chunk.h"
#include "manifest.h"
#include "transaction.h"

/* A row of _migrate_backups, but for manifest and seal. */
typedef struct MigBackupRow {
  i64 iBackup;
  const char *zCreatedAt;
  const char *zKind;   /* manual, full, touched, file */
  const char *zAction; /* the verb it was taken for */
  const char *zNote;   /* or NULL */
  i64 iRun;
  const char *zRevisions; /* current heads, sorted, by commas */
  i64 nTable;
  i64 nRow;
  i64 nByte;
  i64 nStored;
  const char *zPath; /* file that holds it, or NULL */
  int bSealed;       /* of one that was found: it is as it was written */
  int bFileHash;     /* of kind file: the hash of the file is known */
  u8 aFileHash[MIG_HASH_SIZE];
} MigBackupRow;

/* A backup being taken. */
typedef struct MigBackup {
  MigBackupRow row;
  MigManifest manifest;
  MigChunks chunks;
  MigManifest last; /* of the backup before: its chunks are dictionaries */
  MigManifest full; /* of the last one that holds all tables */
  i64 *aiLastPiece; /* chunks of the manifest before */
  int nLastPiece;
  sqlite3 *dbFrom;           /* what is backed up; NULL: the file itself */
  int bOverlay;              /* write nothing to the store: only to compare */
  const char *zProgress;     /* option progress, or NULL */
  const MigTransaction *pTx; /* that it is part of; NULL with bOverlay */
  i64 nExpected;             /* bytes of the tables, estimated */
  i64 nDone;                 /* bytes taken */
  i64 nReported;
} MigBackup;

void migBackupBegin(MigContext *p, MigBackup *pBackup, int iLevel);
void migBackupTable(MigContext *p, MigBackup *pBackup, const char *zTable);
void migBackupAllTables(MigContext *p, MigBackup *pBackup);
void migBackupMadeTables(MigContext *p, MigBackup *pBackup,
                         const MigManifest *pOld);
void migBackupEnd(MigContext *p, MigBackup *pBackup);
void migBackupClose(MigBackup *pBackup);

void migBackupSchema(MigContext *p, MigManifest *pManifest);
MigList migBackupTableNames(MigContext *p);
int migBackupFind(MigContext *p, const char *zBackup, MigBackupRow *pRow);
void migBackupRead(MigContext *p, MigChunks *pChunks, i64 iBackup,
                   MigManifest *pManifest);
int migBackupPieces(MigContext *p, i64 iBackup, i64 **pai,
                    u8 aHash[MIG_HASH_SIZE]);
void migBackupDrop(MigContext *p, i64 iBackup);

#endif
