/*
** matchname.h - the names of files and versions, cut to what can be compared.
*/
#ifndef MIG_MATCHNAME_H
#define MIG_MATCHNAME_H

#include "context.h"

const char *migMatchNameBase(const char *z);
const char *migMatchNameStem(MigContext *p, const char *z);
const char *migMatchNameId(MigContext *p, const char *zName);

#endif
