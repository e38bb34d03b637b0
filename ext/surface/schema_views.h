/*
** schema_views.h - the table about schemas. The function is its xFill (rows.h).
*/
#ifndef MIG_SCHEMA_VIEWS_H
#define MIG_SCHEMA_VIEWS_H

#include "rows.h"

void migFillDiff(MigContext *p, MigConnection *pConn, MigRows *pRows);

#endif
