/*
** wording.h - messages that fit the file at hand.
*/
#ifndef MIG_WORDING_H
#define MIG_WORDING_H

#include "context.h"

int migWordingTaken(sqlite3 *db);
void migWordingError(MigContext *p);

#endif
