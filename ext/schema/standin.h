/*
** standin.h - stand-ins for what the application would register.
*/
#ifndef MIG_STANDIN_H
#define MIG_STANDIN_H

#include "ddl.h"
#include "text.h"

/* What is stood in for on one connection. Zero-initialize. */
typedef struct MigStandIns {
  MigList functions;
  MigList modules;
  int bNomem; /* there was no memory for a collation */
} MigStandIns;

void migStandInCollations(sqlite3 *db, MigStandIns *pStand);
int migStandIn(MigContext *p, MigStandIns *pStand, const MigDdl *pDdl);
int migStandInModule(MigContext *p, MigStandIns *pStand, const char *zName);
int migStandInIs(const MigStandIns *pStand, const char *zModule);

#endif
