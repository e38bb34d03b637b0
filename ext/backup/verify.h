/*
** verify.h - are the backups in the file as they were written?
*/
#ifndef MIG_VERIFY_H
#define MIG_VERIFY_H

#include "text.h"

void migVerifyChunks(MigContext *p, MigList *pBad);
void migVerifyBackups(MigContext *p, MigList *pBad);

#endif
