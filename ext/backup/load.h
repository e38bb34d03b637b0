/*
** load.h - writing encoded rows into a table.
*/
#ifndef MIG_LOAD_H
#define MIG_LOAD_H

#include "manifest.h"
#include "scan.h"
#include "transaction.h"

typedef struct MigLoader MigLoader;

MigLoader *migLoadOpen(MigContext *p, const MigLayout *pLayout, int eEncoding);
void migLoadWatch(MigLoader *pLoader, const MigTransaction *pTx);
void migLoadProve(MigContext *p, MigLoader *pLoader);
void migLoadPart(MigContext *p, void *pLoader, const MigPart *pPart);
void migLoadDelete(MigContext *p, MigLoader *pLoader, const MigPart *pKey);
void migLoadClose(MigLoader *pLoader);

#endif
