/*
** tables.h - one virtual-table module that serves a table of definitions.
*/
#ifndef MIG_TABLES_H
#define MIG_TABLES_H

#include "caller.h"

int migTablesRegister(sqlite3 *db, MigConnection *pConn);

#endif
