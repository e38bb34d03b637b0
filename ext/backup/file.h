/*
** file.h - a backup as a database file of its own.
**
** Such a file is an ordinary database: without the extension it can be opened,
** copied and put in the place of the one that it was made of.
*/
#ifndef MIG_FILE_H
#define MIG_FILE_H

#include "chunk.h"
#include "manifest.h"

/* What is known of a file that holds a backup. */
typedef struct MigFileFacts {
  i64 nTable; /* only of one that was written; as a full backup counts */
  i64 nRow;   /* the same */
  i64 nByte;  /* size of the file */
  u8 aHash[MIG_HASH_SIZE]; /* BLAKE2b-256 of its bytes */
} MigFileFacts;

/* A file being read. Zero-initialize. */
typedef struct MigFileReader {
  sqlite3 *db;          /* in a read transaction */
  sqlite3_stmt *pPulse; /* of the caller's connection */
  MigFileFacts facts;   /* nByte and aHash */
} MigFileReader;

char *migFileName(MigContext *p, const char *zPath, const char *zTime);
void migFileWrite(MigContext *p, const char *zPath, MigChunks *pChunks,
                  const MigManifest *pManifest, MigFileFacts *pFacts);
int migFileIsBackup(MigContext *p, const char *zName);
void migFileRemove(const char *zPath);
void migFileOpen(MigContext *p, const char *zPath, MigFileReader *pReader);
void migFileClose(MigFileReader *pReader);

#endif
