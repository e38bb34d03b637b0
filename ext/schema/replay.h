/*
** replay.h - what scripts make of a schema, found out in a scratch database.
**
** A replayed script works on the schema only: statements that write, read or
** check rows are passed over, but for SELECT migrate_table(...), which a
** scratch database understands after migReplayOpen(). BEGIN and COMMIT are
** passed over as well, and all PRAGMAs but legacy_alter_table, which is obeyed
** as in a run. Refused are other transaction statements, ATTACH and DETACH, and
** what writes sqlite_schema.
**
** The scratch database keeps what a script has made of it, so scripts can be
** replayed one behind the other.
*/
#ifndef MIG_REPLAY_H
#define MIG_REPLAY_H

#include "reshape.h"
#include "scratch.h"
#include "script.h"

/* A call of migrate_table() met in a replay. */
typedef struct MigReplayCall {
  i64 iStart;         /* of the statement, in the script */
  i64 n;              /* its bytes, through the semicolon */
  MigList statements; /* what it was expanded to; none: nothing to be done */
  MigList losses;     /* what the table loses by it, in words (phrase.h) */
  const char *zShape; /* when bPlain: what MIG_SHAPE_QUERY gave for the table
                      ** before, NULL for one that was not there */
  const char *zTable; /* the table */
} MigReplayCall;

/* The columns of a table of main and the names of what is on it, as one text: a
** query for migPrintf() with the name, twice. */
#define MIG_SHAPE_QUERY                                                        \
  "SELECT group_concat(x, ', ') FROM (SELECT 'column ' || lower(name) AS x"    \
  " FROM pragma_table_xinfo(%Q, 'main') UNION ALL"                             \
  " SELECT type || ' ' || lower(name) FROM main.sqlite_schema"                 \
  " WHERE lower(tbl_name) = lower(%Q) AND type IN('index', 'trigger')"         \
  " AND sql NOTNULL ORDER BY 1)"

/* A table of main that a statement was about to drop or rename. */
typedef struct MigReplayDrop {
  i64 iStart; /* of the statement, in the script */
  const char *zTable;
} MigReplayDrop;

/* It must live as long as the scratch database is used. Zero-initialize; what
** is set besides bPlain must be set behind migReplayOpen(). What is kept of a
** script is in the arena of the context it was replayed with. */
typedef struct MigReplay {
  MigScratch *pScratch;
  const MigModel *pKnown; /* a model much like that of the schema it holds, to
                          ** spare reading it anew; or NULL */
  int bPlain;             /* expand calls of migrate_table() into plain SQL */
  int bKeep;              /* keep calls also without bPlain */
  const MigScriptInfo *pGuard; /* hold calls to their option changes, but for
                               ** tables of which this says so; or NULL */
  int nCall;
  MigReplayCall *aCall; /* of the script replayed last, when they are kept;
                        ** several of one statement stand one after another */
  int nDrop;
  MigReplayDrop *aDrop; /* of that script, when bPlain */

  /* the replay's own */
  MigContext *pContext; /* of the script that runs */
  i64 iStart;           /* its statement that runs */
  i64 n;
  int bSelect; /* which is one that may call migrate_table() */
} MigReplay;

void migReplayOpen(MigContext *p, MigReplay *pReplay, MigScratch *pScratch);
void migReplayScript(MigContext *p, MigReplay *pReplay, const char *z, i64 n,
                     const char *zWhat);

#endif
