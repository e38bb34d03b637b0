/*
** datetime.h - dates and times as other tools write them.
*/
#ifndef MIG_DATETIME_H
#define MIG_DATETIME_H

#include "context.h"

int migDatetimeRead(const char *z, i64 *pms);

#endif
