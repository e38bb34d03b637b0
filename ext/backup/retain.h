/*
** retain.h - which backups stay, and which chunks they need.
*/
#ifndef MIG_RETAIN_H
#define MIG_RETAIN_H

#include "chunk.h"
#include "text.h"

/* What a sweep has deleted. SQLite keeps the pages for other rows. */
typedef struct MigSwept {
  i64 nChunk;
  i64 nByte; /* of their data, as stored */
} MigSwept;

int migRetainSelect(MigContext *p, i64 nMax, int bManual, i64 iKeep, i64 **pai);
void migRetainDrop(MigContext *p, i64 iBackup, MigList *pFiles);
void migRetainSweep(MigContext *p, MigChunks *pChunks, MigSwept *pSwept);
void migRetainTidy(MigContext *p, MigChunks *pChunks);
void migRetain(MigContext *p, MigChunks *pChunks, i64 nMax, i64 iKeep,
               MigList *pFiles);

#endif
