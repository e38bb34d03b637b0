/*
** showing.h - the functions that show and change nothing. Each function is the
** xCall of one of them (arguments.h).
*/
#ifndef MIG_SHOWING_H
#define MIG_SHOWING_H

#include "arguments.h"

char *migShowingVersion(MigContext *p, MigArgs *pArgs);
char *migShowingDiff(MigContext *p, MigArgs *pArgs);
char *migShowingCheck(MigContext *p, MigArgs *pArgs);
char *migShowingDump(MigContext *p, MigArgs *pArgs);
char *migShowingSql(MigContext *p, MigArgs *pArgs);
char *migShowingCurrent(MigContext *p, MigArgs *pArgs);
char *migShowingHeads(MigContext *p, MigArgs *pArgs);
char *migShowingShow(MigContext *p, MigArgs *pArgs);
char *migShowingGraph(MigContext *p, MigArgs *pArgs);
char *migShowingRequire(MigContext *p, MigArgs *pArgs);
char *migShowingVerify(MigContext *p, MigArgs *pArgs);

#endif
