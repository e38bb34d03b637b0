/*
** objectsame.h - do two objects that are no ordinary tables say the same?
**
** Pure: nothing is read but two models. Ordinary tables are compared by
** alteration.h.
*/
#ifndef MIG_OBJECTSAME_H
#define MIG_OBJECTSAME_H

#include "alteration.h"

/* iOld and iNew: objects of the two models of pNaming, of one kind. bNames:
** something is renamed, so that names are read with pNaming. */
int migObjectSame(MigContext *p, const MigNaming *pNaming, int bNames, int iOld,
                  int iNew);

#endif
