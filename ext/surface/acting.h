/*
** acting.h - the functions that act. Each function is the xCall of one of them
** (arguments.h).
*/
#ifndef MIG_ACTING_H
#define MIG_ACTING_H

#include "arguments.h"

char *migActingInit(MigContext *p, MigArgs *pArgs);
char *migActingRevision(MigContext *p, MigArgs *pArgs);
char *migActingAutogenerate(MigContext *p, MigArgs *pArgs);
char *migActingMerge(MigContext *p, MigArgs *pArgs);
char *migActingEdit(MigContext *p, MigArgs *pArgs);
char *migActingDelete(MigContext *p, MigArgs *pArgs);
char *migActingLabel(MigContext *p, MigArgs *pArgs);
char *migActingUpgrade(MigContext *p, MigArgs *pArgs);
char *migActingAuto(MigContext *p, MigArgs *pArgs);
char *migActingStep(MigContext *p, MigArgs *pArgs);
char *migActingTest(MigContext *p, MigArgs *pArgs);
char *migActingDowngrade(MigContext *p, MigArgs *pArgs);
char *migActingBackup(MigContext *p, MigArgs *pArgs);
char *migActingRestore(MigContext *p, MigArgs *pArgs);
char *migActingPrune(MigContext *p, MigArgs *pArgs);
char *migActingStamp(MigContext *p, MigArgs *pArgs);
char *migActingExport(MigContext *p, MigArgs *pArgs);
char *migActingAdopt(MigContext *p, MigArgs *pArgs);
char *migActingImport(MigContext *p, MigArgs *pArgs);
char *migActingTable(MigContext *p, MigArgs *pArgs);
char *migActingConfig(MigContext *p, MigArgs *pArgs);

#endif
