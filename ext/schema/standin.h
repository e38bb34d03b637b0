/*
** standin.h - stand-ins for what the application would register.
**
** For connections of our own (scratch.h) only: what is registered here would
** answer in the place of the application's.
*/
#ifndef MIG_STANDIN_H
#define MIG_STANDIN_H

#include "ddl.h"
#include "text.h"

/* What is stood in for on one connection. Zero-initialize. The lists belong to
** the arena of the context that worked on it, which must live as long. */
typedef struct MigStandIns {
  MigList functions; /* names; for any number of arguments */
  MigList modules;   /* names */
  int bNomem;        /* there was no memory for a collation */
} MigStandIns;

void migStandInCollations(sqlite3 *db, MigStandIns *pStand);
int migStandIn(MigContext *p, MigStandIns *pStand, const MigDdl *pDdl);
int migStandInModule(MigContext *p, MigStandIns *pStand, const char *zName);
int migStandInIs(const MigStandIns *pStand, const char *zModule);

#endif
