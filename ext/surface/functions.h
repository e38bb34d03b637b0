/*
** functions.h - the SQL functions: their list, and what is registered for it.
** help.c shows the same list as a table.
*/
#ifndef MIG_FUNCTIONS_H
#define MIG_FUNCTIONS_H

#include "arguments.h"

int migFunctionCount(void);
const MigFunction *migFunctionRow(int i);
int migFunctionsRegister(sqlite3 *db, MigConnection *pConn);
void migConnectionFree(void *pArg);

#endif
