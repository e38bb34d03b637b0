/*
** show.h - answers in one text.
**
** None of these needs a store, and none changes anything. Texts are for the
** caller to free with sqlite3_free().
*/
#ifndef MIG_SHOW_H
#define MIG_SHOW_H

#include "caller.h"
#include "revisions.h"
#include "state.h"

int migShowState(MigContext *p, MigState *pState);
char *migShowCurrent(MigContext *p, MigConnection *pConn);
char *migShowHeads(MigContext *p, MigConnection *pConn);
char *migShowRevisions(MigContext *p, const char *zTarget);
char *migShowRequire(MigContext *p, MigConnection *pConn, const char *zTarget,
                     const char *zAtMost);
char *migShowSettings(MigContext *p, const char *zName);

#endif
