/*
** veto.h - the veto table: what takes part in our transactions.
*/
#ifndef MIG_VETO_H
#define MIG_VETO_H

#include "caller.h"

int migVetoRegister(MigConnection *pConn, void (*xDestroy)(void *));

#endif
