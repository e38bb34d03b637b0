/*
** objectsame.h - do two objects that are no ordinary tables say the same?
*/
#ifndef MIG_OBJECTSAME_H
#define MIG_OBJECTSAME_H

#include "alteration.h"

/* bNames: something is renamed. */
int migObjectSame(MigContext *p, const MigNaming *pNaming, int bNames, int iOld,
                  int iNew);

#endif
