/*
** tablebody.h - what stands behind the name in CREATE TABLE: columns,
** constraints, options, or a SELECT.
*/
#ifndef MIG_TABLEBODY_H
#define MIG_TABLEBODY_H

#include "ddlreader.h"

void migTableBodyRead(MigDdlReader *pr);

#endif
