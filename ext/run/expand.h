/*
** expand.h - migrate_table() in the scripts of an export, as plain SQL.
*/
#ifndef MIG_EXPAND_H
#define MIG_EXPAND_H

#include "format.h"

typedef struct MigExpanded {
  int n;         /* revisions whose scripts have changed */
  MigText names; /* ids of the first of them, with commas */
  int bDrops;    /* a table is dropped in what they have become */
} MigExpanded;

void migExpandScripts(MigContext *p, int nRevision, MigExported *aRevision,
                      MigExpanded *pOut);

#endif
