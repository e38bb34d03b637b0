/*
** health_store.h - checks of our own tables.
**
** They are rows of aCheck in health.c. Each returns what it has looked at, for
** the case that it finds nothing, in the arena of its context; NULL: nothing is
** to be said. An error that is set in that context when it returns is a finding
** as well. All but migHealthStore() want that one to have found a store.
*/
#ifndef MIG_HEALTH_STORE_H
#define MIG_HEALTH_STORE_H

#include "health_finding.h"

char *migHealthStore(MigHealth *pHealth);
char *migHealthSettings(MigHealth *pHealth);
char *migHealthLabels(MigHealth *pHealth);
char *migHealthRevisions(MigHealth *pHealth);
char *migHealthEdges(MigHealth *pHealth);
char *migHealthScripts(MigHealth *pHealth);
char *migHealthFiles(MigHealth *pHealth);
char *migHealthApplied(MigHealth *pHealth);
char *migHealthHistory(MigHealth *pHealth);
char *migHealthSummary(MigHealth *pHealth);
char *migHealthChunks(MigHealth *pHealth);
char *migHealthBackups(MigHealth *pHealth);

#endif
