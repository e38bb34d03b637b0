/*
** load.h - writing encoded rows into a table.
**
** A loader is opened for one table, takes rows (migLoadPart) and keys of rows
** to delete (migLoadDelete) in any order, but all parts of a row one behind the
** other, and is closed on every path. Nothing that it has written is taken back
** after a failure: that is for the transaction to do.
*/
#ifndef MIG_LOAD_H
#define MIG_LOAD_H

#include "manifest.h"
#include "scan.h"
#include "loadstatement.h"

MigLoader *migLoadOpen(MigContext *p, const MigLayout *pLayout, int eEncoding);
void migLoadWatch(MigLoader *pLoader, const MigTransaction *pTx);
void migLoadProve(MigContext *p, MigLoader *pLoader);
void migLoadPart(MigContext *p, void *pLoader, const MigPart *pPart);
void migLoadDelete(MigContext *p, MigLoader *pLoader, const MigPart *pKey);
void migLoadClose(MigLoader *pLoader);

#endif
