/*
** restoreapplied.h - the applied set of a backup, put back.
**
** Only where all of a backup is restored.
*/
#ifndef MIG_RESTOREAPPLIED_H
#define MIG_RESTOREAPPLIED_H

#include "manifest.h"

void migRestoreAppliedCheck(MigContext *p, const MigManifest *pWanted,
                            const char *zForce);
void migRestoreAppliedReplace(MigContext *p, const MigManifest *pLive,
                              const MigManifest *pWanted);

#endif
