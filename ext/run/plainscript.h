/*
** plainscript.h - the script of a revision as SQL that runs without us.
*/
#ifndef MIG_PLAINSCRIPT_H
#define MIG_PLAINSCRIPT_H

#include "replay.h"
#include "script.h"
#include "tally.h"
#include "text.h"

/* A script to be written. Zero-initialize, then fill what is above info; texts
** are the caller's, and z stays as long as the struct is used. */
typedef struct MigPlainScript {
  const char *zRevision; /* for messages */
  const char *zSide;     /* "up" or "down" */
  const char *z;         /* the script; "" when there is none */
  i64 n;                 /* its bytes */
  MigScriptMode eMode;   /* how a run would take it */
  MigTally *pTally;      /* the guards of its transaction, NULL: it has none */
  MigScriptInfo info;    /* out, as the rest: of migPlainscriptScan() */
  int bAlters;           /* drops, alters or rebuilds a table, or wants
                         ** foreign keys off */
  int bQuotes;           /* holds a name, or a string, in double quotes */
  int bIgnores; /* CHECKs are off; in and out of migPlainscriptWrite() */
} MigPlainScript;

void migPlainscriptScan(MigContext *p, MigPlainScript *pScript);
void migPlainscriptWrite(MigContext *p, MigPlainScript *pScript,
                         const MigReplay *pReplay, int bShell, MigText *pOut);

#endif
