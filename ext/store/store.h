/*
** store.h - the tables of ours inside the database file.
**
** Before anything else of ours reads or writes them, migStoreOpen() has found
** them to be as we make them, in this call or while the file was the same
** (known.c). Facts are the rows of _migrate_meta; sql/store.sql has their
** names.
*/
#ifndef MIG_STORE_H
#define MIG_STORE_H

#include "context.h"

/* Called after a statement that has changed the schema, which has expired what
** was compiled. It can fail, as all with p. */
typedef void (*MigStoreChanged)(MigContext *p, void *pArg);

int migStoreOpen(MigContext *p);
void migStoreCreate(MigContext *p);
void migStoreUpgrade(MigContext *p, int iVersion, MigStoreChanged xChanged,
                     void *pArg);
int migStoreOwnsTable(const char *zName);
int migStoreMentioned(const char *z);
const char *migStoreTable(int i, const char **pzSql);

i64 migMetaInt(MigContext *p, const char *zName);
i64 migMetaCount(MigContext *p, const char *zName);
char *migMetaText(MigContext *p, const char *zName);
void migMetaSetInt(MigContext *p, const char *zName, i64 v);
void migMetaSetText(MigContext *p, const char *zName, const char *z);

#endif
