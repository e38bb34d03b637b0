/*
** verify.h - are the backups in the file as they were written?
**
** What is found is a sentence each in a list, in the arena; an empty list means
** that all is well. p->rc is only set by what keeps the check from going on.
*/
#ifndef MIG_VERIFY_H
#define MIG_VERIFY_H

#include "text.h"

void migVerifyChunks(MigContext *p, MigList *pBad);
void migVerifyBackups(MigContext *p, MigList *pBad);

#endif
