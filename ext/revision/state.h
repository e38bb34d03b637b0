/*
** state.h - the state of a file: its graph, applied set and current heads.
**
** What writes needs a write transaction, which after a failure must be undone
** as a whole.
*/
#ifndef MIG_STATE_H
#define MIG_STATE_H

#include "target.h"
#include "text.h"

MigGraph *migGraphLoad(MigContext *p);
void migStateLoad(MigContext *p, MigState *pState);
void migStateRead(MigContext *p, int bStore, MigState *pState);
i64 migStatePending(const MigState *pState);
void migStateSummarizeGraph(MigContext *p, const MigState *pState,
                            i64 nPending);
void migStateSummarize(MigContext *p, const MigState *pState);
char *migIdsText(MigContext *p, MigList *pIds);
char *migStateNames(MigContext *p, const MigState *pState, const MigSet *pSet);

#endif
