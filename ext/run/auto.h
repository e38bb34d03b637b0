/*
** auto.h - what an application calls at its start.
*/
#ifndef MIG_AUTO_H
#define MIG_AUTO_H

#include "call.h"
#include "caller.h"
#include "import.h"

/* What migrate_auto() is told. */
typedef struct MigAutoSpec {
  const char *zFolder;             /* to import from, or NULL */
  const char *zFormat;             /* its format; NULL: found out */
  const MigPlaceholders *pHolders; /* for its files; never NULL */
  MigPhase eUntil;                 /* the upgrade stops before this phase;
                                   ** MIG_PHASE_NONE: at the heads */
  int bReport;                     /* an error becomes a part of the result */
} MigAutoSpec;

char *migAuto(MigContext *p, MigConnection *pConn, const MigCall *pCall,
              const MigAutoSpec *pSpec);

#endif
