/*
** backup.h - backups: taken, found, dropped.
**
** What backups are made of is told in backup.c. To take one:
**
**   MigBackup backup;              zeroed; its row, pTx and so on filled in
**   migBackupBegin(p, &backup, iLevel);
**   migBackupAllTables(p, &backup);     or migBackupTable(), as they come
**   migBackupEnd(p, &backup);           the row is written
**   migBackupClose(&backup);            on every path
*/
#ifndef MIG_BACKUP_H
#define MIG_BACKUP_H

#include "chunk.h"
#include "manifest.h"
#include "transaction.h"

/* A row of _migrate_backups, but for manifest and seal. Of a row that was found
** the texts are in the arena, and any may be NULL where the file is damaged. */
typedef struct MigBackupRow {
  i64 iBackup;            /* its number, from 1 */
  const char *zCreatedAt; /* ISO-8601 UTC */
  const char *zKind;      /* manual, full, touched, file */
  const char *zAction;    /* the verb it was taken for */
  const char *zNote;      /* or NULL */
  i64 iRun;               /* the run it was taken by */
  const char *zRevisions; /* current heads, sorted, by commas */
  i64 nTable;             /* shadow tables and those of SQLite included */
  i64 nRow;               /* of all these tables */
  i64 nByte;              /* their bytes encoded; of a file, its size */
  i64 nStored;            /* bytes that it added to the store, compressed */
  const char *zPath;      /* file that holds it, or NULL */
  int bSealed;            /* of one that was found: it is as it was written */
  int bFileHash;          /* of kind file: the hash of the file is known */
  u8 aFileHash[MIG_HASH_SIZE];
} MigBackupRow;

/* A backup being taken. Zero-initialize; the caller sets row, dbFrom, bOverlay,
** zProgress and pTx. */
typedef struct MigBackup {
  MigBackupRow row;     /* number and counts are set here, the rest is not */
  MigManifest manifest; /* what is in it so far */
  MigChunks chunks;     /* open from migBackupBegin() to migBackupClose() */
  MigManifest last;     /* of the backup before: its chunks are dictionaries */
  MigManifest full;     /* of the last one that holds all tables */
  i64 *aiLastPiece;     /* chunks of the manifest before, in the arena */
  int nLastPiece;
  sqlite3 *dbFrom;           /* what is backed up; NULL: the file itself */
  int bOverlay;              /* write nothing to the store: only to compare */
  const char *zProgress;     /* option progress, or NULL */
  const MigTransaction *pTx; /* that it is part of; NULL with bOverlay */
  i64 nExpected;             /* bytes of the tables, estimated */
  i64 nDone;                 /* bytes taken, encoded */
  i64 nReported;             /* of which zProgress was told */
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
