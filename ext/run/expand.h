/*
** expand.h - migrate_table() in the scripts of an export, as plain SQL.
*/
#ifndef MIG_EXPAND_H
#define MIG_EXPAND_H

#include "format.h"

/* What was written out, for a note to the user. Set by migExpandScripts(). */
typedef struct MigExpanded {
  int n;         /* revisions whose scripts have changed */
  MigText names; /* ids of the first of them, with commas */
  int bDrops;    /* a table is dropped in what they have become */
} MigExpanded;

void migExpandScripts(MigContext *p, int nRevision, MigExported *aRevision,
                      MigExpanded *pOut);

#endif
