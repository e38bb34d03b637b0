/*
** plainscript.h - the script of a revision as SQL that runs without us.
*/
#ifndef MIG_PLAINSCRIPT_H
#define MIG_PLAINSCRIPT_H

#include "replay.h"
#include "script.h"
#include "text.h"

/* Guards are CHECKs, which a step may have switched off. */
#define MIG_CHECKS_ON "PRAGMA ignore_check_constraints=OFF;\n"

typedef struct MigPlainScript {
  const char *zRevision; /* for messages */
  const char *zSide;     /* "up" or "down" */
  const char *z;
  i64 n;
  MigScriptMode eMode;
  int bGuard;         /* a table that is replaced must keep its rows */
  MigScriptInfo info; /* out, as the rest: of migPlainscriptScan() */
  int bAlters;        /* drops, alters or rebuilds a table */
  int bQuotes;        /* holds a name, or a string, in double quotes */
  int bIgnores;       /* CHECKs are off; in and out of migPlainscriptWrite() */
} MigPlainScript;

void migPlainscriptScan(MigContext *p, MigPlainScript *pScript);
void migPlainscriptWrite(MigContext *p, MigPlainScript *pScript,
                         const MigReplay *pReplay, int bShell, MigText *pOut);

#endif
