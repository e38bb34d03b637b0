/*
** health_database.h - checks of what is in the file beside our own tables.
**
** They are rows of aCheck in health.c. Each returns what it has looked at, for
** the case that it finds nothing, in the arena of its context; NULL: nothing is
** to be said. An error that is set in that context when it returns is a finding
** as well. The first three want a store.
*/
#ifndef MIG_HEALTH_DATABASE_H
#define MIG_HEALTH_DATABASE_H

#include "health_finding.h"

char *migHealthDrift(MigHealth *pHealth);
char *migHealthInvariants(MigHealth *pHealth);
char *migHealthMirror(MigHealth *pHealth);
char *migHealthQuick(MigHealth *pHealth);
char *migHealthForeign(MigHealth *pHealth);

#endif
