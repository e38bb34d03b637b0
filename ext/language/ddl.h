/*
** ddl.h - one CREATE statement, taken apart into spans of its text.
*/
#ifndef MIG_DDL_H
#define MIG_DDL_H

#include "ddlparts.h"

int migDdlRead(MigContext *p, const char *z, i64 n, MigDdl *pOut);

#endif
