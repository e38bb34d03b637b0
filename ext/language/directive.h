/*
** directive.h - directives: what is said to us in comments of SQL.
**
** A text is given as n bytes at z and need not be zero-terminated. Nothing is
** run; no database is needed. Lines count from 1.
*/
#ifndef MIG_DIRECTIVE_H
#define MIG_DIRECTIVE_H

#include "token.h"

/* Comments that begin with "-- migrate:". */
typedef enum MigDirectiveType {
  MIG_DIR_UP,             /* begins the up script in a file */
  MIG_DIR_DOWN,           /* begins the down script in a file */
  MIG_DIR_ALLOW_LOSS,     /* a table may lose rows */
  MIG_DIR_NO_TRANSACTION, /* the script runs outside a transaction */
  MIG_DIR_REPEATABLE,     /* of a repeatable revision */
  MIG_DIR_RENAMED_FROM,   /* of a desired schema; a script may repeat it */
  MIG_DIR_PHASE,          /* what the revision is in a change: MigPhase */
  MIG_DIR_BATCH,          /* the next statement is run in batches of rows */
  MIG_DIR_CHECK           /* the next SELECT finds what is wrong */
} MigDirectiveType;

/* What a revision is in a change without downtime, in this order. */
typedef enum MigPhase {
  MIG_PHASE_NONE,     /* it is no part of one */
  MIG_PHASE_EXPAND,   /* adds what the new application needs */
  MIG_PHASE_BACKFILL, /* fills it */
  MIG_PHASE_CONTRACT  /* takes away what only the old one needed */
} MigPhase;

/* One directive as it was read. Names belong to the arena, without quotes. */
typedef struct MigDirective {
  int eType;        /* a MigDirectiveType */
  const char *zArg; /* name, or up's and down's rest of the line, or NULL */
  i64 nRow;         /* BATCH: rows of one */
  MigPhase ePhase;  /* PHASE: which */
  i64 iStart;       /* offset of the comment */
} MigDirective;

MigPhase migPhaseFind(const char *z, i64 n);
const char *migDirectivesKnown(void);
int migDirectiveHas(const char *z, i64 n);
i64 migDirectiveText(const char *z, const MigToken *pToken);
void migDirectiveRead(MigContext *p, const char *z, const MigToken *pToken,
                      i64 i, MigDirective *pOut);
int migDirectiveNext(MigContext *p, const char *z, i64 n, i64 *pi,
                     MigDirective *pOut);

#endif
