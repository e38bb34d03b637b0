/*
** loadrow.h - whole rows: inserted, read back, deleted.
*/
#ifndef MIG_LOADROW_H
#define MIG_LOADROW_H

#include "scan.h"
#include "loadstatement.h"

void migLoadRowCheck(MigContext *p, const MigLoader *pLoader);
void migLoadRowDamaged(MigContext *p, const MigLoader *pLoader);
void migLoadRowProve(MigContext *p, MigLoader *pLoader, i64 iKey, int nColumn);
void migLoadRowInsert(MigContext *p, MigLoader *pLoader, i64 iKey, int iStream,
                      i64 nStream);
void migLoadRowWrite(MigContext *p, MigLoader *pLoader, i64 iKey, const u8 *a,
                     i64 n);
void migLoadRowDelete(MigContext *p, MigLoader *pLoader, const MigPart *pKey);

#endif
