/*
** aside.h - another database, read in place of the call's own.
*/
#ifndef MIG_ASIDE_H
#define MIG_ASIDE_H

#include "context.h"

/* The connection of p, put aside while another one is read. */
typedef struct MigAside {
  sqlite3 *db;               /* of the other file; closed by migAsideEnd() */
  sqlite3 *dbMain;           /* what p->db was */
  struct MigCached *pCached; /* what p->pCached was: statements belong to their
                             ** connection */
} MigAside;

int migAsideBegin(MigContext *p, MigAside *pAside, const char *zPath);
void migAsideEnd(MigContext *p, MigAside *pAside);

#endif
