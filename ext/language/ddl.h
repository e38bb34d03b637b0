/*
** ddl.h - one CREATE statement, taken apart into spans of its text.
**
** Read are texts that SQLite stores, that a script holds or that a person has
** written; no database is looked at, and nothing is resolved. What comes out,
** and how long it lives, is said in ddlparts.h.
*/
#ifndef MIG_DDL_H
#define MIG_DDL_H

#include "ddlparts.h"

int migDdlRead(MigContext *p, const char *z, i64 n, MigDdl *pOut);

#endif
